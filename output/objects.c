// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/objects.h"

#include <string.h>

#include "output/record.h"
#include "wire/headers.h"

enum { LABEL_LEN = 4 };

struct objects objects_of(const struct probe_record *probe)
{
	return (struct objects){ cursor_over(probe->objects, probe->objects_len) };
}

bool objects_next(struct objects *o, struct object *ret_object)
{
	const struct icmp_ext_object *hdr;
	const uint8_t *data;
	uint16_t len;

	if (cursor_left(&o->left) == 0)
		return false;
	hdr = CURSOR_TAKE(&o->left, struct icmp_ext_object);
	if (!hdr || be16_to(hdr->len) < sizeof(*hdr))
		return false;
	len = (uint16_t)(be16_to(hdr->len) - sizeof(*hdr));
	data = cursor_take(&o->left, len);
	if (!data)
		return false;
	*ret_object = (struct object){ hdr->class, hdr->type, len, data };
	return true;
}

size_t object_label_count(const struct object *object)
{
	if (object->class != ICMP_EXT_CLASS_MPLS || object->type != ICMP_EXT_MPLS_INCOMING)
		return 0;
	return object->len / LABEL_LEN;
}

struct mpls_label object_label(const struct object *object, size_t index)
{
	const uint8_t *b = object->data + index * LABEL_LEN;

	return (struct mpls_label){
		.label = (uint32_t)b[0] << 12 | (uint32_t)b[1] << 4 | b[2] >> 4,
		.class = b[2] >> 1 & 7,
		.is_bottom = b[2] & 1,
		.ttl = b[3],
	};
}

bool objects_are_equal(const struct probe_record *a, const struct probe_record *b)
{
	return a->objects_len == b->objects_len &&
	       (a->objects_len == 0 || memcmp(a->objects, b->objects, a->objects_len) == 0);
}
