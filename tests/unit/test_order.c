// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/order.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr_text.h"
#include "targets/sources.h"
#include "tests/support/input.h"
#include "tests/unit/transcript.h"

static struct target_source *order_over(struct target_source *s, uint64_t seed, uint32_t shards,
					uint32_t shard)
{
	const struct order_config config = { .seed = seed, .shard = { shards, shard } };
	struct target_source *order;

	cr_assert_eq(source_open_order(s, &config, &order), 0);
	return order;
}

static struct target_source *list_of(const char *text, uint64_t seed)
{
	struct target_source *s;

	cr_assert_eq(source_open_list(input_file(text, strlen(text)), &s), 0);
	return order_over(s, seed, 1, 0);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of the transcript, sorted. */
static const char *sorted(struct target_source *s)
{
	static char text[TRANSCRIPT_LEN], out[TRANSCRIPT_LEN];
	char *lines[1000], *rest = text;
	size_t count = 0;
	size_t len = 0;

	snprintf(text, sizeof(text), "%s", transcript(s, "", 1000));
	for (char *line; (line = strsep(&rest, "\n")) && *line;)
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare_lines);
	out[0] = '\0';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s\n", lines[i]);
	target_source_close(s);
	return out;
}

Test(order, hands_out_each_target_once)
{
	cr_assert_str_eq(sorted(list_of("b.net\n10.0.0.4/30\n10.9.9.9\n2001:db8::2/127\n", 1)),
			 "10.0.0.4 10.0.0.4 - -\n10.0.0.5 10.0.0.5 - -\n"
			 "10.0.0.6 10.0.0.6 - -\n10.0.0.7 10.0.0.7 - -\n"
			 "10.9.9.9 10.9.9.9 - -\n"
			 "2001:db8::2 2001:db8::2 - -\n2001:db8::3 2001:db8::3 - -\n"
			 "b.net - - -\nend\n");
	cr_assert_str_eq(sorted(list_of("", 1)), "end\n");
	cr_assert_str_eq(sorted(list_of("::/127\n", 1)), "::1 ::1 - -\nend\n");
}

Test(order, drops_duplicates_and_what_is_within_prefixes)
{
	cr_assert_str_eq(sorted(list_of("10.0.0.1\n10.0.0.0/31\n10.0.0.1\n10.0.0.0/31\n"
					"10.0.0.2\nA.net\na.NET.\nab.net\n10.0.0.2\n",
					1)),
			 "10.0.0.0 10.0.0.0 - -\n10.0.0.1 10.0.0.1 - -\n10.0.0.2 10.0.0.2 - -\n"
			 "A.net - - -\nab.net - - -\nend\n");
}

Test(order, what_is_known_of_an_endpoint_stays_with_it)
{
	static const char text[] = "10.0.0.1;1;a@x\n10.0.0.1;2;b@x\nn.net;3;c@x\nn.net;4;\n";
	struct target_source *s[2], *chain;
	const char *prefix[] = { "10.0.0.0/31" };

	cr_assert_eq(source_open_items(prefix, 1, &s[0]), 0);
	cr_assert_eq(source_open_endpoints(input_file(text, strlen(text)), &s[1]), 0);
	cr_assert_eq(source_open_chain(s, 2, &chain), 0);
	cr_assert_str_eq(sorted(order_over(chain, 1, 1, 0)),
			 "10.0.0.0 10.0.0.0 - -\n10.0.0.1 10.0.0.1 1 a@x\nend\nn.net - 3 c@x\n");
}

Test(order, what_was_typed_comes_first_as_it_was_typed)
{
	const char *texts[] = { "10.0.0.0/31", "10.0.0.1", "z.net", "2001:DB8::1", "10.0.0.1" };
	static const char list[] = "10.0.0.1\n2001:db8::1\nZ.net\nb.net\n";
	struct target_source *s[2], *chain, *order;
	struct target t;

	cr_assert_eq(source_open_items(texts, 5, &s[0]), 0);
	cr_assert_eq(source_open_list(input_file(list, strlen(list)), &s[1]), 0);
	cr_assert_eq(source_open_chain(s, 2, &chain), 0);
	order = order_over(chain, 1, 1, 0);
	for (int i = 1; i < 5; i++) {
		cr_assert_eq(target_source_next(order, &t), TARGET_OK);
		cr_assert_str_eq(t.name, texts[i]);
		cr_assert(t.is_operand && t.prefix_len == TARGET_LEN_ONE);
	}
	cr_assert_str_eq(sorted(order), "10.0.0.0 10.0.0.0 - -\nb.net - - -\nend\n");
}

Test(order, seed_decides_it_and_it_is_not_that_of_the_list)
{
	static char first[TRANSCRIPT_LEN], again[TRANSCRIPT_LEN];
	struct target_source *s[3] = { list_of("10.0.0.0/26", 5), list_of("10.0.0.0/26", 5),
				       list_of("10.0.0.0/26", 6) };
	struct target t;
	int rising = 0;
	uint8_t last = 0;

	snprintf(first, sizeof(first), "%s", transcript(s[0], "", 100));
	snprintf(again, sizeof(again), "%s", transcript(s[1], "", 100));
	cr_assert_str_eq(first, again);
	for (int i = 0; target_source_next(s[2], &t) == TARGET_OK; i++) {
		rising += t.addr.bytes[15] == last + 1;
		last = t.addr.bytes[15];
		cr_assert_lt(i, 64);
	}
	cr_assert_lt(rising, 8, "%d neighbours after one another", rising);
	for (int i = 0; i < 3; i++)
		target_source_close(s[i]);
}

