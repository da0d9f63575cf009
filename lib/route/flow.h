/* SPDX-License-Identifier: ISC */
/*
 * Where a case goes: blocks of steps, branches, joins.  It knows neither
 * people nor signatures.  An act closes one visit; what follows from that (the
 * next step, a branch that is over, a join that has enough, the end) follows
 * by itself, here, the same way for everybody who folds the ledger.
 *
 *   scope (the case's)   agree -> sign -> register
 *                          |
 *     visit "agree" -------+-- parts: scope finance   "agree/finance"
 *                              scope justice   "agree/justice"
 */
#ifndef ED_ROUTE_FLOW_H
#define ED_ROUTE_FLOW_H

#include "route/engine.h"

struct ed_flow {
	const struct ed_engine *engine;
	struct ed_state *state;
	int64_t now;
	const char *entry; /* that is folded: its digest, in the arena; NULL: none */
	/* What the route does not allow, or does not say (route.times, .target,
	 * .choice, .calendar); then it goes on as well as it can. */
	void (*fault)(void *arg, const char *rule, const char *a0, const char *a1);
	void *arg;
	bool stuck; /* nothing can follow */
	bool lost;  /* no memory */
};

/* A clock starts; its term is computed from its stops and extensions.  What
 * hangs on it is due then.  false: the calendar does not say (*err). */
enum edoc_code ed_clock_compute(const struct ed_engine *engine, struct ed_state *state,
                                struct ed_clock *clock, struct edoc_error *err) EDOC_CHECK;

/* Opens the first step of the route. */
void ed_flow_begin(struct ed_flow *flow);
/* The visit came to this outcome: what follows is opened, joined or ended. */
void ed_flow_close(struct ed_flow *flow, struct ed_visit *visit,
                   const struct ed_route_outcome *outcome);
/* A branch leaves this desk by that send step: *left is the chain that it goes
 * on as, a copy that the caller made of the state. */
void ed_flow_leave(struct ed_flow *flow, struct ed_visit *visit,
                   const struct ed_route_outcome *outcome, struct ed_state *left);
/* A branch comes back: what was done in the chain that ends is taken over; a
 * branch that nobody waits for any more is let be. */
void ed_flow_return(struct ed_flow *flow, const struct ed_state *ended);
/* Branches of the join that are away are taken for silent: what follows. */
void ed_flow_silence(struct ed_flow *flow, struct ed_visit *join);
/* The case came to another desk: what waited is open from now on. */
void ed_flow_reopen(struct ed_flow *flow);
/* What is open is cancelled, and the case is over. */
void ed_flow_end(struct ed_flow *flow, const char *end);

#endif
