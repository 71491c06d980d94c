// SPDX-License-Identifier: GPL-2.0-or-later
/* What one line or operand stands for: a host name, an address, or a prefix. */
#pragma once

#include <stdbool.h>

#include "targets/target.h"

#define ENTRY_REASON_LEN 256

/*
 * Sets name, address and prefix length, and clears the rest.  Returns false with a
 * reason that is safe to print, "'10.0.0.1/33' is not a prefix"; then the name is empty.
 */
bool entry_parse(const char *text, struct target *ret_target,
		 char ret_reason[static ENTRY_REASON_LEN]);

/* Writes "'text' reason" and returns false; `text` is made safe and short. */
bool entry_refuse(const char *text, const char *reason, char ret_reason[static ENTRY_REASON_LEN]);
