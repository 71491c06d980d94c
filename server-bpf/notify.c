// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

/* A path, or with @ in front a name in the abstract namespace.  0 if it is neither. */
static socklen_t notify_address(const char *text, struct sockaddr_un *ret_address)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || len < 2 || len >= sizeof(address.sun_path))
		return 0;
	memcpy(address.sun_path, text, len);
	if (text[0] == '@')
		address.sun_path[0] = '\0';
	*ret_address = address;
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

void notify_send(const char *format, ...)
{
	const char *to = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	char message[512];
	va_list args;
	socklen_t len;
	int fd;

	if (!to)
		return;
	len = notify_address(to, &address);
	if (!len) {
		log_debug("service manager: '%s' is no socket", to);
		return;
	}
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || sendto(fd, message, strlen(message), MSG_NOSIGNAL,
			     (struct sockaddr *)&address, len) < 0)
		log_debug("service manager: cannot tell it: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

static uint64_t notify_number(const char *name)
{
	const char *text = getenv(name);
	unsigned long long value;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	value = strtoull(text, &end, 10);
	return errno || *end ? 0 : value;
}

uint64_t notify_watchdog_ns(void)
{
	uint64_t period_us = notify_number("WATCHDOG_USEC");
	uint64_t pid = notify_number("WATCHDOG_PID");

	if (getenv("WATCHDOG_PID") && pid != (uint64_t)getpid())
		return 0;
	if (period_us > UINT64_MAX / NS_PER_US)
		return 0;
	return period_us * NS_PER_US / 2; /* twice in its period, as sd_watchdog_enabled(3) asks */
}
