// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of a document that waits; the clock is the test's. */
#include "output/outbox.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/queued.h"
#include "tests/unit/results.h"
#include "tests/unit/study_checks.h"

TestSuite(outbox, .init = results_set_up, .fini = results_tear_down);

static const int64_t DAY_US = 24ll * 3600 * 1000000;

static struct outbox_item next(struct outbox *o)
{
	struct outbox_item item;

	cr_assert_eq(outbox_next(o, &item), 0);
	return item;
}

static void expect_empty(struct outbox *o)
{
	struct outbox_item item;

	cr_assert_eq(outbox_next(o, &item), -ENOENT);
}

static void expect_counts(struct outbox *o, int64_t queued, int64_t sent, int64_t rejected,
			  int64_t given_up)
{
	struct outbox_counts counts;

	cr_assert_eq(outbox_count(o, &counts), 0);
	cr_assert(counts.queued == queued && counts.sent == sent && counts.rejected == rejected &&
			  counts.given_up == given_up,
		  "queued %d sent %d rejected %d given up %d", (int)counts.queued, (int)counts.sent,
		  (int)counts.rejected, (int)counts.given_up);
}

Test(outbox, sent_is_done_and_its_document_gone)
{
	struct outbox *o = queued_make(1);
	struct outbox_item item = next(o);

	cr_assert_gt(item.body_len, 20);
	cr_assert_eq(strlen(item.key), 36);
	cr_assert_eq(outbox_sent(o, item.id, 201, queued_at_us + 5), 0);
	outbox_item_fini(&item);
	expect_empty(o);
	expect_counts(o, 0, 1, 0, 0);
	outbox_close(o);
	results_expect("SELECT state, attempts, status, reason, tried_us, body FROM upload",
		       "sent|1|201|-|1700000001500005|-");
	results_expect_sound();
}

Test(outbox, rejected_keeps_the_reason_and_the_document)
{
	struct outbox *o = queued_make(1);
	struct outbox_item item = next(o);

	cr_assert_eq(outbox_rejected(o, item.id, 400, "abort: not an integer", queued_at_us), 0);
	outbox_item_fini(&item);
	expect_empty(o);
	outbox_close(o);
	results_expect("SELECT state, status, reason, body IS NOT NULL FROM upload",
		       "rejected|400|abort: not an integer|1");
}

Test(outbox, failed_is_sent_again_under_the_same_key_behind_the_others)
{
	struct outbox *o = queued_make(2);
	struct outbox_item first = next(o), second, again;

	cr_assert_eq(outbox_failed(o, first.id, 503, "busy", queued_at_us), 0);
	second = next(o);
	cr_assert_neq(second.id, first.id, "what fails must be in nobody's way");
	again = next(o);
	cr_assert_eq(again.id, first.id);
	cr_assert_str_eq(again.key, first.key);
	cr_assert_str_neq(again.key, second.key);
	cr_assert_eq(again.body_len, first.body_len);
	cr_assert_arr_eq(again.body, first.body, again.body_len);
	outbox_item_fini(&first);
	outbox_item_fini(&second);
	outbox_item_fini(&again);
	outbox_close(o);
	results_expect("SELECT state, attempts, status, reason FROM upload WHERE attempts > 0",
		       "queued|1|503|busy");
}

Test(outbox, what_is_on_its_way_is_not_sent_twice_unless_forgotten)
{
	struct outbox *o = queued_make(1);
	struct outbox_item item = next(o);

	expect_empty(o);
	outbox_forget(o, item.id);
	outbox_item_fini(&item);
	item = next(o);
	outbox_item_fini(&item);
	outbox_close(o);
	results_expect("SELECT attempts, tried_us FROM upload", "0|-");
}

Test(outbox, restart_finds_again_what_was_on_its_way)
{
	struct outbox *o = queued_make(1);
	struct outbox_item before = next(o), after;

	outbox_close(o);
	o = queued_reopen();
	after = next(o);
	cr_assert_str_eq(before.key, after.key);
	outbox_item_fini(&before);
	outbox_item_fini(&after);
	outbox_close(o);
}

Test(outbox, delivery_is_given_up_after_three_months_and_not_before)
{
	struct outbox *o = queued_make(1);
	struct outbox_item item = next(o);

	cr_assert_eq(outbox_failed(o, item.id, 0, "no route", queued_at_us + 90 * DAY_US), 0);
	expect_counts(o, 1, 0, 0, 0);
	cr_assert_eq(outbox_failed(o, item.id, 0, "no route", queued_at_us + 90 * DAY_US + 1), 0);
	expect_counts(o, 0, 0, 0, 1);
	outbox_item_fini(&item);
	expect_empty(o);
	outbox_close(o);
	results_expect("SELECT state, attempts, status, reason, body IS NOT NULL FROM upload",
		       "given up|2|-|no route|1");
}

