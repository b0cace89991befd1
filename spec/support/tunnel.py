"""An HTTP proxy for CONNECT alone: each name leads to a loopback port, whatever the name server says.

usage: tunnel.py MAP.json   (MAP: {"ghcr.io:443": "127.0.0.1:40000", ...})
Prints its own port first, then a line for each CONNECT: what was asked for."""
import json
import socket
import sys
import threading


def pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    for sock in (source, target):
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, places):
    head = b""
    while b"\r\n\r\n" not in head:
        data = client.recv(65536)
        if not data:
            return
        head += data
    wanted = head.split(b" ")[1].decode("latin-1")
    print(wanted, flush=True)
    place = places.get(wanted)
    if not head.startswith(b"CONNECT ") or not place:
        client.sendall(b"HTTP/1.1 502 No such place\r\nContent-Length: 0\r\n\r\n")
        client.close()
        return
    host, port = place.rsplit(":", 1)
    server = socket.create_connection((host, int(port)))
    for sock in (client, server):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        places = json.load(file)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, places), daemon=True).start()


main()
