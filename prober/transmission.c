// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmission.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "prober/exit.h"
#include "prober/transmit/consent.h"
#include "prober/transmit/spool.h"

int transmission_begin(const struct prober_options *o, struct transmission *t)
{
	const char *url = delivery_url(&o->collector);
	struct consent_question question = {
		.with_names = o->resolve,
		.with_source = !o->redact_source,
	};
	int err;

	memset(t, 0, sizeof(*t));
	if (!o->transmit || o->dry_run)
		return 0;
	if (!url) {
		log_error("--transmit needs a collector: --collector, or REVPROBE_COLLECTOR in "
			  "the environment");
		return -EINVAL;
	}
	err = delivery_init(&o->collector, url, &t->delivery);
	if (err)
		return err;
	question.collector = t->delivery.collector.url;
	question.user = t->delivery.auth.text;
	err = consent_ask(&question, o->collector.yes);
	if (!err && !o->db)
		err = spool_choose(&t->spool);
	t->consented_us = clock_wall_us();
	t->is_wanted = true;
	return err;
}

void transmission_fini(struct transmission *t)
{
	delivery_fini(&t->delivery);
	free(t->spool);
}

const char *transmission_database(const struct transmission *t, const struct prober_options *o)
{
	return t->spool ? t->spool : o->db;
}

int transmission_send(const struct transmission *t, const struct prober_options *o, int status)
{
	const char *database = transmission_database(t, o);
	int sent;

	if (!t->is_wanted)
		return status;
	if (status == EXIT_INTERRUPTED) {
		log_info("transmit: nothing was sent: revprobe transmit%s%s does",
			 t->spool ? "" : " ", t->spool ? "" : database);
		return status;
	}
	sent = delivery_run_preset(&t->delivery, database);
	return status == EXIT_SUCCESS || sent == EXIT_INTERRUPTED ? sent : status;
}
