// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measurements on their way to a collector, for both commands that send some: whom to
 * send to, as whom, and the sending itself.
 */
#pragma once

#include "prober/transmit/auth.h"
#include "prober/transmit/collector.h"
#include "prober/transmit_options.h"

struct outbox;

struct delivery {
	struct collector collector;
	struct auth auth;
	const char *ca_file;
};

/* The URL of the options, else of the environment, else NULL. */
const char *delivery_url(const struct collector_options *options);

/* The options must outlive it, and it must stay where it is.  Returns 0 or -errno, with
 * the reason logged. */
int delivery_init(const struct collector_options *options, const char *url, struct delivery *d);
/* Wipes the password out.  For zeroes, too. */
void delivery_fini(struct delivery *d);

/*
 * Sends what waits in the outbox for this collector, and gives up all capabilities of
 * this process before: for good.  Returns the exit status: whether all was sent.
 */
int delivery_run(const struct delivery *d, struct outbox *outbox,
		 const struct transmit_options *options);
/* The same with the presets of `revprobe transmit`, after a run that wrote the database. */
int delivery_run_preset(const struct delivery *d, const char *database);
