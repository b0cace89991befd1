"""A small HTTP proxy: CONNECT tunnels and plain requests, with a password if wanted.

usage: proxy.py [USER:PASSWORD | status CODE | map FILE | tls CERTIFICATE KEY]
Prints its port, then a line for each request: its first line and its Proxy-Authorization ("-": none). With "status" it
answers every request with that code. A name leads to its port on loopback, or with "map" to the place that the file has
for it ({"ghcr.io:443": "127.0.0.1:40000", ...}) and to none that it has not. With "tls" the proxy itself is reached over
TLS."""
import asyncio
import base64
import json
import socket
import ssl
import sys
import threading

WANTED = "Basic " + base64.b64encode(sys.argv[1].encode()).decode() if len(sys.argv) == 2 else None
STATUS = sys.argv[2] if sys.argv[1:2] == ["status"] else None
PLACES = None
if sys.argv[1:2] == ["map"]:
    with open(sys.argv[2], encoding="utf-8") as file:
        PLACES = json.load(file)


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
    if PLACES is not None and place not in PLACES:
        client.sendall(b"HTTP/1.1 502 No such place\r\nContent-Length: 0\r\n\r\n")
        client.close()
        return
    host, port = PLACES[place].rsplit(":", 1) if PLACES else ("127.0.0.1", place.rsplit(":", 1)[1])
    server = socket.create_connection((host, int(port)))
    for sock in (client, server):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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


async def pass_on(reader, writer):
    data = await reader.read(65536)
    while data:
        writer.write(data)
        data = await reader.read(65536)
    writer.close()


async def speak_tls(port):
    async def connected(reader, writer):
        plain_reader, plain_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, plain_writer), pass_on(plain_reader, writer), return_exceptions=True)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    if sys.argv[1:2] == ["tls"]:
        threading.Thread(target=asyncio.run, args=(speak_tls(port),), daemon=True).start()
    else:
        print(port, flush=True)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()


main()
