// SPDX-License-Identifier: GPL-2.0-or-later
#include "server-bpf/loader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include <server-bpf/revtr.skel.h>

struct loader {
	struct revtr_bpf *skel;
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
