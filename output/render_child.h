// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process that runs dot(1) with a file for its input, one for its output, and
 * nothing else: see render.h.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct render_child {
	pid_t pid;    /* also of its process group; 0: nobody runs */
	int messages; /* what it says on standard error; -1: none */
	/* For whoever starts it: */
	uid_t uid; /* who it is to be, if we are root */
	gid_t gid;
	unsigned int limit_s; /* then it ends by itself, should we be gone */
	bool is_dot_missing;  /* set where that is why it did not start */
};

struct render_task {
	const char *format; /* for dot's -T */
	const char *dot_path;
	const char *picture_path; /* for messages */
	int picture;		  /* where it goes; stays the caller's */
};

void render_child_init(struct render_child *child);
/* It has ended and was waited for. */
void render_child_fini(struct render_child *child);

/* Returns when dot runs, or cannot: -errno, which was logged unless dot is missing. */
int render_child_start(struct render_child *child, const struct render_task *task);
