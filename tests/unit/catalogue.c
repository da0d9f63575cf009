/* SPDX-License-Identifier: ISC */
/* The catalogue: made from the journal alone, and the same each time. */
#include "archivekit.h"

#include <sqlite3.h>

#include "archive/catalogue.h"
#include "base/limits.h"

#define NOW INT64_C(1793347200)

static struct edoc_error err;
static char root[300];

static void id_of(int i, char id[65])
{
	snprintf(id, 65, "%04d%060d", i, i);
}

static json_t *facts_of(const char *indication, int status)
{
	json_t *facts = json_object();
	json_object_set_new(facts, "indication", json_string(indication));
	json_object_set_new(facts, "subindication", json_null());
	json_object_set_new(facts, "exit", json_integer(status));
	return facts;
}

static enum edoc_code put(struct ed_journal *journal, struct ed_catalogue *catalogue,
                          const char *event, int i, json_t *facts)
{
	char id[65];
	id_of(i, id);
	struct ed_event e = {.event = event,
	                     .id = i < 0 ? NULL : id,
	                     .outcome = "success",
	                     .agent = "anna@host",
	                     .facts = facts,
	                     .time = NOW + i};
	enum edoc_code code =
	        ed_journal_add(journal, &e, catalogue ? ed_catalogue_apply : NULL, catalogue, &err);
	json_decref(facts);
	return code;
}

static json_t *ingest_facts(int i)
{
	char name[32];
	json_t *facts = facts_of("TOTAL-PASSED", 0);
	snprintf(name, sizeof name, "%d.asice", i % 7);
	json_object_set_new(facts, "name", json_string(name));
	json_object_set_new(facts, "bytes", json_integer(100 + i));
	json_object_set_new(facts, "sha512", json_string("aa"));
	json_object_set_new(facts, "inventory", json_string("bb"));
	json_object_set_new(facts, "signers", json_pack("[{s:s}]", "subject", "CN=Anna"));
	return facts;
}

static json_t *validation_facts(bool intact)
{
	json_t *facts = facts_of(intact ? "TOTAL-PASSED" : "TOTAL-FAILED", intact ? 0 : 1);
	json_object_set_new(facts, "intact", json_boolean(intact));
	return facts;
}

static struct ed_journal *open_journal(bool write)
{
	struct ed_journal *journal = NULL;
	char dir[310];
	snprintf(dir, sizeof dir, "%s/journal", root);
	if (ed_journal_open(dir, write, 4096, &journal, &err) != EDOC_OK)
		ok(false, "the journal does not open: %s", err.msg);
	return journal;
}

static void fill(void)
{
	struct ed_journal_pos pos = {.seq = 0};
	struct ed_journal *journal = open_journal(true);
	enum edoc_code code = ed_journal_replay(journal, &pos, NULL, NULL, &err);
	if (code == EDOC_OK)
		code = put(journal, NULL, "creation", -1, json_object());
	for (int i = 0; code == EDOC_OK && i < 20; i++)
		code = put(journal, NULL, "ingest", i, ingest_facts(i));
	for (int i = 0; code == EDOC_OK && i < 20; i += 3)
		code = put(journal, NULL, "validation", i, validation_facts(i != 6));
	if (code == EDOC_OK)
		code = ed_journal_flush(journal, &err);
	is_ok(code, &err, "a journal of 20 objects");
	ed_journal_free(journal);
}

/* Everything in every table, as text. */
static char *dump(void)
{
	static const char *const all[] = {"SELECT * FROM head", "SELECT * FROM pinned",
	                                  "SELECT * FROM object ORDER BY id",
	                                  "SELECT * FROM line ORDER BY seq"};
	char path[320];
	sqlite3 *db;
	size_t size = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &size);
	snprintf(path, sizeof path, "%s/catalogue.sqlite", root);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		ok(false, "no catalogue");
	for (size_t i = 0; i < 4; i++) {
		sqlite3_stmt *stmt;
		sqlite3_prepare_v2(db, all[i], -1, &stmt, NULL);
		while (sqlite3_step(stmt) == SQLITE_ROW)
			for (int k = 0; k < sqlite3_column_count(stmt); k++) {
				const void *v = sqlite3_column_blob(stmt, k);
				int n = sqlite3_column_bytes(stmt, k);
				fprintf(out, "%d:", n);
				if (n)
					fwrite(v, 1, (size_t)n, out);
			}
		sqlite3_finalize(stmt);
	}
	sqlite3_close(db);
	fclose(out);
	return text;
}

