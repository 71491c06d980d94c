#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A collector: what it takes, what it refuses, and whom it serves meanwhile."""
import contextlib
import gzip
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import time

import collecting
import collector
import labtest
import network
from collecting import ADDRESS, PATH, SECRET, password, running, write_auth
from runs import (EXIT_FAILURE, EXIT_OK, EXIT_USAGE, PROBER, expect_status, folder, one_row,
                  one_value, prober)

DOCS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs"
TRACE = ("two-way", "udp", "singlepath")


def server_address(net):
    return net.topology.address("server", 4)


def measure(net, db, url, *arguments, count=1, before=()):
    return prober(net, "-d", str(db), "--transmit", "-y", "--collector", url, *arguments, *TRACE,
                  *[server_address(net)] * count, before=before)


def rows(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def expect_stored(c, count):
    """Exactly so many documents, all of them whole."""
    labtest.equal(one_value(c.db, "SELECT count(*) FROM received"), count, "documents")
    labtest.equal(one_value(c.db, "PRAGMA integrity_check"), "ok", "integrity")
    labtest.equal(rows(c.db, "PRAGMA foreign_key_check"), [], "foreign keys")
    labtest.equal(one_value(c.db, "SELECT count(*) FROM received WHERE forward_id IS NULL"
                                  " AND reverse_id IS NULL"), 0, "documents without a trace")
    labtest.equal(one_value(c.db, "SELECT count(*) FROM trace"),
                  one_value(c.db, "SELECT count(forward_id) + count(reverse_id) FROM received"),
                  "traces")


# --- it works ---------------------------------------------------------------------------------

def check_run(net):
    """What a prober measured is in the collector's tables as in its own."""
    path_of = ("SELECT row_number() OVER (PARTITION BY ttl ORDER BY trace_id), ttl, text FROM trace"
               " JOIN path_hop USING (path_id) JOIN addr USING (addr_id) WHERE direction = {}"
               " ORDER BY 1, 2")
    with folder() as path, running(net, "client", path) as c:
        db = path / "a.db"
        done = measure(net, db, c.url, "--auth-file", str(write_auth(path / "auth", "bob")),
                       count=3)
        expect_status(done, EXIT_OK)
        expect_stored(c, 3)
        labtest.equal(set(rows(c.db, "SELECT key FROM received")),
                      set(rows(db, "SELECT key FROM upload")), "keys")
        labtest.equal(set(rows(c.db, "SELECT sender, target FROM v_received")),
                      {("bob", server_address(net))}, "senders and targets")
        for direction in (0, 1):
            labtest.equal(rows(c.db, path_of.format(direction)), rows(db, path_of.format(direction)),
                          f"paths of direction {direction}")
        labtest.equal(rows(c.db, "SELECT DISTINCT both_reached FROM v_pair"), [(1,)], "reached")
        age = one_value(c.db, "SELECT unixepoch() - min(received_us) / 1000000 FROM received")
        assert 0 <= age < 60, f"received {age} s ago"
        labtest.equal(c.stop(), 0, "status")
        labtest.equal(one_row(c.db, "SELECT state, json_extract(counters, '$.stored') FROM run"),
                      ("complete", 3), "the run")
        assert not c.db.with_name("collected.db-wal").exists(), "the WAL stayed"


def check_all_documents(net):
    """All of our modes and protocols, and the reference's documents at the reference's path."""
    with folder() as path, running(net, "client", path) as c:
        auth = ("--auth-file", str(write_auth(path / "auth", "alice")))
        for family in (4, 6):
            for protocol in ("udp", "tcp", "icmp"):
                for mode in ("singlepath", "multipath"):
                    for direction in ("forward", "reverse", "two-way"):
                        done = prober(net, "-q", "-d", str(path / "b.db"), "--transmit", "-y",
                                      "--collector", c.url, *auth, f"-{family}", direction,
                                      protocol, mode, net.topology.address("server", family),
                                      net.topology.address("plain", family))
                        expect_status(done, EXIT_OK)
        count = one_value(path / "b.db", "SELECT count(*) FROM upload")
        labtest.equal(one_value(path / "b.db", "SELECT count(*) FROM upload WHERE state = 'sent'"),
                      count, "sent")
        samples = sorted(collecting.STUDY.glob("*.json"))
        assert len(samples) >= 4
        for sample in samples:
            answer = c.post(sample.read_bytes(), path="/post_trace")
            labtest.equal(answer.status, 201, f"{sample.name}: {answer.text}")
        expect_stored(c, count + len(samples))
        labtest.equal(one_value(c.db, "SELECT sum(unplaced) FROM received"), 0, "unplaced")
        return f"{count} of ours, {len(samples)} of the reference's"


def check_repeated(net):
    """A key is a document, and its answer."""
    with folder() as path, running(net, "client", path) as c:
        first = c.post(collecting.different(1), key="k")
        labtest.equal(first.status, 201, first.text)
        for packed in (False, True):
            labtest.equal(c.post(collecting.different(1), key="k", packed=packed), first,
                          "the answer, repeated")
        labtest.equal(c.post(collecting.different(2), key="k").status, 422, "another document")
        labtest.equal(c.post(collecting.different(1), "bob", key="k").status, 201, "another sender")
        unnamed = c.post(collecting.different(3))
        labtest.equal(c.post(collecting.different(3)), unnamed, "without a key")
        c.kill()
        c.start()
        labtest.equal(c.post(collecting.different(1), key="k"), first, "after a crash")
        labtest.equal(c.post(collecting.different(3)), unnamed, "without a key, after a crash")
        expect_stored(c, 3)
        labtest.equal((c.ended("repeated"), c.ended("stored")), (2, 0), "counted")


# --- what is refused ----------------------------------------------------------------------------

def check_malformed(net):
    """The table of malformed documents: each refused for its reason, none stored."""
    with folder() as path, running(net, "client", path, "--user-rate", "off") as c:
        c.post(collecting.different(1))
        before = c.resident_kib()
        count = 0
        for number, status, reason, text in collecting.malformed():
            answer = c.post(text, packed=number % 2 == 0)
            labtest.equal((answer.status, answer.text.startswith(reason), answer.text.count("\n")),
                          (status, True, 1), f"row {number}: {answer.text!r}, not {reason!r}")
            count += 1
        assert count >= 200, count
        grown = c.resident_kib() - before
        assert grown < 65536, f"{grown} KiB more"
        expect_stored(c, 1)
        labtest.equal(c.ended("malformed"), count, "counted")
        return f"{count} documents, {grown} KiB more"


def check_bad_requests(net):
    """What is no good request at all; the collector goes on."""
    good = collecting.different(1)
    with folder() as path, running(net, "client", path, "--max-body", "65536", "--max-document",
                                   "131072") as c:
        bomb = gzip.compress(b" " * (1 << 20))
        packed = {"Content-Encoding": "gzip"}
        cases = [
            (c.request(good, headers={"Content-Type": "text/plain"}), 415),
            (c.request(good, headers={"Content-Type": None}), 415),
            (c.request(good, headers={"Content-Encoding": "br"}), 415),
            (c.request(good, headers=packed), 400),
            (c.request(bomb, headers=packed), 413),
            (c.request(gzip.compress(good)[:-1], headers=packed), 400),
            (c.request(gzip.compress(good) + b"x", headers=packed), 400),
            (c.request(b"x" * 65537), 413),
            (c.request(b"x" * 200000), 413),
            (c.request(good, headers={"Content-Length": "99999999999"}), None),
            (c.request(good, headers={"Content-Length": "-1"}), 400),
            (c.request(good, headers={"Content-Length": "x"}), 400),
            (c.request(good, headers={"Content-Length": "0"}), 400),
            (c.request(good, headers={"Content-Length": None}), 400),
            (c.request(good, key="k" * 256), 400),
            (c.request(good, headers={"Idempotency-Key": '"a'}), 400),
            (c.request(good, path="/"), 404),
            (c.request(good, path=PATH + "/"), 404),
            (c.request(good, path="/v2/measurements"), 404),
            (c.request(good).replace(b"POST", b"GET", 1), 405),
            (c.request(good).replace(b"POST", b"PUT", 1), 405),
            (c.request(good).replace(b"POST", b"DELETE", 1), 405),
            (c.request(good, headers={"X": "y" * 20000}), None),
            (b"\r\n\r\n", None), (b"\0" * 1000, None), (b"POST\r\n\r\n", None),
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 500, None),
            (b"GET " + b"/" * 30000 + b" HTTP/1.1\r\n\r\n", None),
            (b"POST " + PATH.encode() + b" HTTP/9.9\r\n\r\n", None),
        ]
        for number, (data, status) in enumerate(cases):
            answer = c.talk(data) if status else b""
            if not status:  # whatever it says: it must not wait for more from us
                with c.connect() as connection, contextlib.suppress(OSError):
                    connection.sendall(data)
                continue
            parsed = collecting.parse_answer(answer)
            labtest.equal(parsed and parsed.status, status, f"case {number}: {data[:300]!r}")
        # In pieces, as chunks, and after "100-continue" it is a good one.
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(good[i:i + 100]), good[i:i + 100])
                          for i in range(0, len(good), 100)) + b"0\r\n\r\n"
        chunked = c.request(b"", headers={"Content-Length": None, "Transfer-Encoding": "chunked"})
        labtest.equal(collecting.parse_answer(c.talk(chunked + chunks)).status, 201, "chunks")
        endless = chunked + b"10000\r\n" + b" " * 65536 + b"\r\n10000\r\n" + b" " * 65536
        assert b" 413 " in c.talk(endless), "chunks without an end"
        # A body that ends early is nothing.
        with c.connect() as connection:
            connection.sendall(c.request(collecting.different(2))[:-10])
        labtest.equal(c.post(good).status, 201, "a good one, repeated")
        expect_stored(c, 1)
        return f"{len(cases)} requests"


