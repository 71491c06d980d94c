#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Results in all formats: what a campaign writes, what is exported from its database, and
what other programs read, agree."""
import contextlib
import dataclasses
import json
import pathlib
import re
import sqlite3
import subprocess
import sys

import labtest
import runs
import scamper
import warts
from labtest import equal

try:
    import jsonschema
except ImportError:  # a check says so
    jsonschema = None

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
FAMILIES = (4, 6)
# What is counted by databases only.
COUNTED = ("cycle", "id", "pair")
MARK = 7
LABELS = [(299824, 0, 0, 2), (16, 5, 1, 255)]
OBJECTS = "000c0101493300020001 0bff 00050203aa".replace(" ", "")
LABELS_TEXT = "<MPLS:L=299824,E=0,S=0,T=2/L=16,E=5,S=1,T=255>"


@dataclasses.dataclass
class Measured:
    """Where results went."""
    folder: pathlib.Path

    def path(self, suffix):
        return self.folder / f"traces.{suffix}"

    db = property(lambda self: self.path("db"))
    outputs = property(lambda self: ["-d", str(self.db), *self.files("")])

    def files(self, prefix):
        return [word for option in ("warts", "jsonl", "text")
                for word in (f"--{option}", str(self.folder / f"{prefix}traces.{option}"))]


def revprobe(*arguments, status=0):
    """A command that sends nothing, outside of the lab."""
    done = subprocess.run([labtest.build_file(runs.PROBER), *map(str, arguments)],
                          capture_output=True, timeout=60, check=False)
    equal(done.returncode, status, f"status of {arguments}: {done.stderr.decode()}")
    return done.stdout


def measure(net, *arguments):
    folder = contextlib.ExitStack()
    measured = Measured(folder.enter_context(runs.folder()))
    measured.close = folder.close
    runs.expect_status(runs.prober(net, "-n", "--inter", "0", *measured.outputs, *arguments),
                       runs.EXIT_OK)
    return measured


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


# --- JSON Lines ------------------------------------------------------------------------

def schema():
    return json.loads((DOCS / "jsonl.schema.json").read_text())


def check_schema(path):
    checker = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())
    for line in lines(path):
        checker.validate(line)


def check_counts(measured, path):
    """JSON Lines against the tables."""
    with contextlib.closing(sqlite3.connect(measured.db)) as db:
        def value(sql):
            return db.execute(sql).fetchone()[0]

        traces = lines(path)
        probes = [probe for trace in traces for probe in trace["probes"]]
        equal(len(traces), value("SELECT count(*) FROM trace"), "traces")
        equal(len(probes), value("SELECT count(*) FROM hop"), "probes")
        equal(sum(probe["rtt_ns"] or 0 for probe in probes),
              value("SELECT coalesce(sum(rtt_ns), 0) FROM hop"), "sum of round trips")
        equal(sum(probe["addr"] is None for probe in probes),
              value("SELECT count(*) FROM hop WHERE addr_id IS NULL"), "silence")
        equal(sum(len(trace["vertices"]) for trace in traces),
              value("SELECT count(*) FROM vertex"), "vertices")
        equal(sum(link["flows"] for trace in traces for link in trace["links"]),
              value("SELECT coalesce(sum(flows), 0) FROM link"), "flows of links")


# --- the same again ---------------------------------------------------------------------

def ends(trace):
    """No two traces of a measurement have the same.  They come as they ended, and from the
    database as they were committed."""
    return trace["src"], trace["dst"]


def blocks(text):
    return sorted(block.strip() for block in text.split("\n\n"))


def without_counts(path):
    """Lines that a campaign and an export have in common; links have no order."""
    found = lines(path)
    for line in found:
        for name in COUNTED:
            del line[name]
        line["links"].sort(key=str)
    return sorted(found, key=ends)


def same_warts(path):
    """Traces without the numbers of their cycle; links have no order."""
    found = warts.traces(path.read_bytes())
    for trace in found:
        trace["cycle"] = trace["cycle"] | {"human": 0, "ended": 0}
        for link in trace.get("links", []):
            link["from"] = trace["nodes"][link["from"]]["addr"]
            link["to"] = trace["nodes"][link["to"]]["addr"]
        trace.get("links", []).sort(key=str)
        # Numbers of records: which direction ends first is a matter of chance.
        trace["list"] = trace["list"] | {"id": 0, "human": 0}
        trace["cycle"] |= {"id": 0, "list": 0}
    return sorted(found, key=ends)


def check_probes(measured):
    """A line each probe, with all that the database has of it."""
    shown = [line.split() for line in revprobe("show", "--probes", measured.db).decode().splitlines()]
    shown = [words[:9] for words in shown if words and words[0].isdigit()]
    with contextlib.closing(sqlite3.connect(measured.db)) as db:
        stored = db.execute(
            "SELECT ttl, flow, try, coalesce(addr, CASE WHEN arrived THEN '+' ELSE '*' END),"
            " rtt_ms, coalesce(icmp_type || '-' || icmp_code, '-'), coalesce(reply_ttl, '-'),"
            " coalesce(reply_tos, '-'), coalesce(quoted_ttl, '-') FROM v_hop").fetchall()
    # Rounded here, as C does it: SQLite's printf() rounds otherwise.
    stored = [[*map(str, row[:4]), "-" if row[4] is None else f"{row[4]:.3f}", *map(str, row[5:])]
              for row in stored]
    equal(sorted(shown), sorted(stored), "probes")


def check_export(measured):
    revprobe("export", "-q", *measured.files("again-"), measured.db)
    again = {suffix: measured.folder / f"again-traces.{suffix}"
             for suffix in ("warts", "jsonl", "text")}
    text = again["text"].read_text()
    equal(blocks(text), blocks(measured.path("text").read_text()), "text")
    equal(revprobe("show", measured.db).decode(), text, "show")
    check_probes(measured)
    equal(without_counts(again["jsonl"]), without_counts(measured.path("jsonl")), "JSON Lines")
    equal(same_warts(again["warts"]), same_warts(measured.path("warts")), "warts")
    check_schema(again["jsonl"])
    check_counts(measured, again["jsonl"])
    scamper.check(again["warts"], scamper.expected(measured.db))
    ids = [line["id"] for line in lines(again["jsonl"])]
    equal(ids, list(range(1, len(ids) + 1)), "numbers of traces")


def check_all(measured):
    check_schema(measured.path("jsonl"))
    check_counts(measured, measured.path("jsonl"))
    scamper.check(measured.path("warts"), scamper.expected(measured.db))
    check_export(measured)


def check_measured(net, *arguments):
    measured = measure(net, *arguments)
    try:
        check_all(measured)
    finally:
        measured.close()


def check_several_targets(net, protocol, mode):
    """Both families, an endpoint without a server among them."""
    targets = [net.topology.address(node, family) for node in ("server", "r2")
               for family in FAMILIES]
    check_measured(net, "two-way", protocol, mode, *targets)


def check_short(net):
    measured = measure(net, "--max-ttl", "2", "forward", "udp", "singlepath",
                       net.topology.address("server", 4))
    try:
        equal(scamper.expected(measured.db)[0].stop, 7, "hop limit")
        check_all(measured)
    finally:
        measured.close()


# --- filters, and files of one trace ---------------------------------------------------------

def two_cycles(net, folder):
    """A database with a cycle each of two targets, and the study's document of the second."""
    database = folder / "traces.db"
    for node in ("r2", "server"):
        runs.expect_status(
            runs.prober(net, "-n", "--inter", "0", "-q", "-d", str(database), "-s", "-f", "dot",
                        "-o", str(folder / node), "two-way", "udp", "multipath",
                        net.topology.address(node, 4)), runs.EXIT_OK)
    return database


