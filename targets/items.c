// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/sources.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/container.h"
#include "targets/entry.h"

struct items {
	struct target_source source;
	const char *const *texts; /* the caller's */
	size_t count;
	size_t taken;
};

static struct items *items_of(struct target_source *source)
{
	return CONTAINER_OF(source, struct items, source);
}

static enum target_verdict items_next(struct target_source *source, struct target *ret_target)
{
	struct items *i = items_of(source);
	char reason[ENTRY_REASON_LEN];

	if (i->taken == i->count)
		return TARGET_END;
	if (entry_parse(i->texts[i->taken++], ret_target, reason)) {
		ret_target->is_operand = ret_target->prefix_len == TARGET_LEN_ONE;
		return TARGET_OK;
	}
	snprintf(source->complaint, sizeof(source->complaint), "operand %zu: %s", i->taken, reason);
	return TARGET_INVALID;
}

static void items_close(struct target_source *source)
{
	free(items_of(source));
}

static const struct target_source_ops items_ops = {
	.next = items_next,
	.close = items_close,
};

int source_open_items(const char *const *items, size_t count, struct target_source **ret_source)
{
	struct items *i = calloc(1, sizeof(*i));

	if (!i)
		return -ENOMEM;
	i->source.ops = &items_ops;
	i->texts = items;
	i->count = count;
	*ret_source = &i->source;
	return 0;
}
