// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/reader_probes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "output/names.h"
#include "output/reader_row.h"
#include "output/sqlite_db.h"
#include "wire/headers.h"

/* As many as any trace may send, and more. */
#define PROBES_MAX (1 << 24)

/* An array that grows, and is filled anew for each trace. */
struct many {
	void *items;
	size_t count, room;
};

struct reader_probes {
	struct sqlite_db *db;
	struct names *names;
	sqlite3_stmt *hops, *objects, *vertices, *links;
	struct many probe_list;	  /* struct probe_record */
	struct many object_bytes; /* uint8_t */
	struct many vertex_list;  /* struct vertex_record */
	struct many vertex_ids;	  /* int64_t: addr_id, 0 for silence */
	struct many link_list;	  /* struct link_record */
};

/* Room for `count` more; NULL: no memory. */
static void *more(struct many *m, size_t size, size_t count)
{
	size_t room = m->room ? m->room : 64;
	void *grown;

	if (m->count + count > m->room) {
		while (room < m->count + count)
			room *= 2;
		grown = reallocarray(m->items, room, size);
		if (!grown)
			return NULL;
		m->items = grown;
		m->room = room;
	}
	m->count += count;
	return (char *)m->items + (m->count - count) * size;
}

int reader_probes_new(struct sqlite_db *db, struct names *names, struct reader_probes **ret_probes)
{
	struct reader_probes *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	const struct sqlite_statement list[] = {
		{ "SELECT h.ttl, h.flow, h.try, a.ip, h.rtt_ns, h.tx_us, h.icmp, h.reply_ttl,"
		  " h.reply_tos, h.quoted_ttl, h.arrived, a.ptr, a.annotated_us"
		  " FROM hop h LEFT JOIN addr a USING (addr_id) WHERE h.trace_id = ?1"
		  " ORDER BY h.ttl, h.flow, h.try",
		  &p->hops },
		{ "SELECT ttl, flow, try, class, type, data FROM ext WHERE trace_id = ?1"
		  " ORDER BY ttl, flow, try, n",
		  &p->objects },
		{ "SELECT v.ttl, v.addr_id, a.ip, v.is_end, a.ptr, a.annotated_us"
		  " FROM vertex v LEFT JOIN addr a USING (addr_id) WHERE v.trace_id = ?1"
		  " ORDER BY v.n",
		  &p->vertices },
		{ "SELECT near_ttl, near_id, far_id, flows FROM link WHERE trace_id = ?1",
		  &p->links },
	};
	p->db = db;
	p->names = names;
	err = sqlite_db_prepare(db, list, ARRAY_LEN(list));
	if (err)
		reader_probes_free(p);
	else
		*ret_probes = p;
	return err;
}

void reader_probes_free(struct reader_probes *p)
{
	if (!p)
		return;
	sqlite3_finalize(p->hops);
	sqlite3_finalize(p->objects);
	sqlite3_finalize(p->vertices);
	sqlite3_finalize(p->links);
	free(p->probe_list.items);
	free(p->object_bytes.items);
	free(p->vertex_list.items);
	free(p->vertex_ids.items);
	free(p->link_list.items);
	free(p);
}

void reader_name(struct names *names, const struct addr *addr, const char *name, int64_t looked_us)
{
	if (!names || !name[0] || addr_is_none(addr) || names_has(names, addr))
		return;
	/* Without memory for it the address is shown alone. */
	names_add(names, addr, name, looked_us);
}

/* Runs a statement for one trace, and a function for each of its rows. */
static int each_row(struct reader_probes *p, sqlite3_stmt *statement, struct trace_record *trace,
		    int (*take)(struct reader_probes *p, struct reader_row *row,
				struct trace_record *trace))
{
	struct reader_row row = { statement, false };
	int result, err = 0;