/* A list with duplicates, a prefix that overlaps it, and names. */
Test(order, shards_are_disjoint_and_together_the_whole)
{
	static const char text[] = "10.0.0.9\n10.0.0.0/25\n10.0.0.127\n10.0.1.7\n10.0.1.7\n"
				   "2001:db8::/121\na.net\nb.net\nc.net\nA.net\n";

	for (uint32_t shards = 1; shards <= 64; shards++) {
		uint8_t seen[3][256] = { 0 };
		int names = 0, targets = 0;

		for (uint32_t shard = 0; shard < shards; shard++) {
			struct target_source *list, *s;
			struct target t;

			cr_assert_eq(source_open_list(input_file(text, strlen(text)), &list), 0);
			s = order_over(list, 100 + shard, shards, shard); /* any seeds */
			for (; target_source_next(s, &t) == TARGET_OK; targets++) {
				if (addr_is_none(&t.addr))
					names++;
				else if (addr_is_v4(&t.addr))
					cr_assert_eq(seen[t.addr.bytes[14]][t.addr.bytes[15]]++, 0);
				else
					cr_assert_eq(seen[2][t.addr.bytes[15]]++, 0);
			}
			target_source_close(s);
		}
		cr_assert_eq(names, 3, "%u shards", shards);
		cr_assert_eq(targets, 3 + 128 + 1 + 128, "%u shards: %d", shards, targets);
	}
}

Test(order, bad_line_comes_before_any_target)
{
	struct target_source *s = list_of("10.0.0.1\n10.0.0.2\nb net\n10.0.0.3\n", 1);
	struct target t;

	cr_assert_eq(target_source_next(s, &t), TARGET_INVALID);
	cr_assert(strstr(s->complaint, ":3: 'b net'"), "%s", s->complaint);
	cr_assert_str_eq(sorted(s), "10.0.0.1 10.0.0.1 - -\n10.0.0.2 10.0.0.2 - -\n"
				    "10.0.0.3 10.0.0.3 - -\nend\n");
}

Test(order, more_than_can_be_numbered_is_refused)
{
	static const char *const texts[] = { "::/0\n", "2001:db8::/64\n", "2001:db8::/65\n" };

	for (int i = 0; i < 3; i++) {
		struct target_source *s = list_of(texts[i], 1);

		cr_assert_str_eq(transcript(s, "targets: ", 9),
				 "! more than 2^62 addresses: give longer prefixes\nend\n");
		target_source_close(s);
	}
}

Test(order, whole_of_ipv4_is_handed_out_at_random_in_little_memory)
{
	struct target_source *s = list_of("0.0.0.0/0\n2001:db8::/67\n", 9);
	long before = input_peak_kib();
	struct target t;
	int v4 = 0;

	for (int i = 0; i < 1000; i++) {
		cr_assert_eq(target_source_next(s, &t), TARGET_OK);
		v4 += addr_is_v4(&t.addr);
	}
	cr_assert_eq(v4, 0, "2^32 among 2^61");
	cr_assert_leq(input_peak_kib() - before, 1024);
	target_source_close(s);
}

/* As order.h states: 32 bytes an address, and the room that doubles while it grows. */
Test(order, million_addresses_take_the_memory_that_is_stated, .timeout = 60)
{
	const size_t lines = 1000000;
	char *text = malloc(lines * 16);
	struct target_source *list, *s;
	unsigned long seen = 0;
	size_t len = 0;
	struct target t;
	const char *path;
	long before;

	for (size_t i = 0; i < lines; i++)
		len += (size_t)sprintf(text + len, "10.%zu.%zu.%zu\n", i >> 16, i >> 8 & 255,
				       i & 255);
	path = input_file(text, len);
	free(text);
	before = input_peak_kib();
	cr_assert_eq(source_open_list(path, &list), 0);
	s = order_over(list, 1, 1, 0);
	while (target_source_next(s, &t) == TARGET_OK)
		seen++;
	cr_assert_eq(seen, lines);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
	cr_assert_leq(input_peak_kib() - before, 2 * 32 * (1 << 20) / 1024 + 2048,
		      "grew by %ld KiB", input_peak_kib() - before);
#else
	(void)before;
#endif
	target_source_close(s);
}

Test(order, what_a_pipe_has_brought_is_handed_out, .timeout = 10)
{
	int fd = input_pipe();
	struct target_source *list, *s;

	cr_assert_eq(source_open_list("-", &list), 0);
	s = order_over(list, 1, 1, 0);
	cr_assert_str_eq(transcript(s, "", 9), "wait\n");
	cr_assert_eq(target_source_fd(s), STDIN_FILENO);
	input_write(fd, "a.net\nb.n", 9);
	cr_assert_str_eq(transcript(s, "", 9), "a.net - - -\nwait\n");
	input_write(fd, "et\n", 3);
	cr_assert_str_eq(transcript(s, "", 9), "b.net - - -\nwait\n");
	input_write(fd, "c.net", 5);
	close(fd);
	cr_assert_str_eq(transcript(s, "", 9), "c.net - - -\nend\n");
	cr_assert_str_eq(transcript(s, "", 9), "end\n");
	target_source_close(s);
}
