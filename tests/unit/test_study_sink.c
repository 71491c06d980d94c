// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "output/sink.h"
#include "tests/unit/folder.h"
#include "tests/unit/study_checks.h"
#include "tests/unit/study_drafts.h"

static struct run_record run;
static struct sink_options options; /* one target */

static void set_up(void)
{
	folder_set_up();
	cr_assert_eq(chdir(folder_path(".")), 0);
	run = draft_run;
	run.config = study_draft_config;
	options.is_one_target = true;
}

TestSuite(study_sink, .init = set_up, .fini = folder_tear_down);

static void *open_sink(void)
{
	void *sink = NULL;

	cr_assert_eq(study_sink.open("trace", &options, &run, &sink), 0);
	return sink;
}

static void close_sink(void *sink)
{
	cr_assert_eq(study_sink.close(sink, &draft_end), 0);
}

static void record(void *sink, enum trace_direction direction, const char *target, uint64_t pair_id)
{
	struct record_draft d;

	draft_init(&d, direction, target, "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "192.0.2.254", 412);
	draft_add(&d, 2, "198.51.100.7", 900);
	d.trace.pair_id = pair_id;
	cr_assert_eq(study_sink.record(sink, &d.trace), 0);
	memset(&d, 0x55, sizeof(d)); /* the sink has no claim to it any more */
}

/* The file is a sound document of this target, with these directions. */
static void expect_document(const char *path, const char *target, bool forward, bool reverse)
{
	json_error_t error;
	json_t *document = json_load_file(path, 0, &error);
	json_t *traces = json_object_get(document, "traces");

	cr_assert_not_null(document, "%s: %s", path, error.text);
	study_expect_sound(document, path);
	cr_assert_str_eq(json_string_value(json_object_get(document, "target")), target);
	cr_assert_eq(json_object_get(traces, "forward") != NULL, forward);
	cr_assert_eq(json_object_get(traces, "reverse") != NULL, reverse);
	json_decref(document);
}

Test(study_sink, one_target_is_in_a_file_without_its_name)
{
	void *sink = open_sink();

	cr_assert_eq(folder_count(), 0);
	record(sink, TRACE_REVERSE, "www.example.net", 0);
	cr_assert_eq(study_sink.flush(sink), 0);
	expect_document("trace.json", "www.example.net", false, true);
	cr_assert_eq(folder_count(), 1);
	close_sink(sink);
}

Test(study_sink, file_is_the_references_to_the_byte_of_its_layout)
{
	static const char start[] =
		"{\n    \"target\": \"192.0.2.9\",\n    \"protocol\": \"udp\",\n";
	void *sink = open_sink();
	char text[sizeof(start)] = "";
	FILE *file;

	record(sink, TRACE_FORWARD, "192.0.2.9", 0);
	close_sink(sink);
	file = fopen("trace.json", "r");
	cr_assert_eq(fread(text, 1, sizeof(start) - 1, file), sizeof(start) - 1);
	cr_assert_str_eq(text, start);
	/* Python writes no newline at the end. */
	cr_assert_eq(fseek(file, -4, SEEK_END), 0);
	cr_assert_str_eq(fgets(text, sizeof(text), file), "{}\n");
	cr_assert_str_eq(fgets(text, sizeof(text), file), "}");
	fclose(file);
}

Test(study_sink, pair_is_one_document_when_both_have_ended)
{
	void *sink = open_sink();

	record(sink, TRACE_REVERSE, "www.example.net", 7);
	cr_assert_eq(study_sink.flush(sink), 0);
	cr_assert_eq(folder_count(), 0);
	record(sink, TRACE_FORWARD, "www.example.net", 7);
	expect_document("trace.json", "www.example.net", true, true);
	close_sink(sink);
	cr_assert_eq(folder_count(), 1);
}

Test(study_sink, many_targets_have_a_file_each)
{
	void *sink;

	options.is_one_target = false;
	sink = open_sink();
	record(sink, TRACE_FORWARD, "192.0.2.1", 0);
	record(sink, TRACE_FORWARD, "2001:db8::1", 1);
	record(sink, TRACE_FORWARD, "../x", 2);
	record(sink, TRACE_REVERSE, "2001:db8::1", 1);
	record(sink, TRACE_REVERSE, "../x", 2);
	close_sink(sink);
	expect_document("trace-192.0.2.1.json", "192.0.2.1", true, false);
	expect_document("trace-2001%3adb8%3a%3a1.json", "2001:db8::1", true, true);
	expect_document("trace-..%2fx.json", "../x", true, true);
	cr_assert_eq(folder_count(), 3);
}

Test(study_sink, partner_that_never_comes_is_not_waited_for_at_the_end)
{
	void *sink = open_sink();

	record(sink, TRACE_FORWARD, "www.example.net", 7);
	close_sink(sink);
	expect_document("trace.json", "www.example.net", true, false);
}

Test(study_sink, run_that_never_began_writes_nothing)
{
	void *sink = open_sink();

	record(sink, TRACE_FORWARD, "www.example.net", 7);
	cr_assert_eq(study_sink.close(sink, NULL), 0);
	cr_assert_eq(folder_count(), 0);
}

static void record_unsupported(void *sink, uint64_t pair_id)
{
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "www.example.net", "198.51.100.7", "192.0.2.1");
	d.trace.stop = STOP_NOT_SUPPORTED;
	d.trace.reached = false;
	d.trace.pair_id = pair_id;
	cr_assert_eq(study_sink.record(sink, &d.trace), 0);
}

