// SPDX-License-Identifier: GPL-2.0-or-later
/* The collector's state, shared by server.c (its life) and exchange.c (its requests). */
#pragma once

#include <sodium.h>
#include <sys/queue.h>

#include "prober/collect/account.h"
#include "prober/collect/counts.h"
#include "prober/collect/guard.h"
#include "prober/collect/hasher.h"
#include "prober/collect/server.h"

struct event;
struct event_base;
struct evhttp;
struct evhttp_request;
struct inbox;

/* A request that can't be answered yet: first for its password, then for the commit. */
struct exchange {
	TAILQ_ENTRY(exchange) entry;
	struct evhttp_request *request;
	uint64_t id;
	struct addr who;
	char name[ACCOUNT_NAME_LEN];
	char hash[ACCOUNT_HASH_LEN]; /* what the password is compared with */
	uint8_t seal[ACCOUNT_SEAL_LEN];
	int64_t received_id;
	enum count_end end; /* if the commit succeeds */
	size_t bytes;
};

TAILQ_HEAD(exchanges, exchange);

struct server {
	struct server_config config;
	struct event_base *base;
	struct evhttp *http;
	struct gate *gate;
	struct hasher *hasher;
	struct guard *guard;
	struct accounts *accounts;
	struct inbox *inbox;
	struct event *commit_timer, *hasher_ready, *stop_timer;
	struct event *signals[3];
	struct counts counts;
	struct exchanges hashing; /* in the order of their questions */
	struct exchanges stored;  /* in the transaction that is open */
	size_t stored_count;
	size_t in_hand; /* connections with a request that was read */
	uint64_t next_id;
	uint8_t seal_key[crypto_generichash_KEYBYTES];
	bool is_stopping;
	bool is_failing; /* the last that was to be stored could not be */
	int err;	 /* why the loop ended; 0: it was told to */
};
