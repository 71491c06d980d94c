#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods with forged sources: what the victim gets, what a client still gets.

FLOOD_SECONDS=60 makes each flood as long as the promise is; 3 s otherwise.
FLOOD_RATE limits it, in packets a second; without, as fast as this machine can.
"""
import contextlib
import dataclasses
import json
import os
import re
import subprocess
import sys
import time

import labtest
import runs
import test_server_lab as basics
from labtest import equal
from test_server_lab import FAMILIES, counters, ip

LOG = "server-server"
SECONDS = int(os.environ.get("FLOOD_SECONDS", "3"))
RATE = int(os.environ.get("FLOOD_RATE", "10000000"))
SLOW_RATE = 1000  # all of it is served where nothing limits it
SLOW_SECONDS = 2
HEADER = {4: 20, 6: 40}
BARE, PROBE, RESPONSE = 12, 16, 36  # bytes of ICMP or UDP, docs/protocol.md
# Nearly every address of the Internet; routers drop what cannot be a source.
ANYBODY = {4: "128.0.0.0/0", 6: "2000::/3"}
VICTIM_6 = "2001:db8:77::1"
SOURCE_PPS, SOURCE_BURST, TOTAL_PPS, TOTAL_BURST = 200, 400, 10000, 1000  # the defaults


@dataclasses.dataclass
class Flood:
    """Requests with forged sources, from the attacker."""
    source: str
    rate: int
    seconds: int
    ttl: int = 64
    padding: int = 0

    def start(self, net, family):
        link = net.run("r2", ["ip", "link", "show", "dev", "to-attacker"])
        mac = re.search(r"link/ether (\S+)", link)[1]
        argv = [labtest.build_file("tests/lab/flood"), "to-r2", mac, self.source,
                net.topology.address("server", family), str(self.rate), str(self.seconds),
                str(self.ttl), str(self.padding)]
        return subprocess.Popen(net.argv("attacker", argv), stdout=subprocess.PIPE, text=True)

    def request_bytes(self, family):
        return HEADER[family] + BARE + self.padding


def victim(net, family):
    """Whose address is forged: in IPv6 one of a /48 that is not the client's, as limits are
    of a /48 and a lab is one."""
    return net.topology.address("victim", 4) if family == 4 else VICTIM_6


def move_victim(net):
    """Gives the victim that address, and everybody on the way a route to it."""
    net.run("victim", ["ip", "-6", "addr", "add", f"{VICTIM_6}/128", "dev", "lo"])
    for node in ("server", "r2", "r1"):
        known = json.loads(net.run(node, ["ip", "-j", "-6", "route", "get",
                                          net.topology.address("victim", 6)]))[0]
        near = known.get("gateway") or net.topology.address("victim", 6)
        net.run(node, ["ip", "-6", "route", "add", VICTIM_6, "via", near, "dev", known["dev"]])


@contextlib.contextmanager
def counted(net, family, longest):
    """Counts what the victim gets from the server, and what of it is longer than that."""
    server = net.topology.address("server", family)
    which = "ip" if family == 4 else "ip6"
    with net.ruleset("victim", f"""
            counter every {{ }}
            counter longer {{ }}
            chain input {{ type filter hook prerouting priority -300
                {which} saddr {server} counter name every
                {which} saddr {server} meta length > {longest} counter name longer
            }}"""):
        yield


def counter(net, name):
    """(packets, bytes)"""
    text = net.run("victim", ["nft", "list", "counter", "inet", "test", name])
    found = re.search(r"packets (\d+) bytes (\d+)", text)
    return int(found[1]), int(found[2])


@dataclasses.dataclass
class Harm:
    sent: int        # requests that the attacker sent
    sent_bytes: int
    packets: int     # that reached the victim
    bytes: int
    longer: int      # of them longer than a request
    seconds: float

    @property
    def factor(self):
        return self.bytes / self.sent_bytes


def suffer(net, family, flood, meanwhile=lambda child: None):
    """Lets the flood run.  What the victim gets late still counts."""
    begin = time.monotonic()
    with counted(net, family, flood.request_bytes(family)), flood.start(net, family) as child:
        try:
            meanwhile(child)
            sent = int(child.communicate(timeout=flood.seconds + 20)[0])
            time.sleep(0.3)
            packets, size = counter(net, "every")
            longer = counter(net, "longer")[0]
        finally:
            child.kill()
    assert sent > 0, "nothing was sent"
    return Harm(sent, sent * flood.request_bytes(family), packets, size, longer,
                time.monotonic() - begin)


def describe(harm, flood):
    return (f"{harm.sent / flood.seconds:.0f}/s sent; for each byte sent the victim got "
            f"{harm.factor:.3f}")


# --- without a limit: what a request is worth to an attacker ----------------------

def check_factor(net, family, options, flood, longest_factor, may_be_longer):
    flood.source = victim(net, family)
    with net.served("server", *basics.UNLIMITED, *options) as child:
        harm = suffer(net, family, flood)
        served = counters(net, child, LOG)["probes-sent"][FAMILIES.index(family)]
    equal(served, harm.sent, "served requests: else the factor is that of fewer")
    assert harm.packets > 0, "the victim got nothing: what was measured?"
    assert harm.factor <= longest_factor + 0.005, f"a factor of {harm.factor}"
    assert harm.factor >= longest_factor - 0.05, f"a factor of {harm.factor}: claimed is more"
    equal(harm.longer > 0, may_be_longer, "packets that are longer than the request")
    return describe(harm, flood)


def check_bare_is_refused(net, family):
    flood = Flood(victim(net, family), SLOW_RATE, SLOW_SECONDS)
    with net.served("server", *basics.UNLIMITED, "--require-padding") as child:
        harm = suffer(net, family, flood)
        refused = counters(net, child, LOG)["dropped-unpadded"][FAMILIES.index(family)]
    equal((harm.packets, refused), (0, harm.sent), "packets at the victim, refused requests")


def pays_for_all(family):
    """Padding that makes a request as long as probe and response, an IP header each."""
    return HEADER[family] + PROBE + RESPONSE - BARE


def factor_checks(family):
    """(name, function, arguments): all packets of all requests, by the layouts."""
    head = HEADER[family]
    both, bare, padding = 2 * head + PROBE + RESPONSE, head + BARE, pays_for_all(family)
    slow = (SLOW_RATE, SLOW_SECONDS)
    return [
        ("a bare request, probe and response reach the victim", check_factor, (),
         Flood("", *slow), both / bare, True),
        ("a bare request, only the response does", check_factor, (),
         Flood("", *slow, ttl=1), (head + RESPONSE) / bare, True),
        ("--require-padding, probe and response reach the victim", check_factor,
         ("--require-padding",), Flood("", *slow, padding=padding), 1, False),
        ("--require-padding, only the response does", check_factor, ("--require-padding",),
         Flood("", *slow, ttl=1, padding=padding), (head + RESPONSE) / both, False),
        ("--require-padding refuses bare requests", check_bare_is_refused),
    ]


# --- with the default limits ------------------------------------------------------

def trace(net, family, folder):
    """One reverse trace of the client, as a row."""
    file = folder / "trace.db"
    file.unlink(missing_ok=True)
    done = runs.prober(net, "-n", "-d", str(file), "--timeout", "0.5", "reverse", "udp", "singlepath",
                       net.topology.address("server", family), timeout=60)
    runs.expect_status(done, 0)
    return runs.traces(file)[0]


def trace_while(net, family, child, folder):
    """The client's traces until the flood ends: each must complete.  How many did before."""
    count = 0
    time.sleep(0.5)  # nobody gets in before the flood
    while child.poll() is None:
        row = trace(net, family, folder)
        assert row["reached"], f"trace {count} in the flood is not complete: {row}"
        count += child.poll() is None
    return count