def check_filters(net):
    with runs.folder() as folder:
        database = two_cycles(net, folder)
        server = net.topology.address("server", 4)
        began = runs.one_value(database, "SELECT max(started_us) / 1000000 + 1 FROM trace")

        def found(*arguments):
            out = revprobe("export", "-q", "--jsonl", "-", *arguments, database)
            return [line["id"] for line in map(json.loads, out.splitlines())]

        equal(found(), [1, 2, 3, 4], "all")
        equal(found("--cycle", "2"), [3, 4], "a cycle")
        equal(found("--cycle", "last"), [3, 4], "the last")
        equal(found("--endpoint", server), [3, 4], "an endpoint")
        equal(found("--list", "command line"), [1, 2, 3, 4], "a list")
        directions = found("--direction", "forward") + found("--direction", "reverse")
        equal(sorted(directions), [1, 2, 3, 4], "directions")
        equal(found("--until", f"@{began}"), [1, 2, 3, 4], "before")
        for nothing in (["--cycle", "3"], ["--endpoint", "nobody"], ["--list", "x"],
                        ["--since", f"@{began}"]):
            equal(revprobe("export", "--jsonl", "-", *nothing, database, status=1), b"", "nothing")
        equal(revprobe("show", "--cycle", "last", database), revprobe("show", database, server),
              "by cycle and by target")


