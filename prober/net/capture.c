// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/net/capture.h"

#include <assert.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "wire/revtr.h"

/* Enough for an error that quotes 128 bytes and has as many of objects behind them (RFC 4884),
 * with a cooked header in front. */
#define CAPTURE_SNAPLEN 384

struct capture {
	pcap_t *pcap;
	capture_handler *handler;
	void *arg;
	int64_t realtime_offset; /* as of the current drain */
};

/* --- the filter ----------------------------------------------------------- */

struct filter_text {
	char *text;
	size_t size;
	size_t used;
	bool is_first;
};

__attribute__((format(printf, 2, 0))) static void filter_add(struct filter_text *f,
							     const char *format, va_list args)
{
	int len = vsnprintf(f->text + f->used, f->size - f->used, format, args);

	f->used += (size_t)len;
	if (f->used >= f->size)
		f->used = f->size - 1;
}

__attribute__((format(printf, 2, 3))) static void filter_begin(struct filter_text *f,
							       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	filter_add(f, format, args);
	va_end(args);
	f->is_first = true;
}

/* One more alternative since filter_begin(). */
__attribute__((format(printf, 2, 3))) static void filter_or(struct filter_text *f,
							    const char *format, ...)
{
	va_list args;

	if (!f->is_first)
		filter_begin(f, " or ");
	va_start(args, format);
	filter_add(f, format, args);
	va_end(args);
	f->is_first = false;
}

/* What comes in because of a forward probe. */
static void filter_forward(struct filter_text *f, const struct capture_config *config)
{
	unsigned int port = config->source_port;

	if (config->icmp) {
		filter_or(f, "(icmp[0] = 0 and icmp[1] = 0)");
		filter_or(f, "(icmp6 and ip6[40] = 129 and ip6[41] = 0)");
	}
	if (config->tcp) {
		filter_or(f, "(tcp dst port %u and (tcp[13] & 4 != 0 or tcp[13] & 18 = 18))", port);
		filter_or(f,
			  "(ip6 and ip6[6] = 6 and ip6[42:2] = %u and "
			  "(ip6[53] & 4 != 0 or ip6[53] & 18 = 18))",
			  port);
	}
}

/* Responses, echoes by hosts that are no servers, and probes that arrive. */
static void filter_reverse(struct filter_text *f, const struct capture_config *config)
{
	filter_or(f, "(icmp[0] = 0 and (icmp[1] = 1 or icmp[6:2] = 0))");
	filter_or(f, "(icmp6 and ip6[40] = 129 and (ip6[41] = 1 or ip6[46:2] = 0))");
	if (config->udp)
		filter_or(f, "(udp src port %d)", REVTR_PROBE_PORT);
	if (config->tcp)
		filter_or(f, "(tcp src port %d)", REVTR_PROBE_PORT);
	if (config->icmp) {
		filter_or(f, "(icmp[0] = 8 and icmp[1] = 0 and icmp[6:2] = %d)", REVTR_PROBE_SEQ);
		filter_or(f, "(icmp6 and ip6[40] = 128 and ip6[41] = 0 and ip6[46:2] = %d)",
			  REVTR_PROBE_SEQ);
	}
}

/* Our own packets on their way out. */
static void filter_own(struct filter_text *f, const struct capture_config *config)
{
	unsigned int port = config->source_port;

	if (config->reverse) {
		filter_or(f, "(icmp[0] = 8 and icmp[1] = 1)");
		filter_or(f, "(icmp6 and ip6[40] = 128 and ip6[41] = 1)");
	}
	if (config->forward && config->udp)
		filter_or(f, "(udp src port %u)", port);
	if (config->forward && config->tcp) {
		filter_or(f, "(tcp src port %u and tcp[13] = 2)", port);
		filter_or(f, "(ip6 and ip6[6] = 6 and ip6[40:2] = %u and ip6[53] = 2)", port);
	}
	if (config->forward && config->icmp) {
		filter_or(f, "(icmp[0] = 8 and icmp[1] = 0)");
		filter_or(f, "(icmp6 and ip6[40] = 128 and ip6[41] = 0)");
	}
}

