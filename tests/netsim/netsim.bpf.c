// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The synthetic Internet at the far end of a link: each probe is turned into its answer
 * where it lies, and goes back at once.  No state but the limits of ICMP errors; round
 * trips take no time.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/netsim/netsim.h"
#include "tests/netsim/world.h"
#include "wire/checksum.h"
#include "wire/headers.h"
#include "wire/revtr.h"

#define NODE_TTL   64
#define ROUTER_TTL 255
/* The longest L4 part whose checksum is looked at. */
#define VERIFY_MAX 256

/* Set before the program runs. */
struct world world;
uint32_t link_net; /* left to the kernel */
uint32_t link_mask;
bool verifies; /* L4 checksums, too */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NETSIM_COUNTERS);
	__type(key, uint32_t);
	__type(value, uint64_t);
} counters SEC(".maps");

struct bucket {
	uint64_t filled_ns; /* when it was looked at last */
	uint64_t saved_ns;  /* worth of time that is not used up */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, NETSIM_LIMITED_NODES);
	__type(key, uint32_t);
	__type(value, struct bucket);
} buckets SEC(".maps");

/* An IPv4 packet without options in an Ethernet frame. */
struct WIRE head {
	struct eth_hdr eth;
	struct ipv4_hdr ip;
};

/* What is known of the probe, in host order. */
struct probe {
	uint32_t src, dst;
	uint32_t word; /* the first after the IP header */
	uint32_t l4_len;
	uint8_t proto;
	uint8_t ttl;
};

static __always_inline int count(enum netsim_counter which, int verdict)
{
	uint32_t key = which;
	uint64_t *value = bpf_map_lookup_elem(&counters, &key);

	if (value)
		(*value)++;
	return verdict;
}

/* At most `max` bytes, a constant; reads nothing behind the end. */
static __always_inline struct csum sum_bytes(const void *at, const void *end, uint32_t len,
					     uint32_t max)
{
	const uint8_t *bytes = at;
	struct csum sum = { 0 };
	uint32_t i;

	for (i = 0; i < max; i += 2) {
		uint16_t word;

		if (i + 1 >= len || (const void *)(bytes + i + 2) > end)
			break;
		__builtin_memcpy(&word, bytes + i, sizeof(word));
		sum.words += word;
	}
	if (i + 1 == len && i < max && (const void *)(bytes + i + 1) <= end)
		sum.words += be16_from((uint16_t)(bytes[i] << 8)).raw;
	return sum;
}

static __always_inline void turn_around(struct eth_hdr *eth)
{
	uint8_t mac[6];

	__builtin_memcpy(mac, eth->dst, sizeof(mac));
	__builtin_memcpy(eth->dst, eth->src, sizeof(mac));
	__builtin_memcpy(eth->src, mac, sizeof(mac));
}

static __always_inline void write_ip(struct ipv4_hdr *ip, uint32_t src, uint32_t dst, uint8_t proto,
				     uint32_t l4_len, uint8_t ttl)
{
	struct ipv4_hdr fresh = {
		.ver_ihl = IPV4_VER_IHL,
		.total_len = be16_from((uint16_t)(sizeof(fresh) + l4_len)),
		.ttl = ttl,
		.proto = proto,
		.src = be32_from(src),
		.dst = be32_from(dst),
	};
	struct csum sum = { 0 };

	fresh.checksum = csum_finish(csum_add(sum, &fresh, sizeof(fresh)));
	*ip = fresh;
}

/* Makes the frame that long; the caller must look for its bounds anew. */
static __always_inline bool resize(struct xdp_md *ctx, uint32_t l4_len)
{
	const uint8_t *data = (void *)(long)ctx->data;
	const uint8_t *end = (void *)(long)ctx->data_end;
	long len = end - data;

	/* Or else the compiler takes 32 bits of each pointer, which the verifier forbids. */
	asm volatile("" : "+r"(len));
	return bpf_xdp_adjust_tail(ctx, (int)(sizeof(struct head) + l4_len) - (int)len) == 0;
}

/* --- limits ------------------------------------------------------------------- */

/* One error costs `error_gap_ns`; `error_burst` times that can be saved.  Two CPUs at
 * once may let one too many pass. */
