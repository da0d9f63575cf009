/* SPDX-License-Identifier: ISC */
#include "sign/raise.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/relied.h"
#include "judge/report.h"
#include "sign/sign.h"
#include "signature/cades.h"
#include "signature/xades.h"
#include "trust/anchors.h"

/* One signature on its way up. */
struct raising {
	enum edoc_form form;
	struct ed_grow at;   /* the bytes as they are now: each step makes others */
	struct ed_buf bytes; /* which are here once there was a step */
	const struct edoc_sign_options *options;
	int64_t moment; /* what a step leans on is judged as of then */
	size_t steps;   /* that were taken */
	bool stamped;   /* one of them gave it its signature time-stamp */
	bool archived;  /* before the first */
	bool outside;   /* it is archived with its container */
};

/* ---- the signature as it stands now ---- */

/* The file of it as an item of its own: all that its validation can lean on
 * comes with it, with the trust set, or is fetched. */
struct standing {
	struct edoc_report *report; /* whose arena the item's is */
	struct ed_item item;
	const struct ed_ades *sig;
};

static enum edoc_code read_item(enum edoc_form form, const struct ed_grow *at, struct ed_item *item,
                                struct edoc_error *err)
{
	struct ed_cades cades = {0};
	enum edoc_code code;

	if (form == EDOC_XADES) {
		item->kind = ED_ITEM_XML;
		item->format = "XAdES";
		return ed_xades_read(at->bytes, at->len, at->where, ED_MAX_XML_BYTES, at->data,
		                     &item->material, item->arena, &item->sigs, &item->n_sigs, err);
	}
	item->kind = ED_ITEM_CMS;
	item->format = "CAdES";
	code = ed_cades_read(at->bytes, at->len, at->where, at->data, at->only, &item->material,
	                     item->arena, &cades, err);
	item->sigs = cades.sigs;
	item->n_sigs = cades.n;
	return code;
}

/* The Id that we gave it is there already.  What came with two of them was refused. */
static bool is_twin(const struct ed_ades *sig)
{
	for (size_t i = 0; i < sig->findings.n; i++) {
		if (!strcmp(sig->findings.v[i].code, "signature.id-repeated"))
			return true;
	}
	return false;
}

static enum edoc_code stand(const struct raising *r, struct standing *s, struct edoc_error *err)
{
	enum edoc_code code;

	memset(s, 0, sizeof(*s));
	code = ed_report_new(r->at.where, r->moment, r->options->policy, &s->report, err);
	if (code != EDOC_OK)
		return code;
	s->item.arena = s->report->arena;
	s->item.name = r->at.where;
	ed_findings_init(&s->item.findings, s->item.arena);
	ed_material_init(&s->item.material, s->item.arena);
	code = read_item(r->form, &r->at, &s->item, err);
	if (code != EDOC_OK)
		return code;
	if (r->at.which >= s->item.n_sigs)
		return ed_fail(err, EDOC_ERR_BUG, r->at.where, "the signature is gone");
	s->sig = &s->item.sigs[r->at.which];
	if (is_twin(s->sig))
		return ed_sign_refuse_twin(r->at.where, err);
	if (!s->sig->intact_data || !s->sig->intact_signature)
		return ed_fail(err, EDOC_ERR_INPUT, r->at.where,
		               "this signature is broken: it is not raised");
	return EDOC_OK;
}

static void unstand(struct standing *s)
{
	ed_ades_clear(s->item.sigs, s->item.n_sigs);
	edoc_report_free(s->report);
	memset(s, 0, sizeof(*s));
}

static bool has_stamp(const struct ed_ades *sig, enum ed_stamp_kind kind)
{
	for (size_t i = 0; i < sig->n_stamps; i++) {
		if (sig->stamps[i].kind == kind && sig->stamps[i].intact &&
		    sig->stamps[i].tst.intact)
			return true;
	}
	return false;
}

/* "XAdES-BASELINE-LT" */
static const struct {
	const char *end;
	enum edoc_level level;
} ends[] = {{"-B", EDOC_LEVEL_B},
            {"-T", EDOC_LEVEL_T},
            {"-LT", EDOC_LEVEL_LT},
            {"-LTA", EDOC_LEVEL_LTA}};

