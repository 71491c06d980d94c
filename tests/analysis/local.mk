# What analysts and readers get: the questions of docs/database.md, and the report.
if WITH_MAXMINDDB
check_PROGRAMS += tests/analysis/make_world
tests_analysis_make_world_SOURCES = tests/analysis/make_world.c \
	tests/analysis/world.c tests/analysis/world.h
tests_analysis_make_world_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
tests_analysis_make_world_LDADD = $(OUTPUT_LIBS)
unit_scripts += tests/analysis/test_questions.py tests/analysis/test_report.py
endif
EXTRA_DIST += tests/analysis/browser.py tests/analysis/test_questions.py tests/analysis/test_report.py \
	tests/analysis/questions.py tests/analysis/world.py \
	tests/analysis/stat1.sql
