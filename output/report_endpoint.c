// SPDX-License-Identifier: GPL-2.0-or-later
/* One endpoint of a report. */
#include <stdlib.h>

#include "base/container.h"
#include "output/report_state.h"

enum { RTTS_MAX = 4096 };

/* One address at a TTL, or silence; what it answered comes sorted. */
struct hop_sum {
	int64_t ttl, addr_id;
	int64_t sent, arrived;
	int64_t rtt_count;
	int64_t rtts_us[RTTS_MAX];
};

int report_prepare_endpoints(struct report *r)
{
	const struct sqlite_statement list[] = {
		{ "SELECT name, addr_id, declared_asn FROM endpoint WHERE endpoint_id = ?1",
		  &r->endpoint },
		{ "SELECT t.trace_id, t.path_len, t.as_path_id, t.mode, t.proto, s.name,"
		  " t.stop_code, t.reached, t.sent, t.lost, t.flow, t.started_us,"
		  " t.ended_us - t.started_us, t.arrival_len, t.src_id, t.dst_id, t.per_packet"
		  " FROM trace t JOIN stop s USING (stop)"
		  " WHERE t.endpoint_id = ?1 AND t.direction = ?2 AND t.cycle_id = ?3"
		  " ORDER BY t.trace_id DESC LIMIT 1",
		  &r->trace },
		{ "SELECT ttl, coalesce(addr_id, 0) AS who, rtt_ns / 1000, arrived FROM hop"
		  " WHERE trace_id = ?1 AND ttl <= ?2 ORDER BY ttl, who = 0, who, rtt_ns",
		  &r->hops },
		{ "SELECT near_ttl, near_id, far_id, flows FROM link WHERE trace_id = ?1",
		  &r->links },
		{ "SELECT c.number, t.direction, t.path_id, t.path_len, t.reached, t.as_path_id,"
		  " t.trace_id FROM trace t JOIN cycle c USING (cycle_id)"
		  " WHERE t.endpoint_id = ?1 AND t.direction = ?2 AND t.cycle_id BETWEEN ?3 AND ?4"
		  " AND c.list = ?5 ORDER BY t.cycle_id, t.trace_id",
		  &r->history },
		{ "SELECT min(rtt_ns) / 1000 FROM hop WHERE trace_id = ?1 AND ttl = ?2",
		  &r->last_rtt },
		{ "SELECT set_id, addr_id FROM alias WHERE cycle_id = ?1 AND endpoint_id = ?2"
		  " ORDER BY set_id",
		  &r->aliases },
	};

	return sqlite_db_prepare(r->db, list, ARRAY_LEN(list));
}

/* [ttl, address, sent, answered, arrived, least, median, greatest in microseconds] */
static void write_hop(struct report *r, const struct hop_sum *h)
{
	const int64_t values[] = { h->ttl, report_mark(&r->addrs, h->addr_id), h->sent,
				   h->addr_id ? h->sent : 0, h->arrived };

	page_open(&r->page, '[');
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		page_number(&r->page, values[i]);
	if (h->rtt_count > 0) {
		page_number(&r->page, h->rtts_us[0]);
		page_number(&r->page, h->rtts_us[(h->rtt_count - 1) / 2]);
		page_number(&r->page, h->rtts_us[h->rtt_count - 1]);
	}
	page_close(&r->page, '[');
}

static void add_probe(struct hop_sum *h, sqlite3_stmt *row)
{
	h->sent++;
	h->arrived += sqlite3_column_int(row, 3);
	if (sqlite3_column_type(row, 2) != SQLITE_NULL && h->rtt_count < RTTS_MAX)
		h->rtts_us[h->rtt_count++] = sqlite3_column_int64(row, 2);
}

