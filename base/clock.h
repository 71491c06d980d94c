// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time.  The only caller of clock_gettime().
 *
 * `mono` is a moment on the monotonic clock.  Everything that decides uses it;
 * wall time appears in records and nowhere else.  Durations are uint64_t ns.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

typedef struct {
	uint64_t ns;
} mono;

#define MONO_NEVER ((mono){ UINT64_MAX })

/* clang-format off */
static inline mono mono_after(mono t, uint64_t ns) { return (mono){ t.ns + ns }; }
static inline bool mono_before(mono a, mono b) { return a.ns < b.ns; }
static inline mono mono_min(mono a, mono b) { return a.ns < b.ns ? a : b; }
/* clang-format on */

/* From `earlier` to `later` in ns; 0 if they are the other way round. */
static inline uint64_t mono_since(mono earlier, mono later)
{
	return later.ns > earlier.ns ? later.ns - earlier.ns : 0;
}

mono clock_now(void);

/* Microseconds since 1970 UTC. */
int64_t clock_wall_us(void);

/*
 * What to add to a monotonic moment to get the realtime clock, in ns, as of
 * now.  Kernel packet stamps are realtime: subtract this to place them.
 */
int64_t clock_realtime_offset(void);
