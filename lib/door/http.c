/* SPDX-License-Identifier: ISC */
#include "door/http.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/limits.h"

/* ---- libcurl ---- */

/* Loaded once and never changed after. */
static struct {
	pthread_once_t once;
	bool ready;
	CURLcode (*global_init)(long);
	CURL *(*easy_init)(void);
	void (*easy_reset)(CURL *);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode (*easy_perform)(CURL *);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	void (*easy_cleanup)(CURL *);
	const char *(*easy_strerror)(CURLcode);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
} curl = {.once = PTHREAD_ONCE_INIT};

static void load(void)
{
	static const struct {
		const char *name;
		void *place;
	} functions[] = {{"curl_global_init", &curl.global_init},
	                 {"curl_easy_init", &curl.easy_init},
	                 {"curl_easy_reset", &curl.easy_reset},
	                 {"curl_easy_setopt", &curl.easy_setopt},
	                 {"curl_easy_perform", &curl.easy_perform},
	                 {"curl_easy_getinfo", &curl.easy_getinfo},
	                 {"curl_easy_cleanup", &curl.easy_cleanup},
	                 {"curl_easy_strerror", &curl.easy_strerror},
	                 {"curl_slist_append", &curl.slist_append},
	                 {"curl_slist_free_all", &curl.slist_free_all}};
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; library && i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = dlsym(library, functions[i].name);

		if (!function)
			return;
		memcpy(functions[i].place, &function, sizeof(function));
	}
	curl.ready = library && curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

/* ---- addresses ---- */

bool ed_http_url(const char *url, size_t len)
{
	size_t scheme = len > 7 && !strncasecmp(url, "http://", 7)    ? 7
	                : len > 8 && !strncasecmp(url, "https://", 8) ? 8
	                                                              : 0;
	size_t host;

	if (!scheme || len > ED_MAX_URL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (url[i] <= ' ' || url[i] >= 0x7f || strchr("\"<>\\^`{|}", url[i]))
			return false;
	for (host = scheme; host < len && !strchr("/?#", url[host]); host++)
		if (url[host] == '@') /* somebody's password */
			return false;
	return host > scheme && url[scheme] != ':';
}

bool ed_http_host(const char *url, char host[ED_HTTP_HOST])
{
	const char *from;
	size_t n;

	if (!ed_http_url(url, strlen(url)))
		return false;
	from = strstr(url, "//") + 2;
	if (*from == '[')
		n = strcspn(++from, "]");
	else
		n = strcspn(from, ":/?#");
	if (!n || n >= ED_HTTP_HOST)
		return false;
	for (size_t i = 0; i < n; i++)
		host[i] = (char)tolower((unsigned char)from[i]);
	host[n] = '\0';
	return true;
}

static bool is_private4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} nets[] = {{0x00000000, 8},  /* this network */
	            {0x0a000000, 8},  /* 10 */
	            {0x64400000, 10}, /* 100.64, carriers' */
	            {0x7f000000, 8},  /* loopback */
	            {0xa9fe0000, 16}, /* 169.254, link-local: clouds' metadata */
	            {0xac100000, 12}, /* 172.16 */
	            {0xc0000000, 24}, /* 192.0.0 */
	            {0xc0a80000, 16}, /* 192.168 */
	            {0xc6120000, 15}, /* 198.18, benchmarks */
	            {0xe0000000, 3}}; /* multicast, reserved, broadcast */

	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++)
		if (a >> (32 - nets[i].bits) == nets[i].net >> (32 - nets[i].bits))
			return true;
	return false;
}

static bool is_private6(const struct in6_addr *a)
{
	const unsigned char *b = a->s6_addr;
	static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	uint32_t v4 = (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 | b[15];

	if (IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a) || !memcmp(b, nat64, 12))
		return is_private4(v4);   /* also :: and ::1 */
	if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 */
		return is_private4((uint32_t)b[2] << 24 | (uint32_t)b[3] << 16 |
		                   (uint32_t)b[4] << 8 | b[5]);
	return (b[0] & 0xfe) == 0xfc || b[0] == 0xff || (b[0] == 0xfe && b[1] >= 0x80) ||
	       IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a);
}

bool ed_http_is_private(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof(in));
		return is_private4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		return is_private6(&in6.sin6_addr);
	}
	return true; /* what we do not know */
}

/* ---- one fetch ---- */

