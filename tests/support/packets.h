// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets for tests: from hex text and from captures. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PACKET_MAX 2048

struct packet_bytes {
	uint8_t bytes[PACKET_MAX];
	size_t len;
	uint64_t at_us; /* capture time, since 1970 */
};

/* "45000054 1234 …": hex digits, blanks between them are ignored. */
struct packet_bytes packet_from_hex(const char *hex);

struct capture_file {
	struct packet_bytes *packets;
	size_t count;
};

/* Reads a whole capture of Ethernet frames from tests/pcaps; ends the test on failure. */
struct capture_file capture_file_read(const char *name);
void capture_file_free(struct capture_file *file);

/* Names in tests/pcaps that start with `prefix` and end with `suffix`, sorted.
 * The caller frees the names and the array. */
size_t capture_names(const char *prefix, const char *suffix, char ***ret_names);
void capture_names_free(char **names, size_t count);

/* Skips the test loudly; with REQUIRE_ALL in the environment fails it. */
#define TEST_NEEDS(condition, what)                       \
	do {                                              \
		if (condition)                            \
			break;                            \
		if (getenv("REQUIRE_ALL"))                \
			cr_assert_fail("needs %s", what); \
		cr_skip_test("needs %s", what);           \
	} while (0)
