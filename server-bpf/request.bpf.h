// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is asked for, and whether it may be: everything about a request that needs
 * no session.  docs/protocol.md has the layouts.
 */
#pragma once

#include "server-bpf/access.bpf.h"
#include "server-bpf/intact.bpf.h"
#include "server-bpf/limit.bpf.h"
#include "server-bpf/maps.bpf.h"
#include "server-bpf/packet.bpf.h"
#include "server-bpf/session.bpf.h"
#include "server-bpf/special.bpf.h"
#include "wire/revtr.h"

struct request {
	struct session_wish wish;
	be16 refused;		   /* class and c-type of an object that was refused */
	uint8_t access_generation; /* of the lists that it is judged by */
	uint8_t zero;
};
_Static_assert(sizeof(struct request) == 60, "no padding");

static __always_inline uint8_t request_icmp(const struct packet *p)
{
	return p->is_v4 ? PROTO_ICMP : PROTO_ICMPV6;
}

static __always_inline be16 request_default_flow(uint8_t proto)
{
	if (proto == PROTO_UDP)
		return be16_from(REVTR_FLOW_UDP);
	return be16_from(proto == PROTO_TCP ? REVTR_FLOW_TCP : REVTR_FLOW_ICMP);
}

static __always_inline bool request_read(struct __sk_buff *skb, const struct packet *p,
					 const struct icmp_hdr *icmp, struct request *r)
{
	struct revtr_request asked;

	if (!packet_load(skb, p, sizeof(*icmp), &asked, sizeof(asked)))
		return false;
	r->wish.request.client = p->src;
	r->wish.request.id = icmp->id;
	r->wish.request.ttl = asked.ttl;
	r->wish.request.proto = asked.proto ? asked.proto : request_icmp(p);
	r->wish.request.flow =
		be16_to(asked.flow) ? asked.flow : request_default_flow(r->wish.request.proto);
	r->access_generation = access_in_force();
	r->wish.asked = p->dst;
	r->wish.target = p->src;
	return true;
}

/* Is it from a host to this host, and as it was sent?  If not, it is the kernel's. */
static __always_inline bool request_is_ours(struct __sk_buff *skb, const struct packet *p,
					    const struct icmp_hdr *icmp)
{
	if (!is_own_address(&p->dst)) {
		count(COUNT_BAD_DESTINATION, p->is_v4);
		return false;
	}
	if (!packet_source_is_host(p) || is_own_address(&p->src)) {
		count(COUNT_BAD_SOURCE, p->is_v4);
		return false;
	}
	if (packet_checksum(skb, p, icmp->checksum.raw) != INTACT) {
		count(COUNT_BAD_CHECKSUM, p->is_v4);
		return false;
	}
	return true;
}

/* As deployed: an IPv4 target is in the last four bytes, mapped or "compatible"
 * (RFC 4291 section 2.5.5). */
static __always_inline bool object_target(const struct packet *p, const struct addr *given,
					  struct addr *ret_target)
{
	uint64_t high;
	uint32_t mid;

	if (!p->is_v4) {
		*ret_target = *given;
		return !addr_is_v4(given);
	}
	__builtin_memcpy(&high, given->bytes, sizeof(high));
	__builtin_memcpy(&mid, given->bytes + sizeof(high), sizeof(mid));
	*ret_target = addr_from_v4(addr_to_v4(given));
	return high == 0 && (mid == 0 || mid == be32_from(0xffff).raw);
}

static __always_inline bool object_is_intact(const struct revtr_object *object)
{
	struct csum sum = { 0 };

	/* 0: the sender did not sum (RFC 4884 section 7). */
	return !be16_to(object->checksum) ||
	       csum_folded(csum_add(sum, object, sizeof(*object))) == 0xffff;
}

/* Who may ask for indirect traces, and towards whom. */
static __always_inline bool object_is_allowed(const struct request *r)
{
	return config.indirect &&
	       access_may_ask_indirect(r->access_generation, &r->wish.request.client) &&
	       !addr_is_special(&r->wish.target) && !is_own_address(&r->wish.target);
}

/*
 * Reads the object behind the request, if there is one.  False if it is refused; one
 * that is cut short is refused, too.
 */
__noinline int request_read_object(struct __sk_buff *skb, const struct packet *p, struct request *r)
{
	uint32_t off = sizeof(struct icmp_hdr) + sizeof(struct revtr_request);
	struct revtr_object object = { 0 };
	uint8_t version;

	if (!p || !r)
		return false;
	if (!packet_load(skb, p, off, &version, sizeof(version)) ||
	    (version & 0xf0) != REVTR_OBJECT_VERSION)
		return true;
	if (!packet_load(skb, p, off, &object, sizeof(object)))
		return false;
	__builtin_memcpy(&r->refused, &object.class, sizeof(r->refused));
	if (be16_to(object.len) != REVTR_OBJECT_LEN || object.class != REVTR_OBJECT_CLASS ||
	    object.c_type != 0 || !object_is_intact(&object))
		return false;
	if (!object_target(p, &object.target, &r->wish.target) || !object_is_allowed(r))
		return false;
	r->wish.request.object =
		csum_finish(csum_add((struct csum){ 0 }, &r->wish.target, sizeof(struct addr)));
	return true;
}

/* What to refuse it with; REVTR_RESULT if with nothing. */
static __always_inline enum revtr_status request_judge(struct __sk_buff *skb,
						       const struct packet *p, struct request *r)
{
	uint8_t proto = r->wish.request.proto;

	if (!request_read_object(skb, p, r))
		return REVTR_BAD_OBJECT;
	if (r->wish.request.ttl == 0)
		return REVTR_BAD_TTL;
	if (proto != PROTO_UDP && proto != PROTO_TCP && proto != request_icmp(p))
		return REVTR_BAD_PROTO;
	return REVTR_RESULT;
}

/*
 * Who asks, at what price, how often: in this order, so that nobody uses up what
 * others may ask by requests that are not served anyway.  COUNT_REQUEST if it is to
 * be served, or refused with `refusal`; else the reason to drop it.
 */
static __noinline enum server_counter request_admit(const struct packet *p, const struct request *r,
						    enum revtr_status refusal)
{
	const struct session_wish *wish = &r->wish;
	bool is_indirect = !addr_equal(&wish->target, &wish->request.client);
	uint64_t now_ns = bpf_ktime_get_ns();
	enum server_counter judged;

	if (!access_may_ask(r->access_generation, &wish->request.client))
		return COUNT_NOT_ALLOWED;
	if (refusal == REVTR_RESULT && !padding_suffices(p, wish->request.proto, is_indirect))
		return COUNT_UNPADDED;
	judged = limit_judge(&wish->request.client, now_ns);
	if (judged == COUNT_REQUEST && refusal == REVTR_RESULT && is_indirect &&
	    !limit_allows_target(&wish->target, now_ns))
		return COUNT_TARGET_LIMIT;
	return judged;
}
