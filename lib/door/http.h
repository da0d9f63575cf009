/* SPDX-License-Identifier: ISC */
/*
 * The door to libcurl: one GET or POST over http or https.  libcurl and the
 * thirty libraries behind it are loaded by the first fetch, so that whoever
 * never fetches has no network code in his process, nor waits for its loading.
 */
#ifndef ED_DOOR_HTTP_H
#define ED_DOOR_HTTP_H

#include "base/buf.h"

struct ed_http; /* keeps connections open between fetches */

struct ed_http_options {
	/* As curl(1) takes them; NULL: none. */
	const char *http_proxy, *https_proxy, *no_proxy;
	/* NULL-ended: names that may lie at loopback, link-local or private
	 * addresses.  A stranger's URL otherwise reaches what only we can. */
	const char *const *intranet;
	unsigned seconds; /* of one fetch */
	int stop;         /* a descriptor that ends a fetch once it is readable, or -1 */
};

struct ed_http_request {
	const char *url;
	const char *type, *accept; /* of the body; of the answer; or NULL */
	const void *body;          /* POST, which follows no redirection; or NULL */
	size_t body_len;
	const char *wanted; /* the only media type that is taken for an answer, or NULL: any */
	/* The user named this address himself: it may lie wherever it does. */
	bool own;
	/* "user:password" (Basic, Digest: RFC 7617, 7616), or NULL.  Over plain
	 * http only within this machine or to a host of `intranet`, past any proxy. */
	const char *login;
	/* PEM: the authorities, one of which must vouch for an https server, in place of
	 * the system's; or NULL. */
	const char *ca_file;
	int64_t limit; /* milliseconds, less than the options'; 0: those */
};

/* How a fetch ended. */
struct ed_http_end {
	bool silent;   /* the host itself did not answer */
	bool broken;   /* the connection ended before the answer did */
	long status;   /* HTTP's, or 0 */
	int64_t again; /* seconds of Retry-After, or 0 */
	int64_t took;  /* milliseconds */
};

enum edoc_code ed_http_new(const struct ed_http_options *options, struct ed_http **http,
                           struct edoc_error *err) EDOC_CHECK;
void ed_http_free(struct ed_http *http);
/* EDOC_ERR_AGAIN: no answer, or not the one that was asked for.  LIMIT: longer
 * than answer->max.  CONFIG: a login that would go out in the clear, a
 * ca_file that is none. */
enum edoc_code ed_http_fetch(struct ed_http *http, const struct ed_http_request *request,
                             struct ed_buf *answer, struct ed_http_end *end,
                             struct edoc_error *err) EDOC_CHECK;

/* http or https, visible ASCII, a host, no credentials (RFC 3986 3.2.1). */
bool ed_http_url(const char *url, size_t len);
/* The host of such a URL, lower case, without port and brackets. */
#define ED_HTTP_HOST 256
bool ed_http_host(const char *url, char host[ED_HTTP_HOST]);
/* Loopback, link-local, private, multicast, unspecified: RFC 6890. */
struct sockaddr;
bool ed_http_is_private(const struct sockaddr *address);

#endif
