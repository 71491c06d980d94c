// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/dot_label.h"

#include <stdbool.h>
#include <string.h>

#include "base/addr_text.h"
#include "output/alias.h"
#include "output/asn.h"

enum {
	/* What is shown of a text, with its NUL; DNS allows 253 bytes. */
	NAME_LEN = 64,
	SYSTEM_NAME_LEN = 40,
	SYSTEMS_MAX = 8, /* of one router */
};

/* A box that is being written. */
struct box {
	FILE *out;
	const struct dot_known *known;
	uint32_t systems[SYSTEMS_MAX]; /* that are in it */
	unsigned int system_count;
};

/* Cut to `room` bytes, NUL included. */
static void print_cut(FILE *out, const char *text, size_t room)
{
	char shown[NAME_LEN];

	snprintf(shown, room < sizeof(shown) ? room : sizeof(shown), "%s", text);
	dot_print_text(out, shown);
	if (strlen(text) > strlen(shown))
		fputs("...", out);
}

static void print_addr(const struct box *box, const struct addr *addr)
{
	const struct sink_names *names = &box->known->names;
	const char *name = names->name_of ? names->name_of(names->arg, addr) : NULL;
	char text[ADDR_TEXT_LEN];

	fputs(addr_to_text(addr, text), box->out);
	if (!name || !name[0])
		return;
	fputs("\\n", box->out);
	print_cut(box->out, name, NAME_LEN);
}

static bool has_system(const struct box *box, uint32_t number)
{
	for (unsigned int i = 0; i < box->system_count; i++)
		if (box->systems[i] == number)
			return true;
	return false;
}

static void print_system(struct box *box, const struct addr *addr)
{
	struct asn_entry entry;

	if (!asn_find(box->known->asn, addr, &entry) || has_system(box, entry.number) ||
	    box->system_count == SYSTEMS_MAX)
		return;
	box->systems[box->system_count++] = entry.number;
	fprintf(box->out, "\\nAS%u", entry.number);
	if (!entry.name[0])
		return;
	fputc(' ', box->out);
	print_cut(box->out, entry.name, SYSTEM_NAME_LEN);
}

void dot_label_addr(FILE *out, const struct dot_known *known, const struct addr *addr)
{
	struct box box = { .out = out, .known = known };

	print_addr(&box, addr);
	print_system(&box, addr);
}

/* The other addresses of its router; they came from the other direction's trace. */
static void print_aliases(const struct box *box, const struct alias_set *set,
			  const struct graph_vertex *v)
{
	for (size_t i = 0; i < set->count; i++) {
		if (graph_has_addr(v, &set->addrs[i]))
			continue;
		fputs("\\nalso ", box->out);
		print_addr(box, &set->addrs[i]);
	}
}

void dot_label_vertex(FILE *out, const struct dot_known *known, const struct graph_vertex *v)
{
	struct box box = { .out = out, .known = known };
	const struct alias_set *set = NULL;

	if (known->aliases)
		set = alias_find(known->aliases, &v->addr);
	if (set)
		fprintf(out, "router %zu\\n", (size_t)(set - known->aliases->sets) + 1);
	for (uint32_t i = 0; i < v->addr_count; i++) {
		if (i > 0)
			fputs("\\n", out);
		print_addr(&box, &v->addrs[i]);
	}
	if (set)
		print_aliases(&box, set, v);
	for (uint32_t i = 0; i < v->addr_count; i++)
		print_system(&box, &v->addrs[i]);
	for (size_t i = 0; set && i < set->count; i++)
		print_system(&box, &set->addrs[i]);
}
