// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "output/study.h"

#define SECONDS_MAX 1e9

struct reader {
	const json_t *config;
	const char *bad; /* the first setting that is missing or no such value; NULL: none */
};

static void expect(struct reader *r, const char *name, bool is_right)
{
	if (!is_right && !r->bad)
		r->bad = name;
}

static uint32_t read_u32(struct reader *r, const char *name)
{
	const json_t *value = json_object_get(r->config, name);
	json_int_t number = json_integer_value(value);
	bool is_right = json_is_integer(value) && number >= 0 && number <= UINT32_MAX;

	expect(r, name, is_right);
	return is_right ? (uint32_t)number : 0;
}

static uint64_t read_seconds(struct reader *r, const char *name)
{
	const json_t *value = json_object_get(r->config, name);
	double seconds = json_number_value(value);
	bool is_right = json_is_number(value) && seconds >= 0 && seconds < SECONDS_MAX;

	expect(r, name, is_right);
	return is_right ? (uint64_t)(seconds * (double)NS_PER_S + 0.5) : 0;
}

static bool read_flag(struct reader *r, const char *name)
{
	const json_t *value = json_object_get(r->config, name);

	expect(r, name, json_is_boolean(value));
	return json_is_true(value);
}

static struct study_settings read_settings(struct reader *r)
{
	const char *mode = json_string_value(json_object_get(r->config, "mode"));
	struct study_settings settings = {
		.min_ttl = read_u32(r, "min-ttl"),
		.max_ttl = read_u32(r, "max-ttl"),
		.inter_ns = read_seconds(r, "inter"),
		.timeout_ns = read_seconds(r, "timeout"),
		.abort = read_u32(r, "abort"),
	};

	settings.is_indirect = json_is_string(json_object_get(r->config, "forward-to"));
	if (mode && strcmp(mode, "singlepath") == 0) {
		settings.probes = read_u32(r, "probes");
	} else if (mode && strcmp(mode, "multipath") == 0) {
		settings.retry = read_u32(r, "retry");
		settings.min_burst = read_u32(r, "min-burst");
		settings.max_burst = read_u32(r, "max-burst");
		settings.single_vertex_probe_opt = read_flag(r, "opt-single-vertex-hop");
	} else {
		expect(r, "mode", false);
	}
	return settings;
}

int study_settings_read(const char *config, struct study_settings *ret_settings)
{
	json_error_t error;
	json_t *object = json_loads(config, 0, &error);
	struct reader r = { .config = object };
	struct study_settings settings;

	if (!object) {
		log_error("study: cannot read the settings of the run: %s", error.text);
		return -EINVAL;
	}
	settings = read_settings(&r);
	json_decref(object);
	if (r.bad) {
		log_error("study: the settings of the run have no good '%s'", r.bad);
		return -EINVAL;
	}
	*ret_settings = settings;
	return 0;
}
