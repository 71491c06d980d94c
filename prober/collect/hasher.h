// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares passwords with their hashes, in a process of its own: each takes as long as the
 * method wants, some tens of milliseconds, for which the loop can't wait.  One at a time,
 * in the order of the questions.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Questions that may wait for an answer: some seconds of work. */
#define HASHER_QUEUE_MAX 32

struct hasher;

/* Forks: before there is anything that the child must not have.  Returns 0 or -errno. */
int hasher_start(struct hasher **ret_hasher);
/* Takes NULL.  The child ends. */
void hasher_stop(struct hasher *h);

/* Readable when there is an answer, or the child is gone. */
int hasher_fd(const struct hasher *h);
size_t hasher_waiting(const struct hasher *h);
/* Returns 0, -EAGAIN if too many wait, or -errno. */
int hasher_ask(struct hasher *h, uint64_t id, const char *hash, const char *password);
/* Returns 0, -EAGAIN if there is no answer yet, or -EPIPE: there will be none any more. */
int hasher_next(struct hasher *h, uint64_t *ret_id, bool *ret_is_right);
