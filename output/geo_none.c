// SPDX-License-Identifier: GPL-2.0-or-later
/* In place of geo.c where libmaxminddb is not wanted: there never is a database. */
#include <errno.h>
#include <stddef.h>

#include "base/log.h"
#include "output/geo.h"

int geo_open(const char *path, struct geo_db **ret_db)
{
	(void)ret_db;
	log_error("%s: cannot be read: built without libmaxminddb", path);
	return -ENOTSUP;
}

void geo_close(struct geo_db *db)
{
	(void)db;
}

const struct mmdb_about *geo_about(const struct geo_db *db)
{
	(void)db;
	return NULL;
}

bool geo_find(struct geo_db *db, const struct addr *addr, struct geo_entry *ret_entry)
{
	(void)db;
	(void)addr;
	(void)ret_entry;
	return false;
}
