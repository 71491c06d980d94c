// SPDX-License-Identifier: GPL-2.0-or-later
/* What each tests/fuzz/fuzz_NAME.c implements; see tests/fuzz/local.mk. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns 0; whatever is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
