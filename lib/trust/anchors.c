/* SPDX-License-Identifier: ISC */
#include "trust/anchors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/crypto.h"

struct anchor {
	struct ed_cert *cert;
	const char *source; /* in the arena */
	unsigned purposes;
};

struct edoc_trust {
	struct ed_arena *arena;
	struct anchor *anchors; /* in the arena */
	size_t n, cap;
	STACK_OF(X509) *helpers; /* certificates of others, for paths */
};

enum edoc_code edoc_trust_new(struct edoc_trust **p_trust, struct edoc_error *err)
{
	struct edoc_trust *trust = calloc(1, sizeof(*trust));

	*p_trust = NULL;
	if (trust) {
		trust->arena = ed_arena_new();
		trust->helpers = sk_X509_new_null();
	}
	if (!trust || !trust->arena || !trust->helpers) {
		edoc_trust_free(trust);
		return ed_fail_memory(err);
	}
	*p_trust = trust;
	return EDOC_OK;
}

void edoc_trust_free(struct edoc_trust *trust)
{
	if (!trust)
		return;
	for (size_t i = 0; i < trust->n; i++)
		ed_cert_clear(trust->anchors[i].cert);
	sk_X509_pop_free(trust->helpers, X509_free);
	ed_arena_free(trust->arena);
	free(trust);
}

size_t edoc_trust_count(const struct edoc_trust *trust)
{
	return trust->n;
}

bool edoc_trust_anchor(const struct edoc_trust *trust, size_t i, struct edoc_anchor *anchor)
{
	const struct anchor *a;

	if (i >= trust->n)
		return false;
	a = &trust->anchors[i];
	anchor->subject = a->cert->subject;
	anchor->sha256 = a->cert->hex;
	anchor->source = a->source;
	anchor->purposes = a->purposes;
	anchor->not_before = a->cert->not_before;
	anchor->not_after = a->cert->not_after;
	return true;
}

#define MEMBER 68 /* 64 hex, a blank, 2 hex, newline */

static int by_text(const void *a, const void *b)
{
	return memcmp(a, b, MEMBER);
}

static void put_member(char *line, const unsigned char sha256[32], unsigned purposes)
{
	char text[MEMBER + 1];

	ed_hex(text, sha256, 32);
	snprintf(text + 64, sizeof(text) - 64, " %02x\n", purposes);
	memcpy(line, text, MEMBER);
}

enum edoc_code edoc_trust_digest(const struct edoc_trust *trust, char sha256[65],
                                 struct edoc_error *err)
{
	size_t helpers = (size_t)sk_X509_num(trust->helpers);
	size_t n = 0;
	size_t kept = 0;
	unsigned char digest[ED_HASH_MAX];
	char *lines = calloc(trust->n + helpers + 1, MEMBER);
	struct ed_arena *arena = ed_arena_new();
	bool good = lines && arena;

	if (!good)
		goto out;
	for (size_t i = 0; i < trust->n; i++)
		put_member(lines + n++ * MEMBER, trust->anchors[i].cert->sha256,
		           trust->anchors[i].purposes);
	for (size_t i = 0; i < helpers; i++) {
		struct ed_cert *cert;
		enum edoc_code rc =
		        ed_cert_of(sk_X509_value(trust->helpers, (int)i), "", arena, &cert, err);
		if (rc != EDOC_OK) {
			free(lines);
			ed_arena_free(arena);
			return rc;
		}
		put_member(lines + n++ * MEMBER, cert->sha256, 0);
		ed_cert_clear(cert);
	}
	qsort(lines, n, MEMBER, by_text);
	for (size_t i = 0; i < n; i++) {
		if (kept && !memcmp(lines + (kept - 1) * MEMBER, lines + i * MEMBER, MEMBER))
			continue;
		memmove(lines + kept++ * MEMBER, lines + i * MEMBER, MEMBER);
	}
	good = ed_hash_bytes(ED_SHA256, lines, kept * MEMBER, digest);
	if (good)
		ed_hex(sha256, digest, 32);
out:
	ed_arena_free(arena);
	free(lines);
	return good ? EDOC_OK : ed_fail_memory(err);
}

/* ---- adding ---------------------------------------------------------------- */

struct adding {
	struct edoc_trust *trust;
	const char *source;
	unsigned purposes;
	size_t n; /* certificates seen */
};

static enum edoc_code push(STACK_OF(X509) *stack, X509 *x509, struct edoc_error *err)
{
	if (!X509_up_ref(x509))
		return ed_fail_memory(err);
	if (sk_X509_push(stack, x509))
		return EDOC_OK;
	X509_free(x509);
	return ed_fail_memory(err);
}

static enum edoc_code add_anchor(struct edoc_trust *trust, X509 *x509, const char *source,
                                 unsigned purposes, struct edoc_error *err)
{
	struct ed_cert *cert;
	enum edoc_code rc;

	trust->anchors = ed_arena_grow(trust->arena, trust->anchors, trust->n, &trust->cap,
	                               sizeof(*trust->anchors));
	if (!trust->anchors)
		return ed_fail_memory(err);
	rc = ed_cert_of(x509, source, trust->arena, &cert, err);
	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; i < trust->n; i++) {
		if (!memcmp(trust->anchors[i].cert->sha256, cert->sha256, sizeof(cert->sha256))) {
			trust->anchors[i].purposes |= purposes; /* known already */
			ed_cert_clear(cert);
			return EDOC_OK;
		}
	}
	trust->anchors[trust->n++] = (struct anchor){cert, source, purposes};
	return EDOC_OK;
}

/* An anchor is believed for its name and key, so it must be its own issuer; a
 * rollover certificate, self-issued but signed by another key, helps. */
