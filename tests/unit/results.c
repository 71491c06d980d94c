// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/results.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "output/sink.h"
#include "wire/headers.h"

char results_directory[] = "/tmp/test_sqlite.XXXXXX";
char results_path[64];

void results_set_up(void)
{
	cr_assert_not_null(mkdtemp(results_directory));
	snprintf(results_path, sizeof(results_path), "%s/results.db", results_directory);
}

void results_tear_down(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", results_directory);
	cr_assert_eq(system(command), 0);
}

void results_expect(const char *sql, const char *wanted)
{
	char got[1024] = "";
	sqlite3_stmt *statement;
	sqlite3 *db;

	cr_assert_eq(sqlite3_open_v2(results_path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK, "%s: %s", sql,
		     sqlite3_errmsg(db));
	if (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *text = (const char *)sqlite3_column_text(statement, i);

			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
				 i > 0 ? "|" : "", text ? text : "-");
		}
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	cr_assert_str_eq(got, wanted, "%s\n got: %s\nwant: %s", sql, got, wanted);
}

void results_change(const char *sql)
{
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(results_path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
		     sqlite3_errmsg(db));
	sqlite3_close(db);
}

void results_expect_sound(void)
{
	results_expect("PRAGMA integrity_check", "ok");
	results_expect("SELECT count(*) FROM pragma_foreign_key_check", "0");
	results_expect("SELECT count(*) FROM trace t WHERE sent <>"
		       " (SELECT count(*) FROM hop h WHERE h.trace_id = t.trace_id)",
		       "0");
	results_expect(
		"SELECT count(*) FROM hop WHERE trace_id NOT IN (SELECT trace_id FROM trace)", "0");
	results_expect(
		"SELECT count(*) FROM link WHERE trace_id NOT IN (SELECT trace_id FROM trace)",
		"0");
	results_expect("SELECT count(*) FROM ext e WHERE NOT EXISTS (SELECT 1 FROM hop h WHERE"
		       " h.trace_id = e.trace_id AND h.ttl = e.ttl AND h.flow = e.flow"
		       " AND h.try = e.try AND h.addr_id IS NOT NULL)",
		       "0");
	results_expect("SELECT count(*) FROM link l WHERE NOT EXISTS (SELECT 1 FROM vertex v WHERE"
		       " v.trace_id = l.trace_id AND v.ttl = l.near_ttl AND v.addr_id = l.near_id)"
		       " OR NOT EXISTS (SELECT 1 FROM vertex v WHERE v.trace_id = l.trace_id AND"
		       " v.ttl > l.near_ttl AND v.addr_id = l.far_id)",
		       "0");
	results_expect("SELECT count(*) FROM path p WHERE length <>"
		       " (SELECT max(ttl) FROM path_hop h WHERE h.path_id = p.path_id)",
		       "0");
}

/* What takes back the step from each version to the next; the last column first. */
static const char *const downgrades[] = {
	[1] = "ALTER TABLE trace DROP COLUMN eps_trace",
	[2] = "DROP TABLE upload",
	[3] = "DROP INDEX addr_asn; ALTER TABLE trace DROP COLUMN as_path_id; DROP TABLE as_path;"
	      "ALTER TABLE addr DROP COLUMN geo_by; ALTER TABLE addr DROP COLUMN city;"
	      "ALTER TABLE addr DROP COLUMN country; ALTER TABLE addr DROP COLUMN asn_by;"
	      "ALTER TABLE addr DROP COLUMN asn; DROP TABLE asn; DROP TABLE mmdb",
	[4] = "ALTER TABLE run DROP COLUMN resumes; ALTER TABLE run DROP COLUMN reason",
	[5] = "DROP TABLE ext; DROP TABLE vertex; ALTER TABLE hop DROP COLUMN quoted_ttl;"
	      "ALTER TABLE hop DROP COLUMN reply_tos",
	[6] = "DROP TABLE received; DELETE FROM stop WHERE stop = 103",
};

static int keep_text(void *text, int count, char **values, char **names)
{
	(void)count;
	(void)names;
	snprintf(text, 1024, "%s", values[0]);
	return 0;
}

void results_make_old(unsigned int version)
{
	char drop_views[1024], pragma[64];
	sqlite3 *db;

	cr_assert_eq(sqlite3_open(results_path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db,
				  "SELECT group_concat('DROP VIEW ' || name, ';')"
				  " FROM sqlite_schema WHERE type = 'view'",
				  keep_text, drop_views, NULL),
		     SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, drop_views, NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = ARRAY_LEN(downgrades) - 1; i >= version; i--)
		cr_assert_eq(sqlite3_exec(db, downgrades[i], NULL, NULL, NULL), SQLITE_OK, "%s",
			     sqlite3_errmsg(db));
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %u", version);
	cr_assert_eq(sqlite3_exec(db, pragma, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

void *results_open(void)
{
	void *sink = NULL;

	cr_assert_eq(sqlite_sink.open(results_path, &draft_options, &draft_run, &sink), 0);
	return sink;
}

int results_open_as(const char *uuid, void **ret_sink)
{
	struct run_record run = draft_run;

	run.uuid = uuid;
	return sqlite_sink.open(results_path, &draft_options, &run, ret_sink);
}

void results_draft_forward(struct record_draft *d)
{
	draft_init(d, TRACE_FORWARD, "www.example.net", "192.0.2.1", "198.51.100.7");
	d->trace.declared_asn = 64500;
	d->trace.contact = "mailto:noc@example.net";
	draft_add(d, 1, "192.0.2.254", 400)->reply_ttl = 64;
	draft_add(d, 1, "192.0.2.254", 410)->reply_ttl = 64;
	draft_add(d, 2, NULL, 0);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 3, "198.51.100.7", 900)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
	draft_add(d, 3, "198.51.100.8", 910)->icmp = ICMPV4_UNREACHABLE * 256 + 3;
}
