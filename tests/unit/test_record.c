// SPDX-License-Identifier: GPL-2.0-or-later
#include "output/record.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/container.h"
#include "wire/revtr.h"

Test(record, every_stop_reason_has_a_name_of_its_own)
{
	static const enum trace_stop stops[] = {
		STOP_COMPLETED, STOP_UNREACHABLE, STOP_LOOP,	    STOP_GAP_LIMIT,
		STOP_ERROR,	STOP_MAX_TTL,	  STOP_INTERRUPTED, STOP_NOT_SUPPORTED,
		STOP_NO_ANSWER, STOP_BUDGET,	  STOP_NOT_TOLD,
	};

	for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
		const char *name = trace_stop_name(stops[i]);

		cr_assert_not_null(name, "stop %d", stops[i]);
		for (size_t j = 0; j < i; j++)
			cr_assert_str_neq(name, trace_stop_name(stops[j]));
	}
	cr_assert_null(trace_stop_name((enum trace_stop)3));
	cr_assert_null(trace_stop_name((enum trace_stop)104));
}

Test(record, every_status_has_a_text)
{
	const char *unknown = trace_error_text(200);

	for (uint16_t status = REVTR_BAD_TTL; status <= REVTR_BAD_OBJECT; status++)
		cr_assert_str_neq(trace_error_text(status), unknown, "status %d", status);
	cr_assert_str_eq(trace_error_text(5), unknown);
	cr_assert_not_null(
		strstr(trace_error_text(256 * REFUSED_PROTOCOL + REVTR_BAD_FLOW), "the protocol"));
	cr_assert_not_null(
		strstr(trace_error_text(256 * REFUSED_FLOW + REVTR_BAD_PROTO), "the flow"));
	cr_assert_str_eq(trace_error_text(REVTR_BAD_PROTO), trace_error_text(REVTR_BAD_FLOW));
}
