// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/privilege.h"
#include "output/outbox.h"
#include "prober/exit.h"
#include "prober/transmit/uploader.h"

const char *delivery_url(const struct collector_options *options)
{
	const char *url = options->url ? options->url : getenv("REVPROBE_COLLECTOR");

	return url && *url ? url : NULL;
}

int delivery_init(const struct collector_options *options, const char *url, struct delivery *d)
{
	int err;

	memset(d, 0, sizeof(*d));
	d->ca_file = options->ca_file;
	err = collector_init(&d->collector, url, options->allow_http);
	/* From the environment in any case: it is to be wiped out there. */
	if (!err)
		err = auth_read_environment(&d->auth);
	if (!err && options->auth_file)
		err = auth_read_file(options->auth_file, &d->auth);
	if (!err && d->ca_file && access(d->ca_file, R_OK) != 0) {
		err = -errno;
		log_error("%s: cannot read: %s", d->ca_file, strerror(-err));
	}
	if (err)
		delivery_fini(d);
	else if (d->collector.is_plain && !d->collector.is_loopback)
		log_warn("collector %s: not encrypted: everybody on the way can read it",
			 d->collector.url);
	return err;
}

void delivery_fini(struct delivery *d)
{
	collector_fini(&d->collector);
	auth_fini(&d->auth);
}

static int delivery_status(enum uploader_end end, const struct uploader_counts *counts)
{
	switch (end) {
	case UPLOADER_EMPTY:
		return counts->rejected > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	case UPLOADER_INTERRUPTED:
		return EXIT_INTERRUPTED;
	case UPLOADER_LATER:
	case UPLOADER_REFUSED:
	case UPLOADER_FAILED:
		break;
	}
	return EXIT_FAILURE;
}

static void delivery_report(const struct delivery *d, struct outbox *outbox, enum uploader_end end,
			    const struct uploader_counts *counts)
{
	struct outbox_counts left;

	if (outbox_count(outbox, &left))
		return;
	if (end == UPLOADER_LATER)
		log_error("transmit: %s takes nothing now: %lld wait for the next time",
			  d->collector.url, (long long)left.queued);
	log_info("transmit: %u sent, %u rejected, %lld wait", counts->sent, counts->rejected,
		 (long long)left.queued);
	if (left.elsewhere > 0)
		log_warn("transmit: %lld wait for other collectors", (long long)left.elsewhere);
}

int delivery_run(const struct delivery *d, struct outbox *outbox,
		 const struct transmit_options *options)
{
	const struct uploader_config config = {
		.http = { &d->collector, &d->auth, d->ca_file, options->attempt_timeout_ns },
		.parallel = options->parallel,
		.patience_ns = options->patience_ns,
		.deadline_ns = options->deadline_ns,
	};
	struct uploader_counts counts = { 0 };
	enum uploader_end end;
	int err = outbox_choose(outbox, d->collector.url);

	if (!err)
		err = privilege_drop();
	if (err) {
		log_error("transmit: cannot begin: %s", strerror(-err));
		return EXIT_FAILURE;
	}
	end = uploader_run(outbox, &config, &counts);
	delivery_report(d, outbox, end, &counts);
	return delivery_status(end, &counts);
}

int delivery_run_preset(const struct delivery *d, const char *database)
{
	struct transmit_options options = { 0 };
	struct outbox *outbox;
	int status;

	option_store_presets(&transmit_option_table, &options);
	if (outbox_open(database, &outbox))
		return EXIT_FAILURE;
	status = delivery_run(d, outbox, &options);
	outbox_close(outbox);
	return status;
}
