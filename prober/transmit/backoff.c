// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/backoff.h"

/* From half of the full time to all of it. */
static uint64_t backoff_draw(uint32_t failures, uint32_t random)
{
	uint64_t full_ns = BACKOFF_FIRST_NS;

	for (uint32_t i = 1; i < failures && full_ns < BACKOFF_MOST_NS; i++)
		full_ns *= 2;
	if (full_ns > BACKOFF_MOST_NS)
		full_ns = BACKOFF_MOST_NS;
	/* In microseconds: a product of nanoseconds would not fit. */
	return full_ns / 2 + full_ns / 2 / NS_PER_US * random / UINT32_MAX * NS_PER_US;
}

void backoff_fail(struct backoff *b, uint64_t asked_ns, uint32_t random, mono now)
{
	uint64_t wait_ns = asked_ns;

	if (!backoff_is_waiting(b, now)) {
		uint64_t drawn_ns = backoff_draw(++b->failures, random);

		if (wait_ns < drawn_ns)
			wait_ns = drawn_ns;
	}
	if (mono_before(b->resume_at, mono_after(now, wait_ns)))
		b->resume_at = mono_after(now, wait_ns);
}

void backoff_succeed(struct backoff *b)
{
	b->failures = 0;
}

bool backoff_is_waiting(const struct backoff *b, mono now)
{
	return mono_before(now, b->resume_at);
}
