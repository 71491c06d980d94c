// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/reader.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/container.h"
#include "base/log.h"
#include "output/names.h"
#include "output/reader_probes.h"
#include "output/reader_row.h"
#include "output/sqlite_db.h"

enum {
	SQL_LEN = 2048,
	NAMES_MOST = 1 << 20, /* 80 MiB; addresses beyond are shown without */
};

struct reader {
	struct sqlite_db *db;
	struct reader_filter filter;
	char address[ADDR_TEXT_LEN]; /* of the filter's endpoint, if it is one */
	struct names *names;
	struct reader_probes *probes;
	sqlite3_stmt *cycles, *traces;
	int64_t cycle_id; /* of the current one */
};

/* SQL of pieces that are all our own; values are bound. */
struct sql {
	char text[SQL_LEN];
};

static void sql_add(struct sql *sql, const char *piece, bool is_wanted)
{
	size_t used = strlen(sql->text);

	if (is_wanted)
		snprintf(sql->text + used, sizeof(sql->text) - used, " %s", piece);
}

static void add_trace_conditions(struct sql *sql, const struct reader_filter *f)
{
	sql_add(sql,
		"AND t.endpoint_id IN (SELECT endpoint_id FROM endpoint JOIN addr USING (addr_id)"
		" WHERE name = :endpoint OR text = :address)",
		f->endpoint);
	sql_add(sql, "AND t.direction = :direction", f->has_direction);
	sql_add(sql, "AND t.started_us >= :since", f->since_us);
	sql_add(sql, "AND t.started_us < :until", f->until_us);
}

static void add_cycle_conditions(struct sql *sql, const struct reader_filter *f)
{
	sql_add(sql, "AND c.list = :list", f->list);
	sql_add(sql, "AND c.number = :cycle", f->cycle);
	sql_add(sql, "AND c.number = (SELECT max(number) FROM cycle x WHERE x.list = c.list)",
		f->newest);
}

static void bind_number(sqlite3_stmt *statement, const char *name, int64_t value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index > 0)
		sqlite3_bind_int64(statement, index, value);
}

static void bind_text(sqlite3_stmt *statement, const char *name, const char *value)
{
	int index = sqlite3_bind_parameter_index(statement, name);

	if (index > 0)
		sqlite3_bind_text(statement, index, value, -1, SQLITE_STATIC);
}

static int prepare(struct reader *r, const struct sql *sql, sqlite3_stmt **ret_statement)
{
	const struct reader_filter *f = &r->filter;
	const struct sqlite_statement list[] = { { sql->text, ret_statement } };
	int err = sqlite_db_prepare(r->db, list, 1);

	if (err)
		return err;
	bind_text(*ret_statement, ":endpoint", f->endpoint);
	bind_text(*ret_statement, ":address", r->address);
	bind_text(*ret_statement, ":list", f->list);
	bind_number(*ret_statement, ":direction", f->direction);
	bind_number(*ret_statement, ":since", f->since_us);
	bind_number(*ret_statement, ":until", f->until_us);
	bind_number(*ret_statement, ":cycle", f->cycle);
	return 0;
}

static int prepare_cycles(struct reader *r)
{
	struct sql sql = {
		"SELECT c.cycle_id, c.list, c.number, c.started_us, r.uuid, r.program,"
		" r.argv, r.config, r.host, r.seed FROM cycle c JOIN run r USING (run_id)"
		" WHERE EXISTS (SELECT 1 FROM trace t WHERE t.cycle_id = c.cycle_id"
	};

	add_trace_conditions(&sql, &r->filter);
	sql_add(&sql, ")", true);
	add_cycle_conditions(&sql, &r->filter);
	sql_add(&sql, "ORDER BY c.cycle_id", true);
	return prepare(r, &sql, &r->cycles);
}

