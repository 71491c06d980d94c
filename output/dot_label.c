// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/dot_label.h"

#include <string.h>

#include "base/addr_text.h"
#include "output/alias.h"

enum { NAME_LEN_MAX = 64 }; /* of a host name that is shown: DNS allows 253 */

static void print_name(FILE *out, const struct dot_known *known, const struct addr *addr)
{
	const struct sink_names *names = &known->names;
	const char *name = names->name_of ? names->name_of(names->arg, addr) : NULL;
	char shown[NAME_LEN_MAX];

	if (!name || !name[0])
		return;
	fputs("\\n", out);
	snprintf(shown, sizeof(shown), "%s", name);
	dot_print_text(out, shown);
	if (strlen(name) >= sizeof(shown))
		fputs("...", out);
}

void dot_label_addr(FILE *out, const struct dot_known *known, const struct addr *addr)
{
	char text[ADDR_TEXT_LEN];

	fputs(addr_to_text(addr, text), out);
	print_name(out, known, addr);
}

/* The other addresses of its router; they came from the other direction's trace. */
static void print_aliases(FILE *out, const struct dot_known *known, const struct alias_set *set,
			  const struct graph_vertex *v)
{
	for (size_t i = 0; i < set->count; i++) {
		if (graph_has_addr(v, &set->addrs[i]))
			continue;
		fputs("\\nalso ", out);
		dot_label_addr(out, known, &set->addrs[i]);
	}
}

void dot_label_vertex(FILE *out, const struct dot_known *known, const struct graph_vertex *v)
{
	const struct alias_set *set = NULL;

	if (known->aliases)
		set = alias_find(known->aliases, &v->addr);
	if (set)
		fprintf(out, "router %zu\\n", (size_t)(set - known->aliases->sets) + 1);
	for (uint32_t i = 0; i < v->addr_count; i++) {
		if (i > 0)
			fputs("\\n", out);
		dot_label_addr(out, known, &v->addrs[i]);
	}
	if (set)
		print_aliases(out, known, set, v);
}
