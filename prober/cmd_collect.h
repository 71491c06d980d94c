// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe collect`: a collector, until a signal ends it. */
#pragma once

/* argv[0] is "collect".  Returns the exit status; what is wrong was logged. */
int cmd_collect(int argc, char **argv);