static int write_hops(struct report *r, int64_t trace_id, int64_t path_len)
{
	struct hop_sum h = { .sent = 0 };
	int result, err;

	sqlite3_bind_int64(r->hops, 1, trace_id);
	sqlite3_bind_int64(r->hops, 2, path_len);
	page_open(&r->page, '[');
	while ((result = sqlite3_step(r->hops)) == SQLITE_ROW) {
		int64_t ttl = sqlite3_column_int64(r->hops, 0);
		int64_t addr_id = sqlite3_column_int64(r->hops, 1);

		if (h.sent > 0 && (h.ttl != ttl || h.addr_id != addr_id)) {
			write_hop(r, &h);
			h.sent = h.arrived = h.rtt_count = 0;
		}
		h.ttl = ttl;
		h.addr_id = addr_id;
		add_probe(&h, r->hops);
	}
	if (h.sent > 0)
		write_hop(r, &h);
	page_close(&r->page, '[');
	err = sqlite_db_fail(r->db, result);
	sqlite3_reset(r->hops);
	return err;
}

static int write_links(struct report *r, int64_t trace_id)
{
	int result, err;

	sqlite3_bind_int64(r->links, 1, trace_id);
	page_open(&r->page, '[');
	while ((result = sqlite3_step(r->links)) == SQLITE_ROW) {
		page_open(&r->page, '[');
		page_number(&r->page, sqlite3_column_int64(r->links, 0));
		for (int i = 1; i < 3; i++)
			page_number(&r->page,
				    report_mark(&r->addrs, sqlite3_column_int64(r->links, i)));
		page_number(&r->page, sqlite3_column_int64(r->links, 3));
		page_close(&r->page, '[');
	}
	page_close(&r->page, '[');
	err = sqlite_db_fail(r->db, result);
	sqlite3_reset(r->links);
	return err;
}

static void write_key(struct report *r, const char *key, int64_t value)
{
	page_key(&r->page, key);
	page_number(&r->page, value);
}

static void write_trace(struct report *r, sqlite3_stmt *row)
{
	static const struct {
		const char *key;
		int column;
	} plain[] = { { "id", 0 },	 { "len", 1 },	   { "mode", 3 },  { "proto", 4 },
		      { "code", 6 },	 { "reached", 7 }, { "sent", 8 },  { "lost", 9 },
		      { "flow", 10 },	 { "at", 11 },	   { "took", 12 }, { "arrival", 13 },
		      { "balanced", 16 } };

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		write_key(r, plain[i].key, sqlite3_column_int64(row, plain[i].column));
	page_key(&r->page, "stop");
	page_string(&r->page, (const char *)sqlite3_column_text(row, 5));
	write_key(r, "as", report_mark(&r->as_paths, sqlite3_column_int64(row, 2)));
	write_key(r, "src", report_mark(&r->addrs, sqlite3_column_int64(row, 14)));
	write_key(r, "dst", report_mark(&r->addrs, sqlite3_column_int64(row, 15)));
}

/* null where it was not traced in that direction. */
static int write_direction(struct report *r, int64_t endpoint_id, int direction)
{
	int64_t trace_id, path_len;
	bool is_multi;
	int result, err;

	sqlite3_bind_int64(r->trace, 1, endpoint_id);
	sqlite3_bind_int64(r->trace, 2, direction);
	sqlite3_bind_int64(r->trace, 3, r->cycle_id);
	result = sqlite3_step(r->trace);
	err = sqlite_db_fail(r->db, result);
	if (err || result != SQLITE_ROW) {
		sqlite3_reset(r->trace);
		page_string(&r->page, NULL);
		return err;
	}
	trace_id = sqlite3_column_int64(r->trace, 0);
	path_len = sqlite3_column_int64(r->trace, 1);
	is_multi = sqlite3_column_int(r->trace, 3) != 0;
	page_open(&r->page, '{');
	write_trace(r, r->trace);
	sqlite3_reset(r->trace);
	page_key(&r->page, "hops");
	err = write_hops(r, trace_id, path_len);
	if (!err && is_multi) {
		page_key(&r->page, "links");
		err = write_links(r, trace_id);
	}
	page_close(&r->page, '{');
	return err;
}

