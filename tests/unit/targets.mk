# targets/
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
