# SPDX-License-Identifier: GPL-2.0-or-later
"""The questions of docs/database.md: each a heading, a query, and what it says of the
world that make_world writes.

    questions.py DB           asks a database all of them: seconds and rows
    questions.py --write DB   writes what it says into the document
"""
import pathlib
import re
import sqlite3
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/database.md"
QUESTION = re.compile(r"^### (.*?)\n(.*?)^```sql\n(.*?)^```\n\n^```text\n(.*?)^```$", re.M | re.S)


def questions():
    """Heading, query and answer of each."""
    return [(heading, sql, answer) for heading, _, sql, answer in
            QUESTION.findall(DOCUMENT.read_text())]


def shown(value):
    return "-" if value is None else str(value)


def answer(db, sql):
    cursor = db.execute(sql)
    rows = [[column[0] for column in cursor.description]]
    rows += [[shown(value) for value in row] for row in cursor]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip()
             for row in rows)
    return "".join(line + "\n" for line in lines)


def open_read_only(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def write(db):
    def filled(found):
        whole, sql, old = found.group(0), found.group(3), found.group(4)
        return whole[:len(whole) - len(old) - 3] + answer(db, sql) + "```"

    DOCUMENT.write_text(QUESTION.sub(filled, DOCUMENT.read_text()))


def ask(db):
    for heading, sql, _ in questions():
        took = []
        for _ in range(3):
            start = time.monotonic()
            rows = len(db.execute(sql).fetchall())
            took.append(time.monotonic() - start)
        print(f"| {heading} | {sorted(took)[1]:.3f} | {rows} |")


if __name__ == "__main__":
    with open_read_only(sys.argv[-1]) as database:
        (write if sys.argv[1] == "--write" else ask)(database)
