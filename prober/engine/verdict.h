// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of a reply.  Each verdict has a counter of its own and a name. */
#pragma once

enum match_verdict {
	MATCH_ANSWER,	    /* answers a probe */
	MATCH_SENT,	    /* a packet of ours: its departure is stamped */
	MATCH_ARRIVAL,	    /* a server's probe reached us: stored with its request */
	MATCH_DUPLICATE,    /* its probe was answered already */
	MATCH_LATE,	    /* its probe was given up */
	MATCH_UNKNOWN,	    /* no probe in question */
	MATCH_MISFIT,	    /* another protocol, flow or address than its probe's */
	MATCH_FORGED,	    /* the keyed value is wrong */
	MATCH_IMPLAUSIBLE,  /* says what can't be: an answer before the question … */
	MATCH_INCONSISTENT, /* an arrival that contradicts the path seen so far */
	MATCH_VERDICT_COUNT /* keep last */
};

const char *match_verdict_name(enum match_verdict verdict);