static int write_last_rtt(struct report *r, int64_t trace_id, int64_t ttl)
{
	int64_t rtt_us;
	int err;

	sqlite3_bind_int64(r->last_rtt, 1, trace_id);
	sqlite3_bind_int64(r->last_rtt, 2, ttl);
	err = sqlite_db_find(r->db, r->last_rtt, &rtt_us);
	page_number(&r->page, err ? 0 : rtt_us);
	return err;
}

/* [cycle, path, length, reached, AS path, least round trip of the last hop] each. */
static int write_history(struct report *r, int64_t endpoint_id, int direction)
{
	sqlite3_stmt *row = r->history;
	int result, err = 0;

	sqlite3_bind_int64(row, 1, endpoint_id);
	sqlite3_bind_int64(row, 2, direction);
	sqlite3_bind_int64(row, 3, r->first_id);
	sqlite3_bind_int64(row, 4, r->cycle_id);
	sqlite3_bind_text(row, 5, r->list, -1, SQLITE_STATIC);
	page_open(&r->page, '[');
	while (!err && (result = sqlite3_step(row)) == SQLITE_ROW) {
		page_open(&r->page, '[');
		page_number(&r->page, sqlite3_column_int64(row, 0));
		page_number(&r->page, sqlite3_column_int64(row, 2));
		page_number(&r->page, sqlite3_column_int64(row, 3));
		page_number(&r->page, sqlite3_column_int64(row, 4));
		page_number(&r->page, report_mark(&r->as_paths, sqlite3_column_int64(row, 5)));
		err = write_last_rtt(r, sqlite3_column_int64(row, 6), sqlite3_column_int64(row, 3));
		page_close(&r->page, '[');
	}
	page_close(&r->page, '[');
	if (!err)
		err = sqlite_db_fail(r->db, result);
	sqlite3_reset(row);
	return err;
}

/* [router, address] each. */
static int write_aliases(struct report *r, int64_t endpoint_id)
{
	int result, err;

	sqlite3_bind_int64(r->aliases, 1, r->cycle_id);
	sqlite3_bind_int64(r->aliases, 2, endpoint_id);
	page_open(&r->page, '[');
	while ((result = sqlite3_step(r->aliases)) == SQLITE_ROW) {
		page_open(&r->page, '[');
		page_number(&r->page, sqlite3_column_int64(r->aliases, 0));
		page_number(&r->page, report_mark(&r->addrs, sqlite3_column_int64(r->aliases, 1)));
		page_close(&r->page, '[');
	}
	page_close(&r->page, '[');
	err = sqlite_db_fail(r->db, result);
	sqlite3_reset(r->aliases);
	return err;
}

static int write_name(struct report *r, int64_t endpoint_id)
{
	int err;

	sqlite3_bind_int64(r->endpoint, 1, endpoint_id);
	err = sqlite_db_fail(r->db, sqlite3_step(r->endpoint));
	page_key(&r->page, "name");
	page_string(&r->page, (const char *)sqlite3_column_text(r->endpoint, 0));
	write_key(r, "addr", report_mark(&r->addrs, sqlite3_column_int64(r->endpoint, 1)));
	sqlite3_reset(r->endpoint);
	return err;
}

int report_endpoint(struct report *r, int64_t endpoint_id)
{
	static const char *const keys[] = { "forward", "reverse" };
	int err;

	page_open(&r->page, '{');
	write_key(r, "id", endpoint_id);
	err = write_name(r, endpoint_id);
	for (int i = 0; !err && i < 2; i++) {
		page_key(&r->page, keys[i]);
		err = write_direction(r, endpoint_id, i);
	}
	page_key(&r->page, "history");
	page_open(&r->page, '[');
	for (int i = 0; !err && i < 2; i++)
		err = write_history(r, endpoint_id, i);
	page_close(&r->page, '[');
	page_key(&r->page, "aliases");
	if (!err)
		err = write_aliases(r, endpoint_id);
	page_key(&r->page, "addrs");
	if (!err)
		err = report_tell(r, &r->addrs);
	page_key(&r->page, "aspaths");
	if (!err)
		err = report_tell(r, &r->as_paths);
	page_close(&r->page, '{');
	return err;
}
