// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a list of prefixes: all or nothing is read, and what is found holds what
 * was asked for. */
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/prefix_set.h"

static bool holds(const struct prefix *p, const struct addr *a)
{
	for (unsigned int bit = 0; bit < p->len; bit++)
		if ((p->base.bytes[bit / 8] ^ a->bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static void ask(const struct prefix_set *set, const struct addr *a)
{
	const struct prefix *found = prefix_set_find(set, a);

	assert(!found || holds(found, a));
}

static int is_quiet;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct prefix_set set = { 0 };
	struct addr a = { 0 };
	char path[32];
	ssize_t written;
	int fd = memfd_create("prefixes", MFD_CLOEXEC);
	int err;

	assert(fd >= 0);
	if (!is_quiet++)
		stderr = fopen("/dev/null", "w"); /* where complaints are logged */
	written = write(fd, bytes, len);
	assert(written == (ssize_t)len);
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	err = prefix_set_read(&set, path);
	assert(!err || set.count == 0);
	prefix_set_close(&set);
	for (size_t i = 0; i < set.count; i++) {
		ask(&set, &set.items[i].base);
		assert(prefix_set_find(&set, &set.items[i].base) == &set.items[i]);
	}
	for (size_t i = 0; i + sizeof(a) <= len; i += sizeof(a)) {
		memcpy(&a, bytes + i, sizeof(a));
		ask(&set, &a);
	}
	prefix_set_clear(&set);
	close(fd);
	return 0;
}
