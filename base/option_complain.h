// SPDX-License-Identifier: GPL-2.0-or-later
/* What option_store() refused, in one line on standard error.  `where` comes before the
 * option's name: "", or file and line. */
#pragma once

#include "base/option.h"

void option_complain(const struct option_table *table, const char *where,
		     const struct option_desc *option, const char *text, int err);
