# A synthetic Internet: who answers (netsim), and what there is to find (netsim_truth).
netsim_world = tests/netsim/world.h tests/netsim/options.c tests/netsim/options.h
netsim_truth = tests/netsim/truth.c tests/netsim/truth.h
check_PROGRAMS += tests/netsim/netsim_truth
tests_netsim_netsim_truth_SOURCES = tests/netsim/netsim_truth.c $(netsim_truth) $(netsim_world)

EXTRA_DIST += tests/netsim/netsim.bpf.c
if ENABLE_SERVER
check_PROGRAMS += tests/netsim/netsim
tests_netsim_netsim_SOURCES = tests/netsim/netsim.c tests/netsim/netsim.h $(netsim_world)
tests_netsim_netsim_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS)
tests_netsim_netsim_LDADD = $(LIBBPF_LIBS)

tests/netsim/netsim.bpf.o: tests/netsim/netsim.bpf.c tests/netsim/netsim.h tests/netsim/world.h \
		$(wire_headers)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(BPF_CLANG) -target bpf $(BPF_CFLAGS) -c $(top_srcdir)/tests/netsim/netsim.bpf.c -o $@
tests/netsim/netsim.skel.h: tests/netsim/netsim.bpf.o
	$(AM_V_GEN)$(BPFTOOL) gen skeleton tests/netsim/netsim.bpf.o name netsim_bpf >$@.tmp && \
	mv $@.tmp $@
tests/netsim/netsim-netsim.$(OBJEXT): tests/netsim/netsim.skel.h
CLEANFILES += tests/netsim/netsim.bpf.o tests/netsim/netsim.skel.h
endif
