# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the prober's multipath mode in a lab and reads what it found, by name.

A router may show several addresses, and does where its way back to the sender is
balanced; so what is found are names, and links between names.
"""
import collections
import contextlib
import dataclasses
import itertools
import os
import sqlite3
import time

import labtest
from labtest import equal

SILENT = "*"  # who is there, but never answers


@dataclasses.dataclass
class MultiTrace:
    """One row of the database's `trace`, with its graph."""
    target: str  # name of the node
    direction: str
    reached: int
    stop: int
    sent: int
    pair_id: int
    nodes: list   # [{name}] by TTL, from 1 on
    links: set    # {(near name, far name)}, seen by at least one flow; none from the source
    assumed: set  # the same of those that no flow was seen to go
    forks: int    # routers that more than one router was seen behind
    per_packet: bool


class MultiProber:
    """The program, in a lab."""

    def __init__(self, net, folder):
        self.net = net
        self.file = os.path.join(folder, "multi.db")
        self.program = os.environ.get("REVPROBE") or labtest.build_file("prober/revprobe")

    def trace(self, direction, proto, family, options=(), target="server", count=1):
        """(traces, seconds) of one run that traces the target `count` times at once."""
        address = self.net.topology.address(target, family)
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.file + suffix)
        start = time.monotonic()
        self.net.run("client", [self.program, "-d", self.file, *options, direction, proto,
                                "multipath", *[address] * count], timeout=120)
        seconds = time.monotonic() - start
        with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            traces = [self._read(db, row, target) for row in
                      db.execute("SELECT t.*, d.text AS dst FROM trace t JOIN addr d "
                                 "ON d.addr_id = t.dst_id ORDER BY trace_id").fetchall()]
        equal(len(traces), count * (2 if direction == "two-way" else 1), "traces in the database")
        return traces, seconds

    def _name(self, address):
        if address == SILENT:
            return SILENT
        name = self.net.topology.name_of(address)
        assert name, f"foreign address {address}"
        return name

    def _read(self, db, row, target):
        met = read_hops(db, row)
        nodes = [{self._name(a) for answers in flows.values() for a in answers} for flows in met]
        stored = read_links(db, row)
        links = {True: set(), False: set()}
        if not row["per_packet"]:
            check_flows(stored, met)
        for (ttl, near, far), flows in stored.items():
            links[flows > 0].add((self._name(near), self._name(far)))
            nodes[ttl].add(self._name(far))  # who never answers is in the links only
        return MultiTrace(target, "reverse" if row["direction"] else "forward", row["reached"],
                          row["stop"], row["sent"], row["pair_id"], nodes, links[True],
                          links[False] - links[True], count_forks(links[True]),
                          bool(row["per_packet"]))


def count_forks(links):
    successors = collections.Counter(near for near, _ in links)
    return sum(count > 1 for count in successors.values())


def read_hops(db, row):
    """[{flow: {address}}] by TTL; an empty set: was sent, but nobody answered."""
    met = [collections.defaultdict(set) for _ in range(row["path_len"])]
    for hop in db.execute("SELECT h.*, a.text AS addr FROM hop h LEFT JOIN addr a USING (addr_id) "
                          "WHERE trace_id = ? AND ttl <= ?", (row["trace_id"], row["path_len"])):
        answers = met[hop["ttl"] - 1][hop["flow"]]
        if hop["addr"] or hop["arrived"]:
            answers.add(hop["addr"] or row["dst"])
    return met


def read_links(db, row):
    """{(TTL of the near end, near, far): flows}"""
    return {tuple(link[:3]): link["flows"] for link in db.execute(
        "SELECT near_ttl, coalesce(n.text, ?1), coalesce(f.text, ?1), flows FROM link l "
        "LEFT JOIN addr n ON n.addr_id = l.near_id LEFT JOIN addr f ON f.addr_id = l.far_id "
        "WHERE trace_id = ?2 AND near_ttl > 0", (SILENT, row["trace_id"]))}


def check_flows(stored, met):
    """The probes bear out what the links say: so many flows were seen at both ends."""
    counts = collections.Counter()
    for ttl, (flows, after) in enumerate(itertools.pairwise(met), 1):
        for flow, near in flows.items():
            counts.update((ttl, a, b) for a in near for b in after.get(flow, ()))
    seen = {link: flows for link, flows in stored.items() if flows and SILENT not in link}
    equal(seen, dict(counts), "flows of the links")
