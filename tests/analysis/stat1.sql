-- Statistics of a database with 10.7 million rows of hop (make_world with 1000 endpoints,
-- 140 cycles and 10 balanced ones), for test_questions.py.
INSERT INTO sqlite_stat1 VALUES ('addr', 'addr_asn', '1017 36');
INSERT INTO sqlite_stat1 VALUES ('addr', 'addr_text', '1092 1');
INSERT INTO sqlite_stat1 VALUES ('addr', 'sqlite_autoindex_addr_1', '993 1');
INSERT INTO sqlite_stat1 VALUES ('as_path', 'sqlite_autoindex_as_path_1', '412 2 1');
INSERT INTO sqlite_stat1 VALUES ('asn', NULL, '31');
INSERT INTO sqlite_stat1 VALUES ('cycle', 'sqlite_autoindex_cycle_1', '150 75 1');
INSERT INTO sqlite_stat1 VALUES ('endpoint', 'sqlite_autoindex_endpoint_1', '1000 1 1');
INSERT INTO sqlite_stat1 VALUES ('hop', 'hop', '7629336 84 9 1 1');
INSERT INTO sqlite_stat1 VALUES ('link', 'link', '264810 16 2 2 1');
INSERT INTO sqlite_stat1 VALUES ('mmdb', 'sqlite_autoindex_mmdb_1', '2 1 1 1');
INSERT INTO sqlite_stat1 VALUES ('path', 'sqlite_autoindex_path_1', '2400 1');
INSERT INTO sqlite_stat1 VALUES ('path_hop', 'path_hop', '30504 11 1');
INSERT INTO sqlite_stat1 VALUES ('path_hop', 'path_hop_addr', '31520 501');
INSERT INTO sqlite_stat1 VALUES ('run', 'sqlite_autoindex_run_1', '150 1');
INSERT INTO sqlite_stat1 VALUES ('stop', 'sqlite_autoindex_stop_1', '10 1');
INSERT INTO sqlite_stat1 VALUES ('trace', 'trace_cycle', '269120 1001');
INSERT INTO sqlite_stat1 VALUES ('trace', 'trace_endpoint', '345600 251 143 1');
INSERT INTO sqlite_stat1 VALUES ('trace', 'trace_pair', '329760 2 1');
INSERT INTO sqlite_stat1 VALUES ('trace', 'trace_path', '375840 667');
