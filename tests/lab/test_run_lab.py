#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The prober as a program: usage, names, lists, signals, disks that fill up."""
import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import labtest
import nameserver
import network
from runs import (EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_USAGE, PROBER, expect_status, folder,
                  one_value, prober, traces)

# --- wrong uses -----------------------------------------------------------------

WRONG = (
    # arguments, what the one line must name
    ((), "no direction"),
    (("sideways", "udp", "singlepath", "192.0.2.1"), "unknown direction 'sideways'"),
    (("forward", "sctp", "singlepath", "192.0.2.1"), "unknown protocol 'sctp'"),
    (("forward", "udp", "anypath", "192.0.2.1"), "unknown mode 'anypath'"),
    (("forward", "udp", "singlepath"), "no target"),
    (("forward", "udp", "singlepath", "--flow", "0", "192.0.2.1"), "--flow"),
    (("forward", "udp", "singlepath", "--flow", "65536", "192.0.2.1"), "--flow"),
    (("forward", "udp", "singlepath", "--flow", "dns", "192.0.2.1"), "--flow"),
    (("forward", "udp", "singlepath", "--no-such-option", "192.0.2.1"), "--no-such-option"),
    (("forward", "udp", "singlepath", "-i", "nowhere0", "192.0.2.1"), "nowhere0"),
    (("forward", "udp", "singlepath", "-S", "203.0.113.1", "192.0.2.1"), "203.0.113.1"),
    (("forward", "udp", "singlepath", "-t", "/nonexistent/list"), "/nonexistent/list"),
    (("forward", "udp", "singlepath", "192.0.2.1/33"), "192.0.2.1/33"),
    (("forward", "udp", "singlepath", "224.0.0.5"), "multicast"),
    (("forward", "udp", "singlepath", "-4", "-6", "192.0.2.1"), "exclude each other"),
    (("forward", "udp", "singlepath", "--resolve-aliases", "192.0.2.1"), "two-way only"),
    (("two-way", "udp", "singlepath", "-6", "--resolve-aliases", "192.0.2.1"), "not for -6"),
    (("two-way", "udp", "singlepath", "--resolve-aliases", "2001:db8::/120"), "2001:db8::/120"),
    (("two-way", "udp", "singlepath", "--alias-private", "192.0.2.1"), "--resolve-aliases only"),
    (("forward", "udp", "singlepath", "--min-ttl", "9", "--max-ttl", "8", "192.0.2.1"),
     "--min-ttl"),
    (("forward", "udp", "singlepath", "-n", "--resolve", "192.0.2.1"), "exclude each other"),
    (("forward", "udp", "singlepath", "--asn-db", "/nonexistent.mmdb", "192.0.2.1"),
     "/nonexistent.mmdb"),
    (("forward", "udp", "singlepath", "--asn-db", str(labtest.ROOT.parent / "asn/town.mmdb"),
      "192.0.2.1"), "town.mmdb"),
    (("forward", "udp", "singlepath", "--geo-db", str(labtest.ROOT.parent / "asn/asn.mmdb"),
      "192.0.2.1"), "asn.mmdb"),
)


def check_wrong_use(net, arguments, names):
    done = prober(net, "-q", *arguments)
    expect_status(done, EXIT_USAGE)
    lines = done.stderr.splitlines()
    assert len(lines) == 1, f"not one line:\n{done.stderr}"
    assert names in lines[0], f"'{names}' is not in: {lines[0]}"


def check_no_privilege(net):
    done = prober(net, "forward", "udp", "singlepath", "192.0.2.1",
                  before=("capsh", "--drop=cap_net_raw", "--", "-c", 'exec "$0" "$@"'))
    expect_status(done, EXIT_USAGE)
    assert "CAP_NET_RAW" in done.stderr, done.stderr


# --- names and lists --------------------------------------------------------------

def check_names(net):
    v4, v6 = (net.topology.address("server", family) for family in (4, 6))
    table = {"server.example.net": (v4, v6), "six.example.net": (v6,)}
    with nameserver.serving(net, table) as server, folder() as path:
        db = path / "names.db"
        done = prober(net, "-d", str(db), "reverse", "udp", "singlepath", "server.example.net",
                      "absent.example.net", "six.example.net", before=server.before)
        expect_status(done, EXIT_USAGE)
        assert "absent.example.net: no such host name" in done.stderr, done.stderr
        found = {(row["endpoint"], row["src"]) for row in traces(db)}
        labtest.equal(found, {("server.example.net", v4), ("six.example.net", v6)},
                      "names and what they led to")
        done = prober(net, "--text", "-", "-6", "forward", "icmp", "singlepath",
                      "server.example.net", before=server.before)
        expect_status(done, 0)
        assert v6 in done.stdout, done.stdout


