// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static FILE *memory;
static FILE *saved;

static void begin(void)
{
	memory = tmpfile();
	cr_assert(memory);
	saved = stderr;
	stderr = memory;
}

/* What went to stderr since begin(). */
static const char *end(void)
{
	static char text[4096];
	size_t len;

	stderr = saved;
	rewind(memory);
	len = fread(text, 1, sizeof(text) - 1, memory);
	text[len] = '\0';
	fclose(memory);
	return text;
}

static void say_everything(void)
{
	log_error("thing: cannot act: %s", "reason");
	log_warn("w%d", 1);
	log_info("i");
	log_debug("d");
}

#define REASON "prog: thing: cannot act: reason\n"

Test(log, prints_its_level_and_what_is_graver)
{
	static const char *const want[] = {
		[LOG_ERROR] = REASON,
		[LOG_WARN] = REASON "prog: warning: w1\n",
		[LOG_INFO] = REASON "prog: warning: w1\nprog: i\n",
		[LOG_DEBUG] = REASON "prog: warning: w1\nprog: i\nprog: debug: d\n",
	};

	for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++) {
		const char *text;

		begin();
		log_init("prog", level);
		say_everything();
		text = end();
		cr_expect_str_eq(text, want[level], "level %d: %s", (int)level, text);
		for (enum log_level asked = LOG_ERROR; asked <= LOG_DEBUG; asked++)
			cr_expect_eq(log_enabled(asked), asked <= level);
	}
}

static void foreign(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_foreign(level, "libthing", format, args);
	va_end(args);
}

Test(log, demotes_what_libraries_say)
{
	const char *text;

	begin();
	log_init("prog", LOG_WARN);
	foreign(LOG_ERROR, "no %s\n", "luck");
	foreign(LOG_WARN, "odd\n");
	text = end();
	cr_assert_str_eq(text, "prog: warning: libthing: no luck\n", "%s", text);
	begin();
	log_init("prog", LOG_DEBUG);
	foreign(LOG_DEBUG, "detail");
	text = end();
	cr_assert_str_eq(text, "prog: debug: libthing: detail\n", "%s", text);
}

Test(log, takes_no_format_from_a_library)
{
	const char *text;

	begin();
	log_init("prog", LOG_DEBUG);
	log_foreign_text(LOG_WARN, "libthing", "100%s %n\n");
	text = end();
	cr_assert_str_eq(text, "prog: libthing: 100%s %n\n", "%s", text);
}

Test(log, drops_final_newlines_and_cuts_endless_lines)
{
	char longer[3000];
	const char *text;

	begin();
	log_init("prog", LOG_INFO);
	log_info("x\n\n");
	text = end();
	cr_assert_str_eq(text, "prog: x\n");
	memset(longer, 'y', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	begin();
	log_info("%s", longer);
	text = end();
	cr_assert_lt(strlen(text), 1100);
	cr_assert_eq(text[strlen(text) - 1], '\n');
	cr_assert_eq(strchr(text, '\n'), text + strlen(text) - 1, "one line only");
}
