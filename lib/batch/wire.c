/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/path.h"
#include "batch/wire.h"
#include "door/http.h"

/* ---- packets ---- */

union one_descriptor {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

bool ed_wire_send(int socket, const void *bytes, size_t len, int fd, int flags)
{
	struct iovec iov = {(void *)bytes, len};
	union one_descriptor control = {{0}};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *head;
	ssize_t sent;

	if (fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		head = CMSG_FIRSTHDR(&msg);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	}
	do {
		sent = sendmsg(socket, &msg, flags | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)len;
}

ssize_t ed_wire_take(int socket, void *bytes, size_t size, int *fd, int flags)
{
	struct iovec iov = {bytes, size};
	union one_descriptor control;
	struct msghdr msg = {.msg_iov = &iov,
	                     .msg_iovlen = 1,
	                     .msg_control = control.bytes,
	                     .msg_controllen = sizeof(control.bytes)};
	ssize_t got;

	*fd = -1;
	do {
		got = recvmsg(socket, &msg, flags | MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return got;
	for (struct cmsghdr *head = CMSG_FIRSTHDR(&msg); head; head = CMSG_NXTHDR(&msg, head)) {
		if (head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
		    head->cmsg_len == CMSG_LEN(sizeof(int)))
			memcpy(fd, CMSG_DATA(head), sizeof(*fd));
	}
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		if (*fd >= 0)
			close(*fd);
		*fd = -1;
		errno = EMSGSIZE;
		return -1;
	}
	return got;
}

/* ---- what is believed ---- */

bool ed_answer_status(int status)
{
	static const int known[] = {0, 1, 2, 65, 66, 70, 73, 74, 75, 77, 78};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (status == known[i])
			return true;
	return false;
}

/* The length of a colour's sequence (ECMA-48 SGR), or 0. */
static size_t sgr(const char *text, size_t len)
{
	size_t n = 2;

	if (len < 3 || text[0] != '\033' || text[1] != '[')
		return 0;
	while (n < len && n < 12 && ((text[n] >= '0' && text[n] <= '9') || text[n] == ';'))
		n++;
	return n < len && text[n] == 'm' ? n + 1 : 0;
}

bool ed_answer_plain(const char *text, size_t len, bool color)
{
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)text[i];
		size_t n = 1;
		uint32_t rune;

		if (c == '\033' && color) {
			n = sgr(text + i, len - i);
		} else if (c >= 0x80) {
			n = ed_utf8_next(text + i, len - i, &rune);
			if (n && ed_rune_steers(rune))
				n = 0;
		} else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
			n = 0;
		}
		if (!n)
			return false;
		i += n;
	}
	return true;
}

bool ed_answer_error(const struct edoc_error *error)
{
	return error->code > EDOC_OK && error->code <= EDOC_ERR_BUG &&
	       memchr(error->where, '\0', sizeof(error->where)) &&
	       memchr(error->msg, '\0', sizeof(error->msg)) &&
	       ed_answer_plain(error->where, strlen(error->where), false) &&
	       ed_answer_plain(error->msg, strlen(error->msg), false);
}

bool ed_wish_sound(const struct ed_wish *wish, size_t len)
{
	if (len < offsetof(struct ed_wish, rest) || wish->kind < EDOC_FETCH_CRL ||
	    wish->kind > EDOC_FETCH_LIST)
		return false;
	len -= offsetof(struct ed_wish, rest);
	return wish->url_len <= len && wish->body_len == len - wish->url_len &&
	       wish->body_len <= ED_MAX_FETCH_BODY && wish->max <= ED_MAX_FETCH &&
	       ed_http_url((const char *)wish->rest, wish->url_len);
}
