# SPDX-License-Identifier: GPL-2.0-or-later
"""What scamper's own programs say of a warts file, and what they must say by the database:
both as Seen, so that they can be compared."""
import contextlib
import dataclasses
import json
import re
import sqlite3
import subprocess

import labtest
import warts

STOPS = {"completed": 1, "unreachable": 2, "loop": 4, "gap limit": 5, "error": 6, "max TTL": 7,
         "interrupted": 9, "not supported": 6, "no answer": 6}
# By the words of sc_warts2json and sc_wartsdump.
STOP_WORDS = {"COMPLETED": 1, "UNREACH": 2, "LOOP": 4, "GAPLIMIT": 5, "ERROR": 6, "HOPLIMIT": 7,
              "HALTED": 9,
              "none": 0, "done": 1, "icmp unreach": 2, "loop": 4, "gaplimit": 5, "errno": 6,
              "hoplimit": 7, "halted": 9}


@dataclasses.dataclass
class Seen:
    """One trace.  Hops are (TTL, try, address, microseconds); probes of a link (near, far,
    flow, TTL, try, address, microseconds)."""
    src: str
    dst: str
    is_multipath: bool
    stop: int = 0
    hops: list = dataclasses.field(default_factory=list)
    links: set = dataclasses.field(default_factory=set)  # (near, far, hops)
    probes: set = dataclasses.field(default_factory=set)