bool ed_raise_reached(const struct ed_ades *sig, enum edoc_level level)
{
	const char *end = strstr(sig->level, "-BASELINE-") ? strrchr(sig->level, '-') : NULL;

	for (size_t i = 0; end && i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!strcmp(end, ends[i].end))
			return ends[i].level >= level;
	}
	/* What is no baseline has no level T, LT, LTA of that name (EN 319 122-2, 132-2). */
	return level < EDOC_LEVEL_T || has_stamp(sig, ED_STAMP_ARCHIVE) ||
	       (level < EDOC_LEVEL_LTA && has_stamp(sig, ED_STAMP_SIGNATURE));
}

/* ---- steps ---- */

/* What a step made becomes what is there. */
static void take(struct raising *r, struct ed_buf *made)
{
	ed_buf_clear(&r->bytes);
	r->bytes = *made;
	ed_buf_init(made, made->max);
	r->at.bytes = r->bytes.data;
	r->at.len = r->bytes.len;
	r->steps++;
}

static enum ed_hash stamp_hash(const struct ed_ades *sig)
{
	size_t size = sig->alg_known ? ed_hash_size(sig->alg.hash) : 0;

	return size > 48 ? ED_SHA512 : size > 32 ? ED_SHA384 : ED_SHA256;
}

/* The newest token's time: a clock that is behind it would call it the future. */
static void move_on(struct raising *r, const struct ed_ades *sig, int64_t added)
{
	if (added > r->moment)
		r->moment = added;
	for (size_t i = 0; i < sig->n_stamps; i++) {
		if (sig->stamps[i].tst.time > r->moment)
			r->moment = sig->stamps[i].tst.time;
	}
}

static enum edoc_code add_stamp(struct raising *r, const struct ed_ades *sig,
                                enum ed_stamp_kind kind, struct edoc_error *err)
{
	/* What an archive time-stamp needs is put in by the next one. */
	struct ed_stamping asking = {.options = r->options,
	                             .answered = kind == ED_STAMP_SIGNATURE &&
	                                         r->options->level >= EDOC_LEVEL_LT};
	struct ed_buf made;
	enum edoc_code code;

	if (r->options->dry_run &&
	    r->options->n_tsas) /* a token is paid for, and would be thrown away */
		return EDOC_OK;
	ed_buf_init(&made, ED_MAX_ITEM_BYTES);
	code = r->form == EDOC_XADES ? ed_xades_add_stamp(&r->at, kind, stamp_hash(sig),
	                                                  ed_sign_token, &asking, &made, err)
	                             : ed_cades_add_stamp(&r->at, kind, stamp_hash(sig),
	                                                  ed_sign_token, &asking, &made, err);
	if (code == EDOC_OK) {
		move_on(r, sig, asking.time);
		take(r, &made);
	}
	ed_buf_clear(&made);
	return code;
}

/* A counter-signature of it, at any depth, or a time-stamp of one. */
static bool about_counter(const struct ed_relied *relied, const struct ed_ades *sig)
{
	for (size_t i = 0; i < sig->n_counter; i++) {
		const struct ed_ades *counter = &sig->counter[i];

		if (!relied->token && !memcmp(relied->value_sha256, counter->value_sha256, 32))
			return true;
		for (size_t k = 0; relied->token && k < counter->n_stamps; k++) {
			if (!memcmp(relied->value_sha256, counter->stamps[k].tst.sha256, 32))
				return true;
		}
		if (about_counter(relied, counter))
			return true;
	}
	return false;
}

/* The stamp that a validation was about, or ED_NO_STAMP: the signature itself. */
static bool about(const struct ed_relied *relied, const struct ed_ades *sig, size_t *stamp)
{
	*stamp = ED_NO_STAMP;
	if (!relied->token)
		return !memcmp(relied->value_sha256, sig->value_sha256, 32);
	for (size_t i = 0; i < sig->n_stamps; i++) {
		if (!memcmp(relied->value_sha256, sig->stamps[i].tst.sha256, 32)) {
			*stamp = i;
			return true;
		}
	}
	return false;
}

/* Whole sentences, for those who translate them. */
static enum edoc_code refuse_silence(const char *where, const struct ed_relied *relied,
                                     struct edoc_error *err)
{
	if (relied->token)
		return ed_fail(err, EDOC_ERR_AGAIN, where,
		               "nobody answers whether the certificate %s is revoked: without an "
		               "answer the time-stamp cannot be kept for long; nothing was changed",
		               relied->lacks);
	return ed_fail(err, EDOC_ERR_AGAIN, where,
	               "nobody answers whether the certificate %s is revoked: without an "
	               "answer the signature cannot be kept for long; nothing was changed",
	               relied->lacks);
}

