// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/report.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/container.h"
#include "base/log.h"
#include "output/report.html.h"
#include "output/report_cycle.h"
#include "output/report_state.h"
#include "output/whole_file.h"

enum {
	HASH_TEXT_LEN = 64,
	SYSTEMS_BYTES = 500000,
};

int64_t report_mark(struct report_ids *ids, int64_t id)
{
	if (id <= 0 || id >= ids->count || report_is_marked(ids, id) ||
	    ids->fresh_count == REPORT_FRESH_MAX)
		return id;
	ids->bits[id / 8] |= (uint8_t)(1u << (id % 8));
	ids->fresh[ids->fresh_count++] = id;
	return id;
}

bool report_is_marked(const struct report_ids *ids, int64_t id)
{
	return id > 0 && id < ids->count && ids->bits[id / 8] & (1u << (id % 8));
}

static int ids_init(struct report *r, struct report_ids *ids, const char *last, const char *find)
{
	const struct sqlite_statement list[] = { { find, &ids->find } };
	int err = sqlite_db_value(r->db, last, &ids->count);

	if (err)
		return err;
	ids->count++;
	ids->bits = calloc((size_t)ids->count / 8 + 1, 1);
	ids->fresh = calloc(REPORT_FRESH_MAX, sizeof(*ids->fresh));
	return ids->bits && ids->fresh ? sqlite_db_prepare(r->db, list, ARRAY_LEN(list)) : -ENOMEM;
}

static void ids_fini(struct report_ids *ids)
{
	free(ids->bits);
	free(ids->fresh);
	sqlite3_finalize(ids->find);
}

static void write_column(struct page *p, sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
		page_number(p, sqlite3_column_int64(row, column));
	else
		page_string(p, (const char *)sqlite3_column_text(row, column));
}

static void write_columns(struct page *p, sqlite3_stmt *row)
{
	page_open(p, '[');
	for (int i = 0; i < sqlite3_column_count(row); i++)
		write_column(p, row, i);
	page_close(p, '[');
}

int report_rows(struct report *r, const char *sql)
{
	sqlite3_stmt *rows = NULL;
	int result = sqlite3_prepare_v2(r->db->handle, sql, -1, &rows, NULL);
	int err;

	page_open(&r->page, '[');
	if (result == SQLITE_OK) {
		/* Not every query has both. */
		sqlite3_bind_int64(rows, 1, r->cycle_id);
		sqlite3_bind_int64(rows, 2, r->before_id);
		while ((result = sqlite3_step(rows)) == SQLITE_ROW)
			write_columns(&r->page, rows);
	}
	page_close(&r->page, '[');
	err = sqlite_db_fail(r->db, result);
	sqlite3_finalize(rows);
	return err;
}

int report_tell(struct report *r, struct report_ids *ids)
{
	char key[32];
	int err = 0;

	page_open(&r->page, '{');
	for (size_t i = 0; !err && i < ids->fresh_count; i++) {
		sqlite3_bind_int64(ids->find, 1, ids->fresh[i]);
		err = sqlite_db_fail(r->db, sqlite3_step(ids->find));
		snprintf(key, sizeof(key), "%lld", (long long)ids->fresh[i]);
		page_key(&r->page, key);
		write_columns(&r->page, ids->find);
		sqlite3_reset(ids->find);
	}
	page_close(&r->page, '{');
	ids->fresh_count = 0;
	return err;
}

/* Names of the systems of all addresses that the page has; if it is long by then, of the
 * first. */
static int write_systems(struct report *r)
{
	sqlite3_stmt *next = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT s.asn, s.name, a.addr_id FROM addr a JOIN asn s USING (asn)"
		  " ORDER BY a.asn",
		  &next },
	};
	int err = sqlite_db_prepare(r->db, list, ARRAY_LEN(list));
	int result = SQLITE_DONE;
	int64_t before = 0;

	page_open(&r->page, '[');
	while (!err && r->page.bytes < REPORT_BYTES_MAX + SYSTEMS_BYTES &&
	       (result = sqlite3_step(next)) == SQLITE_ROW) {
		int64_t asn = sqlite3_column_int64(next, 0);

		if (asn == before || !report_is_marked(&r->addrs, sqlite3_column_int64(next, 2)))
			continue;
		before = asn;
		page_open(&r->page, '[');
		write_column(&r->page, next, 0);
		write_column(&r->page, next, 1);
		page_close(&r->page, '[');
	}
	page_close(&r->page, '[');
	if (!err && result != SQLITE_ROW)
		err = sqlite_db_fail(r->db, result);
	sqlite3_finalize(next);
	return err;
}

static bool is_full(const struct report *r)
{
	return r->page.bytes > REPORT_BYTES_MAX;
}

/* Whoever is left out is left out at random, the same each time: by a multiplicative hash
 * of the row's number (Knuth). */
static int write_endpoints(struct report *r)
{
	sqlite3_stmt *next = NULL;
	const struct sqlite_statement list[] = {
		{ "SELECT endpoint_id FROM (SELECT DISTINCT endpoint_id FROM trace"
		  " WHERE cycle_id = ?1) ORDER BY endpoint_id * 2654435761 % 4294967296,"
		  " endpoint_id LIMIT ?2",
		  &next },
	};
	int result = SQLITE_DONE;
	int err = sqlite_db_prepare(r->db, list, ARRAY_LEN(list));

	sqlite3_bind_int64(next, 1, r->cycle_id);
	sqlite3_bind_int64(next, 2, r->options->endpoints);
	page_key(&r->page, "endpoints");
	page_open(&r->page, '[');
	while (!err && !is_full(r) && (result = sqlite3_step(next)) == SQLITE_ROW) {
		err = report_endpoint(r, sqlite3_column_int64(next, 0));
		r->counts.shown++;
	}
	page_close(&r->page, '[');
	if (!err && result != SQLITE_ROW)
		err = sqlite_db_fail(r->db, result);
	sqlite3_finalize(next);
	return err;
}

