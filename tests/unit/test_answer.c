// SPDX-License-Identifier: GPL-2.0-or-later
/* What the answer to a request says: a server's word, or our own. */
#include <criterion/criterion.h>

#include "prober/engine/answer.h"
#include "tests/support/fake_world.h"
#include "wire/revtr.h"

#define TTL	   3
#define FLOW	   33500
#define ECHOED_LEN 64 /* over IPv4, of a UDP probe */

static struct reply answer(bool is_v4, uint8_t status, const char *hop)
{
	struct reply reply = { .kind = REPLY_ANSWER,
			       .icmp_code = REVTR_ICMP_CODE,
			       .from = fake_addr(is_v4 ? "203.0.113.9" : "2001:db8::9"),
			       .answer = { .word = { status }, .body_len = 4 } };

	if (!hop)
		return reply;
	reply.answer.body_len = sizeof(struct revtr_answer);
	reply.answer.has_hop = reply.answer.has_rtt = true;
	reply.answer.hop = fake_addr(hop);
	return reply;
}

static void expect(const struct reply *reply, enum answer_kind want)
{
	cr_assert_eq(answer_read(reply, TTL, PROTO_UDP, FLOW), want);
}

Test(answer, result_of_either_family)
{
	struct reply v4 = answer(true, REVTR_RESULT, "192.0.2.1");
	struct reply v6 = answer(false, REVTR_RESULT, "2001:db8::1");

	expect(&v4, ANSWER_RESULT);
	expect(&v6, ANSWER_RESULT);
	v4.answer.has_rtt = false; /* cut behind the address */
	v4.answer.body_len = 20;
	expect(&v4, ANSWER_RESULT);
}

Test(answer, hops_that_cannot_be)
{
	static const char *const v4[] = { "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255",
					  "2001:db8::1" };
	static const char *const v6[] = { "::", "ff02::1", "192.0.2.1" };

	for (size_t i = 0; i < sizeof(v4) / sizeof(v4[0]); i++) {
		struct reply reply = answer(true, REVTR_RESULT, v4[i]);

		expect(&reply, ANSWER_INVALID);
	}
	for (size_t i = 0; i < sizeof(v6) / sizeof(v6[0]); i++) {
		struct reply reply = answer(false, REVTR_RESULT, v6[i]);

		expect(&reply, ANSWER_INVALID);
	}
}

Test(answer, result_without_a_hop_is_none)
{
	struct reply reply = answer(true, REVTR_RESULT, NULL);

	expect(&reply, ANSWER_INVALID);
	reply = answer(true, REVTR_RESULT, "192.0.2.1");
	reply.answer.text_len = 4;
	expect(&reply, ANSWER_INVALID);
}

Test(answer, every_status_is_a_refusal)
{
	for (unsigned int status = 1; status < 256; status++) {
		struct reply reply = answer(true, (uint8_t)status, NULL);

		expect(&reply, ANSWER_REFUSED);
	}
}

static struct reply echo(uint8_t ttl, uint8_t proto, uint16_t flow)
{
	struct reply reply = answer(true, ttl, "114.101.118.112"); /* the padding: "revp" */

	reply.answer.word[1] = reply.answer.text_len = proto;
	reply.answer.word[2] = (uint8_t)(flow >> 8);
	reply.answer.word[3] = (uint8_t)flow;
	reply.answer.body_len = ECHOED_LEN;
	return reply;
}

Test(answer, our_own_request_is_an_echo)
{
	struct reply reply = echo(TTL, PROTO_UDP, FLOW);

	expect(&reply, ANSWER_ECHO);
	reply.icmp_code = 0;
	expect(&reply, ANSWER_ECHO);
}

/* No server sends it, and it is not what we sent: it is not for us. */
Test(answer, reply_to_the_ping_of_somebody_else)
{
	struct reply reply = answer(true, REVTR_RESULT, "192.0.2.1");

	reply.icmp_code = 0;
	expect(&reply, ANSWER_INVALID);
	reply = echo(TTL, PROTO_TCP, FLOW);
	reply.icmp_code = 0;
	expect(&reply, ANSWER_INVALID);
}

Test(answer, status_that_looks_like_our_ttl_is_no_echo)
{
	struct reply reply = answer(true, TTL, NULL);

	expect(&reply, ANSWER_REFUSED);
	reply = echo(TTL, PROTO_UDP, FLOW);
	reply.answer.body_len = 4;
	expect(&reply, ANSWER_REFUSED);
	reply = echo(TTL, PROTO_TCP, FLOW);
	expect(&reply, ANSWER_REFUSED);
}
