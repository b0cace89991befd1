"""Stands before a real registry and its token server, and answers some requests as no good server does.

usage: faulty.py PLAN.json RECORD      or: faulty.py --list
PLAN: { upstream = "host:port", tokens = "host:port", tls = { name = {certificate, key} }, origins = { NAME = {
  faults = [names], kind = the kind of request that they befall (or none: all), times = how often (-1: always),
  rate = their share (default 1), seed = number, also = [[kind, fault, times]...] } } }
Prints the URLs of the origins as JSON. Requests are relayed as they came; where a challenge names http://tokens.invalid,
it is the origin's own address, and /token is relayed to the token server. A fault befalls only what carries credentials,
or asks for them. RECORD gets a line for each fault played: origin, kind, fault."""
import http.client
import json
import random
import re
import socket
import ssl
import struct
import sys
import threading
import time

import faults as catalogue
from requests_read import Cut, read_request

KINDS = [  # method, pattern of the path, kind
    ("GET", r"^/v2/$", "ping"), ("GET", r"^/token", "GET token"), ("POST", r"^/token", "POST token"),
    ("HEAD", r"/manifests/", "HEAD manifest"), ("GET", r"/manifests/", "GET manifest"),
    ("PUT", r"/manifests/", "PUT manifest"), ("DELETE", r"/manifests/", "DELETE manifest"),
    ("POST", r"/blobs/uploads/", "POST upload"), ("PATCH", r"/blobs/uploads/", "PATCH upload"),
    ("PUT", r"/blobs/uploads/", "PUT upload"), ("GET", r"/blobs/uploads/", "GET upload"),
    ("DELETE", r"/blobs/uploads/", "DELETE upload"), ("HEAD", r"/blobs/", "HEAD blob"), ("GET", r"/blobs/", "GET blob"),
    ("GET", r"/tags/list", "GET tags"), ("GET", r"/referrers/", "GET referrers"),
]
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "expect", "host"}
LAST_TIME = 0.1  # seconds that an origin is away which comes back: less than the waits between five tries


def kind_of(method, target):
    path = target.split("?")[0]
    return next((kind for verb, pattern, kind in KINDS if verb == method and re.search(pattern, path)), "other")


def reset(sock):
    plain = socket.socket(fileno=sock.detach()) if isinstance(sock, ssl.SSLSocket) else sock
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plain.close()


