# SPDX-License-Identifier: GPL-2.0-or-later
"""A name server for tests, on the loopback address of a node of the lab.

    with nameserver.serving(net, {"www.example.net": ("192.0.2.1",)}) as server:
        net.run("client", [*server.before, "getent", "hosts", "www.example.net"])

A node sees it by `before`, a command prefix that gives it an /etc/resolv.conf of its own.
"""
import contextlib
import ipaddress
import pathlib
import socket
import struct
import tempfile
import threading

A, CNAME, PTR, AAAA = 1, 5, 12, 28
REFUSED, NXDOMAIN, SERVFAIL = 5, 3, 2


def labels(name):
    """The wire form of a name; bytes are one label, whatever they hold."""
    parts = [name] if isinstance(name, bytes) else [p.encode() for p in name.split(".") if p]
    return b"".join(bytes([len(p)]) + p for p in parts) + b"\0"


class NameServer(threading.Thread):
    """Answers A, AAAA and PTR questions; NXDOMAIN for what is not in its tables.

    `hosts` maps names to addresses, `pointers` addresses to a name: a str, or bytes that
    become one label as they are, or a tuple of a str and another, an alias on the way.
    """

    def __init__(self, net, node, hosts, pointers, code=None, silent=False):
        super().__init__(daemon=True)
        self.hosts = hosts
        self.names = pointers or {}
        self.pointers = {ipaddress.ip_address(a).reverse_pointer: p
                         for a, p in self.names.items()}
        self.code = code
        self.silent = silent
        self.asked = []  # (name, type) in the order they came
        self.before = ()
        with net.inside(node):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.socket.settimeout(0.05)
        self.ended = False

    def end(self):
        self.ended = True
        self.join()
        self.socket.close()

    def run(self):
        while not self.ended:
            try:
                query, peer = self.socket.recvfrom(512)
            except TimeoutError:
                continue
            name, kind, end = self.question(query)
            self.asked.append((name, kind))
            if not self.silent:
                self.socket.sendto(self.answer(query, name, kind, end), peer)

    @staticmethod
    def question(query):
        """Name and type, and where the question ends."""
        found, at = [], 12
        while query[at]:
            found.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        return ".".join(found), struct.unpack_from("!H", query, at + 1)[0], at + 5

    def answer(self, query, name, kind, end):
        known, records = self.lookup(name, kind)
        code = self.code or (0 if known else NXDOMAIN)
        if self.code:
            records = []
        return (query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0) +
                query[12:end] + b"".join(records))

    def lookup(self, name, kind):
        """Is the name known, and the records of that type."""
        records = []
        for address in self.hosts.get(name, ()):
            data = ipaddress.ip_address(address).packed
            if kind == (AAAA if len(data) == 16 else A):
                records = [self.record(b"\xc0\x0c", kind, data)]
        pointer = self.pointers.get(name)
        if pointer and kind == PTR:
            owner = b"\xc0\x0c"
            if isinstance(pointer, tuple):
                alias, pointer = pointer
                records.append(self.record(owner, CNAME, labels(alias)))
                owner = labels(alias)
            records.append(self.record(owner, PTR, labels(pointer)))
        return name in self.hosts or pointer is not None, records

    @staticmethod
    def record(owner, kind, data):
        return owner + struct.pack("!HHLH", kind, 1, 60, len(data)) + data


@contextlib.contextmanager
def serving(net, hosts=None, pointers=None, node="client", **how):
    """A name server for the time of the `with`."""
    net.run(node, ["ip", "link", "set", "lo", "up"])
    server = NameServer(net, node, hosts or {}, pointers, **how)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="revprobe-test-") as folder:
            path = pathlib.Path(folder)
            (path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
            (path / "hosts").write_text("127.0.0.1 localhost\n")
            server.before = (
                "unshare", "-m", "sh", "-c",
                f"mount --bind {path}/resolv.conf /etc/resolv.conf && "
                f"mount --bind {path}/hosts /etc/hosts && exec \"$0\" \"$@\"")
            yield server
    finally:
        server.end()
