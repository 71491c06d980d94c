// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/record_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Moves the array to `*at`, and `*at` behind it. */
static const void *copy_array(char **at, const void *array, size_t len)
{
	char *copy = *at;

	if (len > 0)
		memcpy(copy, array, len);
	*at += len;
	return copy;
}

int record_copy(const struct trace_record *trace, struct trace_record **ret_copy)
{
	size_t probes_len = trace->probe_count * sizeof(*trace->probes);
	size_t vertices_len = trace->vertex_count * sizeof(*trace->vertices);
	size_t links_len = trace->link_count * sizeof(*trace->links);
	size_t target_len = strlen(trace->target) + 1;
	size_t contact_len = strlen(trace->contact) + 1;
	struct trace_record *copy = malloc(sizeof(*copy) + probes_len + vertices_len + links_len +
					   target_len + contact_len);
	char *at;

	if (!copy)
		return -ENOMEM;
	*copy = *trace;
	/* In the order of alignment, so that no array needs padding before it. */
	at = (char *)(copy + 1);
	copy->probes = copy_array(&at, trace->probes, probes_len);
	copy->links = copy_array(&at, trace->links, links_len);
	copy->vertices = copy_array(&at, trace->vertices, vertices_len);
	copy->target = copy_array(&at, trace->target, target_len);
	copy->contact = copy_array(&at, trace->contact, contact_len);
	*ret_copy = copy;
	return 0;
}

_Static_assert(sizeof(struct trace_record) % _Alignof(struct probe_record) == 0, "layout");
_Static_assert(_Alignof(struct probe_record) >= _Alignof(struct link_record), "layout");
_Static_assert(_Alignof(struct link_record) >= _Alignof(struct vertex_record), "layout");
