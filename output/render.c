// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/render.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "output/render_child.h"
#include "output/whole_file.h"

enum {
	POLL_MS = 10,
	NOBODY = 65534, /* where no user database says otherwise */
	COMPLAINT_LEN = 200,
};

struct job {
	struct job *next;
	char *dot_path;
	char *picture_path;
	char format[8];
};

struct render {
	uint64_t limit_ns;
	struct render_child child; /* draws for `first` */
	struct whole_draft draft;  /* what it draws */
	mono deadline;
	struct job *first;
	struct job **end;
	bool is_over; /* no more are drawn */
	int err;      /* the first one */
};

int render_new(uint64_t limit_ns, struct render **ret_render)
{
	struct render *r = calloc(1, sizeof(*r));
	const struct passwd *nobody = geteuid() == 0 ? getpwnam("nobody") : NULL;

	if (!r)
		return -ENOMEM;
	r->limit_ns = limit_ns;
	r->end = &r->first;
	render_child_init(&r->child);
	r->child.uid = nobody ? nobody->pw_uid : NOBODY;
	r->child.gid = nobody ? nobody->pw_gid : NOBODY;
	r->child.limit_s = (unsigned int)(limit_ns / NS_PER_S) + 1;
	*ret_render = r;
	return 0;
}

static void job_free(struct job *job)
{
	if (!job)
		return;
	free(job->dot_path);
	free(job->picture_path);
	free(job);
}

static void remove_first(struct render *r)
{
	struct job *job = r->first;

	r->first = job->next;
	if (!r->first)
		r->end = &r->first;
	job_free(job);
}

static void keep_error(struct render *r, int err)
{
	if (!r->err)
		r->err = err;
}

/* The first line, what can be printed of it. */
static void read_complaint(int fd, char ret_text[static COMPLAINT_LEN])
{
	ssize_t len = pread(fd, ret_text, COMPLAINT_LEN - 1, 0);

	ret_text[len > 0 ? len : 0] = '\0';
	ret_text[strcspn(ret_text, "\n")] = '\0';
	for (char *c = ret_text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

static void put_in_place(struct render *r, const struct job *job)
{
	int err = whole_draft_keep(&r->draft);

	if (!err) {
		log_debug("%s: drawn", job->picture_path);
		return;
	}
	log_error("%s: cannot write: %s", job->picture_path, strerror(-err));
	keep_error(r, err);
}

static void judge(struct render *r, const struct job *job, int status)
{
	char complaint[COMPLAINT_LEN];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		put_in_place(r, job);
		return;
	}
	read_complaint(r->child.messages, complaint);
	if (WIFEXITED(status))
		log_error("%s: dot: exit status %d%s%s", job->picture_path, WEXITSTATUS(status),
			  complaint[0] ? ": " : "", complaint);
	else
		log_error("%s: dot: killed by signal %d", job->picture_path, WTERMSIG(status));
	whole_draft_drop(&r->draft);
	keep_error(r, -EIO);
}

/* Kills the child and whatever it may have started. */
static void kill_child(struct render *r)
{
	kill(-r->child.pid, SIGKILL);
	waitpid(r->child.pid, NULL, 0);
	whole_draft_drop(&r->draft);
	render_child_fini(&r->child);
}

static void give_up_on_time(struct render *r)
{
	log_error("%s: dot: not done after %g s: no more pictures, %s is there",
		  r->first->picture_path, (double)r->limit_ns / (double)NS_PER_S,
		  r->first->dot_path);
	kill_child(r);
	keep_error(r, -ETIMEDOUT);
	r->is_over = true;
}

/* Whether the child has ended, one way or the other. */
static bool look_after_child(struct render *r)
{
	int status;

	if (waitpid(r->child.pid, &status, WNOHANG) == r->child.pid) {
		judge(r, r->first, status);
		render_child_fini(&r->child);
		return true;
	}
	if (mono_before(clock_now(), r->deadline))
		return false;
	give_up_on_time(r);
	return true;
}

static int draft_and_start(struct render *r)
{
	const struct job *job = r->first;
	struct render_task task = { job->format, job->dot_path, job->picture_path, -1 };
	int err = whole_draft_open(job->picture_path, &r->draft);

	if (err) {
		log_error("%s: cannot write: %s", job->picture_path, strerror(-err));
		return err;
	}
	task.picture = r->draft.fd;
	err = render_child_start(&r->child, &task);
	if (err)
		whole_draft_drop(&r->draft);
	return err;
}

static void start(struct render *r)
{
	const struct job *job = r->first;
	int err;

	r->child.is_dot_missing = false;
	err = draft_and_start(r);
	r->deadline = mono_after(clock_now(), r->limit_ns);
	if (!err)
		return;
	keep_error(r, err);
	if (r->child.is_dot_missing) {
		log_error("%s: dot: not found; it comes with Graphviz (no more pictures, %s is "
			  "there)",
			  job->picture_path, job->dot_path);
		r->is_over = true;
	}
	remove_first(r);
}

void render_poll(struct render *r)
{
	while (r->first) {
		if (r->child.pid > 0) {
			if (!look_after_child(r))
				return;
			remove_first(r);
		} else if (r->is_over) {
			remove_first(r);
		} else {
			start(r);
		}
	}
}

int render_add(struct render *r, const char *format, const char *dot_path, const char *picture_path)
{
	struct job *job;

	if (r->is_over)
		return 0;
	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	snprintf(job->format, sizeof(job->format), "%s", format);
	job->dot_path = strdup(dot_path);
	job->picture_path = strdup(picture_path);
	if (!job->dot_path || !job->picture_path) {
		job_free(job);
		return -ENOMEM;
	}
	*r->end = job;
	r->end = &job->next;
	render_poll(r);
	return 0;
}

int render_finish(struct render *r)
{
	for (render_poll(r); r->first; render_poll(r))
		poll(NULL, 0, POLL_MS);
	return r->err;
}

void render_free(struct render *r)
{
	if (!r)
		return;
	if (r->child.pid > 0)
		kill_child(r);
	while (r->first)
		remove_first(r);
	free(r);
}
