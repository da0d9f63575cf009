/* SPDX-License-Identifier: ISC */
#include "door/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"

#define BUSY_MS 5000

enum edoc_code ed_db_fail(sqlite3 *db, const char *what, struct edoc_error *err)
{
	const char *why = db ? sqlite3_errmsg(db) : "out of memory";
	const char *name = db ? sqlite3_db_filename(db, "main") : NULL;
	enum edoc_code code = EDOC_ERR_IO;

	switch (db ? sqlite3_errcode(db) & 0xff : SQLITE_NOMEM) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		code = EDOC_ERR_AGAIN;
		break;
	case SQLITE_NOMEM:
		return ed_fail_memory(err);
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		code = EDOC_ERR_EXISTS;
		break;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
		code = EDOC_ERR_BUG;
		break;
	default:
		break;
	}
	return ed_fail(err, code, name ? name : "", "%s: %s", dgettext("edoc", what), why);
}

void ed_db_close(sqlite3 *db)
{
	(void)sqlite3_close_v2(db);
}

enum edoc_code ed_db_exec(sqlite3 *db, const char *sql, struct edoc_error *err)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return ed_db_fail(db, N_("cannot write the index"), err);
	return EDOC_OK;
}

static bool read_version(sqlite3 *db, int *version)
{
	sqlite3_stmt *stmt = NULL;
	bool good = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
	            sqlite3_step(stmt) == SQLITE_ROW;

	if (good)
		*version = sqlite3_column_int(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return good;
}

static void harden(sqlite3 *db)
{
	(void)sqlite3_busy_timeout(db, BUSY_MS);
	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
}

static enum edoc_code open_file(const char *path, sqlite3 **db, struct edoc_error *err)
{
	sqlite3 *d = NULL;
	enum edoc_code code;

	*db = NULL;
	if (sqlite3_open_v2(path, &d, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
	    SQLITE_OK) {
		code = ed_db_fail(d, N_("cannot open the index"), err);
		ed_db_close(d);
		return code;
	}
	harden(d);
	*db = d;
	return EDOC_OK;
}

/* Does the file hold our schema, filled?  *broken: it is no database. */
static enum edoc_code look(sqlite3 *db, int user_version, bool *usable, bool *broken,
                           struct edoc_error *err)
{
	int version = 0;

	*usable = *broken = false;
	if (sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", NULL, NULL,
	                 NULL) == SQLITE_OK &&
	    read_version(db, &version)) {
		*usable = version == user_version;
		*broken = version != 0 && !*usable;
		return EDOC_OK;
	}
	int why = sqlite3_errcode(db) & 0xff;
	*broken = why == SQLITE_NOTADB || why == SQLITE_CORRUPT;
	return *broken ? EDOC_OK : ed_db_fail(db, N_("cannot open the index"), err);
}

static enum edoc_code remove_files(const char *path, struct edoc_error *err)
{
	static const char *const suffix[] = {"-wal", "-shm", "-journal", ""};

	for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
		char *name = NULL;
		if (asprintf(&name, "%s%s", path, suffix[i]) < 0)
			return ed_fail_memory(err);
		bool gone = unlink(name) == 0 || errno == ENOENT;
		free(name);
		if (!gone)
			return ed_fail_errno(err, EDOC_ERR_EXISTS, path,
			                     N_("cannot replace the index"));
	}
	return EDOC_OK;
}

/* The schema with its version negated: unfilled until ed_db_filled(). */
static enum edoc_code make_schema(sqlite3 *db, int user_version, const char *schema,
                                  struct edoc_error *err)
{
	char mark[48];

	(void)snprintf(mark, sizeof mark, "PRAGMA user_version = %d", -user_version);
	enum edoc_code code = ed_db_exec(db, "BEGIN IMMEDIATE", err);
	if (code == EDOC_OK)
		code = ed_db_exec(db, schema, err);
	if (code == EDOC_OK)
		code = ed_db_exec(db, mark, err);
	if (code == EDOC_OK)
		code = ed_db_exec(db, "COMMIT", err);
	return code;
}

enum edoc_code ed_db_filled(sqlite3 *db, int user_version, struct edoc_error *err)
{
	char mark[48];

	(void)snprintf(mark, sizeof mark, "PRAGMA user_version = %d", user_version);
	return ed_db_exec(db, mark, err);
}

enum edoc_code ed_db_open(const char *path, int user_version, const char *schema, sqlite3 **db,
                          bool *fresh, struct edoc_error *err)
{
	sqlite3 *d = NULL;
	bool usable = false, broken = false;

	*db = NULL;
	*fresh = false;
	enum edoc_code code = open_file(path, &d, err);
	if (code == EDOC_OK)
		code = look(d, user_version, &usable, &broken, err);
	if (code == EDOC_OK && broken) {
		ed_db_close(d);
		d = NULL;
		code = remove_files(path, err);
		if (code == EDOC_OK)
			code = open_file(path, &d, err);
		if (code == EDOC_OK)
			code = look(d, user_version, &usable, &broken, err);
	}
	if (code == EDOC_OK && !usable)
		code = make_schema(d, user_version, schema, err);
	if (code != EDOC_OK) {
		ed_db_close(d);
		return code;
	}
	*db = d;
	*fresh = !usable;
	return EDOC_OK;
}

