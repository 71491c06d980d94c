// SPDX-License-Identifier: GPL-2.0-or-later
/* What a source says, as a text to compare with. */
#pragma once

#include <stddef.h>

struct target_source;

#define TRANSCRIPT_LEN 2048

/*
 * Asks until the source ends or waits, or `max` times.  A line each: "name addr
 * asn contact" of a target ("-" for what it has not), "! complaint" without the
 * leading `place`, "wait", "end".  Returns a text that the next call overwrites.
 */
const char *transcript(struct target_source *source, const char *place, size_t max);
