#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The server as its operator sees it: lists, signals, numbers, interfaces that go.

Floods have a file of their own, test_hostile_lab.py.
"""
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import labtest
import network
import revtr
import runs
import test_server_lab as basics
from labtest import equal
from test_server_lab import FAMILIES, asker, counters, end, ip, request, serves, tc_state

LOG = "server-server"
METRICS_PORT = 9435
SPARE = "spare0"  # a second link between server and client, made by the tests that lose it
SPARE_SERVER = {4: "192.0.2.1", 6: "2001:db8:99::1"}
SPARE_CLIENT = {4: "192.0.2.2", 6: "2001:db8:99::2"}
LOAD = 2000        # requests under which lists are reloaded
LOAD_WAITING = 50  # of them on the way at one time
RELOADS = 20


def wait_for(net, text, count=1):
    assert network.wait_until(lambda: net.log(LOG).count(text) >= count, 5), \
        f"the log lacks '{text}':\n{net.log(LOG)}"


def hang_up(net, child, says, count=1):
    child.send_signal(signal.SIGHUP)
    wait_for(net, says, count)


# --- lists ----------------------------------------------------------------------

def allowing(net, file, *names):
    """A list of those nodes, in both families."""
    file.write_text("".join(f"{net.topology.address(name, family)}  # {name}\n"
                            for name in names for family in FAMILIES))


def check_list(net, family):
    with runs.folder() as folder:
        file = folder / "allow"
        allowing(net, file, "client")
        with net.served("server", "--allow-from", str(file)) as child:
            assert serves(net, family), "the client is in the list, and is not served"
            allowing(net, file, "r1")
            assert serves(net, family), "a list is in force before it was asked for"
            hang_up(net, child, "lists: reloaded")
            assert not serves(net, family), "the client is not in the list, and is served"
            file.write_text("# nobody\n")
            hang_up(net, child, "lists: reloaded", 2)
            assert not serves(net, family), "an empty list is everybody"
            allowing(net, file, "client")
            hang_up(net, child, "lists: reloaded", 3)
            assert serves(net, family), "not served any more"
            got = counters(net, child, LOG)["dropped-not-allowed"]
            equal(got[FAMILIES.index(family)], 2, "dropped-not-allowed")


def check_bad_list(net):
    with runs.folder() as folder:
        file = folder / "allow"
        allowing(net, file, "client")
        with net.served("server", "--allow-from", str(file)) as child:
            file.write_text("# another\n10.0.0.1/8\n")
            hang_up(net, child, "stay in force")
            assert f"{file}:2: '10.0.0.1/8' has host bits set" in net.log(LOG), net.log(LOG)
            assert serves(net, 4) and serves(net, 6), "the list in force is gone"
            file.unlink()
            hang_up(net, child, "stay in force", 2)
            assert serves(net, 4) and serves(net, 6), "the list in force is gone"
        equal(basics.server_fails(net, "--allow-from", str(file), "to-r2"), 1,
              "status where the list is missing at the start")


def load(net, family, child):
    """Requests without a pause, while the lists are read again and again: (sent, answered)."""
    answered = 0
    sent = 0
    with asker(net, family) as a:
        for turn in range(LOAD // LOAD_WAITING):
            if turn % (LOAD // LOAD_WAITING // RELOADS) == 0:
                child.send_signal(signal.SIGHUP)
            got = a.ask(*[request(1 + i % 3, family=family) for i in range(LOAD_WAITING)])
            sent += len(got)
            answered += sum(r is not None and r.status == revtr.RESULT for r in got)
    return sent, answered


def check_reload_under_load(net, family):
    with runs.folder() as folder:
        file = folder / "allow"
        # Long enough that building the trie takes its time.
        file.write_text("".join(f"100.{i >> 8}.{i & 255}.0/24\n" for i in range(20000)))
        with file.open("a") as more:
            more.writelines(f"{net.topology.address('client', f)}\n" for f in FAMILIES)
        with net.served("server", "--allow-from", str(file), *basics.UNLIMITED) as child:
            sent, answered = load(net, family, child)
            equal(answered, sent, "answered requests")
            wait_for(net, "lists: reloaded", 2)
            got = counters(net, child, LOG)
            column = FAMILIES.index(family)
            equal([got[name][column] for name in ("requests", "probes-sent", "results-sent")],
                  [sent] * 3, "requests, probes, results")
    return f"{net.log(LOG).count('lists: reloaded')} reloads in {sent} requests"


# --- numbers --------------------------------------------------------------------

def scrape(net, node="server", where=f"http://127.0.0.1:{METRICS_PORT}/metrics", **more):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with net.inside(node), opener.open(urllib.request.Request(where, **more), timeout=5) as got:
        return got.read().decode()


def samples(text):
    """{name with labels: value}"""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def check_metrics(net):
    with net.served("server", "--metrics", str(METRICS_PORT), "-n", "77") as child:
        for family in FAMILIES:
            with asker(net, family) as a:
                assert all(a.ask(request(0, family=family), revtr.Request(1, 99),
                                 request(1, family=family), request(2, family=family)))
        with net.ruleset("client", "chain input { type filter hook input priority 0\n"
                                   f"udp sport {basics.PROBE_PORT} drop\n}}"):
            with asker(net, 4, first_ident=100) as a:
                a.ask(*[request(64)] * 5, patience=0.3)
        got = samples(scrape(net))
        told = counters(net, child, LOG)
        count = 0
        for name, value in got.items():
            if m := re.fullmatch(r'revprobe_server_packets_total\{reason="(\S+)",family="ipv(.)"\}',
                                 name):
                equal(value, told.get(m[1], (0, 0))[FAMILIES.index(int(m[2]))], name)
                count += 1
        assert count > 2 * len(told), f"{count} samples, {len(told)} counters"
        equal(got["revprobe_server_sessions_live"], 5, "sessions that wait")
        equal(got["revprobe_server_sessions_max"], 77, "sessions")
        equal(got['revprobe_server_interface{interface="to-r2"}'], 1, "the interface")
        equal([v for k, v in got.items() if k.startswith("revprobe_server_build_info{")], [1],
              "build info")


def http_status(net, **request_is):
    try:
        scrape(net, **request_is)
    except urllib.error.HTTPError as e:
        return e.code
    return 200


def check_metrics_only_there(net):
    where = f"http://127.0.0.1:{METRICS_PORT}"
    with net.served("server", "--metrics", str(METRICS_PORT)) as child:
        equal(http_status(net), 200, "GET /metrics")
        equal(http_status(net, where=f"{where}/"), 404, "GET /")
        assert http_status(net, method="DELETE") >= 400, "DELETE is taken"
        assert http_status(net, data=b"x" * 100000) >= 400, "a body is taken"
        address = net.topology.address("server", 4)
        try:
            scrape(net, "client", f"http://{address}:{METRICS_PORT}/metrics")
            raise AssertionError("open to others")
        except OSError:
            pass
        assert child.poll() is None, "gone"
        equal(http_status(net), 200, "GET /metrics afterwards")
    equal(basics.server_fails(net, "--metrics", "nowhere:1", "to-r2"), 2, "bad address: status")
    with net.inside("server"), socket.create_server(("127.0.0.1", METRICS_PORT)):
        done = net.run_any("server", [network.find_server(), "--metrics", str(METRICS_PORT),
                                      "to-r2"], timeout=5)
    assert done.returncode == 1 and re.fullmatch(
        r"revprobe-server: metrics: cannot listen at 127.0.0.1 port \d+: [^\n]+\n",
        done.stderr), done
    assert "bpf" not in tc_state(net, "server", "to-r2"), "filter left"


def check_program_time(net):
    """What the kernel measured, where it is asked to: everywhere on this machine, so it is
    put back at once."""
    knob = "/proc/sys/kernel/bpf_stats_enabled"
    with open(knob, encoding="ascii") as file:
        before = file.read()
    with net.served("server", "--metrics", str(METRICS_PORT)):
        try:
            with open(knob, "w", encoding="ascii") as file:
                file.write("1")
            assert serves(net, 4)
            got = samples(scrape(net))
        finally:
            with open(knob, "w", encoding="ascii") as file:
                file.write(before)
    assert got["revprobe_server_program_runs_total"] >= 2, got
    assert 0 < got["revprobe_server_program_seconds_total"] < 1, got


# --- log ------------------------------------------------------------------------

def check_log(net):
    client = net.topology.address("client", 4)
    with net.served("server", "--log", "sessions"):
        assert serves(net, 4)
        wait_for(net, f"results-sent: {client}, identifier 1, udp, hop ")
        assert f"probes-sent: {client}, identifier 1, udp\n" in net.log(LOG), net.log(LOG)
    with net.served("server", "--log", "events", "--require-padding"):
        assert not serves(net, 4)
        wait_for(net, f"dropped-unpadded: {client}, identifier 1, udp")
        assert "requests: " not in net.log(LOG)
    with net.served("server", "--require-padding"):
        assert not serves(net, 4)
        time.sleep(0.3)
        assert "dropped-unpadded:" not in net.log(LOG), "events without being asked for"


def check_log_is_bounded(net):
    with net.served("server", "--log", "sessions", *basics.UNLIMITED) as child:
        with asker(net, 4) as a:
            for _ in range(20):
                assert all(a.ask(*[request(0)] * 100))
        time.sleep(0.3)
        lines = net.log(LOG).count("refused-ttl-0: ")
        lost = counters(net, child, LOG)["events-not-logged"][0]
        equal(lines + lost, 2000, "lines, and events that were left out")
        assert 1000 <= lines < 2000, f"{lines} lines"


def check_quiet(net):
    argv = net.argv("server", [network.find_server(), "--log", "quiet", "to-r2"])
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as child:
        assert network.wait_until(lambda: serves(net, 4), 10), "does not serve"
        child.terminate()
        out, err = child.communicate(timeout=5)
    equal(err, "", "standard error")
    assert "counter" in out, out


# --- service manager --------------------------------------------------------------

@contextlib.contextmanager
def environment(**variables):
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def check_service_manager(net):
    with net.inside("server"):  # abstract names belong to the namespace
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    name = f"revprobe-lab-{os.getpid()}"
    with manager:
        manager.bind(f"\0{name}")
        manager.settimeout(5)
        with environment(NOTIFY_SOCKET=f"@{name}", WATCHDOG_USEC="400000"), runs.folder() as folder:
            (folder / "allow").write_text("::/0\n")
            child = net.serve("server", "--allow-from", str(folder / "allow"))
            equal(manager.recv(512), b"READY=1", "when it serves")
            equal(manager.recv(512), b"WATCHDOG=1", "after a while")
            child.send_signal(signal.SIGHUP)
            said = [manager.recv(512) for _ in range(2)]
            while b"WATCHDOG=1" in said:
                said.remove(b"WATCHDOG=1")
                said.append(manager.recv(512))
            assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", said[0]), said
            equal(said[1], b"READY=1", "when it has reloaded")
            end(net, child)
            last = manager.recv(512)
            while last == b"WATCHDOG=1":
                last = manager.recv(512)
            equal(last, b"STOPPING=1", "at the end")


# --- start, crash, interfaces -----------------------------------------------------

def check_kill(net, family):
    """Killed, it goes on serving; the next start takes over, and its end leaves nothing."""
    before = tc_state(net, "server", "to-r2")
    end(net, net.serve("server"), signal.SIGKILL)
    assert serves(net, family), "the filter of the killed server does not serve"
    child = net.serve("server")
    wait_for(net, "taking over")
    assert serves(net, family), "does not serve"
    end(net, child)
    after = tc_state(net, "server", "to-r2")
    assert "bpf" not in after, f"left: {after}"
    net.run("server", ["tc", "qdisc", "del", "dev", "to-r2", "clsact"])
    equal(tc_state(net, "server", "to-r2"), before, "tc, without the qdisc")


def check_dry_run(net):
    before = tc_state(net, "server", "to-r2")
    with net.served("server"):
        with runs.folder() as folder:
            (folder / "allow").write_text("nonsense\n")
            text = net.run("server", [network.find_server(), "--dry-run", "to-r2"])
            assert re.search(r"program: loaded, \d+ instructions verified, \d+ bytes\n"
                             r"interface to-r2: can be served\n", text), text
            equal(basics.server_fails(net, "--dry-run", "--allow-from", str(folder / "allow"),
                                      "to-r2"), 1, "status with a bad list")
            equal(net.run_any("server", [network.find_server(), "--dry-run", "missing0"],
                              5).returncode, 2, "status without that interface")
        assert serves(net, 4), "the server that runs was disturbed"
    equal(tc_state(net, "server", "to-r2"), before, "tc afterwards")


@contextlib.contextmanager
def spare_link(net):
    """Between server and client."""
    server, client = net.namespace("server"), net.namespace("client")
    network.command(["ip", "-n", server, "link", "add", SPARE, "type", "veth", "peer", "name",
                     SPARE, "netns", client])
    try:
        for name, addresses in ((server, SPARE_SERVER), (client, SPARE_CLIENT)):
            network.command(["ip", "netns", "exec", name, "sysctl", "-q",
                             f"net.ipv6.conf.{SPARE}.keep_addr_on_down=1"])
            network.command(["ip", "-n", name, "addr", "add", f"{addresses[4]}/30", "dev", SPARE])
            network.command(["ip", "-n", name, "addr", "add", f"{addresses[6]}/64", "dev", SPARE,
                             "nodad"])
            network.command(["ip", "-n", name, "link", "set", SPARE, "up"])
        assert network.wait_until(lambda: network.link_is_ready(server) and
                                  network.link_is_ready(client), 5), "the link does not come up"
        yield
    finally:
        net.run_any("server", ["ip", "link", "del", SPARE])


class SpareAsker(revtr.Asker):
    """Asks over that link."""

    def __init__(self, net, family, first_ident):
        super().__init__(net, "client", SPARE_SERVER[family], family, first_ident)
        self.socket.close()
        self.source = SPARE_CLIENT[family]
        with net.inside("client"):
            self.socket = socket.socket(revtr.DOMAIN[family], socket.SOCK_RAW, revtr.ICMP[family])
        self.socket.bind((self.source, 0))


def spare_serves(net, family, first_ident=1):
    try:
        with SpareAsker(net, family, first_ident) as a:
            response = a.ask(request(1, family=family), patience=0.5)[0]
    except OSError:  # the link is down
        return False
    return response is not None and response.status == revtr.RESULT


@contextlib.contextmanager
def serving(net, *interfaces):
    """A server on these; yields it, and ends it if it has not ended by then."""
    net.log_path(LOG).unlink(missing_ok=True)
    child = net.spawn("server", LOG, [network.find_server(), *interfaces])
    net._wait_for_log(LOG, child, ": serving ", len(interfaces))
    try:
        yield child
    finally:
        if child.poll() is None:
            end(net, child)
        net.forget(child)


def check_down_and_up(net, family):
    with spare_link(net), serving(net, SPARE):
        assert spare_serves(net, family), "does not serve"
        net.run("server", ["ip", "link", "set", SPARE, "down"])
        assert not spare_serves(net, family), "served over a link that is down"
        net.run("server", ["ip", "link", "set", SPARE, "up"])
        assert network.wait_until(lambda: spare_serves(net, family, 100), 10), \
            "not served after the link came up again"


def check_deleted(net):
    with spare_link(net), serving(net, SPARE, "to-r2") as child:
        assert spare_serves(net, 4) and serves(net, 4), "does not serve"
        net.run("server", ["ip", "link", "del", SPARE])
        wait_for(net, f"interface {SPARE}: is gone")
        assert serves(net, 4) and serves(net, 6), "the other interface is not served any more"
        assert child.poll() is None, "it ended"


def check_last_deleted(net):
    with spare_link(net), serving(net, SPARE) as child:
        assert spare_serves(net, 4), "does not serve"
        net.run("server", ["ip", "link", "del", SPARE])
        equal(child.wait(5), 1, "exit status")
        wait_for(net, "no interface is left to serve")


def locks():
    return set(os.listdir("/run/revprobe-server"))


def check_two(net):
    """The second is refused, whichever of its interfaces is taken, and leaves nothing."""
    os.makedirs("/run/revprobe-server", exist_ok=True)
    free = locks()
    with spare_link(net), net.served("server"):
        held = locks()
        equal(len(held - free), 1, "files that the first has locked")
        before = tc_state(net, "server", SPARE) + tc_state(net, "server", "to-r2")
        done = net.run_any("server", [network.find_server(), SPARE, "to-r2"], timeout=5)
        equal(done.returncode, 1, "exit status of the second")
        assert "interface to-r2: another revprobe-server is running there" in done.stderr, done
        equal(tc_state(net, "server", SPARE) + tc_state(net, "server", "to-r2"), before, "tc")
        equal(locks(), held, "locked files")
        assert serves(net, 4), "the first one no longer serves"
    equal(locks(), free, "locked files at the end")


def main():
    labtest.needs_root()
    report = labtest.Report()
    checks = [
        ("a bad list changes nothing, and is named by line", check_bad_list),
        ("metrics and counters agree", check_metrics),
        ("metrics answer what they must, at the loopback only", check_metrics_only_there),
        ("metrics tell the program's time", check_program_time),
        ("--log sessions and events tell what they promise", check_log),
        ("--log sessions is bounded", check_log_is_bounded),
        ("--log quiet says nothing", check_quiet),
        ("the service manager hears how it is", check_service_manager),
        ("--dry-run looks and touches nothing", check_dry_run),
        ("an interface that is deleted is given up, the other one served", check_deleted),
        ("it ends with its last interface", check_last_deleted),
        ("two servers on one interface", check_two),
    ]
    for family in FAMILIES:
        checks += [(f"{name} ({ip(family)})", function, family) for name, function in (
            ("only who is listed is served", check_list),
            ("no request and no session is lost while lists are read", check_reload_under_load),
            ("kill -9, and a new start", check_kill),
            ("an interface goes down and comes up", check_down_and_up))]
    with labtest.lab("hostile", servers=False) as net:
        for name, function, *args in checks:
            report.check(name, operated, net, function, *args)
    return report.end()


def operated(net, function, *args):
    """A check that starts servers by itself; what it leaves is removed for the next one."""
    try:
        return function(net, *args)
    finally:
        for name in [p[0] for p in net.processes]:
            net.stop(name)
        net.run_any("server", ["tc", "qdisc", "del", "dev", "to-r2", "clsact"])


if __name__ == "__main__":
    sys.exit(main())
