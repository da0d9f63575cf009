/* SPDX-License-Identifier: ISC */
/*
 * The desk: a spool folder of one agency.  No daemon, no lock: link(2) to a
 * name that must be free is the compare-and-swap, data first, then the ledger
 * entry that names it, which is the commit.
 *
 *   conf/desk.yaml             format edoc-desk/1: agency, zone, key
 *   conf/desk.key              key and certificate, PEM, 0600 (or key: a path)
 *   conf/trust/{sign,directory,route}/
 *   conf/routes/<id>@<sha256>.asice       the packages as installed; sha256 is
 *   conf/calendars/<name>@<sha256>.asice  that of the YAML inside, as ledger
 *   conf/directory/<version>@<sha256>.asice                    entries cite it
 *   tmp/                       files in the making; safe to sweep
 *   in/{new,done,bad}/         what came; bad/<name>.reason says why
 *   out/<agency>/{new,sent,try}/   <sha256 of the package>.asice
 *   notice/{wait,new}/         for a mail program (route/notice.h)
 *   reg/<book>/<year>/000123   claims of numbers, link(2)ed from case/.../num
 *   case/<2 hex>/<case id>/
 *       pkg/<sha256>.asice     the package as submitted, received or corrected
 *       pkg/<sha256>.came.asice   a correction as it came, with others' entries
 *       log/000001 ...         headers, in the order in which they came; a
 *                              number exists or it does not
 *       obj/<header's sha256>.cms, .body.json, .sent (digest of what left)
 *       obj/<sha256>.evidence.json
 *       sig/<8 hex>.xml        signatures made here, META-INF/signatures-<8 hex>.xml
 *       pin/<sha256 of the YAML>.asice   what its entries cite
 *       ref/<sha256>.asice   packages that steps handed in (attach.h)
 *       num/<step>.<visit>.<year>   the claim of a register step
 *       note/<id>.json         claims of notices
 *       rcpt/<sha256 of the entry's header>.asice   receipts, given and got
 *       rcpt/home-<header's sha256>.asice   of a branch that was sent back with
 *                              that entry: what follows it stands elsewhere
 *       rcpt/rejected-<evidence id>.asice
 *       rcpt/damaged-<evidence id>.asice   rejections of a copy that is not ours
 *       peer/<8 hex>.json ...  checkpoints of others that its entries quote
 */
#ifndef ED_ROUTE_DESK_H
#define ED_ROUTE_DESK_H

#include "base/io.h"
#include "route/pincache.h"
#include "route/replay.h"

#define ED_TRIES 8 /* of an act that loses its race */
#define ED_PATH_MAX 4096

struct edoc_desk {
	struct ed_arena *arena;
	const char *path;
	const struct edoc_policy *policy; /* borrowed */
	const char *agency, *key_path;
	struct ed_zone *zone;
	struct edoc_trust *trust;
	struct edoc_key *key; /* loaded when asked for */
	struct ed_pin_cache *pins;
	bool walk; /* lists do not use the index */
};

/* "<desk>/<printf>" in the arena; NULL: out of memory. */
char *ed_desk_path(struct edoc_desk *desk, const char *fmt, ...)
        __attribute__((format(printf, 2, 3)));
enum edoc_code ed_desk_key(struct edoc_desk *desk, struct edoc_key **key,
                           struct edoc_error *err) EDOC_CHECK;
/* One that acts unattended: without a passphrase. */
enum edoc_code ed_desk_key_load(const char *path, struct edoc_key **key,
                                struct edoc_error *err) EDOC_CHECK;
/* conf/desk.crt of the key that desk.yaml names so, for those who list it. */
enum edoc_code ed_desk_cert_write(const char *path, const char *named, struct ed_arena *arena,
                                  const char **cert, struct edoc_error *err) EDOC_CHECK;
struct edoc_verify_options ed_desk_options(const struct edoc_desk *desk, int64_t now);
/* The newest installed route of an id; the calendar of a name that covers the
 * latest year; the directory of the highest version.  *pin NULL: none. */
