// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "output/schema.sql.h"
#include "output/sqlite_open.h"
#include "wire/be.h"

enum {
	APPLICATION_ID = 0x52545230, /* as in schema.sql */
	SCHEMA_VERSION = 7,	     /* as there */
	BUSY_TIMEOUT_MS = 5000,	     /* somebody else's short write, say an annotation */
};

/* The first 100 bytes of a database file, https://www.sqlite.org/fileformat2.html */
struct file_header {
	char magic[16];
	uint8_t between[44];
	be32 user_version;
	uint8_t encoding_etc[4];
	be32 application_id;
	uint8_t rest[28];
};
_Static_assert(sizeof(struct file_header) == 100, "SQLite file format, section 1.3");

static int errno_from(sqlite3 *handle, int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return -EBADMSG;
	case SQLITE_CONSTRAINT:
		return -EINVAL;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		/* "file too large", "no such directory": what the system said. */
		if (handle && sqlite3_system_errno(handle) > 0)
			return -sqlite3_system_errno(handle);
		return -EIO;
	default:
		return -EIO;
	}
}

int sqlite_db_fail(struct sqlite_db *db, int result)
{
	int err = errno_from(db->handle, result);

	if (err == 0 || db->complained)
		return err;
	db->complained = true;
	if ((result & 0xff) == SQLITE_IOERR)
		log_error("%s: %s: %s", db->path, sqlite3_errmsg(db->handle), strerror(-err));
	else
		log_error("%s: %s", db->path,
			  db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(result));
	return err;
}

int sqlite_db_exec(struct sqlite_db *db, const char *sql)
{
	return sqlite_db_fail(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

int sqlite_db_prepare(struct sqlite_db *db, const struct sqlite_statement *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int result = sqlite3_prepare_v3(db->handle, list[i].sql, -1,
						SQLITE_PREPARE_PERSISTENT, list[i].statement, NULL);

		if (result != SQLITE_OK)
			return sqlite_db_fail(db, result);
	}
	return 0;
}

int sqlite_db_step(struct sqlite_db *db, sqlite3_stmt *statement)
{
	int result = sqlite3_step(statement);
	int err = sqlite_db_fail(db, result);

	sqlite3_reset(statement);
	return err;
}

int sqlite_db_find(struct sqlite_db *db, sqlite3_stmt *statement, int64_t *ret_value)
{
	int result = sqlite3_step(statement);
	int err = sqlite_db_fail(db, result);

	if (!err)
		*ret_value = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	sqlite3_reset(statement);
	return err;
}

int sqlite_db_value(struct sqlite_db *db, const char *sql, int64_t *ret_value)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);
	int err = sqlite_db_fail(db, result);

	if (!err)
		err = sqlite_db_find(db, statement, ret_value);
	sqlite3_finalize(statement);
	return err;
}

/*
 * flock() and not a record lock: SQLite takes record locks on the same file, which
 * a second descriptor of this process would release when closed.  For the same
 * reason lock_fd is closed after the handle.
 */
static int lock_file(struct sqlite_db *db)
{
	struct stat st;

	db->lock_fd = open(db->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
	if (db->lock_fd < 0 || fstat(db->lock_fd, &st) != 0) {
		int err = -errno;

		log_error("%s: cannot open: %s", db->path, strerror(-err));
		return err;
	}
	if (!S_ISREG(st.st_mode)) {
		log_error("%s: not a regular file", db->path);
		return -EINVAL;
	}
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		int err = errno == EWOULDBLOCK ? -EBUSY : -errno;

		log_error("%s: %s", db->path,
			  err == -EBUSY ? "another process writes to this database"
					: strerror(-err));
		return err;
	}
	return 0;
}

int sqlite_db_refuse(const struct sqlite_db *db, int64_t application_id, int64_t version)
{
	if (application_id != APPLICATION_ID || version < 1) {
		log_error("%s: the database of another program", db->path);
		return -EINVAL;
	}
	if (version > SCHEMA_VERSION) {
		log_error("%s: written by a newer version (schema %lld, this one knows %d)",
			  db->path, (long long)version, SCHEMA_VERSION);
		return -ENOTSUP;
	}
	return 0;
}

int sqlite_db_check_header(const struct sqlite_db *db, int64_t *ret_version)
{
	struct file_header header;
	ssize_t len = pread(db->lock_fd, &header, sizeof(header), 0);

	if (len < 0) {
		int err = -errno;

		log_error("%s: cannot read: %s", db->path, strerror(-err));
		return err;
	}
	*ret_version = 0;
	if (len == 0)
		return 0;
	if (len < (ssize_t)sizeof(header) || memcmp(header.magic, "SQLite format 3", 16) != 0) {
		log_error("%s: not an SQLite database", db->path);
		return -EINVAL;
	}
	*ret_version = be32_to(header.user_version);
	return sqlite_db_refuse(db, be32_to(header.application_id), *ret_version);
}

