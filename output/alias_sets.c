// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/alias_sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int alias_sets_init(struct alias_sets *s, const struct alias_map *map)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->map = map;
	s->set_of = malloc((map->count + 1) * sizeof(*s->set_of));
	err = s->set_of ? 0 : -ENOMEM;
	if (!err)
		err = alias_bits_init(&s->members, map->count, map->count);
	if (!err)
		err = alias_bits_init(&s->foes, map->count, map->count);
	if (err) {
		alias_sets_fini(s);
		return err;
	}
	for (uint32_t i = 0; i < map->count; i++) {
		s->set_of[i] = i;
		alias_bits_set(&s->members, i, i);
		alias_bits_add(&s->foes, i, &map->together, i);
	}
	return 0;
}

void alias_sets_fini(struct alias_sets *s)
{
	free(s->set_of);
	alias_bits_fini(&s->members);
	alias_bits_fini(&s->foes);
	memset(s, 0, sizeof(*s));
}

bool alias_sets_are_one(const struct alias_sets *s, uint32_t one, uint32_t two)
{
	return s->set_of[one] == s->set_of[two];
}

bool alias_sets_would_loop(const struct alias_sets *s, uint32_t one, uint32_t two)
{
	return alias_bits_meet(&s->foes, s->set_of[one], &s->members, s->set_of[two]);
}

void alias_sets_join(struct alias_sets *s, uint32_t one, uint32_t two)
{
	uint32_t to = s->set_of[one], from = s->set_of[two];

	if (to == from)
		return;
	alias_bits_add(&s->members, to, &s->members, from);
	alias_bits_add(&s->foes, to, &s->foes, from);
	for (uint32_t i = alias_sets_next(s, to, 0); i < s->map->count;
	     i = alias_sets_next(s, to, i + 1))
		s->set_of[i] = to;
}

uint32_t alias_sets_next(const struct alias_sets *s, uint32_t node, uint32_t start)
{
	return (uint32_t)alias_bits_next(&s->members, s->set_of[node], start, s->map->count);
}
