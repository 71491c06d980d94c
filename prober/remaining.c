// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/remaining.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"

/* How often an operand came so far. */
struct typed {
	char *name;
	uint64_t times;
};

struct remaining {
	struct target_source source;
	struct target_source *input;
	struct ledger *ledger;
	uint64_t done; /* outcomes that there are */
	struct typed *typed;
	size_t typed_count;
	bool is_broken;
};

static struct remaining *remaining_of(struct target_source *source)
{
	return CONTAINER_OF(source, struct remaining, source);
}

/* The same operand may come again, and each time wants an outcome of its own. */
static int remaining_times(struct remaining *r, const char *name, uint64_t *ret_times)
{
	struct typed *grown;

	for (size_t i = 0; i < r->typed_count; i++)
		if (strcmp(r->typed[i].name, name) == 0) {
			*ret_times = ++r->typed[i].times;
			return 0;
		}
	grown = reallocarray(r->typed, r->typed_count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	r->typed = grown;
	grown[r->typed_count] = (struct typed){ .name = strdup(name), .times = 1 };
	if (!grown[r->typed_count].name)
		return -ENOMEM;
	r->typed_count++;
	*ret_times = 1;
	return 0;
}

static enum target_verdict remaining_judge(struct remaining *r, const struct target *target)
{
	uint64_t times = 1, outcomes = 0;
	int err = target->is_operand ? remaining_times(r, target->name, &times) : 0;

	if (!err)
		err = ledger_count(r->ledger, target->name, &outcomes);
	if (!err)
		return outcomes >= times ? TARGET_PASSED : TARGET_OK;
	snprintf(r->source.complaint, sizeof(r->source.complaint),
		 "targets: cannot find out whether %s is done: %s", target->name, strerror(-err));
	r->is_broken = true;
	return TARGET_INVALID;
}

static enum target_verdict remaining_next(struct target_source *source, struct target *ret_target)
{
	struct remaining *r = remaining_of(source);
	enum target_verdict verdict;

	if (r->is_broken)
		return TARGET_END;
	verdict = target_source_next(r->input, ret_target);
	if (verdict == TARGET_INVALID)
		memcpy(source->complaint, r->input->complaint, sizeof(source->complaint));
	return verdict == TARGET_OK ? remaining_judge(r, ret_target) : verdict;
}

static int remaining_fd(const struct target_source *source)
{
	const struct remaining *r = (const struct remaining *)(const void *)source;

	return target_source_fd(r->input);
}

static uint64_t remaining_total(const struct target_source *source)
{
	const struct remaining *r = (const struct remaining *)(const void *)source;
	uint64_t total = target_source_total(r->input);

	return total > r->done ? total - r->done : 0;
}

static void remaining_close(struct target_source *source)
{
	struct remaining *r = remaining_of(source);

	target_source_close(r->input);
	for (size_t i = 0; i < r->typed_count; i++)
		free(r->typed[i].name);
	free(r->typed);
	free(r);
}

static const struct target_source_ops remaining_ops = {
	.next = remaining_next,
	.fd = remaining_fd,
	.total = remaining_total,
	.close = remaining_close,
};

int source_open_remaining(struct target_source *source, struct ledger *ledger,
			  struct target_source **ret_source)
{
	struct remaining *r = calloc(1, sizeof(*r));
	int err = r ? ledger_total(ledger, &r->done) : -ENOMEM;

	if (err) {
		target_source_close(source);
		free(r);
		return err;
	}
	r->source.ops = &remaining_ops;
	r->input = source;
	r->ledger = ledger;
	*ret_source = &r->source;
	return 0;
}
