# Tiers, all in TAP: `make check` needs nothing, `make check-statistics` minutes,
# `make check-bpf` needs CAP_BPF, `make check-lab` root.  REQUIRE_ALL=1 turns skips into failures.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; \
	top_builddir='$(abs_top_builddir)'; export top_builddir; \
	ASAN_OPTIONS=abort_on_error=1:detect_leaks=0; export ASAN_OPTIONS; \
	UBSAN_OPTIONS=print_stacktrace=1; export UBSAN_OPTIONS;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh --merge
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/run-tap.sh
TEST_EXTENSIONS = .sh .py
SH_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_COMPILER = $(LOG_COMPILER)
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = $(LOG_COMPILER)
EXTRA_DIST += tests/run-tap.sh tests/pcaps

if HAVE_CRITERION
noinst_LIBRARIES += libtestsupport.a
libtestsupport_a_SOURCES = \
	tests/support/build.c tests/support/build.h \
	tests/support/input.c tests/support/input.h \
	tests/support/packets.c tests/support/packets.h \
	tests/support/random.h
libtestsupport_a_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(LIBPCAP_CFLAGS)
TEST_LIBS = libtestsupport.a $(BASE_LIBS) $(CRITERION_LIBS) $(LIBPCAP_LIBS)
endif

include tests/unit/local.mk
include tests/statistics/local.mk
include tests/fuzz/local.mk
include tests/bpf/local.mk
include tests/netsim/local.mk
include tests/lab/local.mk
include tests/bench/local.mk
include tests/analysis/local.mk

unit_scripts += tests/check-man.sh tests/check-completion.sh
EXTRA_DIST += tests/check-man.sh tests/check-completion.sh tests/check-hardening.sh
if ENABLE_HARDENING
unit_scripts += tests/check-hardening.sh
endif

# Automake makes rules for every test named here; which of them run is the tier.
check_PROGRAMS += $(unit_tests) $(statistics_tests) $(fuzz_tests) $(bpf_tests)
TESTS += $(unit_tests) $(unit_scripts) $(statistics_tests) $(fuzz_tests) $(bpf_tests) $(lab_tests)
tier_tests = $(unit_tests) $(unit_scripts) $(statistics_tests) $(fuzz_tests)
AM_MAKEFLAGS = TESTS='$(tier_tests)'

check-bpf:
	$(MAKE) check tier_tests='$(bpf_tests)'

check-statistics:
	STATISTICS=full $(MAKE) check tier_tests='$(statistics_tests)'

check-lab:
	$(MAKE) check tier_tests='$(lab_tests)'

.PHONY: check-bpf check-statistics check-lab
