#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The server at its links: several of them, tagged ones, ones without Ethernet header, and
the addresses and targets that it serves."""
import contextlib
import ipaddress
import json
import re
import signal
import socket
import struct
import sys
import time

import labtest
import network
import revtr
from labtest import equal

FAMILIES = (4, 6)
PROTOCOLS = ("udp", "tcp", "icmp")
FLOW = 33500
PROBE_PORT = 1021
ETH_P = {4: 0x0800, 6: 0x86dd}
# Global addresses, which a lab has none of by itself: indirect traces go to no others.
TARGET = {4: "8.77.0.1", 6: "2600:77::1"}


def ip(family):
    return f"IPv{family}"


def asker(net, family, target=None, source="client", **more):
    return revtr.Asker(net, source, target or net.topology.address("server", family), family,
                       **more)


def hops(net, family, proto, **more):
    """Who answers for each TTL up to the client, by name."""
    wanted = net.topology.expect[0].reverse
    with asker(net, family, **more) as a:
        responses = a.ask(*[revtr.Request(ttl, revtr.proto_number(proto, family), FLOW)
                            for ttl in range(1, len(wanted) + 1)])
    for ttl, response in enumerate(responses, 1):
        assert response, f"no response for TTL {ttl}"
        equal(response.status, revtr.RESULT, f"status for TTL {ttl}")
        assert response.checksum_is_right, f"bad ICMP checksum for TTL {ttl}"
    return [net.topology.name_of(r.hop) or r.hop for r in responses]


def check_hops(net, family, proto, first_ident):
    equal(hops(net, family, proto, first_ident=first_ident),
          [hop[0] for hop in net.topology.expect[0].reverse], "hops by TTL")


def serves(net, family, target, ttl=1):
    with asker(net, family, target) as a:
        got = a.ask(revtr.Request(ttl, 17, FLOW), patience=0.5)[0]
    return got is not None and got.status == revtr.RESULT


def counter(net, child, name, family):
    """What SIGUSR1 says of it."""
    before = net.log("server-server").count("counter ")
    child.send_signal(signal.SIGUSR1)
    assert network.wait_until(lambda: net.log("server-server").count("counter ") > before, 5)
    time.sleep(0.1)
    table = net.log("server-server").rpartition("counter ")[2]
    found = re.search(rf"^{name} +(\d+) +(\d+)$", table, re.MULTILINE)
    return int(found[FAMILIES.index(family) + 1]) if found else 0


# --- uplinks ------------------------------------------------------------------------

def check_first_hop(net, family, proto):
    """The server's own way to the client, not the one that the request came by."""
    with net.served("server") as child:
        check_hops(net, family, proto, 1)
        equal(counter(net, child, "sent-without-route", family), 0, "sent back")


def check_tos(net, family):
    """Routes may depend on it, and probes have that of the request."""
    rule = [f"-{family}", "rule", "add", "tos", "0x10", "table", "100"]
    near = net.topology.address("up1", family)
    way = json.loads(net.run("server", ["ip", "-j", f"-{family}", "route", "get", near]))[0]
    net.run("server", ["ip", f"-{family}", "route", "add", "default", "via",
                       way.get("gateway", near), "dev", way["dev"], "table", "100"])
    net.run("server", ["ip", *rule])
    try:
        with net.served("server"):
            equal((hops(net, family, "udp", tos=0x10)[0], hops(net, family, "udp", tos=0)[0]),
                  ("up1", "up2"), "first hop of both")
    finally:
        net.run("server", ["ip", *rule[:2], "del", *rule[3:]])


@contextlib.contextmanager
def untold(net):
    """The kernel tells no program its routes."""
    names = ("net.ipv4.conf.lo.forwarding", "net.ipv6.conf.lo.forwarding")
    for name in names:
        net.run("server", ["sysctl", "-qw", f"{name}=0"])
    try:
        yield
    finally:
        for name in names:
            net.run("server", ["sysctl", "-qw", f"{name}=1"])


