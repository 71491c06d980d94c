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
       (t.ended_us - t.started_us) / 1e3 AS duration_ms
FROM trace t JOIN cycle c USING (cycle_id) JOIN endpoint e USING (endpoint_id)
     JOIN stop USING (stop)
     JOIN addr s ON s.addr_id = t.src_id JOIN addr d ON d.addr_id = t.dst_id;
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
       strftime('%Y-%m-%d %H:%M:%f', (t.started_us + h.tx_us) / 1e6, 'unixepoch') AS sent
FROM hop h JOIN trace t USING (trace_id) JOIN cycle c USING (cycle_id)
     JOIN endpoint e USING (endpoint_id) LEFT JOIN addr a ON a.addr_id = h.addr_id;
DROP VIEW IF EXISTS v_link;
CREATE VIEW v_link AS
SELECT l.trace_id, l.near_ttl, n.text AS near, f.text AS far, l.flows,
       l.flows = 0 AS assumed
FROM link l LEFT JOIN addr n ON n.addr_id = l.near_id
     LEFT JOIN addr f ON f.addr_id = l.far_id;
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
DROP VIEW IF EXISTS v_upload;
CREATE VIEW v_upload AS                  -- one row a document
SELECT u.upload_id, u.key, e.name AS target, u.state, u.collector, u.attempts, u.status,
       u.reason, u.bytes, t.trace_id, t.pair_id,
       datetime(u.consented_us / 1000000, 'unixepoch') AS consented,
       datetime(u.queued_us / 1000000, 'unixepoch') AS queued,
       datetime(u.tried_us / 1000000, 'unixepoch') AS tried
FROM upload u JOIN trace t USING (trace_id) JOIN endpoint e USING (endpoint_id);
