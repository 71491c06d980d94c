// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe show`: what a database holds, as text. */
#pragma once

/* argv[0] is the command's name.  Returns the exit status. */
int cmd_show(int argc, char **argv);
