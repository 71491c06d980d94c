// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/cmd_transmit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "output/outbox.h"
#include "prober/delivery.h"
#include "prober/exit.h"
#include "prober/transmit/consent.h"
#include "prober/transmit/spool.h"

/* The outboxes that the command is about, all of them open. */
struct boxes {
	char **paths; /* found; NULL: those of the command line */
	size_t path_count;
	struct outbox **list;
	size_t count;
};

static void boxes_close(struct boxes *b)
{
	for (size_t i = 0; i < b->count; i++)
		outbox_close(b->list[i]);
	for (size_t i = 0; b->paths && i < b->path_count; i++)
		free(b->paths[i]);
	free(b->paths);
	free(b->list);
}

/* All before the first is sent, since privileges that open files are given up then. */
static int boxes_open(struct boxes *b, const struct transmit_options *o)
{
	char *const *paths = o->operands;
	int err = 0;

	memset(b, 0, sizeof(*b));
	b->path_count = o->operand_count;
	if (!o->operand_count) {
		err = spool_list(&b->paths, &b->path_count);
		paths = b->paths;
	}
	if (err)
		return err;
	b->list = calloc(b->path_count + 1, sizeof(struct outbox *));
	if (!b->list)
		return -ENOMEM;
	for (size_t i = 0; !err && i < b->path_count; i++) {
		err = outbox_open(paths[i], &b->list[i]);
		if (!err)
			b->count++;
	}
	return err;
}

/* --- what is shown --------------------------------------------------------------- */

static int print_row(void *context, const struct outbox_row *row)
{
	(void)context;
	printf("%s  %-8s  %-19s  %2lld  %7lld  %s  %s  %s%s%s\n", row->queued, row->state,
	       row->tried ? row->tried : "-", (long long)row->attempts, (long long)row->bytes,
	       row->key, row->target, row->collector, row->reason ? "  " : "",
	       row->reason ? row->reason : "");
	return ferror(stdout) ? -EIO : 0;
}

static int print_document(void *context, const struct outbox_row *row)
{
	(void)context;
	puts(row->document ? row->document : "");
	return ferror(stdout) ? -EIO : 0;
}

static int show(const struct boxes *boxes, const struct transmit_options *o)
{
	int err = 0;

	for (size_t i = 0; !err && i < boxes->count; i++)
		err = o->list ? outbox_list(boxes->list[i], NULL, false, print_row, NULL)
			      : outbox_list(boxes->list[i], "queued", true, print_document, NULL);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("standard output: cannot write: %s", strerror(errno));
		err = -EIO;
	}
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- what is sent ------------------------------------------------------------------ */

/* Of all outboxes together; for the collector if that is known. */
static int count_all(const struct boxes *boxes, const char *collector,
		     struct outbox_counts *ret_counts)
{
	struct outbox_counts sum = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < boxes->count; i++) {
		struct outbox_counts counts;

		if (collector)
			err = outbox_choose(boxes->list[i], collector);
		if (!err)
			err = outbox_count(boxes->list[i], &counts);
		if (err)
			break;
		sum.queued += counts.queued;
		sum.elsewhere += counts.elsewhere;
	}
	if (!err)
		*ret_counts = sum;
	return err;
}

/* What waits elsewhere comes along if the user agrees, and stays if nobody can be asked. */
static int readdress(const struct boxes *boxes, const struct delivery *d,
		     const struct transmit_options *o, int64_t waiting)
{
	const struct consent_question question = {
		.collector = d->collector.url,
		.user = d->auth.text,
		.waiting = waiting,
	};
	int err = consent_ask(&question, o->collector.yes);

	if (err)
		return err;
	for (size_t i = 0; !err && i < boxes->count; i++)
		err = outbox_readdress(boxes->list[i], clock_wall_us());
	return err;
}

/* The first that is not done says how it ended; an interrupt ends all. */
static int send_all(const struct boxes *boxes, const struct delivery *d,
		    const struct transmit_options *o)
{
	int status = EXIT_SUCCESS;

	for (size_t i = 0; i < boxes->count && status != EXIT_INTERRUPTED; i++) {
		int one = delivery_run(d, boxes->list[i], o);

		if (status == EXIT_SUCCESS || one == EXIT_INTERRUPTED)
			status = one;
	}
	return status;
}

static int send_to(const struct boxes *boxes, const char *url, const struct transmit_options *o)
{
	struct outbox_counts counts;
	int status = EXIT_USAGE;
	struct delivery d;
	int err = 0;

	if (delivery_init(&o->collector, url, &d))
		return EXIT_USAGE;
	if (count_all(boxes, d.collector.url, &counts)) {
		status = EXIT_FAILURE;
		goto out;
	}
	if (counts.elsewhere > 0)
		err = readdress(boxes, &d, o, counts.elsewhere);
	if (err == -EACCES)
		goto out;
	status = send_all(boxes, &d, o);
	if (err && status == EXIT_SUCCESS)
		status = EXIT_FAILURE; /* not all was sent */
out:
	delivery_fini(&d);
	return status;
}

/* What all outboxes agree on; NULL if they don't. */
static int find_collector(const struct boxes *boxes, char **ret_url)
{
	char *url = NULL;
	int err = 0;

	for (size_t i = 0; i < boxes->count; i++) {
		struct outbox_counts counts;
		char *found = NULL;

		err = outbox_count(boxes->list[i], &counts);
		if (!err && counts.queued + counts.elsewhere == 0)
			continue;
		if (!err)
			err = outbox_find_collector(boxes->list[i], &found);
		if (err || !found || (url && strcmp(url, found) != 0)) {
			free(found);
			free(url);
			*ret_url = NULL;
			return err;
		}
		free(url);
		url = found;
	}
	*ret_url = url;
	return 0;
}

static int transmit(const struct boxes *boxes, const struct transmit_options *o)
{
	const char *url = delivery_url(&o->collector);
	struct outbox_counts counts;
	char *found = NULL;
	int status;

	for (size_t i = 0; o->retry && i < boxes->count; i++)
		if (outbox_requeue(boxes->list[i], clock_wall_us()))
			return EXIT_FAILURE;
	if (count_all(boxes, NULL, &counts))
		return EXIT_FAILURE;
	if (counts.queued + counts.elsewhere == 0) {
		log_info("transmit: nothing waits");
		return EXIT_SUCCESS;
	}
	if (!url && find_collector(boxes, &found))
		return EXIT_FAILURE;
	if (!url && !found) {
		log_error("measurements wait for several collectors: name one with --collector");
		return EXIT_USAGE;
	}
	status = send_to(boxes, url ? url : found, o);
	free(found);
	return status;
}

int cmd_transmit(int argc, char **argv)
{
	struct transmit_options options;
	enum option_outcome outcome;
	struct boxes boxes;
	int status = EXIT_FAILURE;

	outcome = transmit_options_parse(argc, argv, &options);
	if (outcome != OPTION_OK)
		return option_exit_status(outcome);
	log_init("revprobe", (enum log_level)options.log_level);
	if (!boxes_open(&boxes, &options))
		status = options.list || options.dry_run ? show(&boxes, &options)
							 : transmit(&boxes, &options);
	boxes_close(&boxes);
	return status;
}
