// SPDX-License-Identifier: GPL-2.0-or-later
/* Accounts of a collector, what of a header is a name and a password, and who is listened to. */
#include "prober/collect/account.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/addr_text.h"
#include "prober/collect/basic.h"
#include "prober/collect/guard.h"
#include "prober/collect/hasher.h"
#include "tests/unit/folder.h"

TestSuite(account, .init = folder_set_up, .fini = folder_tear_down);

/* By SHA-512 with the least rounds, which takes no time; of a password that nobody knows. */
#define HASH                       \
	"$6$rounds=1000$saltsalt$" \
	"qDPFnIAPofW60kA.fXZLlQm9jk3N7g4z9Xg0kBBK9tXnU7dBrKhuZDGc3fMpBX6rUEo3VAbSHFNNqNKqLhaWW."

static int read_accounts(const char *text, mode_t mode, struct accounts **ret_accounts)
{
	folder_write("auth", text);
	cr_assert_eq(chmod(folder_path("auth"), mode), 0);
	return accounts_read(folder_path("auth"), ret_accounts);
}

Test(account, are_read)
{
	struct accounts *a;

	cr_assert_eq(
		read_accounts("# ours\n\nbob:" HASH "\n  alice:" HASH "  \r\nz z:" HASH, 0640, &a),
		0);
	cr_assert_eq(accounts_count(a), 3);
	cr_assert_str_eq(accounts_find(a, "alice")->name, "alice");
	cr_assert_str_eq(accounts_find(a, "alice")->hash, HASH);
	cr_assert_str_eq(accounts_find(a, "z z")->name, "z z");
	cr_assert_null(accounts_find(a, "carol"));
	cr_assert_null(accounts_find(a, ""));
	cr_assert_null(accounts_find(a, "Alice"));
	cr_assert_eq(accounts_stand_in(a, "carol"), accounts_stand_in(a, "carol"));
	accounts_free(a);
}

Test(account, bad_files_are_refused)
{
	static const char *const bad[] = {
		"",
		"# nobody\n",
		"alice\n",
		":" HASH "\n",
		"alice:\n",
		"alice:secret\n",
		"alice:x\n",
		"alice:*\n",
		"alice:$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/\n",
		"alice:abJnggxhB/yWI\n",
		"alice:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n",
		"al\x01ice:" HASH "\n",
		"alice:" HASH "\nalice:" HASH "\n",
		"12345678901234567890123456789012345678901234567890123456789012345:" HASH "\n",
	};
	struct accounts *a = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(read_accounts(bad[i], 0600, &a), -EINVAL, "%s", bad[i]);
	cr_assert_eq(read_accounts("alice:" HASH "\n", 0604, &a), -EACCES);
	cr_assert_eq(accounts_read("/nowhere", &a), -ENOENT);
	cr_assert_eq(accounts_read("/dev/null", &a), -EINVAL);
	cr_assert_null(a);
}

static void expect_verdict(struct hasher *h, uint64_t id, bool is_right)
{
	struct pollfd ready = { hasher_fd(h), POLLIN, 0 };
	uint64_t got_id;
	bool got;

	cr_assert_eq(poll(&ready, 1, 30000), 1);
	cr_assert_eq(hasher_next(h, &got_id, &got), 0);
	cr_assert_eq(got_id, id);
	cr_assert_eq(got, is_right);
}

Test(account, made_ones_are_good)
{
	struct accounts *a;
	struct hasher *h;
	char line[512];

	cr_assert_eq(hasher_start(&h), 0);
	cr_assert_eq(account_make("alice", "s3cret:with colon", line, sizeof(line)), 0);
	cr_assert_null(strstr(line, "s3cret"));
	cr_assert_eq(read_accounts(line, 0600, &a), 0);
	cr_assert_eq(hasher_ask(h, 7, accounts_find(a, "alice")->hash, "s3cret:with colon"), 0);
	cr_assert_eq(hasher_ask(h, 8, accounts_find(a, "alice")->hash, "s3cret:with colo"), 0);
	cr_assert_eq(hasher_ask(h, 9, accounts_find(a, "alice")->hash, ""), 0);
	expect_verdict(h, 7, true);
	expect_verdict(h, 8, false);
	expect_verdict(h, 9, false);
	hasher_stop(h);
	accounts_free(a);
}

Test(account, names)
{
	cr_assert_null(account_name_problem("alice"));
	cr_assert_null(account_name_problem("a b@c.d"));
	cr_assert_not_null(account_name_problem(""));
	cr_assert_not_null(account_name_problem("a:b"));
	cr_assert_not_null(account_name_problem("a\nb"));
	cr_assert_not_null(account_name_problem("\xc3\xa9"));
}

