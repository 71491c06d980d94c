// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe export`: what a database holds, in other formats. */
#pragma once

/* argv[0] is the command's name.  Returns the exit status. */
int cmd_export(int argc, char **argv);
