# output/
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
