// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Against the golden captures: every packet that the deployed client sent and got
 * is decoded, and must come out as a second decoder says, which is written from
 * the protocol's description.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/container.h"
#include "prober/probe/parse.h"
#include "tests/support/dissect.h"
#include "tests/support/packets.h"

#define ETH_LEN	 14
#define BODY_MAX 128

/* The request that is out under an identifier: what an echo would repeat. */
struct asked {
	uint8_t body[BODY_MAX];
	size_t len;
	bool is_known;
};

struct walk {
	const char *name;
	struct capture_file file;
	uint8_t mac[6]; /* the client's */
	struct asked asked[UINT16_MAX + 1];
	size_t kinds[REPLY_KIND_COUNT];
	size_t verdicts[PARSE_VERDICT_COUNT];
	size_t results, echoes, pings, refusals[256];
	size_t arrivals_unasked;
	uint64_t longest_rtt_ns;
};

static bool is_ip(const struct packet_bytes *frame)
{
	uint64_t type = dissect_number(frame->bytes + 12, 2);

	return frame->len > ETH_LEN && (type == 0x0800 || type == 0x86dd);
}

/* The client sent the first request or forward probe. */
static bool walk_find_mac(struct walk *w)
{
	struct reply reply;

	for (size_t i = 0; i < w->file.count; i++) {
		const struct packet_bytes *frame = &w->file.packets[i];

		if (!is_ip(frame) ||
		    dissect(frame->bytes + ETH_LEN, frame->len - ETH_LEN, true, &reply) != PARSE_OK)
			continue;
		memcpy(w->mac, frame->bytes + 6, 6);
		return true;
	}
	return false;
}

static void expect_same_answer(const char *where, const struct reply *got, const struct reply *want)
{
	const struct reply_answer *a = &got->answer;
	const struct reply_answer *b = &want->answer;

	cr_assert_arr_eq(a->word, b->word, 4, "%s: status word", where);
	cr_assert_eq(a->text_len, b->text_len, "%s: text", where);
	cr_assert_eq(a->body_len, b->body_len, "%s: length", where);
	cr_assert_eq(a->has_hop, b->has_hop, "%s: hop", where);
	cr_assert_arr_eq(&a->hop, &b->hop, 16, "%s: hop", where);
	cr_assert_eq(a->has_rtt, b->has_rtt, "%s: time", where);
	cr_assert_eq(a->rtt_ns, b->rtt_ns, "%s: time %lu, should be %lu", where,
		     (unsigned long)a->rtt_ns, (unsigned long)b->rtt_ns);
}

static void expect_same(const char *where, const struct reply *got, const struct reply *want)
{
	cr_assert_eq(got->kind, want->kind, "%s: kind %d, should be %d", where, got->kind,
		     want->kind);
	cr_assert_eq(got->is_request, want->is_request, "%s: request", where);
	cr_assert_eq(got->id, want->id, "%s: id %04x, should be %04x", where, got->id, want->id);
	cr_assert_eq(got->flow, want->flow, "%s: flow", where);
	cr_assert_eq(got->proto, want->proto, "%s: protocol", where);
	cr_assert_eq(got->icmp_type, want->icmp_type, "%s: type", where);
	cr_assert_eq(got->icmp_code, want->icmp_code, "%s: code", where);
	cr_assert_eq(got->ttl, want->ttl, "%s: ttl", where);
	cr_assert_eq(got->quoted_ttl, want->quoted_ttl, "%s: quoted ttl", where);
	cr_assert_eq(got->is_syn_ack, want->is_syn_ack, "%s: open port", where);
	cr_assert_eq(got->ipv4_id, want->ipv4_id, "%s: identification", where);
	cr_assert_eq(got->request_id, want->request_id, "%s: request", where);
	cr_assert_eq(got->keyed, want->keyed, "%s: keyed %x, should be %x", where, got->keyed,
		     want->keyed);
	cr_assert_eq(got->seq_tag, want->seq_tag, "%s: sequence", where);
	cr_assert_eq(got->icmp_id, want->icmp_id, "%s: identifier", where);
	cr_assert_eq(got->payload_tag, want->payload_tag, "%s: payload", where);
	cr_assert_arr_eq(&got->from, &want->from, 16, "%s: from", where);
	cr_assert_arr_eq(&got->to, &want->to, 16, "%s: to", where);
	cr_assert_arr_eq(&got->peer, &want->peer, 16, "%s: peer", where);
	expect_same_answer(where, got, want);
}

