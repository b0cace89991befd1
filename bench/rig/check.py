"""Checks of the proxy itself: `bench/run --check`. A wrong delay or a lost byte would make every table wrong."""
import hashlib
import os
import socket
import threading
import time

from . import own_network, proxy

MANY = 1200
AMOUNT = 96 << 20


class Echo:
    """Answers with what it hears, one thread a connection."""

    def __init__(self):
        self.listener = socket.create_server((own_network.address(), 0), backlog=4096)
        self.address = "%s:%d" % self.listener.getsockname()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    @staticmethod
    def serve(peer):
        with peer:
            while part := peer.recv(1 << 18):
                peer.sendall(part)
            peer.shutdown(socket.SHUT_WR)


def connect(gate):
    host, port = gate.address.split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def round_trips(gate, milliseconds):
    """The first answer must come after two round trips (one is the handshake's), the second after one more."""
    gate.delay(milliseconds)
    start = time.monotonic()
    with connect(gate) as client:
        times = []
        for _ in range(2):
            client.sendall(b"x")
            client.recv(1)
            times.append((time.monotonic() - start) * 1000)
    first, second = times[0], times[1] - times[0]
    print(f"  {milliseconds:3} ms: first answer after {first:.2f} ms, next {second:.2f} ms later")
    return 2 * milliseconds <= first < 2 * milliseconds + 10 and milliseconds <= second < milliseconds + 10


def bulk(gate, milliseconds):
    """Many bytes come back whole, in order, with the end of the stream after them."""
    gate.delay(milliseconds)
    gate.reset()
    block, sent, heard = os.urandom(1 << 20), hashlib.sha256(), hashlib.sha256()
    with connect(gate) as client:
        def send():
            for number in range(AMOUNT >> 20):
                part = number.to_bytes(8, "big") + block[8:]
                sent.update(part)
                client.sendall(part)
            client.shutdown(socket.SHUT_WR)
        start = time.monotonic()
        sender = threading.Thread(target=send)
        sender.start()
        while part := client.recv(1 << 18):
            heard.update(part)
        sender.join()
    rate = AMOUNT / (time.monotonic() - start) / (1 << 20)
    stats = gate.stats()
    print(f"  {milliseconds:3} ms: {rate:.0f} MiB/s through and back")
    return sent.digest() == heard.digest() and stats["up"] == AMOUNT == stats["down"]


def many(gate):
    """More than a thousand connections at once."""
    gate.delay(20)
    gate.reset()
    clients = [connect(gate) for _ in range(MANY)]
    for number, client in enumerate(clients):
        client.sendall(number.to_bytes(4, "big"))
    right = all(client.recv(4) == number.to_bytes(4, "big") for number, client in enumerate(clients))
    opened = gate.stats()["connections"]
    for client in clients:
        client.close()
    end = time.monotonic() + 10
    while gate.stats()["open"] and time.monotonic() < end:
        time.sleep(0.01)
    left = gate.stats()["open"]
    print(f"  {opened} connections, {left} left open after closing")
    return right and opened == MANY and left == 0


def run():
    """All checks; 0 when they hold."""
    gate = proxy.Proxy(Echo().address)
    try:
        held = [round_trips(gate, each) for each in (0, 20, 50, 100)] + [bulk(gate, each) for each in (0, 20)] + [many(gate)]
    finally:
        gate.close()
    print("the proxy holds" if all(held) else "THE PROXY DOES NOT HOLD")
    return 0 if all(held) else 1
