/* SPDX-License-Identifier: ISC */
/* XAdES: every seed was signed at one moment with one role.  Whatever is made
 * of the seeds and passes without an error must still say so: no one here has
 * the keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "door/xml.h"
#include "judge/rules.h"
#include "signature/xades.h"

#define AT 1772683869
#define ROLE "Сардор"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The last is another file of signatures, that a counter-signature names. */
static const char *const names[] = {"a.txt", "b.txt", "META-INF/signatures0.xml"};
static const char *const contents[] = {
        "a.txt", "b.txt",
        "<a:XAdESSignatures xmlns:a='" ED_NS_ASIC "'><d:Signature xmlns:d='" ED_NS_DS
        "' Id='B'><d:SignedInfo/><d:SignatureValue Id='B-v'>AQID</d:SignatureValue>"
        "</d:Signature></a:XAdESSignatures>"};

static const char *name_it(void *arg, size_t i)
{
	(void)arg;
	return names[i];
}

static enum edoc_code digest_it(void *arg, size_t i, enum ed_hash hash,
                                unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	(void)arg;
	(void)err;
	return ed_hash_bytes(hash, contents[i], strlen(contents[i]), out) ? EDOC_OK
	                                                                  : EDOC_ERR_MEMORY;
}

static enum edoc_code read_it(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *err)
{
	(void)arg;
	ed_buf_puts(buf, contents[i]);
	return ed_buf_check(buf, names[i], err);
}

static bool is_signatures(void *arg, size_t i)
{
	(void)arg;
	return i == 2;
}

static bool has_error(const struct ed_findings *findings)
{
	bool error = findings->lost;

	for (size_t i = 0; i < findings->n; i++) {
		const struct ed_rule *rule = ed_rule(findings->v[i].code);

		if (!rule)
			abort(); /* a code that nothing explains */
		error |= rule->severity == EDOC_ERROR;
	}
	return error;
}

static bool passes(const struct ed_ades *x)
{
	for (size_t i = 0; i < x->n_stamps; i++) {
		(void)has_error(&x->stamps[i].findings);
		(void)has_error(&x->stamps[i].tst.findings);
	}
	for (size_t i = 0; i < x->n_counter; i++)
		(void)passes(&x->counter[i]);
	return !has_error(&x->findings) && x->intact_data && x->intact_signature && x->bound;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int container = 0; container < 2; container++) {
		const struct ed_data three = {.container = container,
		                              .n = 3,
		                              .name = name_it,
		                              .digest = digest_it,
		                              .read = read_it,
		                              .signatures = is_signatures};
		struct ed_arena *arena = ed_arena_new();
		struct ed_material material;
		struct ed_ades *sigs = NULL;
		struct edoc_error err;
		size_t n = 0;

		ed_material_init(&material, arena);
		if (ed_xades_read(data, size, "fuzz", ED_MAX_XML_BYTES, &three, &material, arena,
		                  &sigs, &n, &err) == EDOC_OK)
			for (size_t i = 0; i < n; i++)
				if (passes(&sigs[i]) &&
				    (sigs[i].claimed_time != AT ||
				     (sigs[i].role && strcmp(sigs[i].role, ROLE)) ||
				     (container && sigs[i].n_covers != 2)))
					abort();
		ed_ades_clear(sigs, n);
		ed_arena_free(arena);
	}
	return 0;
}
