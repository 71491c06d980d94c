// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The configuration file: options by their long names, one a line, as "name" or
 * "name = value".  Blank lines and lines that begin with # say nothing.  It comes
 * after the presets and before the command line, which so has the last word; what it
 * sets counts as given.
 *
 * Commands of one program share a file: an option that this one does not have is
 * passed over if another has it, and is an error otherwise.
 */
#pragma once

#include "base/option.h"

/*
 * From now on option_parse() reads `path` if it is there, or the file that --config
 * names.  `tables` ends with NULL: all that share the file.  Both stay the caller's.
 * Without this call there is no file unless --config names one.
 */
void option_file_use(const char *path, const struct option_table *const *tables);

/*
 * For option_parse(): reads `named`, or if that is NULL the file above.  What the texts
 * of the file are needed for lives as long as the process.  OPTION_OK, or OPTION_USAGE
 * with one line on standard error.
 */
enum option_outcome option_file_read(const struct option_table *table, const char *named,
				     void *config, bool *given);
