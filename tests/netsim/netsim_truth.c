// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The ground truth of a synthetic Internet, for scripts.
 *
 *	netsim_truth [OPTIONS] targets COUNT		addresses to probe, one a line
 *	netsim_truth [OPTIONS] path TARGET...		who answers, hop by hop
 *	netsim_truth [OPTIONS] check TARGETS RESULTS	RESULTS has lines "target ttl address"
 *
 * `check` prints its score as JSON.  Its exit status is 1 if anything is wrong or foreign;
 * the first such lines are on stderr.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/netsim/options.h"
#include "tests/netsim/truth.h"

#define COMPLAINTS 5

static int print_help(void)
{
	fputs("usage: netsim_truth [OPTIONS] targets COUNT | path TARGET... |\n"
	      "                                check TARGETS RESULTS\n"
	      "  --return          the paths from the targets back to us\n"
	      "  --client ADDRESS  who probes (192.0.2.2)\n"
	      "  --proto N         of the probes (17)\n"
	      "  --word N          their first 32 bits after the IP header; else each branch is "
	      "right\n",
	      stderr);
	world_print_help(stderr);
	return 2;
}

static bool read_addr(const char *text, uint32_t *ret_addr)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		return false;
	*ret_addr = ntohl(addr.s_addr);
	return true;
}

static const char *print_addr(uint32_t addr, char text[static INET_ADDRSTRLEN])
{
	struct in_addr in = { htonl(addr) };

	return inet_ntop(AF_INET, &in, text, INET_ADDRSTRLEN);
}

static int print_targets(const struct truth_question *q, const char *count_text)
{
	struct truth_targets targets = truth_targets(&q->world);
	char text[INET_ADDRSTRLEN];
	uint32_t count, target;

	if (!netsim_number(count_text, 0, UINT32_MAX, &count))
		return print_help();
	while (count-- > 0) {
		if (!truth_next_target(&targets, &target)) {
			fputs("netsim_truth: there are no more\n", stderr);
			return 1;
		}
		puts(print_addr(target, text));
	}
	return 0;
}

static int print_path(const struct truth_question *q, const char *target_text)
{
	char text[INET_ADDRSTRLEN];
	uint32_t target;

	if (!read_addr(target_text, &target))
		return print_help();
	printf("%s\n", target_text);
	for (uint32_t ttl = 1; ttl <= truth_length(q, target); ttl++) {
		uint32_t addrs[WORLD_BRANCHES];
		uint32_t count = truth_hop(q, target, ttl, addrs);

		printf("%3" PRIu32, ttl);
		for (uint32_t i = 0; i < count; i++)
			printf(" %s", print_addr(addrs[i], text));
		puts(count ? "" : " *");
	}
	return 0;
}

static uint32_t *read_targets(const char *path, size_t *ret_count)
{
	FILE *file = fopen(path, "r");
	uint32_t *targets = NULL;
	size_t room = 0;
	char line[256];

	*ret_count = 0;
	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, " \t\r\n")] = 0;
		if (*ret_count == room) {
			uint32_t *more =
				realloc(targets, (room = 2 * room + 1024) * sizeof(*targets));

			if (!more)
				break;
			targets = more;
		}
		if (read_addr(line, &targets[*ret_count]))
			(*ret_count)++;
	}
	if (!file)
		perror(path);
	else
		fclose(file);
	return targets;
}

static void print_score(const struct truth_score *s)
{
	printf("{\"targets\": %" PRIu64 ", \"hops\": %" PRIu64 ", \"hops_found\": %" PRIu64
	       ", \"nodes\": %" PRIu64 ", \"nodes_found\": %" PRIu64 ", \"lines\": %" PRIu64
	       ", \"repeated\": %" PRIu64 ", \"beyond\": %" PRIu64 ", \"wrong\": %" PRIu64
	       ", \"foreign\": %" PRIu64 "}\n",
	       s->targets, s->hops, s->hops_found, s->nodes, s->nodes_found, s->lines, s->repeated,
	       s->beyond, s->wrong, s->foreign);
}

static void judge_line(struct truth *truth, const char *line)
{
	struct truth_score before = truth_score(truth);
	char target_text[64], addr_text[64];
	uint32_t target, ttl, addr;

	if (sscanf(line, "%63s %" SCNu32 " %63s", target_text, &ttl, addr_text) != 3 ||
	    !read_addr(target_text, &target) || !read_addr(addr_text, &addr))
		return;
	if (!truth_judge(truth, target, ttl, addr) && before.wrong + before.foreign < COMPLAINTS)
		fprintf(stderr, "not so: %s", line);
}

static int check(const struct truth_question *q, const char *target_path, const char *result_path)
{
	size_t count;
	uint32_t *targets = read_targets(target_path, &count);
	FILE *results = fopen(result_path, "r");
	struct truth *truth = NULL;
	struct truth_score score;
	char line[256];
	int status = 1;

	if (!results)
		perror(result_path);
	if (!targets || !results || truth_new(q, targets, count, &truth))
		goto out;
	while (fgets(line, sizeof(line), results))
		judge_line(truth, line);
	score = truth_score(truth);
	print_score(&score);
	status = score.wrong || score.foreign;
out:
	if (results)
		fclose(results);
	truth_free(truth);
	free(targets);
	return status;
}

static bool take_option(struct truth_question *q, int option, const char *value)
{
	uint32_t proto;

	switch (option) {
	case 'r':
		q->is_return = true;
		return true;
	case 'c':
		return read_addr(value, &q->client);
	case 'p':
		if (!netsim_number(value, 0, 255, &proto))
			return false;
		q->proto = (uint8_t)proto;
		return true;
	case 'w':
		q->has_word = true;
		return netsim_number(value, 0, UINT32_MAX, &q->word);
	default:
		return world_set_option(&q->world, option, value);
	}
}

int main(int argc, char **argv)
{
	struct option options[WORLD_OPTION_COUNT + 5] = {
		{ "return", no_argument, NULL, 'r' },
		{ "client", required_argument, NULL, 'c' },
		{ "proto", required_argument, NULL, 'p' },
		{ "word", required_argument, NULL, 'w' },
	};
	struct truth_question q = { .world = world_default(), .client = 0xc0000202, .proto = 17 };
	int status = 0;
	int option;

	memcpy(options + 4, world_long_options, (WORLD_OPTION_COUNT + 1) * sizeof(*options));
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1)
		if (!take_option(&q, option, optarg))
			return 2;
	argc -= optind;
	argv += optind;
	if (!world_is_sound(&q.world))
		return 2;
	if (argc == 2 && !strcmp(argv[0], "targets"))
		return print_targets(&q, argv[1]);
	if (argc == 3 && !strcmp(argv[0], "check"))
		return check(&q, argv[1], argv[2]);
	if (argc < 2 || strcmp(argv[0], "path") != 0)
		return print_help();
	for (int i = 1; i < argc && !status; i++)
		status = print_path(&q, argv[i]);
	return status;
}
