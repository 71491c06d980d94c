// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/dry_run.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "prober/exit.h"
#include "targets/choice.h"

int dry_run(const struct campaign_config *config, struct target_source *source)
{
	uint64_t count = 0;
	uint64_t left_out = 0;
	struct target t;

	for (;;)
		switch (target_source_next(source, &t)) {
		case TARGET_OK:
			if (!addr_is_none(&t.addr) && (target_refusal(&t, config->allow_special) ||
						       choice_refuses(config->choice, &t.addr))) {
				left_out++;
				break;
			}
			count++;
			puts(t.name);
			break;
		case TARGET_PASSED:
			break;
		case TARGET_WAIT:
			poll(&(struct pollfd){ target_source_fd(source), POLLIN, 0 }, 1, -1);
			break;
		case TARGET_INVALID:
			log_error("%s", source->complaint);
			if (!config->skip_invalid)
				return EXIT_USAGE;
			break;
		case TARGET_END:
			log_info("%" PRIu64 " targets, %" PRIu64 " passed over; nothing was sent",
				 count, left_out);
			return fflush(stdout) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
		}
}
