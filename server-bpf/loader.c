// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/container.h"
#include "base/log.h"
#include "server-bpf/events.h"
#include <server-bpf/revtr.skel.h>

#define SESSIONS_BATCH 4096

struct loader {
	struct revtr_bpf *skel;
	uint64_t timeout_ns;
};

static int loader_log(enum libbpf_print_level level, const char *format, va_list args)
{
	/* Most of its lines begin with its name already. */
	log_foreign(level == LIBBPF_WARN ? LOG_INFO : LOG_DEBUG,
		    strncmp(format, "libbpf: ", 8) == 0 ? NULL : "libbpf", format, args);
	return 0;
}

void loader_adopt_log(void)
{
	libbpf_set_print(loader_log);
}

/* Every slot is free: puts all of them on the stack, the lowest on top. */
static int loader_fill_slots(struct loader *l, uint32_t sessions)
{
	int fd = bpf_map__fd(l->skel->maps.free_slots);

	for (uint32_t i = sessions; i-- > 0;)
		if (bpf_map_update_elem(fd, NULL, &i, BPF_ANY))
			return -errno;
	return 0;
}

/* Maps that nothing looks at stay as small as a map can be. */
static void loader_size_limits(struct revtr_bpf *skel, const struct server_config *config)
{
	const struct limit_config *limit = &config->limit;

	if (limit->source.gap_ns) {
		bpf_map__set_max_entries(skel->maps.limit_sources, LIMIT_SOURCES);
		bpf_map__set_max_entries(skel->maps.limit_marks, LIMIT_MARK_SETS);
	}
	if (limit->target.gap_ns && config->indirect)
		bpf_map__set_max_entries(skel->maps.limit_targets, LIMIT_TARGETS);
}

/* Two counts a session: two targets that are busy seldom share one. */
static uint32_t loader_target_counts(uint32_t sessions)
{
	uint32_t counts = 64;

	while (counts < 2 * sessions && counts < UINT32_C(1) << 26)
		counts *= 2;
	return counts;
}

static int loader_load(struct loader *l, const struct server_config *config)
{
	struct revtr_bpf *skel = l->skel;
	struct server_config full = *config;
	int err;

	full.target_mask = loader_target_counts(config->sessions) - 1;
	memcpy((void *)&skel->rodata->config, &full, sizeof(full));
	bpf_map__set_max_entries(skel->maps.requests, config->sessions);
	bpf_map__set_max_entries(skel->maps.target_loads, full.target_mask + 1);
	bpf_map__set_max_entries(skel->maps.sessions, config->sessions);
	bpf_map__set_max_entries(skel->maps.slots, config->sessions);
	bpf_map__set_max_entries(skel->maps.free_slots, config->sessions);
	loader_size_limits(skel, config);
	if (config->events != EVENTS_NONE)
		bpf_map__set_max_entries(skel->maps.events, EVENTS_RING_BYTES);
	err = revtr_bpf__load(skel);
	if (err == -EPERM)
		log_error(
			"BPF program: not permitted: needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN");
	else if (err)
		log_error("BPF program: cannot load: %s", strerror(-err));
	return err;
}

int loader_open(const struct server_config *config, struct loader **ret_loader)
{
	struct loader *l = calloc(1, sizeof(*l));
	int err = -ENOMEM;

	if (!l)
		goto fail;
	l->skel = revtr_bpf__open();
	if (!l->skel) {
		err = -errno;
		log_error("BPF program: cannot open: %s", strerror(errno));
		goto fail;
	}
	l->timeout_ns = config->timeout_ns;
	err = loader_load(l, config);
	if (err)
		goto fail;
	err = loader_fill_slots(l, config->sessions);
	if (err) {
		log_error("BPF program: cannot fill its maps: %s", strerror(-err));
		goto fail;
	}
	*ret_loader = l;
	return 0;
fail:
	loader_close(l);
	return err;
}

void loader_close(struct loader *l)
{
	if (!l)
		return;
	revtr_bpf__destroy(l->skel);
	free(l);
}

int loader_program_ethernet(const struct loader *l)
{
	return bpf_program__fd(l->skel->progs.revtr_ingress);
}

struct access_maps loader_access(struct loader *l)
{
	return (struct access_maps){
		.lists = bpf_map__fd(l->skel->maps.access_lists),
		.generation = &l->skel->bss->access_generation,
	};
}

int loader_program_plain(const struct loader *l)
{
	return bpf_program__fd(l->skel->progs.revtr_ingress_plain);
}

int loader_own_addresses(const struct loader *l)
{
	return bpf_map__fd(l->skel->maps.own_addresses);
}

int loader_counters(const struct loader *l, struct counter_values *ret_values)
{
	return counters_read(bpf_map__fd(l->skel->maps.counters), ret_values);
}

int loader_events(const struct loader *l)
{
	return bpf_map__fd(l->skel->maps.events);
}

static uint64_t loader_count_young(const struct loader *l, const struct session *sessions,
				   uint32_t count)
{
	uint64_t now_ns = clock_now().ns; /* the clock of bpf_ktime_get_ns() */
	uint64_t young = 0;

	for (uint32_t i = 0; i < count; i++)
		young += now_ns < sessions[i].born_ns + l->timeout_ns;
	return young;
}

int loader_sessions(const struct loader *l, uint64_t *ret_count)
{
	int fd = bpf_map__fd(l->skel->maps.sessions);
	struct probe_key *keys = calloc(SESSIONS_BATCH, sizeof(*keys));
	struct session *sessions = calloc(SESSIONS_BATCH, sizeof(*sessions));
	uint32_t place, next;
	void *from = NULL;
	uint64_t young = 0;
	int err = keys && sessions ? 0 : -ENOMEM;

	while (!err) {
		uint32_t count = SESSIONS_BATCH;

		if (bpf_map_lookup_batch(fd, from, &next, keys, sessions, &count, NULL))
			err = -errno; /* -ENOENT with the last ones */
		if (!err || err == -ENOENT)
			young += loader_count_young(l, sessions, count);
		place = next;
		from = &place;
	}
	free(keys);
	free(sessions);
	if (err != -ENOENT)
		return err;
	*ret_count = young;
	return 0;
}

static int loader_info(int program, struct bpf_prog_info *ret_info)
{
	uint32_t len = sizeof(*ret_info);

	memset(ret_info, 0, sizeof(*ret_info));
	return bpf_obj_get_info_by_fd(program, ret_info, &len) ? -errno : 0;
}

int loader_run_stats(const struct loader *l, uint64_t *ret_runs, uint64_t *ret_run_ns)
{
	const int programs[] = { loader_program_ethernet(l), loader_program_plain(l) };
	uint64_t runs = 0, run_ns = 0;

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		struct bpf_prog_info info;
		int err = loader_info(programs[i], &info);

		if (err)
			return err;
		runs += info.run_cnt;
		run_ns += info.run_time_ns;
	}
	*ret_runs = runs;
	*ret_run_ns = run_ns;
	return 0;
}

/* The two differ in where a packet begins, and in nothing else. */
void loader_print(const struct loader *l, FILE *out)
{
	struct bpf_prog_info info;

	if (!loader_info(loader_program_ethernet(l), &info))
		fprintf(out, "program: loaded, %u instructions verified, %u bytes\n",
			info.verified_insns,
			info.jited_prog_len ? info.jited_prog_len : info.xlated_prog_len);
}
