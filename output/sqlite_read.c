// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "output/sqlite_open.h"

/* The descriptor is for the header, and holds no lock. */
static int open_file(struct sqlite_db *db, int64_t *ret_version)
{
	struct stat st;

	db->lock_fd = open(db->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (db->lock_fd < 0 || fstat(db->lock_fd, &st) != 0) {
		int err = -errno;

		log_error("%s: cannot open: %s", db->path, strerror(-err));
		return err;
	}
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		log_error("%s: not a database", db->path);
		return -EINVAL;
	}
	return sqlite_db_check_header(db, ret_version);
}

/* What the WAL has may be newer than the header, and is what counts. */
static int check_newest(struct sqlite_db *db)
{
	int64_t application_id, version;
	int err = sqlite_db_value(db, "PRAGMA application_id", &application_id);

	if (!err)
		err = sqlite_db_value(db, "PRAGMA user_version", &version);
	return err ? err : sqlite_db_refuse(db, application_id, version);
}

static int upgrade_file(const char *path)
{
	struct sqlite_db *db = NULL;
	int err = sqlite_db_open(path, &db);

	if (!err)
		sqlite_db_close(db);
	return err;
}

int sqlite_db_open_to_read(const char *path, struct sqlite_db **ret_db)
{
	struct sqlite_db *db = NULL;
	int64_t version = 0;
	int err = sqlite_db_new(path, &db);

	if (err)
		return err;
	err = open_file(db, &version);
	if (!err && sqlite_db_is_older(version))
		err = upgrade_file(path);
	if (!err)
		err = sqlite_db_open_handle(db, SQLITE_OPEN_READONLY);
	if (!err)
		err = check_newest(db);
	if (err)
		sqlite_db_close(db);
	else
		*ret_db = db;
	return err;
}