int sqlite_db_open_handle(struct sqlite_db *db, int flags)
{
	/* Absolute, so that SQLite sees a file in ":memory:" and "file:x", too. */
	char *absolute = realpath(db->path, NULL);
	int err, result;

	if (!absolute) {
		err = -errno;
		log_error("%s: cannot resolve: %s", db->path, strerror(-err));
		return err;
	}
	result = sqlite3_open_v2(absolute, &db->handle, flags, NULL);
	free(absolute);
	if (result != SQLITE_OK)
		return sqlite_db_fail(db, result);
	sqlite3_extended_result_codes(db->handle, 1);
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	return 0;
}

/* In one transaction with a rollback journal, so that the header in the file is
 * ours as soon as there is one; WAL comes after. */
static int create_schema(struct sqlite_db *db)
{
	int err = sqlite_db_exec(db, "BEGIN IMMEDIATE");

	if (!err)
		err = sqlite_db_exec(db, schema_sql);
	if (!err)
		err = sqlite_db_exec(db, views_sql);
	if (!err)
		err = sqlite_db_exec(db, "COMMIT");
	return err;
}

/* From each version to the next; the views are made anew after. */
static const char *const upgrades[] = {
	[1] = "ALTER TABLE trace ADD COLUMN eps_trace REAL; PRAGMA user_version = 2",
	[2] = "CREATE TABLE upload (upload_id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
	      " trace_id INTEGER NOT NULL REFERENCES trace, collector TEXT NOT NULL,"
	      " consented_us INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'queued'"
	      " CHECK (state IN ('queued','sent','rejected','given up')),"
	      " queued_us INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
	      " tried_us INTEGER, status INTEGER, reason TEXT, bytes INTEGER NOT NULL,"
	      " body BLOB);"
	      "CREATE INDEX upload_queue ON upload (attempts, upload_id) WHERE state = 'queued';"
	      "PRAGMA user_version = 3",
	[3] = "CREATE TABLE mmdb (mmdb_id INTEGER PRIMARY KEY,"
	      " kind TEXT NOT NULL CHECK (kind IN ('asn','geo')), type TEXT NOT NULL,"
	      " built_us INTEGER NOT NULL, first_us INTEGER NOT NULL,"
	      " UNIQUE (kind, type, built_us));"
	      "CREATE TABLE asn (asn INTEGER PRIMARY KEY, name TEXT);"
	      "ALTER TABLE addr ADD COLUMN asn INTEGER REFERENCES asn;"
	      "ALTER TABLE addr ADD COLUMN asn_by INTEGER REFERENCES mmdb;"
	      "ALTER TABLE addr ADD COLUMN country TEXT;"
	      "ALTER TABLE addr ADD COLUMN city TEXT;"
	      "ALTER TABLE addr ADD COLUMN geo_by INTEGER REFERENCES mmdb;"
	      "CREATE INDEX addr_asn ON addr (asn) WHERE asn IS NOT NULL;"
	      "CREATE TABLE as_path (as_path_id INTEGER PRIMARY KEY, text TEXT NOT NULL,"
	      " reversed TEXT NOT NULL, length INTEGER NOT NULL, holes INTEGER NOT NULL,"
	      " UNIQUE (text, holes));"
	      "ALTER TABLE trace ADD COLUMN as_path_id INTEGER REFERENCES as_path;"
	      "PRAGMA user_version = 4",
	[4] = "ALTER TABLE run ADD COLUMN resumes INTEGER REFERENCES run;"
	      "ALTER TABLE run ADD COLUMN reason TEXT; PRAGMA user_version = 5",
	/* The vertices of traces that are there follow from their probes and links. */
	[5] = "ALTER TABLE hop ADD COLUMN reply_tos INTEGER;"
	      "ALTER TABLE hop ADD COLUMN quoted_ttl INTEGER;"
	      "CREATE TABLE ext (trace_id INTEGER NOT NULL REFERENCES trace,"
	      " ttl INTEGER NOT NULL, flow INTEGER NOT NULL, try INTEGER NOT NULL,"
	      " n INTEGER NOT NULL, class INTEGER NOT NULL, type INTEGER NOT NULL,"
	      " data BLOB NOT NULL, PRIMARY KEY (trace_id, ttl, flow, try, n)) WITHOUT ROWID;"
	      "CREATE TABLE vertex (trace_id INTEGER NOT NULL REFERENCES trace,"
	      " n INTEGER NOT NULL, ttl INTEGER NOT NULL, addr_id INTEGER NOT NULL,"
	      " is_end INTEGER NOT NULL, PRIMARY KEY (trace_id, n)) WITHOUT ROWID;"
	      "INSERT INTO vertex SELECT v.trace_id, row_number() OVER (PARTITION BY v.trace_id"
	      " ORDER BY v.ttl, v.addr_id) - 1, v.ttl, v.addr_id, v.addr_id = t.dst_id FROM"
	      " (SELECT trace_id, 0 AS ttl, src_id AS addr_id FROM trace WHERE mode > 0"
	      " UNION SELECT h.trace_id, h.ttl, coalesce(h.addr_id, x.dst_id) FROM hop h"
	      " JOIN trace x USING (trace_id) WHERE x.mode > 0 AND h.ttl <= x.path_len"
	      " AND (h.addr_id IS NOT NULL OR h.arrived)"
	      " UNION SELECT trace_id, near_ttl, 0 FROM link WHERE near_id = 0"
	      " UNION SELECT trace_id, CASE near_ttl WHEN 0 THEN (SELECT min(ttl) FROM hop"
	      " WHERE hop.trace_id = link.trace_id) ELSE near_ttl + 1 END, 0 FROM link"
	      " WHERE far_id = 0) v JOIN trace t USING (trace_id);"
	      "PRAGMA user_version = 6",
	[6] = "INSERT INTO stop VALUES (103, 'not told');"
	      "CREATE TABLE received (received_id INTEGER PRIMARY KEY, sender TEXT NOT NULL,"
	      " key TEXT NOT NULL, received_us INTEGER NOT NULL,"
	      " forward_id INTEGER REFERENCES trace, reverse_id INTEGER REFERENCES trace,"
	      " unplaced INTEGER NOT NULL, hash BLOB NOT NULL, bytes INTEGER NOT NULL,"
	      " body BLOB NOT NULL, UNIQUE (sender, key));"
	      "CREATE INDEX received_forward ON received (forward_id)"
	      " WHERE forward_id IS NOT NULL;"
	      "CREATE INDEX received_reverse ON received (reverse_id)"
	      " WHERE reverse_id IS NOT NULL;"
	      "PRAGMA user_version = 7",
};
_Static_assert(ARRAY_LEN(upgrades) == SCHEMA_VERSION, "an upgrade for each older version");

