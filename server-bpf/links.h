// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces that are served: each with its attachment, and the kernel's word
 * when one of them changes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct attach_programs;
struct links;

/*
 * Attaches the program for it to each of the interfaces (ends with NULL), or to none.
 * `served` is said in the log behind each name.  Returns 0 or -errno, with the
 * reason logged: see attach.h.
 */
int links_open(char **interfaces, const struct attach_programs *programs, const char *served,
	       struct links **ret_links);
/* Detaches.  Takes NULL. */
void links_close(struct links *l);

/* Readable when some interface of this host changed. */
int links_fd(const struct links *l);
/* Looks at the interfaces again, and gives up those that are gone. */
void links_refresh(struct links *l);

/* Those that are served, [0, count): names valid until the next refresh. */
size_t links_count(const struct links *l);
const char *links_name(const struct links *l, size_t index);