static int write_data(struct report *r)
{
	int err;

	r->page.is_first = true;
	page_open(&r->page, '{');
	page_key(&r->page, "made");
	page_number(&r->page, r->options->now_us);
	page_key(&r->page, "by");
	page_string(&r->page, r->options->program);
	page_key(&r->page, "database");
	page_string(&r->page, r->options->database);
	page_key(&r->page, "total");
	page_number(&r->page, r->counts.endpoints);
	page_key(&r->page, "sums");
	page_open(&r->page, '{');
	err = report_sums(r);
	page_close(&r->page, '{');
	if (!err)
		err = write_endpoints(r);
	page_key(&r->page, "asn");
	if (!err)
		err = write_systems(r);
	page_close(&r->page, '{');
	return err;
}

/* 'sha256-...' of an element's text, for the policy. */
static void write_hash(struct page *p, const char *text, size_t len)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char base64[HASH_TEXT_LEN];

	crypto_hash_sha256(hash, (const unsigned char *)text, len);
	sodium_bin2base64(base64, sizeof(base64), hash, sizeof(hash),
			  sodium_base64_VARIANT_ORIGINAL);
	page_raw(p, "'sha256-", 8);
	page_raw(p, base64, strlen(base64));
	page_raw(p, "'", 1);
}

/* The template has marks where the parts go. */
static int write_page(struct report *r)
{
	static const char *const marks[] = { "@STYLE_HASH@", "@SCRIPT_HASH@", "@STYLE@", "@DATA@",
					     "@SCRIPT@" };
	const char *at = report_html;
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_LEN(marks); i++) {
		const char *mark = strstr(at, marks[i]);

		page_raw(&r->page, at, (size_t)(mark - at));
		at = mark + strlen(marks[i]);
		switch (i) {
		case 0:
			write_hash(&r->page, report_css, strlen(report_css));
			break;
		case 1:
			write_hash(&r->page, report_js, strlen(report_js));
			break;
		case 2:
			page_raw(&r->page, report_css, strlen(report_css));
			break;
		case 3:
			err = write_data(r);
			break;
		default:
			page_raw(&r->page, report_js, strlen(report_js));
		}
	}
	page_raw(&r->page, at, strlen(at));
	return err;
}

static int write_to(struct report *r, FILE *out)
{
	int err;

	r->page.out = out;
	err = write_page(r);
	if (fflush(out) != 0 || ferror(out)) {
		if (!err)
			log_error("%s: cannot write: %s", r->options->output, strerror(errno));
		err = err ? err : -EIO;
	}
	r->counts.bytes = r->page.bytes;
	return err;
}

/* The file appears when it is complete. */
static int write_file(struct report *r)
{
	struct whole_draft draft;
	FILE *out = NULL;
	int fd, err = whole_draft_open(r->options->output, &draft);

	if (err) {
		log_error("%s: cannot make: %s", r->options->output, strerror(-err));
		return err;
	}
	fd = dup(draft.fd);
	if (fd >= 0)
		out = fdopen(fd, "w");
	if (!out) {
		err = -errno;
		log_error("%s: cannot write: %s", r->options->output, strerror(-err));
		if (fd >= 0)
			close(fd);
		whole_draft_drop(&draft);
		return err;
	}
	err = write_to(r, out);
	fclose(out);
	if (err) {
		whole_draft_drop(&draft);
		return err;
	}
	err = whole_draft_keep(&draft);
	if (err)
		log_error("%s: cannot write: %s", r->options->output, strerror(-err));
	return err;
}

static int prepare(struct report *r)
{
	int err = sqlite_db_open_to_read(r->options->database, &r->db);

	/* One state of the database from here on, whoever writes to it. */
	if (!err)
		err = sqlite_db_exec(r->db, "BEGIN");
	if (!err)
		err = report_cycle_find(r);
	if (!err)
		err = ids_init(r, &r->addrs, "SELECT max(addr_id) FROM addr",
			       "SELECT text, ptr, asn, country, city FROM addr WHERE addr_id = ?1");
	if (!err)
		err = ids_init(r, &r->as_paths, "SELECT max(as_path_id) FROM as_path",
			       "SELECT text, reversed, holes FROM as_path WHERE as_path_id = ?1");
	return err ? err : report_prepare_endpoints(r);
}

static void release(struct report *r)
{
	sqlite3_stmt *const statements[] = { r->trace,	 r->hops,     r->links,	  r->history,
					     r->aliases, r->endpoint, r->last_rtt };

	for (size_t i = 0; i < ARRAY_LEN(statements); i++)
		sqlite3_finalize(statements[i]);
	ids_fini(&r->addrs);
	ids_fini(&r->as_paths);
	free(r->list);
	sqlite_db_close(r->db);
}

int report_write(const struct report_options *o, struct report_counts *ret_counts)
{
	struct report r = { .options = o };
	int err = prepare(&r);

	if (!err)
		err = strcmp(o->output, "-") == 0 ? write_to(&r, stdout) : write_file(&r);
	release(&r);
	if (!err)
		*ret_counts = r.counts;
	return err;
}
