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
#include "base/time.h"
#include "door/crypto.h"

#define BUCKETS 1024

struct edoc_trust {
	struct ed_arena *arena;
	struct ed_trust_entry **v; /* in the order they came */
	size_t n, cap;
	size_t n_anchors;
	struct ed_trust_entry *by_subject[BUCKETS];
	struct edoc_list *lists;
	size_t n_lists, lists_cap;
};

enum edoc_code edoc_trust_new(struct edoc_trust **p_trust, struct edoc_error *err)
{
	struct edoc_trust *trust = calloc(1, sizeof(*trust));

	*p_trust = NULL;
	if (trust)
		trust->arena = ed_arena_new();
	if (!trust || !trust->arena) {
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
		ed_cert_clear(trust->v[i]->cert);
	ed_arena_free(trust->arena);
	free(trust);
}

size_t edoc_trust_count(const struct edoc_trust *trust)
{
	return trust->n_anchors;
}

/* The i-th anchor, or NULL. */
static const struct ed_trust_entry *anchor_at(const struct edoc_trust *trust, size_t i)
{
	for (size_t k = 0; k < trust->n; k++) {
		if (trust->v[k]->purposes && i-- == 0)
			return trust->v[k];
	}
	return NULL;
}

bool edoc_trust_anchor(const struct edoc_trust *trust, size_t i, struct edoc_anchor *anchor)
{
	const struct ed_trust_entry *a = anchor_at(trust, i);

	if (!a)
		return false;
	anchor->subject = a->cert->subject;
	anchor->sha256 = a->cert->hex;
	anchor->source = a->source;
	anchor->purposes = a->purposes;
	anchor->not_before = a->cert->not_before;
	anchor->not_after = a->cert->not_after;
	return true;
}

bool edoc_trust_granted(const struct edoc_trust *trust, size_t i, int64_t at, int64_t *from,
                        int64_t *until)
{
	const struct ed_trust_entry *a = anchor_at(trust, i);
	const struct ed_trust_status *now, *first, *last;

	*from = *until = ED_TIME_NONE;
	if (!a || !a->service)
		return a != NULL;
	now = ed_trust_status_at(a->service, at);
	if (!now || !now->granted)
		return false;
	for (first = now; first > a->service->status && first[-1].granted; first--)
		;
	for (last = now + 1; last < a->service->status + a->service->n && last->granted; last++)
		;
	*from = first->from;
	if (last < a->service->status + a->service->n)
		*until = last->from;
	return true;
}

const char *edoc_trust_unused(const struct edoc_trust *trust, size_t i, int64_t at,
                              const char **service)
{
	const struct ed_trust_entry *a = anchor_at(trust, i);
	const struct ed_trust_status *s =
	        a && a->service ? ed_trust_status_at(a->service, at) : NULL;

	*service = a && a->service ? a->service->name : NULL;
	return s ? s->why : NULL;
}

const struct ed_trust_status *ed_trust_status_at(const struct ed_trust_service *service, int64_t at)
{
	for (size_t i = service->n; i-- > 0;)
		if (service->status[i].from <= at)
			return &service->status[i];
	return NULL;
}

/* ---- lists ---------------------------------------------------------------- */

enum edoc_code ed_trust_keep_list(struct edoc_trust *trust, const struct edoc_list *list,
                                  struct edoc_error *err)
{
	struct ed_arena *arena = trust->arena;
	struct edoc_list copy = *list;

	trust->lists = ed_arena_grow(arena, trust->lists, trust->n_lists, &trust->lists_cap,
	                             sizeof(*trust->lists));
	copy.source = ed_arena_strdup(arena, list->source);
	copy.territory = ed_arena_strdup(arena, list->territory);
	copy.operator_name = ed_arena_strdup(arena, list->operator_name);
	copy.sha256 = ed_arena_strdup(arena, list->sha256);
	copy.signer = ed_arena_strdup(arena, list->signer);
	if (!trust->lists) {
		trust->n_lists = 0;
		return ed_fail_memory(err);
	}
	if (!copy.source || !copy.territory || !copy.operator_name || !copy.sha256 || !copy.signer)
		return ed_fail_memory(err);
	trust->lists[trust->n_lists++] = copy;
	for (size_t i = 0; i < trust->n; i++)
		if (trust->v[i]->service && !strcmp(trust->v[i]->source, list->source))
			trust->v[i]->list_due = list->next_update;
	return EDOC_OK;
}

size_t edoc_trust_lists(const struct edoc_trust *trust)
{
	return trust->n_lists;
}

bool edoc_trust_list(const struct edoc_trust *trust, size_t i, struct edoc_list *list)
{
	if (i >= trust->n_lists)
		return false;
	*list = trust->lists[i];
	return true;
}

/* ---- what the set is --------------------------------------------------------- */

#define MEMBER 68    /* 64 hex, a blank, 2 hex, newline */
#define A_LIST 0x80u /* in the place of purposes */

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
	size_t kept = 0;
	unsigned char digest[ED_HASH_MAX];
	size_t n = trust->n + trust->n_lists;
	char *lines = calloc(n + 1, MEMBER);
	bool good = lines != NULL;

