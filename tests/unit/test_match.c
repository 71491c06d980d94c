// SPDX-License-Identifier: GPL-2.0-or-later
/* Which replies are taken for answers, and as what the others are counted. */
#include <criterion/criterion.h>

#include "prober/engine/verdict.h"
#include "tests/support/fake_trace.h"
#include "wire/revtr.h"

#define V4 "203.0.113.9"
#define V6 "2001:db8:9::9"

/* A network in which nobody answers but by hand. */
struct by_hand {
	struct fake_network *network;
	struct engine_packet packets[64];
	size_t count;
};

static void note(void *self, const struct engine_packet *packet, mono now)
{
	struct by_hand *h = self;

	(void)now;
	cr_assert_lt(h->count, 64);
	h->packets[h->count++] = *packet;
}

static void by_hand_start(struct by_hand *h, enum trace_direction direction, const char *dst,
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

/* What `from` would send because of the first packet. */
static struct reply reply_to_first(const struct by_hand *h, enum reply_kind kind)
{
	const struct probe_spec *spec = &h->packets[0].spec;
	struct fake_effect effect = { .kind = kind, .from = spec->dst, .ttl = 50 };
	struct reply reply;

	if (kind == REPLY_ERROR) {
		effect.from = fake_router('A', addr_is_v4(&spec->dst));
		effect.icmp_type =
			addr_is_v4(&spec->dst) ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED;
	}
	effect.status = REVTR_BAD_TTL;
	fake_reply_build(&effect, spec, &reply);
	return reply;
}

static void expect(struct by_hand *h, const struct reply *reply, enum match_verdict want)
{
	enum match_verdict got = fake_network_inject(h->network, reply);

	cr_assert_eq(got, want, "%s, want %s", match_verdict_name(got), match_verdict_name(want));
}

Test(match, only_the_right_quote_is_an_answer)
{
	struct reply right;
	struct reply wrong;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	right = wrong = reply_to_first(&h, REPLY_ERROR);
	wrong.payload_tag ^= 1;
	expect(&h, &wrong, MATCH_FORGED);
	wrong = right;
	wrong.keyed = KEYED_IPV4_ID;
	wrong.ipv4_id ^= 0x0100;
	expect(&h, &wrong, MATCH_FORGED);
	wrong = right;
	wrong.flow++;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.proto = PROTO_TCP;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.is_request = true;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.to.bytes[15]++;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.peer.bytes[15]++;
	expect(&h, &wrong, MATCH_UNKNOWN);
	wrong = right;
	wrong.id ^= 0x8000;
	expect(&h, &wrong, MATCH_UNKNOWN);
	expect(&h, &right, MATCH_ANSWER);
	expect(&h, &right, MATCH_DUPLICATE);
	fake_network_free(h.network);
}

Test(match, identification_may_be_quoted_in_the_wrong_byte_order)
{
	struct reply reply;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	reply = reply_to_first(&h, REPLY_ERROR);
	reply.keyed = KEYED_IPV4_ID;
	reply.ipv4_id = __builtin_bswap16(reply.ipv4_id);
	expect(&h, &reply, MATCH_ANSWER);
	fake_network_free(h.network);
}

Test(match, destinations_prove_who_they_are)
{
	struct reply right;
	struct reply wrong;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V6, PROTO_ICMPV6);
	right = wrong = reply_to_first(&h, REPLY_ECHO);
	wrong.icmp_id ^= 1;
	expect(&h, &wrong, MATCH_FORGED);
	wrong = right;
	wrong.from.bytes[15]++;
	wrong.peer = wrong.from;
	expect(&h, &wrong, MATCH_UNKNOWN);
	expect(&h, &right, MATCH_ANSWER);
	fake_network_free(h.network);

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_TCP);
	right = wrong = reply_to_first(&h, REPLY_TCP);
	wrong.seq_tag++;
	expect(&h, &wrong, MATCH_FORGED);
	expect(&h, &right, MATCH_ANSWER);
	fake_network_free(h.network);
}

Test(match, what_comes_too_early_or_too_late)
{
	struct reply early;
	struct reply late;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	early = late = reply_to_first(&h, REPLY_ERROR);
	early.at = (mono){ FAKE_START.ns - 2 * NS_PER_MS };
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &early), MATCH_IMPLAUSIBLE);
	/* By its stamp, whether the engine has been told that time is over or not. */
	late.at = mono_after(FAKE_START, 2 * NS_PER_S);
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &late), MATCH_LATE);
	fake_network_run(h.network, MONO_NEVER);
	cr_assert_not(fake_network_record(h.network, 0)->probes[0].answered);
	fake_network_free(h.network);
}

Test(match, stamp_that_cannot_be_moves_nothing)
{
	struct reply sent;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	sent = reply_to_first(&h, REPLY_SENT);
	sent.at = mono_after(FAKE_START, 3600 * NS_PER_S); /* somebody set the clock */
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_IMPLAUSIBLE);
	sent.at = (mono){ FAKE_START.ns - 3600 * NS_PER_S };
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_IMPLAUSIBLE);
	sent.at = mono_after(FAKE_START, NS_PER_MS);
	cr_assert_eq(engine_on_reply(fake_network_engine(h.network), &sent), MATCH_SENT);
	fake_network_run(h.network, mono_after(FAKE_START, 10 * NS_PER_S));
	cr_assert_eq(fake_network_record(h.network, 0)->probes[0].sent_us, 1000);
	fake_network_free(h.network);
}

