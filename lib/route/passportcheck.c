/* SPDX-License-Identifier: ISC */
/* What a passport asks of a submission: of a command, and of the first entry. */
#include <string.h>

#include "package/asic.h"
#include "route/decide.h"
#include "route/passport.h"

/* The card and what signs it are no documents of an applicant. */
static bool is_ours(const char *name)
{
	return !strncmp(name, "META-INF/", 9) || !strcmp(name, ED_CARD_NAME);
}

static const char *append(struct ed_decision *j, const char *list, const char *name)
{
	const char *s = ed_arena_printf(j->engine->arena, "%s%s%s", list ? list : "",
	                                list ? ", " : "", name);

	j->lost |= !s;
	return s ? s : list;
}

/* How many documents of the package are that one. */
static int count(const struct ed_decision *j, const struct ed_passport *passport,
                 const struct ed_paper *paper)
{
	const json_t *documents = j->act.documents;
	int n = 0;

	for (size_t i = 0; i < json_array_size(documents); i++) {
		const char *name = ed_json_get_str(json_array_get(documents, i), "name");

		n += name && !is_ours(name) &&
		     ed_passport_said(passport, j->act.papers, name) == paper;
	}
	return n;
}

static bool is_there(const json_t *documents, const char *name)
{
	for (size_t i = 0; i < json_array_size(documents); i++) {
		const char *own = ed_json_get_str(json_array_get(documents, i), "name");

		if (own && name && !strcmp(own, name))
			return true;
	}
	return false;
}

/* Which document is said to be which: those there are, and of those asked for. */
static void check_said(struct ed_decision *j, const struct ed_passport *passport)
{
	for (size_t i = 0; i < json_array_size(j->act.papers); i++) {
		const json_t *one = json_array_get(j->act.papers, i);
		const char *id = ed_json_get_str(one, "id"), *name = ed_json_get_str(one, "name");

		if (!passport || !ed_passport_find(passport, id))
			ed_broken(j, "route.document-unknown", id, name, NULL);
		else if (!name || is_ours(name) || !is_there(j->act.documents, name))
			ed_broken(j, "route.document-absent", name, id, NULL);
	}
}

static void check_papers(struct ed_decision *j, const struct ed_passport *passport,
                         const char *standard)
{
	const char *missing = NULL, *many = NULL, *unlisted = NULL;
	const json_t *documents = j->act.documents;

	for (size_t i = 0; i < passport->n_papers; i++) {
		const struct ed_paper *paper = &passport->papers[i];
		int n = count(j, passport, paper);

		if (!n && paper->required && paper != passport->proof)
			missing = append(j, missing, paper->id);
		if (n > paper->max)
			many = append(j, many, paper->id);
	}
	for (size_t i = 0; !passport->others && i < json_array_size(documents); i++) {
		const char *name = ed_json_get_str(json_array_get(documents, i), "name");

		if (name && !is_ours(name) && !ed_passport_said(passport, j->act.papers, name))
			unlisted = append(j, unlisted, name);
	}
	if (missing)
		ed_broken(j, "route.document-missing", missing, standard, NULL);
	if (passport->proof && !count(j, passport, passport->proof))
		ed_broken(j, "route.fee", passport->proof->id, standard, passport->amount);
	if (many)
		ed_broken(j, "route.document-many", many, standard, NULL);
	if (unlisted)
		ed_broken(j, "route.document-unlisted", unlisted, standard, NULL);
}

static const char *list_of(struct ed_decision *j, const char *const *words)
{
	const char *list = NULL;

	for (; *words; words++)
		list = append(j, list, *words);
	return list;
}

static const char *standard_of(const struct ed_passport *passport)
{
	return passport->standard ? passport->standard->id : "-";
}

void ed_check_documents(struct ed_decision *j)
{
	const struct ed_passport *passport = j->engine->route->passport;

	check_said(j, passport);
	if (passport && passport->papers)
		check_papers(j, passport, standard_of(passport));
}

void ed_check_passport(struct ed_decision *j)
{
	const struct ed_passport *passport = j->engine->route->passport;
	const char *channel = j->act.channel;

	if (passport && passport->channels &&
	    (!channel || !ed_def_one_of(channel, passport->channels)))
		ed_broken(j, "route.channel", channel ? channel : "-", standard_of(passport),
		          list_of(j, passport->channels));
	ed_check_documents(j);
}

/* Who holds a post that day comes for his agency, anybody else for himself, or
 * for the legal entity that his certificate names. */
void ed_check_applicant(struct ed_decision *j)
{
	const struct ed_passport *passport = j->engine->route->passport;
	const char *kind = j->actor.agency ? "agency" : "citizen";

	if (strcmp(j->act.event, "case.submitted") != 0)
		return;
	ed_check_came(j);
	/* Who asked on paper has no certificate: who enters it says what he saw. */
	if (!passport || !passport->applicants || j->act.received)
		return;
	if (!j->actor.agency && !ed_def_one_of(kind, passport->applicants) && j->act.applicant)
		kind = j->act.applicant;
	if (!ed_def_one_of(kind, passport->applicants))
		ed_broken(j, "route.applicant", kind, passport->standard->id,
		          list_of(j, passport->applicants));
}
