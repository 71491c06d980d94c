// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Has dot(1) of Graphviz draw pictures, one after the other: no shell, no
 * privileges, niced, no file but the two that are opened here for it, and no longer
 * than a time limit.  Nothing waits for it but render_finish().  A picture appears when
 * it is complete, and until then an older one stays.
 *
 * What goes wrong is logged here.  If dot is missing, or one picture takes too
 * long, no more are drawn.
 */
#pragma once

#include <stdint.h>

struct render;

/* `limit_ns` is for each picture. */
int render_new(uint64_t limit_ns, struct render **ret_render);
/* Takes NULL.  Whoever still draws is killed. */
void render_free(struct render *r);

/* Draws, or queues while another is drawn.  `format` is one that dot's -T takes.
 * Returns 0, or -ENOMEM. */
int render_add(struct render *r, const char *format, const char *dot_path,
	       const char *picture_path);
/* Looks after who draws, and starts the next. */
void render_poll(struct render *r);
/* Waits until all is drawn.  Returns the first error since the beginning, or 0. */
int render_finish(struct render *r);
