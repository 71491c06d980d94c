// SPDX-License-Identifier: GPL-2.0-or-later
/* An outbox with measurements in it, for tests of what takes them out. */
#pragma once

#include "output/outbox.h"
#include "output/sink.h"
#include "tests/unit/records.h"

#define QUEUED_COLLECTOR "https://collector.example.net/v1"

/* The SQLite sink, with that collector; results_path is the file. */
void *queued_open(const char *uuid, const char *collector);
/* A trace that ended at this moment, µs since 1970. */
void queued_record(void *sink, enum trace_direction direction, const char *target, uint64_t pair_id,
		   enum trace_stop stop);
/* A database with that many single traces, and its outbox, for QUEUED_COLLECTOR. */
struct outbox *queued_make(int count);
/* The same file again, as after a restart. */
struct outbox *queued_reopen(void);

/* When queued_record() says that traces ended. */
extern const int64_t queued_at_us;
