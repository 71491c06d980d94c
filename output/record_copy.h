// SPDX-License-Identifier: GPL-2.0-or-later
/* A record that outlives the call: for sinks that write two directions together, and for
 * whoever makes records wait. */
#pragma once

#include <stddef.h>

#include "output/record.h"

/* The trace with all that it points to, in one piece of memory: free() it.  Returns 0
 * or -ENOMEM.  The table of names is shared. */
int record_copy(const struct trace_record *trace, struct trace_record **ret_copy);

/* Bytes that the copy takes. */
size_t record_copy_size(const struct trace_record *trace);
