/* SPDX-License-Identifier: ISC */
/*
 * Uzbekistan: law 611-II of 29.04.2004 on electronic document flow, art. 6
 * (requisites); law ZRU-793 of 12.10.2022 on electronic digital signatures,
 * art. 4 (when a signature is as good as one by hand).
 * Tajikistan: law No. 1965 of 15.03.2023 on the electronic document and the
 * electronic signature, and law No. 51 of 10.05.2002 for what it leaves to it.
 *
 * A condition that is not met is a finding too, so that it decides.
 */
#include "judge/law.h"

#include <string.h>

#include "base/err.h"
#include "base/time.h"

#define UZ_SIGNATURES "ZRU-793"
#define UZ_DOCUMENTS "611-II"
#define TJ_DOCUMENTS "1965"

struct listing {
	struct ed_judge *j;
	struct ed_report_condition *v;
	size_t n, cap;
	bool failed; /* memory */
};

static void add(struct listing *list, const char *law, const char *article, const char *what,
                enum ed_outcome met, const char *why, const char *a0, const char *a1)
{
	struct ed_arena *arena = list->j->arena;
	struct ed_report_condition *c;

	list->v = ed_arena_grow(arena, list->v, list->n, &list->cap, sizeof(*list->v));
	if (!list->v) {
		list->failed = true;
		list->n = 0;
		return;
	}
	c = &list->v[list->n++];
	*c = (struct ed_report_condition){law, article, what, met, why, {NULL, NULL}, false};
	c->args[0] = a0 ? ed_arena_strdup(arena, a0) : NULL;
	c->args[1] = a1 ? ed_arena_strdup(arena, a1) : NULL;
	list->failed = list->failed || (a0 && !c->args[0]) || (a1 && !c->args[1]);
}

/* ---- ZRU-793, article 4 ---- */

static void uz_authentic(struct listing *list, const struct ed_ades *sig)
{
	bool good = sig->intact_data && sig->intact_signature;
	enum ed_outcome met = good ? ED_YES : ED_NO;
	const char *why = N_("the value was made with the signer's key, and nothing has changed");

	if (!good && !sig->signer) {
		met = ED_UNSURE;
		why = N_("the signer's certificate is not known");
	} else if (!good) {
		why = N_("the value or the documents are not what was signed");
	}
	add(list, UZ_SIGNATURES, "4 (1)", N_("the signature is confirmed to be authentic"), met,
	    why, NULL, NULL);
}

/* Valid at the moment of checking, or at the moment of signing if that is proven. */
static void uz_valid(struct listing *list, const struct ed_conclusion *certificate,
                     const struct ed_report_signature *out)
{
	struct ed_judge *j = list->j;
	const char *what = N_("the certificate is valid now, or was when it was signed and that "
	                      "moment is proven");

	if (certificate->indication == EDOC_TOTAL_PASSED && out->judged_at == j->now)
		add(list, UZ_SIGNATURES, "4 (2)", what, ED_YES,
		    N_("it is valid at the moment of checking, {0}"), ed_say_time(j, j->now), NULL);
	else if (certificate->indication == EDOC_TOTAL_PASSED)
		add(list, UZ_SIGNATURES, "4 (2)", what, ED_YES,
		    N_("it was valid at {0}, which is proven by: {1}"),
		    ed_say_time(j, out->judged_at), out->proved_by);
	else if (ed_concluded(certificate, "TRY_LATER") ||
	         ed_concluded(certificate, "NO_CERTIFICATE_CHAIN_FOUND"))
		add(list, UZ_SIGNATURES, "4 (2)", what, ED_UNSURE,
		    N_("whether it is valid cannot be told: {0}"), certificate->sub, NULL);
	else if (!out->proved_by)
		add(list, UZ_SIGNATURES, "4 (2)", what, ED_NO,
		    N_("it is not valid now ({0}), and nothing proves when it was signed"),
		    certificate->sub ? certificate->sub : "-", NULL);
	else
		add(list, UZ_SIGNATURES, "4 (2)", what, ED_NO,
		    N_("it was not valid at {0} either: {1}"),
		    ed_say_time(j, out->proved_not_after),
		    certificate->sub ? certificate->sub : "-");
}

