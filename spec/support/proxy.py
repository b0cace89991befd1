"""A small HTTP proxy: CONNECT tunnels and plain requests, with a password if wanted.

usage: proxy.py [USER:PASSWORD | status CODE]
Prints its port, then a line for each request: its first line and its Proxy-Authorization ("-": none). With "status" it
answers every request with that code."""
import base64
import socket
import sys
import threading

WANTED = "Basic " + base64.b64encode(sys.argv[1].encode()).decode() if len(sys.argv) == 2 else None
STATUS = sys.argv[2] if len(sys.argv) == 3 else None


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


def head_of(client):
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        if not more:
            return None, b""
        data += more
    head, rest = data.split(b"\r\n\r\n", 1)
    return head.decode("latin-1").split("\r\n"), rest


def serve(client):
    lines, rest = head_of(client)
    if lines is None:
        return
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    given = headers.pop("Proxy-Authorization", None)
    print(lines[0], given or "-", flush=True)
    if STATUS or (WANTED and given != WANTED):
        reply = "HTTP/1.1 %s No\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        client.sendall((reply % (STATUS or 407)).encode())
        client.close()
        return
    method, target, _ = lines[0].split(" ")
    place = target if method == "CONNECT" else target.split("/")[2]
    server = socket.create_connection(("127.0.0.1", int(place.rsplit(":", 1)[1])))
    if method == "CONNECT":
        client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
    else:
        path = "/" + target.split("/", 3)[3]
        headers["Connection"] = "close"
        lines = ["%s %s HTTP/1.1" % (method, path)] + ["%s: %s" % pair for pair in headers.items()]
        server.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n")
    if rest:
        server.sendall(rest)
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()


main()