@contextlib.contextmanager
def deaf_names(net):
    """The client's name server never answers, for the time of the `with`."""
    with folder() as path:
        (path / "resolv.conf").write_text(
            f"nameserver {net.topology.address('blackhole', 4)}\n")
        yield ("unshare", "-m", "sh", "-c",
               f"mount --bind {path}/resolv.conf /etc/resolv.conf && exec \"$0\" \"$@\"")


def check_interrupt_lookups(net):
    """SIGINT while names are looked up: what is traced goes on to its end."""
    with deaf_names(net) as before, folder() as path:
        db = path / "l.db"
        argv = net.argv("client", [*before, labtest.build_file(PROBER), "-q", "-d", str(db),
                                   "--timeout", "1", "forward", "udp", "singlepath",
                                   net.topology.address("blackhole", 4), "a.example", "b.example"])
        with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as child:
            time.sleep(0.7)
            child.send_signal(signal.SIGINT)
            said = child.communicate(timeout=20)[1]
        labtest.equal((child.returncode, said), (EXIT_INTERRUPTED, ""), "status, complaints")
        labtest.equal(len(traces(db)), 1, "traces stored")


def check_bad_lines(net):
    address = net.topology.address("server", 4)
    with folder() as path:
        (path / "list").write_text(f"# two good ones\n{address}\n10.0.0.300\n{address}\n")
        (path / "endpoints").write_text(
            f"address;asnumber;email_contact\n{address};64500;noc@example.net\n{address};AS1;\n")
        done = prober(net, "-q", "-d", str(path / "a.db"), "reverse", "udp", "singlepath", "-t",
                      str(path / "list"))
        expect_status(done, EXIT_USAGE)
        assert f"{path}/list:3: " in done.stderr, done.stderr
        labtest.equal(len(traces(path / "a.db")), 0, "traces of a list with a bad line")
        done = prober(net, "-q", "-d", str(path / "b.db"), "--skip-invalid", "--allow-special",
                      "reverse", "udp", "singlepath", "-t", str(path / "list"), "--endpoints",
                      str(path / "endpoints"))
        expect_status(done, 0)
        assert f"{path}/endpoints:3: " in done.stderr, done.stderr
        labtest.equal(len(traces(path / "b.db")), 1, "traces in spite of bad lines")
        labtest.equal(one_value(path / "b.db", "SELECT max(declared_asn) FROM endpoint"), 64500,
                      "AS number of the ENDPOINTS line")


def check_standard_input(net):
    """Targets are traced as they come, before the list ends."""
    address = net.topology.address("server", 4)
    argv = net.argv("client", [labtest.build_file(PROBER), "-q", "--allow-special", "reverse", "icmp",
                               "singlepath", "-t", "-"])
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        for _ in range(2):
            child.stdin.write(f"{address}\n")
            child.stdin.flush()
            first = child.stdout.readline()
            while first and "reverse" not in first.lower():
                first = child.stdout.readline()
            assert address in first, f"no trace while the list is open: {first!r}"
        child.stdin.close()
        child.stdout.read()
        labtest.equal(child.wait(20), 0, "exit status")


def check_metrics(net):
    """What is told while it runs is what is stored in the end."""
    address = net.topology.address("server", 4)
    with folder() as path:
        db = path / "m.db"
        argv = net.argv("client", [labtest.build_file(PROBER), "-q", "-d", str(db), "--metrics", "9436",
                                   "two-way", "udp", "singlepath", "-t", "-", address])
        with subprocess.Popen(argv, stdin=subprocess.PIPE, text=True) as child:
            try:
                child.stdin.write(f"{address}\n")
                child.stdin.flush()
                assert network.wait_until(lambda: status_of(net)["counters"].get("traces") == 2, 20), \
                    "no two traces"
                told, text = status_of(net), ask(net, "/metrics")
                child.stdin.close()
                labtest.equal(child.wait(20), 0, "exit status")
            finally:
                child.kill()
        stored = json.loads(one_value(db, "SELECT counters FROM run"))
    labtest.equal(told["state"], "running", "state")
    labtest.equal(told["traces-in-flight"], 0, "traces in flight")
    for name in ("targets", "traces", "traces-reached", "packets-sent", "match-answers"):
        labtest.equal(told["counters"][name], stored[name], name)
        assert f'revprobe_events_total{{event="{name}"}} {stored[name]}\n' in text, f"{name}: {text}"
    labtest.equal(set(told["counters"]), set(stored), "names")
    for wrong in ("9436x", "localhost:9436", "0"):
        expect_status(prober(net, "-q", "--metrics", wrong, "forward", "udp", "singlepath", address),
                      EXIT_USAGE)


