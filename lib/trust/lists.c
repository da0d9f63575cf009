/* SPDX-License-Identifier: ISC */
/* Trusted lists as files of an administrator. */
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "trust/tsl.h"

/* ---- those who may sign ---- */

/* A trust set by itself knows how to read files and folders. */
static enum edoc_code read_signers(const char *const *paths, struct edoc_trust **signers,
                                   struct edoc_error *err)
{
	enum edoc_code rc = edoc_trust_new(signers, err);

	for (size_t i = 0; rc == EDOC_OK && paths && paths[i]; i++)
		rc = edoc_trust_add(*signers, paths[i], EDOC_FOR_ALL, err);
	return rc;
}

static enum edoc_code stack_of(const struct edoc_trust *signers, STACK_OF(X509) **stack,
                               struct edoc_error *err)
{
	const struct ed_trust_entry *e;

	*stack = sk_X509_new_null();
	if (!*stack)
		return ed_fail_memory(err);
	for (size_t i = 0; (e = ed_trust_at(signers, i)) != NULL; i++)
		if (!sk_X509_push(*stack, e->cert->x509))
			return ed_fail_memory(err);
	return EDOC_OK;
}

static bool is_signer(const struct edoc_trust *signers, const unsigned char sha256[32])
{
	const struct ed_trust_entry *e;

	for (size_t i = 0; (e = ed_trust_at(signers, i)) != NULL; i++)
		if (!memcmp(e->cert->sha256, sha256, sizeof(e->cert->sha256)))
			return true;
	return false;
}

/* ---- reading ---- */

static enum edoc_code read_xml(const struct ed_buf *bytes, const char *path,
                               const struct edoc_trust *signers, struct ed_arena *arena,
                               struct ed_tsl *tsl, struct edoc_error *err)
{
	STACK_OF(X509) *stack = NULL;
	enum edoc_code rc;

	if (!ed_trust_at(signers, 0))
		return ed_fail(err, EDOC_ERR_USAGE, path,
		               "who may sign this trusted list?  A list cannot say so itself");
	rc = stack_of(signers, &stack, err);
	if (rc == EDOC_OK)
		rc = ed_tsl_read(bytes->data, bytes->len, path, stack, arena, tsl, err);
	sk_X509_free(stack);
	return rc;
}

static enum edoc_code read_text(const struct ed_buf *bytes, const char *path,
                                const struct edoc_trust *signers, struct ed_arena *arena,
                                struct ed_tsl *tsl, struct edoc_error *err)
{
	enum edoc_code rc = ed_tsl_load(bytes->data, bytes->len, path, arena, tsl, err);

	if (rc == EDOC_OK && ed_trust_at(signers, 0) && !is_signer(signers, tsl->signer)) {
		ed_tsl_clear(tsl);
		rc = ed_fail(
		        err, EDOC_ERR_DENIED, path,
		        "this list was signed by somebody who is not among those that you named "
		        "as its signers");
	}
	return rc;
}

static enum edoc_code read_list(const char *path, const char *const *paths, struct ed_arena *arena,
                                struct ed_tsl *tsl, struct edoc_error *err)
{
	struct edoc_trust *signers = NULL;
	struct ed_buf bytes;
	enum edoc_code rc;

	*tsl = (struct ed_tsl){0};
	ed_buf_init(&bytes, (size_t)2 * ED_MAX_XML_BYTES);
	rc = read_signers(paths, &signers, err);
	if (rc == EDOC_OK)
		rc = ed_read_path(path, &bytes, err);
	if (rc == EDOC_OK)
		rc = ed_tsl_is_text(bytes.data, bytes.len)
		             ? read_text(&bytes, path, signers, arena, tsl, err)
		             : read_xml(&bytes, path, signers, arena, tsl, err);
	ed_buf_clear(&bytes);
	edoc_trust_free(signers);
	return rc;
}

/* ---- */

static enum edoc_code add_services(struct edoc_trust *trust, const char *path,
                                   const struct ed_tsl *tsl, struct edoc_error *err)
{
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < tsl->n; i++) {
		const struct ed_tsl_service *s = &tsl->services[i];

		rc = ed_trust_add_service(trust, s->cert->x509, s->purposes, path, &s->listed, err);
	}
	return rc;
}

enum edoc_code edoc_trust_add_list(struct edoc_trust *trust, const char *path,
                                   const char *const *signers, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	char sha256[65], signer[65];
	struct ed_tsl tsl = {0};
	enum edoc_code rc =
	        arena ? read_list(path, signers, arena, &tsl, err) : ed_fail_memory(err);

	if (rc == EDOC_OK)
		rc = add_services(trust, path, &tsl, err);
	if (rc == EDOC_OK) {
		struct edoc_list list = {.source = path,
		                         .territory = tsl.territory,
		                         .operator_name = tsl.operator_name,
		                         .sha256 = sha256,
		                         .signer = signer,
		                         .sequence = tsl.sequence,
		                         .issued = tsl.issued,
		                         .next_update = tsl.next_update,
		                         .services = tsl.n,
		                         .skipped = tsl.skipped};

		ed_hex(sha256, tsl.sha256, sizeof(tsl.sha256));
		ed_hex(signer, tsl.signer, sizeof(tsl.signer));
		rc = ed_trust_keep_list(trust, &list, err);
	}
	ed_tsl_clear(&tsl);
	ed_arena_free(arena);
	return rc;
}

enum edoc_code edoc_list_compile(const char *path, const char *const *signers, char **text,
                                 struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_tsl tsl = {0};
	struct ed_buf out;
	enum edoc_code rc =
	        arena ? read_list(path, signers, arena, &tsl, err) : ed_fail_memory(err);

	*text = NULL;
	ed_buf_init(&out, (size_t)2 * ED_MAX_XML_BYTES);
	if (rc == EDOC_OK)
		rc = ed_tsl_write(&tsl, &out, err);
	if (rc == EDOC_OK)
		rc = ed_buf_steal(&out, path, text, err);
	ed_buf_clear(&out);
	ed_tsl_clear(&tsl);
	ed_arena_free(arena);
	return rc;
}
