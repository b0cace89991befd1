"""HTTP/2 for faulty.py: one request after the other is relayed, and streams and connections break as they are told."""
import types

import h2.config
import h2.connection
import h2.events
from h2.errors import ErrorCodes

from faults import FAULTS


class Over(Exception):
    """The connection ends."""


class Talk:
    """What a fault gets that answers in place of the server."""

    def __init__(self, connection, stream, method):
        self.connection, self.stream, self.method = connection, stream, method

    def answer(self, status, headers, body):
        made = types.SimpleNamespace(status=status, headers=headers, body=body)
        self.connection.send(self.stream, self.method, made, None)


class Connection:
    def __init__(self, origin, sock, upstream, kind_of):
        self.origin, self.sock, self.upstream, self.kind_of = origin, sock, upstream, kind_of
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        self.requests, self.seen = {}, 0  # stream -> [headers, body]; the last that was answered

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def serve(self):
        self.h2.initiate_connection()
        self.flush()
        while data := self.sock.recv(65536):
            for event in self.h2.receive_data(data):
                self.take(event)
            self.flush()

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.requests[event.stream_id] = [event.headers, b""]
        elif isinstance(event, h2.events.DataReceived):
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            if event.stream_id in self.requests:
                self.requests[event.stream_id][1] += event.data
        elif isinstance(event, h2.events.StreamEnded) and event.stream_id in self.requests:
            self.answer(event.stream_id, *self.requests.pop(event.stream_id))

    def answer(self, stream, headers, body):
        fields = dict(headers)
        method, target = fields[":method"], fields[":path"]
        plain = [pair for pair in headers if not pair[0].startswith(":")]
        action = FAULTS.get(self.origin.choose(self.kind_of(method, target), plain))
        if action in ("goaway", "close"):
            if action == "goaway":
                self.h2.close_connection(last_stream_id=self.seen)
                self.flush()
            raise Over
        if action in ("refuse", "reset"):
            code = ErrorCodes.REFUSED_STREAM if action == "refuse" else ErrorCodes.INTERNAL_ERROR
            self.h2.reset_stream(stream, code)
            return
        self.seen = stream
        if callable(action):
            return action(Talk(self, stream, method))
        self.send(stream, method, self.upstream.ask(method, target, plain, body, self.origin.host), action)

    def send(self, stream, method, answer, action):
        data = b"" if method == "HEAD" else answer.body
        self.h2.send_headers(stream, [(":status", str(answer.status))] +
                             [(name.lower(), value) for name, value in answer.headers])
        if action == "half":
            self.h2.send_data(stream, data[:len(data) // 2])
            self.h2.reset_stream(stream, ErrorCodes.INTERNAL_ERROR)
            return
        self.h2.send_data(stream, data, end_stream=True)
        if action == "last":
            self.h2.close_connection(last_stream_id=stream)
            self.flush()
            raise Over


def serve(origin, sock, upstream, kind_of):
    try:
        Connection(origin, sock, upstream, kind_of).serve()
    except Over:
        pass
