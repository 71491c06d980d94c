// SPDX-License-Identifier: GPL-2.0-or-later
/* In place of asn.c where libmaxminddb is not wanted: there never is a database. */
#include <errno.h>
#include <stddef.h>

#include "base/log.h"
#include "output/asn.h"

int asn_open(const char *path, struct asn_db **ret_db)
{
	(void)ret_db;
	log_error("%s: cannot be read: built without libmaxminddb", path);
	return -ENOTSUP;
}

void asn_close(struct asn_db *db)
{
	(void)db;
}

const struct mmdb_about *asn_about(const struct asn_db *db)
{
	(void)db;
	return NULL;
}

bool asn_find(struct asn_db *db, const struct addr *addr, struct asn_entry *ret_entry)
{
	(void)db;
	(void)addr;
	(void)ret_entry;
	return false;
}
