// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets/sources.h"
#include "tests/support/input.h"
#include "tests/unit/transcript.h"

#define HEADER	    "address;asnumber;email_contact"
#define CONTACT_63  "abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz.123456789"
#define CONTACT_127 CONTACT_63 "@" CONTACT_63

struct endpoints_case {
	char name[40];
	char text[256];
	char want[256];
};

ParameterizedTestParameters(endpoints, line_is_understood_or_refused)
{
	static struct endpoints_case cases[] = {
		{ "empty", "", "end\n" },
		{ "header only", HEADER "\n", "end\n" },
		{ "header, CRLF", HEADER "\r\na.net;1;x@a.net\r\n", "a.net - 1 x@a.net\nend\n" },
		{ "no header", "a.net;680;x@a.net", "a.net - 680 x@a.net\nend\n" },
		{ "addresses", "10.0.0.1;1;\n2001:db8::1;2;\n",
		  "10.0.0.1 10.0.0.1 1 -\n2001:db8::1 2001:db8::1 2 -\nend\n" },
		{ "blanks", "  a.net ;\t680 ; x@a.net \n\n \n", "a.net - 680 x@a.net\nend\n" },
		{ "blanks inside contact", "a.net;1;Some One <x@a.net>",
		  "a.net - 1 Some One <x@a.net>\nend\n" },
		{ "empty fields", "a.net;;\nb.net;;x@b\n", "a.net - - -\nb.net - - x@b\nend\n" },
		{ "missing fields", "a.net\nb.net;2\n", "a.net - - -\nb.net - 2 -\nend\n" },
		{ "fields do not linger", "a.net;7;x@a\nb.net\n",
		  "a.net - 7 x@a\nb.net - - -\nend\n" },
		{ "comments", "# ours\na.net;1\n #b.net\n", "a.net - 1 -\nend\n" },
		{ "AS 0 and the greatest", "a.net;0\nb.net;4294967295\nc.net;0000000007\n",
		  "a.net - - -\nb.net - 4294967295 -\nc.net - 7 -\nend\n" },
		{ "AS too great", "a.net;4294967296\nb.net;18446744073709551616\nc.net;1\n",
		  "! 1: '4294967296' is not an AS number\n"
		  "! 2: '18446744073709551616' is not an AS number\nc.net - 1 -\nend\n" },
		{ "AS is no number", "a.net;AS680\nb.net;-1\nc.net;1 2\nd.net;1.5\n",
		  "! 1: 'AS680' is not an AS number\n! 2: '-1' is not an AS number\n"
		  "! 3: '1 2' is not an AS number\n! 4: '1.5' is not an AS number\nend\n" },
		{ "header in a later line", "a.net;1\n" HEADER "\n",
		  "a.net - 1 -\n! 2: 'asnumber' is not an AS number\nend\n" },
		{ "no address", ";1;x@a\nb.net\n",
		  "! 1: '' is neither an address nor a host name\nb.net - - -\nend\n" },
		{ "bad address", HEADER "\n10.0.0.300;1;x@a\nb.net;1\n",
		  "! 2: '10.0.0.300' is not an address\nb.net - 1 -\nend\n" },
		{ "prefix", "10.0.0.0/31;1\n10.0.0.1/32;1\n",
		  "! 1: '10.0.0.0/31' is not the address of one endpoint\n"
		  "! 2: '10.0.0.1/32' is not the address of one endpoint\nend\n" },
		{ "too many fields", "a.net;1;x;y\nb.net;1;x;\nc.net\n",
		  "! 1: 'y' is more than address;asnumber;email_contact\n"
		  "! 2: '' is more than address;asnumber;email_contact\nc.net - - -\nend\n" },
		{ "contact of control bytes", "a.net;1;x\x1b[2J\nb.net;1;x\n",
		  "! 1: 'x\\x1b[2J' is not a contact in ASCII\nb.net - 1 x\nend\n" },
		{ "longest contact", "a.net;1;" CONTACT_127, "a.net - 1 " CONTACT_127 "\nend\n" },
	};

	return cr_make_param_array(struct endpoints_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct endpoints_case *t, endpoints, line_is_understood_or_refused)
{
	const char *path = input_file(t->text, strlen(t->text));
	struct target_source *s;
	char place[64];

	cr_assert_eq(source_open_endpoints(path, &s), 0);
	snprintf(place, sizeof(place), "%s:", path);
	cr_assert_str_eq(transcript(s, place, 20), t->want, "%s", t->name);
	target_source_close(s);
}

Test(endpoints, contact_is_bounded)
{
	const char *path = INPUT_TEXT("a.net;1;" CONTACT_127 "x\nb.net\n");
	struct target_source *s;
	struct target t;

	cr_assert_eq(source_open_endpoints(path, &s), 0);
	cr_assert_eq(target_source_next(s, &t), TARGET_INVALID);
	cr_assert(strstr(s->complaint, "is too long a contact"), "%s", s->complaint);
	cr_assert_eq(target_source_next(s, &t), TARGET_OK);
	cr_assert_str_eq(t.name, "b.net");
	target_source_close(s);
}

Test(endpoints, our_own_file_has_no_fault)
{
	struct target_source *s;
	char path[512];
	const char *said;

	snprintf(path, sizeof(path), "%s/ENDPOINTS", getenv("srcdir"));
	cr_assert_eq(source_open_endpoints(path, &s), 0, "%s", path);
	said = transcript(s, path, 1000);
	cr_assert_null(strchr(said, '!'), "%s", said);
	cr_assert(strstr(said, "playground.net.hs-augsburg.de - 680 valentin.heinrich@"), "%s",
		  said);
	target_source_close(s);
}
