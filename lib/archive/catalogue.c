/* SPDX-License-Identifier: ISC */
#include "archive/catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/time.h"
#include "door/db.h"

#define VERSION 2

/* checked_seq: of the journal line of the last look; orders the next one. */
static const char schema[] =
        "CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL,"
        " time INTEGER NOT NULL, segment INTEGER NOT NULL, first INTEGER NOT NULL,"
        " last INTEGER NOT NULL, closed INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;"
        "CREATE TABLE pinned (sha256 TEXT NOT NULL) STRICT;"
        "CREATE TABLE object (id TEXT PRIMARY KEY, name TEXT NOT NULL, bytes INTEGER NOT NULL,"
        " sha512 TEXT NOT NULL, inventory TEXT NOT NULL, signer TEXT NOT NULL,"
        " kept INTEGER NOT NULL, kept_indication INTEGER NOT NULL, kept_sub TEXT NOT NULL,"
        " kept_exit INTEGER NOT NULL, checked_seq INTEGER NOT NULL UNIQUE,"
        " checked INTEGER NOT NULL, indication INTEGER NOT NULL, sub TEXT NOT NULL,"
        " exit INTEGER NOT NULL, intact INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
        "CREATE INDEX object_name ON object (name);"
        "CREATE TABLE line (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, segment INTEGER NOT NULL,"
        " first INTEGER NOT NULL, last INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;"
        "CREATE INDEX line_id ON line (id, seq);"
        "CREATE TABLE naming (name TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (name, id))"
        " STRICT, WITHOUT ROWID;";

enum question {
	Q_HEAD,
	Q_SET_HEAD,
	Q_PIN,
	Q_PINNED,
	Q_INGEST,
	Q_VALIDATION,
	Q_LINE,
	Q_GET,
	Q_MATCH,
	Q_OLDEST,
	Q_LINES,
	Q_COUNT,
	Q_LINE_AT,
	Q_LINE_COUNT,
	Q_NAMING,
	Q_NAMED,
	Q_NAMING_COUNT,
	Q_N
};

static const char *const sql[Q_N] = {
        [Q_HEAD] = "SELECT seq, time, segment, first, last, closed, digest FROM head",
        [Q_SET_HEAD] = "REPLACE INTO head VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        [Q_PIN] = "INSERT INTO pinned VALUES (?1)",
        [Q_PINNED] = "SELECT sha256 FROM pinned ORDER BY rowid DESC LIMIT 1",
        [Q_INGEST] = "INSERT INTO object VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                     " ?7, ?8, ?9, ?10, 1)",
        [Q_VALIDATION] = "UPDATE object SET checked_seq = ?2, checked = ?3, indication = ?4,"
                         " sub = ?5, exit = ?6, intact = ?7 WHERE id = ?1",
        [Q_LINE] = "INSERT INTO line VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        [Q_GET] = "SELECT name, bytes, sha512, inventory, signer, kept, kept_indication, kept_sub,"
                  " kept_exit, checked, indication, sub, exit, intact, checked_seq FROM object"
                  " WHERE id = ?1",
        [Q_MATCH] = "SELECT id FROM object WHERE id >= ?1 AND id < ?1 || 'g' AND ?1 <> ''"
                    " UNION SELECT id FROM object WHERE name = ?2"
                    " UNION SELECT id FROM naming WHERE name = ?2 LIMIT 2",
        [Q_OLDEST] = "SELECT checked_seq, id FROM object WHERE checked_seq > ?1 AND"
                     " checked_seq <= ?2 ORDER BY checked_seq LIMIT 1",
        [Q_LINES] = "SELECT seq, segment, first, last, digest FROM line WHERE id = ?1 ORDER BY seq",
        [Q_COUNT] = "SELECT count(*) FROM object",
        [Q_LINE_AT] = "SELECT id, segment, first, last, digest FROM line WHERE seq = ?1",
        [Q_LINE_COUNT] = "SELECT count(*) FROM line",
        [Q_NAMING] = "INSERT OR IGNORE INTO naming VALUES (?2, ?1)",
        [Q_NAMED] = "SELECT 1 FROM object WHERE id = ?1 AND name = ?2"
                    " UNION SELECT 1 FROM naming WHERE id = ?1 AND name = ?2",
        [Q_NAMING_COUNT] = "SELECT count(*) FROM naming",
};

