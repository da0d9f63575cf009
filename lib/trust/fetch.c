/* SPDX-License-Identifier: ISC */
/*
 * The caller's side of fetching: what this run has had, then the folder of
 * answers, then the network when it is allowed; each address once.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "door/http.h"
#include "trust/cache.h"

/* What came of an address in this run. */
struct had {
	struct had *next;
	unsigned char key[32];
	enum edoc_code code;
	bool ours; /* the bytes are here, not in the folder */
	size_t len;
	unsigned char bytes[];
};

struct edoc_fetcher {
	struct edoc_fetcher_options options;
	struct ed_cache *cache;
	struct ed_http *http; /* NULL until something is fetched */
	struct had *had[256]; /* by the key's first byte */
	size_t n, held;
	char (*silent)[ED_HTTP_HOST]; /* hosts that did not answer */
	size_t n_silent;
};

enum edoc_code edoc_fetcher_new(const struct edoc_fetcher_options *options,
                                struct edoc_fetcher **p_fetcher, struct edoc_error *err)
{
	struct edoc_fetcher *f = calloc(1, sizeof(*f));
	enum edoc_code code = EDOC_OK;

	*p_fetcher = NULL;
	if (!f)
		return ed_fail_memory(err);
	f->options = *options;
	if (options->cache)
		code = ed_cache_open(options->cache, options->online, &f->cache, err);
	if (code != EDOC_OK) {
		free(f);
		return code;
	}
	*p_fetcher = f;
	return EDOC_OK;
}

void edoc_fetcher_free(struct edoc_fetcher *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < 256; i++) {
		while (f->had[i]) {
			struct had *h = f->had[i];

			f->had[i] = h->next;
			free(h);
		}
	}
	free(f->silent);
	ed_http_free(f->http);
	ed_cache_free(f->cache);
	free(f);
}

bool edoc_fetcher_useful(const struct edoc_fetcher *f)
{
	return f->options.online || f->cache;
}

/* ---- what is asked ---- */

static bool key_of(const struct edoc_fetch *what, unsigned char key[32])
{
	struct ed_digest *digest = ed_digest_new(ED_SHA256);
	unsigned char out[ED_HASH_MAX], kind = (unsigned char)what->kind;
	bool done = digest && ed_digest_update(digest, &kind, 1) &&
	            ed_digest_update(digest, what->url, strlen(what->url) + 1) &&
	            (!what->body_len || ed_digest_update(digest, what->body, what->body_len)) &&
	            ed_digest_final(digest, out);

	if (done)
		memcpy(key, out, 32);
	ed_digest_free(digest);
	return done;
}

static const struct had *find(const struct edoc_fetcher *f, const unsigned char key[32])
{
	const struct had *h = f->had[key[0]];

	while (h && memcmp(h->key, key, 32) != 0)
		h = h->next;
	return h;
}

/* Remembered for this run; with its bytes when no folder keeps them and there
 * is room. */
static void remember(struct edoc_fetcher *f, const unsigned char key[32], enum edoc_code code,
                     const struct ed_buf *bytes, bool filed)
{
	bool ours = code == EDOC_OK && !filed;
	size_t len = ours ? bytes->len : 0;
	struct had *h;

	if (find(f, key) || f->n == ED_MAX_FETCHED || f->held + len > ED_FETCHED_BYTES)
		return; /* it will be asked for again */
	h = calloc(1, sizeof(*h) + len);
	if (!h)
		return;
	memcpy(h->key, key, 32);
	h->code = code;
	h->ours = ours;
	h->len = len;
	if (len)
		memcpy(h->bytes, ed_buf_str(bytes), len);
	h->next = f->had[key[0]];
	f->had[key[0]] = h;
	f->held += len;
	f->n++;
}

static bool was_silent(const struct edoc_fetcher *f, const char *host)
{
	for (size_t i = 0; i < f->n_silent; i++)
		if (!strcmp(f->silent[i], host))
			return true;
	return false;
}

static void note_silent(struct edoc_fetcher *f, const char *host)
{
	char(*more)[ED_HTTP_HOST] = NULL;

	if (f->n_silent < ED_MAX_SILENT)
		more = reallocarray(f->silent, f->n_silent + 1, sizeof(*more));
	if (!more)
		return;
	f->silent = more;
	memcpy(f->silent[f->n_silent++], host, ED_HTTP_HOST);
}

/* ---- the network ---- */

