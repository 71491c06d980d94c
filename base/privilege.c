// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/privilege.h"

#include <errno.h>
#include <grp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/* By system calls only: between fork and exec nothing should be allocated. */
int privilege_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 ||
	    syscall(SYS_capset, &header, none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	return 0;
}

int privilege_renounce(uid_t uid, gid_t gid)
{
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
			       setresuid(uid, uid, uid) != 0))
		return -errno;
	return privilege_drop();
}
