# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node of a lab is told at its birth: the lines of ip -batch and sysctl."""
import topology

# Without these the kernel itself would be a router that limits its errors, would
# drop what comes by another way than it would answer, and would hold addresses
# back.  accept_dad=0 together with nodad: no address waits for its neighbours.
SYSCTLS = {
    "net.ipv4.icmp_ratelimit": 0,
    "net.ipv4.icmp_ratemask": 0,
    "net.ipv4.icmp_msgs_per_sec": 100000,
    "net.ipv4.icmp_msgs_burst": 100000,
    "net.ipv6.icmp.ratelimit": 0,
    "net.ipv4.conf.all.rp_filter": 0,
    "net.ipv4.conf.default.rp_filter": 0,
    "net.ipv6.conf.all.accept_dad": 0,
    "net.ipv6.conf.default.accept_dad": 0,
    "net.ipv6.conf.default.accept_ra": 0,
    "net.ipv6.conf.default.router_solicitations": 0,
}
# The seeds differ (see node_sysctls): equal ones would make every router of a
# chain take the same branch number for the same flow.
ROUTER_SYSCTLS = {
    "net.ipv4.ip_forward": 1,
    "net.ipv6.conf.all.forwarding": 1,
    "net.ipv4.conf.all.send_redirects": 0,
    "net.ipv4.conf.default.send_redirects": 0,
    "net.ipv4.fib_multipath_hash_policy": 1,
    "net.ipv6.fib_multipath_hash_policy": 1,
}
# An error of a balancer leaves by any of its ways, with the address of that: to each
# flow it would be somebody else, whoever came before.  As most routers do, it shows
# the address that the packet met; IPv6 does so by itself.
BALANCER_SYSCTLS = {"net.ipv4.icmp_errors_use_inbound_ifaddr": 1}


def link_lines(topo, namespace):
    """Links of two are veth pairs.  A LAN is a bridge at its first member, by which that
    one takes part."""
    for lan, members in topo.lans.items():
        yield (f"link add name to-{lan} netns {namespace(members[0])} "
               "type bridge mcast_snooping 0")
        for member in members[1:]:
            yield (f"link add name {topology.lan_port(member)} netns {namespace(members[0])} "
                   f"type veth peer name to-{lan} netns {namespace(member)}")
    for link in topo.links:
        if link.tun or link.lan:
            continue
        one, two = link.ends
        yield (f"link add name {link.interface(one)} netns {namespace(one)} "
               f"type veth peer name {link.interface(two)} netns {namespace(two)}")


def node_sysctls(topo, node, index, is_balancer):
    settings = dict(SYSCTLS)
    if is_balancer:
        settings.update(BALANCER_SYSCTLS)
    if node.router:
        settings.update(ROUTER_SYSCTLS)
        settings["net.ipv4.fib_multipath_hash_seed"] = 1 + index
        settings.update(topo.router_sysctl)
    settings.update(node.sysctl)
    return settings.items()


def address_lines(topo, node):
    yield "link set lo up"
    for port, bridge in topo.lan_ports(node):
        yield f"link set {port} master {bridge} up"
    if topo.nodes[node].loopback:
        yield f"addr add {topo.nodes[node].loopback}/32 dev lo"
    for link in topo.ports_of(node):
        interface = link.interface(node)
        for address in topo.addresses_at(node, link, 4):
            yield f"addr add {address}/{link.subnet.length} dev {interface}"
        for address in topo.addresses_at(node, link, 6):
            yield f"addr add {address}/64 dev {interface} nodad"
        yield f"link set {interface} up"


def route_lines(node, routes):
    for subnet, links in routes:
        for family in topology.FAMILIES:
            hops = [f"via {k.address(k.other(node), family)} dev {k.interface(node)}"
                    for k in links]
            way = hops[0] if len(hops) == 1 else " ".join(f"nexthop {hop}" for hop in hops)
            yield f"route add {subnet.prefix(family)} {way}"


def void_lines(topo, node):
    for void in topo.voids.values():
        if void.router == node:
            for family in topology.FAMILIES:
                yield f"route add {void.kind} {void.subnet.prefix(family)}"