def check_files_of_one_trace(net):
    with runs.folder() as folder:
        database = two_cycles(net, folder)
        revprobe("export", "-s", "-o", folder / "again", "-f", "dot", database,
                 status=runs.EXIT_USAGE)
        assert not list(folder.glob("again*")), "files of several cycles"
        revprobe("export", "-q", "-s", "-o", folder / "again", "-f", "dot", "--cycle", "last",
                 database)
        for suffix in ("dot", "json"):
            equal((folder / f"again.{suffix}").read_text(),
                  (folder / f"server.{suffix}").read_text(), suffix)


def check_hostile(net):
    """Whoever made the file, or holds a reverse zone."""
    with runs.folder() as folder:
        database = two_cycles(net, folder)
        with contextlib.closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE addr SET annotated_us = 1, ptr = ?", ("\x1b[31mred\x9b2J\"\\",))
            db.execute("UPDATE endpoint SET name = ? WHERE endpoint_id = 1",
                       ("\x1b]0;owned\x07\"\\\u009b",))
            db.execute("UPDATE cycle SET list = list || char(27) || number")
        for out in (revprobe("show", database),
                    revprobe("export", "-q", "--jsonl", "-", database)):
            assert out and all(0x20 <= byte < 0x7f or byte == 0x0a for byte in out), out
        found = [json.loads(line) for line in revprobe(
            "export", "-q", "--jsonl", "-", "--cycle", "1", database).splitlines()]
        equal(found[0]["endpoint"], "\x1b]0;owned\x07\"\\\u009b", "name in JSON")
        names = {probe["name"] for trace in found for probe in trace["probes"]}
        equal(names, {None}, "names of addresses")


# --- labels ----------------------------------------------------------------------------------

@contextlib.contextmanager
def labelled(net, node):
    """The node's errors have labels."""
    argv = net.argv(node, [sys.executable, str(labtest.ROOT / "labels.py"), str(MARK), OBJECTS])
    with net.ruleset(node, f"""
            chain output {{ type filter hook output priority 0
                meta mark {MARK} accept
                icmp type time-exceeded drop
                icmpv6 type time-exceeded drop
            }}"""), subprocess.Popen(argv, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, text=True) as child:
        try:
            equal(child.stdout.readline(), "ready\n", "labels.py")
            yield
        finally:
            child.stdin.close()
            child.wait(timeout=10)


def check_labels(net, mode):
    with labelled(net, "r1"):
        measured = measure(net, "forward", "udp", mode, *(
            net.topology.address("server", family) for family in FAMILIES))
    try:
        check_all(measured)
        with contextlib.closing(sqlite3.connect(measured.db)) as db:
            found = db.execute("SELECT DISTINCT trace_id, ttl, depth, label, class, bottom,"
                               " label_ttl FROM v_mpls ORDER BY 1, 3").fetchall()
            equal(found, [(trace, 1, depth, *LABELS[depth]) for trace in (1, 2)
                          for depth in (0, 1)], "labels")
            equal(db.execute("SELECT DISTINCT class, type, hex(data) FROM ext WHERE n = 1")
                  .fetchall(), [(2, 3, "AA")], "another object")
            equal(db.execute("SELECT DISTINCT reply_ttl, reply_tos, quoted_ttl FROM v_hop"
                             " WHERE ttl = 1").fetchall(), [(250, 0xc0, 1)], "the reply")
        text = measured.path("text").read_text()
        shown = LABELS_TEXT in text if mode == "singlepath" else "<MPLS:L=16," in text
        assert shown, text
        probe = lines(measured.path("jsonl"))[1]["probes"][0]
        equal([tuple(label.values()) for label in probe["labels"]],
              [(label, low, bool(bottom), ttl) for label, low, bottom, ttl in LABELS], "in JSON")
        equal(probe["objects"], [{"class": 2, "type": 3, "data": "aa"}], "objects in JSON")
        if mode == "singlepath":
            first = next(line for line in map(json.loads, scamper.tool(
                "sc_warts2json", measured.path("warts")).splitlines()) if line["type"] == "trace")
            equal(first["hops"][0]["icmpext"][0]["mpls_labels"][0]["mpls_label"], LABELS[0][0],
                  "for scamper")
    finally:
        measured.close()


