"""A scripted HTTP/1.1 server on several loopback origins; scripted.lua is its manual.

usage: scripted_server.py SCRIPT.json RECORD.jsonl
Strings in the script hold one byte a character. The first line printed is a JSON table of the origins' addresses."""
import json
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time


def as_bytes(text):
    return text.encode("latin-1")


class Hangup(Exception):
    """The connection is over, by our script's wish or the peer's."""


class Stage:
    """What all connections share: the exchanges with their counters, the state, the record."""

    def __init__(self, script, record):
        self.exchanges = script["exchanges"]
        self.state = script.get("state")
        self.record = record
        self.lock = threading.Lock()
        self.urls = {}
        self.connections = 0
        self.mute = {name for name, options in script["origins"].items() if options and options.get("mute")}
        self.resets = {name for name, options in script["origins"].items() if options and options.get("resets")}

    def connected(self):
        with self.lock:
            self.connections += 1
            return self.connections

    def note(self, entry):
        self.record.write(json.dumps(entry) + "\n")
        self.record.flush()

    def choose(self, request):
        """Finds the answer to a request, counts it down, moves the state and records the request."""
        with self.lock:
            for number, exchange in enumerate(self.exchanges):
                if exchange.get("times", 1) != 0 and self.matches(exchange, request):
                    exchange["times"] = exchange.get("times", -1) - 1
                    self.state = exchange.get("set_state", self.state)
                    self.note(dict(request, exchange=number + 1))
                    return exchange["answer"]
            self.note(dict(request, exchange=0))
        return [{"status": 404, "body": '{"errors":[{"code":"UNSCRIPTED","message":"no exchange matches"}]}'}]

    def matches(self, exchange, request):
        target = request["target"]
        headers = {name.lower(): value for name, value in request["headers"]}
        wanted = exchange.get("headers") or {}
        return (exchange.get("origin", request["origin"]) == request["origin"]
                and exchange.get("method", request["method"]) == request["method"]
                and exchange.get("target", target) == target
                and exchange.get("path", target.split("?")[0]) == target.split("?")[0]
                and ("pattern" not in exchange or re.search(exchange["pattern"], target) is not None)
                and ("state" not in exchange or exchange["state"] == self.state)
                and all(re.search(pattern, headers.get(name.lower(), "")) for name, pattern in wanted.items()))

    def filled(self, text):
        """Replaces ${name} by the address of that origin."""
        return re.sub(r"\$\{(\w+)\}", lambda found: self.urls.get(found.group(1), found.group(0)), text)


