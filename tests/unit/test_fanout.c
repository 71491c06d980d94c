// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/fanout.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/alias.h"
#include "tests/unit/records.h"

/* A sink that counts, and fails when told to.  Its path is the number of its
 * counters, so that the test can look at them. */
static struct counters {
	int opened, recorded, flushed, closed;
	int fail_record, fail_flush, fail_close;
	bool without_end;
	enum run_state state;
	int sets; /* of aliases, with the last record; -1: not resolved */
} seen[4];

static int count_open(const char *path, const struct sink_options *options,
		      const struct run_record *run, void **ret_self)
{
	struct counters *c = &seen[atoi(path)];

	(void)options;
	(void)run;
	if (atoi(path) == 3)
		return -EACCES;
	c->opened++;
	*ret_self = c;
	return 0;
}

static int count_record(void *self, const struct trace_record *trace)
{
	struct counters *c = self;

	c->recorded++;
	c->sets = trace->aliases ? (int)trace->aliases->set_count : -1;
	return c->fail_record;
}

static int count_flush(void *self)
{
	struct counters *c = self;

	c->flushed++;
	return c->fail_flush;
}

static int count_close(void *self, const struct run_end *end)
{
	struct counters *c = self;

	c->closed++;
	c->without_end = !end;
	if (end)
		c->state = end->state;
	return c->fail_close;
}

static const struct sink_ops counting = { .name = "count",
					  .open = count_open,
					  .record = count_record,
					  .flush = count_flush,
					  .close = count_close };

static struct fanout *fanout_of(int count)
{
	static const char *const names[] = { "0", "1", "2", "3" };
	struct fanout *f;

	memset(seen, 0, sizeof(seen));
	cr_assert_eq(fanout_new(&f), 0);
	for (int i = 0; i < count; i++)
		cr_assert_eq(fanout_add(f, &counting, names[i], &draft_options, &draft_run), 0);
	return f;
}

Test(fanout, each_sink_gets_each_record)
{
	struct fanout *f = fanout_of(3);
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "192.0.2.2");
	fanout_record(f, &d.trace);
	fanout_record(f, &d.trace);
	fanout_flush(f);
	cr_assert_eq(fanout_error(f), 0);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(seen[i].recorded, 2);
		cr_assert_eq(seen[i].flushed, 1);
		cr_assert_eq(seen[i].closed, 1);
		cr_assert_eq(seen[i].state, RUN_COMPLETE);
	}
}

/* Both directions pass one router, each by the address that looks its way. */
static void draft_pair(struct record_draft *there, struct record_draft *back)
{
	draft_init(there, TRACE_FORWARD, "a", "192.0.2.2", "203.0.113.2");
	draft_add(there, 1, "192.0.2.1", 100);
	draft_add(there, 2, "203.0.113.2", 200);
	draft_init(back, TRACE_REVERSE, "a", "203.0.113.2", "192.0.2.2");
	draft_add(back, 1, "203.0.113.1", 100);
	draft_add(back, 2, "192.0.2.2", 200);
	there->trace.pair_id = back->trace.pair_id = 1;
}

Test(fanout, all_sinks_get_the_aliases_of_a_pair_with_its_second_direction)
{
	struct fanout *f = fanout_of(2);
	struct record_draft there, back;

	draft_pair(&there, &back);
	cr_assert_eq(fanout_resolve_aliases(f, false), 0);
	fanout_record(f, &back.trace);
	cr_expect(seen[0].sets == -1 && seen[1].sets == -1);
	fanout_record(f, &there.trace);
	cr_expect(seen[0].sets == 1 && seen[1].sets == 1);
	back.trace.pair_id = 2; /* waits for ever */
	fanout_record(f, &back.trace);
	cr_expect(seen[0].sets == -1 && seen[1].sets == -1);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
}

Test(fanout, aliases_are_not_resolved_unless_asked)
{
	struct fanout *f = fanout_of(1);
	struct record_draft there, back;

	draft_pair(&there, &back);
	fanout_record(f, &back.trace);
	fanout_record(f, &there.trace);
	cr_expect_eq(seen[0].sets, -1);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
}

Test(fanout, failing_sink_is_closed_and_named_once_and_others_go_on, .init = cr_redirect_stderr)
{
	struct fanout *f = fanout_of(3);
	struct record_draft d;

	draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "192.0.2.2");
	seen[1].fail_record = -ENOSPC;
	seen[2].fail_flush = -EPIPE;
	for (int i = 0; i < 3; i++) {
		fanout_record(f, &d.trace);
		fanout_flush(f);
	}
	cr_assert_eq(seen[0].recorded, 3);
	cr_assert_eq(seen[1].recorded, 1);
	cr_assert_eq(seen[2].recorded, 1);
	cr_assert_eq(seen[1].closed, 1);
	cr_assert_eq(seen[1].state, RUN_FAILED);
	cr_assert_eq(fanout_error(f), -ENOSPC);
	cr_assert_eq(fanout_close(f, &draft_end), -ENOSPC);
	cr_assert_eq(seen[0].closed, 1);
	cr_assert_eq(seen[1].closed, 1);
	cr_assert_eq(seen[2].closed, 1);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"revprobe: count 1: closed after an error, the results to come are not in it\n"
		"revprobe: count 2: closed after an error, the results to come are not in it\n");
}

Test(fanout, error_of_the_last_close_is_an_error)
{
	struct fanout *f = fanout_of(2);

	seen[1].fail_close = -EIO;
	cr_assert_eq(fanout_close(f, &draft_end), -EIO);
}

Test(fanout, run_that_never_began_closes_without_an_end)
{
	struct fanout *f = fanout_of(1);

	cr_assert_eq(fanout_add(f, &counting, "3", &draft_options, &draft_run), -EACCES);
	cr_assert_eq(fanout_close(f, NULL), 0);
	cr_assert(seen[0].without_end);
	cr_assert_eq(seen[0].closed, 1);
	cr_assert_eq(fanout_close(NULL, NULL), 0);
}

Test(fanout, two_sinks_never_share_a_file)
{
	char file[] = "/tmp/test_fanout.XXXXXX", same[64];
	struct fanout *f = fanout_of(0);
	int fd = mkstemp(file);

	cr_assert_geq(fd, 0);
	snprintf(same, sizeof(same), "/tmp/../%s", file);
	cr_assert_eq(fanout_add(f, &counting, file, &draft_options, &draft_run), 0);
	cr_assert_eq(fanout_add(f, &counting, same, &draft_options, &draft_run), -EBUSY);
	cr_assert_eq(fanout_add(f, &counting, "-", &draft_options, &draft_run), 0);
	cr_assert_eq(fanout_add(f, &counting, "-", &draft_options, &draft_run), 0);
	cr_assert_eq(fanout_add(f, &counting, "/dev/null", &draft_options, &draft_run), 0);
	cr_assert_eq(fanout_add(f, &counting, "/dev/null", &draft_options, &draft_run), 0);
	cr_assert_eq(fanout_close(f, &draft_end), 0);
	close(fd);
	unlink(file);
}