static enum edoc_code refuse_verdict(const char *where, const struct ed_relied *relied,
                                     const char *text, struct edoc_error *err)
{
	bool unknown = !strncmp(relied->why->code, "chain.not-found", 15);
	enum edoc_code code = unknown ? EDOC_ERR_CONFIG : EDOC_ERR_DENIED;

	if (relied->token)
		return ed_fail(err, code, where, "the time-stamp does not hold: %s [%s]", text,
		               relied->why->code);
	return ed_fail(err, code, where,
	               "the signature does not hold, so it is not kept for long: %s [%s]", text,
	               relied->why->code);
}

enum edoc_code ed_raise_refuse(const char *where, const struct ed_relied *relied,
                               struct edoc_error *err)
{
	enum edoc_code code;
	char *text = NULL;

	/* Of a certificate that has expired nobody is bound to know any more
	 * (RFC 6960 4.4.4): trying again would not help. */
	if (relied->lacks && !(relied->why && !strncmp(relied->why->code, "chain.", 6)))
		return refuse_silence(where, relied, err);
	if (!relied->why)
		return ed_fail(err, EDOC_ERR_BUG, where, "the validation failed without a reason");
	code = edoc_finding_text(relied->why, NULL, &text, err);
	if (code == EDOC_OK)
		code = refuse_verdict(where, relied, text, err);
	edoc_free(text);
	return code;
}

/* Certificates and answers for one place, whoever needs them. */
struct values {
	const struct ed_blob **v;
	size_t n, cap;
};

static enum edoc_code want(struct raising *r, struct values *values, const struct ed_relied *relied,
                           struct edoc_error *err)
{
	for (size_t i = 0; i < relied->n; i++) {
		const struct ed_blob **v = ed_arena_grow(r->at.arena, values->v, values->n,
		                                         &values->cap, sizeof(void *));

		if (!v)
			return ed_fail_memory(err);
		values->v = v;
		v[values->n++] = &relied->v[i];
	}
	return EDOC_OK;
}

static enum edoc_code add_values(struct raising *r, const struct values *values, size_t stamp,
                                 struct edoc_error *err)
{
	struct ed_buf made;
	enum edoc_code code;

	if (!values->n)
		return EDOC_OK;
	ed_buf_init(&made, ED_MAX_ITEM_BYTES);
	code = r->form == EDOC_XADES
	               ? ed_xades_add_values(&r->at, stamp, values->v, values->n, &made, err)
	               : ed_cades_add_values(&r->at, stamp, values->v, values->n, &made, err);
	if (code == EDOC_OK && (made.len != r->at.len || memcmp(made.data, r->at.bytes, made.len)))
		take(r, &made);
	ed_buf_clear(&made);
	return code;
}

/* What validating the signature leaned on, and its counter-signatures; whose
 * validation fails are not the signer's to keep. */
static enum edoc_code add_own(struct raising *r, const struct ed_ades *sig,
                              const struct ed_relied_list *relied, struct edoc_error *err)
{
	struct values values = {0};
	enum edoc_code code = EDOC_OK;
	size_t stamp;

	for (size_t i = 0; i < relied->n && code == EDOC_OK; i++) {
		const struct ed_relied *one = &relied->v[i];
		bool own = about(one, sig, &stamp) && stamp == ED_NO_STAMP;

		if (own && !one->good)
			code = ed_raise_refuse(r->at.where, one, err);
		else if (own || (one->good && about_counter(one, sig)))
			code = want(r, &values, one, err);
	}
	return code == EDOC_OK ? add_values(r, &values, ED_NO_STAMP, err) : code;
}

static enum edoc_code add_of_stamp(struct raising *r, const struct ed_ades *sig, size_t which,
                                   const struct ed_relied_list *relied, struct edoc_error *err)
{
	struct values values = {0};
	enum edoc_code code = EDOC_OK;
	size_t stamp;

	for (size_t i = 0; i < relied->n && code == EDOC_OK; i++) {
		const struct ed_relied *one = &relied->v[i];

		if (!about(one, sig, &stamp) || stamp != which)
			continue;
		code = one->good ? want(r, &values, one, err)
		                 : ed_raise_refuse(r->at.where, one, err);
	}
	return code == EDOC_OK ? add_values(r, &values, which, err) : code;
}

