noinst_LIBRARIES += liboutput.a
liboutput_a_SOURCES = \
	output/alias.c output/alias.h \
	output/alias_bits.c output/alias_bits.h \
	output/alias_map.c output/alias_map.h \
	output/alias_pairs.c output/alias_pairs.h \
	output/alias_pass.c output/alias_pass.h \
	output/alias_rule.c output/alias_rule.h \
	output/alias_sets.c output/alias_sets.h \
	output/alias_sink.c \
	output/alias_space.c output/alias_space.h \
	output/alias_subnet.c output/alias_subnet.h \
	output/annotate.c output/annotate.h \
	output/asn.h output/geo.h output/mmdb.h \
	output/dot.c output/dot.h output/dot_text.c \
	output/dot_label.c output/dot_label.h \
	output/fanout.c output/fanout.h \
	output/graph.c output/graph.h output/graph_merge.c \
	output/fnv.c output/fnv.h \
	output/gzip.c output/gzip.h \
	output/id_cache.c output/id_cache.h \
	output/ledger.c output/ledger.h \
	output/json_text.c output/json_text.h \
	output/jsonl.c \
	output/inbox.c output/inbox.h \
	output/inbox_hops.c output/inbox_state.h \
	output/inbox_names.c \
	output/inbox_rows.c output/inbox_rows.h \
	output/json_scan.c output/json_scan.h \
	output/names.c output/names.h \
	output/objects.c output/objects.h \
	output/outbox.c output/outbox.h \
	output/outbox_list.c output/outbox_state.h \
	output/pairs.c output/pairs.h \
	output/picture.c output/picture.h \
	output/reader.c output/reader.h \
	output/reader_probes.c output/reader_probes.h \
	output/reader_row.c output/reader_row.h \
	output/record.c output/record.h \
	output/record_copy.c output/record_copy.h \
	output/render.c output/render.h \
	output/render_child.c output/render_child.h \
	output/run.h \
	output/page.c output/page.h \
	output/report.c output/report.h \
	output/report_cycle.c output/report_cycle.h \
	output/report_endpoint.c output/report_state.h \
	output/report_sums.c \
	output/sink.h \
	output/sqlite.c \
	output/sqlite_alias.c output/sqlite_alias.h \
	output/sqlite_annotate.c output/sqlite_annotate.h \
	output/sqlite_as_path.c output/sqlite_as_path.h \
	output/sqlite_db.c output/sqlite_db.h \
	output/sqlite_dictionary.c output/sqlite_dictionary.h \
	output/sqlite_leftover.c output/sqlite_leftover.h \
	output/sqlite_names.c output/sqlite_names.h \
	output/sqlite_outbox.c output/sqlite_outbox.h \
	output/sqlite_open.h output/sqlite_read.c \
	output/sqlite_run.c output/sqlite_run.h \
	output/sqlite_trace.c output/sqlite_trace.h \
	output/stream.c output/stream.h \
	output/study.c output/study.h \
	output/study_graph.c output/study_graph.h \
	output/study_maker.c output/study_maker.h \
	output/study_input.h \
	output/study_place.c output/study_place.h \
	output/study_read.c output/study_read.h \
	output/study_reader.c output/study_reader.h \
	output/study_settings.c \
	output/study_sink.c \
	output/study_vertices.c output/study_vertices.h \
	output/text.c \
	output/text_graph.c output/text_graph.h \
	output/text_mark.c output/text_mark.h \
	output/text_objects.c output/text_objects.h \
	output/text_pair.c output/text_pair.h \
	output/text_probes.c \
	output/text_trace.c output/text_trace.h \
	output/utf8.c output/utf8.h \
	output/uuid.c output/uuid.h \
	output/warts.c \
	output/warts_record.c output/warts_record.h \
	output/warts_trace.c output/warts_trace.h \
	output/warts_tracelb.c \
	output/whole_file.c output/whole_file.h
if WITH_MAXMINDDB
liboutput_a_SOURCES += output/asn.c output/geo.c output/mmdb.c
else
liboutput_a_SOURCES += output/asn_none.c output/geo_none.c
endif
liboutput_a_CFLAGS = $(AM_CFLAGS) $(SQLITE3_CFLAGS) $(JANSSON_CFLAGS) $(SODIUM_CFLAGS) \
	$(MAXMINDDB_CFLAGS) $(ZLIB_CFLAGS)
OUTPUT_LIBS = liboutput.a $(BASE_LIBS) $(SQLITE3_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS) \
	$(MAXMINDDB_LIBS) $(ZLIB_LIBS)

# SQL as one C string a file: each line quoted, with its newline.
schema_files = output/schema.sql output/views.sql
output/schema.sql.h: $(schema_files)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && { for file in schema views; do \
	echo "static const char $${file}_sql[] =" && \
	$(SED) -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	$(top_srcdir)/output/$$file.sql && echo ';' || exit; done; } >$@.tmp && mv $@.tmp $@
output/liboutput_a-sqlite_db.$(OBJEXT): output/schema.sql.h
EXTRA_DIST += $(schema_files)
CLEANFILES += output/schema.sql.h

# The page of a report, its style and its script, the same way.
report_files = output/report.html output/report.css output/report.js
output/report.html.h: $(report_files)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && { for file in html css js; do \
	echo "static const char report_$${file}[] =" && \
	$(SED) -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	$(top_srcdir)/output/report.$$file && echo ';' || exit; done; } >$@.tmp && mv $@.tmp $@
output/liboutput_a-report.$(OBJEXT): output/report.html.h
EXTRA_DIST += $(report_files)
CLEANFILES += output/report.html.h
