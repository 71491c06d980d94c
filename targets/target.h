// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Somebody to probe, and where such come from.  Plain data; a target's texts are
 * its own, so it may outlive its source.
 *
 * Sources of targets/sources.h hand out what was written, a prefix as one target;
 * targets/order.h makes single targets of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

#define TARGET_NAME_MAX	   256 /* a host name has at most 253 characters */
#define TARGET_CONTACT_MAX 128

#define TARGET_LEN_ONE 128 /* prefix_len of a single target */

struct target {
	char name[TARGET_NAME_MAX]; /* host name, address or prefix, as it was given */
	struct addr addr;	    /* none (never a target) where the name is to be resolved */
	uint8_t prefix_len;	    /* 96 + n for an IPv4 /n; of a name TARGET_LEN_ONE */
	bool is_operand;	    /* somebody typed exactly this one */
	uint32_t declared_asn;	    /* of an ENDPOINTS line; 0: none */
	char contact[TARGET_CONTACT_MAX];
};

enum target_verdict {
	TARGET_OK,
	TARGET_PASSED, /* one that is not to be traced: ask again */
	TARGET_WAIT,   /* nothing yet: wait until target_source_fd() is readable */
	TARGET_END,
	TARGET_INVALID, /* a bad line or argument: the source's complaint says which */
};

struct target_source;

/* What a kind of source implements. */
struct target_source_ops {
	enum target_verdict (*next)(struct target_source *source, struct target *ret_target);
	int (*fd)(const struct target_source *source);	       /* NULL: it never waits */
	uint64_t (*total)(const struct target_source *source); /* NULL: it never knows */
	void (*close)(struct target_source *source);
};

/* The first member of each source. */
struct target_source {
	const struct target_source_ops *ops;
	/* After TARGET_INVALID: "targets.txt:17: '10.0.0.256' is not an address".  Safe to
	 * print: what is not printable ASCII is escaped. */
	char complaint[512];
};

/* After TARGET_INVALID the source can be asked again: it goes on behind what was bad. */
enum target_verdict target_source_next(struct target_source *source, struct target *ret_target);
/* After TARGET_WAIT: the file descriptor to wait for.  Otherwise it need not be one
 * that can be waited for, a regular file's or -1. */
int target_source_fd(const struct target_source *source);
/* How many targets it will have handed out in the end, at most; 0: not known (yet). */
uint64_t target_source_total(const struct target_source *source);
/* Takes NULL. */
void target_source_close(struct target_source *source);

/* Why nobody may ever probe this address, as a clause ("a multicast address");
 * NULL if one may. */
const char *target_forbidden(const struct addr *a);
/* Why this address is hardly anybody on the Internet (IANA's special-purpose registries,
 * RFC 6890), as a clause ("a private address"); NULL if it may be.  Not for those that are
 * forbidden. */
const char *target_special(const struct addr *a);
/* Why this target, whose address is known, is not to be probed, as a clause; NULL if it
 * is.  What somebody typed may be special, and all may with `allow_special`. */
const char *target_refusal(const struct target *t, bool allow_special);
