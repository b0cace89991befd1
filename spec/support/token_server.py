"""A token server whose tokens docker-registry accepts: JSON Web Tokens, signed with the openssl program.

usage: token_server.py KEY CERTIFICATE USER PASSWORD RECORD [OFFLINE]
Who asks for it gets OFFLINE as identity token; "refresh-PASSWORD" is the one that is taken. Everybody may pull below "public/"; USER may do all. GET with Basic, POST with password or refresh_token grant. Prints
its port; appends a line of JSON for each request to RECORD."""
import base64
import http.server
import json
import subprocess
import sys
import time
import urllib.parse

KEY, CERTIFICATE, USER, PASSWORD, RECORD = sys.argv[1:6]
OFFLINE = sys.argv[6] if len(sys.argv) > 6 else None
REFRESH = "refresh-" + PASSWORD


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def certificate():
    with open(CERTIFICATE, encoding="ascii") as file:
        return "".join(line for line in file.read().split("\n") if line and "CERTIFICATE" not in line)


def sign(claims):
    header = {"typ": "JWT", "alg": "RS256", "x5c": [certificate()]}
    text = encode(json.dumps(header).encode()) + b"." + encode(json.dumps(claims).encode())
    made = subprocess.run(["openssl", "dgst", "-sha256", "-sign", KEY], input=text, capture_output=True, check=True)
    return (text + b"." + encode(made.stdout)).decode()


def access(scopes, known):
    granted = []
    for scope in " ".join(scopes).split():
        kind, name, actions = scope.split(":", 2)
        actions = actions.split(",") if known else ["pull"] if name.startswith("public/") else []
        if actions:
            granted.append({"type": kind, "name": name, "actions": actions})
    return granted


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def grant(self, fields, known):
        with open(RECORD, "a", encoding="ascii") as file:
            scopes = " ".join(fields.get("scope", []))
            file.write(json.dumps({"method": self.command, "scope": scopes, "known": known,
                                   "grant": fields.get("grant_type", [""])[0]}) + "\n")
        if known is False:
            return self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong user or password"}]})
        now = int(time.time())
        token = sign({"iss": "spec", "sub": USER if known else "", "aud": fields["service"][0], "exp": now + 300,
                      "nbf": now - 10, "iat": now, "jti": str(time.time_ns()),
                      "access": access(fields.get("scope", []), known)})
        document = {"access_token": token, "token": token, "expires_in": 300}
        if OFFLINE and known and (fields.get("offline_token") == ["true"] or fields.get("access_type") == ["offline"]):
            document["refresh_token"] = OFFLINE
        return self.answer(200, document)

    def do_GET(self):
        fields = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        given = self.headers.get("Authorization")
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        self.grant(fields, None if given is None else given == wanted)

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form["grant_type"] == ["refresh_token"]:
            known = form["refresh_token"] == [REFRESH]
        else:
            known = form["username"] == [USER] and form["password"] == [PASSWORD]
        self.grant(form, known)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