# --- who may -------------------------------------------------------------------------------------

def check_credentials(net):
    """Nobody learns what was wrong: name, password, or that there was none."""
    with folder() as path, running(net, "client", path) as c:
        good = collecting.different(1)
        answers = [
            c.post(good, headers={"Authorization": None}),
            c.post(good, headers={"Authorization": "Basic"}),
            c.post(good, headers={"Authorization": "Bearer abc"}),
            c.post(good, "alice", "wrong"),
            c.post(good, "alice", ""),
            c.post(good, "alice", password("bob")),
            c.post(good, "nobody", password("alice")),
            c.post(good, "", ""),
        ]
        for answer in answers:
            labtest.equal(answer, answers[0], "the answer")
        labtest.equal((answers[0].status, answers[0].headers["www-authenticate"][:5]),
                      (401, "Basic"), "the answer")
        labtest.equal(c.ended("unauthorized"), len(answers), "counted")
        hashed = c.metric("passwords_compared_total")
        labtest.equal(hashed, 5, "wrong names are compared like wrong passwords")
        labtest.equal(c.post(good).status, 201, "the right ones")
        for _ in range(20):
            c.post(good)
        labtest.equal(c.metric("passwords_compared_total"), hashed + 1,
                      "who was right is not compared again")
        expect_stored(c, 1)


