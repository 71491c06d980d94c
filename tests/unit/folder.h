// SPDX-License-Identifier: GPL-2.0-or-later
/* A folder for the files of a test, and programs to be found there in place of real
 * ones. */
#pragma once

#include <stdbool.h>

/* For .init and .fini of a test suite. */
void folder_set_up(void);
void folder_tear_down(void);

/* The path of a file in it; valid until the eighth call from now. */
const char *folder_path(const char *name);
bool folder_has(const char *name);
int folder_count(void);
/* Its content, valid until the next call; the test fails if there is none. */
const char *folder_read(const char *name);
void folder_write(const char *name, const char *content);
/* A shell script as the only program in PATH besides those of the system. */
void folder_program(const char *name, const char *script);
