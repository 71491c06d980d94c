# output/
unit_tests += \
	tests/unit/test_alias \
	tests/unit/test_alias_doubt \
	tests/unit/test_alias_many \
	tests/unit/test_alias_sinks \
	tests/unit/test_dot \
	tests/unit/test_fanout \
	tests/unit/test_fnv \
	tests/unit/test_graph \
	tests/unit/test_gzip \
	tests/unit/test_id_cache \
	tests/unit/test_ledger \
	tests/unit/test_jsonl \
	tests/unit/test_inbox \
	tests/unit/test_names \
	tests/unit/test_outbox \
	tests/unit/test_page \
	tests/unit/test_pairs \
	tests/unit/test_picture \
	tests/unit/test_reader \
	tests/unit/test_record \
	tests/unit/test_record_copy \
	tests/unit/test_render \
	tests/unit/test_sqlite \
	tests/unit/test_sqlite_file \
	tests/unit/test_sqlite_links \
	tests/unit/test_sqlite_names \
	tests/unit/test_sqlite_outbox \
	tests/unit/test_study \
	tests/unit/test_study_document \
	tests/unit/test_study_memory \
	tests/unit/test_study_names \
	tests/unit/test_study_read \
	tests/unit/test_study_redact \
	tests/unit/test_study_settings \
	tests/unit/test_study_sink \
	tests/unit/test_text \
	tests/unit/test_text_graph \
	tests/unit/test_text_pair \
	tests/unit/test_text_probes \
	tests/unit/test_utf8 \
	tests/unit/test_warts \
	tests/unit/test_whole_file
if WITH_MAXMINDDB
unit_tests += tests/unit/test_annotate tests/unit/test_asn tests/unit/test_asn_sinks tests/unit/test_geo
endif
OUTPUT_TEST_LIBS = $(OUTPUT_LIBS) $(TEST_LIBS)
test_records = tests/unit/records.c tests/unit/records.h
test_diamonds = tests/unit/diamonds.c tests/unit/diamonds.h
test_folder = tests/unit/folder.c tests/unit/folder.h
test_results = tests/unit/results.c tests/unit/results.h $(test_records)
test_study = tests/unit/study_checks.c tests/unit/study_checks.h \
	tests/unit/study_drafts.c tests/unit/study_drafts.h $(test_records)
EXTRA_DIST += tests/study
test_queued = tests/unit/queued.c tests/unit/queued.h \
	tests/unit/results.c tests/unit/results.h $(test_study)
test_printed = tests/unit/printed.c tests/unit/printed.h $(test_records)
test_flows = tests/unit/flows.c tests/unit/flows.h $(test_records)
test_alias = tests/unit/alias_checks.c tests/unit/alias_checks.h $(test_flows)
tests_unit_test_alias_SOURCES = tests/unit/test_alias.c $(test_alias)
tests_unit_test_alias_doubt_SOURCES = tests/unit/test_alias_doubt.c $(test_alias)
tests_unit_test_alias_doubt_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_alias_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_alias_many_SOURCES = tests/unit/test_alias_many.c $(test_flows)
tests_unit_test_alias_many_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_alias_sinks_SOURCES = tests/unit/test_alias_sinks.c tests/unit/flows.c \
	tests/unit/flows.h $(test_results)
tests_unit_test_alias_sinks_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_asn_SOURCES = tests/unit/test_asn.c $(test_folder) $(test_records)
tests_unit_test_asn_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_asn_sinks_SOURCES = tests/unit/test_asn_sinks.c $(test_diamonds) $(test_flows) \
	$(test_folder)
tests_unit_test_asn_sinks_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_annotate_SOURCES = tests/unit/test_annotate.c $(test_results)
tests_unit_test_annotate_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_geo_SOURCES = tests/unit/test_geo.c $(test_records)
tests_unit_test_geo_LDADD = $(OUTPUT_TEST_LIBS)
EXTRA_DIST += tests/asn
tests_unit_test_dot_SOURCES = tests/unit/test_dot.c $(test_records) $(test_diamonds)
tests_unit_test_dot_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_fanout_SOURCES = tests/unit/test_fanout.c $(test_records)
tests_unit_test_fanout_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_graph_SOURCES = tests/unit/test_graph.c $(test_records) \
	$(test_diamonds)