struct ed_catalogue {
	sqlite3 *db;
	sqlite3_stmt *asked[Q_N];
	bool changing; /* a transaction is open */
};

void ed_known_clear(struct ed_known *known)
{
	ed_object_clear(&known->object);
	*known = (struct ed_known){.kept = 0};
}

/* ---- opening ---- */

static enum edoc_code open_at(const char *path, struct ed_catalogue **catalogue,
                              struct edoc_error *err)
{
	bool fresh;
	struct ed_catalogue *c = calloc(1, sizeof *c);
	if (!c)
		return ed_fail_memory(err);
	enum edoc_code code = ed_db_open(path, VERSION, schema, &c->db, &fresh, err);
	/* How far it is filled stands in `head`, so an empty one is a good one. */
	if (code == EDOC_OK && fresh)
		code = ed_db_filled(c->db, VERSION, err);
	if (code != EDOC_OK)
		ed_catalogue_free(c);
	else
		*catalogue = c;
	return code;
}

enum edoc_code ed_catalogue_open_memory(struct ed_catalogue **catalogue, struct edoc_error *err)
{
	return open_at(":memory:", catalogue, err);
}

static enum edoc_code remove_old(const char *path, struct edoc_error *err)
{
	static const char *const tails[] = {"-wal", "-shm", ""};
	for (size_t i = 0; i < 3; i++) {
		char *name = NULL;
		if (asprintf(&name, "%s%s", path, tails[i]) < 0)
			return ed_fail_memory(err);
		bool gone = unlink(name) == 0 || errno == ENOENT;
		free(name);
		if (!gone)
			return ed_fail_errno(err, EDOC_ERR_EXISTS, path,
			                     N_("cannot replace the catalogue"));
	}
	return EDOC_OK;
}

enum edoc_code ed_catalogue_open(const char *root, bool fresh, struct ed_catalogue **catalogue,
                                 struct edoc_error *err)
{
	char *path = ed_path_join(root, "catalogue.sqlite");
	if (!path)
		return ed_fail_memory(err);
	struct stat st;
	enum edoc_code code = EDOC_OK;
	/* SQLite would follow it and write to somebody else's file. */
	if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
		code = ed_fail(err, EDOC_ERR_DENIED, path,
		               "is a symbolic link; remove it, the catalogue is made again");
	if (code == EDOC_OK && fresh)
		code = remove_old(path, err);
	if (code == EDOC_OK)
		code = open_at(path, catalogue, err);
	free(path);
	return code;
}

void ed_catalogue_free(struct ed_catalogue *catalogue)
{
	if (!catalogue)
		return;
	for (size_t i = 0; i < Q_N; i++)
		sqlite3_finalize(catalogue->asked[i]);
	ed_db_close(catalogue->db); /* rolls back what is open */
	free(catalogue);
}

/* ---- asking ---- */

static enum edoc_code trouble(struct ed_catalogue *catalogue, struct edoc_error *err)
{
	return ed_db_fail(catalogue->db, N_("the catalogue (run rebuild)"), err);
}

/* A prepared statement, ready to be bound; NULL: db_fail tells. */
static sqlite3_stmt *ask(struct ed_catalogue *catalogue, enum question q)
{
	sqlite3_stmt **stmt = &catalogue->asked[q];
	if (!*stmt && sqlite3_prepare_v3(catalogue->db, sql[q], -1, SQLITE_PREPARE_PERSISTENT, stmt,
	                                 NULL) != SQLITE_OK)
		return NULL;
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
	return *stmt;
}

static int bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	return sqlite3_bind_text(stmt, i, text, -1, SQLITE_TRANSIENT);
}

static void column_copy(sqlite3_stmt *stmt, int i, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);
	snprintf(out, size, "%s", text ? text : "");
}

