// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <stdio.h>
#include <string.h>

const char *const log_level_names[] = { "error", "warning", "info", "debug", NULL };

static struct {
	const char *program;
	enum log_level level;
	bool has_status;
} config = { "revprobe", LOG_INFO, false };

void log_init(const char *program, enum log_level level)
{
	config.program = program;
	config.level = level;
}

bool log_enabled(enum log_level level)
{
	return level <= config.level;
}

/* ECMA-48: to the line's start, and what is on it away. */
#define ERASE_LINE "\r\033[K"

void log_status(const char *text)
{
	if (text)
		fprintf(stderr, ERASE_LINE "%s", text);
	else if (config.has_status)
		fputs(ERASE_LINE, stderr);
	config.has_status = text != NULL;
	fflush(stderr);
}

/* One write a line, so that lines of several processes don't interleave. */
static void log_line(enum log_level level, const char *from, const char *format, va_list args)
{
	static const char *const marks[] = {
		[LOG_ERROR] = "",
		[LOG_WARN] = "warning: ",
		[LOG_INFO] = "",
		[LOG_DEBUG] = "debug: ",
	};
	char line[1024];
	size_t len;

	if (!log_enabled(level))
		return;
	vsnprintf(line, sizeof(line), format, args);
	len = strlen(line);
	while (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	fprintf(stderr, "%s%s: %s%s%s%s\n", config.has_status ? ERASE_LINE : "", config.program,
		marks[level], from ? from : "", from ? ": " : "", line);
}

#define LOG_FUNCTION(name, level)                    \
	void name(const char *format, ...)           \
	{                                            \
		va_list args;                        \
                                                     \
		va_start(args, format);              \
		log_line(level, NULL, format, args); \
		va_end(args);                        \
	}

LOG_FUNCTION(log_error, LOG_ERROR)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_debug, LOG_DEBUG)

void log_foreign(enum log_level level, const char *library, const char *format, va_list args)
{
	log_line(level < LOG_DEBUG ? level + 1 : LOG_DEBUG, library, format, args);
}

__attribute__((format(printf, 3, 4))) static void log_foreign_line(enum log_level level,
								   const char *library,
								   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_foreign(level, library, format, args);
	va_end(args);
}

void log_foreign_text(enum log_level level, const char *library, const char *text)
{
	log_foreign_line(level, library, "%s", text);
}
