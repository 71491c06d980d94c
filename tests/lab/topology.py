# SPDX-License-Identifier: GPL-2.0-or-later
"""Test networks as data: reads topologies/NAME.toml and derives all the rest.

A file says who is linked with whom, which paths packets shall take where the
shortest one is not wanted, and what a trace must see.  Addresses, routes and the
map from addresses to names follow from that, so that tests compare names.

    routers = ["a", "b1..3"]                   b1, b2 and b3
    links = ["client a b server", "a c|d b"]   chains of neighbours, "|": each of them
    paths = ["client a b|c d server"]          "|": load balanced
    delay = { "a b" = 20 }                     milliseconds, each way
    [[expect]]                                 hops by name, first to last

    lans = { lan1 = "a b c" }                  more than two on one link
    packed = 30                                IPv4 subnets of this length, one after the
                                               other; without it, /24s
    prefix = { "a b" = 31, lan1 = 29 }         other lengths
    router_sysctl = { ... }                    of all routers
"""
import dataclasses
import ipaddress
import itertools
import pathlib
import re
import tomllib

FOLDER = pathlib.Path(__file__).resolve().parent / "topologies"
FAMILIES = (4, 6)
FIRST_EXTRA = 100  # host part of the second address of a node that has many


class TopologyError(Exception):
    """The file says something that cannot be built."""


@dataclasses.dataclass(frozen=True)
class Subnet:
    """The addresses of one link; `number` makes them, and `base` where IPv4's are packed."""
    number: int
    length: int = 24
    base: str = ""

    def prefix(self, family):
        if family == 4:
            return f"{self.base or f'10.77.{self.number}.0'}/{self.length}"
        return f"fd77:0:0:{self.number:x}::/64"

    def address(self, family, host):
        """The text of an address as the kernel prints it."""
        net = ipaddress.ip_network(self.prefix(family))
        # The host part reads the same in both families: .101 and ::101.
        if family == 6:
            return str(net[int(str(host), 16)])
        return str(net[host - (self.length == 31)])


@dataclasses.dataclass(frozen=True)
class Link:
    """Two neighbours.  The first has host part 1, the second 2; on a LAN, as it says."""
    ends: tuple
    subnet: Subnet
    tun: bool = False
    delay_ms: float = 0
    lan: str = ""
    hosts: tuple = (1, 2)

    def other(self, node):
        return self.ends[1 - self.ends.index(node)]

    def host(self, node):
        return self.hosts[self.ends.index(node)]

    def address(self, node, family):
        return self.subnet.address(family, self.host(node))

    def interface(self, node):
        return f"to-{self.lan or self.other(node)}"


def lan_port(member):
    """Name of the bridge's port for a member of a LAN."""
    return f"port-{member}"


@dataclasses.dataclass
class Node:
    """A network namespace to be."""
    name: str
    router: bool
    server: bool
    addresses: int = 1
    nft: str = ""
    loopback: str = ""  # an IPv4 address that belongs to no link
    sysctl: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Void:
    """Addresses behind a router that nobody has: `kind` is a route type of ip(8)."""
    name: str
    router: str
    kind: str
    subnet: Subnet


@dataclasses.dataclass(frozen=True)
class Expect:
    """What traces between two nodes must see: a tuple of names for each hop."""
    source: str
    target: str
    forward: tuple
    reverse: tuple
    note: str = ""


def parse_names(text):
    """'a|b1..3' -> ('a', 'b1', 'b2', 'b3')"""
    names = []
    for part in text.split("|"):
        several = re.fullmatch(r"(\D+)(\d+)\.\.(\d+)", part)
        if several:
            first, last = int(several[2]), int(several[3])
            names += [f"{several[1]}{number}" for number in range(first, last + 1)]
        else:
            names.append(part)
    return tuple(names)


def parse_path(text):
    """'a b|c d' -> (('a',), ('b', 'c'), ('d',))"""
    return tuple(parse_names(hop) for hop in text.split())


def steps(path):
    """Each pair of names that follow each other."""
    return [pair for hop, after in itertools.pairwise(path)
            for pair in itertools.product(hop, after)]


