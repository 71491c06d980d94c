#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Measurements on their way to a collector: whatever happens, each is there once."""
import contextlib
import email.utils
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import collector
import labtest
import nameserver
import network
import study_format
from collector import Say
from runs import (EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, PROBER, expect_status,
                  folder, one_value, prober)

SECRET = "marker-7c1f"
AUTH = f"alice:{SECRET}"
TRACE = ("two-way", "udp", "singlepath")


def server_address(net):
    return net.topology.address("server", 4)


def measure(net, db, url, *arguments, before=(), targets=None):
    """A run with --transmit and -y."""
    return prober(net, "-d", str(db), "--transmit", "-y", "--collector", url, *arguments, *TRACE,
                  *(targets or [server_address(net)]), before=before)


def queue(net, db, server, count=1):
    """Measurements that wait in a database: the collector is silent for this time."""
    server.plan = ["hang"] * 64
    argv = net.argv("client", [labtest.build_file(PROBER), "-q", "-d", str(db), "--inter", "0",
                               "--transmit", "-y", "--collector", server.url, *TRACE,
                               *[server_address(net)] * count])
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
        try:
            assert network.wait_until(lambda: queued(db) == count, 20), \
                f"{queued(db)} of {count} measurements are queued"
        finally:
            child.kill()
    server.plan = []
    server.requests.clear()


def queued(db):
    with contextlib.suppress(sqlite3.OperationalError):
        return one_value(db, "SELECT count(*) FROM upload WHERE state = 'queued'")
    return 0


def states(db):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return dict(connection.execute("SELECT state, count(*) FROM upload GROUP BY state"))


def transmit(net, db, *arguments, before=(), timeout=60):
    return prober(net, "transmit", *arguments, str(db), before=before, timeout=timeout)


def expect_sound(db):
    labtest.equal(one_value(db, "PRAGMA integrity_check"), "ok", "integrity")


def expect_once(server, db):
    """Each measurement of the database is at the collector, and nothing else is."""
    labtest.equal(server.faults, [], "what a client of ours must not do")
    with contextlib.closing(sqlite3.connect(db)) as connection:
        keys = {f'"{key}"' for key, in connection.execute("SELECT key FROM upload")}
        pairs = connection.execute("SELECT count(*) FROM v_pair").fetchone()[0]
    labtest.equal(set(server.stored), keys, "keys that were stored")
    labtest.equal(len(keys), pairs, "measurements")
    labtest.equal(states(db), {"sent": len(keys)}, "states")
    expect_sound(db)


# --- it works ------------------------------------------------------------------------

def check_run(net):
    with collector.serving(net, "client", auth=AUTH) as server, folder() as path:
        db = path / "a.db"
        done = measure(net, db, server.url, before=("env", f"REVPROBE_AUTH={AUTH}"))
        expect_status(done, EXIT_OK)
        assert "1 sent, 0 rejected, 0 wait" in done.stderr, done.stderr
        expect_once(server, db)
        document = next(iter(server.stored.values()))
        labtest.equal(document["target"], server_address(net), "target")
        labtest.equal(set(document["traces"]), {"forward", "reverse"}, "directions")
        labtest.equal(server.requests[0]["path"], "/v1/measurements", "path")
        expect_status(transmit(net, db), EXIT_OK)
        labtest.equal(len(server.requests), 1, "requests, when nothing waits")


def check_deployed_command(net):
    """What users of the deployed client type: no database, the collector in the environment."""
    with collector.serving(net, "client") as server, folder() as path:
        environment = ("env", f"XDG_STATE_HOME={path}", f"REVPROBE_COLLECTOR={server.url}")
        done = prober(net, "--transmit", "-y", "two-way", "tcp", "multipath", server_address(net),
                      before=environment)
        expect_status(done, EXIT_OK)
        assert "forward from" in done.stdout, done.stdout
        expect_once(server, path / "revprobe" / "spool-1.db")
        assert "multipath" in next(iter(server.stored.values()))
        done = prober(net, "transmit", "--list", before=environment)
        expect_status(done, EXIT_OK)
        labtest.equal(len(re.findall(r"  sent  .*" + re.escape(server_address(net)),
                                     done.stdout)), 1, "rows of the list")


