// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_travel.h"

#include "wire/revtr.h"

#define REPLY_TTL     55
#define UNKNOWN_PROTO 253 /* RFC 3692 */

uint32_t fake_dice_below(struct fake_dice *dice, uint32_t bound)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15ull; /* SplitMix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (uint32_t)(((z ^ z >> 31) >> 32) * bound >> 32);
}

bool fake_dice_hits(struct fake_dice *dice, uint32_t per_million)
{
	return per_million && fake_dice_below(dice, 1000000) < per_million;
}

/* Where the probe ends up: the hop, and the TTL that is left of it there. */
static struct fake_hop travel_walk(const struct fake_world *world, const struct fake_leg *leg,
				   uint8_t ttl, uint8_t *ret_left)
{
	struct fake_hop hop = { .kind = FAKE_SILENT };

	for (unsigned int at = 1; at <= ttl; at++) {
		hop = world->hop(world->self, leg, (uint8_t)at);
		*ret_left = (uint8_t)(ttl - at + 1);
		if (hop.kind == FAKE_END || hop.kind == FAKE_UNREACHABLE)
			break;
	}
	return hop;
}

static bool travel_is_answered(const struct fake_hop *hop, struct fake_dice *dice)
{
	return hop->kind != FAKE_SILENT &&
	       (hop->kind != FAKE_LIMITED || fake_dice_below(dice, 3) == 0);
}

static void travel_expired(const struct fake_hop *hop, bool is_v4, struct fake_effect *effect)
{
	effect->kind = REPLY_ERROR;
	effect->icmp_type = is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;
	if (hop->kind != FAKE_UNREACHABLE)
		return;
	effect->icmp_type = hop->icmp_type;
	effect->icmp_code = hop->icmp_code;
}

static void travel_destination(const struct probe_spec *spec, bool is_v4,
			       struct fake_effect *effect)
{
	if (spec->proto == PROTO_TCP) {
		effect->kind = REPLY_TCP;
	} else if (spec->proto == PROTO_UDP) {
		effect->kind = REPLY_ERROR;
		effect->icmp_type = is_v4 ? ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE;
		effect->icmp_code = is_v4 ? ICMPV4_CODE_PORT : ICMPV6_CODE_PORT;
	} else {
		effect->kind = REPLY_ECHO;
		effect->icmp_type = is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	}
}

static size_t travel_forward(const struct fake_world *world, const struct probe_spec *spec,
			     const struct fake_leg *leg, struct fake_dice *dice,
			     struct fake_event *event)
{
	struct fake_host host = world->host(world->self, &spec->dst);
	bool is_v4 = addr_is_v4(&spec->dst);
	uint8_t left = 0;
	struct fake_hop hop = travel_walk(world, leg, spec->ttl, &left);

	if (!travel_is_answered(&hop, dice) || (hop.kind == FAKE_END && host.speech == FAKE_DEAD))
		return 0;
	event->effect.from = hop.addr;
	event->delay_ns = hop.rtt_ns;
	if (hop.kind == FAKE_END)
		travel_destination(spec, is_v4, &event->effect);
	else
		travel_expired(&hop, is_v4, &event->effect);
	return 1;
}

/* The status with which the server refuses the request; REVTR_RESULT: it doesn't. */
static uint8_t travel_refusal(const struct fake_host *host, const struct probe_spec *spec)
{
	bool is_v4 = addr_is_v4(&spec->dst);
	bool is_known = spec->proto == PROTO_UDP || spec->proto == PROTO_TCP ||
			spec->proto == (is_v4 ? PROTO_ICMP : PROTO_ICMPV6);

	if (spec->ttl == 0)
		return REVTR_BAD_TTL;
	if (!is_known || (host->refused_proto && host->refused_proto == spec->proto))
		return host->is_swapped ? REVTR_BAD_FLOW : REVTR_BAD_PROTO;
	if (host->refused_flow && host->refused_flow == spec->flow)
		return host->is_swapped ? REVTR_BAD_PROTO : REVTR_BAD_FLOW;
	return host->refusal;
}