void capture_filter_text(const struct capture_config *config, char *text, size_t size)
{
	struct filter_text f = { .text = text, .size = size };

	assert(config->forward || config->reverse);
	assert(config->udp || config->tcp || config->icmp);
	filter_begin(&f, "(inbound and (");
	/* Errors: unreachable, too big, time exceeded, parameter problem. */
	filter_or(&f, "(icmp[0] = 3 or icmp[0] = 11 or icmp[0] = 12)");
	filter_or(&f, "(icmp6 and ip6[40] >= 1 and ip6[40] <= 4)");
	if (config->forward)
		filter_forward(&f, config);
	if (config->reverse)
		filter_reverse(&f, config);
	filter_begin(&f, ")) or (outbound and (");
	filter_own(&f, config);
	filter_begin(&f, "))");
}

/* --- the capture ---------------------------------------------------------- */

static int capture_error(struct capture *c, const char *act, int status)
{
	if (status == PCAP_ERROR_PERM_DENIED) {
		log_error("capture: not permitted: needs CAP_NET_RAW");
		return -EPERM;
	}
	log_error("capture: cannot %s: %s", act,
		  c->pcap && *pcap_geterr(c->pcap) ? pcap_geterr(c->pcap)
						   : pcap_statustostr(status));
	return -EIO;
}

static int capture_set_filter(struct capture *c, const struct capture_config *config)
{
	struct bpf_program program;
	char text[4096];
	int status;

	capture_filter_text(config, text, sizeof(text));
	log_debug("capture: filter: %s", text);
	if (pcap_compile(c->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN))
		return capture_error(c, "compile its filter", PCAP_ERROR);
	status = pcap_setfilter(c->pcap, &program);
	pcap_freecode(&program);
	return status ? capture_error(c, "set its filter", status) : 0;
}

static int capture_activate(struct capture *c, const struct capture_config *config)
{
	char error[PCAP_ERRBUF_SIZE];
	int status;

	c->pcap = pcap_create("any", error);
	if (!c->pcap) {
		log_error("capture: cannot open: %s", error);
		return -EIO;
	}
	pcap_set_snaplen(c->pcap, CAPTURE_SNAPLEN);
	pcap_set_timeout(c->pcap, 1);
	pcap_set_immediate_mode(c->pcap, config->immediate);
	pcap_set_buffer_size(c->pcap, (int)config->buffer_bytes);
	pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(c->pcap);
	if (status < 0)
		return capture_error(c, "start", status);
	status = pcap_set_datalink(c->pcap, DLT_LINUX_SLL2);
	if (status)
		return capture_error(c, "use cooked headers", status);
	status = capture_set_filter(c, config);
	if (status)
		return status;
	status = pcap_setnonblock(c->pcap, 1, error);
	return status ? capture_error(c, "set non-blocking", status) : 0;
}

int capture_open(const struct capture_config *config, struct capture **ret_capture)
{
	struct capture *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!c)
		goto fail;
	err = capture_activate(c, config);
	if (err)
		goto fail;
	*ret_capture = c;
	return 0;
fail:
	capture_close(c);
	return err;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	if (c->pcap)
		pcap_close(c->pcap);
	free(c);
}

int capture_fd(const struct capture *c)
{
	return pcap_get_selectable_fd(c->pcap);
}

static void capture_frame(u_char *arg, const struct pcap_pkthdr *header, const u_char *frame)
{
	struct capture *c = (struct capture *)(void *)arg;
	/* With nanosecond precision tv_usec holds nanoseconds. */
	int64_t stamp = (int64_t)header->ts.tv_sec * (int64_t)NS_PER_S + header->ts.tv_usec;

	c->handler(c->arg, frame, header->caplen, (mono){ (uint64_t)(stamp - c->realtime_offset) });
}

int capture_drain(struct capture *c, int budget, capture_handler *handler, void *arg)
{
	int count;

	c->handler = handler;
	c->arg = arg;
	c->realtime_offset = clock_realtime_offset();
	count = pcap_dispatch(c->pcap, budget, capture_frame, (u_char *)(void *)c);
	return count < 0 ? capture_error(c, "read", count) : count;
}

void capture_get_stats(const struct capture *c, struct capture_stats *ret_stats)
{
	struct pcap_stat stat = { 0 };

	if (!pcap_stats(c->pcap, &stat))
		*ret_stats = (struct capture_stats){ stat.ps_recv, stat.ps_drop };
}
