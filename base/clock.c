// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock.h"

#include <time.h>

static int64_t clock_read(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * (int64_t)NS_PER_S + t.tv_nsec;
}

mono clock_now(void)
{
	return (mono){ (uint64_t)clock_read(CLOCK_MONOTONIC) };
}

int64_t clock_wall_us(void)
{
	return clock_read(CLOCK_REALTIME) / (int64_t)NS_PER_US;
}

int64_t clock_realtime_offset(void)
{
	int64_t before = clock_read(CLOCK_MONOTONIC);
	int64_t real = clock_read(CLOCK_REALTIME);
	int64_t after = clock_read(CLOCK_MONOTONIC);

	return real - (before + after) / 2;
}
