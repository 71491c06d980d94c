// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What one line or operand stands for: a host name, an address, or a prefix with
 * all its addresses.  Becomes targets one by one.  Lives in its source's memory.
 */
#pragma once

#include <stdbool.h>

#include "targets/prefix.h"
#include "targets/target.h"

#define ENTRY_REASON_LEN 256

/* Zeroed memory is an entry without targets. */
struct entry {
	struct target target; /* as the next one will look; a prefix changes name and addr */
	struct prefix_walk walk;
	bool is_single; /* `target` is the only one, and still to be taken */
};

/*
 * Returns false with a reason that is safe to print, "'10.0.0.1/33' is not a
 * prefix"; then the entry is empty.
 */
bool entry_set(struct entry *e, const char *text, char ret_reason[static ENTRY_REASON_LEN]);
void entry_clear(struct entry *e);
/* False when there is none left. */
bool entry_next(struct entry *e, struct target *ret_target);

/* Writes "'text' reason" and returns false; `text` is made safe and short. */
bool entry_refuse(const char *text, const char *reason, char ret_reason[static ENTRY_REASON_LEN]);
