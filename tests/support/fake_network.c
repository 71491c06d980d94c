// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_network.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "base/heap.h"
#include "base/pool.h"
#include "prober/probe/craft.h"
#include "tests/support/fake_results.h"

#define EVENTS_DEFAULT 4096
#define STAMP_NS       (20 * NS_PER_US) /* from the engine to the wire */
#define LATE_BY_NS     (5 * NS_PER_MS)

struct packet_in_flight {
	struct heap_node due;
	uint32_t slot;
	bool outgoing;
	union {
		struct fake_packet packet;
		struct reply reply;
	};
};

struct fake_network {
	struct fake_network_config config;
	struct engine *engine;
	struct pool *packets;
	struct heap *events;
	struct fake_dice dice;
	mono now;
	struct fake_counts counts;
	struct fake_result *results;
	bool exhausted;	      /* config.more has no more */
	bool has_seen[65536]; /* identifiers of our packets */
};

struct fake_network *fake_network_new(const struct fake_network_config *config)
{
	struct fake_network *n = calloc(1, sizeof(*n));
	uint32_t events = config->events ? config->events : EVENTS_DEFAULT;

	cr_assert(n);
	n->config = *config;
	n->dice.state = config->seed;
	n->now = FAKE_START;
	cr_assert_eq(engine_new(&config->engine, &n->engine), 0);
	cr_assert_eq(pool_new(events, sizeof(struct packet_in_flight), &n->packets), 0);
	cr_assert_eq(heap_new(events, &n->events), 0);
	return n;
}

void fake_network_free(struct fake_network *n)
{
	fake_results_free(n->results);
	engine_free(n->engine);
	pool_free(n->packets);
	heap_free(n->events);
	free(n);
}

struct engine *fake_network_engine(struct fake_network *n)
{
	return n->engine;
}

mono fake_network_now(const struct fake_network *n)
{
	return n->now;
}

const struct fake_counts *fake_network_counts(const struct fake_network *n)
{
	return &n->counts;
}

/* The engine may be entered with the allocator under watch. */
static void enter(struct fake_network *n, bool is_inside)
{
	if (n->config.in_engine)
		*n->config.in_engine = is_inside;
}

/* --- onto the wire ---------------------------------------------------------------- */

static void post(struct fake_network *n, const struct fake_effect *effect,
		 const struct probe_spec *spec, const struct fake_packet *sent, uint64_t delay_ns)
{
	uint32_t slot = pool_take(n->packets);
	struct packet_in_flight *p;

	cr_assert_neq(slot, POOL_NONE, "too few events");
	p = pool_at(n->packets, slot);
	p->slot = slot;
	p->outgoing = effect->kind == REPLY_SENT;
	if (n->config.is_fast)
		fake_reply_build(effect, spec, &p->reply);
	else
		fake_packet_build(effect, spec, sent, &p->packet);
	heap_set(n->events, &p->due, mono_after(n->now, delay_ns));
}

/* An error that quotes what we never sent: another key, destination or protocol. */
static void forge(struct fake_network *n, const struct probe_spec *spec, uint64_t delay_ns)
{
	bool is_v4 = addr_is_v4(&spec->dst);
	struct fake_effect effect = { .kind = REPLY_ERROR,
				      .from = fake_router('Z', is_v4),
				      .icmp_type =
					      is_v4 ? ICMPV4_TIME_EXCEEDED : ICMPV6_TIME_EXCEEDED,
				      .ttl = 9 };
	struct probe_spec other = *spec;
	struct fake_packet packet;

	switch (n->counts.forged++ % 3) {
	case 0:
		other.tag ^= 0x80008000;
		other.icmp_id ^= 0x8000;
		if (!spec->is_request) /* whose quote has no room for a key */
			break;
		/* fallthrough */
	case 1:
		other.dst.bytes[13] ^= 0x55;
		break;
	case 2:
		other.proto = spec->proto == PROTO_UDP ? PROTO_TCP : PROTO_UDP;
		other.is_request = false;
		break;
	}
	packet.len = craft_packet(&other, packet.bytes);
	post(n, &effect, &other, &packet, delay_ns);
}

static void post_disturbed(struct fake_network *n, const struct fake_event *event,
			   const struct probe_spec *spec, const struct fake_packet *sent)
{
	const struct fake_network_config *c = &n->config;
	struct fake_effect effect = event->effect;
	uint64_t delay_ns = event->delay_ns;

	effect.quoted = c->quoted;
	if (fake_dice_hits(&n->dice, c->forge_ppm))
		forge(n, spec, delay_ns / 2);
	if (fake_dice_hits(&n->dice, c->loss_ppm)) {
		n->counts.lost++;
		return;
	}
	if (fake_dice_hits(&n->dice, c->late_ppm)) {
		n->counts.late++;
		delay_ns += c->engine.timeout_ns + LATE_BY_NS;
	}
	if (c->jitter_ns)
		delay_ns += fake_dice_below(&n->dice, (uint32_t)c->jitter_ns);
	post(n, &effect, spec, sent, delay_ns);
	if (fake_dice_hits(&n->dice, c->duplicate_ppm)) {
		n->counts.duplicates++;
		post(n, &effect, spec, sent, delay_ns + fake_dice_below(&n->dice, 1000000));
	}
}

