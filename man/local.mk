# The OPTIONS of each page come from the program's own table.  Built pages are in the
# tarball: there the program is run only when a source is newer, hence the order-only
# prerequisite.  The server's page is below.
man_pages = man/revprobe.8 \
	man/revprobe-annotate.8 man/revprobe-collect.8 man/revprobe-export.8 man/revprobe-report.8 \
	man/revprobe-resume.8 man/revprobe-show.8 man/revprobe-sweep.8 man/revprobe-transmit.8
all_man_pages = $(man_pages) man/revprobe-server.8
dist_man_MANS += $(man_pages)
EXTRA_DIST += man/revprobe.8.in man/revprobe-server.8.in \
	man/revprobe-annotate.8.in man/revprobe-collect.8.in man/revprobe-export.8.in \
	man/revprobe-report.8.in man/revprobe-resume.8.in man/revprobe-show.8.in \
	man/revprobe-sweep.8.in man/revprobe-transmit.8.in
MAINTAINERCLEANFILES += $(all_man_pages)
CLEANFILES += $(all_man_pages:=.tmp) $(all_man_pages:=.options)

# Needs $$program; @OPTIONS@ has a line of its own.
fill_in_options = $(MKDIR_P) $(@D) && $$program --help=man >$@.options && \
	$(SED) -e '/^@OPTIONS@$$/{' -e 'r $@.options' -e d -e '}' $< >$@.tmp && \
	mv $@.tmp $@ && rm -f $@.options

man/revprobe.8: man/revprobe.8.in prober/options.c prober/transmit_options.h \
		base/option_print.c | prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program=prober/revprobe$(EXEEXT); $(fill_in_options)

man/revprobe-annotate.8: man/revprobe-annotate.8.in prober/annotate_options.c \
		base/option_print.c | prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) annotate'; $(fill_in_options)

man/revprobe-resume.8: man/revprobe-resume.8.in prober/resume_options.c base/option_print.c | \
		prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) resume'; $(fill_in_options)

man/revprobe-sweep.8: man/revprobe-sweep.8.in prober/sweep_options.c prober/options.c \
		prober/transmit_options.h base/option_print.c | prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) sweep'; $(fill_in_options)

man/revprobe-show.8: man/revprobe-show.8.in prober/stored_options.c base/option_print.c | \
		prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) show'; $(fill_in_options)

man/revprobe-export.8: man/revprobe-export.8.in prober/stored_options.c base/option_print.c | \
		prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) export'; $(fill_in_options)

man/revprobe-report.8: man/revprobe-report.8.in prober/report_options.c \
		base/option_print.c | prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) report'; $(fill_in_options)

man/revprobe-collect.8: man/revprobe-collect.8.in prober/collect_options.c \
		base/option_print.c | prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) collect'; $(fill_in_options)

man/revprobe-transmit.8: man/revprobe-transmit.8.in prober/transmit_options.c \
		prober/transmit_options.h base/option_print.c | prober/revprobe$(EXEEXT)
	$(AM_V_GEN)program='prober/revprobe$(EXEEXT) transmit'; $(fill_in_options)

if ENABLE_SERVER
dist_man_MANS += man/revprobe-server.8
man/revprobe-server.8: man/revprobe-server.8.in server-bpf/options.c base/option_print.c | \
		server-bpf/revprobe-server$(EXEEXT)
	$(AM_V_GEN)program=server-bpf/revprobe-server$(EXEEXT); $(fill_in_options)
endif
