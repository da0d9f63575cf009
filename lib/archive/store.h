/* SPDX-License-Identifier: ISC */
/*
 * Packages as plain files that outlive us: an OCFL 1.1 storage root.
 *
 *   ROOT/0=edoc_archive_1            what this folder is (NAMASTE, as OCFL has it)
 *   ROOT/lock                        flock(2) of the one writer
 *   ROOT/journal/                    journal.h
 *   ROOT/catalogue.sqlite            catalogue.h; may be deleted at any time
 *   ROOT/staging/<sha256>/           an ingest under way, or one that died
 *   ROOT/ocfl/                       the storage root: nothing in it is ours alone,
 *                                    for OCFL 1.1 E088 forbids other folders there
 *   ROOT/ocfl/<3 digits>/<digest>/   an object; layout extension 0004, one tuple
 *
 * The object of a package is urn:edoc:sha256:<its sha256>: sha256sum(1) and a
 * list of objects suffice to find it, the same bytes are kept once, and a
 * name cannot be given to other bytes.
 */
#ifndef ED_ARCHIVE_STORE_H
#define ED_ARCHIVE_STORE_H

#include "base/finding.h"

#define ED_OBJECT_URN "urn:edoc:sha256:"

struct ed_object {
	char id[65]; /* sha256 of the package */
	char sha512[129];
	char inventory[129]; /* sha512 of inventory.json; "" while not staged */
	uint64_t bytes;
	char *name; /* as it came; malloc'd */
};

void ed_object_clear(struct ed_object *object);

/* The folders and declarations of an empty archive; each step may be repeated.
 * The folder must be absent or hold nothing else. */
enum edoc_code ed_store_create(const char *root, struct edoc_error *err) EDOC_CHECK;
/* EDOC_ERR_EXISTS when the folder holds an object, or what is not ours. */
enum edoc_code ed_store_vacant(const char *root, struct edoc_error *err) EDOC_CHECK;
/* EDOC_ERR_ABSENT: no archive; EDOC_ERR_VERSION: a newer one. */
enum edoc_code ed_store_probe(const char *root, struct edoc_error *err) EDOC_CHECK;
/* The writer's lock; EDOC_ERR_AGAIN when another has it. */
enum edoc_code ed_store_lock(const char *root, int *fd, struct edoc_error *err) EDOC_CHECK;

/* Whether a writer is at work on the object just now. */
bool ed_store_busy(const char *root, const char *id);

/* "<root>/ocfl/<3 digits>/<digest>", malloc'd; NULL: memory. */
char *ed_store_path(const char *root, const char *id);
bool ed_store_has(const char *root, const char *id);

/* Digests what fd holds into *object. */
enum edoc_code ed_store_digest(int fd, const char *where, struct ed_object *object,
                               struct edoc_error *err) EDOC_CHECK;
/* The same, copying it into the staging folder.  *copy is what to judge. */
enum edoc_code ed_store_receive(const char *root, int fd, const char *where,
                                struct ed_object *object, int *copy,
                                struct edoc_error *err) EDOC_CHECK;
/* Builds the whole object around the received copy, durable, in staging. */
enum edoc_code ed_store_stage(const char *root, struct ed_object *object, int64_t now,
                              const char *agent, struct edoc_error *err) EDOC_CHECK;
/* One rename into the storage root, made durable.  Never over another. */
enum edoc_code ed_store_publish(const char *root, const struct ed_object *object,
                                struct edoc_error *err) EDOC_CHECK;
/* Removes what staging holds of id; called once the journal has it. */
enum edoc_code ed_store_settle(const char *root, const char *id, struct edoc_error *err) EDOC_CHECK;
/* Ids that staging remembers, freed by ed_names_free(); a copy that was being
 * received is removed. */
enum edoc_code ed_store_leftovers(const char *root, char ***ids, size_t *n,
                                  struct edoc_error *err) EDOC_CHECK;

/*
 * Checks the object on disk against what the journal says of it: declaration,
 * inventories and their side-cars, nothing more and nothing less, digests of
 * every byte.  Findings archive.*; EDOC_OK with *content open (or -1 when
 * there is nothing to judge).  An error means it could not be read.
 */
enum edoc_code ed_store_check(const char *root, const struct ed_object *object,
                              struct ed_findings *findings, int *content,
                              struct edoc_error *err) EDOC_CHECK;
/* What the inventory of an object without a journal line says: fills *object. */
enum edoc_code ed_store_describe(const char *root, const char *id, struct ed_object *object,
                                 struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_store_open(const char *root, const struct ed_object *object, int *content,
                             struct edoc_error *err) EDOC_CHECK;

/* Calls fn for each object folder of the storage root with its path below
 * ROOT and, when its inventory can be read, the id; findings for strangers. */
typedef enum edoc_code ed_store_walk_fn(void *arg, const char *path, const char *id,
                                        struct edoc_error *err);
enum edoc_code ed_store_walk(const char *root, ed_store_walk_fn *fn, void *arg,
                             struct ed_findings *findings, struct edoc_error *err) EDOC_CHECK;

#endif
