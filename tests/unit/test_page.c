// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/page.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t len;

static struct page open_page(void)
{
	FILE *out = open_memstream(&text, &len);

	cr_assert_not_null(out);
	return (struct page){ .out = out, .is_first = true };
}

static const char *written(struct page *p)
{
	cr_assert_eq(fclose(p->out), 0);
	cr_expect_eq(p->bytes, len);
	return text;
}

Test(page, values_are_separated_where_json_wants_it)
{
	struct page p = open_page();

	page_open(&p, '{');
	page_key(&p, "a");
	page_number(&p, -5);
	page_key(&p, "b");
	page_open(&p, '[');
	page_string(&p, "x");
	page_string(&p, NULL);
	page_open(&p, '[');
	page_close(&p, '[');
	page_number(&p, INT64_MAX);
	page_close(&p, '[');
	page_key(&p, "c");
	page_open(&p, '{');
	page_close(&p, '{');
	page_close(&p, '{');
	cr_assert_str_eq(written(&p),
			 "{\"a\":-5,\"b\":[\"x\",null,[],9223372036854775807],\"c\":{}}");
	free(text);
}

Test(page, strings_end_no_element)
{
	struct page p = open_page();

	page_string(&p, "</script><!-- & \" \\ \n \x7f T\xc5\x8d");
	cr_assert_str_eq(written(&p), "\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u0022 \\u005c"
				      " \\u000a \\u007f T\xc5\x8d\"");
	free(text);
}

/* Every byte, alone and after the beginning of a longer character. */
Test(page, any_bytes_are_json_that_means_the_same)
{
	for (int lead = 0; lead < 2; lead++) {
		for (int byte = 1; byte < 256; byte++) {
			const char bytes[] = { lead ? (char)0xe2 : 'a', (char)byte, 'z', '\0' };
			struct page p = open_page();
			json_t *read;

			page_string(&p, bytes);
			written(&p);
			cr_assert_null(strpbrk(text, "<>&\n"), "%s", text);
			read = json_loads(text, JSON_DECODE_ANY, NULL);
			cr_assert_not_null(read, "byte %d: %s", byte, text);
			if (!lead && byte < 0x80)
				cr_assert_str_eq(json_string_value(read), bytes);
			json_decref(read);
			free(text);
		}
	}
}