struct ed_http {
	CURL *easy;
	const char *http_proxy, *https_proxy, *no_proxy;
	const char *const *intranet;
	unsigned seconds;
	int stop;
	bool inner; /* a connection may be open to where only some URLs may go */
	/* of the fetch that is under way */
	struct ed_buf *answer;
	bool refused; /* an address was private */
	char reason[CURL_ERROR_SIZE];
};

enum edoc_code ed_http_new(const struct ed_http_options *options, struct ed_http **p_http,
                           struct edoc_error *err)
{
	struct ed_http *http;

	*p_http = NULL;
	pthread_once(&curl.once, load);
	if (!curl.ready)
		return ed_fail(err, EDOC_ERR_CONFIG, "libcurl.so.4",
		               "cannot be loaded; is the package libcurl4 installed?");
	http = calloc(1, sizeof(*http));
	if (!http)
		return ed_fail_memory(err);
	http->easy = curl.easy_init();
	if (!http->easy) {
		free(http);
		return ed_fail_memory(err);
	}
	http->http_proxy = options->http_proxy;
	http->https_proxy = options->https_proxy;
	http->no_proxy = options->no_proxy;
	http->intranet = options->intranet;
	http->seconds = options->seconds ? options->seconds : ED_FETCH_SECONDS;
	http->stop = options->stop;
	*p_http = http;
	return EDOC_OK;
}

void ed_http_free(struct ed_http *http)
{
	if (!http)
		return;
	curl.easy_cleanup(http->easy);
	free(http);
}

static size_t take(char *bytes, size_t size, size_t n, void *arg)
{
	struct ed_http *http = arg;

	ed_buf_put(http->answer, bytes, size * n);
	return http->answer->failed ? 0 : size * n;
}

/* After the name was looked up, so that a name that moves is of no use. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ed_http *http = arg;

	(void)purpose;
	if (ed_http_is_private(&address->addr)) {
		http->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int stopped(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct ed_http *http = arg;
	struct pollfd stop = {.fd = http->stop, .events = POLLIN};

	(void)a, (void)b, (void)c, (void)d;
	return http->stop >= 0 && poll(&stop, 1, 0) > 0;
}

static bool is_intranet(const struct ed_http *http, const char *url)
{
	char host[ED_HTTP_HOST];

	for (size_t i = 0; http->intranet && http->intranet[i] && ed_http_host(url, host); i++)
		if (!strcasecmp(http->intranet[i], host))
			return true;
	return false;
}

static bool is_plain(const char *url)
{
	return strncasecmp(url, "https", 5) != 0;
}

/* By name: before anybody is asked where it lies (RFC 6761 6.3). */
static bool is_loopback(const char *url)
{
	char host[ED_HTTP_HOST];
	struct in_addr v4;

	if (!ed_http_host(url, host))
		return false;
	return !strcmp(host, "localhost") || !strcmp(host, "::1") ||
	       (inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127);
}

/* false: this login would be read by whoever carries it. */
static bool login_is_safe(const struct ed_http *http, const struct ed_http_request *request)
{
	return !request->login || !is_plain(request->url) || is_loopback(request->url) ||
	       is_intranet(http, request->url);
}

static int set_login(CURL *e, const char *login)
{
	char user[ED_MAX_LOGIN];
	size_t n = strcspn(login, ":");
	int bad = n >= sizeof(user);

	if (!bad) {
		memcpy(user, login, n);
		user[n] = '\0';
		bad |= curl.easy_setopt(e, CURLOPT_USERNAME, user);
		bad |= curl.easy_setopt(e, CURLOPT_PASSWORD, login + n + (login[n] == ':'));
		bad |= curl.easy_setopt(e, CURLOPT_HTTPAUTH, CURLAUTH_BASIC | CURLAUTH_DIGEST);
	}
	return bad;
}

