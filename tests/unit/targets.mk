# targets/
unit_tests += \
	tests/unit/test_choice \
	tests/unit/test_endpoints \
	tests/unit/test_order \
	tests/unit/test_permutation \
	tests/unit/test_shard \
	tests/unit/test_sources \
	tests/unit/test_target
TARGETS_TEST_LIBS = $(TARGETS_LIBS) $(TEST_LIBS)
tests_unit_test_choice_SOURCES = \
	tests/unit/folder.c tests/unit/folder.h \
	tests/unit/test_choice.c
tests_unit_test_choice_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_endpoints_SOURCES = \
	tests/unit/test_endpoints.c \
	tests/unit/transcript.c tests/unit/transcript.h
tests_unit_test_endpoints_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_order_SOURCES = \
	tests/unit/test_order.c \
	tests/unit/transcript.c tests/unit/transcript.h
tests_unit_test_order_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_permutation_SOURCES = tests/unit/test_permutation.c
tests_unit_test_permutation_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_shard_SOURCES = tests/unit/test_shard.c
tests_unit_test_shard_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_sources_SOURCES = \
	tests/unit/test_sources.c \
	tests/unit/transcript.c tests/unit/transcript.h
tests_unit_test_sources_LDADD = $(TARGETS_TEST_LIBS)
tests_unit_test_target_SOURCES = tests/unit/test_target.c
tests_unit_test_target_LDADD = $(TARGETS_TEST_LIBS)
