// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/render_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/privilege.h"

enum { NICENESS = 10 };

/* All are above 2, so that none is in the way of another. */
struct files {
	int in, out, messages;
	int report_read, report_write; /* closed by exec, or carries a failure */
};

struct failure {
	int err;
	bool is_exec; /* else privileges or limits */
};

void render_child_init(struct render_child *child)
{
	memset(child, 0, sizeof(*child));
	child->messages = -1;
}

void render_child_fini(struct render_child *child)
{
	if (child->messages >= 0)
		close(child->messages);
	child->messages = -1;
	child->pid = 0;
}

static void files_close(const struct files *f)
{
	const int all[] = { f->in, f->out, f->messages, f->report_read, f->report_write };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] >= 0)
			close(all[i]);
}

/* Where standard descriptors are closed, a file may get their numbers. */
static int move_up(int fd)
{
	int moved, err;

	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	err = errno;
	close(fd);
	errno = err;
	return moved;
}

static int complain(const char *path, const char *act)
{
	int err = errno;

	log_error("%s: cannot %s: %s", path, act, strerror(err));
	return -err;
}

static int files_open(struct files *f, const struct render_task *task)
{
	int report[2];

	*f = (struct files){ -1, -1, -1, -1, -1 };
	f->in = move_up(open(task->dot_path, O_RDONLY | O_CLOEXEC));
	if (f->in < 0)
		return complain(task->dot_path, "open");
	f->messages = move_up(memfd_create("dot", MFD_CLOEXEC));
	if (f->messages < 0)
		return complain("dot", "make a file for its messages");
	if (pipe2(report, O_CLOEXEC) != 0)
		return complain("dot", "make a pipe");
	f->report_read = move_up(report[0]);
	f->report_write = move_up(report[1]);
	if (f->report_read < 0 || f->report_write < 0)
		return complain("dot", "make a pipe");
	f->out = fcntl(task->picture, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (f->out < 0)
		return complain(task->picture_path, "hand over");
	return 0;
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
}

/* In the child.  The order matters: after privileges are gone, little may be set. */
static int confine(const struct render_child *child, const struct files *f)
{
	const struct rlimit no_core = { 0, 0 };
	int err;

	if (setpgid(0, 0) != 0 || dup2(f->in, STDIN_FILENO) < 0 ||
	    dup2(f->out, STDOUT_FILENO) < 0 || dup2(f->messages, STDERR_FILENO) < 0 ||
	    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0 ||
	    setrlimit(RLIMIT_CORE, &no_core) != 0)
		return -errno;
	setpriority(PRIO_PROCESS, 0, NICENESS);
	err = privilege_renounce(child->uid, child->gid);
	if (err)
		return err;
	/* Should this program die, its child does; the alarm is for what that misses. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
		return -errno;
	alarm(child->limit_s);
	return 0;
}

__attribute__((noreturn)) static void run(const struct render_child *child, const struct files *f,
					  char *const argv[], char *const env[])
{
	struct failure failure = { .err = confine(child, f) };

	if (!failure.err) {
		reset_signals();
		execvpe(argv[0], argv, env);
		failure.err = -errno;
		failure.is_exec = true;
	}
	_exit(write(f->report_write, &failure, sizeof(failure)) < 0 ? 126 : 127);
}

static int fork_and_run(struct render_child *child, const struct files *f, char *const argv[],
			char *const env[])
{
	pid_t pid = fork();

	if (pid < 0)
		return complain("dot", "start");
	if (pid == 0)
		run(child, f, argv, env);
	child->pid = pid;
	return 0;
}

/* Blocks until exec has closed the pipe: some milliseconds. */
static int await_exec(struct render_child *child, int report_read, const char *picture_path)
{
	struct failure failure;
	ssize_t len = TEMP_FAILURE_RETRY(read(report_read, &failure, sizeof(failure)));

	if (len != sizeof(failure))
		return 0;
	waitpid(child->pid, NULL, 0);
	child->pid = 0;
	child->is_dot_missing = failure.is_exec && failure.err == -ENOENT;
	if (!child->is_dot_missing)
		log_error("%s: dot: cannot %s: %s", picture_path,
			  failure.is_exec ? "run" : "give up privileges", strerror(-failure.err));
	return failure.err;
}

int render_child_start(struct render_child *child, const struct render_task *task)
{
	const char *path_value = getenv("PATH");
	char path[4096], format[16];
	char *argv[] = { "dot", format, NULL };
	char *env[] = { "HOME=/nonexistent", "LC_ALL=C.UTF-8", path, NULL };
	struct files f;
	int err = files_open(&f, task);

	if (err)
		goto cleanup;
	snprintf(format, sizeof(format), "-T%s", task->format);
	snprintf(path, sizeof(path), "PATH=%s", path_value ? path_value : "/usr/bin:/bin");
	err = fork_and_run(child, &f, argv, env);
	if (err)
		goto cleanup;
	close(f.report_write);
	f.report_write = -1;
	err = await_exec(child, f.report_read, task->picture_path);
	if (err)
		goto cleanup;
	child->messages = f.messages;
	f.messages = -1;
cleanup:
	files_close(&f);
	return err;
}