def check_all_documents(net):
    """All modes and protocols, and targets that give half a document or none."""
    with collector.serving(net, "client") as server, folder() as path:
        targets = [net.topology.address(node, 4) for node in ("server", "plain")]
        for family in ("-4", "-6"):
            targets.append(net.topology.address("server", 6))
            for protocol in ("udp", "tcp", "icmp"):
                for mode in ("singlepath", "multipath"):
                    for direction in ("forward", "reverse", "two-way"):
                        done = prober(net, "-q", "-d", str(path / "b.db"), "--transmit", "-y",
                                      "--collector", server.url, family, direction, protocol, mode,
                                      *targets)
                        expect_status(done, EXIT_OK)
        labtest.equal(server.faults, [], "faults of documents")
        labtest.equal(states(path / "b.db"), {"sent": len(server.stored)}, "states")
        assert len(server.stored) > 60, len(server.stored)
        return f"{len(server.stored)} documents of all kinds"


def check_names_and_source(net):
    ours = net.topology.address("client", 4)
    with folder() as path, collector.serving(net, "client") as server:
        pointers = {server_address(net): "server.example.net", ours: "home.example.net"}
        with nameserver.serving(net, {}, pointers=pointers) as names:
            for number, options in enumerate((("--resolve",), ("--resolve", "--redact-source"),
                                              ("-n",))):
                done = measure(net, path / f"{number}.db", server.url, *options,
                               before=names.before)
                expect_status(done, EXIT_OK)
        plain, redacted, nameless = (json.dumps(d) for d in server.stored.values())
        assert f'"{ours}"' in plain and "home.example.net" in plain, plain
        assert f'"{ours}"' not in redacted and "home.example.net" not in redacted, redacted
        assert "server.example.net" in redacted, redacted
        assert "example.net" not in nameless and f'"{ours}"' in nameless, nameless
        labtest.equal(server.faults, [], "faults")


# --- the network and the collector misbehave -------------------------------------------

def check_retries(net):
    """Everything that is worth another attempt ends well."""
    for number, step in enumerate(("drop", Say(503, "busy"), Say(500), Say(408), Say(409),
                                   Say(425), Say(429))):
        with collector.serving(net, "client") as server, folder() as path:
            server.plan = [step]
            expect_status(measure(net, path / f"{number}.db", server.url), EXIT_OK)
            labtest.equal(len(server.requests), 2, f"attempts after {step}")
            expect_once(server, path / f"{number}.db")


def check_lost_answer(net):
    with collector.serving(net, "client") as server, folder() as path:
        server.plan = ["lost", "cut"]
        expect_status(measure(net, path / "l.db", server.url), EXIT_OK)
        labtest.equal(len(server.requests), 3, "attempts")
        labtest.equal(server.repeated, 2, "repetitions that the collector saw through")
        keys = {r["headers"]["Idempotency-Key"] for r in server.requests}
        labtest.equal(len(keys), 1, "keys")
        expect_once(server, path / "l.db")


def check_rejected(net):
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "x.db"
        server.plan = [Say(400, "abort: not an \x1b[31minteger\r\n"), Say(422, "twice")]
        done = measure(net, db, server.url, targets=[server_address(net)] * 3)
        expect_status(done, EXIT_FAILURE)
        labtest.equal(states(db), {"rejected": 2, "sent": 1}, "states")
        reasons = {row[0] for row in sqlite3.connect(db).execute(
            "SELECT reason FROM upload WHERE state = 'rejected'")}
        labtest.equal(reasons, {"400: abort: not an [31minteger", "422: twice"}, "reasons")
        assert "abort: not an [31minteger" in done.stderr, done.stderr
        requests = len(server.requests)
        expect_status(transmit(net, db), EXIT_OK)
        labtest.equal(len(server.requests), requests, "what is rejected is not sent again")
        expect_status(transmit(net, db, "--retry"), EXIT_OK)
        expect_once(server, db)


