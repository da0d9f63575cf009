/* SPDX-License-Identifier: ISC */
#include "route/index.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* ---- columns ---- */

enum kind { TEXT, NUMBER, YES_NO, PHASE, COUNT, TIME };

struct column {
	enum kind kind;
	size_t at; /* in what it is a member of */
};

#define ROW(member) offsetof(struct ed_row, member)
#define STEP(member) offsetof(struct ed_row_step, member)
#define TERM(member) offsetof(struct ed_row_term, member)
#define AWAY(member) offsetof(struct ed_row_away, member)
#define LINK(member) offsetof(struct ed_row_link, member)
#define NAMED(member) offsetof(struct ed_named, member)

static const struct column of_case[] = {
        {TEXT, ROW(id)},
        {NUMBER, ROW(entries)},
        {TIME, ROW(time)},
        {TIME, ROW(submitted)},
        {PHASE, ROW(phase)},
        {YES_NO, ROW(newer)},
        {YES_NO, ROW(awaiting)},
        {YES_NO, ROW(sent)},
        {YES_NO, ROW(here)},
        {YES_NO, ROW(sends)},
        {TEXT, ROW(head)},
        {TEXT, ROW(end)},
        {TEXT, ROW(number)},
        {TEXT, ROW(book)},
        {TEXT, ROW(at)},
        {TEXT, ROW(sent_to)},
        {TEXT, ROW(initiator)},
        {TEXT, ROW(route)},
        {TEXT, ROW(route_sha256)},
        {NUMBER, ROW(route_version)},
        {TEXT, ROW(zone_name)},
        {TEXT, ROW(directory)},
        {NUMBER, ROW(directory_version)},
        {COUNT, ROW(n_steps)},
        {COUNT, ROW(n_terms)},
        {COUNT, ROW(n_away)},
        {TEXT, ROW(back_to)},
        {COUNT, ROW(n_links)},
        {TEXT, ROW(gone)},
        {TIME, ROW(gone_sent)},
        {TIME, ROW(gone_received)},
};
static const struct column of_step[] = {
        {TEXT, STEP(path)},        {TEXT, STEP(does)},
        {TEXT, STEP(role.id)},     {YES_NO, STEP(role.initiator)},
        {TEXT, STEP(role.agency)}, {TEXT, STEP(role.unit)},
        {TEXT, STEP(role.post)},   {TEXT, STEP(role.person)},
        {NUMBER, STEP(visit)},     {TIME, STEP(opened)},
        {TIME, STEP(due)},         {YES_NO, STEP(stands)},
        {YES_NO, STEP(silent)},    {COUNT, STEP(n_with)},
        {COUNT, STEP(n_handed)},
};
static const struct column of_term[] = {
        {TEXT, TERM(clock)},    {TEXT, TERM(step)}, {TEXT, TERM(within)},
        {TIME, TERM(since)},    {TIME, TERM(due)},  {NUMBER, TERM(extensions)},
        {YES_NO, TERM(stands)},
};
static const struct column of_away[] = {
        {TEXT, AWAY(branch)}, {TEXT, AWAY(at)},  {TEXT, AWAY(sent_to)}, {TEXT, AWAY(step)},
        {TIME, AWAY(since)},  {TIME, AWAY(due)}, {TIME, AWAY(back)},    {YES_NO, AWAY(silent)},
};
static const struct column of_link[] = {{TEXT, LINK(target)}, {TEXT, LINK(relation)}};
static const struct column of_named[] = {
        {TEXT, NAMED(role)}, {TEXT, NAMED(person)}, {TEXT, NAMED(post)},
        {TEXT, NAMED(unit)}, {TEXT, NAMED(agency)},
};

#define N(array) (int)(sizeof(array) / sizeof((array)[0]))

static const char schema[] =
        "CREATE TABLE desk (release TEXT NOT NULL, agency TEXT NOT NULL) STRICT;"
        "CREATE TABLE cases (id TEXT PRIMARY KEY, entries INTEGER NOT NULL, time INTEGER,"
        " submitted INTEGER, phase INTEGER NOT NULL, newer INTEGER NOT NULL,"
        " awaiting INTEGER NOT NULL, sent INTEGER NOT NULL, here INTEGER NOT NULL,"
        " sends INTEGER NOT NULL, head TEXT, ending TEXT, number TEXT, book TEXT, place TEXT,"
        " sent_to TEXT, initiator TEXT, route TEXT, route_sha256 TEXT,"
        " route_version INTEGER NOT NULL, zone TEXT, directory TEXT,"
        " directory_version INTEGER NOT NULL, steps INTEGER NOT NULL, terms INTEGER NOT NULL,"
        " away INTEGER NOT NULL, back_to TEXT, links INTEGER NOT NULL, gone TEXT, gone_sent INTEGER,"
        " gone_received INTEGER) STRICT, WITHOUT ROWID;"
        "CREATE TABLE steps (id TEXT, n INTEGER, path TEXT NOT NULL, does TEXT NOT NULL,"
        " role TEXT, initiator INTEGER NOT NULL, agency TEXT, unit TEXT, post TEXT,"
        " person TEXT, visit INTEGER NOT NULL, opened INTEGER, due INTEGER,"
        " stands INTEGER NOT NULL, silent INTEGER NOT NULL, beside INTEGER NOT NULL,"
        " handed INTEGER NOT NULL, PRIMARY KEY (id, n)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE beside (id TEXT, n INTEGER, k INTEGER, role TEXT, person TEXT, post TEXT,"
        " unit TEXT, agency TEXT, PRIMARY KEY (id, n, k)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE handed (id TEXT, n INTEGER, k INTEGER, giver TEXT NOT NULL,"
        " taker TEXT NOT NULL, until TEXT, PRIMARY KEY (id, n, k)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE deputies (id TEXT, n INTEGER, k INTEGER, post TEXT NOT NULL,"
        " PRIMARY KEY (id, n, k)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE terms (id TEXT, n INTEGER, clock TEXT, step TEXT, within TEXT NOT NULL,"
        " since INTEGER, due INTEGER, extensions INTEGER NOT NULL, stands INTEGER NOT NULL,"
        " PRIMARY KEY (id, n)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE away (id TEXT, n INTEGER, branch TEXT, place TEXT, sent_to TEXT, step TEXT,"
        " since INTEGER, due INTEGER, back INTEGER, silent INTEGER NOT NULL,"
        " PRIMARY KEY (id, n)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE links (id TEXT, n INTEGER, target TEXT NOT NULL, relation TEXT NOT NULL,"
        " PRIMARY KEY (id, n)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE words (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;"
        "CREATE TABLE broken (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
        "CREATE TABLE strays (shelf TEXT, path TEXT, PRIMARY KEY (shelf, path))"
        " STRICT, WITHOUT ROWID;"
        "CREATE TABLE tellings (lang TEXT PRIMARY KEY, how TEXT NOT NULL, told INTEGER NOT NULL)"
        " STRICT, WITHOUT ROWID;"
        "CREATE TABLE wakes (id TEXT, lang TEXT, next INTEGER NOT NULL, PRIMARY KEY (id, lang))"
        " STRICT, WITHOUT ROWID;";