/* Steps a statement without rows. */
static enum edoc_code carry_out(struct ed_catalogue *catalogue, sqlite3_stmt *stmt, int bad,
                                struct edoc_error *err)
{
	if (!stmt || bad || sqlite3_step(stmt) != SQLITE_DONE)
		return trouble(catalogue, err);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

static bool column_digest(sqlite3_stmt *stmt, int i, unsigned char out[ED_JOURNAL_DIGEST])
{
	const void *blob = sqlite3_column_blob(stmt, i);
	if (!blob || sqlite3_column_bytes(stmt, i) != ED_JOURNAL_DIGEST)
		return false;
	memcpy(out, blob, ED_JOURNAL_DIGEST);
	return true;
}

/* ---- following the journal ---- */

static enum edoc_code get_head(struct ed_catalogue *catalogue, struct ed_journal_pos *pos,
                               struct edoc_error *err)
{
	*pos = (struct ed_journal_pos){.seq = 0};
	sqlite3_stmt *stmt = ask(catalogue, Q_HEAD);
	int step = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;
	if (step == SQLITE_ROW) {
		pos->seq = sqlite3_column_int64(stmt, 0);
		pos->time = sqlite3_column_int64(stmt, 1);
		pos->segment = (uint32_t)sqlite3_column_int64(stmt, 2);
		pos->start = (uint64_t)sqlite3_column_int64(stmt, 3);
		pos->end = (uint64_t)sqlite3_column_int64(stmt, 4);
		pos->closed = sqlite3_column_int(stmt, 5);
		if (!column_digest(stmt, 6, pos->digest))
			step = SQLITE_CORRUPT;
	}
	sqlite3_reset(stmt);
	if (step == SQLITE_CORRUPT)
		return ed_fail(err, EDOC_ERR_INPUT, "catalogue.sqlite", "is no catalogue");
	return step == SQLITE_ROW || step == SQLITE_DONE ? EDOC_OK : trouble(catalogue, err);
}

static enum edoc_code set_head(struct ed_catalogue *catalogue, const struct ed_journal_pos *pos,
                               struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(catalogue, Q_SET_HEAD);
	int bad = !stmt || sqlite3_bind_int64(stmt, 1, pos->seq) ||
	          sqlite3_bind_int64(stmt, 2, pos->time) ||
	          sqlite3_bind_int64(stmt, 3, pos->segment) ||
	          sqlite3_bind_int64(stmt, 4, (int64_t)pos->start) ||
	          sqlite3_bind_int64(stmt, 5, (int64_t)pos->end) ||
	          sqlite3_bind_int(stmt, 6, pos->closed) ||
	          sqlite3_bind_blob(stmt, 7, pos->digest, ED_JOURNAL_DIGEST, SQLITE_TRANSIENT);
	return carry_out(catalogue, stmt, bad, err);
}

/* Opens the transaction, if none is.  Another process may have followed the
 * journal before we had the lock: EDOC_ERR_AGAIN. */
static enum edoc_code begin(struct ed_catalogue *catalogue, int64_t seq, struct edoc_error *err)
{
	struct ed_journal_pos head;
	if (catalogue->changing)
		return EDOC_OK;
	enum edoc_code code = ed_db_exec(catalogue->db, "BEGIN IMMEDIATE", err);
	if (code != EDOC_OK)
		return code;
	catalogue->changing = true;
	code = get_head(catalogue, &head, err);
	if (code == EDOC_OK && head.seq != seq - 1)
		code = ed_fail(err, EDOC_ERR_AGAIN, "catalogue.sqlite",
		               "another process brought it up to date");
	return code;
}

void ed_catalogue_witness(const char *root, struct ed_journal_pos *pos)
{
	struct ed_catalogue catalogue = {.db = NULL};
	char *path = ed_path_join(root, "catalogue.sqlite");
	*pos = (struct ed_journal_pos){.seq = 0};
	if (!path || !ed_db_look(path, &catalogue.db) || get_head(&catalogue, pos, NULL) != EDOC_OK)
		pos->seq = 0;
	sqlite3_finalize(catalogue.asked[Q_HEAD]);
	ed_db_close(catalogue.db);
	free(path);
}

enum edoc_code ed_catalogue_commit(struct ed_catalogue *catalogue, struct edoc_error *err)
{
	if (!catalogue->changing)
		return EDOC_OK;
	enum edoc_code code = ed_db_exec(catalogue->db, "COMMIT", err);
	if (code == EDOC_OK)
		catalogue->changing = false;
	else
		ed_catalogue_rollback(catalogue);
	return code;
}

void ed_catalogue_rollback(struct ed_catalogue *catalogue)
{
	/* It cannot fail in a way that matters: closing would do the same. */
	if (catalogue->changing && ed_db_exec(catalogue->db, "ROLLBACK", NULL) == EDOC_OK)
		catalogue->changing = false;
	catalogue->changing = false;
}

/* The verdict in the facts of an ingest or a validation. */
static bool facts_verdict(const json_t *facts, struct ed_verdict *verdict)
{
	static const char *const words[] = {"INDETERMINATE", "TOTAL-FAILED", "TOTAL-PASSED"};
	const char *indication = ed_json_get_str(facts, "indication");
	const char *sub = ed_json_get_str(facts, "subindication");
	const json_t *status = json_object_get(facts, "exit");
	if (!indication || !json_is_integer(status))
		return false;
	verdict->exit = (int)json_integer_value(status);
	snprintf(verdict->subindication, sizeof verdict->subindication, "%s", sub ? sub : "");
	for (int i = 0; i < 3; i++)
		if (!strcmp(indication, words[i])) {
			verdict->indication = (enum edoc_indication)i;
			return true;
		}
	return false;
}

static const char *first_signer(const json_t *facts)
{
	const char *subject =
	        ed_json_get_str(json_array_get(json_object_get(facts, "signers"), 0), "subject");
	return subject ? subject : "";
}

static enum edoc_code bad_facts(const struct ed_journal_pos *pos, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, "journal", "line %lld does not say what its event must",
	               (long long)pos->seq);
}

