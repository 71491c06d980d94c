# SPDX-License-Identifier: GPL-2.0-or-later
"""`revprobe collect` in a node of the lab, and clients of all kinds.

    with collecting.running(net, "client", path) as c:
        c.post(document, key="k").status
        c.url                  what probers are given
        c.db                   its database
"""
import base64
import contextlib
import dataclasses
import gzip
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

import labtest
import network

PROBER = "prober/revprobe"
STUDY = pathlib.Path(__file__).resolve().parent.parent / "study"
ADDRESS = "127.0.0.1"
PATH = "/v1/measurements"
SECRET = "marker-c0ll"
USERS = ("alice", "bob", "carol", "dave")


def password(user):
    return f"{SECRET}-{user}"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    text: str


def parse_answer(data):
    """None where there is no whole one."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip()
               for name, _, value in (line.partition(":") for line in lines)}
    headers.pop("date", None)
    return Answer(int(first.split()[1]), headers, body.decode("utf-8", "replace"))


def document(name="main-asym-two-way-udp-single-v4.json"):
    """A document of the reference client."""
    return (STUDY / name).read_bytes()


def malformed():
    """Rows of the table: number, status, reason, text."""
    bases = {name: (STUDY / "malformed" / f"{name}.json").read_bytes()
             for name in ("single", "multi")}
    for number, line in enumerate((STUDY / "malformed" / "table.tsv").read_bytes().split(b"\n")[:-1],
                                  1):
        base, error, reason, old, new = line.split(b"\t")
        new = re.sub(rb"%(..)|~(\d+)~([^~]*)~", lambda m: bytes([int(m[1], 16)]) if m[1] else
                     m[3] * int(m[2]), new)
        text = new if base == b"whole" else bases[base.decode()].replace(old, new)
        yield number, 400 if error == b"EBADMSG" else 422, reason.decode(), text


def basic(user, secret):
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


class Collector:
    """One process after the other, on the same database."""

    def __init__(self, net, node, path, options, port, db):
        self.net, self.node, self.options, self.port = net, node, options, port
        self.db = db or path / "collected.db"
        self.auth, self.log = path / "accounts", path / "collect.log"
        self.child = None
        self.url = f"http://{ADDRESS}:{port}{PATH}"

    def argv(self):
        return self.net.argv(self.node, [
            labtest.build_file(PROBER), "collect", "--listen", f"{ADDRESS}:{self.port}", "--db",
            str(self.db), "--auth-file", str(self.auth), *self.options])

    def start(self):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(self.argv(), stderr=log)
        assert network.wait_until(lambda: self.health() is not None or
                                  self.child.poll() is not None, 20), "it does not listen"
        return self

    def health(self):
        with contextlib.suppress(OSError):
            return self.get("/healthz")
        return None

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self, number=signal.SIGTERM):
        """The exit status."""
        self.child.send_signal(number)
        return self.child.wait(20)

    def connect(self, source=None, timeout=20):
        with self.net.inside(self.node):
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            if source:
                connection.bind((source, 0))
            connection.connect((ADDRESS, self.port))
        except OSError:
            connection.close()
            raise
        return connection

    def talk(self, data, source=None):
        """Bytes there and back, as they are."""
        answer = b""
        with self.connect(source) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(data)
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65536):
                    answer += part
        return answer

    def get(self, path):
        return parse_answer(self.talk(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()))

    def request(self, body, user="alice", secret=None, key=None, packed=False, path=PATH,
                headers=None):
        """The bytes of a request; a header of None is left out."""
        fields = {"Host": "x", "Content-Type": "application/json",
                  "Authorization": basic(user, password(user) if secret is None else secret),
                  "Idempotency-Key": key and f'"{key}"',
                  "Content-Encoding": "gzip" if packed else None,
                  "Content-Length": len(gzip.compress(body) if packed else body)}
        fields |= headers or {}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items()
                       if value is not None)
        return (f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() +
                (gzip.compress(body) if packed else body))

    def post(self, body, *args, source=None, **kwargs):
        answer = parse_answer(self.talk(self.request(body, *args, **kwargs), source))
        assert answer, "no answer"
        return answer

    def metric(self, name):
        found = re.search(rf"^revprobe_collect_{re.escape(name)} (\S+)$",
                          self.get("/metrics").text, re.M)
        return float(found[1])

    def ended(self, end):
        return self.metric(f'requests_total{{end="{end}"}}')

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s*(\d+)", status, re.M)[1])


def make_account(user, secret):
    done = subprocess.run([labtest.build_file(PROBER), "collect", "--make-account", user],
                          input=secret + "\n", text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_auth(path, user):
    """What a prober is given as --auth-file."""
    path.write_text(f"{user}:{password(user)}\n")
    path.chmod(0o600)
    return path


@contextlib.contextmanager
def running(net, node, path, *options, port=8281, db=None):
    """It must end well, unless the test has ended it."""
    c = Collector(net, node, path, options, port, db)
    c.auth.touch(mode=0o600)
    c.auth.write_text("".join(make_account(user, password(user)) for user in USERS))
    c.start()
    try:
        yield c
    finally:
        is_running = c.child.poll() is None
        status = c.stop() if is_running else 0
    assert status == 0, f"status {status}\n{c.log.read_text()}"
    said = c.log.read_text()
    assert "ERROR: AddressSanitizer" not in said and "runtime error" not in said, said


def different(number):
    """A document that no other number has."""
    value = json.loads(document())
    value["target"] = f"target-{number}.example.net"
    return json.dumps(value).encode()


def pause_until(condition, seconds, what):
    assert network.wait_until(condition, seconds), what


def now_ms():
    return time.monotonic() * 1000


def process_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
