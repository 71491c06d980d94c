// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/gzip.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	GZIP_WINDOW = 15 + 16, /* the largest window, and gzip's header: deflateInit2() */
	GZIP_MEMORY = 8,       /* its default */
};

int gzip_pack(const void *bytes, size_t len, void **ret_packed, size_t *ret_len)
{
	z_stream z = { 0 };
	size_t room;
	void *packed;
	int result;

	if (len > UINT_MAX / 2)
		return -E2BIG;
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	room = deflateBound(&z, (uLong)len);
	packed = malloc(room);
	if (!packed) {
		deflateEnd(&z);
		return -ENOMEM;
	}
	z.next_in = (z_const Bytef *)bytes;
	z.avail_in = (uInt)len;
	z.next_out = packed;
	z.avail_out = (uInt)room;
	result = deflate(&z, Z_FINISH);
	*ret_len = z.total_out;
	deflateEnd(&z);
	if (result != Z_STREAM_END) {
		free(packed);
		return -ENOMEM;
	}
	*ret_packed = packed;
	return 0;
}

/* Room for more text, for one byte too much at most: that there is one can be seen only
 * where it fits. */
static int grow(char **text, size_t *room, size_t most)
{
	size_t wanted = *room * 2 <= most ? *room * 2 : most + 1;
	char *more;

	if (*room > most)
		return -E2BIG;
	more = realloc(*text, wanted + 1);
	if (!more)
		return -ENOMEM;
	*text = more;
	*room = wanted;
	return 0;
}

static int unpack(z_stream *z, char **text, size_t room, size_t most)
{
	int result = Z_OK;

	while (result == Z_OK) {
		int err = z->total_out == room ? grow(text, &room, most) : 0;

		if (err)
			return err;
		z->next_out = (Bytef *)*text + z->total_out;
		z->avail_out = (uInt)(room - z->total_out);
		result = inflate(z, Z_NO_FLUSH);
	}
	if (result == Z_STREAM_END)
		return z->total_out > most ? -E2BIG : z->avail_in > 0 ? -EBADMSG : 0;
	/* Out of input without an end is "no progress", Z_BUF_ERROR. */
	return result == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

int gzip_unpack(const void *packed, size_t len, size_t most, char **ret_text, size_t *ret_len)
{
	z_stream z = { .next_in = (z_const Bytef *)packed, .avail_in = (uInt)len };
	size_t room = most < 4096 ? most + 1 : 4096;
	char *text;
	int err;

	if (len > UINT_MAX / 2 || most > UINT_MAX / 2)
		return -E2BIG;
	text = malloc(room + 1);
	if (!text)
		return -ENOMEM;
	err = inflateInit2(&z, GZIP_WINDOW) == Z_OK ? unpack(&z, &text, room, most) : -ENOMEM;
	inflateEnd(&z);
	if (err) {
		free(text);
		return err;
	}
	text[z.total_out] = '\0';
	*ret_text = text;
	*ret_len = z.total_out;
	return 0;
}