	sqlite3_bind_int64(statement, 1, trace->id);
	while (!err && (result = sqlite3_step(statement)) == SQLITE_ROW) {
		err = take(p, &row, trace);
		if (!err && row.is_damaged)
			err = -EBADMSG;
	}
	if (!err)
		err = sqlite_db_fail(p->db, result);
	sqlite3_reset(statement);
	return err;
}

/* NULL in the table: the usual one. */
static uint16_t read_icmp(struct reader_row *row, const struct probe_record *probe)
{
	if (!row_is_null(row, 6))
		return (uint16_t)row_number(row, 6, 0, UINT16_MAX);
	return (uint16_t)((addr_is_v4(&probe->from) ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED)
			  << 8);
}

static int take_hop(struct reader_probes *p, struct reader_row *row, struct trace_record *trace)
{
	struct probe_record *probe = more(&p->probe_list, sizeof(*probe), 1);

	if (!probe || p->probe_list.count > PROBES_MAX)
		return -ENOMEM;
	*probe = (struct probe_record){
		.from = row_addr(row, 3),
		.rtt_ns = (uint64_t)row_number(row, 4, 0, INT64_MAX),
		.sent_us = (uint64_t)row_number(row, 5, 0, INT64_MAX),
		.flow = (uint16_t)row_number(row, 1, 0, UINT16_MAX),
		.ttl = (uint8_t)row_number(row, 0, 1, UINT8_MAX),
		.try = (uint8_t)row_number(row, 2, 0, UINT8_MAX),
		.reply_ttl = (uint8_t)row_number(row, 7, 0, UINT8_MAX),
		.reply_tos = (uint8_t)row_number(row, 8, 0, UINT8_MAX),
		.quoted_ttl = (uint8_t)row_number(row, 9, 0, UINT8_MAX),
		.has_rtt = !row_is_null(row, 4),
		.arrived = row_number(row, 10, 0, 1),
	};
	probe->answered = !addr_is_none(&probe->from);
	if (probe->answered)
		probe->icmp = read_icmp(row, probe);
	else if (probe->arrived)
		probe->from = trace->dst;
	if (trace->mode == TRACE_SINGLEPATH)
		probe->flow = trace->flow;
	reader_name(p->names, &probe->from, row_text(row, 11),
		    sqlite3_column_int64(row->statement, 12));
	return 0;
}

/* Both in the order of TTL, flow and try; one path has one flow. */
static struct probe_record *find_probe(struct reader_probes *p, struct reader_row *row,
				       const struct trace_record *trace)
{
	int64_t ttl = row_number(row, 0, 1, UINT8_MAX);
	int64_t flow = row_number(row, 1, 0, UINT16_MAX);
	int64_t try = row_number(row, 2, 0, UINT8_MAX);
	struct probe_record *probes = p->probe_list.items;

	if (trace->mode == TRACE_SINGLEPATH)
		flow = trace->flow;
	for (size_t i = 0; i < p->probe_list.count; i++)
		if (probes[i].ttl == ttl && probes[i].flow == flow && probes[i].try == try)
			return probes[i].answered ? &probes[i] : NULL;
	return NULL;
}

/* As on the wire.  The bytes may move as long as more come: pointers are set last. */
static int take_object(struct reader_probes *p, struct reader_row *row, struct trace_record *trace)
{
	struct probe_record *probe = find_probe(p, row, trace);
	int len = sqlite3_column_bytes(row->statement, 5);
	const void *data = sqlite3_column_blob(row->statement, 5);
	struct icmp_ext_object *object;

	if (!probe || len > UINT8_MAX || probe->objects_len > UINT8_MAX) {
		row->is_damaged = true;
		return 0;
	}
	object = more(&p->object_bytes, 1, sizeof(*object) + (size_t)len);
	if (!object)
		return -ENOMEM;
	*object = (struct icmp_ext_object){
		.len = be16_from((uint16_t)(sizeof(*object) + (size_t)len)),
		.class = (uint8_t)row_number(row, 3, 0, UINT8_MAX),
		.type = (uint8_t)row_number(row, 4, 0, UINT8_MAX),
	};
	if (len > 0)
		memcpy(object + 1, data, (size_t)len);
	probe->objects_len = (uint16_t)(probe->objects_len + sizeof(*object) + (size_t)len);
	return 0;
}

