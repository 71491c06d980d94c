// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/by_hand.h"

#include <criterion/criterion.h>

#include "tests/support/fake_trace.h"
#include "wire/revtr.h"

static void note(void *self, const struct engine_packet *packet, mono now)
{
	struct by_hand *h = self;

	(void)now;
	cr_assert_lt(h->count, 64);
	h->packets[h->count++] = *packet;
}

void by_hand_start(struct by_hand *h, enum trace_direction direction, const char *dst,
		   uint8_t proto)
{
	static struct fake_site site = { .host = { .speech = FAKE_DEAD },
					 .forward = "* * * * * * * *" };
	static const struct fake_sites sites = { &site, 1 };
	struct fake_network_config config = { .engine = fake_engine_config(),
					      .world = fake_world_of(&sites),
					      .has_no_stamps = true,
					      .self = h,
					      .sent = note };
	struct trace_spec spec = fake_trace_spec(direction, dst, proto, 0);

	site.addr = dst;
	h->count = 0;
	h->network = fake_network_new(&config);
	fake_network_add(h->network, &spec);
	fake_network_run(h->network, mono_after(FAKE_START, NS_PER_S / 2));
	cr_assert_gt(h->count, 0);
}

void by_hand_end(struct by_hand *h)
{
	fake_network_free(h->network);
}

struct reply by_hand_reply(const struct by_hand *h, size_t packet, enum reply_kind kind)
{
	const struct probe_spec *spec = &h->packets[packet].spec;
	struct fake_effect effect = { .kind = kind, .from = spec->dst, .ttl = 50, .id = spec->id };
	bool is_v4 = addr_is_v4(&spec->dst);
	struct reply reply;

	cr_assert_lt(packet, h->count);
	if (kind == REPLY_ERROR) {
		effect.from = fake_router('A', is_v4);
		effect.icmp_type = is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;
	}
	effect.status = REVTR_BAD_TTL;
	fake_reply_build(&effect, spec, &reply);
	return reply;
}

struct reply by_hand_result(const struct by_hand *h, size_t packet, char router, uint64_t rtt_ns)
{
	const struct probe_spec *spec = &h->packets[packet].spec;
	struct fake_effect effect = { .kind = REPLY_ANSWER,
				      .from = spec->dst,
				      .ttl = 50,
				      .hop = fake_router(router, addr_is_v4(&spec->dst)),
				      .rtt_ns = rtt_ns };
	struct reply reply;

	fake_reply_build(&effect, spec, &reply);
	return reply;
}

void by_hand_expect(struct by_hand *h, const struct reply *reply, enum match_verdict want)
{
	enum match_verdict got = fake_network_inject(h->network, reply);

	cr_assert_eq(got, want, "%s, want %s", match_verdict_name(got), match_verdict_name(want));
}
