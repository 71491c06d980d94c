# prober/campaign, as far as it runs without a loop and a network.
unit_tests += tests/unit/test_namer
tests_unit_test_namer_SOURCES = tests/unit/test_namer.c \
	prober/campaign/namer.c prober/campaign/namer.h \
	tests/unit/records.c tests/unit/records.h
tests_unit_test_namer_LDADD = $(OUTPUT_TEST_LIBS)
unit_tests += tests/unit/test_progress
tests_unit_test_progress_SOURCES = tests/unit/test_progress.c \
	prober/campaign/progress.c prober/campaign/progress.h
tests_unit_test_progress_LDADD = $(TEST_LIBS)
unit_tests += tests/unit/test_halt
tests_unit_test_halt_SOURCES = tests/unit/test_halt.c \
	prober/campaign/halt.c prober/campaign/halt.h
tests_unit_test_halt_LDADD = $(TEST_LIBS)
