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

/* Opens a file that is there to read it, and leaves nothing beside it.  false:
 * not to be had; *db is for ed_db_close() all the same. */
bool ed_db_look(const char *path, sqlite3 **db);

#endif
