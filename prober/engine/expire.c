// SPDX-License-Identifier: GPL-2.0-or-later
/* What time alone does: probes are given up, hosts forgotten. */
#include "prober/engine/engine.h"

#include "base/container.h"
#include "prober/engine/method.h"
#include "prober/engine/state.h"

static bool probe_is_overdue(const struct engine_config *config, const struct probe *p, mono now)
{
	return p->state == PROBE_WAITING &&
	       !mono_before(now, mono_after(p->sent, config->timeout_ns));
}

/* Packets that are no probes: one waits at most. */
static void engine_expire_asked(struct engine *e, struct trace *t, mono now)
{
	bool checking = t->state == TRACE_CHECKING;
	uint8_t sent = checking ? t->checks : t->questions;
	uint8_t most = checking ? CHECKS_MAX : QUESTIONS_MAX;
	struct probe *last;

	if (sent == 0)
		return;
	last = trace_probe(t, (checking ? 0u : CHECKS_MAX) + sent - 1u);
	if (!probe_is_overdue(&e->config, last, now))
		return;
	if (sent < most) {
		last->state = PROBE_LOST;
		return; /* asks again */
	}
	if (checking)
		engine_stop(e, t, STOP_NO_ANSWER, 0, now);
	else
		engine_stop(e, t, STOP_ERROR, t->refusal, now);
}

static void engine_expire_probes(struct engine *e, struct trace *t, mono now)
{
	bool impatient =
		t->method->waits_for_arrived(t, &e->config) && !mono_before(now, t->patience);

	/* All wait equally long, so the order of sending is that of their deadlines. */
	while (t->oldest < t->probe_count) {
		struct probe *p = trace_probe(t, t->oldest);

		if (p->state == PROBE_WAITING && !impatient &&
		    !probe_is_overdue(&e->config, p, now))
			break;
		t->oldest++;
		if (p->state != PROBE_WAITING)
			continue;
		p->state = PROBE_LOST;
		engine_forget(e, t, p);
		t->method->lost(t, &e->config, p);
	}
}

/* The earliest moment at which a probe is late; tells the method of those that are. */
static mono engine_find_late(struct engine *e, struct trace *t, mono now)
{
	mono next = MONO_NEVER;

	for (uint32_t i = t->oldest; i < t->probe_count; i++) {
		struct probe *p = trace_probe(t, i);
		mono at;

		if (p->state != PROBE_WAITING)
			continue;
		at = t->method->late_at(t, &e->config, p);
		if (mono_before(now, at))
			next = mono_min(next, at);
		else
			t->method->late(t, &e->config, p);
	}
	return next;
}

/* When time changes something for this trace; by the oldest packet that waits. */
static mono engine_wake_at(const struct engine *e, const struct trace *t)
{
	mono wake = MONO_NEVER;

	if (t->state == TRACE_PROBING) {
		if (t->oldest < t->probe_count)
			wake = mono_after(trace_probe(t, t->oldest)->sent, e->config.timeout_ns);
		return wake;
	}
	for (uint32_t i = 0; i < FIRST_PROBE; i++) {
		const struct probe *p = trace_probe(t, i);

		if (p->state == PROBE_WAITING)
			wake = mono_min(wake, mono_after(p->sent, e->config.timeout_ns));
	}
	return wake;
}

static void engine_wake(struct engine *e, struct trace *t, mono now)
{
	mono late = MONO_NEVER;

	if (t->state == TRACE_PROBING)
		engine_expire_probes(e, t, now);
	else
		engine_expire_asked(e, t, now);
	if (t->state == TRACE_ENDED)
		return;
	if (t->state == TRACE_PROBING && !t->stop)
		late = engine_find_late(e, t, now);
	heap_set(e->wakes, &t->wake, mono_min(late, engine_wake_at(e, t)));
	engine_review(e, t, now);
}

void engine_expire(struct engine *e, mono now)
{
	struct heap_node *first;

	while ((first = heap_first(e->wakes)) && !mono_before(now, first->due))
		engine_wake(e, CONTAINER_OF(first, struct trace, wake), now);
	hosts_expire(e->hosts, now);
}

mono engine_next_deadline(const struct engine *e, mono now)
{
	const struct heap_node *due = heap_first(e->due);
	const struct heap_node *wake = heap_first(e->wakes);
	mono deadline = MONO_NEVER;

	if (due)
		deadline = due->due;
	if (wake)
		deadline = mono_min(deadline, wake->due);
	deadline = mono_min(deadline, hosts_next_expiry(e->hosts));
	return mono_before(deadline, now) ? now : deadline;
}