static __always_inline bool may_send_error(uint32_t node)
{
	uint64_t most = (uint64_t)world.error_gap_ns * world.error_burst;
	uint64_t now = bpf_ktime_get_ns();
	struct bucket *known = bpf_map_lookup_elem(&buckets, &node);
	struct bucket fresh = { now, most };
	struct bucket *b = known ? known : &fresh;

	b->saved_ns += now - b->filled_ns;
	b->filled_ns = now;
	if (b->saved_ns > most)
		b->saved_ns = most;
	if (b->saved_ns < world.error_gap_ns)
		return false;
	b->saved_ns -= world.error_gap_ns;
	if (!known)
		bpf_map_update_elem(&buckets, &node, &fresh, BPF_ANY);
	return true;
}

/* --- answers ------------------------------------------------------------------- */

/* An ICMP error with the probe's header as it came in at the node.  That header sums up
 * to zero, like every right one, so that only what is quoted behind it counts. */
static __always_inline int answer_error(struct xdp_md *ctx, const struct probe *p,
					const struct world_node *node, uint8_t type, uint8_t code)
{
	struct icmp_hdr icmp = { .type = type, .code = code };
	uint32_t quote = world.quote < p->l4_len ? world.quote : p->l4_len;
	struct head *head = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	be16 before, after;
	struct eth_hdr eth;
	struct csum sum;

	if ((void *)(head + 1) > end)
		return XDP_DROP;
	before = be16_from((uint16_t)(head->ip.ttl << 8 | head->ip.proto));
	after = be16_from((uint16_t)(node->ttl_left << 8 | head->ip.proto));
	head->ip.ttl = (uint8_t)node->ttl_left;
	head->ip.checksum = csum_replace(head->ip.checksum, before, after);
	sum = sum_bytes(head + 1, end, quote, WORLD_QUOTE_MAX);
	icmp.checksum = csum_finish(csum_add(sum, &icmp, sizeof(icmp)));
	eth = head->eth;
	turn_around(&eth);
	if (!resize(ctx, quote) ||
	    bpf_xdp_adjust_head(ctx, -(int)(sizeof(struct ipv4_hdr) + sizeof(icmp))))
		return XDP_DROP;
	head = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if ((void *)(head + 1) + sizeof(icmp) > end)
		return XDP_DROP;
	head->eth = eth;
	write_ip(&head->ip, node->addr, p->src, PROTO_ICMP,
		 sizeof(icmp) + sizeof(struct ipv4_hdr) + quote,
		 (uint8_t)((node->is_end ? NODE_TTL : ROUTER_TTL) - node->hop + 1));
	__builtin_memcpy(head + 1, &icmp, sizeof(icmp));
	return XDP_TX;
}

static __always_inline int answer_echo(struct xdp_md *ctx, const struct probe *p, uint8_t ttl)
{
	struct head *head = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct icmp_hdr *icmp = (void *)(head + 1);

	if ((void *)(icmp + 1) > end)
		return XDP_DROP;
	turn_around(&head->eth);
	write_ip(&head->ip, p->dst, p->src, PROTO_ICMP, p->l4_len, ttl);
	icmp->checksum =
		csum_replace(icmp->checksum, be16_from((uint16_t)(icmp->type << 8 | icmp->code)),
			     be16_from((uint16_t)(ICMPV4_ECHO_REPLY << 8 | icmp->code)));
	icmp->type = ICMPV4_ECHO_REPLY;
	return XDP_TX;
}

static __always_inline int answer_tcp(struct xdp_md *ctx, const struct probe *p, bool is_open,
				      uint8_t ttl)
{
	struct head *head = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct tcp_hdr *tcp = (void *)(head + 1);
	struct tcp_hdr answer = { .data_off = sizeof(answer) / 4 << 4 };
	struct csum sum = { 0 };

	if ((void *)(tcp + 1) > end || tcp->flags & TCP_RST)
		return XDP_DROP;
	answer.sport = tcp->dport;
	answer.dport = tcp->sport;
	if (tcp->flags & TCP_ACK) {
		answer.seq = tcp->ack;
		answer.flags = TCP_RST;
	} else {
		answer.ack = be32_from(be32_to(tcp->seq) + !!(tcp->flags & (TCP_SYN | TCP_FIN)));
		answer.flags = TCP_ACK | (is_open ? TCP_SYN : TCP_RST);
	}
	sum = csum_add32(csum_add32(sum, be32_from(p->dst)), be32_from(p->src));
	sum = csum_add16(csum_add16(sum, be16_from(PROTO_TCP)), be16_from(sizeof(answer)));
	answer.checksum = csum_finish(csum_add(sum, &answer, sizeof(answer)));
	turn_around(&head->eth);
	write_ip(&head->ip, p->dst, p->src, PROTO_TCP, sizeof(answer), ttl);
	__builtin_memcpy(tcp, &answer, sizeof(answer));
	return resize(ctx, sizeof(answer)) ? XDP_TX : XDP_DROP;
}

