// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/render.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/folder.h"

#define LONG  (20 * NS_PER_S)
#define SHORT (NS_PER_S / 2)

TestSuite(render, .init = folder_set_up, .fini = folder_tear_down, .timeout = 30);

static struct render *queue_of(uint64_t limit_ns, int count)
{
	static const char *const names[] = { "a", "b", "c" };
	struct render *r;

	cr_assert_eq(render_new(limit_ns, &r), 0);
	for (int i = 0; i < count; i++) {
		char dot[16], png[16];

		snprintf(dot, sizeof(dot), "%s.dot", names[i]);
		snprintf(png, sizeof(png), "%s.png", names[i]);
		folder_write(dot, names[i]);
		cr_assert_eq(render_add(r, "png", folder_path(dot), folder_path(png)), 0);
	}
	return r;
}

static void expect_stderr(const char *format, const char *first, const char *second)
{
	char wanted[1024];

	snprintf(wanted, sizeof(wanted), format, first, second);
	fflush(stderr);
	cr_assert_stderr_eq_str(wanted);
}

Test(render, each_picture_is_drawn_from_its_file)
{
	struct render *r;

	folder_program("dot", "echo \"$@\"; cat");
	r = queue_of(LONG, 3);
	cr_assert_eq(render_finish(r), 0);
	render_free(r);
	cr_assert_str_eq(folder_read("a.png"), "-Tpng\na");
	cr_assert_str_eq(folder_read("b.png"), "-Tpng\nb");
	cr_assert_str_eq(folder_read("c.png"), "-Tpng\nc");
}

Test(render, graphviz_draws)
{
	struct render *r;

	if (system("dot -V 2>/dev/null") != 0) {
		cr_assert(!getenv("REQUIRE_ALL"), "no graphviz here");
		cr_skip("no graphviz here");
	}
	folder_write("a.dot", "digraph { a -> b; }");
	cr_assert_eq(render_new(LONG, &r), 0);
	cr_assert_eq(render_add(r, "svg", folder_path("a.dot"), folder_path("a.svg")), 0);
	cr_assert_eq(render_finish(r), 0);
	render_free(r);
	cr_assert_not_null(strstr(folder_read("a.svg"), "</svg>"));
}

Test(render, missing_dot_is_said_once_and_its_input_stays, .init = cr_redirect_stderr)
{
	struct render *r;

	setenv("PATH", "/nonexistent", 1);
	r = queue_of(LONG, 2);
	cr_assert_eq(render_finish(r), -ENOENT);
	render_free(r);
	cr_assert(folder_has("a.dot") && folder_has("b.dot"));
	cr_assert(!folder_has("a.png") && !folder_has("b.png"));
	expect_stderr("revprobe: %s: dot: not found; it comes with Graphviz (no more pictures, %s "
		      "is there)\n",
		      folder_path("a.png"), folder_path("a.dot"));
}

/* Gone, or nobody has waited for it yet. */
static bool has_died(int pid)
{
	char path[64], line[512] = "";
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	if (!stat)
		return true;
	if (!fgets(line, sizeof(line), stat))
		line[0] = '\0';
	fclose(stat);
	return !line[0] || strstr(line, ") Z");
}

Test(render, dot_that_hangs_is_killed_with_all_it_started, .init = cr_redirect_stderr)
{
	mono started = clock_now();
	struct render *r;
	char script[256];
	int pid = 0;

	folder_write("pid", "");
	cr_assert_eq(chmod(folder_path("pid"), 0666), 0); /* dot may be somebody else */
	snprintf(script, sizeof(script), "echo half; sleep 60 & echo $! >%s; wait",
		 folder_path("pid"));
	folder_program("dot", script);
	r = queue_of(SHORT, 2);
	while (pid == 0) /* or until this test times out */
		pid = atoi(folder_read("pid"));
	cr_assert(!has_died(pid));
	cr_assert_eq(render_finish(r), -ETIMEDOUT);
	cr_assert_lt(mono_since(started, clock_now()), 5 * NS_PER_S);
	render_free(r);
	cr_assert_eq(folder_count(), 4); /* dot, pid, a.dot and b.dot */
	expect_stderr("revprobe: %s: dot: not done after 0.5 s: no more pictures, %s is there\n",
		      folder_path("a.png"), folder_path("a.dot"));
	for (int i = 0; i < 100 && !has_died(pid); i++)
		usleep(20000);
	cr_assert(has_died(pid));
}

