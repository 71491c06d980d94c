// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/option.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/container.h"

struct config {
	bool flag;
	uint32_t count;
	uint64_t seconds_ns;
	uint64_t duration_ns;
	const char *string;
	int choice;
	struct option_list list;
};

#define FIELD(member) offsetof(struct config, member)

static const char *const colours[] = { "red", "green", NULL };

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "flag", .letter = 'f', .type = OPTION_FLAG, .offset = FIELD(flag),
	  .help = "Raise it." },
	{ .name = "count", .letter = 'c', .metavar = "COUNT", .type = OPTION_U32,
	  .offset = FIELD(count), .min = 2, .max = 4294967295.0, .preset = "50",
	  .help = "How many of them." },
	{ .name = "wait", .metavar = "SECONDS", .type = OPTION_SECONDS,
	  .offset = FIELD(seconds_ns), .min = 0.001, .max = 3600, .preset = "2.5",
	  .help = "How long, in seconds." },
	{ .name = "life", .letter = 't', .metavar = "TIME", .type = OPTION_DURATION,
	  .offset = FIELD(duration_ns), .min = 1000, .max = 3600e9, .preset = "5s",
	  .help = "How long a thing lives." },
	{ .letter = 's', .metavar = "TEXT", .type = OPTION_STRING, .offset = FIELD(string),
	  .help = "Any text; a back\\slash - and a .dot." },
	{ .name = "colour", .metavar = "COLOUR", .type = OPTION_CHOICE, .offset = FIELD(choice),
	  .choices = colours, .preset = "green", .help = "Which colour." },
	{ .name = "add", .letter = 'a', .metavar = "ITEM", .type = OPTION_LIST,
	  .offset = FIELD(list), .help = "One more." },
	{ .name = "help", .letter = 'h', .type = OPTION_HELP, .help = "Print this help." },
	{ .name = "version", .letter = 'V', .type = OPTION_VERSION, .help = "Print the version." },
};
/* clang-format on */

enum { FLAG, COUNT, WAIT, LIFE, STRING, COLOUR, ADD };

static const struct option_table table = {
	.program = "prog",
	.version = "1.2.3",
	.synopsis = "[OPTIONS] THING ...",
	.summary = "Does things.",
	.options = options,
	.count = ARRAY_LEN(options),
};

struct parsed {
	struct config config;
	bool given[ARRAY_LEN(options)];
	enum option_outcome outcome;
	int operand;
	int argc;
	char *argv[48];
};

/* Splits `line` at blanks into an argv of its own, and parses it. */
static void parse(const char *line, struct parsed *p)
{
	static char words[2048];
	char *rest = words;
	char *word;

	*p = (struct parsed){ .operand = -1, .argc = 1, .argv = { (char *)(uintptr_t) "prog" } };
	snprintf(words, sizeof(words), "%s", line);
	while ((word = strsep(&rest, " ")))
		if (*word)
			p->argv[p->argc++] = word;
	p->outcome = option_parse(&table, p->argc, p->argv, &p->config, p->given, &p->operand);
}

Test(option, presets_hold_where_nothing_is_given)
{
	struct parsed p;

	parse("", &p);
	cr_assert_eq(p.outcome, OPTION_OK);
	cr_assert(!p.config.flag);
	cr_assert_eq(p.config.count, 50);
	cr_assert_eq(p.config.seconds_ns, 2500 * NS_PER_MS);
	cr_assert_eq(p.config.duration_ns, 5 * NS_PER_S);
	cr_assert_null(p.config.string);
	cr_assert_eq(p.config.choice, 1);
	cr_assert_eq(p.config.list.count, 0);
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		cr_assert(!p.given[i]);
	cr_assert_eq(p.operand, 1);
}

Test(option, given_values_replace_presets_in_either_spelling)
{
	struct parsed p;

	parse("x -f -c 7 --wait=0.5 -t 3ms y -s text --colour red -a 1 --add 2 -a3", &p);
	cr_assert_eq(p.outcome, OPTION_OK);
	cr_assert(p.config.flag && p.given[FLAG]);
	cr_assert_eq(p.config.count, 7);
	cr_assert_eq(p.config.seconds_ns, NS_PER_S / 2);
	cr_assert_eq(p.config.duration_ns, 3 * NS_PER_MS);
	cr_assert_str_eq(p.config.string, "text");
	cr_assert_eq(p.config.choice, 0);
	cr_assert_eq(p.config.list.count, 3);
	cr_assert_str_eq(p.config.list.items[2], "3");
	cr_assert(p.given[COUNT] && p.given[WAIT] && p.given[LIFE] && p.given[STRING] &&
		  p.given[COLOUR] && p.given[ADD]);
	cr_assert_eq(p.argc - p.operand, 2);
	cr_assert_str_eq(p.argv[p.operand], "x");
	cr_assert_str_eq(p.argv[p.operand + 1], "y");
}

