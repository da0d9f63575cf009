/* SPDX-License-Identifier: ISC */
#include "sign/signed.h"

#include <string.h>

#include "base/err.h"

/* By its form: "XAdES-BASELINE-LT".  What is no baseline counts as B: it is a
 * signature, and a second one would be no better for it. */
static enum edoc_level level_of(const struct edoc_signature *sig)
{
	static const char *const names[] = {"-B", "-T", "-LT", "-LTA"};
	const char *end = strrchr(sig->level, '-');
	enum edoc_level level = EDOC_LEVEL_B;

	for (size_t i = 0; end && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(end, names[i]))
			level = (enum edoc_level)i;
	}
	return level;
}

static bool covers(const struct ed_report_signature *sig, const char *name)
{
	for (size_t i = 0; i < sig->n_covers; i++) {
		if (!strcmp(sig->covers[i], name))
			return true;
	}
	return false;
}

static bool covers_all(const struct ed_report_signature *sig, const struct edoc_report *report)
{
	for (size_t i = 0; i < report->n_documents; i++) {
		if (!covers(sig, report->documents[i].name))
			return false;
	}
	return report->n_documents > 0;
}

/* Which of the words that are asked for it does not say; NULL: none. */
static const char *lacks(const struct edoc_sign_options *options, const struct edoc_signature *sig,
                         const char **asked)
{
	if (options->role && (!sig->role || strcmp(sig->role, options->role) != 0)) {
		*asked = options->role;
		return "role";
	}
	if (options->commitment &&
	    (!sig->commitment || strcmp(sig->commitment, options->commitment) != 0)) {
		*asked = options->commitment;
		return "commitment";
	}
	return NULL;
}

enum edoc_code ed_signed_find(const struct edoc_sign_options *options,
                              const struct edoc_report *report, struct ed_arena *arena,
                              struct ed_signed *found, struct edoc_error *err)
{
	const char *mine = edoc_key_cert_sha256(options->key);

	memset(found, 0, sizeof(*found));
	for (size_t i = 0; i < report->n_signatures; i++) {
		const struct ed_report_signature *sig = &report->signatures[i];
		const char *word, *asked = NULL;

		if (strcmp(sig->pub.cert_sha256, mine) != 0 || !sig->pub.intact_data ||
		    !sig->pub.intact_signature || !covers_all(sig, report))
			continue;
		word = lacks(options, &sig->pub, &asked);
		if (word) {
			found->unlike = ed_arena_strdup(arena, sig->pub.where);
			found->lacks = word;
			found->asked = asked;
			if (!found->unlike)
				return ed_fail_memory(err);
			continue;
		}
		if (found->where && level_of(&sig->pub) <= found->level)
			continue;
		found->id = ed_arena_strdup(arena, sig->pub.id);
		found->where = ed_arena_strdup(arena, sig->pub.where);
		found->level = level_of(&sig->pub);
		if (!found->id || !found->where)
			return ed_fail_memory(err);
	}
	return EDOC_OK;
}