Test(render, nobody_waits_for_dot)
{
	mono started = clock_now();
	struct render *r;

	folder_program("dot", "sleep 60");
	r = queue_of(LONG, 3);
	for (int i = 0; i < 100; i++)
		render_poll(r);
	cr_assert_lt(mono_since(started, clock_now()), 5 * NS_PER_S);
	render_free(r);
	cr_assert_eq(folder_count(), 4); /* dot and its inputs */
	cr_assert_lt(mono_since(started, clock_now()), 5 * NS_PER_S);
}

Test(render, failure_is_told_in_dots_words_and_the_next_is_drawn, .init = cr_redirect_stderr)
{
	struct render *r;

	folder_program("dot", "read x; if [ \"$x\" = b ]; then echo fine; else "
			      "printf 'bad \\033[2J\\nmore' >&2; echo half; exit 3; fi");
	r = queue_of(LONG, 2);
	cr_assert_eq(render_finish(r), -EIO);
	render_free(r);
	cr_assert_eq(folder_count(), 4); /* dot, a.dot, b.dot and b.png */
	cr_assert_str_eq(folder_read("b.png"), "fine\n");
	expect_stderr("revprobe: %s: dot: exit status 3: bad ?[2J%s\n", folder_path("a.png"), "");
}

Test(render, files_that_cannot_be_opened_are_named, .init = cr_redirect_stderr)
{
	struct render *r;

	folder_program("dot", "cat");
	cr_assert_eq(render_new(LONG, &r), 0);
	cr_assert_eq(render_add(r, "png", folder_path("none.dot"), folder_path("none.png")), 0);
	folder_write("a.dot", "a");
	cr_assert_eq(render_add(r, "png", folder_path("a.dot"), "/nonexistent/a.png"), 0);
	cr_assert_eq(render_finish(r), -ENOENT);
	render_free(r);
	cr_assert_eq(folder_count(), 2); /* dot and a.dot */
	expect_stderr("revprobe: %s: cannot open: No such file or directory\n"
		      "revprobe: %s: cannot write: No such file or directory\n",
		      folder_path("none.dot"), "/nonexistent/a.png");
}

Test(render, picture_appears_when_it_is_complete)
{
	struct render *r;
	struct stat st;

	umask(027);
	folder_write("go", "");
	cr_assert_eq(chmod(folder_path("go"), 0644), 0);
	folder_program("dot", "echo half; while [ ! -s ${0%/*}/go ]; do sleep 0.01; done; "
			      "echo whole");
	folder_write("a.png", "older");
	r = queue_of(LONG, 1);
	while (folder_count() < 5) /* dot, go, a.dot, a.png and what is being drawn */
		render_poll(r);
	cr_assert_str_eq(folder_read("a.png"), "older");
	folder_write("go", "now");
	cr_assert_eq(render_finish(r), 0);
	render_free(r);
	cr_assert_str_eq(folder_read("a.png"), "half\nwhole\n");
	cr_assert_eq(stat(folder_path("a.png"), &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0640);
	cr_assert_eq(folder_count(), 4);
}

/* Whatever the tests run as: no capabilities, no root, no descriptor of ours. */
Test(render, dot_has_no_privileges_and_no_files)
{
	int leak = open("/dev/null", O_RDONLY);
	struct render *r;

	cr_assert_geq(leak, 0);
	setenv("SECRET", "x", 1);
	folder_program("dot", "id -u; id -G; ls /proc/self/fd | wc -l; env | grep -c SECRET; "
			      "grep -E '^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs)' /proc/self/status | "
			      "grep -cE '(0000000000000000|1)$'; nice");
	r = queue_of(LONG, 1);
	cr_assert_eq(render_finish(r), 0);
	render_free(r);
	if (geteuid() == 0)
		/* ls sees its own descriptor of the folder as the fourth */
		cr_assert_str_eq(folder_read("a.png"), "65534\n65534\n4\n0\n5\n10\n");
	else
		cr_assert_not_null(strstr(folder_read("a.png"), "\n4\n0\n5\n"));
	close(leak);
}
