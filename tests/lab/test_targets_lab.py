#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom the prober sends to, by what leaves: shards, special-purpose addresses, block lists."""
import contextlib
import os
import signal
import subprocess
import sys
import time

import labtest
import network
from labtest import equal
from runs import (EXIT_INTERRUPTED, EXIT_OK, EXIT_USAGE, PROBER, expect_status, folder,
                  lead_into_the_dark, one_row, prober, traces)

BLOCK = "10.128.0.0/24"
BLOCKED = "10.128.0.64/26"
QUICK = ("-q", "--timeout", "0.2", "--probes", "1", "--abort", "1")
TRACE = ("forward", "udp", "singlepath")


class Sent:
    """What left the client while `sent_by()` ran: packets by network they went to."""

    def __init__(self):
        self.to = {}

    def count(self, file):
        for what in (BLOCK, BLOCKED, "0.0.0.0/0"):
            done = subprocess.run(["tcpdump", "-n", "-r", str(file), f"dst net {what}"], text=True,
                                  capture_output=True, check=True)
            self.to[what] = len(done.stdout.splitlines())


@contextlib.contextmanager
def sent_by(net, path, name="sent"):
    sent = Sent()
    file = path / f"{name}.pcap"
    with net.capture_file("client", "to-r1", file, "ip", "-Q", "out", "--immediate-mode"):
        yield sent
    sent.count(file)


@contextlib.contextmanager
def watched(net):
    with folder() as path, sent_by(net, path) as sent:
        yield path, sent


def endpoints(db):
    return [row["endpoint"] for row in traces(db)]


def block_addresses():
    return {f"10.128.0.{i}" for i in range(256)}


# --- who is traced ------------------------------------------------------------------------

def check_shards(net):
    seen = []
    with folder() as path:
        for shard in range(3):
            db = path / f"{shard}.db"
            done = prober(net, *QUICK, "--allow-special", "-d", str(db), "--rate", "0", "--shards",
                          "3", "--shard", str(shard), *TRACE, BLOCK)
            expect_status(done, EXIT_OK)
            part = endpoints(db)
            assert 80 <= len(part) <= 90, f"{len(part)} targets in a third of 256"
            seen += part
    equal(len(seen), 256, "targets of all shards")
    equal(set(seen), block_addresses(), "targets")


def check_seed(net):
    """The order is repeated by its seed, and is not that of the addresses."""
    orders = []
    with folder() as path:
        for number, seed in enumerate(("7", "7", "8")):
            db = path / f"{number}.db"
            expect_status(prober(net, *QUICK, "--allow-special", "-d", str(db), "--window", "1",
                                 "--rate", "0", "--timeout", "0.01", "--seed", seed, *TRACE,
                                 "10.128.0.0/27"), EXIT_OK)
            orders.append(endpoints(db))
    equal(orders[0], orders[1], "orders of one seed")
    assert orders[0] != orders[2], "another seed has the same order"
    assert orders[0] != sorted(orders[0], key=lambda a: int(a.split(".")[3])), "in sequence"


def check_special(net):
    """Private addresses of lists and prefixes are passed over, those that are typed are not."""
    address = net.topology.address("server", 4)
    with watched(net) as (path, sent):
        (path / "list").write_text(f"{address}\n{BLOCK}\n")
        done = prober(net, "--timeout", "0.2", "-d", str(path / "a.db"), *TRACE, "-t",
                      str(path / "list"), BLOCK)
        expect_status(done, EXIT_OK)
        assert "private address" in done.stderr and "257 special-purpose" in done.stderr, \
            done.stderr
        equal(endpoints(path / "a.db"), [], "targets")
        expect_status(prober(net, *QUICK, "-d", str(path / "b.db"), *TRACE, address), EXIT_OK)
        equal(endpoints(path / "b.db"), [address], "targets")
    equal(sent.to[BLOCK], 0, "packets to private addresses of lists")


# --- who is blocked -----------------------------------------------------------------------

def with_file(target, content, command):
    """A command that has its own version of a file in /etc, or a whole new /etc."""
    return ["unshare", "-m", "sh", "-c",
            f"mount -t tmpfs none /etc && mkdir -p $(dirname {target}) && "
            f"printf '%s' \"$0\" >{target} && exec \"$@\"", content, *command]


