// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/bench/figures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_fail(const char *what, int err)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(err));
	exit(EXIT_FAILURE);
}

uint32_t bench_argument(const char *text, uint32_t max, const char *usage)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*end || value == 0 || value > max) {
		fprintf(stderr, "usage: %s\n", usage);
		exit(2);
	}
	return (uint32_t)value;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double *values, uint32_t count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}
