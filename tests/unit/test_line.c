// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/line.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/input.h"

static struct line_reader *open_path(const char *path)
{
	struct line_reader *r;

	cr_assert_eq(line_open(path, &r), 0, "%s", path);
	return r;
}

static void expect(struct line_reader *r, enum line_verdict verdict, const char *text,
		   size_t number)
{
	char *line = NULL;
	enum line_verdict got = line_next(r, &line);

	cr_assert_eq(got, verdict, "line %zu: verdict %d, want %d", number, got, verdict);
	if (text)
		cr_assert_str_eq(line, text, "line %zu", number);
	cr_assert_eq(line_number(r), number, "number %zu, want %zu", line_number(r), number);
}

/* What comes out of some bytes: "line|line|", with ? for a bad one. */
struct split_case {
	char name[32];
	char bytes[48];
	size_t len;
	char want[48];
};

#define SPLIT(title, literal, result)                                                           \
	{                                                                                       \
		.name = (title), .bytes = literal, .len = sizeof(literal) - 1, .want = (result) \
	}

static struct split_case split_cases[] = {
	SPLIT("empty", "", ""),
	SPLIT("one line", "one\n", "one|"),
	SPLIT("no final newline", "one\ntwo", "one|two|"),
	SPLIT("CRLF", "one\r\ntwo\r\n", "one|two|"),
	SPLIT("CRLF, last without LF", "one\r\ntwo\r", "one|two|"),
	SPLIT("CR inside stays", "one\rtwo\r\r\n", "one\rtwo\r|"),
	SPLIT("empty lines", "\n\r\n\none\n", "|||one|"),
	SPLIT("only a newline", "\n", "|"),
	SPLIT("NUL", "on\0e\ntwo\n", "?two|"),
	SPLIT("NUL at the end", "one\n\0", "one|?"),
	SPLIT("NUL before newline", "one\0\ntwo\n", "?two|"),
	SPLIT("blanks stay", " one \t\n", " one \t|"),
};

static void drain(struct line_reader *r, char *out, size_t size)
{
	size_t len = strlen(out);
	char *line;

	for (;;) {
		switch (line_next(r, &line)) {
		case LINE_OK:
			len += (size_t)snprintf(out + len, size - len, "%s|", line);
			break;
		case LINE_WAIT:
		case LINE_END:
			return;
		case LINE_TOO_LONG:
		case LINE_HAS_NUL:
		case LINE_FAILED:
			len += (size_t)snprintf(out + len, size - len, "?");
			break;
		}
	}
}

ParameterizedTestParameters(line, file_is_split)
{
	return cr_make_param_array(struct split_case, split_cases,
				   sizeof(split_cases) / sizeof(split_cases[0]));
}

ParameterizedTest(struct split_case *t, line, file_is_split)
{
	struct line_reader *r = open_path(input_file(t->bytes, t->len));
	char out[64] = "";

	drain(r, out, sizeof(out));
	cr_assert_str_eq(out, t->want, "%s", t->name);
	line_close(r);
}

ParameterizedTestParameters(line, pipe_is_split_alike_byte_by_byte)
{
	return cr_make_param_array(struct split_case, split_cases,
				   sizeof(split_cases) / sizeof(split_cases[0]));
}

ParameterizedTest(struct split_case *t, line, pipe_is_split_alike_byte_by_byte)
{
	int fd = input_pipe();
	struct line_reader *r = open_path("-");
	char out[64] = "";

	for (size_t i = 0; i < t->len; i++) {
		drain(r, out, sizeof(out));
		input_write(fd, t->bytes + i, 1);
	}
	close(fd);
	drain(r, out, sizeof(out));
	cr_assert_str_eq(out, t->want, "%s", t->name);
	line_close(r);
}