	if (!good)
		goto out;
	for (size_t i = 0; i < trust->n; i++)
		put_member(lines + i * MEMBER, trust->v[i]->cert->sha256, trust->v[i]->purposes);
	for (size_t i = 0; i < trust->n_lists; i++) {
		unsigned char list[32];

		good = good && ed_unhex(trust->lists[i].sha256, list, sizeof(list));
		put_member(lines + (trust->n + i) * MEMBER, list, A_LIST);
	}
	qsort(lines, n, MEMBER, by_text);
	for (size_t i = 0; i < n; i++) {
		if (kept && !memcmp(lines + (kept - 1) * MEMBER, lines + i * MEMBER, MEMBER))
			continue;
		memmove(lines + kept++ * MEMBER, lines + i * MEMBER, MEMBER);
	}
	good = good && ed_hash_bytes(ED_SHA256, lines, kept * MEMBER, digest);
	if (good)
		ed_hex(sha256, digest, 32);
out:
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

static struct ed_trust_entry **bucket(struct edoc_trust *trust, unsigned long hash)
{
	return &trust->by_subject[hash % BUCKETS];
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_service(const struct ed_trust_service *a, const struct ed_trust_service *b)
{
	if (!a || !b)
		return a == b;
	if (a->n != b->n || strcmp(a->name, b->name) != 0)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct ed_trust_status *x = &a->status[i], *y = &b->status[i];

		if (x->from != y->from || x->granted != y->granted || strcmp(x->word, y->word) ||
		    !same_text(x->why, y->why))
			return false;
	}
	return true;
}

/* The same certificate of the same service: it only gets more purposes. */
static struct ed_trust_entry *known(const struct edoc_trust *trust, const struct ed_cert *cert,
                                    const struct ed_trust_service *service)
{
	const struct ed_trust_entry *e = NULL;

	while ((e = ed_trust_next(trust, cert->subject_hash, e))) {
		if (!memcmp(e->cert->sha256, cert->sha256, sizeof(cert->sha256)) &&
		    same_service(e->service, service))
			return (struct ed_trust_entry *)e;
	}
	return NULL;
}

static enum edoc_code append(struct edoc_trust *trust, struct ed_trust_entry *e,
                             struct edoc_error *err)
{
	struct ed_trust_entry **head = bucket(trust, e->cert->subject_hash);

	trust->v = ed_arena_grow(trust->arena, trust->v, trust->n, &trust->cap,
	                         sizeof(struct ed_trust_entry *));
	if (!trust->v)
		return ed_fail_memory(err);
	trust->v[trust->n++] = e;
	trust->n_anchors += e->purposes != 0;
	while (*head) /* in the order they came */
		head = &(*head)->next;
	*head = e;
	return EDOC_OK;
}

/* NULL: no memory. */
static const struct ed_trust_service *copy_service(struct ed_arena *arena,
                                                   const struct ed_trust_service *service)
{
	struct ed_trust_service *copy = ed_arena_memdup(arena, service, sizeof(*service));
	struct ed_trust_status *status =
	        ed_arena_memdup(arena, service->status, service->n * sizeof(*status));

	if (!copy || !status)
		return NULL;
	copy->name = ed_arena_strdup(arena, service->name);
	copy->status = status;
	for (size_t i = 0; i < service->n; i++) {
		status[i].word = ed_arena_strdup(arena, status[i].word);
		if (status[i].why)
			status[i].why = ed_arena_strdup(arena, status[i].why);
		if (!status[i].word || (service->status[i].why && !status[i].why))
			return NULL;
	}
	return copy->name ? copy : NULL;
}

static enum edoc_code enter(struct edoc_trust *trust, X509 *x509, unsigned purposes,
                            const char *source, const struct ed_trust_service *service,
                            struct edoc_error *err)
{
	struct ed_trust_entry *e, *same;
	struct ed_cert *cert;
	enum edoc_code rc;

