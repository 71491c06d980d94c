# A library a floor: what calls upwards does not link.
noinst_LIBRARIES += libprobe.a libnet.a

libprobe_a_SOURCES = \
	prober/probe/craft.c prober/probe/craft.h \
	prober/probe/identity.c prober/probe/identity.h \
	prober/probe/parse.c prober/probe/parse.h \
	prober/probe/parse_own.c prober/probe/parse_own.h \
	prober/probe/spec.h
libprobe_a_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
PROBE_LIBS = libprobe.a $(BASE_LIBS) $(SODIUM_LIBS)

libnet_a_SOURCES = \
	prober/net/capture.c prober/net/capture.h \
	prober/net/route.c prober/net/route.h \
	prober/net/sender.c prober/net/sender.h
libnet_a_CFLAGS = $(AM_CFLAGS) $(LIBPCAP_CFLAGS) $(LIBMNL_CFLAGS)
NET_LIBS = libnet.a $(BASE_LIBS) $(LIBPCAP_LIBS) $(LIBMNL_LIBS)
