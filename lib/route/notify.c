/* SPDX-License-Identifier: ISC */
/*
 * What is worth a notice: what became of cases, what waits for people, and
 * whatever a route asks to tell ("notify", "remind", "overdue").  All of it is
 * found in the stored case: a tick makes up for all that was cut short.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/exchange.h"
#include "route/hearers.h"
#include "route/notice.h"
#include "route/remind.h"
#include "route/told.h"
#include "route/viewtold.h"
#include "route/wakes.h"

#define T(s) dgettext("edoc", s)

struct noticing {
	struct edoc_desk *desk;
	const char *lang;
	bool all; /* beside what routes ask for */
	int64_t now;
	struct ed_case one, *c;       /* the case, and where it is */
	const struct ed_state *state; /* of one of its chains */
	const struct ed_directory *directory;
	struct ed_tale tale;
	size_t made;
};

/* ---- its words ---- */

/* "2026-11-23 18:00", in the desk's zone; the same in each language. */
static void put_time(struct ed_buf *out, const char *label, const struct ed_zone *zone, int64_t t)
{
	struct ed_civil v = ed_zone_civil(zone, t);

	if (t != ED_TIME_NONE)
		ed_buf_printf(out, "%s: %04d-%02d-%02d %02d:%02d\n", label, v.date.year,
		              v.date.month, v.date.day, v.hour, v.minute);
}

static void put_line(struct ed_buf *out, const char *label, const char *value)
{
	char safe[512];

	if (!value || !*value)
		return;
	ed_escape(safe, sizeof(safe), value);
	ed_buf_printf(out, "%s: %s\n", label, safe);
}

/* The route's title in that language, else its first. */
static const char *route_title(const struct ed_route *route, const char *lang)
{
	for (size_t i = 0; route->title_lang[i]; i++)
		if (!strcmp(route->title_lang[i], lang))
			return route->title[i];
	return route->title[0] ? route->title[0] : route->id;
}

static void put_text(struct noticing *n, const struct ed_notice *notice, struct ed_buf *out)
{
	const struct ed_state *s = &n->c->r.state;
	const struct ed_visit *v = notice->visit;

	put_line(out, T("case"), n->c->id);
	put_line(out, T("number"), s->number);
	put_line(out, T("route"), route_title(n->c->r.engine.route, n->lang));
	if (v)
		put_line(out, T("step"), v->step->title ? v->step->title : v->path);
	put_line(out, T("outcome"), notice->outcome);
	put_time(out, T("time"), n->desk->zone, notice->time);
	put_time(out, T("due"), n->desk->zone, notice->due);
}

static enum edoc_code tell_made(struct noticing *n, const struct ed_notice *notice,
                                struct edoc_error *err)
{
	const char *to = notice->person ? notice->person
	                 : notice->post ? notice->post
	                                : notice->agency;
	enum edoc_code code = EDOC_OK;
	char safe[256];
	json_t *o;

	n->made++;
	ed_escape(safe, sizeof(safe), to);
	if (n->tale.want_text)
		ed_buf_printf(&n->tale.text, T("notice %s to %s: case %.12s\n"), notice->event,
		              safe, n->c->id);
	if (!n->tale.want_json)
		return EDOC_OK;
	o = json_object();
	if (ed_json_bool(o, "ok", true) | ed_json_str(o, "event", notice->event) |
	    ed_json_str(o, "to", safe) | ed_json_str(o, "lang", n->lang) |
	    ed_json_str(o, "case", n->c->id))
		code = ed_fail_memory(err);
	else
		code = ed_tale_json(&n->tale, "notice", o, err);
	json_decref(o);
	return code;
}

static enum edoc_code notify(struct noticing *n, struct ed_notice *notice, struct edoc_error *err)
{
	struct ed_buf text;
	bool made = false;