def flood(c, source, count):
    """Wrong passwords, each another one, as fast as they are answered; what was said."""
    return [c.post(b"{}", f"user{number}", f"guess{number}", source=source)
            for number in range(count)]


def check_guessing(net):
    """Who guesses is not listened to for a while; others are."""
    with folder() as path, running(net, "client", path) as c:
        labtest.equal(c.post(collecting.different(0)).status, 201, "known before")
        begin = time.monotonic()
        said = flood(c, "127.0.0.66", 200)
        took = time.monotonic() - begin
        labtest.equal({answer.status for answer in said[:10]}, {401}, "the first")
        refused = [answer for answer in said if answer.status == 429]
        assert len(said) - len(refused) <= 11 + took / 6, f"{len(refused)} refused in {took:.1f} s"
        assert all(1 <= int(answer.headers["retry-after"]) <= 6 for answer in refused), refused[0]
        labtest.equal(c.post(collecting.different(1), source="127.0.0.66").status, 201,
                      "who is known from there")
        labtest.equal(c.post(collecting.different(2), "bob", source="127.0.0.67").status, 201,
                      "who is not known, from elsewhere")
        expect_stored(c, 3)
        return f"{len(refused)} of {len(said)} guesses were not listened to"


def check_flood(net):
    """Guesses from many addresses at once fill the queue; who is known does not notice."""
    with folder() as path, running(net, "client", path) as c:
        labtest.equal(c.post(collecting.different(0)).status, 201, "known before")
        connections = []
        for number in range(60):
            connection = c.connect(source=f"127.0.1.{number + 1}")
            connection.sendall(c.request(b"{}", "alice", f"guess {number}"))
            connections.append(connection)
        answer = c.post(collecting.different(1))
        labtest.equal(answer.status, 201, "who is known")
        said = []
        for connection in connections:
            with connection:
                data = b""
                while part := connection.recv(65536):
                    data += part
                said.append(collecting.parse_answer(data))
        counts = {status: sum(1 for answer in said if answer.status == status)
                  for status in (401, 503)}
        labtest.equal(sum(counts.values()), 60, f"answers: {counts}")
        assert counts[401] >= 32 and all("retry-after" in answer.headers for answer in said
                                         if answer.status == 503), counts
        return f"{counts[401]} compared, {counts[503]} told to come back"


