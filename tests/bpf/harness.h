// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's BPF program, run on packets of the test's choice. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "server-bpf/access.h"
#include "server-bpf/counters.h"
#include "server-bpf/shared.h" /* before the skeleton: it uses these structures */
#include "tests/support/packets.h"

struct harness;

/*
 * Loads the program, in a network namespace of its own with nothing in it; skips the
 * test where it may not.  The host has no address but those of harness_own().
 */
struct harness *harness_new(uint32_t sessions, uint64_t timeout_ns);
/* The same with more settings; both families are served. */
struct harness *harness_new_with(const struct server_config *config);
void harness_free(struct harness *h);

/* The loaded object; owned by the harness. */
struct bpf_object;
struct bpf_object *harness_object(const struct harness *h);
/* Makes this an address of the host. */
void harness_own(struct harness *h, const char *address);
void harness_own_address(struct harness *h, const struct addr *address);

enum harness_verdict {
	HARNESS_PASS = -1, /* TC_ACT_UNSPEC: to the kernel */
	HARNESS_DROP = 2,  /* TC_ACT_SHOT */
	HARNESS_SEND = 7,  /* TC_ACT_REDIRECT */
};

/*
 * Runs one Ethernet frame through the program.  The frame's destination MAC is
 * taken for the server's own.  `ret_out` is the frame afterwards.
 */
enum harness_verdict harness_run(struct harness *h, const struct packet_bytes *in,
				 struct packet_bytes *ret_out);

struct access_maps harness_access(struct harness *h);
/* File descriptor of one of the program's maps, by name. */
int harness_map(const struct harness *h, const char *name);
/* The same for packets that the kernel's test run may refuse: false for those. */
bool harness_try(struct harness *h, const struct packet_bytes *in, struct packet_bytes *ret_out,
		 enum harness_verdict *ret_verdict);

uint64_t harness_counter(const struct harness *h, enum server_counter counter, unsigned int family);
/* Sessions in the table right now. */
unsigned int harness_sessions(const struct harness *h);
/* File descriptor of that table: struct probe_key to struct session. */
int harness_session_map(const struct harness *h);
/* Entries of the table of requests: as many. */
unsigned int harness_requests(const struct harness *h);
/* The sum of all targets' counts. */
unsigned int harness_target_sum(const struct harness *h);
/* Makes all sessions so much older. */
void harness_age(struct harness *h, uint64_t ns);
/* Slots on the stack of free ones: takes them all off and puts them back. */
unsigned int harness_free_slots(const struct harness *h);
