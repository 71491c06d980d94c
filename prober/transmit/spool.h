// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where measurements wait that nobody named a database for: a folder with a database for
 * each run that goes on at the same time.  $XDG_STATE_HOME/revprobe, or for root
 * /var/lib/revprobe, or $HOME/.local/state/revprobe; only its owner may look into it.
 */
#pragma once

#include <stddef.h>

/* One that nobody writes to now; folder and file are made if need be.  Returns 0, or
 * -errno with the reason logged; the caller frees the path. */
int spool_choose(char **ret_path);

/* All that are there and that nobody writes to now.  Each path and the list are the
 * caller's to free; none is no error. */
int spool_list(char ***ret_paths, size_t *ret_count);
