noinst_LIBRARIES += libtargets.a
libtargets_a_SOURCES = \
	targets/batch.c targets/batch.h \
	targets/chain.c \
	targets/choice.c targets/choice.h \
	targets/endpoints.c \
	targets/entry.c targets/entry.h \
	targets/file.c targets/file.h \
	targets/items.c \
	targets/list.c \
	targets/order.c targets/order.h \
	targets/permutation.c targets/permutation.h \
	targets/shard.c targets/shard.h \
	targets/sources.h \
	targets/target.c targets/target.h
libtargets_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
TARGETS_LIBS = libtargets.a $(BASE_LIBS) $(SODIUM_LIBS) -lm
