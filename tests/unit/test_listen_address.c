// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/listen_address.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>

struct where {
	char text[80];
	char host[48];
	uint16_t port; /* 0: refused */
};

ParameterizedTestParameters(listen_address, is_an_address_and_a_port)
{
	static struct where where[] = {
		{ "9435", "127.0.0.1", 9435 },
		{ "0.0.0.0:9435", "0.0.0.0", 9435 },
		{ "192.0.2.1:1", "192.0.2.1", 1 },
		{ "[::1]:65535", "::1", 65535 },
		{ "", "", 0 },
		{ "0", "", 0 },
		{ "65536", "", 0 },
		{ "-1", "", 0 },
		{ "9435x", "", 0 },
		{ ":9435", "", 0 },
		{ "192.0.2.1", "", 0 },
		{ "192.0.2.1:", "", 0 },
		{ "localhost:9435", "", 0 },
		{ "::1:9435", "", 0 },
		{ "[::1]", "", 0 },
		{ "[::1]9435", "", 0 },
		{ "[::1:9435", "", 0 },
		{ "[]:9435", "", 0 },
		{ "[:9435", "", 0 },
		{ "99999999999999999999", "", 0 },
		{ "[1111111111111111111111111111111111111111111111111111111111111111111]:1", "",
		  0 },
	};

	return cr_make_param_array(struct where, where, sizeof(where) / sizeof(where[0]));
}

ParameterizedTest(struct where *where, listen_address, is_an_address_and_a_port)
{
	char host[LISTEN_HOST_LEN] = "untouched";
	uint16_t port = 7;
	int err = listen_address(where->text, 1, host, &port);

	if (where->port) {
		cr_assert_eq(err, 0, "'%s'", where->text);
		cr_expect_str_eq(host, where->host);
		cr_expect_eq(port, where->port);
	} else {
		cr_assert_eq(err, -EINVAL, "'%s' is taken", where->text);
		cr_expect_str_eq(host, "untouched");
		cr_expect_eq(port, 7);
	}
}

Test(listen_address, where_the_system_chooses_a_port)
{
	char host[LISTEN_HOST_LEN];
	uint16_t port = 1;

	cr_assert_eq(listen_address("[::1]:0", 0, host, &port), 0);
	cr_expect_str_eq(host, "::1");
	cr_expect_eq(port, 0);
	cr_expect_eq(listen_address("127.0.0.1:-0", 0, host, &port), -EINVAL);
}
