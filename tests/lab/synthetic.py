# SPDX-License-Identifier: GPL-2.0-or-later
"""A synthetic Internet behind one link, and its ground truth (tests/netsim).

    with synthetic.world("--branches", "4") as world:
        targets = world.targets(path, 1000)
        world.run([prober, ...])
        score = world.check(targets, results)

Two namespaces, a veth pair between them; netsim answers at the far end.
"""
import contextlib
import json
import os
import signal
import subprocess

import labtest
import network

CLIENT, FAR_END = "192.0.2.2", "192.0.2.1"
CLIENT_MAC, FAR_MAC = "02:00:00:00:02:02", "02:00:00:00:02:01"
UDP, TCP, ICMP = 17, 6, 1
SOURCE_PORT = 33434  # of the prober's UDP and TCP probes
SERVER_PORT = 1021  # of those of servers
ECHO = 8


def first_word(proto, flow):
    """The first 32 bits of the prober's forward probes behind the IP header."""
    return ECHO << 24 | flow if proto == ICMP else SOURCE_PORT << 16 | flow


class World:
    def __init__(self, options):
        self.options = list(options)
        self.near, self.far = (f"rpn{os.getpid()}-{end}" for end in ("near", "far"))
        self.counters = {}
        self.child = None

    def up(self, *answering):
        for namespace in (self.near, self.far):
            network.command(["ip", "netns", "add", namespace])
            network.command(["ip", "netns", "exec", namespace, "sysctl", "-qw",
                             "net.ipv6.conf.all.disable_ipv6=1", "net.ipv4.conf.all.rp_filter=0"])
            network.command(["ip", "-n", namespace, "link", "set", "lo", "up"])
        network.command(["ip", "link", "add", "link0", "netns", self.near, "address", CLIENT_MAC,
                         "type", "veth", "peer", "name", "link0", "netns", self.far, "address",
                         FAR_MAC])
        for namespace, own, other, mac in ((self.near, CLIENT, FAR_END, FAR_MAC),
                                           (self.far, FAR_END, CLIENT, CLIENT_MAC)):
            # Whole checksums in packets.
            network.command(["ip", "netns", "exec", namespace, "ethtool", "-K", "link0", "tx",
                             "off"])
            network.command(["ip", "-n", namespace, "addr", "add", f"{own}/30", "dev", "link0"])
            network.command(["ip", "-n", namespace, "link", "set", "link0", "up"])
            network.command(["ip", "-n", namespace, "neigh", "replace", other, "lladdr", mac,
                             "dev", "link0", "nud", "permanent"])
        network.command(["ip", "-n", self.near, "route", "add", "default", "via", FAR_END])
        netsim = labtest.build_file("tests/netsim/netsim")
        network.command(self.argv([netsim, "--near", "link0"]))
        self.child = subprocess.Popen(
            ["ip", "netns", "exec", self.far, netsim, *self.options, *answering, "link0"],
            stdout=subprocess.PIPE, text=True)
        assert "ready" in self.child.stdout.readline(), "netsim does not start"

    def down(self):
        if self.child:
            self.child.send_signal(signal.SIGINT)
            said, _ = self.child.communicate(timeout=20)
            self.counters = {name: int(value) for name, value in
                             (line.split() for line in said.splitlines())}
        for namespace in (self.near, self.far):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)

    def argv(self, argv):
        return ["ip", "netns", "exec", self.near, *argv]

    def run(self, argv, timeout=60, **options):
        """A command where the prober is: a CompletedProcess."""
        return subprocess.run(self.argv(argv), text=True, capture_output=True, timeout=timeout,
                              check=False, **options)

    def truth(self, *argv):
        return subprocess.run([labtest.build_file("tests/netsim/netsim_truth"), *self.options,
                               *argv], text=True, capture_output=True, check=False)

    def targets(self, path, count):
        """A file of addresses to probe."""
        path.write_text(self.truth("targets", str(count)).stdout)
        return path

    def check(self, targets, results, *question):
        """The score of a file of lines "target ttl address", and what is wrong with them."""
        done = self.truth(*question, "check", str(targets), str(results))
        assert done.stdout, done.stderr
        return {**json.loads(done.stdout), "complaints": done.stderr}


@contextlib.contextmanager
def world(*options, answering=("--verify",)):
    here = World(options)
    try:
        here.up(*answering)
        yield here
    finally:
        here.down()
