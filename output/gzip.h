// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes packed as gzip has them (RFC 1952), in memory. */
#pragma once

#include <stddef.h>

/* The caller frees *ret_packed.  Returns 0, -ENOMEM, or -E2BIG for 4 GiB and more. */
int gzip_pack(const void *bytes, size_t len, void **ret_packed, size_t *ret_len);

/* The other way round, and one NUL behind it.  No more than `most` bytes: -E2BIG.
 * -EBADMSG: it is no whole gzip, or has something behind it. */
int gzip_unpack(const void *packed, size_t len, size_t most, char **ret_text, size_t *ret_len);
