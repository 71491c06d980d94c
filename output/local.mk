noinst_LIBRARIES += liboutput.a
liboutput_a_SOURCES = \
	output/fanout.c output/fanout.h \
	output/record.c output/record.h \
	output/run.h \
	output/sink.h
liboutput_a_CFLAGS = $(AM_CFLAGS) $(SQLITE3_CFLAGS) $(SODIUM_CFLAGS)
OUTPUT_LIBS = liboutput.a $(BASE_LIBS) $(SQLITE3_LIBS) $(SODIUM_LIBS)