static enum edoc_code take_ingest(struct ed_catalogue *catalogue, const char *id,
                                  const json_t *facts, const struct ed_journal_pos *pos,
                                  struct edoc_error *err)
{
	struct ed_verdict verdict;
	const char *name = ed_json_get_str(facts, "name");
	const char *sha512 = ed_json_get_str(facts, "sha512");
	const char *inventory = ed_json_get_str(facts, "inventory");
	const json_t *bytes = json_object_get(facts, "bytes");
	if (!id || !name || !sha512 || !inventory || !json_is_integer(bytes) ||
	    !facts_verdict(facts, &verdict))
		return bad_facts(pos, err);
	sqlite3_stmt *stmt = ask(catalogue, Q_INGEST);
	int bad =
	        !stmt || bind_text(stmt, 1, id) || bind_text(stmt, 2, name) ||
	        sqlite3_bind_int64(stmt, 3, json_integer_value(bytes)) ||
	        bind_text(stmt, 4, sha512) || bind_text(stmt, 5, inventory) ||
	        bind_text(stmt, 6, first_signer(facts)) || sqlite3_bind_int64(stmt, 7, pos->time) ||
	        sqlite3_bind_int(stmt, 8, (int)verdict.indication) ||
	        bind_text(stmt, 9, verdict.subindication) ||
	        sqlite3_bind_int(stmt, 10, verdict.exit) || sqlite3_bind_int64(stmt, 11, pos->seq);
	return carry_out(catalogue, stmt, bad, err);
}

static enum edoc_code take_validation(struct ed_catalogue *catalogue, const char *id,
                                      const json_t *facts, const struct ed_journal_pos *pos,
                                      struct edoc_error *err)
{
	struct ed_verdict verdict;
	const json_t *intact = json_object_get(facts, "intact");
	if (!id || !json_is_boolean(intact) || !facts_verdict(facts, &verdict))
		return bad_facts(pos, err);
	sqlite3_stmt *stmt = ask(catalogue, Q_VALIDATION);
	int bad = !stmt || bind_text(stmt, 1, id) || sqlite3_bind_int64(stmt, 2, pos->seq) ||
	          sqlite3_bind_int64(stmt, 3, pos->time) ||
	          sqlite3_bind_int(stmt, 4, (int)verdict.indication) ||
	          bind_text(stmt, 5, verdict.subindication) ||
	          sqlite3_bind_int(stmt, 6, verdict.exit) ||
	          sqlite3_bind_int(stmt, 7, json_is_true(intact));
	enum edoc_code code = carry_out(catalogue, stmt, bad, err);
	if (code == EDOC_OK && sqlite3_changes(catalogue->db) != 1)
		code = bad_facts(pos, err); /* of an object that never came in */
	return code;
}

