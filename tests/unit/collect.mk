# prober/collect, as far as it runs without a loop and a network.
unit_tests += \
	tests/unit/test_account \
	tests/unit/test_upload
COLLECT_TEST_LIBS = $(COLLECT_LIBS) $(TEST_LIBS)
tests_unit_test_account_SOURCES = tests/unit/test_account.c $(test_folder)
tests_unit_test_account_LDADD = $(COLLECT_TEST_LIBS)
tests_unit_test_upload_SOURCES = tests/unit/test_upload.c $(test_study)
tests_unit_test_upload_LDADD = $(COLLECT_TEST_LIBS)
unit_tests += tests/unit/test_collect_options
tests_unit_test_collect_options_SOURCES = tests/unit/test_collect_options.c
tests_unit_test_collect_options_LDADD = libprober.a $(COLLECT_LIBS) $(TEST_LIBS)
