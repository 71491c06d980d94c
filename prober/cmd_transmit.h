// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe transmit`: sends, or shows, what waits in outboxes. */
#pragma once

/* argv[0] is "transmit".  Returns the exit status; what is wrong was logged. */
int cmd_transmit(int argc, char **argv);
