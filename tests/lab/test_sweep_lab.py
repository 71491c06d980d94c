#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Sweeps, as cron starts them: cycle after cycle over a list, whatever happens in between."""
import contextlib
import signal
import sqlite3
import subprocess
import sys
import time

import collector
import labtest
import nameserver
from labtest import equal
from runs import (EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, PROBER, expect_status,
                  folder, lead_into_the_dark, one_value, prober)

QUICK = ("-q", "--timeout", "0.3", "--probes", "1", "--abort", "2", "--allow-special")
DARK = "10.128.0.0/24"


def sweep(net, *arguments, before=()):
    return prober(net, "sweep", *arguments, before=before)


def rows(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def stops(db, endpoint):
    """How the traces of an endpoint ended, by cycle: forward and reverse."""
    return [stop for (stop,) in rows(db, f"""SELECT group_concat(stop, ', ') FROM
        (SELECT * FROM v_trace WHERE endpoint = '{endpoint}' ORDER BY cycle, direction)
        GROUP BY cycle ORDER BY cycle""")]


def check_cycles(net):
    """Three cycles: an endpoint is down in the second; the others don't notice."""
    server, plain = (net.topology.address(node, 4) for node in ("server", "plain"))
    with folder() as path:
        db, endpoints = path / "s.db", path / "endpoints"
        endpoints.write_text(f"address;asnumber;email_contact\n{server};64500;noc@example.net\n"
                             f"{plain};;\nabsent.invalid;;\n")
        with nameserver.serving(net, {}) as names:
            for cycle in range(3):
                with cut_off(net, "server") if cycle == 1 else contextlib.nullcontext():
                    done = sweep(net, *QUICK, "-d", str(db), str(endpoints), before=names.before)
                expect_status(done, EXIT_OK)
                assert "absent.invalid: no such host name" in done.stderr, done.stderr
        equal(rows(db, "SELECT number, list, state FROM cycle JOIN run USING (run_id)"),
              [(n, str(endpoints), "complete") for n in (1, 2, 3)], "cycles")
        up = "completed, completed"
        equal(stops(db, server), [up, "gap limit, no answer", up], "the endpoint that was down")
        equal(stops(db, plain), ["completed, not supported"] * 3, "the other one")


@contextlib.contextmanager
def cut_off(net, node):
    """Packets to a node get lost for the time of the `with`."""
    where = ("blackhole", f"{net.topology.address(node, 4)}/32")
    net.run("r2", ["ip", "route", "add", *where])
    try:
        yield
    finally:
        net.run("r2", ["ip", "route", "del", *where])


def check_moved(net):
    """A name is looked up anew in each cycle."""
    addresses = [net.topology.address(node, 4) for node in ("server", "plain")]
    with folder() as path, nameserver.serving(net, {"moves.example.net": addresses[:1]}) as names:
        db, endpoints = path / "m.db", path / "endpoints"
        endpoints.write_text("moves.example.net;;\n")
        for address in addresses:
            names.hosts["moves.example.net"] = (address,)
            expect_status(sweep(net, *QUICK, "-d", str(db), str(endpoints), before=names.before),
                          EXIT_OK)
        equal(rows(db, """SELECT number, name, text, count(*) FROM trace
            JOIN cycle USING (cycle_id) JOIN endpoint USING (endpoint_id) JOIN addr USING (addr_id)
            GROUP BY number"""),
              [(i + 1, "moves.example.net", a, 2) for i, a in enumerate(addresses)], "cycles")


@contextlib.contextmanager
def long_sweep(net, db, endpoints):
    """A sweep of many seconds; it runs inside."""
    endpoints.write_text("".join(f"10.128.0.{i};;\n" for i in range(64)))
    argv = net.argv("client", [labtest.build_file(PROBER), "sweep", *QUICK, "--rate", "20", "-d",
                               str(db), str(endpoints)])
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
        try:
            while not any_trace(db):
                assert child.poll() is None, f"it ended: {child.returncode}"
                time.sleep(0.05)
            yield child
        finally:
            child.kill()


def any_trace(db):
    try:
        return db.exists() and one_value(db, "SELECT count(*) FROM trace")
    except sqlite3.OperationalError:
        return 0


def check_overlap(net):
    """A second one does nothing; the lock goes with its process, however that ends."""
    with folder() as path:
        db, endpoints, few = path / "o.db", path / "endpoints", path / "few"
        few.write_text(f"{net.topology.address('server', 4)};;\n")
        with long_sweep(net, db, endpoints) as child:
            done = sweep(net, *QUICK, "-d", str(db), str(few))
            expect_status(done, EXIT_FAILURE)
            assert "another sweep is under way" in done.stderr, done.stderr
            done = sweep(net, *QUICK, "--if-free", "-l", "info", "-d", str(db), str(few))
            expect_status(done, EXIT_OK)
            done = prober(net, "resume", "-q", str(db))
            expect_status(done, EXIT_FAILURE)
            assert "another process writes" in done.stderr, done.stderr
            equal(one_value(db, "SELECT count(*) FROM cycle"), 1, "cycles")
            child.kill()
            child.wait()
        expect_status(sweep(net, *QUICK, "--if-free", "-d", str(db), str(few)), EXIT_OK)
        equal(rows(db, "SELECT number, list, state FROM cycle JOIN run USING (run_id)"),
              [(1, str(endpoints), "interrupted"), (1, str(few), "complete")], "cycles")
        begin = net.argv("client", [labtest.build_file(PROBER), "-q", "--rate", "20", "-d", str(db),
                                    "--allow-special", "forward", "udp", "singlepath", DARK])
        with subprocess.Popen(begin) as child:
            try:
                labtest.network.wait_until(lambda: one_value(db, "SELECT count(*) FROM run") == 3,
                                           10)
                done = sweep(net, *QUICK, "-d", str(db), str(few))
            finally:
                child.kill()
        expect_status(done, EXIT_FAILURE)
        assert "another process writes" in done.stderr, done.stderr


def check_resumed(net):
    """A sweep that was interrupted goes on as what it was."""
    with folder() as path:
        db, endpoints = path / "r.db", path / "endpoints"
        with long_sweep(net, db, endpoints) as child:
            child.send_signal(signal.SIGTERM)
            equal(child.wait(20), EXIT_INTERRUPTED, "exit status")
        expect_status(prober(net, "resume", "-q", "-r", "0", str(db)), EXIT_OK)
        equal(one_value(db, "SELECT count(*) FROM cycle"), 1, "cycles")
        equal(one_value(db, """SELECT count(*) FROM (SELECT endpoint_id FROM trace WHERE stop <> 9
            GROUP BY endpoint_id HAVING count(*) = 2)"""), 64, "endpoints with both directions")


def check_transmit(net):
    """What a collector did not take waits for the next sweep."""
    with folder() as path, collector.serving(net, "client") as server:
        db, endpoints = path / "t.db", path / "endpoints"
        endpoints.write_text(f"{net.topology.address('server', 4)};;\n")
        run = ("--transmit", "-y", "--collector", server.url, *QUICK, "-d", str(db), str(endpoints))
        server.plan = ["hang"]
        argv = net.argv("client", [labtest.build_file(PROBER), "sweep", *run])
        with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
            try:
                assert labtest.network.wait_until(lambda: server.requests, 20), "nothing is sent"
                done = sweep(net, *run)
            finally:
                child.kill()
        expect_status(done, EXIT_FAILURE)
        assert "another sweep is under way" in done.stderr, done.stderr
        equal(rows(db, "SELECT state FROM upload"), [("queued",)], "outbox")
        expect_status(sweep(net, *run), EXIT_OK)
        equal(rows(db, "SELECT state FROM upload"), [("sent",), ("sent",)], "outbox")
        equal(len(server.stored), 2, "documents at the collector")


def check_usage(net):
    with folder() as path:
        cases = [(("a", "b"), "more than one list"), (("/nonexistent/list",), "/nonexistent/list"),
                 (("--direction", "sideways"), "--direction"), (("--transmit", str(path / "endpoints")), "collector")]
        (path / "endpoints").write_text("192.0.2.1;;\n")
        for arguments, said in cases:
            done = sweep(net, "-q", "-d", str(path / "u.db"), *arguments)
            expect_status(done, EXIT_USAGE)
            equal(len(done.stderr.splitlines()), 1, f"lines of {done.stderr}")
            assert said in done.stderr, done.stderr


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("plain") as net:
        lead_into_the_dark(net, DARK)
        report.check("cycles are numbered; an endpoint goes down and comes back", check_cycles, net)
        report.check("names are looked up in each cycle", check_moved, net)
        report.check("overlap is refused", check_overlap, net)
        report.check("an interrupted sweep goes on", check_resumed, net)
        report.check("measurements wait for the next sweep", check_transmit, net)
        report.check("wrong use is said in one line", check_usage, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
