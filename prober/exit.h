// SPDX-License-Identifier: GPL-2.0-or-later
/* Exit statuses beside EXIT_SUCCESS and EXIT_FAILURE. */
#pragma once

enum { EXIT_USAGE = 2, EXIT_INTERRUPTED = 3 };