class Topology:
    """One file, read and checked."""

    def __init__(self, name, data):
        self.name = name
        self.data = data
        self.description = data.get("description", "")
        self.silent = frozenset(data.get("silent", ()))
        self.limited = frozenset(data.get("limited", ()))
        self.loss = float(data.get("loss", 0))
        self.nodes = self._read_nodes(data)
        self.router_sysctl = data.get("router_sysctl", {})
        self.lans = {lan: members.split() for lan, members in data.get("lans", {}).items()}
        self.links = self._read_links(data)
        self.voids = self._read_voids(data)
        self.paths = [parse_path(p) for p in data.get("paths", ())]
        self.expect = [self._read_expect(e) for e in data.get("expect", ())]
        self._check_names()
        self._names = self._reverse_map()

    @staticmethod
    def _read_nodes(data):
        hosts, routers, servers = [[name for text in data.get(kind, ())
                                    for name in parse_names(text)]
                                   for kind in ("hosts", "routers", "servers")]
        servers = set(servers)
        details = data.get("node", {})
        nodes = {name: Node(name, name in routers, name in servers, **details.get(name, {}))
                 for name in itertools.chain(hosts, routers)}
        unknown = (servers | set(details)) - set(nodes)
        if unknown:
            raise TopologyError(f"no such node: {', '.join(sorted(unknown))}")
        return nodes

    @staticmethod
    def _read_links(data):
        """A link that delays is a TUN link: the kernel has no netem everywhere."""
        delays = {frozenset(pair.split()): ms for pair, ms in data.get("delay", {}).items()}
        tuns = {frozenset(pair.split()) for pair in data.get("tuns", ())} | set(delays)
        pairs = [pair for chain in data["links"] for pair in steps(parse_path(chain))]
        unknown = tuns - {frozenset(pair) for pair in pairs}
        if unknown:
            raise TopologyError(f"no such link: {' '.join(sorted(unknown.pop()))}")
        names = [" ".join(pair) for pair in pairs] + list(data.get("lans", {}))
        subnets = make_subnets(names, data.get("packed"), data.get("prefix", {}))
        links = [Link(pair, subnet, frozenset(pair) in tuns, delays.get(frozenset(pair), 0))
                 for pair, subnet in zip(pairs, subnets)]
        for members, subnet in zip(data.get("lans", {}).items(), subnets[len(pairs):]):
            links += lan_links(*members, subnet)
        return links

    def _read_voids(self, data):
        first = max(link.subnet.number for link in self.links) + 1
        return {name: Void(name, v["router"], v["kind"], Subnet(first + i))
                for i, (name, v) in enumerate(data.get("void", {}).items())}

    @staticmethod
    def _read_expect(entry):
        return Expect(entry.get("from", "client"), entry["to"], parse_path(entry["forward"]),
                      parse_path(entry.get("reverse", "")), entry.get("note", ""))

    def _check_names(self):
        """A misspelt name would otherwise show as a hop that is never seen."""
        used = {n for lan in self.lans.values() for n in lan} | {n for link in self.links for n in link.ends} | self.silent | self.limited
        expected = [way for e in self.expect for way in (e.forward, e.reverse)]
        for path in self.paths + expected:
            used |= {name for hop in path for name in hop}
        used |= {v.router for v in self.voids.values()} | {e.source for e in self.expect}
        unknown = used - set(self.nodes) - set(self.voids)
        if unknown:
            raise TopologyError(f"no such node: {', '.join(sorted(unknown))}")

    def _reverse_map(self):
        names = {}
        for node in self.nodes:
            for family in FAMILIES:
                names.update((a, node) for a in self.addresses(node, family))
            if self.nodes[node].loopback:
                names[self.nodes[node].loopback] = node
        return names

    def links_of(self, node):
        return [link for link in self.links if node in link.ends]

    def ports_of(self, node):
        """A link for each interface: a LAN has one, however many neighbours."""
        return list({link.interface(node): link for link in reversed(self.links_of(node))}
                    .values())[::-1]

    def lan_ports(self, node):
        """[(port, bridge)] of the LANs whose bridge is at this node."""
        return [(lan_port(m), f"to-{lan}") for lan, members in self.lans.items()
                if members[0] == node for m in members[1:]]

    def addresses(self, name, family):
        """All addresses of a node or void; the first is the one that names it."""
        if name in self.voids:
            return [self.voids[name].subnet.address(family, 1)]
        return [a for link in self.ports_of(name) for a in self.addresses_at(name, link, family)]

    def addresses_at(self, name, link, family):
        """Those at one link: further addresses of a node are at its first."""
        count = self.nodes[name].addresses if link == self.links_of(name)[0] else 1
        extra = range(FIRST_EXTRA + 1, FIRST_EXTRA + count)
        return [link.address(name, family)] + [link.subnet.address(family, h) for h in extra]

    def address(self, name, family):
        return self.addresses(name, family)[0]

    def name_of(self, address):
        """The node that has the address, or None: a foreign one."""
        return self._names.get(str(ipaddress.ip_address(address)))

    def interfaces(self, node):
        return [link.interface(node) for link in self.ports_of(node)]

    def linked(self, path):
        """Those steps of a path that a link exists for: the ways packets can take."""
        links = {frozenset(link.ends) for link in self.links}
        return {step for step in steps(path) if frozenset(step) in links}

    def _distances(self, subnet):
        """Hops from each node to a subnet; hosts forward nothing."""
        owners = [n for link in self.links if link.subnet == subnet for n in link.ends]
        owners += [v.router for v in self.voids.values() if v.subnet == subnet]
        distance = dict.fromkeys(owners, 0)
        queue = list(owners)
        for node in queue:
            if not self.nodes[node].router:
                continue
            for link in self.links_of(node):
                if link.other(node) not in distance:
                    distance[link.other(node)] = distance[node] + 1
                    queue.append(link.other(node))
        return distance

    def _shortest(self, subnet):
        """{node: [link]}: the first of the shortest ways."""
        distance = self._distances(subnet)
        return {node: [min(self.links_of(node), key=lambda k, n=node: self._cost(distance, k, n))]
                for node in self.nodes if distance.get(node)}

    def _cost(self, distance, link, node):
        other = link.other(node)
        if not self.nodes[other].router and distance.get(other) != 0:
            return len(self.nodes)
        return distance.get(other, len(self.nodes))

    def _along(self, path):
        """{node: [link]}: the next hops that a path wants."""
        return {node: [k for k in self.links_of(node) if k.other(node) in after]
                for hop, after in itertools.pairwise(path) for node in hop}

    def routes(self):
        """{node: [(subnet, [link])]}: more than one link is load balanced."""
        table = {node: [] for node in self.nodes}
        subnets = dict.fromkeys([k.subnet for k in self.links] +
                                [v.subnet for v in self.voids.values()])
        for subnet in subnets:
            chosen = self._shortest(subnet)
            for path in self.paths:
                if any(k.subnet == subnet for k in self.links_of(path[-1][0])):
                    chosen.update(self._along(path))
            for node, links in chosen.items():
                if all(k.subnet != subnet for k in self.links_of(node)):
                    table[node].append((subnet, links))
        return table