static enum edoc_code follow(bool fresh, struct ed_catalogue **catalogue,
                             struct ed_journal **journal, struct ed_journal_pos *pos)
{
	*catalogue = NULL;
	*journal = open_journal(false);
	enum edoc_code code = ed_catalogue_open(root, fresh, catalogue, &err);
	return code == EDOC_OK ? ed_catalogue_follow(*catalogue, *journal, pos, &err) : code;
}

static void done_with(struct ed_catalogue *catalogue, struct ed_journal *journal)
{
	ed_catalogue_free(catalogue);
	ed_journal_free(journal);
}

static void test_same_again(void)
{
	struct ed_catalogue *catalogue;
	struct ed_journal *journal;
	struct ed_journal_pos pos;
	is_ok(follow(false, &catalogue, &journal, &pos), &err, "made from the journal");
	done_with(catalogue, journal);
	char *first = dump();
	is_ok(follow(false, &catalogue, &journal, &pos), &err, "followed again");
	done_with(catalogue, journal);
	char *second = dump();
	ok(!strcmp(first, second), "nothing changes");
	free(second);
	is_ok(follow(true, &catalogue, &journal, &pos), &err, "made anew");
	done_with(catalogue, journal);
	second = dump();
	ok(strlen(first) > 1000 && !strcmp(first, second), "it is the same, byte by byte");
	free(second);
	kit_put(kit_path("a/catalogue.sqlite"), "this is no database, is it?", 27);
	is_ok(follow(false, &catalogue, &journal, &pos), &err, "a damaged one is made anew");
	done_with(catalogue, journal);
	second = dump();
	ok(!strcmp(first, second), "and is the same");
	free(second);
	free(first);
}

static void test_answers(void)
{
	struct ed_catalogue *catalogue;
	struct ed_journal *journal;
	struct ed_journal_pos pos;
	struct ed_known known;
	bool found;
	char id[65];
	char ids[2][65];
	size_t n;
	int64_t objects;
	is_ok(follow(false, &catalogue, &journal, &pos), &err, "open");
	is_ok(ed_catalogue_count(catalogue, &objects, &err), &err, "counted");
	is_int(objects, 20, "20 objects");
	id_of(6, id);
	is_ok(ed_catalogue_get(catalogue, id, &found, &known, &err), &err, "asked");
	ok(found && !known.intact && known.latest.exit == 1 && known.accepted.exit == 0,
	   "what it was and what it is are two things");
	is_str(known.signer, "CN=Anna", "its signer is known");
	is_int(known.kept, NOW + 6, "and when it came");
	ed_known_clear(&known);
	id_of(99, id);
	is_ok(ed_catalogue_get(catalogue, id, &found, &known, &err), &err, "asked");
	ok(!found, "an unknown one is not found");
	is_ok(ed_catalogue_match(catalogue, "0007", "0007", ids, &n, &err), &err, "by prefix");
	ok(n == 1 && !strncmp(ids[0], "0007", 4), "one");
	is_ok(ed_catalogue_match(catalogue, "00", "00", ids, &n, &err), &err, "a short prefix");
	is_int((int64_t)n, 2, "is not one object");
	is_ok(ed_catalogue_match(catalogue, "", "6.asice", ids, &n, &err), &err, "by name");
	is_int((int64_t)n, 2, "two of that name");
	is_ok(ed_catalogue_match(catalogue, "", "nobody", ids, &n, &err), &err, "by name");
	is_int((int64_t)n, 0, "none of that");
	done_with(catalogue, journal);
}

