// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's BPF program, run on packets of the test's choice. */
#pragma once

#include <stdint.h>

#include "server-bpf/counters.h"
#include "server-bpf/shared.h" /* before the skeleton: it uses these structures */
#include "tests/support/packets.h"

struct harness;

/* Loads the program; skips the test where it may not. */
struct harness *harness_new(uint32_t sessions, uint64_t timeout_ns);
void harness_free(struct harness *h);

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

uint64_t harness_counter(const struct harness *h, enum server_counter counter, unsigned int family);
/* Sessions in the table right now. */
unsigned int harness_sessions(const struct harness *h);
/* File descriptor of that table: struct session_key to struct session. */
int harness_session_map(const struct harness *h);
/* Slots on the stack of free ones: takes them all off and puts them back. */
unsigned int harness_free_slots(const struct harness *h);
