// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/addr_text.h"

/* All addresses of a prefix, a single one among them. */
struct range {
	struct prefix prefix;
	uint64_t first; /* place of its first block */
};
_Static_assert(sizeof(struct range) == 32, "as stated in order.h");

/* A host name, or an address of which more is known than itself. */
struct named {
	struct addr addr; /* none: a host name */
	uint64_t texts;	  /* where name and contact are, NUL-terminated */
	uint64_t order;	  /* in which they came */
	uint32_t declared_asn;
	bool is_operand;
};

struct batch {
	struct shard shard;
	struct range *ranges;
	struct named *operands; /* as they were typed */
	struct named *hosts;	/* other host names */
	struct named *known;	/* addresses of both kinds */
	char *texts;
	size_t range_count, range_room;
	size_t operand_count, operand_room;
	size_t host_count, host_room;
	size_t known_count, known_room;
	size_t text_len, text_room;
};

int batch_new(const struct shard *shard, struct batch **ret_batch)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->shard = *shard;
	*ret_batch = b;
	return 0;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	free(b->ranges);
	free(b->operands);
	free(b->hosts);
	free(b->known);
	free(b->texts);
	free(b);
}

void batch_clear(struct batch *b)
{
	b->range_count = b->operand_count = b->host_count = b->known_count = b->text_len = 0;
}

bool batch_is_empty(const struct batch *b)
{
	return b->range_count == 0 && b->operand_count == 0 && b->host_count == 0;
}

/* --- filling ---------------------------------------------------------------------------- */

/* Room for `more` items; the array, moved perhaps, or NULL. */
static void *with_room(void *items, size_t count, size_t more, size_t size, size_t *room)
{
	size_t wanted = *room ? *room : 64;

	while (wanted < count + more)
		wanted *= 2;
	if (wanted != *room) {
		items = reallocarray(items, wanted, size);
		if (items)
			*room = wanted;
	}
	return items;
}

static int batch_add_texts(struct batch *b, const struct target *t, uint64_t *ret_at)
{
	size_t name = strlen(t->name) + 1;
	size_t contact = strlen(t->contact) + 1;
	char *texts = with_room(b->texts, b->text_len, name + contact, 1, &b->text_room);

	if (!texts)
		return -ENOMEM;
	b->texts = texts;
	*ret_at = b->text_len;
	memcpy(texts + b->text_len, t->name, name);
	memcpy(texts + b->text_len + name, t->contact, contact);
	b->text_len += name + contact;
	return 0;
}

static int batch_add_named(struct batch *b, const struct target *t, struct named **list,
			   size_t *count, size_t *room)
{
	struct named *items = with_room(*list, *count, 1, sizeof(*items), room);
	struct named item = {
		.addr = t->addr,
		.order = *count,
		.declared_asn = t->declared_asn,
		.is_operand = t->is_operand,
	};

	if (!items)
		return -ENOMEM;
	*list = items;
	if (batch_add_texts(b, t, &item.texts))
		return -ENOMEM;
	items[(*count)++] = item;
	return 0;
}

static int batch_add_range(struct batch *b, const struct target *t)
{
	struct range *ranges =
		with_room(b->ranges, b->range_count, 1, sizeof(*ranges), &b->range_room);

	if (!ranges)
		return -ENOMEM;
	b->ranges = ranges;
	ranges[b->range_count++] =
		(struct range){ .prefix = { .base = t->addr, .len = t->prefix_len } };
	return 0;
}

static int batch_add_host(struct batch *b, const struct target *t)
{
	return batch_add_named(b, t, &b->hosts, &b->host_count, &b->host_room);
}

static int batch_add_known(struct batch *b, const struct target *t)
{
	return batch_add_named(b, t, &b->known, &b->known_count, &b->known_room);
}

int batch_add(struct batch *b, const struct target *t)
{
	bool is_name = addr_is_none(&t->addr);
	int err = 0;

	if (t->prefix_len != TARGET_LEN_ONE)
		return batch_add_range(b, t);
	if (is_name ? !shard_has_name(&b->shard, t->name) : !shard_has_address(&b->shard, &t->addr))
		return 0;
	if (t->is_operand)
		err = batch_add_named(b, t, &b->operands, &b->operand_count, &b->operand_room);
	if (!err && is_name)
		return batch_add_host(b, t);
	if (!err && (t->is_operand || t->declared_asn || t->contact[0]))
		err = batch_add_known(b, t);
	if (!err && !t->is_operand)
		err = batch_add_range(b, t);
	return err;
}

/* --- closing ---------------------------------------------------------------------------- */

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_ranges(const void *left, const void *right)
{
	const struct range *a = left, *b = right;
	int order = memcmp(&a->prefix.base, &b->prefix.base, sizeof(a->prefix.base));

	return order ? order : a->prefix.len - b->prefix.len;
}

/* Operands come first, then what came first. */
static int compare_origins(const struct named *a, const struct named *b)
{
	if (a->is_operand != b->is_operand)
		return a->is_operand ? -1 : 1;
	return compare_numbers(a->order, b->order);
}

