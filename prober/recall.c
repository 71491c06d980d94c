// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/recall.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "prober/provenance.h"

struct recall {
	json_t *arguments; /* has the texts */
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

/* What was in force then and would be another now. */
static int recall_compare(const struct recall *r, const char *text)
{
	char *now_text = provenance_settings(&r->options);
	json_t *then = json_loads(text, 0, NULL);
	json_t *now = now_text ? json_loads(now_text, 0, NULL) : NULL;
	const char *key;
	json_t *value;
	int err = now ? 0 : -ENOMEM;

	json_object_foreach (now, key, value) {
		const json_t *was = json_object_get(then, key);

		if (!was || json_equal(was, value))
			continue;
		log_error("cannot go on: --%s was another for the run that is stored", key);
		err = -EINVAL;
	}
	json_decref(then);
	json_decref(now);
	free(now_text);
	return err;
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
	if (prober_options_parse(argc, r->argv, &r->options) != OPTION_OK) {
		log_error("run %lld: its arguments are not for this version: it was %s",
			  (long long)run->run_id, run->program);
		err = -EINVAL;
		goto fail;
	}
	r->options.seed = run->seed;
	err = recall_compare(r, run->config);
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
	free(r);
}

struct prober_options *recall_options(struct recall *r)
{
	return &r->options;
}
