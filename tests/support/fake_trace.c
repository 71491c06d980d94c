// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_trace.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/addr_text.h"

static const struct target fake_target = { .name = "target.example", .declared_asn = 64496 };

struct engine_config fake_engine_config(void)
{
	return (struct engine_config){
		.key = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 } },
		.window = 8,
		.probes = 3,
		.min_ttl = 1,
		.max_ttl = 30,
		.gap_limit = 3,
		.timeout_ns = 2 * NS_PER_S,
		.host_limit = { .gap_ns = NS_PER_MS, .burst = 1 },
	};
}

struct trace_spec fake_trace_spec(enum trace_direction direction, const char *dst, uint8_t proto,
				  uint32_t job)
{
	struct trace_spec spec = {
		.target = &fake_target,
		.direction = direction,
		.proto = proto,
		.flow = 33500,
		.dst = fake_addr(dst),
		.pair_id = 77,
		.wall_us = 1700000000000000,
		.job = job,
	};

	spec.src = fake_addr(addr_is_v4(&spec.dst) ? FAKE_CLIENT_V4 : FAKE_CLIENT_V6);
	return spec;
}

struct fake_network *fake_trace(const struct fake_site *site, struct fake_network_config config,
				enum trace_direction direction, uint8_t proto)
{
	struct fake_sites sites = { site, 1 };
	struct trace_spec spec = fake_trace_spec(direction, site->addr, proto, 0);
	struct fake_network *n;

	if (!config.engine.window)
		config.engine = fake_engine_config();
	config.world = fake_world_of(&sites);
	n = fake_network_new(&config);
	fake_network_add(n, &spec);
	fake_network_run(n, MONO_NEVER);
	cr_assert_eq(fake_network_counts(n)->records, 1);
	fake_expect_order(fake_network_record(n, 0));
	return n;
}

static struct addr letter_addr(const struct trace_record *record, char letter)
{
	return letter == '@' ? record->dst : fake_router(letter, addr_is_v4(&record->dst));
}

static void expect_hop(const struct trace_record *record, uint8_t ttl, char letter)
{
	struct addr want = letter_addr(record, letter);
	uint32_t answered = 0;

	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];
		char text[ADDR_TEXT_LEN];

		if (p->ttl != ttl || !p->answered)
			continue;
		answered++;
		cr_assert(addr_equal(&p->from, &want), "hop %u is %s, not %c", ttl,
			  addr_to_text(&p->from, text), letter);
	}
	cr_assert_eq(answered > 0, letter != '*', "hop %u: %u answers, want %c", ttl, answered,
		     letter);
}

void fake_expect_path(const struct trace_record *record, const char *path)
{
	uint8_t ttl = 0;

	for (const char *at = path; *at; at++) {
		if (*at == ' ')
			continue;
		expect_hop(record, ++ttl, *at);
	}
	cr_assert_eq(record->path_len, ttl, "the path has %u hops, want %s", record->path_len,
		     path);
}

void fake_expect_order(const struct trace_record *record)
{
	cr_assert_eq(record->probe_count, record->sent);
	for (size_t i = 0; i < record->probe_count; i++) {
		const struct probe_record *p = &record->probes[i];
		const struct probe_record *before = p - 1;

		if (i == 0 || before->ttl != p->ttl) {
			cr_assert_eq(p->try, 0, "TTL %u starts with try %u", p->ttl, p->try);
			cr_assert(i == 0 || before->ttl < p->ttl);
		} else {
			cr_assert_eq(p->try, before->try + 1);
		}
	}
}

void fake_expect_stop(const struct trace_record *record, enum trace_stop stop, uint16_t code)
{
	cr_assert_eq(record->stop, stop, "stopped by %d, want %d", record->stop, stop);
	cr_assert_eq(record->stop_code, code, "stop code %#x, want %#x", record->stop_code, code);
}

uint32_t fake_sent_at(const struct trace_record *record, uint8_t ttl)
{
	uint32_t count = 0;

	for (size_t i = 0; i < record->probe_count; i++)
		count += record->probes[i].ttl == ttl;
	return count;
}

uint32_t fake_answered_at(const struct trace_record *record, uint8_t ttl)
{
	uint32_t count = 0;

	for (size_t i = 0; i < record->probe_count; i++)
		count += record->probes[i].ttl == ttl && record->probes[i].answered;
	return count;
}
