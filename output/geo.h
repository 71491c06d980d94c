// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In which country and city an address is, by a file in MaxMind's format: GeoLite2-City,
 * GeoLite2-Country, and any other with the same fields.  For routers such files are often
 * wrong: they say where addresses are registered or used, not where a box stands.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "output/mmdb.h"

#define GEO_CITY_LEN 96 /* of a name as it is kept, with its NUL */

struct geo_db;

struct geo_entry {
	char country[3];	 /* ISO 3166-1: "DE"; "": not known */
	char city[GEO_CITY_LEN]; /* in English, any bytes, cut if longer; "": not known */
};

/* As asn_open(), for a file with countries. */
int geo_open(const char *path, struct geo_db **ret_db);
/* Takes NULL. */
void geo_close(struct geo_db *db);

/* Valid as long as the database. */
const struct mmdb_about *geo_about(const struct geo_db *db);

/* False where the file knows neither.  Takes a NULL database. */
bool geo_find(struct geo_db *db, const struct addr *addr, struct geo_entry *ret_entry);
