// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of who may ask, from files to the tries that access.bpf.h looks at.
 *
 * A file has one address or prefix a line, of either family; `#` begins a comment.
 * A file with a bad line is refused as a whole, by file and line, and what was in
 * force stays in force.
 */
#pragma once

#include "server-bpf/shared.h"

#define ACCESS_PREFIXES_MAX 1000000 /* of one file: some 100 MB in the kernel */

/* Where the program looks; owned by the loader. */
struct access_maps {
	int lists;	      /* fd of the map of tries */
	uint32_t *generation; /* in the program's memory */
};

/*
 * Reads the files (NULL: no such list), builds their tries and puts all in force at
 * one moment.  Returns 0, or -errno with the reason logged; then nothing changed.
 */
int access_reload(const struct access_maps *maps, const char *const paths[ACCESS_LIST_COUNT]);
