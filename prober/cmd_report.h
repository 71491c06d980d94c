// SPDX-License-Identifier: GPL-2.0-or-later
/* `revprobe report`: a cycle of a database as a page of HTML. */
#pragma once

/* argv[0] is "report".  Returns the exit status; what is wrong was logged. */
int cmd_report(int argc, char **argv);
