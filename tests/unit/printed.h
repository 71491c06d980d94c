// SPDX-License-Identifier: GPL-2.0-or-later
/* What the text sink prints into a file, and traces to print. */
#pragma once

#include "tests/unit/records.h"

/* For .init and .fini of a test suite: a terminal of 100 columns. */
void printed_set_up(void);
void printed_tear_down(void);

void *printed_open(void);
void printed_expect(const char *wanted);
/* What is printed for one trace. */
void printed_expect_trace(const struct record_draft *d, const char *wanted);

/* Silence, a second address at one TTL, a closed port at the end. */
void printed_draft_forward(struct record_draft *d);
/* Loss, an answer without a time, an arrival without an answer. */
void printed_draft_reverse(struct record_draft *d);
