// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/record_copy.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "tests/unit/records.h"

static struct vertex_record vertices[3];
static struct link_record links[] = { { 0, 1, 6 }, { 1, 2, 5 } };

static void draft_copied(struct record_draft *d, char *target, char *contact)
{
	draft_init(d, TRACE_FORWARD, target, "192.0.2.1", "198.51.100.7");
	draft_add(d, 1, "192.0.2.254", 412);
	draft_add(d, 2, NULL, 0);
	draft_objects(d, draft_add(d, 3, "198.51.100.7", 900), DRAFT_LABELS);
	for (uint8_t i = 0; i < ARRAY_LEN(vertices); i++)
		vertices[i] = (struct vertex_record){ draft_addr("192.0.2.1"), i, i == 2 };
	d->trace.contact = contact;
	d->trace.mode = TRACE_MDA;
	d->trace.eps = 0.05;
	d->trace.vertices = vertices;
	d->trace.vertex_count = ARRAY_LEN(vertices);
	d->trace.links = links;
	d->trace.link_count = ARRAY_LEN(links);
	d->trace.aliases = (const struct alias_result *)d; /* of the original only */
}

Test(record_copy, nothing_of_the_original_is_needed)
{
	char target[] = "www.example.net", contact[] = "noc@example.net";
	struct trace_record *copy = NULL;
	struct record_draft d, kept;

	draft_copied(&d, target, contact);
	kept = d;
	cr_assert_eq(record_copy_size(&d.trace), sizeof(d.trace) + 3 * sizeof(d.probes[0]) +
							 sizeof(vertices) + sizeof(links) + 17 +
							 sizeof(target) + sizeof(contact));
	cr_assert_eq(record_copy(&d.trace, &copy), 0);
	memset(&d, 0x55, sizeof(d));
	memset(target, 0x55, sizeof(target) - 1);
	memset(contact, 0x55, sizeof(contact) - 1);
	memset(vertices, 0x55, sizeof(vertices));
	memset(links, 0x55, sizeof(links));

	cr_assert_str_eq(copy->target, "www.example.net");
	cr_assert_str_eq(copy->contact, "noc@example.net");
	cr_assert_eq(copy->eps, 0.05);
	cr_assert_null(copy->aliases);
	cr_assert_eq(copy->probe_count, 3);
	cr_assert(memcmp(copy->probes, kept.probes, 2 * sizeof(*kept.probes)) == 0);
	cr_assert_eq(copy->probes[2].objects_len, 17);
	cr_assert(memcmp(copy->probes[2].objects, kept.objects, 17) == 0);
	cr_assert_eq(copy->vertex_count, 3);
	cr_assert(copy->vertices[1].ttl == 1 && !copy->vertices[1].is_end);
	cr_assert(copy->vertices[2].ttl == 2 && copy->vertices[2].is_end);
	cr_assert_eq(copy->link_count, 2);
	cr_assert(copy->links[1].near == 1 && copy->links[1].far == 2 && copy->links[1].flows == 5);
	free(copy);
}

Test(record_copy, trace_without_anything_is_copied)
{
	struct trace_record *copy = NULL;
	struct record_draft d;

	draft_init(&d, TRACE_REVERSE, "", "192.0.2.1", "198.51.100.7");
	d.trace.probes = NULL;
	cr_assert_eq(record_copy(&d.trace, &copy), 0);
	cr_assert_eq(copy->probe_count, 0);
	cr_assert_str_eq(copy->target, "");
	cr_assert_str_eq(copy->contact, "");
	free(copy);
}
