if HAVE_CRITERION
if ENABLE_SERVER
bpf_tests = \
	tests/bpf/test_access \
	tests/bpf/test_event \
	tests/bpf/test_features \
	tests/bpf/test_foreign \
	tests/bpf/test_frames \
	tests/bpf/test_fuzz \
	tests/bpf/test_golden_server \
	tests/bpf/test_identifiers \
	tests/bpf/test_indirect \
	tests/bpf/test_limit \
	tests/bpf/test_race \
	tests/bpf/test_server \
	tests/bpf/test_unwritable
noinst_LIBRARIES += libharness.a
libharness_a_SOURCES = tests/bpf/harness.c tests/bpf/harness.h
libharness_a_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(LIBBPF_CFLAGS)
tests/bpf/libharness_a-harness.$(OBJEXT): server-bpf/revtr.skel.h
BPF_TEST_LIBS = libharness.a $(TEST_LIBS) $(SERVER_LIBS)

tests_bpf_test_access_SOURCES = tests/bpf/test_access.c $(test_folder)
tests_bpf_test_access_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_event_SOURCES = tests/bpf/test_event.c
tests_bpf_test_event_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_limit_SOURCES = tests/bpf/test_limit.c
tests_bpf_test_limit_LDADD = $(BPF_TEST_LIBS) -lpthread
tests_bpf_test_golden_server_SOURCES = tests/bpf/test_golden_server.c \
	tests/bpf/translate.c tests/bpf/translate.h
tests_bpf_test_golden_server_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_foreign_SOURCES = tests/bpf/test_foreign.c
tests_bpf_test_foreign_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_frames_SOURCES = tests/bpf/test_frames.c
tests_bpf_test_frames_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_indirect_SOURCES = tests/bpf/test_indirect.c $(test_folder)
tests_bpf_test_indirect_LDADD = $(BPF_TEST_LIBS) -lpthread
tests_bpf_test_fuzz_SOURCES = tests/bpf/test_fuzz.c
tests_bpf_test_fuzz_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_features_SOURCES = tests/bpf/test_features.c
tests_bpf_test_features_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_features_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS)
tests_bpf_test_identifiers_SOURCES = tests/bpf/test_identifiers.c
tests_bpf_test_identifiers_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_race_SOURCES = tests/bpf/test_race.c
tests_bpf_test_race_LDADD = $(BPF_TEST_LIBS) -lpthread
tests_bpf_test_server_SOURCES = tests/bpf/test_server.c
tests_bpf_test_server_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_unwritable_SOURCES = tests/bpf/test_unwritable.c
tests_bpf_test_unwritable_LDADD = $(BPF_TEST_LIBS)
tests_bpf_test_unwritable_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS) $(LIBBPF_CFLAGS)
endif
endif
