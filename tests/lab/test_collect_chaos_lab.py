#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Probers, a collector, and everything that can go wrong between them: in the end each
measurement is at the collector, once.

Both sides are killed at random moments, connections are cut, answers are lost after the
commit, and each side's disk is full for a while.  COLLECT_CHAOS is how many measurements
there are, 80 by default.
"""
import contextlib
import os
import random
import select
import socket
import sqlite3
import subprocess
import sys
import threading
import time

import labtest
from collecting import ADDRESS, PATH, USERS, running, write_auth
from runs import EXIT_OK, PROBER, expect_status, folder, one_value, prober
from test_collect_lab import small_disk

TOTAL = int(os.environ.get("COLLECT_CHAOS", "80"))
RELAY_PORT = 8290
CHANCE = random.Random(1)


class Relay:
    """Passes connections on to the collector; some it cuts, of some it loses the answer."""

    def __init__(self, net, node, port):
        self.net, self.node, self.port = net, node, port
        self.is_calm = False
        self.ends = {"passed": 0, "cut": 0, "lost": 0}
        with net.inside(node):
            self.listener = socket.create_server((ADDRESS, RELAY_PORT), backlog=128)
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def choose(self):
        if self.is_calm:
            return "passed", 0
        return (CHANCE.choices(["passed", "cut", "lost"], [80, 10, 10])[0], CHANCE.randrange(2000))

    def serve(self, client):
        end, after = self.choose()
        with client, contextlib.suppress(OSError):
            with self.net.inside(self.node):
                server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            with server:
                server.connect((ADDRESS, self.port))
                self.copy(client, server, end, after)
        self.ends[end] += 1

    @staticmethod
    def copy(client, server, end, after):
        """`after`: so many bytes of the request get through, if it is cut."""
        while True:
            for source in select.select([client, server], [], [], 60)[0] or [None]:
                data = source.recv(65536) if source else b""
                if not data or (source is server and end == "lost"):
                    return
                if source is client and end == "cut":
                    server.sendall(data[:after])
                    after -= len(data)
                    if after <= 0:
                        return
                else:
                    (server if source is client else client).sendall(data)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class Sender:
    """One prober after the other, on one database."""

    def __init__(self, net, path, user, wanted):
        self.net, self.wanted = net, wanted
        self.db = path / f"{user}.db"
        self.auth = write_auth(path / f"auth-{user}", user)
        self.log = open(path / f"log-{user}", "wb")
        self.url = f"http://{ADDRESS}:{RELAY_PORT}{PATH}"
        self.kills = 0

    def count(self, state="%"):
        with contextlib.suppress(sqlite3.OperationalError):
            return one_value(self.db, f"SELECT count(*) FROM upload WHERE state LIKE '{state}'")
        return 0

    def argv(self):
        binary = labtest.build_file(PROBER)
        missing = self.wanted - self.count()
        if missing <= 0:
            return self.net.argv("client", [binary, "transmit", "-q", "--auth-file",
                                            str(self.auth), str(self.db)])
        target = self.net.topology.address("server", 4)
        return self.net.argv("client", [
            binary, "-q", "-d", str(self.db), "--inter", "0", "--rate", "1000", "--transmit", "-y",
            "--auth-file", str(self.auth), "--collector", self.url, "two-way", "udp",
            "singlepath", *[target] * min(missing, 100)])

    def run_once(self, seconds):
        """Kills it after that time, unless it has ended."""
        with subprocess.Popen(self.argv(), stdout=subprocess.DEVNULL, stderr=self.log) as child:
            try:
                child.wait(seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                self.kills += 1

    def is_done(self):
        return self.count() >= self.wanted and self.count("queued") == 0


def disturb(senders, calm):
    """Until all is sent: probers come and are killed, as long as it is not `calm`."""
    def go(sender, chance):
        while not sender.is_done():
            sender.run_once(300 if calm.is_set() else 0.2 + chance.random() * 2)

    threads = [threading.Thread(target=go, args=(sender, random.Random(number)))
               for number, sender in enumerate(senders)]
    for thread in threads:
        thread.start()
    return threads


def fill_for_a_while(fill, seconds):
    fill(True)
    time.sleep(seconds)
    fill(False)


def check_chaos(net):
    with folder() as path, contextlib.ExitStack() as stack:
        for name in ("there", "here"):
            (path / name).mkdir()
        there = stack.enter_context(small_disk(path / "there", 8192 + 32 * TOTAL))
        here = stack.enter_context(small_disk(path / "here", 8192 + 32 * TOTAL))
        c = stack.enter_context(running(net, "client", path, "--user-rate", "off",
                                        db=path / "there" / "c.db"))
        relay = Relay(net, "client", c.port)
        stack.callback(relay.close)
        senders = [Sender(net, path / "here" if number == 0 else path, user, TOTAL // len(USERS))
                   for number, user in enumerate(USERS)]
        calm, chance = threading.Event(), random.Random(2)
        threads = disturb(senders, calm)
        kills, started = 0, time.monotonic()
        time.sleep(1)
        fill_for_a_while(there, 1)
        fill_for_a_while(here, 1)
        while any(thread.is_alive() for thread in threads) and \
                time.monotonic() - started < 6 + TOTAL / 4:
            time.sleep(0.3 + chance.random() * 2)
            c.kill()
            kills += 1
            time.sleep(chance.random() * 0.3)
            c.start()
        calm.set()
        relay.is_calm = True
        for thread in threads:
            thread.join()
        return finish(net, c, senders, f"{kills} and {sum(s.kills for s in senders)} kills, "
                                       f"{relay.ends}")


def finish(net, c, senders, what):
    """In calm weather all that waits is sent; then all is counted."""
    keys = []
    for sender in senders:
        done = prober(net, "transmit", "--auth-file", str(sender.auth), "--patience", "120",
                      str(sender.db), timeout=300)
        expect_status(done, EXIT_OK)
        labtest.equal(one_value(sender.db, "PRAGMA integrity_check"), "ok", "a prober's database")
        labtest.equal(sender.count("sent"), sender.count(), "sent")
        with contextlib.closing(sqlite3.connect(sender.db)) as connection:
            keys += [key for key, in connection.execute("SELECT key FROM upload")]
    repeated = c.ended("repeated")
    labtest.equal(c.stop(), 0, "status")
    labtest.equal(one_value(c.db, "PRAGMA integrity_check"), "ok", "the collector's database")
    with contextlib.closing(sqlite3.connect(c.db)) as connection:
        labtest.equal(connection.execute("PRAGMA foreign_key_check").fetchall(), [], "references")
        stored = [key for key, in connection.execute("SELECT key FROM received")]
        traces, = connection.execute("SELECT count(*) FROM trace").fetchone()
        pairs, = connection.execute("SELECT count(*) FROM v_pair").fetchone()
    labtest.equal(sorted(stored), sorted(keys), "keys")
    labtest.equal((traces, pairs), (2 * len(keys), len(keys)), "traces and pairs")
    assert len(keys) >= TOTAL // len(USERS) * len(USERS), f"{len(keys)} measurements"
    return f"{len(keys)} measurements, {what}, {repeated:.0f} repeated at the end"


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("plain") as net:
        report.check(f"{TOTAL} measurements survive chaos, each once", check_chaos, net)
    sys.exit(report.end())


if __name__ == "__main__":
    main()
