// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sink that draws: BASE.dot for each trace or pair, and of it BASE.FORMAT by
 * Graphviz.  Where more than one target may come, the names are BASE-TARGET.
 */
#pragma once

/* What sink_options.format may be; ends with NULL. */
extern const char *const picture_formats[];
