# One program a module: tests/unit/test_MODULE.c.  Each links its own floor and
# those below, so that a call upwards fails here.
unit_scripts = tests/check-layers.sh
EXTRA_DIST += $(unit_scripts)
unit_tests =
if HAVE_CRITERION
# wire, base, prober/probe, prober/net and the engine's tables.
unit_tests += tests/unit/test_addr tests/unit/test_addr_text tests/unit/test_be \
	tests/unit/test_checksum tests/unit/test_clock tests/unit/test_cursor \
	tests/unit/test_heap tests/unit/test_log tests/unit/test_option tests/unit/test_pace \
	tests/unit/test_pool
unit_tests += tests/unit/test_capture_filter tests/unit/test_craft tests/unit/test_golden \
	tests/unit/test_host tests/unit/test_identity tests/unit/test_inflight \
	tests/unit/test_parse tests/unit/test_parse_damage tests/unit/test_parse_foreign
reply_samples = tests/support/replies.c tests/support/replies.h
tests_unit_test_addr_SOURCES = tests/unit/test_addr.c
tests_unit_test_addr_LDADD = $(TEST_LIBS)
tests_unit_test_addr_text_SOURCES = tests/unit/test_addr_text.c
tests_unit_test_addr_text_LDADD = $(TEST_LIBS)
tests_unit_test_be_SOURCES = tests/unit/test_be.c
tests_unit_test_be_LDADD = $(TEST_LIBS)
tests_unit_test_capture_filter_SOURCES = tests/unit/test_capture_filter.c $(reply_samples)
tests_unit_test_capture_filter_LDADD = $(NET_LIBS) $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_checksum_SOURCES = tests/unit/test_checksum.c
tests_unit_test_checksum_LDADD = $(TEST_LIBS)
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c
tests_unit_test_clock_LDADD = $(TEST_LIBS)
tests_unit_test_cursor_SOURCES = tests/unit/test_cursor.c
tests_unit_test_cursor_LDADD = $(TEST_LIBS)
tests_unit_test_heap_SOURCES = tests/unit/test_heap.c
tests_unit_test_heap_LDADD = $(TEST_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_LDADD = $(TEST_LIBS)
tests_unit_test_option_SOURCES = tests/unit/test_option.c
tests_unit_test_option_LDADD = $(TEST_LIBS)
tests_unit_test_pace_SOURCES = tests/unit/test_pace.c
tests_unit_test_pace_LDADD = $(TEST_LIBS)
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c
tests_unit_test_pool_LDADD = $(TEST_LIBS)

tests_unit_test_craft_SOURCES = tests/unit/test_craft.c
tests_unit_test_craft_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_golden_SOURCES = tests/unit/test_golden.c \
	tests/support/dissect.c tests/support/dissect.h
tests_unit_test_golden_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_host_SOURCES = tests/unit/test_host.c prober/engine/host.c prober/engine/host.h
tests_unit_test_host_LDADD = $(TEST_LIBS)
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c
tests_unit_test_identity_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_inflight_SOURCES = tests/unit/test_inflight.c \
	prober/engine/inflight.c prober/engine/inflight.h
tests_unit_test_inflight_LDADD = $(TEST_LIBS)
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c $(reply_samples)
tests_unit_test_parse_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_parse_damage_SOURCES = tests/unit/test_parse_damage.c $(reply_samples)
tests_unit_test_parse_damage_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_parse_foreign_SOURCES = tests/unit/test_parse_foreign.c $(reply_samples)
tests_unit_test_parse_foreign_LDADD = $(PROBE_LIBS) $(TEST_LIBS)

if ENABLE_SERVER
unit_tests += tests/unit/test_server_options
tests_unit_test_server_options_SOURCES = tests/unit/test_server_options.c
tests_unit_test_server_options_LDADD = $(SERVER_LIBS) $(TEST_LIBS)
endif

if HAVE_CRITERION
unit_tests += \
	tests/unit/test_prefix \
	tests/unit/test_target
TARGETS_TEST_LIBS = $(TARGETS_LIBS) $(TEST_LIBS)
tests_unit_test_prefix_SOURCES = tests/unit/test_prefix.c
tests_unit_test_prefix_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_target_SOURCES = tests/unit/test_target.c
tests_unit_test_target_LDADD = $(TARGETS_TEST_LIBS)
endif


if HAVE_CRITERION
unit_tests += \
	tests/unit/test_endpoints \
	tests/unit/test_line \
	tests/unit/test_prefix \
	tests/unit/test_sources \
	tests/unit/test_target
TARGETS_TEST_LIBS = $(TARGETS_LIBS) $(TEST_LIBS)
tests_unit_test_endpoints_SOURCES = \
	tests/unit/test_endpoints.c \
	tests/unit/transcript.c tests/unit/transcript.h
tests_unit_test_endpoints_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_line_SOURCES = tests/unit/test_line.c
tests_unit_test_line_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_prefix_SOURCES = tests/unit/test_prefix.c
tests_unit_test_prefix_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_sources_SOURCES = \
	tests/unit/test_sources.c \
	tests/unit/transcript.c tests/unit/transcript.h
tests_unit_test_sources_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_target_SOURCES = tests/unit/test_target.c
tests_unit_test_target_LDADD = $(TARGETS_TEST_LIBS)
endif


if HAVE_CRITERION
unit_tests += tests/unit/test_fanout tests/unit/test_id_cache tests/unit/test_record \
	tests/unit/test_sqlite tests/unit/test_text
OUTPUT_TEST_LIBS = $(OUTPUT_LIBS) $(TEST_LIBS)
tests_unit_test_fanout_SOURCES = tests/unit/test_fanout.c tests/unit/records.c tests/unit/records.h
tests_unit_test_fanout_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_id_cache_SOURCES = tests/unit/test_id_cache.c
tests_unit_test_id_cache_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_sqlite_SOURCES = tests/unit/test_sqlite.c tests/unit/records.c tests/unit/records.h
tests_unit_test_sqlite_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/records.c tests/unit/records.h
tests_unit_test_text_LDADD = $(OUTPUT_TEST_LIBS)
endif
endif


if HAVE_CRITERION
# The engine, and the simulated network that it is tried in.
noinst_LIBRARIES += libfakenetwork.a
libfakenetwork_a_SOURCES = \
	tests/support/fake_network.c tests/support/fake_network.h \
	tests/support/fake_packet.c tests/support/fake_packet.h \
	tests/support/fake_reply.c \
	tests/support/fake_trace.c tests/support/fake_trace.h \
	tests/support/fake_travel.c tests/support/fake_travel.h \
	tests/support/fake_world.c tests/support/fake_world.h
libfakenetwork_a_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
ENGINE_TEST_LIBS = libfakenetwork.a $(ENGINE_LIBS) $(TEST_LIBS)

unit_tests += tests/unit/test_end tests/unit/test_host tests/unit/test_path
tests_unit_test_end_SOURCES = tests/unit/test_end.c
tests_unit_test_end_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_host_SOURCES = tests/unit/test_host.c
tests_unit_test_host_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_path_SOURCES = tests/unit/test_path.c
tests_unit_test_path_LDADD = $(ENGINE_TEST_LIBS)
endif
