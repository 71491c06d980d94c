// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a list of targets and as a file of endpoints. */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "targets/order.h"
#include "targets/sources.h"

#define TARGETS_MAX 5000 /* a line may stand for 2^62 of them */

static void check_plain(const char *text)
{
	for (; *text; text++)
		assert(*text >= ' ' && *text <= '~');
}

static void check_target(const struct target *t)
{
	size_t len = strnlen(t->name, sizeof(t->name));

	assert(len > 0 && len < sizeof(t->name));
	assert(strspn(t->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			       "-_.:/") == len);
	assert(memchr(t->contact, '\0', sizeof(t->contact)));
	check_plain(t->contact);
}

static void check_complaint(const char *complaint)
{
	assert(strncmp(complaint, "/dev/fd/", 8) == 0 || strncmp(complaint, "targets: ", 9) == 0);
	check_plain(complaint);
}

static void drain(struct target_source *source)
{
	enum target_verdict verdict = TARGET_OK;
	struct target t;

	for (int i = 0; i < TARGETS_MAX && verdict != TARGET_END; i++) {
		verdict = target_source_next(source, &t);
		assert(verdict != TARGET_WAIT); /* a file is always ready */
		if (verdict == TARGET_OK)
			check_target(&t);
		else if (verdict == TARGET_INVALID)
			check_complaint(source->complaint);
	}
	target_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const struct order_config order = { .seed = 1, .shard = { len > 100 ? 3 : 1, 0 } };
	struct target_source *source;
	char path[32];
	ssize_t written;
	int fd = memfd_create("lines", MFD_CLOEXEC);
	int err;

	assert(fd >= 0);
	written = write(fd, bytes, len);
	assert(written == (ssize_t)len);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	err = source_open_list(path, &source);
	assert(!err);
	drain(source);
	err = source_open_list(path, &source);
	assert(!err);
	err = source_open_order(source, &order, &source);
	assert(!err);
	drain(source);
	err = source_open_endpoints(path, &source);
	assert(!err);
	drain(source);
	close(fd);
	return 0;
}