static enum edoc_code add_cert(void *arg, X509 *x509, struct edoc_error *err)
{
	struct adding *adding = arg;
	struct edoc_trust *trust = adding->trust;

	adding->n++;
	if (trust->n + (size_t)sk_X509_num(trust->helpers) >= ED_MAX_CERTS)
		return ed_fail(err, EDOC_ERR_LIMIT, adding->source,
		               "more than %d trusted certificates", ED_MAX_CERTS);
	if (ed_cert_self_signed(x509))
		return add_anchor(trust, x509, adding->source, adding->purposes, err);
	return push(trust->helpers, x509, err);
}

static enum edoc_code add_file(struct adding *adding, const char *path, struct edoc_error *err)
{
	struct ed_buf bytes;
	enum edoc_code rc;

	adding->source = ed_arena_strdup(adding->trust->arena, path);
	if (!adding->source)
		return ed_fail_memory(err);
	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	rc = ed_read_path(path, &bytes, err);
	if (rc == EDOC_OK)
		rc = ed_certs_read(bytes.data, bytes.len, path, add_cert, adding, err);
	ed_buf_clear(&bytes);
	return rc;
}

static bool certificate_name(const char *name)
{
	static const char *const ends[] = {".pem", ".crt", ".cer", ".der"};
	size_t len = strlen(name);

	for (size_t i = 0; name[0] != '.' && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (len > 4 && !strcasecmp(name + len - 4, ends[i]))
			return true;
	}
	return false;
}

static unsigned folder_purpose(const char *name)
{
	static const struct {
		const char *name;
		unsigned purpose;
	} folders[] = {
	        {"sign", EDOC_FOR_SIGN},   {"tsa", EDOC_FOR_TSA},
	        {"ocsp", EDOC_FOR_OCSP},   {"directory", EDOC_FOR_DIRECTORY},
	        {"route", EDOC_FOR_ROUTE},
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if (!strcmp(name, folders[i].name))
			return folders[i].purpose;
	}
	return 0;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static enum edoc_code add_folder(struct adding *adding, const char *dir, bool top,
                                 struct edoc_error *err);

static enum edoc_code add_entry(struct adding *adding, const char *dir, const char *name, bool top,
                                struct edoc_error *err)
{
	unsigned purpose = top ? folder_purpose(name) : 0, all = adding->purposes;
	char *path = ed_path_join(dir, name);
	enum edoc_code rc = EDOC_OK;

	if (!path)
		return ed_fail_memory(err);
	if (purpose && is_folder(path)) {
		adding->purposes = all & purpose;
		if (adding->purposes)
			rc = add_folder(adding, path, false, err);
		adding->purposes = all;
	} else if (certificate_name(name)) {
		rc = add_file(adding, path, err);
	}
	free(path);
	return rc;
}

static enum edoc_code add_folder(struct adding *adding, const char *dir, bool top,
                                 struct edoc_error *err)
{
	char **names;
	enum edoc_code rc;
	size_t n;

	rc = ed_list_dir(dir, &names, &n, err);
	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; i < n && rc == EDOC_OK; i++)
		rc = add_entry(adding, dir, names[i], top, err);
	ed_names_free(names);
	return rc;
}

static bool purposes_known(unsigned purposes)
{
	return purposes && !(purposes & ~EDOC_FOR_ALL);
}

enum edoc_code edoc_trust_add(struct edoc_trust *trust, const char *path, unsigned purposes,
                              struct edoc_error *err)
{
	struct adding adding = {.trust = trust, .purposes = purposes};
	enum edoc_code rc;

	if (!purposes_known(purposes))
		return ed_fail(err, EDOC_ERR_USAGE, path, "an anchor needs a purpose (EDOC_FOR_*)");
	if (!is_folder(path))
		return add_file(&adding, path, err);
	rc = add_folder(&adding, path, true, err);
	if (rc == EDOC_OK && adding.n == 0)
		return ed_fail(err, EDOC_ERR_ABSENT, path,
		               "no certificate in this folder (*.pem *.crt *.cer *.der)");
	return rc;
}

enum edoc_code edoc_trust_add_memory(struct edoc_trust *trust, const void *bytes, size_t len,
                                     unsigned purposes, struct edoc_error *err)
{
	struct adding adding = {.trust = trust, .purposes = purposes, .source = ""};

	if (!purposes_known(purposes))
		return ed_fail(err, EDOC_ERR_USAGE, "", "an anchor needs a purpose (EDOC_FOR_*)");
	return ed_certs_read(bytes, len, "", add_cert, &adding, err);
}

/* ---- for paths ---------------------------------------------------------------- */

enum edoc_code ed_trust_stacks(const struct edoc_trust *trust, unsigned purpose,
                               STACK_OF(X509) **p_anchors, STACK_OF(X509) **p_others,
                               struct edoc_error *err)
{
	STACK_OF(X509) *anchors = sk_X509_new_null(), *others = sk_X509_new_null();
	enum edoc_code rc = anchors && others ? EDOC_OK : ed_fail_memory(err);

	*p_anchors = *p_others = NULL;
	for (size_t i = 0; rc == EDOC_OK && trust && i < trust->n; i++) {
		if (trust->anchors[i].purposes & purpose)
			rc = push(anchors, trust->anchors[i].cert->x509, err);
	}
	for (int i = 0; rc == EDOC_OK && trust && i < sk_X509_num(trust->helpers); i++)
		rc = push(others, sk_X509_value(trust->helpers, i), err);
	if (rc != EDOC_OK) {
		sk_X509_pop_free(anchors, X509_free);
		sk_X509_pop_free(others, X509_free);
		return rc;
	}
	*p_anchors = anchors;
	*p_others = others;
	return EDOC_OK;
}