	notice->lang = n->lang;
	ed_buf_init(&text, 65536);
	put_text(n, notice, &text);
	enum edoc_code code = ed_buf_check(&text, n->c->id, err);
	notice->text = ed_buf_str(&text);
	if (!code)
		code = ed_notice_put(n->c, notice, &made, err);
	if (!code && made)
		code = tell_made(n, notice, err);
	ed_buf_clear(&text);
	return code;
}

/* ---- to whom ---- */

static struct ed_hearing hearing(const struct noticing *n)
{
	return (struct ed_hearing){.c = n->c,
	                           .state = n->state,
	                           .directory = n->directory,
	                           .now = n->now,
	                           .arena = n->c->r.arena};
}

/* waits: the words for those who are waited for; mine: for whoever began it. */
struct words {
	const char *waits, *mine, *others;
};

static enum edoc_code tell(struct noticing *n, const struct ed_notice *what, struct words words,
                           const struct ed_hearing *h, struct edoc_error *err)
{
	const char *initiator = n->c->r.state.initiator_person;
	enum edoc_code code = h->lost ? ed_fail_memory(err) : EDOC_OK;

	for (size_t i = 0; i < h->n && !code; i++) {
		const struct ed_hearer *one = &h->v[i];
		struct ed_notice notice = *what;
		bool began = initiator && one->person && !strcmp(one->person, initiator);

		notice.person = one->person;
		notice.name = one->name;
		notice.post = one->post;
		notice.agency = one->agency;
		notice.subject = one->waits && words.waits ? words.waits
		                 : began && words.mine     ? words.mine
		                                           : words.others;
		code = notify(n, &notice, err);
	}
	return code;
}

static json_t *claim_of(const struct ed_notice *what)
{
	json_t *o = json_object();
	int bad = ed_json_str(o, "event", what->event) | ed_json_time(o, "time", what->time) |
	          ed_json_time(o, "due", what->due) |
	          (what->rung ? ed_json_str(o, "rung", what->rung) : 0) |
	          (what->timer ? ed_json_str(o, "timer", what->timer) : 0);

	if (what->visit)
		bad |= ed_json_str(o, "step", what->visit->path) |
		       ed_json_int(o, "visit", what->visit->visit);
	if (!bad)
		return o;
	json_decref(o);
	return NULL;
}

/* What the route asks to tell is told to those who were to hear it then: the
 * claim of that name says who, be it another process's, or of before a kill. */
static enum edoc_code tell_once(struct noticing *n, const struct ed_notice *what, const char *name,
                                struct words words, const struct ed_hearing *h,
                                struct edoc_error *err)
{
	struct ed_hearing told = hearing(n);
	json_t *claim = NULL;
	enum edoc_code code = h->lost || !what->about ? ed_fail_memory(err) : EDOC_OK;

	if (!code)
		code = ed_told_claim(n->c, name, claim_of(what), ed_hearing_json(h), n->now, &claim,
		                     err);
	if (!code)
		ed_hear_json(&told, json_object_get(claim, "to"));
	if (!code)
		code = tell(n, what, words, &told, err);
	json_decref(claim);
	return code;
}

/* ---- entries ---- */

static bool is_old(const struct noticing *n, int64_t t)
{
	return n->now - t >= (int64_t)ED_NOTICE_DAYS * 86400;
}

static bool is_event(const struct ed_entry *e, const char *event)
{
	return !strcmp(e->event, event);
}

/* The desk where a case began sent it first; one that was never sent is here. */
static const char *first_desk(const struct ed_case *c)
{
	for (size_t i = 1; i < c->r.ledger.n; i++)
		if (is_event(&c->r.ledger.v[i], "case.sent"))
			return ed_entry_get(&c->r.ledger.v[i], "actor", "agency");
	return c->desk->agency;
}

/* At whose desk was that entry made?  Desks and holders of posts act at their
 * own, others where the case was. */
