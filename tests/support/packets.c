// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/packets.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <dirent.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

struct packet_bytes packet_from_hex(const char *hex)
{
	struct packet_bytes p = { .len = 0 };
	int high = -1;

	for (; *hex; hex++) {
		int digit;

		if (isspace((unsigned char)*hex))
			continue;
		cr_assert(isxdigit((unsigned char)*hex), "not a hex digit: %c", *hex);
		digit = isdigit((unsigned char)*hex) ? *hex - '0'
						     : tolower((unsigned char)*hex) - 'a' + 10;
		if (high < 0) {
			high = digit;
			continue;
		}
		cr_assert_lt(p.len, sizeof(p.bytes));
		p.bytes[p.len++] = (uint8_t)(high << 4 | digit);
		high = -1;
	}
	cr_assert_lt(high, 0, "odd number of hex digits");
	return p;
}

static const char *capture_folder(char path[static 512])
{
	const char *srcdir = getenv("srcdir");

	snprintf(path, 512, "%s/tests/pcaps", srcdir ? srcdir : ".");
	return path;
}

struct capture_file capture_file_read(const char *name)
{
	struct capture_file file = { 0 };
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	char error[PCAP_ERRBUF_SIZE];
	char path[1024];
	char folder[512];
	pcap_t *pcap;

	snprintf(path, sizeof(path), "%s/%s", capture_folder(folder), name);
	pcap = pcap_open_offline(path, error);
	cr_assert(pcap, "%s: %s", path, error);
	cr_assert_eq(pcap_datalink(pcap), DLT_EN10MB);
	while (pcap_next_ex(pcap, &header, &bytes) == 1) {
		struct packet_bytes *p;

		file.packets = realloc(file.packets, (file.count + 1) * sizeof(*file.packets));
		cr_assert(file.packets);
		p = &file.packets[file.count++];
		cr_assert_leq(header->caplen, sizeof(p->bytes));
		memcpy(p->bytes, bytes, header->caplen);
		p->len = header->caplen;
		p->at_us = (uint64_t)header->ts.tv_sec * 1000000 + (uint64_t)header->ts.tv_usec;
	}
	pcap_close(pcap);
	return file;
}

void capture_file_free(struct capture_file *file)
{
	free(file->packets);
	*file = (struct capture_file){ 0 };
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

size_t capture_names(const char *prefix, const char *suffix, char ***ret_names)
{
	char folder[512];
	DIR *dir = opendir(capture_folder(folder));
	struct dirent *entry;
	char **names = NULL;
	size_t count = 0;

	cr_assert(dir, "%s: cannot open", folder);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || len < strlen(suffix) ||
		    strcmp(entry->d_name + len - strlen(suffix), suffix) != 0)
			continue;
		names = realloc(names, (count + 1) * sizeof(*names));
		cr_assert(names);
		names[count] = strdup(entry->d_name);
		cr_assert(names[count++]);
	}
	closedir(dir);
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	*ret_names = names;
	return count;
}

void capture_names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}
