#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A router's errors with MPLS labels (RFC 4884, RFC 4950), which Linux can't send.

    labels.py MARK HEX

Answers packets whose TTL expires here in place of the kernel, whose own errors a ruleset
must drop; MARK is what its packets have, so that they are spared.  HEX: the objects.
Prints "ready" when it listens, and ends with its standard input.
"""
import socket
import struct
import sys
import threading

ETH_P_ALL, SO_MARK, OUTGOING = 3, 36, 4
QUOTE = 128
TOS, TTL = 0xc0, 250


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def body(packet, objects):
    """What is quoted, filled up, and the objects behind it."""
    extension = struct.pack(">BxH", 2 << 4, 0) + objects
    summed = struct.pack(">H", checksum(extension))
    return packet[:QUOTE].ljust(QUOTE, b"\0") + extension[:2] + summed + objects


def sender(family, mark):
    is_v4 = family == socket.AF_INET
    s = socket.socket(family, socket.SOCK_RAW,
                      socket.IPPROTO_ICMP if is_v4 else socket.IPPROTO_ICMPV6)
    s.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
    if is_v4:
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, TOS)
        s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TTL)
    else:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, TOS)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, TTL)
    return s


def answer(packet, objects, senders):
    version = packet[0] >> 4
    if version == 4 and packet[8] == 1:
        message = struct.pack(">BBHBBH", 11, 0, 0, 0, QUOTE // 4, 0) + body(packet, objects)
        message = message[:2] + struct.pack(">H", checksum(message)) + message[4:]
        senders[4].sendto(message, (socket.inet_ntoa(packet[12:16]), 0))
    elif version == 6 and packet[7] == 1:
        message = struct.pack(">BBHBBH", 3, 0, 0, QUOTE // 8, 0, 0) + body(packet, objects)
        senders[6].sendto(message, (socket.inet_ntop(socket.AF_INET6, packet[8:24]), 0))


def serve(listener, objects, senders):
    while True:
        packet, source = listener.recvfrom(2048)
        if source[2] != OUTGOING and len(packet) >= 20:
            answer(packet, objects, senders)


def main():
    mark, objects = int(sys.argv[1]), bytes.fromhex(sys.argv[2])
    senders = {4: sender(socket.AF_INET, mark), 6: sender(socket.AF_INET6, mark)}
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    threading.Thread(target=serve, args=(listener, objects, senders), daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
