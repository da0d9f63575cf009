/* SPDX-License-Identifier: ISC */
/*
 * A package that is about to change in place: opened and locked, looked at,
 * written anew beside it with some entries more or other, judged, and given
 * its name by one rename.  Interrupted anywhere, the old file is whole.
 */
#ifndef ED_SIGN_CHANGE_H
#define ED_SIGN_CHANGE_H

#include <sys/stat.h>

#include "base/io.h"
#include "judge/dataview.h"
#include "sign/sign.h"

struct ed_changed {
	const char *name;
	size_t entry; /* of the package, that it takes the place of; or ED_NO_DATA */
	struct ed_buf bytes;
	bool put; /* else as it stands, and stays */
};

/* A signature that nobody asked about, and that was raised, or stays: why. */
struct ed_beside {
	const char *where, *why;
};

struct ed_change {
	const char *path; /* of the result, and for messages */
	const struct edoc_sign_options *options;
	int fd;
	struct stat was; /* the file, when it was opened */
	bool fresh;      /* fd is a temporary of our own: the result has no name yet ... */
	bool overwrite;  /* ... and may take somebody's */
	struct ed_arena *arena;
	struct ed_findings findings;
	struct ed_asic *asic;
	struct ed_view view; /* all its files, for who reads signatures */
	struct ed_changed *v;
	size_t n, cap;
	struct ed_tmp tmp;
	struct ed_zip_writer *writer; /* once it is being copied */
	char made[ED_SIGN_NAME];      /* the new signature's entry */
	int64_t moment;               /* the result is judged as of then */
	struct ed_beside *beside;     /* told once it is published */
	size_t n_beside, beside_cap;
};

/* In place: a lost race is EDOC_ERR_AGAIN. */
enum edoc_code ed_change_open(struct ed_change *c, const char *path,
                              const struct edoc_sign_options *options,
                              struct edoc_error *err) EDOC_CHECK;
/* A package in a temporary, that will be called `out`; fd stays the caller's. */
enum edoc_code ed_change_fresh(struct ed_change *c, int fd, const char *out,
                               const struct edoc_sign_options *options, bool overwrite,
                               struct edoc_error *err) EDOC_CHECK;
/* From here on what is read of the package is the copy that is being made: when
 * it is looked at for the first time, and surely will be changed. */
enum edoc_code ed_change_copy(struct ed_change *c, struct edoc_error *err) EDOC_CHECK;
/* Bytes for an entry, new or instead of the one of that name; they move here.
 * The latest count. */
enum edoc_code ed_change_put(struct ed_change *c, const char *name, struct ed_buf *bytes,
                             struct edoc_error *err) EDOC_CHECK;
/* What that entry will be: as it was put, or as it stands; borrowed. */
enum edoc_code ed_change_get(struct ed_change *c, const char *name, const struct ed_buf **bytes,
                             struct edoc_error *err) EDOC_CHECK;
/* Writes, judges the result, renames.  Nothing to change: nothing is done. */
enum edoc_code ed_change_publish(struct ed_change *c, struct edoc_error *err) EDOC_CHECK;
void ed_change_clear(struct ed_change *c);

/* The path still names the file that was opened: EDOC_ERR_AGAIN when it does not. */
enum edoc_code ed_change_named(int fd, const char *path, struct edoc_error *err) EDOC_CHECK;
/* Nor has anybody written to it since: one who takes no lock. */
bool ed_change_touched(int fd, const struct stat *was);
enum edoc_code ed_change_still(int fd, const struct stat *was, const char *path,
                               struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_change_lost(const char *path, struct edoc_error *err);
/* Opens a file and locks it against another writer that does so; `was`: as it is. */
enum edoc_code ed_change_lock(const char *path, int *fd, struct stat *was,
                              struct edoc_error *err) EDOC_CHECK;

#endif