Test(line, empty_pipe_waits_and_then_goes_on, .timeout = 10)
{
	int fd = input_pipe();
	struct line_reader *r = open_path("-");

	expect(r, LINE_WAIT, NULL, 0);
	cr_assert_eq(line_fd(r), STDIN_FILENO);
	input_write(fd, "one\ntw", 6);
	expect(r, LINE_OK, "one", 1);
	expect(r, LINE_WAIT, NULL, 1);
	expect(r, LINE_WAIT, NULL, 1);
	input_write(fd, "o\n", 2);
	expect(r, LINE_OK, "two", 2);
	expect(r, LINE_WAIT, NULL, 2);
	close(fd);
	expect(r, LINE_END, NULL, 2);
	expect(r, LINE_END, NULL, 2);
	line_close(r);
}

/* The shell gets its terminal back as it was, even from a process that was killed. */
Test(line, flags_of_stdin_are_left_alone_and_it_stays_open)
{
	int fd = input_pipe(), flags = fcntl(STDIN_FILENO, F_GETFL);
	struct line_reader *r = open_path("-");

	expect(r, LINE_WAIT, NULL, 0);
	cr_assert_eq(fcntl(STDIN_FILENO, F_GETFL), flags);
	line_close(r);
	cr_assert_eq(fcntl(STDIN_FILENO, F_GETFL), flags);
	close(fd);
}

Test(line, non_blocking_stdin_works_too)
{
	int fd = input_pipe();
	struct line_reader *r = open_path("-");

	cr_assert_eq(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK), 0);
	expect(r, LINE_WAIT, NULL, 0);
	input_write(fd, "one\n", 4);
	expect(r, LINE_OK, "one", 1);
	close(fd);
	expect(r, LINE_END, NULL, 1);
	line_close(r);
}

/* Opens a file of `count` bytes 'x', the tail, and a second line. */
static struct line_reader *long_line(size_t count, const char *tail)
{
	size_t tail_len = strlen(tail);
	char *bytes = malloc(count + tail_len);
	struct line_reader *r;

	memset(bytes, 'x', count);
	memcpy(bytes + count, tail, tail_len);
	r = open_path(input_file(bytes, count + tail_len));
	free(bytes);
	return r;
}

Test(line, length_is_bounded)
{
	static const size_t too_long[] = { LINE_LEN_MAX + 1,
					   LINE_LEN_MAX + 2,
					   LINE_LEN_MAX + 3,
					   16382,
					   16383,
					   16384,
					   16385,
					   16386,
					   1000000 };
	static const char *const tails[] = { "\ntwo\n", "\r\ntwo\n", "\n\xff\ntwo" };
	struct line_reader *r;
	char *line;

	for (size_t i = 0; i < 2; i++) {
		r = long_line(LINE_LEN_MAX, tails[i]);
		cr_assert_eq(line_next(r, &line), LINE_OK);
		cr_assert_eq(strlen(line), LINE_LEN_MAX);
		expect(r, LINE_OK, "two", 2);
		line_close(r);
	}
	for (size_t i = 0; i < sizeof(too_long) / sizeof(too_long[0]) * 3; i++) {
		r = long_line(too_long[i / 3], tails[i % 3]);
		expect(r, LINE_TOO_LONG, NULL, 1);
		if (i % 3 == 2)
			expect(r, LINE_OK, "\xff", 2);
		expect(r, LINE_OK, "two", i % 3 == 2 ? 3 : 2);
		expect(r, LINE_END, NULL, i % 3 == 2 ? 3 : 2);
		line_close(r);
	}
}

/* A line's CR may come long before its LF, but nothing else may follow it. */
Test(line, length_is_bounded_where_the_end_is_still_to_come, .timeout = 10)
{
	static char bytes[LINE_LEN_MAX + 2];
	int fd = input_pipe();
	struct line_reader *r = open_path("-");
	char *line;

	memset(bytes, 'x', sizeof(bytes));
	bytes[LINE_LEN_MAX] = '\r';
	input_write(fd, bytes, LINE_LEN_MAX + 1);
	expect(r, LINE_WAIT, NULL, 0);
	input_write(fd, "\n", 1);
	cr_assert_eq(line_next(r, &line), LINE_OK);
	cr_assert_eq(strlen(line), LINE_LEN_MAX);
	input_write(fd, bytes, LINE_LEN_MAX + 2);
	expect(r, LINE_TOO_LONG, NULL, 2);
	expect(r, LINE_WAIT, NULL, 2);
	input_write(fd, "x\nthree\n", 8);
	expect(r, LINE_OK, "three", 3);
	close(fd);
	line_close(r);
}

