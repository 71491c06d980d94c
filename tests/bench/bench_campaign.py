#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole campaigns through the synthetic Internet, side by side with what others reach.

    bench_campaign.py [--targets N] [--repeats N] [--only NAME,...]

Everybody probes the same targets of the same world; contenders take turns, and figures are
medians over the repeats, with the least and the most.  Who is not installed is left out and
named.  It fails when a result is wrong, never because it is slow: an answer that is not so,
or of nobody's trace, or fewer than 99.9 % of the hops found by the prober where nothing is
lost and the rate is up to 100 000 packets a second.

The world's work is done by the sender's core, and is in everybody's CPU time: `bare` says
what is left of it without a prober.  A newer scamper takes part where the environment names it:
SCAMPER=path (its sc_warts2json must be in PATH).
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
import labtest  # noqa: E402
import synthetic  # noqa: E402
from runs import PROBER, folder  # noqa: E402

ANSWERS = """
    SELECT e.text, h.ttl, a.text
    FROM hop h JOIN trace t USING (trace_id) JOIN endpoint USING (endpoint_id)
         JOIN addr e ON e.addr_id = endpoint.addr_id JOIN addr a ON a.addr_id = h.addr_id
    WHERE t.direction = ? AND h.ttl <= t.path_len"""
SOCK_RECEIVE_SECONDS = 1  # zmap waits that long for the last answers


class Prober:
    """revprobe, with its results in SQLite."""

    def __init__(self, name, *arguments, direction=0, rate=0):
        self.name, self.arguments, self.direction, self.rate = name, arguments, direction, rate
        self.program = labtest.build_file(PROBER)

    def argv(self, path, targets, _):
        return [self.program, "-q", "-n", "-d", str(path / "out"), "--rate", str(self.rate),
                *self.arguments, "-t", str(targets)]

    def answers(self, path):
        with contextlib.closing(sqlite3.connect(path / "out")) as db:
            yield from db.execute(ANSWERS, (self.direction,))

    def question(self):
        return ["--return"] if self.direction else []


class Scamper:
    def __init__(self, name, *arguments, program="scamper"):
        self.name, self.arguments, self.program, self.rate = name, arguments, program, None

    def argv(self, path, targets, _):
        return [self.program, "-O", "warts", "-o", str(path / "out"), *self.arguments,
                "-c", "trace -P udp-paris -q 1", "-f", str(targets)]

    def answers(self, path):
        with subprocess.Popen(["sc_warts2json", str(path / "out")], stdout=subprocess.PIPE,
                              text=True) as reader:
            for line in reader.stdout:
                record = json.loads(line)
                for hop in record.get("hops", ()):
                    yield record["dst"], hop["probe_ttl"], hop["addr"]

    def question(self):
        return []


class Sender:
    """Packets only: no hops to find."""
    rate = None

    def __init__(self, name, argv):
        self.name, self.make = name, argv

    def argv(self, path, targets, count):
        return self.make(path, targets, count)


def bare(_, __, count):
    return [labtest.build_file("tests/bench/bench_send"), "link0", synthetic.FAR_MAC,
            synthetic.CLIENT, str(14 * count)]


def zmap(path, targets, count):
    return ["zmap", "-M", "icmp_echoscan", "-w", str(targets), "-b", "/dev/null", "-r", "0", "-i",
            "link0", "-G", synthetic.FAR_MAC, "-o", str(path / "out"), "-c",
            str(SOCK_RECEIVE_SECONDS), "-q", "-n", str(count)]


def contenders():
    forward = ["--inter", "0", "--probes", "1"]
    udp = ["forward", "udp", "singlepath"]
    everyone = [
        Sender("bare sendmmsg loop", bare),
        Prober("revprobe", *forward, "--window", "2000", *udp),
        Prober("revprobe, --ahead 1", *forward, "--ahead", "1", "--window", "2000", *udp),
        Prober("revprobe, 100k", *forward, "--window", "2000", *udp, rate=100000),
        Prober("revprobe, 10k", *forward, "--window", "2000", *udp, rate=10000),
        Prober("revprobe, reverse", *forward, "--window", "2000", "reverse", "udp", "singlepath",
               direction=1),
        Scamper("scamper, 10k", "-p", "10000"),
        Scamper("scamper, 10k, -w 100", "-p", "10000", "-w", "100"),
        Sender("zmap, ICMP", zmap),
    ]
    if os.environ.get("SCAMPER"):
        everyone.append(Scamper("new scamper, -w 100", "-p", "0", "-w", "100",
                                program=os.environ["SCAMPER"]))
    return everyone


def is_there(contender, path):
    program = contender.argv(path, path, 1)[0]
    return shutil.which(program) or os.access(program, os.X_OK)