Test(outbox, old_is_delivered_all_the_same)
{
	struct outbox *o = queued_make(1);
	struct outbox_item item = next(o);

	cr_assert_eq(outbox_sent(o, item.id, 200, queued_at_us + 1000 * DAY_US), 0);
	outbox_item_fini(&item);
	expect_counts(o, 0, 1, 0, 0);
	outbox_close(o);
}

Test(outbox, a_state_that_is_an_end_does_not_change)
{
	struct outbox *o = queued_make(1);
	struct outbox_item item = next(o);

	cr_assert_eq(outbox_sent(o, item.id, 200, queued_at_us), 0);
	cr_assert_eq(outbox_failed(o, item.id, 503, "late", queued_at_us), 0);
	cr_assert_eq(outbox_rejected(o, item.id, 400, "late", queued_at_us), 0);
	outbox_item_fini(&item);
	expect_counts(o, 0, 1, 0, 0);
	outbox_close(o);
}

Test(outbox, asked_for_again_it_waits_anew)
{
	struct outbox *o = queued_make(3);
	struct outbox_item items[] = { next(o), next(o), next(o) };
	int64_t late = queued_at_us + 200 * DAY_US;

	cr_assert_eq(outbox_sent(o, items[0].id, 200, late), 0);
	cr_assert_eq(outbox_rejected(o, items[1].id, 400, "bad", late), 0);
	cr_assert_eq(outbox_failed(o, items[2].id, 503, "busy", late), 0);
	expect_counts(o, 0, 1, 1, 1);
	cr_assert_eq(outbox_requeue(o, late), 0);
	expect_counts(o, 2, 1, 0, 0);
	for (int i = 0; i < 3; i++)
		outbox_item_fini(&items[i]);
	items[0] = next(o);
	cr_assert_eq(outbox_failed(o, items[0].id, 503, "busy", late + DAY_US), 0);
	outbox_item_fini(&items[0]);
	expect_counts(o, 2, 1, 0, 0);
	outbox_close(o);
}

/* Consent is for one collector. */
Test(outbox, what_waits_for_another_collector_is_not_sent_here)
{
	struct outbox *o = queued_make(2);
	struct outbox_counts counts;
	char *only = NULL;
	struct outbox_item item;

	cr_assert_eq(outbox_find_collector(o, &only), 0);
	cr_assert_str_eq(only, QUEUED_COLLECTOR);
	free(only);
	cr_assert_eq(outbox_choose(o, "https://other.example.org/"), 0);
	expect_empty(o);
	cr_assert_eq(outbox_count(o, &counts), 0);
	cr_assert(counts.queued == 0 && counts.elsewhere == 2);
	cr_assert_eq(outbox_readdress(o, queued_at_us + 77), 0);
	item = next(o);
	outbox_item_fini(&item);
	outbox_close(o);
	results_expect("SELECT DISTINCT collector, consented_us FROM upload",
		       "https://other.example.org/|1700000001500077");
}

Test(outbox, two_collectors_are_none_that_could_be_guessed)
{
	struct outbox *o;
	void *sink;
	char *only = (char *)"?";

	outbox_close(queued_make(1));
	sink = queued_open("two", "https://other.example.org/");
	queued_record(sink, TRACE_FORWARD, "www.example.net", 0, STOP_COMPLETED);
	cr_assert_eq(sqlite_sink.close(sink, &draft_end), 0);
	o = queued_reopen();
	cr_assert_eq(outbox_find_collector(o, &only), 0);
	cr_assert_null(only);
	outbox_close(o);
}

static int check_row(void *context, const struct outbox_row *row)
{
	json_t *document = json_loads(row->document, JSON_REJECT_DUPLICATES, NULL);

	cr_assert_not_null(document, "%s", row->document);
	study_expect_sound(document, row->key);
	cr_assert_eq(strlen(row->document), (size_t)row->bytes);
	cr_assert_str_eq(row->target, "www.example.net");
	cr_assert_str_eq(row->state, "queued");
	cr_assert_null(row->tried);
	json_decref(document);
	(*(int *)context)++;
	return 0;
}

static int stop_there(void *context, const struct outbox_row *row)
{
	cr_assert_null(row->document);
	(*(int *)context)++;
	return -EPIPE;
}

Test(outbox, list_shows_the_documents_as_they_are_sent)
{
	struct outbox *o = queued_make(3);
	int visited = 0;

	cr_assert_eq(outbox_list(o, "queued", true, check_row, &visited), 0);
	cr_assert_eq(visited, 3);
	cr_assert_eq(outbox_list(o, "sent", true, check_row, &visited), 0);
	cr_assert_eq(visited, 3);
	cr_assert_eq(outbox_list(o, NULL, false, stop_there, &visited), -EPIPE);
	cr_assert_eq(visited, 4);
	outbox_close(o);
}

Test(outbox, a_name_mistyped_makes_no_file)
{
	struct outbox *o;

	cr_redirect_stderr();
	cr_assert_eq(outbox_open("/tmp/no-such.db", &o), -ENOENT);
	cr_assert_eq(outbox_open("/tmp/no-such.db", &o), -ENOENT);
}
