#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""relay.py NAMESPACE INTERFACE NAMESPACE INTERFACE: a cable between two TUN devices.

Makes the devices and copies packets between them until it is told to stop; they
vanish with it.  To the programs at the ends this is a link without Ethernet
header, which no tunnel driver of the kernel needs to be there for.
"""
import fcntl
import os
import select
import struct
import sys

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


def copy(source, sink):
    """A full or closed far end loses packets, as a cable would."""
    for _ in range(BURST):
        try:
            packet = os.read(source, MTU_MAX)
        except BlockingIOError:
            return
        except OSError:
            return  # not up yet
        try:
            os.write(sink, packet)
        except OSError:
            pass


def main(argv):
    one = tun_open(argv[1], argv[2])
    two = tun_open(argv[3], argv[4])
    poll = select.poll()
    other = {one: two, two: one}
    for fd in other:
        poll.register(fd, select.POLLIN)
    print("ready", flush=True)
    while True:
        for fd, _ in poll.poll():
            copy(fd, other[fd])


if __name__ == "__main__":
    main(sys.argv)
