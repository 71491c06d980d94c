// SPDX-License-Identifier: GPL-2.0-or-later
/* Annotations in the database: written with the traces, and afterwards. */
#include "output/annotate.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output/asn.h"
#include "output/geo.h"
#include "output/sink.h"
#include "tests/unit/results.h"

static struct asn_db *asn, *asn4;
static struct geo_db *geo;

static const char *file_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/tests/asn/%s", getenv("srcdir"), name);
	return path;
}

static void set_up(void)
{
	results_set_up();
	cr_assert_eq(asn_open(file_path("asn.mmdb"), &asn), 0);
	cr_assert_eq(asn_open(file_path("asn4.mmdb"), &asn4), 0);
	cr_assert_eq(geo_open(file_path("geo.mmdb"), &geo), 0);
}

static void tear_down(void)
{
	asn_close(asn);
	asn_close(asn4);
	geo_close(geo);
	results_tear_down();
}

TestSuite(annotate, .init = set_up, .fini = tear_down);

/* 64496, a silent hop and one that no file knows, 65551, twice 64500, 64497. */
static void draft_path(struct record_draft *d)
{
	draft_init(d, TRACE_FORWARD, "far.example.net", "192.0.2.1", "198.51.100.7");
	draft_add(d, 1, "192.0.2.254", 400);
	draft_add(d, 2, NULL, 0);
	draft_add(d, 3, "172.16.0.1", 1000);
	draft_add(d, 4, "198.18.0.1", 1400);
	draft_add(d, 5, "10.77.0.1", 1500);
	draft_add(d, 6, NULL, 0);
	draft_add(d, 7, "10.77.0.2", 1600);
	draft_add(d, 8, "198.51.100.7", 2400);
	d->trace.path_len = 8;
	d->trace.reached = true;
}

static void store(const char *uuid, const struct trace_record *trace, struct asn_db *systems,
		  struct geo_db *places)
{
	struct trace_record copy = *trace;
	void *sink;

	cr_assert_eq(results_open_as(uuid, &sink), 0);
	copy.asn = systems;
	copy.geo = places;
	cr_assert_eq(sqlite_sink.record(sink, &copy), 0);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	results_expect_sound();
}

static void expect_all(void)
{
	results_expect("SELECT group_concat(text || ',' || coalesce(asn, '-') || ','"
		       " || coalesce(country, '-') || ',' || coalesce(city, '-'), ' ')"
		       " FROM (SELECT * FROM addr ORDER BY text)",
		       "10.77.0.1,64500,-,- 10.77.0.2,64500,-,- 172.16.0.1,-,-,- "
		       "192.0.2.1,64496,DE,Augsburg 192.0.2.254,64496,DE,Augsburg "
		       "198.18.0.1,65551,-,Somewhere 198.51.100.7,64497,FR,-");
	results_expect("SELECT group_concat(asn || ' ' || coalesce(name, '-'), '; ') FROM asn"
		       " WHERE asn < 65000",
		       "64496 Example Net; 64497 -; 64500 Lab & Sons");
	results_expect("SELECT text, reversed, length, holes FROM trace JOIN as_path"
		       " USING (as_path_id)",
		       "64496 65551 64500 64497|64497 64500 65551 64496|4|2");
	results_expect("SELECT group_concat(kind || ' ' || type || ' ' || built_us, '; ')"
		       " FROM (SELECT * FROM mmdb ORDER BY kind)",
		       "asn Test-ASN 1700000000000000; geo Test-City 1700000000000000");
	results_expect("SELECT count(*) FROM addr WHERE asn_by <> (SELECT mmdb_id FROM mmdb"
		       " WHERE kind = 'asn') OR geo_by <> (SELECT mmdb_id FROM mmdb"
		       " WHERE kind = 'geo') OR asn_by IS NULL OR geo_by IS NULL",
		       "0");
}

Test(annotate, traces_come_with_what_files_know)
{
	struct record_draft d;

	draft_path(&d);
	store("a", &d.trace, asn, geo);
	expect_all();
}

