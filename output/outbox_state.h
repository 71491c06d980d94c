// SPDX-License-Identifier: GPL-2.0-or-later
/* The outbox's state, shared by outbox.c (what is sent) and outbox_list.c (what is shown). */
#pragma once

#include "output/outbox.h"
#include "output/sqlite_db.h"

struct outbox {
	struct sqlite_db *db;
	sqlite3_stmt *next, *settle;
	char *collector;		   /* chosen; NULL: none yet */
	int64_t flight[OUTBOX_FLIGHT_MAX]; /* rows that are on their way */
	size_t flight_count;
};
