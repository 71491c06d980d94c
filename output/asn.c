// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/asn.h"

#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
	RECORDS_TRIED = 1000, /* some systems of a file may have no number */
	TYPE_LEN = 64,
};

struct asn_db {
	MMDB_s file;
	char *path;
	char type[TYPE_LEN];
	struct asn_about about;
	bool is_damaged; /* and that was said */
};

/* For what the library says of a file. */
static int complain(const char *path, int error)
{
	int err = errno;

	if (error == MMDB_FILE_OPEN_ERROR || error == MMDB_IO_ERROR) {
		log_error("%s: cannot %s: %s", path,
			  error == MMDB_IO_ERROR ? "map, is it empty or no file" : "open",
			  strerror(err));
		return err ? -err : -EIO;
	}
	if (error == MMDB_OUT_OF_MEMORY_ERROR) {
		log_error("%s: cannot open: %s", path, strerror(ENOMEM));
		return -ENOMEM;
	}
	log_error("%s: not a whole database in MaxMind's format: %s", path, MMDB_strerror(error));
	return -EINVAL;
}

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

static void read_name(MMDB_entry_s *entry, char ret_name[static ASN_NAME_LEN])
{
	MMDB_entry_data_s data;
	int error = MMDB_get_value(entry, &data, "autonomous_system_organization", (char *)NULL);

	ret_name[0] = '\0';
	if (error == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING)
		snprintf(ret_name, ASN_NAME_LEN, "%.*s",
			 (int)(data.data_size < ASN_NAME_LEN ? data.data_size : ASN_NAME_LEN),
			 data.utf8_string);
}

/* Looks at one side of a node.  Returns whether a number is there. */
static bool try_record(uint8_t type, MMDB_entry_s *entry, unsigned int *tried)
{
	uint32_t number;

	if (type != MMDB_RECORD_TYPE_DATA)
		return false;
	(*tried)++;
	return read_number(entry, &number) == MMDB_SUCCESS && number != 0;
}

/* Files for other purposes have the same form; what they are called is up to their makers. */
static bool has_numbers(const MMDB_s *file)
{
	unsigned int tried = 0;

	for (uint32_t i = 0; i < file->metadata.node_count && tried < RECORDS_TRIED; i++) {
		MMDB_search_node_s node;

		if (MMDB_read_node(file, i, &node) != MMDB_SUCCESS)
			continue;
		if (try_record(node.left_record_type, &node.left_record_entry, &tried) ||
		    try_record(node.right_record_type, &node.right_record_entry, &tried))
			return true;
	}
	return false;
}

static int check(struct asn_db *db)
{
	const MMDB_metadata_s *metadata = &db->file.metadata;

	snprintf(db->type, sizeof(db->type), "%s",
		 metadata->database_type ? metadata->database_type : "");
	db->about = (struct asn_about){ db->type, metadata->build_epoch };
	if (has_numbers(&db->file))
		return 0;
	log_error("%s: no database of autonomous systems: it has no autonomous_system_number",
		  db->path);
	return -EINVAL;
}

int asn_open(const char *path, struct asn_db **ret_db)
{
	struct asn_db *db = calloc(1, sizeof(*db));
	int error, err;

	if (db)
		db->path = strdup(path);
	if (!db || !db->path) {
		err = complain(path, MMDB_OUT_OF_MEMORY_ERROR);
		free(db);
		return err;
	}
	errno = 0;
	error = MMDB_open(path, MMDB_MODE_MMAP, &db->file);
	if (error != MMDB_SUCCESS) {
		err = complain(path, error);
		goto fail;
	}
	err = check(db);
	if (err) {
		MMDB_close(&db->file);
		goto fail;
	}
	*ret_db = db;
	return 0;
fail:
	free(db->path);
	free(db);
	return err;
}

void asn_close(struct asn_db *db)
{
	if (!db)
		return;
	MMDB_close(&db->file);
	free(db->path);
	free(db);
}

const struct asn_about *asn_about(const struct asn_db *db)
{
	return &db->about;
}

/* Returns the library's error. */
static int look_up(const struct asn_db *db, const struct addr *addr, MMDB_lookup_result_s *ret)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	int error;

	if (addr_is_v4(addr)) {
		be32 bytes = addr_to_v4(addr);

		memcpy(&v4.sin_addr, &bytes, sizeof(v4.sin_addr));
		*ret = MMDB_lookup_sockaddr(&db->file, (const struct sockaddr *)&v4, &error);
	} else {
		memcpy(&v6.sin6_addr, addr, sizeof(v6.sin6_addr));
		*ret = MMDB_lookup_sockaddr(&db->file, (const struct sockaddr *)&v6, &error);
	}
	return error;
}

/* 0: the file has none.  Returns the library's error. */
static int find_number(const struct asn_db *db, const struct addr *addr,
		       MMDB_lookup_result_s *ret_found, uint32_t *ret_number)
{
	int error = look_up(db, addr, ret_found);

	*ret_number = 0;
	if (error == MMDB_SUCCESS && ret_found->found_entry)
		error = read_number(&ret_found->entry, ret_number);
	/* A file for IPv4 only, or one that knows something else of the address. */
	if (error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR ||
	    error == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR)
		return MMDB_SUCCESS;
	return error;
}

bool asn_find(struct asn_db *db, const struct addr *addr, struct asn_entry *ret_entry)
{
	MMDB_lookup_result_s found;
	uint32_t number;
	int error;

	if (!db || addr_is_none(addr))
		return false;
	error = find_number(db, addr, &found, &number);
	if (error != MMDB_SUCCESS && !db->is_damaged) {
		log_warn("%s: damaged, some addresses stay without a number: %s", db->path,
			 MMDB_strerror(error));
		db->is_damaged = true;
	}
	if (number == 0)
		return false;
	ret_entry->number = number;
	read_name(&found.entry, ret_entry->name);
	return true;
}
