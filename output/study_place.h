// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the vertices of a document are: it has ways, and no TTLs. */
#pragma once

#include "output/study_input.h"

/*
 * Gives each vertex that the root leads to its TTL: that of the first hop, and one more for
 * each way, by the longest one.  Returns 0, -ELOOP if the ways make a circle, -ERANGE if
 * they are longer than TTLs go, -ENOMEM.
 */
int study_place(struct study_path *path, uint8_t min_ttl);
