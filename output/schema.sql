-- The results of forward and reverse traceroutes, for analysts; docs/database.md
-- explains it.  Moments are integer microseconds since 1970 UTC, round trips integer
-- nanoseconds, addresses 4 or 16 raw bytes with their text beside them.
PRAGMA application_id = 0x52545230;      -- 'RTR0': file(1) and we can tell
PRAGMA user_version = 7;                 -- the schema's version

CREATE TABLE run (                       -- one process: provenance
  run_id      INTEGER PRIMARY KEY,
  uuid        TEXT NOT NULL UNIQUE,
  started_us  INTEGER NOT NULL,
  ended_us    INTEGER,                   -- NULL: runs, or died
  state       TEXT NOT NULL DEFAULT 'running'
              CHECK (state IN ('running','complete','interrupted','failed')),
  program     TEXT NOT NULL,             -- name and version
  argv        TEXT NOT NULL,             -- JSON array
  config      TEXT NOT NULL,             -- JSON of every setting in force
  host        TEXT NOT NULL,             -- JSON: name, kernel, interface, source
  seed        INTEGER,                   -- all 64 bits, hence sometimes negative
  resumes     INTEGER REFERENCES run,    -- whose cycle it goes on with; NULL: it has its own
  reason      TEXT,                      -- why it ended itself; NULL: it did not
  counters    TEXT                       -- JSON: sent, answered, dropped ...
);
CREATE TABLE cycle (                     -- one pass over a list of targets
  cycle_id    INTEGER PRIMARY KEY,
  run_id      INTEGER NOT NULL REFERENCES run,
  list        TEXT NOT NULL,
  number      INTEGER NOT NULL,          -- 1, 2 ... within the list
  started_us  INTEGER NOT NULL,
  ended_us    INTEGER,                   -- NULL: runs, or died
  UNIQUE (list, number)
);
CREATE TABLE mmdb (                      -- the files that annotations come from
  mmdb_id     INTEGER PRIMARY KEY,
  kind        TEXT NOT NULL CHECK (kind IN ('asn','geo')),
  type        TEXT NOT NULL,             -- as its maker calls it: 'GeoLite2-ASN'
  built_us    INTEGER NOT NULL,          -- when it was made
  first_us    INTEGER NOT NULL,          -- when it was first used here
  UNIQUE (kind, type, built_us)
);
CREATE TABLE asn (                       -- autonomous systems
  asn         INTEGER PRIMARY KEY,
  name        TEXT                       -- of the organisation; NULL: the file has none
);
CREATE TABLE addr (                      -- dictionary: each address once
  addr_id     INTEGER PRIMARY KEY,
  ip          BLOB NOT NULL UNIQUE CHECK (length(ip) IN (4,16)),
  text        TEXT NOT NULL,             -- canonical (RFC 5952)
  ptr         TEXT,                      -- host name by reverse DNS; NULL: none, or unknown
  annotated_us INTEGER,                  -- when that was looked up; NULL: never or no answer
  asn         INTEGER REFERENCES asn,    -- NULL: unknown
  asn_by      INTEGER REFERENCES mmdb,   -- which file said so; NULL: nobody asked
  country     TEXT,                      -- ISO 3166-1: 'DE'; NULL: unknown
  city        TEXT,                      -- its English name; NULL: unknown
  geo_by      INTEGER REFERENCES mmdb    -- as asn_by
);
CREATE INDEX addr_text ON addr (text);
CREATE INDEX addr_asn ON addr (asn) WHERE asn IS NOT NULL;
CREATE TABLE endpoint (                  -- who was probed or asked
  endpoint_id INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,             -- as it was given: name or address
  addr_id     INTEGER NOT NULL REFERENCES addr,
  declared_asn INTEGER,                  -- the newest that a list gave
  contact     TEXT,
  UNIQUE (name, addr_id)
);
CREATE TABLE path (                      -- distinct hop sequences, each once
  path_id     INTEGER PRIMARY KEY,
  hash        BLOB NOT NULL UNIQUE,      -- 16 bytes over TTLs and addresses
  length      INTEGER NOT NULL           -- the last TTL
);
CREATE TABLE path_hop (
  path_id     INTEGER NOT NULL REFERENCES path,
  ttl         INTEGER NOT NULL,
  addr_id     INTEGER REFERENCES addr,   -- NULL: silent
  PRIMARY KEY (path_id, ttl)
) WITHOUT ROWID;
CREATE INDEX path_hop_addr ON path_hop (addr_id);
CREATE TABLE as_path (                   -- distinct sequences of systems, each once
  as_path_id  INTEGER PRIMARY KEY,
  text        TEXT NOT NULL,             -- '64496 64499 64500'
  reversed    TEXT NOT NULL,             -- the same, last first
  length      INTEGER NOT NULL,          -- how many
  holes       INTEGER NOT NULL,          -- hops without one between two that differ
  UNIQUE (text, holes)
);
CREATE TABLE stop (                      -- why traces end
  stop        INTEGER PRIMARY KEY,       -- below 100: scamper's numbers
  name        TEXT NOT NULL UNIQUE
);
INSERT INTO stop VALUES (1, 'completed'), (2, 'unreachable'), (4, 'loop'), (5, 'gap limit'),
  (6, 'error'), (7, 'max TTL'), (9, 'interrupted'), (100, 'not supported'), (101, 'no answer'),
  (102, 'probe budget'), (103, 'not told');
