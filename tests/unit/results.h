// SPDX-License-Identifier: GPL-2.0-or-later
/* A database in a directory of its own, and what tests of the SQLite sink ask it. */
#pragma once

#include "tests/unit/records.h"

extern char results_directory[];
extern char results_path[64];

/* For .init and .fini of a test suite. */
void results_set_up(void);
void results_tear_down(void);

/* Anything, done to the file. */
void results_change(const char *sql);

void *results_open(void);
/* With a uuid of its own, as each run has. */
int results_open_as(const char *uuid, void **ret_sink);

/* The first row of a query as text: columns joined by '|', NULL as "-". */
void results_expect(const char *sql, const char *wanted);
/* Nothing but whole traces, and SQLite content with the file. */
void results_expect_sound(void);

/* As a file of that version of the schema; what newer ones have is gone. */
void results_make_old(unsigned int version);

/* Six probes, two of them lost, two addresses at the last TTL. */
void results_draft_forward(struct record_draft *d);