static struct edoc_verify_options asking_for(const struct edoc_sign_options *options, int64_t at)
{
	return (struct edoc_verify_options){.at = at,
	                                    .trust = options->trust,
	                                    .policy = options->policy,
	                                    .limits = options->limits,
	                                    .fetch = options->fetch,
	                                    .fetch_arg = options->fetch_arg};
}

/* What the validation of it leans on, with the network. */
static enum edoc_code find_relied(const struct raising *r, struct standing *s,
                                  struct ed_relied_list *relied, struct edoc_error *err)
{
	const struct edoc_verify_options verify = asking_for(r->options, r->moment);

	return ed_validate_relied(&s->item, &verify, s->report, relied, err);
}

/* What is known of one of its time-stamps; NULL: nobody judged it. */
static const struct ed_relied *of_stamp(const struct ed_ades *sig, size_t which,
                                        const struct ed_relied_list *relied)
{
	size_t stamp;

	for (size_t i = 0; i < relied->n; i++) {
		if (about(&relied->v[i], sig, &stamp) && stamp == which)
			return &relied->v[i];
	}
	return NULL;
}

/* Is one of its signature time-stamps good?  Then no other one is needed. */
static bool stamped_well(const struct ed_ades *sig, const struct ed_relied_list *relied)
{
	for (size_t i = 0; i < sig->n_stamps; i++) {
		const struct ed_relied *one = of_stamp(sig, i, relied);

		if (sig->stamps[i].kind == ED_STAMP_SIGNATURE && one && one->good)
			return true;
	}
	return false;
}

/* The token that the next one is to be over: whoever made it may have been
 * revoked since its answers were put in, and as of before that. */
static enum edoc_code prove_last(struct raising *r, const struct standing *s, size_t which,
                                 struct edoc_error *err)
{
	const struct ed_tst *tst = &s->sig->stamps[which].tst;
	struct edoc_report *report = NULL;
	struct ed_relied relied = {0};
	struct values values = {0};
	enum edoc_code code =
	        ed_report_new(r->at.where, r->moment, r->options->policy, &report, err);

	if (code == EDOC_OK)
		code = ed_stamp_relied(r->options, r->moment, r->at.where, tst->der, tst->len,
		                       &s->item.material, report, &relied, err);
	if (code == EDOC_OK)
		code = relied.good ? want(r, &values, &relied, err)
		                   : ed_raise_refuse(r->at.where, &relied, err);
	if (code == EDOC_OK)
		code = add_values(r, &values, which, err);
	edoc_report_free(report);
	return code;
}

/* One of its good signature time-stamps, which an archive time-stamp is about to cover. */
static enum edoc_code prove_stamp(struct raising *r, const struct standing *s,
                                  const struct ed_relied_list *relied, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < s->sig->n_stamps; i++) {
		const struct ed_relied *one = of_stamp(s->sig, i, relied);

		if (s->sig->stamps[i].kind != ED_STAMP_SIGNATURE || !one || !one->good)
			continue;
		code = prove_last(r, s, i, err);
		if (code == EDOC_OK)
			return EDOC_OK;
	}
	return code;
}

static bool is_archive(const struct ed_stamp *stamp)
{
	return stamp->kind == ED_STAMP_ARCHIVE && stamp->intact && stamp->tst.intact;
}

/* By another archive time-stamp: which came last their order does not say, CAdES
 * keeps them in a SET. */
static bool is_covered(const struct ed_ades *sig, const struct ed_stamp *stamp)
{
	for (size_t i = 0; i < sig->n_stamps; i++) {
		const struct ed_stamp *other = &sig->stamps[i];

		for (size_t k = 0; other != stamp && is_archive(other) && k < other->n_covers; k++)
			if (other->covers[k].kind == ED_OBJECT_STAMP &&
			    !memcmp(other->covers[k].sha256, stamp->tst.sha256, 32))
				return true;
	}
	return false;
}

static enum edoc_code prove_archive(struct raising *r, const struct standing *s,
                                    struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; code == EDOC_OK && i < s->sig->n_stamps; i++) {
		const struct ed_stamp *stamp = &s->sig->stamps[i];

		if (is_archive(stamp) && !is_covered(s->sig, stamp))
			code = prove_last(r, s, i, err);
	}
	return code;
}

