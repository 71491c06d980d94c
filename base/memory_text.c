// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/memory_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int memory_text_end(FILE *out, char **text)
{
	bool failed = ferror(out) != 0;

	if (fclose(out) == 0 && !failed)
		return 0;
	free(*text);
	*text = NULL;
	return -ENOMEM;
}
