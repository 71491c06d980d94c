noinst_LIBRARIES += libtargets.a
libtargets_a_SOURCES = \
	targets/line.c targets/line.h \
	targets/prefix.c targets/prefix.h \
	targets/sources.h \
	targets/target.c targets/target.h
TARGETS_LIBS = libtargets.a $(BASE_LIBS)