def check_pinned_flood(net, family, options, padding):
    """One victim.  Its network gets what --rate-limit allows, the client its traces."""
    flood = Flood(victim(net, family), RATE, SECONDS, padding=padding)
    done = []
    with runs.folder() as folder, net.served("server", *options) as child:
        harm = suffer(net, family, flood, lambda sender: done.append(
            trace_while(net, family, sender, folder)))
        told = counters(net, child, LOG)
    basics.check_sums(told, family)
    allowed = SOURCE_BURST + SOURCE_PPS * harm.seconds
    both = 2 * HEADER[family] + PROBE + RESPONSE
    assert 0 < harm.bytes <= allowed * both, f"{harm.bytes} bytes, {allowed * both} are allowed"
    assert told["dropped-source-limit"][FAMILIES.index(family)] > 0, told
    assert harm.factor <= 1, f"a factor of {harm.factor}"
    assert done[0] > 0, "no trace while the flood lasted"
    return f"{describe(harm, flood)}; {done[0]} traces complete"


def check_random_flood(net, family):
    """Everybody is a victim.  Newcomers are held back, and a client gets in."""
    flood = Flood(ANYBODY[family], RATE, SECONDS)
    done = []
    with runs.folder() as folder, net.served("server") as child:
        harm = suffer(net, family, flood, lambda sender: done.append(
            trace_while(net, family, sender, folder)))
        told = counters(net, child, LOG)
    of = basics.check_sums(told, family)
    allowed = TOTAL_BURST + TOTAL_PPS * harm.seconds
    assert of["dropped-newcomer-limit"] > 0, told
    assert of["probes-sent"] <= allowed, f"{of['probes-sent']} probes, {allowed} are allowed"
    assert not of.get("dropped-table-full"), "the flood has all sessions"
    assert done[0] > 0, "no trace while the flood lasted"
    return (f"{harm.sent / flood.seconds:.0f}/s sent, {of['requests'] / flood.seconds:.0f}/s seen, "
            f"{of['probes-sent'] / flood.seconds:.0f}/s served; {done[0]} traces complete")


def check_kernel_goes_on(net, family):
    """The host's own traffic, in a flood."""
    where = net.topology.address("server", family)
    said = []

    def ping(_):
        said.append(net.run_any("client", ["ping", "-n", "-c10", "-i0.1", "-W2", where]).stdout)

    with net.served("server"):
        suffer(net, family, Flood(victim(net, family), RATE, SECONDS), ping)
    got = int(re.search(r"(\d+) received", said[0])[1])
    assert got > 0, said[0]
    return f"{got} of 10 pings answered"


@contextlib.contextmanager
def hostile_lab():
    """Where forged sources lead to nobody: not back into the lab, and not to an error."""
    with labtest.lab("hostile", servers=False) as net:
        for family in FAMILIES:
            net.run("r2", ["ip", f"-{family}", "route", "add", "blackhole", "default"])
        move_victim(net)
        yield net


def main():
    labtest.needs_root()
    report = labtest.Report()
    with hostile_lab() as net:
        for family in FAMILIES:
            for name, function, *args in factor_checks(family):
                report.check(f"{name} ({ip(family)})", function, net, family, *args)
            for name, function, *args in (
                    ("a flood from one source, default limits", check_pinned_flood, (), 0),
                    ("a flood from one source, padded, --require-padding", check_pinned_flood,
                     ("--require-padding",), pays_for_all(family)),
                    ("a flood from random sources, default limits", check_random_flood),
                    ("the host answers pings in a flood", check_kernel_goes_on)):
                report.check(f"{name} ({ip(family)})", function, net, family, *args)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
