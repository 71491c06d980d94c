// SPDX-License-Identifier: GPL-2.0-or-later
/* With the files that tests/asn/make wrote, whole and damaged. */
#include "output/asn.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/log.h"
#include "tests/unit/folder.h"
#include "tests/unit/records.h"

TestSuite(asn, .init = folder_set_up, .fini = folder_tear_down, .timeout = 60);

enum { FILE_MAX = 4096 };

static const char *file_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/tests/asn/%s", getenv("srcdir"), name);
	return path;
}

static struct asn_db *open_file(const char *name)
{
	struct asn_db *db;

	cr_assert_eq(asn_open(file_path(name), &db), 0);
	return db;
}

static size_t read_file(const char *name, char bytes[static FILE_MAX])
{
	FILE *in = fopen(file_path(name), "r");
	size_t len;

	cr_assert_not_null(in, "%s", name);
	len = fread(bytes, 1, FILE_MAX, in);
	fclose(in);
	cr_assert(len > 0 && len < FILE_MAX);
	return len;
}

static const char *write_bytes(const char *name, const char *bytes, size_t len)
{
	const char *path = folder_path(name);
	FILE *out = fopen(path, "w");

	cr_assert_not_null(out);
	cr_assert_eq(fwrite(bytes, 1, len, out), len);
	cr_assert_eq(fclose(out), 0);
	return path;
}

/* "64496 Example Net", or "-". */
static const char *look_up(struct asn_db *db, const char *address)
{
	static char text[ASN_NAME_LEN + 16];
	const struct addr addr = draft_addr(address);
	struct asn_entry entry;

	if (!asn_find(db, &addr, &entry))
		return "-";
	snprintf(text, sizeof(text), "%u %s", entry.number, entry.name);
	return text;
}

static const struct {
	const char *address, *wanted;
} known[] = {
	{ "192.0.2.0", "64496 Example Net" },
	{ "192.0.2.255", "64496 Example Net" },
	{ "192.0.3.0", "-" },
	{ "198.51.100.7", "64497 " },
	{ "198.51.100.128", "-" }, /* an organisation without a number */
	{ "203.0.113.9", "4294967294 \"]; evil [label=\"\x1b[2J & T\xc3\xa9l\xc3\xa9"
			 "com\\" },
	{ "198.18.0.1", "65551 A long name that goes on and on, A long name that goes on and on, A "
			"long name that goes on and on, A long name that goes on and" },
	{ "2001:db8::1", "64499 Example Six" },
	{ "2001:db8:ffff::1", "-" }, /* number 0 */
	{ "2001:db9::1", "-" },
	{ "::", "-" },
};

Test(asn, addresses_of_both_families_are_found)
{
	struct asn_db *db = open_file("asn.mmdb");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		cr_expect_str_eq(look_up(db, known[i].address), known[i].wanted, "%s: %s",
				 known[i].address, look_up(db, known[i].address));
	asn_close(db);
}

Test(asn, file_says_what_it_is)
{
	struct asn_db *db = open_file("asn.mmdb");

	cr_assert_str_eq(asn_about(db)->type, "Test-ASN");
	cr_assert_eq(asn_about(db)->built_s, 1700000000);
	asn_close(db);
}

Test(asn, file_for_ipv4_only_has_no_answer_for_others, .init = cr_redirect_stderr)
{
	struct asn_db *db = open_file("asn4.mmdb");

	cr_expect_str_eq(look_up(db, "192.0.2.1"), "64496 Example Net");
	cr_expect_str_eq(look_up(db, "2001:db8::1"), "-");
	asn_close(db);
	fflush(stderr);
	cr_assert_stderr_eq_str("");
}

Test(asn, no_file_no_answer)
{
	cr_assert_str_eq(look_up(NULL, "192.0.2.1"), "-");
	asn_close(NULL);
}

