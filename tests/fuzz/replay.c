// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs a fuzz target over files, for compilers without libFuzzer: those named as
 * arguments, or all of tests/fuzz/corpus/NAME where the program is fuzz_NAME.
 * Reports in TAP; an input that ends the process is missing from the report.
 */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static unsigned int count;

static uint8_t *read_all(const char *path, size_t *ret_len)
{
	FILE *in = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long len;

	if (!in)
		return NULL;
	if (fseek(in, 0, SEEK_END) == 0 && (len = ftell(in)) >= 0) {
		rewind(in);
		/* Exactly as long as the input, so that ASan sees a read past its end. */
		bytes = malloc(len > 0 ? (size_t)len : 1);
		if (bytes)
			*ret_len = fread(bytes, 1, (size_t)len, in);
	}
	fclose(in);
	return bytes;
}

static bool replay_file(const char *path)
{
	size_t len = 0;
	uint8_t *bytes = read_all(path, &len);
	const char *slash = strrchr(path, '/');

	if (bytes)
		LLVMFuzzerTestOneInput(bytes, len);
	printf("%s %u - %s\n", bytes ? "ok" : "not ok", ++count, slash ? slash + 1 : path);
	fflush(stdout);
	free(bytes);
	return bytes != NULL;
}

static bool replay_corpus(const char *program)
{
	const char *name = strstr(program, "fuzz_"), *srcdir = getenv("srcdir");
	char folder[PATH_MAX], path[2 * PATH_MAX];
	struct dirent **files;
	bool good = true;
	int found;

	for (const char *later = name; later; later = strstr(later + 1, "fuzz_"))
		name = later;
	snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".",
		 name ? name + strlen("fuzz_") : program);
	found = scandir(folder, &files, NULL, alphasort);
	for (int i = 0; i < found; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]->d_name);
		if (files[i]->d_name[0] != '.')
			good = replay_file(path) && good;
		free(files[i]);
	}
	if (found >= 0)
		free(files);
	if (count > 0)
		return good;
	printf("Bail out! no input in %s\n", folder);
	return false;
}

int main(int argc, char **argv)
{
	bool good = true, named = false;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-') /* the test driver's, meant for Criterion */
			continue;
		named = true;
		good = replay_file(argv[i]) && good;
	}
	if (!named)
		good = replay_corpus(argv[0]);
	printf("1..%u\n", count);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