Test(line, too_long_without_an_end_is_reported_once)
{
	struct line_reader *r = long_line(100000, "");

	expect(r, LINE_TOO_LONG, NULL, 1);
	expect(r, LINE_END, NULL, 1);
	line_close(r);
	r = long_line(LINE_LEN_MAX + 1, "");
	expect(r, LINE_TOO_LONG, NULL, 1);
	expect(r, LINE_END, NULL, 1);
	line_close(r);
}

Test(line, last_line_may_be_as_long_as_any)
{
	struct line_reader *r = long_line(LINE_LEN_MAX, "");
	char *line;

	cr_assert_eq(line_next(r, &line), LINE_OK);
	cr_assert_eq(strlen(line), LINE_LEN_MAX);
	expect(r, LINE_END, NULL, 1);
	line_close(r);
}

Test(line, open_tells_why_not)
{
	struct line_reader *r;

	cr_assert_eq(line_open("/nonexistent/targets", &r), -ENOENT);
	line_close(NULL);
}

Test(line, failed_read_is_told_once)
{
	struct line_reader *r = open_path("/");

	expect(r, LINE_FAILED, NULL, 1);
	cr_assert_eq(line_error(r), EISDIR);
	expect(r, LINE_END, NULL, 1);
	line_close(r);
	close(STDIN_FILENO);
	r = open_path("-");
	expect(r, LINE_FAILED, NULL, 1);
	cr_assert_eq(line_error(r), EBADF);
	line_close(r);
}

Test(line, close_leaves_no_descriptor)
{
	int before = dup(STDIN_FILENO), after;

	close(before);
	line_close(open_path("/dev/null"));
	after = dup(STDIN_FILENO);
	cr_assert_eq(after, before);
	close(STDIN_FILENO); /* now ours gets the number of standard input */
	line_close(open_path("/dev/null"));
	cr_assert_eq(fcntl(STDIN_FILENO, F_GETFD), -1);
}

static void on_alarm(int number)
{
	(void)number;
}

/* Signals come all the time, and nothing restarts what they interrupt. */
static void interrupt_often(void)
{
	struct itimerval often = { .it_interval = { .tv_usec = 50 },
				   .it_value = { .tv_usec = 50 } };
	struct sigaction action = { .sa_handler = on_alarm };

	cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
	cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void write_lines(int fd, unsigned long count)
{
	FILE *out = fdopen(fd, "w");

	for (unsigned long i = 0; i < count; i++)
		fprintf(out, "host-%lu.example.net\n", i);
	fclose(out);
	_exit(0);
}

Test(line, million_lines_stream_through_signals_in_constant_memory, .timeout = 120)
{
	const unsigned long count = 1000000;
	int fd = input_pipe();
	pid_t writer = fork();
	struct line_reader *r;
	enum line_verdict verdict;
	unsigned long seen = 0;
	char *line, want[64];
	long before;

	if (writer == 0)
		write_lines(fd, count);
	close(fd);
	r = open_path("-");
	before = input_peak_kib();
	interrupt_often();
	while ((verdict = line_next(r, &line)) != LINE_END) {
		cr_assert(verdict == LINE_OK || verdict == LINE_WAIT, "verdict %d", verdict);
		if (verdict == LINE_WAIT)
			continue;
		snprintf(want, sizeof(want), "host-%lu.example.net", seen++);
		if (strcmp(line, want) != 0)
			cr_assert_str_eq(line, want);
	}
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	cr_assert_eq(seen, count);
	cr_assert_eq(line_number(r), count);
	cr_assert_leq(input_peak_kib() - before, 2048, "grew by %ld KiB",
		      input_peak_kib() - before);
	line_close(r);
	cr_assert_eq(waitpid(writer, NULL, 0), writer);
}