/* Once the tables are filled: sorted at once, and in the same pages each time. */
static const char indexes[] =
        "CREATE INDEX cases_running ON cases (id) WHERE phase = 1 AND here = 1;"
        "CREATE INDEX cases_gone ON cases (id) WHERE gone IS NOT NULL AND terms > 0;"
        "CREATE INDEX cases_sent ON cases (id) WHERE sent = 1;"
        "CREATE INDEX cases_sends ON cases (id) WHERE sends = 1;"
        "CREATE INDEX cases_phase ON cases (phase);"
        "CREATE INDEX cases_time ON cases (time);"
        "CREATE INDEX links_target ON links (target);"
        "CREATE INDEX steps_silent ON steps (due) WHERE silent = 1;"
        "CREATE INDEX away_silent ON away (back) WHERE silent = 1;"
        "CREATE INDEX wakes_next ON wakes (lang, next);";

/* What a comparison goes through: what cases tell, not who was told.  The first
 * column is the case, or the path. */
static const char *const tables[] = {"cases", "steps", "beside", "handed", "deputies",
                                     "terms", "away",  "links",  "words",  "broken", NULL};

enum question {
	/* lists, as ed_cases and ed_index_list number them, come first */
	Q_PUT_CASE = ED_INDEX_LISTS,
	Q_PUT_STEP,
	Q_PUT_BESIDE,
	Q_PUT_HANDED,
	Q_PUT_DEPUTY,
	Q_PUT_TERM,
	Q_PUT_AWAY,
	Q_PUT_LINK,
	Q_PUT_WORDS,
	Q_PUT_BROKEN,
	Q_PUT_STRAY,
	Q_PUT_WAKES,
	Q_DROP_STRAYS,
	Q_DROP_CASE,
	Q_DROP_STEPS,
	Q_DROP_BESIDE,
	Q_DROP_HANDED,
	Q_DROP_DEPUTIES,
	Q_DROP_TERMS,
	Q_DROP_AWAY,
	Q_DROP_LINKS,
	Q_DROP_WORDS,
	Q_DROP_WAKES,
	Q_DROP_BROKEN,
	Q_CASE,
	Q_STEPS,
	Q_BESIDE,
	Q_HANDED,
	Q_DEPUTIES,
	Q_TERMS,
	Q_AWAY,
	Q_LINKS,
	Q_SEQ,
	Q_COUNT,
	Q_COUNT_ONE,
	Q_TELLING,
	Q_TELLING_NEW,
	Q_TELLING_OTHER,
	Q_TOLD,
	Q_WAKE,
	Q_WAKE_ALL,
	Q_WAKE_MOST,
	Q_N
};

static const char cases_of_prefix[] =
        "SELECT id FROM cases WHERE id >= ?1 AND id < ?1 || 'g'"
        " UNION SELECT id FROM broken WHERE id >= ?1 AND id < ?1 || 'g'"
        " ORDER BY id";