/* The server sends a probe towards us, and tells who answers it. */
static size_t travel_serve(const struct fake_world *world, const struct fake_host *host,
			   const struct probe_spec *spec, const struct fake_leg *leg,
			   struct fake_dice *dice, struct fake_event *events)
{
	struct fake_event answer = { .effect = { .kind = REPLY_ANSWER, .from = spec->dst } };
	uint8_t left = 0;
	struct fake_hop hop;
	size_t count = 0;

	answer.delay_ns = host->rtt_ns;
	answer.effect.status = travel_refusal(host, spec);
	if (spec->proto == UNKNOWN_PROTO && host->ignores_unknown)
		return 0;
	if (answer.effect.status == REVTR_RESULT) {
		hop = travel_walk(world, leg, spec->ttl, &left);
		if (hop.kind == FAKE_END) {
			events[count].effect =
				(struct fake_effect){ .kind = REPLY_ARRIVAL, .from = spec->dst };
			events[count].effect.ttl = left;
			events[count].effect.id = spec->id;
			if (host->has_global_ids)
				events[count].effect.id = (uint16_t)fake_dice_below(dice, 65536);
			events[count++].delay_ns = (host->rtt_ns + hop.rtt_ns) / 2;
		}
		if (!travel_is_answered(&hop, dice) ||
		    (hop.kind == FAKE_END && host->client_filters))
			return count;
		answer.delay_ns += hop.rtt_ns;
		answer.effect.hop = hop.addr;
		if (hop.kind == FAKE_END && host->client_is)
			answer.effect.hop = fake_addr(host->client_is);
		answer.effect.rtt_ns = hop.rtt_ns;
		answer.effect.has_wide_time = host->has_wide_time;
	}
	events[count++] = answer;
	return count;
}

static size_t travel_request(const struct fake_world *world, const struct probe_spec *spec,
			     const struct fake_leg *leg, struct fake_dice *dice,
			     struct fake_event *events)
{
	struct fake_host host = world->host(world->self, &spec->dst);
	bool is_v4 = addr_is_v4(&spec->dst);
	bool is_gone = host.gone_at.ns && !mono_before(leg->at, host.gone_at);
	struct fake_effect *effect = &events->effect;

	if (host.speech == FAKE_DEAD)
		return 0;
	if (host.speech == FAKE_SERVER && !is_gone)
		return travel_serve(world, &host, spec, leg, dice, events);
	events->delay_ns = host.rtt_ns;
	effect->kind = REPLY_ANSWER;
	effect->from = spec->dst;
	effect->is_echo = true;
	effect->icmp_code = host.speech == FAKE_ECHOES_CODE_0 ? 0 : REVTR_ICMP_CODE;
	effect->icmp_type = is_v4 ? ICMPV4_ECHO_REPLY : ICMPV6_ECHO_REPLY;
	if (host.speech != FAKE_NOT_THERE)
		return 1;
	effect->kind = REPLY_ERROR;
	effect->from = fake_router('N', is_v4);
	effect->icmp_type = is_v4 ? ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE;
	effect->icmp_code = is_v4 ? 1 : 3; /* host, address unreachable */
	return 1;
}

size_t fake_travel(const struct fake_world *world, const struct probe_spec *spec, mono now,
		   struct fake_dice *dice, struct fake_event events[static FAKE_EFFECTS_MAX])
{
	struct fake_leg leg = { .host = spec->dst,
				.end = spec->is_request ? spec->src : spec->dst,
				.is_reverse = spec->is_request,
				.proto = spec->proto,
				.flow = spec->flow,
				.at = now };
	size_t count;

	for (size_t i = 0; i < FAKE_EFFECTS_MAX; i++)
		events[i] = (struct fake_event){ .effect = { .ttl = REPLY_TTL } };
	if (spec->is_request)
		count = travel_request(world, spec, &leg, dice, events);
	else
		count = travel_forward(world, spec, &leg, dice, events);
	for (size_t i = 0; i < count; i++)
		if (!events[i].effect.ttl)
			events[i].effect.ttl = REPLY_TTL;
	return count;
}
