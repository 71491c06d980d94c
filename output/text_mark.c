// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/text_mark.h"

#include <stdint.h>
#include <stdio.h>

#include "base/container.h"
#include "output/record.h"
#include "wire/headers.h"

#define ICMP_ERROR(type, code) (((type) << 8) + (code))

struct mark {
	uint16_t icmp;
	const char *text; /* "": none */
};

/* RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1 */
static const struct mark v4_marks[] = {
	{ ICMP_ERROR(ICMPV4_TIME_EXCEEDED, 0), "" },
	{ ICMP_ERROR(ICMPV4_ECHO_REPLY, 0), "" }, /* also: unknown, or no ICMP at all */
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, ICMPV4_CODE_PORT), "" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 0), "!N" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 1), "!H" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, ICMPV4_CODE_PROTO), "!P" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, ICMPV4_CODE_FRAG_NEEDED), "!F" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 5), "!S" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 6), "!N" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 7), "!H" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 8), "!N" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, ICMPV4_CODE_ADMIN_NET), "!X" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, ICMPV4_CODE_ADMIN_HOST), "!X" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 11), "!N" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 12), "!H" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, ICMPV4_CODE_ADMIN), "!X" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 14), "!V" },
	{ ICMP_ERROR(ICMPV4_UNREACHABLE, 15), "!C" },
};

/* RFC 4443 */
static const struct mark v6_marks[] = {
	{ ICMP_ERROR(ICMPV6_TIME_EXCEEDED, 0), "" },
	{ 0, "" },
	{ ICMP_ERROR(ICMPV6_ECHO_REPLY, 0), "" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, ICMPV6_CODE_PORT), "" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, 0), "!N" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, ICMPV6_CODE_ADMIN), "!X" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, 2), "!H" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, 3), "!H" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, 5), "!X" },
	{ ICMP_ERROR(ICMPV6_UNREACHABLE, 6), "!X" },
	{ ICMP_ERROR(ICMPV6_TOO_BIG, 0), "!F" },
	{ ICMP_ERROR(ICMPV6_PARAMETER, 1), "!P" },
};

static const char *find(const struct mark *marks, size_t count, uint16_t icmp)
{
	for (size_t i = 0; i < count; i++)
		if (marks[i].icmp == icmp)
			return marks[i].text;
	return NULL;
}

bool text_mark(const struct probe_record *probe, char ret_mark[static TEXT_MARK_LEN])
{
	bool v4 = addr_is_v4(&probe->from);
	unsigned int type = probe->icmp >> 8, code = probe->icmp & 0xff;
	const char *text = v4 ? find(v4_marks, ARRAY_LEN(v4_marks), probe->icmp)
			      : find(v6_marks, ARRAY_LEN(v6_marks), probe->icmp);

	if (!probe->answered)
		text = "";
	if (text)
		snprintf(ret_mark, TEXT_MARK_LEN, "%s", text);
	else if (type == (v4 ? (unsigned int)ICMPV4_UNREACHABLE : ICMPV6_UNREACHABLE))
		snprintf(ret_mark, TEXT_MARK_LEN, "!<%u>", code);
	else
		snprintf(ret_mark, TEXT_MARK_LEN, "!<%u-%u>", type, code);
	return ret_mark[0] != '\0';
}
