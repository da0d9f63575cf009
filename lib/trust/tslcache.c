/* SPDX-License-Identifier: ISC */
/*
 * A trusted list that was verified, as lines of text (edoc-tsl/2), tabs between
 * fields.  Whoever can write this file can write anchors, so it is no less
 * believed than a PEM file beside it.
 *
 *   edoc-tsl/2
 *   list      SHA256-OF-XML  SHA256-OF-SIGNER  SEQUENCE  ISSUED  NEXT-UPDATE|-
 *   scheme    TERRITORY  OPERATOR
 *   service   PURPOSES  TYPE  PROVIDER  NAME  CERTIFICATE
 *   status    FROM  +|-  WORD  WHY-IT-IS-NOT-TAKEN|
 *             of the service above, the oldest first; +: granted
 *   end       HOW-MANY-SERVICES
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "trust/tsl.h"

#define NAME "edoc-tsl/"
#define MAGIC NAME "2\n"
#define MAX_TEXT ((size_t)2 * ED_MAX_XML_BYTES)

static const struct {
	const char *name;
	unsigned bit;
} purposes[] = {{"sign", EDOC_FOR_SIGN}, {"tsa", EDOC_FOR_TSA}, {"ocsp", EDOC_FOR_OCSP}};
#define N_PURPOSES (sizeof(purposes) / sizeof(purposes[0]))

/* ---- writing ---- */

static void put_time(struct ed_buf *out, int64_t t)
{
	char text[ED_TIME_STR] = "-";

	if (t != ED_TIME_NONE)
		ed_time_format(text, t);
	ed_buf_puts(out, text);
}

static void put_hex(struct ed_buf *out, const unsigned char sha256[32])
{
	char hex[65];

	ed_hex(hex, sha256, 32);
	ed_buf_puts(out, hex);
}

static void put_purposes(struct ed_buf *out, unsigned bits)
{
	const char *comma = "";

	for (size_t i = 0; i < N_PURPOSES; i++) {
		if (!(bits & purposes[i].bit))
			continue;
		ed_buf_printf(out, "%s%s", comma, purposes[i].name);
		comma = ",";
	}
}

static void put_statuses(struct ed_buf *out, const struct ed_trust_service *service)
{
	for (size_t i = 0; i < service->n; i++) {
		const struct ed_trust_status *s = &service->status[i];

		ed_buf_puts(out, "status\t");
		put_time(out, s->from);
		ed_buf_printf(out, "\t%c\t%s\t%s\n", s->granted ? '+' : '-', s->word,
		              s->why ? s->why : "");
	}
}

static enum edoc_code put_service(struct ed_buf *out, const struct ed_tsl_service *s,
                                  struct edoc_error *err)
{
	struct ed_buf der;
	enum edoc_code rc;

	ed_buf_init(&der, ED_MAX_CERT);
	rc = ed_cert_der(s->cert->x509, &der, err);
	if (rc == EDOC_OK) {
		ed_buf_puts(out, "service\t");
		put_purposes(out, s->purposes);
		ed_buf_printf(out, "\t%s\t%s\t%s\t", s->type, s->provider, s->listed.name);
		ed_b64_put(out, der.data, der.len);
		ed_buf_putc(out, '\n');
		put_statuses(out, &s->listed);
	}
	ed_buf_clear(&der);
	return rc;
}

enum edoc_code ed_tsl_write(const struct ed_tsl *tsl, struct ed_buf *out, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	ed_buf_puts(out, MAGIC "list\t");
	put_hex(out, tsl->sha256);
	ed_buf_putc(out, '\t');
	put_hex(out, tsl->signer);
	ed_buf_printf(out, "\t%lld\t", (long long)tsl->sequence);
	put_time(out, tsl->issued);
	ed_buf_putc(out, '\t');
	put_time(out, tsl->next_update);
	ed_buf_printf(out, "\nscheme\t%s\t%s\n", tsl->territory, tsl->operator_name);
	for (size_t i = 0; rc == EDOC_OK && i < tsl->n; i++)
		rc = put_service(out, &tsl->services[i], err);
	ed_buf_printf(out, "end\t%zu\n", tsl->n);
	return rc == EDOC_OK ? ed_buf_check(out, "edoc-tsl/2", err) : rc;
}

/* ---- reading ---- */

struct lines {
	char *p; /* a copy, ended */
	size_t number;
	struct ed_arena *arena;
	const char *where;
};

static const char *place(const struct lines *in)
{
	const char *s = ed_arena_printf(in->arena, "%s:%zu", in->where, in->number);

	return s ? s : in->where;
}

