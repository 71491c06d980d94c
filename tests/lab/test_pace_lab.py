#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast, and no faster: the pace by captures, many endpoints, one trace."""
import signal
import statistics
import struct
import subprocess
import sys
import time

import labtest
from runs import EXIT_OK, PROBER, expect_status, folder, lead_into_the_dark, prober, traces

SECOND = 10**9
PACE_SECONDS = 3
SILENT_BLOCK = "10.128.0.0/13"  # half a million targets


# --- many, and how fast --------------------------------------------------------------

def many_addresses(net, hosts):
    return [a for host in hosts for a in net.topology.addresses(host, 4)]


def check_many(net):
    """64 endpoints take no longer than 8: each at its own pace, all at once."""
    addresses = many_addresses(net, ("h1", "h2", "h3", "h4"))
    labtest.equal(len(addresses), 64, "endpoints of the topology")
    seconds = {}
    with folder() as path:
        for count in (8, 64):
            db = path / f"{count}.db"
            start = time.monotonic()
            done = prober(net, "-q", "--rate", "100000", "--inter", "0.02", "-d", str(db),
                          "two-way", "udp", "singlepath", *addresses[:count])
            seconds[count] = time.monotonic() - start
            expect_status(done, EXIT_OK)
            found = traces(db)
            labtest.equal(len(found), 2 * count, "traces")
            labtest.equal({(row["stop"], row["reached"]) for row in found},
                          {("completed", 1)}, "outcomes")
    ratio = seconds[64] / seconds[8]
    assert ratio <= 1.5, f"64 take {ratio:.2f} times as long as 8"
    return f"8: {seconds[8]:.2f} s, 64: {seconds[64]:.2f} s, ratio {ratio:.2f}"


def traceroute_ms(net, address):
    start = time.monotonic()
    net.run("client", ["traceroute", "-n", address])
    return (time.monotonic() - start) * 1000


def trace_ms(net, path, direction, address):
    path.unlink(missing_ok=True)
    done = prober(net, "-q", "-d", str(path), direction, "udp", "singlepath", address)
    expect_status(done, EXIT_OK)
    return traces(path)[0]["duration_ms"]


def check_as_fast_as_traceroute(net):
    """From the first packet to the result, medians; process start is another matter."""
    address = net.topology.address("server", 4)
    with folder() as path:
        theirs = statistics.median(traceroute_ms(net, address) for _ in range(5))
        ours = {direction: statistics.median(
            trace_ms(net, path / "t.db", direction, address) for _ in range(5))
            for direction in ("forward", "reverse")}
    said = ", ".join(f"{d} {ms:.1f} ms" for d, ms in ours.items())
    for direction, ms in ours.items():
        assert ms <= theirs, f"{direction}: {ms:.1f} ms, traceroute -n {theirs:.1f} ms"
    return f"traceroute -n {theirs:.1f} ms, {said}"


# --- the pace --------------------------------------------------------------------------

def packet_times(path):
    """Nanoseconds of each packet in a capture file."""
    data = path.read_bytes()
    scale = 1 if struct.unpack_from("<I", data)[0] == 0xa1b23c4d else 1000
    at, times = 24, []
    while at + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", data, at)
        times.append(seconds * SECOND + fraction * scale)
        at += 16 + length
    return times


def busiest_second(times):
    first = most = 0
    for last, now in enumerate(times):
        while now - times[first] >= SECOND:
            first += 1
        most = max(most, last - first + 1)
    return most


def sent_times(net, path, arguments, seconds):
    """When packets left while the prober ran that long."""
    pcap = path / "sent.pcap"
    with net.capture_file("client", "to-r1", pcap, "udp", "-s", "64", "-B", "65536",
                          "--time-stamp-precision=nano") as said:
        child = subprocess.Popen(net.argv("client", [labtest.build_file(PROBER), *arguments]),
                                 stdout=subprocess.DEVNULL)
        time.sleep(seconds)
        for number in (signal.SIGINT, signal.SIGINT):
            child.send_signal(number)
            time.sleep(0.2)
        child.wait(20)
    lost = [line for line in said if "dropped" in line]
    labtest.equal(lost, ["0 packets dropped by kernel"], "the capture's own losses")
    return packet_times(pcap)


def check_pace(net, limit, *arguments):
    """No second has more than 1 % above the limit, or one packet."""
    with folder() as path:
        (path / "targets").write_text(f"{SILENT_BLOCK}\n")
        lead_into_the_dark(net, SILENT_BLOCK)
        times = sent_times(net, path, ["-q", "-d", str(path / "p.db"), "--timeout", "0.5",
                                       "--allow-special", "--no-contact", *arguments, "forward", "udp",
                                       "singlepath", "-t", str(path / "targets")], PACE_SECONDS)
    assert len(times) > 10, f"only {len(times)} packets"
    most = busiest_second(times)
    mean = (len(times) - 1) * SECOND / (times[-1] - times[0])
    assert most <= max(limit * 1.01, limit + 1), f"{most} packets in a second, limit {limit}"
    # How much of the limit is used depends on the machine: said, not demanded.
    return f"most in a second {most}, mean {mean:.1f} a second"


def check_gap(net, gap):
    """An --inter that is given holds from packet to packet."""
    with folder() as path:
        address = net.topology.address("blackhole", 4)
        times = sent_times(net, path, ["-q", "-d", str(path / "p.db"), "--inter", str(gap),
                                       "--abort", "254", "--max-ttl", "254", "forward", "udp",
                                       "singlepath", address], PACE_SECONDS)
    assert len(times) > 10, f"only {len(times)} packets"
    most = busiest_second(times)
    least = min(b - a for a, b in zip(times, times[1:])) / SECOND
    assert most <= 1 / gap + 1, f"{most} packets in a second, limit {1 / gap}"
    assert least >= gap * 0.9, f"least gap {least:.4f} s, not {gap}"
    return f"most in a second {most}, least gap {least * 1000:.2f} ms"


def test_pace(report):
    with labtest.lab("plain", servers=False) as net:
        for rate in (10, 100, 1000, 10000, 100000):
            report.check(f"--rate {rate} holds over any second", check_pace, net, rate, "--rate",
                         str(rate), "--inter", "0")
        for gap in (0.1, 0.02):
            report.check(f"--inter {gap} holds over any second", check_gap, net, gap)


def test_speed(report):
    with labtest.lab("many") as net:
        report.check("64 endpoints take at most 1.5 times as long as 8", check_many, net)
    with labtest.lab("line") as net:
        report.check("a trace is as fast as traceroute -n", check_as_fast_as_traceroute, net)


def main():
    labtest.needs_root()
    report = labtest.Report()
    test_pace(report)
    test_speed(report)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
