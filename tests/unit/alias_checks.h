// SPDX-License-Identifier: GPL-2.0-or-later
/* What aliases a few flows tell, as text. */
#pragma once

#include "tests/unit/flows.h"

#define FLOWS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Each in a /30 with the first router, .1. */
#define CLIENT "192.0.2.2"
#define SERVER "203.0.113.2"

extern struct record_draft alias_there, alias_back, alias_third;

/* The first two drafts, of flows from CLIENT to SERVER and back. */
void alias_draft(const char *const *forward, const char *const *reverse);

/* What the first `count` drafts tell: a set a line, and with `with_pairs` an accepted pair
 * a line after them. */
void alias_expect_of_drafts(size_t count, bool with_private, bool with_pairs, const char *wanted);

/* Both at once. */
void alias_expect(const char *const *forward, const char *const *reverse, bool with_private,
		  bool with_pairs, const char *wanted);
void alias_expect_sets(const char *const *forward, const char *const *reverse, const char *wanted);
