// SPDX-License-Identifier: GPL-2.0-or-later
/* The options that say what a world is like: the same for who answers and who judges. */
#pragma once

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "tests/netsim/world.h"

#define WORLD_OPTION_FIRST 1000

/* To be put at the end of a program's own long options. */
extern const struct option world_long_options[];
#define WORLD_OPTION_COUNT 13

struct world world_default(void);
/* Takes one of them; false, and a complaint on stderr, for a bad value. */
bool world_set_option(struct world *w, int option, const char *value);
/* Do they go together?  Complains on stderr if not. */
bool world_is_sound(const struct world *w);
void world_print_help(FILE *to);

/* A whole number from `least` to `most`. */
bool netsim_number(const char *text, unsigned long least, unsigned long most, uint32_t *ret_number);
