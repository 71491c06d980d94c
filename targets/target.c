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

const char *target_forbidden(const struct addr *a)
{
	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (prefix_holds(&never[i].prefix, a))
			return never[i].clause;
	return NULL;
}
