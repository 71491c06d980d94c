// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/asn.h"

#include <maxminddb.h>
#include <stddef.h>

static uint32_t number_of(const MMDB_entry_data_s *data)
{
	if (!data->has_data)
		return 0;
	switch (data->type) {
	case MMDB_DATA_TYPE_UINT16:
		return data->uint16;
	case MMDB_DATA_TYPE_UINT32:
		return data->uint32;
	default:
		return 0;
	}
}

/* 0: it has none.  Returns the library's error. */
static int read_number(MMDB_entry_s *entry, uint32_t *ret_number)
{
	MMDB_entry_data_s data;
	int error = MMDB_get_value(entry, &data, "autonomous_system_number", (char *)NULL);

	*ret_number = error == MMDB_SUCCESS ? number_of(&data) : 0;
	return error;
}

static bool has_number(MMDB_entry_s *entry)
{
	uint32_t number;

	return read_number(entry, &number) == MMDB_SUCCESS && number != 0;
}

static const struct mmdb_kind kind = {
	.noun = "autonomous systems",
	.field = "autonomous_system_number",
	.has_field = has_number,
};

/* The two structures are one: a name of its own, so that nobody mixes up files. */
static struct mmdb *file_of(struct asn_db *db)
{
	return (struct mmdb *)db;
}

int asn_open(const char *path, struct asn_db **ret_db)
{
	return mmdb_open(path, &kind, (struct mmdb **)ret_db);
}

void asn_close(struct asn_db *db)
{
	mmdb_close(file_of(db));
}

const struct mmdb_about *asn_about(const struct asn_db *db)
{
	return mmdb_about((const struct mmdb *)db);
}

bool asn_find(struct asn_db *db, const struct addr *addr, struct asn_entry *ret_entry)
{
	static const char *const name[] = { "autonomous_system_organization", NULL };
	MMDB_entry_s entry;
	uint32_t number;

	if (!mmdb_find(file_of(db), addr, &entry))
		return false;
	mmdb_note(file_of(db), read_number(&entry, &number));
	if (number == 0)
		return false;
	ret_entry->number = number;
	mmdb_text(file_of(db), &entry, name, ret_entry->name, sizeof(ret_entry->name));
	return true;
}
