// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/basic.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

static bool split(const char *text, size_t len, struct credentials *ret_credentials)
{
	const char *colon = memchr(text, ':', len);
	size_t name_len = colon ? (size_t)(colon - text) : 0;
	size_t password_len = len - name_len - 1;

	if (!colon || name_len >= ACCOUNT_NAME_LEN || password_len >= BASIC_PASSWORD_LEN ||
	    memchr(text, '\0', len))
		return false;
	memset(ret_credentials, 0, sizeof(*ret_credentials));
	memcpy(ret_credentials->name, text, name_len);
	memcpy(ret_credentials->password, colon + 1, password_len);
	return true;
}

bool basic_read(const char *header, struct credentials *ret_credentials)
{
	char text[ACCOUNT_NAME_LEN + BASIC_PASSWORD_LEN];
	bool is_good = false;
	size_t len;

	if (!header || strncasecmp(header, "Basic ", 6) != 0)
		return false;
	header += 6 + strspn(header + 6, " ");
	if (sodium_base642bin((unsigned char *)text, sizeof(text), header, strlen(header), " \t",
			      &len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0)
		is_good = split(text, len, ret_credentials);
	sodium_memzero(text, sizeof(text));
	return is_good;
}

void credentials_fini(struct credentials *c)
{
	sodium_memzero(c, sizeof(*c));
}
