// SPDX-License-Identifier: GPL-2.0-or-later
/* The main job: traces to every target, into every sink that was named. */
#pragma once

#include "prober/options.h"

/* Returns the exit status; what is wrong was logged. */
int cmd_trace(int argc, char **argv, const struct prober_options *options);