static const char *type_of(enum edoc_fetch_kind kind)
{
	return kind == EDOC_FETCH_OCSP    ? "application/ocsp-request"
	       : kind == EDOC_FETCH_STAMP ? "application/timestamp-query"
	                                  : NULL;
}

static const char *accept_of(enum edoc_fetch_kind kind)
{
	switch (kind) {
	case EDOC_FETCH_OCSP:
		return "application/ocsp-response";
	case EDOC_FETCH_CRL:
		return "application/pkix-crl, */*";
	case EDOC_FETCH_CERT:
		return "application/pkix-cert, application/pkcs7-mime, */*";
	case EDOC_FETCH_STAMP:
		return "application/timestamp-reply";
	case EDOC_FETCH_LIST:
		break;
	}
	return "*/*";
}

static int64_t whole(const struct edoc_fetcher *f)
{
	return 1000 * (int64_t)(f->options.seconds ? f->options.seconds : ED_FETCH_SECONDS);
}

static enum edoc_code go(struct edoc_fetcher *f, const struct edoc_fetch *what,
                         struct ed_buf *answer, struct ed_http_end *end, struct edoc_error *err)
{
	const struct ed_http_options how = {.http_proxy = f->options.http_proxy,
	                                    .https_proxy = f->options.https_proxy,
	                                    .no_proxy = f->options.no_proxy,
	                                    .intranet = f->options.intranet,
	                                    .seconds = f->options.seconds,
	                                    .stop = f->options.stop};
	bool stamp = what->kind == EDOC_FETCH_STAMP;
	const struct ed_http_request request = {.url = what->url,
	                                        .type = type_of(what->kind),
	                                        .accept = accept_of(what->kind),
	                                        .body = what->body,
	                                        .body_len = what->body_len,
	                                        .wanted = stamp ? accept_of(what->kind) : NULL,
	                                        .own = stamp,
	                                        .login = stamp ? what->login : NULL,
	                                        .ca_file = stamp ? what->ca_file : NULL,
	                                        .limit = stamp ? whole(f) / ED_FETCH_SHARE : 0};
	enum edoc_code code = EDOC_OK;

	if (!f->http)
		code = ed_http_new(&how, &f->http, err);
	return code == EDOC_OK ? ed_http_fetch(f->http, &request, answer, end, err) : code;
}

static enum edoc_code no_address(const struct edoc_fetch *what, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_AGAIN, what->url,
	               "no http or https address without a password");
}

static enum edoc_code go_once(struct edoc_fetcher *f, const struct edoc_fetch *what,
                              struct ed_buf *answer, struct edoc_error *err)
{
	struct ed_http_end end = {.silent = false};
	char host[ED_HTTP_HOST] = "";
	enum edoc_code code;

	if (!ed_http_host(what->url, host))
		return no_address(what, err);
	if (was_silent(f, host))
		return ed_fail(err, EDOC_ERR_AGAIN, what->url,
		               "the host did not answer before; it is not asked again in this run");
	code = go(f, what, answer, &end, err);
	if (end.silent)
		note_silent(f, host);
	return code;
}

/* ---- a time-stamp: asked for again when that can help, kept by nobody ---- */

/* Milliseconds to wait before the next try; -1: it would say the same. */
static int64_t wait_for(const struct ed_http_end *end, unsigned tried)
{
	int64_t wait = (int64_t)ED_FETCH_BACKOFF << tried;
	bool busy = end->status == 429 || end->status >= 500;

	if (!busy && !end->silent && !end->broken)
		return -1;
	if (busy && end->again > ED_MAX_RETRY_AFTER)
		return -1;
	return busy && end->again * 1000 > wait ? end->again * 1000 : wait;
}

/* false: somebody said stop. */
static bool rest(const struct edoc_fetcher *f, int64_t milliseconds)
{
	struct pollfd stop = {.fd = f->options.stop, .events = POLLIN};

	return poll(&stop, 1, (int)milliseconds) == 0;
}

static enum edoc_code tell_login(const struct edoc_fetch *what, long status, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_DENIED, what->url, "%s (HTTP %ld)",
	               dgettext("edoc", what->login ? N_("the server refuses this login")
	                                            : N_("the server wants a login: "
	                                                 "\"login-file:\" of edoc.conf")),
	               status);
}

/* No try is begun once the whole time is over, and none takes more than its share of it: one that
 * says nothing is asked again too.  A host that was silent before in this run gets one try: a batch does not
 * wait at each item for what is dead, and finds what lives again. */
