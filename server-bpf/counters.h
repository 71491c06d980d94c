// SPDX-License-Identifier: GPL-2.0-or-later
/* The counters of enum server_counter: names, and the sums over all CPUs. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "server-bpf/shared.h"

struct counter_values {
	uint64_t of[COUNTER_COUNT][FAMILY_COUNT];
};

const char *counter_name(enum server_counter counter);

/* Sums the per-CPU map `fd`.  Returns 0 or -errno. */
int counters_read(int fd, struct counter_values *ret_values);

/* One line a reason that occurred: name, IPv4, IPv6. */
void counters_print(FILE *out, const struct counter_values *values);
