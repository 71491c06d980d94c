// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much a JSON text will ask for, before it is parsed: a megabyte of "[0,0,0" makes a
 * tree of many, and each bracket may cost the parser a frame of its stack.
 */
#pragma once

#include <stddef.h>

struct json_size {
	size_t depth; /* of arrays and objects in each other */
	size_t nodes; /* values and keys: never fewer than the parser would make */
};

/* Any bytes; says nothing about whether they are JSON. */
struct json_size json_scan(const char *text, size_t len);
