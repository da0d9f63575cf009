/* SPDX-License-Identifier: ISC */
#include "route/generation.h"

#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "door/crypto.h"
#include "package/asic.h"
#include "route/decide.h"

bool ed_entry_revises(const struct ed_entry *entry)
{
	return !strcmp(entry->event, "step.done") && json_object_get(entry->header, "documents");
}

size_t ed_generation_before(const struct ed_ledger *ledger, size_t i)
{
	while (i > 0 && !ed_entry_revises(&ledger->v[--i]))
		;
	return i;
}

size_t ed_generation(const struct ed_ledger *ledger)
{
	return ed_generation_before(ledger, ledger->n);
}

size_t ed_generation_count(const struct ed_ledger *ledger)
{
	size_t n = 1;

	for (size_t i = ed_generation(ledger); i; i = ed_generation_before(ledger, i))
		n++;
	return n;
}

/* As sha256sum(1) prints them: what edoc-sign revise puts into the card. */
enum edoc_code ed_generation_digest(const struct ed_entry *entry, char out[ED_SHA256_REF],
                                    struct edoc_error *err)
{
	const json_t *documents = json_object_get(entry->header, "documents");
	struct ed_digest *digest = ed_digest_new(ED_SHA256);
	unsigned char sum[ED_HASH_MAX];
	bool good = digest != NULL;

	for (size_t i = 0; good && i < json_array_size(documents); i++) {
		const json_t *one = json_array_get(documents, i);
		const char *name = ed_json_get_str(one, "name");
		const char *sha256 = ed_json_get_str(one, "sha256");

		if (!strncmp(name, "META-INF/", 9))
			continue;
		good = ed_digest_update(digest, sha256, 64) && ed_digest_update(digest, "  ", 2) &&
		       ed_digest_update(digest, name, strlen(name)) &&
		       ed_digest_update(digest, "\n", 1);
	}
	good = good && ed_digest_final(digest, sum);
	ed_digest_free(digest);
	if (!good)
		return ed_fail_memory(err);
	memcpy(out, "sha256:", 7);
	ed_hex(out + 7, sum, 32);
	return EDOC_OK;
}

/* A package may replace several: "replaces[2]". */
bool ed_card_replaces(const struct ed_card *card, const char *digest, const char **said)
{
	*said = NULL;
	for (size_t i = 0; card && i < card->n; i++) {
		const struct ed_card_field *f = &card->fields[i];

		if (strncmp(f->name, "replaces", 8) != 0 || (f->name[8] && f->name[8] != '['))
			continue;
		if (!strcmp(f->value, digest))
			return true;
		*said = f->value;
	}
	return false;
}

/* ---- the engine's part ---- */

/* Branches go on side by side: none of them changes what the others judge. */
bool ed_check_revised(struct ed_decision *j)
{
	const struct ed_visit *v = j->visit;

	if (!j->act.documents)
		return true;
	if (v->step->verb != ED_DO_EDIT || j->outcome != v->step->outcomes || v->scope->owner)
		return ed_broken(j, "route.revised", v->path, j->outcome->id, NULL);
	ed_check_documents(j);
	return true;
}