def check_reload(net):
    """SIGHUP: accounts come and go; a file with a fault changes nothing."""
    with folder() as path, running(net, "client", path) as c:
        labtest.equal(c.post(collecting.different(1), "bob").status, 201, "bob before")
        c.auth.write_text(collecting.make_account("erin", "new"))
        c.child.send_signal(signal.SIGHUP)
        collecting.pause_until(lambda: c.metric("accounts") == 1, 10, "it was not read")
        labtest.equal(c.post(collecting.different(1), "bob").status, 401, "bob after")
        labtest.equal(c.post(collecting.different(2), "erin", "new").status, 201, "erin")
        c.auth.write_text("erin\n")
        c.child.send_signal(signal.SIGHUP)
        collecting.pause_until(lambda: "stay as they were" in c.log.read_text(), 10,
                               "no complaint")
        labtest.equal(c.post(collecting.different(3), "erin", "new").status, 201, "erin again")
        assert "accounts:1: is not NAME:HASH" in c.log.read_text(), c.log.read_text()


def check_start(net):
    """What is wrong at the start is said in a line, and nothing is begun."""
    with folder() as path:
        good = path / "good"
        good.touch(mode=0o600)
        good.write_text(collecting.make_account("alice", "x"))
        readable = path / "readable"
        readable.write_text(good.read_text())
        readable.chmod(0o644)
        plain = write_auth(path / "plain", "alice")
        db = ("--db", str(path / "c.db"))
        listen = ("--listen", f"{ADDRESS}:8282")
        auth = ("--auth-file", str(good))
        for arguments, status, words in (
                ((*db, *auth), EXIT_USAGE, "--listen is needed"),
                ((*listen, *auth), EXIT_USAGE, "--db is needed"),
                ((*listen, *db), EXIT_USAGE, "--auth-file is needed"),
                ((*listen, *db, *auth, "x"), EXIT_USAGE, "takes no operand: x"),
                (("--listen", "localhost:80", *db, *auth), EXIT_USAGE, "is not [ADDR:]PORT"),
                ((*listen, *db, "--auth-file", str(readable)), EXIT_FAILURE, "others have access"),
                ((*listen, *db, "--auth-file", str(plain)), EXIT_FAILURE, "plain:1: has no strong hash"),
                (("--listen", "192.0.2.77:80", *db, *auth), EXIT_FAILURE, "cannot listen at")):
            done = prober(net, "collect", *arguments)
            expect_status(done, status)
            assert words in done.stderr, f"{words}: {done.stderr}"
            assert SECRET not in done.stderr, done.stderr
        with running(net, "client", path) as c:
            done = prober(net, "collect", *listen, "--db", str(c.db), *auth)
            expect_status(done, EXIT_FAILURE)
            assert "another process writes" in done.stderr, done.stderr


