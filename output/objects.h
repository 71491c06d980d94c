// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the objects that an answer carried (RFC 4884): what follows from bytes that are
 * sound as a whole, and none of it may be believed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

struct probe_record;

struct object {
	uint8_t class;
	uint8_t type;
	uint16_t len; /* of the data, without the header */
	const uint8_t *data;
};

/* One entry of an MPLS label stack (RFC 3032, RFC 4950). */
struct mpls_label {
	uint32_t label; /* 20 bits */
	uint8_t class;	/* the 3 bits once called experimental */
	bool is_bottom;
	uint8_t ttl;
};

/* Those that have not been read yet. */
struct objects {
	struct cursor left;
};

struct objects objects_of(const struct probe_record *probe);
/* False behind the last, and where the bytes are not sound after all. */
bool objects_next(struct objects *o, struct object *ret_object);

/* 0 for an object that is no label stack. */
size_t object_label_count(const struct object *object);
/* index < object_label_count(). */
struct mpls_label object_label(const struct object *object, size_t index);

/* Carried both the same? */
bool objects_are_equal(const struct probe_record *a, const struct probe_record *b);
