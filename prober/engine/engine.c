// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/engine/engine.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/container.h"
#include "prober/engine/match.h"
#include "prober/engine/method.h"
#include "prober/engine/multi.h"
#include "prober/engine/notes.h"
#include "prober/engine/report.h"
#include "prober/engine/state.h"

static uint32_t engine_hops(const struct engine_config *config)
{
	return config->max_ttl + 1u;
}

/* Packets that a trace may have sent, at most. */
static uint32_t engine_probes(const struct engine_config *config)
{
	if (config->mode == TRACE_MDA)
		return FIRST_PROBE + config->budget;
	return FIRST_PROBE + (config->max_ttl - config->min_ttl + 1u) * config->probes;
}

/* What a multipath trace knows; rounded up, so that the next one is aligned. */
static size_t engine_mda_size(const struct engine_config *config)
{
	return config->mode == TRACE_MDA ? (mda_size(config->max_ttl) + 63) & ~(size_t)63 : 0;
}

/* Packets of one trace that may be in the table of those in flight. */
static uint32_t engine_inflight(const struct engine_config *config)
{
	uint32_t burst = FIRST_PROBE + 1u + config->mda.max_burst + LINGER_MAX;

	if (config->mode == TRACE_MDA && burst < engine_probes(config))
		return burst;
	return engine_probes(config);
}

/* Hosts without a trace that still have a limit to keep, beyond those of a window:
 * a burst is paid off for a second and more, and traces may be far shorter.  Memory is
 * used as they come. */
#define HOSTS_RESTING 65536

static int engine_tables(struct engine *e, uint64_t seed)
{
	uint32_t window = e->config.window;
	uint32_t hosts = 2 * window + HOSTS_RESTING;
	int err = pool_new(window, sizeof(struct trace), &e->traces);

	if (!err)
		err = hosts_new(hosts, seed, e->config.host_limit.gap_ns, &e->hosts);
	if (!err)
		err = inflight_new(window * engine_inflight(&e->config), &e->inflight);
	if (!err)
		err = blocks_new(window, e->probes_max, sizeof(struct probe), &e->blocks);
	if (!err)
		err = heap_new(window, &e->due); /* each has a trace that waits */
	if (!err)
		err = heap_new(window, &e->wakes);
	if (!err)
		err = notes_new((uint64_t)window * e->probes_max, &e->notes);
	return err;
}

static int engine_memory(struct engine *e)
{
	size_t window = e->config.window;

	e->hop_memory = calloc(window * engine_hops(&e->config), sizeof(struct hop));
	e->try_memory = calloc(window, e->config.probes);
	e->records = calloc(e->probes_max, sizeof(*e->records));
	e->mda_memory = calloc(window, engine_mda_size(&e->config) + 1);
	if (!e->hop_memory || !e->try_memory || !e->records || !e->mda_memory)
		return -ENOMEM;
	return multi_record_new(e->config.max_ttl, &e->room);
}

static bool engine_config_is_sound(const struct engine_config *config)
{
	return config->window > 0 && config->window <= ENGINE_WINDOW_MAX && config->probes > 0 &&
	       config->probes <= ENGINE_PROBES_MAX && config->min_ttl > 0 &&
	       config->min_ttl <= config->max_ttl && config->max_ttl <= ENGINE_TTL_MAX &&
	       config->gap_limit > 0 &&
	       (config->mode != TRACE_MDA ||
		(config->budget > 0 && config->budget <= ENGINE_BUDGET_MAX));
}

