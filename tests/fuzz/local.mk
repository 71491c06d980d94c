# One fuzz target a parser: fuzz_NAME.c, its inputs in corpus/NAME.  With each
# compiler `make check` replays the inputs.  libFuzzer needs a tree of its own:
#     configure CC=clang --enable-sanitizers CFLAGS='-g -O1 -fsanitize=fuzzer-no-link'
#     make fuzz FUZZ_SECONDS=600
# A new target takes a name in each of the two lists and its lines below them.
fuzz_tests = tests/fuzz/fuzz_lines tests/fuzz/fuzz_options tests/fuzz/fuzz_parse \
	tests/fuzz/fuzz_prefixes tests/fuzz/fuzz_study
fuzz_live = tests/fuzz/live_lines tests/fuzz/live_options tests/fuzz/live_parse \
	tests/fuzz/live_prefixes tests/fuzz/live_study
EXTRA_PROGRAMS = $(fuzz_live)
CLEANFILES += $(fuzz_live)
EXTRA_DIST += tests/fuzz/corpus
FUZZ_REPLAY = tests/fuzz/replay.c tests/fuzz/fuzz.h
LIBFUZZER_FLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
FUZZ_SECONDS = 60

tests_fuzz_fuzz_lines_SOURCES = tests/fuzz/fuzz_lines.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_lines_LDADD = $(TARGETS_LIBS)
tests_fuzz_live_lines_SOURCES = tests/fuzz/fuzz_lines.c tests/fuzz/fuzz.h
tests_fuzz_live_lines_LDADD = $(TARGETS_LIBS)
tests_fuzz_live_lines_LDFLAGS = $(LIBFUZZER_FLAGS)

tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz_parse.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_parse_LDADD = $(PROBE_LIBS)
tests_fuzz_live_parse_SOURCES = tests/fuzz/fuzz_parse.c tests/fuzz/fuzz.h
tests_fuzz_live_parse_LDADD = $(PROBE_LIBS)
tests_fuzz_live_parse_LDFLAGS = $(LIBFUZZER_FLAGS)

tests_fuzz_fuzz_options_SOURCES = tests/fuzz/fuzz_options.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_options_LDADD = $(BASE_LIBS)
tests_fuzz_live_options_SOURCES = tests/fuzz/fuzz_options.c tests/fuzz/fuzz.h
tests_fuzz_live_options_LDADD = $(BASE_LIBS)
tests_fuzz_live_options_LDFLAGS = $(LIBFUZZER_FLAGS)

tests_fuzz_fuzz_prefixes_SOURCES = tests/fuzz/fuzz_prefixes.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_prefixes_LDADD = $(BASE_LIBS)
tests_fuzz_live_prefixes_SOURCES = tests/fuzz/fuzz_prefixes.c tests/fuzz/fuzz.h
tests_fuzz_live_prefixes_LDADD = $(BASE_LIBS)
tests_fuzz_live_prefixes_LDFLAGS = $(LIBFUZZER_FLAGS)

tests_fuzz_fuzz_study_SOURCES = tests/fuzz/fuzz_study.c $(FUZZ_REPLAY)
tests_fuzz_fuzz_study_LDADD = $(OUTPUT_LIBS)
tests_fuzz_live_study_SOURCES = tests/fuzz/fuzz_study.c tests/fuzz/fuzz.h
tests_fuzz_live_study_LDADD = $(OUTPUT_LIBS)
tests_fuzz_live_study_LDFLAGS = $(LIBFUZZER_FLAGS)

# What libFuzzer finds worth keeping goes to the build tree.
fuzz: $(fuzz_live)
	set -e; for live in $(fuzz_live); do \
		name=$${live#*/live_}; found=tests/fuzz/found/$$name; mkdir -p $$found; \
		./$$live -max_total_time=$(FUZZ_SECONDS) $$found $(srcdir)/tests/fuzz/corpus/$$name; \
	done

clean-local:
	rm -rf tests/fuzz/found

.PHONY: fuzz
