// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a configuration file: what is taken is within its bounds, and whatever
 * is refused is refused in one printable line. */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/container.h"
#include "base/option_file.h"

struct config {
	bool flag;
	uint32_t count;
	uint64_t seed, seconds_ns, duration_ns;
	double fraction;
	struct option_rate rate;
	const char *text;
	int choice;
	struct option_list list;
};

#define FIELD(member) offsetof(struct config, member)

static const char *const words[] = { "one", "two", NULL };

/* clang-format off */
static const struct option_desc options[] = {
	{ .name = "flag", .type = OPTION_FLAG, .offset = FIELD(flag) },
	{ .name = "count", .metavar = "N", .type = OPTION_U32, .offset = FIELD(count), .min = 2,
	  .max = 4000000000.0 },
	{ .name = "seed", .metavar = "N", .type = OPTION_U64, .offset = FIELD(seed) },
	{ .name = "wait", .metavar = "S", .type = OPTION_SECONDS, .offset = FIELD(seconds_ns),
	  .max = 3600 },
	{ .name = "life", .metavar = "T", .type = OPTION_DURATION, .offset = FIELD(duration_ns),
	  .max = 3600e9 },
	{ .name = "chance", .metavar = "P", .type = OPTION_FRACTION, .offset = FIELD(fraction),
	  .max = 1 },
	{ .name = "rate", .metavar = "R", .type = OPTION_RATE, .offset = FIELD(rate), .min = 1,
	  .max = 1e9 },
	{ .name = "text", .metavar = "TEXT", .type = OPTION_STRING, .offset = FIELD(text) },
	{ .letter = 'x', .metavar = "WORD", .type = OPTION_CHOICE, .offset = FIELD(choice),
	  .choices = words },
	{ .name = "add", .metavar = "ITEM", .type = OPTION_LIST, .offset = FIELD(list) },
	OPTIONS_INFORM,
};
/* clang-format on */

static const struct option_table table = { .program = "prog",
					   .options = options,
					   .count = ARRAY_LEN(options) };

static void check(const struct config *c)
{
	assert(c->count == 0 || (c->count >= 2 && c->count <= 4000000000u));
	assert(c->seconds_ns <= 3600000000000u && c->duration_ns <= 3600000000000u);
	assert(c->fraction >= 0 && c->fraction <= 1);
	assert(c->rate.pps <= 1000000000 && c->rate.burst <= 1000000000);
	assert(c->choice == 0 || c->choice == 1);
	assert(c->list.count <= OPTION_LIST_MAX);
	assert(!c->text || strlen(c->text) < 5000);
}

/* What went to standard error meanwhile. */
static void check_complaint(enum option_outcome outcome, const char *said, size_t len)
{
	const char *end = memchr(said, '\n', len);

	if (outcome == OPTION_OK) {
		assert(len == 0);
		return;
	}
	assert(end == said + len - 1);
	assert(strncmp(said, "prog: /dev/fd/", strlen("prog: /dev/fd/")) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	bool given[ARRAY_LEN(options)] = { false };
	struct config config = { 0 };
	enum option_outcome outcome;
	FILE *real = stderr, *memory;
	char *said = NULL;
	size_t said_len = 0;
	char path[32];
	ssize_t written;
	int fd = memfd_create("options", MFD_CLOEXEC);

	assert(fd >= 0);
	written = write(fd, bytes, len);
	assert(written == (ssize_t)len);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	memory = open_memstream(&said, &said_len);
	assert(memory);
	stderr = memory;
	outcome = option_file_read(&table, path, &config, given);
	stderr = real;
	fclose(memory);
	check(&config);
	check_complaint(outcome, said, said_len);
	free(said);
	close(fd);
	return 0;
}
