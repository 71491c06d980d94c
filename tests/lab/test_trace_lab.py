#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The prober in networks whose paths are known: does it find them, and nothing else?

Each topology's file says which routers a trace must see; what the prober stored
in its database is compared with that, by name.
"""
import collections
import dataclasses
import itertools
import os
import re
import sqlite3
import sys
import tempfile
import time

import labtest
import topology
from labtest import equal

FAMILIES = (4, 6)
PROTOCOLS = ("udp", "tcp", "icmp")
DIRECTIONS = ("forward", "reverse", "two-way")
UNREACHABLE, GAP_LIMIT, COMPLETED, NOT_SUPPORTED, NO_ANSWER = 2, 5, 1, 100, 101
TIMEOUT = 2  # the prober's own
# Nothing in a lab takes 100 ms; where probes are lost, waiting longer finds no more.
SHORT_TIMEOUT = ("--timeout", "0.5")
# Of three probes that cross a lossy link twice, all are lost once in 150 hops; of six,
# once in 20 000.
MANY_PROBES = ("--probes", "6")
# How a trace to a target without a server may end, by the target's name.
ENDS = {
    "plain": {"forward": {COMPLETED}, "reverse": {NOT_SUPPORTED}},
    "unreachable": {"forward": {UNREACHABLE}, "reverse": {UNREACHABLE, NO_ANSWER}},
    "blackhole": {"forward": {GAP_LIMIT}, "reverse": {NO_ANSWER}},
}


@dataclasses.dataclass
class Trace:
    """One row of the database's `trace`, with its probes."""
    target: str  # name of the node
    direction: str
    reached: int
    stop: int
    path_len: int
    lost: int
    seconds: float
    answers: dict  # {ttl: [address or None]}, one a probe
    arrived: dict  # {ttl: number of probes that were seen to come in}
    rtts: dict     # {ttl: [ms]}


def read_traces(file, targets):
    """All traces of a database; `targets` are names by address."""
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        db.row_factory = sqlite3.Row
        rows = db.execute("SELECT t.*, e.name AS endpoint FROM trace t "
                          "JOIN endpoint e USING (endpoint_id) ORDER BY trace_id").fetchall()
        return [read_trace(db, row, targets) for row in rows]


def read_trace(db, row, targets):
    answers = collections.defaultdict(list)
    rtts = collections.defaultdict(list)
    arrived = collections.Counter()
    for hop in db.execute("SELECT h.*, a.text AS addr FROM hop h LEFT JOIN addr a USING (addr_id) "
                          "WHERE trace_id = ? ORDER BY ttl, try", (row["trace_id"],)):
        answers[hop["ttl"]].append(hop["addr"])
        arrived[hop["ttl"]] += hop["arrived"]
        if hop["rtt_ns"] is not None:
            rtts[hop["ttl"]].append(hop["rtt_ns"] / 1e6)
    return Trace(targets[row["endpoint"]], "reverse" if row["direction"] else "forward",
                 row["reached"], row["stop"], row["path_len"], row["lost"],
                 (row["ended_us"] - row["started_us"]) / 1e6, answers, arrived, rtts)


class Prober:
    """Runs the program in a lab."""

    def __init__(self, net, folder):
        self.net = net
        self.file = os.path.join(folder, "traces.db")
        self.program = os.environ.get("REVPROBE") or labtest.build_file("prober/revprobe")

    def trace(self, source, direction, proto, family, targets, options=()):
        """One run, to all addresses of the targets: its traces."""
        names = {a: t for t in targets for a in self.net.topology.addresses(t, family)}
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(self.file + suffix):
                os.unlink(self.file + suffix)
        self.net.run(source, [self.program, f"-{family}", "-d", self.file, *options, direction,
                              proto, "singlepath", *names], timeout=60)
        traces = read_traces(self.file, names)
        ways = 2 if direction == "two-way" else 1
        equal(len(traces), ways * len(names), "traces in the database")
        return traces


# --- one trace against what must be seen ---------------------------------------

def names_by_ttl(net, trace):
    """[{names}] for each TTL of the path; an address that no router has is an error."""
    names = {}
    for ttl, answers in trace.answers.items():
        names[ttl] = {net.topology.name_of(a) for a in answers if a}
        assert None not in names[ttl], f"foreign address at TTL {ttl}: {answers}"
    return [names.get(ttl, set()) for ttl in range(1, trace.path_len + 1)]


def may_be_silent(net, trace, name):
    topo = net.topology
    if name in topo.silent | topo.limited or topo.loss:
        return True
    return trace.direction == "reverse" and topo.name == "firewall" and not topo.nodes[name].router


