// SPDX-License-Identifier: GPL-2.0-or-later
/* May measurements be sent?  Asked on the terminal, naming what goes where. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct consent_question {
	const char *collector; /* its URL */
	const char *user;      /* "": without a name */
	bool with_names;       /* host names are sent, too */
	bool with_source;      /* and our own address */
	int64_t waiting;       /* that many, agreed upon for another collector; 0: new ones */
};

/*
 * `yes` answers for the user.  Returns 0; -EACCES for "no", -ENOTTY where there is
 * neither a terminal nor `yes`: both were said.
 */
int consent_ask(const struct consent_question *question, bool yes);
