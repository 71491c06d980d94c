# SPDX-License-Identifier: GPL-2.0-or-later
"""A small TAP library for tests that run in a lab of network namespaces.

    report = labtest.Report()
    with labtest.lab("asym") as net:
        report.check("ping answers", check_ping, net)
    sys.exit(report.end())

A lab lives as long as its `with`; SIGTERM and SIGINT end it too.  Checks fail by
AssertionError, and one that fails does not stop the others.
"""
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time
import traceback

import network
import topology

SKIP = 77
ROOT = pathlib.Path(__file__).resolve().parent


class Report:
    """Prints TAP: one line a check, the plan at the end."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, function, *args, todo=""):
        """Runs one check.  What it returns, if anything, becomes a comment.

        `todo` says why it is known to fail: then it must, so that nobody forgets it here.
        """
        self.count += 1
        name += f" # TODO {todo}" if todo else ""
        start = time.monotonic()
        try:
            said = function(*args)
        except Exception as e:  # whatever happened: this check failed, the rest goes on
            self.failed += not todo
            print(f"not ok {self.count} - {name}")
            comment(str(e) if isinstance(e, AssertionError) and str(e) else
                    traceback.format_exc())
        else:
            self.failed += bool(todo)
            print(f"ok {self.count} - {name}")
            if said:
                comment(said)
        comment(f"{time.monotonic() - start:.1f} s")

    def end(self):
        """The exit status."""
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed or not self.count else 0


def comment(text):
    for line in text.rstrip().splitlines():
        print(f"# {line}", flush=True)


def needs_root():
    """Without root nothing here can run: that is a skip, unless REQUIRE_ALL says no."""
    if os.geteuid() == 0:
        return
    if os.environ.get("REQUIRE_ALL") == "1":
        print("Bail out! needs root, and REQUIRE_ALL=1 allows no skip", flush=True)
        sys.exit(1)
    print("1..0 # SKIP needs root to make network namespaces", flush=True)
    sys.exit(SKIP)


def build_file(path):
    """A file of the build folder: where `make` says, or the tree itself."""
    build = os.environ.get("top_builddir") or ROOT.parent.parent
    found = pathlib.Path(build) / path
    if not found.exists():
        raise network.LabError(f"{found} is missing: build it, or set top_builddir")
    return str(found)


def _leave(number, _):
    sys.exit(128 + number)


@contextlib.contextmanager
def lab(name, servers=True):
    """The topology is up inside; a prefix of its own keeps parallel runs apart."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    net = TestNetwork(f"rp{os.getpid()}", topology.load(name))
    start = time.monotonic()
    net.up(start_servers=servers)
    comment(f"lab {name} is up after {time.monotonic() - start:.1f} s")
    try:
        yield net
    finally:
        problems = net.down()
    assert not problems, "\n".join(problems)


class TestNetwork(network.Network):
    """What tests do with a lab."""

    def argv(self, node, argv):
        return ["ip", "netns", "exec", self.namespace(node), *argv]

    def run(self, node, argv, timeout=20, fails=False):
        """Output of a command in a node.  It must succeed, or fail where asked to."""
        done = self.run_any(node, argv, timeout)
        if bool(done.returncode) != fails:
            raise AssertionError(f"{' '.join(argv)} in {node}: status {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}")
        return done.stdout

    def run_any(self, node, argv, timeout=20):
        """The same with any status: a CompletedProcess."""
        try:
            return subprocess.run(self.argv(node, argv), text=True, capture_output=True,
                                  timeout=timeout, check=False)
        except subprocess.TimeoutExpired as e:
            raise AssertionError(f"{' '.join(argv)} in {node}: no end in {timeout} s") from e

    def inside(self, node):
        """Sockets made in this `with` belong to the node."""
        return network.inside(self.namespace(node))

    def log(self, process):
        return self.log_path(process).read_text()

    def serve(self, node, *options):
        """Starts a server with these options; it is ready on return."""
        self.log_path(f"server-{node}").unlink(missing_ok=True)
        child, count = self.start_server(node, network.find_server(), *options)
        self._wait_for_log(f"server-{node}", child, ": serving ", count)
        return child

    def forget(self, child):
        """The test has seen to its end."""
        self.processes = [p for p in self.processes if p[1] != child.pid]
        self.save()

    @contextlib.contextmanager
    def served(self, node, *options):
        """A server for the time of the `with`; its end must be clean."""
        child = self.serve(node, *options)
        try:
            yield child
        finally:
            problems = self.stop(f"server-{node}")
        assert not problems, "\n".join(problems)

    @contextlib.contextmanager
    def ruleset(self, node, rules):
        """An nftables table named `test` for the time of the `with`."""
        network.command(self.argv(node, ["nft", "-f", "-"]), f"table inet test {{\n{rules}\n}}\n")
        try:
            yield
        finally:
            network.command(self.argv(node, ["nft", "delete", "table", "inet", "test"]))

    @contextlib.contextmanager
    def capture_file(self, node, interface, path, what, *options):
        """Packets go to a file, complete at the end of the `with`; gives the list of what
        tcpdump says then."""
        argv = self.argv(node, ["tcpdump", "-n", "-p", "-i", interface, "-U", *options, "-w",
                                str(path), what])
        said = []
        with subprocess.Popen(argv, stderr=subprocess.PIPE, text=True) as dump:
            try:
                await_listening(dump, what)
                yield said
                time.sleep(0.1)
            finally:
                dump.send_signal(signal.SIGINT)
                said += dump.communicate(timeout=20)[1].splitlines()

    @contextlib.contextmanager
    def capture(self, node, interface, what, *options):
        """tcpdump's lines, in the list that the `with` gives, complete at its end."""
        argv = self.argv(node, ["tcpdump", "-l", "-n", "-i", interface, "--immediate-mode",
                                *options, what])
        lines = []
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as dump:
            try:
                await_listening(dump, what)
                yield lines
                time.sleep(0.1)
            finally:
                dump.terminate()
                lines += [line for line in dump.stdout.read().splitlines() if line]


def await_listening(dump, what):
    for line in dump.stderr:
        if "listening on" in line:
            return
    raise AssertionError(f"tcpdump does not start: {what}")


def equal(got, wanted, what):
    """Fails with both in view."""
    if got != wanted:
        raise AssertionError(f"{what}\n  got    {got}\n  wanted {wanted}")
