-- The names an analyst meets first.  Made anew when a file is upgraded.
DROP VIEW IF EXISTS v_trace;
CREATE VIEW v_trace AS
SELECT t.trace_id, c.run_id, c.list, c.number AS cycle, e.name AS endpoint,
       CASE t.direction WHEN 0 THEN 'forward' ELSE 'reverse' END AS direction,
       s.text AS src, d.text AS dst,
       CASE t.proto WHEN 6 THEN 'tcp' WHEN 17 THEN 'udp' ELSE 'icmp' END AS proto,
       CASE t.mode WHEN 0 THEN 'singlepath' ELSE 'multipath' END AS mode,
       t.flow, t.reached, stop.name AS stop, t.stop_code, t.path_len AS hops,
       t.arrival_len, t.sent, t.lost, t.checks, t.check_rtt_ns / 1e6 AS check_rtt_ms,
       t.eps, t.eps_trace, t.per_packet, t.path_id, t.pair_id,
       datetime(t.started_us / 1000000, 'unixepoch') AS started,
       (t.ended_us - t.started_us) / 1e3 AS duration_ms,
       ap.text AS as_path, ap.holes AS as_holes
FROM trace t JOIN cycle c USING (cycle_id) JOIN endpoint e USING (endpoint_id)
     JOIN stop USING (stop)
     JOIN addr s ON s.addr_id = t.src_id JOIN addr d ON d.addr_id = t.dst_id
     LEFT JOIN as_path ap USING (as_path_id);
DROP VIEW IF EXISTS v_hop;
CREATE VIEW v_hop AS
SELECT h.trace_id, c.list, c.number AS cycle, e.name AS endpoint,
       CASE t.direction WHEN 0 THEN 'forward' ELSE 'reverse' END AS direction,
       h.ttl, CASE t.mode WHEN 0 THEN t.flow ELSE h.flow END AS flow, h.try,
       a.text AS addr, a.ptr, h.rtt_ns / 1e6 AS rtt_ms, h.arrived,
       h.addr_id IS NULL AND NOT h.arrived AS lost, h.ttl <= t.path_len AS on_path,
       CASE WHEN h.addr_id IS NULL OR h.icmp = 0 THEN NULL
            WHEN h.icmp IS NOT NULL THEN h.icmp / 256
            WHEN length(a.ip) = 4 THEN 11 ELSE 3 END AS icmp_type,
       CASE WHEN h.addr_id IS NULL OR h.icmp = 0 THEN NULL
            ELSE coalesce(h.icmp, 0) % 256 END AS icmp_code,
       h.reply_ttl,
       strftime('%Y-%m-%d %H:%M:%f', (t.started_us + h.tx_us) / 1e6, 'unixepoch') AS sent,
       a.asn, a.country, a.city, h.reply_tos, h.quoted_ttl
FROM hop h JOIN trace t USING (trace_id) JOIN cycle c USING (cycle_id)
     JOIN endpoint e USING (endpoint_id) LEFT JOIN addr a ON a.addr_id = h.addr_id;
DROP VIEW IF EXISTS v_link;
CREATE VIEW v_link AS
SELECT l.trace_id, l.near_ttl, n.text AS near, f.text AS far, l.flows,
       l.flows = 0 AS assumed, n.asn AS near_asn, f.asn AS far_asn
FROM link l LEFT JOIN addr n ON n.addr_id = l.near_id
     LEFT JOIN addr f ON f.addr_id = l.far_id;
DROP VIEW IF EXISTS v_mpls;
CREATE VIEW v_mpls AS                    -- one row a label, the outermost first
WITH RECURSIVE entry (trace_id, ttl, flow, try, n, at, word, rest) AS (
  SELECT trace_id, ttl, flow, try, n, 0, hex(substr(data, 1, 4)), substr(data, 5)
    FROM ext WHERE class = 1 AND type = 1 AND length(data) >= 4
  UNION ALL
  SELECT trace_id, ttl, flow, try, n, at + 1, hex(substr(rest, 1, 4)), substr(rest, 5)
    FROM entry WHERE length(rest) >= 4),
number (trace_id, ttl, flow, try, n, at, label, low, alive) AS (
  SELECT trace_id, ttl, flow, try, n, at,
         65536 * (instr('123456789ABCDEF', substr(word, 1, 1)))
         + 4096 * (instr('123456789ABCDEF', substr(word, 2, 1)))
         + 256 * (instr('123456789ABCDEF', substr(word, 3, 1)))
         + 16 * (instr('123456789ABCDEF', substr(word, 4, 1)))
         + (instr('123456789ABCDEF', substr(word, 5, 1))),
         instr('123456789ABCDEF', substr(word, 6, 1)),
         16 * (instr('123456789ABCDEF', substr(word, 7, 1)))
         + (instr('123456789ABCDEF', substr(word, 8, 1)))
    FROM entry)
SELECT m.trace_id, m.ttl, CASE t.mode WHEN 0 THEN t.flow ELSE m.flow END AS flow, m.try,
       a.text AS addr, m.at AS depth, m.label, m.low / 2 AS class, m.low % 2 AS bottom,
       m.alive AS label_ttl
FROM number m JOIN trace t USING (trace_id)
     JOIN hop h ON h.trace_id = m.trace_id AND h.ttl = m.ttl AND h.flow = m.flow AND h.try = m.try
     LEFT JOIN addr a ON a.addr_id = h.addr_id;
DROP VIEW IF EXISTS v_alias;
CREATE VIEW v_alias AS                   -- one row an address
SELECT c.list, c.number AS cycle, e.name AS endpoint, s.set_id, a.text AS addr,
       s.method, s.rule, s.score, s.support
