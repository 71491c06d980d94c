// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of opening a database, for writing and for reading.  Errors are logged. */
#pragma once

#include "output/sqlite_db.h"

/* Nothing is open yet; sqlite_db_close() frees it. */
int sqlite_db_new(const char *path, struct sqlite_db **ret_db);

/* Looks at the bytes of lock_fd before SQLite does, which might recover or checkpoint a
 * database that is none of our business.  *ret_version is 0 for a new file. */
int sqlite_db_check_header(const struct sqlite_db *db, int64_t *ret_version);
/* Is that another program's, or a newer one's? */
int sqlite_db_refuse(const struct sqlite_db *db, int64_t application_id, int64_t version);
bool sqlite_db_is_older(int64_t version);

int sqlite_db_open_handle(struct sqlite_db *db, int flags);
