"""The faults: what a server may do in place of a good answer. faulty.py plays them; `faulty.py --list` names them.

A fault is a function of a Talk (faulty.py): the request, the socket, and `relay()`, the good answer. What it sends
replaces the answer. Faults of connections end the connection at hand and change how the next ones are met."""
import gzip
import json

from requests_read import Cut

FAULTS = {}
GROUPS = []  # (name, [names of faults])
SLOW = set()  # those that last until a time is over


def group(name):
    GROUPS.append((name, []))


def fault(name, play, slow=False):
    FAULTS[name] = play
    GROUPS[-1][1].append(name)
    if slow:
        SLOW.add(name)


# Connections: the request is cut off, and who comes back finds something else.

def met_with(mode):
    def play(talk):
        talk.origin.change(mode)
        raise Cut
    return play


def resets(talk):
    talk.reset()


def closes(_):
    raise Cut


def hangs(talk):
    talk.wait()


# Answers that break off, or whose form is wrong.

def cut_in_head(end):
    def play(talk):
        head = talk.relay().head()
        talk.send(head[:len(head) // 2])
        end(talk)
    return play


def cut_in_body(end):
    def play(talk):
        answer = talk.relay()
        body = b"" if talk.method == "HEAD" else answer.body
        talk.send(answer.head() + body[:len(body) // 2])
        end(talk)
    return play


def cut_after_body(talk):
    talk.send(talk.relay().whole(talk.method))
    talk.reset()


def lost(talk):
    talk.relay()
    talk.reset()


def raw(data, end=closes):
    def play(talk):
        talk.send(data)
        end(talk)
    return play


def flood_of_1xx(talk):
    for _ in range(20000):
        talk.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    raise Cut


def trickles(talk):
    for byte in talk.relay().whole(talk.method):
        talk.send(bytes([byte]))
        talk.pause(0.4)
    raise Cut


def endless(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        talk.send(b"10000\r\n" + b" " * 65536 + b"\r\n")


def changed(change):
    """The good answer, changed."""
    def play(talk):
        answer = talk.relay()
        change(answer)
        talk.send(answer.whole(talk.method))
        if answer.ends:
            raise Cut
    return play


def header(name, value):
    def change(answer):
        answer.set(name, value)
    return changed(change)


def added(name, value):
    def change(answer):
        answer.headers.append((name, value))
        answer.ends = True
    return changed(change)


def shorter(answer):
    answer.body = answer.body[:len(answer.body) // 2]
    answer.ends = True


def longer(answer):
    answer.body += b"more than was announced"
    answer.ends = True


def without_length(answer):
    answer.set("Content-Length", None)
    answer.set("Connection", "close")
    answer.ends = True


def lengths_differ(answer):
    answer.headers.append(("Content-Length", str(len(answer.body) + 5)))
    answer.ends = True


def both_lengths(answer):
    answer.headers.append(("Transfer-Encoding", "chunked"))
    answer.body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer.body), answer.body) if answer.body else b"0\r\n\r\n"
    answer.ends = True


def empty_headers(answer):
    for name in ("Content-Type", "Docker-Content-Digest", "Location", "Link", "WWW-Authenticate", "Range"):
        answer.headers = [(key, "" if key.lower() == name.lower() else value) for key, value in answer.headers]


def wrong_bytes(answer):
    answer.body = answer.body.replace(b"a", b"b")


def truncated(answer):
    answer.body = answer.body[:len(answer.body) // 2]
    answer.set("Content-Length", str(len(answer.body)))


def encoded(answer):
    answer.body = gzip.compress(answer.body)
    answer.set("Content-Encoding", "gzip")
    answer.set("Content-Length", str(len(answer.body)))


# Other statuses, and other documents.

HTML = b"<html><body><h1>Hotel Wi-Fi</h1></body></html>"


def status(code, headers=(), body=b"", kind="application/json"):
    def play(talk):
        talk.answer(code, [("Content-Type", kind)] + list(headers), body)
    return play


def words(code):
    return json.dumps({"errors": [{"code": code, "message": "as the test asks"}]}).encode()


def redirect(target):
    def play(talk):
        talk.answer(307, [("Location", target(talk))] if target(talk) else [], b"")
    return play


def to_itself(talk):
    return talk.target


def onwards(talk):
    path = talk.target.split("?")[0]
    return path + "?hop=" + "x" * (talk.target.count("x") + 1)


group("The connection")
fault("refused", met_with("refuse"))
fault("connecting hangs", met_with("hang"), slow=True)
fault("TLS hangs", met_with("mute"), slow=True)
fault("TLS is reset", met_with("reset"))
fault("TLS: an alert", met_with("alert"))
fault("TLS: plain HTTP instead", met_with("plain"))
fault("TLS: certificate of another host", met_with("certificate other"))
fault("TLS: certificate expired", met_with("certificate expired"))
fault("TLS: authority unknown", met_with("certificate unknown"))

group("Before the answer")
fault("closed before the status", closes)
fault("reset before the status", resets)
fault("the answer is lost", lost)
fault("hangs before the status", hangs, slow=True)
fault("not HTTP", raw(b"SSH-2.0-OpenSSH_9.2p1\r\n"))
fault("HTTP/0.9", raw(b"hello"))
fault("status line is cut", raw(b"HTTP/1.1 2"))
fault("100 Continue for ever", flood_of_1xx)

group("In the headers")
fault("reset in the headers", cut_in_head(resets))
fault("hangs in the headers", cut_in_head(hangs), slow=True)
fault("a header of 1 MiB", header("X-Large", "x" * (1 << 20)))
fault("20,000 headers", changed(lambda answer: answer.headers.extend([("X-Many", "x")] * 20000)))
fault("a NUL in a header", header("X-Nul", "a\0b"))
fault("headers are empty", changed(empty_headers))
fault("digest given twice", added("Docker-Content-Digest", "sha256:" + "0" * 64))
fault("location given twice", added("Location", "/v2/elsewhere/blobs/uploads/x"))
fault("two lengths", changed(lengths_differ))
fault("negative length", header("Content-Length", "-1"))
fault("length and chunked", changed(both_lengths))
fault("unknown transfer encoding", header("Transfer-Encoding", "lzma"), slow=True)

group("In the body")
fault("reset in the body", cut_in_body(resets))
fault("hangs in the body", cut_in_body(hangs), slow=True)
fault("a byte now and then", trickles, slow=True)
fault("shorter than its length", changed(shorter))
fault("longer than its length", changed(longer))
fault("no length", changed(without_length))
fault("reset after the body", cut_after_body)
fault("size of a chunk overflows", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx\r\n"))
fault("endless", endless)

group("Refusals that may pass")
fault("429", status(429), slow=True)
fault("429, Retry-After: 0", status(429, [("Retry-After", "0")]), slow=True)
fault("429, Retry-After: 1", status(429, [("Retry-After", "1")]), slow=True)
fault("429, Retry-After: 99999", status(429, [("Retry-After", "99999")]))
fault("429, Retry-After: a past date", status(429, [("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")]), slow=True)
fault("429, Retry-After: soon", status(429, [("Retry-After", "soon"), ("Retry-After", "1")]), slow=True)
fault("408", status(408))
fault("500", status(500, body=words("UNKNOWN")))
fault("502 with HTML", status(502, body=HTML, kind="text/html"))
fault("503", status(503))
fault("504", status(504))

group("Refusals that stay")
fault("400", status(400, body=words("NAME_INVALID")))
fault("401 without a challenge", status(401, body=words("UNAUTHORIZED")))
fault("403", status(403, body=words("DENIED")))
fault("404", status(404, body=words("MANIFEST_UNKNOWN")))
fault("405", status(405, body=words("UNSUPPORTED")))
fault("409", status(409))
fault("412", status(412))
fault("413", status(413))
fault("416", status(416))
fault("501", status(501))
fault("507", status(507))
fault("999", status(999))

group("Redirects")
fault("redirected to itself", redirect(to_itself))
fault("redirected ever on", redirect(onwards))
fault("redirected to another host", redirect(lambda talk: talk.origin.elsewhere + talk.target))
fault("redirected to plain HTTP", redirect(lambda talk: "http://127.0.0.2:1" + talk.target))
fault("redirected to a file", redirect(lambda _: "file:///etc/passwd"))
fault("redirected to nowhere", redirect(lambda _: None))

group("Another document")
fault("200 with HTML", status(200, body=HTML, kind="text/html"))
fault("200 with nothing", status(200))
fault("200 with {}", status(200, body=b"{}"))
fault("200 with []", status(200, body=b"[]"))
fault("204", status(204))
fault("206", status(206, [("Content-Range", "bytes 0-0/9")], b"x"))
fault("another digest in the header", header("Docker-Content-Digest", "sha256:" + "0" * 64))
fault("no digest in the header", header("Docker-Content-Digest", None))
fault("other bytes", changed(wrong_bytes))
fault("another media type", header("Content-Type", "application/vnd.oci.image.index.v1+json"))
fault("half of the document", changed(truncated))
fault("encoded", changed(encoded))

group("HTTP/2")
for name, what in (("GOAWAY before the answer", "goaway"), ("stream refused", "refuse"), ("stream reset", "reset"),
                   ("stream reset in the body", "half"), ("GOAWAY after the answer", "last"),
                   ("HTTP/2 connection closed", "close")):
    fault(name, what, slow=what == "refuse")
