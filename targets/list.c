// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/sources.h"

#include <string.h>

#include "base/text.h"
#include "targets/file.h"

static bool list_parse_line(struct target *ret_target, size_t number, char *line,
			    char ret_reason[static ENTRY_REASON_LEN])
{
	char *text;

	(void)number;
	line[strcspn(line, "#")] = '\0';
	text = text_trim(line);
	return *text == '\0' || entry_parse(text, ret_target, ret_reason);
}

int source_open_list(const char *path, struct target_source **ret_source)
{
	return file_open("targets", path, list_parse_line, ret_source);
}
