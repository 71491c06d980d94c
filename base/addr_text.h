// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses and prefixes as people write them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define ADDR_TEXT_LEN 46 /* the longest IPv6 text and its NUL: INET6_ADDRSTRLEN */

/* Canonical text (RFC 5952), IPv4 dotted; returns `text`. */
const char *addr_to_text(const struct addr *a, char text[static ADDR_TEXT_LEN]);

/* Strict: dotted quad or IPv6, nothing around it.  False leaves *ret untouched. */
bool addr_from_text(const char *text, struct addr *ret_addr);

struct prefix {
	struct addr base; /* host bits are zero */
	uint8_t len;	  /* leading bits of the 16 bytes: 96 + n for an IPv4 /n */
};

/*
 * "192.0.2.0/24", "2001:db8::/32"; no slash means one address.  Returns 0,
 * -EINVAL for what is no prefix, -EDOM if host bits are set.
 */
int prefix_from_text(const char *text, struct prefix *ret_prefix);
/* Never an address of the other family: ::/0 holds no IPv4 address. */
bool prefix_holds(const struct prefix *p, const struct addr *a);
