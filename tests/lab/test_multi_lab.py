#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Multipath discovery in networks whose routers and links are known: all, and no more?

Each topology's file says which routers packets may meet and who is linked with whom;
what the prober stored is compared with that, by name.

Multipath misses a branch at a branching point with a bounded probability, eps.  The
tests ask for the smallest there is, 10^-6.  All of this has about 300 branching points,
so it fails by chance once in 3000 runs; the last check counts them and holds it to less
than once in 1000.
"""
import contextlib
import itertools
import sys
import tempfile

import balance
import labtest
import network
from labtest import equal
from multitrace import SILENT, MultiProber

TOPOLOGIES = ("wide2x3", "wide8", "wide16", "diamonds", "mesh")
FAMILIES = (4, 6)
FAMILIES_IN_TURN = (4, 6, 4)  # where a protocol each is enough
PROTOCOLS = ("udp", "tcp", "icmp")
DIRECTIONS = ("forward", "reverse", "two-way")
COMPLETED = 1
EPS = 1e-6
CHANCE_MOST = 1e-3  # that a branch is missed somewhere in all of this
FAST = ("--confidence", f"{EPS:f}", "--inter", "0", "--rate", "5000", "--quiet")
# Where probes are lost: nothing in a lab takes 100 ms.
TIMEOUT = 0.1
IMPATIENT = (*FAST, "--timeout", str(TIMEOUT))
# A silent hop costs a timeout for each of four tries; with what is learned step by step
# behind it, no more than this.
TIMEOUTS_MOST = 16
LOSSY = """
chain lossy {
    type filter hook forward priority 0; policy accept;
    numgen random mod 100 < 10 drop
}
"""
# Only errors, and of both families: what the router forwards passes.
ERRORS = ("icmp type { time-exceeded, destination-unreachable }",
          "icmpv6 type { time-exceeded, destination-unreachable }")


def dropping(what):
    """A router that keeps its errors to itself, all or those `what` says."""
    rules = "\n".join(f"{error} {what} drop" for error in ERRORS)
    return f"chain output {{\ntype filter hook output priority 0; policy accept;\n{rules}\n}}"


class Totals:
    """What the runs of one topology took, and how often they could have failed by chance."""
    forks = 0

    def __init__(self, name):
        self.name = name
        self.probes = []
        self.seconds = []

    def add(self, traces, seconds):
        self.probes += [t.sent for t in traces]
        self.seconds.append(seconds)
        Totals.forks += sum(t.forks for t in traces)
        return f"{'+'.join(str(t.sent) for t in traces)} probes, {seconds:.2f} s"

    def __str__(self):
        return (f"{self.name}: {len(self.probes)} traces of {min(self.probes)} to "
                f"{max(self.probes)} probes, mean {sum(self.probes) / len(self.probes):.0f}; "
                f"runs of {min(self.seconds):.2f} to {max(self.seconds):.2f} s, "
                f"mean {sum(self.seconds) / len(self.seconds):.2f} s")


# --- one trace against what there is --------------------------------------------

def wanted_path(net, direction, dark=None):
    """(nodes by TTL, links) that a trace must find; `dark` is a router that never answers:
    it shows as somebody unknown, with the ways to it and from it."""
    expect = net.topology.expect[0]
    path = expect.forward if direction == "forward" else expect.reverse

    def shown(name):
        return SILENT if name == dark else name

    return ([{shown(name) for name in hop} for hop in path],
            {(shown(a), shown(b)) for a, b in net.topology.linked(path)})


def difference(what, got, wanted):
    """Lines for what is missing, and what should not be there."""
    return [f"{what}: {word} {sorted(some)}" for word, some in
            (("missing", wanted - got), ("not there in truth", got - wanted)) if some]


def faults(net, trace, dark=None):
    """Everything that differs from the truth."""
    nodes, links = wanted_path(net, trace.direction, dark)
    found = [] if trace.stop == COMPLETED else [f"stop {trace.stop}"]
    found += [] if trace.reached else ["target not reached"]
    if len(trace.nodes) != len(nodes):
        found.append(f"{len(trace.nodes)} hops, not {len(nodes)}: {trace.nodes}")
    for ttl, (got, wanted) in enumerate(zip(trace.nodes, nodes), 1):
        found += difference(f"TTL {ttl}", got, wanted)
    if not trace.per_packet:
        found += difference("links", trace.links, links)
        found += difference("assumed links", trace.assumed | links, links)
    return found


def check_exact(net, trace, dark=None):
    found = faults(net, trace, dark)
    assert not found, f"{trace.direction} {trace.target}:\n  " + "\n  ".join(found)
    assert not trace.per_packet, "flows are taken for balanced packet by packet"


# --- runs -------------------------------------------------------------------------

def check_run(prober, totals, direction, proto, family):
    traces, seconds = prober.trace(direction, proto, family, FAST)
    for trace in traces:
        check_exact(prober.net, trace)
    if direction == "two-way":
        equal({t.direction for t in traces}, {"forward", "reverse"}, "directions of the pair")
        assert traces[0].pair_id and traces[0].pair_id == traces[1].pair_id, "no pair"
    return totals.add(traces, seconds)


def check_many(prober, direction, proto, family):
    """Twenty traces at once: 95 % are exact."""
    traces, seconds = prober.trace(direction, proto, family, IMPATIENT, count=20)
    failed = {i: found for i, found in enumerate(faults(prober.net, t) for t in traces) if found}
    assert len(failed) <= 1, "\n  ".join([f"{len(failed)} of {len(traces)} are not exact",
                                          *(f"{i}: {'; '.join(f)}" for i, f in failed.items())])
    return (f"{len(traces) - len(failed)} of {len(traces)} exact, "
            f"{sum(t.sent for t in traces) / len(traces):.0f} probes each, {seconds:.2f} s")


def check_dark(prober, direction, proto, family, dark):
    """The rest of the network is found, whatever is known of the silent one."""
    traces, seconds = prober.trace(direction, proto, family, (*IMPATIENT, "--budget", "2000"))
    for trace in traces:
        check_exact(prober.net, trace, dark)
    return Totals("silence").add(traces, seconds)


def check_dark_time(prober, direction, dark):
    """Waiting for the silent one is done in one go, not flow by flow."""
    _, seconds = prober.trace(direction, "udp", 4, IMPATIENT)
    timeouts = seconds / TIMEOUT
    assert timeouts <= TIMEOUTS_MOST, f"{dark} was waited for {timeouts:.0f} times as long as once"


def check_per_packet(prober, direction, proto, family):
    """Every router, no verdict about links, and the reason is known.

    Three packets of a flow may meet the same router by chance, at all of the balanced hops
    once in 1296 traces; two traces of five, once in 150 000.
    """
    traces, seconds = prober.trace(direction, proto, family, FAST, count=5)
    wrong = [found for found in (faults(prober.net, t) for t in traces) if found]
    assert not wrong, str(wrong)
    known = sum(t.per_packet for t in traces)
    assert known >= 4, f"only {known} of 5 traces saw that packets are balanced one by one"
    assert not any(t.links | t.assumed for t in traces if t.per_packet), "links that mean nothing"
    return f"{sum(t.sent for t in traces) / len(traces):.0f} probes each, {seconds:.2f} s"


# --- networks that are out of order --------------------------------------------------

@contextlib.contextmanager
def per_packet(net):
    """All balancers throw a die for each packet, whatever its protocol."""
    routes = net.topology.routes()
    with contextlib.ExitStack() as stack:
        for node, ways in routes.items():
            chain = balance.chain(net.topology, node, ways, balance.BY_PACKET,
                                  balance.ALL_PROTOCOLS, "mangle + 1")
            if chain:
                stack.enter_context(net.ruleset(node, chain))
        yield


@contextlib.contextmanager
def quick_server(net):
    """A server that gives up on silent probes soon.  Each takes one of its 5000 places for
    5 s by default; traces of a router that limits its errors would fill them all."""
    problems = net.stop("server-server")
    assert not problems, "\n".join(problems)
    with net.served("server", *network.unlimited(network.find_server()), "--timeout",
                    f"{2 * TIMEOUT * 1000:.0f}ms"):
        yield


def check_cases(report, prober, what, function):
    """One disorder in both directions, and with every protocol."""
    for direction, (proto, family) in itertools.product(("forward", "reverse"),
                                                        zip(PROTOCOLS, FAMILIES_IN_TURN)):
        report.check(f"{prober.net.topology.name}, {what}: {direction} {proto} IPv{family}",
                     function, prober, direction, proto, family)


def check_disorder(report, net, prober):
    """What makes answers fail, or flows useless."""
    with net.ruleset("r2", LOSSY):
        check_cases(report, prober, "10 % loss in r2", check_many)
    for router, rate in (("a1", 300), ("r2", 1000)):
        with net.ruleset(router, dropping(f"limit rate over {rate}/second burst 10 packets")):
            check_cases(report, prober, f"{router} limits its errors", check_many)
    with per_packet(net):
        check_cases(report, prober, "balanced by packet", check_per_packet)
    with net.ruleset("r2", dropping("counter")):
        for direction in ("forward", "reverse"):
            report.check(f"diamonds, r2 is silent: {direction} udp IPv4", check_dark, prober,
                         direction, "udp", 4, "r2")


def check_silence(report, net, prober):
    """b4 is the only one behind a2; seen from the server, it is one of four behind r2."""
    with net.ruleset("b4", dropping("counter")):
        for proto, family in zip(PROTOCOLS, FAMILIES_IN_TURN):
            report.check(f"wide2x3, b4 is silent: forward {proto} IPv{family}", check_dark, prober,
                         "forward", proto, family, "b4")
        report.check("wide2x3, b4 is silent: reverse udp IPv4", check_dark, prober, "reverse",
                     "udp", 4, "b4")
        report.check("wide2x3, b4 is silent: not for long", check_dark_time, prober, "forward",
                     "b4")


# --- what it costs ---------------------------------------------------------------------

def compare_methods(prober, proto):
    """The same network by each accounting, with no option of speed or confidence."""
    said = []
    for method in ("node", "lite", "mda"):
        (trace,), seconds = prober.trace("reverse", proto, 4, ("--method", method, "--quiet"))
        nodes, links = wanted_path(prober.net, "reverse")
        assert trace.reached and trace.links <= links, f"{method}: {trace}"
        said.append(f"{method}: {trace.sent} probes, {seconds:.1f} s, "
                    f"{len(trace.links)} of {len(links)} links, "
                    f"{sum(map(len, trace.nodes))} of {sum(map(len, nodes))} nodes")
    return "\n".join(said)


# --- all of it ---------------------------------------------------------------------------

def check_topology(report, net, folder):
    prober = MultiProber(net, folder)
    totals = Totals(net.topology.name)
    for direction, proto, family in itertools.product(DIRECTIONS, PROTOCOLS, FAMILIES):
        report.check(f"{net.topology.name}: {direction} {proto} IPv{family}", check_run, prober,
                     totals, direction, proto, family)
    if totals.probes:
        labtest.comment(str(totals))
    if net.topology.name == "diamonds":
        with quick_server(net):
            check_disorder(report, net, prober)
    if net.topology.name == "wide2x3":
        check_silence(report, net, prober)


def check_chance():
    chance = Totals.forks * EPS
    assert chance < CHANCE_MOST, f"{Totals.forks} branching points: too many, or raise the bound"
    return f"{Totals.forks} branching points: one is missed by chance in {1 / chance:.0f} runs"


def main():
    """Names of topologies may be given; without, all."""
    labtest.needs_root()
    report = labtest.Report()
    names = sys.argv[1:] or (*TOPOLOGIES, "ecmp")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            with labtest.lab(name) as net:
                if name == "ecmp":
                    report.check("ecmp: what the methods cost with default options",
                                 compare_methods, MultiProber(net, folder), "udp")
                else:
                    check_topology(report, net, folder)
    if Totals.forks:
        report.check("failures by chance are rare enough", check_chance)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
