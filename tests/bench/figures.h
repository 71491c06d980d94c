// SPDX-License-Identifier: GPL-2.0-or-later
/* What benchmarks share: their arguments, their end when something fails, medians. */
#pragma once

#include <stdint.h>

/* Ends the program with `what` and the error (an errno) behind its name. */
void bench_fail(const char *what, int err) __attribute__((noreturn));

/* A number from 1 to `max`; anything else ends the program with `usage`, status 2. */
uint32_t bench_argument(const char *text, uint32_t max, const char *usage);

/* Sorts the values; `count` is not 0. */
double bench_median(double *values, uint32_t count);