def timed(world, argv):
    """(status, seconds, CPU seconds, bytes of memory at most, stderr)."""
    start = time.monotonic()
    with subprocess.Popen(world.argv(argv), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as child:
        said = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return (child.returncode, time.monotonic() - start, used.ru_utime + used.ru_stime,
            used.ru_maxrss * 1024, said)


def measure(contender, count):
    """One run in a world of its own: a dictionary of figures."""
    with folder() as path:
        with synthetic.world("--servers", "1", answering=()) as world:
            targets = world.targets(path / "targets", count)
            status, seconds, cpu, memory, said = timed(world, contender.argv(path, targets, count))
        assert status == 0, f"{contender.name}: status {status}: {said[-300:]}"
        probes = world.counters["probes"]
        got = {"probes/s": probes / seconds, "CPU us/probe": cpu / probes * 1e6,
               "RSS MB": memory / 1e6}
        if isinstance(contender, Sender):
            return got
        with (path / "results").open("w") as lines:
            lines.writelines("%s %d %s\n" % row for row in contender.answers(path))
        score = world.check(targets, path / "results", *contender.question())
        size = sum(f.stat().st_size for f in path.glob("out*"))
        return {**got, "traces/s": count / seconds,
                "found": score["hops_found"] / score["hops"],
                "probes/hop": probes / max(1, score["hops_found"]),
                "bytes/hop": size / max(1, score["hops_found"]),
                "wrong": score["wrong"] + score["foreign"]}


COLUMNS = {"probes/s": "{:.0f}", "traces/s": "{:.0f}", "CPU us/probe": "{:.2f}", "RSS MB": "{:.0f}",
           "found": "{:.4f}", "probes/hop": "{:.3f}", "bytes/hop": "{:.1f}", "wrong": "{:.0f}"}


def show(name, runs, base):
    cells = []
    for column, form in COLUMNS.items():
        values = [run[column] for run in runs if column in run]
        text = form.format(statistics.median(values)) if values else ""
        if column in ("probes/s", "CPU us/probe") and values:
            text += f" ({form.format(min(values))} to {form.format(max(values))})"
        cells.append(text)
    share = statistics.median(r["probes/s"] for r in runs) / base if base else 0
    print(f"| {name} | " + " | ".join(cells) + f" | {share:.2f} |", flush=True)


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return (f"{os.cpu_count()} cores, {model.group(1) if model else '?'}, Linux "
            f"{os.uname().release}, load {os.getloadavg()[0]:.1f} at the start")


def single_traces(repeats):
    """One trace: the time until the program ends."""
    with synthetic.world("--servers", "1", answering=()) as world, folder() as path:
        (target,) = world.targets(path / "targets", 1).read_text().split()
        programs = {"revprobe forward": [labtest.build_file(PROBER), "-n", "forward", "udp",
                                         "singlepath", target],
                    "revprobe reverse": [labtest.build_file(PROBER), "-n", "reverse", "udp",
                                         "singlepath", target],
                    "traceroute -n": ["traceroute", "-n", target],
                    "mtr -n -r -c 3": ["mtr", "-n", "-r", "-c", "3", target]}
        seconds = {name: [] for name, argv in programs.items() if shutil.which(argv[0])}
        for _ in range(repeats):
            for name in seconds:
                seconds[name].append(timed(world, programs[name])[1])
    print("\n| one trace, 3 probes a hop, no round-trip time | ms, median |\n|---|---|")
    for name, values in seconds.items():
        print(f"| {name} | {statistics.median(values) * 1e3:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--targets", type=int, default=10000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="names of contenders, or parts of them")
    options = parser.parse_args()
    labtest.needs_root()
    print(f"{options.targets} targets, medians of {options.repeats}; {machine()}\n")
    runs = {}
    with folder() as path:
        wanted = [c for c in contenders()
                  if any(part in c.name for part in options.only.split(","))]
        for absent in [c for c in wanted if not is_there(c, path)]:
            print(f"not installed, left out: {absent.name}")
            wanted.remove(absent)
    for _ in range(options.repeats):
        for contender in wanted:
            runs.setdefault(contender.name, []).append(measure(contender, options.targets))
    base = statistics.median(r["probes/s"] for r in next(iter(runs.values())))
    print("| | " + " | ".join(COLUMNS) + " | of the first |\n" + "|---" * (len(COLUMNS) + 2) + "|")
    for contender in wanted:
        show(contender.name, runs[contender.name], base)
    single_traces(options.repeats)
    bad = [c.name for c in wanted for run in runs[c.name] if run.get("wrong")]
    short = [c.name for c in wanted for run in runs[c.name]
             if isinstance(c, Prober) and 0 < c.rate <= 100000 and run["found"] < 0.999]
    for name in bad:
        print(f"FAIL: {name}: answers that are not so")
    for name in short:
        print(f"FAIL: {name}: fewer than 99.9 % of the hops")
    return 1 if any(b.startswith("revprobe") for b in bad) or short else 0


if __name__ == "__main__":
    sys.exit(main())
