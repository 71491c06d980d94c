// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "targets/file.h"

#define HEADER "address;asnumber;email_contact"

/* The text up to the next semicolon, without blanks; "" where there is none.
 * *rest moves behind the semicolon, and becomes NULL at the end. */
static const char *field_next(char **rest)
{
	char *field = strsep(rest, ";");

	return field ? text_trim(field) : "";
}

/* Decimal, 32 bits (RFC 6793); an empty text is 0, which is no network's number. */
static bool asn_from_text(const char *text, uint32_t *ret_asn)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long asn;

	if (text[digits] != '\0')
		return false;
	asn = strtoull(text, NULL, 10); /* what is too great for it becomes the greatest */
	if (asn > UINT32_MAX)
		return false;
	*ret_asn = (uint32_t)asn;
	return true;
}

/* The contact goes to files of all formats, so it is held to what each can carry. */
static bool check_contact(const char *contact, char ret_reason[static ENTRY_REASON_LEN])
{
	if (!text_is_plain(contact))
		return entry_refuse(contact, "is not a contact in ASCII", ret_reason);
	if (strlen(contact) >= TARGET_CONTACT_MAX)
		return entry_refuse(contact, "is too long a contact", ret_reason);
	return true;
}

static bool endpoints_parse_line(struct target *ret_target, size_t number, char *line,
				 char ret_reason[static ENTRY_REASON_LEN])
{
	char *rest = text_trim(line);
	const char *address, *asn, *contact;
	uint32_t declared_asn;

	if (*rest == '\0' || *rest == '#' || (number == 1 && strcmp(rest, HEADER) == 0))
		return true;
	address = field_next(&rest);
	asn = field_next(&rest);
	contact = field_next(&rest);
	if (rest)
		return entry_refuse(rest, "is more than address;asnumber;email_contact",
				    ret_reason);
	if (strchr(address, '/'))
		return entry_refuse(address, "is not the address of one endpoint", ret_reason);
	if (!asn_from_text(asn, &declared_asn))
		return entry_refuse(asn, "is not an AS number", ret_reason);
	if (!check_contact(contact, ret_reason) || !entry_parse(address, ret_target, ret_reason))
		return false;
	ret_target->declared_asn = declared_asn;
	memcpy(ret_target->contact, contact, strlen(contact) + 1);
	return true;
}

int source_open_endpoints(const char *path, struct target_source **ret_source)
{
	return file_open("endpoints", path, endpoints_parse_line, ret_source);
}