enum edoc_code ed_desk_route(struct edoc_desk *desk, const char *id, struct ed_arena *arena,
                             struct ed_pin **pin, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_desk_calendar(struct edoc_desk *desk, const char *name, struct ed_arena *arena,
                                struct ed_pin **pin, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_desk_directory(struct edoc_desk *desk, struct ed_arena *arena,
                                 struct ed_pin **pin, struct edoc_error *err) EDOC_CHECK;

/* Puts bytes under a name that must be free, through tmp/.  *taken: it was
 * not, nothing changed. */
enum edoc_code ed_desk_put(struct edoc_desk *desk, const char *final, const void *bytes, size_t len,
                           bool *taken, struct edoc_error *err) EDOC_CHECK;
/* link(2) + fsync of the folder; *taken as above. */
enum edoc_code ed_desk_link(const char *from, const char *to, bool *taken,
                            struct edoc_error *err) EDOC_CHECK;
/* A copy of `path` in tmp/: open for reading, its digest; removed by
 * ed_copy_clear(). */
struct ed_copy {
	int fd;
	char *path;
	char sha256[65];
};
enum edoc_code ed_copy_make(struct edoc_desk *desk, const char *path, struct ed_copy *copy,
                            struct edoc_error *err) EDOC_CHECK;
void ed_copy_clear(struct ed_copy *copy);
enum edoc_code ed_file_sha256(int fd, const char *where, char hex[65],
                              struct edoc_error *err) EDOC_CHECK;

/* Takes away what processes that died left in tmp/ (sweep.c); by ED_TMP_STALE. */
void ed_desk_sweep(struct edoc_desk *desk);

/* Names on their way to a caller: one block, freed by ed_names_free(). */
struct ed_list {
	struct ed_arena *arena; /* borrowed */
	const char **v;
	size_t n, cap, bytes;
};
enum edoc_code ed_list_add(struct ed_list *list, const char *name,
                           struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_list_give(const struct ed_list *list, char ***out,
                            struct edoc_error *err) EDOC_CHECK;

/* ---- a case (case.c) ---- */

struct ed_case {
	struct edoc_desk *desk;
	char id[ED_CASE_ID];
	const char *dir;
	struct ed_replay r;
	struct ed_pin_held **held; /* that r.pins are from */
	size_t n_held, cap_held;
	bool exists; /* its log has a first entry */
};

/* Reads log, objects and pins and folds them.  A case that is not here is
 * EDOC_OK with exists false; a broken log is EDOC_ERR_INPUT. */
enum edoc_code ed_case_load(struct edoc_desk *desk, const char *id, struct ed_case *c,
                            struct edoc_error *err) EDOC_CHECK;
void ed_case_clear(struct ed_case *c);
/* By id prefix, register number or package; EDOC_ERR_ABSENT, or USAGE when
 * more than one fits. */
enum edoc_code ed_case_find(struct edoc_desk *desk, const char *name, char id[ED_CASE_ID],
                            struct edoc_error *err) EDOC_CHECK;
/* All ids, sorted; strays unless NULL: paths below case/ that are no case's.
 * ed_names_free(). */
enum edoc_code ed_case_list(struct edoc_desk *desk, char ***ids, char ***strays,
                            struct edoc_error *err) EDOC_CHECK;
/* Makes the case's folders. */
enum edoc_code ed_case_folders(struct ed_case *c, struct edoc_error *err) EDOC_CHECK;
char *ed_case_path(struct ed_case *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Objects, then the log's next number: the commit.  *lost: another entry has
 * that number; what was written for this one is removed.  The log counts the
 * entries that the desk has; an entry's own number counts what it follows. */
enum edoc_code ed_case_append(struct ed_case *c, size_t number, const struct ed_entry *entry,
                              bool *lost, struct edoc_error *err) EDOC_CHECK;
/* Folds the new entry (moved in) and, unless dry, appends it: an entry that
 * would break the ledger is never written. */
enum edoc_code ed_case_commit(struct ed_case *c, struct ed_entry *entry, bool dry, bool *lost,
                              struct edoc_error *err) EDOC_CHECK;
/*
 * The time of an act on the case that somebody wants at `now`: who lost a race
 * comes after who won it, and so does who follows a desk whose clock is ahead
 * by no more than ED_CLOCK_SKEW.  A clock that is further behind is wrong.
 */
int64_t ed_case_moment(const struct ed_case *c, int64_t now);
/* Does this desk hold the case: its chosen chain? */
bool ed_case_here(const struct ed_case *c);
bool ed_chain_here(const struct ed_case *c, const struct ed_state *chain);
/* Did this desk send what the chain goes on with, and wait for the receipt? */
bool ed_chain_sent(const struct ed_case *c, const struct ed_state *chain);
/* Chooses the chain that the desk is to go on with: of those that it holds the
 * one where that step is open, or (NULL) the first where something is. */
void ed_case_choose(struct ed_case *c, const char *step);
/* Keeps a pin's package with the case. */
enum edoc_code ed_case_pin(struct ed_case *c, const struct ed_pin *pin,
                           struct edoc_error *err) EDOC_CHECK;
/* The directory in force: the higher version of the desk's and the case's;
 * the desk's is believed only when it verifies at that moment. */
enum edoc_code ed_case_directory(struct ed_case *c, int64_t now, struct ed_pin **pin,
                                 struct edoc_error *err) EDOC_CHECK;
/* Path of the package that the newest submitted or received entry names, of
 * those that are held (NULL: of all). */
enum edoc_code ed_case_package(struct ed_case *c, const bool *held, const char **path,
                               struct edoc_error *err) EDOC_CHECK;

/* The number of a register step: claimed once a visit, whoever retries. */
struct ed_number {
	const char *book;
	int64_t year, seq;
	const char *text; /* as printed */
};
enum edoc_code ed_number_claim(struct ed_case *c, const struct ed_visit *visit, int64_t now,
                               const char *command, bool dry, struct ed_number *number,
                               struct edoc_error *err) EDOC_CHECK;

/* What an act tells. */
struct ed_told {
	const char *verb;
	const struct ed_entry *entry; /* NULL: none was made */
	bool already, dry;
	const char *note; /* or NULL */
};
/*
 * An act on the case of that name: it is loaded, `once` tries, what came of it
 * is told.  *lost: another entry took the number; then once more on the case as
 * it is by now, ED_TRIES times at most, else EDOC_ERR_AGAIN.
 */
typedef enum edoc_code ed_act_fn(struct ed_case *c, void *arg, struct ed_told *told, bool *lost,
                                 struct edoc_error *err);
/* Of the desk's own key. */
enum edoc_code ed_act_of_desk(struct edoc_desk *desk, const char *name, ed_act_fn *once, void *arg,
                              struct ed_told *told, char **text, char **json,
                              struct edoc_error *err) EDOC_CHECK;
/* Of a person, who must be fit to sign and known to the desk. */
enum edoc_code ed_act_of_person(struct edoc_desk *desk, const char *name,
                                const struct edoc_act *act, ed_act_fn *once, void *arg,
                                struct ed_told *told, char **text, char **json,
                                struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_act_tell(const struct ed_case *c, const struct ed_told *told, char **text,
                           char **json, struct edoc_error *err) EDOC_CHECK;

#endif