static enum edoc_code malformed(const struct lines *in, const char *what, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, place(in), "no compiled trusted list (edoc-tsl/2): %s",
	               what);
}

/* The next line, cut at its tabs into exactly n fields; false: it is another. */
static bool take(struct lines *in, const char *word, char **fields, size_t n)
{
	char *end = strchr(in->p, '\n'), *p = in->p;

	if (!end || strncmp(p, word, strlen(word)) != 0 || p[strlen(word)] != '\t')
		return false;
	*end = '\0';
	for (size_t i = 0; i < n; i++) {
		p = strchr(p, '\t');
		if (!p)
			return false;
		*p++ = '\0';
		fields[i] = p;
	}
	in->p = end + 1;
	in->number++;
	return !strchr(p, '\t');
}

static bool read_time(const char *text, int64_t *t)
{
	*t = ED_TIME_NONE;
	return !strcmp(text, "-") || ed_time_parse(text, t);
}

static bool read_number(const char *text, int64_t *v)
{
	char *end;

	if (*text < '0' || *text > '9' || strlen(text) > 18)
		return false;
	*v = strtoll(text, &end, 10);
	return !*end;
}

static bool read_purposes(char *text, unsigned *bits)
{
	*bits = 0;
	for (char *next; text; text = next) {
		size_t i = 0;

		next = strchr(text, ',');
		if (next)
			*next++ = '\0';
		while (i < N_PURPOSES && strcmp(purposes[i].name, text) != 0)
			i++;
		if (i == N_PURPOSES)
			return false;
		*bits |= purposes[i].bit;
	}
	return true;
}

/* Its statuses, one at least, each later than the one before. */
static enum edoc_code read_statuses(struct lines *in, struct ed_trust_service *service,
                                    struct edoc_error *err)
{
	struct ed_trust_status *v = NULL;
	size_t cap = 0;
	char *f[4];

	while (take(in, "status", f, 4)) {
		struct ed_trust_status s = {.granted = *f[1] == '+', .word = f[2]};

		if (*f[3])
			s.why = f[3];
		if (!ed_time_parse(f[0], &s.from) || (s.granted && s.why) ||
		    (v && s.from <= v[service->n - 1].from))
			return malformed(in, "a status is wrong, or not in order", err);
		v = ed_arena_grow(in->arena, v, service->n, &cap, sizeof(*v));
		if (!v)
			return ed_fail_memory(err);
		v[service->n++] = s;
	}
	service->status = v;
	return service->n ? EDOC_OK : malformed(in, "a service has no status", err);
}

static enum edoc_code read_cert(const struct lines *in, const char *text, struct ed_cert **cert,
                                struct edoc_error *err)
{
	struct ed_buf der;
	enum edoc_code rc;

	ed_buf_init(&der, ED_MAX_CERT);
	if (!ed_b64_get(text, strlen(text), &der) || der.failed)
		rc = malformed(in, "a certificate is no base64", err);
	else
		rc = ed_cert_parse(der.data, der.len, in->where, in->arena, cert, err);
	ed_buf_clear(&der);
	return rc;
}

static enum edoc_code read_service(struct lines *in, char **f, struct ed_tsl *tsl,
                                   struct edoc_error *err)
{
	struct ed_tsl_service s = {.type = f[1], .provider = f[2], .listed.name = f[3]};
	enum edoc_code rc;

	if (tsl->n >= ED_MAX_CERTS)
		return ed_fail(err, EDOC_ERR_LIMIT, in->where,
		               "more than %d certificates in one trusted list", ED_MAX_CERTS);
	if (!read_purposes(f[0], &s.purposes))
		return malformed(in, "a purpose is wrong", err);
	rc = read_statuses(in, &s.listed, err);
	if (rc == EDOC_OK)
		rc = read_cert(in, f[4], &s.cert, err);
	if (rc != EDOC_OK)
		return rc;
	tsl->services =
	        ed_arena_grow(in->arena, tsl->services, tsl->n, &tsl->cap, sizeof(*tsl->services));
	if (!tsl->services) {
		tsl->n = 0;
		ed_cert_clear(s.cert);
		return ed_fail_memory(err);
	}
	tsl->services[tsl->n++] = s;
	return EDOC_OK;
}