def check_without_gzip(net):
    """A collector that reads no gzip gets plain documents, after one refusal."""
    with collector.serving(net, "client", takes_gzip=False) as server, folder() as path:
        done = measure(net, path / "n.db", server.url, targets=[server_address(net)] * 3)
        expect_status(done, EXIT_OK)
        assert "takes no gzip" in done.stderr, done.stderr
        expect_once(server, path / "n.db")
        labtest.equal(len(server.stored), 3, "documents")
        # What was on its way with the first is refused with it.
        assert len(server.requests) <= 6, f"{len(server.requests)} requests"
        server.plan = [Say(415, "no JSON either")] * 2
        expect_status(measure(net, path / "m.db", server.url), EXIT_FAILURE)
        labtest.equal(states(path / "m.db"), {"rejected": 1}, "states")


def check_retry_after(net, header):
    """429 is waited for as long as it says, as seconds or as a date."""
    with collector.serving(net, "client") as server, folder() as path:
        server.plan = [Say(429, "slow down", {"Retry-After": header(4)})]
        start = time.monotonic()
        done = measure(net, path / "w.db", server.url)
        expect_status(done, EXIT_OK)
        # A date has seconds, and so between three and four of them are left.
        assert time.monotonic() - start > 2.5, "it did not wait"
        again = float(re.search(r"again in ([0-9.]+) s", done.stderr).group(1))
        assert 2.5 < again <= 4, done.stderr
        labtest.equal(len(server.requests), 2, "attempts")
        expect_once(server, path / "w.db")


def check_long_wait(net):
    """Who is asked to come back in a day leaves now, and loses nothing."""
    with collector.serving(net, "client") as server, folder() as path:
        server.plan = [Say(503, "", {"Retry-After": "86400"})]
        done = measure(net, path / "d.db", server.url)
        expect_status(done, EXIT_FAILURE)
        assert "1 wait" in done.stderr, done.stderr
        labtest.equal(states(path / "d.db"), {"queued": 1}, "states")
        expect_status(transmit(net, path / "d.db"), EXIT_OK)
        expect_once(server, path / "d.db")


def check_refused(net):
    """A wrong password or path says nothing about the measurement."""
    with collector.serving(net, "client", auth=AUTH) as server, folder() as path:
        db = path / "p.db"
        done = measure(net, db, server.url, targets=[server_address(net)] * 5)
        expect_status(done, EXIT_FAILURE)
        assert "401: who are you?" in done.stderr, done.stderr
        labtest.equal(states(db), {"queued": 5}, "states")
        assert len(server.requests) <= 4, "one refusal is enough"
        server.plan = [Say(302, "", {"Location": "http://127.0.0.2:1/"})]
        server.requests.clear()
        done = transmit(net, db, "--parallel", "1", before=("env", f"REVPROBE_AUTH={AUTH}"))
        expect_status(done, EXIT_FAILURE)
        assert "302: it wants to be called at http://127.0.0.2:1/" in done.stderr, done.stderr
        labtest.equal(len(server.requests), 1, "a redirect is not followed")
        expect_status(transmit(net, db, before=("env", f"REVPROBE_AUTH={AUTH}")), EXIT_OK)
        expect_once(server, db)


def check_redirect_elsewhere(net):
    """Another host gets neither the document nor the password."""
    with collector.serving(net, "client") as other, folder() as path, \
            collector.serving(net, "client", auth=AUTH) as server:
        server.plan = [Say(status, "", {"Location": other.url}) for status in
                       (301, 307, 308)]
        measure(net, path / "o.db", server.url, before=("env", f"REVPROBE_AUTH={AUTH}"))
        for _ in range(2):
            transmit(net, path / "o.db", before=("env", f"REVPROBE_AUTH={AUTH}"))
        labtest.equal(len(server.requests), 3, "requests")
        labtest.equal(other.requests, [], "requests to the other")


def check_flood(net):
    """An answer without an end is not read to its end."""
    with collector.serving(net, "client") as server, folder() as path:
        server.plan = ["flood"]
        expect_status(measure(net, path / "f.db", server.url), EXIT_OK)
        assert network.wait_until(lambda: server.floods == 1, 5), "it is still being read"
        labtest.equal(states(path / "f.db"), {"sent": 1}, "states: the status was 200")


