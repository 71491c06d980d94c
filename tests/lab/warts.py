# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads warts files as docs/warts.md and scamper's warts(5) have them: lists, cycles, trace
and tracelb, as dictionaries.  Whatever is not as it must be is a ValueError."""
import ipaddress
import struct

MAGIC = 0x1205
LIST, CYCLE_START, CYCLE_STOP, TRACE, TRACELB = 1, 2, 4, 6, 8

TRACE_FIELDS = {
    1: ("list", "u32"), 2: ("cycle", "u32"), 5: ("start", "time"), 6: ("stop_reason", "u8"),
    7: ("stop_data", "u8"), 8: ("flags", "u8"), 9: ("attempts", "u8"), 11: ("type", "u8"),
    13: ("sport", "u16"), 14: ("dport", "u16"), 15: ("first_hop", "u8"), 19: ("hop_count", "u16"),
    23: ("sent", "u16"), 26: ("src", "addr"), 27: ("dst", "addr"), 28: ("user", "u32"),
}
HOP_FIELDS = {
    2: ("ttl", "u8"), 3: ("reply_ttl", "u8"), 4: ("flags", "u8"), 5: ("try", "u8"),
    6: ("rtt", "u32"), 7: ("icmp", "u16"), 11: ("reply_tos", "u8"), 14: ("quoted_ttl", "u8"),
    17: ("objects", "objects"), 18: ("addr", "addr"), 19: ("sent", "time"), 20: ("name", "text"),
}
LB_FIELDS = {
    1: ("list", "u32"), 2: ("cycle", "u32"), 5: ("start", "time"), 6: ("sport", "u16"),
    9: ("type", "u8"), 10: ("first_hop", "u8"), 14: ("confidence", "u8"), 16: ("node_count", "u16"),
    17: ("link_count", "u16"), 18: ("sent", "u32"), 21: ("src", "addr"), 22: ("dst", "addr"),
    23: ("user", "u32"),
}
NODE_FIELDS = {3: ("link_count", "u16"), 5: ("addr", "addr"), 6: ("name", "text")}
LINK_FIELDS = {1: ("from", "u16"), 2: ("to", "u16"), 3: ("hops", "u8")}
SET_FIELDS = {1: ("count", "u16")}
PROBE_FIELDS = {1: ("sent", "time"), 2: ("flow", "u16"), 3: ("ttl", "u8"), 4: ("try", "u8"),
                5: ("replies", "u16")}
REPLY_FIELDS = {1: ("came", "time"), 3: ("reply_ttl", "u8"), 4: ("flags", "u8"),
                5: ("icmp", "u16"), 7: ("objects", "objects"), 8: ("quoted_ttl", "u8"),
                11: ("addr", "addr")}


def need(condition, what):
    if not condition:
        raise ValueError(what)


class Bytes:
    """A record's body, read from its start to its end."""

    def __init__(self, data):
        self.data = data
        self.at = 0
        self.addresses = []

    def take(self, count):
        need(self.at + count <= len(self.data), "the record is too short")
        taken = self.data[self.at:self.at + count]
        self.at += count
        return taken

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(form)))[0]

    def u8(self):
        return self.number("B")

    def u16(self):
        return self.number("H")

    def u32(self):
        return self.number("I")

    def time(self):
        seconds, us = self.u32(), self.u32()
        need(us < 1000000, "microseconds")
        return seconds * 1000000 + us

    def text(self):
        end = self.data.index(b"\0", self.at)
        text = self.data[self.at:end].decode()
        self.at = end + 1
        return text

    def addr(self):
        length = self.u8()
        if length == 0:
            return self.addresses[self.u32()]
        kind = self.u8()
        need((length, kind) in ((4, 1), (16, 2)), f"an address of {length} bytes, type {kind}")
        address = str(ipaddress.ip_address(self.take(length)))
        need(address not in self.addresses, f"{address} is spelled out again")
        self.addresses.append(address)
        return address

    def objects(self):
        end = self.u16() + self.at
        found = []
        while self.at < end:
            length = self.u16()
            found.append((self.u8(), self.u8(), self.take(length).hex()))
        need(self.at == end, "objects and their length")
        return found

    def block(self, fields):
        """Numbered parameters, each of them known."""
        numbers = []
        base = 1
        while True:
            flags = self.u8()
            numbers += [base + bit for bit in range(7) if flags >> bit & 1]
            base += 7
            if not flags & 0x80:
                break
            need(base < 64, "too many flags")
        if not numbers:
            return {}
        need(base - 7 <= numbers[-1] < base, "flag bytes without use")
        end = self.u16() + self.at
        found = {}
        for number in numbers:
            need(number in fields, f"parameter {number}")
            name, form = fields[number]
            found[name] = getattr(self, form)()
        need(self.at == end, "parameters and their length")
        return found


