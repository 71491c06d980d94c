// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose filters are on an interface's clsact hooks. */
#pragma once

/* Filters on both hooks of the interface, or -errno. */
int filters_count(int ifindex);
