// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/gzip.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *bytes_of(size_t len)
{
	char *bytes = malloc(len + 1);

	cr_assert_not_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * i >> 3);
	return bytes;
}

Test(gzip, packed_is_gzip_and_comes_back)
{
	static const size_t lens[] = { 0, 1, 4095, 4096, 4097, 100000 };

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		char *bytes = bytes_of(lens[i]), *text;
		unsigned char *packed;
		size_t packed_len, len;

		cr_assert_eq(gzip_pack(bytes, lens[i], (void **)&packed, &packed_len), 0);
		cr_assert(packed[0] == 0x1f && packed[1] == 0x8b, "RFC 1952, section 2.3.1");
		cr_assert_eq(gzip_unpack(packed, packed_len, 100000, &text, &len), 0);
		cr_assert_eq(len, lens[i]);
		cr_assert_arr_eq(text, bytes, len);
		cr_assert_eq(text[len], '\0');
		free(text);
		free(packed);
		free(bytes);
	}
}

Test(gzip, more_than_allowed_is_not_unpacked)
{
	char *bytes = calloc(1, 1 << 20), *text;
	void *packed;
	size_t packed_len, len;

	cr_assert_eq(gzip_pack(bytes, 1 << 20, &packed, &packed_len), 0);
	cr_assert_lt(packed_len, 10000, "a small bomb");
	cr_assert_eq(gzip_unpack(packed, packed_len, (1 << 20) - 1, &text, &len), -E2BIG);
	cr_assert_eq(gzip_unpack(packed, packed_len, 1 << 20, &text, &len), 0);
	free(text);
	free(packed);
	free(bytes);
}

Test(gzip, cut_or_damaged_is_an_error)
{
	char *bytes = bytes_of(5000), *text;
	unsigned char *packed;
	size_t packed_len, len;

	cr_assert_eq(gzip_pack(bytes, 5000, (void **)&packed, &packed_len), 0);
	for (size_t cut = 0; cut < packed_len; cut++)
		cr_assert_eq(gzip_unpack(packed, cut, 5000, &text, &len), -EBADMSG, "%zu", cut);
	packed[packed_len / 2] ^= 0x55;
	cr_assert_neq(gzip_unpack(packed, packed_len, 5000, &text, &len), 0);
	free(packed);
	free(bytes);
}

Test(gzip, something_behind_it_is_an_error)
{
	unsigned char *packed, *longer;
	size_t packed_len, len;
	char *text;

	cr_assert_eq(gzip_pack("abc", 3, (void **)&packed, &packed_len), 0);
	longer = calloc(1, packed_len + 1);
	memcpy(longer, packed, packed_len);
	cr_assert_eq(gzip_unpack(longer, packed_len + 1, 100, &text, &len), -EBADMSG);
	cr_assert_eq(gzip_unpack(longer, packed_len, 100, &text, &len), 0);
	free(text);
	free(packed);
	free(longer);
}
