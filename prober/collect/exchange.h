// SPDX-License-Identifier: GPL-2.0-or-later
/* One request after the other: who is it, may he, what has he sent, is it stored? */
#pragma once

#include "prober/collect/state.h"

/* For libevent: a request is there, with all of its body. */
void exchange_begin(struct evhttp_request *request, void *arg);
/* The hasher has an answer.  False: it is gone. */
bool exchange_on_hashed(struct server *s);
/* Commits what was stored since the last time, and answers. */
void exchange_commit(struct server *s);
/* Forgets those that were not answered. */
void exchange_drop_all(struct server *s);