/* Many are longer than a line. NOLINTBEGIN(bugprone-suspicious-missing-comma) */
static const char *const sql[Q_N] = {
        [ED_CASES_ALL] = "SELECT id FROM cases ORDER BY id",
        [ED_CASES_RUNNING] = "SELECT id FROM cases WHERE phase = 1 AND here = 1 ORDER BY id",
        [ED_CASES_DUE] = "SELECT id FROM cases WHERE phase = 1 AND here = 1"
                         " UNION SELECT id FROM cases WHERE gone IS NOT NULL AND terms > 0"
                         " ORDER BY id",
        [ED_CASES_SENT] = "SELECT id FROM cases WHERE sent = 1 ORDER BY id",
        [ED_CASES_SENDABLE] = "SELECT id FROM cases WHERE sends = 1 OR sent = 1 ORDER BY id",
        [ED_CASES_SILENT] = "SELECT id FROM steps WHERE silent = 1 AND due < ?1"
                            " UNION SELECT id FROM away WHERE silent = 1 AND back < ?1"
                            " AND id IN (SELECT id FROM cases WHERE here = 1) ORDER BY id",
        [ED_CASES_HEALTH] = "SELECT id FROM cases WHERE (phase = 1 AND here = 1) OR sent = 1"
                            " OR time > ?1 ORDER BY id",
        [ED_INDEX_CASES] = cases_of_prefix,
        [ED_INDEX_WORDS] = "SELECT id, text FROM words ORDER BY id",
        [ED_INDEX_BROKEN] = "SELECT id FROM broken ORDER BY id",
        [ED_INDEX_LINKED] = "SELECT id, relation FROM links WHERE target = ?1"
                            " ORDER BY id, relation",
        [ED_INDEX_STRAYS] = "SELECT path, shelf FROM strays ORDER BY shelf, path",
        [ED_INDEX_WAKES] = "SELECT id FROM wakes WHERE lang = ?2 AND next <= ?1 ORDER BY id",
        [Q_PUT_CASE] =
                "INSERT INTO cases VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                " ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27,"
                " ?28, ?29, ?30, ?31)",
        [Q_PUT_STEP] = "INSERT INTO steps VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
                       " ?12, ?13, ?14, ?15, ?16, ?17)",
        [Q_PUT_BESIDE] = "INSERT INTO beside VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        [Q_PUT_HANDED] = "INSERT INTO handed VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        [Q_PUT_DEPUTY] = "INSERT INTO deputies VALUES (?1, ?2, ?3, ?4)",
        [Q_PUT_AWAY] = "INSERT INTO away VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                       " ?9, ?10)",
        [Q_PUT_LINK] = "INSERT INTO links VALUES (?1, ?2, ?3, ?4)",
        [Q_PUT_TERM] = "INSERT INTO terms VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        [Q_PUT_WORDS] = "INSERT INTO words VALUES (?1, ?2)",
        [Q_PUT_BROKEN] = "INSERT INTO broken VALUES (?1)",
        [Q_PUT_STRAY] = "INSERT INTO strays VALUES (?1, ?2)",
        [Q_PUT_WAKES] = "INSERT INTO wakes SELECT ?1, lang, 0 FROM tellings",
        [Q_DROP_STRAYS] = "DELETE FROM strays WHERE shelf = ?1 OR (?1 = '' AND shelf = path)",
        [Q_DROP_CASE] = "DELETE FROM cases WHERE id = ?1",
        [Q_DROP_STEPS] = "DELETE FROM steps WHERE id = ?1",
        [Q_DROP_BESIDE] = "DELETE FROM beside WHERE id = ?1",
        [Q_DROP_HANDED] = "DELETE FROM handed WHERE id = ?1",
        [Q_DROP_DEPUTIES] = "DELETE FROM deputies WHERE id = ?1",
        [Q_DROP_AWAY] = "DELETE FROM away WHERE id = ?1",
        [Q_DROP_LINKS] = "DELETE FROM links WHERE id = ?1",
        [Q_DROP_TERMS] = "DELETE FROM terms WHERE id = ?1",
        [Q_DROP_WORDS] = "DELETE FROM words WHERE id = ?1",
        [Q_DROP_WAKES] = "DELETE FROM wakes WHERE id = ?1",
        [Q_DROP_BROKEN] = "DELETE FROM broken WHERE id = ?1",
        [Q_CASE] = "SELECT * FROM cases WHERE id = ?1",
        [Q_STEPS] = "SELECT * FROM steps WHERE id = ?1 ORDER BY n",
        [Q_BESIDE] = "SELECT * FROM beside WHERE id = ?1 AND n = ?2 ORDER BY k",
        [Q_HANDED] = "SELECT * FROM handed WHERE id = ?1 AND n = ?2 ORDER BY k",
        [Q_DEPUTIES] = "SELECT * FROM deputies WHERE id = ?1 AND n = ?2 ORDER BY k",
        [Q_AWAY] = "SELECT * FROM away WHERE id = ?1 ORDER BY n",
        [Q_LINKS] = "SELECT * FROM links WHERE id = ?1 ORDER BY n",
        [Q_TERMS] = "SELECT * FROM terms WHERE id = ?1 ORDER BY n",
        [Q_SEQ] = "SELECT entries FROM cases WHERE id = ?1",
        [Q_COUNT] = "SELECT count(*) FROM cases WHERE phase = ?1",
        [Q_COUNT_ONE] = "SELECT count(*) FROM cases WHERE phase = ?1 AND id = ?2",
        [Q_TELLING] = "SELECT how, told FROM tellings WHERE lang = ?1",
        [Q_TELLING_NEW] = "INSERT INTO tellings VALUES (?1, ?2, 0)",
        [Q_TELLING_OTHER] = "UPDATE tellings SET how = ?2 WHERE lang = ?1",
        [Q_TOLD] = "UPDATE tellings SET told = ?2 WHERE lang = ?1",
        [Q_WAKE] = "UPDATE wakes SET next = ?3 WHERE id = ?1 AND lang = ?2",
        [Q_WAKE_ALL] = "INSERT INTO wakes SELECT id, ?1, 0 FROM cases",
        [Q_WAKE_MOST] = "UPDATE wakes SET next = 0 WHERE lang = ?1 AND next < 9223372036854775807",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

struct zone { /* each that a case names, loaded once */
	struct zone *next;
	struct ed_zone *zone;
	const char *name;
};

struct ed_index {
	sqlite3 *db;
	sqlite3_stmt *asked[Q_N];
	struct ed_arena *arena;
	struct zone *zones;
	bool failed;
	struct stat file; /* as it was when it was opened */
};

/* ---- asking ---- */

static enum edoc_code trouble(struct ed_index *index, struct edoc_error *err)
{
	index->failed = true;
	return ed_db_fail(index->db, N_("the index (make it anew: index --rebuild)"), err);
}

