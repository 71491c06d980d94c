// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/picture.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/sink.h"
#include "tests/unit/diamonds.h"
#include "tests/unit/folder.h"

TestSuite(picture, .init = folder_set_up, .fini = folder_tear_down, .timeout = 30);

static void *open_sink(const char *format, bool is_one_target)
{
	const struct sink_options options = { .format = format, .is_one_target = is_one_target };
	void *sink;

	cr_assert_eq(picture_sink.open(folder_path("trace"), &options, &draft_run, &sink), 0);
	return sink;
}

static void record(void *sink, const char *target)
{
	struct record_draft d;

	diamond_draft(&d);
	d.trace.target = target;
	cr_assert_eq(picture_sink.record(sink, &d.trace), 0);
	memset(&d, 0x55, sizeof(d)); /* the sink has no claim to it any more */
}

Test(picture, trace_is_drawn)
{
	void *sink;

	folder_program("dot", "echo \"$@\"; cat");
	sink = open_sink("svg", true);
	record(sink, "www.example.net");
	cr_assert_eq(picture_sink.flush(sink), 0);
	cr_assert_eq(picture_sink.close(sink, &draft_end), 0);
	cr_assert_eq(folder_count(), 3);
	cr_assert_eq(strncmp(folder_read("trace.svg"), "-Tsvg\ndigraph revprobe {\n", 25), 0);
	cr_assert_eq(strncmp(folder_read("trace.dot"), "digraph revprobe {\n", 19), 0);
}

/* Whatever dot does, its input is there, and what an earlier run drew is left alone. */
Test(picture, failed_dot_leaves_its_input_and_no_half_picture, .init = cr_redirect_stderr)
{
	void *sink;

	folder_write("trace.svg", "older");
	folder_program("dot", "echo half; exit 1");
	sink = open_sink("svg", true);
	record(sink, "www.example.net");
	cr_assert_eq(picture_sink.close(sink, &draft_end), -EIO);
	cr_assert_eq(folder_count(), 3);
	cr_assert_str_eq(folder_read("trace.svg"), "older");
	cr_assert_eq(strncmp(folder_read("trace.dot"), "digraph revprobe {\n", 19), 0);
}

Test(picture, pair_is_one_picture)
{
	void *sink = open_sink("dot", true);
	struct record_draft d;

	diamond_draft_reverse(&d);
	d.trace.pair_id = 7;
	cr_assert_eq(picture_sink.record(sink, &d.trace), 0);
	cr_assert_eq(folder_count(), 0);
	diamond_draft(&d);
	d.trace.pair_id = 7;
	cr_assert_eq(picture_sink.record(sink, &d.trace), 0);
	cr_assert_eq(picture_sink.close(sink, &draft_end), 0);
	cr_assert_eq(folder_count(), 1);
	cr_assert_not_null(strstr(folder_read("trace.dot"), "cluster_f"));
	cr_assert_not_null(strstr(folder_read("trace.dot"), "cluster_r"));
}

Test(picture, partner_that_never_comes_is_not_waited_for_at_the_end)
{
	void *sink = open_sink("dot", true);
	struct record_draft d;

	diamond_draft_reverse(&d);
	d.trace.pair_id = 7;
	cr_assert_eq(picture_sink.record(sink, &d.trace), 0);
	cr_assert_eq(picture_sink.close(sink, &draft_end), 0);
	cr_assert_not_null(strstr(folder_read("trace.dot"), "cluster_r"));
}

Test(picture, run_that_never_began_draws_nothing)
{
	void *sink = open_sink("dot", true);
	struct record_draft d;

	diamond_draft_reverse(&d);
	d.trace.pair_id = 7;
	cr_assert_eq(picture_sink.record(sink, &d.trace), 0);
	cr_assert_eq(picture_sink.close(sink, NULL), 0);
	cr_assert_eq(folder_count(), 0);
}

Test(picture, many_targets_have_files_each_and_one_twice_the_newest)
{
	void *sink = open_sink("dot", false);

	record(sink, "www.example.net");
	record(sink, "2001:db8::1");
	record(sink, "www.example.net");
	record(sink, "../../etc/passwd\n$(x) \x1b\xff");
	record(sink, "");
	record(sink, "a.label.that.is.far.too.long.for.a.file.name.a.label.that.is.far.too.long."
		     "for.a.file.name.a.label.that.is.far.too.long.for.a.file.name.a.label.that.is."
		     "far.too.long.for.a.file.name.a.label.that.is.far.too.long.for.a.file.name");
	cr_assert_eq(picture_sink.close(sink, &draft_end), 0);
	cr_assert(folder_has("trace-www.example.net.dot"));
	cr_assert(folder_has("trace-2001%3adb8%3a%3a1.dot"));
	cr_assert(folder_has("trace-..%2f..%2fetc%2fpasswd%0a%24%28x%29%20%1b%ff.dot"));
	cr_assert(folder_has("trace-.dot"));
	cr_assert_eq(folder_count(), 5);
}

