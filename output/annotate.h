// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Systems and places onto the addresses that a database has already, and the sequences of
 * systems of its traces anew: one transaction, so readers see all of it or nothing.
 */
#pragma once

#include <stdint.h>

struct asn_db;
struct geo_db;

struct annotate_counts {
	int64_t addrs;
	int64_t with_asn, with_place;
	int64_t paths; /* traces with a sequence of systems */
};

/* By the files that are not NULL; what the others said stays.  Returns 0 or -errno, and
 * then it has logged what is wrong, and nothing is changed. */
int annotate_database(const char *path, struct asn_db *asn, struct geo_db *geo,
		      struct annotate_counts *ret_counts);