def read_trace(body):
    trace = body.block(TRACE_FIELDS)
    trace["hops"] = [body.block(HOP_FIELDS) for _ in range(body.u16())]
    need(body.u16() == 0, "attributes")
    ttls = [hop["ttl"] for hop in trace["hops"]]
    need(ttls == sorted(ttls), "hops are not in their order")
    need(not ttls or ttls[-1] <= trace["hop_count"], "hop count")
    return trace


def read_probe(body):
    probe = body.block(PROBE_FIELDS)
    probe["replies"] = [body.block(REPLY_FIELDS) for _ in range(probe["replies"])]
    return probe


def read_link(body):
    link = body.block(LINK_FIELDS)
    link["sets"] = [[read_probe(body) for _ in range(body.block(SET_FIELDS)["count"])]
                    for _ in range(link["hops"])]
    return link


def read_tracelb(body):
    trace = body.block(LB_FIELDS)
    trace["nodes"] = [body.block(NODE_FIELDS) for _ in range(trace["node_count"])]
    trace["links"] = [read_link(body) for _ in range(trace["link_count"])]
    for index, node in enumerate(trace["nodes"]):
        need(node["link_count"] == sum(link["from"] == index for link in trace["links"]),
             "links of a node")
    return trace


def read_list(body):
    found = {"id": body.u32(), "human": body.u32(), "name": body.text()}
    return found | body.block({1: ("description", "text"), 2: ("monitor", "text")})


def read_cycle(body):
    found = {"id": body.u32(), "list": body.u32(), "human": body.u32(), "start": body.u32()}
    return found | body.block({1: ("stop", "u32"), 2: ("host", "text")})


def read_stop(body):
    found = {"id": body.u32(), "stop": body.u32()}
    need(body.u8() == 0, "parameters of a stop")
    return found


READERS = {LIST: read_list, CYCLE_START: read_cycle, CYCLE_STOP: read_stop, TRACE: read_trace,
           TRACELB: read_tracelb}


def records(data):
    """(type, what it says) of each record."""
    at = 0
    while at < len(data):
        magic, kind, length = struct.unpack_from(">HHI", data, at)
        need(magic == MAGIC and kind in READERS, f"type {kind} at {at}")
        need(at + 8 + length <= len(data), "the file ends in a record")
        body = Bytes(data[at + 8:at + 8 + length])
        found = READERS[kind](body)
        need(body.at == length, f"type {kind} at {at}: {length - body.at} bytes too many")
        yield kind, found
        at += 8 + length


def traces(data):
    """Both kinds of traces, each with its list and cycle, which must be begun and not ended."""
    lists, cycles, found = {}, {}, []
    for kind, record in records(data):
        if kind == LIST:
            need(record["id"] == len(lists) + 1, "number of a list")
            lists[record["id"]] = record
        elif kind == CYCLE_START:
            need(record["id"] == len(cycles) + 1 and record["list"] in lists, "number of a cycle")
            cycles[record["id"]] = record
        elif kind == CYCLE_STOP:
            need("ended" not in cycles[record["id"]], "a cycle ends twice")
            cycles[record["id"]]["ended"] = record["stop"]
        else:
            cycle = cycles[record["cycle"]]
            need("ended" not in cycle and cycle["list"] == record["list"], "cycle of a trace")
            found.append(record | {"kind": kind, "cycle": cycle, "list": lists[cycle["list"]]})
    need(all("ended" in cycle for cycle in cycles.values()), "a cycle does not end")
    return found
