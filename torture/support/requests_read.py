"""Requests of HTTP/1.1 as servers of the torture read them."""


class Cut(Exception):
    """The connection ends here."""


def read_request(stream, sock):
    line = stream.readline()
    if not line:
        raise Cut
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = []
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, value = line.decode("latin-1").split(":", 1)
        headers.append((name, value.strip()))
    known = {name.lower(): value for name, value in headers}
    if known.get("expect", "").lower() == "100-continue":
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if known.get("transfer-encoding", "").lower() != "chunked":
        return method, target, headers, stream.read(int(known.get("content-length", "0")))
    body = b""
    while (size := int(stream.readline().split(b";")[0], 16)) > 0:
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return method, target, headers, body
