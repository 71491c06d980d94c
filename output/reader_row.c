// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/reader_row.h"

#include <string.h>

#include "wire/addr.h"

bool row_is_null(const struct reader_row *row, int column)
{
	return sqlite3_column_type(row->statement, column) == SQLITE_NULL;
}

int64_t row_number(struct reader_row *row, int column, int64_t min, int64_t max)
{
	int type = sqlite3_column_type(row->statement, column);
	int64_t value = sqlite3_column_int64(row->statement, column);

	if (type == SQLITE_NULL)
		return 0;
	if (type != SQLITE_INTEGER || value < min || value > max) {
		row->is_damaged = true;
		return 0;
	}
	return value;
}

double row_real(struct reader_row *row, int column)
{
	return sqlite3_column_double(row->statement, column);
}

const char *row_text(struct reader_row *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row->statement, column);

	return text ? text : "";
}

struct addr row_addr(struct reader_row *row, int column)
{
	int len = sqlite3_column_bytes(row->statement, column);
	const void *bytes = sqlite3_column_blob(row->statement, column);
	struct addr addr = { { 0 } };
	be32 four;

	if (row_is_null(row, column))
		return addr;
	if (len == sizeof(four) && bytes) {
		memcpy(&four, bytes, sizeof(four));
		return addr_from_v4(four);
	}
	if (len == sizeof(addr) && bytes)
		memcpy(&addr, bytes, sizeof(addr));
	else
		row->is_damaged = true;
	return addr;
}
