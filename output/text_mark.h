// SPDX-License-Identifier: GPL-2.0-or-later
/* What traceroute(8) writes behind the time of an answer that is an ICMP error. */
#pragma once

#include <stdbool.h>

struct probe_record;

#define TEXT_MARK_LEN 16

/* "!H", "!X", "!<13-0>" …; false, and an empty text, for what is no news: time
 * exceeded, a closed port, an echo reply. */
bool text_mark(const struct probe_record *probe, char ret_mark[static TEXT_MARK_LEN]);
