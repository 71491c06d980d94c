// SPDX-License-Identifier: GPL-2.0-or-later
/* With the files that tests/asn/make wrote.  What files can be otherwise: test_asn.c. */
#include "output/geo.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "tests/unit/records.h"

static int open_file(const char *name, struct geo_db **ret_db)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/tests/asn/%s", getenv("srcdir"), name);
	return geo_open(path, ret_db);
}

static const struct {
	const char *address, *wanted;
} known[] = {
	{ "192.0.2.1", "DE Augsburg" },
	{ "198.51.100.255", "FR " },
	{ "203.0.113.1", " \x1b[2J</script>" }, /* no country has three letters */
	{ "198.18.0.1", " Somewhere" },
	{ "10.77.0.1", "-" }, /* nor small ones */
	{ "192.0.3.1", "-" },
	{ "2001:db8::1", "JP T\xc5\x8dky\xc5\x8d" },
	{ "2001:db9::1", "-" },
};

Test(geo, country_and_city_are_found_where_there_are)
{
	struct geo_db *db;

	cr_assert_eq(open_file("geo.mmdb", &db), 0);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		const struct addr addr = draft_addr(known[i].address);
		struct geo_entry entry;
		char text[128] = "-";

		if (geo_find(db, &addr, &entry))
			snprintf(text, sizeof(text), "%s %s", entry.country, entry.city);
		cr_expect_str_eq(text, known[i].wanted, "%s: %s", known[i].address, text);
	}
	cr_expect_str_eq(geo_about(db)->type, "Test-City");
	cr_expect_eq(geo_about(db)->built_s, 1700000000);
	geo_close(db);
}

Test(geo, no_file_no_answer)
{
	const struct addr addr = draft_addr("192.0.2.1");
	struct geo_entry entry;

	cr_expect_not(geo_find(NULL, &addr, &entry));
	geo_close(NULL);
}

static void expect_refused(const char *name, int err, const char *reason)
{
	struct geo_db *db = NULL;
	char line[1024] = "";

	cr_expect_eq(open_file(name, &db), err);
	cr_expect_null(db);
	fflush(stderr);
	cr_expect_not_null(fgets(line, sizeof(line), cr_get_redirected_stderr()));
	cr_expect_not_null(strstr(line, name), "%s", line);
	cr_expect_not_null(strstr(line, reason), "%s", line);
}

Test(geo, file_of_another_kind_is_refused, .init = cr_redirect_stderr)
{
	expect_refused("asn.mmdb", -EINVAL, "no database of countries: it has no country.iso_code");
	expect_refused("town.mmdb", -EINVAL, "no database of countries");
	expect_refused("README.md", -EINVAL, "not a whole database in MaxMind's format");
	expect_refused("none.mmdb", -ENOENT, "cannot open: No such file or directory");
}
