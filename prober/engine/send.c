// SPDX-License-Identifier: GPL-2.0-or-later
/* Which packet leaves next: of the host that is due first, the trace whose turn it is. */
#include "prober/engine/engine.h"

#include "base/container.h"
#include "prober/engine/match.h"
#include "prober/engine/method.h"
#include "prober/engine/state.h"

/* An answered identifier rests that long: then no duplicate of its answer comes. */
#define ID_QUIET_NS (NS_PER_S / 2)

static uint16_t engine_take_id(struct engine *e, const struct trace *t, mono now)
{
	struct inflight_probe taken;
	uint16_t id = 0;

	/* The counter comes round after 65 535 packets to one host: then pass over
	 * those that are still awaited. */
	for (int i = 0; i < 256; i++) {
		const struct trace *other;

		id = host_take_id(t->host, trace_is_reverse(t), now, ID_QUIET_NS);
		if (!inflight_find(e->inflight, t->host->slot, id, &taken))
			break;
		other = pool_at(e->traces, taken.trace);
		if (trace_probe(other, taken.probe)->state != PROBE_WAITING)
			break;
	}
	return id;
}

void engine_forget(struct engine *e, struct trace *t, struct probe *p)
{
	/* A single path keeps its few probes, to tell late answers from unknown ones. */
	if (t->method->mode != TRACE_MDA)
		return;
	inflight_remove(e->inflight, t->host->slot, p->id,
			(struct inflight_probe){ t->slot, trace_index(t, p) });
	p->id = 0;
}

static void engine_send(struct engine *e, struct trace *t, uint32_t index, mono now)
{
	struct probe *p = trace_probe(t, index);
	mono wake;

	p->id = engine_take_id(e, t, now);
	p->sent = now;
	p->state = PROBE_WAITING;
	inflight_set(e->inflight, t->host->slot, p->id, (struct inflight_probe){ t->slot, index });
	wake = mono_after(now, e->config.timeout_ns);
	if (index >= FIRST_PROBE)
		wake = mono_min(wake, t->method->late_at(t, &e->config, p));
	heap_set(e->wakes, &t->wake, mono_min(t->wake.due, wake));
}

/* Chooses the trace's next packet; returns its index. */
static uint32_t trace_next_packet(struct engine *e, struct trace *t)
{
	struct probe *p;

	if (t->state == TRACE_CHECKING)
		return t->checks++;
	if (t->state == TRACE_ASKING)
		return CHECKS_MAX + t->questions++;
	blocks_reach(e->blocks, &t->probes, t->probe_count - trace_base(t));
	p = trace_probe(t, t->probe_count);
	t->method->take(t, &e->config, p);
	return t->probe_count++;
}

bool engine_next_packet(struct engine *e, mono now, struct engine_packet *ret_packet)
{
	struct heap_node *first = heap_first(e->due);
	struct host *host;
	struct trace *t;
	uint32_t index;

	if (!first || mono_before(now, first->due))
		return false;
	host = CONTAINER_OF(first, struct host, due);
	t = TAILQ_FIRST(&host->waiting);
	index = trace_next_packet(e, t);
	engine_send(e, t, index, now);
	match_spec(&e->config.key, t, index, &ret_packet->spec);
	ret_packet->job = t->spec.job;
	pace_spend(&host->pace, &e->config.host_limit, now);
	/* In turn with the other traces to this host. */
	TAILQ_REMOVE(&host->waiting, t, waiting);
	t->is_waiting = false;
	engine_update_waiting(e, t, now);
	engine_queue_host(e, host, now);
	return true;
}
