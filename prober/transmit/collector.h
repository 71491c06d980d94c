// SPDX-License-Identifier: GPL-2.0-or-later
/* Where measurements are sent to: a URL that a user gave. */
#pragma once

#include <stdbool.h>

struct collector {
	char *url;	  /* in one spelling, so that equal ones are equal */
	bool is_plain;	  /* HTTP, which everybody on the way can read and change */
	bool is_loopback; /* it does not leave this host */
};

/*
 * `url` is https://HOST/PATH.  http:// is for a loopback address only, unless
 * `allow_http`.  Refused, and not repeated in the message, is a URL with a name or a
 * password in it.  Returns 0, -EINVAL or -ENOMEM, with the reason logged.
 */
int collector_init(struct collector *c, const char *url, bool allow_http);
/* For zeroes, too. */
void collector_fini(struct collector *c);
