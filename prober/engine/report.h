// SPDX-License-Identifier: GPL-2.0-or-later
/* From a trace that has ended to the record that sinks read. */
#pragma once

#include "prober/engine/trace.h"

struct notes;

/*
 * Fills the record; `probes` has room for as many as the trace may send, and must
 * live as long as the record.  The notes of its answers are handed out.
 */
void report_trace(const struct trace *t, struct notes *notes, struct probe_record *probes,
		  struct trace_record *ret_record);
