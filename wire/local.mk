# Header-only, shared by the prober, the server's BPF program and its loader.
wire_headers = wire/addr.h wire/be.h wire/checksum.h wire/headers.h wire/revtr.h
noinst_HEADERS += $(wire_headers)