int engine_new(const struct engine_config *config, struct engine **ret_engine)
{
	struct engine *e;
	uint64_t seed;
	int err = -ENOMEM;

	if (!engine_config_is_sound(config))
		return -EINVAL;
	if ((uint64_t)config->window * engine_probes(config) > ENGINE_PACKETS_MAX)
		return -EOVERFLOW;
	e = calloc(1, sizeof(*e));
	if (!e)
		goto fail;
	e->config = *config;
	e->config.mda.min_ttl = config->min_ttl;
	e->config.mda.max_ttl = config->max_ttl;
	e->config.mda.gap_limit = config->gap_limit;
	e->probes_max = engine_probes(config);
	TAILQ_INIT(&e->ended);
	memcpy(&seed, config->key.bytes, sizeof(seed));
	err = engine_tables(e, seed);
	if (!err)
		err = engine_memory(e);
	if (err)
		goto fail;
	*ret_engine = e;
	return 0;
fail:
	engine_free(e);
	return err;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	pool_free(e->traces);
	hosts_free(e->hosts);
	inflight_free(e->inflight);
	heap_free(e->due);
	heap_free(e->wakes);
	notes_free(e->notes);
	free(e->hop_memory);
	blocks_free(e->blocks);
	free(e->try_memory);
	free(e->mda_memory);
	multi_record_free(e->room);
	free(e->records);
	free(e);
}

bool engine_has_room(const struct engine *e, uint32_t count)
{
	return !e->is_interrupted && pool_left(e->traces) >= count &&
	       hosts_has_room(e->hosts, count);
}

uint32_t engine_running(const struct engine *e)
{
	return pool_taken(e->traces);
}

uint64_t engine_objects_lost(const struct engine *e)
{
	return notes_lost(e->notes);
}

static bool trace_last_is_waiting(const struct trace *t, uint32_t first, uint8_t count)
{
	return count > 0 && trace_probe(t, first + count - 1)->state == PROBE_WAITING;
}

static bool trace_wants_to_send(const struct trace *t, const struct engine_config *config)
{
	if (t->is_interrupted)
		return false;
	switch (t->state) {
	case TRACE_CHECKING:
		return t->checks < CHECKS_MAX && !trace_last_is_waiting(t, 0, t->checks);
	case TRACE_ASKING:
		return t->questions < QUESTIONS_MAX &&
		       !trace_last_is_waiting(t, CHECKS_MAX, t->questions);
	case TRACE_PROBING:
		return t->method->wants(t, config);
	case TRACE_ENDED:
	case TRACE_STATE_COUNT:
		break;
	}
	return false;
}

void engine_queue_host(struct engine *e, struct host *host, mono now)
{
	if (TAILQ_EMPTY(&host->waiting))
		heap_remove(e->due, &host->due);
	else
		heap_set(e->due, &host->due,
			 pace_ready_at(&host->pace, &e->config.host_limit, now));
}

void engine_update_waiting(struct engine *e, struct trace *t, mono now)
{
	bool wants = trace_wants_to_send(t, &e->config);

	if (wants == t->is_waiting)
		return;
	t->is_waiting = wants;
	if (wants)
		TAILQ_INSERT_TAIL(&t->host->waiting, t, waiting);
	else
		TAILQ_REMOVE(&t->host->waiting, t, waiting);
	/* A host that waits for its turn already keeps it. */
	if (!wants || !heap_has(&t->host->due))
		engine_queue_host(e, t->host, now);
}

static void engine_remove_id(struct engine *e, const struct trace *t, uint32_t index)
{
	uint16_t id = trace_probe(t, index)->id;

	if (id)
		inflight_remove(e->inflight, t->host->slot, id,
				(struct inflight_probe){ t->slot, index });
}

static void engine_end(struct engine *e, struct trace *t, mono now)
{
	t->state = TRACE_ENDED;
	t->is_running = false;
	t->ended_at = now;
	engine_update_waiting(e, t, now);
	heap_remove(e->wakes, &t->wake);
	for (uint32_t i = trace_base(t); i < t->probe_count; i++)
		engine_remove_id(e, t, i);
	/* The limit of this host holds for the next trace, too. */
	hosts_release(e->hosts, t->host, pace_forgotten_at(&t->host->pace, &e->config.host_limit));
	TAILQ_INSERT_TAIL(&e->ended, t, ended);
}

void engine_stop(struct engine *e, struct trace *t, enum trace_stop stop, uint16_t code, mono now)
{
	t->stop = stop;
	t->stop_code = code;
	t->end_ttl = 0;
	engine_end(e, t, now);
}

