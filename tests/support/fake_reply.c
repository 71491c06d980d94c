// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "prober/probe/identity.h"
#include "tests/support/fake_packet.h"
#include "wire/revtr.h"

/* Of a packet of ours, quoted or seen as it leaves. */
static void reply_own(const struct probe_spec *spec, struct reply *r)
{
	bool is_v4 = addr_is_v4(&spec->dst);

	r->peer = spec->dst;
	r->is_request = spec->is_request;
	r->id = spec->id;
	r->proto = spec->is_request ? is_v4 ? PROTO_ICMP : PROTO_ICMPV6 : spec->proto;
	r->quoted_ttl = spec->is_request ? REVTR_HOP_LIMIT : spec->ttl;
	if (is_v4) {
		r->ipv4_id = identity_ipv4_id(spec);
		r->keyed |= KEYED_IPV4_ID;
	}
	if (spec->is_request)
		return;
	r->flow = spec->flow;
	if (spec->proto == PROTO_TCP) {
		r->seq_tag = (uint16_t)(spec->tag >> 16);
		r->keyed |= KEYED_SEQ;
		return;
	}
	r->payload_tag = spec->tag;
	r->keyed |= KEYED_PAYLOAD;
	if (spec->proto == PROTO_UDP)
		return;
	r->icmp_id = spec->icmp_id;
	r->keyed |= KEYED_ICMP_ID;
}

static void reply_answer(const struct fake_effect *effect, const struct probe_spec *spec,
			 struct reply *r)
{
	r->icmp_code = effect->icmp_code;
	r->is_request = true;
	r->id = spec->id;
	if (effect->is_echo) {
		uint8_t word[4] = { spec->ttl, spec->proto, (uint8_t)(spec->flow >> 8),
				    (uint8_t)spec->flow };

		memcpy(r->answer.word, word, sizeof(word));
		r->answer.text_len = word[1];
		r->answer.body_len =
			(uint16_t)(revtr_padded_len(addr_is_v4(&spec->dst), spec->proto) -
				   sizeof(struct icmp_hdr));
		r->answer.has_hop = r->answer.has_rtt = true; /* the padding, taken for one */
		return;
	}
	r->icmp_code = REVTR_ICMP_CODE;
	r->answer.word[0] = effect->status;
	r->answer.body_len = sizeof(struct revtr_status_hdr);
	if (effect->status != REVTR_RESULT)
		return;
	r->answer.body_len = sizeof(struct revtr_answer);
	r->answer.has_hop = r->answer.has_rtt = true;
	r->answer.hop = effect->hop;
	r->answer.rtt_ns = effect->has_wide_time ? effect->rtt_ns : (uint32_t)effect->rtt_ns;
}

static void reply_arrival(const struct fake_effect *effect, const struct probe_spec *spec,
			  struct reply *r)
{
	r->proto = spec->proto;
	r->flow = spec->flow;
	r->id = effect->id;
	if (addr_is_v4(&spec->dst))
		r->ipv4_id = spec->id;
}

void fake_reply_build(const struct fake_effect *effect, const struct probe_spec *spec,
		      struct reply *ret_reply)
{
	struct reply r = { .kind = effect->kind };

	if (effect->kind != REPLY_SENT) {
		r.from = r.peer = effect->from;
		r.to = spec->src;
		r.ttl = effect->ttl;
	}
	r.icmp_type = effect->icmp_type;
	r.icmp_code = effect->icmp_code;
	switch (effect->kind) {
	case REPLY_ERROR:
	case REPLY_SENT:
		reply_own(spec, &r);
		break;
	case REPLY_ECHO:
		reply_own(spec, &r);
		r.keyed &= (uint8_t)~KEYED_IPV4_ID;
		r.flow = r.ipv4_id = r.quoted_ttl = 0;
		break;
	case REPLY_TCP:
		reply_own(spec, &r);
		r.keyed = KEYED_SEQ;
		r.ipv4_id = r.quoted_ttl = 0;
		break;
	case REPLY_ANSWER:
		reply_answer(effect, spec, &r);
		break;
	case REPLY_ARRIVAL:
		reply_arrival(effect, spec, &r);
		break;
	case REPLY_KIND_COUNT:
		break;
	}
	*ret_reply = r;
}
