noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	base/addr_text.c base/addr_text.h \
	base/clock.c base/clock.h \
	base/container.h \
	base/cursor.h \
	base/heap.c base/heap.h \
	base/line.c base/line.h \
	base/listen_address.c base/listen_address.h \
	base/log.c base/log.h \
	base/memory_text.c base/memory_text.h \
	base/option.c base/option.h base/option_complain.h \
	base/option_file.c base/option_file.h \
	base/option_print.c base/option_store.c \
	base/pace.c base/pace.h \
	base/pool.c base/pool.h \
	base/prefix_set.c base/prefix_set.h \
	base/privilege.c base/privilege.h \
	base/streams.c base/streams.h \
	base/text.c base/text.h
libbase_a_CFLAGS = $(AM_CFLAGS) $(LIBCAP_CFLAGS)
BASE_LIBS = libbase.a $(LIBCAP_LIBS) -lm
