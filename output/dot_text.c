// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/dot.h"

void dot_print_text(FILE *out, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		switch (*c) {
		case '"':
			fputs("\\\"", out);
			break;
		case '\\':
			fputs("\\\\", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			if (*c < 0x20 || *c > 0x7e)
				fprintf(out, "\\\\x%02x", *c);
			else
				fputc(*c, out);
			break;
		}
	}
}
