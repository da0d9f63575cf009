/* SPDX-License-Identifier: ISC */
/* What the parts of edoc-route share: a desk that is open, and how what the
 * library made is told. */
#ifndef CMD_ROUTE_H
#define CMD_ROUTE_H

#include "cmd.h"

struct route_run {
	struct edoc_policy *policy;
	struct edoc_desk *desk;
	struct edoc_key *key;
	struct edoc_act act;
	struct cmd *cmd; /* of the act that may ask a TSA, which is found then */
	struct edoc_stamping stamping;
	struct edoc_fetcher *fetcher;
	const char *word; /* the outcome, or the route */
};

/* Texts or JSON, as was asked: for variables of these names. */
#define TEXT(cmd) ((cmd)->json ? NULL : &text)
#define JSON(cmd) ((cmd)->json ? &json : NULL)

/* The desk of -C, $EDOC_DESK or edoc.conf; run zeroed.  0 or the exit. */
int route_open(struct cmd *cmd, struct route_run *run);
int route_open_key(struct cmd *cmd, struct route_run *run); /* and the key of --key */
int route_open_lists(struct cmd *cmd, struct route_run *run); /* minds --no-index */
void route_close(struct route_run *run);
/* Prints what the library made, unless it should be quiet, or says the error,
 * of that item; the exit. */
int route_tell(struct cmd *cmd, const char *item, enum edoc_code code, const struct edoc_error *err,
               char *text, char *json);

/* ---- route-merge.c ---- */

int route_merge(struct cmd *cmd);

/* ---- route-mail.c ---- */

int route_send(struct cmd *cmd);
int route_receive(struct cmd *cmd);
int route_outbox(struct cmd *cmd);
int route_status(struct cmd *cmd);
int route_tick(struct cmd *cmd);

/* ---- route-clock.c ---- */

int route_extend(struct cmd *cmd);
int route_stop(struct cmd *cmd);
int route_resume(struct cmd *cmd);
int route_withdraw(struct cmd *cmd);

/* ---- route-proof.c ---- */

int route_audit(struct cmd *cmd);
/* The act of a step that may sign: it asks for time-stamps where it has to. */
void route_stamping(struct cmd *cmd, struct route_run *run);
int route_checkpoint(struct cmd *cmd);
int route_checkpoint_daily(struct cmd *cmd, struct route_run *run); /* a job of tick */

/* ---- route-verify.c ---- */

/* A verb that judges packages: whom it believes, by what policy. */
struct route_judging {
	struct route_run run; /* the desk, where there is one */
	struct edoc_trust *trust;
	struct edoc_verify_options options;
};
int route_judge(struct cmd *cmd, struct route_judging *judging);
void route_judge_close(struct route_judging *judging);
bool route_is_file(const char *path);
int route_verify(struct cmd *cmd);
int route_certificate(struct cmd *cmd);

/* ---- route-look.c ---- */

int route_due(struct cmd *cmd);
int route_find(struct cmd *cmd);

/* ---- route-index.c ---- */

int route_index(struct cmd *cmd);
/* For tick: where there is one that cannot be used, it is made anew. */
int route_mend_index(struct cmd *cmd, struct route_run *run);

/* ---- route-people.c ---- */

int route_delegate(struct cmd *cmd);
int route_reassign(struct cmd *cmd);

/* ---- route-format.c ---- */

int route_fmt(struct cmd *cmd);

/* ---- route-services.c ---- */

int route_services(struct cmd *cmd);
int route_services_show(struct cmd *cmd);

/* ---- route-lint.c ---- */

int route_lint(struct cmd *cmd);

/* ---- route-calendar.c ---- */

/* A file; else by its name the desk's, when one is open, else that of the
 * profiles folder, else the one that is built in. */
enum edoc_code route_find_calendar(struct cmd *cmd, const struct route_run *run, const char *name,
                                   struct edoc_calendar **calendar, struct edoc_error *err);

int route_calendar_check(struct cmd *cmd);
int route_calendar_due(struct cmd *cmd);
int route_calendar_count(struct cmd *cmd);
int route_calendar_ical(struct cmd *cmd);
int route_calendar_import(struct cmd *cmd);

/* ---- route-directory.c ---- */

int route_directory_check(struct cmd *cmd);
int route_directory_show(struct cmd *cmd);
int route_directory_who(struct cmd *cmd);
int route_directory_diff(struct cmd *cmd);
int route_directory_rotate(struct cmd *cmd);

/* ---- route-keep.c ---- */

int route_backup(struct cmd *cmd);
int route_restore(struct cmd *cmd);
int route_confirm(struct cmd *cmd);

#endif
