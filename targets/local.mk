noinst_LIBRARIES += libtargets.a
libtargets_a_SOURCES = \
	targets/chain.c \
	targets/endpoints.c \
	targets/entry.c targets/entry.h \
	targets/file.c targets/file.h \
	targets/items.c \
	targets/line.c targets/line.h \
	targets/list.c \
	targets/prefix.c targets/prefix.h \
	targets/sources.h \
	targets/target.c targets/target.h \
	targets/text.c targets/text.h
TARGETS_LIBS = libtargets.a $(BASE_LIBS)
