# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of the prober in a lab, and what they leave in a database."""
import contextlib
import json
import pathlib
import sqlite3
import tempfile

import labtest

PROBER = "prober/revprobe"
EXIT_OK, EXIT_FAILURE, EXIT_USAGE, EXIT_INTERRUPTED = range(4)


def prober(net, *arguments, timeout=60, node="client", before=()):
    return net.run_any(node, [*before, labtest.build_file(PROBER), *arguments], timeout)


def lead_into_the_dark(net, block):
    """Nobody answers for a block of addresses: it is behind the black hole of the topology."""
    dark = net.topology.address("blackhole", 4)
    for node in ("client", "r1"):
        (way,) = json.loads(net.run(node, ["ip", "-j", "route", "get", dark]))
        net.run(node, ["ip", "route", "replace", block, "via", way["gateway"]])
    net.run("r2", ["ip", "route", "replace", "blackhole", block])


def expect_status(done, status):
    assert done.returncode == status, (
        f"status {done.returncode}, not {status}\n{done.stdout}{done.stderr}")


def traces(path):
    """Rows of v_trace as dictionaries."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute("SELECT * FROM v_trace ORDER BY trace_id")]


def one_row(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchone()


def one_value(path, sql):
    return one_row(path, sql)[0]


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="revprobe-test-") as path:
        yield pathlib.Path(path)
