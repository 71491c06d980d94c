// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/transcript.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/addr_text.h"
#include "targets/target.h"

static size_t print_target(const struct target *t, char *out, size_t size)
{
	char addr[ADDR_TEXT_LEN] = "-", asn[16] = "-", len[8] = "";

	if (!addr_is_none(&t->addr))
		addr_to_text(&t->addr, addr);
	if (t->declared_asn)
		snprintf(asn, sizeof(asn), "%u", t->declared_asn);
	if (t->prefix_len != TARGET_LEN_ONE)
		snprintf(len, sizeof(len), "/%u", t->prefix_len);
	return (size_t)snprintf(out, size, "%s %s%s %s %s\n", t->name, addr, len, asn,
				t->contact[0] ? t->contact : "-");
}

static const char *without_place(const char *complaint, const char *place)
{
	size_t len = strlen(place);

	cr_assert(strncmp(complaint, place, len) == 0, "'%s' not in front of '%s'", place,
		  complaint);
	return complaint + len;
}

const char *transcript(struct target_source *source, const char *place, size_t max)
{
	static char text[TRANSCRIPT_LEN];
	struct target t;
	size_t len = 0;

	text[0] = '\0';
	while (max-- > 0 && len < sizeof(text)) {
		char *out = text + len;
		size_t size = sizeof(text) - len;

		switch (target_source_next(source, &t)) {
		case TARGET_OK:
			len += print_target(&t, out, size);
			break;
		case TARGET_INVALID:
			len += (size_t)snprintf(out, size, "! %s\n",
						without_place(source->complaint, place));
			break;
		case TARGET_PASSED:
			len += (size_t)snprintf(out, size, "passed\n");
			break;
		case TARGET_WAIT:
			snprintf(out, size, "wait\n");
			return text;
		case TARGET_END:
			snprintf(out, size, "end\n");
			return text;
		}
	}
	return text;
}
