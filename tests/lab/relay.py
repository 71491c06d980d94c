#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""relay.py NAMESPACE INTERFACE NAMESPACE INTERFACE MS: a cable between two TUN devices.

Makes the devices and copies packets between them until it is told to stop, each
MS milliseconds later; they vanish with it.  To the programs at the ends this is a
link without Ethernet header, which no tunnel driver of the kernel needs to be
there for.
"""
import collections
import fcntl
import os
import select
import struct
import sys
import time

import network

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
MTU_MAX = 65535
BURST = 64  # packets from one side before the other gets its turn


def tun_open(namespace, interface):
    """The device belongs to the namespace in which it was made."""
    with network.inside(namespace):
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", interface.encode(),
                                               IFF_TUN | IFF_NO_PI))
    return fd


class Cable:
    """One direction: packets leave in the order in which they came."""

    def __init__(self, source, sink, delay):
        self.source = source
        self.sink = sink
        self.delay = delay
        self.under_way = collections.deque()  # (time to leave, packet)

    def take(self):
        """Reads what there is."""
        for _ in range(BURST):
            try:
                packet = os.read(self.source, MTU_MAX)
            except OSError:
                return  # nothing more, or the device is not up yet
            self.under_way.append((time.monotonic() + self.delay, packet))

    def give(self):
        """Writes what is due; a far end that is full or down loses it, as a wire would."""
        while self.under_way and self.under_way[0][0] <= time.monotonic():
            try:
                os.write(self.sink, self.under_way.popleft()[1])
            except OSError:
                pass

    def patience(self):
        """Seconds until give() has something to do; None for ever."""
        if not self.under_way:
            return None
        return max(0, self.under_way[0][0] - time.monotonic())


def main(argv):
    one = tun_open(argv[1], argv[2])
    two = tun_open(argv[3], argv[4])
    delay = float(argv[5]) / 1000
    cables = {one: Cable(one, two, delay), two: Cable(two, one, delay)}
    print("ready", flush=True)
    while True:
        waits = [c.patience() for c in cables.values() if c.under_way]
        for fd in select.select(list(cables), [], [], min(waits, default=None))[0]:
            cables[fd].take()
        for cable in cables.values():
            cable.give()


if __name__ == "__main__":
    main(sys.argv)
