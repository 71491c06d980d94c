// SPDX-License-Identifier: GPL-2.0-or-later
/* The database that a report is about, and the cycle. */
#pragma once

struct report;
struct sqlite_db;

/* To read, also while a run writes to it; a file of an older version is upgraded before. */
int report_db_open(const char *path, struct sqlite_db **ret_db);

/* The cycle that the options name, the one before, and how many endpoints it has. */
int report_db_find_cycle(struct report *r);
