// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/text_objects.h"

#include "output/objects.h"

static void print_entry(FILE *out, const struct mpls_label *l)
{
	fprintf(out, "L=%u,E=%u,S=%d,T=%u", l->label, l->class, l->is_bottom, l->ttl);
}

void text_print_labels(FILE *out, const struct probe_record *probe)
{
	struct objects objects = objects_of(probe);
	const char *before = " <MPLS:";
	struct object object;

	while (objects_next(&objects, &object))
		for (size_t i = 0; i < object_label_count(&object); i++) {
			struct mpls_label label = object_label(&object, i);

			fputs(before, out);
			print_entry(out, &label);
			before = "/";
		}
	if (*before == '/')
		fputc('>', out);
}

void text_print_label_lines(FILE *out, const struct probe_record *probe, int indent)
{
	struct objects objects = objects_of(probe);
	struct object object;

	while (objects_next(&objects, &object))
		for (size_t i = 0; i < object_label_count(&object); i++) {
			struct mpls_label label = object_label(&object, i);

			fprintf(out, "%*s<MPLS:", indent, "");
			print_entry(out, &label);
			fputs(">\n", out);
		}
}
