// SPDX-License-Identifier: GPL-2.0-or-later
#include "targets/entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr_text.h"
#include "base/text.h"

#define SHOWN_LEN     128
#define DIGITS	      "0123456789"
#define LETTERS	      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HOST_LEN_MAX  253 /* RFC 1035 section 2.3.4: 255 on the wire */
#define LABEL_LEN_MAX 63
_Static_assert(HOST_LEN_MAX + sizeof(".") <= TARGET_NAME_MAX, "a name and a last dot fit");

bool entry_refuse(const char *text, const char *reason, char ret_reason[static ENTRY_REASON_LEN])
{
	char shown[SHOWN_LEN];

	snprintf(ret_reason, ENTRY_REASON_LEN, "'%s' %s", text_show(text, shown, sizeof(shown)),
		 reason);
	return false;
}

/*
 * Numbers with dots between them, or anything with a colon, is somebody's idea of
 * an address.  Resolvers would take "10.1" or "0x7f000001" for one that nobody
 * meant, and DNS servers have no use for "10.0.0.256".
 */
static bool looks_numeric(const char *text)
{
	if (strchr(text, ':'))
		return true;
	do {
		bool is_hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

		text += is_hex ? 2 + strspn(text + 2, DIGITS "abcdefABCDEF") : strspn(text, DIGITS);
	} while (*text++ == '.');
	return text[-1] == '\0';
}

/* RFC 1123 section 2.1, and underscores, which occur; the root's dot may end it. */
static bool is_host_name(const char *text)
{
	size_t len = strlen(text), at = 0;

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len > HOST_LEN_MAX)
		return false;
	for (;;) {
		size_t label = strspn(text + at, LETTERS DIGITS "-_");

		if (label == 0 || label > LABEL_LEN_MAX)
			return false;
		if (text[at] == '-' || text[at + label - 1] == '-')
			return false;
		at += label;
		if (at == len)
			return true;
		if (text[at++] != '.')
			return false;
	}
}

/* `text` is an address, a slash and a fitting length, but has bits set behind it. */
static bool refuse_host_bits(const char *text, char ret_reason[static ENTRY_REASON_LEN])
{
	char base[ADDR_TEXT_LEN], reason[ADDR_TEXT_LEN + 64];
	size_t base_len = strcspn(text, "/");
	unsigned long len = strtoul(text + base_len + 1, NULL, 10);
	struct addr a;

	memcpy(base, text, base_len);
	base[base_len] = '\0';
	if (!strchr(base, ':'))
		len += 96;
	if (!addr_from_text(base, &a))
		return entry_refuse(text, "is not a prefix", ret_reason);
	for (unsigned long bit = len; bit < 128; bit++)
		a.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	snprintf(reason, sizeof(reason), "has host bits set: did you mean %s/%lu?",
		 addr_to_text(&a, base), addr_is_v4(&a) ? len - 96 : len);
	return entry_refuse(text, reason, ret_reason);
}

bool entry_parse(const char *text, struct target *ret_target,
		 char ret_reason[static ENTRY_REASON_LEN])
{
	struct prefix prefix = { .len = TARGET_LEN_ONE };
	int err = prefix_from_text(text, &prefix);

	memset(ret_target, 0, sizeof(*ret_target));
	if (err == -EDOM)
		return refuse_host_bits(text, ret_reason);
	if (err && strchr(text, '/'))
		return entry_refuse(text, "is not a prefix", ret_reason);
	if (err && *text != '\0' && looks_numeric(text))
		return entry_refuse(text, "is not an address", ret_reason);
	if (err && !is_host_name(text))
		return entry_refuse(text, "is neither an address nor a host name", ret_reason);
	/* In a target `::` says that there is no address yet, so it cannot be one. */
	if (!err && addr_is_none(&prefix.base) && prefix.len == TARGET_LEN_ONE)
		return entry_refuse(text, "is the unspecified address", ret_reason);
	memcpy(ret_target->name, text, strlen(text) + 1);
	ret_target->prefix_len = prefix.len;
	if (!err)
		ret_target->addr = prefix.base;
	return true;
}
