# Figures, not verdicts: built, never run by `make check`.
noinst_PROGRAMS += tests/bench/bench_sqlite
tests_bench_bench_sqlite_SOURCES = tests/bench/bench_sqlite.c
tests_bench_bench_sqlite_LDADD = $(OUTPUT_LIBS)

noinst_PROGRAMS += tests/bench/bench_engine
tests_bench_bench_engine_SOURCES = tests/bench/bench_engine.c
tests_bench_bench_engine_LDADD = $(ENGINE_LIBS)

noinst_PROGRAMS += tests/bench/bench_alias
tests_bench_bench_alias_SOURCES = tests/bench/bench_alias.c
tests_bench_bench_alias_LDADD = $(OUTPUT_LIBS)

bench_programs = tests/bench/bench_engine tests/bench/bench_alias
if ENABLE_SERVER
if HAVE_CRITERION
# Packets are built as the tests build them.
noinst_PROGRAMS += tests/bench/bench_server
tests_bench_bench_server_SOURCES = tests/bench/bench_server.c tests/bench/figures.c tests/bench/figures.h
tests_bench_bench_server_LDADD = $(TEST_LIBS) $(SERVER_LIBS)
noinst_PROGRAMS += tests/bench/bench_checks
tests_bench_bench_checks_SOURCES = tests/bench/bench_checks.c tests/bench/figures.c tests/bench/figures.h
tests_bench_bench_checks_LDADD = $(TEST_LIBS) $(SERVER_LIBS)
bench_programs += tests/bench/bench_server tests/bench/bench_checks

tests/bench/checks.bpf.o: tests/bench/checks.bpf.c $(bpf_headers) $(wire_headers) server-bpf/shared.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(BPF_CLANG) -target bpf $(BPF_CFLAGS) -c $(top_srcdir)/tests/bench/checks.bpf.c -o $@

tests/bench/checks.skel.h: tests/bench/checks.bpf.o
	$(AM_V_GEN){ echo '/* NOLINTBEGIN */' && \
	$(BPFTOOL) gen skeleton tests/bench/checks.bpf.o name checks_bpf && \
	echo '/* NOLINTEND */'; } >$@.tmp && mv $@.tmp $@

tests/bench/bench_checks.$(OBJEXT): tests/bench/checks.skel.h
CLEANFILES += tests/bench/checks.bpf.o tests/bench/checks.skel.h
lint_headers += tests/bench/checks.skel.h
endif
endif

EXTRA_DIST += tests/bench/checks.bpf.c

# On a machine that is quiet; the server's needs root.  bench_sqlite wants a file.
bench: $(bench_programs)
	set -e; for program in $(bench_programs); do echo "== $$program"; $$program; done


# Whole campaigns, side by side with other tools.  Root, and a machine that is quiet; see
# docs/performance.md.  BENCH_CAMPAIGN passes options on.
noinst_PROGRAMS += tests/bench/bench_send
tests_bench_bench_send_SOURCES = tests/bench/bench_send.c
EXTRA_DIST += tests/bench/bench_campaign.py tests/bench/stages.py
bench-campaign: prober/revprobe tests/bench/bench_send tests/netsim/netsim tests/netsim/netsim_truth
	top_builddir='$(abs_top_builddir)' $(srcdir)/tests/bench/bench_campaign.py $(BENCH_CAMPAIGN)

.PHONY: bench bench-campaign
.PHONY: bench
EXTRA_DIST += tests/bench/bench_collect.py