/* The bytes of an object came again under another name. */
static enum edoc_code take_naming(struct ed_catalogue *catalogue, const char *id,
                                  const json_t *facts, const struct ed_journal_pos *pos,
                                  struct edoc_error *err)
{
	const char *name = ed_json_get_str(facts, "name");
	if (!id || !name)
		return bad_facts(pos, err);
	sqlite3_stmt *stmt = ask(catalogue, Q_NAMING);
	return carry_out(catalogue, stmt,
	                 !stmt || bind_text(stmt, 1, id) || bind_text(stmt, 2, name), err);
}

static enum edoc_code take_creation(struct ed_catalogue *catalogue, const json_t *facts,
                                    struct edoc_error *err)
{
	const char *sha256 = ed_json_get_str(json_object_get(facts, "certificate"), "sha256");
	sqlite3_stmt *stmt = ask(catalogue, Q_PIN);
	return carry_out(catalogue, stmt, !stmt || bind_text(stmt, 1, sha256 ? sha256 : ""), err);
}

static enum edoc_code take_line(struct ed_catalogue *catalogue, const char *id,
                                const struct ed_journal_pos *pos, struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(catalogue, Q_LINE);
	int bad = !stmt || sqlite3_bind_int64(stmt, 1, pos->seq) || bind_text(stmt, 2, id) ||
	          sqlite3_bind_int64(stmt, 3, pos->segment) ||
	          sqlite3_bind_int64(stmt, 4, (int64_t)pos->start) ||
	          sqlite3_bind_int64(stmt, 5, (int64_t)pos->end) ||
	          sqlite3_bind_blob(stmt, 6, pos->digest, ED_JOURNAL_DIGEST, SQLITE_TRANSIENT);
	return carry_out(catalogue, stmt, bad, err);
}

/* The id in a record's `object`, or NULL. */
static const char *record_id(const json_t *record)
{
	const char *object = ed_json_get_str(record, "object");
	bool ours = object && !strncmp(object, ED_OBJECT_URN, strlen(ED_OBJECT_URN)) &&
	            strlen(object) == strlen(ED_OBJECT_URN) + 64;
	return ours ? object + strlen(ED_OBJECT_URN) : NULL;
}

enum edoc_code ed_catalogue_apply(void *arg, const json_t *record, const struct ed_journal_pos *pos,
                                  struct edoc_error *err)
{
	struct ed_catalogue *catalogue = arg;
	const char *event = ed_json_get_str(record, "event");
	const char *object = ed_json_get_str(record, "object");
	const json_t *facts = json_object_get(record, "facts");
	const char *id = record_id(record);
	if (!event || (object && !id))
		return bad_facts(pos, err);
	enum edoc_code code = begin(catalogue, pos->seq, err);
	if (code == EDOC_OK && !strcmp(event, "creation"))
		code = take_creation(catalogue, facts, err);
	else if (code == EDOC_OK && !strcmp(event, "ingest"))
		code = take_ingest(catalogue, id, facts, pos, err);
	else if (code == EDOC_OK && !strcmp(event, "validation"))
		code = take_validation(catalogue, id, facts, pos, err);
	else if (code == EDOC_OK && !strcmp(event, "naming"))
		code = take_naming(catalogue, id, facts, pos, err);
	if (code == EDOC_OK && id)
		code = take_line(catalogue, id, pos, err);
	if (code == EDOC_OK)
		code = set_head(catalogue, pos, err);
	return code;
}

enum edoc_code ed_catalogue_follow(struct ed_catalogue *catalogue, struct ed_journal *journal,
                                   struct ed_journal_pos *pos, struct edoc_error *err)
{
	enum edoc_code code = EDOC_ERR_AGAIN;
	for (int tries = 0; code == EDOC_ERR_AGAIN && tries < 8; tries++) {
		code = get_head(catalogue, pos, err);
		/* Nothing new: no lock is taken, so readers disturb nobody. */
		if (code == EDOC_OK)
			code = ed_journal_replay(journal, pos, ed_catalogue_apply, catalogue, err);
		if (code == EDOC_OK)
			code = ed_catalogue_commit(catalogue, err);
		else
			ed_catalogue_rollback(catalogue);
	}
	return code;
}

