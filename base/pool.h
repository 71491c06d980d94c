// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fixed number of equal slots, allocated once.  Taking and giving back costs
 * no allocation; a full pool says so, it never grows.  Slots that were never taken cost
 * address space only.  Slots are named by
 * index, so that tables can hold four bytes in place of a pointer.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct pool;

#define POOL_NONE UINT32_MAX

/* `count` slots of `size` bytes; at most POOL_NONE - 1 slots.  The caller frees. */
int pool_new(uint32_t count, size_t size, struct pool **ret_pool);
void pool_free(struct pool *p);

/* A slot with all bytes zero, or POOL_NONE if every slot is taken. */
uint32_t pool_take(struct pool *p);
void pool_give(struct pool *p, uint32_t slot);

/* The slot's memory; valid until the pool is freed. */
void *pool_at(const struct pool *p, uint32_t slot);

/* The slot that begins there. */
uint32_t pool_slot(const struct pool *p, const void *memory);

uint32_t pool_left(const struct pool *p);
uint32_t pool_taken(const struct pool *p);
