// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"

struct link {
	struct target_source *source;
};

struct chain {
	struct target_source source;
	size_t count;
	size_t current; /* those before it are closed */
	struct link links[];
};

static struct chain *chain_of(struct target_source *source)
{
	return CONTAINER_OF(source, struct chain, source);
}

static enum target_verdict chain_next(struct target_source *source, struct target *ret_target)
{
	struct chain *c = chain_of(source);

	for (; c->current < c->count; c->current++) {
		struct target_source *link = c->links[c->current].source;
		enum target_verdict verdict = target_source_next(link, ret_target);

		if (verdict == TARGET_INVALID)
			memcpy(source->complaint, link->complaint, sizeof(source->complaint));
		if (verdict != TARGET_END)
			return verdict;
		target_source_close(link);
	}
	return TARGET_END;
}

static int chain_fd(const struct target_source *source)
{
	const struct chain *c = (const struct chain *)(const void *)source;

	return c->current < c->count ? target_source_fd(c->links[c->current].source) : -1;
}

static void chain_close(struct target_source *source)
{
	struct chain *c = chain_of(source);

	for (size_t i = c->current; i < c->count; i++)
		target_source_close(c->links[i].source);
	free(c);
}

static const struct target_source_ops chain_ops = {
	.next = chain_next,
	.fd = chain_fd,
	.close = chain_close,
};

int source_open_chain(struct target_source **sources, size_t count,
		      struct target_source **ret_source)
{
	struct chain *c = calloc(1, sizeof(*c) + count * sizeof(struct link));

	if (!c) {
		for (size_t i = 0; i < count; i++)
			target_source_close(sources[i]);
		return -ENOMEM;
	}
	c->source.ops = &chain_ops;
	for (c->count = 0; c->count < count; c->count++)
		c->links[c->count].source = sources[c->count];
	*ret_source = &c->source;
	return 0;
}