/* --- what an answer means ------------------------------------------------------ */

static void remember_request(struct walk *w, const uint8_t *packet, size_t len,
			     const struct reply *reply)
{
	size_t body_at = packet[0] >> 4 == 4 ? (size_t)(packet[0] & 15) * 4 + 8 : 48;
	struct asked *asked = &w->asked[reply->id];

	cr_assert_leq(len - body_at, BODY_MAX);
	asked->is_known = true;
	asked->len = len - body_at;
	memcpy(asked->body, packet + body_at, asked->len);
}

/* A server's answer has 4 or 28 bytes and a second byte of zero; behind it is a
 * result, or a refusal that is all.  An echo is the request over again. */
static void tell_answer(struct walk *w, const char *where, const struct reply *reply)
{
	const struct reply_answer *a = &reply->answer;
	const struct asked *asked = &w->asked[reply->id];
	bool is_echo = asked->is_known && asked->len == a->body_len &&
		       memcmp(asked->body, a->word, 4) == 0;
	bool is_result = a->word[0] == 0 && a->body_len == 28 && a->word[1] == 0;
	bool is_refusal = a->word[0] != 0 && a->body_len == 4 && a->word[1] == 0;

	if (!asked->is_known) {
		cr_assert_eq(reply->icmp_code, 0, "%s: nobody asked", where);
		w->pings++;
		return;
	}
	cr_assert_eq(is_echo + is_result + is_refusal, 1, "%s: echo %d, result %d, refusal %d",
		     where, is_echo, is_result, is_refusal);
	w->echoes += is_echo;
	w->results += is_result;
	w->refusals[a->word[0]] += is_refusal;
	if (is_refusal)
		cr_assert_eq(a->word[2] << 8 | a->word[3],
			     a->word[0] != 4		   ? 0
			     : strstr(w->name, "-class3-") ? 0x0300
			     : strstr(w->name, "-ctype1-") ? 0x0501
							   : 0x0500,
			     "%s: value", where);
	if (!is_result)
		return;
	if (a->rtt_ns > w->longest_rtt_ns)
		w->longest_rtt_ns = a->rtt_ns;
}

/* Is this the probe that the request of its identifier asks for?  Zeros ask for
 * the server's defaults. */
static bool is_asked(const struct asked *asked, const struct reply *arrival)
{
	bool is_icmp = arrival->proto != 17 && arrival->proto != 6;
	uint16_t flow = (uint16_t)dissect_number(asked->body + 2, 2);

	if (flow == 0)
		flow = is_icmp ? 0xbeaf : arrival->proto == 6 ? 80 : 53;
	return asked->is_known && asked->len >= 4 && flow == arrival->flow &&
	       (asked->body[1] == arrival->proto || (is_icmp && asked->body[1] == 0));
}

