// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts the allocations of a part of the program.  The test is linked with
 * -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

extern bool allocations_counted; /* set while that part runs */
extern uint64_t allocations;
