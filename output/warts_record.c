// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/warts_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/objects.h"
#include "output/record.h"

enum {
	HEADER_LEN = 8,
	FLAGS_PER_BYTE = 7, /* the eighth bit says that another byte follows */
	FLAGS_MORE = 0x80,
	ADDR_TYPE_V4 = 1,
	ADDR_TYPE_V6 = 2,
	RECORD_MOST = 1 << 28,
};

static bool make_room(struct warts_record *r, size_t len)
{
	size_t room = r->room ? r->room : 4096;
	uint8_t *grown;

	if (r->lacks_memory || r->len + len <= r->room)
		return !r->lacks_memory;
	while (room < r->len + len)
		room *= 2;
	grown = realloc(r->bytes, room);
	if (!grown) {
		r->lacks_memory = true;
		return false;
	}
	r->bytes = grown;
	r->room = room;
	return true;
}

static void put(struct warts_record *r, const void *bytes, size_t len)
{
	if (len == 0 || !make_room(r, len))
		return;
	memcpy(r->bytes + r->len, bytes, len);
	r->len += len;
}

void warts_u8(struct warts_record *r, uint8_t value)
{
	put(r, &value, sizeof(value));
}

void warts_u16(struct warts_record *r, uint16_t value)
{
	warts_u8(r, (uint8_t)(value >> 8));
	warts_u8(r, (uint8_t)value);
}

void warts_u32(struct warts_record *r, uint32_t value)
{
	warts_u16(r, (uint16_t)(value >> 16));
	warts_u16(r, (uint16_t)value);
}

void warts_text(struct warts_record *r, const char *text)
{
	put(r, text, strlen(text) + 1);
}

void warts_time(struct warts_record *r, int64_t us)
{
	if (us < 0)
		us = 0;
	warts_u32(r, (uint32_t)(us / 1000000));
	warts_u32(r, (uint32_t)(us % 1000000));
}

void warts_begin(struct warts_record *r, enum warts_type type)
{
	r->len = 0;
	r->known_count = 0;
	r->lacks_memory = false;
	warts_u16(r, WARTS_MAGIC);
	warts_u16(r, (uint16_t)type);
	warts_u32(r, 0); /* the length, in warts_end() */
}

int warts_end(struct warts_record *r)
{
	size_t len = r->len;

	if (r->lacks_memory)
		return -ENOMEM;
	if (len > RECORD_MOST)
		return -EMSGSIZE;
	r->len = HEADER_LEN - sizeof(uint32_t);
	warts_u32(r, (uint32_t)(len - HEADER_LEN));
	r->len = len;
	return 0;
}

void warts_free(struct warts_record *r)
{
	free(r->bytes);
	free(r->known);
}

void warts_open_block(struct warts_record *r)
{
	r->block = r->len;
	r->flags = 0;
}

/* Flags and length come first, and are known last. */
void warts_close_block(struct warts_record *r)
{
	size_t len = r->len - r->block, count = 0;
	uint8_t head[10 + sizeof(uint16_t)];

	if (r->lacks_memory)
		return;
	do {
		head[count++] = (uint8_t)(r->flags & (FLAGS_MORE - 1));
		r->flags >>= FLAGS_PER_BYTE;
		if (r->flags)
			head[count - 1] |= FLAGS_MORE;
	} while (r->flags);
	if (len > 0) {
		head[count++] = (uint8_t)(len >> 8);
		head[count++] = (uint8_t)len;
	}
	if (!make_room(r, count))
		return;
	memmove(r->bytes + r->block + count, r->bytes + r->block, len);
	memcpy(r->bytes + r->block, head, count);
	r->len += count;
}

void warts_number(struct warts_record *r, unsigned int number)
{
	r->flags |= UINT64_C(1) << (number - 1);
}

void warts_u8_at(struct warts_record *r, unsigned int number, uint8_t value)
{
	warts_number(r, number);
	warts_u8(r, value);
}

void warts_u16_at(struct warts_record *r, unsigned int number, uint16_t value)
{
	warts_number(r, number);
	warts_u16(r, value);
}

void warts_u32_at(struct warts_record *r, unsigned int number, uint32_t value)
{
	warts_number(r, number);
	warts_u32(r, value);
}

static void remember(struct warts_record *r, const struct addr *addr)
{
	if (r->known_count == r->known_room) {
		size_t room = r->known_room ? 2 * r->known_room : 64;
		struct addr *grown = reallocarray(r->known, room, sizeof(*grown));

		if (!grown) {
			r->lacks_memory = true;
			return;
		}
		r->known = grown;
		r->known_room = room;
	}
	r->known[r->known_count++] = *addr;
}

void warts_addr_at(struct warts_record *r, unsigned int number, const struct addr *addr)
{
	uint8_t len = addr_is_v4(addr) ? 4 : 16;

	warts_number(r, number);
	for (size_t i = 0; i < r->known_count; i++)
		if (addr_equal(&r->known[i], addr)) {
			warts_u8(r, 0);
			warts_u32(r, (uint32_t)i);
			return;
		}
	remember(r, addr);
	warts_u8(r, len);
	warts_u8(r, len == 4 ? ADDR_TYPE_V4 : ADDR_TYPE_V6);
	put(r, addr->bytes + sizeof(addr->bytes) - len, len);
}

void warts_objects_at(struct warts_record *r, unsigned int number, const struct probe_record *p)
{
	struct objects objects = objects_of(p);
	struct object object;

	if (p->objects_len == 0)
		return;
	/* The header of each has as many bytes as that of RFC 4884. */
	warts_u16_at(r, number, p->objects_len);
	while (objects_next(&objects, &object)) {
		warts_u16(r, object.len);
		warts_u8(r, object.class);
		warts_u8(r, object.type);
		put(r, object.data, object.len);
	}
}
