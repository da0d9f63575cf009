/* SPDX-License-Identifier: ISC */
#include "route/papers.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/x509subject.h"
#include "judge/verify.h"
#include "route/pin.h"

/* ---- what there is ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum edoc_code list_one(struct ed_asic *asic, const char *name, json_t *documents,
                               struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	json_t *o = json_object();
	char hex[65];

	enum edoc_code code =
	        ed_asic_digest(asic, ed_zip_find(asic->zip, name), ED_SHA256, digest, err);
	ed_hex(hex, digest, 32);
	if (!code && (ed_json_str(o, "name", name) | ed_json_str(o, "sha256", hex) |
	              json_array_append(documents, o)))
		code = ed_fail_memory(err);
	json_decref(o);
	return code;
}

enum edoc_code ed_papers_list(struct ed_asic *asic, struct ed_arena *arena, json_t **documents,
                              struct edoc_error *err)
{
	size_t count = ed_zip_count(asic->zip), n = 0;
	const char **names = ed_arena_alloc(arena, (count + 1) * sizeof(*names));
	enum edoc_code code = EDOC_OK;

	*documents = json_array();
	if (!names || !*documents)
		return ed_fail_memory(err);
	for (size_t i = 0; i < count; i++)
		if (asic->kind[i] == ED_ASIC_DOCUMENT || asic->kind[i] == ED_ASIC_XADES)
			names[n++] = ed_zip_entry(asic->zip, i)->name;
	qsort(names, n, sizeof(*names), by_text);
	for (size_t i = 0; i < n && !code; i++)
		code = list_one(asic, names[i], *documents, err);
	return code;
}

/* ---- which document is which ---- */

static int by_name(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;

	return strcmp(ed_json_get_str(*x, "name"), ed_json_get_str(*y, "name"));
}

/* "ID=NAME" */
static enum edoc_code read_one(const char *said, struct ed_arena *arena, json_t **one,
                               struct edoc_error *err)
{
	const char *equals = strchr(said, '='), *id;

	if (!equals || equals == said || !equals[1])
		return ed_fail(err, EDOC_ERR_USAGE, "--document", "\"%s\" is not ID=NAME", said);
	if (!ed_utf8_valid(said, strlen(said)))
		return ed_fail(err, EDOC_ERR_INPUT, "--document", "not UTF-8");
	id = ed_arena_strndup(arena, said, (size_t)(equals - said));
	*one = json_object();
	return !id || (ed_json_str(*one, "id", id) | ed_json_str(*one, "name", equals + 1))
	               ? ed_fail_memory(err)
	               : EDOC_OK;
}

static enum edoc_code sorted(json_t **list, size_t n, json_t **papers, struct edoc_error *err)
{
	qsort(list, n, sizeof(json_t *), by_name);
	*papers = json_array();
	for (size_t i = 0; i < n; i++) {
		if (i && !by_name(&list[i - 1], &list[i]))
			return ed_fail(err, EDOC_ERR_USAGE, "--document", "\"%s\" is named twice",
			               ed_json_get_str(list[i], "name"));
		if (json_array_append(*papers, list[i]))
			return ed_fail_memory(err);
	}
	return EDOC_OK;
}

enum edoc_code ed_papers_read(const char *const *said, struct ed_arena *arena, json_t **papers,
                              struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	size_t n = 0, made = 0;
	json_t **list;

	*papers = NULL;
	while (said && said[n])
		n++;
	if (!n)
		return EDOC_OK;
	list = ed_arena_alloc(arena, n * sizeof(json_t *));
	if (!list)
		return ed_fail_memory(err);
	for (; !code && made < n; made++)
		code = read_one(said[made], arena, &list[made], err);
	if (!code)
		code = sorted(list, n, papers, err);
	while (made-- > 0)
		json_decref(list[made]);
	return code;
}

/* ---- the proof of payment ---- */

static enum edoc_code open_document(struct ed_asic *asic, size_t i, int *fd, struct edoc_error *err)
{
	struct ed_buf bytes;

	*fd = -1;
	ed_buf_init(&bytes, ED_MAX_PIN);
	enum edoc_code code = ed_zip_read_buf(asic->zip, i, &bytes, err);
	if (!code)
		code = ed_memory_file(bytes.data, bytes.len, fd, err);
	ed_buf_clear(&bytes);
	return code;
}

/* What is no signed document at all is the document's fault, not ours. */
static bool is_its_fault(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION;
}

static enum edoc_code judge_proof(struct ed_asic *asic, size_t i,
                                  const struct edoc_verify_options *options, struct ed_arena *arena,
                                  const char **why, struct edoc_error *err)
{
	const char *name = ed_zip_entry(asic->zip, i)->name;
	struct edoc_report *report = NULL;
	struct edoc_error trouble = {0};
	int fd = -1;

	enum edoc_code code = open_document(asic, i, &fd, &trouble);
	if (!code)
		code = edoc_verify_fd(fd, name, options, &report, &trouble);
	if (!code)
		*why = ed_report_why(report, arena);
	if (is_its_fault(code)) {
		*why = ed_arena_strdup(arena, trouble.msg);
		code = *why ? EDOC_OK : ed_fail_memory(err);
	} else if (code && err) {
		*err = trouble;
	}
	edoc_report_free(report);
	if (fd >= 0)
		close(fd);
	return code;
}

enum edoc_code ed_papers_payment(struct ed_asic *asic, const struct ed_passport *passport,
                                 const json_t *papers, const struct edoc_verify_options *options,
                                 struct ed_arena *arena, const char **name, const char **why,
                                 struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*name = *why = NULL;
	if (!passport || !passport->proof_signed)
		return EDOC_OK;
	for (size_t i = 0; i < ed_zip_count(asic->zip) && !code && !*why; i++) {
		const char *own = ed_zip_entry(asic->zip, i)->name;

		if (asic->kind[i] != ED_ASIC_DOCUMENT ||
		    ed_passport_said(passport, papers, own) != passport->proof)
			continue;
		*name = own;
		code = judge_proof(asic, i, options, arena, why, err);
	}
	return code;
}

enum edoc_code ed_papers_paid(struct ed_asic *asic, const struct ed_passport *passport,
                              const json_t *papers, const struct edoc_verify_options *options,
                              const char *path, struct ed_arena *arena, struct edoc_error *err)
{
	const char *name, *why;

	enum edoc_code code =
	        ed_papers_payment(asic, passport, papers, options, arena, &name, &why, err);
	if (!code && why)
		code = ed_fail(err, EDOC_ERR_DENIED, path,
		               "not accepted (\"%s\"): %s, the proof of payment, is no signed "
		               "document that holds: %s",
		               passport->standard->id, name, why);
	return code;
}

/* ---- the applicant ---- */

const char *ed_papers_applicant(const struct ed_cert *cert, struct ed_arena *arena)
{
	const char *value = NULL;

	if (*cert->inn)
		return "entity";
	if (ed_subject_value(cert, "organization-identifier", 0, arena, &value, NULL))
		return NULL;
	return value && *value ? "entity" : "person";
}