/* A hash that is none, and more questions than are taken. */
Test(account, hasher)
{
	struct hasher *h;
	uint64_t id;
	bool is_right;

	cr_assert_eq(hasher_start(&h), 0);
	cr_assert_eq(hasher_next(h, &id, &is_right), -EAGAIN);
	cr_assert_eq(hasher_ask(h, 0, "no hash", "right"), 0);
	expect_verdict(h, 0, false);
	for (uint64_t i = 0; i < HASHER_QUEUE_MAX; i++)
		cr_assert_eq(hasher_ask(h, i, HASH, "wrong"), 0);
	cr_assert_eq(hasher_waiting(h), HASHER_QUEUE_MAX);
	cr_assert_eq(hasher_ask(h, 99, HASH, "wrong"), -EAGAIN);
	for (uint64_t i = 0; i < HASHER_QUEUE_MAX; i++)
		expect_verdict(h, i, false);
	cr_assert_eq(hasher_waiting(h), 0);
	hasher_stop(h);
}

Test(account, credentials_of_a_header)
{
	static const struct {
		const char *header, *name, *password;
	} good[] = {
		{ "Basic YWxpY2U6cmlnaHQ=", "alice", "right" },
		{ "basic   YWxpY2U6cmlnaHQ=", "alice", "right" },
		{ "BASIC YWxpY2U6", "alice", "" },
		{ "Basic OnJpZ2h0", "", "right" },
		{ "Basic YWxpY2U6YTpi", "alice", "a:b" },
		{ "Basic YWxpY2U6w6k=", "alice", "\xc3\xa9" },
	};
	static const char *const bad[] = {
		NULL,
		"",
		"Basic",
		"Basic ",
		"Basic !",
		"Basic YWxpY2U=",
		"Basic YWxpY2U6cmlnaHQ",
		"Basic YWxpY2U6cmlnaHQ==",
		"Basic YWxpY2U6AHg=",
		"Bearer YWxpY2U6cmlnaHQ=",
		"BasicYWxpY2U6cmlnaHQ=",
		"Digest username=\"alice\"",
	};
	struct credentials c;
	char header[2048] = "Basic ";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cr_assert(basic_read(good[i].header, &c), "%s", good[i].header);
		cr_assert_str_eq(c.name, good[i].name);
		cr_assert_str_eq(c.password, good[i].password);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(basic_read(bad[i], &c), "%s", bad[i]);
	memset(header + 6, 'Y', 2000);
	cr_assert_not(basic_read(header, &c));
	credentials_fini(&c);
}

static const mono start = { 1000 * NS_PER_S };

static struct addr address(const char *text)
{
	struct addr a;

	cr_assert(addr_from_text(text, &a));
	return a;
}

static bool is_open(struct guard *g, const char *who, mono now)
{
	struct addr a = address(who);

	return !mono_before(now, guard_open_at(g, &a, now));
}

static void fail(struct guard *g, const char *who, int count, mono now)
{
	struct addr a = address(who);

	for (int i = 0; i < count; i++)
		guard_fail(g, &a, now);
}

Test(account, who_fails_too_often_is_not_listened_to)
{
	struct guard *g;

	cr_assert_eq(guard_new(&g), 0);
	fail(g, "192.0.2.1", GUARD_FAILURES - 1, start);
	cr_assert(is_open(g, "192.0.2.1", start));
	fail(g, "192.0.2.1", 1, start);
	cr_assert_not(is_open(g, "192.0.2.1", start));
	cr_assert(is_open(g, "192.0.2.2", start));
	cr_assert_not(is_open(g, "192.0.2.1", mono_after(start, GUARD_FORGIVE_NS - 1)));
	cr_assert(is_open(g, "192.0.2.1", mono_after(start, GUARD_FORGIVE_NS)), "one try more");
	fail(g, "192.0.2.1", 1, mono_after(start, GUARD_FORGIVE_NS));
	cr_assert_not(is_open(g, "192.0.2.1", mono_after(start, GUARD_FORGIVE_NS)));
	/* After a long time all are forgiven. */
	fail(g, "192.0.2.1", GUARD_FAILURES - 1, mono_after(start, 3600 * NS_PER_S));
	cr_assert(is_open(g, "192.0.2.1", mono_after(start, 3600 * NS_PER_S)));
	fail(g, "2001:db8:1:2::1", GUARD_FAILURES, start);
	cr_assert_not(is_open(g, "2001:db8:1:2:3:4:5:6", start), "one network");
	cr_assert(is_open(g, "2001:db8:1:3::1", start));
	guard_free(g);
}

/* A million addresses that failed once do not free the one that failed often. */
Test(account, the_guard_is_not_washed_out)
{
	struct guard *g;

	cr_assert_eq(guard_new(&g), 0);
	fail(g, "192.0.2.1", 2 * GUARD_FAILURES, start);
	for (uint32_t i = 0; i < 1000000; i++) {
		struct addr a = addr_from_v4(be32_from(0x0a000000 + i));

		guard_fail(g, &a, start);
	}
	cr_assert_not(is_open(g, "192.0.2.1", start));
	guard_free(g);
}
