# prober/transmit, as far as it runs without a loop and a network.
unit_tests += \
	tests/unit/test_auth \
	tests/unit/test_backoff \
	tests/unit/test_collector \
	tests/unit/test_reason \
	tests/unit/test_spool \
	tests/unit/test_verdict
TRANSMIT_TEST_LIBS = $(TRANSMIT_LIBS) $(TEST_LIBS)
tests_unit_test_auth_SOURCES = tests/unit/test_auth.c $(test_folder)
tests_unit_test_auth_LDADD = $(TRANSMIT_TEST_LIBS)
tests_unit_test_backoff_SOURCES = tests/unit/test_backoff.c
tests_unit_test_backoff_LDADD = $(TRANSMIT_TEST_LIBS)
tests_unit_test_collector_SOURCES = tests/unit/test_collector.c
tests_unit_test_collector_LDADD = $(TRANSMIT_TEST_LIBS)
tests_unit_test_reason_SOURCES = tests/unit/test_reason.c
tests_unit_test_reason_LDADD = $(TRANSMIT_TEST_LIBS)
tests_unit_test_spool_SOURCES = tests/unit/test_spool.c $(test_folder)
tests_unit_test_spool_LDADD = $(TRANSMIT_TEST_LIBS)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c
tests_unit_test_verdict_LDADD = $(TRANSMIT_TEST_LIBS)
