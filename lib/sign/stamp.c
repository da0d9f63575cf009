/* SPDX-License-Identifier: ISC */
#include "sign/stamp.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/relied.h"
#include "judge/report.h"
#include "sign/raise.h"
#include "signature/tspask.h"
#include "trust/anchors.h"

static enum edoc_code read_time(struct ed_stamping *s, const struct edoc_tsa *tsa,
                                const struct ed_buf *token, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_material material;
	struct ed_tst tst = {0};
	enum edoc_code code;

	if (!arena)
		return ed_fail_memory(err);
	ed_material_init(&material, arena);
	code = ed_tst_read(token->data, token->len, tsa->url, &material, arena, &tst, err);
	s->time = tst.time;
	ed_tst_clear(&tst);
	ed_arena_free(arena);
	return code;
}

/* A time far from ours proves what nobody can have known, or nothing for years. */
static enum edoc_code check_clock(const struct ed_stamping *s, const struct edoc_tsa *tsa,
                                  struct edoc_error *err)
{
	char theirs[ED_TIME_STR], ours[ED_TIME_STR];
	int64_t at = s->options->at;

	if (!at || (s->time >= at - ED_CLOCK_SKEW && s->time <= at + ED_CLOCK_SKEW))
		return EDOC_OK;
	ed_time_format(theirs, s->time);
	ed_time_format(ours, at);
	return ed_fail(err, EDOC_ERR_AGAIN, tsa->url,
	               "says that it is %s, and our clock says %s: one of them is wrong", theirs,
	               ours);
}

/* ---- does it prove a time? (EN 319 102-1 5.4) ---- */

static enum edoc_code add_certs(struct ed_material *to, const struct ed_material *from,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; code == EDOC_OK && i < from->n; i++) {
		const struct ed_blob *b = &from->v[i];

		if (b->kind == ED_CERT)
			code = ed_material_add(to, ED_CERT, b->p, b->len, b->where, NULL, err);
	}
	return code;
}

/* As if neither token nor signature had brought an answer. */
static enum edoc_code forget_answers(struct ed_item *item, struct ed_stamp *stamp,
                                     const struct ed_material *along, struct edoc_error *err)
{
	const struct ed_material brought = item->material;
	enum edoc_code code;

	ed_material_init(&item->material, item->arena);
	stamp->tst.n_blobs = 0; /* by number in what it was read into */
	code = add_certs(&item->material, &brought, err);
	return code == EDOC_OK ? add_certs(&item->material, along, err) : code;
}

enum edoc_code ed_stamp_relied(const struct edoc_sign_options *options, int64_t moment,
                               const char *where, const void *token, size_t len,
                               const struct ed_material *along, struct edoc_report *report,
                               struct ed_relied *relied, struct edoc_error *err)
{
	const struct edoc_verify_options verify = {.at = moment,
	                                           .trust = options->trust,
	                                           .policy = options->policy,
	                                           .limits = options->limits,
	                                           .fetch = options->fetch,
	                                           .fetch_arg = options->fetch_arg};
	struct ed_stamp stamp = {.kind = ED_STAMP_ARCHIVE, .type = "timestamp", .where = where};
	struct ed_item item = {.arena = report->arena, .name = where, .kind = ED_ITEM_TST};
	struct ed_relied_list list = {0};
	enum edoc_code code;

	ed_findings_init(&item.findings, item.arena);
	ed_findings_init(&stamp.findings, item.arena);
	ed_material_init(&item.material, item.arena);
	code = ed_tst_read(token, len, where, &item.material, item.arena, &stamp.tst, err);
	if (code != EDOC_OK)
		return code;
	stamp.found = stamp.intact = true; /* which is the caller's to know */
	item.format = "TST";
	item.stamps = &stamp;
	item.n_stamps = 1;
	if (along)
		code = forget_answers(&item, &stamp, along, err);
	if (code == EDOC_OK)
		code = ed_validate_relied(&item, &verify, report, &list, err);
	if (code == EDOC_OK && list.n != 1)
		code = ed_fail(err, EDOC_ERR_BUG, where, "one token is %zu", list.n);
	if (code == EDOC_OK)
		*relied = list.v[0];
	ed_stamp_clear(&stamp);
	return code;
}