# --- limits ---------------------------------------------------------------------------------------

def check_rate(net):
    """More than an account may is for later, and the uploader comes back."""
    with folder() as path, running(net, "client", path, "--user-rate", "2/3") as c:
        said, begin = [], time.monotonic()
        while not said or (said[-1].status == 201 and len(said) < 200):
            said.append(c.post(collecting.different(len(said))))
        most = 3 + 2 * (time.monotonic() - begin) + 1
        assert 3 < len(said) <= most + 1, f"{len(said)} answers"
        labtest.equal((said[-1].status, said[-1].headers.get("retry-after")), (429, "1"),
                      "the last answer")
        labtest.equal(c.post(collecting.different(999), "bob").status, 201, "another account")
        done = measure(net, path / "r.db", c.url, "--auth-file",
                       str(write_auth(path / "auth", "bob")), count=4)
        expect_status(done, EXIT_OK)
        expect_stored(c, len(said) - 1 + 5)
        assert c.ended("limited") >= 1, "it was never limited"


def check_slow_clients(net):
    """200 clients that send a byte a second hinder nobody, and are cut in the end."""
    with folder() as path, running(net, "client", path, "--request-timeout", "8") as c:
        labtest.equal(c.post(collecting.different(0)).status, 201, "before")
        slow = [c.connect() for _ in range(200)]
        data = c.request(collecting.different(1))
        took, sent, most = [], 0, 0
        started = time.monotonic()
        while time.monotonic() < started + 3:
            for connection in slow:
                with contextlib.suppress(OSError):
                    connection.send(data[sent:sent + 1])
            sent += 1
            most = max(most, c.metric("connections"))
            for i in range(10):
                begin = time.monotonic()
                labtest.equal(c.post(collecting.different(100 * sent + i)).status, 201, "another")
                took.append(time.monotonic() - begin)
            time.sleep(max(0, started + sent - time.monotonic()))
        assert most >= 200, f"never more than {most:.0f} at a time"
        collecting.pause_until(lambda: c.metric("connections") < 10, 20, "they are still there")
        assert c.metric("connections_cut_total") >= 200, "they were not cut"
        for connection in slow:
            connection.close()
        expect_stored(c, 1 + len(took))
        took.sort()
        return (f"{len(took)} documents meanwhile, half within {took[len(took) // 2] * 1000:.1f} ms, "
                f"the slowest took {took[-1] * 1000:.1f} ms")


def check_full_house(net):
    """With all places taken by clients that do nothing, newcomers get one soon."""
    with folder() as path, running(net, "client", path, "--max-connections", "20") as c:
        labtest.equal(c.post(collecting.different(0)).status, 201, "before")
        idle = [c.connect() for _ in range(25)]
        begin = time.monotonic()
        labtest.equal(c.post(collecting.different(1)).status, 201, "a newcomer")
        waited = time.monotonic() - begin
        files = collecting.process_files(c.child.pid)
        assert files < 45, f"{files} files are open"
        for connection in idle:
            connection.close()
        assert c.metric("connections_full_total") >= 1, "it was never full"
        expect_stored(c, 2)
        return f"after {waited:.1f} s"


# --- its end, and its disk ------------------------------------------------------------------------

