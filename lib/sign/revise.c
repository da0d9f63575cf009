/* SPDX-License-Identifier: ISC */
/* A successor without signatures; its card says what it replaces. */
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/time.h"
#include "sign/new.h"
#include "sign/package.h"

static bool listed(const char *const *list, const char *name)
{
	for (size_t i = 0; list && list[i]; i++) {
		if (!strcmp(list[i], name))
			return true;
	}
	return false;
}

/* An added file takes the place of the document it is named like. */
static bool replaced(const char *const *add, const char *name)
{
	for (size_t i = 0; add && add[i]; i++) {
		if (!strcmp(ed_basename(add[i]), name))
			return true;
	}
	return false;
}

static enum edoc_code check_removed(const struct edoc_package *old, const char *const *remove,
                                    struct edoc_error *err)
{
	for (size_t i = 0; remove && remove[i]; i++) {
		size_t k = 0;

		while (k < old->n && strcmp(old->documents[k].name, remove[i]))
			k++;
		if (k == old->n || !strcmp(remove[i], ED_CARD_NAME))
			return ed_fail(err, EDOC_ERR_ABSENT, remove[i], "no such document in %s",
			               old->path);
	}
	return EDOC_OK;
}

/* The successor quotes a digest of the old package, which must stay. */
static enum edoc_code check_apart(const struct edoc_package *old, const char *out,
                                  struct edoc_error *err)
{
	struct stat st;

	if (fstat(old->fd, &st))
		return ed_fail_errno(err, EDOC_ERR_IO, old->path, "fstat");
	return ed_making_apart(out, &st, err);
}

static enum edoc_code new_card(struct ed_making *m, struct edoc_package *old,
                               const struct edoc_revise_options *options, struct edoc_error *err)
{
	char quote[96] = "replaces=sha256:";
	const char *set[] = {quote, NULL};
	struct ed_buf xml;
	enum edoc_code code;

	if (!old->has_card)
		return ed_fail(
		        err, EDOC_ERR_INPUT, old->path,
		        "the package has no card that could say what it replaces: make a new "
		        "package with edoc-sign new --card");
	ed_buf_init(&xml, m->limits.xml_bytes);
	code = ed_package_content_digest(old, quote + strlen(quote), err);
	if (code == EDOC_OK && options->set)
		code = ed_card_set(&old->card, options->set, m->arena, err);
	if (code == EDOC_OK)
		code = ed_card_set(&old->card, set, m->arena, err);
	if (code == EDOC_OK)
		code = ed_card_write(&old->card, &xml, err);
	if (code == EDOC_OK)
		code = ed_making_bytes(m, ED_CARD_NAME, "text/xml", &xml, err);
	ed_buf_clear(&xml);
	return code;
}

enum edoc_code edoc_package_revise(const char *path, const char *out,
                                   const struct edoc_revise_options *options,
                                   struct edoc_error *err)
{
	struct edoc_package *old = NULL;
	struct ed_making m;
	enum edoc_code code = ed_making_init(&m, options->limits, err);

	if (code == EDOC_OK)
		code = edoc_package_open(path, options->limits, &old, err);
	if (code == EDOC_OK)
		code = check_apart(old, out, err);
	if (code == EDOC_OK)
		code = check_removed(old, options->remove, err);
	for (size_t i = 0; code == EDOC_OK && i < old->n; i++) {
		const char *name = old->documents[i].name;

		if (strcmp(name, ED_CARD_NAME) && !listed(options->remove, name) &&
		    !replaced(options->add, name))
			code = ed_making_copy(&m, old->asic, old->entries[i], err);
	}
	for (size_t i = 0; code == EDOC_OK && options->add && options->add[i]; i++)
		code = ed_making_file(&m, options->add[i], err);
	if (code == EDOC_OK && !m.n)
		code = ed_fail(err, EDOC_ERR_USAGE, out, "no document would be left");
	m.single = code == EDOC_OK && old->asic->type == ED_ASIC_S;
	if (code == EDOC_OK)
		code = new_card(&m, old, options, err);
	if (code == EDOC_OK)
		code = ed_making_write(&m, out, NULL, options->overwrite, options->dry_run,
		                       NULL, err);
	ed_making_clear(&m);
	edoc_package_free(old);
	return code;
}