def ask(net, path):
    """What the metrics say; "" where nobody listens (yet)."""
    with net.inside("client"):
        connection = http.client.HTTPConnection("127.0.0.1", 9436, timeout=10)
        with contextlib.suppress(ConnectionRefusedError):
            connection.request("GET", path)
            answer = connection.getresponse()
            labtest.equal(answer.status, 200, f"status of {path}")
            return answer.read().decode()
    return ""


def status_of(net):
    return json.loads(ask(net, "/status") or '{"counters": {}}')


# --- ends ----------------------------------------------------------------------------------

def start_long_run(net, db, *arguments):
    """A campaign of many seconds over silent targets."""
    block = ".".join(net.topology.address("blackhole", 4).split(".")[:3]) + ".0/24"
    argv = net.argv("client", [labtest.build_file(PROBER), "-q", "-d", str(db), "--rate", "200",
                               "--timeout", "0.5", "--allow-special", *arguments, "forward", "udp", "singlepath",
                               net.topology.address("server", 4), block])
    return subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def whole_traces(db):
    """Each trace with all its probes, nothing besides."""
    labtest.equal(one_value(db, "PRAGMA integrity_check"), "ok", "integrity")
    labtest.equal(one_value(db, """SELECT count(*) FROM trace t WHERE t.sent <>
        (SELECT count(*) FROM hop h WHERE h.trace_id = t.trace_id)"""), 0, "torn traces")
    return one_value(db, "SELECT count(*) FROM trace")


def check_interrupt(net, number):
    with folder() as path:
        db = path / "i.db"
        child = start_long_run(net, db)
        time.sleep(2)
        child.send_signal(number)
        start = time.monotonic()
        child.wait(20)
        took = time.monotonic() - start
        labtest.equal(child.returncode, EXIT_INTERRUPTED, "exit status")
        assert took < 2, f"{took:.1f} s to end"
        assert whole_traces(db) > 1, "nothing stored"
        labtest.equal(one_value(db, "SELECT state FROM run"), "interrupted", "state of the run")


def check_kill(net):
    with folder() as path:
        db = path / "k.db"
        child = start_long_run(net, db)
        time.sleep(3)
        child.kill()
        child.wait(20)
        before = whole_traces(db)
        assert before > 1, "nothing was committed in three seconds"
        done = prober(net, "-q", "-d", str(db), "forward", "icmp", "singlepath",
                      net.topology.address("server", 4))
        expect_status(done, 0)
        labtest.equal(whole_traces(db), before + 1, "traces after another run")
        labtest.equal(one_value(db, "SELECT group_concat(state) FROM run"),
                      "interrupted,complete", "states of the runs")
        return f"{before} traces survived SIGKILL"


def check_full_disk(net):
    with folder() as path:
        script = f"mount -t tmpfs -o size=200k tmpfs {path} && exec \"$0\" \"$@\""
        argv = ["unshare", "-m", "sh", "-c", script, labtest.build_file(PROBER), "-q", "-d",
                str(path / "f.db"), "--rate", "0", "--timeout", "0.2", "--allow-special", "forward", "udp",
                "singlepath", ".".join(net.topology.address("blackhole", 4).split(".")[:3]) +
                ".0/24"]
        done = net.run_any("client", argv, 60)
    expect_status(done, EXIT_FAILURE)
    assert "f.db" in done.stderr, done.stderr
    assert "full" in done.stderr or "No space left" in done.stderr, done.stderr