/* Now, while another TSA can still be asked: what is in the signature stays there.
 * *doubted: it was judged, and found not to prove its time. */
static enum edoc_code check_proof(const struct ed_stamping *s, const struct edoc_tsa *tsa,
                                  const struct ed_buf *token, bool *doubted, struct edoc_error *err)
{
	const struct edoc_sign_options *options = s->options;
	int64_t moment = s->time > options->at ? s->time : options->at;
	struct edoc_report *report = NULL;
	struct ed_relied relied = {0};
	enum edoc_code code;

	if (!ed_trust_for(options->trust, EDOC_FOR_TSA))
		return EDOC_OK;
	code = ed_report_new(tsa->url, moment, options->policy, &report, err);
	if (code == EDOC_OK)
		code = ed_stamp_relied(options, moment, tsa->url, token->data, token->len, NULL,
		                       report, &relied, err);
	*doubted = code == EDOC_OK && !relied.good && (s->answered || !relied.unanswered);
	if (*doubted)
		code = ed_raise_refuse(tsa->url, &relied, err);
	edoc_report_free(report);
	return code;
}

/* ---- one TSA ---- */

/* What another TSA may do better.  Anything else is ours, and the same for all. */
static bool is_its_own(enum edoc_code code)
{
	return code == EDOC_ERR_AGAIN || code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT ||
	       code == EDOC_ERR_DENIED;
}

static enum edoc_code fetch_token(struct ed_stamping *s, const struct edoc_tsa *tsa,
                                  struct ed_tsq *tsq, struct ed_buf *token, struct edoc_error *err)
{
	const struct edoc_sign_options *options = s->options;
	struct edoc_fetch what = {.kind = EDOC_FETCH_STAMP,
	                          .url = tsa->url,
	                          .max = ED_MAX_STAMP,
	                          .login = tsa->login,
	                          .ca_file = tsa->ca_file};
	struct ed_buf request;
	void *answer = NULL;
	size_t len = 0;
	enum edoc_code code;

	ed_buf_init(&request, ED_MAX_FETCH_BODY);
	tsq->policy = tsa->policy;
	/* A new one each time: an answer to an earlier question is none to this. */
	code = ed_random(tsq->nonce, sizeof(tsq->nonce))
	               ? ed_tsq_write(tsq, &request, err)
	               : ed_fail(err, EDOC_ERR_AGAIN, "", "no random numbers can be had");
	what.body = request.data;
	what.body_len = request.len;
	if (code == EDOC_OK)
		code = options->fetch(options->fetch_arg, &what, &answer, &len, err);
	if (code == EDOC_OK)
		code = ed_tsr_token(tsq, answer, len, tsa->url, token, err);
	free(answer);
	ed_buf_clear(&request);
	return code;
}

/* *next: another TSA may do better. */
static enum edoc_code ask(struct ed_stamping *s, const struct edoc_tsa *tsa, struct ed_tsq *tsq,
                          struct ed_buf *token, bool *next, struct edoc_error *err)
{
	enum edoc_code code = fetch_token(s, tsa, tsq, token, err);
	bool doubted = false;

	if (code == EDOC_OK)
		code = read_time(s, tsa, token, err);
	if (code == EDOC_OK)
		code = check_clock(s, tsa, err);
	if (code == EDOC_OK)
		code = check_proof(s, tsa, token, &doubted, err);
	*next = doubted || is_its_own(code);
	if (code != EDOC_OK)
		ed_buf_reset(token);
	return code;
}

/* ---- all of them ---- */

/* To who listens: each in full. */
static void tell_each(const struct edoc_sign_options *options, const struct edoc_error *whys)
{
	for (size_t i = 0; i < options->n_tsas; i++) {
		const char *url = options->tsas[i].url, *where = whys[i].where;
		/* Its own address, which an error may cut. */
		bool itself = !strncmp(where, url, sizeof(whys[i].where) - 1);

		options->refused(options->refused_arg, url, itself ? "" : where, whys[i].msg);
	}
}