static int compare_known(const void *left, const void *right)
{
	const struct named *a = left, *b = right;
	int order = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return order ? order : compare_origins(a, b);
}

static size_t host_len(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && name[len - 1] == '.' ? len - 1 : len;
}

/* As names: letters of either case, with or without the root's dot. */
static int compare_names(const char *a, const char *b)
{
	size_t a_len = host_len(a), b_len = host_len(b);
	int order = strncasecmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : compare_numbers(a_len, b_len);
}

static int compare_hosts(const void *left, const void *right, void *texts)
{
	const struct named *a = left, *b = right;
	const char *text = texts;
	int order = compare_names(text + a->texts, text + b->texts);

	return order ? order : compare_origins(a, b);
}

/* Prefixes are within each other or have nothing in common; the wider one comes first. */
static void drop_nested_ranges(struct batch *b)
{
	size_t kept = 0;

	if (b->range_count > 0)
		qsort(b->ranges, b->range_count, sizeof(*b->ranges), compare_ranges);
	for (size_t i = 0; i < b->range_count; i++)
		if (kept == 0 ||
		    !prefix_holds(&b->ranges[kept - 1].prefix, &b->ranges[i].prefix.base))
			b->ranges[kept++] = b->ranges[i];
	b->range_count = kept;
}

/* Operands go as well: they have their own places. */
static void drop_equal_hosts(struct batch *b)
{
	const struct named *last = NULL;
	size_t kept = 0;
	struct named first;

	if (b->host_count > 0)
		qsort_r(b->hosts, b->host_count, sizeof(*b->hosts), compare_hosts, b->texts);
	for (size_t i = 0; i < b->host_count; i++) {
		if (last &&
		    compare_names(b->texts + last->texts, b->texts + b->hosts[i].texts) == 0)
			continue;
		first = b->hosts[i];
		last = &first;
		if (!first.is_operand)
			b->hosts[kept++] = first;
	}
	b->host_count = kept;
}

void batch_close(struct batch *b, struct batch_counts *ret_counts)
{
	uint64_t given = b->range_count + b->host_count;
	uint64_t places;

	drop_nested_ranges(b);
	drop_equal_hosts(b);
	if (b->known_count > 0)
		qsort(b->known, b->known_count, sizeof(*b->known), compare_known);
	places = b->host_count;
	for (size_t i = 0; i < b->range_count; i++) {
		uint64_t blocks = shard_blocks(&b->shard, &b->ranges[i].prefix);

		b->ranges[i].first = places;
		places = blocks > UINT64_MAX - places ? UINT64_MAX : places + blocks;
	}
	*ret_counts = (struct batch_counts){
		.operands = b->operand_count,
		.places = places,
		.dropped = given - b->range_count - b->host_count,
	};
}

/* --- asking ----------------------------------------------------------------------------- */

static void set_known(const struct batch *b, const struct named *n, struct target *ret_target)
{
	const char *name = b->texts + n->texts;
	const char *contact = name + strlen(name) + 1;

	memcpy(ret_target->name, name, strlen(name) + 1);
	memcpy(ret_target->contact, contact, strlen(contact) + 1);
	ret_target->declared_asn = n->declared_asn;
	ret_target->is_operand = n->is_operand;
}

/* The first that was given of this address; NULL if nothing is known of it. */
static const struct named *find_known(const struct batch *b, const struct addr *addr)
{
	const struct named key = { .addr = *addr, .is_operand = true }; /* the least */
	size_t low = 0;
	size_t high = b->known_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_known(&b->known[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < b->known_count && addr_equal(&b->known[low].addr, addr) ? &b->known[low]
									     : NULL;
}

static const struct range *find_range(const struct batch *b, uint64_t place)
{
	size_t low = 0;
	size_t high = b->range_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (b->ranges[middle].first <= place)
			low = middle;
		else
			high = middle;
	}
	return &b->ranges[low];
}

static void clear_target(struct target *ret_target)
{
	memset(ret_target, 0, sizeof(*ret_target));
	ret_target->prefix_len = TARGET_LEN_ONE;
}

void batch_operand(const struct batch *b, uint64_t place, struct target *ret_target)
{
	clear_target(ret_target);
	ret_target->addr = b->operands[place].addr;
	set_known(b, &b->operands[place], ret_target);
}

bool batch_at(const struct batch *b, uint64_t place, struct target *ret_target)
{
	const struct range *range;
	const struct named *known;

	clear_target(ret_target);
	if (place < b->host_count) {
		set_known(b, &b->hosts[place], ret_target);
		return true;
	}
	range = find_range(b, place);
	if (!shard_address(&b->shard, &range->prefix, place - range->first, &ret_target->addr) ||
	    addr_is_none(&ret_target->addr))
		return false;
	addr_to_text(&ret_target->addr, ret_target->name);
	known = find_known(b, &ret_target->addr);
	if (known)
		set_known(b, known, ret_target);
	return !ret_target->is_operand;
}
