// SPDX-License-Identifier: GPL-2.0-or-later
/* Names in the study's document: what users type and what DNS answers. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "tests/unit/study_checks.h"
#include "tests/unit/study_drafts.h"

static const char *const *two_names(void *context, const struct addr *addr)
{
	static const char *const names[] = { "r1.example.net", "alias\"\x1b[2J\xff", NULL };
	static const char *const nothing[] = { NULL };
	char text[ADDR_TEXT_LEN];

	(*(size_t *)context)++;
	cr_assert(!addr_is_none(addr), "asked for a black hole");
	addr_to_text(addr, text);
	if (strcmp(text, "192.0.2.254") == 0)
		return names;
	return strcmp(text, "192.0.2.1") == 0 ? nothing : NULL;
}

Test(study_names, host_names_are_listed_by_address)
{
	struct record_draft forward, reverse;
	size_t asked = 0;
	json_t *document;
	char *text;

	study_draft_forward(&forward);
	draft_init(&reverse, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	draft_add(&reverse, 1, "192.0.2.254", 300);
	document = study_document(&study_draft_settings, &forward.trace, &reverse.trace, two_names,
				  &asked);
	text = json_dumps(json_object_get(document, "hostnames"), JSON_ENSURE_ASCII);
	cr_assert_str_eq(text, "{\"192.0.2.254\": [\"r1.example.net\", "
			       "\"alias\\\"\\u001B[2J\\uFFFD\"]}");
	cr_assert_geq(asked, 4);
	free(text);
	json_decref(document);
}

/* Whatever bytes the target has, the document is ASCII, and reads back. */
Test(study_names, hostile_targets_are_escaped)
{
	static const char *const targets[] = {
		"\"},{\"id\":1",
		"\\",
		"</script>",
		"\x1b]0;x\x07",
		"m\xc3\xbcller",
		"m\xfcller",
		"\xed\xa0\x80",
		"\xf0\x9f\x8c\x8d",
		"\xc0\x80",
		"a\nb\tc\x7f",
		"",
	};
	char all[256];

	for (unsigned int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	for (size_t i = 0; i <= ARRAY_LEN(targets); i++) {
		struct record_draft d;
		json_t *again;
		char *text;

		study_draft_forward(&d);
		d.trace.target = i < ARRAY_LEN(targets) ? targets[i] : all;
		text = json_dumps(study_draft_document(&d, NULL), STUDY_DUMP_FLAGS);
		for (const unsigned char *c = (const unsigned char *)text; *c; c++)
			cr_assert(*c == '\n' || (*c >= 0x20 && *c <= 0x7f), "%02x", *c);
		again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		cr_assert_not_null(again);
		study_expect_sound(again, "again");
		cr_assert_eq(json_object_size(again), 10);
		json_decref(again);
		free(text);
	}
}

Test(study_names, protocols_have_the_references_names)
{
	static const struct {
		uint8_t proto;
		const char *name;
	} protocols[] = { { 17, "udp" }, { 6, "tcp" }, { 1, "icmp" }, { 58, "icmp" } };

	for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
		struct record_draft d;
		json_t *document;

		study_draft_forward(&d);
		d.trace.proto = protocols[i].proto;
		document = study_draft_document(&d, NULL);
		cr_assert_str_eq(json_string_value(json_object_get(document, "protocol")),
				 protocols[i].name);
		json_decref(document);
	}
}