static bool made_here(const struct ed_case *c, size_t i)
{
	const struct ed_entry *e = &c->r.ledger.v[i];
	const char *at = ed_entry_get(e, "actor", "agency");
	const char *kind = ed_entry_get(e, "actor", "kind");

	if ((!kind || strcmp(kind, "desk") != 0) && !ed_entry_get(e, "actor", "post"))
		at = NULL;
	while (!at && i-- > 0)
		if (is_event(&c->r.ledger.v[i], "case.received"))
			at = ed_entry_get(&c->r.ledger.v[i], "actor", "agency");
	if (!at)
		at = first_desk(c);
	return at && !strcmp(at, c->desk->agency);
}

/* Whoever handed the case in is told by the desk that took it. */
static bool began_here(const struct ed_case *c)
{
	const char *agency = ed_entry_get(&c->r.ledger.v[0], "actor", "agency");

	for (size_t i = 1; i < c->r.ledger.n && !agency; i++)
		if (is_event(&c->r.ledger.v[i], "case.sent"))
			agency = ed_entry_get(&c->r.ledger.v[i], "actor", "agency");
	return !agency || !strcmp(agency, c->desk->agency);
}

static enum edoc_code to_initiator(struct noticing *n, const char *event, const char *subject,
                                   const struct ed_entry *e, struct edoc_error *err)
{
	struct ed_hearing h = hearing(n);
	char about[ED_SHA256_REF];
	struct ed_notice notice = {.event = event,
	                           .about = about,
	                           .outcome = e->outcome ? e->outcome
	                                                 : ed_json_get_str(e->header, "to"),
	                           .time = e->time,
	                           .due = ED_TIME_NONE};

	snprintf(about, sizeof(about), "sha256:%s", e->sha256);
	ed_hear_initiator(&h);
	return tell(n, &notice, (struct words){.others = subject}, &h, err);
}

static enum edoc_code about_entry(struct noticing *n, const struct ed_entry *e, bool last,
                                  struct edoc_error *err)
{
	const struct ed_state *s = &n->c->r.state;
	enum edoc_code code = EDOC_OK;

	if (is_event(e, "case.submitted"))
		code = to_initiator(n, "submitted", T("Your case is accepted for work"), e, err);
	else if (is_event(e, "case.sent"))
		code = to_initiator(n, "sent", T("Your case was sent to another agency"), e, err);
	else if (is_event(e, "case.received"))
		code = to_initiator(n, "received", T("Your case arrived at the other agency"), e,
		                    err);
	else if (is_event(e, "step.done"))
		code = to_initiator(n, "done", T("A step of your case was done"), e, err);
	if (!code && last && s->phase == ED_PHASE_ENDED)
		code = to_initiator(n, "ended", T("Your case has ended"), e, err);
	return code;
}

/* ---- notify ---- */

/* The entry of that digest, when it was made here and is not old. */
static const struct ed_entry *ours(const struct noticing *n, const char *digest)
{
	const struct ed_ledger *l = &n->c->r.ledger;

	for (size_t i = l->n; digest && i-- > 0;)
		if (!strcmp(l->v[i].sha256, digest + 7))
			return made_here(n->c, i) && !is_old(n, l->v[i].time) ? &l->v[i] : NULL;
	return NULL;
}

/* What came of a join has no entry of its own: it is told of the visit. */
static enum edoc_code demanded_outcome(struct noticing *n, const struct ed_visit *v,
                                       struct edoc_error *err)
{
	const struct ed_route_outcome *o =
	        v->outcome ? ed_route_outcome(v->step, v->outcome) : NULL;
	const struct ed_entry *e = o && o->notify.n ? ours(n, v->closing) : NULL;
	struct ed_hearing h = hearing(n);
	struct words words = {.mine = T("A step of your case was done"),
	                      .others = T("A step of a case was done")};