FROM alias s JOIN cycle c USING (cycle_id) JOIN endpoint e USING (endpoint_id)
     JOIN addr a ON a.addr_id = s.addr_id;
DROP VIEW IF EXISTS v_pair;
CREATE VIEW v_pair AS                    -- one row a two-way trace
SELECT f.pair_id, c.list, c.number AS cycle, e.name AS endpoint,
       f.trace_id AS forward_trace, r.trace_id AS reverse_trace,
       f.reached AND r.reached AS both_reached,
       f.path_len AS forward_hops, r.path_len AS reverse_hops,
       fs.name AS forward_stop, rs.name AS reverse_stop,
       f.path_id AS forward_path, r.path_id AS reverse_path,
       datetime(f.started_us / 1000000, 'unixepoch') AS started
FROM trace f JOIN trace r ON r.pair_id = f.pair_id AND r.direction = 1
     JOIN cycle c ON c.cycle_id = f.cycle_id
     JOIN endpoint e ON e.endpoint_id = f.endpoint_id
     JOIN stop fs ON fs.stop = f.stop JOIN stop rs ON rs.stop = r.stop
WHERE f.direction = 0;
DROP VIEW IF EXISTS v_asymmetry;
CREATE VIEW v_asymmetry AS               -- one row a two-way trace whose AS paths are known
SELECT f.pair_id, c.list, c.number AS cycle, e.name AS endpoint,
       f.trace_id AS forward_trace, r.trace_id AS reverse_trace,
       fa.text AS forward_as, ra.reversed AS reverse_as,  -- both from here to the endpoint
       fa.text <> ra.reversed AS asymmetric,
       fa.length AS forward_systems, ra.length AS reverse_systems,
       fa.holes + ra.holes AS holes,
       f.path_len AS forward_hops, r.path_len AS reverse_hops
FROM trace f JOIN trace r ON r.pair_id = f.pair_id AND r.direction = 1
     JOIN cycle c ON c.cycle_id = f.cycle_id
     JOIN endpoint e ON e.endpoint_id = f.endpoint_id
     JOIN as_path fa ON fa.as_path_id = f.as_path_id
     JOIN as_path ra ON ra.as_path_id = r.as_path_id
WHERE f.direction = 0 AND f.reached AND r.reached;
DROP VIEW IF EXISTS v_path_change;
CREATE VIEW v_path_change AS             -- one row a path that differs from the one before
SELECT p.list, c.number AS cycle, bc.number AS before_cycle, e.name AS endpoint, p.endpoint_id,
       CASE p.direction WHEN 0 THEN 'forward' ELSE 'reverse' END AS direction,
       CASE p.proto WHEN 6 THEN 'tcp' WHEN 17 THEN 'udp' ELSE 'icmp' END AS proto, p.flow,
       p.trace_id, p.before_trace, p.path_id, b.path_id AS before_path,
       p.path_len AS hops, b.path_len AS before_hops,
       pa.text AS as_path, ba.text AS before_as, pa.text IS NOT ba.text AS as_changed
FROM (SELECT t.trace_id, t.cycle_id, t.endpoint_id, c.list, t.direction, t.proto, t.flow,
             t.path_id, t.path_len, t.as_path_id,
             lag(t.trace_id) OVER w AS before_trace, lag(t.path_id) OVER w AS before_path
      FROM trace t CROSS JOIN cycle c USING (cycle_id)  -- in the index's order: sorts little
      WHERE t.path_id IS NOT NULL AND t.reached
      WINDOW w AS (PARTITION BY t.endpoint_id, t.direction, c.list, t.proto, t.flow
                   ORDER BY t.cycle_id, t.trace_id)) p
     JOIN trace b ON b.trace_id = p.before_trace
     JOIN cycle c ON c.cycle_id = p.cycle_id JOIN cycle bc ON bc.cycle_id = b.cycle_id
     JOIN endpoint e ON e.endpoint_id = p.endpoint_id
     LEFT JOIN as_path pa ON pa.as_path_id = p.as_path_id
     LEFT JOIN as_path ba ON ba.as_path_id = b.as_path_id
WHERE p.before_path <> p.path_id;
DROP VIEW IF EXISTS v_router;
CREATE VIEW v_router AS                  -- one row an address
SELECT a.addr_id, a.text AS addr, a.ptr, a.asn, s.name AS as_name, a.country, a.city,
       m.type AS asn_file, datetime(m.built_us / 1000000, 'unixepoch') AS asn_file_built
FROM addr a LEFT JOIN asn s USING (asn) LEFT JOIN mmdb m ON m.mmdb_id = a.asn_by;
DROP VIEW IF EXISTS v_upload;
CREATE VIEW v_upload AS                  -- one row a document
SELECT u.upload_id, u.key, e.name AS target, u.state, u.collector, u.attempts, u.status,
       u.reason, u.bytes, t.trace_id, t.pair_id,
       datetime(u.consented_us / 1000000, 'unixepoch') AS consented,
       datetime(u.queued_us / 1000000, 'unixepoch') AS queued,
       datetime(u.tried_us / 1000000, 'unixepoch') AS tried
FROM upload u JOIN trace t USING (trace_id) JOIN endpoint e USING (endpoint_id);
DROP VIEW IF EXISTS v_received;
CREATE VIEW v_received AS                -- one row a document that a collector was sent
SELECT r.received_id, r.sender, r.key, e.name AS target, r.forward_id AS forward_trace,
       r.reverse_id AS reverse_trace, r.unplaced, r.bytes,
       datetime(r.received_us / 1000000, 'unixepoch') AS received
FROM received r JOIN trace t ON t.trace_id = coalesce(r.forward_id, r.reverse_id)
     JOIN endpoint e USING (endpoint_id);