class Connection:
    """One accepted connection: reads requests, plays the answers."""

    def __init__(self, stage, origin, sock):
        self.stage, self.origin, self.sock = stage, origin, sock
        self.number = stage.connected()
        self.pending = b""

    def more(self):
        data = self.sock.recv(65536)
        if not data:
            raise Hangup
        self.pending += data

    def take(self, count):
        while len(self.pending) < count:
            self.more()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def line(self):
        while b"\r\n" not in self.pending:
            self.more()
        data, self.pending = self.pending.split(b"\r\n", 1)
        return data.decode("latin-1")

    def refuse_tls(self):
        """Answers a TLS greeting as web servers do that were asked for plain HTTP, or not at all."""
        if not self.pending:
            self.more()
        if self.pending[0] == 0x16:
            if self.origin in self.stage.resets:
                reset(self.sock)
            elif self.origin in self.stage.mute:
                while self.sock.recv(65536):
                    pass
            else:
                self.sock.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nThis port speaks plain HTTP.\n")
            raise Hangup

    def request(self):
        self.refuse_tls()
        method, target, _ = self.line().split(" ", 2)
        headers = []
        while True:
            line = self.line()
            if line == "":
                break
            name, value = line.split(":", 1)
            headers.append([name, value.strip()])
        known = {name.lower(): value for name, value in headers}
        if known.get("expect", "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.body(known)
        return {"origin": self.origin, "connection": self.number, "method": method, "target": target,
                "headers": headers, "body": body.decode("latin-1")}

    def body(self, known):
        if known.get("transfer-encoding", "").lower() == "chunked":
            data = b""
            while True:
                size = int(self.line().split(";")[0], 16)
                data += self.take(size)
                self.line()
                if size == 0:
                    return data
        return self.take(int(known.get("content-length", "0")))

    def play(self, steps, method):
        for step in steps if isinstance(steps, list) else [steps]:
            verb = next(name for name in VERBS if name in step)
            VERBS[verb](self, step, method)

    def status(self, step, method):
        body = as_bytes(self.stage.filled(step.get("body", ""))) * step.get("repeat", 1)
        lines = ["HTTP/1.1 %d %s" % (step["status"], step.get("reason", "Scripted"))]
        lines += ["%s: %s" % (name, self.stage.filled(value)) for name, value in step.get("headers") or []]
        length = step.get("length", len(body))
        if step.get("chunked"):
            lines.append("Transfer-Encoding: chunked")
        elif length is not False and step["status"] >= 200 and step["status"] not in (204, 304):
            lines.append("Content-Length: %s" % length)
        head = as_bytes("\r\n".join(lines) + "\r\n\r\n")
        if method == "HEAD" and not step.get("head_body"):
            body = b""
        elif step.get("chunked"):
            body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + (b"" if step.get("open") else b"0\r\n\r\n")
        self.sock.sendall(head + body)

    def sleep(self, step, _):
        time.sleep(step["sleep"])

    def gate(self, step, _):
        while not os.path.exists(step["gate"]):
            time.sleep(0.01)

    def raw(self, step, _):
        self.sock.sendall(as_bytes(self.stage.filled(step["raw"])))

    def trickle(self, step, _):
        data, size = as_bytes(step["trickle"]), step.get("size", 1)
        for start in range(0, len(data), size):
            self.sock.sendall(data[start:start + size])
            time.sleep(step.get("each", 0.01))

    def endless(self, step, _):
        data = as_bytes(step["endless"])
        if step.get("chunked", True):
            data = b"%x\r\n%s\r\n" % (len(data), data)
        deadline = time.monotonic() + step.get("seconds", 120)
        while time.monotonic() < deadline:
            self.sock.sendall(data)

    def reset(self, _, __):
        plain = socket.socket(fileno=self.sock.detach()) if isinstance(self.sock, ssl.SSLSocket) else self.sock
        reset(plain)
        raise Hangup

    def half_close(self, _, __):
        socket.socket.shutdown(self.sock, socket.SHUT_WR)

    def close(self, _, __):
        raise Hangup

    def serve(self):
        try:
            while True:
                request = self.request()
                self.play(self.stage.choose(request), request["method"])
        except (Hangup, OSError, ValueError):
            pass
        finally:
            self.sock.close()


VERBS = {name: getattr(Connection, name)
         for name in ("status", "sleep", "gate", "raw", "trickle", "endless", "reset", "half_close", "close")}


def tls_context(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options["certificate"], options["key"])
    if options.get("client_authority"):
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(options["client_authority"])
    if options.get("version"):
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion[options["version"]]
    return context


def reset(sock):
    """Closes a connection so that the peer is told by a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def breaks(stage, origin, sock, options):
    """Ends the connection once the peer has begun its handshake, as often as the script says."""
    with stage.lock:
        left = options.get("breaks", 0)
        options["breaks"] = left - 1
        if left <= 0:
            return False
        stage.note({"origin": origin, "tls_failure": "broken by the script"})
    sock.recv(65536)
    if options.get("gently"):
        sock.close()
    else:
        reset(sock)
    return True


def greeted(stage, origin, sock, options):
    """Waits before it answers a TLS greeting; answers a request in clear as the script says, if it does."""
    greeting = sock.recv(1, socket.MSG_PEEK)
    if greeting == b"\x16":
        time.sleep(options.get("slow", 0))
    elif options.get("plain"):
        with stage.lock:
            stage.note({"origin": origin, "in_clear": sock.recv(65536).decode("latin-1")})
        sock.sendall(as_bytes(options["plain"]))
        sock.close()
        return False
    return True


def accept(stage, origin, listener, context, tls):
    def handle(sock):
        if context:
            if breaks(stage, origin, sock, tls) or not greeted(stage, origin, sock, tls):
                return
            try:
                sock = context.wrap_socket(sock, server_side=True)
            except OSError as problem:
                with stage.lock:
                    stage.note({"origin": origin, "tls_failure": str(problem)})
                return
        Connection(stage, origin, sock).serve()

    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=handle, args=(sock,), daemon=True).start()


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        script = json.load(file)
    with open(sys.argv[2], "w", encoding="ascii") as record:
        stage = Stage(script, record)
        listeners = []
        for name, options in script["origins"].items():
            address = options.get("address", "127.0.0.1")
            listener = socket.create_server((address, options.get("port", 0)), backlog=128,
                                            family=socket.AF_INET6 if ":" in address else socket.AF_INET)
            context = tls_context(options["tls"]) if options.get("tls") else None
            host = options.get("name") or ("[%s]" % address if ":" in address else address)
            stage.urls[name] = "%s://%s:%d" % ("https" if context else "http", host, listener.getsockname()[1])
            listeners.append((name, listener, context, options.get("tls")))
        threads = [threading.Thread(target=accept, args=(stage,) + each, daemon=True) for each in listeners]
        for thread in threads:
            thread.start()
        print(json.dumps(stage.urls), flush=True)
        for thread in threads:
            thread.join()


main()
