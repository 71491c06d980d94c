// SPDX-License-Identifier: GPL-2.0-or-later
/* From a member to the structure around it, and the length of an array. */
#pragma once

#include <stddef.h>

#define CONTAINER_OF(member_ptr, type, member) \
	((type *)(void *)((char *)(member_ptr)-offsetof(type, member)))

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))