	if (!e)
		return EDOC_OK;
	if (o->end) {
		words.mine = T("Your case has ended");
		words.others = T("A case has ended");
	} else if (v->step->verb == ED_DO_SEND) {
		words.mine = T("Your case was sent to another agency");
		words.others = T("A case was sent to another agency");
	}
	struct ed_notice notice = {.event = o->end                        ? "ended"
	                                    : v->step->verb == ED_DO_SEND ? "sent"
	                                                                  : "done",
	                           .about = v->closing,
	                           .visit = v,
	                           .outcome = v->outcome,
	                           .time = e->time,
	                           .due = ED_TIME_NONE};
	if (ed_step_joins(v->step))
		notice.about = ed_arena_printf(h.arena, "%s.%" PRId64, v->path, v->visit);
	ed_hear_roles(&h, &o->notify, v->scope);
	return tell_once(n, &notice, ed_told_visit(n->c, v, notice.event), words, &h, err);
}

static enum edoc_code demanded_opening(struct noticing *n, const struct ed_visit *v,
                                       struct edoc_error *err)
{
	const struct ed_entry *e = v->step->notify.n ? ours(n, v->opening) : NULL;
	struct ed_hearing h = hearing(n);
	struct words words = {.mine = T("Your case came to another step"),
	                      .others = T("A case came to another step")};
	struct ed_notice notice = {
	        .event = "opened",
	        .about = ed_arena_printf(h.arena, "%s.%" PRId64, v->path, v->visit),
	        .visit = v,
	        .time = v->opened,
	        .due = v->due};

	if (!e)
		return EDOC_OK;
	ed_hear_roles(&h, &v->step->notify, v->scope);
	return tell_once(n, &notice, ed_told_visit(n->c, v, "opened"), words, &h, err);
}

static enum edoc_code demanded_extension(struct noticing *n, const struct ed_entry *e,
                                         struct edoc_error *err)
{
	const struct ed_visit *v = NULL;
	const struct ed_clock_def *def = ed_entry_clock(&n->c->r, e, &v);
	struct ed_hearing h = hearing(n);
	const char *due = ed_entry_get(e, "clock", "due");
	char about[ED_SHA256_REF];
	struct ed_notice notice = {.event = "extended",
	                           .about = about,
	                           .visit = v,
	                           .timer = ed_json_get_str(e->header, "timer"),
	                           .time = e->time};
	struct words words = {.mine = T("The term of your case was made longer"),
	                      .others = T("The term of a case was made longer")};

	if (!def || !def->extend.notify.n)
		return EDOC_OK;
	if (!due || !ed_time_parse(due, &notice.due))
		notice.due = ED_TIME_NONE;
	snprintf(about, sizeof(about), "sha256:%s", e->sha256);
	ed_hear_roles(&h, &def->extend.notify, v ? v->scope : n->state->scope);
	return tell_once(n, &notice, ed_arena_printf(h.arena, "extended.%.16s", e->sha256), words,
	                 &h, err);
}

static enum edoc_code extensions(struct noticing *n, struct edoc_error *err)
{
	const struct ed_ledger *l = &n->c->r.ledger;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < l->n && !code; i++)
		if (is_event(&l->v[i], "clock.extended") && !is_old(n, l->v[i].time) &&
		    made_here(n->c, i))
			code = demanded_extension(n, &l->v[i], err);
	return code;
}

/* Is it the chain's own, no copy of what goes on in the one that it left? */
static bool is_own(const struct noticing *n, const struct ed_visit *v)
{
	return n->state->root && ed_scope_within(v->scope, n->state->root);
}

static enum edoc_code changes(struct noticing *n, struct edoc_error *err)
{
	const struct ed_state *s = n->state;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < s->n_visits && !code; i++) {
		if (!is_own(n, s->visits[i]))
			continue;
		code = demanded_opening(n, s->visits[i], err);
		if (!code)
			code = demanded_outcome(n, s->visits[i], err);
	}
	return code;
}

/* ---- what waits ---- */

