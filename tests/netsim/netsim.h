// SPDX-License-Identifier: GPL-2.0-or-later
/* What the XDP program and its loader share besides the world: counters. */
#pragma once

enum netsim_counter {
	NETSIM_PROBES,	 /* IPv4 packets that are no business of the link itself */
	NETSIM_EXCEEDED, /* answers ... */
	NETSIM_UNREACHABLE,
	NETSIM_ECHO,
	NETSIM_RESET,
	NETSIM_OPEN,
	NETSIM_RESULT, /* ... to reverse traceroute requests */
	NETSIM_STATUS,
	NETSIM_SILENT, /* no answer: met who never gives one */
	NETSIM_LOST,
	NETSIM_LIMITED, /* the node has sent too many errors */
	NETSIM_DAMAGED, /* a wrong length or checksum, a fragment, options */
	NETSIM_IGNORED, /* nothing that anybody answers */
	NETSIM_COUNTERS,
};

#define NETSIM_COUNTER_NAMES                                                                      \
	{                                                                                         \
		"probes", "exceeded", "unreachable", "echo", "reset", "open", "result", "status", \
			"silent", "lost", "limited", "damaged", "ignored",                        \
	}

/* Sizes of the table of nodes whose errors are limited. */
#define NETSIM_LIMITED_NODES 1048576
