/* SPDX-License-Identifier: ISC */
/* The door to SQLite: rebuildable caches, never the truth. */
#ifndef ED_DOOR_DB_H
#define ED_DOOR_DB_H

#include <sqlite3.h>

#include "edoc.h"

/* WAL, synchronous NORMAL, foreign keys on, trusted_schema off, busy time-out
 * 5 s.  A file that is no database, or of another user_version, is removed
 * and made anew: *fresh tells that the caller must fill it and say so by
 * ed_db_filled(); until then every open is fresh, so that a crash in between
 * leaves no empty index that looks whole.  user_version is positive. */
enum edoc_code ed_db_open(const char *path, int user_version, const char *schema, sqlite3 **db,
			  bool *fresh, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_db_filled(sqlite3 *db, int user_version, struct edoc_error *err) EDOC_CHECK;
void ed_db_close(sqlite3 *db);
enum edoc_code ed_db_exec(sqlite3 *db, const char *sql, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_db_fail(sqlite3 *db, const char *what, struct edoc_error *err);

/*
 * A file in a folder that several people and machines share: a rollback
 * journal (synchronous EXTRA) and file locks, no shared memory (WAL wants one,
 * and so no NFS).  It is made whole under another name by ed_db_create(), in
 * the order in which it is filled: the same rows give the same bytes.
 */
enum ed_db_state {
	ED_DB_GOOD,
	ED_DB_ABSENT,
	ED_DB_OTHER,   /* made by another version */
	ED_DB_DAMAGED, /* no database, or none that can be read */
};

/* state but GOOD: *db is NULL.  write false: may the caller not write, it is
 * opened to be read. */
enum edoc_code ed_db_open_shared(const char *path, bool write, int user_version, sqlite3 **db,
				 enum ed_db_state *state, struct edoc_error *err) EDOC_CHECK;
/* A new file, with a transaction begun; ed_db_seal() ends it, writes the
 * version and closes, whatever came of it. */
enum edoc_code ed_db_create(const char *path, const char *schema, sqlite3 **db,
			    struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_db_seal(sqlite3 *db, int user_version, struct edoc_error *err) EDOC_CHECK;

/* Opens a file that is there to read it, and leaves nothing beside it.  false:
 * not to be had; *db is for ed_db_close() all the same. */
bool ed_db_look(const char *path, sqlite3 **db);

#endif