def make_subnets(names, packed, lengths):
    """A subnet for each link or LAN, in their order."""
    unknown = set(lengths) - set(names)
    if unknown:
        raise TopologyError(f"no such link: {', '.join(sorted(unknown))}")
    subnets = []
    free = int(ipaddress.ip_address("10.77.0.0"))
    for number, name in enumerate(names, 1):
        length = lengths.get(name, packed or 24)
        size = 2 ** (32 - length)
        free = (free + size - 1) // size * size
        base = str(ipaddress.ip_address(free)) if packed else ""
        subnets.append(Subnet(number, length, base))
        free += size
    return subnets


def lan_links(lan, members, subnet):
    """All members of a LAN are neighbours, with host parts in their order."""
    members = members.split()
    return [Link((one, two), subnet, lan=lan,
                 hosts=(members.index(one) + 1, members.index(two) + 1))
            for one, two in itertools.combinations(members, 2)]


def load(name):
    """Reads the topology of that name, or the file of that path."""
    path = pathlib.Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text())
        return Topology(path.stem, data)
    except FileNotFoundError:
        raise TopologyError(f"no topology {name}: there is {', '.join(names())}") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError, TopologyError) as e:
        raise TopologyError(f"{path}: {e}") from None


def names():
    return sorted(p.stem for p in FOLDER.glob("*.toml"))