/* Rows that no release of ours would have written. */
static enum edoc_code damaged(struct ed_index *index, struct edoc_error *err)
{
	index->failed = true;
	return ed_fail(err, EDOC_ERR_IO, "index/cases.sqlite",
	               "is damaged; make it anew: index --rebuild");
}

/* A prepared statement, ready to be bound; NULL: trouble() tells. */
static sqlite3_stmt *ask(struct ed_index *index, int q)
{
	sqlite3_stmt **stmt = &index->asked[q];

	if (!*stmt && sqlite3_prepare_v3(index->db, sql[q], -1, SQLITE_PREPARE_PERSISTENT, stmt,
	                                 NULL) != SQLITE_OK)
		return NULL;
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
	return *stmt;
}

/* The caller's text outlives the step. */
static int bind_text(sqlite3_stmt *stmt, int i, const char *text)
{
	return sqlite3_bind_text(stmt, i, text, -1, SQLITE_STATIC);
}

static int bind_time(sqlite3_stmt *stmt, int i, int64_t t)
{
	return t == ED_TIME_NONE ? sqlite3_bind_null(stmt, i) : sqlite3_bind_int64(stmt, i, t);
}

/* The members as parameters from `first` on. */
static int bind_all(sqlite3_stmt *stmt, int first, const struct column *columns, int n,
                    const void *of)
{
	int bad = 0;

	for (int i = 0; i < n; i++) {
		const void *at = (const char *)of + columns[i].at;

		switch (columns[i].kind) {
		case TEXT:
			bad |= bind_text(stmt, first + i, *(const char *const *)at);
			break;
		case TIME:
			bad |= bind_time(stmt, first + i, *(const int64_t *)at);
			break;
		case NUMBER:
			bad |= sqlite3_bind_int64(stmt, first + i, *(const int64_t *)at);
			break;
		case COUNT:
			bad |= sqlite3_bind_int64(stmt, first + i, (int64_t) * (const size_t *)at);
			break;
		case YES_NO:
			bad |= sqlite3_bind_int(stmt, first + i, *(const bool *)at);
			break;
		case PHASE:
			bad |= sqlite3_bind_int(stmt, first + i, (int)*(const enum ed_phase *)at);
			break;
		}
	}
	return bad;
}

static bool take_text(sqlite3_stmt *stmt, int i, const char **to, struct ed_arena *arena)
{
	const char *text = (const char *)sqlite3_column_text(stmt, i);

	*to = text ? ed_arena_strdup(arena, text) : NULL;
	return !text || *to;
}

/* The members from columns from `first` on; false: no memory. */
static bool take_all(sqlite3_stmt *stmt, int first, const struct column *columns, int n, void *of,
                     struct ed_arena *arena)
{
	bool good = true;

	for (int i = 0; i < n; i++) {
		int64_t number = sqlite3_column_int64(stmt, first + i);
		void *at = (char *)of + columns[i].at;

		switch (columns[i].kind) {
		case TEXT:
			good &= take_text(stmt, first + i, at, arena);
			break;
		case TIME:
			*(int64_t *)at = sqlite3_column_type(stmt, first + i) == SQLITE_NULL
			                         ? ED_TIME_NONE
			                         : number;
			break;
		case NUMBER:
			*(int64_t *)at = number;
			break;
		case COUNT:
			*(size_t *)at = number < 0 ? SIZE_MAX : (size_t)number;
			break;
		case YES_NO:
			*(bool *)at = number != 0;
			break;
		case PHASE:
			*(enum ed_phase *)at =
			        number == ED_PHASE_RUNNING || number == ED_PHASE_ENDED
			                ? (enum ed_phase)number
			                : ED_PHASE_NONE;
			break;
		}
	}
	return good;
}

static enum edoc_code carry_out(struct ed_index *index, sqlite3_stmt *stmt, int bad,
                                struct edoc_error *err)
{
	if (!stmt || bad || sqlite3_step(stmt) != SQLITE_DONE)
		return trouble(index, err);
	sqlite3_reset(stmt);
	return EDOC_OK;
}

/* ---- opening ---- */

static enum edoc_code new_index(struct ed_index **out, struct edoc_error *err)
{
	struct ed_index *index = calloc(1, sizeof(*index));

	if (index)
		index->arena = ed_arena_new();
	if (!index || !index->arena) {
		free(index);
		return ed_fail_memory(err);
	}
	*out = index;
	return EDOC_OK;
}

static void forget_statements(struct ed_index *index)
{
	for (size_t i = 0; i < Q_N; i++) {
		sqlite3_finalize(index->asked[i]);
		index->asked[i] = NULL;
	}
}

void ed_index_free(struct ed_index *index)
{
	if (!index)
		return;
	forget_statements(index);
	ed_db_close(index->db); /* rolls back what is open */
	for (struct zone *z = index->zones; z; z = z->next)
		ed_zone_free(z->zone);
	ed_arena_free(index->arena);
	free(index);
}

bool ed_index_is(const struct ed_index *index, const struct stat *file)
{
	return index->file.st_ino == file->st_ino && index->file.st_dev == file->st_dev;
}

bool ed_index_failed(const struct ed_index *index)
{
	return index->failed;
}

