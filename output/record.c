// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/record.h"

#include "wire/revtr.h"

const char *trace_stop_name(enum trace_stop stop)
{
	switch (stop) {
	case STOP_COMPLETED:
		return "completed";
	case STOP_UNREACHABLE:
		return "unreachable";
	case STOP_LOOP:
		return "loop";
	case STOP_GAP_LIMIT:
		return "gap limit";
	case STOP_ERROR:
		return "error";
	case STOP_MAX_TTL:
		return "max TTL";
	case STOP_INTERRUPTED:
		return "interrupted";
	case STOP_NOT_SUPPORTED:
		return "not supported";
	case STOP_NO_ANSWER:
		return "no answer";
	case STOP_BUDGET:
		return "probe budget";
	case STOP_NOT_TOLD:
		return "not told";
	}
	return NULL;
}

const char *trace_error_text(uint16_t status)
{
	switch (status >> 8) {
	case REFUSED_PROTOCOL:
		return "the server refuses the protocol";
	case REFUSED_FLOW:
		return "the server refuses the flow";
	case IGNORED_TARGET:
		return "the server knows no indirect traces: its probes came here";
	default:
		break;
	}
	switch (status) {
	case REVTR_BAD_TTL:
		return "the server refuses the TTL";
	case REVTR_BAD_PROTO:
	case REVTR_BAD_FLOW:
		return "the server refuses the protocol or the flow";
	case REVTR_BAD_OBJECT:
		return "the server refuses indirect traces";
	default:
		return "the server reports an unknown error";
	}
}