class Answer:
    """An answer that can be changed before it is sent."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        self.ends = False  # is the connection of no use after it?

    def set(self, name, value):
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def head(self):
        lines = ["HTTP/1.1 %d Answer" % self.status] + ["%s: %s" % pair for pair in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def whole(self, method):
        return self.head() + (b"" if method == "HEAD" else self.body)


class Upstream:
    """The real servers, over connections of one thread."""

    def __init__(self, plan):
        self.places = {False: plan["upstream"], True: plan["tokens"]}
        self.connections = {}

    def ask(self, method, target, headers, body, host):
        is_token = target.startswith("/token")
        sent = [(name, value) for name, value in headers if name.lower() not in HOP and name.lower() != "content-length"]
        for last in (False, True):
            connection = self.connections.get(is_token) or http.client.HTTPConnection(self.places[is_token], timeout=30)
            self.connections[is_token] = connection
            try:
                connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
                for name, value in [("Host", host), ("X-Forwarded-Proto", "https")] + sent:
                    connection.putheader(name, value)
                if body or method in ("POST", "PUT", "PATCH"):
                    connection.putheader("Content-Length", str(len(body)))
                connection.endheaders(body or None)
                answer = connection.getresponse()
                data = answer.read()
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                del self.connections[is_token]
                if last:
                    raise
        kept = [(name, value.replace("http://tokens.invalid", "https://" + host)) for name, value in answer.getheaders()
                if name.lower() not in HOP]
        made = Answer(answer.status, kept, data)
        if method != "HEAD" and answer.status not in (204, 304):
            made.set("Content-Length", str(len(data)))
        return made


class Talk:
    """One request, and the means to answer it. What a fault gets."""

    def __init__(self, origin, sock, upstream, request):
        self.origin, self.sock, self.upstream = origin, sock, upstream
        self.method, self.target, self.headers, self.body = request

    def relay(self):
        return self.upstream.ask(self.method, self.target, self.headers, self.body, self.origin.host)

    def send(self, data):
        self.sock.sendall(data)

    def answer(self, status, headers, body):
        made = Answer(status, list(headers), body)
        if status != 204:
            made.set("Content-Length", str(len(body)))
        self.send(made.whole(self.method))

    def reset(self):
        reset(self.sock)
        raise Cut

    def pause(self, seconds):
        time.sleep(seconds)

    def wait(self):
        """Until the peer has gone."""
        self.sock.settimeout(60)
        while self.sock.recv(65536):
            pass
        raise Cut


class Origin:
    """A listening address, what befalls whom there, and how connections are met now."""

    def __init__(self, name, options, plan, record, elsewhere):
        self.name, self.plan, self.record, self.elsewhere = name, plan, record, elsewhere
        self.rules = [[options.get("kind"), options["faults"], options.get("times", -1)]]
        self.rules += [[kind, [name], times] for kind, name, times in options.get("also", [])]
        self.rate, self.chance = options.get("rate", 1), random.Random(options.get("seed", 0))
        self.lock, self.mode, self.passing, self.open = threading.Lock(), None, False, set()
        self.is_h2 = options.get("h2", False)
        self.listen(0, 128)
        self.host = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def listen(self, port, backlog):
        self.listener = socket.create_server(("127.0.0.1", port), backlog=backlog)

    def choose(self, kind, headers):
        """The fault that befalls a request, if any."""
        given = any(name.lower() == "authorization" for name, _ in headers)
        if not given and kind not in ("ping", "GET token", "POST token"):
            return None
        with self.lock:
            for rule in self.rules:
                if rule[0] in (None, kind) and rule[2] != 0 and self.chance.random() < self.rate:
                    rule[2] -= 1
                    self.passing = rule[2] >= 0
                    name = self.chance.choice(rule[1])
                    self.record.write(json.dumps({"origin": self.name, "kind": kind, "fault": name}) + "\n")
                    self.record.flush()
                    return name
        return None

    def change(self, mode):
        """From now on connections are met with MODE: once, or for ever. Those that are open end."""
        with self.lock:
            self.mode, port = mode, int(self.host.split(":")[1])
            for sock in list(self.open):
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            if mode not in ("refuse", "hang"):
                return
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.fillers = []
            if mode == "hang":  # a queue that is full and that nobody serves: a greeting is not answered
                self.listen(port, 0)
                for _ in range(3):
                    filler = socket.socket()
                    filler.setblocking(False)
                    filler.connect_ex(("127.0.0.1", port))
                    self.fillers.append(filler)
            if self.passing:
                threading.Timer(LAST_TIME, self.come_back, [port]).start()

    def come_back(self, port):
        with self.lock:
            if self.mode == "hang":
                self.listener.close()
            for filler in self.fillers:
                filler.close()
            self.mode = None
            self.listen(port, 128)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        listener = self.listener
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                mode = self.mode
                self.mode = None if self.passing else mode
            threading.Thread(target=self.meet, args=(sock, mode), daemon=True).start()

    def meet(self, sock, mode):
        try:
            if mode == "mute":
                while sock.recv(65536):
                    pass
            elif mode == "reset":
                sock.recv(65536)
                reset(sock)
            elif mode in ("alert", "plain"):
                sock.recv(65536)
                sock.sendall(b"\x15\x03\x03\x00\x02\x02\x28" if mode == "alert" else
                             b"HTTP/1.0 400 Bad Request\r\n\r\nThis port speaks plain HTTP.\n")
            else:
                self.serve(sock, mode)
        except (Cut, OSError, ValueError, http.client.HTTPException):
            pass
        finally:
            sock.close()

    def serve(self, sock, mode):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.plan["tls"][mode.split()[1] if mode else "good"])
        context.set_alpn_protocols(["h2", "http/1.1"] if self.is_h2 else ["http/1.1"])
        sock = context.wrap_socket(sock, server_side=True)
        with self.lock:
            self.open.add(sock)
        try:
            if sock.selected_alpn_protocol() == "h2":
                import faulty_h2
                faulty_h2.serve(self, sock, Upstream(self.plan), kind_of)
            else:
                self.serve_http1(sock, Upstream(self.plan))
        finally:
            with self.lock:
                self.open.discard(sock)
            sock.close()

    def serve_http1(self, sock, upstream):
        stream = sock.makefile("rb")
        while True:
            request = read_request(stream, sock)
            talk = Talk(self, sock, upstream, request)
            name = self.choose(kind_of(talk.method, talk.target), talk.headers)
            play = catalogue.FAULTS.get(name)
            if isinstance(play, str):  # of HTTP/2: a body that is streamed has a connection of its own
                raise Cut
            if play:
                play(talk)
            else:
                talk.send(talk.relay().whole(talk.method))


class Elsewhere:
    """Another host, which is sent on to and records whether it was shown a secret."""

    def __init__(self, plan, record):
        self.plan, self.record = plan, record
        self.listener = socket.create_server(("127.0.0.2", 0), backlog=128)
        self.url = "https://127.0.0.2:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.plan["tls"]["good"])
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock, context), daemon=True).start()

    def serve(self, sock, context):
        try:
            with context.wrap_socket(sock, server_side=True) as secure:
                _, _, headers, _ = read_request(secure.makefile("rb"), secure)
                if any(name.lower() == "authorization" for name, _ in headers):
                    self.record.write(json.dumps({"leak": True}) + "\n")
                    self.record.flush()
                secure.sendall(b"HTTP/1.1 404 Not here\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (Cut, OSError, ValueError):
            pass


def main():
    if sys.argv[1] == "--list":
        print(json.dumps([[name, [[fault, fault in catalogue.SLOW] for fault in faults]]
                          for name, faults in catalogue.GROUPS]))
        return
    with open(sys.argv[1], encoding="ascii") as file:
        plan = json.load(file)
    with open(sys.argv[2], "w", encoding="ascii") as record:
        elsewhere = Elsewhere(plan, record).url
        origins = {name: Origin(name, options, plan, record, elsewhere) for name, options in plan["origins"].items()}
        print(json.dumps({name: "https://" + origin.host for name, origin in origins.items()}), flush=True)
        threading.Event().wait()


main()
