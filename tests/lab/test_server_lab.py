#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The server in real kernels: what it answers, and what it leaves alone.

FLOOD_SECONDS=60 makes the flood as long as the promise is; 5 s otherwise.
"""
import contextlib
import errno
import itertools
import os
import re
import signal
import socket
import struct
import subprocess
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
OPEN_PORT = 7777
TCP_TRIES = 40
FLOOD_RATE = 100000
FLOOD_SECONDS = int(os.environ.get("FLOOD_SECONDS", "5"))
UNLIMITED = ("--rate-limit", "off", "--rate-limit-total", "off")
FLOOD_TIMEOUT = 2  # the server's session timeout while flooded


def ip(family):
    return f"IPv{family}"


def asker(net, family, source="client", target="server", **more):
    return revtr.Asker(net, source, net.topology.address(target, family), family, **more)


def expected_reverse(net):
    """The one expectation of these topologies, one name a hop."""
    return [hop[0] for hop in net.topology.expect[0].reverse]


def request(ttl, proto="udp", family=4, flow=FLOW):
    return revtr.Request(ttl, revtr.proto_number(proto, family), flow)


# --- what it answers ----------------------------------------------------------

def routers_by_ttl(net, family, proto, first_ident):
    """Names of who answered the probe of each TTL, all asked at once."""
    wanted = expected_reverse(net)
    with asker(net, family, first_ident=first_ident) as a:
        responses = a.ask(*[request(ttl + 1, proto, family) for ttl in range(len(wanted))])
    for ttl, response in enumerate(responses, 1):
        assert response, f"no response for TTL {ttl}"
        assert response.checksum_is_right, f"bad ICMP checksum in the response for TTL {ttl}"
        equal(response.status, revtr.RESULT, f"status for TTL {ttl}")
        assert 0 < response.rtt_ns < 1e9, f"round trip of {response.rtt_ns} ns for TTL {ttl}"
    return [net.topology.name_of(r.hop) or r.hop for r in responses]


def check_routers(net, family, proto, first_ident=1):
    equal(routers_by_ttl(net, family, proto, first_ident), expected_reverse(net),
          "routers by TTL")


def check_refusals(net, family):
    bad = revtr.Request(3, 99)
    with asker(net, family) as a:
        got = a.ask(request(0), bad, revtr.Request(0, 99), request(1, family=family))
    assert all(got), "no response"
    equal([r.status for r in got],
          [revtr.BAD_TTL, revtr.BAD_PROTO, revtr.BAD_TTL, revtr.RESULT], "status")
    equal([len(r.payload) for r in got], [4, 4, 4, 28], "bytes of payload")


def check_late_checksums(net, family):
    """An interface that leaves no checksum to others completes them itself.

    A TCP answer comes over a veth with its checksum unfinished.  What the server
    makes of it must survive when its interface finishes it.
    """
    net.run("server", ["ethtool", "-K", "to-z", "tx", "off"])
    try:
        check_routers(net, family, "tcp")
        check_open_port(net, family)
    finally:
        net.run("server", ["ethtool", "-K", "to-z", "tx", "on"])


@contextlib.contextmanager
def listener(net, node, family, port):
    """Accepts nothing by itself: the kernel completes the handshakes."""
    with net.inside(node), socket.socket(revtr.DOMAIN[family], socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((net.topology.address(node, family), port))
        s.listen(TCP_TRIES)
        s.settimeout(5)
        yield s


def check_open_port(net, family):
    """A probe that meets an open port: one RST, at once, ends what it began."""
    with listener(net, "client", family, OPEN_PORT), \
            net.capture("client", "to-a", f"tcp port {PROBE_PORT}") as lines:
        with asker(net, family) as a:
            response = a.ask(request(64, "tcp", family, OPEN_PORT))[0]
        time.sleep(1.3)  # the client would repeat its SYN+ACK after a second
        half_open = net.run("client", ["ss", "-Htan", "state", "syn-recv"])
    assert response and response.status == revtr.RESULT, f"no result: {response}"
    equal(net.topology.name_of(response.hop), "client", "who answered")
    equal(re.findall(r"Flags (\S+),", "\n".join(lines)), ["[S]", "[S.]", "[R]"],
          "segments at the client\n" + "\n".join(lines))
    equal(half_open, "", "half-open connections at the client")


# --- what it leaves alone -----------------------------------------------------

def check_ping(net, family):
    for source, target in (("server", "client"), ("client", "server")):
        where = net.topology.address(target, family)
        for size in ("56", "3000"):
            text = net.run(source, ["ping", "-n", "-c3", "-i0.05", "-W2", "-s", size, where])
            assert " 3 received" in text, text


def check_ping_65535(net, family):
    """The sequence number that probes use."""
    with asker(net, family, "server", "client") as a:
        for ident in range(1, 21):
            for seq in (65534, 65535):
                packet = revtr.echo(family, 0, ident, seq, b"abcd")
                a.socket.sendto(packet, (a.target, 0))
        seen = set()
        a.socket.settimeout(2)
        with contextlib.suppress(TimeoutError):
            while len(seen) < 40:
                packet = a.socket.recv(2048)
                icmp = packet[20:] if family == 4 else packet
                if icmp[0] == revtr.REPLY[family]:
                    seen.add(struct.unpack("!HH", icmp[4:8]))
    equal(len(seen), 40, "replies to sequences 65534 and 65535, 20 each")


def connect_once(net, family, server, number):
    """From port 1021, with a byte each way."""
    with net.inside("server"), socket.socket(revtr.DOMAIN[family], socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.settimeout(2)
        s.bind((net.topology.address("server", family), PROBE_PORT))
        s.connect(server.getsockname()[:2])
        s.sendall(b"q")
        peer, _ = server.accept()
        with peer:
            equal(peer.recv(1), b"q", f"what arrived of connection {number}")
            peer.sendall(b"a")
            equal(s.recv(1), b"a", f"what came back of connection {number}")
            # Reset rather than closed: the port is free for the next one.
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def check_tcp_from_probe_port(net, family):
    with listener(net, "client", family, OPEN_PORT) as server:
        for number in range(TCP_TRIES):
            connect_once(net, family, server, number)


def check_udp_errors(net, family, port):
    """ECONNREFUSED comes from an ICMP error that quotes this port."""
    with net.inside("server"), socket.socket(revtr.DOMAIN[family], socket.SOCK_DGRAM) as s:
        s.bind((net.topology.address("server", family), port))
        s.connect((net.topology.address("client", family), FLOW))
        s.settimeout(2)
        for _ in range(5):
            s.send(b"to a closed port")
            try:
                s.recv(1)
            except ConnectionRefusedError:
                continue
            except TimeoutError:
                pass
            raise AssertionError(f"no port unreachable for UDP from port {port}")


def check_traceroute(net, family):
    text = net.run("server", ["traceroute", f"-{family}", "-n", "-q1", "-w2",
                              net.topology.address("client", family)])
    hops = [line.split()[1] for line in text.splitlines()[1:]]
    equal([net.topology.name_of(hop) if hop != "*" else hop for hop in hops],
          expected_reverse(net), "hops of traceroute")


def check_short_request(net, family):
    """Too short to be one: the kernel echoes it, code and all."""
    with asker(net, family) as a:
        packet = revtr.echo(family, revtr.CODE, 77, 5, b"abc")
        a.socket.sendto(packet, (a.target, 0))
        found = a.collect({77})
    assert found, "not echoed"
    equal(found[77].payload, b"abc", "payload")


# --- how it starts and ends ---------------------------------------------------

def tc_state(net, node, interface):
    """Counters aside, what tc knows of an interface."""
    argvs = [["tc", "filter", "show", "dev", interface, "ingress"],
             ["tc", "filter", "show", "dev", interface, "egress"],
             ["tc", "qdisc", "show", "dev", interface]]
    return "".join(net.run(node, argv) for argv in argvs)


def serves(net, family, **ends):
    with asker(net, family, **ends) as a:
        response = a.ask(request(1, family=family), patience=0.5)[0]
    return response is not None and response.status == revtr.RESULT


def check_leaves_nothing(net):
    before = tc_state(net, "server", "to-z")
    with net.served("server"):
        during = tc_state(net, "server", "to-z")
        assert "bpf" in during and "clsact" in during, f"not attached: {during}"
        assert serves(net, 4) and serves(net, 6)
    equal(tc_state(net, "server", "to-z"), before, "tc after it ended")
    assert not serves(net, 4), "who answers?"


def end(net, child, number=signal.SIGTERM):
    """Ends a server that is not to be looked after."""
    child.send_signal(number)
    equal(child.wait(5), 0 if number == signal.SIGTERM else -number, "exit status")
    net.forget(child)


def check_leaves_others(net):
    """A filter that was there before, and the qdisc it hangs from, stay."""
    net.run("server", ["tc", "qdisc", "add", "dev", "to-z", "clsact"])
    net.run("server", ["tc", "filter", "add", "dev", "to-z", "ingress", "pref", "7",
                       "protocol", "all", "bpf", "bytecode", "1,6 0 0 0"])
    before = tc_state(net, "server", "to-z")
    child = net.serve("server")
    assert serves(net, 4), "does not serve"
    end(net, child)
    equal(tc_state(net, "server", "to-z"), before, "tc after it ended")


def check_takes_over(net):
    """After kill -9 the filter is left; the next start takes it over."""
    end(net, net.serve("server"), signal.SIGKILL)
    assert "bpf" in tc_state(net, "server", "to-z"), "nothing left to take over"
    child = net.serve("server")
    assert "taking over" in net.log("server-server"), net.log("server-server")
    assert serves(net, 4) and serves(net, 6), "does not serve"
    end(net, child)
    assert "bpf" not in tc_state(net, "server", "to-z"), "filter left"


def alone(net, function, *args):
    """A check that starts servers by itself; what it leaves is removed for the next one."""
    try:
        return function(net, *args)
    finally:
        for name in [p[0] for p in net.processes]:
            net.stop(name)
        net.run_any("server", ["tc", "qdisc", "del", "dev", "to-z", "clsact"])


def server_fails(net, *argv, wrapper=()):
    """Its status; its words must be one line."""
    done = net.run_any("server", [*wrapper, network.find_server(), *argv], timeout=5)
    assert re.fullmatch(r"[^\n]+\n", done.stderr), \
        f"{' '.join(argv)}: not one line: {done.stderr!r}"
    return done.returncode


def check_second_is_refused(net):
    with net.served("server"):
        status = server_fails(net, "to-z")
        assert status, "a second server started"
        assert serves(net, 4), "the first one no longer serves"


def check_wrong_use(net, *argv):
    equal(server_fails(net, *argv), 2, "exit status")


def check_no_privilege(net, wrapper):
    equal(server_fails(net, "to-z", wrapper=wrapper), 2, "exit status")


def counters(net, child, process):
    """What SIGUSR1 prints: {name: (IPv4, IPv6)}."""
    before = net.log(process).count("counter ")
    child.send_signal(signal.SIGUSR1)
    assert network.wait_until(lambda: net.log(process).count("counter ") > before, 5), \
        "SIGUSR1 prints nothing"
    time.sleep(0.1)
    table = net.log(process).rpartition("counter ")[2]
    return {m[1]: (int(m[2]), int(m[3]))
            for m in re.finditer(r"^(\S+) +(\d+) +(\d+)$", table, re.MULTILINE)}


def check_unread_counters(net):
    """Whoever read its output is gone: it serves on, and detaches at the end."""
    before = tc_state(net, "server", "to-z")
    with subprocess.Popen(net.argv("server", [network.find_server(), "-l", "error", "to-z"]),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        try:
            assert network.wait_until(lambda: "bpf" in tc_state(net, "server", "to-z"), 5)
            child.stdout.close()
            child.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
            assert serves(net, 4), "does not serve"
        finally:
            child.terminate()
            equal(child.wait(5), 0, "exit status")
    equal(tc_state(net, "server", "to-z"), before, "tc after it ended")


def check_counters(net):
    with net.served("server") as child:
        with asker(net, 4) as a:
            a.ask(request(0), revtr.Request(1, 99), request(1), request(2))
        with asker(net, 6) as a:
            a.ask(request(1, family=6))
        got = counters(net, child, "server-server")
        equal({name: got.get(name) for name in ("requests", "probes-sent", "results-sent",
                                                "refused-ttl-0", "refused-protocol")},
              {"requests": (4, 1), "probes-sent": (2, 1), "results-sent": (2, 1),
               "refused-ttl-0": (1, 0), "refused-protocol": (1, 0)}, "counters")


def check_one_family(net, family):
    """The other family is the kernel's: it echoes the request."""
    with net.served("server", f"-{family}"):
        assert serves(net, family), f"-{family} does not serve {ip(family)}"
        other = 10 - family
        with asker(net, other) as a:
            got = a.ask(request(9, family=other))[0]
        assert got, f"no echo over {ip(other)}"
        equal(got.payload, request(9, family=other).payload(), "payload of the echo")