def check_full_output(net):
    done = prober(net, "-q", "--text", "/dev/full", "forward", "udp", "singlepath",
                  net.topology.address("server", 4))
    expect_status(done, EXIT_FAILURE)
    assert "No space left" in done.stderr, done.stderr


def count_reached(db):
    """Traces in a database that may still be on its way into being."""
    with contextlib.suppress(sqlite3.OperationalError):
        return one_value(db, "SELECT count(*) FROM trace WHERE reached")
    return 0


def check_many_in_vain(net):
    """Millions of targets that nobody may probe: the others go on, and so do signals."""
    with folder() as path:
        db = path / "v.db"
        argv = net.argv("client", [labtest.build_file(PROBER), "-q", "-d", str(db), "forward",
                                   "udp", "singlepath", net.topology.address("server", 4),
                                   "224.0.0.0/6", "--no-contact"])
        with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as child:
            try:
                assert network.wait_until(lambda: db.exists() and count_reached(db) == 1, 10), \
                    "nothing is traced"
                child.send_signal(signal.SIGINT)
                labtest.equal(child.wait(3), EXIT_INTERRUPTED, "exit status")
            finally:
                child.kill()


def check_full_queue(net):
    """An interface far slower than the rate: it is waited for, not asked again and again."""
    qdisc = ["tc", "qdisc", "replace", "dev", "to-r1", "root", "tbf", "rate", "8kbit", "burst",
             "200", "limit", "400"]
    net.run("client", qdisc)
    try:
        with folder() as path:
            child = start_long_run(net, path / "q.db", "--rate", "0", "--inter", "0")
            time.sleep(2)
            child.send_signal(signal.SIGINT)
            child.stderr.close()
            status, usage = os.wait4(child.pid, 0)[1:]
            labtest.equal(os.waitstatus_to_exitcode(status), EXIT_INTERRUPTED, "exit status")
            share = (usage.ru_utime + usage.ru_stime) / 2
    finally:
        net.run("client", ["tc", "qdisc", "del", "dev", "to-r1", "root"])
    assert share < 0.25, f"{share * 100:.0f} % of a CPU to wait"
    return f"{share * 100:.0f} % of a CPU"


def check_shared_output(net):
    """Two outputs in one file are refused before it is harmed."""
    with folder() as path:
        db = path / "s.db"
        argv = ("-q", "-d", str(db), "forward", "udp", "singlepath",
                net.topology.address("server", 4))
        expect_status(prober(net, *argv), 0)
        done = prober(net, "--text", str(db), *argv)
        expect_status(done, EXIT_FAILURE)
        assert "share" in done.stderr, done.stderr
        labtest.equal(whole_traces(db), 1, "traces in the database")


def check_no_route(net):
    done = prober(net, "-q", "--text", "-", "forward", "udp", "singlepath", "203.0.113.77",
                  net.topology.address("server", 4))
    expect_status(done, EXIT_FAILURE)
    assert "203.0.113.77" in done.stderr, done.stderr
    assert net.topology.address("server", 4) in done.stdout, "the other target was not traced"


def test_program(report):
    with labtest.lab("plain") as net:
        for arguments, said in WRONG:
            report.check(f"wrong use: {' '.join(arguments) or 'no argument'}", check_wrong_use,
                         net, arguments, said)
        report.check("without CAP_NET_RAW it names the capability", check_no_privilege, net)
        report.check("names are resolved, one that is not found does not stop the others",
                     check_names, net)
        report.check("SIGINT while names are looked up ends in order", check_interrupt_lookups,
                     net)
        report.check("a bad line is named, and skipped where asked", check_bad_lines, net)
        report.check("standard input is traced as it comes", check_standard_input, net)
        report.check("a flood of targets in vain stalls nothing", check_many_in_vain, net)
        report.check("a full queue is waited for", check_full_queue, net)
        report.check("two outputs can't share a file", check_shared_output, net)
        report.check("a target without a route does not stop the others", check_no_route, net)
        report.check("metrics are what is stored in the end", check_metrics, net)
        for number in (signal.SIGINT, signal.SIGTERM):
            report.check(f"{number.name} ends in order", check_interrupt, net, number)
        report.check("SIGKILL leaves whole traces", check_kill, net)
        report.check("a full disk is a clear error", check_full_disk, net)
        report.check("a full output is a clear error", check_full_output, net)


def main():
    labtest.needs_root()
    report = labtest.Report()
    test_program(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