static enum edoc_code to_step(struct noticing *n, const char *event, const char *subject,
                              const struct ed_visit *v, int64_t time, struct edoc_error *err)
{
	struct ed_hearing h = hearing(n);
	struct ed_notice notice = {
	        .event = event,
	        .about = ed_arena_printf(h.arena, "%s.%" PRId64, v->path, v->visit),
	        .visit = v,
	        .time = time,
	        .due = v->due};

	h.lost |= !notice.about;
	if (!v->step->by->initiator || began_here(n->c))
		ed_hear_waited(&h, v, false);
	return tell(n, &notice, (struct words){.others = subject}, &h, err);
}

/* Does the route itself say who hears of it after the term? */
static bool says_late(const struct ed_visit *v)
{
	return v->clock && (v->clock->def->reminders.escalate.n || ed_reminds_late(v->clock->def));
}

static enum edoc_code about_steps(struct noticing *n, struct edoc_error *err)
{
	const struct ed_state *s = n->state;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < s->n_open && !code; i++) {
		const struct ed_visit *v = s->open[i];

		if (!is_old(n, v->opened))
			code = to_step(n, "opened", T("A step waits for you"), v, v->opened, err);
		if (!code && v->due != ED_TIME_NONE && n->now > v->due && !is_old(n, v->due) &&
		    !says_late(v))
			code = to_step(n, "late", T("A step that waits for you is late"), v, v->due,
			               err);
	}
	return code;
}

/* ---- remind, overdue ---- */

/* All who keep that clock: of the route's everybody who is waited for. */
static void hear_keepers(struct ed_hearing *h, const struct ed_clock *clock)
{
	const struct ed_state *s = h->state;

	for (size_t i = 0; i < s->n_open; i++)
		if (!clock->visit || s->open[i]->clock == clock)
			ed_hear_waited(h, s->open[i], true);
}

static enum edoc_code tell_rung(struct noticing *n, const struct ed_clock *clock,
                                const struct ed_reached *rung, struct words words,
                                const struct ed_hearing *h, struct edoc_error *err)
{
	struct ed_notice notice = {.event = strncmp(rung->name, "overdue", 7) ? "reminder"
	                                                                      : "overdue",
	                           .about = ed_told_rung(n->c, clock, rung),
	                           .visit = clock->visit,
	                           .timer = clock->visit ? NULL : clock->def->id,
	                           .rung = rung->name,
	                           .time = rung->at,
	                           .due = clock->due};

	return tell_once(n, &notice, notice.about, words, h, err);
}

static enum edoc_code remind(struct noticing *n, const struct ed_clock *clock,
                             struct edoc_error *err)
{
	const struct ed_engine *engine = &n->c->r.engine;
	struct words words = {.others = T("A step that waits for you is due soon")};
	struct ed_hearing h = hearing(n);
	struct ed_reached rung;

	/* One that was missed until it is over is told by that. */
	if (!ed_remind_reached(clock, engine, n->now, &rung) ||
	    (n->now > clock->due && clock->def->reminders.escalate.n &&
	     !ed_reminds_late(clock->def)))
		return EDOC_OK;
	if (n->now > clock->due) /* also by a rung before it that was missed */
		words.others = T("A step that waits for you is late");
	else if (*rung.name != '-')
		words.others = T("A step that waits for you is due today");
	hear_keepers(&h, clock);
	return tell_rung(n, clock, &rung, words, &h, err);
}

static enum edoc_code escalate(struct noticing *n, const struct ed_clock *clock,
                               struct edoc_error *err)
{
	const struct ed_clock_def *def = clock->def;
	struct words words = {.waits = T("A step that waits for you is late"),
	                      .mine = T("A step of your case is late"),
	                      .others = T("A step that others have to do is late")};
	struct ed_hearing h = hearing(n);
	struct ed_reached rung;

