// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/mmdb.h"

#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
	RECORDS_TRIED = 1000, /* some entries of a file may not have what it is about */
	TYPE_LEN = 64,
};

struct mmdb {
	MMDB_s file;
	char *path;
	char type[TYPE_LEN];
	struct mmdb_about about;
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

/* Looks at one side of a node. */
static bool try_record(const struct mmdb_kind *kind, uint8_t type, MMDB_entry_s *entry,
		       unsigned int *tried)
{
	if (type != MMDB_RECORD_TYPE_DATA)
		return false;
	(*tried)++;
	return kind->has_field(entry);
}

/* Files for other purposes have the same form. */
static bool is_kind(const MMDB_s *file, const struct mmdb_kind *kind)
{
	unsigned int tried = 0;

	for (uint32_t i = 0; i < file->metadata.node_count && tried < RECORDS_TRIED; i++) {
		MMDB_search_node_s node;

		if (MMDB_read_node(file, i, &node) != MMDB_SUCCESS)
			continue;
		if (try_record(kind, node.left_record_type, &node.left_record_entry, &tried) ||
		    try_record(kind, node.right_record_type, &node.right_record_entry, &tried))
			return true;
	}
	return false;
}

static int check(struct mmdb *m, const struct mmdb_kind *kind)
{
	const MMDB_metadata_s *metadata = &m->file.metadata;

	snprintf(m->type, sizeof(m->type), "%s",
		 metadata->database_type ? metadata->database_type : "");
	m->about = (struct mmdb_about){ m->type, metadata->build_epoch };
	if (is_kind(&m->file, kind))
		return 0;
	log_error("%s: no database of %s: it has no %s", m->path, kind->noun, kind->field);
	return -EINVAL;
}

int mmdb_open(const char *path, const struct mmdb_kind *kind, struct mmdb **ret_file)
{
	struct mmdb *m = calloc(1, sizeof(*m));
	int error, err;

	if (m)
		m->path = strdup(path);
	if (!m || !m->path) {
		err = complain(path, MMDB_OUT_OF_MEMORY_ERROR);
		free(m);
		return err;
	}
	errno = 0;
	error = MMDB_open(path, MMDB_MODE_MMAP, &m->file);
	if (error != MMDB_SUCCESS) {
		err = complain(path, error);
		goto fail;
	}
	err = check(m, kind);
	if (err) {
		MMDB_close(&m->file);
		goto fail;
	}
	*ret_file = m;
	return 0;
fail:
	free(m->path);
	free(m);
	return err;
}

void mmdb_close(struct mmdb *m)
{
	if (!m)
		return;
	MMDB_close(&m->file);
	free(m->path);
	free(m);
}

const struct mmdb_about *mmdb_about(const struct mmdb *m)
{
	return &m->about;
}

void mmdb_note(struct mmdb *m, int error)
{
	/* A file for IPv4 only, or one that knows something else of the address. */
	if (error == MMDB_SUCCESS || error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR ||
	    error == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR || m->is_damaged)
		return;
	log_warn("%s: damaged, some addresses stay unknown: %s", m->path, MMDB_strerror(error));
	m->is_damaged = true;
}

/* Returns the library's error. */
static int look_up(const struct mmdb *m, const struct addr *addr, MMDB_lookup_result_s *ret)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	int error;

	if (addr_is_v4(addr)) {
		be32 bytes = addr_to_v4(addr);

		memcpy(&v4.sin_addr, &bytes, sizeof(v4.sin_addr));
		*ret = MMDB_lookup_sockaddr(&m->file, (const struct sockaddr *)&v4, &error);
	} else {
		memcpy(&v6.sin6_addr, addr, sizeof(v6.sin6_addr));
		*ret = MMDB_lookup_sockaddr(&m->file, (const struct sockaddr *)&v6, &error);
	}
	return error;
}

bool mmdb_find(struct mmdb *m, const struct addr *addr, MMDB_entry_s *ret_entry)
{
	MMDB_lookup_result_s found;
	int error;

	if (!m || addr_is_none(addr))
		return false;
	error = look_up(m, addr, &found);
	mmdb_note(m, error);
	if (error != MMDB_SUCCESS || !found.found_entry)
		return false;
	*ret_entry = found.entry;
	return true;
}

void mmdb_text(struct mmdb *m, MMDB_entry_s *entry, const char *const *path, char *ret_text,
	       uint32_t len)
{
	MMDB_entry_data_s data;
	int error = MMDB_aget_value(entry, &data, path);

	mmdb_note(m, error);
	ret_text[0] = '\0';
	if (error == MMDB_SUCCESS && data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING)
		snprintf(ret_text, len, "%.*s", (int)(data.data_size < len ? data.data_size : len),
			 data.utf8_string);
}