static void set_objects(struct reader_probes *p)
{
	struct probe_record *probes = p->probe_list.items;
	const uint8_t *at = p->object_bytes.items;

	for (size_t i = 0; i < p->probe_list.count; i++)
		if (probes[i].objects_len > 0) {
			probes[i].objects = at;
			at += probes[i].objects_len;
		}
}

static int take_vertex(struct reader_probes *p, struct reader_row *row, struct trace_record *trace)
{
	const struct vertex_record *last;
	struct vertex_record *v;
	int64_t *id = more(&p->vertex_ids, sizeof(*id), 1);

	(void)trace;
	v = id ? more(&p->vertex_list, sizeof(*v), 1) : NULL;
	if (!v)
		return -ENOMEM;
	*id = row_number(row, 1, 0, INT64_MAX);
	*v = (struct vertex_record){
		.addr = row_addr(row, 2),
		.ttl = (uint8_t)row_number(row, 0, 0, UINT8_MAX),
		.is_end = row_number(row, 3, 0, 1),
	};
	last = p->vertex_list.count > 1 ? v - 1 : NULL;
	if (p->vertex_list.count > UINT16_MAX || (last && v->ttl < last->ttl) ||
	    (*id > 0) == addr_is_none(&v->addr))
		row->is_damaged = true;
	reader_name(p->names, &v->addr, row_text(row, 4), sqlite3_column_int64(row->statement, 5));
	return 0;
}

/* The first vertex with that address at this TTL or, `behind`, later. */
static bool find_vertex(const struct reader_probes *p, int64_t ttl, int64_t id, bool behind,
			uint16_t *ret_index)
{
	const struct vertex_record *vertices = p->vertex_list.items;
	const int64_t *ids = p->vertex_ids.items;

	for (size_t i = 0; i < p->vertex_list.count; i++)
		if (ids[i] == id && (behind ? vertices[i].ttl > ttl : vertices[i].ttl == ttl)) {
			*ret_index = (uint16_t)i;
			return true;
		}
	return false;
}

static int take_link(struct reader_probes *p, struct reader_row *row, struct trace_record *trace)
{
	int64_t ttl = row_number(row, 0, 0, UINT8_MAX);
	struct link_record *link = more(&p->link_list, sizeof(*link), 1);

	(void)trace;
	if (!link)
		return -ENOMEM;
	link->flows = (uint16_t)row_number(row, 3, 0, UINT16_MAX);
	if (!find_vertex(p, ttl, row_number(row, 1, 0, INT64_MAX), false, &link->near) ||
	    !find_vertex(p, ttl, row_number(row, 2, 0, INT64_MAX), true, &link->far))
		row->is_damaged = true;
	return 0;
}

int reader_probes_read(struct reader_probes *p, struct trace_record *trace)
{
	int err;

	p->probe_list.count = p->object_bytes.count = p->vertex_list.count = 0;
	p->vertex_ids.count = p->link_list.count = 0;
	err = each_row(p, p->hops, trace, take_hop);
	if (!err)
		err = each_row(p, p->objects, trace, take_object);
	if (!err && trace->mode != TRACE_SINGLEPATH)
		err = each_row(p, p->vertices, trace, take_vertex);
	if (!err && trace->mode != TRACE_SINGLEPATH)
		err = each_row(p, p->links, trace, take_link);
	if (err)
		return err;
	set_objects(p);
	trace->probes = p->probe_list.items;
	trace->probe_count = p->probe_list.count;
	trace->vertices = p->vertex_list.items;
	trace->vertex_count = p->vertex_list.count;
	trace->links = p->link_list.items;
	trace->link_count = p->link_list.count;
	return 0;
}