	if (!ed_overdue_reached(clock, &n->c->r.engine, n->now, &rung))
		return EDOC_OK;
	if (!ed_reminds_late(def))
		hear_keepers(&h, clock);
	ed_hear_roles(&h, &def->reminders.escalate,
	              clock->visit ? clock->visit->scope : n->state->scope);
	return tell_rung(n, clock, &rung, words, &h, err);
}

/* A branch that went to another agency is reminded there of a term around it;
 * who else hears of that is told where the term is. */
static enum edoc_code about_clocks(struct noticing *n, struct edoc_error *err)
{
	const struct ed_state *s = n->state;
	size_t n_clocks = s->clocks && !s->chain ? n->c->r.engine.route->n_clocks : 0;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < n_clocks && !code; i++) {
		code = remind(n, &s->clocks[i], err);
		if (!code)
			code = escalate(n, &s->clocks[i], err);
	}
	for (size_t i = 0; i < s->n_visits && !code; i++) {
		const struct ed_visit *v = s->visits[i];

		if (v->done != ED_TIME_NONE || !v->clock || v->clock->visit != v)
			continue;
		code = remind(n, v->clock, err);
		if (!code && is_own(n, v))
			code = escalate(n, v->clock, err);
	}
	return code;
}

/* ---- cases ---- */

/* What goes on in one chain: each is at one desk. */
static enum edoc_code about_chain(struct noticing *n, struct edoc_error *err)
{
	bool here = n->state->phase == ED_PHASE_RUNNING && ed_chain_here(n->c, n->state);
	enum edoc_code code = changes(n, err);

	if (!code && here && n->all)
		code = about_steps(n, err);
	return code || !here ? code : about_clocks(n, err);
}

static enum edoc_code about_loaded(struct noticing *n, struct edoc_error *err)
{
	const struct ed_ledger *l = &n->c->r.ledger;
	enum edoc_code code = EDOC_OK;

	n->state = &n->c->r.state;
	for (size_t i = 0; n->all && began_here(n->c) && i < l->n && !code; i++)
		if (!is_old(n, l->v[i].time))
			code = about_entry(n, &l->v[i], i + 1 == l->n, err);
	if (!code)
		code = extensions(n, err);
	for (size_t k = 0; k < n->c->r.n_chains && !code; k++) {
		n->state = ed_replay_chain(&n->c->r, k);
		if (n->state)
			code = about_chain(n, err);
	}
	return code;
}

/* ---- and when next ---- */

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t chain_wakes(const struct noticing *n, const struct ed_state *s)
{
	const struct ed_engine *engine = &n->c->r.engine;
	size_t n_clocks = s->clocks ? engine->route->n_clocks : 0;
	int64_t next = ED_WAKES_NEVER;

	for (size_t i = 0; i < n_clocks; i++)
		next = sooner(next, ed_remind_next(&s->clocks[i], engine, n->now));
	for (size_t i = 0; i < s->n_visits; i++) {
		const struct ed_visit *v = s->visits[i];

		if (v->done == ED_TIME_NONE && v->due != ED_TIME_NONE && v->due >= n->now)
			next = sooner(next, v->due + 1);
		if (v->done == ED_TIME_NONE && v->clock)
			next = sooner(next, ed_remind_next(v->clock, engine, n->now));
	}
	return next;
}

/* When something may have to be told next, if nobody writes the case meanwhile:
 * at a due or a rung; and as long as anything of it is told to people on another
 * day, for who holds a post, or stands in for him, may be another then. */
static int64_t wakes(const struct noticing *n)
{
	const struct ed_replay *r = &n->c->r;
	const struct ed_zone *zone = r->engine.zone;
	struct ed_civil midnight = {.date = ed_zone_civil(zone, n->now).date};
	int64_t next = ED_WAKES_NEVER;
	bool tells = false;

	for (size_t i = 0; i < r->ledger.n && !tells; i++)
		tells = !is_old(n, r->ledger.v[i].time);
	for (size_t k = 0; k < r->n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(r, k);

		if (!s || s->phase != ED_PHASE_RUNNING || !ed_chain_here(n->c, s))
			continue;
		tells = true;
		next = sooner(next, chain_wakes(n, s));
	}
	midnight.date = ed_date_add_days(midnight.date, 1);
	return tells ? sooner(next, ed_zone_instant(zone, midnight)) : ED_WAKES_NEVER;
}

