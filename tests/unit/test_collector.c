// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/collector.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <string.h>

TestSuite(collector, .init = cr_redirect_stderr);

static const struct {
	const char *given;
	const char *url; /* NULL: refused, unless allow_http makes it good */
	bool is_plain, is_loopback;
} cases[] = {
	{ "https://collector.example.net/v1", "https://collector.example.net/v1", false, false },
	{ "HTTPS://collector.example.net", "https://collector.example.net/", false, false },
	{ "https://[2001:db8::1]:8443/x?y=z", "https://[2001:db8::1]:8443/x?y=z", false, false },
	{ "https://127.0.0.1/", "https://127.0.0.1/", false, true },
	{ "http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1", true, true },
	{ "http://127.255.0.9/", "http://127.255.0.9/", true, true },
	{ "http://[::1]/", "http://[::1]/", true, true },
	{ "http://localhost/", "http://localhost/", true, true },
	{ "http://collector.example.net/v1", NULL, true, false },
	{ "http://128.0.0.1/", NULL, true, false },
	{ "http://127.0.0.1.example.net/", NULL, true, false },
	{ "http://localhost.example.net/", NULL, true, false },
	{ "http://[::2]/", NULL, true, false },
};

Test(collector, http_is_for_this_host_unless_allowed)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct collector c;
		int err = collector_init(&c, cases[i].given, false);

		cr_assert_eq(err, cases[i].url ? 0 : -EINVAL, "%s: %d", cases[i].given, err);
		if (!err)
			cr_assert_str_eq(c.url, cases[i].url);
		collector_fini(&c);
		cr_assert_eq(collector_init(&c, cases[i].given, true), 0, "%s", cases[i].given);
		cr_assert_eq(c.is_plain, cases[i].is_plain, "%s", cases[i].given);
		cr_assert_eq(c.is_loopback, cases[i].is_loopback, "%s", cases[i].given);
		collector_fini(&c);
	}
}

Test(collector, what_is_no_address_of_a_collector_is_refused)
{
	static const char *const bad[] = {
		"",
		"collector",
		"collector.example.net/v1",
		"ftp://collector.example.net/",
		"file:///etc/passwd",
		"https://",
		"https://collector.example.net/#part",
		"https://collector example.net/",
		"https://collector.example.net:99999/",
		"https://alice@collector.example.net/",
		"https://alice:secret@collector.example.net/",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct collector c;

		cr_assert_eq(collector_init(&c, bad[i], true), -EINVAL, "'%s'", bad[i]);
	}
}

static void expect_silent_about(const char *secret)
{
	char said[1024] = "";
	FILE *output = cr_get_redirected_stderr();

	cr_assert_gt(fread(said, 1, sizeof(said) - 1, output), 0);
	cr_assert_null(strstr(said, secret), "%s", said);
}

Test(collector, a_password_in_the_url_is_not_repeated)
{
	struct collector c;

	collector_init(&c, "https://alice:marker@collector.example.net/", false);
	collector_init(&c, "https://alice:marker@collector example.net/", false);
	collector_init(&c, "alice:marker@collector.example.net", false);
	fflush(stderr);
	expect_silent_about("marker");
}
