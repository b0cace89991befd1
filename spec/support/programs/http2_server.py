"""An HTTP/2 server that misbehaves as it is told: http2_server.py CERTIFICATE KEY ACTION...

Each request takes the next ACTION, the last one serves all that follow. It prints its port, then one line a request:
connection, stream, action, and how many bytes of body it took. Headers of requests are not decoded.
  ok       answers 200 with "ok"
  refuse   RST_STREAM with REFUSED_STREAM as soon as the headers are there
  reset    RST_STREAM with INTERNAL_ERROR instead of an answer
  half     RST_STREAM with INTERNAL_ERROR in the middle of the answer's body
  goaway   GOAWAY that counts this request as not seen, then the end of the connection
  last     answers, then GOAWAY: the connection takes no more requests
  close    the end of the connection instead of an answer
"""
import socket
import ssl
import struct
import sys
import threading

DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
REFUSED_STREAM, INTERNAL_ERROR = 7, 2
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
STATUS_200 = b"\x88"  # HPACK: an entry of the static table

lock = threading.Lock()
actions = sys.argv[3:]


def next_action():
    with lock:
        return actions.pop(0) if len(actions) > 1 else actions[0]


def tell(*words):
    with lock:
        print(*words, flush=True)


def number(value):
    return struct.pack(">I", value)


class Connection:
    def __init__(self, peer, name):
        self.peer, self.name, self.file = peer, name, peer.makefile("rb")
        self.open, self.seen, self.over = {}, 0, False  # stream -> [action, bytes of body]

    def send(self, kind, flags, stream, payload=b""):
        self.peer.sendall(struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + number(stream) + payload)

    def serve(self):
        if self.file.read(len(PREFACE)) != PREFACE:
            return
        self.send(SETTINGS, 0, 0)
        while True:
            head = self.file.read(9)
            if len(head) < 9:
                return
            payload = self.file.read(int.from_bytes(head[:3], "big"))
            if not self.take(head[3], head[4], int.from_bytes(head[5:], "big"), payload):
                return

    def take(self, kind, flags, stream, payload):
        """False: the connection ends."""
        if kind == SETTINGS and not flags & ACK:
            self.send(SETTINGS, ACK, 0)
        elif kind == PING and not flags & ACK:
            self.send(PING, ACK, 0, payload)
        elif kind == HEADERS and not self.over:  # what comes after GOAWAY is not looked at
            self.open[stream] = [next_action(), 0]
            if self.open[stream][0] == "refuse":
                return self.answer(stream)
        elif kind == DATA and payload:
            self.send(WINDOW_UPDATE, 0, 0, number(len(payload)))  # also for a stream that was refused meanwhile
            if stream in self.open:
                self.open[stream][1] += len(payload)
                self.send(WINDOW_UPDATE, 0, stream, number(len(payload)))
        if kind in (HEADERS, DATA) and flags & END_STREAM and stream in self.open:
            return self.answer(stream)
        return True

    def answer(self, stream):
        action, size = self.open.pop(stream)
        tell(self.name, stream, action, size)
        if action in ("ok", "last", "half"):
            self.send(HEADERS, END_HEADERS, stream, STATUS_200)
            self.send(DATA, 0 if action == "half" else END_STREAM, stream, b"ok")
        if action in ("reset", "half"):
            self.send(RST_STREAM, 0, stream, number(INTERNAL_ERROR))
        elif action == "refuse":
            self.send(RST_STREAM, 0, stream, number(REFUSED_STREAM))
        elif action in ("goaway", "last"):
            self.send(GOAWAY, 0, 0, number(self.seen if action == "goaway" else stream) + number(0))
        self.seen, self.over = stream, action == "last"
        return action not in ("goaway", "close")


def serve(peer, name, context):
    try:
        with context.wrap_socket(peer, server_side=True) as secure:
            Connection(secure, name).serve()
    except OSError:
        pass


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    tell(listener.getsockname()[1])
    name = 0
    while True:
        name += 1
        peer, _ = listener.accept()
        threading.Thread(target=serve, args=(peer, name, context), daemon=True).start()


main()
