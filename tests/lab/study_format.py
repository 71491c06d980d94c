# SPDX-License-Identifier: GPL-2.0-or-later
"""A strict reading of the study's document: what a collector must insist on.

    check(document)    raises Malformed and names the field
"""
import ipaddress


class Malformed(Exception):
    """What is wrong, and where."""


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value):
    return is_int(value) or (isinstance(value, float) and value == value)


KINDS = {
    "string": lambda v: isinstance(v, str),
    "integer": is_int,
    "real": lambda v: isinstance(v, float),
    "number": is_number,
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
    "list": lambda v: isinstance(v, list),
}
SETTINGS = {"target": "string", "protocol": "string", "min_ttl": "integer", "max_ttl": "integer",
            "inter": "number", "timeout": "number", "abort": "integer", "traces": "object",
            "hostnames": "object"}
MODES = {
    "singlepath": {"flow": "integer", "probes": "integer"},
    "multipath": {"confidence": "real", "retry": "integer", "min_burst": "integer",
                  "max_burst": "integer", "single_vertex_probe_opt": "boolean"},
}
VERTEX = {"id": "integer", "hash": "integer", "address": "string", "rtt": "list", "flows": "list",
          "successors": "list"}


def expect(condition, where, what):
    if not condition:
        raise Malformed(f"{where}: {what}")


def check_fields(value, fields, where):
    """These keys, no others, each of its kind."""
    expect(isinstance(value, dict), where, "not an object")
    expect(set(value) == set(fields), where, f"has {sorted(value)}, not {sorted(fields)}")
    for key, kind in fields.items():
        expect(KINDS[kind](value[key]), f"{where}.{key}", f"not a {kind}: {value[key]!r}")


def check_address(text, where):
    try:
        canonical = str(ipaddress.ip_address(text))
    except ValueError:
        raise Malformed(f"{where}: not an address: {text!r}") from None
    expect(canonical == text, where, f"not canonical: {text!r}")


def check_vertex(vertex, where, is_root):
    check_fields(vertex, VERTEX, where)
    expect(-2**63 <= vertex["hash"] < 2**63, where, "a hash of more than 64 bits")
    black_hole = vertex["address"] == "***"
    if not black_hole:
        check_address(vertex["address"], f"{where}.address")
    for rtt in vertex["rtt"]:
        expect(isinstance(rtt, float) and 0 <= rtt < 3.6e6, f"{where}.rtt", f"{rtt!r}")
    for flow in vertex["flows"]:
        expect(is_int(flow) and 0 < flow < 65536, f"{where}.flows", f"{flow!r}")
    expect(not vertex["rtt"] or not (black_hole or is_root), where, "round trips of nobody")
    expect(not vertex["flows"] or not black_hole, where, "flows that reached nobody")


def check_graph(vertices, where):
    """Successors exist, nobody comes twice, and nothing leads back."""
    ids = [vertex["id"] for vertex in vertices]
    expect(len(set(ids)) == len(ids), where, "an id twice")
    following = {vertex["id"]: vertex["successors"] for vertex in vertices}
    for successors in following.values():
        expect(all(is_int(s) and s in following for s in successors), where,
               f"successors {successors} that are not there")
        expect(len(set(successors)) == len(successors), where, "a successor twice")
    left = dict.fromkeys(ids, 0)
    for successors in following.values():
        for successor in successors:
            left[successor] += 1
    free = [i for i in ids if not left[i]]
    done = 0
    while free:
        done += 1
        for successor in following[free.pop()]:
            left[successor] -= 1
            if not left[successor]:
                free.append(successor)
    expect(done == len(ids), where, "goes in circles")


def check(document):
    expect(isinstance(document, dict), "document", "not an object")
    modes = [mode for mode in MODES if mode in document]
    expect(len(modes) == 1, "document", "not one of singlepath and multipath")
    check_fields(document, SETTINGS | {modes[0]: "object"}, "document")
    check_fields(document[modes[0]], MODES[modes[0]], modes[0])
    expect(document["protocol"] in ("udp", "tcp", "icmp"), "protocol", document["protocol"])
    expect(1 <= document["min_ttl"] <= document["max_ttl"] <= 255, "min_ttl", "out of range")
    expect(set(document["traces"]) in ({"forward"}, {"reverse"}, {"forward", "reverse"}), "traces",
           f"has {sorted(document['traces'])}")
    addresses = set()
    for direction, vertices in document["traces"].items():
        expect(isinstance(vertices, list) and vertices, direction, "no list of vertices")
        for i, vertex in enumerate(vertices):
            check_vertex(vertex, f"{direction}[{i}]", i == 0)
            addresses.add(vertex["address"])
        check_graph(vertices, direction)
    for address, names in document["hostnames"].items():
        expect(address in addresses, "hostnames", f"of {address}, which is no vertex")
        expect(isinstance(names, list) and names and all(isinstance(n, str) and n for n in names),
               f"hostnames.{address}", f"{names!r}")
