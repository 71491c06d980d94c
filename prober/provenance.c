// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/provenance.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/clock.h"
#include "config.h"
#include "output/uuid.h"

struct provenance {
	struct run_record run;
	char uuid[UUID_TEXT_LEN];
	char *argv;
	char *config;
	char *host;
	char *list;
};

/* Text that may be no UTF-8: what is not stays out, rather than all of it. */
static json_t *provenance_string(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("?");
}

static json_t *provenance_list(const struct option_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, provenance_string(list->items[i]));
	return array;
}

static json_t *provenance_value(const struct option_desc *o, const void *field)
{
	switch (o->type) {
	case OPTION_FLAG:
		return json_boolean(*(const bool *)field);
	case OPTION_U32:
		return json_integer(*(const uint32_t *)field);
	case OPTION_U64: /* greater than JSON's numbers may be */
		return json_sprintf("%" PRIu64, *(const uint64_t *)field);
	case OPTION_BITS:
		return json_integer(*(const json_int_t *)field);
	case OPTION_SECONDS:
	case OPTION_DURATION:
		return json_real((double)*(const uint64_t *)field / (double)NS_PER_S);
	case OPTION_FRACTION:
		return json_real(*(const double *)field);
	case OPTION_RATE:
		return json_pack("{s:I,s:I}", "pps",
				 (json_int_t)((const struct option_rate *)field)->pps, "burst",
				 (json_int_t)((const struct option_rate *)field)->burst);
	case OPTION_STRING:
		return *(const char *const *)field ? provenance_string(*(const char *const *)field)
						   : json_null();
	case OPTION_CHOICE:
		return json_string(o->choices[*(const int *)field]);
	case OPTION_LIST:
		return provenance_list(field);
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_CONFIG:
		break;
	}
	return NULL;
}

/* Files of one name change from week to week. */
static void provenance_file(json_t *object, const char *option, const struct mmdb_about *file)
{
	uint64_t built_us;
	char key[32];

	if (!file)
		return;
	built_us = file->built_s * 1000000;
	snprintf(key, sizeof(key), "%s-type", option);
	json_object_set_new(object, key, provenance_string(file->type));
	snprintf(key, sizeof(key), "%s-built-us", option);
	json_object_set_new(object, key, json_integer((json_int_t)built_us));
}

/* Every setting in force, by the name of its option. */
static void provenance_settings(json_t *object, const struct option_table *table,
				const void *options)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_desc *o = &table->options[i];
		const char letter[2] = { o->letter, '\0' };
		json_t *value = provenance_value(o, (const char *)options + o->offset);

		if (value)
			json_object_set_new(object, o->name ? o->name : letter, value);
	}
}

static char *provenance_config(const struct prober_options *options, const struct mmdb_about *asn,
			       const struct mmdb_about *geo)
{
	json_t *object = json_object();
	char *text;

	json_object_set_new(object, "direction",
			    json_string(options_direction_name(options->direction)));
	json_object_set_new(object, "protocol",
			    json_string(options_protocol_name(options->protocol)));
	json_object_set_new(object, "mode", json_string(options_mode_name(options->mode)));
	provenance_settings(object, &prober_option_table, options);
	provenance_file(object, "asn-db", asn);
	provenance_file(object, "geo-db", geo);
	text = json_dumps(object, JSON_PRESERVE_ORDER);
	json_decref(object);
	return text;
}

static char *provenance_argv(int argc, char **argv)
{
	json_t *array = json_array();
	char *text;

	for (int i = 0; i < argc; i++)
		json_array_append_new(array, provenance_string(argv[i]));
	text = json_dumps(array, 0);
	json_decref(array);
	return text;
}

static char *provenance_host(void)
{
	json_t *object = json_object();
	struct utsname name;
	char *text;

	if (!uname(&name)) {
		json_object_set_new(object, "name", provenance_string(name.nodename));
		json_object_set_new(object, "kernel", provenance_string(name.release));
		json_object_set_new(object, "machine", provenance_string(name.machine));
	}
	text = json_dumps(object, JSON_PRESERVE_ORDER);
	json_decref(object);
	return text;
}

/* Cycles are counted within a list: the files read, or else the command line. */
static char *provenance_target_list(const struct prober_options *options)
{
	const struct option_list *lists[] = { &options->endpoints, &options->targets };
	char text[1024] = "";
	size_t used = 0;

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < lists[i]->count && used < sizeof(text); j++)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? "," : "", lists[i]->items[j]);
	return strdup(used ? text : "command line");
}

/* Takes the texts. */
static int provenance_make(int argc, char **argv, char *config, char *list, uint64_t seed,
			   struct provenance **ret_provenance)
{
	struct provenance *p = calloc(1, sizeof(*p));

	if (!p) {
		free(config);
		free(list);
		return -ENOMEM;
	}
	uuid_make(p->uuid);
	p->argv = provenance_argv(argc, argv);
	p->config = config;
	p->host = provenance_host();
	p->list = list;
	if (!p->argv || !p->config || !p->host || !p->list) {
		provenance_free(p);
		return -ENOMEM;
	}
	p->run = (struct run_record){
		.uuid = p->uuid,
		.program = PACKAGE_STRING,
		.argv = p->argv,
		.config = p->config,
		.host = p->host,
		.list = p->list,
		.seed = seed,
		.started_us = clock_wall_us(),
	};
	*ret_provenance = p;
	return 0;
}

int provenance_new(int argc, char **argv, const struct prober_options *options,
		   const struct mmdb_about *asn, const struct mmdb_about *geo,
		   struct provenance **ret_provenance)
{
	return provenance_make(argc, argv, provenance_config(options, asn, geo),
			       provenance_target_list(options), options->seed, ret_provenance);
}

int provenance_new_plain(int argc, char **argv, const struct option_table *table,
			 const void *options, const char *list, struct provenance **ret_provenance)
{
	json_t *object = json_object();
	char *config;

	provenance_settings(object, table, options);
	config = json_dumps(object, JSON_PRESERVE_ORDER);
	json_decref(object);
	return provenance_make(argc, argv, config, strdup(list), 0, ret_provenance);
}

void provenance_free(struct provenance *p)
{
	if (!p)
		return;
	free(p->argv);
	free(p->config);
	free(p->host);
	free(p->list);
	free(p);
}

void provenance_resume(struct provenance *p, int64_t run_id)
{
	p->run.resumes = run_id;
}

const struct run_record *provenance_run(const struct provenance *p)
{
	return &p->run;
}
