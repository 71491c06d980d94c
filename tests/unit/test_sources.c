// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/sources.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/input.h"
#include "tests/unit/transcript.h"

#define LABEL_63 "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-123456789"
#define HOST_253                               \
	LABEL_63 "." LABEL_63 "." LABEL_63 "." \
		 "abcdefghijklmnopqrstuvwxyz-abcdefghijklmnopqrstuvwxyz-1234567"

static struct target_source *list_over(const char *path)
{
	struct target_source *s;

	cr_assert_eq(source_open_list(path, &s), 0);
	return s;
}

/* What complaints about a file start with. */
static const char *place_of(const char *path)
{
	static char place[64];

	snprintf(place, sizeof(place), "%s:", path);
	return place;
}

/* --- one operand ---------------------------------------------------------- */

struct operand_case {
	char text[272];
	char want[400]; /* the start of what is said */
};

ParameterizedTestParameters(sources, operand_is_understood_or_refused)
{
	static struct operand_case cases[] = {
		{ "10.0.0.1", "10.0.0.1 10.0.0.1 - -\nend\n" },
		{ "2001:DB8:0::1", "2001:DB8:0::1 2001:db8::1 - -\nend\n" },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.1 10.0.0.1 - -\nend\n" },
		{ "10.0.0.1/32", "10.0.0.1/32 10.0.0.1 - -\nend\n" },
		{ "10.0.0.2/31", "10.0.0.2/31 10.0.0.2/127 - -\nend\n" },
		{ "2001:db8::/32", "2001:db8::/32 2001:db8::/32 - -\nend\n" },
		{ "0.0.0.0/0", "0.0.0.0/0 0.0.0.0/96 - -\nend\n" },
		{ "::/0", "::/0 -/0 - -\nend\n" },
		{ "::", "! '::' is the unspecified address\nend\n" },
		{ "::/128", "! '::/128' is the unspecified address\nend\n" },
		{ "0.0.0.0", "0.0.0.0 0.0.0.0 - -\nend\n" },
		{ "10.0.0.1/33", "! '10.0.0.1/33' is not a prefix\nend\n" },
		{ "10.0.0.1/", "! '10.0.0.1/' is not a prefix\nend\n" },
		{ "10.0.0.0/-1", "! '10.0.0.0/-1' is not a prefix\nend\n" },
		{ "2001:db8::/129", "! '2001:db8::/129' is not a prefix\nend\n" },
		{ "example.net/24", "! 'example.net/24' is not a prefix\nend\n" },
		{ "/24", "! '/24' is not a prefix\nend\n" },
		{ "10.0.0.1/24", "! '10.0.0.1/24' has host bits set: did you mean 10.0.0.0/24?\n" },
		{ "10.1.2.3/0", "! '10.1.2.3/0' has host bits set: did you mean 0.0.0.0/0?\n" },
		{ "10.1.2.255/31",
		  "! '10.1.2.255/31' has host bits set: did you mean 10.1.2.254/31?\n" },
		{ "2001:db8::1/64",
		  "! '2001:db8::1/64' has host bits set: did you mean 2001:db8::/64?\n" },
		{ "::ffff:10.0.0.1/104",
		  "! '::ffff:10.0.0.1/104' has host bits set: did you mean 10.0.0.0/8?\n" },
		{ "::ffff:10.0.0.1/64",
		  "! '::ffff:10.0.0.1/64' has host bits set: did you mean ::/64?\n" },
		{ "10.0.0.256", "! '10.0.0.256' is not an address\nend\n" },
		{ "10.0.1", "! '10.0.1' is not an address\nend\n" },
		{ "010.0.0.1", "! '010.0.0.1' is not an address\nend\n" },
		{ "167772161", "! '167772161' is not an address\nend\n" },
		{ "0x0a000001", "! '0x0a000001' is not an address\nend\n" },
		{ "0X7f.1", "! '0X7f.1' is not an address\nend\n" },
		{ "10.0.0.1.", "! '10.0.0.1.' is not an address\nend\n" },
		{ "...", "! '...' is not an address\nend\n" },
		{ "2001:db8::g", "! '2001:db8::g' is not an address\nend\n" },
		{ "fe80::1%eth0", "! 'fe80::1%eth0' is not an address\nend\n" },
		{ "[::1]", "! '[::1]' is not an address\nend\n" },
		{ "example.net:80", "! 'example.net:80' is not an address\nend\n" },
		{ "example.net", "example.net - - -\nend\n" },
		{ "example.net.", "example.net. - - -\nend\n" },
		{ "localhost", "localhost - - -\nend\n" },
		{ "3com.net", "3com.net - - -\nend\n" },
		{ "10.0.0.1e", "10.0.0.1e - - -\nend\n" },
		{ "0xbeef.net", "0xbeef.net - - -\nend\n" },
		{ "rack.7", "rack.7 - - -\nend\n" },
		{ "_dns.example.net", "_dns.example.net - - -\nend\n" },
		{ LABEL_63 ".net", LABEL_63 ".net - - -\nend\n" },
		{ HOST_253, HOST_253 " - - -\nend\n" },
		{ HOST_253 ".", HOST_253 ". - - -\nend\n" },
		{ LABEL_63 "x.net", "! '" LABEL_63 "x.net' is neither an address nor" },
		{ HOST_253 "x", "! '" LABEL_63 "." },
		{ "", "! '' is neither an address nor a host name\nend\n" },
		{ "example..net", "! 'example..net' is neither an address nor" },
		{ "example.net..", "! 'example.net..' is neither an address nor" },
		{ ".example.net", "! '.example.net' is neither an address nor" },
		{ "-v", "! '-v' is neither an address nor" },
		{ "a-.net", "! 'a-.net' is neither an address nor" },
		{ "a.-b", "! 'a.-b' is neither an address nor" },
		{ "two words", "! 'two words' is neither an address nor" },
		{ " 10.0.0.1", "! ' 10.0.0.1' is neither an address nor" },
		{ "a\x7f", "! 'a\\x7f' is neither an address nor" },
		{ "\x1b[2Jred", "! '\\x1b[2Jred' is neither an address nor" },
		{ "b\xc3\xbc"
		  "cher.de",
		  "! 'b\\xc3\\xbccher.de' is neither an address nor" },
	};

	return cr_make_param_array(struct operand_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct operand_case *t, sources, operand_is_understood_or_refused)
{
	const char *texts[] = { t->text }, *got;
	struct target_source *s;

	cr_assert_eq(source_open_items(texts, 1, &s), 0);
	cr_assert_eq(target_source_fd(s), -1);
	got = transcript(s, "operand 1: ", 3);
	cr_assert(strncmp(got, t->want, strlen(t->want)) == 0, "%s: got\n%s", t->text, got);
	target_source_close(s);
}

Test(sources, operands_follow_each_other_and_bad_ones_are_numbered)
{
	static const char *const texts[] = { "a.net", "10.0.0.0/31", "10.0.0.1/33", "b.net" };
	struct target_source *s;

	cr_assert_eq(source_open_items(texts, 4, &s), 0);
	cr_assert_str_eq(transcript(s, "", 2), "a.net - - -\n10.0.0.0/31 10.0.0.0/127 - -\n");
	cr_assert_str_eq(transcript(s, "operand 3: ", 1), "! '10.0.0.1/33' is not a prefix\n");
	cr_assert_str_eq(transcript(s, "", 9), "b.net - - -\nend\n");
	cr_assert_str_eq(transcript(s, "", 9), "end\n");
	target_source_close(s);
	cr_assert_eq(source_open_items(NULL, 0, &s), 0);
	cr_assert_str_eq(transcript(s, "", 9), "end\n");
	target_source_close(s);
}

/* --- lists ---------------------------------------------------------------- */

struct list_case {
	char name[40];
	char text[160];
	char want[256];
};

ParameterizedTestParameters(sources, list_is_read_line_by_line)
{
	static struct list_case cases[] = {
		{ "empty file", "", "end\n" },
		{ "no final newline", "a.net\nb.net", "a.net - - -\nb.net - - -\nend\n" },
		{ "CRLF", "a.net\r\n10.0.0.1\r\n", "a.net - - -\n10.0.0.1 10.0.0.1 - -\nend\n" },
		{ "blanks", "  a.net\t \n\t\n \n\n\tb.net", "a.net - - -\nb.net - - -\nend\n" },
		{ "comments", "# all\na.net # one\n#b.net\n10.0.0.0/31#c\n",
		  "a.net - - -\n10.0.0.0/31 10.0.0.0/127 - -\nend\n" },
		{ "bad lines in between", "a.net\n# c\n10.0.0.999\n\nb.net\nc net\n",
		  "a.net - - -\n! 3: '10.0.0.999' is not an address\nb.net - - -\n"
		  "! 6: 'c net' is neither an address nor a host name\nend\n" },
		{ "bad line after a prefix", "10.0.0.2/31\n10.0.0.3/31\na.net",
		  "10.0.0.2/31 10.0.0.2/127 - -\n"
		  "! 2: '10.0.0.3/31' has host bits set: did you mean 10.0.0.2/31?\n"
		  "a.net - - -\nend\n" },
		{ "a dash is no file inside", "-\n",
		  "! 1: '-' is neither an address nor a host name\nend\n" },
	};

	return cr_make_param_array(struct list_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct list_case *t, sources, list_is_read_line_by_line)
{
	const char *path = input_file(t->text, strlen(t->text));
	struct target_source *s = list_over(path);

	cr_assert_str_eq(transcript(s, place_of(path), 20), t->want, "%s", t->name);
	target_source_close(s);
}

Test(sources, list_goes_on_behind_lines_that_are_no_text)
{
	static char text[6000];
	const char *path;
	struct target_source *s;

	memset(text, '#', sizeof(text));
	memcpy(text, "a\0b\n\n", 5);
	memcpy(text + sizeof(text) - 7, "\na.net\n", 7);
	path = input_file(text, sizeof(text));
	s = list_over(path);
	cr_assert_str_eq(transcript(s, place_of(path), 9),
			 "! 1: a NUL byte: not a text\n! 3: longer than 4095 bytes\n"
			 "a.net - - -\nend\n");
	target_source_close(s);
}

Test(sources, complaint_is_short_and_printable_whatever_the_line)
{
	char text[4000];
	struct target_source *s;
	struct target t;

	memset(text, 0x9b, sizeof(text)); /* CSI, to some terminals */
	s = list_over(input_file(text, sizeof(text)));
	cr_assert_eq(target_source_next(s, &t), TARGET_INVALID);
	cr_assert(strstr(s->complaint, ":1: '\\x9b\\x9b"), "%s", s->complaint);
	cr_assert(strstr(s->complaint, "...' is neither"), "%s", s->complaint);
	cr_assert_lt(strlen(s->complaint), 256, "%s", s->complaint);
	target_source_close(s);
}

Test(sources, list_from_standard_input_waits_and_is_named, .timeout = 10)
{
	int fd = input_pipe();
	struct target_source *s = list_over("-");

	cr_assert_str_eq(transcript(s, "", 9), "wait\n");
	cr_assert_eq(target_source_fd(s), STDIN_FILENO);
	input_write(fd, "a.net\n10.0.0.0/3", 16);
	cr_assert_str_eq(transcript(s, "", 9), "a.net - - -\nwait\n");
	input_write(fd, "1\nb net\n", 8);
	cr_assert_str_eq(transcript(s, "standard input:", 9),
			 "10.0.0.0/31 10.0.0.0/127 - -\n"
			 "! 3: 'b net' is neither an address nor a host name\nwait\n");
	input_write(fd, "c.net", 5);
	close(fd);
	cr_assert_str_eq(transcript(s, "", 9), "c.net - - -\nend\n");
	target_source_close(s);
}

Test(sources, unreadable_list_is_one_complaint)
{
	struct target_source *s = list_over("/");

	cr_assert_str_eq(transcript(s, "/:", 9), "! 1: cannot read: Is a directory\nend\n");
	target_source_close(s);
}

Test(sources, missing_file_is_logged_once, .init = cr_redirect_stderr)
{
	struct target_source *s;

	cr_assert_eq(source_open_list("/nonexistent/a\tb", &s), -ENOENT);
	cr_assert_eq(source_open_endpoints("/nonexistent/c", &s), -ENOENT);
	fflush(stderr);
	cr_assert_stderr_eq_str(
		"revprobe: targets /nonexistent/a\\x09b: cannot open: No such file or directory\n"
		"revprobe: endpoints /nonexistent/c: cannot open: No such file or directory\n");
}

Test(sources, long_list_needs_no_memory, .timeout = 60)
{
	const size_t lines = 1000000, len = sizeof("10.0.0.0/30\n") - 1;
	char *text = malloc(lines * len);
	struct target_source *s;
	unsigned long seen = 0;
	struct target t;
	long before;

	for (size_t i = 0; i < lines; i++)
		memcpy(text + i * len, "10.0.0.0/30\n", len);
	s = list_over(input_file(text, lines * len));
	free(text);
	cr_assert_eq(target_source_next(s, &t), TARGET_OK);
	before = input_peak_kib();
	for (seen = 1; target_source_next(s, &t) == TARGET_OK; seen++)
		continue;
	cr_assert_eq(seen, lines);
	cr_assert_str_eq(t.name, "10.0.0.0/30");
	cr_assert_leq(input_peak_kib() - before, 2048, "grew by %ld KiB",
		      input_peak_kib() - before);
	target_source_close(s);
}

/* --- chains --------------------------------------------------------------- */

Test(sources, chain_goes_through_all_and_passes_complaints_on)
{
	static const char *const first[] = { "a.net", "b net" }, *const last[] = { "z.net" };
	int fd = input_pipe();
	struct target_source *s[4], *chain;

	cr_assert_eq(source_open_items(first, 2, &s[0]), 0);
	s[1] = list_over(INPUT_TEXT(""));
	s[2] = list_over("-");
	cr_assert_eq(source_open_items(last, 1, &s[3]), 0);
	cr_assert_eq(source_open_chain(s, 4, &chain), 0);
	cr_assert_eq(target_source_fd(chain), -1);
	cr_assert_str_eq(transcript(chain, "operand 2: ", 9),
			 "a.net - - -\n! 'b net' is neither an address nor a host name\nwait\n");
	cr_assert_eq(target_source_fd(chain), STDIN_FILENO);
	input_write(fd, "m.net\n::1/1\n", 12);
	close(fd);
	cr_assert_str_eq(transcript(chain, "standard input:2: ", 9),
			 "m.net - - -\n! '::1/1' has host bits set: did you mean ::/1?\n"
			 "z.net - - -\nend\n");
	cr_assert_eq(target_source_fd(chain), -1);
	cr_assert_str_eq(transcript(chain, "", 9), "end\n");
	target_source_close(chain);
}

Test(sources, chain_may_be_closed_anywhere_and_be_empty)
{
	static const char *const texts[] = { "a.net" };
	struct target_source *s[2], *chain;

	for (size_t asked = 0; asked <= 3; asked++) {
		int before = dup(STDIN_FILENO), after;

		close(before);
		cr_assert_eq(source_open_items(texts, 1, &s[0]), 0);
		s[1] = list_over("/dev/null");
		cr_assert_eq(source_open_chain(s, 2, &chain), 0);
		transcript(chain, "", asked);
		target_source_close(chain);
		after = dup(STDIN_FILENO);
		cr_assert_eq(after, before, "a descriptor is left after %zu targets", asked);
		close(after);
	}
	cr_assert_eq(source_open_chain(NULL, 0, &chain), 0);
	cr_assert_str_eq(transcript(chain, "", 9), "end\n");
	target_source_close(chain);
}
