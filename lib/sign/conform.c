/* SPDX-License-Identifier: ISC */
/* What a signing profile asks for, and what of it is missing: all of it is told,
 * so that a clerk goes back to his desk once. */
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/like.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/x509subject.h"
#include "package/manifest.h"
#include "sign/package.h"
#include "sign/profile.h"
#include "sign/sign.h"

struct look {
	const struct edoc_sign_options *options;
	const struct edoc_signing_profile *profile;
	const struct ed_profile_facts *facts;
	struct ed_arena *arena;
	const char *where; /* what is looked at */
	size_t n;          /* told so far */
	char first[256];
	bool lost; /* memory ran out */
};

static void tell(struct look *l, const char *where, struct ed_profile_at at, const char *advice,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
static void tell(struct look *l, const char *where, struct ed_profile_at at, const char *advice,
                 const char *fmt, ...)
{
	char what[512], safe[512], place[256], rule[256];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), dgettext("edoc", fmt), ap);
	va_end(ap);
	ed_escape(safe, sizeof(safe), what);
	ed_escape(place, sizeof(place), where);
	(void)snprintf(what, sizeof(what), "%s:%u:%u", l->profile->where, at.line, at.column);
	ed_escape(rule, sizeof(rule), what);
	if (!l->n++)
		ed_escape(l->first, sizeof(l->first), safe);
	if (l->options->missing)
		l->options->missing(l->options->missing_arg,
		                    &(struct edoc_missing){.where = place,
		                                           .what = safe,
		                                           .rule = rule,
		                                           .advice = dgettext("edoc", advice)});
}

/* "a, b, c" */
static const char *joined(struct look *l, const char *const *list)
{
	const char *text = "";

	for (size_t i = 0; text && list[i]; i++)
		text = i ? ed_arena_printf(l->arena, "%s, %s", text, list[i]) : list[i];
	l->lost = l->lost || !text;
	return text ? text : "";
}

static bool like_any(const char *const *patterns, const char *text)
{
	for (size_t i = 0; patterns[i]; i++) {
		if (ed_like(patterns[i], text))
			return true;
	}
	return false;
}

static enum edoc_code verdict(const struct look *l, enum edoc_code bad, struct edoc_error *err)
{
	if (l->lost)
		return ed_fail_memory(err);
	if (!l->n)
		return EDOC_OK;
	if (l->n == 1)
		return ed_fail(err, bad, l->where, "not signed, by the profile %s: %.160s",
		               l->profile->name, l->first);
	return ed_fail(err, bad, l->where,
	               "not signed, %zu rules of the profile %s are not met; the first: %.120s",
	               l->n, l->profile->name, l->first);
}

/* ---- the card ---- */

/* "addressee[2].name" is a field addressee.name. */
static bool is_field(const char *its, const char *field)
{
	while (*its) {
		if (*its == '[') {
			its = strchr(its, ']');
			if (!its++)
				return false;
		} else if (*its++ != *field++) {
			return false;
		}
	}
	return !*field;
}

static void card_rule(struct look *l, const struct ed_profile_card *rule)
{
	const struct ed_card *card = l->facts->card;
	bool found = false;

	for (size_t i = 0; card && i < card->n; i++) {
		const struct ed_card_field *f = &card->fields[i];

		for (size_t k = 0; rule->fields[k]; k++) {
			if (!is_field(f->name, rule->fields[k]))
				continue;
			found = true;
			if (rule->like && !like_any(rule->like, f->value))
				tell(l, l->where, rule->at,
				     N_("correct the card and make the package again (edoc-sign "
				        "revise --set)"),
				     "the card's \"%s\" is \"%.100s\", and must be like: %s",
				     f->name, f->value, joined(l, rule->like));
		}
	}
	if (found)
		return;
	if (!card)
		tell(l, l->where, rule->at,
		     N_("make the package with a card (edoc-sign card --new, edoc-sign new "
		        "--card)"),
		     "the field \"%s\" is missing: there is no card", joined(l, rule->fields));
	else if (rule->fields[1])
		tell(l, l->where, rule->at,
		     N_("fill it in and make the package again (edoc-sign revise --set)"),
		     "the card has none of the fields: %s", joined(l, rule->fields));
	else
		tell(l, l->where, rule->at,
		     N_("fill it in and make the package again (edoc-sign revise --set)"),
		     "the card lacks the field \"%s\"", rule->fields[0]);
}

