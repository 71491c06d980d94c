// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the answer to a request says.  Deployed servers and the deployed client
 * read statuses 2 and 3 the other way round, and hosts without a server echo the
 * request: docs/protocol.md.
 */
#pragma once

#include "prober/probe/parse.h"

enum answer_kind {
	ANSWER_RESULT,	/* a hop and perhaps its round trip */
	ANSWER_REFUSED, /* a server's error status */
	ANSWER_ECHO,	/* our own request came back: no server */
	ANSWER_INVALID, /* neither */
};

/* `ttl`, `proto` and `flow` are those of the request. */
enum answer_kind answer_read(const struct reply *reply, uint8_t ttl, uint8_t proto, uint16_t flow);