static void uz_purpose(struct listing *list, const struct ed_ades *sig)
{
	const char *what = N_("the signature is used for the purposes named in the certificate");
	const char *unfit = sig->signer ? ed_cert_unfit(sig->signer, list->j->arena) : NULL;

	if (!sig->signer)
		add(list, UZ_SIGNATURES, "4 (3)", what, ED_UNSURE,
		    N_("the signer's certificate is not known"), NULL, NULL);
	else if (unfit)
		add(list, UZ_SIGNATURES, "4 (3)", what, ED_NO,
		    N_("the certificate is for {0} alone"), unfit, NULL);
	else if (sig->signer->has_key_usage)
		add(list, UZ_SIGNATURES, "4 (3)", what, ED_YES,
		    N_("the certificate is for signing documents"), NULL, NULL);
	else
		add(list, UZ_SIGNATURES, "4 (3)", what, ED_YES,
		    N_("the certificate limits its purposes in no way"), NULL, NULL);
}

static void find_unmet(struct listing *list, const char *where, struct ed_findings *findings)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct ed_report_condition *c = &list->v[i];

		if (c->met == ED_NO || c->met == ED_UNSURE)
			ed_finding(findings, c->met == ED_NO ? "law.not-met" : "law.unknown", where,
			           c->law, c->article, c->what);
	}
}

enum edoc_code ed_law_signature(struct ed_judge *j, const struct ed_ades *sig,
                                const struct ed_conclusion *certificate,
                                struct ed_report_signature *out, struct edoc_error *err)
{
	struct listing list = {.j = j};

	if (j->policy->law == ED_LAW_UZ) {
		uz_authentic(&list, sig);
		uz_valid(&list, certificate, out);
		uz_purpose(&list, sig);
	}
	find_unmet(&list, sig->where, &out->findings);
	out->conditions = list.v;
	out->n_conditions = list.n;
	return list.failed ? ed_fail_memory(err) : EDOC_OK;
}

/* ---- the document's requisites ---- */

static bool signed_by_somebody(const struct ed_judge *j)
{
	for (size_t i = 0; i < j->item->n_sigs; i++) {
		if (j->item->sigs[i].intact_data && j->item->sigs[i].intact_signature)
			return true;
	}
	return false;
}

/* What a card says is the sender's word only when his signature covers it. */
static bool card_is_signed(const struct ed_judge *j)
{
	for (size_t i = 0; i < j->report->n_documents; i++) {
		if (!strcmp(j->report->documents[i].name, ED_CARD_NAME))
			return j->report->documents[i].covered > 0;
	}
	return false;
}

static void met_by_signing(struct listing *list)
{
	if (list->n)
		list->v[list->n - 1].by_signing = true;
}

static void field(struct listing *list, const char *law, const char *article, const char *what,
                  const char *name)
{
	const struct ed_card *card = list->j->item->card;
	const char *value = card ? ed_card_get(card, name) : NULL;

	if (!card)
		add(list, law, article, what, ED_NO, N_("there is no document card"), NULL, NULL);
	else if (!value)
		add(list, law, article, what, ED_NO, N_("the card does not say it ({0})"), name,
		    NULL);
	else if (card_is_signed(list->j))
		add(list, law, article, what, ED_YES, "{0}", value, NULL);
	else {
		add(list, law, article, what, ED_NO, N_("the card is not signed"), NULL, NULL);
		met_by_signing(list);
	}
}

static void is_signed(struct listing *list, const char *law, const char *article, const char *what)
{
	bool good = signed_by_somebody(list->j);

	add(list, law, article, what, good ? ED_YES : ED_NO, good ? "" : N_("no signature holds"),
	    NULL, NULL);
	met_by_signing(list);
}

static void uz_requisites(struct listing *list)
{
	const char *law = UZ_DOCUMENTS;

	is_signed(list, law, "6 (1)", N_("an electronic digital signature"));
	field(list, law, "6 (2)", N_("the sender: name of the legal person, or full name"),
	      "sender.name");
	field(list, law, "6 (3)", N_("the sender's postal address"), "sender.postal-address");
	field(list, law, "6 (3)", N_("the sender's electronic address"), "sender.email");
	field(list, law, "6 (4)", N_("the date of creation"), "created");
}

static void tj_requisites(struct listing *list)
{
	const char *law = TJ_DOCUMENTS;

	is_signed(list, law, "1", N_("an electronic signature"));
	field(list, law, "1", N_("the author"), "sender.name");
	field(list, law, "1", N_("the date of creation"), "created");
}

enum edoc_code ed_law_item(struct ed_judge *j, struct edoc_error *err)
{
	struct listing list = {.j = j};

	switch (j->policy->law) {
	case ED_LAW_NONE:
		break;
	case ED_LAW_UZ:
		uz_requisites(&list);
		break;
	case ED_LAW_TJ:
		tj_requisites(&list);
		break;
	}
	find_unmet(&list, "", &j->report->findings);
	j->report->conditions = list.v;
	j->report->n_conditions = list.n;
	return list.failed ? ed_fail_memory(err) : EDOC_OK;
}
