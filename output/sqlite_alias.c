// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/sqlite_alias.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "output/sqlite_db.h"
#include "output/sqlite_dictionary.h"

enum { SUBNET_TEXT_LEN = ADDR_TEXT_LEN + 4 };

struct sqlite_aliases {
	struct sqlite_db *db;
	struct sqlite_dictionary *dictionary;
	sqlite3_stmt *set_last, *alias_add, *pair_add;
};

/* Whose sets are written. */
struct owner {
	int64_t cycle_id, endpoint_id;
	int64_t before; /* the greatest set_id that was there */
};

static int prepare(struct sqlite_aliases *a)
{
	const struct sqlite_statement list[] = {
		{ "SELECT max(set_id) FROM alias WHERE cycle_id = ?1 AND endpoint_id = ?2",
		  &a->set_last },
		{ "INSERT INTO alias (cycle_id, endpoint_id, set_id, addr_id, method, rule, score,"
		  " support) VALUES (?1, ?2, ?3, ?4, 'apar', ?5, ?6, ?7)",
		  &a->alias_add },
		{ "INSERT INTO alias_pair (cycle_id, endpoint_id, set_id, a_id, b_id, rule, score,"
		  " support, subnet, seen, usable)"
		  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		  &a->pair_add },
	};

	return sqlite_db_prepare(a->db, list, ARRAY_LEN(list));
}

int sqlite_aliases_new(struct sqlite_db *db, struct sqlite_dictionary *dictionary,
		       struct sqlite_aliases **ret_aliases)
{
	struct sqlite_aliases *a = calloc(1, sizeof(*a));
	int err = -ENOMEM;

	if (!a)
		return err;
	a->db = db;
	a->dictionary = dictionary;
	err = prepare(a);
	if (err)
		sqlite_aliases_free(a);
	else
		*ret_aliases = a;
	return err;
}

void sqlite_aliases_free(struct sqlite_aliases *a)
{
	if (!a)
		return;
	sqlite3_finalize(a->set_last);
	sqlite3_finalize(a->alias_add);
	sqlite3_finalize(a->pair_add);
	free(a);
}

/* The surest pair that the address is in: the first of those with the highest score. */
static const struct alias_pair *best_pair(const struct alias_result *r, const struct addr *addr)
{
	const struct alias_pair *best = NULL;

	for (size_t i = 0; i < r->pair_count; i++) {
		const struct alias_pair *p = &r->pairs[i];

		if ((addr_equal(&p->a, addr) || addr_equal(&p->b, addr)) &&
		    (!best || p->score > best->score))
			best = p;
	}
	return best;
}

static int add_address(struct sqlite_aliases *a, const struct owner *o, size_t set,
		       const struct addr *addr, const struct alias_result *r)
{
	const struct alias_pair *best = best_pair(r, addr);
	sqlite3_stmt *s = a->alias_add;
	int64_t addr_id;
	int err = sqlite_dictionary_addr(a->dictionary, addr, &addr_id);

	if (err)
		return err;
	sqlite3_bind_int64(s, 1, o->cycle_id);
	sqlite3_bind_int64(s, 2, o->endpoint_id);
	sqlite3_bind_int64(s, 3, o->before + 1 + (int64_t)set);
	sqlite3_bind_int64(s, 4, addr_id);
	sqlite3_bind_text(s, 5, alias_rule_name(best->rule), -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 6, best->score);
	sqlite3_bind_int64(s, 7, best->support);
	return sqlite_db_step(a->db, s);
}

static int add_pair(struct sqlite_aliases *a, const struct owner *o, const struct alias_pair *p,
		    const struct alias_result *r)
{
	char text[ADDR_TEXT_LEN], subnet[SUBNET_TEXT_LEN];
	int64_t set = alias_find(r, &p->a) - r->sets;
	sqlite3_stmt *s = a->pair_add;
	int64_t a_id, b_id;
	int err = sqlite_dictionary_addr(a->dictionary, &p->a, &a_id);

	if (!err)
		err = sqlite_dictionary_addr(a->dictionary, &p->b, &b_id);
	if (err)
		return err;
	snprintf(subnet, sizeof(subnet), "%s/%u", addr_to_text(&p->subnet, text), p->prefix_len);
	sqlite3_bind_int64(s, 1, o->cycle_id);
	sqlite3_bind_int64(s, 2, o->endpoint_id);
	sqlite3_bind_int64(s, 3, o->before + 1 + set);
	sqlite3_bind_int64(s, 4, a_id);
	sqlite3_bind_int64(s, 5, b_id);
	sqlite3_bind_text(s, 6, alias_rule_name(p->rule), -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 7, p->score);
	sqlite3_bind_int64(s, 8, p->support);
	sqlite3_bind_text(s, 9, subnet, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(s, 10, p->seen);
	sqlite3_bind_int64(s, 11, p->usable);
	return sqlite_db_step(a->db, s);
}

int sqlite_aliases_add(struct sqlite_aliases *a, int64_t cycle_id, const struct trace_record *trace,
		       const struct alias_result *result)
{
	struct owner o = { .cycle_id = cycle_id };
	int err = sqlite_dictionary_endpoint(a->dictionary, trace, &o.endpoint_id);

	if (err)
		return err;
	sqlite3_bind_int64(a->set_last, 1, o.cycle_id);
	sqlite3_bind_int64(a->set_last, 2, o.endpoint_id);
	err = sqlite_db_find(a->db, a->set_last, &o.before);
	for (size_t i = 0; !err && i < result->set_count; i++)
		for (size_t j = 0; !err && j < result->sets[i].count; j++)
			err = add_address(a, &o, i, &result->sets[i].addrs[j], result);
	for (size_t i = 0; !err && i < result->pair_count; i++)
		err = add_pair(a, &o, &result->pairs[i], result);
	return err;
}
