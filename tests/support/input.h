// SPDX-License-Identifier: GPL-2.0-or-later
/* Input for what reads files: bytes in memory, and pipes that a test writes to. */
#pragma once

#include <stddef.h>

/* The path of a file with these bytes; valid until the process ends. */
const char *input_file(const void *bytes, size_t len);
#define INPUT_TEXT(literal) input_file((literal), sizeof(literal) - 1)

/* Makes a pipe the standard input and returns the end to write to. */
int input_pipe(void);
void input_write(int fd, const void *bytes, size_t len);

/* The resident memory that this process ever had at most, in KiB. */
long input_peak_kib(void);
