// SPDX-License-Identifier: GPL-2.0-or-later
/* What a trace's command line may say, beyond what its table of options knows.  Both return
 * OPTION_OK, or OPTION_USAGE with one line on standard error. */
#pragma once

#include <stddef.h>

#include "base/option.h"

struct prober_options;

/* Direction, protocol and mode; the operands behind these are the targets. */
enum option_outcome options_operands(char **operands, size_t count, struct prober_options *o);
/* Do options and operands go together? */
enum option_outcome options_check(const struct prober_options *o);
