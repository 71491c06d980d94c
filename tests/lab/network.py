# SPDX-License-Identifier: GPL-2.0-or-later
"""Raises a topology in network namespaces, and takes it down again.

All that a lab made is named in its state folder before it is made, so that what
a crash left behind can be removed.  Nothing outside of the lab's own namespaces
is touched: links are born in them.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import balance
import lines
import topology

RUN = pathlib.Path(os.environ.get("REVPROBE_LAB_DIR", "/run/revprobe-lab"))
HERE = pathlib.Path(__file__).resolve().parent
READY_SECONDS = 10
STOP_SECONDS = 5
CLONE_NEWNET = 0x40000000


class LabError(Exception):
    """Something that the caller asked for cannot be done."""


def find_server():
    """The server to start: $REVPROBE_SERVER, or the one built in or near this tree."""
    if os.environ.get("REVPROBE_SERVER"):
        return os.environ["REVPROBE_SERVER"]
    tree = HERE.parent.parent
    for build in (os.environ.get("top_builddir"), tree, tree / "build"):
        program = build and pathlib.Path(build) / "server-bpf" / "revprobe-server"
        if program and os.access(program, os.X_OK):
            return str(program)
    installed = shutil.which("revprobe-server")
    if not installed:
        raise LabError("no revprobe-server found: build it, or name it in REVPROBE_SERVER")
    return installed


def unlimited(server):
    """Options for no rate limit, if it has any: a lab is asked as fast as its client can."""
    help_text = subprocess.run([server, "--help"], capture_output=True, text=True,
                               check=False).stdout
    return [word for option in ("--rate-limit", "--rate-limit-total")
            if f"{option} " in help_text for word in (option, "off")]


# --- commands ---------------------------------------------------------------

def command(argv, text=None):
    """Runs it; its own words are the error."""
    done = subprocess.run(argv, input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def command_all(jobs):
    """Runs [(argv, stdin)] at the same time."""
    running = []
    for argv, text in jobs:
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.PIPE, text=True)
        running.append((argv, child, text))
    failed = []
    for argv, child, text in running:
        _, errors = child.communicate(text)
        if child.returncode:
            failed.append(f"{' '.join(argv)}: {errors.strip()}")
    if failed:
        raise LabError("\n".join(failed))


def batch(namespace, lines, *options):
    """One ip(8) for many lines, as a job for command_all()."""
    where = ["-n", namespace] if namespace else []
    return (["ip", *where, *options, "-batch", "-"], "\n".join(lines) + "\n")


@contextlib.contextmanager
def inside(namespace):
    """Sockets made in here belong to the namespace.  For single-threaded programs."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net", "rb") as home, open(f"/run/netns/{namespace}", "rb") as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise LabError(f"{namespace}: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


# --- processes --------------------------------------------------------------

def process_stat(pid):
    """(state, start time) of a process, or None: numbers are used again."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[19])


def process_lives(pid, born):
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # where it is our own child
    stat = process_stat(pid)
    return stat is not None and stat[0] != "Z" and stat[1] == born


def process_stop(pid, born, name):
    """SIGTERM, and SIGKILL for who does not hear.  Returns what was wrong, if anything."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not process_lives(pid, born):
            return []
        os.kill(pid, number)
        if wait_until(lambda: not process_lives(pid, born), STOP_SECONDS):
            return [] if number == signal.SIGTERM else [f"{name}: had to be killed"]
    return [f"{name}: process {pid} does not end"]


def wait_until(condition, seconds):
    """Polls; False if the time is over first."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


# --- state ------------------------------------------------------------------

class Network:
    """One lab that is up, or half up."""

    def __init__(self, prefix, topo, processes=()):
        self.prefix = prefix
        self.topology = topo
        self.processes = list(processes)  # [name, pid, born], in the order of start
        self.folder = RUN / prefix

    @classmethod
    def open(cls, prefix):
        """The lab of that prefix, from its state folder."""
        try:
            state = json.loads((RUN / prefix / "lab.json").read_text())
        except FileNotFoundError:
            raise LabError(f"no lab {prefix} is up") from None
        return cls(prefix, topology.Topology(state["topology"], state["data"]),
                   state["processes"])

    def namespace(self, node):
        if node not in self.topology.nodes:
            raise LabError(f"{self.topology.name} has no node {node}")
        return f"{self.prefix}-{node}"

    def namespaces(self):
        return [self.namespace(node) for node in self.topology.nodes]

    def log_path(self, process):
        return self.folder / f"{process}.log"

    def save(self):
        state = {"topology": self.topology.name, "data": self.topology.data,
                 "processes": self.processes}
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / "lab.json.new"
        fresh.write_text(json.dumps(state))
        fresh.rename(self.folder / "lab.json")

    # --- up ---

    def up(self, server=None, start_servers=True):
        """Raises all of it, or nothing."""
        if (self.folder / "lab.json").exists():
            raise LabError(f"lab {self.prefix} is up already")
        self.save()
        routes = self.topology.routes()
        balancers = [n for n in self.topology.nodes if balance.branches(routes[n])]
        try:
            self._make_namespaces(balancers)
            self._make_links()
            self._configure(routes)
            self._spread(routes, balancers)
            self._wait_for_links()
            if start_servers:
                self.start_servers(server or find_server())
        except BaseException:
            self.down()
            raise

    def _make_namespaces(self, balancers):
        command_all([batch(None, [f"netns add {n}" for n in self.namespaces()])])
        command_all([(["ip", "netns", "exec", self.namespace(node.name), "sysctl", "-q", "-e",
                       "-p", "-"],
                       "\n".join(f"{k} = {v}" for k, v in lines.node_sysctls(
                           self.topology, node, i, node.name in balancers)))
                     for i, node in enumerate(self.topology.nodes.values())])

    def _make_links(self):
        command_all([batch(None, lines.link_lines(self.topology, self.namespace))])
        for link in self.topology.links:
            if link.tun:
                self._start_relay(link)

    def _configure(self, routes):
        command_all([batch(self.namespace(node), [*lines.address_lines(self.topology, node),
                                                  *lines.route_lines(node, routes[node]),
                                                  *lines.void_lines(self.topology, node)])
                     for node in self.topology.nodes])
        command_all([(["ip", "netns", "exec", self.namespace(node.name), "nft", "-f", "-"],
                      node.nft) for node in self.topology.nodes.values() if node.nft])

    def _spread(self, routes, balancers):
        """Balancers spread what the kernel's own multipath routes do not."""
        jobs = []
        for node in balancers:
            jobs += [batch(self.namespace(node),
                           balance.table_lines(self.topology, node, routes[node], family),
                           f"-{family}") for family in topology.FAMILIES]
            chain = balance.chain(self.topology, node, routes[node])
            jobs.append((["ip", "netns", "exec", self.namespace(node), "nft", "-f", "-"],
                         f"table inet balance {{\n{chain}}}\n"))
        command_all(jobs)

    def _wait_for_links(self):
        """The kernel looks at links that came up once a second; IPv6 waits for that."""
        waiting = set(self.topology.nodes)

        def all_ready():
            waiting.difference_update([n for n in waiting if link_is_ready(self.namespace(n))])
            return not waiting

        if not wait_until(all_ready, READY_SECONDS):
            raise LabError(f"links do not come up in {', '.join(sorted(waiting))}")

    # --- processes ---

    def spawn(self, node, name, argv):
        """Starts a process that ends with the lab; it writes to the log of that name."""
        where = ["ip", "netns", "exec", self.namespace(node)] if node else []
        with open(self.log_path(name), "ab") as log:
            child = subprocess.Popen([*where, *argv], stdin=subprocess.DEVNULL, stdout=log,
                                     stderr=log, start_new_session=True)
        born = process_stat(child.pid)[1]
        self.processes.append([name, child.pid, born])
        self.save()
        return child

    def _wait_for_log(self, name, child, text, count=1):
        def said():
            return self.log_path(name).read_text().count(text) >= count or \
                child.poll() is not None

        if not wait_until(said, READY_SECONDS) or child.poll() is not None:
            raise LabError(f"{name} does not start: {self.log_path(name).read_text().strip()}")

    def _start_relay(self, link):
        ends = [arg for node in link.ends for arg in (self.namespace(node), link.interface(node))]
        name = f"relay-{'-'.join(link.ends)}"
        child = self.spawn(None, name, [sys.executable, str(HERE / "relay.py"), *ends,
                                        str(link.delay_ms)])
        self._wait_for_log(name, child, "ready")

    def start_server(self, node, server, *options):
        """One server on all interfaces of a node; returns as soon as it serves."""
        interfaces = self.topology.interfaces(node)
        child = self.spawn(node, f"server-{node}", [server, *options, *interfaces])
        return child, len(interfaces)

    def start_servers(self, server):
        started = {node.name: self.start_server(node.name, server, *unlimited(server))
                   for node in self.topology.nodes.values() if node.server}
        for node, (child, count) in started.items():
            self._wait_for_log(f"server-{node}", child, ": serving ", count)

    def stop(self, name):
        """Ends one process, and says what was wrong with its end."""
        problems = []
        for entry in [p for p in self.processes if p[0] == name]:
            problems += process_stop(entry[1], entry[2], name)
            self.processes.remove(entry)
        self.save()
        if name.startswith("server-"):
            problems += self.leftovers(name.removeprefix("server-"))
        return problems

    def leftovers(self, node):
        """What a server left at the interfaces of its node."""
        left = []
        for interface in self.topology.interfaces(node):
            for what in ("qdisc", "filter"):
                argv = ["tc", "-n", self.namespace(node), what, "show", "dev", interface]
                text = command(argv + (["ingress"] if what == "filter" else []))
                if "clsact" in text or "bpf" in text:
                    left.append(f"server-{node}: left at {interface}: {text.strip()}")
        return left

    # --- down ---

    def down(self):
        """Removes all of it, whatever is missing.  Returns what was wrong."""
        problems = []
        for name in [p[0] for p in reversed(self.processes)]:
            try:
                problems += self.stop(name)
            except LabError as e:
                problems.append(str(e))
        existing = [n for n in self.namespaces() if os.path.exists(f"/run/netns/{n}")]
        for namespace in existing:
            self._end_guests(namespace)
        try:
            if existing:
                command_all([batch(None, [f"netns del {n}" for n in existing])])
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
            with contextlib.suppress(OSError):
                RUN.rmdir()  # unless other labs are up
        return problems

    @staticmethod
    def _end_guests(namespace):
        """A process that somebody left inside would keep the namespace alive."""
        pids = [int(pid) for pid in command(["ip", "netns", "pids", namespace]).split()]
        guests = [(pid, process_stat(pid)) for pid in pids if pid != os.getpid()]
        for pid, stat in guests:
            if stat:
                process_stop(pid, stat[1], namespace)


# --- ready? ---------------------------------------------------------------------

def link_is_ready(namespace):
    """No link is without carrier and no IPv6 address is tentative."""
    for link in json.loads(command(["ip", "-n", namespace, "-j", "addr"])):
        up = link["operstate"] == "UP" or link["link_type"] in ("loopback", "none")
        if not up or any(a.get("tentative") for a in link["addr_info"]):
            return False
    return True


def labs():
    """Prefixes of the labs that are up."""
    return sorted(p.parent.name for p in RUN.glob("*/lab.json"))
