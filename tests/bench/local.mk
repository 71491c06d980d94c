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