/* Where the connection may go. */
static int set_way(struct ed_http *http, const struct ed_http_request *request)
{
	CURL *e = http->easy;
	bool inner = request->own || is_intranet(http, request->url);
	const char *proxy = is_plain(request->url) ? http->http_proxy : http->https_proxy;
	int bad = 0;

	if (request->login && is_plain(request->url))
		proxy = NULL;
	bad |= curl.easy_setopt(e, CURLOPT_PROXY, proxy ? proxy : "");
	bad |= curl.easy_setopt(e, CURLOPT_NOPROXY, http->no_proxy ? http->no_proxy : "");
	/* A host of the intranet may not send us to its neighbours. */
	bad |= curl.easy_setopt(e, CURLOPT_FOLLOWLOCATION, request->body || inner ? 0L : 1L);
	bad |= curl.easy_setopt(e, CURLOPT_MAXREDIRS, 3L);
	http->inner = http->inner || inner;
	/* Behind a proxy it is the proxy that goes there, or does not. */
	if (!inner && !(proxy && proxy[0])) {
		bad |= curl.easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
		bad |= curl.easy_setopt(e, CURLOPT_OPENSOCKETDATA, http);
		/* A connection that an exempt URL opened is not for others. */
		bad |= curl.easy_setopt(e, CURLOPT_FRESH_CONNECT, http->inner ? 1L : 0L);
	}
	return bad;
}

/* Who it is, and that nobody else reads it (RFC 9325 3.1.1, RFC 9110 4.3.4). */
static int set_tls(CURL *e, const struct ed_http_request *request)
{
	int bad = curl.easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);

	bad |= curl.easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	bad |= curl.easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	if (request->ca_file) {
		bad |= curl.easy_setopt(e, CURLOPT_CAINFO, request->ca_file);
		bad |= curl.easy_setopt(e, CURLOPT_CAPATH, NULL);
	}
	return bad;
}

/* Nothing from the environment, no cookies, no compression. */
static bool set_up(struct ed_http *http, const struct ed_http_request *request,
                   const struct curl_slist *headers)
{
	CURL *e = http->easy;
	int bad = 0;

	curl.easy_reset(e);
	bad |= curl.easy_setopt(e, CURLOPT_URL, request->url);
	bad |= curl.easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	/* What was asked for in private is not gone on with in the open. */
	bad |= curl.easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR,
	                        is_plain(request->url) ? "http,https" : "https");
	bad |= set_way(http, request);
	bad |= set_tls(e, request);
	bad |= curl.easy_setopt(e, CURLOPT_FAILONERROR, 1L);
	bad |= curl.easy_setopt(e, CURLOPT_HTTP09_ALLOWED, 0L);
	bad |= curl.easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	bad |= curl.easy_setopt(e, CURLOPT_USERAGENT, "edoc/" EDOC_VERSION);
	bad |= curl.easy_setopt(e, CURLOPT_CONNECTTIMEOUT, (long)(http->seconds + 3) / 4);
	bad |= curl.easy_setopt(e, CURLOPT_TIMEOUT_MS,
	                        request->limit ? (long)request->limit : (long)http->seconds * 1000);
	bad |= curl.easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)http->answer->max);
	bad |= curl.easy_setopt(e, CURLOPT_WRITEFUNCTION, take);
	bad |= curl.easy_setopt(e, CURLOPT_WRITEDATA, http);
	bad |= curl.easy_setopt(e, CURLOPT_XFERINFOFUNCTION, stopped);
	bad |= curl.easy_setopt(e, CURLOPT_XFERINFODATA, http);
	bad |= curl.easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
	bad |= curl.easy_setopt(e, CURLOPT_ERRORBUFFER, http->reason);
	bad |= curl.easy_setopt(e, CURLOPT_HTTPHEADER, headers);
	if (request->login)
		bad |= set_login(e, request->login);
	if (request->body) {
		bad |= curl.easy_setopt(e, CURLOPT_POST, 1L);
		bad |= curl.easy_setopt(e, CURLOPT_POSTFIELDS, request->body);
		bad |= curl.easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
		                        (curl_off_t)request->body_len);
	}
	return !bad;
}

static bool add_header(struct curl_slist **headers, const char *name, const char *value)
{
	struct curl_slist *longer;
	char line[128];

	if (!value)
		return true;
	(void)snprintf(line, sizeof(line), "%s: %s", name, value);
	longer = curl.slist_append(*headers, line);
	if (longer)
		*headers = longer;
	return longer != NULL;
}

/* Whether it was the host that said nothing, and not this URL that it refused. */
static bool is_silence(CURLcode rc)
{
	return rc == CURLE_COULDNT_RESOLVE_HOST || rc == CURLE_COULDNT_CONNECT ||
	       rc == CURLE_OPERATION_TIMEDOUT;
}

