// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a box of a picture says of addresses: those of one router, their host names and
 * autonomous systems.
 */
#pragma once

#include <stdio.h>

#include "output/dot.h"
#include "output/graph.h"

/* An address, its name and its system, a line each; no line feed at the end. */
void dot_label_addr(FILE *out, const struct dot_known *known, const struct addr *addr);

/* The same for all addresses of a vertex, and for others that are aliases of them, which
 * the other direction has seen; each system once. */
void dot_label_vertex(FILE *out, const struct dot_known *known, const struct graph_vertex *v);
