// SPDX-License-Identifier: GPL-2.0-or-later
/* What a collector says, for a log and a database: any bytes may come from there. */
#pragma once

#include "prober/transmit/http.h"

/* One line of whole characters; control characters and the ends of lines are blanks. */
void reason_clean(const char *text, char ret_reason[static HTTP_REASON_LEN]);
/* "400: abort: not an integer".  Without a text the status alone; a redirect's text is
 * where it leads to. */
void reason_from_answer(long status, const char *text, char ret_reason[static HTTP_REASON_LEN]);