static long response(const struct ed_http *http)
{
	long status = 0;

	(void)curl.easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static enum edoc_code say_why(const struct ed_http *http, const struct ed_http_request *request,
                              CURLcode rc, struct edoc_error *err)
{
	const char *url = request->url;
	const char *reason = http->reason[0] ? http->reason : curl.easy_strerror(rc);

	if (http->answer->failed == EDOC_ERR_MEMORY || rc == CURLE_OUT_OF_MEMORY)
		return ed_fail_memory(err);
	if (http->answer->failed || rc == CURLE_FILESIZE_EXCEEDED)
		return ed_fail(err, EDOC_ERR_LIMIT, url, "the answer is longer than %zu bytes",
		               http->answer->max);
	if (http->refused)
		return ed_fail(err, EDOC_ERR_AGAIN, url,
		               "lies in this machine or a private network; "
		               "\"intranet:\" of edoc.conf names hosts that may");
	if (rc == CURLE_HTTP_RETURNED_ERROR)
		return ed_fail(err, EDOC_ERR_AGAIN, url, "the server answers %ld", response(http));
	if (rc == CURLE_SSL_CACERT_BADFILE && request->ca_file)
		return ed_fail(err, EDOC_ERR_CONFIG, request->ca_file,
		               "cannot be read as certificates (PEM) that vouch for %s", url);
	if (rc == CURLE_PEER_FAILED_VERIFICATION)
		return ed_fail(err, EDOC_ERR_AGAIN, url,
		               "the certificate of this https server is not accepted: %s", reason);
	return ed_fail(err, EDOC_ERR_AGAIN, url, "%s", reason);
}

/* The media type alone: parameters may follow (RFC 9110 8.3.1). */
static enum edoc_code check_type(const struct ed_http *http, const struct ed_http_request *request,
                                 struct edoc_error *err)
{
	const char *type = NULL;
	size_t n = strlen(request->wanted);

	(void)curl.easy_getinfo(http->easy, CURLINFO_CONTENT_TYPE, &type);
	if (type && !strncasecmp(type, request->wanted, n) && (!type[n] || strchr("; \t", type[n])))
		return EDOC_OK;
	return ed_fail(
	        err, EDOC_ERR_AGAIN, request->url, "the server answers with %.100s, and not %s",
	        type ? type : dgettext("edoc", "something without a media type"), request->wanted);
}

static void note_end(const struct ed_http *http, CURLcode rc, struct ed_http_end *end)
{
	curl_off_t again = 0, took = 0;

	(void)curl.easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &again);
	(void)curl.easy_getinfo(http->easy, CURLINFO_TOTAL_TIME_T, &took);
	end->silent = is_silence(rc);
	end->broken = rc == CURLE_GOT_NOTHING || rc == CURLE_SEND_ERROR || rc == CURLE_RECV_ERROR ||
	              rc == CURLE_PARTIAL_FILE;
	end->status = response(http);
	end->again = again;
	end->took = took / 1000;
}

enum edoc_code ed_http_fetch(struct ed_http *http, const struct ed_http_request *request,
                             struct ed_buf *answer, struct ed_http_end *end, struct edoc_error *err)
{
	struct curl_slist *headers = NULL;
	enum edoc_code code;
	CURLcode rc;

	*end = (struct ed_http_end){.silent = false};
	http->answer = answer;
	http->refused = false;
	http->reason[0] = '\0';
	if (!ed_http_url(request->url, strlen(request->url)))
		return ed_fail(err, EDOC_ERR_INPUT, request->url,
		               "no http or https address without a password");
	if (!login_is_safe(http, request))
		return ed_fail(
		        err, EDOC_ERR_CONFIG, request->url,
		        "a password does not go over plain http: use https, or name the host "
		        "by \"intranet:\" in edoc.conf");
	if (!add_header(&headers, "Content-Type", request->type) ||
	    !add_header(&headers, "Accept", request->accept)) {
		code = ed_fail_memory(err);
		goto out;
	}
	if (!set_up(http, request, headers)) {
		code = ed_fail(err, EDOC_ERR_CONFIG, "libcurl.so.4", "is older than 7.85");
		goto out;
	}
	rc = curl.easy_perform(http->easy);
	note_end(http, rc, end);
	if (rc == CURLE_OK && end->status != 200) /* a redirection not followed */
		rc = CURLE_HTTP_RETURNED_ERROR;
	code = rc == CURLE_OK ? EDOC_OK : say_why(http, request, rc, err);
	if (code == EDOC_OK && request->wanted)
		code = check_type(http, request, err);
out:
	curl.slist_free_all(headers);
	return code;
}
