// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/listen_address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"

int listen_address(const char *text, uint16_t port_least, char ret_host[static LISTEN_HOST_LEN],
		   uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	const char *digits = colon ? colon + 1 : text;
	const char *host = colon ? text : "127.0.0.1";
	size_t len = colon ? (size_t)(colon - text) : strlen(host);
	char copy[LISTEN_HOST_LEN];
	struct addr unused;
	unsigned long port;
	char *end;

	if (*digits < '0' || *digits > '9')
		return -EINVAL;
	port = strtoul(digits, &end, 10);
	if (*end || port < port_least || port > UINT16_MAX)
		return -EINVAL;
	if (host[0] == '[') {
		if (len < 2 || host[len - 1] != ']')
			return -EINVAL;
		host++;
		len -= 2;
	} else if (memchr(host, ':', len)) {
		return -EINVAL; /* which colon is the port's? */
	}
	if (len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, host, len);
	copy[len] = '\0';
	if (!addr_from_text(copy, &unused))
		return -EINVAL;
	memcpy(ret_host, copy, len + 1);
	*ret_port = (uint16_t)port;
	return 0;
}