/*
 * Validates what stands, and adds what that leaned on: for the signature and
 * its time-stamps, or for the last archive time-stamp alone, since nothing may
 * come before one that is there.
 */
static enum edoc_code add_material(struct raising *r, struct standing *s, struct edoc_error *err)
{
	struct ed_relied_list relied = {0};
	enum edoc_code code;

	if (!r->options->trust)
		return ed_fail(
		        err, EDOC_ERR_CONFIG, r->at.where,
		        "levels LT and LTA need the anchors that the chains lead to: --trust");
	if (r->archived)
		return prove_archive(r, s, err);
	code = find_relied(r, s, &relied, err);
	if (code == EDOC_OK)
		code = add_own(r, s->sig, &relied, err);
	for (size_t i = 0; i < s->sig->n_stamps && code == EDOC_OK; i++) {
		const struct ed_relied *one = of_stamp(s->sig, i, &relied);

		/* One that proves nothing is passed over where another one proves it. */
		if (one && (one->good || !stamped_well(s->sig, &relied)))
			code = add_of_stamp(r, s->sig, i, &relied, err);
	}
	if (code == EDOC_OK && r->options->level == EDOC_LEVEL_LTA && !r->stamped)
		code = prove_stamp(r, s, &relied, err);
	return code;
}

typedef enum edoc_code step_fn(struct raising *r, struct standing *s, struct edoc_error *err);

static enum edoc_code step(struct raising *r, step_fn *fn, struct edoc_error *err)
{
	struct standing s;
	enum edoc_code code = stand(r, &s, err);

	if (code == EDOC_OK)
		code = fn(r, &s, err);
	unstand(&s);
	return code;
}

/* Whether it has a time-stamp that proves something, or that nobody knows better of. */
static bool is_stamped(const struct raising *r, const struct ed_ades *sig,
                       const struct ed_relied_list *relied)
{
	bool judged = ed_trust_for(r->options->trust, EDOC_FOR_TSA);

	for (size_t i = 0; i < sig->n_stamps; i++) {
		const struct ed_stamp *stamp = &sig->stamps[i];
		const struct ed_relied *one = of_stamp(sig, i, relied);

		if (stamp->kind == ED_STAMP_SIGNATURE && stamp->intact && stamp->tst.intact &&
		    (!judged || !one || one->good || one->unanswered))
			return true;
	}
	return false;
}

/* Why a time-stamp of now proves nothing of use, or NULL: what it proves is that the
 * signature existed by then, and by then its certificate was worth nothing. */
static const struct edoc_finding *too_late(const struct raising *r, const struct ed_ades *sig,
                                           const struct ed_relied_list *relied,
                                           struct edoc_finding *over, char ended[ED_TIME_STR])
{
	const struct ed_relied *own = of_stamp(sig, ED_NO_STAMP, relied);

	if (own && own->good) /* something older proves it */
		return NULL;
	if (own && own->why &&
	    (!strncmp(own->why->code, "chain.expired", 13) ||
	     !strncmp(own->why->code, "revocation.revoked", 18)))
		return own->why;
	if (!sig->signer || sig->n_records || r->moment <= sig->signer->not_after)
		return NULL;
	ed_time_format(ended, sig->signer->not_after);
	*over = (struct edoc_finding){.code = "chain.expired", .where = r->at.where};
	over->args[0] = sig->signer->subject;
	over->args[1] = ended;
	return over;
}

static enum edoc_code refuse_late(const struct raising *r, const struct ed_ades *sig,
                                  const struct ed_relied_list *relied, struct edoc_error *err)
{
	const struct edoc_finding *why;
	struct edoc_finding over;
	char ended[ED_TIME_STR], *text = NULL;
	enum edoc_code code;

	why = too_late(r, sig, relied, &over, ended);
	if (!why)
		return EDOC_OK;
	code = edoc_finding_text(why, NULL, &text, err);
	if (code == EDOC_OK)
		code = ed_fail(err, EDOC_ERR_DENIED, r->at.where,
		               "too late for a time-stamp, it would prove nothing: %s [%s]", text,
		               why->code);
	edoc_free(text);
	return code;
}

static enum edoc_code to_t(struct raising *r, struct standing *s, struct edoc_error *err)
{
	struct ed_relied_list relied = {0};
	enum edoc_code code = EDOC_OK;

