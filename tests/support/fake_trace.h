// SPDX-License-Identifier: GPL-2.0-or-later
/* One trace through a written world, and what its record must say. */
#pragma once

#include "tests/support/fake_network.h"

/* This host, in either family. */
#define FAKE_CLIENT_V4 "198.51.100.1"
#define FAKE_CLIENT_V6 "2001:db8:1::1"

/* Defaults for tests: window 8, three probes, TTL 1 to 30, gap limit 3, 2 s, 1 ms. */
struct engine_config fake_engine_config(void);

/* A trace to or from `dst`; flow 33500. */
struct trace_spec fake_trace_spec(enum trace_direction direction, const char *dst, uint8_t proto,
				  uint32_t job);

/* Runs it as job 0; the caller frees the network.  config->world is set here. */
struct fake_network *fake_trace(const struct fake_site *site, struct fake_network_config config,
				enum trace_direction direction, uint8_t proto);

/*
 * The path of the record in the letters of fake_world.h, `*` for hops that nobody
 * answered from, `@` for the record's destination; it has just as many hops.
 */
void fake_expect_path(const struct trace_record *record, const char *path);
/* In the order of TTL and try, each once, tries without a hole. */
void fake_expect_order(const struct trace_record *record);
void fake_expect_stop(const struct trace_record *record, enum trace_stop stop, uint16_t code);

/* Probes of this TTL: how many were sent, how many answered. */
uint32_t fake_sent_at(const struct trace_record *record, uint8_t ttl);
uint32_t fake_answered_at(const struct trace_record *record, uint8_t ttl);
