// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flood INTERFACE MAC SOURCE[/LENGTH] TARGET RATE SECONDS TTL [PADDING]: sends
 * reverse-traceroute requests for UDP probes as fast as asked, from all identifiers
 * in turn, and prints how many.  With a LENGTH, each from another address of that
 * prefix, at random.  For lab namespaces: frames go out as they are built, to that
 * neighbour, past the host's own routing.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire/checksum.h"
#include "wire/headers.h"
#include "wire/revtr.h"

enum { BATCH = 64, SOCKET_BUFFER = 4 << 20, PADDING_MAX = 256 };

struct WIRE request {
	struct icmp_hdr icmp;
	struct revtr_request revtr;
	uint8_t padding[PADDING_MAX];
};

struct frame {
	uint8_t bytes[sizeof(struct eth_hdr) + sizeof(struct ipv6_hdr) + sizeof(struct request)];
	size_t icmp_off;
	size_t len;
};

struct flood {
	const char *interface;
	struct addr src, dst;
	unsigned int src_bits; /* of the source that are the same in each packet, of 128 */
	uint64_t random;
	uint8_t mac[6];
	uint64_t rate, seconds;
	uint8_t ttl;
	uint16_t len; /* of the ICMP message */
};

static void fail(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static struct addr address(const char *text)
{
	struct addr a;
	be32 v4;

	if (inet_pton(AF_INET, text, &v4) == 1)
		return addr_from_v4(v4);
	if (inet_pton(AF_INET6, text, &a) != 1) {
		fprintf(stderr, "flood: %s: not an address\n", text);
		exit(EXIT_FAILURE);
	}
	return a;
}

static struct csum pseudo(const struct flood *f, const struct addr *src)
{
	if (addr_is_v4(&f->dst))
		return (struct csum){ 0 };
	return csum_pseudo(src, &f->dst, PROTO_ICMPV6, f->len);
}

/* xorshift64 (Marsaglia 2003). */
static uint64_t next_random(struct flood *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random;
}

static struct addr next_source(struct flood *f)
{
	struct addr a = f->src;
	uint64_t halves[2];
	uint8_t noise[sizeof(a.bytes)];

	if (f->src_bits == 128)
		return a;
	halves[0] = next_random(f);
	halves[1] = next_random(f);
	memcpy(noise, halves, sizeof(noise));
	for (unsigned int bit = f->src_bits; bit < 128; bit++)
		a.bytes[bit / 8] = (uint8_t)(a.bytes[bit / 8] ^ (noise[bit / 8] & 0x80 >> bit % 8));
	return a;
}

static size_t put_ip(const struct flood *f, const struct addr *src, uint8_t *at)
{
	if (addr_is_v4(&f->dst)) {
		struct ipv4_hdr ip = {
			.ver_ihl = IPV4_VER_IHL,
			.total_len = be16_from((uint16_t)(sizeof(ip) + f->len)),
			.ttl = REVTR_HOP_LIMIT,
			.proto = PROTO_ICMP,
			.src = addr_to_v4(src),
			.dst = addr_to_v4(&f->dst),
		};

		ip.checksum = csum_finish(csum_add((struct csum){ 0 }, &ip, sizeof(ip)));
		memcpy(at, &ip, sizeof(ip));
		return sizeof(ip);
	}
	struct ipv6_hdr ip = {
		.ver_class_label = be32_from(6u << 28),
		.payload_len = be16_from(f->len),
		.next = PROTO_ICMPV6,
		.hop_limit = REVTR_HOP_LIMIT,
		.src = *src,
		.dst = f->dst,
	};

	memcpy(at, &ip, sizeof(ip));
	return sizeof(ip);
}

/* Everything but source, identifier and checksums. */
static void frame_init(struct frame *frame, const struct flood *f)
{
	bool is_v4 = addr_is_v4(&f->dst);
	struct eth_hdr eth = { .type = be16_from(is_v4 ? ETHER_IPV4 : ETHER_IPV6) };

	memset(frame, 0, sizeof(*frame));
	memcpy(eth.dst, f->mac, sizeof(eth.dst));
	memcpy(frame->bytes, &eth, sizeof(eth));
	frame->icmp_off = sizeof(eth) + (is_v4 ? sizeof(struct ipv4_hdr) : sizeof(struct ipv6_hdr));
	frame->len = frame->icmp_off + f->len;
}

static void frame_number(struct frame *frame, struct flood *f, uint16_t id)
{
	struct addr src = next_source(f);
	struct request r = {
		.icmp = {
			.type = addr_is_v4(&f->dst) ? ICMPV4_ECHO : ICMPV6_ECHO,
			.code = REVTR_ICMP_CODE,
			.id = be16_from(id),
		},
		.revtr = { .ttl = f->ttl, .proto = PROTO_UDP, .flow = be16_from(33500) },
	};

	r.icmp.checksum = csum_finish(csum_add(pseudo(f, &src), &r, f->len));
	put_ip(f, &src, frame->bytes + sizeof(struct eth_hdr));
	memcpy(frame->bytes + frame->icmp_off, &r, f->len);
}

static int open_socket(const struct flood *f)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	int size = SOCKET_BUFFER;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket");
	to.sll_ifindex = (int)if_nametoindex(f->interface);
	if (!to.sll_ifindex || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		fail(f->interface);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return fd;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Who is behind does not catch up: the rate is a limit. */
static uint64_t run(struct flood *f, int fd)
{
	static struct frame frames[BATCH];
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec parts[BATCH];
	const struct timespec nap = { .tv_nsec = 100000 };
	struct timespec start;
	uint64_t sent = 0;
	uint16_t id = 0;
	double elapsed;

	for (size_t i = 0; i < BATCH; i++) {
		frame_init(&frames[i], f);
		parts[i] = (struct iovec){ frames[i].bytes, frames[i].len };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &parts[i], .msg_iovlen = 1 };
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((elapsed = seconds_since(&start)) < (double)f->seconds) {
		int count;

		if ((double)(sent + BATCH) > elapsed * (double)f->rate) {
			nanosleep(&nap, NULL);
			continue;
		}
		for (size_t i = 0; i < BATCH; i++)
			frame_number(&frames[i], f, ++id);
		count = sendmmsg(fd, messages, BATCH, 0);
		if (count > 0)
			sent += (uint64_t)count;
		else if (errno != ENOBUFS && errno != EAGAIN)
			fail("sendmmsg");
	}
	return sent;
}

/* "192.0.2.1", "2000::/3": the rest of a prefix is random. */
static void source(struct flood *f, char *text)
{
	char *slash = strchr(text, '/');

	if (slash)
		*slash = '\0';
	f->src = address(text);
	f->src_bits = 128;
	if (slash)
		f->src_bits = (addr_is_v4(&f->src) ? 96u : 0) +
			      (unsigned int)strtoul(slash + 1, NULL, 10);
	f->random = ((uint64_t)(unsigned int)getpid() << 32) | 1;
}

int main(int argc, char **argv)
{
	struct flood f = { .len = offsetof(struct request, padding) };
	uint64_t sent;

	if (argc != 8 && argc != 9) {
		fprintf(stderr,
			"usage: flood INTERFACE MAC SOURCE[/LENGTH] TARGET RATE SECONDS TTL "
			"[PADDING]\n");
		return 2;
	}
	f.interface = argv[1];
	if (sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &f.mac[0], &f.mac[1], &f.mac[2],
		   &f.mac[3], &f.mac[4], &f.mac[5]) != 6) {
		fprintf(stderr, "flood: %s: not a MAC address\n", argv[2]);
		return 2;
	}
	source(&f, argv[3]);
	f.dst = address(argv[4]);
	f.rate = strtoull(argv[5], NULL, 10);
	f.seconds = strtoull(argv[6], NULL, 10);
	f.ttl = (uint8_t)strtoul(argv[7], NULL, 10);
	if (argc == 9)
		f.len = (uint16_t)(f.len + strtoul(argv[8], NULL, 10) % (PADDING_MAX + 1));
	sent = run(&f, open_socket(&f));
	printf("%llu\n", (unsigned long long)sent);
	return 0;
}