/* ---- shared ---- */

/* By what SQLite says of the first read: a hot journal that may not be rolled
 * back here makes the file as good as damaged to this reader. */
static enum edoc_code shared_state(sqlite3 *db, int user_version, enum ed_db_state *state,
                                   struct edoc_error *err)
{
	int version = 0;

	if (sqlite3_exec(db, "PRAGMA synchronous = EXTRA", NULL, NULL, NULL) == SQLITE_OK &&
	    read_version(db, &version)) {
		*state = version == user_version ? ED_DB_GOOD : ED_DB_OTHER;
		return EDOC_OK;
	}
	switch (sqlite3_errcode(db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_NOMEM:
	case SQLITE_IOERR:
		return ed_db_fail(db, N_("cannot read the index"), err);
	default:
		*state = ED_DB_DAMAGED;
		return EDOC_OK;
	}
}

enum edoc_code ed_db_open_shared(const char *path, bool write, int user_version, sqlite3 **db,
                                 enum ed_db_state *state, struct edoc_error *err)
{
	sqlite3 *d = NULL;
	struct stat st;
	enum edoc_code code;
	int opened;

	*db = NULL;
	*state = ED_DB_ABSENT;
	if (lstat(path, &st))
		return errno == ENOENT || errno == ENOTDIR
		               ? EDOC_OK
		               : ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot open"));
	*state = ED_DB_DAMAGED;
	if (!S_ISREG(st.st_mode)) /* SQLite would follow a link to somebody else's file */
		return EDOC_OK;
	opened = sqlite3_open_v2(path, &d, write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY,
	                         NULL);
	if (opened != SQLITE_OK && sqlite3_errcode(d) == SQLITE_NOMEM) {
		code = ed_fail_memory(err);
	} else if (opened != SQLITE_OK) { /* not to be had: gone since, or not ours to read */
		code = EDOC_OK;
	} else {
		harden(d);
		code = shared_state(d, user_version, state, err);
	}
	if (!code && *state == ED_DB_GOOD)
		*db = d;
	else
		ed_db_close(d);
	return code;
}

/* SQLite takes the mode of a file that is there, also for its journals. */
static enum edoc_code make_empty(const char *path, struct edoc_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return ed_fail_errno(err, EDOC_ERR_EXISTS, path, N_("cannot create"));
	close(fd);
	return EDOC_OK;
}

enum edoc_code ed_db_create(const char *path, const char *schema, sqlite3 **db,
                            struct edoc_error *err)
{
	*db = NULL;
	enum edoc_code code = make_empty(path, err);
	if (!code)
		code = open_file(path, db, err);
	/* Nobody sees it before it is whole: no journal, and it is synced at the end. */
	if (!code)
		code = ed_db_exec(*db,
		                  "PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE;"
		                  "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
		                  "PRAGMA cache_size = -8192; PRAGMA locking_mode = EXCLUSIVE;"
		                  "BEGIN",
		                  err);
	if (!code)
		code = ed_db_exec(*db, schema, err);
	if (code) {
		ed_db_close(*db);
		*db = NULL;
	}
	return code;
}

enum edoc_code ed_db_seal(sqlite3 *db, int user_version, struct edoc_error *err)
{
	const char *name = sqlite3_db_filename(db, "main");
	enum edoc_code code = ed_db_filled(db, user_version, err);
	int fd;

	if (!code)
		code = ed_db_exec(db, "COMMIT", err);
	fd = code ? -1 : open(name, O_RDONLY | O_CLOEXEC);
	if (!code && (fd < 0 || fsync(fd)))
		code = ed_fail_errno(err, EDOC_ERR_IO, name, N_("cannot write to the disk"));
	if (fd >= 0)
		close(fd);
	ed_db_close(db);
	return code;
}

bool ed_db_look(const char *path, sqlite3 **db)
{
	char *wal = NULL;
	char *vfs_path = NULL;
	bool good = false;

	*db = NULL;
	/* Without a WAL nobody writes: no -shm needs to be made to read it. */
	if (asprintf(&wal, "%s-wal", path) < 0)
		return false;
	if (access(wal, F_OK) == 0 || strpbrk(path, "?#%"))
		vfs_path = strdup(path);
	else if (asprintf(&vfs_path, "file:%s?immutable=1", path) < 0)
		vfs_path = NULL;
	if (vfs_path)
		good = sqlite3_open_v2(vfs_path, db,
		                       SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
		                               SQLITE_OPEN_NOFOLLOW,
		                       NULL) == SQLITE_OK;
	free(vfs_path);
	free(wal);
	return good;
}
