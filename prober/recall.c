// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/recall.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "prober/sweep_options.h"

#define NUMBER_LEN 64

struct recall {
	json_t *arguments; /* these two have the texts */
	json_t *settings;
	char **argv;
	struct prober_options options;
};

static int recall_arguments(struct recall *r, const char *text, int *ret_argc)
{
	size_t count, i;
	json_t *item;

	r->arguments = json_loads(text, 0, NULL);
	count = json_array_size(r->arguments);
	if (count == 0 || count > INT32_MAX)
		return -EBADMSG;
	r->argv = calloc(count + 1, sizeof(*r->argv));
	if (!r->argv)
		return -ENOMEM;
	json_array_foreach (r->arguments, i, item) {
		if (!json_is_string(item))
			return -EBADMSG;
		/* As argv is: nobody writes to it. */
		r->argv[i] = strdup(json_string_value(item));
		if (!r->argv[i])
			return -ENOMEM;
	}
	*ret_argc = (int)count;
	return 0;
}

/* As it would be typed; NULL for what is not typed. */
static const char *recall_text(const struct option_desc *o, const json_t *value,
			       char text[static NUMBER_LEN])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value))
		snprintf(text, NUMBER_LEN, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		snprintf(text, NUMBER_LEN, "%.9f", json_real_value(value));
	else if (json_is_true(value) && o->type == OPTION_FLAG)
		text[0] = '\0';
	else
		return NULL;
	return text;
}

static int recall_list(const json_t *array, struct option_list *list)
{
	size_t i;
	json_t *item;

	list->count = 0;
	json_array_foreach (array, i, item) {
		if (!json_is_string(item) || option_list_add(list, json_string_value(item)))
			return -EINVAL;
	}
	return 0;
}

/* What is zero was not given, and is nothing that could be typed. */
static bool recall_is_nothing(const json_t *value)
{
	return json_is_null(value) || json_is_false(value) ||
	       (json_is_number(value) && json_number_value(value) == 0);
}

static int recall_set(struct recall *r, const struct option_desc *o, const json_t *value)
{
	void *field = (char *)&r->options + o->offset;
	char number[NUMBER_LEN];
	const char *text;

	switch (o->type) {
	case OPTION_LIST:
		return recall_list(value, field);
	case OPTION_FLAG:
		*(bool *)field = json_is_true(value);
		return 0;
	case OPTION_STRING:
		*(const char **)field = json_string_value(value);
		return 0;
	case OPTION_U32:
		*(uint32_t *)field = 0;
		break;
	case OPTION_BITS:
	case OPTION_SECONDS:
	case OPTION_DURATION:
		*(uint64_t *)field = 0;
		break;
	case OPTION_FRACTION:
		*(double *)field = 0;
		break;
	case OPTION_U64:
	case OPTION_CHOICE:
		break;
	case OPTION_RATE:
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_CONFIG:
		return 0;
	}
	if (recall_is_nothing(value))
		return 0;
	text = recall_text(o, value, number);
	return text ? option_store(o, text, &r->options) : -EINVAL;
}

static int recall_choice(const json_t *settings, const char *key, const char *const *names,
			 unsigned int *ret_choice)
{
	const char *text = json_string_value(json_object_get(settings, key));

	for (unsigned int i = 0; text && names[i]; i++)
		if (strcmp(names[i], text) == 0) {
			*ret_choice = i;
			return 0;
		}
	log_error("the run that is stored has no %s", key);
	return -EINVAL;
}

static int recall_choices(struct recall *r)
{
	struct prober_options *o = &r->options;
	unsigned int direction, protocol, mode;
	int err = recall_choice(r->settings, "direction", options_direction_names, &direction);

	if (!err)
		err = recall_choice(r->settings, "protocol", options_protocol_names, &protocol);
	if (!err)
		err = recall_choice(r->settings, "mode", options_mode_names, &mode);
	if (err)
		return err;
	o->direction = (enum options_direction)direction;
	o->protocol = (enum options_protocol)protocol;
	o->mode = (enum options_mode)mode;
	return 0;
}

/* What was in force then, where the arguments alone would give something else. */
static int recall_settings(struct recall *r, const char *text)
{
	int err;

	r->settings = json_loads(text, 0, NULL);
	err = recall_choices(r);
	for (size_t i = 0; !err && i < prober_option_table.count; i++) {
		const struct option_desc *o = &prober_option_table.options[i];
		const char letter[2] = { o->letter, '\0' };
		const char *name = o->name ? o->name : letter;
		const json_t *value = json_object_get(r->settings, name);

		err = value ? recall_set(r, o, value) : 0;
		if (err)
			log_error("the run that is stored had a --%s that can't be", name);
	}
	return err;
}

/* By the command that it was. */
static enum option_outcome recall_parse(struct recall *r, int argc)
{
	struct sweep_options sweep;
	enum option_outcome outcome;

	if (!r->argv[0] || strcmp(r->argv[0], "sweep") != 0)
		return prober_options_parse(argc, r->argv, &r->options);
	outcome = sweep_options_parse(argc, r->argv, &sweep);
	if (outcome == OPTION_OK)
		r->options = sweep.prober;
	return outcome;
}

int recall_open(const struct ledger_run *run, struct recall **ret_recall)
{
	struct recall *r = calloc(1, sizeof(*r));
	int argc = 0;
	int err = r ? recall_arguments(r, run->argv, &argc) : -ENOMEM;

	if (err) {
		log_error("run %lld: its arguments are not those of revprobe",
			  (long long)run->run_id);
		goto fail;
	}
	if (recall_parse(r, argc) != OPTION_OK) {
		log_error("run %lld: its arguments are not for this version: it was %s",
			  (long long)run->run_id, run->program);
		err = -EINVAL;
		goto fail;
	}
	r->options.seed = run->seed;
	err = recall_settings(r, run->config);
	if (err)
		goto fail;
	*ret_recall = r;
	return 0;
fail:
	recall_close(r);
	return err;
}

void recall_close(struct recall *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->argv && i < json_array_size(r->arguments); i++)
		free(r->argv[i]);
	free(r->argv);
	json_decref(r->arguments);
	json_decref(r->settings);
	free(r);
}

struct prober_options *recall_options(struct recall *r)
{
	return &r->options;
}