def check_stop(net):
    """A request that has begun is answered; no other is taken."""
    with folder() as path, running(net, "client", path) as c:
        # The password has to be compared first, and so it takes some time.
        connection = c.connect()
        connection.sendall(c.request(collecting.different(1)))
        collecting.pause_until(lambda: c.metric("passwords_waiting") >= 1 or
                               c.ended("stored") == 1, 10, "it was not read")
        labtest.equal(c.stop(), 0, "status")
        with connection:
            answer = collecting.parse_answer(connection.recv(65536))
        labtest.equal(answer.status, 201, "the answer")
        expect_stored(c, 1)


@contextlib.contextmanager
def small_disk(path, kib):
    """A file system of this size; gives a function that leaves no room, or makes it again."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(path)], check=True)
    filler = path / "filler"

    def fill(is_full):
        if not is_full:
            filler.unlink(missing_ok=True)
            return
        with open(filler, "wb", buffering=0) as out, contextlib.suppress(OSError):
            while out.write(b"x" * 4096) == 4096:
                pass

    try:
        yield fill
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def check_full_disk(net):
    """Without room it says so, keeps what it has, and goes on when there is room."""
    with folder() as path:
        small = path / "small"
        small.mkdir()
        with small_disk(small, 4096) as fill, \
                running(net, "client", path, db=small / "c.db") as c:
            labtest.equal(c.post(collecting.different(0)).status, 201, "with room")
            fill(True)
            said = None
            for number in range(1, 500):
                said = c.post(collecting.different(number))
                if said.status != 201:
                    break
            labtest.equal((said.status, said.headers.get("retry-after")), (503, "10"), "when full")
            labtest.equal(c.get("/healthz").status, 503, "health when full")
            fill(False)
            for again in range(number + 1):
                labtest.equal(c.post(collecting.different(again)).status, 201, f"number {again}")
            labtest.equal(c.get("/healthz").status, 200, "health")
            expect_stored(c, number + 1)
            said = c.log.read_text()
            assert "full" in said, said
            return f"full after {number} documents"


# --- secrets, and TLS --------------------------------------------------------------------------------

def check_secrets(net):
    """No password is in a command line, an environment, a message, or a file."""
    with folder() as path, running(net, "client", path, "-l", "debug") as c:
        c.post(collecting.different(1), "alice", SECRET + "-wrong")
        c.post(collecting.different(1), SECRET + "-as-a-name", "x")
        c.post(collecting.different(1), headers={"Content-Type": "x"})
        labtest.equal(c.post(collecting.different(1)).status, 201, "the right one")
        assert SECRET not in c.get("/metrics").text, "it is in the metrics"
        children = [int(pid) for pid in pathlib.Path(
            f"/proc/{c.child.pid}/task/{c.child.pid}/children").read_text().split()]
        labtest.equal(len(children), 1, "the process that compares passwords")
        for pid in (c.child.pid, *children):
            for what in ("cmdline", "environ"):
                assert SECRET.encode() not in pathlib.Path(f"/proc/{pid}/{what}").read_bytes()
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            labtest.equal(re.findall(r"^Cap(?:Prm|Eff|Amb):\s*(\w+)", status, re.M),
                          ["0" * 16] * 3, "capabilities")
        labtest.equal(c.stop(), 0, "status")
        for file in path.iterdir():
            assert SECRET.encode() not in file.read_bytes(), f"it is in {file.name}"
        network.wait_until(lambda: not any(pathlib.Path(f"/proc/{pid}").exists()
                                           for pid in children), 5)
        assert not pathlib.Path(f"/proc/{children[0]}").exists(), "the child stayed"


def nginx_config(path, certificate, address, c):
    """The example of docs/collect.md, for this place."""
    example = re.search(r"```nginx\n(.*?)```", (DOCS / "collect.md").read_text(), re.S)[1]
    for old, new in (("listen 443 ssl;", f"listen {address}:8443 ssl;"),
                     ("listen [::]:443 ssl;", ""),
                     ("/etc/ssl/collector.crt", str(certificate)),
                     ("/etc/ssl/collector.key", str(certificate)),
                     ("127.0.0.1:8080", f"{ADDRESS}:{c.port}")):
        assert old in example, f"the example has no {old!r}"
        example = example.replace(old, new)
    file = path / "nginx.conf"
    file.write_text(f"""
