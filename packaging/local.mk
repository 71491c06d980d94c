# Units are installed where --with-systemdsystemunitdir says, and not without it.
if INSTALL_UNITS
systemdsystemunitdir = $(SYSTEMDSYSTEMUNITDIR)
nodist_systemdsystemunit_DATA =
if ENABLE_SERVER
nodist_systemdsystemunit_DATA += packaging/systemd/revprobe-server@.service
endif
endif
CLEANFILES += packaging/systemd/*.service
EXTRA_DIST += packaging/systemd/revprobe-server@.service.in packaging/debian packaging/build-deb packaging/etc

fill_in_unit = $(MKDIR_P) $(@D) && $(SED) -e 's|@sbindir[@]|$(sbindir)|g' \
	-e 's|@bindir[@]|$(bindir)|g' $< >$@.tmp && mv $@.tmp $@

packaging/systemd/revprobe-server@.service: packaging/systemd/revprobe-server@.service.in
	$(AM_V_GEN)$(fill_in_unit)

# Debian packages, in the build tree: needs dpkg-dev, debhelper, and what debian/control
# names.
deb: dist
	$(srcdir)/packaging/build-deb $(distdir).tar.gz

.PHONY: deb
