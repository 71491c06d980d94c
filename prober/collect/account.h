// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may send: names, and hashes of passwords as crypt(5) has them, from a file.  What is
 * learned of an account while the collector runs, that its password was right and how much
 * it has sent, is kept with it, and is gone when the file is read again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

#define ACCOUNT_NAME_LEN 65  /* and its NUL */
#define ACCOUNT_HASH_LEN 384 /* CRYPT_OUTPUT_SIZE */
#define ACCOUNT_SEAL_LEN 32

struct account {
	char name[ACCOUNT_NAME_LEN];
	char hash[ACCOUNT_HASH_LEN];
	/* A keyed hash of the credentials that were right; where is_verified. */
	uint8_t seal[ACCOUNT_SEAL_LEN];
	bool is_verified;
	mono next; /* what it has sent counts until then */
};

struct accounts;

/*
 * Lines NAME:HASH; blank ones and those that begin with # say nothing.  The file must not be
 * open to others.  Hashes by methods that crypt(3) calls legacy are refused.  Returns 0 or
 * -errno, with the reason logged, which never quotes a line.
 */
int accounts_read(const char *path, struct accounts **ret_accounts);
/* Takes NULL; wipes it out. */
void accounts_free(struct accounts *a);

size_t accounts_count(const struct accounts *a);
/* NULL: there is none. */
struct account *accounts_find(struct accounts *a, const char *name);
/* The one whose hash stands for that of a name that is not there: always the same for a
 * name, so that time tells nobody which names are there. */
const struct account *accounts_stand_in(const struct accounts *a, const char *name);

/* "NAME:HASH" of a new account, with the best method of this system.  Returns 0 or -errno. */
int account_make(const char *name, const char *password, char *ret_line, size_t size);
/* What is wrong with a name; NULL: nothing. */
const char *account_name_problem(const char *name);