def check_deadlines(net):
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "t.db"
        queue(net, db, server, 3)
        server.plan = ["hang"] * 50
        start = time.monotonic()
        done = transmit(net, db, "--attempt-timeout", "0.3", "--patience", "3")
        expect_status(done, EXIT_FAILURE)
        took = time.monotonic() - start
        assert 1 < took < 10, f"{took:.1f} s"
        assert "timed out" in done.stderr.lower(), done.stderr
        labtest.equal(states(db), {"queued": 3}, "states")
        done = transmit(net, db, "--attempt-timeout", "60", "--deadline", "1")
        expect_status(done, EXIT_FAILURE)
        server.plan = []
        expect_status(transmit(net, db), EXIT_OK)
        expect_once(server, db)


def check_nobody_listens(net):
    with folder() as path:
        db = path / "n.db"
        with collector.serving(net, "client") as server:
            queue(net, db, server)
        done = transmit(net, db, "--patience", "2")
        expect_status(done, EXIT_FAILURE)
        assert "onnect" in done.stderr and "1 wait for the next time" in done.stderr, done.stderr
        labtest.equal(states(db), {"queued": 1}, "states")


# --- whom to trust ------------------------------------------------------------------------

def check_https(net):
    """Over a router, with a certificate that is good, of a stranger, or of another host."""
    address = server_address(net)
    with folder() as path:
        good, trust = collector.make_certificate(path, "good", f"IP:{address}")
        other, other_trust = collector.make_certificate(path, "other", "DNS:other.example.net")
        with collector.serving(net, "server", address, AUTH, good) as server:
            db = path / "s.db"
            before = ("env", f"REVPROBE_AUTH={AUTH}")
            done = measure(net, db, server.url, before=before)
            expect_status(done, EXIT_FAILURE)
            assert "certificate" in done.stderr, done.stderr
            labtest.equal((server.requests, states(db)), ([], {"queued": 1}), "a stranger's")
            expect_status(transmit(net, db, "--ca-file", str(trust), before=before), EXIT_OK)
            expect_once(server, db)
        with collector.serving(net, "server", address, AUTH, other) as server:
            done = measure(net, path / "h.db", server.url, "--ca-file", str(other_trust),
                           before=before)
            expect_status(done, EXIT_FAILURE)
            assert "certificate" in done.stderr or "match" in done.stderr, done.stderr
            labtest.equal((server.requests, states(path / "h.db")), ([], {"queued": 1}),
                          "another host's")


def check_plain(net):
    """HTTP to another host: not unless it is asked for."""
    with collector.serving(net, "server", server_address(net)) as server, folder() as path:
        done = measure(net, path / "h.db", server.url)
        expect_status(done, EXIT_USAGE)
        assert "HTTP" in done.stderr and not (path / "h.db").exists(), done.stderr
        done = measure(net, path / "h.db", server.url, "--allow-http")
        expect_status(done, EXIT_OK)
        assert "not encrypted" in done.stderr, done.stderr
        expect_once(server, path / "h.db")


def check_secrets(net):
    """The password is in no message, no command line, no file, and no environment."""
    with collector.serving(net, "client", auth=AUTH) as server, folder() as path:
        db, auth = path / "k.db", path / "auth"
        auth.write_text(AUTH + "\n")
        for mode, status in ((0o644, EXIT_USAGE), (0o640, EXIT_USAGE), (0o600, EXIT_OK)):
            auth.chmod(mode)
            done = measure(net, db, server.url, "-l", "debug", "--auth-file", str(auth))
            expect_status(done, status)
            assert SECRET not in done.stdout + done.stderr, done.stderr
        done = measure(net, db, server.url.replace("//", f"//{AUTH}@"), "-l", "debug")
        expect_status(done, EXIT_USAGE)
        assert SECRET not in done.stdout + done.stderr, done.stderr
        server.plan = ["hang"]
        argv = net.argv("client", [labtest.build_file(PROBER), "-q", "-d", str(db), "--transmit",
                                   "-y", "--collector", server.url, *TRACE, server_address(net)])
        with subprocess.Popen(argv, env=os.environ | {"REVPROBE_AUTH": AUTH}) as child:
            try:
                assert network.wait_until(lambda: not server.plan, 10), "nothing was sent"
                for what in ("cmdline", "environ"):
                    shown = open(f"/proc/{child.pid}/{what}", "rb").read()
                    assert shown and SECRET.encode() not in shown, shown
                status = open(f"/proc/{child.pid}/status").read()
                labtest.equal(re.findall(r"^Cap(?:Prm|Eff|Amb):\s*(\w+)", status, re.M),
                              ["0" * 16] * 3, "capabilities while sending")
            finally:
                child.kill()
        for file in path.iterdir():
            if file != auth:
                assert SECRET.encode() not in file.read_bytes(), f"it is in {file.name}"


