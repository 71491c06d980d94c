// SPDX-License-Identifier: GPL-2.0-or-later
/* What a client posts, up to the document; and the addresses and numbers of a collector. */
#include "prober/collect/upload.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/gzip.h"
#include "prober/collect/counts.h"
#include "tests/unit/study_checks.h"

static char *document(void)
{
	return json_dumps(study_sample(study_samples[0]), 0);
}

static struct upload_request request_of(const void *body, size_t len)
{
	return (struct upload_request){ .content_type = "application/json",
					.body = body,
					.body_len = len,
					.document_max = 1 << 20 };
}

static void expect(const struct upload_request *request, enum upload_status wanted,
		   const char *wanted_reason)
{
	char reason[STUDY_REASON_LEN] = "";
	struct upload upload;
	enum upload_status status = upload_read(request, &upload, reason);

	cr_assert_eq(status, wanted, "%d: %s", status, reason);
	cr_assert_str_eq(reason, wanted_reason);
	if (status == UPLOAD_OK)
		upload_fini(&upload);
}

Test(upload, types)
{
	static const char *const good[] = { "application/json", "Application/JSON",
					    "application/json; charset=utf-8",
					    "application/json ;x" };
	static const char *const bad[] = { NULL,
					   "",
					   "text/plain",
					   "application/jsonp",
					   "application/json+x",
					   "application/x-www-form-urlencoded" };
	char *text = document();
	struct upload_request r = request_of(text, strlen(text));

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		r.content_type = good[i];
		expect(&r, UPLOAD_OK, "");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r.content_type = bad[i];
		expect(&r, UPLOAD_UNSUPPORTED, "Content-Type: not application/json");
	}
	free(text);
}

Test(upload, keys)
{
	static const struct {
		const char *header, *key;
	} good[] = {
		{ "\"21f70748-8cb4-4293-9e2b-2fbeff3b9d74\"",
		  "21f70748-8cb4-4293-9e2b-2fbeff3b9d74" },
		{ "21f70748", "21f70748" },
		{ "\"a b;c\"", "a b;c" },
		{ NULL, "" },
	};
	static const char *const bad[] = { "",	   "\"\"",     "\"",   "\"a",	  "a\"",
					   "a\"b", "\"a\\b\"", "\x01", "\xc3\xa9" };
	char *text = document(), reason[STUDY_REASON_LEN], longest[300];
	struct upload_request r = request_of(text, strlen(text));

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct upload upload;

		r.key = good[i].header;
		cr_assert_eq(upload_read(&r, &upload, reason), UPLOAD_OK);
		cr_assert_str_eq(upload.key, good[i].key);
		upload_fini(&upload);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r.key = bad[i];
		expect(&r, UPLOAD_BAD_REQUEST,
		       "Idempotency-Key: not 1 to 255 printable characters in quotes");
	}
	memset(longest, 'k', sizeof(longest));
	longest[255] = '\0';
	r.key = longest;
	expect(&r, UPLOAD_OK, "");
	longest[255] = 'k';
	longest[256] = '\0';
	expect(&r, UPLOAD_BAD_REQUEST,
	       "Idempotency-Key: not 1 to 255 printable characters in quotes");
	free(text);
}

Test(upload, encodings)
{
	char *text = document(), *blanks = malloc(1 << 22);
	size_t len = strlen(text), packed_len;
	struct upload_request r = request_of(text, len);
	void *packed;

	r.content_encoding = "identity";
	expect(&r, UPLOAD_OK, "");
	r.content_encoding = "gzip";
	expect(&r, UPLOAD_BAD_REQUEST, "the body is not one whole gzip");
	r.body_len = 0;
	expect(&r, UPLOAD_BAD_REQUEST, "the body is not one whole gzip");
	cr_assert_eq(gzip_pack(text, len, &packed, &packed_len), 0);
	r.body = packed;
	r.body_len = packed_len;
	expect(&r, UPLOAD_OK, "");
	r.content_encoding = "X-GZIP";
	expect(&r, UPLOAD_OK, "");
	r.document_max = len;
	expect(&r, UPLOAD_OK, "");
	r.document_max = len - 1;
	expect(&r, UPLOAD_TOO_LARGE, "the document is too long, unpacked");
	r.body_len--;
	r.document_max = 1 << 20;
	expect(&r, UPLOAD_BAD_REQUEST, "the body is not one whole gzip");
	r.content_encoding = "br";
	expect(&r, UPLOAD_UNSUPPORTED, "Content-Encoding: neither gzip nor none");
	r.content_encoding = "gzip, gzip";
	expect(&r, UPLOAD_UNSUPPORTED, "Content-Encoding: neither gzip nor none");
	free(packed);
	/* Four kilobytes that would be four megabytes. */
	memset(blanks, ' ', 1 << 22);
	cr_assert_eq(gzip_pack(blanks, 1 << 22, &packed, &packed_len), 0);
	r = request_of(packed, packed_len);
	r.content_encoding = "gzip";
	expect(&r, UPLOAD_TOO_LARGE, "the document is too long, unpacked");
	r = request_of(blanks, 1 << 22);
	expect(&r, UPLOAD_TOO_LARGE, "the document is too long");
	free(packed);
	free(blanks);
	free(text);
}

Test(upload, documents)
{
	struct upload_request r = request_of("{", 1);

	expect(&r, UPLOAD_BAD_REQUEST, "JSON: not valid in line 1, column 1");
	r = request_of("{}", 2);
	expect(&r, UPLOAD_UNPROCESSABLE, "document: has no 'target'");
	r = request_of("[[[[[[[[[[", 10);
	expect(&r, UPLOAD_UNPROCESSABLE, "JSON: deeper than 8 levels");
	r = request_of(NULL, 0);
	expect(&r, UPLOAD_BAD_REQUEST, "JSON: not valid in line 1, column 0");
}

Test(upload, each_end_has_a_name_of_its_own)
{
	struct counts counts = { .ends = { 1, 2, 3 }, .commit_ns = 1500000000 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	counts_print(out, &counts, "1.2");
	fclose(out);
	for (int i = 0; i < COUNT_ENDS; i++) {
		char line[80];

		snprintf(line, sizeof(line), "\nrevprobe_collect_requests_total{end=\"%s\"} %d\n",
			 count_end_name((enum count_end)i), i < 3 ? i + 1 : 0);
		cr_assert_not_null(strstr(text, line), "%s", line);
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(count_end_name((enum count_end)i),
					  count_end_name((enum count_end)j));
	}
	cr_assert_not_null(strstr(text, "\nrevprobe_collect_commit_seconds_total 1.500000\n"));
	cr_assert_not_null(strstr(text, "build_info{version=\"1.2\"} 1\n"));
	free(text);
}
