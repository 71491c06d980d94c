# The engine, and the simulated network that it is tried in.
noinst_LIBRARIES += libfakenetwork.a
libfakenetwork_a_SOURCES = \
	tests/support/by_hand.c tests/support/by_hand.h \
	tests/support/fake_balanced.c tests/support/fake_balanced.h \
	tests/support/fake_forwarding.c tests/support/fake_forwarding.h \
	tests/support/fake_graph.c tests/support/fake_graph.h \
	tests/support/fake_multi.c tests/support/fake_multi.h \
	tests/support/fake_network.c tests/support/fake_network.h \
	tests/support/fake_packet.c tests/support/fake_packet.h \
	tests/support/fake_reply.c \
	tests/support/fake_results.c tests/support/fake_results.h \
	tests/support/fake_trace.c tests/support/fake_trace.h \
	tests/support/fake_travel.c tests/support/fake_travel.h \
	tests/support/fake_world.c tests/support/fake_world.h
libfakenetwork_a_CFLAGS = $(AM_CFLAGS) $(CRITERION_CFLAGS)
ENGINE_TEST_LIBS = libfakenetwork.a $(ENGINE_LIBS) $(TEST_LIBS)

unit_tests += \
	tests/unit/test_answer \
	tests/unit/test_decide \
	tests/unit/test_end \
	tests/unit/test_engine \
	tests/unit/test_fake_network \
	tests/unit/test_host \
	tests/unit/test_limit \
	tests/unit/test_match \
	tests/unit/test_match_reverse \
	tests/unit/test_mda \
	tests/unit/test_mda_steps \
	tests/unit/test_mda_table \
	tests/unit/test_multi \
	tests/unit/test_multi_chaos \
	tests/unit/test_multi_soak \
	tests/unit/test_multi_time \
	tests/unit/test_notes \
	tests/unit/test_path \
	tests/unit/test_report \
	tests/unit/test_reverse \
	tests/unit/test_soak \
	tests/unit/test_stopping
test_allocations = tests/unit/allocations.c tests/unit/allocations.h
tests_unit_test_answer_SOURCES = tests/unit/test_answer.c
tests_unit_test_answer_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_decide_SOURCES = tests/unit/test_decide.c
tests_unit_test_decide_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_end_SOURCES = tests/unit/test_end.c
tests_unit_test_end_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c
tests_unit_test_engine_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_fake_network_SOURCES = tests/unit/test_fake_network.c
tests_unit_test_fake_network_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_host_SOURCES = tests/unit/test_host.c
tests_unit_test_host_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_limit_SOURCES = tests/unit/test_limit.c
tests_unit_test_limit_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_match_SOURCES = tests/unit/test_match.c
tests_unit_test_match_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_match_reverse_SOURCES = tests/unit/test_match_reverse.c
tests_unit_test_match_reverse_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_notes_SOURCES = tests/unit/test_notes.c
tests_unit_test_notes_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_path_SOURCES = tests/unit/test_path.c
tests_unit_test_path_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_reverse_SOURCES = tests/unit/test_reverse.c
tests_unit_test_reverse_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_soak_SOURCES = tests/unit/test_soak.c $(test_allocations)
tests_unit_test_soak_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
tests_unit_test_soak_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_mda_SOURCES = tests/unit/test_mda.c
tests_unit_test_mda_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_mda_table_SOURCES = tests/unit/test_mda_table.c
tests_unit_test_mda_table_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_multi_SOURCES = tests/unit/test_multi.c
tests_unit_test_multi_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_stopping_SOURCES = tests/unit/test_stopping.c
tests_unit_test_stopping_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_multi_soak_SOURCES = tests/unit/test_multi_soak.c $(test_allocations)
tests_unit_test_multi_soak_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
tests_unit_test_multi_soak_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_mda_steps_SOURCES = tests/unit/test_mda_steps.c
tests_unit_test_mda_steps_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_multi_time_SOURCES = tests/unit/test_multi_time.c
tests_unit_test_multi_time_LDADD = $(ENGINE_TEST_LIBS)
tests_unit_test_multi_chaos_SOURCES = tests/unit/test_multi_chaos.c
tests_unit_test_multi_chaos_LDADD = $(ENGINE_TEST_LIBS)
