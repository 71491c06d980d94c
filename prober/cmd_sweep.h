// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe sweep`: one cycle over a list of endpoints, by itself. */
#pragma once

/* Returns the exit status. */
int cmd_sweep(int argc, char **argv);