/* ---- answers ---- */

static void column_verdict(sqlite3_stmt *stmt, int i, struct ed_verdict *verdict)
{
	verdict->indication = (enum edoc_indication)sqlite3_column_int(stmt, i);
	column_copy(stmt, i + 1, verdict->subindication, sizeof verdict->subindication);
	verdict->exit = sqlite3_column_int(stmt, i + 2);
}

enum edoc_code ed_catalogue_get(struct ed_catalogue *catalogue, const char *id, bool *found,
                                struct ed_known *known, struct edoc_error *err)
{
	*found = false;
	*known = (struct ed_known){.kept = 0};
	sqlite3_stmt *stmt = ask(catalogue, Q_GET);
	int step = stmt && !bind_text(stmt, 1, id) ? sqlite3_step(stmt) : SQLITE_ERROR;
	if (step == SQLITE_DONE)
		return EDOC_OK;
	if (step != SQLITE_ROW)
		return trouble(catalogue, err);
	const char *name = (const char *)sqlite3_column_text(stmt, 0);
	known->object.name = name ? strdup(name) : NULL;
	snprintf(known->object.id, sizeof known->object.id, "%s", id);
	known->object.bytes = (uint64_t)sqlite3_column_int64(stmt, 1);
	column_copy(stmt, 2, known->object.sha512, sizeof known->object.sha512);
	column_copy(stmt, 3, known->object.inventory, sizeof known->object.inventory);
	column_copy(stmt, 4, known->signer, sizeof known->signer);
	known->kept = sqlite3_column_int64(stmt, 5);
	column_verdict(stmt, 6, &known->accepted);
	known->checked = sqlite3_column_int64(stmt, 9);
	column_verdict(stmt, 10, &known->latest);
	known->intact = sqlite3_column_int(stmt, 13);
	known->checked_seq = sqlite3_column_int64(stmt, 14);
	sqlite3_reset(stmt);
	*found = known->object.name != NULL;
	return *found ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_catalogue_match(struct ed_catalogue *catalogue, const char *prefix,
                                  const char *name, char ids[2][65], size_t *n,
                                  struct edoc_error *err)
{
	*n = 0;
	sqlite3_stmt *stmt = ask(catalogue, Q_MATCH);
	int step = stmt && !bind_text(stmt, 1, prefix) && !bind_text(stmt, 2, name)
	                   ? sqlite3_step(stmt)
	                   : SQLITE_ERROR;
	for (; step == SQLITE_ROW && *n < 2; step = sqlite3_step(stmt))
		column_copy(stmt, 0, ids[(*n)++], 65);
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		return trouble(catalogue, err);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

enum edoc_code ed_catalogue_named(struct ed_catalogue *catalogue, const char *id, const char *name,
                                  bool *named, struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(catalogue, Q_NAMED);
	int step = stmt && !bind_text(stmt, 1, id) && !bind_text(stmt, 2, name) ? sqlite3_step(stmt)
	                                                                        : SQLITE_ERROR;
	*named = step == SQLITE_ROW;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return trouble(catalogue, err);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

enum edoc_code ed_catalogue_oldest(struct ed_catalogue *catalogue, int64_t *after, int64_t until,
                                   char id[65], bool *found, struct edoc_error *err)
{
	*found = false;
	sqlite3_stmt *stmt = ask(catalogue, Q_OLDEST);
	int step =
	        stmt && !sqlite3_bind_int64(stmt, 1, *after) && !sqlite3_bind_int64(stmt, 2, until)
	                ? sqlite3_step(stmt)
	                : SQLITE_ERROR;
	if (step == SQLITE_ROW) {
		*after = sqlite3_column_int64(stmt, 0);
		column_copy(stmt, 1, id, 65);
		*found = true;
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		return trouble(catalogue, err);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

enum edoc_code ed_catalogue_lines(struct ed_catalogue *catalogue, const char *id,
                                  ed_catalogue_line_fn *fn, void *arg, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	sqlite3_stmt *stmt = ask(catalogue, Q_LINES);
	int step = stmt && !bind_text(stmt, 1, id) ? sqlite3_step(stmt) : SQLITE_ERROR;
	for (; code == EDOC_OK && step == SQLITE_ROW; step = sqlite3_step(stmt)) {
		struct ed_journal_pos pos = {.seq = sqlite3_column_int64(stmt, 0)};
		pos.segment = (uint32_t)sqlite3_column_int64(stmt, 1);
		pos.start = (uint64_t)sqlite3_column_int64(stmt, 2);
		pos.end = (uint64_t)sqlite3_column_int64(stmt, 3);
		if (!column_digest(stmt, 4, pos.digest))
			code = ed_fail(err, EDOC_ERR_INPUT, "catalogue.sqlite",
			               "is damaged; run rebuild");
		else
			code = fn(arg, &pos, err);
	}
	if (code == EDOC_OK && step != SQLITE_DONE)
		code = trouble(catalogue, err);
	sqlite3_reset(stmt);
	return code;
}

enum edoc_code ed_catalogue_pinned(struct ed_catalogue *catalogue, char sha256[65],
                                   struct edoc_error *err)
{
	*sha256 = '\0';
	sqlite3_stmt *stmt = ask(catalogue, Q_PINNED);
	int step = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;
	if (step == SQLITE_ROW)
		column_copy(stmt, 0, sha256, 65);
	else if (step != SQLITE_DONE)
		return trouble(catalogue, err);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

/* ---- the catalogue against the whole journal ---- */

struct check {
	struct ed_catalogue *catalogue;
	struct ed_journal_pos head; /* the catalogue's; lines after it are newer than our look */
	int64_t objects, lines;     /* of the journal */
	int64_t names;
	int64_t looked; /* objects whose last look is the line it should be */
	bool same;
};

static bool same_verdict(const struct ed_verdict *a, const struct ed_verdict *b)
{
	return a->indication == b->indication && a->exit == b->exit &&
	       !strcmp(a->subindication, b->subindication);
}

static bool same_text(const json_t *facts, const char *key, const char *value)
{
	const char *text = ed_json_get_str(facts, key);
	return text && !strcmp(text, value);
}

static bool same_intake(const json_t *facts, const struct ed_known *known,
                        const struct ed_verdict *verdict, const struct ed_journal_pos *pos)
{
	return known->kept == pos->time && same_verdict(verdict, &known->accepted) &&
	       same_text(facts, "name", known->object.name) &&
	       same_text(facts, "sha512", known->object.sha512) &&
	       same_text(facts, "inventory", known->object.inventory) &&
	       json_integer_value(json_object_get(facts, "bytes")) ==
	               (json_int_t)known->object.bytes;
}

/* An ingest or a validation against the object's row. */
static enum edoc_code check_object(struct check *check, const char *id, const json_t *facts,
                                   bool intake, const struct ed_journal_pos *pos,
                                   struct edoc_error *err)
{
	struct ed_known known = {.kept = 0};
	struct ed_verdict verdict;
	bool found = false;
	if (!id || !facts_verdict(facts, &verdict))
		return bad_facts(pos, err);
	enum edoc_code code = ed_catalogue_get(check->catalogue, id, &found, &known, err);
	bool same = code == EDOC_OK && found;
	if (same && intake)
		same = same_intake(facts, &known, &verdict, pos);
	if (same && known.checked_seq == pos->seq) {
		bool intact = intake || json_is_true(json_object_get(facts, "intact"));
		same = same_verdict(&verdict, &known.latest) && known.checked == pos->time &&
		       known.intact == intact;
		check->looked++;
	}
	check->objects += intake;
	check->same &= same;
	ed_known_clear(&known);
	return code;
}

/* Where a line of the journal lies, against where the catalogue says. */
static enum edoc_code check_place(struct check *check, const char *id,
                                  const struct ed_journal_pos *pos, struct edoc_error *err)
{
	unsigned char digest[ED_JOURNAL_DIGEST];
	char name[65];
	sqlite3_stmt *stmt = ask(check->catalogue, Q_LINE_AT);
	int step =
	        stmt && !sqlite3_bind_int64(stmt, 1, pos->seq) ? sqlite3_step(stmt) : SQLITE_ERROR;
	check->lines++;
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return trouble(check->catalogue, err);
	if (step == SQLITE_ROW)
		column_copy(stmt, 0, name, sizeof name);
	check->same &= step == SQLITE_ROW && !strcmp(name, id) &&
	               sqlite3_column_int64(stmt, 1) == pos->segment &&
	               sqlite3_column_int64(stmt, 2) == (int64_t)pos->start &&
	               sqlite3_column_int64(stmt, 3) == (int64_t)pos->end &&
	               column_digest(stmt, 4, digest) &&
	               !memcmp(digest, pos->digest, sizeof digest);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

/* An ed_journal_fn. */
static enum edoc_code check_record(void *arg, const json_t *record,
                                   const struct ed_journal_pos *pos, struct edoc_error *err)
{
	struct check *check = arg;
	const char *event = ed_json_get_str(record, "event");
	const json_t *facts = json_object_get(record, "facts");
	const char *id = record_id(record);
	enum edoc_code code = EDOC_OK;
	if (pos->seq > check->head.seq)
		return EDOC_OK;
	if (pos->seq == check->head.seq)
		check->same &= !memcmp(pos->digest, check->head.digest, ED_JOURNAL_DIGEST);
	if (!strcmp(event, "creation")) {
		const char *pin = ed_json_get_str(json_object_get(facts, "certificate"), "sha256");
		char pinned[65];
		code = ed_catalogue_pinned(check->catalogue, pinned, err);
		check->same &= code == EDOC_OK && !strcmp(pinned, pin ? pin : "");
	} else if (!strcmp(event, "ingest") || !strcmp(event, "validation")) {
		code = check_object(check, id, facts, *event == 'i', pos, err);
	} else if (!strcmp(event, "naming")) {
		bool named = false;
		const char *name = ed_json_get_str(facts, "name");
		code = id && name ? ed_catalogue_named(check->catalogue, id, name, &named, err)
		                  : bad_facts(pos, err);
		check->same &= named;
		check->names++;
	}
	if (code == EDOC_OK && id)
		code = check_place(check, id, pos, err);
	return code;
}

static enum edoc_code count(struct ed_catalogue *catalogue, enum question q, int64_t *n,
                            struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(catalogue, q);
	if (!stmt || sqlite3_step(stmt) != SQLITE_ROW)
		return trouble(catalogue, err);
	*n = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

enum edoc_code ed_catalogue_count(struct ed_catalogue *catalogue, int64_t *objects,
                                  struct edoc_error *err)
{
	return count(catalogue, Q_COUNT, objects, err);
}

enum edoc_code ed_catalogue_check(struct ed_catalogue *catalogue, struct ed_journal *journal,
                                  bool *same, struct edoc_error *err)
{
	struct check check = {.catalogue = catalogue, .same = true};
	struct ed_journal_pos pos = {.seq = 0};
	int64_t objects = 0;
	int64_t lines = 0;
	int64_t names = 0;
	*same = false;
	/* A reader's look at one moment, whatever a writer adds meanwhile. */
	enum edoc_code code = ed_db_exec(catalogue->db, "BEGIN", err);
	if (code != EDOC_OK)
		return code;
	catalogue->changing = true;
	code = get_head(catalogue, &check.head, err);
	if (code == EDOC_OK)
		code = ed_journal_replay(journal, &pos, check_record, &check, err);
	if (code == EDOC_OK)
		code = count(catalogue, Q_COUNT, &objects, err);
	if (code == EDOC_OK)
		code = count(catalogue, Q_LINE_COUNT, &lines, err);
	if (code == EDOC_OK)
		code = count(catalogue, Q_NAMING_COUNT, &names, err);
	ed_catalogue_rollback(catalogue);
	*same = check.same && objects == check.objects && check.looked == objects &&
	        lines == check.lines && names == check.names && pos.seq >= check.head.seq;
	return code;
}