tests_unit_test_graph_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_fnv_SOURCES = tests/unit/test_fnv.c
tests_unit_test_fnv_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_id_cache_SOURCES = tests/unit/test_id_cache.c
tests_unit_test_id_cache_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_jsonl_SOURCES = tests/unit/test_jsonl.c $(test_records) $(test_diamonds)
tests_unit_test_jsonl_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_jsonl_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_inbox_SOURCES = tests/unit/test_inbox.c tests/unit/results.c \
	tests/unit/results.h $(test_study)
tests_unit_test_inbox_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_names_SOURCES = tests/unit/test_names.c $(test_records)
tests_unit_test_names_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_picture_SOURCES = tests/unit/test_picture.c $(test_records) \
	$(test_diamonds) $(test_folder)
tests_unit_test_picture_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_render_SOURCES = tests/unit/test_render.c $(test_folder)
tests_unit_test_render_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c $(test_results) $(test_diamonds)
tests_unit_test_reader_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_record_SOURCES = tests/unit/test_record.c
tests_unit_test_record_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_record_copy_SOURCES = tests/unit/test_record_copy.c $(test_records)
tests_unit_test_record_copy_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c $(test_results)
tests_unit_test_ledger_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_sqlite_SOURCES = tests/unit/test_sqlite.c $(test_results)
tests_unit_test_sqlite_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_sqlite_file_SOURCES = tests/unit/test_sqlite_file.c $(test_results)
tests_unit_test_sqlite_file_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_sqlite_links_SOURCES = tests/unit/test_sqlite_links.c $(test_results) \
	$(test_diamonds)
tests_unit_test_sqlite_links_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_sqlite_names_SOURCES = tests/unit/test_sqlite_names.c $(test_results)
tests_unit_test_sqlite_names_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_SOURCES = tests/unit/test_study.c $(test_study)
tests_unit_test_study_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_document_SOURCES = tests/unit/test_study_document.c $(test_study)
tests_unit_test_study_document_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_document_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_memory_SOURCES = tests/unit/test_study_memory.c $(test_study)
tests_unit_test_study_memory_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_memory_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_names_SOURCES = tests/unit/test_study_names.c $(test_study)
tests_unit_test_study_names_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_names_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_read_SOURCES = tests/unit/test_study_read.c tests/unit/malformed.c \
	tests/unit/malformed.h $(test_study)
tests_unit_test_study_read_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_redact_SOURCES = tests/unit/test_study_redact.c $(test_study)
tests_unit_test_study_redact_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_redact_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_settings_SOURCES = tests/unit/test_study_settings.c $(test_study)
tests_unit_test_study_settings_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_settings_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_study_sink_SOURCES = tests/unit/test_study_sink.c $(test_folder) $(test_study)
tests_unit_test_study_sink_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_study_sink_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c $(test_printed)
tests_unit_test_text_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_text_pair_SOURCES = tests/unit/test_text_pair.c $(test_printed)
tests_unit_test_text_pair_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_text_probes_SOURCES = tests/unit/test_text_probes.c $(test_folder) $(test_records)
tests_unit_test_text_probes_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_text_graph_SOURCES = tests/unit/test_text_graph.c $(test_printed) \
	$(test_diamonds)
tests_unit_test_text_graph_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_utf8_SOURCES = tests/unit/test_utf8.c
tests_unit_test_utf8_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_utf8_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_warts_SOURCES = tests/unit/test_warts.c $(test_records) $(test_diamonds)
tests_unit_test_warts_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_whole_file_SOURCES = tests/unit/test_whole_file.c $(test_folder)
tests_unit_test_whole_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=write
tests_unit_test_whole_file_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_page_SOURCES = tests/unit/test_page.c
tests_unit_test_page_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_page_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_pairs_SOURCES = tests/unit/test_pairs.c
tests_unit_test_pairs_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_gzip_SOURCES = tests/unit/test_gzip.c
tests_unit_test_gzip_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_outbox_SOURCES = tests/unit/test_outbox.c $(test_queued)
tests_unit_test_outbox_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_outbox_LDADD = $(OUTPUT_TEST_LIBS)
tests_unit_test_sqlite_outbox_SOURCES = tests/unit/test_sqlite_outbox.c $(test_queued)
tests_unit_test_sqlite_outbox_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_sqlite_outbox_LDADD = $(OUTPUT_TEST_LIBS)