static const struct {
	const char *text;
	size_t option;
	int want;
	uint64_t value; /* where want is 0 */
} values[] = {
	{ "2", COUNT, 0, 2 },
	{ "4294967295", COUNT, 0, UINT32_MAX },
	{ "1", COUNT, -ERANGE, 0 },
	{ "4294967296", COUNT, -ERANGE, 0 },
	{ "99999999999999999999999999", COUNT, -ERANGE, 0 },
	{ "", COUNT, -EINVAL, 0 },
	{ "-3", COUNT, -EINVAL, 0 },
	{ "+3", COUNT, -EINVAL, 0 },
	{ " 3", COUNT, -EINVAL, 0 },
	{ "3 ", COUNT, -EINVAL, 0 },
	{ "3.0", COUNT, -EINVAL, 0 },
	{ "0x10", COUNT, -EINVAL, 0 },
	{ "1e3", COUNT, -EINVAL, 0 },
	{ "0.001", WAIT, 0, NS_PER_MS },
	{ "3600", WAIT, 0, 3600 * NS_PER_S },
	{ ".5", WAIT, 0, NS_PER_S / 2 },
	{ "0.0009", WAIT, -ERANGE, 0 },
	{ "3600.1", WAIT, -ERANGE, 0 },
	{ "0", WAIT, -ERANGE, 0 },
	{ ".", WAIT, -EINVAL, 0 },
	{ "", WAIT, -EINVAL, 0 },
	{ "1.2.3", WAIT, -EINVAL, 0 },
	{ "-1", WAIT, -EINVAL, 0 },
	{ "1s", WAIT, -EINVAL, 0 },
	{ "inf", WAIT, -EINVAL, 0 },
	{ "nan", WAIT, -EINVAL, 0 },
	{ "1e2", WAIT, -EINVAL, 0 },
	{ "0x10", WAIT, -EINVAL, 0 },
	{ " 1", WAIT, -EINVAL, 0 },
	{ "1000", LIFE, 0, 1000 },
	{ "1000ns", LIFE, 0, 1000 },
	{ "1us", LIFE, 0, 1000 },
	{ "2.5ms", LIFE, 0, 2500000 },
	{ "3600s", LIFE, 0, 3600 * NS_PER_S },
	{ "999", LIFE, -ERANGE, 0 },
	{ "0.9us", LIFE, -ERANGE, 0 },
	{ "3601s", LIFE, -ERANGE, 0 },
	{ "3600000000001", LIFE, -ERANGE, 0 },
	{ "5 s", LIFE, -EINVAL, 0 },
	{ "5S", LIFE, -EINVAL, 0 },
	{ "5sec", LIFE, -EINVAL, 0 },
	{ "5m", LIFE, -EINVAL, 0 },
	{ "s", LIFE, -EINVAL, 0 },
	{ "1e3", LIFE, -EINVAL, 0 },
	{ "1e", LIFE, -EINVAL, 0 },
	{ "red", COLOUR, 0, 0 },
	{ "green", COLOUR, 0, 1 },
	{ "blue", COLOUR, -EINVAL, 0 },
	{ "gree", COLOUR, -EINVAL, 0 },
	{ "", COLOUR, -EINVAL, 0 },
};

Test(option, values_are_read_strictly_and_within_their_bounds)
{
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct config config = { .count = 77, .choice = 77 };
		struct config before = config;
		int got = option_store(&options[values[i].option], values[i].text, &config);
		uint64_t stored = 0;

		cr_expect_eq(got, values[i].want, "'%s': %d", values[i].text, got);
		if (got) {
			cr_expect_eq(memcmp(&config, &before, sizeof(config)), 0,
				     "'%s' changed something", values[i].text);
			continue;
		}
		if (values[i].option == COUNT)
			stored = config.count;
		else if (values[i].option == WAIT)
			stored = config.seconds_ns;
		else if (values[i].option == LIFE)
			stored = config.duration_ns;
		else
			stored = (uint64_t)config.choice;
		cr_expect_eq(stored, values[i].value, "'%s': %lu", values[i].text,
			     (unsigned long)stored);
	}
}

Test(option, a_list_says_when_it_is_full)
{
	struct config config = { 0 };

	for (int i = 0; i < OPTION_LIST_MAX; i++)
		cr_assert_eq(option_store(&options[ADD], "x", &config), 0);
	cr_assert_eq(option_store(&options[ADD], "x", &config), -ENOSPC);
	cr_assert_eq(config.list.count, OPTION_LIST_MAX);
}

static const struct {
	const char *line, *message;
} mistakes[] = {
	{ "--nonsense", "prog: unknown or ambiguous option '--nonsense' (try --help)\n" },
	{ "x --nonsense y", "prog: unknown or ambiguous option '--nonsense' (try --help)\n" },
	{ "-z", "prog: unknown option '-z' (try --help)\n" },
	{ "-fz", "prog: unknown option '-z' (try --help)\n" },
	{ "-c", "prog: --count needs an argument: COUNT\n" },
	{ "--count", "prog: --count needs an argument: COUNT\n" },
	{ "-s", "prog: -s needs an argument: TEXT\n" },
	{ "--flag=1", "prog: --flag takes no argument\n" },
	{ "-c 1", "prog: --count: '1' is not between 2 and 4294967295\n" },
	{ "--count=abc", "prog: --count: 'abc' is not a valid COUNT\n" },
	{ "--wait 1h", "prog: --wait: '1h' is not a valid SECONDS\n" },
	{ "--wait 9999", "prog: --wait: '9999' is not between 0.001 and 3600\n" },
	{ "--colour blue", "prog: --colour: 'blue' is not a valid COLOUR\n" },
};

