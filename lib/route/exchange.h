/* SPDX-License-Identifier: ISC */
/* Between desks: a case as one package, what leaves, what comes. */
#ifndef ED_ROUTE_EXCHANGE_H
#define ED_ROUTE_EXCHANGE_H

#include "route/heads.h"

/*
 * The case as a whole package in tmp/: the package it came in, byte for byte
 * up to its central directory, then what the desk keeps beside it.  The same
 * case gives the same bytes.  leaving: bodies of internal steps stay here.
 */
enum edoc_code ed_case_assemble(struct ed_case *c, bool leaving, enum ed_proofs proofs,
                                struct ed_copy *copy, struct edoc_error *err) EDOC_CHECK;

/* The same of what the chosen chain's last entry follows, as it leaves, with the
 * checkpoints that it quotes: what others do meanwhile changes nothing of it. */
enum edoc_code ed_case_assemble_chain(struct ed_case *c, struct ed_copy *copy,
                                      struct edoc_error *err) EDOC_CHECK;

/* The stored case, judged as verify does, before anybody builds on it:
 * EDOC_ERR_INPUT when package, signatures, pins or entries are not what the
 * entries say, or not by those they name. */
enum edoc_code ed_case_prove(struct ed_case *c, int64_t now, struct edoc_error *err) EDOC_CHECK;
/* A package of conf/ is not believed for lying there: EDOC_ERR_DENIED unless
 * somebody signed it whom the desk trusts for its kind. */
enum edoc_code ed_desk_believe(const struct edoc_desk *desk, const struct ed_pin *pin, int64_t now,
                               struct ed_arena *arena, struct edoc_error *err) EDOC_CHECK;
/* Is there a step that sends, or a branch that goes back, and is it here? */
bool ed_case_sends(const struct ed_case *c);
/* The actor's certificate reaches an anchor for signing, else EDOC_ERR_DENIED. */
enum edoc_code ed_desk_knows(const struct edoc_desk *desk, const struct edoc_act *act,
                             struct edoc_error *err) EDOC_CHECK;

/* An act of the desk's own key: the engine's decision, ready to be drafted.
 * visit: the step that it closes, or NULL. */
struct ed_passing { /* an act of the desk's own key */
	struct ed_case *c;
	struct edoc_key *key;
	struct ed_command command;
	struct ed_actor actor;
	struct ed_draft draft;
	struct ed_pin *directory;
	char directory_ref[ED_SHA256_REF];
	const struct ed_state *returned; /* in: the chain that the act ends, or NULL */
};

enum edoc_code ed_passing_decide(struct ed_passing *p, const char *event,
                                 const struct ed_visit *visit, int64_t now,
                                 struct edoc_error *err) EDOC_CHECK;
/* out/<agency>/new/<sha256>.asice, unless it is there or, but for `again`, was
 * sent. */
enum edoc_code ed_desk_post(struct edoc_desk *desk, const char *agency, const char *from,
                            const char *sha256, bool again, struct edoc_error *err) EDOC_CHECK;

/* All of a file to where a descriptor stands (export.c); `where` is of `to`. */
enum edoc_code ed_copy_bytes(int from, int to, const char *where,
                             struct edoc_error *err) EDOC_CHECK;

#endif
