// A registry in memory that implements the referrers API, for specs: prints its address, then serves until it ends. What
// it was asked it tells on stderr, as lines of method and target.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	quiet := registry.Logger(log.New(io.Discard, "", 0))
	serve := registry.New(registry.WithReferrersSupport(true), quiet)
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		fmt.Fprintln(os.Stderr, request.Method, request.URL)
		serve.ServeHTTP(answer, request)
	})))
}