Test(annotate, stored_addresses_get_the_same_afterwards)
{
	struct annotate_counts counts;
	struct record_draft d;

	draft_path(&d);
	store("a", &d.trace, NULL, NULL);
	results_expect("SELECT count(asn) + count(asn_by) + count(country) FROM addr", "0");
	results_expect("SELECT count(as_path_id) FROM trace", "0");
	cr_assert_eq(annotate_database(results_path, asn, geo, &counts), 0);
	expect_all();
	cr_expect_eq(counts.addrs, 7);
	cr_expect_eq(counts.with_asn, 6);
	cr_expect_eq(counts.with_place, 4);
	cr_expect_eq(counts.paths, 1);
	cr_assert_eq(annotate_database(results_path, asn, geo, &counts), 0);
	expect_all();
	results_expect_sound();
}

Test(annotate, file_of_an_older_version_is_upgraded)
{
	struct annotate_counts counts;
	struct record_draft d;

	draft_path(&d);
	store("a", &d.trace, NULL, NULL);
	results_make_old(3);
	cr_assert_eq(annotate_database(results_path, asn, geo, &counts), 0);
	expect_all();
}

Test(annotate, another_file_replaces_what_the_first_said)
{
	struct annotate_counts counts;
	struct record_draft d;

	draft_path(&d);
	store("a", &d.trace, asn, geo);
	cr_assert_eq(annotate_database(results_path, asn4, NULL, &counts), 0);
	results_expect("SELECT group_concat(DISTINCT asn), count(asn), count(asn_by) FROM addr",
		       "64496|2|7");
	results_expect("SELECT group_concat(text) FROM as_path", "64496");
	results_expect("SELECT count(*) FROM asn", "1");
	/* The other file was not asked. */
	results_expect("SELECT count(country), count(geo_by) FROM addr", "3|7");
	results_expect_sound();
}

Test(annotate, run_with_another_file_leaves_older_traces_their_paths)
{
	struct record_draft d;

	draft_path(&d);
	store("a", &d.trace, asn, NULL);
	store("b", &d.trace, asn4, NULL);
	results_expect("SELECT group_concat(text, '; ') FROM (SELECT text FROM trace JOIN as_path"
		       " USING (as_path_id) ORDER BY trace_id)",
		       "64496 65551 64500 64497; 64496");
}

Test(annotate, path_that_ends_early_has_no_destination)
{
	struct record_draft d;

	draft_path(&d);
	d.trace.reached = false;
	d.trace.path_len = 5;
	store("a", &d.trace, asn, NULL);
	results_expect("SELECT text, holes FROM as_path", "64496 65551 64500|2");
}

Test(annotate, arrival_counts_for_the_destination)
{
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "far", "198.51.100.7", "192.0.2.1");
	draft_add(&d, 1, "10.77.0.1", 400);
	draft_add_arrival(&d, 2);
	d.trace.path_len = 2;
	d.trace.reached = true;
	store("a", &d.trace, asn, NULL);
	results_expect("SELECT text, holes FROM as_path", "64497 64500 64496|0");
}

Test(annotate, hostile_names_are_stored_as_text)
{
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "far", "192.0.2.1", "203.0.113.9");
	draft_add(&d, 1, "203.0.113.9", 400);
	store("a", &d.trace, asn, geo);
	results_expect("SELECT name FROM asn WHERE asn = 4294967294",
		       "\"]; evil [label=\"\x1b[2J & T\xc3\xa9l\xc3\xa9"
		       "com\\");
	results_expect("SELECT country, city FROM addr WHERE text = '203.0.113.9'",
		       "-|\x1b[2J</script>");
}

Test(annotate, name_mistyped_makes_no_database)
{
	struct annotate_counts counts;

	cr_redirect_stderr();
	cr_assert_eq(annotate_database(results_path, asn, NULL, &counts), -ENOENT);
	cr_assert_eq(access(results_path, F_OK), -1);
}

Test(annotate, error_changes_nothing)
{
	struct annotate_counts counts;
	struct record_draft d;
	sqlite3 *db;

	draft_path(&d);
	store("a", &d.trace, NULL, NULL);
	cr_assert_eq(sqlite3_open(results_path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db,
				  "CREATE TRIGGER t BEFORE UPDATE ON trace BEGIN"
				  " SELECT raise(ABORT, 'no'); END",
				  NULL, NULL, NULL),
		     SQLITE_OK);
	sqlite3_close(db);
	cr_redirect_stderr();
	cr_assert_eq(annotate_database(results_path, asn, geo, &counts), -EINVAL);
	results_expect("SELECT count(asn_by), count(geo_by), (SELECT count(*) FROM mmdb) FROM addr",
		       "0|0|0");
}
