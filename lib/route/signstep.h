/* SPDX-License-Identifier: ISC */
/* A step that signs: the level that the route asks for, and what comes up to it. */
#ifndef ED_ROUTE_SIGNSTEP_H
#define ED_ROUTE_SIGNSTEP_H

#include "route/desk.h"

struct ed_def;

/* "level: B | T | LT | LTA" of a step. */
enum edoc_code ed_def_level(struct ed_def *p, const struct ed_yaml *map,
                            struct ed_route_step *step) EDOC_CHECK;
/* "B" to "LTA". */
const char *ed_step_level(enum edoc_level level);

/*
 * A signature over the case's documents at the level of the visit's step, kept
 * as sig/<8 hex>.xml, and what the header says of it.  EDOC_ERR_AGAIN: no TSA
 * gave a time-stamp, or nobody answers about a certificate; EDOC_ERR_CONFIG:
 * there is no TSA to ask.  Nothing is kept then.
 */
enum edoc_code ed_sign_step(struct ed_case *c, const struct edoc_act *act,
                            const struct ed_actor *actor, json_t *header,
                            struct edoc_error *err) EDOC_CHECK;

/* Whom the act lets ask for what a signature of that level needs. */
enum edoc_code ed_step_stamping(const struct edoc_act *act, const struct ed_route_step *step,
                                struct edoc_stamping *how, struct edoc_error *err) EDOC_CHECK;

/* What is below the level that a step asks for: route.level, route.level-unproven. */
void ed_sign_step_check(const struct ed_entry *entry, const struct ed_route_step *step,
                        const struct edoc_report *report, struct ed_findings *findings);

#endif
