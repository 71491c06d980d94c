#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Campaigns that are cut off at any moment, and go on: each target is traced, once.

REVPROBE_KILLS and REVPROBE_KILL_TARGETS make the first check longer, as 50 and 20000 do.
What is committed is so a second after it was measured: moments before that cut off nothing.
"""
import collections
import contextlib
import json
import os
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import time

import labtest
import nameserver
from labtest import equal
from runs import (EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, PROBER, expect_status,
                  folder, lead_into_the_dark, one_value, prober)

NET = "10.128.0.0/16"
KILLS = int(os.environ.get("REVPROBE_KILLS", "6"))
TARGETS = int(os.environ.get("REVPROBE_KILL_TARGETS", "1500"))
QUICK = ("-q", "--timeout", "0.2", "--probes", "1", "--abort", "1", "--allow-special")
TRACE = ("forward", "udp", "singlepath")


def many(count):
    return [f"10.128.{i // 256}.{i % 256}" for i in range(count)]


def start(net, *arguments, before=()):
    argv = net.argv("client", [*before, labtest.build_file(PROBER), *arguments])
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def kill_after(child, seconds, number=signal.SIGKILL):
    """The signal at that moment, or the end before it: then its exit status."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    if child.poll() is None:
        child.send_signal(number)
    child.communicate(timeout=30)
    return child.returncode


def rows(db, sql):
    with contextlib.closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql).fetchall()


def rows_if_any(db, sql):
    """None of a file or a table that is still on its way into being."""
    try:
        return rows(db, sql) if db.exists() else []
    except sqlite3.OperationalError:
        return []


def committed(db):
    return set(rows_if_any(db, "SELECT trace_id, endpoint_id, started_us, sent FROM trace"))


def has_run(db):
    return bool(rows_if_any(db, "SELECT 1 FROM run"))


def expect_sound(db):
    equal(one_value(db, "PRAGMA integrity_check"), "ok", "integrity")
    equal(one_value(db, """SELECT count(*) FROM trace t WHERE t.sent <>
        (SELECT count(*) FROM hop h WHERE h.trace_id = t.trace_id)"""), 0, "torn traces")
    equal(one_value(db, "SELECT count(*) FROM pragma_foreign_key_check"), 0, "dangling rows")


def expect_once(db, wanted, traces_each=1):
    """Each target in one cycle, with that many traces, none of them cut short."""
    expect_sound(db)
    found = collections.Counter(name for (name,) in rows(
        db, "SELECT name FROM trace JOIN endpoint USING (endpoint_id) WHERE stop <> 9"))
    equal(one_value(db, "SELECT count(*) FROM trace WHERE stop = 9"), 0, "traces cut short")
    equal(one_value(db, "SELECT count(*) FROM cycle"), 1, "cycles")
    equal(sorted(set(wanted) - set(found))[:5], [], "targets without a trace")
    equal(sorted(set(found) - set(wanted))[:5], [], "traces of nobody")
    times = collections.Counter(wanted)
    wrong = {name: n for name, n in found.items() if n != traces_each * times[name]}
    equal(dict(list(wrong.items())[:5]), {}, "traces not just once")


def kill_often(net, db, kills, longest, *arguments, before=()):
    """A run, and what goes on with it, each killed at a moment of its own."""
    chance = random.Random()
    kept, survived = set(), []
    begin = ("-d", str(db), *arguments)
    for number in range(kills):
        what = ("resume", "-q", str(db)) if has_run(db) else begin
        kill_after(start(net, *what, before=before), chance.uniform(0.02, longest))
        now = committed(db)
        assert kept <= now, f"lost by kill {number}: {sorted(kept - now)[:5]}"
        kept = now
        survived.append(len(kept))
    what = ("resume", "-q", "-r", "0", str(db)) if has_run(db) else begin
    expect_status(prober(net, *what, timeout=300, before=before), EXIT_OK)
    assert kept <= committed(db), "lost by the last one"
    return f"traces after each kill: {' '.join(map(str, survived))}"


