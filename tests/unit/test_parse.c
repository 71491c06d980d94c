// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/parse.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "prober/probe/craft.h"
#include "tests/support/build.h"
#include "tests/support/replies.h"
#include "wire/checksum.h"
#include "wire/revtr.h"

static bool addr_is(const struct addr *a, const char *text)
{
	struct addr b;

	return addr_from_text(text, &b) && addr_equal(a, &b);
}

static struct reply parsed(const struct packet_bytes *p)
{
	struct reply reply = { 0 };
	enum parse_verdict got = parse_packet(p->bytes, p->len, false, &reply);

	cr_assert_eq(got, PARSE_OK, "%s", parse_verdict_name(got));
	return reply;
}

/* --- what each kind tells ----------------------------------------------------- */

static void expect_keyed(const struct reply_sample *s, const struct reply *reply)
{
	if (reply->keyed & KEYED_SEQ)
		cr_expect_eq(reply->seq_tag, s->spec.tag >> 16, "%s", s->name);
	if (reply->keyed & KEYED_PAYLOAD && !s->is_request)
		cr_expect_eq(reply->payload_tag, s->spec.tag, "%s", s->name);
	if (reply->keyed & KEYED_ICMP_ID)
		cr_expect_eq(reply->icmp_id, s->spec.icmp_id, "%s", s->name);
	if (reply->keyed & KEYED_IPV4_ID)
		cr_expect_neq(reply->ipv4_id, 0, "%s", s->name);
}

/* Which keyed values a whole packet of this kind brings back. */
static unsigned int keyed_of(const struct reply_sample *s)
{
	bool has_ip_id = s->is_v4 && (s->kind == REPLY_SENT || s->kind == REPLY_ERROR);
	unsigned int keyed = has_ip_id ? KEYED_IPV4_ID : 0;

	if (s->kind == REPLY_ANSWER || s->kind == REPLY_ARRIVAL || s->is_request)
		return keyed;
	if (s->proto == PROTO_TCP)
		return keyed | KEYED_SEQ;
	if (s->proto == PROTO_UDP)
		return keyed | KEYED_PAYLOAD;
	return keyed | KEYED_PAYLOAD | KEYED_ICMP_ID;
}

static void expect_from(const struct reply_sample *s, const struct reply *reply)
{
	const char *router = s->is_v4 ? SAMPLE_ROUTER_V4 : SAMPLE_ROUTER_V6;
	const char *target = s->is_v4 ? SAMPLE_TARGET_V4 : SAMPLE_TARGET_V6;

	cr_expect(addr_is(&reply->peer, target), "%s: peer", s->name);
	if (s->outgoing)
		return;
	cr_expect(addr_is(&reply->from, s->kind == REPLY_ERROR ? router : target), "%s: from",
		  s->name);
	cr_expect(addr_is(&reply->to, s->is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6), "%s: to",
		  s->name);
	if (s->kind != REPLY_ERROR)
		cr_expect_eq(reply->ttl, SAMPLE_TTL, "%s: ttl %u", s->name, reply->ttl);
}

Test(parse, every_kind_of_packet_is_decoded)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);

	cr_assert_geq(count, 34);
	for (size_t i = 0; i < count; i++) {
		const struct reply_sample *s = &samples[i];
		struct reply reply = { 0 };
		enum parse_verdict got =
			parse_packet(s->packet.bytes, s->packet.len, s->outgoing, &reply);

		cr_assert_eq(got, PARSE_OK, "%s: %s", s->name, parse_verdict_name(got));
		cr_expect_eq(reply.kind, s->kind, "%s", s->name);
		cr_expect_eq(reply.id, SAMPLE_ID, "%s: id %04x", s->name, reply.id);
		cr_expect_eq(reply.is_request, s->is_request && s->kind != REPLY_ARRIVAL, "%s",
			     s->name);
		cr_expect_eq(reply.keyed, keyed_of(s), "%s: keyed %x", s->name, reply.keyed);
		expect_keyed(s, &reply);
		expect_from(s, &reply);
		if (!reply.is_request)
			cr_expect_eq(reply.proto, s->proto, "%s: protocol %u", s->name,
				     reply.proto);
		if (s->kind == REPLY_SENT && !reply.is_request)
			cr_expect_eq(reply.flow, SAMPLE_FLOW, "%s: flow %u", s->name, reply.flow);
		if (s->kind == REPLY_ERROR)
			cr_expect_eq(reply.quoted_ttl, 1, "%s: quoted ttl", s->name);
	}
}

/* Writes two bytes; ICMP sums over them. */
static void put(struct packet_bytes *p, size_t at, size_t checksum_at, uint16_t value)
{
	be16 *word = (be16 *)(p->bytes + at);
	be16 *checksum = (be16 *)(p->bytes + checksum_at);

	if (checksum_at)
		*checksum = csum_replace(*checksum, *word, be16_from(value));
	*word = be16_from(value);
}

