// SPDX-License-Identifier: GPL-2.0-or-later
/* Columns of a row that may have been written by anybody. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct addr;

/* Sticky: one value that can't be leaves the row unusable. */
struct reader_row {
	sqlite3_stmt *statement;
	bool is_damaged;
};

bool row_is_null(const struct reader_row *row, int column);
/* 0 for NULL. */
int64_t row_number(struct reader_row *row, int column, int64_t min, int64_t max);
double row_real(struct reader_row *row, int column);
/* "" for NULL; valid until the next row. */
const char *row_text(struct reader_row *row, int column);
/* None for NULL. */
struct addr row_addr(struct reader_row *row, int column);
