// SPDX-License-Identifier: GPL-2.0-or-later
/* The study's document without our own address. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "output/study.h"
#include "tests/unit/study_checks.h"
#include "tests/unit/study_drafts.h"

#define OURS	 "192.0.2.1"
#define OURS_V6	 "2001:db8::1"
#define NAT	 "203.0.113.9"
#define ENDPOINT "198.51.100.7"

static const char *const *a_name(void *context, const struct addr *addr)
{
	static const char *const names[] = { "host.example.net", NULL };

	(void)context;
	(void)addr;
	return names;
}

static struct study_settings redacting(void)
{
	struct study_settings settings = study_draft_settings;

	settings.redact_source = true;
	return settings;
}

static char *text_of(const struct study_settings *settings, const struct record_draft *forward,
		     const struct record_draft *reverse)
{
	json_t *document = study_document(settings, forward ? &forward->trace : NULL,
					  reverse ? &reverse->trace : NULL, a_name, NULL);
	char *text;

	cr_assert_not_null(document);
	study_expect_sound(document, "redacted");
	text = json_dumps(document, STUDY_DUMP_FLAGS);
	json_decref(document);
	return text;
}

static void draft_both(struct record_draft *forward, struct record_draft *reverse)
{
	draft_init(forward, TRACE_FORWARD, "www.example.net", OURS, ENDPOINT);
	draft_add(forward, 1, "192.0.2.254", 412);
	draft_add(forward, 2, ENDPOINT, 900);
	draft_init(reverse, TRACE_REVERSE, "www.example.net", ENDPOINT, OURS);
	draft_add(reverse, 1, "198.51.100.254", 300);
	draft_add(reverse, 2, NAT, 310);
	draft_add_arrival(reverse, 2);
}

Test(study_redact, our_address_is_nowhere)
{
	const struct study_settings settings = redacting();
	struct record_draft forward, reverse;
	char *text;

	draft_both(&forward, &reverse);
	text = text_of(&settings, &forward, &reverse);
	cr_assert_null(strstr(text, "\"" OURS "\""));
	cr_assert_not_null(strstr(text, "\"0.0.0.0\""));
	cr_assert_not_null(strstr(text, "\"192.0.2.254\""), "others stay");
	cr_assert_not_null(strstr(text, "\"" NAT "\""), "nobody knows yet whose it is");
	free(text);
	text = text_of(&study_draft_settings, &forward, &reverse);
	cr_assert_not_null(strstr(text, "\"" OURS "\""));
	cr_assert_null(strstr(text, "\"0.0.0.0\""));
	free(text);
}

Test(study_redact, who_is_as_far_as_a_probe_that_arrived_is_us)
{
	const struct study_settings settings = redacting();
	struct record_draft forward, reverse;
	char *text;

	draft_both(&forward, &reverse);
	reverse.trace.arrival_len = 2;
	text = text_of(&settings, &forward, &reverse);
	cr_assert_null(strstr(text, "\"" NAT "\""));
	cr_assert_not_null(strstr(text, "\"198.51.100.254\""));
	free(text);
}

/* The space of IPv4 addresses is hashed in minutes. */
Test(study_redact, hash_is_not_that_of_our_address)
{
	const struct study_settings settings = redacting();
	struct record_draft ours, others;
	char *a, *b;

	draft_init(&ours, TRACE_FORWARD, "www.example.net", OURS, ENDPOINT);
	draft_add(&ours, 1, "192.0.2.254", 412);
	draft_init(&others, TRACE_FORWARD, "www.example.net", "192.0.2.2", ENDPOINT);
	draft_add(&others, 1, "192.0.2.254", 412);
	a = text_of(&settings, &ours, NULL);
	b = text_of(&settings, &others, NULL);
	cr_assert_str_eq(a, b);
	free(a);
	free(b);
}

Test(study_redact, ipv6_has_its_own_nobody)
{
	const struct study_settings settings = redacting();
	struct record_draft d;
	char *text;

	draft_init(&d, TRACE_FORWARD, "www.example.net", OURS_V6, "2001:db8:9::1");
	draft_add(&d, 1, "2001:db8::ff", 412);
	text = text_of(&settings, &d, NULL);
	cr_assert_null(strstr(text, "\"" OURS_V6 "\""));
	cr_assert_not_null(strstr(text, "\"::\""));
	free(text);
}

Test(study_redact, probes_for_somebody_else_do_not_end_here)
{
	struct study_settings settings = redacting();
	struct record_draft d;
	char *text;

	draft_init(&d, TRACE_REVERSE, "www.example.net", ENDPOINT, "203.0.113.80");
	draft_add(&d, 1, "203.0.113.80", 412);
	settings.is_indirect = true;
	text = text_of(&settings, NULL, &d);
	cr_assert_not_null(strstr(text, "\"203.0.113.80\""));
	free(text);
}
