# Three tiers, all in TAP: `make check` needs nothing, `make check-bpf` needs
# CAP_BPF, `make check-lab` needs root.  REQUIRE_ALL=1 turns skips into failures.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; export srcdir; \
	ASAN_OPTIONS=abort_on_error=1:detect_leaks=0; export ASAN_OPTIONS; \
	UBSAN_OPTIONS=print_stacktrace=1; export UBSAN_OPTIONS;
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh --merge
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/run-tap.sh
EXTRA_DIST += tests/run-tap.sh tests/pcaps

if HAVE_CRITERION
noinst_LIBRARIES += libtestsupport.a
libtestsupport_a_SOURCES = \
	tests/support/build.c tests/support/build.h \
	tests/support/packets.c tests/support/packets.h
libtestsupport_a_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(LIBPCAP_CFLAGS)
TEST_LIBS = libtestsupport.a $(BASE_LIBS) $(CRITERION_LIBS) $(LIBPCAP_LIBS)

if ENABLE_SERVER
BPF_TESTS = tests/bpf/test_golden_server tests/bpf/test_server
noinst_LIBRARIES += libharness.a
libharness_a_SOURCES = tests/bpf/harness.c tests/bpf/harness.h
libharness_a_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(LIBBPF_CFLAGS)
tests/bpf/libharness_a-harness.$(OBJEXT): server-bpf/revtr.skel.h
BPF_TEST_LIBS = libharness.a $(TEST_LIBS) $(SERVER_LIBS)

tests_bpf_test_golden_server_SOURCES = tests/bpf/test_golden_server.c
tests_bpf_test_golden_server_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_server_SOURCES = tests/bpf/test_server.c
tests_bpf_test_server_LDADD = $(BPF_TEST_LIBS)
endif
endif

check_PROGRAMS += $(BPF_TESTS)
TESTS += $(BPF_TESTS)
