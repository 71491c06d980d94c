# SPDX-License-Identifier: GPL-2.0-or-later
"""A collector for tests, on an address of a node of the lab.

    with collector.serving(net, "client") as server:
        ... revprobe --transmit --collector server.url ...
        server.stored       documents by key: each that was committed

It is strict: what is not exactly the study's format gets 400.  `plan` is what it does to
the next requests, one each; when it is used up all goes well:

    Say(status, text, headers)   that answer, nothing stored
    "lost"      stores, and closes without an answer
    "cut"       stores, and closes in the middle of the answer
    "drop"      closes without a word, nothing stored
    "hang"      no answer, until the client goes
    "flood"     an answer without an end
"""
import base64
import contextlib
import dataclasses
import gzip
import http.server
import json
import ssl
import subprocess
import threading

import study_format

BODY_MAX = 1 << 20


@dataclasses.dataclass
class Say:
    status: int
    text: str = ""
    headers: dict = dataclasses.field(default_factory=dict)


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""
    protocol_version = "HTTP/1.1"
    timeout = 20

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def say(self, status, text="", headers=()):
        body = text.encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def go(self):
        """Ends the connection, whatever is expected."""
        self.close_connection = True

    def do_GET(self):
        self.server.collector.faults.append("a GET")
        self.say(405)

    def do_POST(self):
        collector = self.server.collector
        length = int(self.headers.get("Content-Length", -1))
        if not 0 <= length <= BODY_MAX:
            collector.faults.append(f"length {length}")
            self.say(413)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self.go()
            return
        with collector.lock:
            collector.requests.append({"headers": dict(self.headers), "path": self.path})
            step = collector.plan.pop(0) if collector.plan else None
        self.act(collector, step, body)

    def act(self, collector, step, body):
        if isinstance(step, Say):
            self.say(step.status, step.text, step.headers)
        elif step == "drop":
            self.go()
        elif step == "hang":
            with contextlib.suppress(OSError):
                self.rfile.read(1)
            self.go()
        elif step == "flood":
            self.flood()
        else:
            status, text = collector.receive(self.headers, body)
            if step == "lost":
                self.go()
            elif step == "cut":
                self.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\nhalf an")
                self.go()
            else:
                self.say(status, text)

    def flood(self):
        self.send_response(200)
        self.send_header("Content-Length", str(1 << 40))
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"x" * 65536)
        self.server.collector.floods += 1
        self.go()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a client that is killed, or that does not trust us


class Collector:
    """What it was sent, and what it thinks of it."""

    def __init__(self, auth=None, takes_gzip=True):
        self.takes_gzip = takes_gzip
        self.auth = auth  # "NAME:PASSWORD"; None: everybody may
        self.plan = []
        self.stored = {}
        self.requests = []
        self.repeated = 0  # the same document under its key once more
        self.faults = []   # what no client of ours may do
        self.floods = 0
        self.lock = threading.Lock()
        self.url = ""

    def receive(self, headers, body):
        if self.auth is not None:
            wanted = "Basic " + base64.b64encode(self.auth.encode()).decode()
            if headers.get("Authorization") != wanted:
                return 401, "who are you?"
        if headers.get("Content-Encoding") == "gzip" and not self.takes_gzip:
            return 415, "no gzip"
        body = self.unpacked(headers, body)
        key = headers.get("Idempotency-Key", "")
        problem = self.problem(headers, key, body)
        if problem:
            self.faults.append(problem)
            return 400, problem
        document = json.loads(body)
        with self.lock:
            if key not in self.stored:
                self.stored[key] = document
                return 201, "thank you"
            if self.stored[key] != document:
                self.faults.append(f"another document under {key}")
                return 422, "another document has this key"
            self.repeated += 1
            return 201, "thank you"

    @staticmethod
    def unpacked(headers, body):
        """The text of a packed body; None: it is no gzip."""
        if headers.get("Content-Encoding") is None:
            return body
        with contextlib.suppress(OSError, EOFError):
            return gzip.decompress(body)
        return None

    def problem(self, headers, key, body):
        if len(key) != 38 or key[0] != '"' or key[-1] != '"':
            return f"Idempotency-Key {key!r}"
        if headers.get("Content-Type") != "application/json":
            return f"Content-Type {headers.get('Content-Type')!r}"
        if headers.get("Content-Encoding") != ("gzip" if self.takes_gzip else None):
            return f"Content-Encoding {headers.get('Content-Encoding')!r}"
        try:
            study_format.check(json.loads(body))
        except (study_format.Malformed, ValueError, TypeError) as e:
            return str(e)
        return None


@contextlib.contextmanager
def serving(net, node, address="127.0.0.1", auth=None, certificate=None, takes_gzip=True):
    """`certificate`: a file with key and certificate; then it speaks TLS."""
    collector = Collector(auth, takes_gzip)
    with net.inside(node):
        server = Server((address, 0), Handler, bind_and_activate=True)
    server.collector = collector
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # Each handshake in the thread of its connection.
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    collector.url = (f"http{'s' if certificate else ''}://{address}:"
                     f"{server.server_address[1]}/v1/measurements")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_certificate(folder, name, subject):
    """A file that a server can use and a client can trust; `subject` is IP:... or DNS:..."""
    path = folder / f"{name}.pem"
    done = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=collector", "-addext", f"subjectAltName={subject}",
         "-keyout", str(path) + ".key", "-out", str(path) + ".crt"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path.write_text((folder / f"{name}.pem.key").read_text() +
                    (folder / f"{name}.pem.crt").read_text())
    return path, folder / f"{name}.pem.crt"
