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
tests_bench_bench_server_SOURCES = tests/bench/bench_server.c
tests_bench_bench_server_LDADD = $(TEST_LIBS) $(SERVER_LIBS)
bench_programs += tests/bench/bench_server
endif
endif

# On a machine that is quiet; the server's needs root.  bench_sqlite wants a file.
bench: $(bench_programs)
	set -e; for program in $(bench_programs); do echo "== $$program"; $$program; done

.PHONY: bench
