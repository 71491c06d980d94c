// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/privilege.h"

#include <criterion/criterion.h>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Each test is a process of its own, so that what is given up is not missed later. */
Test(privilege, renouncing_leaves_nothing)
{
	bool was_root = geteuid() == 0;

	if (was_root) {
		cr_assert(privilege_held("cap_setuid"));
		cr_assert_eq(setgroups(1, (gid_t[]){ 7 }), 0);
	}
	cr_assert_eq(privilege_renounce(65534, 65534), 0);
	cr_assert(!privilege_held("cap_setuid"));
	cr_assert(!privilege_held("cap_net_raw"));
	cr_assert_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	cr_assert_neq(geteuid(), 0);
	if (was_root) {
		cr_assert_eq(getuid(), 65534);
		cr_assert_eq(getegid(), 65534);
		cr_assert_eq(getgroups(0, NULL), 0);
		cr_assert_neq(setuid(0), 0);
	}
}