/* Nothing is awaited any more. */
static bool trace_is_drained(const struct trace *t)
{
	bool probing = t->state == TRACE_PROBING;
	uint32_t end = probing ? t->probe_count : FIRST_PROBE;

	for (uint32_t i = probing ? FIRST_PROBE : 0; i < end; i++)
		if (trace_probe(t, i)->state == PROBE_WAITING)
			return false;
	return true;
}

void engine_review(struct engine *e, struct trace *t, mono now)
{
	if (t->state == TRACE_ENDED)
		return;
	if (t->state == TRACE_PROBING && t->method->is_over(t, &e->config)) {
		engine_end(e, t, now);
		return;
	}
	if (t->is_interrupted && trace_is_drained(t)) {
		engine_stop(e, t, STOP_INTERRUPTED, 0, now);
		return;
	}
	if (t->state == TRACE_PROBING && t->method->waits_for_arrived(t, &e->config))
		heap_set(e->wakes, &t->wake, mono_min(t->wake.due, t->patience));
	engine_update_waiting(e, t, now);
}

void engine_add(struct engine *e, const struct trace_spec *spec, mono now)
{
	uint32_t slot = pool_take(e->traces);
	struct trace *t;

	assert(slot != POOL_NONE && !e->is_interrupted);
	t = pool_at(e->traces, slot);
	t->spec = *spec;
	t->slot = slot;
	t->is_running = true;
	t->serial = e->serial++;
	t->started = now;
	t->state = spec->direction == TRACE_REVERSE ? TRACE_CHECKING : TRACE_PROBING;
	t->method = e->config.mode == TRACE_MDA ? &multi_method : &path_method;
	t->mda = (struct mda *)(void *)(e->mda_memory + (size_t)slot * engine_mda_size(&e->config));
	t->hops = e->hop_memory + (size_t)slot * engine_hops(&e->config);
	t->next_ttl = e->try_memory + (size_t)slot * e->config.probes;
	t->probes = blocks_begin(e->blocks, slot);
	if (trace_is_reverse(t))
		blocks_reach(e->blocks, &t->probes, FIRST_PROBE - 1);
	t->oldest = t->probe_count = FIRST_PROBE;
	memset(t->hops, 0, engine_hops(&e->config) * sizeof(*t->hops));
	t->method->begin(t, &e->config);
	t->host = hosts_acquire(e->hosts, &spec->dst, now);
	heap_set(e->wakes, &t->wake, MONO_NEVER);
	engine_update_waiting(e, t, now);
}

void engine_interrupt(struct engine *e, bool now_or_never, mono now)
{
	e->is_interrupted = true;
	for (uint32_t slot = 0; slot < e->config.window; slot++) {
		struct trace *t = pool_at(e->traces, slot);

		if (!t->is_running)
			continue;
		t->is_interrupted = true;
		if (now_or_never)
			engine_stop(e, t, STOP_INTERRUPTED, 0, now);
		else
			engine_review(e, t, now);
	}
}

void engine_leave(struct engine *e, bool (*leaves)(void *arg, const struct trace_spec *spec),
		  void *arg, mono now)
{
	for (uint32_t slot = 0; slot < e->config.window; slot++) {
		struct trace *t = pool_at(e->traces, slot);

		if (!t->is_running || !leaves(arg, &t->spec))
			continue;
		t->is_interrupted = true;
		engine_review(e, t, now);
	}
}

bool engine_next_done(struct engine *e, struct trace_record *ret_record, uint32_t *ret_job)
{
	struct trace *t = TAILQ_FIRST(&e->ended);

	if (!t)
		return false;
	TAILQ_REMOVE(&e->ended, t, ended);
	notes_release(e->notes);
	report_trace(t, e->notes, e->records, ret_record);
	if (t->method->mode == TRACE_MDA)
		multi_report(t, e->room, ret_record);
	*ret_job = t->spec.job;
	blocks_end(e->blocks, &t->probes);
	pool_give(e->traces, t->slot);
	return true;
}