	if (trust->n >= ED_MAX_CERTS)
		return ed_fail(err, EDOC_ERR_LIMIT, source, "more than %d trusted certificates",
		               ED_MAX_CERTS);
	rc = ed_cert_of(x509, source, trust->arena, &cert, err);
	if (rc != EDOC_OK)
		return rc;
	same = known(trust, cert, service);
	if (same) {
		trust->n_anchors += !same->purposes && purposes;
		same->purposes |= purposes;
		ed_cert_clear(cert);
		return EDOC_OK;
	}
	e = ed_arena_alloc(trust->arena, sizeof(*e));
	if (e) {
		*e = (struct ed_trust_entry){
		        .cert = cert, .purposes = purposes, .list_due = ED_TIME_NONE};
		e->source = ed_arena_strdup(trust->arena, source);
		if (service)
			e->service = copy_service(trust->arena, service);
	}
	rc = e && e->source && (e->service || !service) ? append(trust, e, err)
	                                                : ed_fail_memory(err);
	if (rc != EDOC_OK)
		ed_cert_clear(cert);
	return rc;
}

enum edoc_code ed_trust_add_service(struct edoc_trust *trust, X509 *x509, unsigned purposes,
                                    const char *source, const struct ed_trust_service *service,
                                    struct edoc_error *err)
{
	return enter(trust, x509, purposes, source, service, err);
}

/*
 * An anchor is believed for its name and key, so it must be its own issuer; a
 * rollover certificate, self-issued but signed by another key, helps.  What is
 * given for OCSP and nothing else is a responder itself (RFC 6960 4.2.2.2,
 * local configuration), whoever issued it.
 */
static enum edoc_code add_cert(void *arg, X509 *x509, struct edoc_error *err)
{
	struct adding *adding = arg;
	bool anchor = adding->purposes == EDOC_FOR_OCSP || ed_cert_self_signed(x509);

	adding->n++;
	return enter(adding->trust, x509, anchor ? adding->purposes : 0, adding->source, NULL, err);
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

const struct ed_trust_entry *ed_trust_at(const struct edoc_trust *trust, size_t i)
{
	return trust && i < trust->n ? trust->v[i] : NULL;
}

bool ed_trust_for(const struct edoc_trust *trust, unsigned purposes)
{
	for (size_t i = 0; trust && i < trust->n; i++) {
		if (trust->v[i]->purposes & purposes)
			return true;
	}
	return false;
}

const struct ed_trust_entry *ed_trust_next(const struct edoc_trust *trust,
                                           unsigned long subject_hash,
                                           const struct ed_trust_entry *prev)
{
	const struct ed_trust_entry *e;

	if (prev)
		e = prev->next;
	else
		e = trust ? trust->by_subject[subject_hash % BUCKETS] : NULL;
	while (e && e->cert->subject_hash != subject_hash)
		e = e->next;
	return e;
}

enum edoc_code ed_trust_stacks(const struct edoc_trust *trust, unsigned purpose,
                               STACK_OF(X509) **p_anchors, STACK_OF(X509) **p_others,
                               struct edoc_error *err)
{
	STACK_OF(X509) *anchors = sk_X509_new_null(), *others = sk_X509_new_null();
	enum edoc_code rc = anchors && others ? EDOC_OK : ed_fail_memory(err);

	*p_anchors = *p_others = NULL;
	for (size_t i = 0; rc == EDOC_OK && trust && i < trust->n; i++) {
		const struct ed_trust_entry *e = trust->v[i];

		if (e->service) /* a stack knows no dates */
			continue;
		if (e->purposes & purpose)
			rc = push(anchors, e->cert->x509, err);
		else if (!e->purposes)
			rc = push(others, e->cert->x509, err);
	}
	if (rc != EDOC_OK) {
		sk_X509_pop_free(anchors, X509_free);
		sk_X509_pop_free(others, X509_free);
		return rc;
	}
	*p_anchors = anchors;
	*p_others = others;
	return EDOC_OK;
}