Test(study_sink, direction_that_was_not_traced_is_left_out)
{
	void *sink = open_sink();

	cr_redirect_stderr();
	record_unsupported(sink, 0);
	cr_assert_eq(folder_count(), 0);
	record(sink, TRACE_FORWARD, "www.example.net", 7);
	record_unsupported(sink, 7);
	expect_document("trace.json", "www.example.net", true, false);
	record_unsupported(sink, 8);
	record(sink, TRACE_FORWARD, "www.example.net", 8);
	expect_document("trace.json", "www.example.net", true, false);
	close_sink(sink);
}

static void expect_complaint(const char *wanted)
{
	FILE *redirected = cr_get_redirected_stderr();
	char text[1024];
	size_t len;

	fflush(stderr);
	len = fread(text, 1, sizeof(text) - 1, redirected);
	text[len] = '\0';
	cr_assert(strstr(text, wanted), "got: %s", text);
	cr_assert(!strstr(strstr(text, wanted) + strlen(wanted), "cannot"), "got: %s", text);
}

Test(study_sink, folder_that_is_not_there_is_said_before_the_run)
{
	void *sink = NULL;

	cr_redirect_stderr();
	cr_assert_eq(study_sink.open("no/such/trace", &options, &run, &sink), -ENOENT);
	cr_assert_null(sink);
	expect_complaint("no/such/trace: cannot write: No such file or directory\n");
}

Test(study_sink, settings_that_are_not_there_are_said_before_the_run)
{
	void *sink = NULL;

	cr_redirect_stderr();
	run.config = "{\"probes\": 3}";
	cr_assert_eq(study_sink.open("trace", &options, &run, &sink), -EINVAL);
	cr_assert_null(sink);
	expect_complaint("study: the settings of the run have no good 'min-ttl'\n");
}

/* A limit of file sizes is a full disk that needs no root. */
Test(study_sink, full_disk_is_said_once_and_leaves_no_half_document)
{
	struct rlimit limit = { 100, RLIM_INFINITY };
	struct record_draft d;
	void *sink;

	cr_redirect_stderr();
	sink = open_sink();
	record(sink, TRACE_FORWARD, "old.example.net", 0);
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	draft_init(&d, TRACE_FORWARD, "new.example.net", "192.0.2.1", "198.51.100.7");
	draft_add(&d, 1, "192.0.2.254", 412);
	cr_assert_eq(study_sink.record(sink, &d.trace), -EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert_eq(study_sink.record(sink, &d.trace), -EFBIG);
	cr_assert_eq(study_sink.flush(sink), -EFBIG);
	cr_assert_eq(study_sink.close(sink, &draft_end), -EFBIG);
	expect_document("trace.json", "old.example.net", true, false);
	cr_assert_eq(folder_count(), 1);
	expect_complaint("trace.json: cannot write: File too large\n");
}