static enum edoc_code about_case(struct noticing *n, const char *id, struct ed_wakes *w,
                                 struct edoc_error *err)
{
	struct edoc_error why = {0};
	struct ed_pin *pin = NULL;
	struct ed_case *c = n->c = &n->one;

	enum edoc_code code = ed_case_load(n->desk, id, c, &why);
	if (code == EDOC_ERR_INPUT) /* broken: other verbs say so, and it hides no other */
		return EDOC_OK;
	if (code && err)
		*err = why;
	if (code)
		return code;
	if (c->exists)
		code = ed_case_directory(c, n->now, &pin, err);
	n->directory = pin ? pin->directory : NULL;
	if (!code && c->exists)
		code = about_loaded(n, err);
	if (!code && c->exists)
		ed_wakes_note(w, id, wakes(n));
	ed_case_clear(c);
	return code;
}

/* Beside the cases: what is told, and who holds which post.  *how NULL: a
 * directory that is not to be believed is told of by each case. */
static enum edoc_code how_told(const struct noticing *n, struct ed_arena *arena, const char **how,
                               struct edoc_error *err)
{
	struct ed_pin *pin = NULL;

	*how = NULL;
	enum edoc_code code = ed_desk_directory(n->desk, arena, &pin, err);
	if (code == EDOC_ERR_MEMORY ||
	    (!code && pin && ed_desk_believe(n->desk, pin, n->now, arena, NULL)))
		return code;
	if (!code && !(*how = ed_arena_printf(arena, "%s %s", n->all ? "all" : "demanded",
	                                      pin ? pin->sha256 : "none")))
		code = ed_fail_memory(err);
	return code;
}

/* A claim that cannot be read hides no other case. */
static enum edoc_code about_cases(struct noticing *n, char **text, char **json,
                                  struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	enum edoc_code code, bad = EDOC_OK;
	struct edoc_error why = {0};
	struct ed_wakes w = {.lock = -1};
	const char *how = NULL;
	char **ids = NULL;

	ed_tale_init(&n->tale, text != NULL, json != NULL);
	code = arena ? how_told(n, arena, &how, err) : ed_fail_memory(err);
	if (!code)
		code = ed_wakes_open(n->desk, n->lang, how, n->now, &w, &ids, err);
	for (size_t i = 0; !code && ids[i]; i++) {
		struct edoc_error one = {0};

		code = about_case(n, ids[i], &w, &one);
		if (code && !bad)
			why = one;
		if (code == EDOC_ERR_INPUT) {
			bad = code;
			code = EDOC_OK;
		} else if (code && err) {
			*err = one;
		}
	}
	if (!code)
		code = ed_tale_give(&n->tale, text, json, err);
	if (!code && bad && err)
		*err = why;
	ed_names_free(ids);
	ed_wakes_close(&w);
	ed_tale_clear(&n->tale);
	ed_arena_free(arena);
	return code ? code : bad;
}

enum edoc_code edoc_desk_notices(struct edoc_desk *desk, const char *lang, int64_t now, char **text,
                                 char **json, struct edoc_error *err)
{
	struct noticing n = {.desk = desk, .lang = lang, .all = true, .now = now};

	return about_cases(&n, text, json, err);
}

enum edoc_code edoc_desk_demanded(struct edoc_desk *desk, const char *lang, int64_t now,
                                  char **text, char **json, struct edoc_error *err)
{
	struct noticing n = {.desk = desk, .lang = lang, .now = now};

	return about_cases(&n, text, json, err);
}
