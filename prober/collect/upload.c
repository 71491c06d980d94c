// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "output/gzip.h"

static enum upload_status refuse(enum upload_status status, char *reason, const char *text)
{
	snprintf(reason, STUDY_REASON_LEN, "%s", text);
	return status;
}

/* A media type, whatever its parameters. */
static bool is_json(const char *type)
{
	static const char json[] = "application/json";
	size_t len = sizeof(json) - 1;

	return type && strncasecmp(type, json, len) == 0 &&
	       (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

/* A string of RFC 8941, in quotes, or the same without any. */
static bool read_key(const char *header, char ret_key[static UPLOAD_KEY_LEN])
{
	size_t len = strlen(header);
	bool is_quoted = len >= 2 && header[0] == '"' && header[len - 1] == '"';

	if (is_quoted) {
		header++;
		len -= 2;
	}
	if (len == 0 || len >= UPLOAD_KEY_LEN)
		return false;
	memcpy(ret_key, header, len);
	ret_key[len] = '\0';
	return text_is_plain(ret_key) && !strpbrk(ret_key, "\"\\");
}

static enum upload_status unpack(const struct upload_request *r, struct upload *u, char *reason)
{
	const char *encoding = r->content_encoding;

	if (!encoding || strcasecmp(encoding, "identity") == 0) {
		if (r->body_len > r->document_max)
			return refuse(UPLOAD_TOO_LARGE, reason, "the document is too long");
		u->text = malloc(r->body_len + 1);
		if (!u->text)
			return refuse(UPLOAD_NO_MEMORY, reason, "out of memory");
		if (r->body_len > 0)
			memcpy(u->text, r->body, r->body_len);
		u->len = r->body_len;
		return UPLOAD_OK;
	}
	if (strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "x-gzip") != 0)
		return refuse(UPLOAD_UNSUPPORTED, reason,
			      "Content-Encoding: neither gzip nor none");
	switch (gzip_unpack(r->body, r->body_len, r->document_max, &u->text, &u->len)) {
	case 0:
		return UPLOAD_OK;
	case -E2BIG:
		return refuse(UPLOAD_TOO_LARGE, reason, "the document is too long, unpacked");
	case -ENOMEM:
		return refuse(UPLOAD_NO_MEMORY, reason, "out of memory");
	default:
		return refuse(UPLOAD_BAD_REQUEST, reason, "the body is not one whole gzip");
	}
}

static enum upload_status read_document(struct upload *u, char *reason)
{
	switch (study_read(u->text, u->len, &u->input, reason)) {
	case 0:
		return UPLOAD_OK;
	case -EBADMSG:
		return UPLOAD_BAD_REQUEST;
	case -ENOMEM:
		return UPLOAD_NO_MEMORY;
	default:
		return UPLOAD_UNPROCESSABLE;
	}
}

enum upload_status upload_read(const struct upload_request *r, struct upload *ret_upload,
			       char reason[static STUDY_REASON_LEN])
{
	enum upload_status status;

	memset(ret_upload, 0, sizeof(*ret_upload));
	if (!is_json(r->content_type))
		return refuse(UPLOAD_UNSUPPORTED, reason, "Content-Type: not application/json");
	if (r->key && !read_key(r->key, ret_upload->key))
		return refuse(UPLOAD_BAD_REQUEST, reason,
			      "Idempotency-Key: not 1 to 255 printable characters in quotes");
	status = unpack(r, ret_upload, reason);
	if (status == UPLOAD_OK)
		status = read_document(ret_upload, reason);
	if (status != UPLOAD_OK)
		upload_fini(ret_upload);
	return status;
}

void upload_fini(struct upload *u)
{
	study_input_fini(&u->input);
	free(u->text);
	memset(u, 0, sizeof(*u));
}
