// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The limit of sending: a bare loop, UDP probes as the prober's in length, and nothing
 * else.  What comes back is nobody's.
 *
 *	bench_send INTERFACE MAC SOURCE FRAMES [sendmmsg|ring|bypass]
 *
 * `ring` writes into a ring shared with the kernel (TPACKET_V2); `bypass` is sendmmsg()
 * past the queues of the interface.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/checksum.h"
#include "wire/headers.h"

#define BATCH	64
#define PAYLOAD 6
#define HOPS	14
#define FRAMES	1024 /* in the ring */
#define FRAME	256  /* bytes each; the packet begins behind the header */
_Static_assert(sizeof(struct tpacket2_hdr) % TPACKET_ALIGNMENT == 0, "no gap behind it");

struct WIRE packet {
	struct ipv4_hdr ip;
	struct udp_hdr udp;
	uint8_t payload[PAYLOAD];
};

static struct packet packets[BATCH];

static void fill(struct packet *p, uint32_t src, uint32_t number)
{
	struct csum sum = { 0 };

	*p = (struct packet){
		.ip = { .ver_ihl = IPV4_VER_IHL,
			.total_len = be16_from(sizeof(*p)),
			.ttl = (uint8_t)(1 + number % HOPS),
			.proto = PROTO_UDP,
			.src = { src },
			.dst = be32_from(0x14000000 + number * 256 + 1) },
		.udp = { .sport = be16_from(33434),
			 .dport = be16_from(33434),
			 .len = be16_from(sizeof(*p) - sizeof(struct ipv4_hdr)) },
	};
	p->ip.checksum = csum_finish(csum_add(sum, &p->ip, sizeof(p->ip)));
}

static int send_all(int fd, struct sockaddr_ll *to, uint32_t src, unsigned long frames)
{
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec vectors[BATCH];
	unsigned long sent = 0;

	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ &packets[i], sizeof(packets[i]) };
		messages[i].msg_hdr = (struct msghdr){ .msg_name = to,
						       .msg_namelen = sizeof(*to),
						       .msg_iov = &vectors[i],
						       .msg_iovlen = 1 };
	}
	while (sent < frames) {
		int count;

		for (uint32_t i = 0; i < BATCH; i++)
			fill(&packets[i], src, (uint32_t)sent + i);
		count = sendmmsg(fd, messages, BATCH, 0);
		if (count < 0 && errno != ENOBUFS && errno != EAGAIN)
			return -1;
		sent += count > 0 ? (unsigned long)count : 0;
	}
	return 0;
}

/* The batch as frames of the ring from `first` on; waits until they are free. */
static void fill_ring(int fd, uint8_t *ring, unsigned long first, uint32_t src)
{
	for (unsigned long i = 0; i < BATCH; i++) {
		uint8_t *frame = ring + (first + i) % FRAMES * FRAME;
		struct tpacket2_hdr *header = (struct tpacket2_hdr *)(void *)frame;
		struct pollfd ready = { .fd = fd, .events = POLLOUT };

		while (__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE)
			poll(&ready, 1, 10);
		fill((struct packet *)(void *)(header + 1), src, (uint32_t)(first + i));
		header->tp_len = sizeof(struct packet);
		__atomic_store_n(&header->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
	}
}

static int send_by_ring(int fd, const struct sockaddr_ll *to, uint32_t src, unsigned long frames)
{
	struct tpacket_req request = { .tp_block_size = FRAMES * FRAME,
				       .tp_block_nr = 1,
				       .tp_frame_size = FRAME,
				       .tp_frame_nr = FRAMES };
	int version = TPACKET_V2;
	void *ring;

	if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &request, sizeof(request)))
		return -1;
	ring = mmap(NULL, (size_t)FRAMES * FRAME, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		return -1;
	for (unsigned long sent = 0; sent < frames; sent += BATCH) {
		fill_ring(fd, ring, sent, src);
		if (sendto(fd, NULL, 0, 0, (const struct sockaddr *)to, sizeof(*to)) < 0 &&
		    errno != ENOBUFS && errno != EAGAIN)
			return -1;
	}
	munmap(ring, (size_t)FRAMES * FRAME);
	return 0;
}

static int send_by(const char *way, int fd, struct sockaddr_ll *to, uint32_t src,
		   unsigned long frames)
{
	int on = 1;

	if (!strcmp(way, "ring"))
		return send_by_ring(fd, to, src, frames);
	if (!strcmp(way, "bypass") &&
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		return -1;
	return send_all(fd, to, src, frames);
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	struct in_addr src;
	unsigned int mac[6];
	int fd;

	if (argc < 5 || argc > 6 || inet_pton(AF_INET, argv[3], &src) != 1 ||
	    sscanf(argv[2], "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4],
		   &mac[5]) != 6) {
		fprintf(stderr,
			"usage: bench_send INTERFACE MAC SOURCE FRAMES [sendmmsg|ring|bypass]\n");
		return 2;
	}
	for (int i = 0; i < 6; i++)
		to.sll_addr[i] = (uint8_t)mac[i];
	to.sll_protocol = be16_from(ETHER_IPV4).raw;
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || send_by(argc > 5 ? argv[5] : "sendmmsg", fd, &to, src.s_addr,
			      strtoul(argv[4], NULL, 10))) {
		perror("bench_send");
		return 1;
	}
	close(fd);
	return 0;
}
