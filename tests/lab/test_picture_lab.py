#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures of networks whose routers are known: a box for each, with all that is known of it."""
import collections
import json
import re
import sqlite3
import sys

import labtest
from labtest import equal
from runs import expect_status, folder, prober

ASN_FILE = str(labtest.ROOT.parent / "asn/asn.mmdb")
NODE = re.compile(r'^\t\t([fr])\w+ \[label="((?:[^"\\]|\\.)*)"', re.M)
ADDRESS = re.compile(r"(also )?([0-9.]+|[0-9a-f:]+)")

# A box: which cluster, the router's number or None, addresses seen there, and the others.
Box = collections.namedtuple("Box", "cluster number seen others lines")


def read_boxes(path):
    boxes = []
    for cluster, label in NODE.findall(path.read_text(encoding="ascii")):
        lines = label.split("\\n")
        number = re.fullmatch(r"router (\d+)", lines[0])
        found = [m for m in map(ADDRESS.fullmatch, lines) if m]
        boxes.append(Box(cluster, int(number[1]) if number else None,
                         [m[2] for m in found if not m[1]], [m[2] for m in found if m[1]], lines))
    return boxes


def draw(net, path, *options, family=4):
    """A two-way trace.  A branch that chance hides would look like a failure, hence the
    confidence."""
    done = prober(net, "-n", "-o", str(path / "trace"), "-f", "dot", "--text", "-",
                  "--timeout", "0.5", "--confidence", "0.0001", *options,
                  net.topology.address("server", family), timeout=60)
    expect_status(done, 0)
    return read_boxes(path / "trace.dot"), done.stdout


def check_routers(net, mode):
    with folder() as path:
        boxes, _ = draw(net, path, "--resolve-aliases", "--alias-private", "two-way", "udp", mode)
        lines = (path / "trace.aliases").read_text(encoding="ascii").splitlines()
    several = 0
    for cluster in "fr":
        routers = [net.topology.name_of(box.seen[0]) for box in boxes
                   if box.cluster == cluster and box.seen]
        equal(sorted(routers), sorted(set(routers)), f"routers of cluster {cluster}")
    for box in (b for b in boxes if b.number):
        equal(sorted(box.seen + box.others), sorted(lines[box.number - 1].split(",")),
              f"addresses of box {box} and its line of the file")
        equal(len({net.topology.name_of(a) for a in box.seen + box.others}), 1, f"owners {box}")
        several += len(box.seen) > 1
    numbers = {cluster: {b.number for b in boxes if b.cluster == cluster and b.number}
               for cluster in "fr"}
    assert numbers["f"] & numbers["r"], f"no router is in both clusters: {numbers}"
    assert several or mode == "singlepath", "no box has two addresses that one direction saw"
    return f"{len(boxes)} boxes, {len(lines)} routers with several addresses"


def check_apart(net):
    with folder() as path:
        boxes, _ = draw(net, path, "--resolve-aliases", "--alias-private", "--no-merge", "two-way",
                        "udp", "multipath")
    equal([b for b in boxes if b.number or b.others or len(b.seen) > 1], [], "joined boxes")


def check_systems(net, family):
    """In the picture, in the text, and which file it was in the database."""
    with folder() as path:
        boxes, text = draw(net, path, "--asn-db", ASN_FILE, "-d", str(path / "db"), "two-way", "udp",
                           "multipath", family=family)
        with sqlite3.connect(path / "db") as db:
            config = json.loads(db.execute("SELECT config FROM run").fetchone()[0])
            systems = db.execute("SELECT DISTINCT asn, type FROM addr JOIN mmdb"
                                 " ON mmdb_id = asn_by").fetchall()
    for box in (b for b in boxes if b.seen):
        assert "AS64500 Lab &amp; Sons" in box.lines, box
    assert re.search(r"^ +\[AS64500\]$", text, re.M), text
    equal([config[f"asn-db{suffix}"] for suffix in ("", "-type", "-built-us")],
          [ASN_FILE, "Test-ASN", 1700000000 * 10**6], "database in run.config")
    equal(systems, [(64500, "Test-ASN")], "systems of all addresses, by which file")


def has_asn(net):
    """Was it built with libmaxminddb?"""
    done = prober(net, "--asn-db", "/nonexistent", "forward", "udp", "singlepath", "192.0.2.1")
    return "built without" not in done.stderr


def main():
    labtest.needs_root()
    report = labtest.Report()
    with labtest.lab("alias30") as net:
        for mode in ("multipath", "singlepath"):
            report.check(f"{mode}: a router is a box in each direction", check_routers, net, mode)
        report.check("--no-merge keeps addresses apart", check_apart, net)
        for family in (4, 6) if has_asn(net) else ():
            report.check(f"IPv{family}: autonomous systems are shown", check_systems, net, family)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
