// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/target.h"

#include <stddef.h>

#include "base/addr_text.h"
#include "base/container.h"

enum target_verdict target_source_next(struct target_source *source, struct target *ret_target)
{
	return source->ops->next(source, ret_target);
}

int target_source_fd(const struct target_source *source)
{
	return source->ops->fd ? source->ops->fd(source) : -1;
}

uint64_t target_source_total(const struct target_source *source)
{
	return source->ops->total ? source->ops->total(source) : 0;
}

void target_source_close(struct target_source *source)
{
	if (source)
		source->ops->close(source);
}

/* clang-format off */
#define V4(a, b, c, d, bits) \
	{ { .bytes = { [10] = 0xff, 0xff, (a), (b), (c), (d) } }, 96 + (bits) }
#define V6(first, second, last, bits) \
	{ { .bytes = { [0] = (first), (second), [15] = (last) } }, (bits) }

/* The first that holds an address names it, so the narrow ones stand first. */
static const struct {
	struct prefix prefix;
	const char *clause;
} never[] = {
	{ V4(255, 255, 255, 255, 32), "the limited broadcast address" },  /* RFC 919 */
	{ V4(0, 0, 0, 0, 8),          "an address of \"this network\"" }, /* RFC 1122, 3.2.1.3 */
	{ V4(127, 0, 0, 0, 8),        "a loopback address" },             /* RFC 1122, 3.2.1.3 */
	{ V4(224, 0, 0, 0, 4),        "a multicast address" },            /* RFC 5771 */
	{ V4(240, 0, 0, 0, 4),        "a reserved address" },             /* RFC 1112, 4 */
	{ V6(0, 0, 0, 128),           "the unspecified address" },        /* RFC 4291, 2.5.2 */
	{ V6(0, 0, 1, 128),           "the loopback address" },           /* RFC 4291, 2.5.3 */
	{ V6(0xff, 0, 0, 8),          "a multicast address" },            /* RFC 4291, 2.7 */
	{ V6(0xfe, 0x80, 0, 10),      "a link-local address, which means nothing without its scope" },
};
/* clang-format on */

/* clang-format off */
static const struct {
	struct prefix prefix;
	const char *clause;
} special[] = {
	{ V4(10, 0, 0, 0, 8),       "a private address" },               /* RFC 1918 */
	{ V4(172, 16, 0, 0, 12),    "a private address" },
	{ V4(192, 168, 0, 0, 16),   "a private address" },
	{ V4(100, 64, 0, 0, 10),    "an address behind a carrier's NAT" }, /* RFC 6598 */
	{ V4(169, 254, 0, 0, 16),   "a link-local address" },            /* RFC 3927 */
	{ V4(192, 0, 0, 0, 24),     "an address of IETF protocols" },    /* RFC 6890 */
	{ V4(192, 0, 2, 0, 24),     "an address for documentation" },    /* RFC 5737 */
	{ V4(198, 51, 100, 0, 24),  "an address for documentation" },
	{ V4(203, 0, 113, 0, 24),   "an address for documentation" },
	{ V4(192, 88, 99, 0, 24),   "a 6to4 relay address" },            /* RFC 7526 */
	{ V4(198, 18, 0, 0, 15),    "an address for benchmarks" },       /* RFC 2544 */
	{ V6(0xfc, 0, 0, 7),        "a unique local address" },          /* RFC 4193 */
	{ V6(0xfe, 0xc0, 0, 10),    "a site-local address" },            /* RFC 3879 */
	{ V6(0x01, 0, 0, 64),       "a discard-only address" },          /* RFC 6666 */
	{ V6(0x5f, 0, 0, 16),       "a segment identifier" },            /* RFC 9602 */
	{ { { .bytes = { 0x20, 0x01 } }, 32 }, "a Teredo address" },     /* RFC 4380 */
	{ { { .bytes = { 0x20, 0x01, 0, 2 } }, 48 }, "an address for benchmarks" }, /* RFC 5180 */
	{ { { .bytes = { 0x20, 0x01, 0, 0x20 } }, 28 }, "a hash identifier" },      /* RFC 7343 */
	{ { { .bytes = { 0x20, 0x01, 0x0d, 0xb8 } }, 32 }, "an address for documentation" },
	{ { { .bytes = { 0x3f, 0xff } }, 20 }, "an address for documentation" },    /* RFC 9637 */
	{ { { .bytes = { 0, 0x64, 0xff, 0x9b, 0, 1 } }, 48 }, "a local translation address" },
};
/* clang-format on */

const char *target_special(const struct addr *a)
{
	for (size_t i = 0; i < ARRAY_LEN(special); i++)
		if (prefix_holds(&special[i].prefix, a))
			return special[i].clause;
	return NULL;
}

const char *target_forbidden(const struct addr *a)
{
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (prefix_holds(&never[i].prefix, a))
			return never[i].clause;
	return NULL;
}

const char *target_refusal(const struct target *t, bool allow_special)
{
	const char *reason = target_forbidden(&t->addr);

	if (!reason && !t->is_operand && !allow_special)
		reason = target_special(&t->addr);
	return reason;
}