static void transmit(struct fake_network *n, const struct engine_packet *packet)
{
	static const struct fake_effect departure = { .kind = REPLY_SENT };
	struct probe_spec spec = packet->spec;
	struct fake_packet sent = { .len = 0 };
	struct fake_event events[FAKE_EFFECTS_MAX];
	size_t count;

	n->counts.sent++;
	cr_assert_neq(packet->spec.id, 0);
	n->has_seen[packet->spec.id] = true;
	if (n->config.sent)
		n->config.sent(n->config.self, packet, n->now);
	if (!n->config.is_fast) {
		sent.len = craft_packet(&packet->spec, sent.bytes);
		fake_packet_read(&sent, &spec);
	}
	if (!n->config.has_no_stamps)
		post(n, &departure, &spec, &sent, STAMP_NS);
	if (fake_dice_hits(&n->dice, n->config.loss_ppm)) {
		n->counts.lost++;
		return;
	}
	count = fake_travel(&n->config.world, &spec, n->now, &n->dice, events);
	for (size_t i = 0; i < count; i++)
		post_disturbed(n, &events[i], &spec, &sent);
}

/* --- off the wire ------------------------------------------------------------------- */

static enum match_verdict hand_over(struct fake_network *n, const struct reply *reply)
{
	enum match_verdict verdict;

	enter(n, true);
	verdict = engine_on_reply(n->engine, reply);
	enter(n, false);
	cr_assert_lt(verdict, MATCH_VERDICT_COUNT);
	n->counts.verdicts[verdict]++;
	return verdict;
}

enum match_verdict fake_network_inject(struct fake_network *n, const struct reply *reply)
{
	struct reply now = *reply;

	now.at = n->now;
	return hand_over(n, &now);
}

static void deliver(struct fake_network *n, struct packet_in_flight *p)
{
	struct reply reply;
	enum parse_verdict verdict = PARSE_OK;

	if (n->config.is_fast)
		reply = p->reply;
	else
		verdict = parse_packet(p->packet.bytes, p->packet.len, p->outgoing, &reply);
	n->counts.parsed[verdict]++;
	if (verdict == PARSE_OK) {
		reply.at = p->due.due;
		hand_over(n, &reply);
	}
	pool_give(n->packets, p->slot);
}

static void deliver_due(struct fake_network *n)
{
	struct heap_node *first;

	while ((first = heap_first(n->events)) && !mono_before(n->now, first->due)) {
		heap_remove(n->events, first);
		deliver(n, CONTAINER_OF(first, struct packet_in_flight, due));
	}
}

/* --- the caller's part ---------------------------------------------------------------- */

static void collect(struct fake_network *n)
{
	struct trace_record record;
	uint32_t job;

	for (;;) {
		bool has_one;

		enter(n, true);
		has_one = engine_next_done(n->engine, &record, &job);
		enter(n, false);
		if (!has_one)
			return;
		n->counts.records++;
		if (n->config.done)
			n->config.done(n->config.self, &record, job);
		else
			fake_results_keep(&n->results, &record, job);
	}
}

const struct trace_record *fake_network_record(const struct fake_network *n, uint32_t job)
{
	return fake_results_find(n->results, job);
}

void fake_network_add(struct fake_network *n, const struct trace_spec *spec)
{
	enter(n, true);
	engine_add(n->engine, spec, n->now);
	enter(n, false);
}

uint32_t fake_network_identifiers(const struct fake_network *n)
{
	uint32_t count = 0;

	for (size_t i = 0; i < sizeof(n->has_seen); i++)
		count += n->has_seen[i];
	return count;
}

static void add_more(struct fake_network *n)
{
	struct trace_spec spec;

	while (n->config.more && !n->exhausted && engine_has_room(n->engine, 1)) {
		n->exhausted = !n->config.more(n->config.self, &spec);
		if (!n->exhausted)
			fake_network_add(n, &spec);
	}
}

/* Everything that is to be done at this moment. */
static void look_after(struct fake_network *n)
{
	struct engine_packet packet;

	n->counts.passes++;
	deliver_due(n);
	enter(n, true);
	engine_expire(n->engine, n->now);
	enter(n, false);
	collect(n);
	add_more(n);
	for (uint32_t i = 0; !n->config.per_poll || i < n->config.per_poll; i++) {
		bool has_one;

		enter(n, true);
		has_one = engine_next_packet(n->engine, n->now, &packet);
		enter(n, false);
		if (!has_one)
			break;
		transmit(n, &packet);
	}
}

void fake_network_interrupt(struct fake_network *n, bool now_or_never)
{
	n->exhausted = true;
	enter(n, true);
	engine_interrupt(n->engine, now_or_never, n->now);
	enter(n, false);
	collect(n);
}

static mono next_moment(const struct fake_network *n)
{
	const struct heap_node *first = heap_first(n->events);
	mono next = engine_next_deadline(n->engine, n->now);

	if (first)
		next = mono_min(next, first->due);
	if (n->config.per_poll && !mono_before(n->now, next))
		next = mono_after(n->now, 1); /* not all were taken that were due */
	if (n->config.poll_ns && next.ns != UINT64_MAX)
		next.ns = (next.ns + n->config.poll_ns - 1) / n->config.poll_ns * n->config.poll_ns;
	return next;
}

void fake_network_run(struct fake_network *n, mono until)
{
	for (;;) {
		mono next;

		look_after(n);
		if (!engine_running(n->engine) && (!n->config.more || n->exhausted))
			return;
		next = next_moment(n);
		if (mono_before(until, next)) {
			n->now = until;
			return;
		}
		cr_assert_neq(next.ns, UINT64_MAX, "a trace waits for nothing");
		cr_assert(mono_before(n->now, next), "the engine is due again at once");
		n->now = next;
	}
}