Test(parse, arrival_names_its_request)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);

	for (size_t i = 0; i < count; i++) {
		const struct reply_sample *s = &samples[i];
		size_t l4 = s->is_v4 ? 20 : 40;
		size_t checksum = s->proto == PROTO_UDP ? 0 : l4 + 2;
		struct packet_bytes packet = s->packet;
		struct reply reply = { 0 };

		if (s->kind != REPLY_ARRIVAL)
			continue;
		parse_packet(packet.bytes, packet.len, false, &reply);
		cr_expect_eq(reply.request_id, 0, "%s", s->name);
		if (s->proto == PROTO_TCP) {
			put(&packet, l4 + 18, 0, 0x4242);
		} else {
			put(&packet, l4 + 10, checksum, 0x4242);
			parse_packet(packet.bytes, packet.len, false, &reply);
			cr_expect_eq(reply.request_id, 0, "%s: no mark", s->name);
			put(&packet, l4 + 8, checksum, REVTR_TOKEN_MARK);
		}
		cr_assert_eq(parse_packet(packet.bytes, packet.len, false, &reply), PARSE_OK);
		cr_expect_eq(reply.request_id, 0x4242, "%s", s->name);
	}
}

static struct packet_bytes echo_reply(uint8_t code, uint16_t seq, const char *body_hex)
{
	struct build_ip ip = { .src = SAMPLE_TARGET_V4, .dst = SAMPLE_HOST_V4 };
	struct packet_bytes body = packet_from_hex(body_hex);
	struct packet_bytes frame = build_icmp(&ip, ICMPV4_ECHO_REPLY, code, be16_from(SAMPLE_ID),
					       be16_from(seq), body.bytes, body.len);

	memmove(frame.bytes, frame.bytes + 14, frame.len -= 14);
	return frame;
}

#define HOP "00000000000000000000ffff0a4d0901"

static const struct {
	const char *name, *body;
	bool has_hop, has_rtt;
	uint64_t rtt_ns;
	uint8_t status, text_len;
} answers[] = {
	{ "deployed layout", "00000000" HOP "0001be72 00000000", true, true, 114290, 0, 0 },
	{ "wrapped", "00000000" HOP "0c444341 00000000", true, true, 205800257, 0, 0 },
	{ "64 bits", "00000000" HOP "00000000 0016e360", true, true, 1500000, 0, 0 },
	{ "64 bits, above 2^32", "00000000" HOP "00000001 00000005", true, true, 4294967301, 0, 0 },
	{ "32 bits only", "00000000" HOP "0001be72", true, true, 114290, 0, 0 },
	{ "no time", "00000000" HOP "00000000 00000000", true, true, 0, 0, 0 },
	{ "hop without time", "00000000" HOP, true, false, 0, 0, 0 },
	{ "hop and half a time", "00000000" HOP "0001", true, false, 0, 0, 0 },
	{ "bad TTL", "01000000", false, false, 0, 1, 0 },
	{ "object refused", "04000500", false, false, 0, 4, 0 },
	{ "error with a text", "02 05 0000 68656c6c6f", false, false, 0, 2, 5 },
};

Test(parse, answers_in_every_layout)
{
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct packet_bytes packet = echo_reply(1, 0, answers[i].body);
		struct packet_bytes body = packet_from_hex(answers[i].body);
		struct reply reply = parsed(&packet);

		cr_expect_eq(reply.kind, REPLY_ANSWER, "%s", answers[i].name);
		cr_expect_eq(reply.answer.has_hop, answers[i].has_hop, "%s", answers[i].name);
		cr_expect_eq(reply.answer.has_rtt, answers[i].has_rtt, "%s", answers[i].name);
		cr_expect_eq(reply.answer.rtt_ns, answers[i].rtt_ns, "%s: %lu", answers[i].name,
			     (unsigned long)reply.answer.rtt_ns);
		cr_expect_eq(reply.answer.word[0], answers[i].status, "%s", answers[i].name);
		cr_expect_eq(reply.answer.text_len, answers[i].text_len, "%s", answers[i].name);
		cr_expect_eq(reply.answer.body_len, body.len, "%s", answers[i].name);
		cr_expect_arr_eq(reply.answer.word, body.bytes, 4, "%s", answers[i].name);
		if (answers[i].has_hop)
			cr_expect(addr_is(&reply.answer.hop, "10.77.9.1"), "%s", answers[i].name);
	}
}

Test(parse, a_host_that_echoes_with_code_0_answers_the_request)
{
	struct packet_bytes packet = echo_reply(0, 0, "031182dc 00000000");
	struct reply reply = parsed(&packet);

	cr_assert_eq(reply.kind, REPLY_ANSWER);
	cr_assert_eq(reply.icmp_code, 0);
	cr_assert_eq(reply.id, SAMPLE_ID);
	packet = echo_reply(0, 5, "031182dc 00000000");
	cr_assert_eq(parsed(&packet).kind, REPLY_ECHO, "a sequence is a forward probe's");
}

