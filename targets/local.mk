noinst_LIBRARIES += libtargets.a
libtargets_a_SOURCES = \
	targets/sources.h \
	targets/target.h
