// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/account.h"

#include <crypt.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/log.h"
#include "base/text.h"

_Static_assert(ACCOUNT_HASH_LEN == CRYPT_OUTPUT_SIZE, "crypt.h");

struct accounts {
	struct account *list; /* by name */
	size_t count, room;
	uint8_t key[crypto_shorthash_KEYBYTES];
};

const char *account_name_problem(const char *name)
{
	if (!*name)
		return "has no name";
	if (strlen(name) >= ACCOUNT_NAME_LEN)
		return "has a name of more than 64 characters";
	if (!text_is_plain(name) || strchr(name, ':'))
		return "has a name with a colon, or not of printable ASCII";
	return NULL;
}

static const char *hash_problem(const char *hash)
{
	if (strlen(hash) >= ACCOUNT_HASH_LEN || !text_is_plain(hash))
		return "has no hash of a password";
	switch (crypt_checksalt(hash)) {
	case CRYPT_SALT_OK:
		return NULL;
	case CRYPT_SALT_METHOD_LEGACY:
	case CRYPT_SALT_METHOD_DISABLED:
	case CRYPT_SALT_TOO_CHEAP:
		return "has no strong hash of a password, but one of a legacy method";
	default:
		return "has no strong hash of a password, as crypt(5) has them";
	}
}

static int compare_accounts(const void *a, const void *b)
{
	return strcmp(((const struct account *)a)->name, ((const struct account *)b)->name);
}

/* By hand, and not realloc(): what was there is to be wiped out. */
static int make_room(struct accounts *a)
{
	size_t room = a->room ? 2 * a->room : 16;
	struct account *list;

	if (a->count < a->room)
		return 0;
	list = calloc(room, sizeof(*list));
	if (!list)
		return -ENOMEM;
	if (a->count > 0) {
		memcpy(list, a->list, a->count * sizeof(*list));
		sodium_memzero(a->list, a->count * sizeof(*list));
	}
	free(a->list);
	a->list = list;
	a->room = room;
	return 0;
}

static int add_line(struct accounts *a, char *line, const char *path, size_t number)
{
	char *name = text_trim(line), *hash = strchr(name, ':');
	struct account *account;
	const char *problem;

	if (!*name || *name == '#')
		return 0;
	if (hash)
		*hash++ = '\0';
	problem = hash ? account_name_problem(name) : "is not NAME:HASH";
	if (!problem)
		problem = hash_problem(hash);
	if (problem) {
		log_error("%s:%zu: %s", path, number, problem);
		return -EINVAL;
	}
	if (make_room(a))
		return -ENOMEM;
	account = &a->list[a->count++];
	memcpy(account->name, name, strlen(name) + 1);
	memcpy(account->hash, hash, strlen(hash) + 1);
	return 0;
}

static int read_lines(struct accounts *a, struct line_reader *reader, const char *path)
{
	char *line;
	int err = 0;

	while (!err) {
		switch (line_next(reader, &line)) {
		case LINE_OK:
			err = add_line(a, line, path, line_number(reader));
			sodium_memzero(line, strlen(line));
			break;
		case LINE_END:
			return 0;
		case LINE_FAILED:
			err = -line_error(reader);
			log_error("%s: cannot read: %s", path, strerror(-err));
			break;
		case LINE_WAIT:
		case LINE_TOO_LONG:
		case LINE_HAS_NUL:
			err = -EINVAL;
			log_error("%s:%zu: is not NAME:HASH", path, line_number(reader));
			break;
		}
	}
	return err;
}

static int check_file(const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode)) {
		log_error("%s: is no file", path);
		return -EINVAL;
	}
	if (st.st_mode & S_IRWXO) {
		log_error("%s: others have access to it (mode %04o): chmod o= %s", path,
			  (unsigned int)st.st_mode & 07777, path);
		return -EACCES;
	}
	return 0;
}

static int sort(struct accounts *a, const char *path)
{
	if (a->count == 0) {
		log_error("%s: has no account", path);
		return -EINVAL;
	}
	qsort(a->list, a->count, sizeof(*a->list), compare_accounts);
	for (size_t i = 1; i < a->count; i++)
		if (strcmp(a->list[i].name, a->list[i - 1].name) == 0) {
			log_error("%s: has the account '%s' twice", path, a->list[i].name);
			return -EINVAL;
		}
	return 0;
}

int accounts_read(const char *path, struct accounts **ret_accounts)
{
	struct accounts *a = calloc(1, sizeof(*a));
	struct line_reader *reader = NULL;
	int err = -ENOMEM;

	if (!a)
		return err;
	crypto_shorthash_keygen(a->key);
	err = line_open(path, &reader);
	if (err)
		log_error("%s: cannot open: %s", path, strerror(-err));
	else
		err = check_file(path, line_fd(reader));
	if (!err)
		err = read_lines(a, reader, path);
	if (!err)
		err = sort(a, path);
	line_close(reader);
	if (err) {
		accounts_free(a);
		return err;
	}
	*ret_accounts = a;
	return 0;
}

void accounts_free(struct accounts *a)
{
	if (!a)
		return;
	if (a->list)
		sodium_memzero(a->list, a->room * sizeof(*a->list));
	free(a->list);
	free(a);
}

size_t accounts_count(const struct accounts *a)
{
	return a->count;
}

struct account *accounts_find(struct accounts *a, const char *name)
{
	size_t low = 0, high = a->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, a->list[mid].name);

		if (order == 0)
			return &a->list[mid];
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct account *accounts_stand_in(const struct accounts *a, const char *name)
{
	uint8_t hash[crypto_shorthash_BYTES];
	uint64_t number;

	crypto_shorthash(hash, (const unsigned char *)name, strlen(name), a->key);
	memcpy(&number, hash, sizeof(number));
	return &a->list[number % a->count];
}

int account_make(const char *name, const char *password, char *ret_line, size_t size)
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = calloc(1, sizeof(*data));
	const char *hash = NULL;
	int err = -ENOMEM;

	if (!data)
		return err;
	err = -EINVAL;
	if (crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof(setting)))
		hash = crypt_rn(password, setting, data, sizeof(*data));
	if (hash && (size_t)snprintf(ret_line, size, "%s:%s", name, hash) < size)
		err = 0;
	sodium_memzero(data, sizeof(*data));
	free(data);
	return err;
}
