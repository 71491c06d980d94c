// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/fanout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "output/alias_pairs.h"

struct member {
	const struct sink_ops *ops; /* NULL: failed and closed */
	void *self;
	char *path;
};

struct fanout {
	struct member *members;
	size_t count;
	struct alias_pairs *aliases; /* NULL: not to be resolved */
	struct asn_db *asn;
	struct geo_db *geo;
	int err; /* the first one */
};

int fanout_new(struct fanout **ret_fanout)
{
	struct fanout *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	*ret_fanout = f;
	return 0;
}

/* Two sinks in one file would destroy each other's work, and SQLite's locks. */
static bool is_taken(const struct fanout *f, const char *path)
{
	struct stat mine, other;

	if (strcmp(path, "-") == 0 || stat(path, &mine) != 0 || !S_ISREG(mine.st_mode))
		return false;
	for (size_t i = 0; i < f->count; i++) {
		const char *taken = f->members[i].path;

		if (strcmp(taken, "-") != 0 && stat(taken, &other) == 0 &&
		    mine.st_dev == other.st_dev && mine.st_ino == other.st_ino)
			return true;
	}
	return false;
}

int fanout_add(struct fanout *f, const struct sink_ops *ops, const char *path,
	       const struct sink_options *options, const struct run_record *run)
{
	struct member *grown;
	char *copy = NULL;
	void *self;
	int err;

	if (is_taken(f, path)) {
		log_error("%s: two outputs can't share a file", path);
		return -EBUSY;
	}
	grown = reallocarray(f->members, f->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	f->members = grown;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	err = ops->open(path, options, run, &self);
	if (err) {
		free(copy);
		return err;
	}
	f->members[f->count++] = (struct member){ ops, self, copy };
	/* cppcheck-suppress memleak ; the member owns it, until fanout_close() */
	return 0;
}

static void keep_error(struct fanout *f, int err)
{
	if (err && !f->err)
		f->err = err;
}

/* The sink has said what is wrong; this says what follows from it. */
static void drop(struct fanout *f, struct member *m, int err)
{
	const struct run_end end = { .state = RUN_FAILED, .ended_us = clock_wall_us() };

	keep_error(f, err);
	log_error("%s %s: closed after an error, the results to come are not in it", m->ops->name,
		  m->path);
	m->ops->close(m->self, &end);
	m->ops = NULL;
}

int fanout_resolve_aliases(struct fanout *f, bool with_private)
{
	return alias_pairs_new(with_private, &f->aliases);
}

void fanout_set_annotations(struct fanout *f, struct asn_db *asn, struct geo_db *geo)
{
	f->asn = asn;
	f->geo = geo;
}

static void hand_out(struct fanout *f, const struct trace_record *trace)
{
	for (size_t i = 0; i < f->count; i++) {
		struct member *m = &f->members[i];
		int err = m->ops ? m->ops->record(m->self, trace) : 0;

		if (err)
			drop(f, m, err);
	}
}

/* Where memory is short the record goes without. */
static bool find_aliases(struct fanout *f, const struct trace_record *trace,
			 struct alias_result *ret_aliases)
{
	bool is_resolved = false;
	int err = f->aliases ? alias_pairs_add(f->aliases, trace, ret_aliases, &is_resolved) : 0;

	if (err)
		log_error("%s: aliases not resolved: %s", trace->target, strerror(-err));
	keep_error(f, err);
	return is_resolved;
}

void fanout_record(struct fanout *f, const struct trace_record *trace)
{
	struct trace_record complete = *trace;
	struct alias_result aliases;

	complete.asn = f->asn;
	complete.geo = f->geo;
	if (find_aliases(f, trace, &aliases))
		complete.aliases = &aliases;
	hand_out(f, &complete);
	if (complete.aliases)
		alias_result_fini(&aliases);
}

void fanout_cycle(struct fanout *f, const struct run_record *run)
{
	for (size_t i = 0; i < f->count; i++) {
		struct member *m = &f->members[i];
		int err = m->ops && m->ops->cycle ? m->ops->cycle(m->self, run) : 0;

		if (err)
			drop(f, m, err);
	}
}

void fanout_flush(struct fanout *f)
{
	for (size_t i = 0; i < f->count; i++) {
		struct member *m = &f->members[i];
		int err = m->ops ? m->ops->flush(m->self) : 0;

		if (err)
			drop(f, m, err);
	}
}

int fanout_close(struct fanout *f, const struct run_end *end)
{
	int err;

	if (!f)
		return 0;
	for (size_t i = 0; i < f->count; i++) {
		struct member *m = &f->members[i];

		if (m->ops)
			keep_error(f, m->ops->close(m->self, end));
		free(m->path);
	}
	err = f->err;
	alias_pairs_free(f->aliases);
	free(f->members);
	free(f);
	return err;
}

int fanout_error(const struct fanout *f)
{
	return f->err;
}
