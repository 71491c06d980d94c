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
 * Loads the program into the kernel.  Fails with -EPERM without the capabilities
 * and with the kernel's reason otherwise; the reason is logged.  The caller
 * closes.
 */
int loader_open(const struct server_config *config, struct loader **ret_loader);
/* Takes NULL.  The program lives on as long as it is attached somewhere. */
void loader_close(struct loader *l);

/* File descriptor of the program; owned by the loader. */
int loader_program(const struct loader *l);
int loader_counters(const struct loader *l, struct counter_values *ret_values);

/* Sends libbpf's own messages to the log. */
void loader_adopt_log(void);
