// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/prefix_set.h"

struct lists {
	struct prefix_set blocked, allowed;
};

struct choice {
	struct choice_config config;
	struct lists lists;
	char clause[ADDR_TEXT_LEN + 32];
};

static void lists_clear(struct lists *l)
{
	prefix_set_clear(&l->blocked);
	prefix_set_clear(&l->allowed);
}

static int lists_read(const struct choice_config *config, struct lists *ret_lists)
{
	struct lists l = { 0 };
	int err = 0;

	if (config->system_file && access(config->system_file, F_OK) == 0)
		err = prefix_set_read(&l.blocked, config->system_file);
	for (size_t i = 0; !err && i < config->blocked_count; i++)
		err = prefix_set_read(&l.blocked, config->blocked[i]);
	for (size_t i = 0; !err && i < config->allowed_count; i++)
		err = prefix_set_read(&l.allowed, config->allowed[i]);
	if (err) {
		lists_clear(&l);
		return err;
	}
	prefix_set_close(&l.blocked);
	prefix_set_close(&l.allowed);
	*ret_lists = l;
	return 0;
}

int choice_open(const struct choice_config *config, struct choice **ret_choice)
{
	struct choice *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->config = *config;
	err = lists_read(&c->config, &c->lists);
	if (err)
		choice_close(c);
	else
		*ret_choice = c;
	return err;
}

void choice_close(struct choice *c)
{
	if (!c)
		return;
	lists_clear(&c->lists);
	free(c);
}

int choice_reload(struct choice *c)
{
	struct lists fresh;
	int err = lists_read(&c->config, &fresh);

	if (err)
		return err;
	lists_clear(&c->lists);
	c->lists = fresh;
	return 0;
}

const char *choice_refuses(struct choice *c, const struct addr *a)
{
	const struct prefix *blocked = prefix_set_find(&c->lists.blocked, a);
	char text[ADDR_TEXT_LEN];
	unsigned int len;

	if (blocked) {
		len = addr_is_v4(a) ? blocked->len - 96u : blocked->len;
		snprintf(c->clause, sizeof(c->clause), "blocked by %s/%u",
			 addr_to_text(&blocked->base, text), len);
		return c->clause;
	}
	if (c->config.allowed_count > 0 && !prefix_set_find(&c->lists.allowed, a))
		return "not allowed by any list";
	return NULL;
}
