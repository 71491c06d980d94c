// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of one result each, named after its target, that are there whole or not at
 * all: readers may look at any time.
 */
#pragma once

#include <stdbool.h>
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

/* A file that is written beside `path`, and put in its place when it is complete. */
struct whole_draft {
	char *path;
	char *name; /* as long as it is a draft */
	int fd;	    /* to write to; closed on exec */
};

/* Returns 0 or -errno. */
int whole_draft_open(const char *path, struct whole_draft *ret_draft);
/* Puts it in its place, whatever was there.  Returns 0 or -errno, and then all is as it
 * was.  That it survives a loss of power is not waited for. */
int whole_draft_keep(struct whole_draft *draft);
/* Forgets it. */
void whole_draft_drop(struct whole_draft *draft);

/* The same for a text that is there already. */
int whole_file_write(const char *path, const char *text, size_t len);

/* The files of one run, and the first error: nothing is written after it. */
struct whole_files {
	char *base;
	bool has_one_target;
	int err;
};

/*
 * `base` is copied.  Returns -ENOMEM; or another -errno, which is logged, where no file
 * can be made there: better said now than after an hour of probing; or 0.  Whatever it
 * returns, the caller calls whole_files_fini() in the end.
 */
int whole_files_init(struct whole_files *files, const char *base, bool has_one_target);
void whole_files_fini(struct whole_files *files);
/* Remembers and logs that `path` cannot be written; returns `err`. */
int whole_files_fail(struct whole_files *files, const char *path, int err);
/* BASE and suffix where the run has one target; see whole_file_name(). */
char *whole_files_name(const struct whole_files *files, const char *target, const char *suffix);
