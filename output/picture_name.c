// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/picture_name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PART_LEN = 101 }; /* of a file name; most file systems end at 255 */

struct picture_names {
	char *base;
	char **taken;
	size_t count;
};

int picture_names_new(const char *base, struct picture_names **ret_names)
{
	struct picture_names *n = calloc(1, sizeof(*n));

	if (n)
		n->base = strdup(base);
	if (!n || !n->base) {
		picture_names_free(n);
		return -ENOMEM;
	}
	*ret_names = n;
	return 0;
}

void picture_names_free(struct picture_names *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n->count; i++)
		free(n->taken[i]);
	free(n->taken);
	free(n->base);
	free(n);
}

/* Nothing that separates folders, steers a terminal or needs quotes in a shell. */
static void sanitise(const char *target, char ret_part[static PART_LEN])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789.-_";

	snprintf(ret_part, PART_LEN, "%s", target);
	for (char *c = ret_part; *c; c++)
		if (!strchr(allowed, *c))
			*c = '_';
}

static int is_taken(const struct picture_names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->taken[i], name) == 0)
			return 1;
	return 0;
}

static char *make_name(const struct picture_names *n, const char *target)
{
	char part[PART_LEN];
	char *name = NULL;

	if (!target)
		return strdup(n->base);
	sanitise(target, part);
	if (asprintf(&name, "%s-%s", n->base, part) < 0)
		return NULL;
	for (unsigned int i = 2; is_taken(n, name); i++) {
		free(name);
		if (asprintf(&name, "%s-%s-%u", n->base, part, i) < 0)
			return NULL;
	}
	return name;
}

const char *picture_names_take(struct picture_names *n, const char *target)
{
	char **grown = reallocarray(n->taken, n->count + 1, sizeof(*grown));
	char *name;

	if (!grown)
		return NULL;
	n->taken = grown;
	name = make_name(n, target);
	if (name)
		n->taken[n->count++] = name;
	return name;
}

size_t picture_names_count(const struct picture_names *n)
{
	return n->count;
}
