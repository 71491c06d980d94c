// SPDX-License-Identifier: GPL-2.0-or-later
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/container.h"
#include "output/study.h"
#include "tests/unit/study_drafts.h"

TestSuite(study_settings, .init = cr_redirect_stderr);

Test(study_settings, single_path_is_read)
{
	struct study_settings s;

	cr_assert_eq(study_settings_read(study_draft_config, &s), 0);
	cr_assert(s.min_ttl == 1 && s.max_ttl == 30 && s.abort == 3 && s.probes == 3);
	cr_assert_eq(s.inter_ns, 20 * NS_PER_MS);
	cr_assert_eq(s.timeout_ns, 2 * NS_PER_S);
	cr_assert(s.retry == 0 && s.max_burst == 0 && !s.single_vertex_probe_opt);
}

Test(study_settings, multipath_is_read)
{
	struct study_settings s;

	cr_assert_eq(study_settings_read(study_draft_config_multipath, &s), 0);
	cr_assert(s.retry == 4 && s.min_burst == 20 && s.max_burst == 500);
	cr_assert(s.single_vertex_probe_opt);
	cr_assert_eq(s.probes, 0);
}

/* What is damaged in the good configuration. */
static const struct {
	const char *find;
	const char *replace;
} damages[] = {
	{ "\"mode\"", "\"node\"" },
	{ "singlepath", "sideways" },
	{ "\"min-ttl\": 1", "\"min-ttl\": -1" },
	{ "\"min-ttl\": 1", "\"min-ttl\": 1.0" },
	{ "\"max-ttl\": 30", "\"max-ttl\": 4294967296" },
	{ "\"probes\"", "\"qrobes\"" },
	{ "0.02", "-0.1" },
	{ "2.0", "1e99" },
	{ "\"abort\": 3", "\"abort\": null" },
	{ "{", "[" },
};

Test(study_settings, what_is_missing_or_wrong_is_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		struct study_settings s = { .min_ttl = 99 };
		const char *at = strstr(study_draft_config, damages[i].find);
		char config[512];

		cr_assert_not_null(at, "%s", damages[i].find);
		snprintf(config, sizeof(config), "%.*s%s%s", (int)(at - study_draft_config),
			 study_draft_config, damages[i].replace, at + strlen(damages[i].find));
		cr_assert_eq(study_settings_read(config, &s), -EINVAL, "%s", config);
		cr_assert_eq(s.min_ttl, 99);
	}
}

Test(study_settings, message_names_the_setting)
{
	struct study_settings s;
	char text[512];
	size_t len;

	cr_assert_eq(study_settings_read("{\"mode\": \"multipath\", \"min-ttl\": 1}", &s), -EINVAL);
	fflush(stderr);
	len = fread(text, 1, sizeof(text) - 1, cr_get_redirected_stderr());
	text[len] = '\0';
	cr_assert(strstr(text, "study: the settings of the run have no good 'max-ttl'\n"), "%s",
		  text);
}
