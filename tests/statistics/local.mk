# Failure rates and costs of the multipath algorithm: a tenth in `make check`, all of
# it in `make check-statistics`.  SEED=random for other runs than the last time.
statistics_tests =
if HAVE_CRITERION
statistics_tests += tests/statistics/test_mda_rates
tests_statistics_test_mda_rates_SOURCES = tests/statistics/test_mda_rates.c \
	tests/statistics/share_rule.c tests/statistics/share_rule.h
tests_statistics_test_mda_rates_LDADD = $(ENGINE_TEST_LIBS)
endif