def check_interfaces(net, family):
    """A router serves on all its links: probes leave as it would send by itself."""
    to_client = expected_reverse(net)[1]
    with net.served("z"):
        for source, neighbour in (("client", to_client), ("server", "server")):
            with asker(net, family, source, "z") as a:
                response = a.ask(request(1, family=family))[0]
            assert response and response.status == revtr.RESULT, f"no result for {source}"
            equal(net.topology.name_of(response.hop), neighbour, f"first hop for {source}")


# --- flood --------------------------------------------------------------------

def flood(net, family):
    """Requests sent in FLOOD_SECONDS."""
    near = net.topology.address("r1", family)
    net.run("client", ["ping", "-n", "-c1", "-W2", near])
    mac = re.search(r"lladdr (\S+)", net.run("client", ["ip", "neigh", "show", near]))[1]
    argv = [labtest.build_file("tests/lab/flood"), "to-r1", mac,
            net.topology.address("client", family), net.topology.address("server", family),
            str(FLOOD_RATE), str(FLOOD_SECONDS), "64"]
    return int(net.run("client", argv, timeout=FLOOD_SECONDS + 20))


def check_sums(total, family):
    """Each request had one outcome; each probe has one too, or its slot waits still."""
    of = {name: pair[FAMILIES.index(family)] for name, pair in total.items()}
    outcomes = [name for name in of if name in ("probes-sent", "refused-ttl-0", "refused-protocol")
                or name.startswith("dropped-")]
    equal(sum(of[name] for name in outcomes), of["requests"], "sum of outcomes")
    waiting = of["probes-sent"] - of.get("results-sent", 0) - of.get("sessions-unanswered", 0)
    assert 0 <= waiting <= 5000, f"{waiting} probes without an outcome: {of}"
    return of