/* The server's own probe would meet that node; by its address, or 0 for silence. */
static __always_inline uint32_t meets(const struct probe *p, const struct revtr_request *request)
{
	uint8_t proto = request->proto ? request->proto : PROTO_ICMP;
	uint32_t word = (uint32_t)REVTR_PROBE_PORT << 16 | be16_to(request->flow);
	struct world_node node;

	if (proto == PROTO_ICMP)
		word = (uint32_t)ICMPV4_ECHO << 24 | be16_to(request->flow);
	node = world_return(&world, p->dst, p->src, request->ttl,
			    world_flow(&world, p->dst, p->src, proto, word));
	return !node.is_end && world_is_silent(&world, node.addr) ? 0 : node.addr;
}

static __always_inline bool is_probe_proto(uint8_t proto)
{
	return !proto || proto == PROTO_ICMP || proto == PROTO_UDP || proto == PROTO_TCP;
}

struct WIRE response {
	struct icmp_hdr icmp;
	struct revtr_answer answer;
};

/* As a reverse traceroute server; where its probe meets silence, it is silent. */
static __always_inline int answer_request(struct xdp_md *ctx, const struct probe *p, uint8_t ttl)
{
	struct head *head = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct WIRE {
		struct icmp_hdr icmp;
		struct revtr_request request;
	} *asked = (void *)(head + 1);
	struct response r = { .icmp = { .type = ICMPV4_ECHO_REPLY, .code = REVTR_ICMP_CODE } };
	uint32_t len = sizeof(r);
	struct csum sum = { 0 };
	uint32_t hop;

	if ((void *)(asked + 1) > end)
		return count(NETSIM_IGNORED, XDP_DROP);
	r.icmp.id = asked->icmp.id;
	r.icmp.seq = asked->icmp.seq;
	if (asked->request.ttl == 0 || !is_probe_proto(asked->request.proto)) {
		r.answer.head.status = asked->request.ttl ? REVTR_BAD_PROTO : REVTR_BAD_TTL;
		len = sizeof(r.icmp) + sizeof(r.answer.head);
	} else {
		hop = meets(p, &asked->request);
		if (!hop)
			return count(NETSIM_SILENT, XDP_DROP);
		r.answer.result.hop = addr_from_v4(be32_from(hop));
		r.answer.result.rtt_ns = be32_from(1000u * asked->request.ttl);
	}
	r.icmp.checksum = csum_finish(csum_add(sum, &r, sizeof(r)));
	if (!resize(ctx, len))
		return XDP_DROP;
	head = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if ((void *)(head + 1) + sizeof(r.icmp) + sizeof(r.answer.head) > end)
		return XDP_DROP;
	turn_around(&head->eth);
	write_ip(&head->ip, p->dst, p->src, PROTO_ICMP, len, ttl);
	__builtin_memcpy(head + 1, &r, sizeof(r.icmp) + sizeof(r.answer.head));
	if (len != sizeof(r))
		return count(NETSIM_STATUS, XDP_TX);
	if ((void *)(head + 1) + sizeof(r) > end)
		return XDP_DROP;
	__builtin_memcpy(head + 1, &r, sizeof(r));
	return count(NETSIM_RESULT, XDP_TX);
}

/* --- what comes in ---------------------------------------------------------------- */

static __always_inline int answer_icmp(struct xdp_md *ctx, const struct probe *p, uint8_t ttl)
{
	if (p->word >> 24 != ICMPV4_ECHO)
		return count(NETSIM_IGNORED, XDP_DROP);
	if ((p->word >> 16 & 0xff) == REVTR_ICMP_CODE && world_is_server(&world, p->dst))
		return answer_request(ctx, p, ttl);
	return count(NETSIM_ECHO, answer_echo(ctx, p, ttl));
}

