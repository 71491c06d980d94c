# Units are installed where --with-systemdsystemunitdir says, and not without it.
if INSTALL_UNITS
systemdsystemunitdir = $(SYSTEMDSYSTEMUNITDIR)
dist_systemdsystemunit_DATA = packaging/systemd/revprobe-sweep.timer
nodist_systemdsystemunit_DATA = packaging/systemd/revprobe-sweep.service
nodist_systemdsystemunit_DATA += packaging/systemd/revprobe-collect.service
if ENABLE_SERVER
nodist_systemdsystemunit_DATA += packaging/systemd/revprobe-server@.service
endif
endif
CLEANFILES += packaging/systemd/*.service
EXTRA_DIST += packaging/systemd/revprobe-sweep.service.in packaging/systemd/revprobe-sweep.timer \
	packaging/revprobe-sweep.cron.in
EXTRA_DIST += packaging/systemd/revprobe-collect.service.in
EXTRA_DIST += packaging/systemd/revprobe-server@.service.in packaging/debian packaging/build-deb packaging/etc

fill_in_unit = $(MKDIR_P) $(@D) && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@bindir[@]|$(bindir)|g' $< >$@.tmp && mv $@.tmp $@

packaging/systemd/revprobe-collect.service: packaging/systemd/revprobe-collect.service.in
	$(AM_V_GEN)$(fill_in_unit)

packaging/systemd/revprobe-server@.service: packaging/systemd/revprobe-server@.service.in
	$(AM_V_GEN)$(fill_in_unit)

# Completion for shells, from the programs' own tables.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = packaging/completion/bash/revprobe
nodist_zshcompletion_DATA = packaging/completion/zsh/_revprobe
nodist_fishcompletion_DATA = packaging/completion/fish/revprobe.fish
complete = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(srcdir)/packaging/completion/generate
completion_from = packaging/completion/generate prober/revprobe$(EXEEXT)
packaging/completion/bash/revprobe: $(completion_from)
	$(complete) bash revprobe prober/revprobe$(EXEEXT) >$@.tmp && mv $@.tmp $@
packaging/completion/zsh/_revprobe: $(completion_from)
	$(complete) zsh revprobe prober/revprobe$(EXEEXT) >$@.tmp && mv $@.tmp $@
packaging/completion/fish/revprobe.fish: $(completion_from)
	$(complete) fish revprobe prober/revprobe$(EXEEXT) >$@.tmp && mv $@.tmp $@
if ENABLE_SERVER
nodist_bashcompletion_DATA += packaging/completion/bash/revprobe-server
nodist_zshcompletion_DATA += packaging/completion/zsh/_revprobe-server
nodist_fishcompletion_DATA += packaging/completion/fish/revprobe-server.fish
completion_from_server = packaging/completion/generate server-bpf/revprobe-server$(EXEEXT)
packaging/completion/bash/revprobe-server: $(completion_from_server)
	$(complete) bash revprobe-server server-bpf/revprobe-server$(EXEEXT) >$@.tmp && \
	mv $@.tmp $@
packaging/completion/zsh/_revprobe-server: $(completion_from_server)
	$(complete) zsh revprobe-server server-bpf/revprobe-server$(EXEEXT) >$@.tmp && \
	mv $@.tmp $@
packaging/completion/fish/revprobe-server.fish: $(completion_from_server)
	$(complete) fish revprobe-server server-bpf/revprobe-server$(EXEEXT) >$@.tmp && \
	mv $@.tmp $@
endif
EXTRA_DIST += packaging/completion/generate
CLEANFILES += $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA) $(nodist_fishcompletion_DATA)

packaging/systemd/revprobe-sweep.service: packaging/systemd/revprobe-sweep.service.in
	$(AM_V_GEN)$(fill_in_unit)

# For cron, where there is no systemd: to be copied.
examplesdir = $(docdir)/examples
nodist_examples_DATA = packaging/revprobe-sweep.cron
CLEANFILES += packaging/revprobe-sweep.cron
packaging/revprobe-sweep.cron: packaging/revprobe-sweep.cron.in
	$(AM_V_GEN)$(fill_in_unit)

# Debian packages, in the build tree: needs dpkg-dev, debhelper, and what debian/control
# names.
deb: dist
	$(srcdir)/packaging/build-deb $(distdir).tar.gz

.PHONY: deb
