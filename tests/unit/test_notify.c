// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/notify.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/folder.h"

TestSuite(notify, .init = folder_set_up, .fini = folder_tear_down);

/* A socket that listens under that name, as a service manager's does. */
static int manager(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	cr_assert_geq(fd, 0);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	cr_assert_eq(bind(fd, (struct sockaddr *)&address,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		     0);
	cr_assert_eq(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static void expect_message(int fd, const char *want)
{
	char message[256];
	ssize_t len = recv(fd, message, sizeof(message) - 1, MSG_DONTWAIT);

	cr_assert_geq(len, 0, "nothing arrived");
	message[len] = '\0';
	cr_expect_str_eq(message, want);
}

Test(notify, one_datagram_a_message)
{
	int fd = manager(folder_path("socket"));

	notify_send("READY=1");
	notify_send("RELOADING=1\nMONOTONIC_USEC=%d", 77);
	expect_message(fd, "READY=1");
	expect_message(fd, "RELOADING=1\nMONOTONIC_USEC=77");
	close(fd);
}

Test(notify, abstract_names)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "@revprobe-test-%d", (int)getpid());
	fd = manager(name);
	notify_send("STOPPING=1");
	expect_message(fd, "STOPPING=1");
	close(fd);
}

Test(notify, without_a_manager_it_is_silent)
{
	char long_name[300];

	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[0] = '/';
	long_name[sizeof(long_name) - 1] = '\0';
	setenv("NOTIFY_SOCKET", long_name, 1);
	notify_send("READY=1");
	setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
	notify_send("READY=1");
	setenv("NOTIFY_SOCKET", folder_path("nobody"), 1);
	notify_send("READY=1");
}

static uint64_t watchdog(const char *usec, const char *pid)
{
	usec ? setenv("WATCHDOG_USEC", usec, 1) : unsetenv("WATCHDOG_USEC");
	pid ? setenv("WATCHDOG_PID", pid, 1) : unsetenv("WATCHDOG_PID");
	return notify_watchdog_ns();
}

Test(notify, watchdog_is_fed_twice_in_its_period)
{
	char me[16];

	snprintf(me, sizeof(me), "%d", (int)getpid());
	cr_expect_eq(watchdog("30000000", NULL), 15 * NS_PER_S);
	cr_expect_eq(watchdog("30000000", me), 15 * NS_PER_S);
	cr_expect_eq(watchdog("30000000", "1"), 0, "somebody else's watchdog");
	cr_expect_eq(watchdog(NULL, NULL), 0);
	cr_expect_eq(watchdog("-1", NULL), 0);
	cr_expect_eq(watchdog("1s", NULL), 0);
	cr_expect_eq(watchdog("", NULL), 0);
	cr_expect_eq(watchdog("18446744073709551615", NULL), 0);
}