/* An error has little room: each host gets its share, cut at a word. */
static void tell(struct ed_buf *said, const struct ed_stamping *s, size_t i, const char *msg)
{
	const size_t room = (sizeof((struct edoc_error){0}.msg) - 60) / s->options->n_tsas;
	const char *host = strstr(s->options->tsas[i].url, "//");
	size_t n, left;

	host = host ? host + 2 : s->options->tsas[i].url;
	n = strcspn(host, "/?#");
	left = room > n + 20 ? room - n - 4 : 16;
	if (strlen(msg) > left)
		while (left > 1 && msg[left] != ' ')
			left--;
	ed_buf_printf(said, "%s%.*s: %.*s", i ? "; " : "", (int)n, host, (int)left, msg);
}

/* What the answers of all come to: what time may mend comes first, then who may
 * not, then what to set up. */
static enum edoc_code worst(enum edoc_code so_far, enum edoc_code code)
{
	if (so_far == EDOC_OK || so_far == code)
		return code;
	if ((so_far == EDOC_ERR_DENIED || so_far == EDOC_ERR_CONFIG) &&
	    (code == EDOC_ERR_DENIED || code == EDOC_ERR_CONFIG))
		return EDOC_ERR_DENIED;
	return EDOC_ERR_AGAIN;
}

static enum edoc_code fail_all(const struct ed_stamping *s, enum edoc_code code,
                               const struct edoc_error *whys, struct edoc_error *err)
{
	const struct edoc_sign_options *options = s->options;
	struct ed_buf said;

	if (options->refused) {
		tell_each(options, whys);
		return ed_fail(err, code, "", "no time-stamp from any of %zu authorities",
		               options->n_tsas);
	}
	ed_buf_init(&said, ED_MAX_TSA_SAID);
	for (size_t i = 0; i < options->n_tsas; i++)
		tell(&said, s, i, whys[i].msg);
	code = ed_fail(err, code, "", "no time-stamp from any of %zu authorities: %s",
	               options->n_tsas, ed_buf_str(&said));
	ed_buf_clear(&said);
	return code;
}

static enum edoc_code ask_all(struct ed_stamping *s, struct ed_tsq *tsq, struct ed_buf *token,
                              struct edoc_error *whys, struct edoc_error *err)
{
	enum edoc_code code = EDOC_ERR_AGAIN, all = EDOC_OK;
	size_t n = s->options->n_tsas, last = 0;
	bool next = true;

	for (size_t i = 0; i < n && next; i++) {
		ed_buf_reset(token);
		code = ask(s, &s->options->tsas[i], tsq, token, &next, &whys[i]);
		s->used = last = i;
		if (next && (code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT))
			code = EDOC_ERR_AGAIN; /* no good answer is none */
		if (next)
			all = worst(all, code);
	}
	if (next && n > 1)
		return fail_all(s, all, whys, err);
	if (code != EDOC_OK) /* one said it, about itself */
		return ed_fail(err, code, whys[last].where, "%s", whys[last].msg);
	return EDOC_OK;
}

enum edoc_code ed_sign_token(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                             struct ed_buf *token, struct edoc_error *err)
{
	struct ed_stamping *s = arg;
	const struct edoc_sign_options *options = s->options;
	struct ed_tsq tsq = {.hash = hash};
	struct edoc_error *whys;
	enum edoc_code code;

	if (!options->n_tsas)
		return ed_fail(err, EDOC_ERR_USAGE, "",
		               "no time-stamping authority to ask: name one by --tsa, or by "
		               "\"tsa:\" in edoc.conf");
	if (!options->fetch)
		return ed_fail(err, EDOC_ERR_AGAIN, options->tsas[0].url,
		               "a time-stamp cannot be had without the network");
	whys = calloc(options->n_tsas, sizeof(*whys));
	if (!whys)
		return ed_fail_memory(err);
	memcpy(tsq.imprint, imprint, ed_hash_size(hash));
	code = ask_all(s, &tsq, token, whys, err);
	free(whys);
	return code;
}