def check_kills(net):
    with folder() as path:
        (path / "list").write_text("\n".join(many(TARGETS)))
        said = kill_often(net, path / "k.db", KILLS, 1.5, *QUICK, "--window", "1000", "--rate",
                          str(TARGETS * 7 // KILLS), *TRACE, "-t", str(path / "list"))
        expect_once(path / "k.db", many(TARGETS))
        return said


def check_kinds(net):
    """Operands typed twice, a prefix, a list that overlaps it, by two shards."""
    server = net.topology.address("server", 4)
    wanted = [server, server, *(f"10.128.0.{i}" for i in range(64)), "10.128.9.9"]
    with folder() as path:
        (path / "list").write_text("10.128.0.7\n10.128.9.9\n")
        found = []
        for shard in range(2):
            db = path / f"{shard}.db"
            kill_often(net, db, 2, 1.5, *QUICK, "--rate", "100", "--shards", "2", "--shard",
                       str(shard), *TRACE, "-t", str(path / "list"), "10.128.0.0/26", server,
                       server)
            names = [name for (name,) in rows(
                db, "SELECT name FROM trace JOIN endpoint USING (endpoint_id)")]
            expect_once(db, names)
            found += names
        equal(collections.Counter(found), collections.Counter(wanted), "targets of both shards")


def check_pairs(net):
    """Two-way traces are there with both directions or not at all."""
    server = net.topology.address("server", 4)
    with folder() as path:
        db = path / "p.db"
        kill_often(net, db, 2, 1.5, *QUICK, "--rate", "150", "two-way", "udp", "singlepath",
                   server, "10.128.0.0/26")
        expect_once(db, [server, *(f"10.128.0.{i}" for i in range(64))], traces_each=2)
        equal(one_value(db, """SELECT count(*) FROM (SELECT pair_id FROM trace GROUP BY pair_id
            HAVING count(*) = 2 AND sum(direction) = 1)"""), 65, "pairs")


def check_names(net):
    """A name is one target, whatever address it has when it is traced."""
    addresses = {f"n{i}.example.net": (f"10.128.1.{i}",) for i in range(60)}
    with nameserver.serving(net, dict(addresses)) as server, folder() as path:
        db = path / "n.db"
        (path / "list").write_text("\n".join(addresses))
        argv = (*QUICK, "--rate", "100", "-d", str(db), *TRACE, "-t", str(path / "list"))
        child = start(net, *argv, before=server.before)
        wait_for_traces(db, 10)
        kill_after(child, 0)
        for name in server.hosts:
            server.hosts[name] = ("10.128.2.2",)
        expect_status(prober(net, "resume", "-q", "-r", "0", str(db), before=server.before),
                      EXIT_OK)
        expect_once(db, list(addresses))
        moved = one_value(db, "SELECT count(*) FROM v_trace WHERE dst = '10.128.2.2'")
        assert 0 < moved <= 50, f"{moved} names with their new address"


def wait_for_traces(db, count, seconds=20):
    until = time.monotonic() + seconds
    while len(committed(db)) < count:
        assert time.monotonic() < until, f"no {count} traces in {seconds} s"
        time.sleep(0.02)


def interrupted_run(net, db, *arguments):
    """A run that got SIGINT when some traces were stored and others under way."""
    child = start(net, *QUICK, "--rate", "100", "-d", str(db), *arguments)
    wait_for_traces(db, 10)
    equal(kill_after(child, 0, signal.SIGINT), EXIT_INTERRUPTED, "exit status")


def check_interrupt(net):
    """What a signal cut short is traced anew, with the settings and the seed of the first."""
    with folder() as path:
        db = path / "i.db"
        child = start(net, *QUICK, "--rate", "100", "--timeout", "1", "--seed", "77", "-d", str(db),
                      *TRACE, "10.128.0.0/26", net.topology.address("server", 4))
        wait_for_traces(db, 1)
        child.send_signal(signal.SIGINT)
        equal(kill_after(child, 0.1, signal.SIGINT), EXIT_INTERRUPTED, "exit status")
        cut = one_value(db, "SELECT count(*) FROM trace WHERE stop = 9")
        assert cut > 0, "nothing was cut short"
        expect_status(prober(net, "resume", "-q", "--max-runtime", "0.2", str(db)),
                      EXIT_INTERRUPTED)
        expect_status(prober(net, "resume", "-q", "-r", "0", str(db)), EXIT_OK)
        expect_once(db, [*many(64), net.topology.address("server", 4)])
        equal(rows(db, "SELECT state, resumes, seed FROM run"),
              [("interrupted", None, 77), ("interrupted", 1, 77), ("complete", 1, 77)], "runs")
        settings = [json.loads(text) for (text,) in rows(db, "SELECT config FROM run")]
        for name in ("timeout", "probes", "abort", "seed", "window", "direction"):
            equal(len({setting[name] for setting in settings}), 1, f"values of {name}")
        before = committed(db)
        done = prober(net, "resume", str(db))
        expect_status(done, EXIT_OK)
        assert "is complete" in done.stderr, done.stderr
        equal(committed(db), before, "traces after nothing to do")
        return f"{cut} traces were cut short"


def check_left(net):
    """What is left can be looked at, and nothing else is written than the database."""
    with folder() as path:
        db, text = path / "l.db", path / "text"
        interrupted_run(net, db, "--text", str(text), *TRACE, "10.128.0.0/26")
        shown = text.read_text()
        done = prober(net, "resume", "--dry-run", str(db))
        expect_status(done, EXIT_OK)
        left = done.stdout.split()
        names = {name for (name,) in rows(
            db, "SELECT name FROM trace JOIN endpoint USING (endpoint_id) WHERE stop <> 9")}
        equal(set(left), set(many(64)) - names, "targets that are left")
        equal(len(left), len(set(left)), "each once")
        expect_status(prober(net, "resume", "-q", "-r", "0", str(db)), EXIT_OK)
        equal(text.read_text(), shown, "text of the first part")
        expect_once(db, many(64))


def sent_to(net, path, network, work):
    """Packets that left for a network while `work` was done."""
    file = path / "sent.pcap"
    with net.capture_file("client", "to-r1", file, f"dst net {network}", "-Q", "out",
                          "--immediate-mode"):
        work()
    done = subprocess.run(["tcpdump", "-n", "-r", str(file)], text=True, capture_output=True,
                          check=True)
    return len(done.stdout.splitlines())


def check_blocked(net):
    """By resume, too, and by a list that has grown in between."""
    with folder() as path:
        db, blocked = path / "b.db", path / "blocked"
        blocked.write_text("10.128.0.64/26\n")
        run = ("--blocklist", str(blocked), *TRACE, "10.128.0.0/25")
        equal(sent_to(net, path, "10.128.0.64/26", lambda: interrupted_run(net, db, *run)), 0,
              "packets to what is blocked")
        blocked.write_text("10.128.0.64/26\n10.128.0.32/27\n")

        def go_on():
            expect_status(prober(net, "resume", "-q", "-r", "0", str(db)), EXIT_OK)
        equal(sent_to(net, path, "10.128.0.32/27 or dst net 10.128.0.64/26", go_on), 0,
              "packets to what is blocked now")
        names = {name for (name,) in rows(db, "SELECT name FROM endpoint")}
        assert set(many(32)) <= names, "the others are not traced"


def check_full_disk(net):
    """It ends with a clear error, and goes on when there is room."""
    with folder() as path:
        program = labtest.build_file(PROBER)
        db = path / "small/f.db"
        run = shlex.join([program, *QUICK, "--rate", "0", "--timeout", "0.3", "-d", str(db), *TRACE,
                          "10.128.0.0/21"])
        script = f"""mkdir {path}/small && mount -t tmpfs -o size=700k tmpfs {path}/small || exit 9
            {run}; echo "status $?"
            mount -o remount,size=32m {path}/small || exit 9
            {program} resume -q {db}; echo "status $?"
            cp {db} {path}/copy.db"""
        done = net.run_any("client", ["unshare", "-m", "sh", "-c", script], 60)
        expect_status(done, EXIT_OK)
        equal([line for line in done.stdout.splitlines() if line.startswith("status")],
              [f"status {EXIT_FAILURE}", f"status {EXIT_OK}"], "exit statuses")
        assert "f.db" in done.stderr, done.stderr
        assert "full" in done.stderr or "No space left" in done.stderr, done.stderr
        equal(one_value(path / "copy.db", "SELECT count(*) > 1 FROM run"), 1, "it had room at once")
        expect_once(path / "copy.db", many(2048))


def check_refused(net):
    """What can't be gone on with is said in one line."""
    with folder() as path:
        db = path / "r.db"
        cases = [((str(path / "absent.db"),), "absent.db: No such file"),
                 ((str(db), "--run", "9"), "has no run 9"), ((), "no database given"),
                 ((str(db), str(db)), "more than one database")]
        interrupted_run(net, db, *TRACE, "10.128.0.0/26")
        for arguments, said in cases:
            done = prober(net, "resume", "-q", *arguments)
            expect_status(done, EXIT_USAGE)
            equal(len(done.stderr.splitlines()), 1, f"lines of {done.stderr}")
            assert said in done.stderr, done.stderr
        assert not (path / "absent.db").exists(), "a database was made"
        stored = one_value(db, "SELECT config FROM run")
        for name, value in (("timeout", "soon"), ("probes", 77), ("mode", "anypath")):
            with contextlib.closing(sqlite3.connect(db)) as connection, connection:
                connection.execute("UPDATE run SET config = json_set(?, ?, ?)",
                                   (stored, f"$.{name}", value))
            done = prober(net, "resume", "-q", str(db))
            expect_status(done, EXIT_USAGE)
            assert name in done.stderr, done.stderr


def check_settings(net):
    """What was in force holds, whatever the defaults or a configuration file say now."""
    with folder() as path:
        db, config = path / "c.db", path / "revprobe.conf"
        config.write_text("max-ttl = 7\nmin-ttl = 2\nflow = 40000\n")
        interrupted_run(net, db, "--config", str(config), *TRACE, "10.128.0.0/26")
        config.write_text("max-ttl = 5\nmax-runtime = 0.1\nskip-invalid\nblocklist = /etc/hosts\n")
        expect_status(prober(net, "resume", "-q", "-r", "0", str(db)), EXIT_OK)
        expect_once(db, many(64))
        first, second = [json.loads(text) for (text,) in rows(db, "SELECT config FROM run")]
        changed = {name for name in first if first[name] != second[name]}
        equal(changed, {"db", "rate"} & changed, "settings that are others now")
        equal(rows(db, "SELECT DISTINCT flow FROM trace"), [(40000,)], "flows")


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("plain") as net:
        lead_into_the_dark(net, NET)
        report.check(f"{KILLS} times SIGKILL: {TARGETS} targets, each traced once", check_kills, net)
        report.check("operands, prefixes, lists and shards", check_kinds, net)
        report.check("pairs are whole or not there", check_pairs, net)
        report.check("a name is one target", check_names, net)
        report.check("SIGINT: what was cut short is traced anew", check_interrupt, net)
        report.check("what is left can be looked at", check_left, net)
        report.check("a blocked prefix gets not one packet", check_blocked, net)
        report.check("a full disk, and then room", check_full_disk, net)
        report.check("the settings are those of the first part", check_settings, net)
        report.check("what can't be gone on with is said", check_refused, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
