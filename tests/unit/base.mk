# wire, base, prober/probe, prober/net and the engine's tables.
unit_tests += \
	tests/unit/test_addr \
	tests/unit/test_addr_text \
	tests/unit/test_be \
	tests/unit/test_blocks \
	tests/unit/test_capture_filter \
	tests/unit/test_checksum \
	tests/unit/test_clock \
	tests/unit/test_craft \
	tests/unit/test_cursor \
	tests/unit/test_golden \
	tests/unit/test_heap \
	tests/unit/test_identity \
	tests/unit/test_inflight \
	tests/unit/test_line \
	tests/unit/test_listen_address \
	tests/unit/test_log \
	tests/unit/test_option \
	tests/unit/test_option_file \
	tests/unit/test_pace \
	tests/unit/test_parse \
	tests/unit/test_parse_damage \
	tests/unit/test_parse_objects \
	tests/unit/test_parse_foreign \
	tests/unit/test_pool \
	tests/unit/test_prefix_set \
	tests/unit/test_privilege \
	tests/unit/test_siphash \
	tests/unit/test_streams
reply_samples = tests/support/replies.c tests/support/replies.h
tests_unit_test_addr_SOURCES = tests/unit/test_addr.c
tests_unit_test_addr_LDADD = $(TEST_LIBS)
tests_unit_test_addr_text_SOURCES = tests/unit/test_addr_text.c
tests_unit_test_addr_text_LDADD = $(TEST_LIBS)
tests_unit_test_be_SOURCES = tests/unit/test_be.c
tests_unit_test_be_LDADD = $(TEST_LIBS)
tests_unit_test_capture_filter_SOURCES = tests/unit/test_capture_filter.c $(reply_samples)
tests_unit_test_capture_filter_LDADD = $(NET_LIBS) $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_siphash_SOURCES = tests/unit/test_siphash.c
tests_unit_test_siphash_LDADD = $(TEST_LIBS)
tests_unit_test_checksum_SOURCES = tests/unit/test_checksum.c
tests_unit_test_checksum_LDADD = $(TEST_LIBS)
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c
tests_unit_test_clock_LDADD = $(TEST_LIBS)
tests_unit_test_cursor_SOURCES = tests/unit/test_cursor.c
tests_unit_test_cursor_LDADD = $(TEST_LIBS)
tests_unit_test_heap_SOURCES = tests/unit/test_heap.c
tests_unit_test_heap_LDADD = $(TEST_LIBS)
tests_unit_test_line_SOURCES = tests/unit/test_line.c
tests_unit_test_line_LDADD = $(TEST_LIBS)
tests_unit_test_listen_address_SOURCES = tests/unit/test_listen_address.c
tests_unit_test_listen_address_LDADD = $(TEST_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_LDADD = $(TEST_LIBS)
tests_unit_test_option_SOURCES = tests/unit/test_option.c
tests_unit_test_option_LDADD = $(TEST_LIBS)
tests_unit_test_option_file_SOURCES = tests/unit/test_option_file.c tests/unit/folder.c tests/unit/folder.h
tests_unit_test_option_file_LDADD = $(TEST_LIBS)
tests_unit_test_pace_SOURCES = tests/unit/test_pace.c
tests_unit_test_pace_LDADD = $(TEST_LIBS)
tests_unit_test_pool_SOURCES = tests/unit/test_pool.c
tests_unit_test_pool_LDADD = $(TEST_LIBS)
tests_unit_test_streams_SOURCES = tests/unit/test_streams.c
tests_unit_test_streams_LDADD = $(TEST_LIBS)
tests_unit_test_prefix_set_SOURCES = tests/unit/test_prefix_set.c \
	tests/unit/folder.c tests/unit/folder.h
tests_unit_test_prefix_set_LDADD = $(TEST_LIBS)
tests_unit_test_privilege_SOURCES = tests/unit/test_privilege.c
tests_unit_test_privilege_LDADD = $(TEST_LIBS)

tests_unit_test_craft_SOURCES = tests/unit/test_craft.c
tests_unit_test_craft_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_golden_SOURCES = tests/unit/test_golden.c \
	tests/support/dissect.c tests/support/dissect.h
tests_unit_test_golden_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c
tests_unit_test_identity_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_blocks_SOURCES = tests/unit/test_blocks.c \
	prober/engine/blocks.c prober/engine/blocks.h
tests_unit_test_blocks_LDADD = $(TEST_LIBS)
tests_unit_test_inflight_SOURCES = tests/unit/test_inflight.c \
	prober/engine/inflight.c prober/engine/inflight.h
tests_unit_test_inflight_LDADD = $(TEST_LIBS)
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c $(reply_samples)
tests_unit_test_parse_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_parse_objects_SOURCES = tests/unit/test_parse_objects.c $(reply_samples)
tests_unit_test_parse_objects_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_parse_damage_SOURCES = tests/unit/test_parse_damage.c $(reply_samples)
tests_unit_test_parse_damage_LDADD = $(PROBE_LIBS) $(TEST_LIBS)
tests_unit_test_parse_foreign_SOURCES = tests/unit/test_parse_foreign.c $(reply_samples)
tests_unit_test_parse_foreign_LDADD = $(PROBE_LIBS) $(TEST_LIBS)

unit_tests += tests/unit/test_prober_options tests/unit/test_stored_options
tests_unit_test_stored_options_SOURCES = tests/unit/test_stored_options.c
tests_unit_test_stored_options_LDADD = libprober.a $(PROBE_LIBS) $(OUTPUT_LIBS) $(TEST_LIBS)
tests_unit_test_prober_options_SOURCES = tests/unit/test_prober_options.c
tests_unit_test_prober_options_LDADD = libprober.a $(PROBE_LIBS) $(OUTPUT_LIBS) $(TEST_LIBS)

if ENABLE_SERVER
unit_tests += tests/unit/test_event_text \
	tests/unit/test_notify tests/unit/test_rate tests/unit/test_server_options
tests_unit_test_event_text_SOURCES = tests/unit/test_event_text.c
tests_unit_test_event_text_LDADD = $(SERVER_LIBS) $(TEST_LIBS)
tests_unit_test_notify_SOURCES = tests/unit/test_notify.c $(test_folder)
tests_unit_test_notify_LDADD = $(SERVER_LIBS) $(TEST_LIBS)
tests_unit_test_rate_SOURCES = tests/unit/test_rate.c
tests_unit_test_rate_LDADD = $(SERVER_LIBS) $(TEST_LIBS)
tests_unit_test_server_options_SOURCES = tests/unit/test_server_options.c
tests_unit_test_server_options_LDADD = $(SERVER_LIBS) $(TEST_LIBS)
endif
