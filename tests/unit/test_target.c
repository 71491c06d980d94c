// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/target.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "base/addr_text.h"

struct forbidden_case {
	char addr[48];
	char word[32]; /* of the clause; empty: may be probed */
};

ParameterizedTestParameters(target, forbidden_is_decided_by_address)
{
	static struct forbidden_case cases[] = {
		{ "0.0.0.0", "this network" },
		{ "0.255.255.255", "this network" },
		{ "1.0.0.0", "" },
		{ "126.255.255.255", "" },
		{ "127.0.0.0", "loopback" },
		{ "127.0.0.1", "loopback" },
		{ "127.255.255.255", "loopback" },
		{ "::ffff:127.0.0.1", "loopback" },
		{ "128.0.0.0", "" },
		{ "10.0.0.1", "" },
		{ "169.254.0.1", "" },
		{ "192.0.2.255", "" },
		{ "223.255.255.255", "" },
		{ "224.0.0.0", "multicast" },
		{ "239.255.255.255", "multicast" },
		{ "240.0.0.0", "reserved" },
		{ "255.255.255.254", "reserved" },
		{ "255.255.255.255", "limited broadcast" },
		{ "::", "unspecified" },
		{ "::1", "loopback" },
		{ "::2", "" },
		{ "::127.0.0.1", "" },
		{ "2001:db8::", "" },
		{ "2001:db8::1", "" },
		{ "fc00::1", "" },
		{ "fe7f:ffff::", "" },
		{ "fe80::", "scope" },
		{ "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "scope" },
		{ "fec0::", "" },
		{ "feff:ffff::", "" },
		{ "ff00::", "multicast" },
		{ "ff02::1", "multicast" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast" },
	};

	return cr_make_param_array(struct forbidden_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct forbidden_case *t, target, forbidden_is_decided_by_address)
{
	const char *clause;
	struct addr a;

	cr_assert(addr_from_text(t->addr, &a), "%s", t->addr);
	clause = target_forbidden(&a);
	if (t->word[0] == '\0') {
		cr_assert_null(clause, "%s: %s", t->addr, clause);
		return;
	}
	cr_assert_not_null(clause, "%s", t->addr);
	cr_assert(strstr(clause, t->word), "%s: %s", t->addr, clause);
}

/* A source that counts what it is asked for. */
struct fake {
	struct target_source source;
	int asked;
	int closed;
};

static enum target_verdict fake_next(struct target_source *source, struct target *ret_target)
{
	struct fake *f = (struct fake *)(void *)source;

	f->asked++;
	strcpy(ret_target->name, "fake");
	return TARGET_OK;
}

static int fake_fd(const struct target_source *source)
{
	return ((const struct fake *)(const void *)source)->asked + 100;
}

static void fake_close(struct target_source *source)
{
	((struct fake *)(void *)source)->closed++;
}

Test(target, source_is_asked_through_its_functions)
{
	static const struct target_source_ops with_fd = { fake_next, fake_fd, NULL, fake_close };
	static const struct target_source_ops without = { fake_next, NULL, NULL, fake_close };
	struct fake f = { .source.ops = &with_fd };
	struct target t;

	cr_assert_eq(target_source_next(&f.source, &t), TARGET_OK);
	cr_assert_str_eq(t.name, "fake");
	cr_assert_eq(target_source_fd(&f.source), 101);
	f.source.ops = &without;
	cr_assert_eq(target_source_fd(&f.source), -1);
	target_source_close(&f.source);
	cr_assert_eq(f.closed, 1);
	target_source_close(NULL);
}
