// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/option.h"

#include <stdbool.h>
#include <string.h>

#define HELP_COLUMN 28
#define HELP_WIDTH  80

/* Prints words from `text` between the help column and the page's edge. */
static void print_wrapped(FILE *out, const char *text, size_t column)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (column + 1 + len > HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		fprintf(out, "%s%.*s", column > HELP_COLUMN ? " " : "", (int)len, text);
		column += len + (column > HELP_COLUMN);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static void print_one(FILE *out, const struct option_desc *o)
{
	char left[64] = "  ";
	char help[512];
	size_t used = 2;

	if (o->letter)
		used += (size_t)snprintf(left + used, sizeof(left) - used, "-%c%s", o->letter,
					 o->name ? ", " : "");
	if (o->name)
		used += (size_t)snprintf(left + used, sizeof(left) - used, "%s--%s",
					 o->letter ? "" : "    ", o->name);
	if (o->metavar)
		used += (size_t)snprintf(left + used, sizeof(left) - used, " %s", o->metavar);
	fputs(left, out);
	if (used + 1 > HELP_COLUMN)
		fprintf(out, "\n%*s", HELP_COLUMN, "");
	else
		fprintf(out, "%*s", (int)(HELP_COLUMN - used), "");
	if (o->preset)
		snprintf(help, sizeof(help), "%s [%s]", o->help, o->preset);
	else
		snprintf(help, sizeof(help), "%s", o->help);
	print_wrapped(out, help, HELP_COLUMN);
}

void option_print_help(FILE *out, const struct option_table *table)
{
	fprintf(out, "Usage: %s %s\n\n%s\n\nOptions, with their defaults in brackets:\n",
		table->program, table->synopsis, table->summary);
	for (size_t i = 0; i < table->count; i++)
		print_one(out, &table->options[i]);
}

/* Sentences in mdoc: each on a line of its own, where a leading dot or quote would be
 * a macro. */
static void print_man_text(FILE *out, const char *text)
{
	bool starts_line = true;

	for (; *text; text++) {
		if (starts_line && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		starts_line = *text == '.' && text[1] == ' ';
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
		if (starts_line) {
			fputc('\n', out);
			text++; /* the blank */
		}
	}
	fputc('\n', out);
}

void option_print_man(FILE *out, const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_desc *o = &table->options[i];

		fputs(".It", out);
		if (o->letter)
			fprintf(out, " Fl %c%s", o->letter, o->name ? " ," : "");
		if (o->name)
			fprintf(out, " Fl Fl %s", o->name);
		if (o->metavar)
			fprintf(out, " Ar %s", o->metavar);
		fputc('\n', out);
		print_man_text(out, o->help);
		if (o->preset)
			fprintf(out, "The default is\n.Ql %s .\n", o->preset);
	}
}

void option_print_table(FILE *out, const struct option_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_desc *o = &table->options[i];

		if (o->letter)
			fputc(o->letter, out);
		fprintf(out, "\t%s\t%s\t", o->name ? o->name : "", o->metavar ? o->metavar : "");
		for (size_t c = 0; o->type == OPTION_CHOICE && o->choices[c]; c++)
			fprintf(out, "%s%s", c ? "," : "", o->choices[c]);
		fprintf(out, "\t%s\n", o->help);
	}
}