# --- what the documents promise -----------------------------------------------------------------

def commands(language):
    """Indented lines of docs/jsonl.md that are of that language, pieces joined."""
    blocks = re.findall(r"(?:^    .*\n)+", (DOCS / "jsonl.md").read_text(), re.M)
    is_shell = [block for block in blocks if block.lstrip().startswith("jq ")]
    return is_shell if language == "jq" else [block for block in blocks if block not in is_shell]


def check_jq(measured):
    outputs = []
    for command in commands("jq"):
        done = subprocess.run(["sh", "-c", command], cwd=measured.folder, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0 and not done.stderr, f"{command}{done.stderr}"
        outputs.append(done.stdout)
    equal(len(outputs), 2, "questions for jq")
    ends = runs.one_row(measured.db, "SELECT endpoint, stop, hops FROM v_trace"
                                     " WHERE direction = 'forward'")
    equal(outputs[0], "\t".join(map(str, ends)) + "\n", "where it ended")
    least = json.loads(outputs[1])
    with contextlib.closing(sqlite3.connect(measured.db)) as db:
        wanted = dict(db.execute("SELECT addr, min(rtt_ms) FROM v_hop WHERE rtt_ms NOT NULL"
                                 " GROUP BY addr"))
    equal(least, wanted, "least round trips")


def check_pandas(measured):
    code = "".join(re.sub("^    ", "", block, flags=re.M) for block in commands("python"))
    done = subprocess.run(["/usr/bin/python3", "-c", code], cwd=measured.folder, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    for direction, ttl, lost in re.findall(r"^(forward|reverse)? +(\d+) +(\d+)$", done.stdout,
                                           re.M):
        if direction:  # printed with the first TTL only
            now = direction
        equal(int(lost), runs.one_value(measured.db, f"""SELECT count(*) FROM v_hop
              WHERE direction = '{now}' AND ttl = {ttl} AND addr IS NULL"""), "lost")
    assert re.search(r"^forward +completed +1$", done.stdout, re.M), done.stdout


def check_documents(net):
    measured = measure(net, "two-way", "udp", "singlepath", net.topology.address("server", 4))
    try:
        check_jq(measured)
        check_pandas(measured)
    finally:
        measured.close()


def main():
    labtest.needs_root()
    report = labtest.Report()
    report.check("python3-jsonschema is there", equal, jsonschema is None, False, "missing")
    with labtest.lab("ecmp") as net:
        for protocol in ("udp", "tcp", "icmp"):
            for mode in ("singlepath", "multipath"):
                report.check(f"{protocol}, {mode}: all formats agree, and scamper's programs",
                             check_several_targets, net, protocol, mode)
        for mode in ("singlepath", "multipath"):
            report.check(f"labels of routers, {mode}", check_labels, net, mode)
        report.check("a trace that is too short", check_short, net)
        report.check("filters", check_filters, net)
        report.check("pictures and documents", check_files_of_one_trace, net)
        report.check("hostile names", check_hostile, net)
        report.check("questions in docs/jsonl.md", check_documents, net)
    with labtest.lab("silent") as net:
        for mode in ("singlepath", "multipath"):
            report.check(f"a silent router, {mode}", check_measured, net, "two-way", "udp", mode,
                         *(net.topology.address("server", family) for family in FAMILIES))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