Test(match, departure_of_another_process_is_not_ours)
{
	struct reply sent;
	struct by_hand h;

	by_hand_start(&h, TRACE_FORWARD, V4, PROTO_UDP);
	sent = reply_to_first(&h, REPLY_SENT);
	sent.payload_tag ^= 1;
	expect(&h, &sent, MATCH_FORGED);
	fake_network_free(h.network);
}

Test(match, check_is_answered_by_a_status_only)
{
	struct reply reply;
	struct by_hand h;

	by_hand_start(&h, TRACE_REVERSE, V4, PROTO_UDP);
	reply = reply_to_first(&h, REPLY_ANSWER);
	reply.answer.word[0] = REVTR_RESULT;
	reply.answer.has_hop = reply.answer.has_rtt = true;
	reply.answer.hop = fake_router('A', true);
	reply.answer.body_len = sizeof(struct revtr_answer);
	expect(&h, &reply, MATCH_IMPLAUSIBLE); /* of a probe with TTL 0? */
	reply = reply_to_first(&h, REPLY_ANSWER);
	expect(&h, &reply, MATCH_ANSWER);
	expect(&h, &reply, MATCH_DUPLICATE);
	fake_network_free(h.network);
}

Test(match, arrivals_fit_their_request)
{
	struct reply right;
	struct reply wrong;
	struct by_hand h;

	by_hand_start(&h, TRACE_REVERSE, V4, PROTO_UDP);
	right = reply_to_first(&h, REPLY_ANSWER);
	expect(&h, &right, MATCH_ANSWER); /* to the check: probes follow */
	fake_network_run(h.network, mono_after(FAKE_START, NS_PER_S));
	cr_assert_gt(h.count, 4);
	h.packets[0] = h.packets[3];
	cr_assert_eq(h.packets[0].spec.ttl, 3);
	right = wrong = reply_to_first(&h, REPLY_ARRIVAL);
	right.ttl = wrong.ttl = 1;
	right.id = wrong.id = right.ipv4_id;
	wrong.ttl = 4;
	expect(&h, &wrong, MATCH_IMPLAUSIBLE);
	wrong.ttl = 0;
	expect(&h, &wrong, MATCH_IMPLAUSIBLE);
	wrong = right;
	wrong.flow++;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.proto = PROTO_TCP;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.to.bytes[15]++;
	expect(&h, &wrong, MATCH_MISFIT);
	wrong = right;
	wrong.id = wrong.ipv4_id = right.id ^ 0x4000;
	expect(&h, &wrong, MATCH_UNKNOWN);
	expect(&h, &right, MATCH_ARRIVAL);
	fake_network_free(h.network);
}

/* --- the same through the whole network ---------------------------------------------- */

static uint64_t verdicts(const struct fake_network *n, enum match_verdict verdict)
{
	return fake_network_counts(n)->verdicts[verdict];
}

Test(match, late_replies_are_counted_and_not_stored)
{
	struct fake_site site = { .addr = V4, .forward = "A B C D", .reverse = "K L M" };
	struct fake_network_config config = { .late_ppm = 200000 };
	uint64_t late = 0;

	for (config.seed = 1; config.seed <= 60; config.seed++) {
		bool reverse = config.seed & 1;
		struct fake_network *n = fake_trace(
			&site, config, reverse ? TRACE_REVERSE : TRACE_FORWARD, PROTO_UDP);
		const struct trace_record *record = fake_network_record(n, 0);

		late += verdicts(n, MATCH_LATE);
		for (size_t i = 0; i < record->probe_count; i++)
			if (record->probes[i].answered)
				cr_assert_lt(record->probes[i].rtt_ns, 2 * NS_PER_S);
		fake_network_free(n);
	}
	cr_assert_gt(late, 10, "only %lu were late", (unsigned long)late);
}

Test(match, forgeries_are_counted_and_not_stored)
{
	static const struct {
		const char *dst;
		enum trace_direction direction;
		uint8_t proto;
	} kinds[] = {
		{ V4, TRACE_FORWARD, PROTO_UDP },    { V6, TRACE_FORWARD, PROTO_UDP },
		{ V4, TRACE_FORWARD, PROTO_TCP },    { V6, TRACE_FORWARD, PROTO_TCP },
		{ V4, TRACE_FORWARD, PROTO_ICMP },   { V4, TRACE_REVERSE, PROTO_UDP },
		{ V6, TRACE_FORWARD, PROTO_ICMPV6 }, { V6, TRACE_REVERSE, PROTO_TCP },
	};
	struct fake_network_config config = { .seed = 5, .forge_ppm = 1000000 };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct fake_site site = { .addr = kinds[i].dst,
					  .forward = "A B C D",
					  .reverse = "A B C D" };
		struct fake_network *n =
			fake_trace(&site, config, kinds[i].direction, kinds[i].proto);

		fake_expect_path(fake_network_record(n, 0), "A B C D @");
		cr_assert_eq(verdicts(n, MATCH_FORGED) > 0, kinds[i].direction == TRACE_FORWARD);
		cr_assert_gt(verdicts(n, MATCH_MISFIT), 0);
		cr_assert_gt(verdicts(n, MATCH_UNKNOWN), 0);
		fake_network_free(n);
	}
}

Test(match, every_verdict_has_a_name)
{
	for (int i = 0; i < MATCH_VERDICT_COUNT; i++) {
		cr_assert_not_null(match_verdict_name((enum match_verdict)i), "verdict %d", i);
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(match_verdict_name((enum match_verdict)i),
					  match_verdict_name((enum match_verdict)j));
	}
	cr_assert_null(match_verdict_name(MATCH_VERDICT_COUNT));
}