	r->archived = has_stamp(s->sig, ED_STAMP_ARCHIVE);
	if (r->archived)
		return EDOC_OK;
	if (ed_trust_for(r->options->trust, EDOC_FOR_SIGN | EDOC_FOR_TSA))
		code = find_relied(r, s, &relied, err);
	if (code != EDOC_OK || is_stamped(r, s->sig, &relied))
		return code;
	r->stamped = true;
	code = refuse_late(r, s->sig, &relied, err);
	return code == EDOC_OK ? add_stamp(r, s->sig, ED_STAMP_SIGNATURE, err) : code;
}

static enum edoc_code to_lta(struct raising *r, struct standing *s, struct edoc_error *err)
{
	return add_stamp(r, s->sig, ED_STAMP_ARCHIVE, err);
}

/* With nothing but what came along it has to pass: that is what LT is for. */
static enum edoc_code check_alone(struct raising *r, struct standing *s, struct edoc_error *err)
{
	struct edoc_verify_options verify = asking_for(r->options, r->moment);
	struct ed_relied_list relied = {0};
	enum edoc_code code;
	size_t stamp;

	verify.fetch = NULL;
	code = ed_validate_relied(&s->item, &verify, s->report, &relied, err);
	for (size_t i = 0; code == EDOC_OK && i < relied.n; i++) {
		if (about(&relied.v[i], s->sig, &stamp) && stamp == ED_NO_STAMP &&
		    !relied.v[i].good)
			code = ed_raise_refuse(r->at.where, &relied.v[i], err);
	}
	return code;
}

/* What was made is of the level that was asked for, to whoever reads it. */
static enum edoc_code check_level(struct raising *r, struct standing *s, struct edoc_error *err)
{
	static const char *const names[] = {"B", "T", "LT", "LTA"};
	enum edoc_level level = r->options->level;

	if (r->outside && level > EDOC_LEVEL_LT)
		level = EDOC_LEVEL_LT;
	if (!ed_raise_reached(s->sig, level))
		return ed_fail(err, EDOC_ERR_INPUT, r->at.where,
		               "cannot be brought to level %s: with all that could be added it "
		               "would be read as %s; nothing was changed",
		               names[level], s->sig->level[0] ? s->sig->level : s->sig->form);
	return level >= EDOC_LEVEL_LT && !r->archived ? check_alone(r, s, err) : EDOC_OK;
}

static enum edoc_code climb(struct raising *r, struct edoc_error *err)
{
	enum edoc_level level = r->options->level;
	enum edoc_code code = EDOC_OK;

	if (level >= EDOC_LEVEL_T)
		code = step(r, to_t, err);
	if (code == EDOC_OK && level >= EDOC_LEVEL_LT)
		code = step(r, add_material, err);
	if (code == EDOC_OK && level >= EDOC_LEVEL_LTA && !r->outside)
		code = step(r, to_lta, err);
	if (code == EDOC_OK && level >= EDOC_LEVEL_T && !r->options->dry_run)
		code = step(r, check_level, err);
	return code;
}

enum edoc_code ed_raise(enum edoc_form form, const struct ed_grow *at, bool outside,
                        const struct edoc_sign_options *options, struct ed_buf *bytes,
                        int64_t *moment, struct edoc_error *err)
{
	struct raising r = {.form = form,
	                    .at = *at,
	                    .options = options,
	                    .outside = outside,
	                    .moment = options->at};
	enum edoc_code code;

	ed_buf_init(&r.bytes, ED_MAX_ITEM_BYTES);
	code = climb(&r, err);
	if (code == EDOC_OK && r.steps) {
		ed_buf_clear(bytes);
		*bytes = r.bytes;
		ed_buf_init(&r.bytes, ED_MAX_ITEM_BYTES);
	}
	if (r.moment > *moment)
		*moment = r.moment;
	ed_buf_clear(&r.bytes);
	return code;
}

enum edoc_code ed_raise_count(enum edoc_form form, const struct ed_grow *at, size_t *n,
                              struct edoc_error *err)
{
	struct ed_item item = {.arena = at->arena};
	enum edoc_code code;

	ed_material_init(&item.material, item.arena);
	code = read_item(form, at, &item, err);
	*n = item.n_sigs;
	ed_ades_clear(item.sigs, item.n_sigs);
	return code;
}
