// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/transmit/verdict.h"

#include <criterion/criterion.h>
#include <stddef.h>

static const struct {
	long first, last;
	enum verdict verdict;
} cases[] = {
	{ 0, 199, VERDICT_LATER },	{ 200, 299, VERDICT_SENT },
	{ 300, 399, VERDICT_REFUSED },	{ 400, 400, VERDICT_REJECTED },
	{ 401, 401, VERDICT_REFUSED },	{ 402, 402, VERDICT_REJECTED },
	{ 403, 405, VERDICT_REFUSED },	{ 406, 406, VERDICT_REJECTED },
	{ 407, 407, VERDICT_REFUSED },	{ 408, 409, VERDICT_LATER },
	{ 410, 424, VERDICT_REJECTED }, { 425, 425, VERDICT_LATER },
	{ 426, 428, VERDICT_REJECTED }, { 429, 429, VERDICT_LATER },
	{ 430, 499, VERDICT_REJECTED }, { 500, 999, VERDICT_LATER },
};

Test(verdict, every_status_has_its_own)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (long status = cases[i].first; status <= cases[i].last; status++)
			cr_assert_eq(verdict_of(status), cases[i].verdict, "%ld", status);
}