/* ---- documents ---- */

static void document_rule(struct look *l, const struct ed_profile_documents *rule)
{
	const struct ed_profile_facts *f = l->facts;
	bool any = !strcmp(rule->media_type, "*");
	int64_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += ed_like(rule->name, f->names[i]) &&
		     ed_like(rule->media_type, f->media_types[i]);
	if (n < rule->min)
		tell(l, l->where, rule->at, N_("add what is missing (edoc-sign revise --add)"),
		     "of the documents \"%s\"%s%s there are %lld, and must be at least %lld",
		     rule->name, any ? "" : " ", any ? "" : rule->media_type, (long long)n,
		     (long long)rule->min);
	if (rule->max >= 0 && n > rule->max)
		tell(l, l->where, rule->at,
		     N_("take out what is too much (edoc-sign revise --remove)"),
		     "of the documents \"%s\"%s%s there are %lld, and may be at most %lld",
		     rule->name, any ? "" : " ", any ? "" : rule->media_type, (long long)n,
		     (long long)rule->max);
}

static enum edoc_code begin(struct look *l, const struct edoc_sign_options *options,
                            const char *where, struct edoc_error *err)
{
	*l = (struct look){.options = options,
	                   .profile = options->profile,
	                   .where = where,
	                   .arena = ed_arena_new()};
	return l->arena ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_profile_conform(const struct edoc_sign_options *options,
                                  const struct ed_profile_facts *facts, struct edoc_error *err)
{
	struct look l;
	enum edoc_code code = begin(&l, options, facts->path, err);

	if (code != EDOC_OK)
		return code;
	l.facts = facts;
	for (size_t i = 0; i < l.profile->n_card; i++)
		card_rule(&l, &l.profile->card[i]);
	for (size_t i = 0; i < l.profile->n_documents; i++)
		document_rule(&l, &l.profile->documents[i]);
	code = verdict(&l, EDOC_ERR_INPUT, err);
	ed_arena_free(l.arena);
	return code;
}

/* ---- a container ---- */

static enum edoc_code read_card(struct ed_asic *asic, struct ed_arena *arena, struct ed_card *card,
                                const struct ed_card **found, struct edoc_error *err)
{
	size_t i = ed_zip_find(asic->zip, ED_CARD_NAME);
	struct ed_buf xml;
	enum edoc_code code;

	*found = NULL;
	if (i == (size_t)-1)
		return EDOC_OK;
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	code = ed_zip_read_buf(asic->zip, i, &xml, err);
	if (code == EDOC_OK)
		code = ed_card_from_xml(xml.data, xml.len, ED_CARD_NAME, arena, card, err);
	if (code == EDOC_OK)
		*found = card;
	ed_buf_clear(&xml);
	return code;
}

static enum edoc_code facts_of(struct ed_asic *asic, struct ed_arena *arena,
                               struct ed_profile_facts *facts, struct ed_card *card,
                               struct edoc_error *err)
{
	size_t all = asic->documents + 1;

	facts->names = ed_arena_alloc(arena, all * sizeof(*facts->names));
	facts->media_types = ed_arena_alloc(arena, all * sizeof(*facts->media_types));
	if (!facts->names || !facts->media_types)
		return ed_fail_memory(err);
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		const char *name = ed_zip_entry(asic->zip, i)->name;

		if (asic->kind[i] != ED_ASIC_DOCUMENT || !strcmp(name, ED_CARD_NAME))
			continue;
		facts->names[facts->n] = name;
		facts->media_types[facts->n++] =
		        asic->media_type[i] ? asic->media_type[i] : ed_media_type(name);
	}
	return read_card(asic, arena, card, &facts->card, err);
}

enum edoc_code ed_profile_conform_asic(const struct edoc_sign_options *options,
                                       struct ed_asic *asic, const char *path,
                                       struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_profile_facts facts = {.path = path};
	struct ed_card card;
	enum edoc_code code =
	        arena ? facts_of(asic, arena, &facts, &card, err) : ed_fail_memory(err);

	if (code == EDOC_OK)
		code = ed_profile_conform(options, &facts, err);
	ed_arena_free(arena);
	return code;
}