Test(parse, an_open_port_is_told_from_a_closed_one)
{
	const struct reply_sample *samples;
	size_t count = reply_samples(&samples);
	int open = 0, closed = 0;

	for (size_t i = 0; i < count; i++) {
		if (samples[i].kind != REPLY_TCP)
			continue;
		if (parsed(&samples[i].packet).is_syn_ack)
			open++;
		else
			closed++;
	}
	cr_assert_eq(open, 2);
	cr_assert_eq(closed, 2);
}

/* --- errors and their quotes --------------------------------------------------- */

Test(parse, errors_keep_their_type_and_code)
{
	static const struct {
		bool is_v4;
		uint8_t type, code;
		enum parse_verdict want;
	} errors[] = {
		{ true, 3, 0, PARSE_OK },	   { true, 3, 13, PARSE_OK },
		{ true, 11, 0, PARSE_OK },	   { true, 11, 1, PARSE_OK },
		{ true, 12, 0, PARSE_OK },	   { true, 4, 0, PARSE_NOT_OURS },
		{ true, 5, 1, PARSE_NOT_OURS },	   { true, 13, 0, PARSE_NOT_OURS },
		{ false, 1, 0, PARSE_OK },	   { false, 1, 4, PARSE_OK },
		{ false, 2, 0, PARSE_OK },	   { false, 3, 0, PARSE_OK },
		{ false, 3, 1, PARSE_OK },	   { false, 4, 1, PARSE_OK },
		{ false, 0, 0, PARSE_NOT_OURS },   { false, 5, 0, PARSE_NOT_OURS },
		{ false, 135, 0, PARSE_NOT_OURS },
	};

	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct probe_spec spec = reply_sample_spec(errors[i].is_v4, false, PROTO_UDP);
		struct packet_bytes frame = { .len = 14 };
		struct reply reply = { 0 };
		enum parse_verdict got;

		frame.len += craft_packet(&spec, frame.bytes + 14);
		frame = build_error(errors[i].is_v4 ? SAMPLE_ROUTER_V4 : SAMPLE_ROUTER_V6,
				    errors[i].is_v4 ? SAMPLE_HOST_V4 : SAMPLE_HOST_V6,
				    errors[i].type, errors[i].code, &frame, 0);
		got = parse_packet(frame.bytes + 14, frame.len - 14, false, &reply);
		cr_expect_eq(got, errors[i].want, "%d, %u/%u: %s", errors[i].is_v4, errors[i].type,
			     errors[i].code, parse_verdict_name(got));
		if (got != PARSE_OK)
			continue;
		cr_expect_eq(reply.icmp_type, errors[i].type);
		cr_expect_eq(reply.icmp_code, errors[i].code);
	}
}

/* RFC 4884: the quote is filled up with zeros, extensions follow. */
Test(parse, zeros_behind_a_short_quote_are_no_payload)
{
	for (int is_v4 = 0; is_v4 < 2; is_v4++) {
		struct probe_spec spec = reply_sample_spec(is_v4, false, PROTO_UDP);
		uint8_t sent[CRAFT_MAX];
		size_t len = craft_packet(&spec, sent);
		size_t shortest = is_v4 ? 28 : 48;
		struct packet_bytes error =
			reply_error_quoting(is_v4, sent, shortest, 128 - shortest + 12);
		struct reply reply = parsed(&error);

		cr_expect_eq(reply.id, SAMPLE_ID);
		cr_expect_eq(reply.keyed & KEYED_PAYLOAD, 0);
		error = reply_error_quoting(is_v4, sent, len, 128 - len + 12);
		reply = parsed(&error);
		cr_expect(reply.keyed & KEYED_PAYLOAD);
		cr_expect_eq(reply.payload_tag, spec.tag);
	}
}

Test(parse, a_quoted_header_may_have_options)
{
	struct probe_spec spec = reply_sample_spec(true, false, PROTO_TCP);
	uint8_t sent[CRAFT_MAX], quoted[CRAFT_MAX + 40];
	size_t len = craft_packet(&spec, sent);

	for (size_t options = 4; options <= 40; options += 4) {
		struct packet_bytes error;
		struct reply reply;

		memcpy(quoted, sent, 20);
		memset(quoted + 20, 1, options);
		memcpy(quoted + 20 + options, sent + 20, len - 20);
		quoted[0] = (uint8_t)(0x45 + options / 4);
		error = reply_error_quoting(true, quoted, 20 + options + 8, 0);
		reply = parsed(&error);
		cr_expect_eq(reply.id, SAMPLE_ID, "%zu bytes of options", options);
		cr_expect_eq(reply.flow, SAMPLE_FLOW, "%zu bytes of options", options);
		cr_expect(reply.keyed & KEYED_SEQ);
	}
}
