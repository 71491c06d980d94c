// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The BPF object: opened, sized, configured, loaded, its maps filled.  Attaching
 * it to interfaces is attach.h's business.
 */
#pragma once

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

/* File descriptors; owned by the loader.  The programs for interfaces with Ethernet
 * headers and for those without; the map that addresses.h fills. */
int loader_program_ethernet(const struct loader *l);
int loader_program_plain(const struct loader *l);
int loader_own_addresses(const struct loader *l);
int loader_counters(const struct loader *l, struct counter_values *ret_values);

/* Sends libbpf's own messages to the log. */
void loader_adopt_log(void);