static size_t read_all(FILE *from, char *text, size_t size)
{
	size_t len = fread(text, 1, size - 1, from);

	text[len] = '\0';
	return len;
}

/* What parsing this line puts on stderr. */
static void stderr_of(const char *line, struct parsed *ret_parsed, char *text, size_t size)
{
	FILE *saved = stderr;
	FILE *memory = tmpfile();

	cr_assert(memory);
	stderr = memory;
	parse(line, ret_parsed);
	stderr = saved;
	rewind(memory);
	read_all(memory, text, size);
	fclose(memory);
}

Test(option, each_mistake_is_one_line_that_names_it)
{
	struct parsed p;
	char text[512];

	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		stderr_of(mistakes[i].line, &p, text, sizeof(text));
		cr_expect_eq(p.outcome, OPTION_USAGE, "%s", mistakes[i].line);
		cr_expect_str_eq(text, mistakes[i].message, "%s: %s", mistakes[i].line, text);
		cr_expect_eq(p.operand, -1, "%s: touched the result", mistakes[i].line);
	}
}

Test(option, help_lists_every_option_with_its_default)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	cr_assert(memory);
	option_print_help(memory, &table);
	fclose(memory);
	cr_expect(strstr(text, "Usage: prog [OPTIONS] THING ...\n\nDoes things.\n"));
	cr_expect(strstr(text, "\n  -c, --count COUNT         How many of them. [50]\n"));
	cr_expect(strstr(text, "\n      --wait SECONDS        How long, in seconds. [2.5]\n"));
	cr_expect(strstr(text, "\n  -s TEXT                   Any text;"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		cr_expect_leq(strlen(line), 80, "%s", line);
	free(text);
}

Test(option, help_and_version_end_the_program_well, .init = cr_redirect_stdout)
{
	struct parsed p;

	parse("--version", &p);
	cr_assert_eq(p.outcome, OPTION_EXIT);
	parse("--help", &p);
	cr_assert_eq(p.outcome, OPTION_EXIT);
	parse("-h", &p);
	cr_assert_eq(p.outcome, OPTION_EXIT);
	parse("--help=man", &p);
	cr_assert_eq(p.outcome, OPTION_EXIT);
}

Test(option, man_page_has_an_item_for_every_option)
{
	static const char want[] =
		".It Fl f , Fl Fl flag\nRaise it.\n"
		".It Fl c , Fl Fl count Ar COUNT\nHow many of them.\nThe default is\n.Ql 50 .\n"
		".It Fl Fl wait Ar SECONDS\nHow long, in seconds.\nThe default is\n.Ql 2.5 .\n"
		".It Fl t , Fl Fl life Ar TIME\nHow long a thing lives.\nThe default is\n.Ql 5s .\n"
		".It Fl s Ar TEXT\nAny text; a back\\eslash \\- and a .dot.\n"
		".It Fl Fl colour Ar COLOUR\nWhich colour.\nThe default is\n.Ql green .\n"
		".It Fl a , Fl Fl add Ar ITEM\nOne more.\n"
		".It Fl h , Fl Fl help\nPrint this help.\n"
		".It Fl V , Fl Fl version\nPrint the version.\n";
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);

	cr_assert(memory);
	option_print_man(memory, &table);
	fclose(memory);
	cr_expect_str_eq(text, want, "%s", text);
	free(text);
}

struct bits {
	char text[16];
	uint64_t value; /* 0: refused */
};

ParameterizedTestParameters(option, bits_a_second_with_their_suffix)
{
	static struct bits bits[] = {
		{ "1000", 1000 }, { "1.5K", 1500 }, { "10M", 10000000 }, { "2G", 2000000000 },
		{ "999", 0 },	  { "0", 0 },	    { "1k", 0 },	 { "1MB", 0 },
		{ "M", 0 },	  { "-1M", 0 },	    { "1e3", 0 },	 { "3000G", 0 },
		{ "", 0 },
	};

	return cr_make_param_array(struct bits, bits, ARRAY_LEN(bits));
}

ParameterizedTest(struct bits *bits, option, bits_a_second_with_their_suffix)
{
	const struct option_desc o = { .type = OPTION_BITS, .min = 1000, .max = 1e12 };
	uint64_t value = 0;
	int err = option_store(&o, bits->text, &value);

	cr_expect_eq(err == 0, bits->value != 0, "%s: %d", bits->text, err);
	cr_expect_eq(value, bits->value, "%s", bits->text);
}