static __always_inline int answer_end(struct xdp_md *ctx, const struct probe *p,
				      const struct world_node *node)
{
	uint8_t ttl = (uint8_t)(NODE_TTL - node->hop + 1);
	bool is_open;

	switch (p->proto) {
	case PROTO_ICMP:
		return answer_icmp(ctx, p, ttl);
	case PROTO_UDP:
		return count(NETSIM_UNREACHABLE,
			     answer_error(ctx, p, node, ICMPV4_UNREACHABLE, ICMPV4_CODE_PORT));
	case PROTO_TCP:
		is_open = world_is_open(&world, p->dst);
		return count(is_open ? NETSIM_OPEN : NETSIM_RESET,
			     answer_tcp(ctx, p, is_open, ttl));
	default:
		return count(NETSIM_IGNORED, XDP_DROP);
	}
}

static __always_inline int answer(struct xdp_md *ctx, const struct probe *p)
{
	uint32_t flow = world_flow(&world, p->src, p->dst, p->proto, p->word);
	struct world_node node = world_forward(&world, p->dst, p->ttl, flow);

	if (node.is_end ? world_is_deaf(&world, p->dst) : world_is_silent(&world, node.addr))
		return count(NETSIM_SILENT, XDP_DROP);
	if (world.loss && bpf_get_prandom_u32() < world.loss)
		return count(NETSIM_LOST, XDP_DROP);
	if (world.error_gap_ns && (!node.is_end || p->proto == PROTO_UDP) &&
	    !may_send_error(node.addr))
		return count(NETSIM_LIMITED, XDP_DROP);
	if (node.is_end)
		return answer_end(ctx, p, &node);
	return count(NETSIM_EXCEEDED, answer_error(ctx, p, &node, ICMPV4_TIME_EXCEEDED, 0));
}

static __always_inline bool l4_is_right(const struct probe *p, const void *l4, const void *end)
{
	struct csum sum = sum_bytes(l4, end, p->l4_len, VERIFY_MAX);

	if (p->l4_len > VERIFY_MAX)
		return true;
	if (p->proto != PROTO_ICMP) {
		sum = csum_add32(csum_add32(sum, be32_from(p->src)), be32_from(p->dst));
		sum = csum_add16(sum, be16_from(p->proto));
		sum = csum_add16(sum, be16_from((uint16_t)p->l4_len));
	}
	return csum_folded(sum) == 0xffff;
}

SEC("xdp")
int netsim(struct xdp_md *ctx)
{
	struct head *head = (void *)(long)ctx->data;
	void *end = (void *)(long)ctx->data_end;
	struct csum sum = { 0 };
	struct probe p;
	be32 word;

	if ((void *)(head + 1) > end || be16_to(head->eth.type) != ETHER_IPV4)
		return XDP_PASS;
	p.src = be32_to(head->ip.src);
	p.dst = be32_to(head->ip.dst);
	if ((p.dst & link_mask) == link_net || p.dst >> 28 >= 0xe)
		return XDP_PASS;
	count(NETSIM_PROBES, 0);
	p.ttl = head->ip.ttl;
	p.proto = head->ip.proto;
	p.l4_len = (uint32_t)be16_to(head->ip.total_len) - (uint32_t)sizeof(head->ip);
	if (head->ip.ver_ihl != IPV4_VER_IHL || p.ttl == 0 || p.l4_len < 8 || p.l4_len > 1500 ||
	    (void *)(head + 1) + p.l4_len > end || (void *)(head + 1) + 8 > end ||
	    be16_to(head->ip.frag) & (IPV4_FRAG_MORE | IPV4_FRAG_OFFSET) ||
	    csum_folded(csum_add(sum, &head->ip, sizeof(head->ip))) != 0xffff ||
	    (verifies && !l4_is_right(&p, head + 1, end)))
		return count(NETSIM_DAMAGED, XDP_DROP);
	__builtin_memcpy(&word, head + 1, sizeof(word));
	p.word = be32_to(word);
	return answer(ctx, &p);
}

/* For the near end of a veth pair, which takes what XDP sends only if it has a program. */
SEC("xdp")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
