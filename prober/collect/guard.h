// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who failed to prove who he is, by address: after some failures in a row nobody listens to
 * him for a while, so that those who guess take no time from others.  A table of fixed
 * size; where too many fail, the ones that failed least are forgotten.
 */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "wire/addr.h"

#define GUARD_FAILURES	 10		/* at once */
#define GUARD_FORGIVE_NS (6 * NS_PER_S) /* one more each */

struct guard;

int guard_new(struct guard **ret_guard);
/* Takes NULL. */
void guard_free(struct guard *g);

/* IPv6: by /64.  From when on he is listened to; not after `now` if he is. */
mono guard_open_at(const struct guard *g, const struct addr *who, mono now);
void guard_fail(struct guard *g, const struct addr *who, mono now);