bool ed_index_sound(struct ed_index *index)
{
	sqlite3_stmt *stmt = NULL;
	const char *said = NULL;

	if (sqlite3_prepare_v2(index->db, "PRAGMA quick_check(1)", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		said = (const char *)sqlite3_column_text(stmt, 0);
	bool sound = said && !strcmp(said, "ok");
	sqlite3_finalize(stmt);
	return sound;
}

/* Was it made by this very release, for this agency? */
static enum ed_db_state is_ours(sqlite3 *db, const char *agency)
{
	enum ed_db_state state = ED_DB_DAMAGED;
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(db, "SELECT 1 FROM desk WHERE release = ?1 AND agency = ?2", -1,
	                       &stmt, NULL) == SQLITE_OK &&
	    !bind_text(stmt, 1, edoc_version()) && !bind_text(stmt, 2, agency)) {
		int step = sqlite3_step(stmt);

		if (step == SQLITE_ROW)
			state = ED_DB_GOOD;
		else if (step == SQLITE_DONE)
			state = ED_DB_OTHER;
	}
	sqlite3_finalize(stmt);
	return state;
}

enum edoc_code ed_index_open(const char *path, bool write, const char *agency,
                             struct ed_index **out, enum ed_db_state *state, struct edoc_error *err)
{
	struct ed_index *index = NULL;

	*out = NULL;
	enum edoc_code code = new_index(&index, err);
	/* Before it is opened: one that is replaced in between is another. */
	if (!code && stat(path, &index->file))
		index->file = (struct stat){0};
	if (!code)
		code = ed_db_open_shared(path, write, ED_INDEX_VERSION, &index->db, state, err);
	if (!code && *state == ED_DB_GOOD)
		*state = is_ours(index->db, agency);
	if (!code && *state == ED_DB_GOOD)
		*out = index;
	else
		ed_index_free(index);
	return code;
}

enum edoc_code ed_index_create(const char *path, const char *agency, struct ed_index **out,
                               struct edoc_error *err)
{
	struct ed_index *index = NULL;
	sqlite3_stmt *stmt = NULL;

	*out = NULL;
	enum edoc_code code = new_index(&index, err);
	if (!code)
		code = ed_db_create(path, schema, &index->db, err);
	if (!code && sqlite3_prepare_v2(index->db, "INSERT INTO desk VALUES (?1, ?2)", -1, &stmt,
	                                NULL) != SQLITE_OK)
		code = trouble(index, err);
	if (!code)
		code = carry_out(index, stmt,
		                 bind_text(stmt, 1, edoc_version()) | bind_text(stmt, 2, agency),
		                 err);
	sqlite3_finalize(stmt);
	if (code)
		ed_index_free(index);
	else
		*out = index;
	return code;
}

enum edoc_code ed_index_seal(struct ed_index *index, struct edoc_error *err)
{
	forget_statements(index);
	enum edoc_code code = ed_db_exec(index->db, indexes, err);
	if (!code) {
		code = ed_db_seal(index->db, ED_INDEX_VERSION, err);
		index->db = NULL;
	}
	ed_index_free(index);
	return code;
}

enum edoc_code ed_index_begin(struct ed_index *index, bool write, struct edoc_error *err)
{
	enum edoc_code code = ed_db_exec(index->db, write ? "BEGIN IMMEDIATE" : "BEGIN", err);

	index->failed = code != EDOC_OK;
	return code;
}

enum edoc_code ed_index_end(struct ed_index *index, bool keep, struct edoc_error *err)
{
	for (size_t i = 0; i < Q_N; i++)
		sqlite3_reset(index->asked[i]);
	enum edoc_code code = ed_db_exec(index->db, keep ? "COMMIT" : "ROLLBACK", err);

	/* What could not be kept is undone; closing does it too. */
	if (code && keep && ed_db_exec(index->db, "ROLLBACK", NULL))
		index->failed = true;
	index->failed |= code != EDOC_OK;
	return code;
}

/* ---- writing ---- */

/* Of a table that hangs on a step: its rows, or the one that is to be put. */
static sqlite3_stmt *ask_of_step(struct ed_index *index, int q, const char *id, size_t n)
{
	sqlite3_stmt *stmt = ask(index, q);

	return stmt && !bind_text(stmt, 1, id) && !sqlite3_bind_int64(stmt, 2, (int64_t)n) ? stmt
	                                                                                   : NULL;
}

static sqlite3_stmt *ask_to_put(struct ed_index *index, int q, const char *id, size_t n, size_t k)
{
	sqlite3_stmt *stmt = ask_of_step(index, q, id, n);

	return stmt && !sqlite3_bind_int64(stmt, 3, (int64_t)k) ? stmt : NULL;
}

static enum edoc_code put_handed(struct ed_index *index, const char *id, size_t n, size_t k,
                                 const struct ed_delegation *d, struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask_to_put(index, Q_PUT_HANDED, id, n, k);
	char day[ED_TIME_STR];

	ed_date_format(day, d->until);
	return carry_out(index, stmt,
	                 !stmt || bind_text(stmt, 4, d->from) || bind_text(stmt, 5, d->to) ||
	                         bind_text(stmt, 6, d->has_until ? day : NULL),
	                 err);
}

static enum edoc_code put_step(struct ed_index *index, const char *id, size_t n,
                               const struct ed_row_step *step, struct edoc_error *err)
{
	const char *const *deputies = step->role.deputies;
	sqlite3_stmt *stmt = ask(index, Q_PUT_STEP);
	enum edoc_code code = carry_out(index, stmt,
	                                !stmt || bind_text(stmt, 1, id) ||
	                                        sqlite3_bind_int64(stmt, 2, (int64_t)n) ||
	                                        bind_all(stmt, 3, of_step, N(of_step), step),
	                                err);

	for (size_t k = 0; !code && k < step->n_with; k++) {
		stmt = ask_to_put(index, Q_PUT_BESIDE, id, n, k);
		code = carry_out(index, stmt,
		                 !stmt || bind_all(stmt, 4, of_named, N(of_named), &step->with[k]),
		                 err);
	}
	for (size_t k = 0; !code && k < step->n_handed; k++)
		code = put_handed(index, id, n, k, &step->handed[k], err);
	for (size_t k = 0; !code && deputies && deputies[k]; k++) {
		stmt = ask_to_put(index, Q_PUT_DEPUTY, id, n, k);
		code = carry_out(index, stmt, !stmt || bind_text(stmt, 4, deputies[k]), err);
	}
	return code;
}

static enum edoc_code put_numbered(struct ed_index *index, int q, const char *id, size_t n,
                                   const struct column *columns, int n_columns, const void *of,
                                   struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask_of_step(index, q, id, n);

	return carry_out(index, stmt, !stmt || bind_all(stmt, 3, columns, n_columns, of), err);
}

static enum edoc_code put_texts(struct ed_index *index, int q, const char *a, const char *b,
                                struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, q);

	return carry_out(index, stmt,
	                 !stmt || bind_text(stmt, 1, a) || (b && bind_text(stmt, 2, b)), err);
}

