// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a packet, in either direction and behind a cooked header: no byte
 * outside is read, and a result is written only with a good verdict. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "prober/probe/parse.h"
#include "tests/fuzz/fuzz.h"

static void check(enum parse_verdict verdict, const struct reply *reply)
{
	struct reply untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	if (!parse_verdict_name(verdict))
		abort();
	if ((verdict == PARSE_OK) == (memcmp(reply, &untouched, sizeof(untouched)) == 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct reply reply;

	for (int outgoing = 0; outgoing < 2; outgoing++) {
		memset(&reply, 0xa5, sizeof(reply));
		check(parse_packet(bytes, len, outgoing, &reply), &reply);
	}
	memset(&reply, 0xa5, sizeof(reply));
	check(parse_sll2(bytes, len, &reply), &reply);
	return 0;
}
