/* SPDX-License-Identifier: ISC */
/* Notices: what a mail or SMS program tells people of their cases. */
#ifndef ED_ROUTE_NOTICE_H
#define ED_ROUTE_NOTICE_H

#include "route/desk.h"

/*
 * notice/new/<id>.json, format "edoc-notice/1", one line, and <id>.txt, the
 * same for people: a subject, an empty line, a text.  A program takes both and
 * removes them, the .json last; it is put there last, too.
 *
 * <id> is 32 hex, the first half of the sha256 of the canonical {"about",
 * "case", "event", "lang", "to"}: each is made once.  The claim is
 * case/.../note/<id>.json, a second name of notice/wait/<id>.<salt>.json; the
 * rename of that to notice/new/ is the act.  Whoever finds it in wait/ with the
 * claim's inode finishes what another began.  The salt makes the name one
 * process's alone: what was looked at is what is renamed.
 */
struct ed_notice {
	const char *event; /* submitted, sent, received, opened, done, ended, late ... */
	/* "sha256:..." of an entry, "<step's path>.<visit>", or a rung's name (remind.h) */
	const char *about;
	const char *lang; /* of the words */
	const char *person, *name, *post,
	        *agency;              /* to whom; person or agency, the others or NULL */
	const char *outcome;          /* what was done, or NULL */
	const char *subject, *text;   /* in that language; lines end in a newline */
	const struct ed_visit *visit; /* the step that it is about, or NULL */
	const char *timer;            /* the route's clock, or NULL */
	const char *rung;             /* of a reminder, or NULL */
	int64_t time;                 /* of what it is about */
	int64_t due;                  /* or ED_TIME_NONE */
};

/* *made: it is new; false: it was made before. */
enum edoc_code ed_notice_put(struct ed_case *c, const struct ed_notice *notice, bool *made,
                             struct edoc_error *err) EDOC_CHECK;
#endif
