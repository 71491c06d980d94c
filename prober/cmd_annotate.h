// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe annotate`: systems and places onto addresses already stored. */
#pragma once

/* argv[0] is "annotate".  Returns the exit status; what is wrong was logged. */
int cmd_annotate(int argc, char **argv);