def check_untold(net, family):
    """Then probes go back to who sent the request, and that is counted."""
    with untold(net), net.served("server") as child:
        equal(hops(net, family, "udp")[0], "up1", "first hop")
        assert counter(net, child, "sent-without-route", family) > 0, "not counted"


def check_no_route(net, family):
    """Nobody can be sent anything: the request is dropped, and counted."""
    subnet = ipaddress.ip_network(f"{net.topology.address('client', family)}/"
                                  f"{24 if family == 4 else 64}", strict=False)
    where = ["ip", f"-{family}", "route"]
    before = net.run("server", [*where, "show", str(subnet)]).split()
    net.run("server", [*where, "del", *before])
    try:
        with net.served("server") as child:
            assert not serves(net, family, None)
            assert counter(net, child, "dropped-no-route", family) > 0, "not counted"
    finally:
        net.run("server", [*where, "add", *before])


# --- tags ---------------------------------------------------------------------------

def request_frame(net, family, tags, macs, ident):
    """From the neighbour r2, with VLAN tags [(type, number)]."""
    source, target = (net.topology.address(n, family) for n in ("r2", "server"))
    body = struct.pack("!BBH", 64, 17, FLOW)
    if family == 4:
        icmp = revtr.echo(4, revtr.CODE, ident, 0, body)
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(icmp), 1, 0, 64, 1, 0,
                           socket.inet_aton(source), socket.inet_aton(target))
        head = head[:10] + struct.pack("!H", revtr.checksum(head)) + head[12:]
    else:
        icmp = revtr.echo(6, revtr.CODE, ident, 0, body)
        value = revtr.checksum(revtr.pseudo_header(source, target, len(icmp)) + icmp)
        icmp = icmp[:2] + struct.pack("!H", value) + icmp[4:]
        head = struct.pack("!IHBB", 6 << 28, len(icmp), 58, 64) + \
            socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    return macs + b"".join(struct.pack("!HH", *tag) for tag in tags) + \
        struct.pack("!H", ETH_P[family]) + head + icmp


def mac(net, node, interface):
    text = net.run(node, ["cat", f"/sys/class/net/{interface}/address"])
    return bytes.fromhex(text.strip().replace(":", ""))


