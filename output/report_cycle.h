// SPDX-License-Identifier: GPL-2.0-or-later
/* The cycle that a report is about. */
#pragma once

struct report;

/* The cycle that the options name, the one before, and how many endpoints it has. */
int report_cycle_find(struct report *r);