static int prepare_traces(struct reader *r)
{
	struct sql sql = {
		"SELECT t.trace_id, e.name, e.declared_asn, e.contact, t.direction,"
		" t.mode, t.proto, s.ip, d.ip, t.sport, t.dport, t.flow, t.started_us,"
		" t.ended_us, t.stop, t.stop_code, t.reached, t.path_len, t.arrival_len,"
		" t.sent, t.lost, t.checks, t.check_rtt_ns, t.eps, t.eps_trace,"
		" t.per_packet, t.pair_id, s.ptr, s.annotated_us, d.ptr, d.annotated_us"
		" FROM trace t JOIN endpoint e USING (endpoint_id)"
		" JOIN addr s ON s.addr_id = t.src_id JOIN addr d ON d.addr_id = t.dst_id"
		" WHERE t.cycle_id = :cycle_id"
	};

	add_trace_conditions(&sql, &r->filter);
	sql_add(&sql, "ORDER BY t.trace_id", true);
	return prepare(r, &sql, &r->traces);
}

int reader_count(struct reader *r, struct reader_size *ret_size)
{
	struct sql sql = { "SELECT count(DISTINCT t.cycle_id), count(*),"
			   " count(DISTINCT t.endpoint_id)"
			   " FROM cycle c CROSS JOIN trace t USING (cycle_id) WHERE 1" };
	sqlite3_stmt *statement = NULL;
	int err;

	add_trace_conditions(&sql, &r->filter);
	add_cycle_conditions(&sql, &r->filter);
	err = prepare(r, &sql, &statement);
	if (!err)
		err = sqlite_db_fail(r->db, sqlite3_step(statement));
	if (!err)
		*ret_size = (struct reader_size){ sqlite3_column_int64(statement, 0),
						  sqlite3_column_int64(statement, 1),
						  sqlite3_column_int64(statement, 2) };
	sqlite3_finalize(statement);
	return err;
}

/* Room for those of the file, as far as that is bearable. */
static int open_names(struct reader *r)
{
	int64_t count = 0;
	uint64_t seed;
	int err = 0;

	if (!r->filter.without_names)
		err = sqlite_db_value(r->db, "SELECT count(ptr) FROM addr", &count);
	if (err || count == 0)
		return err;
	if (count > NAMES_MOST) {
		log_warn("%s: %lld host names; those of the last addresses are not shown",
			 r->db->path, (long long)count);
		count = NAMES_MOST;
	}
	randombytes_buf(&seed, sizeof(seed));
	return names_new((uint32_t)count, seed, &r->names);
}

int reader_open(const char *path, const struct reader_filter *filter, struct reader **ret_reader)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct addr address;
	int err = -ENOMEM;

	if (!r)
		return err;
	r->filter = *filter;
	if (filter->endpoint && addr_from_text(filter->endpoint, &address))
		addr_to_text(&address, r->address);
	err = sqlite_db_open_to_read(path, &r->db);
	if (!err)
		err = sqlite_db_exec(r->db, "BEGIN");
	if (!err)
		err = open_names(r);
	if (!err)
		err = reader_probes_new(r->db, r->names, &r->probes);
	if (!err)
		err = prepare_cycles(r);
	if (!err)
		err = prepare_traces(r);
	if (err)
		reader_close(r);
	else
		*ret_reader = r;
	return err;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	sqlite3_finalize(r->cycles);
	sqlite3_finalize(r->traces);
	reader_probes_free(r->probes);
	names_free(r->names);
	sqlite_db_close(r->db);
	free(r);
}

struct names *reader_names(struct reader *r)
{
	return r->names;
}

static int damaged(const struct reader *r, const char *what, int64_t id)
{
	log_error("%s: %s %lld is damaged", r->db->path, what, (long long)id);
	return -EBADMSG;
}

