// SPDX-License-Identifier: GPL-2.0-or-later
/* One text into its field, by the option's type. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/option.h"

/* Plain decimal notation only: strtod() alone would take "inf", "0x1p3", " 1". */
static int option_number(const char *text, double *ret_value, const char **ret_rest)
{
	size_t len = strspn(text, "0123456789.");
	char *end;
	double value;

	if (len == 0)
		return -EINVAL;
	errno = 0;
	value = strtod(text, &end);
	if (errno || end < text + len)
		return -EINVAL;
	if (end > text + len) /* an exponent */
		return -EINVAL;
	*ret_value = value;
	*ret_rest = end;
	return 0;
}

static int option_store_u64(const char *text, void *field)
{
	unsigned long long value;

	if (strspn(text, "0123456789") != strlen(text) || !*text)
		return -EINVAL;
	errno = 0;
	value = strtoull(text, NULL, 10);
	if (errno)
		return -EINVAL;
	*(uint64_t *)field = value;
	return 0;
}

static int option_store_u32(const struct option_desc *option, const char *text, void *field)
{
	unsigned long long value;

	if (strspn(text, "0123456789") != strlen(text) || !*text)
		return -EINVAL;
	errno = 0;
	value = strtoull(text, NULL, 10);
	if (errno || (double)value < option->min || (double)value > option->max)
		return -ERANGE;
	*(uint32_t *)field = (uint32_t)value;
	return 0;
}

struct option_unit {
	const char *suffix;
	double times;
};

/* A number with one of the suffixes; `units` ends with NULL. */
static int option_store_units(const struct option_desc *option, const struct option_unit *units,
			      const char *text, void *field)
{
	const char *rest;
	double value;

	if (option_number(text, &value, &rest))
		return -EINVAL;
	for (; units->suffix; units++) {
		if (strcmp(rest, units->suffix) != 0)
			continue;
		value *= units->times;
		if (value < option->min || value > option->max)
			return -ERANGE;
		*(uint64_t *)field = (uint64_t)llround(value);
		return 0;
	}
	return -EINVAL;
}

static int option_store_bits(const struct option_desc *option, const char *text, void *field)
{
	static const struct option_unit units[] = {
		{ "", 1 }, { "K", 1e3 }, { "M", 1e6 }, { "G", 1e9 }, { NULL, 0 }
	};

	return option_store_units(option, units, text, field);
}

/* A number alone, within the bounds. */
static int option_bounded(const struct option_desc *option, const char *text, double *ret_value)
{
	const char *rest;

	if (option_number(text, ret_value, &rest) || *rest)
		return -EINVAL;
	return *ret_value < option->min || *ret_value > option->max ? -ERANGE : 0;
}

static int option_store_seconds(const struct option_desc *option, const char *text, void *field)
{
	double value;
	int err = option_bounded(option, text, &value);

	if (!err)
		*(uint64_t *)field = (uint64_t)llround(value * (double)NS_PER_S);
	return err;
}

static int option_store_fraction(const struct option_desc *option, const char *text, void *field)
{
	double value;
	int err = option_bounded(option, text, &value);

	if (!err)
		*(double *)field = value;
	return err;
}

static int option_store_duration(const struct option_desc *option, const char *text, void *field)
{
	static const struct option_unit units[] = { { "", 1 },	   { "ns", 1 },	 { "us", 1e3 },
						    { "ms", 1e6 }, { "s", 1e9 }, { NULL, 0 } };

	return option_store_units(option, units, text, field);
}

/* Both numbers keep the option's bounds, but for the 0 that switches it off. */
static int option_store_rate(const struct option_desc *option, const char *text, void *field)
{
	struct option_rate *rate = field;
	char pps[16];
	size_t len = strcspn(text, "/");
	struct option_rate parsed;
	int err;

	if (strcmp(text, "off") == 0 || strcmp(text, "0") == 0) {
		*rate = (struct option_rate){ 0 };
		return 0;
	}
	if (len >= sizeof(pps))
		return -EINVAL;
	memcpy(pps, text, len);
	pps[len] = '\0';
	err = option_store_u32(option, pps, &parsed.pps);
	if (err)
		return err;
	parsed.burst = parsed.pps;
	if (text[len] == '/')
		err = option_store_u32(option, text + len + 1, &parsed.burst);
	if (!err)
		*rate = parsed;
	return err;
}

static int option_store_choice(const struct option_desc *option, const char *text, void *field)
{
	for (int i = 0; option->choices[i]; i++) {
		if (strcmp(text, option->choices[i]) == 0) {
			*(int *)field = i;
			return 0;
		}
	}
	return -EINVAL;
}

int option_list_add(struct option_list *list, const char *text)
{
	if (list->count == OPTION_LIST_MAX)
		return -ENOSPC;
	list->items[list->count++] = text;
	return 0;
}

int option_store(const struct option_desc *option, const char *text, void *config)
{
	void *field = (char *)config + option->offset;

	switch (option->type) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_U32:
		return option_store_u32(option, text, field);
	case OPTION_U64:
		return option_store_u64(text, field);
	case OPTION_BITS:
		return option_store_bits(option, text, field);
	case OPTION_SECONDS:
		return option_store_seconds(option, text, field);
	case OPTION_FRACTION:
		return option_store_fraction(option, text, field);
	case OPTION_DURATION:
		return option_store_duration(option, text, field);
	case OPTION_RATE:
		return option_store_rate(option, text, field);
	case OPTION_STRING:
		*(const char **)field = text;
		return 0;
	case OPTION_CHOICE:
		return option_store_choice(option, text, field);
	case OPTION_LIST:
		return option_list_add(field, text);
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_CONFIG:
		return 0;
	}
	return -EINVAL;
}
