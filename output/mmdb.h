// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file in MaxMind's format, open for look-ups: what asn.h and geo.h have in common.
 *
 * Others made the file, and it may be damaged: nothing outside of it is read.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

struct MMDB_entry_s;
struct mmdb;

/* Which file it is, for whoever has to repeat the result. */
struct mmdb_about {
	const char *type; /* as its maker calls it, any bytes */
	uint64_t built_s; /* since 1970 UTC */
};

/* What a file must have.  What its type is called is up to its maker. */
struct mmdb_kind {
	const char *noun;  /* "autonomous systems" */
	const char *field; /* "autonomous_system_number" */
	bool (*has_field)(struct MMDB_entry_s *entry);
};

/*
 * Returns 0 or -errno, and then it has logged what is wrong: no such file, not whole, or
 * of another kind.  The file stays mapped: to renew it, replace it, don't write into it.
 */
int mmdb_open(const char *path, const struct mmdb_kind *kind, struct mmdb **ret_file);
/* Takes NULL. */
void mmdb_close(struct mmdb *m);

/* Valid as long as the file. */
const struct mmdb_about *mmdb_about(const struct mmdb *m);

/* False where the file has nothing on the address.  Takes a NULL file. */
bool mmdb_find(struct mmdb *m, const struct addr *addr, struct MMDB_entry_s *ret_entry);

/* Logs, once a file, an error of the library other than that there is no such field. */
void mmdb_note(struct mmdb *m, int error);
/* A text of the entry, cut to `len` bytes with its NUL; "": it has none.  `path` ends with
 * NULL. */
void mmdb_text(struct mmdb *m, struct MMDB_entry_s *entry, const char *const *path, char *ret_text,
	       uint32_t len);
