// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/answer.h"

#include "wire/revtr.h"

/* Is this what we sent?  A server answers with a status of four bytes, a result behind it
 * or an error text; we send more.  Some hosts answer every echo with code 0. */
static bool answer_is_echo(const struct reply *reply, uint8_t ttl, uint8_t proto, uint16_t flow)
{
	const struct reply_answer *a = &reply->answer;

	return a->word[0] == ttl && a->word[1] == proto && a->word[2] == flow >> 8 &&
	       a->word[3] == (flow & 0xff) && a->body_len >= sizeof(struct revtr_answer);
}

/* A hop can be any host, but no group of them and nobody; of the endpoint's family. */
static bool answer_hop_is_plausible(const struct reply *reply)
{
	const struct addr *hop = &reply->answer.hop;
	bool is_v4 = addr_is_v4(hop);

	if (is_v4 != addr_is_v4(&reply->from))
		return false;
	if (is_v4)
		return hop->bytes[12] != 0 && hop->bytes[12] < 224;
	return !addr_is_none(hop) && hop->bytes[0] != 0xff;
}

enum answer_kind answer_read(const struct reply *reply, uint8_t ttl, uint8_t proto, uint16_t flow)
{
	const struct reply_answer *a = &reply->answer;

	if (answer_is_echo(reply, ttl, proto, flow))
		return ANSWER_ECHO;
	if (reply->icmp_code != REVTR_ICMP_CODE)
		return ANSWER_INVALID; /* of somebody else's ping, by the same number */
	if (a->word[0] != REVTR_RESULT)
		return ANSWER_REFUSED;
	if (a->text_len || !a->has_hop || !answer_hop_is_plausible(reply))
		return ANSWER_INVALID;
	return ANSWER_RESULT;
}