static enum edoc_code get_stamp(struct edoc_fetcher *f, const struct edoc_fetch *what,
                                struct ed_buf *answer, struct edoc_error *err)
{
	char host[ED_HTTP_HOST] = "";
	int64_t spent = 0, wait = 0;
	struct ed_http_end end;
	enum edoc_code code;
	bool fails;

	if (!ed_http_host(what->url, host))
		return no_address(what, err);
	fails = was_silent(f, host);
	for (unsigned tried = 0;; tried++) {
		end = (struct ed_http_end){.silent = false};
		ed_buf_reset(answer);
		code = go(f, what, answer, &end, err);
		wait = wait_for(&end, tried);
		spent += end.took + (wait > 0 ? wait : 0);
		if (code != EDOC_ERR_AGAIN || wait < 0 || fails || tried == ED_FETCH_RETRIES ||
		    spent >= whole(f) || !rest(f, wait))
			break;
	}
	if (end.silent && !fails)
		note_silent(f, host);
	return end.status == 401 || end.status == 403 ? tell_login(what, end.status, err) : code;
}

/* ---- all of it ---- */

static int64_t patience(enum edoc_fetch_kind kind)
{
	return kind == EDOC_FETCH_OCSP  ? ED_FETCH_OCSP_AGE
	       : kind == EDOC_FETCH_CRL ? ED_FETCH_CRL_AGE
	                                : ED_FETCH_OTHER_AGE;
}

/* From the folder: always when nothing else may be asked, else while it is new. */
static bool from_folder(const struct edoc_fetcher *f, const struct edoc_fetch *what,
                        const unsigned char key[32], bool any, struct ed_buf *answer)
{
	int64_t at = 0, now = f->options.now;

	return ed_cache_get(f->cache, key, answer, &at) &&
	       (any || (at <= now && now - at < patience(what->kind)));
}

static enum edoc_code fetch(struct edoc_fetcher *f, const struct edoc_fetch *what,
                            struct ed_buf *answer, struct edoc_error *err)
{
	unsigned char key[32];
	enum edoc_code code;
	const struct had *h;
	bool filed, again, live;

	if (what->kind == EDOC_FETCH_STAMP)
		return f->options.online ? get_stamp(f, what, answer, err)
		                         : ed_fail(err, EDOC_ERR_AGAIN, what->url, "offline");
	if (!key_of(what, key))
		return ed_fail_memory(err);
	again = f->options.fresh && f->options.online && what->kind == EDOC_FETCH_OCSP;
	live = f->options.anew && f->options.online &&
	       (what->kind == EDOC_FETCH_OCSP || what->kind == EDOC_FETCH_CRL);
	h = find(f, key);
	if (again && h && h->code == EDOC_OK)
		h = NULL;
	if (h && h->code != EDOC_OK)
		return !live && from_folder(f, what, key, true, answer)
		               ? EDOC_OK
		               : ed_fail(err, EDOC_ERR_AGAIN, what->url,
		                         "gave no answer before in this run");
	if (h && h->ours) {
		ed_buf_put(answer, h->bytes, h->len);
		return ed_buf_check(answer, what->url, err);
	}
	if (!again && (h || !live) && from_folder(f, what, key, h || !f->options.online, answer))
		return EDOC_OK;
	ed_buf_reset(answer);
	if (!f->options.online)
		return ed_fail(err, EDOC_ERR_AGAIN, what->url, "not in the cache, and offline");
	code = go_once(f, what, answer, err);
	if (code == EDOC_OK) {
		filed = ed_cache_put(f->cache, key, answer->data ? answer->data : (const void *)"",
		                     answer->len);
		remember(f, key, code, answer, filed);
		return EDOC_OK;
	}
	remember(f, key, code, answer, false);
	ed_buf_clear(answer);
	/* Better an old answer than none; the judge looks at its date. */
	return !live && from_folder(f, what, key, true, answer) ? EDOC_OK : code;
}

enum edoc_code edoc_fetcher_fetch(void *fetcher, const struct edoc_fetch *what, void **bytes,
                                  size_t *len, struct edoc_error *err)
{
	struct ed_buf answer;
	enum edoc_code code;
	size_t n;

	*bytes = NULL;
	*len = 0;
	ed_buf_init(&answer, what->max < ED_MAX_FETCH ? what->max : ED_MAX_FETCH);
	code = fetch(fetcher, what, &answer, err);
	n = answer.len;
	if (code == EDOC_OK)
		code = ed_buf_steal(&answer, what->url, (char **)bytes, err);
	if (code == EDOC_OK)
		*len = n;
	ed_buf_clear(&answer);
	return code;
}