daemon off; master_process off; pid {path}/nginx.pid; error_log {path}/nginx.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {path}/body; proxy_temp_path {path}/proxy;
    fastcgi_temp_path {path}/f; uwsgi_temp_path {path}/u; scgi_temp_path {path}/s;
{example}
}}
""")
    return file


@contextlib.contextmanager
def nginx(net, node, config):
    with subprocess.Popen(net.argv(node, ["/usr/sbin/nginx", "-c", str(config)]),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        try:
            yield child
        finally:
            child.terminate()


def check_nginx(net):
    """Behind nginx, as documented, which ends TLS; a stranger's certificate gets nothing."""
    address = server_address(net)
    with folder() as path:
        good, trust = collector.make_certificate(path, "good", f"IP:{address}")
        _, stranger = collector.make_certificate(path, "stranger", f"IP:{address}")
        with running(net, "server", path, "--behind-proxy") as c, \
                nginx(net, "server", nginx_config(path, good, address, c)) as child:
            network.wait_until(lambda: (path / "nginx.pid").exists() or
                               child.poll() is not None, 10)
            assert child.poll() is None, child.stdout.read()
            url = f"https://{address}:8443{PATH}"
            auth = ("--auth-file", str(write_auth(path / "auth", "alice")))
            done = measure(net, path / "n.db", url, "--ca-file", str(stranger), *auth)
            expect_status(done, EXIT_FAILURE)
            assert "certificate" in done.stderr, done.stderr
            expect_stored(c, 0)
            done = prober(net, "transmit", "--ca-file", str(trust), *auth, str(path / "n.db"))
            expect_status(done, EXIT_OK)
            expect_stored(c, 1)
            curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", str(trust)]
            for where, status in (("/healthz", "200"), ("/metrics", "404"), ("/", "404")):
                labtest.equal(net.run("client", [*curl, f"https://{address}:8443{where}"]), status,
                              where)
            # The address of who guesses is the client's, not nginx's.
            for number in range(12):
                net.run("client", [*curl, "-u", f"alice:{number}", "-H",
                                   "Content-Type: application/json", "-d", "{}", url])
            assert 1 <= c.ended("guarded") <= 2, "guesses that were not listened to"
            labtest.equal(c.post(collecting.different(1), "alice", "wrong",
                                 headers={"X-Forwarded-For": "192.0.2.5, 192.0.2.9"}).status, 401,
                          "somebody else")


def main():
    labtest.needs_root()
    report = labtest.Report()
    check = report.check
    with labtest.lab("plain") as net:
        check("what is sent is stored as it was measured", check_run, net)
        check("documents of all kinds are taken, the reference's among them", check_all_documents,
              net)
        check("a key has one document and one answer", check_repeated, net)
        check("malformed documents are refused, each for its reason", check_malformed, net)
        check("bad requests are refused", check_bad_requests, net)
        check("wrong and missing credentials are refused alike", check_credentials, net)
        check("who guesses is not listened to for a while", check_guessing, net)
        check("guesses from everywhere do not stop who is known", check_flood, net)
        check("accounts are read again on SIGHUP", check_reload, net)
        check("what is wrong at the start is said", check_start, net)
        check("an account has a rate, and the uploader keeps it", check_rate, net)
        check("200 slow clients stop nobody", check_slow_clients, net)
        check("a full house has room soon", check_full_house, net)
        check("what has begun is finished before the end", check_stop, net)
        check("a full disk is said and survived", check_full_disk, net)
        check("secrets are nowhere", check_secrets, net)
        check("nginx ends TLS, as documented", check_nginx, net)
    sys.exit(report.end())


if __name__ == "__main__":
    main()
