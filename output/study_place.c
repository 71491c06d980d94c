// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/study_place.h"

#include <errno.h>
#include <stdlib.h>

struct placing {
	struct study_path *path;
	uint8_t min_ttl;
	uint32_t *waits; /* ways to each vertex that were not gone yet */
	uint32_t *ready; /* vertices with none */
	size_t ready_count;
};

/* From a vertex whose place is final to those behind it. */
static int go_on(struct placing *p, uint32_t index)
{
	const struct study_vertex *v = &p->path->vertices[index];
	unsigned int next = v->ttl == 0 ? p->min_ttl : v->ttl + 1u;

	for (size_t i = 0; i < v->successor_count; i++) {
		uint32_t far = p->path->successors[v->first_successor + i];
		struct study_vertex *w = &p->path->vertices[far];

		if (v->is_placed && next > UINT8_MAX)
			return -ERANGE;
		if (v->is_placed && next > w->ttl)
			w->ttl = (uint8_t)next;
		w->is_placed |= v->is_placed;
		if (--p->waits[far] == 0)
			p->ready[p->ready_count++] = far;
	}
	return 0;
}

static int place_all(struct placing *p)
{
	struct study_path *path = p->path;
	size_t done = 0;
	int err = 0;

	for (size_t i = 0; i < path->successor_count; i++)
		p->waits[path->successors[i]]++;
	path->vertices[0].is_placed = true;
	for (uint32_t i = 0; i < path->vertex_count; i++)
		if (p->waits[i] == 0)
			p->ready[p->ready_count++] = i;
	while (!err && done < p->ready_count)
		err = go_on(p, p->ready[done++]);
	if (!err && done < path->vertex_count)
		err = -ELOOP;
	for (size_t i = 0; !err && i < path->vertex_count; i++) {
		const struct study_vertex *v = &path->vertices[i];

		path->placed_count += v->is_placed;
		if (v->is_placed && v->ttl > path->last_ttl)
			path->last_ttl = v->ttl;
	}
	return err;
}

int study_place(struct study_path *path, uint8_t min_ttl)
{
	struct placing p = { .path = path, .min_ttl = min_ttl };
	int err = -ENOMEM;

	p.waits = calloc(path->vertex_count, sizeof(*p.waits));
	p.ready = calloc(path->vertex_count, sizeof(*p.ready));
	if (p.waits && p.ready)
		err = place_all(&p);
	free(p.waits);
	free(p.ready);
	return err;
}