# --- who is asked ---------------------------------------------------------------------------

def on_terminal(net, arguments, answer):
    """Runs the prober on a terminal of its own: status and what it showed."""
    master, slave = pty.openpty()
    argv = net.argv("client", [labtest.build_file(PROBER), *arguments])
    with subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave) as child:
        os.close(slave)
        shown = b""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if not select.select([master], [], [], 0.2)[0]:
                if child.poll() is not None:
                    break
                continue
            try:
                shown += os.read(master, 4096)
            except OSError:
                break
            if answer and shown.endswith(b"[y/N] "):
                os.write(master, answer)
                answer = None
        status = child.wait(20)
    os.close(master)
    return status, shown.decode()


def packets_sent(net):
    return int(net.run("client", ["cat", "/sys/class/net/to-r1/statistics/tx_packets"]))


def check_consent(net):
    with collector.serving(net, "client") as server, folder() as path:
        def arguments(name, *more):
            return ("-d", str(path / name), "--transmit", "--collector", server.url, *more, *TRACE,
                    server_address(net))

        status, shown = on_terminal(net, arguments("y.db"), b"y\n")
        labtest.equal(status, EXIT_OK, f"yes: {shown}")
        for words in (server.url, "addresses", "round trips", "host names", "without a name",
                      "the address of this host"):
            assert words in shown, f"'{words}' is not in: {shown}"
        labtest.equal(len(server.stored), 1, "documents after yes")
        status, shown = on_terminal(net, arguments("r.db", "-n", "--redact-source"), b"YES\n")
        labtest.equal(status, EXIT_OK, shown)
        assert "no host names" in shown and "not the address of this host" in shown, shown
        before = packets_sent(net)
        for answer in (b"n\n", b"\n", b"yesterday\n", b"\x04"):
            status, shown = on_terminal(net, arguments("n.db"), answer)
            labtest.equal((status, (path / "n.db").exists()), (EXIT_USAGE, False),
                          f"{answer!r}: {shown}")
        done = prober(net, *arguments("n.db"))  # no terminal
        expect_status(done, EXIT_USAGE)
        assert "-y" in done.stderr, done.stderr
        assert packets_sent(net) - before < 10, "packets were sent without consent"
        labtest.equal((len(server.stored), (path / "n.db").exists()), (2, False), "what is there")


def check_readdress(net):
    """Consent for one collector is none for another."""
    with collector.serving(net, "client") as first, folder() as path, \
            collector.serving(net, "client") as second:
        db = path / "m.db"
        queue(net, db, first)
        done = transmit(net, db, "--collector", second.url)
        expect_status(done, EXIT_FAILURE)
        labtest.equal(second.requests, [], "requests without consent")
        expect_status(transmit(net, db, "--collector", second.url, "-y"), EXIT_OK)
        expect_once(second, db)


def check_shown(net):
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "v.db"
        queue(net, db, server, 2)
        done = transmit(net, db, "--dry-run")
        expect_status(done, EXIT_OK)
        documents = [json.loads(line) for line in done.stdout.splitlines()]
        for document in documents:
            study_format.check(document)
        done = transmit(net, db, "--list")
        expect_status(done, EXIT_OK)
        labtest.equal(done.stdout.count("  queued  "), 2, "rows of the list")
        labtest.equal(server.requests, [], "requests")
        expect_status(transmit(net, db), EXIT_OK)
        for document in documents:
            assert document in server.stored.values(), "it sent something else"
        expect_status(transmit(net, path / "none.db"), EXIT_FAILURE)
        assert not (path / "none.db").exists(), "a name mistyped made a file"