def check_blocked(net):
    """Not one packet, whatever way the address came."""
    inside = "10.128.0.100"
    with watched(net) as (path, sent):
        lists = path / "blocked"
        lists.write_text(f"# quiet\n{BLOCKED}\n")
        (path / "list").write_text(f"{inside}\n{BLOCKED}\n")
        blocked = (*QUICK, "--rate", "0", "--allow-special", "--blocklist", str(lists))
        program = labtest.build_file(PROBER)
        typed = prober(net, *blocked, *TRACE, inside)
        expect_status(typed, EXIT_USAGE)
        assert f"{inside} is blocked by {BLOCKED}" in typed.stderr, typed.stderr
        expect_status(prober(net, *blocked, *TRACE, "-t", str(path / "list")), EXIT_OK)
        db = path / "a.db"
        expect_status(prober(net, *blocked, "-d", str(db), *TRACE, BLOCK), EXIT_OK)
        equal(set(endpoints(db)), block_addresses() - {f"10.128.0.{i}" for i in range(64, 128)},
              "targets")
        for shard in range(2):
            expect_status(prober(net, *blocked, "--shards", "2", "--shard", str(shard), *TRACE,
                                 BLOCK), EXIT_OK)
        named = net.run_any("client", with_file("/etc/hosts", f"{inside} dark.example\n",
                                                [program, *blocked, *TRACE, "dark.example"]))
        expect_status(named, EXIT_USAGE)
        assert "blocked by" in named.stderr, named.stderr
        toward = prober(net, *blocked, "--forward-to", inside, "reverse", "udp", "singlepath",
                        net.topology.address("server", 4))
        expect_status(toward, EXIT_USAGE)
        system = net.run_any("client", with_file(
            "/etc/revprobe/blocklist", f"{BLOCKED}\n",
            [program, *QUICK, "--rate", "0", "--allow-special", *TRACE, BLOCKED, inside]))
        expect_status(system, EXIT_USAGE)
        only = path / "allowed"
        only.write_text("192.0.2.0/24\n")
        expect_status(prober(net, *QUICK, "--allow-special", "--allowlist", str(only), *TRACE,
                             BLOCKED), EXIT_OK)
    equal(sent.to[BLOCKED], 0, "packets to blocked addresses")
    assert sent.to[BLOCK] > 0, "none to the others: nothing was captured?"


def check_bad_lists(net):
    with watched(net) as (path, sent):
        lists = path / "blocked"
        lists.write_text("192.0.2.0/24\n10.0.0.1/8\n")
        for option in ("--blocklist", "--allowlist"):
            done = prober(net, *QUICK, "--skip-invalid", option, str(lists), *TRACE, "10.128.0.1")
            expect_status(done, EXIT_USAGE)
            assert f"{lists}:2: " in done.stderr, done.stderr
    equal(sent.to["0.0.0.0/0"], 0, "packets in spite of a bad list")


