// SPDX-License-Identifier: GPL-2.0-or-later
/* The figures of a report: always of the whole cycle. */
#include <stdlib.h>

#include "base/container.h"
#include "output/report_state.h"

/* Newest trace of each endpoint and direction, as the page shows it: a target that a list
 * names twice counts once. */
#define NEWEST                                         \
	"(SELECT max(trace_id) AS trace_id FROM trace" \
	" WHERE cycle_id = ?1 GROUP BY endpoint_id, direction)"

static const struct {
	const char *key, *sql;
} sums[] = {
	{ "cycle", "SELECT c.list, c.number, c.started_us, c.ended_us, r.program, r.state, r.uuid,"
		   " CASE WHEN json_valid(r.host) THEN json_extract(r.host, '$.name') END"
		   " FROM cycle c JOIN run r USING (run_id) WHERE c.cycle_id = ?1" },
	{ "directions", "SELECT direction, count(*), sum(reached), sum(sent), sum(lost)"
			" FROM " NEWEST " JOIN trace USING (trace_id) GROUP BY direction" },
	{ "stops", "SELECT direction, s.name, count(*)"
		   " FROM " NEWEST " JOIN trace USING (trace_id) JOIN stop s USING (stop)"
		   " GROUP BY direction, s.name ORDER BY direction, count(*) DESC, s.name" },
	{ "lengths", "SELECT direction, path_len, count(*)"
		     " FROM " NEWEST " JOIN trace USING (trace_id)"
		     " WHERE reached GROUP BY direction, path_len ORDER BY path_len" },
	{ "pairs", "SELECT count(*), coalesce(sum(f.path_len <> r.path_len), 0),"
		   " count(fa.text || ra.text), coalesce(sum(fa.text <> ra.reversed), 0)"
		   " FROM " NEWEST " n JOIN trace f ON f.trace_id = n.trace_id"
		   " JOIN trace r ON r.pair_id = f.pair_id AND r.direction = 1"
		   " LEFT JOIN as_path fa ON fa.as_path_id = f.as_path_id"
		   " LEFT JOIN as_path ra ON ra.as_path_id = r.as_path_id"
		   " WHERE f.direction = 0 AND f.reached AND r.reached" },
	{ "systems",
	  /* Hops of one path; of many paths every vertex is the far end of a link. */
	  "WITH t AS MATERIALIZED (SELECT endpoint_id, direction, path_id, trace_id, mode"
	  " FROM " NEWEST " JOIN trace USING (trace_id)),"
	  " seen AS (SELECT t.endpoint_id, t.direction, a.asn"
	  " FROM t JOIN path_hop p USING (path_id) JOIN addr a USING (addr_id)"
	  " WHERE a.asn IS NOT NULL"
	  " UNION SELECT t.endpoint_id, t.direction, a.asn"
	  " FROM t JOIN link l USING (trace_id) JOIN addr a ON a.addr_id = l.far_id"
	  " WHERE t.mode > 0 AND a.asn IS NOT NULL)"
	  " SELECT asn, s.name, sum(direction = 0), sum(direction = 1)"
	  " FROM seen LEFT JOIN asn s USING (asn) GROUP BY asn ORDER BY count(*) DESC, asn"
	  " LIMIT 500" },
	{ "since", "SELECT t.direction, count(*), coalesce(sum(NOT t.reached AND b.reached), 0),"
		   " coalesce(sum(t.reached AND NOT b.reached), 0),"
		   " coalesce(sum(t.reached AND b.reached AND t.path_id <> b.path_id), 0)"
		   " FROM " NEWEST " n JOIN trace t ON t.trace_id = n.trace_id"
		   " JOIN trace b ON b.endpoint_id = t.endpoint_id AND b.direction = t.direction"
		   "  AND b.cycle_id = ?2 AND b.proto = t.proto AND b.flow IS t.flow"
		   " GROUP BY t.direction" },
	{ "files", "SELECT kind, type, built_us FROM mmdb ORDER BY kind, built_us" },
};

int report_sums(struct report *r)
{
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_LEN(sums); i++) {
		page_key(&r->page, sums[i].key);
		err = report_rows(r, sums[i].sql);
	}
	return err;
}