enum edoc_code ed_index_drop(struct ed_index *index, const char *id, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (int q = Q_DROP_CASE; !code && q <= Q_DROP_BROKEN; q++)
		code = put_texts(index, q, id, NULL, err);
	return code;
}

enum edoc_code ed_index_put(struct ed_index *index, const struct ed_row *row, const char *words,
                            struct edoc_error *err)
{
	enum edoc_code code = ed_index_drop(index, row->id, err);
	sqlite3_stmt *stmt = code ? NULL : ask(index, Q_PUT_CASE);

	if (!code)
		code = carry_out(index, stmt, !stmt || bind_all(stmt, 1, of_case, N(of_case), row),
		                 err);
	for (size_t n = 0; !code && n < row->n_steps; n++)
		code = put_step(index, row->id, n, &row->steps[n], err);
	for (size_t n = 0; !code && n < row->n_terms; n++)
		code = put_numbered(index, Q_PUT_TERM, row->id, n, of_term, N(of_term),
		                    &row->terms[n], err);
	for (size_t n = 0; !code && n < row->n_away; n++)
		code = put_numbered(index, Q_PUT_AWAY, row->id, n, of_away, N(of_away),
		                    &row->away[n], err);
	for (size_t n = 0; !code && n < row->n_links; n++)
		code = put_numbered(index, Q_PUT_LINK, row->id, n, of_link, N(of_link),
		                    &row->links[n], err);
	if (!code)
		code = put_texts(index, Q_PUT_WORDS, row->id, words, err);
	return code ? code : put_texts(index, Q_PUT_WAKES, row->id, NULL, err);
}

enum edoc_code ed_index_put_broken(struct ed_index *index, const char *id, struct edoc_error *err)
{
	enum edoc_code code = ed_index_drop(index, id, err);

	return code ? code : put_texts(index, Q_PUT_BROKEN, id, NULL, err);
}

enum edoc_code ed_index_put_stray(struct ed_index *index, const char *shelf, const char *path,
                                  struct edoc_error *err)
{
	return put_texts(index, Q_PUT_STRAY, shelf, path, err);
}

enum edoc_code ed_index_drop_strays(struct ed_index *index, const char *shelf,
                                    struct edoc_error *err)
{
	return put_texts(index, Q_DROP_STRAYS, shelf, NULL, err);
}

/* ---- reading ---- */

static enum edoc_code find_zone(struct ed_index *index, struct ed_row *row, struct edoc_error *err)
{
	struct zone *z = index->zones;

	while (z && row->zone_name && strcmp(z->name, row->zone_name))
		z = z->next;
	if (!row->zone_name)
		return EDOC_OK;
	if (!z) {
		z = ed_arena_alloc(index->arena, sizeof(*z));
		if (!z || !(z->name = ed_arena_strdup(index->arena, row->zone_name)))
			return ed_fail_memory(err);
		enum edoc_code code = ed_zone_load(NULL, z->name, &z->zone, err);
		if (code)
			return code;
		z->next = index->zones;
		index->zones = z;
	}
	row->zone = z->zone;
	return EDOC_OK;
}

/* The next row of a question that was bound; *more false: there is none. */
static enum edoc_code next(struct ed_index *index, sqlite3_stmt *stmt, bool *more,
                           struct edoc_error *err)
{
	int step = stmt ? sqlite3_step(stmt) : SQLITE_ERROR;

	*more = step == SQLITE_ROW;
	return step == SQLITE_ROW || step == SQLITE_DONE ? EDOC_OK : trouble(index, err);
}

static enum edoc_code get_beside(struct ed_index *index, const char *id, size_t n,
                                 struct ed_row_step *step, struct ed_arena *arena,
                                 struct edoc_error *err)
{
	sqlite3_stmt *stmt = step->n_with ? ask_of_step(index, Q_BESIDE, id, n) : NULL;
	struct ed_named *with = NULL;
	enum edoc_code code = EDOC_OK;
	size_t k = 0, cap = 0;
	bool more = step->n_with != 0;

	while (!code && more) {
		code = next(index, stmt, &more, err);
		if (code || !more)
			break;
		with = ed_arena_grow(arena, with, k, &cap, sizeof(*with));
		if (!with || !take_all(stmt, 3, of_named, N(of_named), &with[k], arena))
			return ed_fail_memory(err);
		k++;
	}
	step->with = with;
	return code ? code : k == step->n_with ? EDOC_OK : damaged(index, err);
}

static enum edoc_code get_handed(struct ed_index *index, const char *id, size_t n,
                                 struct ed_row_step *step, struct ed_arena *arena,
                                 struct edoc_error *err)
{
	sqlite3_stmt *stmt = step->n_handed ? ask_of_step(index, Q_HANDED, id, n) : NULL;
	struct ed_delegation *handed = NULL, *d;
	enum edoc_code code = EDOC_OK;
	size_t k = 0, cap = 0;
	bool more = step->n_handed != 0;
	const char *until;

