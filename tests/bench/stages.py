#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the stages of a campaign cost for each probe, by perf; needs root.

    stages.py [TARGETS [OPTION...]]

Samples of the program's own code are told apart by function names, those of the kernel by
the call chain: what interrupts the sending is the synthetic Internet and the way back.
"""
import os
import pathlib
import re
import resource
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
import labtest  # noqa: E402
import synthetic  # noqa: E402
from runs import PROBER, folder  # noqa: E402

CAMPAIGN = ["--rate", "0", "--window", "2000", "--inter", "0", "--probes", "1", "forward", "udp",
            "singlepath"]
KERNEL = "[kernel.kallsyms]"
# The first that fits.  A sample's own function, after its object.
STAGES = (
    ("store: SQLite, its cache, the files", r"libsqlite|id_cache|revprobe (sqlite|fanout|add_|bind_|attr|alias)"),
    ("engine and matching", r"revprobe (engine|match|hosts?_|inflight|path_|heap|pool|report|block|probe_|trace_|pace|method)"),
    ("craft and identities", r"revprobe (craft|identity|csum|sender)|libsodium"),
    ("capture and parsing, ours", r"revprobe (parse|capture|campaign_frame)|libpcap"),
    ("targets and routes, ours", r"revprobe (batch|order|entry|intake|prefix|choice|route|target|shard|items)|libmnl"),
    ("libc: copies, mostly of SQLite", r"libc\.so"),
)


def lines_of(path, *arguments):
    done = subprocess.run(["perf", "report", "-i", str(path), "-g", "none", *arguments],
                          capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines() if line.strip() and line[0] != "#"]


def percent(word):
    return float(word.rstrip("%"))


def stages(path):
    """[(name, percent)]."""
    shares = {}
    for share, thing, _, symbol, *_ in lines_of(path, "--no-children", "--sort", "dso,symbol"):
        if thing == KERNEL or thing.startswith("bpf_prog"):
            continue
        name = next((n for n, form in STAGES if re.search(form, f"{thing} {symbol}")), "the rest")
        shares[name] = shares.get(name, 0) + percent(share)
    kernel = {symbol: percent(share) for share, _, _, symbol, *_ in
              lines_of(path, "--children", "--sort", "symbol")}
    within = lambda symbol: kernel.get(symbol, 0)  # noqa: E731
    far = within("handle_softirqs")
    shares["kernel: sending, with our copy for the capture"] = within("__x64_sys_sendmmsg") - far
    shares["kernel: the synthetic Internet, and receiving"] = far
    shares["kernel: writing files"] = within("__x64_sys_pwrite64")
    shares["kernel: asking for routes"] = within("__x64_sys_sendto") + within("__x64_sys_recvfrom")
    shares["the rest"] = max(0, 100 - sum(v for n, v in shares.items() if n != "the rest"))
    return sorted(shares.items(), key=lambda s: -s[1])


def main():
    labtest.needs_root()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    options = sys.argv[2:] or CAMPAIGN
    with folder() as path:
        with synthetic.world("--servers", "1", answering=()) as world:
            targets = world.targets(path / "targets", count)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            done = world.run(["perf", "record", "-q", "-g", "-F", "1999", "-o", str(path / "data"),
                              labtest.build_file(PROBER), "-q", "-n", "-d", str(path / "out"),
                              *options, "-t", str(targets)], timeout=600)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert done.returncode == 0, done.stderr
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        each = seconds / world.counters["probes"] * 1e6
        print(f"{world.counters['probes']} probes, {each:.2f} us of CPU each, perf's work included; "
              f"load {os.getloadavg()[0]:.1f}\n\n| stage | share | us a probe |\n|---|---|---|")
        for name, share in stages(path / "data"):
            print(f"| {name} | {share:.1f} % | {share * each / 100:.2f} |")


if __name__ == "__main__":
    main()
