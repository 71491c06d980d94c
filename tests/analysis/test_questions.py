#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/database.md says what its queries say, and none of them reads all of `hop`.

Plans are those that SQLite makes for a database of ten million rows: its statistics
(stat1.sql) are put in place of those of the small one.
"""
import shutil
import sqlite3

import world
from questions import answer, open_read_only, questions
from world import Report, equal

LEAST = 12  # questions, and as many answers that are not empty


def check_answer(path, sql, told):
    with open_read_only(path) as db:
        equal(answer(db, sql), told, "answer (questions.py --write puts it into the document)")


def check_plan(db, sql):
    """Nowhere a cursor on `hop` that begins at its first row; prints how it is read."""
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'hop'").fetchone()[0]
    program = db.execute("EXPLAIN " + sql).fetchall()
    cursors = {p1 for _, opcode, p1, p2, *_ in program if opcode == "OpenRead" and p2 == root}
    scans = [row for row in program if row[1] in ("Rewind", "Last") and row[2] in cursors]
    plan = [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + sql)]
    assert not scans, "reads all of hop:\n" + "\n".join(plan)
    if cursors:
        assert any("hop USING PRIMARY KEY (trace_id=?" in line or
                   "h USING PRIMARY KEY (trace_id=?" in line for line in plan), "\n".join(plan)


def check_count():
    told = [text.splitlines() for _, _, text in questions()]
    assert len(told) >= LEAST, f"{len(told)} questions"
    assert sum(len(lines) > 1 for lines in told) >= LEAST, "answers that say something"


def check_scan_is_seen(db):
    """The check can fail."""
    try:
        check_plan(db, "SELECT count(*) FROM hop WHERE rtt_ns > 5")
    except AssertionError:
        return
    raise AssertionError("a scan of hop was not seen")


def main():
    report = Report()
    report.check("there are enough questions", check_count)
    with world.folder() as path:
        database = world.make(path)
        for heading, sql, told in questions():
            report.check(f"answer: {heading}", check_answer, database, sql, told)
        large = path / "large.db"
        shutil.copy(database, large)
        with sqlite3.connect(large) as db:
            db.executescript("DELETE FROM sqlite_stat1;" +
                             (world.HERE / "stat1.sql").read_text())
        with sqlite3.connect(large) as db:
            report.check("a scan would be seen", check_scan_is_seen, db)
            for heading, sql, _ in questions():
                report.check(f"no scan: {heading}", check_plan, db, sql)
    return report.end()


if __name__ == "__main__":
    raise SystemExit(main())