	while (!code && more) {
		code = next(index, stmt, &more, err);
		if (code || !more)
			break;
		handed = ed_arena_grow(arena, handed, k, &cap, sizeof(*handed));
		if (!handed)
			return ed_fail_memory(err);
		d = &handed[k++];
		*d = (struct ed_delegation){0};
		if (!take_text(stmt, 3, &d->from, arena) || !take_text(stmt, 4, &d->to, arena) ||
		    !take_text(stmt, 5, &until, arena))
			return ed_fail_memory(err);
		d->has_until = until != NULL;
		if (until && !ed_date_parse(until, &d->until))
			return damaged(index, err);
	}
	step->handed = handed;
	return code ? code : k == step->n_handed ? EDOC_OK : damaged(index, err);
}

static enum edoc_code get_deputies(struct ed_index *index, const char *id, size_t n,
                                   struct ed_row_step *step, struct ed_arena *arena,
                                   struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask_of_step(index, Q_DEPUTIES, id, n);
	const char **posts = NULL;
	enum edoc_code code = EDOC_OK;
	size_t k = 0, cap = 0;
	bool more = true;

	while (!code && more) {
		code = next(index, stmt, &more, err);
		if (code || !more)
			break;
		posts = ed_arena_grow(arena, posts, k, &cap, sizeof(*posts));
		if (!posts || !take_text(stmt, 3, &posts[k++], arena))
			return ed_fail_memory(err);
	}
	if (!code && k) {
		posts = ed_arena_grow(arena, posts, k, &cap, sizeof(*posts));
		if (!posts)
			return ed_fail_memory(err);
		posts[k] = NULL;
	}
	step->role.deputies = posts;
	return code;
}

static enum edoc_code get_steps(struct ed_index *index, struct ed_row *row, struct ed_arena *arena,
                                struct edoc_error *err)
{
	sqlite3_stmt *stmt = row->n_steps ? ask(index, Q_STEPS) : NULL;
	enum edoc_code code = EDOC_OK;
	size_t n = 0, cap = 0;
	bool more = row->n_steps != 0;

	if (stmt && bind_text(stmt, 1, row->id))
		return trouble(index, err);
	while (!code && more) {
		struct ed_row_step *steps, *step;

		code = next(index, stmt, &more, err);
		if (code || !more)
			break;
		steps = ed_arena_grow(arena, row->steps, n, &cap, sizeof(*steps));
		if (!steps)
			return ed_fail_memory(err);
		row->steps = steps;
		step = &steps[n];
		*step = (struct ed_row_step){0};
		if (!take_all(stmt, 2, of_step, N(of_step), step, arena))
			return ed_fail_memory(err);
		code = get_beside(index, row->id, n, step, arena, err);
		if (!code)
			code = get_handed(index, row->id, n, step, arena, err);
		if (!code)
			code = get_deputies(index, row->id, n, step, arena, err);
		n++;
	}
	return code ? code : n == row->n_steps ? EDOC_OK : damaged(index, err);
}

/* As many rows as there should be, of members of that size. */
static enum edoc_code get_numbered(struct ed_index *index, int q, const char *id,
                                   const struct column *columns, int n_columns, size_t size,
                                   size_t wanted, struct ed_arena *arena, void **out,
                                   struct edoc_error *err)
{
	sqlite3_stmt *stmt = wanted ? ask(index, q) : NULL;
	enum edoc_code code = EDOC_OK;
	size_t n = 0, cap = 0;
	char *list = NULL;
	bool more = wanted != 0;

	if (stmt && bind_text(stmt, 1, id))
		return trouble(index, err);
	while (!code && more) {
		code = next(index, stmt, &more, err);
		if (code || !more)
			break;
		list = ed_arena_grow(arena, list, n, &cap, size);
		if (!list || !take_all(stmt, 2, columns, n_columns, list + n * size, arena))
			return ed_fail_memory(err);
		n++;
	}
	*out = list;
	return code ? code : n == wanted ? EDOC_OK : damaged(index, err);
}

static enum edoc_code get_rest(struct ed_index *index, struct ed_row *row, struct ed_arena *arena,
                               struct edoc_error *err)
{
	void *terms = NULL, *away = NULL, *links = NULL;
	enum edoc_code code = get_numbered(index, Q_TERMS, row->id, of_term, N(of_term),
	                                   sizeof(*row->terms), row->n_terms, arena, &terms, err);

	if (!code)
		code = get_numbered(index, Q_AWAY, row->id, of_away, N(of_away), sizeof(*row->away),
		                    row->n_away, arena, &away, err);
	if (!code)
		code = get_numbered(index, Q_LINKS, row->id, of_link, N(of_link),
		                    sizeof(*row->links), row->n_links, arena, &links, err);
	row->terms = terms;
	row->away = away;
	row->links = links;
	return code;
}

enum edoc_code ed_index_get(struct ed_index *index, const char *id, struct ed_arena *arena,
                            struct ed_row **out, struct edoc_error *err)
{
	struct ed_row *row = ed_arena_alloc(arena, sizeof(*row));
	sqlite3_stmt *stmt = ask(index, Q_CASE);
	bool there;

	*out = NULL;
	if (!row)
		return ed_fail_memory(err);
	if (!stmt || bind_text(stmt, 1, id))
		return trouble(index, err);
	enum edoc_code code = next(index, stmt, &there, err);
	if (code || !there)
		return code;
	if (!take_all(stmt, 0, of_case, N(of_case), row, arena))
		code = ed_fail_memory(err);
	sqlite3_reset(stmt);
	if (!code)
		code = find_zone(index, row, err);
	if (!code)
		code = get_steps(index, row, arena, err);
	if (!code)
		code = get_rest(index, row, arena, err);
	if (!code)
		*out = row;
	return code;
}

