// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/alias_checks.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/addr_text.h"
#include "output/alias.h"

/* One set a line as "a b c", then one accepted pair a line. */
static void print(FILE *out, const struct alias_result *r, bool with_pairs)
{
	char a[ADDR_TEXT_LEN], b[ADDR_TEXT_LEN], subnet[ADDR_TEXT_LEN];

	for (size_t i = 0; i < r->set_count; i++)
		for (size_t j = 0; j < r->sets[i].count; j++)
			fprintf(out, "%s%s", addr_to_text(&r->sets[i].addrs[j], a),
				j + 1 < r->sets[i].count ? " " : "\n");
	for (size_t i = 0; with_pairs && i < r->pair_count; i++) {
		const struct alias_pair *p = &r->pairs[i];

		fprintf(out, "%s = %s: %s, %s/%d %d of %d, support %u, score %d\n",
			addr_to_text(&p->a, a), addr_to_text(&p->b, b), alias_rule_name(p->rule),
			addr_to_text(&p->subnet, subnet), p->prefix_len, p->seen, p->usable,
			p->support, p->score);
	}
}

struct record_draft alias_there, alias_back, alias_third;

void alias_draft(const char *const *forward, const char *const *reverse)
{
	flows_draft(&alias_there, TRACE_FORWARD, CLIENT, SERVER, forward);
	flows_draft(&alias_back, TRACE_REVERSE, SERVER, CLIENT, reverse);
}

void alias_expect_of_drafts(size_t count, bool with_private, bool with_pairs, const char *wanted)
{
	const struct trace_record *traces[] = { &alias_there.trace, &alias_back.trace,
						&alias_third.trace };
	struct alias_result r;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(alias_resolve(traces, count, with_private, &r), 0);
	print(out, &r, with_pairs);
	fclose(out);
	cr_expect_str_eq(text, wanted, "got:\n%swanted:\n%s", text, wanted);
	cr_expect_eq(r.is_partial, false);
	free(text);
	alias_result_fini(&r);
}

void alias_expect(const char *const *forward, const char *const *reverse, bool with_private,
		  bool with_pairs, const char *wanted)
{
	alias_draft(forward, reverse);
	alias_expect_of_drafts(2, with_private, with_pairs, wanted);
}

void alias_expect_sets(const char *const *forward, const char *const *reverse, const char *wanted)
{
	alias_expect(forward, reverse, false, false, wanted);
}
