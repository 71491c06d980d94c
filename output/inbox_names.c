// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/inbox_state.h"
#include "output/names.h"

static int compare_addrs(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct addr));
}

/* The addresses of all vertices, sorted; the caller frees them. */
static int list_addrs(const struct study_input *input, struct addr **ret_addrs, size_t *ret_count)
{
	size_t room = input->paths[0].vertex_count + input->paths[1].vertex_count, count = 0;
	struct addr *addrs = calloc(room + 1, sizeof(*addrs));

	if (!addrs)
		return -ENOMEM;
	for (int d = 0; d < 2; d++)
		for (size_t i = 0; i < input->paths[d].vertex_count; i++)
			if (!input->paths[d].vertices[i].is_hole)
				addrs[count++] = input->paths[d].vertices[i].addr;
	qsort(addrs, count, sizeof(*addrs), compare_addrs);
	*ret_addrs = addrs;
	*ret_count = count;
	return 0;
}

static int set_name(struct inbox_rows *r, const struct study_name *name, int64_t received_us)
{
	char clean[NAMES_TEXT_LEN];
	int64_t addr_id;
	int err;

	if (!names_clean(name->name, clean))
		return 0;
	err = sqlite_dictionary_addr(r->dictionary, &name->addr, &addr_id);
	if (err)
		return err;
	sqlite3_bind_int64(r->name_set, 1, addr_id);
	sqlite3_bind_text(r->name_set, 2, clean, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(r->name_set, 3, received_us);
	return sqlite_db_step(r->db, r->name_set);
}

int inbox_rows_add_names(struct inbox_rows *r, const struct study_input *input, int64_t received_us)
{
	struct addr *addrs;
	size_t count;
	int err = list_addrs(input, &addrs, &count);

	if (err)
		return err;
	for (size_t i = 0; i < input->name_count && !err; i++)
		if (bsearch(&input->names[i].addr, addrs, count, sizeof(*addrs), compare_addrs))
			err = set_name(r, &input->names[i], received_us);
	free(addrs);
	return err;
}
