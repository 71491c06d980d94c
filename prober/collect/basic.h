// SPDX-License-Identifier: GPL-2.0-or-later
/* Basic authentication (RFC 7617): a name and a password out of a header. */
#pragma once

#include <stdbool.h>

#include "prober/collect/account.h"

#define BASIC_PASSWORD_LEN 512 /* as long as crypt(3) takes it */

struct credentials {
	char name[ACCOUNT_NAME_LEN];
	char password[BASIC_PASSWORD_LEN];
};

/* `header` is what follows "Authorization:"; NULL is none.  False: it has no credentials, or
 * longer ones than any account. */
bool basic_read(const char *header, struct credentials *ret_credentials);
/* Wipes it out. */
void credentials_fini(struct credentials *c);
