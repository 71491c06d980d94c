# SPDX-License-Identifier: GPL-2.0-or-later
"""How routers of a lab spread flows over equal ways.

The kernel's own multipath routes hash addresses and ports of UDP and TCP, but never
look into ICMP: all of it goes one way.  Real routers hash the first four bytes of
layer 4 whatever they are; for ICMP the checksum is among them.  nftables does that
here: it marks a packet with the number of the link that it shall leave by, and a
routing table for each link does the rest.
"""
import os

FIRST_TABLE = 100  # of a router; the mark and the table of its first link are one above
# Before Linux 6.11 all routers of a machine hash with one seed: of a flow's second
# balancer only some of the ways would ever be taken, so nftables has to do it all.
KERNEL_SEEDS = "/proc/sys/net/ipv4/fib_multipath_hash_seed"
ALL_PROTOCOLS = "1, 58, 6, 17"
# The way of a packet, as an nftables expression: by flow, or each on its own.
BY_FLOW = "jhash @th,0,32 mod {count} seed {seed}"
BY_PACKET = "numgen random mod {count}"


def tables(topo, node):
    """{link: number}, the same for the mark as for the routing table."""
    return {link: FIRST_TABLE + i for i, link in enumerate(topo.links_of(node), 1)}


def branches(routes):
    """{links: [subnets behind them]} where there is a choice."""
    chosen = {}
    for subnet, links in routes:
        if len(links) > 1:
            chosen.setdefault(tuple(links), []).append(subnet)
    return chosen


def table_lines(topo, node, routes, family):
    """For ip -batch: everything with a link's mark leaves by that link."""
    numbers = tables(topo, node)
    for link in sorted({k for links in branches(routes) for k in links}, key=numbers.get):
        number = numbers[link]
        yield (f"route add default via {link.address(link.other(node), family)} "
               f"dev {link.interface(node)} table {number}")
        yield f"rule add fwmark {number} lookup {number}"


def chain(topo, node, routes, way=BY_FLOW, protocols=None, priority="mangle"):
    """A chain of nftables that marks what must be spread; "" where nothing must be.

    The seeds differ from router to router, or a flow would take the same branch at each.
    """
    if protocols is None:
        protocols = "1, 58" if os.path.exists(KERNEL_SEEDS) else ALL_PROTOCOLS
    numbers = tables(topo, node)
    lines = []
    for links, subnets in branches(routes).items():
        pick = way.format(count=len(links), seed=1 + list(topo.nodes).index(node))
        marks = ", ".join(f"{i} : {numbers[link]}" for i, link in enumerate(links))
        for family, what in ((4, "ip"), (6, "ip6")):
            to = ", ".join(subnet.prefix(family) for subnet in subnets)
            lines.append(f"meta l4proto {{ {protocols} }} {what} daddr {{ {to} }} "
                         f"meta mark set {pick} map {{ {marks} }}")
    if not lines:
        return ""
    hook = f"type filter hook prerouting priority {priority}; policy accept;"
    return "chain spread {\n" + "\n".join([hook, *lines]) + "\n}\n"
