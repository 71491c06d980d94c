#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Host names of routers: shown where they should be, harmless, and never waited for long."""
import contextlib
import json
import pathlib
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import labtest
import nameserver
from labtest import equal

PROBER = "prober/revprobe"
NODES = ("client", "r1", "r2", "server")
PATIENCE = 2  # seconds that a trace waits for names
EXIT_INTERRUPTED = 3
HOSTILE = (
    b"\x1b[31mred\x1b]0;owned\x07", b"x'); DROP TABLE addr; --", b"two\n 9  192.0.2.66 (gone)",
    b"\xc3\xbcber", b"quote\"\\label", b"a" * 59 + b" ", b"\x9b2J", b"$(reboot)", b"<script>",
)


def prober(net, server, *arguments, timeout=60):
    """Its output, and how many seconds it took."""
    start = time.monotonic()
    done = net.run_any("client", [*server.before, labtest.build_file(PROBER), *arguments], timeout)
    took = time.monotonic() - start
    equal(done.returncode, 0, f"exit status; {done.stderr}")
    return done.stdout, took


def rows(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


@contextlib.contextmanager
def database():
    with tempfile.TemporaryDirectory(prefix="revprobe-test-") as path:
        yield pathlib.Path(path) / "names.db"


def addresses(net, node):
    return [a for family in (4, 6) for a in net.topology.addresses(node, family)]


def pointers(net):
    """A name for each interface, with capitals that must become small."""
    return {a: f"if{i}.{node.upper()}.example.net" for node in NODES
            for i, a in enumerate(addresses(net, node))}


def check_shown(net, family, direction):
    target = net.topology.address("server", family)
    with nameserver.serving(net, pointers=pointers(net)) as server, database() as db:
        text, took = prober(net, server, "--text", "-", "-d", str(db), direction, "udp",
                            "singlepath", target)
        hops = {a for (a,) in rows(db, "SELECT DISTINCT addr FROM v_hop WHERE addr <> ''")}
        stored = dict(rows(db, "SELECT text, ptr FROM addr WHERE annotated_us IS NOT NULL"))
    wanted = {a: n.lower() for a, n in server.names.items()}
    seen = dict((a, n) for n, a in re.findall(r"(\S+) \(([0-9a-f.:]+)\)", text))
    equal({a: wanted[a] for a in seen}, seen, f"names in the text\n{text}")
    equal(set(seen), hops, f"addresses with a name\n{text}")
    equal(stored, {a: wanted[a] for a in stored}, "names in the database")
    assert hops <= set(stored), f"{hops - set(stored)} without a name"
    assert took < PATIENCE, f"{took:.1f} s"


def check_two_way(net):
    """Both directions fit beside each other, names below their addresses."""
    target = net.topology.address("server", 4)
    with nameserver.serving(net, pointers=pointers(net)) as server:
        text, _ = prober(net, server, "two-way", "udp", "singlepath", target)
    assert re.search(r"^    if\d\.r1\.example\.net +\|  +if\d\.\w+\.example\.net$", text, re.M), text


def check_multipath(net):
    target = net.topology.address("server", 4)
    with nameserver.serving(net, pointers=pointers(net)) as server:
        text, _ = prober(net, server, "forward", "udp", "multipath", target)
    equal(re.findall(r"^    if\d\.(\w+)\.example\.net$", text, re.M), ["r1", "r2", "server"],
          f"names\n{text}")


def check_long_and_aliased(net):
    """The longest name that evdns reads, one that it doesn't, one behind an alias (RFC 2317)."""
    longest, longer = "a" * 51 + ".example.net", ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    table = {a: longest for a in addresses(net, "r1")}
    table.update({a: ("1.0-127.2.0.192.in-addr.arpa", "aliased.example.net")
                  for a in addresses(net, "r2")})
    target = net.topology.address("server", 4)
    table[target] = longer
    with nameserver.serving(net, pointers=table) as server:
        text, took = prober(net, server, "forward", "udp", "singlepath", target)
    assert f" {longest} (" in text, text
    assert " aliased.example.net (" in text, text
    assert f"  {target}  " in text or f" {longer} (" in text, text
    assert took < PATIENCE / 2, f"{took:.1f} s"


def check_hostile(net, name):
    target = net.topology.address("server", 4)
    table = {a: name for node in NODES for a in addresses(net, node)}
    with nameserver.serving(net, pointers=table) as server, database() as db:
        text, took = prober(net, server, "--text", "-", "-d", str(db), "forward", "udp",
                            "singlepath", target)
        assert server.asked, "nobody asked for a name"
        equal(rows(db, "SELECT text, ptr FROM addr WHERE ptr IS NOT NULL"), [], "names stored")
        equal(rows(db, "SELECT count(*) > 2 FROM addr WHERE annotated_us IS NOT NULL"), [(1,)],
              "answers noted")
        counters = json.loads(rows(db, "SELECT counters FROM run")[0][0])
        equal(counters["names-refused"], counters["names-asked"], "names refused")
    equal(re.findall(r"[^\x20-\x7e\n]", text), [], "bytes that are not printable ASCII")
    # Two hops and the server, each by its address alone.
    equal(len(re.findall(r"^ \d  [0-9.]+(  [0-9.]+ ms){3}$", text, re.M)), 3, f"hops\n{text}")
    assert took < PATIENCE, f"{took:.1f} s"


def check_silent(net):
    """Names that never come hold up the output, not the trace."""
    target = net.topology.address("server", 4)
    spent, durations = {}, {}
    with nameserver.serving(net, silent=True) as server:
        for option in ("--no-resolve", "--resolve"):
            with database() as db:
                text, spent[option] = prober(net, server, "--text", "-", "-d", str(db), option,
                                             "two-way", "icmp", "singlepath", target, target)
                durations[option] = max(
                    ms for (ms,) in rows(db, "SELECT duration_ms FROM v_trace"))
                equal(len(rows(db, "SELECT 1 FROM trace WHERE stop = 1")), 4, "traces completed")
                equal(rows(db, "SELECT text FROM addr WHERE annotated_us IS NOT NULL"), [],
                      "addresses that somebody spoke of")
            assert target in text, text
    late = spent["--resolve"] - spent["--no-resolve"]
    assert PATIENCE / 2 < late < PATIENCE + 0.5, f"{late:.2f} s later"
    longer = durations["--resolve"] - durations["--no-resolve"]
    assert longer < 100, f"the trace took {longer:.0f} ms longer"
    return f"output {late:.2f} s later, trace {longer:+.1f} ms"


def check_refusing(net, code):
    """A name server that knows no names makes nobody wait; "no such name" is an answer."""
    with nameserver.serving(net, code=code) as server, database() as db:
        text, took = prober(net, server, "--text", "-", "-d", str(db), "forward", "udp",
                            "singlepath", net.topology.address("server", 4))
        spoken = rows(db, "SELECT count(annotated_us), count(ptr) FROM addr")
    assert server.asked, "nobody asked for a name"
    equal(spoken, [(4 if code == nameserver.NXDOMAIN else 0, 0)], "answers noted, and names")
    assert re.search(r"^ 1  [0-9.]+  ", text, re.M), text
    assert took < PATIENCE / 2, f"{took:.1f} s"


def check_asked(net, asks, *arguments):
    """Are there packets to a name server?"""
    with nameserver.serving(net, pointers=pointers(net)) as server:
        with net.capture("client", "any", "port 53 or port 853 or port 5353") as packets:
            prober(net, server, *arguments)
        if asks:
            assert packets and server.asked, "no packet to the name server"
        else:
            equal(packets, [], "packets to a name server")


def check_each_once(net):
    """Ten traces of the same path: a question for each address."""
    target = net.topology.address("server", 4)
    with nameserver.serving(net, pointers=pointers(net)) as server:
        prober(net, server, "--probes", "1", "forward", "udp", "singlepath", *[target] * 10)
    questions = [name for name, _ in server.asked]
    equal(sorted(questions), sorted(set(questions)), "questions")
    equal(len(questions), 4, "addresses asked for: client, r1, r2, server")


def check_interrupt(net):
    """What waits for names is written at once."""
    with nameserver.serving(net, silent=True) as server:
        child = subprocess.Popen(
            net.argv("client", [*server.before, labtest.build_file(PROBER), "forward", "udp",
                                "singlepath", net.topology.address("server", 4)]),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        assert child.poll() is None, "it did not wait for names"
        start = time.monotonic()
        child.send_signal(signal.SIGINT)
        text, said = child.communicate(timeout=20)
        took = time.monotonic() - start
    equal(child.returncode, EXIT_INTERRUPTED, f"exit status; {said}")
    assert took < 0.5, f"{took:.1f} s to end"
    equal(len(re.findall(r"^ \d  [0-9.]+  ", text, re.M)), 3, f"hops\n{text}")


def test_names(report, net):
    target = net.topology.address("server", 4)
    trace = ("forward", "udp", "singlepath")
    for direction in ("forward", "reverse"):
        for family in (4, 6):
            report.check(f"{direction} IPv{family}: names of all hops, in text and database",
                         check_shown, net, family, direction)
    report.check("two-way: names below the addresses", check_two_way, net)
    report.check("multipath: names below the addresses", check_multipath, net)
    report.check("long names and aliases", check_long_and_aliased, net)
    for name in HOSTILE:
        report.check(f"a name like {name!r} goes nowhere", check_hostile, net, name)
    report.check("a silent name server delays the output by two seconds at most", check_silent, net)
    for code in (nameserver.REFUSED, nameserver.SERVFAIL, nameserver.NXDOMAIN):
        report.check(f"a name server that answers {code} delays nothing", check_refusing, net, code)
    report.check("each address is asked for once", check_each_once, net)
    report.check("an interrupt ends the wait for names", check_interrupt, net)
    with tempfile.TemporaryDirectory(prefix="revprobe-test-") as path:
        (pathlib.Path(path) / "list").write_text(f"{target}\n")
        listed = ("--allow-special", "-t", f"{path}/list", *trace)
        only_stored = ("-d", f"{path}/a.db", *trace, target)
        for said, asks, arguments in (
                ("an address on the command line", True, (*trace, target)),
                ("-n", False, ("-n", *trace, target)),
                ("--no-resolve", False, ("--no-resolve", *trace, target)),
                ("a list", False, listed),
                ("a list with --resolve", True, ("--resolve", *listed)),
                ("a prefix", False, ("--allow-special", *trace, f"{target}/32")),
                ("no text", False, only_stored),
                ("no text with --resolve", True, ("--resolve", *only_stored))):
            report.check(f"{said}: {'asks' if asks else 'does not ask'} the name server",
                         check_asked, net, asks, *arguments)


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("plain") as net:
        test_names(report, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