/* The order in which verify goes through the archive. */
static void test_oldest(void)
{
	struct ed_catalogue *catalogue;
	struct ed_journal *journal;
	struct ed_journal_pos pos;
	int64_t cursor = 0;
	char id[65];
	char order[200] = "";
	bool found;
	is_ok(follow(false, &catalogue, &journal, &pos), &err, "open");
	for (;;) {
		if (ed_catalogue_oldest(catalogue, &cursor, pos.seq, id, &found, &err) != EDOC_OK ||
		    !found)
			break;
		size_t len = strlen(order);
		snprintf(order + len, sizeof order - len, "%d ", (int)strtol(id + 60, NULL, 10));
	}
	is_str(order, "1 2 4 5 7 8 10 11 13 14 16 17 19 0 3 6 9 12 15 18 ",
	       "those never looked at since intake first, each once");
	done_with(catalogue, journal);
}

static enum edoc_code count_line(void *arg, const struct ed_journal_pos *pos, struct edoc_error *e)
{
	(void)pos, (void)e;
	++*(int *)arg;
	return EDOC_OK;
}

/* A group that did not become durable leaves no trace. */
static void test_rollback(void)
{
	struct ed_catalogue *catalogue = NULL;
	struct ed_journal_pos pos;
	bool found;
	struct ed_known known;
	int lines = 0;
	char id[65];
	struct ed_journal *journal = open_journal(true);
	is_ok(ed_catalogue_open(root, false, &catalogue, &err), &err, "open");
	is_ok(ed_catalogue_follow(catalogue, journal, &pos, &err), &err, "at the head");
	is_ok(put(journal, catalogue, "ingest", 50, ingest_facts(50)), &err, "one more");
	id_of(50, id);
	is_ok(ed_catalogue_get(catalogue, id, &found, &known, &err), &err, "asked");
	ok(found, "the writer sees it at once");
	ed_known_clear(&known);
	ed_catalogue_rollback(catalogue);
	is_ok(ed_catalogue_get(catalogue, id, &found, &known, &err), &err, "asked");
	ok(!found, "taken back, it is gone");
	id_of(6, id);
	is_ok(ed_catalogue_lines(catalogue, id, count_line, &lines, &err), &err, "lines of one");
	is_int(lines, 2, "are two: ingest and validation");
	done_with(catalogue, journal);
	is_ok(follow(false, &catalogue, &journal, &pos), &err,
	      "what was not flushed was never there");
	done_with(catalogue, journal);
}

static void test_refused(void)
{
	struct ed_catalogue *catalogue = NULL;
	struct ed_journal_pos pos;
	struct ed_journal *journal = open_journal(true);
	is_ok(ed_catalogue_open_memory(&catalogue, &err), &err, "in memory");
	is_ok(ed_catalogue_follow(catalogue, journal, &pos, &err), &err, "at the head");
	fails(put(journal, catalogue, "validation", 77, validation_facts(true)), EDOC_ERR_INPUT,
	      &err, "does not say", "a validation of what never came is refused");
	done_with(catalogue, journal);
	journal = open_journal(true);
	is_ok(ed_catalogue_open_memory(&catalogue, &err), &err, "in memory");
	is_ok(ed_catalogue_follow(catalogue, journal, &pos, &err), &err, "at the head");
	ok(put(journal, catalogue, "ingest", 3, ingest_facts(3)) != EDOC_OK,
	   "what came already does not come again");
	done_with(catalogue, journal);
	journal = open_journal(true);
	is_ok(ed_catalogue_open_memory(&catalogue, &err), &err, "in memory");
	is_ok(ed_catalogue_follow(catalogue, journal, &pos, &err), &err, "at the head");
	fails(put(journal, catalogue, "ingest", 60, facts_of("TOTAL-PASSED", 0)), EDOC_ERR_INPUT,
	      &err, "does not say", "an ingest without its facts is refused");
	done_with(catalogue, journal);
}

int main(void)
{
	kit_begin();
	snprintf(root, sizeof root, "%s", kit_path("a"));
	mkdir(root, 0700);
	mkdir(kit_path("a/journal"), 0700);
	fill();
	test_same_again();
	test_answers();
	test_oldest();
	test_rollback();
	test_refused();
	return done();
}
