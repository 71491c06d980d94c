// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a client has posted, from headers and bytes to a document that can be stored, or to
 * the status and the one reason why not.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "output/study_read.h"

#define UPLOAD_KEY_LEN 256 /* and its NUL */

/* Headers are NULL where there is none. */
struct upload_request {
	const char *content_type;
	const char *content_encoding;
	const char *key; /* Idempotency-Key */
	const void *body;
	size_t body_len;
	size_t document_max; /* bytes, unpacked */
};

struct upload {
	char key[UPLOAD_KEY_LEN]; /* "": none was sent */
	char *text;
	size_t len;
	struct study_input input;
};

/* HTTP's: RFC 9110, section 15.5. */
enum upload_status {
	UPLOAD_OK = 0,
	UPLOAD_BAD_REQUEST = 400,
	UPLOAD_TOO_LARGE = 413,
	UPLOAD_UNSUPPORTED = 415,
	UPLOAD_UNPROCESSABLE = 422,
	UPLOAD_NO_MEMORY = 503,
};

/* Unless it is UPLOAD_OK, `reason` says why; else the caller calls upload_fini(). */
enum upload_status upload_read(const struct upload_request *request, struct upload *ret_upload,
			       char reason[static STUDY_REASON_LEN]);
void upload_fini(struct upload *u);
