// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies of records, with all that belongs to them, by job. */
#pragma once

#include "output/record.h"

struct fake_result;

/* `*list` owns them: NULL at first. */
void fake_results_keep(struct fake_result **list, const struct trace_record *record, uint32_t job);
void fake_results_free(struct fake_result *list);
/* The only one of this job; ends the test if there is none. */
const struct trace_record *fake_results_find(const struct fake_result *list, uint32_t job);