int reader_next_cycle(struct reader *r, struct run_record *ret_run)
{
	struct reader_row row = { r->cycles, false };
	int result = sqlite3_step(r->cycles);
	int err = sqlite_db_fail(r->db, result);

	if (err || result == SQLITE_DONE)
		return err;
	r->cycle_id = sqlite3_column_int64(r->cycles, 0);
	*ret_run = (struct run_record){
		.list = row_text(&row, 1),
		.cycle = (uint32_t)row_number(&row, 2, 0, UINT32_MAX),
		.started_us = row_number(&row, 3, INT64_MIN, INT64_MAX),
		.uuid = row_text(&row, 4),
		.program = row_text(&row, 5),
		.argv = row_text(&row, 6),
		.config = row_text(&row, 7),
		.host = row_text(&row, 8),
		.seed = (uint64_t)row_number(&row, 9, INT64_MIN, INT64_MAX),
	};
	sqlite3_reset(r->traces);
	bind_number(r->traces, ":cycle_id", r->cycle_id);
	return row.is_damaged ? damaged(r, "cycle", r->cycle_id) : 1;
}

static void read_outcome(struct reader_row *row, struct trace_record *t)
{
	t->started_us = row_number(row, 12, INT64_MIN, INT64_MAX);
	t->ended_us = row_number(row, 13, INT64_MIN, INT64_MAX);
	t->stop = (enum trace_stop)row_number(row, 14, 0, UINT8_MAX);
	t->stop_code = (uint16_t)row_number(row, 15, 0, UINT16_MAX);
	t->reached = row_number(row, 16, 0, 1);
	t->path_len = (uint8_t)row_number(row, 17, 0, UINT8_MAX);
	t->arrival_len = (uint8_t)row_number(row, 18, 0, UINT8_MAX);
	t->sent = (uint32_t)row_number(row, 19, 0, UINT32_MAX);
	t->lost = (uint32_t)row_number(row, 20, 0, UINT32_MAX);
	t->checks = (uint32_t)row_number(row, 21, 0, UINT32_MAX);
	t->check_rtt_ns = (uint64_t)row_number(row, 22, 0, INT64_MAX);
	t->eps = row_real(row, 23);
	t->eps_trace = row_real(row, 24);
	t->is_per_packet = row_number(row, 25, 0, 1);
	t->pair_id = (uint64_t)row_number(row, 26, 0, INT64_MAX);
	if (!trace_stop_name(t->stop))
		row->is_damaged = true;
}

static struct trace_record read_trace(struct reader_row *row)
{
	struct trace_record t = {
		.id = row_number(row, 0, 1, INT64_MAX),
		.target = row_text(row, 1),
		.declared_asn = (uint32_t)row_number(row, 2, 0, UINT32_MAX),
		.contact = row_text(row, 3),
		.direction = (enum trace_direction)row_number(row, 4, TRACE_FORWARD, TRACE_REVERSE),
		.mode = (enum trace_mode)row_number(row, 5, TRACE_SINGLEPATH, TRACE_MDA),
		.proto = (uint8_t)row_number(row, 6, 0, UINT8_MAX),
		.src = row_addr(row, 7),
		.dst = row_addr(row, 8),
		.sport = (uint16_t)row_number(row, 9, 0, UINT16_MAX),
		.dport = (uint16_t)row_number(row, 10, 0, UINT16_MAX),
		.flow = (uint16_t)row_number(row, 11, 0, UINT16_MAX),
	};

	if (addr_is_none(&t.src) || addr_is_none(&t.dst))
		row->is_damaged = true;
	read_outcome(row, &t);
	return t;
}

int reader_next_trace(struct reader *r, struct trace_record *ret_trace)
{
	struct reader_row row = { r->traces, false };
	int result = sqlite3_step(r->traces);
	int err = sqlite_db_fail(r->db, result);
	struct trace_record trace;

	if (err || result == SQLITE_DONE)
		return err;
	trace = read_trace(&row);
	trace.names = r->names;
	reader_name(r->names, &trace.src, row_text(&row, 27), sqlite3_column_int64(r->traces, 28));
	reader_name(r->names, &trace.dst, row_text(&row, 29), sqlite3_column_int64(r->traces, 30));
	err = row.is_damaged ? -EBADMSG : reader_probes_read(r->probes, &trace);
	if (err == -EBADMSG)
		return damaged(r, "trace", trace.id);
	if (err)
		return err;
	*ret_trace = trace;
	return 1;
}