static void walk_packet(struct walk *w, size_t number)
{
	const struct packet_bytes *frame = &w->file.packets[number];
	bool outgoing = memcmp(frame->bytes + 6, w->mac, 6) == 0;
	const uint8_t *packet = frame->bytes + ETH_LEN;
	size_t len = frame->len - ETH_LEN;
	struct reply got = { 0 }, want;
	enum parse_verdict verdict = parse_packet(packet, len, outgoing, &got);
	enum parse_verdict should = dissect(packet, len, outgoing, &want);
	char where[128];

	snprintf(where, sizeof(where), "%s, packet %zu", w->name, number + 1);
	cr_assert_eq(verdict, should, "%s: %s, should be %s", where, parse_verdict_name(verdict),
		     parse_verdict_name(should));
	w->verdicts[verdict]++;
	if (verdict != PARSE_OK)
		return;
	expect_same(where, &got, &want);
	w->kinds[got.kind]++;
	if (got.kind == REPLY_SENT && got.is_request)
		remember_request(w, packet, len, &got);
	if (got.kind == REPLY_ANSWER)
		tell_answer(w, where, &got);
	if (got.kind == REPLY_ARRIVAL)
		w->arrivals_unasked += !is_asked(&w->asked[got.id], &got);
}

/* Walks the captures whose names start so; all sums are in *w. */
static void walk_all(struct walk *w, const char *prefix, size_t at_least)
{
	char **names;
	size_t count = capture_names(prefix, ".client.pcap", &names);

	memset(w, 0, sizeof(*w));
	cr_assert_geq(count, at_least, "%zu captures of %s", count, prefix);
	for (size_t i = 0; i < count; i++) {
		w->name = names[i];
		w->file = capture_file_read(names[i]);
		memset(w->asked, 0, sizeof(w->asked));
		if (walk_find_mac(w))
			for (size_t j = 0; j < w->file.count; j++)
				if (is_ip(&w->file.packets[j]))
					walk_packet(w, j);
		capture_file_free(&w->file);
	}
	capture_names_free(names, count);
}

static struct walk walk;

Test(golden, every_packet_comes_out_as_the_protocol_says)
{
	walk_all(&walk, "", 280);
	/* Nothing of this is empty: each kind was really compared. */
	for (size_t i = 0; i < REPLY_KIND_COUNT; i++)
		cr_expect_gt(walk.kinds[i], 30, "%zu of kind %zu", walk.kinds[i], i);
	cr_expect_gt(walk.results, 2000);
	cr_expect_gt(walk.refusals[1], 50, "support checks");
	cr_expect_gt(walk.refusals[2], 5, "protocols refused");
	cr_expect_gt(walk.refusals[4], 10, "objects refused");
	cr_expect_eq(walk.refusals[3], 0, "no server refuses a flow");
}

Test(golden, probes_of_released_servers_tell_what_was_asked)
{
	walk_all(&walk, "main-", 100);
	cr_expect_gt(walk.kinds[REPLY_ARRIVAL], 300);
	cr_expect_eq(walk.arrivals_unasked, 0, "%zu of %zu", walk.arrivals_unasked,
		     walk.kinds[REPLY_ARRIVAL]);
}

Test(golden, hosts_without_a_server_give_echoes_only)
{
	walk_all(&walk, "plain", 8);
	cr_expect_eq(walk.results, 0);
	cr_expect_eq(walk.refusals[1] + walk.refusals[2] + walk.refusals[4], 0);
	cr_expect_gt(walk.echoes, 5);
}

Test(golden, times_wrap_after_32_bits)
{
	static const char *const branches[] = { "main", "indirect" };
	char prefix[64];

	for (size_t i = 0; i < ARRAY_LEN(branches); i++) {
		snprintf(prefix, sizeof(prefix), "%s-err-rttwrap-4.0s", branches[i]);
		walk_all(&walk, prefix, 2);
		cr_expect_gt(walk.longest_rtt_ns, 4000000000, "4.0 s are below 2^32 ns");
		cr_expect_leq(walk.longest_rtt_ns, UINT32_MAX);
		snprintf(prefix, sizeof(prefix), "%s-err-rttwrap-4.5s", branches[i]);
		walk_all(&walk, prefix, 2);
		cr_expect_eq(walk.results, 2);
		cr_expect_lt(walk.longest_rtt_ns, 300000000, "4.5 s lost 2^32 ns");
		cr_expect_gt(walk.longest_rtt_ns, 200000000);
	}
}
