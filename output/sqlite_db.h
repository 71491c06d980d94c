// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A database of ours, open for writing by this process only, or for reading.
 *
 * What SQLite says about an error is logged here, once a database; the functions
 * return 0 or -errno.  Statements belong to whoever prepared them.
 */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite_db {
	sqlite3 *handle;
	char *path;	 /* as the user gave it */
	int lock_fd;	 /* holds the lock against other writers; dies with the process */
	bool complained; /* an error was logged */
};

/*
 * Creates the file where there is none.  Refuses, and leaves as it is, what is no
 * database, another program's, or of a newer schema (-EINVAL, -ENOTSUP), and a
 * database that another process writes to (-EBUSY).
 */
int sqlite_db_open(const char *path, struct sqlite_db **ret_db);
/*
 * To read only, also while another process writes; nothing is created.  A file of an older
 * schema is upgraded first, for which it is opened as above.
 */
int sqlite_db_open_to_read(const char *path, struct sqlite_db **ret_db);
/* All statements must be finalized.  Takes NULL and half-open databases. */
void sqlite_db_close(struct sqlite_db *db);

/* Logs, unless it was done before, and returns the -errno of an SQLite result. */
int sqlite_db_fail(struct sqlite_db *db, int result);

int sqlite_db_exec(struct sqlite_db *db, const char *sql);
/* The first column of the first row. */
int sqlite_db_value(struct sqlite_db *db, const char *sql, int64_t *ret_value);

struct sqlite_statement {
	const char *sql;
	sqlite3_stmt **statement;
};

int sqlite_db_prepare(struct sqlite_db *db, const struct sqlite_statement *list, size_t count);

/*
 * Run a prepared statement and reset it.  `step` expects no row; `find` wants an
 * integer and says 0 where there is no row.
 */
int sqlite_db_step(struct sqlite_db *db, sqlite3_stmt *statement);
int sqlite_db_find(struct sqlite_db *db, sqlite3_stmt *statement, int64_t *ret_value);
