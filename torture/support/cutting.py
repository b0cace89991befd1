"""Stands before a real registry and cuts connections: cutting.py UPSTREAM SEED RECORD CUTS MOST.

Prints two ports. On the first, so many connections end after a megabyte of answers at least and MOST bytes at most. The
second is a registry itself that takes a blob, where half of the answers to PATCH are lost: it has the bytes, and nobody
says so. RECORD tells how many connections ended early, how many bytes came this way, and how many answers were lost."""
import hashlib
import random
import socket
import sys
import threading

from requests_read import Cut, read_request

LEAST = (1 << 20) + (1 << 17)  # a piece that is read and not passed on counts, too


def end(*socks):
    """Also for the thread that waits for one of them."""
    for sock in socks:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        sock.close()


class Front:
    def __init__(self, upstream, seed, record, cuts, most):
        self.upstream, self.record = upstream, record
        self.chance, self.lock = random.Random(seed), threading.Lock()
        self.left, self.most, self.cut, self.passed, self.lost = cuts, most, 0, 0, 0

    def note(self):
        self.record.seek(0)
        self.record.write("%d %d %d\n" % (self.cut, self.passed, self.lost))
        self.record.flush()

    def listen(self, meet):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self.accept, args=(listener, meet), daemon=True).start()
        return listener.getsockname()[1]

    def accept(self, listener, meet):
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=meet, args=(sock,), daemon=True).start()

    def meet(self, sock):
        server = socket.create_connection(self.upstream)
        threading.Thread(target=self.up, args=(sock, server), daemon=True).start()
        self.down(sock, server)

    def up(self, sock, server):
        """What the client sends goes on as it is."""
        try:
            while data := sock.recv(1 << 16):
                server.sendall(data)
        except OSError:
            pass
        end(sock, server)

    def limit(self):
        with self.lock:
            if self.left == 0:
                return None
            return self.chance.randint(LEAST, self.most)

    def down(self, sock, server):
        """Answers that end early, when they are long."""
        limit, seen = self.limit(), 0
        try:
            while data := server.recv(1 << 16):
                seen += len(data)
                with self.lock:
                    is_over = limit is not None and seen > limit and self.left > 0
                    if is_over:
                        self.left, self.cut = self.left - 1, self.cut + 1
                    else:
                        self.passed += len(data)
                    self.note()
                if is_over:
                    break
                sock.sendall(data)
        except OSError:
            pass
        end(sock, server)


class Uploads:
    """A registry that takes blobs and remembers no more of them than how they hash."""

    def __init__(self, front):
        self.front, self.hash, self.size = front, hashlib.sha256(), 0

    def answer(self, method, target, headers, body):
        """Status and headers."""
        place = [("Location", "/v2/x/blobs/uploads/u")]
        if method == "POST":
            self.hash, self.size = hashlib.sha256(), 0
            return 202, place
        if method == "GET":
            return 204, place + [("Range", "0-%d" % (self.size - 1))]
        if method == "PATCH":
            if dict(headers).get("Content-Range", "").split("-")[0] != str(self.size):
                return 416, []
            self.hash.update(body)
            self.size += len(body)
            return 202, place + [("Range", "0-%d" % (self.size - 1))]
        if method == "PUT":
            return (201 if "sha256%3A" + self.hash.hexdigest() in target else 400), [("Location", "/v2/x/blobs/y")]
        return 404, []

    def meet(self, sock):
        stream = sock.makefile("rb")
        try:
            while True:
                method, target, headers, body = read_request(stream, sock)
                with self.front.lock:
                    status, more = self.answer(method, target, headers, body)
                    is_lost = method == "PATCH" and self.front.chance.random() < 0.5
                    self.front.passed += len(body)
                    self.front.lost += is_lost
                    self.front.note()
                if is_lost:
                    raise Cut
                lines = ["HTTP/1.1 %d Answer" % status] + ["%s: %s" % pair for pair in more]
                lines += [] if status == 204 else ["Content-Length: 0"]
                sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        except (Cut, OSError, ValueError):
            end(sock)


def main():
    host, port = sys.argv[1].split(":")
    with open(sys.argv[3], "w", encoding="ascii") as record:
        front = Front((host, int(port)), int(sys.argv[2]), record, int(sys.argv[4]), int(sys.argv[5]))
        print(front.listen(front.meet), front.listen(Uploads(front).meet), flush=True)
        threading.Event().wait()


main()
