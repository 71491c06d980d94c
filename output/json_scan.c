// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/json_scan.h"

#include <stdbool.h>

/* Each value is the first of the text, or stands behind one of "[,:"; each key behind one
 * of "{,". */
struct json_size json_scan(const char *text, size_t len)
{
	struct json_size size = { .nodes = 1 };
	bool is_string = false;
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (is_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				is_string = false;
			continue;
		}
		is_string = c == '"';
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && depth > 0)
			depth--;
		if (c == '[' || c == '{' || c == ',' || c == ':')
			size.nodes++;
		if (depth > size.depth)
			size.depth = depth;
	}
	return size;
}
