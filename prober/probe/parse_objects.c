// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/probe/parse_objects.h"

#include "prober/probe/parse.h"
#include "wire/checksum.h"
#include "wire/headers.h"

static bool objects_may_follow(uint8_t type, bool is_v4)
{
	if (is_v4)
		return type == ICMPV4_UNREACHABLE || type == ICMPV4_TIME_EXCEEDED ||
		       type == ICMPV4_PARAMETER;
	return type == ICMPV6_UNREACHABLE || type == ICMPV6_TIME_EXCEEDED;
}

/* Where the quote ends, as the header says; 0: it doesn't. */
static size_t objects_quote_len(const struct icmp_hdr *icmp, bool is_v4)
{
	uint16_t word = be16_to(icmp->id);

	return is_v4 ? (word & 0xffu) * 4 : (word >> 8u) * 8;
}

static bool objects_are_sound(struct cursor c)
{
	while (cursor_left(&c) > 0) {
		const struct icmp_ext_object *object = CURSOR_TAKE(&c, struct icmp_ext_object);

		if (!object || be16_to(object->len) < sizeof(*object) ||
		    !cursor_take(&c, be16_to(object->len) - sizeof(*object)))
			return false;
	}
	return true;
}

/* `must_match`: a checksum of 0, which says nothing, is not enough. */
static void objects_take(struct cursor c, bool must_match, struct reply *reply)
{
	const uint8_t *start = c.at;
	size_t len = cursor_left(&c);
	const struct icmp_ext_hdr *hdr = CURSOR_TAKE(&c, struct icmp_ext_hdr);
	struct csum sum = { 0 };

	if (!hdr || hdr->version >> 4 != ICMP_EXT_VERSION || cursor_left(&c) == 0)
		return;
	if ((hdr->checksum.raw != 0 || must_match) &&
	    csum_folded(csum_add(sum, start, (uint32_t)len)) != 0xffff)
		return;
	if (!objects_are_sound(c))
		return;
	reply->objects = c.at;
	reply->objects_len = (uint16_t)cursor_left(&c);
}

void parse_objects(const struct icmp_hdr *icmp, bool is_v4, struct cursor body, struct reply *reply)
{
	size_t quote = objects_quote_len(icmp, is_v4);
	/* Routers from before RFC 4884 (its section 5.5) give no length, and quote 128 bytes. */
	bool is_told = quote >= ICMP_EXT_QUOTE_LEAST;

	if (!objects_may_follow(icmp->type, is_v4) || (quote > 0 && !is_told))
		return;
	quote = is_told ? quote : ICMP_EXT_QUOTE_LEAST;
	if (cursor_take(&body, quote))
		objects_take(body, !is_told, reply);
}
