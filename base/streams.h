// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The three standard streams.  Where one is closed, its descriptor would go to the
 * next file that is opened, a database say, and messages would be written into it.
 */
#pragma once

/*
 * Gives each closed one a descriptor that fails when it is used, as a closed one
 * does.  Before anything else is opened.  Returns 0 or -errno.
 */
int streams_reserve(void);
