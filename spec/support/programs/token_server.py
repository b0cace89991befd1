"""A token server whose tokens docker-registry accepts: JSON Web Tokens, signed with the openssl program.

usage: token_server.py KEY CERTIFICATE RECORD WRITER PASSWORD READER PASSWORD [OFFLINE]
Everybody may pull below "public/", the reader everywhere; the writer may do all; below "closed/" nobody may do anything.
GET with Basic, POST with password or refresh_token grant. Who asks for it gets OFFLINE as identity token; what is taken as one is
"refresh-" and the password. Prints its port; appends a line of JSON for each request to RECORD."""
import base64
import http.server
import json
import subprocess
import sys
import time
import urllib.parse

KEY, CERTIFICATE, RECORD, WRITER = sys.argv[1:5]
PASSWORDS = {WRITER: sys.argv[5], sys.argv[6]: sys.argv[7]}
OFFLINE = sys.argv[8] if len(sys.argv) > 8 else None


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


def allowed(user, name, actions):
    """Those of the actions that a user (None: nobody in particular) has a right to."""
    if name.startswith("closed/") or user is None and not name.startswith("public/"):
        return []
    return actions if user == WRITER else [action for action in actions if action == "pull"]


def access(scopes, user):
    granted = []
    for scope in " ".join(scopes).split():
        kind, name, actions = scope.split(":", 2)
        actions = allowed(user, name, actions.split(","))
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

    def grant(self, fields, user, is_wrong):
        with open(RECORD, "a", encoding="ascii") as file:
            scopes = " ".join(fields.get("scope", []))
            file.write(json.dumps({"method": self.command, "scope": scopes, "user": user,
                                   "grant": fields.get("grant_type", [""])[0]}) + "\n")
        if is_wrong:
            return self.answer(401, {"errors": [{"code": "UNAUTHORIZED", "message": "wrong user or password"}]})
        now = int(time.time())
        token = sign({"iss": "spec", "sub": user or "", "aud": fields["service"][0], "exp": now + 300,
                      "nbf": now - 10, "iat": now, "jti": str(time.time_ns()),
                      "access": access(fields.get("scope", []), user)})
        document = {"access_token": token, "token": token, "expires_in": 300}
        if OFFLINE and user and (fields.get("offline_token") == ["true"] or fields.get("access_type") == ["offline"]):
            document["refresh_token"] = OFFLINE
        return self.answer(200, document)

    def do_GET(self):
        fields = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        given = self.headers.get("Authorization")
        pairs = {"Basic " + base64.b64encode(f"{name}:{word}".encode()).decode(): name for name, word in PASSWORDS.items()}
        self.grant(fields, pairs.get(given), given is not None and given not in pairs)

    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if form["grant_type"] == ["refresh_token"]:
            user = next((name for name, word in PASSWORDS.items() if form["refresh_token"] == ["refresh-" + word]), None)
        else:
            user = form["username"][0] if PASSWORDS.get(form["username"][0]) == form["password"][0] else None
        self.grant(form, user, user is None)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
