// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/geo.h"

#include <maxminddb.h>
#include <stddef.h>
#include <string.h>

static const char *const country_path[] = { "country", "iso_code", NULL };
static const char *const city_path[] = { "city", "names", "en", NULL };

static bool has_country(MMDB_entry_s *entry)
{
	MMDB_entry_data_s data;

	return MMDB_aget_value(entry, &data, country_path) == MMDB_SUCCESS && data.has_data &&
	       data.type == MMDB_DATA_TYPE_UTF8_STRING;
}

static const struct mmdb_kind kind = {
	.noun = "countries",
	.field = "country.iso_code",
	.has_field = has_country,
};

/* As in asn.c. */
static struct mmdb *file_of(struct geo_db *db)
{
	return (struct mmdb *)db;
}

int geo_open(const char *path, struct geo_db **ret_db)
{
	return mmdb_open(path, &kind, (struct mmdb **)ret_db);
}

void geo_close(struct geo_db *db)
{
	mmdb_close(file_of(db));
}

const struct mmdb_about *geo_about(const struct geo_db *db)
{
	return mmdb_about((const struct mmdb *)db);
}

/* ISO 3166-1 alpha-2, and nothing else. */
static bool is_code(const char *text)
{
	return strlen(text) == 2 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 2;
}

bool geo_find(struct geo_db *db, const struct addr *addr, struct geo_entry *ret_entry)
{
	struct geo_entry found;
	MMDB_entry_s entry;
	char code[4]; /* so that what is too long does not fit by being cut */

	if (!mmdb_find(file_of(db), addr, &entry))
		return false;
	mmdb_text(file_of(db), &entry, country_path, code, sizeof(code));
	mmdb_text(file_of(db), &entry, city_path, found.city, sizeof(found.city));
	memcpy(found.country, is_code(code) ? code : "", is_code(code) ? 3 : 1);
	if (!found.country[0] && !found.city[0])
		return false;
	*ret_entry = found;
	return true;
}