CREATE TABLE trace (
  trace_id    INTEGER PRIMARY KEY,
  cycle_id    INTEGER NOT NULL REFERENCES cycle,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint,
  direction   INTEGER NOT NULL CHECK (direction IN (0,1)),  -- 0 forward 1 reverse
  mode        INTEGER NOT NULL,          -- 0 one path, 1 multipath (MDA)
  proto       INTEGER NOT NULL,          -- of the probes: 1, 6, 17, 58
  src_id      INTEGER NOT NULL REFERENCES addr,   -- where the probes start
  dst_id      INTEGER NOT NULL REFERENCES addr,   -- where they go
  sport       INTEGER,                   -- ports: NULL for ICMP
  dport       INTEGER,
  flow        INTEGER,                   -- one path: its flow
  started_us  INTEGER NOT NULL,
  ended_us    INTEGER NOT NULL,
  stop        INTEGER NOT NULL REFERENCES stop,
  stop_code   INTEGER NOT NULL DEFAULT 0, -- unreachable: type*256+code; error: status
  reached     INTEGER NOT NULL,          -- 0/1, by evidence
  path_len    INTEGER NOT NULL,          -- last TTL of the path; 0: none
  arrival_len INTEGER,                   -- reverse: length by a probe's remaining TTL
  sent        INTEGER NOT NULL,          -- probes: that many rows in hop
  lost        INTEGER NOT NULL,          -- of those up to path_len: neither answer nor arrival
  checks      INTEGER NOT NULL,          -- support checks and questions, not in sent
  check_rtt_ns INTEGER,                  -- NULL: unanswered
  eps         REAL,                      -- multipath: failure bound a branching point
  eps_trace   REAL,                      -- the same for the whole trace, where that was asked for
  per_packet  INTEGER,                   -- multipath: 1: a balancer ignores flows
  path_id     INTEGER REFERENCES path,   -- one path: what was seen
  pair_id     INTEGER,                   -- forward and reverse of one moment
  as_path_id  INTEGER REFERENCES as_path -- one path: its systems; NULL: none known
);
CREATE INDEX trace_endpoint ON trace (endpoint_id, direction, cycle_id);
CREATE INDEX trace_cycle ON trace (cycle_id);
CREATE INDEX trace_path ON trace (path_id);
CREATE INDEX trace_pair ON trace (pair_id, direction) WHERE pair_id IS NOT NULL;
CREATE TABLE hop (                       -- one row a probe
  trace_id    INTEGER NOT NULL REFERENCES trace,
  ttl         INTEGER NOT NULL,
  flow        INTEGER NOT NULL DEFAULT 0, -- multipath: the flow; one path: 0, see trace.flow
  try         INTEGER NOT NULL DEFAULT 0,
  addr_id     INTEGER REFERENCES addr,   -- NULL: no answer
  rtt_ns      INTEGER,                   -- as measured
  tx_us       INTEGER,                   -- after trace.started_us
  icmp        INTEGER,                   -- type*256+code; NULL: time exceeded (or no
                                         -- answer); 0: unknown, or no ICMP error
  reply_ttl   INTEGER,                   -- of the answer as it came in; forward only
  arrived     INTEGER NOT NULL,          -- 1: seen to come in at trace.dst_id (reverse)
  reply_tos   INTEGER,                   -- the same: DSCP and ECN
  quoted_ttl  INTEGER,                   -- of the probe, as an ICMP error quotes it
  PRIMARY KEY (trace_id, ttl, flow, try)
) WITHOUT ROWID;
CREATE TABLE ext (                       -- objects that answers carried (RFC 4884)
  trace_id    INTEGER NOT NULL REFERENCES trace,
  ttl         INTEGER NOT NULL,          -- the answer's row in hop
  flow        INTEGER NOT NULL,
  try         INTEGER NOT NULL,
  n           INTEGER NOT NULL,          -- 0, 1 ... as they came
  class       INTEGER NOT NULL,          -- 1: MPLS label stack (RFC 4950)
  type        INTEGER NOT NULL,
  data        BLOB NOT NULL,             -- MPLS: 4 bytes a label
  PRIMARY KEY (trace_id, ttl, flow, try, n)
) WITHOUT ROWID;
CREATE TABLE link (                      -- multipath: edges between hops
  trace_id    INTEGER NOT NULL REFERENCES trace,
  near_ttl    INTEGER NOT NULL,          -- 0: the source
  near_id     INTEGER NOT NULL,          -- addr_id; 0: unknown, the hop was silent
  far_id      INTEGER NOT NULL,          -- the same
  flows       INTEGER NOT NULL,          -- seen at both ends; 0: assumed
  PRIMARY KEY (trace_id, near_ttl, near_id, far_id)
) WITHOUT ROWID;
CREATE TABLE vertex (                    -- multipath: what the edges join
  trace_id    INTEGER NOT NULL REFERENCES trace,
  n           INTEGER NOT NULL,          -- 0: the source; they are in the order of TTL
  ttl         INTEGER NOT NULL,
  addr_id     INTEGER NOT NULL,          -- 0: unknown, the hop was silent
  is_end      INTEGER NOT NULL,          -- 1: flows end here
  PRIMARY KEY (trace_id, n)
) WITHOUT ROWID;
CREATE TABLE alias (                     -- addresses of one router, as it seems
  cycle_id    INTEGER NOT NULL REFERENCES cycle,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint,  -- by whose two-way trace
  set_id      INTEGER NOT NULL,          -- the router: 1, 2 ... of this endpoint
  addr_id     INTEGER NOT NULL REFERENCES addr,
  method      TEXT NOT NULL,             -- 'apar'
  rule        TEXT NOT NULL,             -- of the surest pair that it is in
  score       INTEGER NOT NULL,          -- the same: 1 to 99, the surest
  support     INTEGER NOT NULL,          -- the same: how often it was seen
  PRIMARY KEY (cycle_id, endpoint_id, set_id, addr_id)
) WITHOUT ROWID;
CREATE INDEX alias_addr ON alias (addr_id);
CREATE TABLE alias_pair (                -- what made the sets
  cycle_id    INTEGER NOT NULL REFERENCES cycle,
  endpoint_id INTEGER NOT NULL REFERENCES endpoint,
  set_id      INTEGER NOT NULL,
  a_id        INTEGER NOT NULL REFERENCES addr,
  b_id        INTEGER NOT NULL REFERENCES addr,
  rule        TEXT NOT NULL,             -- docs/aliases.md
  score       INTEGER NOT NULL,
  support     INTEGER NOT NULL,          -- pairs of 3-hop segments
  subnet      TEXT NOT NULL,             -- '192.0.2.0/30': on one side of the router
  seen        INTEGER NOT NULL,          -- of its addresses
  usable      INTEGER NOT NULL,
  PRIMARY KEY (cycle_id, endpoint_id, set_id, a_id, b_id)
) WITHOUT ROWID;
CREATE TABLE upload (                    -- the outbox: documents for a collector
  upload_id   INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE,      -- a uuid, the same in every attempt
  trace_id    INTEGER NOT NULL REFERENCES trace,  -- of two directions, what ended last
  collector   TEXT NOT NULL,             -- the URL that the user agreed to
  consented_us INTEGER NOT NULL,         -- and when
  state       TEXT NOT NULL DEFAULT 'queued'
              CHECK (state IN ('queued','sent','rejected','given up')),
  queued_us   INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  tried_us    INTEGER,                   -- when the last attempt ended; NULL: none was made
  status      INTEGER,                   -- its HTTP status; NULL: no answer
  reason      TEXT,                      -- why it was in vain; NULL: it was not
  bytes       INTEGER NOT NULL,          -- length of the document
  body        BLOB                       -- the document as gzip; NULL once it was sent
);
CREATE INDEX upload_queue ON upload (attempts, upload_id) WHERE state = 'queued';
CREATE TABLE received (                  -- the inbox: what a collector was sent
  received_id INTEGER PRIMARY KEY,
  sender      TEXT NOT NULL,             -- the account
  key         TEXT NOT NULL,             -- its Idempotency-Key; 'hash:...' where it sent none
  received_us INTEGER NOT NULL,
  forward_id  INTEGER REFERENCES trace,  -- what became of it; NULL: it has no such direction
  reverse_id  INTEGER REFERENCES trace,
  unplaced    INTEGER NOT NULL,          -- vertices that no way leads to: in no other table
  hash        BLOB NOT NULL,             -- 16 bytes over the document
  bytes       INTEGER NOT NULL,          -- length of the document
  body        BLOB NOT NULL,             -- the document as gzip
  UNIQUE (sender, key)
);
CREATE INDEX received_forward ON received (forward_id) WHERE forward_id IS NOT NULL;
CREATE INDEX received_reverse ON received (reverse_id) WHERE reverse_id IS NOT NULL;
