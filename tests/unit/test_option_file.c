// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/option_file.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>
#include <string.h>

#include "base/container.h"
#include "tests/unit/folder.h"

struct config {
	bool flag;
	uint32_t count;
	const char *string;
	const char *letter;
	struct option_list list;
};

#define FIELD(member) offsetof(struct config, member)

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "flag", .letter = 'f', .type = OPTION_FLAG, .offset = FIELD(flag), .help = "." },
	{ .name = "count", .letter = 'c', .metavar = "COUNT", .type = OPTION_U32,
	  .offset = FIELD(count), .min = 2, .max = 100, .preset = "50", .help = "." },
	{ .name = "string", .metavar = "TEXT", .type = OPTION_STRING, .offset = FIELD(string),
	  .help = "." },
	{ .letter = 'n', .metavar = "TEXT", .type = OPTION_STRING, .offset = FIELD(letter),
	  .help = "." },
	{ .name = "add", .metavar = "ITEM", .type = OPTION_LIST, .offset = FIELD(list),
	  .help = "." },
	OPTIONS_INFORM,
};
static const struct option_desc others[] = {
	{ .name = "elsewhere", .metavar = "X", .type = OPTION_STRING, .offset = FIELD(string),
	  .help = "." },
};
/* clang-format on */

enum { FLAG, COUNT, STRING, LETTER, ADD };

static const struct option_table table = { .program = "prog",
					   .options = options,
					   .count = ARRAY_LEN(options) };
static const struct option_table other = { .program = "prog other",
					   .options = others,
					   .count = ARRAY_LEN(others) };
static const struct option_table *const both[] = { &table, &other, NULL };

static struct config config;
static bool given[ARRAY_LEN(options)];

TestSuite(option_file, .init = folder_set_up, .fini = folder_tear_down);

/* Up to three words behind the program's name. */
static enum option_outcome parse(const char *a, const char *b, const char *c)
{
	char words[4][300] = { "prog" };
	char *argv[5] = { words[0], words[1], words[2], words[3] };
	const char *all[] = { a, b, c };
	int argc = 1;
	int operand;

	for (int i = 0; i < 3 && all[i]; i++, argc++)
		snprintf(words[argc], sizeof(words[argc]), "%s", all[i]);
	argv[argc] = NULL;
	config = (struct config){ 0 };
	return option_parse(&table, argc, argv, &config, given, &operand);
}

static const char *written(const char *content)
{
	folder_write("conf", content);
	return folder_path("conf");
}

Test(option_file, names_and_values_a_line)
{
	const char *path = written("# all of them\n"
				   "\n"
				   "   flag\n"
				   "count = 7\n"
				   "string=a b # c\r\n"
				   "n letter\n"
				   "add = 1\n"
				   "\tadd\t=\t2\t\n");

	cr_assert_eq(parse("--config", path, NULL), OPTION_OK);
	cr_expect(config.flag);
	cr_expect_eq(config.count, 7);
	cr_expect_str_eq(config.string, "a b # c");
	cr_expect_str_eq(config.letter, "letter");
	cr_assert_eq(config.list.count, 2);
	cr_expect_str_eq(config.list.items[1], "2");
	cr_expect(given[FLAG] && given[COUNT] && given[STRING] && given[LETTER] && given[ADD]);
}

Test(option_file, the_command_line_has_the_last_word)
{
	char named[300];

	snprintf(named, sizeof(named), "--config=%s", written("count = 7\nstring = file\n"));
	cr_assert_eq(parse("-c9", named, NULL), OPTION_OK);
	cr_expect_eq(config.count, 9);
	cr_expect_str_eq(config.string, "file");
	cr_assert_eq(parse(named, "--string", "line"), OPTION_OK);
	cr_expect_eq(config.count, 7);
	cr_expect_str_eq(config.string, "line");
}

Test(option_file, the_usual_file_is_read_if_it_is_there_and_no_other_is_named)
{
	char empty[300];

	option_file_use(folder_path("conf"), both);
	cr_assert_eq(parse(NULL, NULL, NULL), OPTION_OK);
	cr_expect_eq(config.count, 50);
	cr_expect(!given[COUNT]);
	written("count = 8\nelsewhere = x\n");
	cr_assert_eq(parse(NULL, NULL, NULL), OPTION_OK);
	cr_expect_eq(config.count, 8);
	cr_expect_null(config.string, "another command's option");
	folder_write("empty", "");
	snprintf(empty, sizeof(empty), "%s", folder_path("empty"));
	cr_assert_eq(parse("--config", empty, NULL), OPTION_OK);
	cr_expect_eq(config.count, 50);
}

struct refused {
	char content[64];
	char says[96]; /* behind program and file */
};

ParameterizedTestParameters(option_file, what_is_wrong_is_named_with_its_line)
{
	static struct refused refused[] = {
		{ "flag\ncout = 3\n", ":2: 'cout' is no option" },
		{ "--count = 3\n", ":1: '--count' is no option" },
		{ "flag = yes\n", ":1: 'flag' takes no value" },
		{ "count\n", ":1: 'count' needs a value" },
		{ "\ncount =\n", ":2: --count: '' is not a valid COUNT" },
		{ "count = x\n", ":1: --count: 'x' is not a valid COUNT" },
		{ "count = 1\n", ":1: --count: '1' is not between 2 and 100" },
		{ "help\n", ":1: 'help' goes on the command line only" },
		{ "config = /etc/other\n", ":1: 'config' goes on the command line only" },
		{ "c = 3\n", ":1: 'c' is no option" },
		{ "\x1b[2J = 3\n", ":1: '\\x1b[2J' is no option" },
		{ "= 3\n", ":1: '' is no option" },
	};

	return cr_make_param_array(struct refused, refused, ARRAY_LEN(refused));
}

ParameterizedTest(struct refused *r, option_file, what_is_wrong_is_named_with_its_line)
{
	char expected[400], said[512] = { 0 };
	const char *path = written(r->content);
	FILE *err;

	cr_redirect_stderr();
	cr_assert_eq(parse("--config", path, NULL), OPTION_USAGE);
	fflush(stderr);
	err = cr_get_redirected_stderr();
	cr_assert(fgets(said, sizeof(said), err));
	snprintf(expected, sizeof(expected), "prog: %s%s", path, r->says);
	cr_expect(strncmp(said, expected, strlen(expected)) == 0, "'%s' instead of '%s'", said,
		  expected);
}

Test(option_file, a_file_that_was_named_has_to_be_there)
{
	cr_redirect_stderr();
	cr_expect_eq(parse("--config", "/nonexistent/conf", NULL), OPTION_USAGE);
	cr_expect_eq(parse("--config", folder_path("."), NULL), OPTION_USAGE, "a folder");
}
