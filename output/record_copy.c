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

static size_t probes_len(const struct trace_record *trace)
{
	return trace->probe_count * sizeof(*trace->probes);
}

static size_t links_len(const struct trace_record *trace)
{
	return trace->link_count * sizeof(*trace->links);
}

static size_t vertices_len(const struct trace_record *trace)
{
	return trace->vertex_count * sizeof(*trace->vertices);
}

static size_t objects_len(const struct trace_record *trace)
{
	size_t len = 0;

	for (size_t i = 0; i < trace->probe_count; i++)
		len += trace->probes[i].objects_len;
	return len;
}

size_t record_copy_size(const struct trace_record *trace)
{
	return sizeof(*trace) + probes_len(trace) + links_len(trace) + vertices_len(trace) +
	       objects_len(trace) + strlen(trace->target) + 1 + strlen(trace->contact) + 1;
}

int record_copy(const struct trace_record *trace, struct trace_record **ret_copy)
{
	struct trace_record *copy = malloc(record_copy_size(trace));
	struct probe_record *probes;
	char *at;

	if (!copy)
		return -ENOMEM;
	*copy = *trace;
	copy->aliases = NULL;
	/* In the order of alignment, so that no array needs padding before it. */
	at = (char *)(copy + 1);
	probes = (struct probe_record *)(void *)at;
	copy->probes = copy_array(&at, trace->probes, probes_len(trace));
	copy->links = copy_array(&at, trace->links, links_len(trace));
	copy->vertices = copy_array(&at, trace->vertices, vertices_len(trace));
	for (size_t i = 0; i < trace->probe_count; i++)
		if (probes[i].objects_len > 0)
			probes[i].objects =
				copy_array(&at, probes[i].objects, probes[i].objects_len);
	copy->target = copy_array(&at, trace->target, strlen(trace->target) + 1);
	copy->contact = copy_array(&at, trace->contact, strlen(trace->contact) + 1);
	*ret_copy = copy;
	return 0;
}

_Static_assert(sizeof(struct trace_record) % _Alignof(struct probe_record) == 0, "layout");
_Static_assert(_Alignof(struct probe_record) >= _Alignof(struct link_record), "layout");
_Static_assert(_Alignof(struct link_record) >= _Alignof(struct vertex_record), "layout");
