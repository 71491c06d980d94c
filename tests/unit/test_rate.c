// SPDX-License-Identifier: GPL-2.0-or-later
/* Rates from the command line to what the server's program counts with. */
#include "server-bpf/limit.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>

#include "base/clock.h"

static const struct option_desc option = {
	.name = "rate", .metavar = "PPS[/BURST]", .type = OPTION_RATE, .min = 1, .max = 1000000
};

struct text {
	char text[24];
	int want;
	struct option_rate rate;
};

ParameterizedTestParameters(rate, as_people_write_it)
{
	static struct text texts[] = {
		{ "200", 0, { 200, 200 } },
		{ "200/50", 0, { 200, 50 } },
		{ "1/1000000", 0, { 1, 1000000 } },
		{ "0", 0, { 0, 0 } },
		{ "off", 0, { 0, 0 } },
		{ "0/5", -ERANGE, { 7, 7 } },
		{ "5/0", -ERANGE, { 7, 7 } },
		{ "1000001", -ERANGE, { 7, 7 } },
		{ "5/1000001", -ERANGE, { 7, 7 } },
		{ "", -EINVAL, { 7, 7 } },
		{ "/5", -EINVAL, { 7, 7 } },
		{ "5/", -EINVAL, { 7, 7 } },
		{ "5/6/7", -EINVAL, { 7, 7 } },
		{ "-5", -EINVAL, { 7, 7 } },
		{ "5.5", -EINVAL, { 7, 7 } },
		{ "00000000000000000005", -EINVAL, { 7, 7 } },
		{ "offer", -EINVAL, { 7, 7 } },
	};

	return cr_make_param_array(struct text, texts, sizeof(texts) / sizeof(texts[0]));
}

ParameterizedTest(struct text *t, rate, as_people_write_it)
{
	struct option_rate rate = { 7, 7 };

	cr_assert_eq(option_store(&option, t->text, &rate), t->want, "'%s'", t->text);
	cr_expect_eq(rate.pps, t->rate.pps, "'%s': %u", t->text, rate.pps);
	cr_expect_eq(rate.burst, t->rate.burst, "'%s': burst %u", t->text, rate.burst);
}

Test(rate, a_second_never_has_more_than_was_asked_for)
{
	for (uint32_t pps = 1; pps <= 10000000; pps += pps / 3 + 1) {
		struct limit_rate limit = limit_rate_of(&(struct option_rate){ pps, 7 });

		cr_expect_leq(NS_PER_S / limit.gap_ns, pps, "%u/s", pps);
		cr_expect_geq((double)NS_PER_S / (double)limit.gap_ns, 0.99 * pps, "%u/s", pps);
		cr_expect_eq(limit.room_ns, 6 * limit.gap_ns);
	}
	cr_expect_eq(limit_rate_of(&(struct option_rate){ 0, 0 }).gap_ns, 0);
}

Test(rate, newcomers_leave_half_of_the_sessions)
{
	struct server_options options = { .sessions = 5000,
					  .timeout_ns = 5 * NS_PER_S,
					  .rate_source = { 200, 400 } };
	struct limit_config config, other;

	limit_configure(&options, &config);
	cr_expect_eq(options.timeout_ns / config.newcomers.gap_ns, 1250);
	options.sessions = 16000000;
	options.timeout_ns = 1;
	limit_configure(&options, &other);
	cr_expect_gt(other.newcomers.gap_ns, 0, "0 is no limit");
	cr_expect_neq(config.seed, other.seed, "no secret");
}