def tool(name, path):
    """Its output: whatever it complains of is a failure, as it exits with 0 in any case."""
    done = subprocess.run([name, str(path)], capture_output=True, text=True, timeout=60,
                          check=False)
    assert done.returncode == 0 and not done.stderr, (
        f"{name} {path}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def us(milliseconds):
    return round(float(milliseconds) * 1000)


# --- what must be --------------------------------------------------------------------

HOPS = """SELECT h.ttl, h.flow, h.try, coalesce(a.text, d.text), coalesce(h.rtt_ns / 1000, 0)
            FROM hop h JOIN trace t USING (trace_id) JOIN addr d ON d.addr_id = t.dst_id
                 LEFT JOIN addr a ON a.addr_id = h.addr_id
           WHERE t.trace_id = ? AND h.ttl <= t.path_len AND (a.text IS NOT NULL OR h.arrived)
           ORDER BY h.ttl, h.flow, h.try"""
LINKS = """SELECT near_ttl, n.text, f.text FROM link l LEFT JOIN addr n ON n.addr_id = near_id
                  LEFT JOIN addr f ON f.addr_id = far_id WHERE trace_id = ?"""


def far_ends(links, ttl, near, hops=1):
    """Whom a vertex leads to, silent hops (None) passed over: (address, TTL, hops)."""
    for link_ttl, link_near, far in links:
        if (link_ttl, link_near) == (ttl, near):
            if far is None:
                yield from far_ends(links, ttl + 1, None, hops + 1)
            else:
                yield far, ttl + 1, hops


def expected_links(db, trace, seen):
    links = db.execute(LINKS, (trace["trace_id"],)).fetchall()
    hops = db.execute(HOPS, (trace["trace_id"],)).fetchall()
    where = {}  # flows: (TTL, flow) -> first address
    for ttl, flow, _, addr, _ in hops:
        where.setdefault((ttl, flow), addr)
    found = {(ttl, near, *far) for ttl, near, _ in links if near is not None
             for far in far_ends(links, ttl, near)}
    for ttl, near, far, far_ttl, count in found:
        seen.links.add((near, far, count))
        alone = sum((other[2], other[3]) == (far, far_ttl) for other in found) == 1
        for probe_ttl, flow, number, addr, rtt in hops:
            before = where.get((ttl, flow))
            if (probe_ttl, addr) == (far_ttl, far) and (
                    ttl == 0 or before == near or (before is None and alone)):
                seen.probes.add((near, far, flow, probe_ttl, number, addr, rtt))


def expected(path):
    """All traces of a database."""
    found = []
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        for trace in db.execute("SELECT * FROM v_trace ORDER BY trace_id").fetchall():
            seen = Seen(trace["src"], trace["dst"], trace["mode"] == "multipath")
            if not seen.is_multipath:
                seen.stop = STOPS[trace["stop"]]
                seen.hops = [(ttl, number, addr, rtt) for ttl, _, number, addr, rtt in
                             db.execute(HOPS, (trace["trace_id"],))]
            else:
                db.row_factory = None
                expected_links(db, trace, seen)
                db.row_factory = sqlite3.Row
            found.append(seen)
    return found


# --- what is read ----------------------------------------------------------------------

def by_our_reader(path):
    found = []
    for trace in warts.traces(path.read_bytes()):
        seen = Seen(trace["src"], trace["dst"], trace["kind"] == warts.TRACELB,
                    trace.get("stop_reason", 0))
        for hop in trace.get("hops", []):
            seen.hops.append((hop["ttl"], hop["try"], hop["addr"], hop["rtt"]))
        for link in trace.get("links", []):
            near, far = (trace["nodes"][link[end]]["addr"] for end in ("from", "to"))
            seen.links.add((near, far, link["hops"]))
            for probe in link["sets"][-1]:
                reply = probe["replies"][0]
                seen.probes.add((near, far, probe["flow"], probe["ttl"], probe["try"],
                                 reply["addr"], reply["came"] - probe["sent"]))
        found.append(seen)
    return found


def json_link(seen, near, sets):
    """The last set has the far end; those before it are of silent hops."""
    far = sets[-1]["addr"]
    seen.links.add((near, far, len(sets)))
    assert all(one["addr"] == "*" for one in sets[:-1]), sets[:-1]
    for probe in sets[-1].get("probes", []):
        reply = probe["replies"][0]
        seen.probes.add((near, far, probe["flowid"], probe["ttl"], probe["attempt"], far,
                         us(reply["rtt"])))


def by_json(path):
    found = []
    for line in tool("sc_warts2json", path).splitlines():
        trace = json.loads(line)
        if trace["type"] not in ("trace", "tracelb"):
            continue
        seen = Seen(trace["src"], trace["dst"], trace["type"] == "tracelb",
                    STOP_WORDS.get(trace.get("stop_reason"), 0))
        for hop in trace.get("hops", []):
            seen.hops.append((hop["probe_ttl"], hop["probe_id"] - 1, hop["addr"], us(hop["rtt"])))
        for node in trace.get("nodes", []):
            links = node.get("links", [])
            if node["linkc"] == 1:
                json_link(seen, node["addr"], [one[0] for one in links])
            elif links:
                for one in links[0]:
                    json_link(seen, node["addr"], [one])
        found.append(seen)
    return found


def dump_trace(text):
    kind, src, dst = re.match(r"(traceroute|tracelb) from (\S+) to (\S+)", text).groups()
    seen = Seen(src, dst, kind == "tracelb")
    reason = re.search(r"^ stop reason: (icmp unreach|icmp type|\w+)", text, re.M)
    if reason:
        seen.stop = STOP_WORDS[reason[1]]
    for ttl, addr, number, rtt in re.findall(
            r"^hop +(\d+)  (\S+)\n attempt: (\d+),.*? rtt: ([\d.]+)s", text, re.M):
        seen.hops.append((int(ttl), int(number) - 1, addr, round(float(rtt) * 1e6)))
    for near, far, hops, probes in re.findall(
            r"^ link (\S+) -> (\S+) hopc (\d+)\n((?:  .*\n)*)", text, re.M):
        seen.links.add((near, far, int(hops)))
        for flow, ttl, number, addr, rtt in re.findall(
                r"flowid: (\d+), ttl: (\d+), attempt: (\d+),.*\n   reply from: (\S+), rtt: "
                r"([\d.]+)", probes):
            seen.probes.add((near, far, int(flow), int(ttl), int(number), addr,
                             round(float(rtt) * 1e6)))
    return seen


def by_dump(path):
    parts = re.split(r"^(?=traceroute from|tracelb from)", tool("sc_wartsdump", path), flags=re.M)
    return [dump_trace(part + "\n") for part in parts[1:]]


def check_text(path, wanted):
    """Addresses and round trips of single paths, nodes and links of multipath."""
    text = tool("sc_warts2text", path)
    blocks = re.split(r"^(?=traceroute from|tracelb from)", text, flags=re.M)[1:]
    labtest.equal(len(blocks), len(wanted), "traces in text")
    for block, seen in zip(blocks, wanted):
        words = set(block.split())
        for _, _, addr, rtt in seen.hops:
            assert addr in words and f"{rtt / 1000:.3f}" in words, f"{addr} {rtt}: {block}"
        for near, far, hops in seen.links:
            assert hops > 1 or f"{near} -> {far}\n" in block, f"{near} -> {far}: {block}"


def check_analysis(path, wanted):
    """Its columns are source, destination ... reason, data, and then the hops from 13 on.
    Traces without any have no line."""
    lines = [line.split("\t") for line in tool("sc_analysis_dump", path).splitlines()
             if line.startswith("T\t")]
    single = [seen for seen in wanted if seen.hops]
    labtest.equal(len(lines), len(single), "traces of sc_analysis_dump")
    for columns, seen in zip(lines, single):
        labtest.equal(tuple(columns[1:3]), (seen.src, seen.dst), "ends")
        known = {f"{addr},{rtt / 1000:.3f},{number + 1}" for _, number, addr, rtt in seen.hops}
        told = {reply for hop in columns[13:] if hop != "q" for reply in hop.split(";")}
        assert told <= known, f"not in the database: {told - known}"
        # The destination's own answer has columns of its own.
        assert all(word.split(",")[0] == seen.dst for word in known - told), f"{known - told}"


def in_order(traces):
    """Files have them as they ended, databases as they were committed."""
    return sorted(traces, key=lambda seen: (seen.src, seen.dst))


def check(path, wanted):
    """All four programs, and our own reader, agree with what must be."""
    for read in (by_our_reader, by_json, by_dump):
        got = in_order(read(path))
        labtest.equal(len(got), len(wanted), f"traces {read.__name__}")
        for one, other in zip(got, in_order(wanted)):
            labtest.equal(one, other, read.__name__)
    in_file = by_our_reader(path)
    check_text(path, in_file)
    check_analysis(path, in_file)
