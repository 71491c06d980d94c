# SPDX-License-Identifier: GPL-2.0-or-later
"""Speaks reverse traceroute from Python: a second opinion on the bytes.

Written from docs/protocol.md, not from wire/revtr.h, so that a mistake there
does not pass unseen.
"""
import dataclasses
import ipaddress
import itertools
import socket
import struct
import time

ECHO = {4: 8, 6: 128}
REPLY = {4: 0, 6: 129}
ICMP = {4: socket.IPPROTO_ICMP, 6: socket.IPPROTO_ICMPV6}
DOMAIN = {4: socket.AF_INET, 6: socket.AF_INET6}
CODE = 1
RESULT, BAD_TTL, BAD_PROTO = 0, 1, 2
BUFFER = 4 << 20
SO_RCVBUFFORCE = 33  # not in Python 3.11
# A router answers as soon as it can; a machine that builds something else is slow.
PATIENCE = 2


def proto_number(name, family):
    return {"udp": 17, "tcp": 6, "icmp": ICMP[family]}[name]


def checksum(data):
    """The Internet checksum; 0 over data that carries a right one."""
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pseudo_header(source, target, length):
    """In front of ICMPv6."""
    return (socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target) +
            struct.pack("!IxxxB", length, socket.IPPROTO_ICMPV6))


def echo(family, code, ident, seq, payload):
    """An echo request; the kernel puts the checksum into an ICMPv6 one."""
    head = struct.pack("!BBHHH", ECHO[family], code, 0, ident, seq)
    value = 0 if family == 6 else checksum(head + payload)
    return struct.pack("!BBHHH", ECHO[family], code, value, ident, seq) + payload


@dataclasses.dataclass(frozen=True)
class Request:
    ttl: int
    proto: int
    flow: int = 0
    padding: int = 0

    def payload(self):
        return struct.pack("!BBH", self.ttl, self.proto, self.flow) + bytes(self.padding)


@dataclasses.dataclass(frozen=True)
class Response:
    """What came back.  `hop` is None where there is none, `status` None for a plain echo."""
    status: int
    hop: str
    rtt_ns: int
    payload: bytes
    checksum_is_right: bool


def parse(payload, is_right):
    if len(payload) < 4 or payload[1:4] != bytes(3):
        return Response(None, None, None, payload, is_right)
    if len(payload) < 28:
        return Response(payload[0], None, None, payload, is_right)
    hop = ipaddress.IPv6Address(payload[4:20])
    rtt_ns = struct.unpack("!I", payload[20:24])[0]
    return Response(payload[0], str(hop.ipv4_mapped or hop), rtt_ns, payload, is_right)


TOS = {4: (socket.IPPROTO_IP, socket.IP_TOS), 6: (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)}


class Asker:
    """Sends requests from one node to one server and collects what comes back."""

    def __init__(self, net, node, target, family, first_ident=1, tos=0):
        self.family = family
        self.source = net.topology.address(node, family)
        self.target = target
        with net.inside(node):
            self.socket = socket.socket(DOMAIN[family], socket.SOCK_RAW, ICMP[family])
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
        self.socket.setsockopt(*TOS[family], tos)
        self.socket.bind((self.source, 0))
        self._idents = itertools.count(first_ident - 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def next_ident(self):
        """Never one that might still be live."""
        return next(self._idents) % 65535 + 1

    def send(self, request, ident, code=CODE):
        self.socket.sendto(echo(self.family, code, ident, 0, request.payload()), (self.target, 0))

    def _read(self):
        """(ident, code, Response) of the next echo reply; None for other packets."""
        packet, sender = self.socket.recvfrom(65535)
        icmp = packet[(packet[0] & 0x0f) * 4:] if self.family == 4 else packet
        if sender[0] != self.target or icmp[0] != REPLY[self.family]:
            return None
        covered = b"" if self.family == 4 else pseudo_header(self.target, self.source, len(icmp))
        ident = struct.unpack("!H", icmp[4:6])[0]
        return ident, icmp[1], parse(icmp[8:], checksum(covered + icmp) == 0)

    def collect(self, idents, patience=PATIENCE):
        """{ident: Response}, until all are there or the time is over."""
        found = {}
        end = time.monotonic() + patience
        while len(found) < len(idents) and time.monotonic() < end:
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            try:
                got = self._read()
            except TimeoutError:
                break
            if got and got[0] in idents and got[1] == CODE:
                found[got[0]] = got[2]
        return found

    def ask(self, *requests, patience=PATIENCE):
        """Sends all at once; the responses in the same order, None for silence."""
        idents = [self.next_ident() for _ in requests]
        for ident, request in zip(idents, requests):
            self.send(request, ident)
        found = self.collect(set(idents), patience)
        return [found.get(ident) for ident in idents]