@contextlib.contextmanager
def long_run(net, said, *arguments):
    argv = net.argv("client", [labtest.build_file(PROBER), "--allow-special", "--rate", "200",
                               "--abort", "250", "--max-ttl", "254", "--text", "/dev/null",
                               *arguments, *TRACE, BLOCK])
    with subprocess.Popen(argv, stderr=said, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def is_probed(net, path, what):
    """Whether packets go there; a loaded machine may take its time."""
    for _ in range(20):
        with sent_by(net, path) as sent:
            time.sleep(0.5)
        if sent.to[what] > 0:
            return True
    return False


def check_reload(net):
    """SIGHUP: what is blocked now gets nothing more, also in the middle of a trace."""
    with folder() as path, open(path / "said", "w+", encoding="utf-8") as said:
        def is_said(text):
            return network.wait_until(lambda: text in (path / "said").read_text(), 10)

        lists = path / "blocked"
        lists.write_text("")
        with long_run(net, said, "--blocklist", str(lists)) as child:
            assert is_probed(net, path, BLOCKED), "it never was"
            lists.write_text(f"{BLOCKED}\nbad\n")
            child.send_signal(signal.SIGHUP)
            assert is_said(f"{lists}:2: 'bad'"), "nothing is said of a bad list"
            assert is_probed(net, path, BLOCKED), "a bad list has changed something"
            lists.write_text(f"{BLOCKED}\n")
            child.send_signal(signal.SIGHUP)
            assert is_said("read again"), "nothing is said of a good list"
            with sent_by(net, path, "after") as after:
                time.sleep(0.5)
            assert is_probed(net, path, BLOCK), "the others are not traced any more"
            child.send_signal(signal.SIGINT)
            child.send_signal(signal.SIGINT)
            child.wait(20)
        equal(after.to[BLOCKED], 0, "packets to what was blocked meanwhile")


# --- runs that say what they do --------------------------------------------------------------

def check_dry_run(net):
    """The order of a real run, and not one packet."""
    order = ("--seed", "11", "--allow-special", *TRACE, net.topology.address("server", 4),
             "10.128.0.0/28")
    with watched(net) as (path, sent):
        done = prober(net, "--dry-run", *order)
        expect_status(done, EXIT_OK)
    equal(sent.to["0.0.0.0/0"], 0, "packets of a dry run")
    with folder() as path:
        db = path / "a.db"
        expect_status(prober(net, *QUICK, "--timeout", "0.02", "--window", "1", "-d", str(db),
                             *order), EXIT_OK)
        equal(done.stdout.split(), endpoints(db), "targets")


def check_max_runtime(net):
    with folder() as path:
        db = path / "a.db"
        done = prober(net, "--timeout", "0.3", "-d", str(db), "--rate", "100", "--max-runtime", "1",
                      "--allow-special", *TRACE, BLOCK)
        expect_status(done, EXIT_INTERRUPTED)
        assert "--max-runtime is over" in done.stderr, done.stderr
        state, microseconds = one_row(db, "SELECT state, ended_us - started_us FROM run")
        equal(state, "interrupted", "state of the run")
        assert 0.9e6 <= microseconds, f"{microseconds} us"


def check_progress(net):
    """On a terminal one line written over, and it is gone at the end."""
    said = on_terminal(net, "--timeout", "0.3", "--rate", "60", "--text", "/dev/null",
                       "--allow-special", *TRACE, "10.128.0.0/28")
    shown = [line for line in said.split("\r\x1b[K") if "/16" in line]
    assert shown and "in flight" in shown[0] and "to go" in said, said
    assert "\n" not in shown[0], said
    quiet = on_terminal(net, "--timeout", "0.3", "--rate", "60", "--text", "/dev/null",
                        "--progress", "never", "--allow-special", *TRACE, "10.128.0.0/28")
    assert "in flight" not in quiet, quiet


def on_terminal(net, *arguments):
    """What the prober writes to a terminal of its own."""
    ours, its = os.openpty()
    with subprocess.Popen(net.argv("client", [labtest.build_file(PROBER), *arguments]), stdout=its,
                          stderr=its) as child:
        os.close(its)
        said = b""
        with contextlib.suppress(OSError):  # EIO: the other side is closed
            while piece := os.read(ours, 4096):
                said += piece
        os.close(ours)
        equal(child.wait(20), EXIT_OK, "status")
    return said.decode()


# --- runs that end themselves -----------------------------------------------------------------

def check_hitrate(net):
    """Hardly anybody answers: it halts with the reason, and can be gone on with."""
    with folder() as path:
        db = path / "h.db"
        start = time.monotonic()
        done = prober(net, "--timeout", "0.5", "-d", str(db), "--rate", "100", "--min-hitrate", "0.5",
                      "--allow-special", *TRACE, BLOCK)
        expect_status(done, EXIT_INTERRUPTED)
        assert "halting: " in done.stderr and "--min-hitrate 0.5" in done.stderr, done.stderr
        state, reason = one_row(db, "SELECT state, reason FROM run")
        equal(state, "interrupted", "state of the run")
        assert "less than --min-hitrate" in reason, reason
        return f"after {time.monotonic() - start:.0f} s: {reason}"


def check_contact(net):
    """Who is asked for one is, before anything is sent; who gives one sends it along."""
    contact = "mailto:noc@example.net"
    address = net.topology.address("server", 4)
    with watched(net) as (path, sent):
        done = prober(net, "-q", "--allow-special", "-d", str(path / "n.db"), *TRACE, "10.64.0.0/18")
        expect_status(done, EXIT_USAGE)
        assert "more than 10000 targets need --contact" in done.stderr, done.stderr
        equal(one_row(path / "n.db", "SELECT state, reason IS NULL FROM run"), ("interrupted", 0),
              "state of the run")
    equal(sent.to["0.0.0.0/0"], 0, "packets of nobody")
    for wrong in ("noc@example.net", "http://example.net/", "mailto:", "mailto:" + 64 * "x"):
        expect_status(prober(net, "-q", "--contact", wrong, *TRACE, address), EXIT_USAGE)
    for direction in ("forward", "reverse"):
        for protocol in ("udp", "icmp"):
            with net.capture("client", "to-r1", "ip", "-A", "-Q", "out") as lines:
                done = prober(net, *QUICK, "--contact", contact, direction, protocol, "singlepath",
                              address)
            expect_status(done, EXIT_OK)
            assert any(contact in line for line in lines), f"no contact in {direction} {protocol}"
            assert address in done.stdout.splitlines()[-1] or direction == "reverse", done.stdout


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("plain") as net:
        lead_into_the_dark(net, BLOCK)
        report.check("shards are disjoint and together the whole", check_shards, net)
        report.check("a seed repeats an order", check_seed, net)
        report.check("special-purpose addresses of lists are passed over", check_special, net)
        report.check("a blocked prefix gets not one packet", check_blocked, net)
        report.check("a bad list ends it before the first packet", check_bad_lists, net)
        report.check("SIGHUP reads the lists again", check_reload, net)
        report.check("a dry run names the targets and sends nothing", check_dry_run, net)
        report.check("--max-runtime ends in order", check_max_runtime, net)
        report.check("too few answers halt it", check_hitrate, net)
        report.check("packets say whom to ask", check_contact, net)
        report.check("progress is shown on a terminal", check_progress, net)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
