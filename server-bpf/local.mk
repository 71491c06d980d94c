if ENABLE_SERVER
sbin_PROGRAMS += server-bpf/revprobe-server
noinst_LIBRARIES += libserver.a

BPF_CFLAGS = -g -O2 -Wall -Wextra -Wno-unused-parameter -Werror -mcpu=v3 -ffreestanding \
	-I$(top_srcdir) $(BPF_SYS_CPPFLAGS)

libserver_a_SOURCES = \
	server-bpf/access.c server-bpf/access.h \
	server-bpf/addresses.c server-bpf/addresses.h \
	server-bpf/attach.c server-bpf/attach.h \
	server-bpf/lock.c server-bpf/lock.h \
	server-bpf/counters.c server-bpf/counters.h \
	server-bpf/events.c server-bpf/events.h \
	server-bpf/filters.c server-bpf/filters.h \
	server-bpf/limit.c server-bpf/limit.h \
	server-bpf/links.c server-bpf/links.h \
	server-bpf/loader.c server-bpf/loader.h \
	server-bpf/metrics.c server-bpf/metrics.h \
	server-bpf/notify.c server-bpf/notify.h \
	server-bpf/options.c server-bpf/options.h \
	server-bpf/server.c server-bpf/server.h \
	server-bpf/shared.h
libserver_a_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS) $(LIBMNL_CFLAGS) $(LIBEVENT_CFLAGS)
SERVER_LIBS = libserver.a $(BASE_LIBS) $(LIBBPF_LIBS) $(LIBMNL_LIBS) $(LIBEVENT_LIBS)

server_bpf_revprobe_server_SOURCES = server-bpf/main.c
server_bpf_revprobe_server_LDADD = $(SERVER_LIBS)

server-bpf/revtr.bpf.o: server-bpf/revtr.bpf.c $(bpf_headers) $(wire_headers) server-bpf/shared.h
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(BPF_CLANG) -target bpf $(BPF_CFLAGS) -c $(top_srcdir)/server-bpf/revtr.bpf.c -o $@

# bpftool's own code is not for clang-tidy to judge.
server-bpf/revtr.skel.h: server-bpf/revtr.bpf.o
	$(AM_V_GEN){ echo '/* NOLINTBEGIN */' && \
	$(BPFTOOL) gen skeleton server-bpf/revtr.bpf.o name revtr_bpf && \
	echo '/* NOLINTEND */'; } >$@.tmp && mv $@.tmp $@

server-bpf/libserver_a-loader.$(OBJEXT): server-bpf/revtr.skel.h
CLEANFILES += server-bpf/revtr.bpf.o server-bpf/revtr.skel.h
lint_folders += server-bpf
lint_headers += server-bpf/revtr.skel.h
endif

bpf_headers = \
	server-bpf/access.bpf.h \
	server-bpf/answer.bpf.h \
	server-bpf/event.bpf.h \
	server-bpf/intact.bpf.h \
	server-bpf/limit.bpf.h \
	server-bpf/maps.bpf.h \
	server-bpf/packet.bpf.h \
	server-bpf/request.bpf.h \
	server-bpf/respond.bpf.h \
	server-bpf/route.bpf.h \
	server-bpf/send.bpf.h \
	server-bpf/session.bpf.h \
	server-bpf/siphash.bpf.h \
	server-bpf/special.bpf.h \
	server-bpf/target.bpf.h
EXTRA_DIST += server-bpf/revtr.bpf.c $(bpf_headers)