def check_path(net, trace, wanted):
    """Each hop is who it must be, and only who may be silent is."""
    got = names_by_ttl(net, trace)
    what = f"{trace.direction} {trace.target}: hops"
    shown = [sorted(hop) for hop in got]
    equal(len(got), len(wanted), f"{what} {shown}: how many")
    for ttl, (names, allowed) in enumerate(zip(got, wanted), 1):
        assert names <= set(allowed), f"{what} {shown}: TTL {ttl} is not {'|'.join(allowed)}"
        assert len(names) < 2, f"{what} {shown}: one flow, two routers at TTL {ttl}"
        if not names:
            assert any(may_be_silent(net, trace, n) for n in allowed), \
                f"{what} {shown}: silent at TTL {ttl}"
        assert not names & net.topology.silent, f"{what} {shown}: the silent one spoke"
    check_neighbours(net, got, f"{what} {shown}")


def check_neighbours(net, got, what):
    """A flow goes one way: who follows whom is linked to them."""
    linked = {frozenset(link.ends) for link in net.topology.links}
    for near, far in itertools.pairwise(got):
        if near and far:
            assert frozenset(near | far) in linked, f"{what}: {near} and {far} are not linked"


def check_trace(net, expect, trace):
    wanted = expect.forward if trace.direction == "forward" else expect.reverse
    ends = ENDS.get(trace.target, {}).get(trace.direction, {COMPLETED})
    assert trace.stop in ends, f"{trace.direction} {trace.target}: stop {trace.stop}, not {ends}"
    if wanted:
        check_path(net, trace, wanted)
    reached = bool(wanted) and COMPLETED in ends
    equal(trace.reached, int(reached), f"{trace.direction} {trace.target}: reached")


# --- one run --------------------------------------------------------------------

def check_run(prober, source, direction, proto, family, options=()):
    """Traces to everything that the topology expects something of, from one source."""
    net = prober.net
    expects = {e.target: e for e in net.topology.expect if e.source == source}
    start = time.monotonic()
    traces = prober.trace(source, direction, proto, family, expects, options)
    seconds = time.monotonic() - start
    if net.topology.loss and any(trace.stop == NO_ANSWER for trace in traces):
        # All four support checks are lost in one trace of 800, of some 40 in a run.
        traces = prober.trace(source, direction, proto, family, expects, options)
    for trace in traces:
        check_trace(net, expects[trace.target], trace)
    check_special(net, traces, seconds, proto)
    return f"{len(traces)} traces, {sum(t.lost for t in traces)} probes lost"


def check_special(net, traces, seconds, proto):
    """What single topologies promise beyond their paths."""
    if net.topology.name == "asym" and len(traces) == 2:
        forward, reverse = [names_by_ttl(net, t)[:-1] for t in traces]
        assert forward != reverse[::-1], "forward and reverse are the same path"
    if net.topology.name == "firewall" and proto == "udp":
        for trace in traces:
            if trace.direction == "reverse":
                assert trace.arrived[trace.path_len], "no arrival was seen"
        assert seconds < TIMEOUT / 2, f"{seconds:.1f} s although the probes arrived"


def ping_ms(net, source, address):
    """The shortest of some."""
    text = net.run(source, ["ping", "-n", "-c5", "-i0.02", "-W1", address])
    return float(re.search(r"= ([\d.]+)/", text)[1])


def check_rtts(prober, proto, family):
    """A hop's round trip is what ping says, to 1 ms or 20 %."""
    net = prober.net
    worst = (0, "")
    for trace in prober.trace("client", "two-way", proto, family, ["server"]):
        source = "client" if trace.direction == "forward" else "server"
        for ttl in range(1, trace.path_len + 1):
            address = next(a for a in trace.answers[ttl] if a)
            got, wanted = min(trace.rtts[ttl]), ping_ms(net, source, address)
            shown = f"{trace.direction} TTL {ttl}: {got:.3f} ms, ping {wanted:.3f} ms"
            assert abs(got - wanted) <= max(1, 0.2 * wanted), shown
            worst = max(worst, (abs(got - wanted), shown))
    return f"largest difference at {worst[1]}"


# --- all of it --------------------------------------------------------------------

def check_topology(report, net, folder):
    """Every direction, protocol and family, from every source."""
    prober = Prober(net, folder)
    topo = net.topology
    sources = list(dict.fromkeys(e.source for e in topo.expect))
    # Where arrival must end a trace, a short timeout would hide that it does not.
    options = () if topo.name == "firewall" else SHORT_TIMEOUT
    options += MANY_PROBES if topo.loss else ()
    for source, direction, proto, family in itertools.product(sources, DIRECTIONS, PROTOCOLS,
                                                              FAMILIES):
        report.check(f"{topo.name}: {direction} {proto} IPv{family} from {source}",
                     check_run, prober, source, direction, proto, family, options)
    if topo.name in ("asym", "delay"):
        for proto, family in itertools.product(PROTOCOLS, FAMILIES):
            report.check(f"{topo.name}: round trips of {proto} IPv{family}",
                         check_rtts, prober, proto, family)


def main():
    """Names of topologies may be given, also in LAB_TOPOLOGIES; without, all."""
    labtest.needs_root()
    report = labtest.Report()
    with tempfile.TemporaryDirectory() as folder:
        chosen = sys.argv[1:] or os.environ.get("LAB_TOPOLOGIES", "").split()
        for name in chosen or topology.names():
            with labtest.lab(name) as net:
                check_topology(report, net, folder)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
