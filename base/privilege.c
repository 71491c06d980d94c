// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/privilege.h"

#include <sys/capability.h>

bool privilege_held(const char *capability)
{
	cap_flag_value_t held = CAP_SET;
	cap_value_t number;
	cap_t caps;

	if (cap_from_name(capability, &number))
		return true;
	caps = cap_get_proc();
	if (!caps)
		return true;
	if (cap_get_flag(caps, number, CAP_EFFECTIVE, &held))
		held = CAP_SET;
	cap_free(caps);
	return held == CAP_SET;
}