bool sqlite_db_is_older(int64_t version)
{
	return version < SCHEMA_VERSION;
}

static int upgrade_schema(struct sqlite_db *db, int64_t version)
{
	int err = sqlite_db_exec(db, "BEGIN IMMEDIATE");

	log_info("%s: upgraded from schema %lld to %d", db->path, (long long)version,
		 SCHEMA_VERSION);
	for (; !err && version < SCHEMA_VERSION; version++)
		err = sqlite_db_exec(db, upgrades[version]);
	if (!err)
		err = sqlite_db_exec(db, views_sql);
	if (!err)
		err = sqlite_db_exec(db, "COMMIT");
	return err;
}

static int check_schema(struct sqlite_db *db)
{
	int64_t tables, application_id, version;
	int err = sqlite_db_value(db, "SELECT count(*) FROM sqlite_schema", &tables);

	if (!err && tables == 0)
		err = create_schema(db);
	if (!err)
		err = sqlite_db_value(db, "PRAGMA application_id", &application_id);
	if (!err)
		err = sqlite_db_value(db, "PRAGMA user_version", &version);
	if (err)
		return err;
	/* Once more: a crash may have left the newest version in the WAL. */
	err = sqlite_db_refuse(db, application_id, version);
	if (err)
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	else if (version < SCHEMA_VERSION)
		err = upgrade_schema(db, version);
	return err;
}

static int set_pragmas(struct sqlite_db *db)
{
	return sqlite_db_exec(db, "PRAGMA journal_mode = WAL;"
				  "PRAGMA synchronous = NORMAL;"
				  "PRAGMA wal_autocheckpoint = 4000;" /* pages: 16 MiB */
				  "PRAGMA cache_size = -16384");      /* KiB */
}

int sqlite_db_new(const char *path, struct sqlite_db **ret_db)
{
	struct sqlite_db *db = calloc(1, sizeof(*db));

	if (!db)
		return -ENOMEM;
	db->lock_fd = -1;
	db->path = strdup(path);
	if (!db->path) {
		sqlite_db_close(db);
		return -ENOMEM;
	}
	*ret_db = db;
	return 0;
}

int sqlite_db_open(const char *path, struct sqlite_db **ret_db)
{
	struct sqlite_db *db;
	int64_t version;
	int err = sqlite_db_new(path, &db);

	if (err)
		return err;
	err = lock_file(db);
	if (!err)
		err = sqlite_db_check_header(db, &version);
	if (!err)
		err = sqlite_db_open_handle(db, SQLITE_OPEN_READWRITE);
	if (!err)
		err = check_schema(db);
	if (!err)
		err = set_pragmas(db);
	if (err)
		sqlite_db_close(db);
	else
		*ret_db = db;
	return err;
}

void sqlite_db_close(struct sqlite_db *db)
{
	if (!db)
		return;
	sqlite3_close(db->handle);
	if (db->lock_fd >= 0)
		close(db->lock_fd);
	free(db->path);
	free(db);
}
