// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/folder.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/test_folder.XXXXXX";

void folder_set_up(void)
{
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chmod(folder, 0755), 0); /* programs may run as somebody else */
}

void folder_tear_down(void)
{
	char command[64];

	snprintf(command, sizeof(command), "/bin/rm -rf %s", folder);
	cr_assert_eq(system(command), 0);
}

const char *folder_path(const char *name)
{
	static char paths[8][512];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

bool folder_has(const char *name)
{
	return access(folder_path(name), F_OK) == 0;
}

int folder_count(void)
{
	DIR *dir = opendir(folder);
	int count = -2; /* . and .. */

	cr_assert_not_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

const char *folder_read(const char *name)
{
	static char content[65536];
	FILE *in = fopen(folder_path(name), "r");
	size_t len;

	cr_assert_not_null(in, "%s", name);
	len = fread(content, 1, sizeof(content) - 1, in);
	fclose(in);
	content[len] = '\0';
	return content;
}

void folder_write(const char *name, const char *content)
{
	FILE *out = fopen(folder_path(name), "w");

	cr_assert_not_null(out, "%s", name);
	fputs(content, out);
	fclose(out);
}

void folder_program(const char *name, const char *script)
{
	char text[1024];

	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	folder_write(name, text);
	cr_assert_eq(chmod(folder_path(name), 0755), 0);
	snprintf(text, sizeof(text), "%s:/usr/bin:/bin", folder);
	setenv("PATH", text, 1);
}
