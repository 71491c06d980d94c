# A library a floor: what calls upwards does not link.
noinst_LIBRARIES += libprobe.a libnet.a

libprobe_a_SOURCES = \
	prober/probe/craft.c prober/probe/craft.h \
	prober/probe/identity.c prober/probe/identity.h \
	prober/probe/parse.c prober/probe/parse.h \
	prober/probe/parse_objects.c prober/probe/parse_objects.h \
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

noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	prober/engine/answer.c prober/engine/answer.h \
	prober/engine/blocks.c prober/engine/blocks.h \
	prober/engine/engine.c prober/engine/engine.h \
	prober/engine/expire.c \
	prober/engine/host.c prober/engine/host.h \
	prober/engine/inflight.c prober/engine/inflight.h \
	prober/engine/match.c prober/engine/match.h \
	prober/engine/mda.c prober/engine/mda.h \
	prober/engine/mda_check.c \
	prober/engine/mda_conclude.c \
	prober/engine/mda_lite.c \
	prober/engine/mda_need.c \
	prober/engine/mda_plan.c prober/engine/mda_plan.h \
	prober/engine/mda_share.c \
	prober/engine/mda_table.c prober/engine/mda_table.h \
	prober/engine/method.c prober/engine/method.h \
	prober/engine/multi.c prober/engine/multi.h \
	prober/engine/multi_report.c \
	prober/engine/notes.c prober/engine/notes.h \
	prober/engine/path.c prober/engine/path.h \
	prober/engine/receive.c \
	prober/engine/report.c prober/engine/report.h \
	prober/engine/send.c \
	prober/engine/state.h \
	prober/engine/stopping.c prober/engine/stopping.h \
	prober/engine/trace.h \
	prober/engine/verdict.c prober/engine/verdict.h
ENGINE_LIBS = libengine.a $(PROBE_LIBS)

noinst_LIBRARIES += libcampaign.a
libcampaign_a_SOURCES = \
	prober/campaign/campaign.c prober/campaign/campaign.h \
	prober/campaign/dns.c prober/campaign/dns.h \
	prober/campaign/halt.c prober/campaign/halt.h \
	prober/campaign/intake.c prober/campaign/intake.h \
	prober/campaign/metrics.c prober/campaign/metrics.h \
	prober/campaign/namer.c prober/campaign/namer.h \
	prober/campaign/progress.c prober/campaign/progress.h \
	prober/campaign/ptr.c prober/campaign/ptr.h \
	prober/campaign/resolver.c prober/campaign/resolver.h \
	prober/campaign/setup.c \
	prober/campaign/state.h \
	prober/campaign/stats.c prober/campaign/stats.h \
	prober/campaign/watch.c
libcampaign_a_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
CAMPAIGN_LIBS = libcampaign.a $(ENGINE_LIBS) libnet.a $(TARGETS_LIBS) $(OUTPUT_LIBS) \
	$(LIBPCAP_LIBS) $(LIBMNL_LIBS) $(LIBEVENT_LIBS) $(JANSSON_LIBS)

noinst_LIBRARIES += libtransmit.a
libtransmit_a_SOURCES = \
	prober/transmit/auth.c prober/transmit/auth.h \
	prober/transmit/backoff.c prober/transmit/backoff.h \
	prober/transmit/collector.c prober/transmit/collector.h \
	prober/transmit/consent.c prober/transmit/consent.h \
	prober/transmit/http.c prober/transmit/http.h \
	prober/transmit/reason.c prober/transmit/reason.h \
	prober/transmit/spool.c prober/transmit/spool.h \
	prober/transmit/uploader.c prober/transmit/uploader.h \
	prober/transmit/verdict.c prober/transmit/verdict.h
libtransmit_a_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS) $(LIBCURL_CFLAGS) $(SODIUM_CFLAGS)
TRANSMIT_LIBS = libtransmit.a $(OUTPUT_LIBS) $(LIBEVENT_LIBS) $(LIBCURL_LIBS) $(SODIUM_LIBS)

noinst_LIBRARIES += libcollect.a
libcollect_a_SOURCES = \
	prober/collect/account.c prober/collect/account.h \
	prober/collect/answer.c prober/collect/answer.h \
	prober/collect/basic.c prober/collect/basic.h \
	prober/collect/counts.c prober/collect/counts.h \
	prober/collect/exchange.c prober/collect/exchange.h \
	prober/collect/gate.c prober/collect/gate.h \
	prober/collect/guard.c prober/collect/guard.h \
	prober/collect/hasher.c prober/collect/hasher.h \
	prober/collect/server.c prober/collect/server.h \
	prober/collect/state.h \
	prober/collect/upload.c prober/collect/upload.h
libcollect_a_CFLAGS = $(AM_CFLAGS) $(LIBEVENT_CFLAGS) $(CRYPT_CFLAGS) $(SODIUM_CFLAGS)
COLLECT_LIBS = libcollect.a $(OUTPUT_LIBS) $(LIBEVENT_LIBS) $(CRYPT_LIBS) $(SODIUM_LIBS)

bin_PROGRAMS += prober/revprobe
noinst_LIBRARIES += libprober.a
libprober_a_SOURCES = \
	prober/annotate_options.c prober/annotate_options.h \
	prober/bandwidth.c prober/bandwidth.h \
	prober/cmd_annotate.c prober/cmd_annotate.h \
	prober/cmd_resume.c prober/cmd_resume.h \
	prober/cmd_sweep.c prober/cmd_sweep.h \
	prober/cmd_export.c prober/cmd_export.h \
	prober/cmd_show.c prober/cmd_show.h \
	prober/cmd_report.c prober/cmd_report.h \
	prober/cmd_collect.c prober/cmd_collect.h \
	prober/cmd_trace.c prober/cmd_trace.h \
	prober/cmd_transmit.c prober/cmd_transmit.h \
	prober/collect_options.c prober/collect_options.h \
	prober/delivery.c prober/delivery.h \
	prober/dry_run.c prober/dry_run.h \
	prober/exit.h \
	prober/options.c prober/options.h \
	prober/options_check.c prober/options_check.h \
	prober/provenance.c prober/provenance.h \
	prober/recall.c prober/recall.h \
	prober/remaining.c prober/remaining.h \
	prober/resume_options.c prober/resume_options.h \
	prober/sweep_lock.c prober/sweep_lock.h \
	prober/sweep_options.c prober/sweep_options.h \
	prober/stored.c prober/stored.h \
	prober/stored_options.c prober/stored_options.h \
	prober/report_options.c prober/report_options.h \
	prober/transmission.c prober/transmission.h \
	prober/transmit_options.c prober/transmit_options.h
libprober_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS)
prober_revprobe_SOURCES = prober/main.c
prober_revprobe_CFLAGS = $(AM_CFLAGS) $(SODIUM_CFLAGS)
prober_revprobe_LDADD = libprober.a $(COLLECT_LIBS) $(TRANSMIT_LIBS) $(CAMPAIGN_LIBS)
