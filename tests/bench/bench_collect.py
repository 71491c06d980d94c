#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How many documents a second a collector stores, and how long each waits.

    sudo unshare -n tests/bench/bench_collect.py BUILD [DOCUMENTS [CLIENTS]]

BUILD is the build tree.  Documents are the reference's two-way trace, packed, each another
one; DOCUMENTS of them are sent by the most clients, fewer by fewer.  Each client is a process
that sends one after the other, each on a connection of its own, on this machine: what
clients take is taken from the collector.  The database is in /var/tmp: whose disk that is
matters, for each commit reaches it.
"""
import base64
import gzip
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ADDRESS, PORT = "127.0.0.1", 8281
SAMPLE = (pathlib.Path(__file__).resolve().parent.parent / "study" /
          "main-asym-two-way-udp-single-v4.json")


def make_requests(count, client):
    value = json.loads(SAMPLE.read_text())
    credentials = base64.b64encode(b"alice:secret").decode()
    for number in range(count):
        value["target"] = f"target-{client}-{number}.example.net"
        body = gzip.compress(json.dumps(value, separators=(",", ":")).encode(), 6)
        yield (f"POST /v1/measurements HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
               f"Authorization: Basic {credentials}\r\nContent-Encoding: gzip\r\n"
               f"Idempotency-Key: \"{client}-{number}\"\r\nContent-Length: {len(body)}\r\n\r\n"
               ).encode() + body


def send(request):
    answer = b""
    with socket.create_connection((ADDRESS, PORT)) as connection:
        connection.sendall(request)
        while part := connection.recv(4096):
            answer += part
    return answer.startswith(b"HTTP/1.1 201 ")


def client(count, number, go, out):
    """Prints how long each took."""
    requests = list(make_requests(count, number))
    out.write(b"ready\n")
    out.flush()
    go.read(1)
    took = []
    for request in requests:
        begin = time.monotonic()
        assert send(request), "refused"
        took.append(time.monotonic() - begin)
    out.write("".join(f"{t}\n" for t in took).encode())
    out.close()


def fork_client(count, number):
    go_read, go_write = os.pipe()
    out_read, out_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        client(count, number, os.fdopen(go_read, "rb"), os.fdopen(out_write, "wb"))
        os._exit(0)
    os.close(go_read)
    os.close(out_write)
    return pid, os.fdopen(go_write, "wb", buffering=0), os.fdopen(out_read, "rb")


def start(build, path):
    program = os.path.join(build, "prober/revprobe")
    accounts = path / "accounts"
    accounts.touch(mode=0o600)
    accounts.write_text(subprocess.run([program, "collect", "--make-account", "alice"],
                                       input="secret\n", text=True, capture_output=True,
                                       check=True).stdout)
    child = subprocess.Popen([program, "collect", "-q", "--listen", f"{ADDRESS}:{PORT}", "--db",
                              str(path / "c.db"), "--auth-file", str(accounts), "--user-rate",
                              "off"])
    for _ in range(200):
        try:
            socket.create_connection((ADDRESS, PORT)).close()
            return child
        except OSError:
            time.sleep(0.05)
    raise SystemExit("it does not listen")


def measure(path, child, total, count):
    clients = [fork_client(total // count, number) for number in range(count)]
    for _, _, out in clients:
        assert out.readline() == b"ready\n"
    send(next(make_requests(1, "first")))  # the password is compared now
    begin = time.monotonic()
    for _, go, _ in clients:
        go.write(b"x")
    took = sorted(float(line) for _, _, out in clients for line in out)
    seconds = time.monotonic() - begin
    for pid, _, _ in clients:
        os.waitpid(pid, 0)
    usage = pathlib.Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu = (int(usage[11]) + int(usage[12])) / os.sysconf("SC_CLK_TCK")
    child.send_signal(signal.SIGTERM)
    assert child.wait() == 0
    stored = sqlite3.connect(path / "c.db").execute("SELECT count(*) FROM received").fetchone()[0]
    assert stored == len(took) + 1, f"{stored} stored, {len(took)} sent"
    size = (path / "c.db").stat().st_size
    print(f"{count} clients: {len(took)} documents in {seconds:.1f} s, {len(took) / seconds:.0f} "
          f"a second, half within {took[len(took) // 2] * 1e3:.1f} ms, 99 % within "
          f"{took[len(took) * 99 // 100] * 1e3:.1f} ms, the slowest {took[-1] * 1e3:.0f} ms; "
          f"{cpu / len(took) * 1e6:.0f} us of CPU and {size / stored:.0f} bytes each", flush=True)


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else "."
    total = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    clients = [int(sys.argv[3])] if len(sys.argv) > 3 else [1, 8, 64]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for count in clients:
        with tempfile.TemporaryDirectory(prefix="revprobe-bench-", dir="/var/tmp") as path:
            path = pathlib.Path(path)
            measure(path, start(build, path), total * count // max(clients), count)


if __name__ == "__main__":
    main()
