// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/verdict.h"

#include <stddef.h>

/* Statuses that are not what their hundred says: RFC 9110, section 15; 425: RFC 8470;
 * 429: RFC 6585.  A 409 says that an attempt with this key is still being worked on. */
static const struct {
	long status;
	enum verdict verdict;
} exceptions[] = {
	{ 401, VERDICT_REFUSED },			    /* who are you? */
	{ 403, VERDICT_REFUSED }, { 404, VERDICT_REFUSED }, /* there is no collector at this path */
	{ 405, VERDICT_REFUSED }, { 407, VERDICT_REFUSED }, { 408, VERDICT_LATER },
	{ 409, VERDICT_LATER },	  { 425, VERDICT_LATER },   { 429, VERDICT_LATER },
};

enum verdict verdict_of(long status)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (exceptions[i].status == status)
			return exceptions[i].verdict;
	switch (status / 100) {
	case 2:
		return VERDICT_SENT;
	case 3: /* consent was given for this collector, not for where it points to */
		return VERDICT_REFUSED;
	case 4:
		return VERDICT_REJECTED;
	default:
		return VERDICT_LATER;
	}
}
