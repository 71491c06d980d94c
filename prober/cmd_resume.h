// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe resume`: goes on with a campaign that did not come to its end. */
#pragma once

/* Returns the exit status. */
int cmd_resume(int argc, char **argv);
