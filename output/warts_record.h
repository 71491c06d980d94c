// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One record of scamper's warts format as bytes in memory: numbers in big endian, blocks of
 * numbered parameters, addresses that are spelled out once and named by a number after that.
 * docs/warts.md has the format.  Lack of memory stays in the record.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct probe_record;

enum warts_type {
	WARTS_LIST = 1,
	WARTS_CYCLE_START = 2,
	WARTS_CYCLE_STOP = 4,
	WARTS_TRACE = 6,
	WARTS_TRACELB = 8,
};

#define WARTS_MAGIC 0x1205

struct warts_record {
	uint8_t *bytes;
	size_t len, room;
	struct addr *known; /* in the order of their numbers */
	size_t known_count, known_room;
	size_t block;	/* where the block that is open begins */
	uint64_t flags; /* its parameters: bit n - 1 for number n */
	bool lacks_memory;
};

/* For one that is all zero, or was begun before: its memory is used again. */
void warts_begin(struct warts_record *r, enum warts_type type);
/* Returns 0 or -ENOMEM, or -EMSGSIZE: more than a reader could take. */
int warts_end(struct warts_record *r);
void warts_free(struct warts_record *r);

void warts_u8(struct warts_record *r, uint8_t value);
void warts_u16(struct warts_record *r, uint16_t value);
void warts_u32(struct warts_record *r, uint32_t value);
void warts_text(struct warts_record *r, const char *text);
/* Seconds and microseconds since 1970. */
void warts_time(struct warts_record *r, int64_t us);

/* A block: its parameters in ascending order, each with its number first.  Blocks do not
 * lie in each other. */
void warts_open_block(struct warts_record *r);
void warts_close_block(struct warts_record *r);
void warts_number(struct warts_record *r, unsigned int number);
void warts_u8_at(struct warts_record *r, unsigned int number, uint8_t value);
void warts_u16_at(struct warts_record *r, unsigned int number, uint16_t value);
void warts_u32_at(struct warts_record *r, unsigned int number, uint32_t value);
void warts_addr_at(struct warts_record *r, unsigned int number, const struct addr *addr);
/* Nothing where there are none. */
void warts_objects_at(struct warts_record *r, unsigned int number, const struct probe_record *p);