Test(picture, a_hundred_are_enough_and_that_is_said_once, .init = cr_redirect_stderr)
{
	char target[32];
	void *sink;

	sink = open_sink("dot", false);
	for (int i = 0; i < 103; i++) {
		snprintf(target, sizeof(target), "%d.example.net", i);
		record(sink, target);
	}
	cr_assert_eq(picture_sink.close(sink, &draft_end), 0);
	cr_assert_eq(folder_count(), 100);
	fflush(stderr);
	cr_assert_stderr_eq_str("revprobe: warning: picture: 100 are drawn, no more\n");
}

Test(picture, missing_dot_is_an_error_of_the_run_and_no_reason_to_stop, .init = cr_redirect_stderr)
{
	char wanted[512];
	void *sink;

	setenv("PATH", "/nonexistent", 1);
	sink = open_sink("pdf", false);
	record(sink, "a");
	record(sink, "b");
	cr_assert_eq(picture_sink.close(sink, &draft_end), -ENOENT);
	cr_assert(folder_has("trace-a.dot") && folder_has("trace-b.dot"));
	cr_assert_eq(folder_count(), 2);
	snprintf(wanted, sizeof(wanted),
		 "revprobe: %s: dot: not found; it comes with Graphviz (no more pictures, %s is "
		 "there)\n",
		 folder_path("trace-a.pdf"), folder_path("trace-a.dot"));
	fflush(stderr);
	cr_assert_stderr_eq_str(wanted);
}

Test(picture, what_cannot_be_drawn_is_refused_at_once, .init = cr_redirect_stderr)
{
	const struct sink_options bmp = { .format = "bmp" }, none = { 0 },
				  pdf = { .format = "pdf" };
	void *sink;

	cr_assert_eq(picture_sink.open("trace", &bmp, &draft_run, &sink), -EINVAL);
	cr_assert_eq(picture_sink.open("trace", &none, &draft_run, &sink), -EINVAL);
	cr_assert_eq(picture_sink.open("-", &pdf, &draft_run, &sink), -EINVAL);
	cr_assert_eq(picture_sink.open("/nonexistent/trace", &pdf, &draft_run, &sink), -ENOENT);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"revprobe: picture: no such format: bmp\n"
		"revprobe: picture: no such format: none\n"
		"revprobe: picture: can't go to standard output\n"
		"revprobe: /nonexistent/trace: cannot write: No such file or directory\n");
}

Test(picture, error_of_writing_is_sticky, .init = cr_redirect_stderr)
{
	char wanted[512];
	struct record_draft d;
	void *sink;

	sink = open_sink("dot", true);
	folder_tear_down();
	diamond_draft(&d);
	cr_assert_eq(picture_sink.record(sink, &d.trace), -ENOENT);
	cr_assert_eq(picture_sink.record(sink, &d.trace), -ENOENT);
	cr_assert_eq(picture_sink.flush(sink), -ENOENT);
	cr_assert_eq(picture_sink.close(sink, &draft_end), -ENOENT);
	snprintf(wanted, sizeof(wanted), "revprobe: %s: cannot write: No such file or directory\n",
		 folder_path("trace.dot"));
	fflush(stderr);
	cr_assert_stderr_eq_str(wanted);
}

static const char *name_of(void *arg, const struct addr *addr)
{
	const struct addr known = draft_addr("203.0.113.9");

	return addr_equal(addr, &known) ? arg : NULL;
}

Test(picture, names_and_merging_are_as_asked)
{
	char name[] = "r9.example.net";
	struct sink_options options = {
		.format = "dot",
		.is_one_target = true,
		.names = { name_of, name },
	};
	struct record_draft d;

	for (int i = 0; i < 2; i++) {
		void *sink;

		options.keep_apart = i == 1;
		cr_assert_eq(picture_sink.open(folder_path("x"), &options, &draft_run, &sink), 0);
		draft_init(&d, TRACE_FORWARD, "a", "192.0.2.1", "198.51.100.7");
		draft_add(&d, 1, "203.0.113.9", 100);
		draft_add(&d, 2, "203.0.113.9", 300);
		cr_assert_eq(picture_sink.record(sink, &d.trace), 0);
		cr_assert_eq(picture_sink.close(sink, &draft_end), 0);
		cr_assert_not_null(strstr(folder_read("x.dot"),
					  i == 0 ? "203.0.113.9\\nr9.example.net\\n0.200 ms"
						 : "203.0.113.9\\nr9.example.net\\n0.300 ms"));
	}
}