def check_tags(net, family, tags):
    """The probe comes back with the tags of the request."""
    macs = mac(net, "server", "to-r2") + mac(net, "r2", "to-server")
    frame = request_frame(net, family, tags, macs, 7 + len(tags))  # not one that is live
    # All of it: a filter for VLANs misses tags that the card keeps beside the packet.
    with net.capture("r2", "to-server", "greater 1", "-e") as lines, \
            net.inside("r2"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
        s.bind(("to-server", 0))
        s.send(frame)
        time.sleep(0.5)
    found = [re.findall(r"vlan (\d+)", line) for line in lines if f".{PROBE_PORT} > " in line]
    equal(found, [[str(number) for _, number in tags]], "tags of probes\n" + "\n".join(lines))


# --- addresses and targets ------------------------------------------------------------

def check_own_addresses(net, family):
    """Served as soon as the host has the address, and no longer."""
    extra = str(ipaddress.ip_address(net.topology.address("server", family)) + 50)
    bits = 32 if family == 4 else 128
    with net.served("server") as child:
        # r2 finds it at the same neighbour; it is not the host's, so nobody answers.
        net.run("r2", ["ip", f"-{family}", "route", "add", f"{extra}/{bits}", "via",
                       net.topology.address("server", family)])
        assert not serves(net, family, extra), "serves an address that it has not"
        assert counter(net, child, "passed-not-this-host", family) > 0, "not counted"
        net.run("server", ["ip", "addr", "add", f"{extra}/{bits}", "dev", "lo"])
        assert network.wait_until(lambda: serves(net, family, extra), 5), "does not serve it"
        net.run("server", ["ip", "addr", "del", f"{extra}/{bits}", "dev", "lo"])
        assert network.wait_until(lambda: not serves(net, family, extra), 5), "still serves it"


def check_transit(net, family):
    """A server on a router leaves the requests for others to those."""
    with net.served("r2"):
        with asker(net, family) as a:
            got = a.ask(revtr.Request(9, 17, FLOW))[0]
        assert got, "the host behind the router got nothing"
        equal(got.payload, revtr.Request(9, 17, FLOW).payload(), "what its kernel echoes")


@contextlib.contextmanager
def target_of(net, family):
    """The host `plain` has a global address that the server and it find."""
    bits = 32 if family == 4 else 128
    to = f"{TARGET[family]}/{bits}"
    near, far = (net.topology.addresses("r2", family)[1],
                 net.topology.address("plain", family))
    net.run("plain", ["ip", "addr", "add", to, "dev", "lo"])
    net.run("r2", ["ip", f"-{family}", "route", "add", to, "via", far])
    net.run("server", ["ip", f"-{family}", "route", "add", to, "via", near])
    try:
        yield TARGET[family]
    finally:
        net.run("plain", ["ip", "addr", "del", to, "dev", "lo"])
        net.run("r2", ["ip", f"-{family}", "route", "del", to])
        net.run("server", ["ip", f"-{family}", "route", "del", to])


def indirect(net, family, proto, target, *options):
    """What the prober prints of a trace from the server to somebody else."""
    with net.served("server", *options):
        return net.run_any("client", [labtest.build_file("prober/revprobe"), f"-{family}", "-n",
                                      "--timeout", "0.5", "--forward-to", target, "reverse",
                                      proto, "singlepath", "--flow", str(FLOW),
                                      net.topology.address("server", family)])


def check_indirect(net, family, proto):
    with target_of(net, family) as target:
        done = indirect(net, family, proto, target, "--indirect", "yes")
    found = [net.topology.name_of(a) if a != target else "target"
             for a in re.findall(r"^ *\d+ +([0-9a-f.:]+) ", done.stdout, re.MULTILINE)]
    equal(found, ["r2", "target"], f"hops\n{done.stdout}{done.stderr}")


def check_indirect_refused(net, family):
    with target_of(net, family) as target:
        done = indirect(net, family, "udp", target)
    assert "4" in done.stdout + done.stderr and "target" not in done.stdout, done.stdout
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("uplinks", servers=False) as net:
        for family in FAMILIES:
            for proto in PROTOCOLS:
                report.check(f"the first hop is the one of the routing table ({ip(family)}, "
                             f"{proto})", check_first_hop, net, family, proto)
            report.check(f"the first hop is the one of the request's TOS ({ip(family)})",
                         check_tos, net, family)
            report.check(f"without a route to ask, back to the sender ({ip(family)})",
                         check_untold, net, family)
            report.check(f"without a way to the client, nothing ({ip(family)})", check_no_route,
                         net, family)
    with labtest.lab("plainlink", servers=False) as net:
        net.serve("server")
        for number, (family, proto) in enumerate((f, p) for f in FAMILIES for p in PROTOCOLS):
            report.check(f"a link without Ethernet header ({ip(family)}, {proto})", check_hops,
                         net, family, proto, 1 + 10 * number)
    with labtest.lab("plain", servers=False) as net:
        for family in FAMILIES:
            with net.served("server"):
                for tags in ([(0x8100, 5)], [(0x88a8, 6), (0x8100, 5)]):
                    report.check(f"{len(tags)} VLAN tags come back ({ip(family)})", check_tags,
                                 net, family, tags)
            report.check(f"addresses that come and go ({ip(family)})", check_own_addresses, net,
                         family)
            report.check(f"requests in transit are not answered ({ip(family)})", check_transit,
                         net, family)
            for proto in PROTOCOLS:
                report.check(f"an indirect trace ({ip(family)}, {proto})", check_indirect, net,
                             family, proto)
            report.check(f"an indirect trace is refused by default ({ip(family)})",
                         check_indirect_refused, net, family)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