static enum edoc_code read_lines(struct lines *in, struct ed_tsl *tsl, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;
	char *f[6];
	int64_t n;

	if (!take(in, "list", f, 5) || !ed_unhex(f[0], tsl->sha256, 32) ||
	    !ed_unhex(f[1], tsl->signer, 32) || !read_number(f[2], &tsl->sequence) ||
	    !ed_time_parse(f[3], &tsl->issued) || !read_time(f[4], &tsl->next_update))
		return malformed(in, "the line \"list\" is wrong", err);
	if (!take(in, "scheme", f, 2))
		return malformed(in, "the line \"scheme\" is wrong", err);
	tsl->territory = f[0];
	tsl->operator_name = f[1];
	while (rc == EDOC_OK && take(in, "service", f, 5))
		rc = read_service(in, f, tsl, err);
	if (rc != EDOC_OK)
		return rc;
	if (!take(in, "end", f, 1) || !read_number(f[0], &n) || (uint64_t)n != tsl->n || *in->p)
		return malformed(in, "a line is wrong, or the end is missing", err);
	return EDOC_OK;
}

/* What is written again is what was read: no second way to say the same. */
static enum edoc_code check_same(const struct ed_tsl *tsl, const void *text, size_t len,
                                 const struct lines *in, struct edoc_error *err)
{
	struct ed_buf again;
	enum edoc_code rc;

	ed_buf_init(&again, MAX_TEXT);
	rc = ed_tsl_write(tsl, &again, err);
	if (rc == EDOC_OK && (again.len != len || memcmp(again.data, text, len) != 0))
		rc = malformed(in, "it is not written as edoc writes it", err);
	ed_buf_clear(&again);
	return rc;
}

/* ---- the bytes ---- */

/* Editors, shells and mail programs of some systems store a text anew. */
static bool is_utf16(const char *text, size_t len)
{
	static const char little[] = {'\xff', '\xfe', 'e', '\0', 'd'};
	static const char big[] = {'\xfe', '\xff', '\0', 'e', '\0'};

	return len >= sizeof(big) &&
	       (!memcmp(text, little, sizeof(little)) || !memcmp(text, big, sizeof(big)));
}

static bool has_mark(const char *text, size_t len)
{
	return len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3);
}

bool ed_tsl_is_text(const void *bytes, size_t len)
{
	const char *text = bytes;

	if (is_utf16(text, len))
		return true;
	if (has_mark(text, len)) {
		text += 3;
		len -= 3;
	}
	return len >= sizeof(NAME) - 1 && !memcmp(text, NAME, sizeof(NAME) - 1);
}

static enum edoc_code stored_anew(const struct lines *in, const char *what, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, place(in),
	               "this compiled trusted list %s: some program stored it anew; compile it "
	               "again with --compile-list, and keep the bytes as they are",
	               what);
}

static enum edoc_code check_bytes(struct lines *in, const char *text, size_t len,
                                  struct edoc_error *err)
{
	const char *cr = memchr(text, '\r', len);

	if (is_utf16(text, len))
		return stored_anew(in, "is in UTF-16, not in UTF-8", err);
	if (has_mark(text, len))
		return stored_anew(in, "begins with a byte order mark", err);
	for (const char *p = text; cr && p < cr; p++)
		in->number += *p == '\n';
	if (cr)
		return stored_anew(in, "has a line that ends with CR LF, not with LF", err);
	if (memchr(text, '\0', len))
		return ed_fail(err, EDOC_ERR_INPUT, in->where, "a compiled list with a NUL in it");
	if (len < sizeof(MAGIC) - 1 || memcmp(text, MAGIC, sizeof(MAGIC) - 1) != 0)
		return ed_fail(
		        err, EDOC_ERR_VERSION, place(in),
		        "a compiled trusted list of another version; this program reads %.*s: "
		        "compile it again with --compile-list",
		        (int)sizeof(MAGIC) - 2, MAGIC);
	return EDOC_OK;
}

enum edoc_code ed_tsl_load(const void *text, size_t len, const char *where, struct ed_arena *arena,
                           struct ed_tsl *tsl, struct edoc_error *err)
{
	struct lines in = {.number = 1, .arena = arena, .where = where};
	enum edoc_code rc;

	*tsl = (struct ed_tsl){0};
	if (len > MAX_TEXT)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "a compiled list of more than %zu bytes",
		               MAX_TEXT);
	rc = check_bytes(&in, text, len, err);
	if (rc != EDOC_OK)
		return rc;
	in.number = 2;
	in.p = ed_arena_strndup(arena, (const char *)text + sizeof(MAGIC) - 1,
	                        len - (sizeof(MAGIC) - 1));
	rc = in.p ? read_lines(&in, tsl, err) : ed_fail_memory(err);
	if (rc == EDOC_OK)
		rc = check_same(tsl, text, len, &in, err);
	if (rc != EDOC_OK)
		ed_tsl_clear(tsl);
	return rc;
}
