// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/order.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "base/log.h"
#include "targets/batch.h"
#include "targets/permutation.h"

struct order {
	struct target_source source;
	struct target_source *input;
	struct order_config config;
	struct batch *batch;
	struct permutation permutation; /* of the batch, while it is handed out */
	uint64_t before;		/* targets of earlier batches */
	uint64_t operands;
	uint64_t next; /* operand, or place behind those */
	bool is_handing_out;
	bool has_ended; /* the input has */
	bool is_refused;
};

static struct order *order_of(struct target_source *source)
{
	return CONTAINER_OF(source, struct order, source);
}

static void order_log(const struct batch_counts *counts)
{
	if (counts->dropped)
		log_debug("targets: %" PRIu64 " given more than once, or within a prefix",
			  counts->dropped);
}

/* What has been read so far is handed out from now on.  TARGET_OK if that can be. */
static enum target_verdict order_begin(struct order *o)
{
	struct batch_counts counts;

	batch_close(o->batch, &counts);
	order_log(&counts);
	if (counts.places > PERMUTATION_COUNT_MAX) {
		snprintf(o->source.complaint, sizeof(o->source.complaint),
			 "targets: more than 2^62 addresses: give longer prefixes");
		o->is_refused = true;
		return TARGET_INVALID;
	}
	permutation_init(&o->permutation, counts.places, o->config.seed);
	o->operands = counts.operands;
	o->next = 0;
	o->is_handing_out = true;
	return TARGET_OK;
}

/* Reads until there is something to hand out; TARGET_OK then. */
static enum target_verdict order_read(struct order *o)
{
	struct target target;
	int err;

	while (!o->has_ended) {
		enum target_verdict verdict = target_source_next(o->input, &target);

		switch (verdict) {
		case TARGET_OK:
			err = batch_add(o->batch, &target);
			if (!err)
				break;
			snprintf(o->source.complaint, sizeof(o->source.complaint), "targets: %s",
				 strerror(-err));
			o->is_refused = true;
			return TARGET_INVALID;
		case TARGET_PASSED:
			break;
		case TARGET_WAIT:
			if (batch_is_empty(o->batch))
				return TARGET_WAIT;
			return order_begin(o);
		case TARGET_END:
			o->has_ended = true;
			break;
		case TARGET_INVALID:
			memcpy(o->source.complaint, o->input->complaint,
			       sizeof(o->source.complaint));
			return TARGET_INVALID;
		}
	}
	return batch_is_empty(o->batch) ? TARGET_END : order_begin(o);
}

/* False when there is none left. */
static bool order_hand_out(struct order *o, struct target *ret_target)
{
	while (o->next < o->operands + o->permutation.count) {
		uint64_t next = o->next++;

		if (next < o->operands) {
			batch_operand(o->batch, next, ret_target);
			return true;
		}
		if (batch_at(o->batch, permutation_at(&o->permutation, next - o->operands),
			     ret_target))
			return true;
	}
	return false;
}

static enum target_verdict order_next(struct target_source *source, struct target *ret_target)
{
	struct order *o = order_of(source);
	enum target_verdict verdict;

	while (!o->is_refused) {
		if (o->is_handing_out && order_hand_out(o, ret_target))
			return TARGET_OK;
		if (o->is_handing_out) {
			batch_clear(o->batch);
			o->before += o->operands + o->permutation.count;
			o->operands = o->permutation.count = 0;
		}
		o->is_handing_out = false;
		verdict = order_read(o);
		if (verdict != TARGET_OK)
			return verdict;
	}
	return TARGET_END;
}

static int order_fd(const struct target_source *source)
{
	const struct order *o = (const struct order *)(const void *)source;

	return target_source_fd(o->input);
}

/* Only the last batch has an end. */
static uint64_t order_total(const struct target_source *source)
{
	const struct order *o = (const struct order *)(const void *)source;

	return o->has_ended ? o->before + o->operands + o->permutation.count : 0;
}

static void order_close(struct target_source *source)
{
	struct order *o = order_of(source);

	target_source_close(o->input);
	batch_free(o->batch);
	free(o);
}

static const struct target_source_ops order_ops = {
	.next = order_next,
	.fd = order_fd,
	.total = order_total,
	.close = order_close,
};

int source_open_order(struct target_source *source, const struct order_config *config,
		      struct target_source **ret_source)
{
	struct order *o = calloc(1, sizeof(*o));

	if (!o || batch_new(&config->shard, &o->batch)) {
		free(o);
		target_source_close(source);
		return -ENOMEM;
	}
	o->source.ops = &order_ops;
	o->input = source;
	o->config = *config;
	*ret_source = &o->source;
	return 0;
}
