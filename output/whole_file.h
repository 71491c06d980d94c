// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of one result each, named after its target, that are there whole or not at
 * all: readers may look at any time.
 */
#pragma once

#include <stddef.h>

/*
 * BASE and suffix, or with a target BASE-TARGET and suffix.  Bytes of the target that
 * a file name should not have become %XX, so that different targets have different
 * files; a long one is cut, and a hash of it appended.  The caller frees the name;
 * NULL: no memory.
 */
char *whole_file_name(const char *base, const char *target, const char *suffix);

/* Can files be made beside this one?  Returns 0 or -errno. */
int whole_file_check(const char *path);

/*
 * Writes a new file beside `path`, and puts it in its place, whatever was there.
 * Returns 0 or -errno, and then all is as it was.  That it survives a loss of power is
 * not waited for.
 */
int whole_file_write(const char *path, const char *text, size_t len);