def check_flood(net, family):
    """Requests whose probes nobody answers, for a while: then it serves as before."""
    with net.served("server", "-t", f"{FLOOD_TIMEOUT}s", *UNLIMITED) as child:
        check_routers(net, family, "udp")
        with net.ruleset("client", "chain input { type filter hook input priority 0\n"
                                   f"udp sport {PROBE_PORT} drop\n}}"):
            sent = flood(net, family)
        of = check_sums(counters(net, child, "server-server"), family)
        equal(of.get("results-sent"), len(expected_reverse(net)), "results: somebody answered")
        time.sleep(1.5 * FLOOD_TIMEOUT)  # until the client's share is free again
        for proto in PROTOCOLS:
            # Not an identifier that got a slot in the flood: that would find its own.
            check_routers(net, family, proto, first_ident=40000)
        check_sums(counters(net, child, "server-server"), family)
    assert sent > 0, "nothing was sent"
    rates = {name: round(of.get(name, 0) / FLOOD_SECONDS) for name in
             ("requests", "probes-sent", "dropped-live-identifier", "dropped-table-full",
              "dropped-target-full")}
    return f"{sent / FLOOD_SECONDS:.0f}/s sent; at the server, a second: {rates}"


# --- all of it ----------------------------------------------------------------

WRONG_USES = (
    (), ("missing0",), ("-n", "many", "to-z"), ("-t", "5 apples", "to-z"), ("-t", "-1", "to-z"),
    ("-n", "99999999999", "to-z"), ("--nonsense", "to-z"), ("lo0lo0lo0lo0lo0lo0lo0",),
    ("-l", "loud", "to-z"),
)
WITHOUT_CAPS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
WITHOUT_NET_ADMIN = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-all")


