// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/whole_file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/container.h"
#include "tests/unit/folder.h"

/* The linker sends every write() here: -Wl,--wrap=write. */
ssize_t __real_write(int fd, const void *buf, size_t len);
ssize_t __wrap_write(int fd, const void *buf, size_t len);

static bool is_trickling;      /* at most a few bytes at once, and sometimes none */
static size_t room = SIZE_MAX; /* until the disk is full */
static void (*between)(void);  /* called before each write */

ssize_t __wrap_write(int fd, const void *buf, size_t len)
{
	static unsigned int calls;

	if (between)
		between();
	if (is_trickling && calls++ % 2) {
		errno = EINTR;
		return -1;
	}
	if (is_trickling && len > 3)
		len = 3;
	if (room == 0) {
		errno = ENOSPC;
		return -1;
	}
	if (len > room)
		len = room;
	if (room != SIZE_MAX)
		room -= len;
	return __real_write(fd, buf, len);
}

static void set_up(void)
{
	folder_set_up();
	cr_assert_eq(chdir(folder_path(".")), 0);
}

TestSuite(whole_file, .init = set_up, .fini = folder_tear_down);

static void expect_text(const char *path, const char *wanted)
{
	char text[256];
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	cr_assert_geq(len, 0, "%s", path);
	close(fd);
	text[len] = '\0';
	cr_assert_str_eq(text, wanted);
}

Test(whole_file, file_is_made_and_replaced)
{
	cr_assert_eq(whole_file_write("a.json", "first, and long", 15), 0);
	expect_text("a.json", "first, and long");
	cr_assert_eq(whole_file_write("a.json", "second", 6), 0);
	expect_text("a.json", "second");
	cr_assert_eq(folder_count(), 1);
}

Test(whole_file, mode_is_that_of_any_new_file)
{
	struct stat st;

	umask(027);
	cr_assert_eq(whole_file_write("a.json", "x", 1), 0);
	cr_assert_eq(stat("a.json", &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0640);
	cr_assert_eq(umask(027), 027);
}

Test(whole_file, short_and_interrupted_writes_go_on)
{
	is_trickling = true;
	cr_assert_eq(whole_file_write("a.json", "0123456789", 10), 0);
	expect_text("a.json", "0123456789");
}

static void look_at_old(void)
{
	expect_text("a.json", "old");
}

Test(whole_file, reader_sees_the_old_file_until_the_new_one_is_whole)
{
	cr_assert_eq(whole_file_write("a.json", "old", 3), 0);
	is_trickling = true;
	between = look_at_old;
	cr_assert_eq(whole_file_write("a.json", "new and longer", 14), 0);
	between = NULL;
	expect_text("a.json", "new and longer");
}

Test(whole_file, full_disk_leaves_all_as_it_was)
{
	cr_assert_eq(whole_file_write("a.json", "old", 3), 0);
	room = 5;
	cr_assert_eq(whole_file_write("a.json", "new and longer", 14), -ENOSPC);
	expect_text("a.json", "old");
	cr_assert_eq(folder_count(), 1);
}

Test(whole_file, what_cannot_be_is_said)
{
	cr_assert_eq(whole_file_write("no/such/a.json", "x", 1), -ENOENT);
	cr_assert_eq(mkdir("taken", 0755), 0);
	cr_assert_eq(whole_file_write("taken", "x", 1), -EISDIR);
	cr_assert_eq(folder_count(), 1);
	rmdir("taken");
}

Test(whole_file, folder_is_checked_beforehand)
{
	cr_assert_eq(whole_file_check("trace"), 0);
	cr_assert_eq(whole_file_check("./trace"), 0);
	cr_assert_eq(whole_file_check("/trace-of-root"), geteuid() ? -EACCES : 0);
	cr_assert_eq(whole_file_check("no/trace"), -ENOENT);
	cr_assert_eq(whole_file_write("a", "x", 1), 0);
	cr_assert_eq(whole_file_check("a/trace"), -ENOTDIR);
}

static const struct {
	const char *base;
	const char *target;
	const char *want;
} names[] = {
	{ "trace", NULL, "trace.json" },
	{ "/tmp/x/trace", "www.example.net", "/tmp/x/trace-www.example.net.json" },
	{ "trace", "2001:db8::1", "trace-2001%3adb8%3a%3a1.json" },
	{ "trace", "../../etc/passwd", "trace-..%2f..%2fetc%2fpasswd.json" },
	{ "trace", "a%2fb", "trace-a%252fb.json" },
	{ "trace", "a b\n\x1b[2J\xff;rm *", "trace-a%20b%0a%1b%5b2J%ff%3brm%20%2a.json" },
	{ "trace", "", "trace-.json" },
	{ "%s%n", "x", "%s%n-x.json" },
};

Test(whole_file, name_has_base_target_and_suffix)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *name = whole_file_name(names[i].base, names[i].target, ".json");

		cr_assert_str_eq(name, names[i].want);
		free(name);
	}
}

Test(whole_file, long_names_fit_and_stay_apart)
{
	char a[256], b[256];
	char *name_a, *name_b;

	memset(a, ':', sizeof(a) - 1);
	a[255] = '\0';
	memcpy(b, a, sizeof(a));
	b[254] = ';';
	name_a = whole_file_name("trace", a, ".json");
	name_b = whole_file_name("trace", b, ".json");
	cr_assert_lt(strlen(name_a), 200);
	cr_assert_str_neq(name_a, name_b);
	cr_assert_eq(whole_file_write(name_a, "x", 1), 0);
	free(name_a);
	free(name_b);
}
