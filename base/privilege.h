// SPDX-License-Identifier: GPL-2.0-or-later
/* What this process may do.  Asked before an attempt, so that the message can
 * name the capability in place of "operation not permitted". */
#pragma once

#include <stdbool.h>

/* Names as in capabilities(7), "cap_net_raw".  A name that libcap does not know
 * counts as held: then the attempt itself decides. */
bool privilege_held(const char *capability);
