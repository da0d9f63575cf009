/* SPDX-License-Identifier: ISC */
#include "door/db.h"

#include <unistd.h>

#include "../tap.h"

static const char schema[] = "CREATE TABLE item(id TEXT PRIMARY KEY) STRICT;";
static struct edoc_error err;

static int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

int main(void)
{
	char dir[] = "/tmp/edoc-db.XXXXXX", path[64];
	sqlite3 *db = NULL, *other = NULL;
	bool fresh = false;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/index", dir);

	is_ok(ed_db_open(path, 3, schema, &db, &fresh, &err), &err, "a new index opens");
	ok(fresh, "it is fresh");
	is_int(ask(db, "PRAGMA foreign_keys"), 1, "foreign keys are on");
	is_int(ask(db, "PRAGMA trusted_schema"), 0, "the schema is not trusted");
	is_int(ask(db, "PRAGMA synchronous"), 1, "synchronous is NORMAL");
	ed_db_close(db);
	is_ok(ed_db_open(path, 3, schema, &db, &fresh, &err), &err, "it opens again");
	ok(fresh, "and is fresh until it is filled");
	is_ok(ed_db_exec(db, "INSERT INTO item VALUES('a')", &err), &err, "a row goes in");
	is_ok(ed_db_filled(db, 3, &err), &err, "it is filled");
	ed_db_close(db);
	is_ok(ed_db_open(path, 3, schema, &db, &fresh, &err), &err, "opens a third time");
	ok(!fresh, "and is not fresh");
	is_int(ask(db, "SELECT count(*) FROM item"), 1, "the row is there");
	fails(ed_db_exec(db, "INSERT INTO nowhere VALUES(1)", &err), EDOC_ERR_BUG, &err, "nowhere",
	      "wrong SQL is our bug");

	is_ok(ed_db_open(path, 3, schema, &other, &fresh, &err), &err, "a second reader");
	sqlite3_busy_timeout(other, 10);
	is_ok(ed_db_exec(db, "BEGIN IMMEDIATE", &err), &err, "one writes");
	fails(ed_db_exec(other, "BEGIN IMMEDIATE", &err), EDOC_ERR_AGAIN, &err, "locked",
	      "the other may try again");
	ed_db_close(other);
	ed_db_close(db);

	is_ok(ed_db_open(path, 4, schema, &db, &fresh, &err), &err, "another version opens");
	ok(fresh && ask(db, "SELECT count(*) FROM item") == 0, "it was made anew");
	ed_db_close(db);

	FILE *f = fopen(path, "w");
	if (f) {
		for (int i = 0; i < 200; i++)
			fputs("this is no database\n", f);
		fclose(f);
	}
	is_ok(ed_db_open(path, 4, schema, &db, &fresh, &err), &err, "a file that is no database");
	ok(fresh && ask(db, "SELECT count(*) FROM item") == 0, "it was made anew");
	ed_db_close(db);

	unlink(path);
	rmdir(dir);
	fails(ed_db_open("/nonexistent/index", 1, schema, &db, &fresh, &err), EDOC_ERR_EXISTS, &err,
	      "open", "a folder that is not there");
	ok(!db, "and no handle");
	return done();
}
