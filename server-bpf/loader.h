// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The BPF object: opened, sized, configured, loaded, its maps filled.  Attaching
 * it to interfaces is attach.h's business.
 */
#pragma once

#include <stdio.h>

#include "server-bpf/access.h"
#include "server-bpf/counters.h"
#include "server-bpf/shared.h"

struct loader;

/*
 * Loads the programs into the kernel; `config->target_mask` follows from its sessions.  Fails with
 * -EPERM without the capabilities and with the kernel's reason otherwise; the reason is logged. The
 * caller closes.
 */
int loader_open(const struct server_config *config, struct loader **ret_loader);
/* Takes NULL.  The program lives on as long as it is attached somewhere. */
void loader_close(struct loader *l);

/* Where access_reload() puts its lists. */
struct access_maps loader_access(struct loader *l);
/* File descriptor of the ring buffer with what is told to the log; owned by the loader. */
int loader_events(const struct loader *l);
/* Sessions that wait for an answer and are not too old.  Returns 0 or -errno. */
int loader_sessions(const struct loader *l, uint64_t *ret_count);
/* How often the program ran and how long in all; 0 unless the kernel counts that. */
int loader_run_stats(const struct loader *l, uint64_t *ret_runs, uint64_t *ret_run_ns);
/* A few lines for people: what the kernel made of the program. */
void loader_print(const struct loader *l, FILE *out);
/* File descriptors; owned by the loader.  The programs for interfaces with Ethernet
 * headers and for those without; the map that addresses.h fills. */
int loader_program_ethernet(const struct loader *l);
int loader_program_plain(const struct loader *l);
int loader_own_addresses(const struct loader *l);
int loader_counters(const struct loader *l, struct counter_values *ret_values);

/* Sends libbpf's own messages to the log. */
void loader_adopt_log(void);
