// SPDX-License-Identifier: GPL-2.0-or-later
#include "prober/collect/hasher.h"

#include <crypt.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/privilege.h"
#include "prober/collect/account.h"
#include "prober/collect/basic.h"

struct question {
	uint64_t id;
	char hash[ACCOUNT_HASH_LEN];
	char password[BASIC_PASSWORD_LEN];
};

struct verdict_message {
	uint64_t id;
	uint64_t is_right;
};

struct hasher {
	int fd;
	pid_t child;
	size_t waiting;
};

/* --- the child ------------------------------------------------------------------------- */

static bool is_right(const struct question *q, struct crypt_data *data)
{
	const char *made = crypt_rn(q->password, q->hash, data, sizeof(*data));
	size_t len = strlen(q->hash);

	return made && strlen(made) == len && sodium_memcmp(made, q->hash, len) == 0;
}

/* Signals are the parent's business: the child ends when nobody asks any more. */
static void child_run(int fd)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	static struct crypt_data data;
	static struct question q;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_DUMPABLE, 0);
	if (privilege_drop())
		_exit(EXIT_FAILURE);
	while (recv(fd, &q, sizeof(q), 0) == sizeof(q)) {
		struct verdict_message v = { q.id, is_right(&q, &data) };

		sodium_memzero(&q, sizeof(q));
		sodium_memzero(&data, sizeof(data));
		if (send(fd, &v, sizeof(v), MSG_NOSIGNAL) != sizeof(v))
			break;
	}
	_exit(EXIT_SUCCESS);
}

/* --- the parent ------------------------------------------------------------------------ */

int hasher_start(struct hasher **ret_hasher)
{
	struct hasher *h = calloc(1, sizeof(*h));
	int fds[2];

	if (!h)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		free(h);
		return -errno;
	}
	h->child = fork();
	if (h->child == 0) {
		close(fds[0]);
		child_run(fds[1]);
	}
	close(fds[1]);
	h->fd = fds[0];
	if (h->child < 0) {
		int err = -errno;

		close(h->fd);
		free(h);
		return err;
	}
	*ret_hasher = h;
	return 0;
}

void hasher_stop(struct hasher *h)
{
	if (!h)
		return;
	close(h->fd);
	/* It may be at work still, for a moment: nobody waits for that. */
	kill(h->child, SIGKILL);
	waitpid(h->child, NULL, 0);
	free(h);
}

int hasher_fd(const struct hasher *h)
{
	return h->fd;
}

size_t hasher_waiting(const struct hasher *h)
{
	return h->waiting;
}

int hasher_ask(struct hasher *h, uint64_t id, const char *hash, const char *password)
{
	struct question q = { .id = id };
	ssize_t sent;

	if (h->waiting >= HASHER_QUEUE_MAX)
		return -EAGAIN;
	strncpy(q.hash, hash, sizeof(q.hash) - 1);
	strncpy(q.password, password, sizeof(q.password) - 1);
	sent = send(h->fd, &q, sizeof(q), MSG_DONTWAIT | MSG_NOSIGNAL);
	sodium_memzero(&q, sizeof(q));
	if (sent < 0)
		return -errno;
	h->waiting++;
	return 0;
}

int hasher_next(struct hasher *h, uint64_t *ret_id, bool *ret_is_right)
{
	struct verdict_message v;
	ssize_t len = recv(h->fd, &v, sizeof(v), MSG_DONTWAIT);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (len != sizeof(v))
		return -EPIPE;
	h->waiting--;
	*ret_id = v.id;
	*ret_is_right = v.is_right;
	return 0;
}
