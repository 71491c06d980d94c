#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Campaigns through a synthetic Internet, held against its ground truth."""
import contextlib
import sqlite3
import sys

import labtest
import synthetic
from runs import EXIT_OK, PROBER, expect_status, folder, traces

FORWARD, REVERSE = 0, 1
ANSWERS = """
    SELECT e.text, h.ttl, a.text
    FROM hop h JOIN trace t USING (trace_id) JOIN endpoint USING (endpoint_id)
         JOIN addr e ON e.addr_id = endpoint.addr_id JOIN addr a ON a.addr_id = h.addr_id
    WHERE t.direction = ? AND h.ttl <= t.path_len"""


def campaign(world, path, *arguments):
    """Runs the prober over a file of targets; its database."""
    db = path / "campaign.db"
    done = world.run([labtest.build_file(PROBER), "-q", "--rate", "10000", "--inter", "0",
                      "-d", str(db), *arguments, "-t", str(path / "targets")])
    expect_status(done, EXIT_OK)
    return db


def score(world, path, db, direction, *question):
    results = path / "results"
    with contextlib.closing(sqlite3.connect(db)) as rows, results.open("w") as lines:
        lines.writelines("%s %d %s\n" % row for row in rows.execute(ANSWERS, (direction,)))
    found = world.check(path / "targets", results, *question)
    labtest.equal((found["wrong"], found["foreign"]), (0, 0), f"not so:\n{found['complaints']}")
    return found


def flow(db):
    """Of all its traces."""
    (value,) = {t["flow"] for t in traces(db)}
    return value


def whole(found):
    labtest.equal(found["hops_found"], found["hops"], "hops found, of all that answer")


def check_complete():
    """Both directions of 400 targets, branches and all: each hop, and nothing else."""
    with synthetic.world("--servers", "1", "--branches", "4", "--quote", "28") as world, \
            folder() as path:
        world.targets(path / "targets", 400)
        db = campaign(world, path, "two-way", "udp", "singlepath")
        labtest.equal({(t["stop"], t["reached"]) for t in traces(db)}, {("completed", 1)},
                      "outcomes")
        word = str(synthetic.first_word(synthetic.UDP, flow(db)))
        back = str(synthetic.SERVER_PORT << 16 | flow(db))
        forward = score(world, path, db, FORWARD, "--word", word)
        reverse = score(world, path, db, REVERSE, "--return", "--word", back)
        whole(forward)
        whole(reverse)
    labtest.equal(world.counters["damaged"], 0, "packets with wrong checksums")
    return f"{forward['hops']} hops forward, {reverse['hops']} back"


def check_protocol(proto, number):
    """TCP, half of the targets open, and ICMP: the same."""
    with synthetic.world("--branches", "8", "--open", "0.5") as world, folder() as path:
        world.targets(path / "targets", 200)
        db = campaign(world, path, "forward", proto, "singlepath")
        word = str(synthetic.first_word(number, flow(db)))
        whole(score(world, path, db, FORWARD, "--proto", str(number), "--word", word))
    labtest.equal(world.counters["damaged"], 0, "packets with wrong checksums")


def check_adverse():
    """Silence, loss and limits hide hops; they make none up."""
    with synthetic.world("--servers", "0.7", "--branches", "3", "--silent", "0.1", "--deaf", "0.1",
                         "--loss", "0.05", "--errors", "200") as world, folder() as path:
        world.targets(path / "targets", 300)
        db = campaign(world, path, "--timeout", "0.3", "two-way", "udp", "singlepath")
        labtest.equal(len(traces(db)), 600, "traces")
        forward = score(world, path, db, FORWARD)
        reverse = score(world, path, db, REVERSE, "--return")
    for counter in ("silent", "lost", "limited"):
        assert world.counters[counter], f"nothing was {counter}: the world is too kind"
    return ", ".join(f"{way}: {s['hops_found']} of {s['hops']} hops"
                     for way, s in (("forward", forward), ("back", reverse)))


def check_multipath():
    """All branches, or nearly; each at the hop where it stands."""
    with synthetic.world("--branches", "4", "--shortest", "8") as world, folder() as path:
        world.targets(path / "targets", 30)
        db = campaign(world, path, "forward", "udp", "multipath")
        found = score(world, path, db, FORWARD)
        whole(found)
    return f"{found['nodes_found']} of {found['nodes']} routers"


def main():
    labtest.needs_root()
    report = labtest.Report()
    report.check("a two-way campaign finds the whole truth", check_complete)
    report.check("so does one with TCP", check_protocol, "tcp", synthetic.TCP)
    report.check("so does one with ICMP", check_protocol, "icmp", synthetic.ICMP)
    report.check("silence, loss and rate limits make no hop up", check_adverse)
    report.check("multipath traces find branches where they are", check_multipath)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