enum edoc_code edoc_signing_profile_package(const char *path,
                                            const struct edoc_sign_options *options,
                                            struct edoc_error *err)
{
	struct edoc_package *package = NULL;
	enum edoc_code code;

	if (!options->profile)
		return EDOC_OK;
	code = edoc_package_open(path, options->limits, &package, err);
	if (code == EDOC_OK)
		code = ed_profile_conform_asic(options, package->asic, path, err);
	edoc_package_free(package);
	return code;
}

/* ---- the signer ---- */

static enum edoc_code subject_rule(struct look *l, const struct ed_cert *cert,
                                   const struct ed_profile_signer *rule, struct edoc_error *err)
{
	const char *value = NULL, *last = NULL;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; code == EDOC_OK; i++) {
		code = ed_subject_value(cert, rule->field, i, l->arena, &value, err);
		if (code != EDOC_OK || !value)
			break;
		if (like_any(rule->like, value))
			return EDOC_OK;
		last = value;
	}
	if (code != EDOC_OK)
		return code;
	if (last)
		tell(l, cert->subject, rule->at, N_("sign with a key of the agency (--key)"),
		     "the certificate's %s is \"%.100s\", and must be like: %s", rule->field, last,
		     joined(l, rule->like));
	else
		tell(l, cert->subject, rule->at, N_("sign with a key of the agency (--key)"),
		     "the certificate has no %s, which must be like: %s", rule->field,
		     joined(l, rule->like));
	return EDOC_OK;
}

static void key_rules(struct look *l, const struct ed_cert *cert)
{
	static const char advice[] = N_("sign with a stronger key (--key)");
	const struct edoc_signing_profile *p = l->profile;
	bool listed = !p->curves || cert->key_type == ED_KEY_RSA;

	if (p->key_usage && (!cert->has_key_usage || p->key_usage & ~cert->key_usage))
		tell(l, cert->subject, p->key_usage_at,
		     N_("sign with a certificate that was issued for it (--key)"),
		     "the certificate's key usage lacks %s (RFC 5280 4.2.1.3)",
		     p->key_usage & ~(cert->has_key_usage ? cert->key_usage : 0u) &
		                     KU_NON_REPUDIATION
		             ? "content-commitment"
		             : "digital-signature");
	if (cert->key_type == ED_KEY_RSA && cert->key_bits < p->rsa_min)
		tell(l, cert->subject, p->rsa_at, advice, "the key has %d bits, and must have %lld",
		     cert->key_bits, (long long)p->rsa_min);
	for (size_t i = 0; !listed && p->curves[i].name; i++)
		listed = p->curves[i].type == cert->key_type;
	if (!listed)
		tell(l, cert->subject, p->curves_at, advice, "keys of the kind %s are not taken",
		     cert->key_text);
}

static bool says_place(const struct edoc_sign_place *place)
{
	return place && (place->street || place->city || place->region || place->postal_code ||
	                 place->country);
}

static void words(struct look *l)
{
	const struct edoc_sign_options *o = l->options;
	bool said[3];

	said[0] = o->role != NULL;
	said[1] = o->commitment != NULL;
	said[2] = says_place(o->place);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		if (l->profile->needs_at[i].line && !said[i])
			tell(l, "", l->profile->needs_at[i], N_("give the option"),
			     "the signature must say its %s (--%s)", ed_profile_needs[i],
			     ed_profile_needs[i]);
	}
}

enum edoc_code edoc_signing_profile_signer(const struct edoc_sign_options *options,
                                           struct edoc_error *err)
{
	struct ed_cert *cert = NULL;
	struct look l;
	enum edoc_code code;

	if (!options->profile)
		return EDOC_OK;
	code = begin(&l, options, options->key ? edoc_key_subject(options->key) : "", err);
	if (code != EDOC_OK)
		return code;
	words(&l);
	if (options->key)
		code = ed_cert_of(ed_key_cert(options->key), l.where, l.arena, &cert, err);
	for (size_t i = 0; code == EDOC_OK && cert && i < l.profile->n_signer; i++)
		code = subject_rule(&l, cert, &l.profile->signer[i], err);
	if (code == EDOC_OK && cert)
		key_rules(&l, cert);
	if (code == EDOC_OK)
		code = verdict(&l, EDOC_ERR_DENIED, err);
	ed_cert_clear(cert);
	ed_arena_free(l.arena);
	return code;
}
