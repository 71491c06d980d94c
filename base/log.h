// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Four levels to stderr, one line each: "program: object: act: reason".
 *
 * Never called per packet: packets are counted.  The level and the program's
 * name, and whether a status line stands, are the only mutable globals of the project.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
/* As users write them; ends with NULL. */
extern const char *const log_level_names[];

/* `program` must stay valid; it is printed before each line. */
void log_init(const char *program, enum log_level level);
bool log_enabled(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A line on the terminal's last row that the next one replaces; the log's own lines go
 * above it.  NULL takes it away.  Only where stderr is a terminal.
 */
void log_status(const char *text);

/*
 * For the log callbacks of libraries: what a library says is one level less
 * important to our user than to its author.  A final newline is dropped.
 */
void log_foreign(enum log_level level, const char *library, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
/* The same for a text that is made already. */
void log_foreign_text(enum log_level level, const char *library, const char *text);