/* Opens what is wrong, and returns what was said of it, behind its path. */
static const char *refusal(const char *path, int wanted)
{
	static char line[1024];
	struct asn_db *db = NULL;
	char lead[600];

	cr_assert_eq(asn_open(path, &db), wanted);
	cr_assert_null(db);
	fflush(stderr);
	cr_assert_not_null(fgets(line, sizeof(line), cr_get_redirected_stderr()));
	snprintf(lead, sizeof(lead), "revprobe: %s: ", path);
	cr_assert_eq(strncmp(line, lead, strlen(lead)), 0, "%s", line);
	line[strcspn(line, "\n")] = '\0';
	return line + strlen(lead);
}

Test(asn, what_is_wrong_with_a_file_is_said)
{
	char bytes[FILE_MAX];
	size_t len = read_file("asn.mmdb", bytes);
	static const char not_whole[] = "not a whole database in MaxMind's format: ";

	cr_redirect_stderr();
	cr_expect_str_eq(refusal("/nonexistent.mmdb", -ENOENT),
			 "cannot open: No such file or directory");
	cr_expect_eq(strncmp(refusal(write_bytes("cut", bytes, len - 200), -EINVAL), not_whole,
			     strlen(not_whole)),
		     0);
	cr_expect_eq(strncmp(refusal(write_bytes("text", "no database\n", 12), -EINVAL), not_whole,
			     strlen(not_whole)),
		     0);
	/* The front is gone: its end tells of more than there is. */
	cr_expect_eq(strncmp(refusal(write_bytes("front", bytes + len - 300, 300), -EINVAL),
			     not_whole, strlen(not_whole)),
		     0);
	cr_expect_str_eq(refusal(file_path("town.mmdb"), -EINVAL),
			 "no database of autonomous systems: it has no autonomous_system_number");
}

Test(asn, empty_files_and_folders_are_refused)
{
	cr_redirect_stderr();
	cr_expect_str_eq(refusal(write_bytes("empty", "", 0), -EINVAL),
			 "cannot map, is it empty or no file: Invalid argument");
	cr_expect_str_eq(refusal(folder_path("."), -ENODEV),
			 "cannot map, is it empty or no file: No such device");
}

/* Every byte of it, in three ways: it may be refused, or answer anything, and that is
 * all.  The sanitizers see the rest. */
Test(asn, damage_does_no_harm)
{
	static const unsigned char masks[] = { 0x01, 0x80, 0xff };
	char bytes[FILE_MAX];
	size_t len = read_file("asn.mmdb", bytes);
	unsigned int opened = 0;

	log_init("revprobe", LOG_ERROR);
	cr_redirect_stderr();
	for (size_t at = 0; at < len; at++) {
		for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
			struct asn_db *db;

			bytes[at] = (char)(bytes[at] ^ masks[i]);
			if (asn_open(write_bytes("damaged", bytes, len), &db) == 0) {
				for (size_t j = 0; j < ARRAY_LEN(known); j++)
					look_up(db, known[j].address);
				asn_close(db);
				opened++;
			}
			bytes[at] = (char)(bytes[at] ^ masks[i]);
		}
	}
	cr_assert_gt(opened, len);
}

Test(asn, damage_is_said_once)
{
	char bytes[FILE_MAX], line[512] = "";
	size_t len = read_file("asn.mmdb", bytes);
	char *name = memmem(bytes, len, "Example Six", 11);
	struct asn_db *db;

	cr_assert_not_null(name);
	/* The map that has the name begins with the number of its members. */
	for (char *c = name - 2; c > bytes; c--) {
		if ((unsigned char)*c == 0xe2) {
			*c = (char)0xff;
			break;
		}
	}
	cr_redirect_stderr();
	cr_assert_eq(asn_open(write_bytes("damaged", bytes, len), &db), 0);
	cr_expect_str_eq(look_up(db, "2001:db8::1"), "-");
	cr_expect_str_eq(look_up(db, "2001:db8::2"), "-");
	cr_expect_str_eq(look_up(db, "192.0.2.1"), "64496 Example Net");
	asn_close(db);
	fflush(stderr);
	cr_assert_not_null(fgets(line, sizeof(line), cr_get_redirected_stderr()));
	cr_expect_not_null(strstr(line, ": damaged, some addresses stay unknown: "), "%s", line);
	cr_expect_null(fgets(line, sizeof(line), cr_get_redirected_stderr()), "%s", line);
}