# --- the prober dies -------------------------------------------------------------------------

def check_interrupt(net):
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "i.db"
        queue(net, db, server, 3)
        server.plan = ["hang"] * 4
        argv = net.argv("client", [labtest.build_file(PROBER), "transmit", str(db)])
        with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as child:
            assert network.wait_until(lambda: len(server.plan) == 1, 10), "nothing was sent"
            child.send_signal(signal.SIGINT)
            said = child.communicate(timeout=5)[1]
        labtest.equal(child.returncode, EXIT_INTERRUPTED, said)
        labtest.equal(states(db), {"queued": 3}, "states")
        server.plan = []
        expect_status(transmit(net, db), EXIT_OK)
        expect_once(server, db)


def check_interrupted_run(net):
    """What is whole waits, what is not is not sent; the run itself sends nothing any more."""
    block = ".".join(net.topology.address("blackhole", 4).split(".")[:3]) + ".0/24"
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "j.db"
        argv = net.argv("client", [labtest.build_file(PROBER), "-d", str(db), "--transmit", "-y",
                                   "--collector", server.url, "--timeout", "0.5", "--rate", "100",
                                   "--allow-special",
                                   *TRACE, server_address(net), block])
        with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as child:
            assert network.wait_until(lambda: queued(db) > 0, 20), "nothing is queued"
            child.send_signal(signal.SIGINT)
            said = child.communicate(timeout=20)[1]
        labtest.equal((child.returncode, server.requests), (EXIT_INTERRUPTED, []), said)
        assert f"revprobe transmit {db}" in said, said
        labtest.equal(one_value(db, "SELECT count(*) FROM v_upload u JOIN trace t"
                                    " USING (pair_id) WHERE t.stop = 9"), 0, "interrupted ones")
        expect_status(transmit(net, db), EXIT_OK)
        labtest.equal((server.faults, states(db)), ([], {"sent": len(server.stored)}), "states")


def chaos_plan(chance):
    """What the collector does next, mostly nothing bad."""
    while True:
        yield chance.choices([None, "lost", "cut", "drop", Say(503), Say(429, "", {
            "Retry-After": "1"})], [24, 2, 2, 2, 1, 1])[0]


class ChaoticPlan(list):
    """A plan that never ends."""

    def __init__(self, chance):
        super().__init__()
        self.steps = chaos_plan(chance)

    def __bool__(self):
        return True

    def pop(self, _=0):
        return next(self.steps)


def check_killed_while_sending(net):
    """SIGKILL at random moments of `transmit`, a collector that loses answers."""
    chance = random.Random(7)
    count, kills = 400, 0
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "c.db"
        queue(net, db, server, count)
        server.plan = ChaoticPlan(chance)
        argv = net.argv("client", [labtest.build_file(PROBER), "transmit", "-q", "--parallel", "8",
                                   str(db)])
        for _ in range(30):
            seen = len(server.requests)
            with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
                # Some more requests, and a moment after that.
                network.wait_until(lambda: len(server.requests) > seen + chance.randrange(12) or
                                   child.poll() is not None, 10)
                time.sleep(chance.random() * 0.004)
                kills += child.poll() is None
                child.kill()
            expect_sound(db)
        server.plan = []
        left = queued(db)
        expect_status(transmit(net, db), EXIT_OK)
        expect_once(server, db)
        labtest.equal(len(server.stored), count, "documents")
        assert kills > 20 and left > 0, f"{kills} kills, {left} left: this was no chaos"
        return f"{kills} kills, {len(server.requests)} requests, {server.repeated} repeated"


