// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_pairs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "output/pairs.h"
#include "output/record_copy.h"

struct alias_pairs {
	bool with_private;
	struct pairs *waiting; /* struct trace_record */
};

int alias_pairs_new(bool with_private, struct alias_pairs **ret_pairs)
{
	struct alias_pairs *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->with_private = with_private;
	if (pairs_new(free, &p->waiting) != 0) {
		free(p);
		return -ENOMEM;
	}
	*ret_pairs = p;
	return 0;
}

void alias_pairs_free(struct alias_pairs *p)
{
	if (!p)
		return;
	pairs_free(p->waiting);
	free(p);
}

static int keep(struct alias_pairs *p, const struct trace_record *trace)
{
	struct trace_record *copy;
	int err = record_copy(trace, &copy);

	if (err)
		return err;
	err = pairs_add(p->waiting, trace->pair_id, copy);
	if (err)
		free(copy);
	return err;
}

static int resolve(const struct alias_pairs *p, const struct trace_record *one,
		   const struct trace_record *two, struct alias_result *ret_result,
		   bool *ret_is_resolved)
{
	const struct trace_record *traces[] = { one, two };
	int err = alias_resolve(traces, 2, p->with_private, ret_result);

	if (err == -E2BIG) {
		log_warn("%s: aliases not resolved: more than %d addresses", one->target,
			 ALIAS_ADDRS_MAX);
		return 0;
	}
	if (err)
		return err;
	if (ret_result->is_partial)
		log_warn("%s: aliases: given up halfway: too many possibilities", one->target);
	*ret_is_resolved = true;
	return 0;
}

int alias_pairs_add(struct alias_pairs *p, const struct trace_record *trace,
		    struct alias_result *ret_result, bool *ret_is_resolved)
{
	struct trace_record *partner;
	int err;

	*ret_is_resolved = false;
	if (trace->pair_id == 0 || !addr_is_v4(&trace->src) || !addr_is_v4(&trace->dst))
		return 0;
	partner = pairs_take(p->waiting, trace->pair_id);
	if (!partner)
		return keep(p, trace);
	err = resolve(p, partner, trace, ret_result, ret_is_resolved);
	free(partner);
	return err;
}
