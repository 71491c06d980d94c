// SPDX-License-Identifier: GPL-2.0-or-later
/* What an answer of a collector means for a document. */
#pragma once

enum verdict {
	VERDICT_SENT,	  /* it has it */
	VERDICT_REJECTED, /* it never takes this one */
	VERDICT_LATER,	  /* nobody knows, or not now: again, under the same key */
	VERDICT_REFUSED,  /* it takes none from us: somebody has to mend that */
};

/* `status` is HTTP's, 0: no whole answer came. */
enum verdict verdict_of(long status);