def check_killed_while_probing(net):
    """SIGKILL at random moments of runs with --transmit, which append to one database."""
    chance = random.Random(11)
    kills = 0
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "g.db"
        server.plan = ChaoticPlan(chance)
        argv = net.argv("client", [labtest.build_file(PROBER), "-q", "-d", str(db), "--inter", "0",
                                   "--rate", "2000", "--transmit", "-y", "--collector", server.url,
                                   *TRACE, *[server_address(net)] * 100])
        for _ in range(30):
            with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
                time.sleep(0.1 + chance.random() * 1.8)
                kills += child.poll() is None
                child.kill()
            expect_sound(db)
        server.plan = []
        expect_status(transmit(net, db), EXIT_OK)
        expect_once(server, db)
        assert kills > 10, f"{kills} kills: this was no chaos"
        assert len(server.stored) > 100, len(server.stored)
        return (f"{kills} kills, {len(server.stored)} measurements, {server.repeated} repeated, "
                f"{one_value(db, 'SELECT count(*) FROM trace')} traces")


def check_full_disk(net):
    """No room to write down that it was sent: sent again, under the same key."""
    with collector.serving(net, "client") as server, folder() as path:
        db = path / "q.db"
        queue(net, db, server, 200)
        expect_sound(db)
        with contextlib.closing(sqlite3.connect(db)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        small = path / "small"
        small.mkdir()
        room = db.stat().st_size // 1024 + 100
        script = (f"mount -t tmpfs -o size={room}k tmpfs {small} && cp {db} {small}/q.db && "
                  f"\"$0\" transmit {small}/q.db; status=$?; cp {small}/q.db* {path}/out/; "
                  "exit $status")
        (path / "out").mkdir()
        done = net.run_any("client", ["unshare", "-m", "sh", "-c", script,
                                      labtest.build_file(PROBER)], 60)
        expect_status(done, EXIT_FAILURE)
        assert "full" in done.stderr.lower(), done.stderr
        stored = len(server.stored)
        assert 0 < stored < 200, f"{stored} were stored before the disk was full"
        shutil.rmtree(small)
        expect_sound(path / "out" / "q.db")
        expect_status(transmit(net, path / "out" / "q.db"), EXIT_OK)
        expect_once(server, path / "out" / "q.db")
        labtest.equal(len(server.stored), 200, "documents")
        return f"{stored} before the disk was full, {server.repeated} repeated"


def main():
    labtest.needs_root()
    report = labtest.Report()
    check = report.check
    with labtest.lab("plain") as net:
        check("a run sends what it measured", check_run, net)
        check("the deployed client's command works as it is", check_deployed_command, net)
        check("documents of all kinds pass a strict reading", check_all_documents, net)
        check("names and our address stay here where asked", check_names_and_source, net)
        check("what may go well later is tried again", check_retries, net)
        check("an answer that got lost makes no duplicate", check_lost_answer, net)
        check("what is rejected keeps its reason", check_rejected, net)
        check("a collector without gzip is served, too", check_without_gzip, net)
        check("Retry-After in seconds is kept", check_retry_after, net, str)
        check("Retry-After as a date is kept", check_retry_after, net,
              lambda s: email.utils.formatdate(time.time() + s, usegmt=True))
        check("a long Retry-After is not waited for", check_long_wait, net)
        check("who refuses us does not reject measurements", check_refused, net)
        check("a redirect to another host gets nothing", check_redirect_elsewhere, net)
        check("an endless answer is cut off", check_flood, net)
        check("attempts and all of it have an end", check_deadlines, net)
        check("a collector that is not there loses nothing", check_nobody_listens, net)
        check("HTTPS, and only with a certificate that is good", check_https, net)
        check("HTTP to other hosts only where asked", check_plain, net)
        check("the password is nowhere, and no capability is left", check_secrets, net)
        check("nothing is measured without consent", check_consent, net)
        check("consent is for one collector", check_readdress, net)
        check("--dry-run and --list show what there is", check_shown, net)
        check("SIGINT while sending leaves the rest queued", check_interrupt, net)
        check("SIGINT while probing sends nothing, and keeps what is whole",
              check_interrupted_run, net)
        check("SIGKILL while sending: each once", check_killed_while_sending, net)
        check("SIGKILL while probing: each once", check_killed_while_probing, net)
        check("a full disk while sending: each once", check_full_disk, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
