/* SPDX-License-Identifier: ISC */
/* One signer more of what somebody has signed in the same SignedData. */
#include <string.h>

#include "base/err.h"
#include "sign/growth.h"

/* The values of all its signers. */
struct signers {
	unsigned char (*value)[32];
	size_t n;
};

static enum edoc_code list_signers(const struct ed_grow *at, const struct ed_buf *der,
                                   struct signers *out, bool *attached, struct edoc_error *err)
{
	struct ed_material material;
	struct ed_cades cades = {0};
	enum edoc_code code;

	ed_material_init(&material, at->arena);
	code = ed_cades_read(der->data, der->len, at->where, at->data, at->only, &material,
	                     at->arena, &cades, err);
	out->n = cades.n;
	out->value = ed_arena_alloc(at->arena, (cades.n + 1) * sizeof(*out->value));
	for (size_t i = 0; out->value && i < cades.n; i++)
		memcpy(out->value[i], cades.sigs[i].value_sha256, 32);
	*attached = cades.content != NULL;
	ed_ades_clear(cades.sigs, cades.n);
	return code == EDOC_OK && !out->value ? ed_fail_memory(err) : code;
}

/* SignerInfos are a set: in DER the new one may stand anywhere among them. */
static size_t newcomer(const struct signers *before, const struct signers *after)
{
	for (size_t i = 0; i < after->n; i++) {
		size_t k = 0;

		while (k < before->n && memcmp(after->value[i], before->value[k], 32) != 0)
			k++;
		if (k == before->n)
			return i;
	}
	return after->n;
}

enum edoc_code ed_cosign(const struct ed_grow *at, const struct ed_buf *there,
                         const struct ed_cades_spec *spec, struct ed_buf *der, size_t *which,
                         bool *attached, struct edoc_error *err)
{
	struct signers before = {0}, after = {0};
	enum edoc_code code = list_signers(at, there, &before, attached, err);

	if (code == EDOC_OK)
		code = ed_cades_cosign(there->data, there->len, at->where, spec, der, err);
	if (code == EDOC_OK)
		code = list_signers(at, der, &after, attached, err);
	*which = newcomer(&before, &after);
	return code;
}