def check_end(net):
    equal(net.stop("server-server"), [], "what is wrong with its end")


def server_that_runs(net, report):
    """All that needs a server in its normal state, and does not disturb it."""
    net.serve("server")
    for family, proto in itertools.product(FAMILIES, PROTOCOLS):
        report.check(f"each router answers for its TTL ({ip(family)}, {proto})",
                     check_routers, net, family, proto)
    for family in FAMILIES:
        for name, function, *args in (
                ("TTL 0 and protocol 99 are refused", check_refusals),
                ("a TCP probe leaves no half-open connection", check_open_port),
                ("answers survive checksums that are finished late", check_late_checksums),
                ("ping works, in fragments too", check_ping),
                ("ping works with sequence 65535", check_ping_65535),
                ("TCP from port 1021 works", check_tcp_from_probe_port),
                ("UDP from port 1021 gets its errors", check_udp_errors, 1021),
                ("UDP from port 1022 gets its errors", check_udp_errors, 1022),
                ("traceroute from the server works", check_traceroute),
                ("a request too short is echoed", check_short_request)):
            report.check(f"{name} ({ip(family)})", function, net, family, *args)
    report.check("it leaves nothing behind", check_end, net)


def server_that_comes_and_goes(net, report):
    checks = [
        ("after it ended tc is as before", check_leaves_nothing),
        ("other filters stay", check_leaves_others),
        ("a start after kill -9 takes the filter over", check_takes_over),
        ("a second one on the interface is refused", check_second_is_refused),
        ("SIGUSR1 prints the counters", check_counters),
        ("SIGUSR1 is harmless when nobody reads", check_unread_counters),
    ]
    for family in FAMILIES:
        checks += [(f"-{family} serves {ip(family)} only", check_one_family, family),
                   (f"several interfaces ({ip(family)})", check_interfaces, family)]
    checks += [(f"refused in one line: {' '.join(argv) or 'no interface'}", check_wrong_use, *argv)
               for argv in WRONG_USES]
    checks += [("refused in one line: no capabilities", check_no_privilege, WITHOUT_CAPS),
               ("refused in one line: no CAP_NET_ADMIN", check_no_privilege, WITHOUT_NET_ADMIN)]
    for name, function, *args in checks:
        report.check(name, alone, net, function, *args)


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("asym", servers=False) as net:
        server_that_runs(net, report)
        server_that_comes_and_goes(net, report)
    with labtest.lab("plain", servers=False) as net:
        for family in FAMILIES:
            report.check(f"a flood of {FLOOD_SECONDS} s leaves no trace ({ip(family)})",
                         check_flood, net, family)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
