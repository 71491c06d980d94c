#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Aliases in networks whose routers are known: how many are right, how many are found?

Precision is the part of the pairs of addresses said to be one router's that are;
recall the part of the pairs of one router's addresses, both seen, that were found.
"""
import contextlib
import itertools
import os
import sqlite3
import sys
import tempfile

import labtest
from labtest import equal

# The least recall of a two-way multipath trace, by topology; precision is always 1.  Of
# aliashard's eleven pairs two have no subnet: their links end at silent routers, or at
# one that has no address there.
TOPOLOGIES = {"alias30": 1.0, "alias31": 1.0, "alias29": 1.0, "aliashard": 0.8,
              "asym": 1.0}


def pairs_of(groups):
    """All pairs of members of one group."""
    return {frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)}


def known_pairs(net, seen):
    """Pairs of seen addresses of one router."""
    routers = {}
    for address in seen:
        name = net.topology.name_of(address)
        assert name, f"{address}: nobody has that address"
        if net.topology.nodes[name].router:
            routers.setdefault(name, []).append(address)
    return pairs_of(routers.values())


def read_file(path):
    """The sets of BASE.aliases."""
    with open(path, encoding="ascii") as file:
        return [line.split(",") for line in file.read().split("\n") if line]


def read_database(path):
    """(sets, addresses seen, pairs as text)"""
    with contextlib.closing(sqlite3.connect(path)) as db:
        sets = {}
        for number, address in db.execute("SELECT set_id, addr FROM v_alias"):
            sets.setdefault(number, []).append(address)
        seen = [row[0] for row in db.execute("SELECT DISTINCT addr FROM v_hop "
                                             "WHERE addr IS NOT NULL AND on_path")]
        pairs = db.execute("SELECT a.text, b.text, rule, score, support, subnet FROM alias_pair "
                           "JOIN addr a ON a.addr_id = a_id JOIN addr b ON b.addr_id = b_id "
                           "ORDER BY 1, 2").fetchall()
    return list(sets.values()), seen, pairs


def run(net, folder, mode, *options):
    """One two-way trace: (sets of the file, seen, pairs).  A branch that chance hides would
    look like a failure, hence the confidence."""
    base, database = os.path.join(folder, "trace"), os.path.join(folder, "trace.db")
    for path in (f"{base}.aliases", database):
        if os.path.exists(path):
            os.unlink(path)
    net.run("client", [labtest.build_file("prober/revprobe"), "-q", "-d", database, "-o", base,
                       "--timeout", "0.5", "--confidence", "0.0001",
                       "--resolve-aliases", *options, "two-way", "udp", mode,
                       net.topology.address("server", 4)], timeout=60)
    sets = read_file(f"{base}.aliases")
    stored, seen, pairs = read_database(database)
    equal(sorted(map(sorted, stored)), sorted(map(sorted, sets)), "sets of database and file")
    return sets, seen, pairs


def show(net, pairs):
    """A line each, and whether it is right."""
    names = net.topology.name_of
    return "\n".join(f"{'  ' if names(a) == names(b) else '! '}{a} ({names(a)}) {b} ({names(b)}): "
                     f"{rule}, {subnet}, score {score}, support {support}"
                     for a, b, rule, score, support, subnet in pairs)


def check_aliases(net, folder, mode, least_recall):
    """Without a least recall, only the figures."""
    sets, seen, pairs = run(net, folder, mode, "--alias-private")
    found, known = pairs_of(sets), known_pairs(net, seen)
    wrong = [sorted(pair) for pair in found - known]
    recall = len(found & known) / len(known) if known else 1
    precision = len(found & known) / len(found) if found else 1
    figures = (f"{len(sets)} sets, {len(found)} pairs, precision {precision:.3f}, "
               f"recall {recall:.3f} of {len(known)}\n{show(net, pairs)}")
    if least_recall is None:
        return figures
    assert not wrong, f"wrong: {wrong}\n{figures}"
    assert recall >= least_recall, f"missing: {sorted(map(sorted, known - found))}\n{figures}"
    return figures


def check_private_is_left_out(net, folder):
    sets, _, pairs = run(net, folder, "multipath")
    equal((sets, pairs), ([], []), "aliases of a lab in private space")


def main():
    """Names of topologies may be given, of others, too: for their figures."""
    labtest.needs_root()
    report = labtest.Report()
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or TOPOLOGIES:
            with labtest.lab(name) as net:
                least = TOPOLOGIES.get(name)
                report.check(f"{name}: multipath aliases", check_aliases, net, folder,
                             "multipath", least)
                report.check(f"{name}: single path aliases", check_aliases, net, folder,
                             "singlepath", least and 0)
                report.check(f"{name}: no private space unless asked",
                             check_private_is_left_out, net, folder)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