static enum edoc_code get_number(struct ed_index *index, sqlite3_stmt *stmt, int bad, int64_t *n,
                                 struct edoc_error *err)
{
	bool there = false;
	enum edoc_code code = bad ? trouble(index, err) : next(index, stmt, &there, err);

	*n = !code && there ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return code;
}

enum edoc_code ed_index_seq(struct ed_index *index, const char *id, int64_t *seq,
                            struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, Q_SEQ);

	return get_number(index, stmt, !stmt || bind_text(stmt, 1, id), seq, err);
}

enum edoc_code ed_index_count(struct ed_index *index, enum ed_phase phase, const char *id,
                              int64_t *n, struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, id ? Q_COUNT_ONE : Q_COUNT);

	return get_number(index, stmt,
	                  !stmt || sqlite3_bind_int(stmt, 1, (int)phase) ||
	                          (id && bind_text(stmt, 2, id)),
	                  n, err);
}

enum edoc_code ed_index_list(struct ed_index *index, int list, const char *arg, int64_t now,
                             struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, list);
	bool wakes = list == ED_INDEX_WAKES;
	bool timed = list == ED_CASES_SILENT || list == ED_CASES_HEALTH || wakes;

	if (!stmt || (timed && sqlite3_bind_int64(stmt, 1, now)) ||
	    (arg && sqlite3_bind_text(stmt, wakes ? 2 : 1, arg, -1, SQLITE_TRANSIENT)))
		return trouble(index, err);
	return EDOC_OK;
}

enum edoc_code ed_index_next(struct ed_index *index, int list, const char **id, const char **also,
                             struct edoc_error *err)
{
	sqlite3_stmt *stmt = index->asked[list];
	bool more;

	*id = NULL;
	enum edoc_code code = next(index, stmt, &more, err);
	if (code || !more)
		return code;
	*id = (const char *)sqlite3_column_text(stmt, 0);
	if (also)
		*also = (const char *)sqlite3_column_text(stmt, 1);
	return *id && (!also || *also) ? EDOC_OK : damaged(index, err);
}

/* ---- waking ---- */

enum edoc_code ed_index_telling(struct ed_index *index, const char *lang, const char *how,
                                int64_t now, bool write, bool *known, struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, Q_TELLING);
	bool there = false, same = false, late = false;

	*known = false;
	enum edoc_code code = !stmt || bind_text(stmt, 1, lang) ? trouble(index, err)
	                                                        : next(index, stmt, &there, err);
	if (!code && there) {
		const char *before = (const char *)sqlite3_column_text(stmt, 0);

		same = before && !strcmp(before, how);
		late = sqlite3_column_int64(stmt, 1) > now;
	}
	sqlite3_reset(stmt);
	*known = same && !late;
	if (code || same || late || !write)
		return code;
	code = put_texts(index, there ? Q_TELLING_OTHER : Q_TELLING_NEW, lang, how, err);
	if (!code)
		code = put_texts(index, there ? Q_WAKE_MOST : Q_WAKE_ALL, lang, NULL, err);
	*known = !code;
	return code;
}

enum edoc_code ed_index_told(struct ed_index *index, const char *lang, int64_t now,
                             struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, Q_TOLD);

	return carry_out(index, stmt,
	                 !stmt || bind_text(stmt, 1, lang) || sqlite3_bind_int64(stmt, 2, now),
	                 err);
}

enum edoc_code ed_index_wake(struct ed_index *index, const char *id, const char *lang,
                             int64_t wakes, struct edoc_error *err)
{
	sqlite3_stmt *stmt = ask(index, Q_WAKE);

	return carry_out(index, stmt,
	                 !stmt || bind_text(stmt, 1, id) || bind_text(stmt, 2, lang) ||
	                         sqlite3_bind_int64(stmt, 3, wakes),
	                 err);
}

/* ---- comparing ---- */

static enum edoc_code compare_table(struct ed_index *index, const char *table,
                                    enum edoc_code (*fn)(void *arg, const char *id,
                                                         struct edoc_error *err),
                                    void *arg, struct edoc_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum edoc_code code = EDOC_OK;
	bool more = true;
	char *text = ed_arena_printf(
	        index->arena,
	        "SELECT id FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM fresh.%s)"
	        " UNION SELECT id FROM (SELECT * FROM fresh.%s EXCEPT SELECT * FROM main.%s)",
	        table, table, table, table);

	if (!text)
		return ed_fail_memory(err);
	if (sqlite3_prepare_v2(index->db, text, -1, &stmt, NULL) != SQLITE_OK)
		code = trouble(index, err);
	while (!code && more) {
		code = next(index, stmt, &more, err);
		if (!code && more)
			code = fn(arg, (const char *)sqlite3_column_text(stmt, 0), err);
	}
	sqlite3_finalize(stmt);
	return code;
}

enum edoc_code ed_index_compare(struct ed_index *index, const char *other,
                                enum edoc_code (*fn)(void *arg, const char *id,
                                                     struct edoc_error *err),
                                void *arg, struct edoc_error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum edoc_code code = EDOC_OK;

	if (sqlite3_prepare_v2(index->db, "ATTACH ?1 AS fresh", -1, &stmt, NULL) != SQLITE_OK ||
	    bind_text(stmt, 1, other) || sqlite3_step(stmt) != SQLITE_DONE)
		code = trouble(index, err);
	sqlite3_finalize(stmt);
	for (size_t i = 0; !code && tables[i]; i++)
		code = compare_table(index, tables[i], fn, arg, err);
	return code;
}
