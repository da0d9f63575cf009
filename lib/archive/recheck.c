/* SPDX-License-Identifier: ISC */
/* Looking at what is kept: one object, or all there is (fsck). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/err.h"
#include "base/io.h"
#include "base/time.h"
#include "judge/policy.h"

enum edoc_code edoc_archive_next(struct edoc_archive *archive, int64_t *cursor, char id[65],
                                 bool *more, struct edoc_error *err)
{
	return ed_catalogue_oldest(archive->catalogue, cursor, archive->head.seq, id, more, err);
}

enum edoc_code edoc_archive_resolve(struct edoc_archive *archive, const char *name, char id[65],
                                    struct edoc_error *err)
{
	char ids[2][65];
	size_t n = 0;
	const char *hex = name;
	if (!strncmp(name, ED_OBJECT_URN, strlen(ED_OBJECT_URN)))
		hex += strlen(ED_OBJECT_URN);
	size_t len = strspn(hex, "0123456789abcdef");
	bool prefix = !hex[len] && len >= 4 && len <= 64;
	enum edoc_code code =
	        ed_catalogue_match(archive->catalogue, prefix ? hex : "", name, ids, &n, err);
	if (code != EDOC_OK)
		return code;
	if (n == 0)
		return ed_fail(err, EDOC_ERR_ABSENT, name,
		               "the archive keeps no package of this id or name");
	if (n > 1)
		return ed_fail(
		        err, EDOC_ERR_USAGE, name,
		        "is the id or name of several packages: %.16s, %.16s; say more of it",
		        ids[0], ids[1]);
	memcpy(id, ids[0], 65);
	return EDOC_OK;
}

/* ---- one object ---- */

/* What was seen of one object. */
struct seen {
	struct ed_known known;
	struct ed_arena *arena;
	struct ed_findings findings; /* of the bits */
	struct ed_intake intake;     /* facts NULL when there was nothing to judge */
	bool intact;
	int exit;
};

/* Higher is worse. */
static int rank(const struct ed_verdict *verdict)
{
	switch (verdict->exit) {
	case 0:
		return verdict->indication == EDOC_TOTAL_PASSED ? 0 : 1;
	case 2:
		return 1;
	case 1:
		return 2;
	default:
		return 3;
	}
}

/* 0 while nothing is worse than what was accepted. */
static int exit_of(const struct seen *seen)
{
	const struct ed_verdict *latest = &seen->intake.verdict;
	if (!seen->intact)
		return 1;
	if (rank(latest) <= rank(&seen->known.accepted))
		return 0;
	return rank(latest) == 1 ? 2 : 1;
}

static void seen_clear(struct seen *seen)
{
	ed_intake_clear(&seen->intake);
	ed_known_clear(&seen->known);
	ed_arena_free(seen->arena);
}

/* Bits, then signatures as of intake: the journal proves that the package was
 * here then, so a certificate's end since does not make it worse. */
static enum edoc_code look(struct edoc_archive *archive, const char *id, struct seen *seen,
                           struct edoc_error *err)
{
	int fd = -1;
	*seen = (struct seen){.exit = 1};
	enum edoc_code code = ed_archive_known(archive, id, &seen->known, err);
	if (code != EDOC_OK)
		return code;
	seen->arena = ed_arena_new();
	if (!seen->arena)
		return ed_fail_memory(err);
	ed_findings_init(&seen->findings, seen->arena);
	code = ed_store_check(archive->root, &seen->known.object, &seen->findings, &fd, err);
	if (code == EDOC_OK && fd >= 0)
		code = ed_intake_judge(archive->options, fd, seen->known.object.name,
		                       seen->known.kept, &seen->intake, err);
	if (fd >= 0)
		close(fd);
	seen->intact = !seen->findings.n && !seen->findings.lost && seen->intake.facts;
	if (!seen->intake.facts) {
		/* Nothing to judge: never "passed". */
		seen->intake.verdict =
		        (struct ed_verdict){.indication = EDOC_TOTAL_FAILED, .exit = 1};
		snprintf(seen->intake.verdict.subindication,
		         sizeof seen->intake.verdict.subindication, "HASH_FAILURE");
	}
	seen->exit = exit_of(seen);
	return code;
}

static json_t *codes_of(const struct ed_findings *findings)
{
	json_t *codes = json_array();
	for (size_t i = 0; codes && i < findings->n; i++)
		if (json_array_append_new(codes, json_string(findings->v[i].code))) {
			json_decref(codes);
			return NULL;
		}
	return codes;
}

/* {code, where, msg} of each finding about the bits. */
static json_t *findings_json(const struct edoc_archive_options *options,
                             const struct ed_findings *findings)
{
	json_t *list = json_array();
	for (size_t i = 0; list && i < findings->n; i++) {
		char *msg = NULL;
		json_t *one = json_object();
		if (!one ||
		    edoc_finding_text(&findings->v[i], options->lang, &msg, NULL) != EDOC_OK ||
		    ed_json_str(one, "code", findings->v[i].code) ||
		    ed_json_str(one, "where", findings->v[i].where) ||
		    ed_json_str(one, "msg", msg) || json_array_append(list, one)) {
			json_decref(list);
			list = NULL;
		}
		json_decref(one);
		edoc_free(msg);
	}
	return list;
}

static void findings_text(const struct edoc_archive_options *options,
                          const struct ed_findings *findings, struct ed_buf *out)
{
	for (size_t i = 0; i < findings->n; i++) {
		char *msg = NULL;
		char where[1024];
		ed_escape(where, sizeof where, findings->v[i].where);
		if (edoc_finding_text(&findings->v[i], options->lang, &msg, NULL) != EDOC_OK)
			continue;
		ed_buf_printf(out, "  %s: %s\n", where, msg);
		edoc_free(msg);
	}
}

static enum edoc_code record_look(struct edoc_archive *archive, const struct seen *seen,
                                  int64_t now, struct edoc_error *err)
{
	json_t *facts = json_object();
	json_t *causes = seen->intake.facts ? json_object_get(seen->intake.facts, "causes") : NULL;
	char trust[65];
	enum edoc_code code = edoc_trust_digest(archive->options->trust, trust, err);
	if (code != EDOC_OK) {
		json_decref(facts);
		return code;
	}
	if (!facts || ed_json_str(facts, "trust", trust) ||
	    ed_json_bool(facts, "intact", seen->intact) ||
	    ed_verdict_json(facts, &seen->intake.verdict) ||
	    ed_json_str(facts, "policy", ed_policy_sha256(archive->options->policy)) ||
	    json_object_set_new(facts, "damage", codes_of(&seen->findings)) ||
	    json_object_set_new(facts, "causes", causes ? json_incref(causes) : json_array())) {
		code = ed_fail_memory(err);
	} else {
		struct ed_event event = {.event = "validation",
		                         .id = seen->known.object.id,
		                         .outcome = seen->exit == 0   ? "success"
		                                    : seen->exit == 2 ? "warning"
		                                                      : "failure",
		                         .agent = archive->options->agent,
		                         .facts = facts,
		                         .time = now};
		code = ed_archive_record(archive, &event, err);
	}
	json_decref(facts);
	return code;
}

static json_t *look_json(const struct edoc_archive *archive, const struct seen *seen)
{
	json_t *line = json_object();
	json_t *latest = json_object();
	json_t *accepted = json_object();
	json_t *causes = seen->intake.facts ? json_object_get(seen->intake.facts, "causes") : NULL;
	if (!line || !latest || !accepted || ed_json_int(line, "v", 1) ||
	    ed_json_str(line, "id", seen->known.object.id) ||
	    ed_json_str(line, "name", seen->known.object.name) ||
	    ed_json_int(line, "exit", seen->exit) || ed_json_bool(line, "intact", seen->intact) ||
	    ed_json_time(line, "at", seen->known.kept) ||
	    ed_verdict_json(latest, &seen->intake.verdict) ||
	    ed_verdict_json(accepted, &seen->known.accepted) ||
	    json_object_set(line, "latest", latest) ||
	    json_object_set(line, "accepted", accepted) ||
	    json_object_set_new(line, "causes", causes ? json_incref(causes) : json_array()) ||
	    json_object_set_new(line, "findings",
	                        findings_json(archive->options, &seen->findings))) {
		json_decref(line);
		line = NULL;
	}
	json_decref(latest);
	json_decref(accepted);
	return line;
}

static char *look_text(const struct edoc_archive *archive, const struct seen *seen)
{
	struct ed_buf text;
	char name[512];
	char latest[ED_VERDICT_MAX];
	char accepted[ED_VERDICT_MAX];
	char *out = NULL;
	char *detail = NULL;
	const char *word = seen->exit == 0 ? N_("good") : seen->exit == 2 ? N_("WORSE") : N_("BAD");
	ed_buf_init(&text, 1 << 20);
	ed_escape(name, sizeof name, seen->known.object.name);
	ed_verdict_text(&seen->intake.verdict, latest);
	ed_verdict_text(&seen->known.accepted, accepted);
	ed_buf_printf(&text, "%s  %s  %s  %s", ed_archive_word(archive->options, word),
	              seen->known.object.id, latest, name);
	if (strcmp(latest, accepted) != 0) {
		ed_buf_puts(&text, "  ");
		ed_buf_printf(&text, ed_archive_word(archive->options, N_("(accepted as %s)")),
		              accepted);
	}
	ed_buf_putc(&text, '\n');
	findings_text(archive->options, &seen->findings, &text);
	if (seen->exit && seen->intake.report &&
	    ed_report_lines(archive->options, seen->intake.report, &detail) == EDOC_OK)
		ed_buf_puts(&text, detail);
	edoc_free(detail);
	if (ed_buf_steal(&text, "", &out, NULL) != EDOC_OK)
		return NULL;
	return out;
}

enum edoc_code edoc_archive_verify(struct edoc_archive *archive, const char *id, int64_t now,
                                   struct edoc_error *err)
{
	struct seen seen;
	if (archive->broken)
		return ed_fail(err, EDOC_ERR_IO, id, "the journal cannot be written; run it again");
	enum edoc_code code = look(archive, id, &seen, err);
	if (code == EDOC_OK && archive->lock >= 0)
		code = record_look(archive, &seen, now, err);
	if (code == EDOC_OK)
		code = ed_archive_item(archive, seen.exit, id, NULL, look_text(archive, &seen),
		                       look_json(archive, &seen), err);
	seen_clear(&seen);
	return code;
}

/* ---- everything ---- */

struct fsck {
	struct edoc_archive *archive;
	struct ed_findings *findings;
	const struct ed_checkpoint *against;
	char name[ED_ARCHIVE_NAME];
	bool matched;
	int64_t objects;
	int64_t time;                  /* of the line before */
	struct ed_journal_pos witness; /* the head that the catalogue on disk knows */
	bool witnessed;
};

static enum edoc_code open_for_fsck(struct edoc_archive *archive, struct edoc_error *err)
{
	char *dir = ed_path_join(archive->root, "journal");
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code =
	        ed_journal_open(dir, false, ED_MAX_JOURNAL_SEGMENT, &archive->journal, err);
	free(dir);
	return code;
}

static enum edoc_code fsck_line(void *arg, const json_t *record, const struct ed_journal_pos *pos,
                                struct edoc_error *err)
{
	struct fsck *fsck = arg;
	if (pos->seq == 1)
		ed_checkpoint_name(pos, fsck->name);
	if (fsck->witness.seq == pos->seq)
		fsck->witnessed = !memcmp(fsck->witness.digest, pos->digest, sizeof pos->digest);
	if (fsck->against && fsck->against->seq == pos->seq)
		fsck->matched = ed_checkpoint_matches(fsck->against, fsck->name, pos);
	if (fsck->time && pos->time + ED_CLOCK_SLACK < fsck->time) {
		char seq[24];
		snprintf(seq, sizeof seq, "%lld", (long long)pos->seq);
		ed_finding(fsck->findings, "archive.time", "journal", seq,
		           ed_json_get_str(record, "time"), NULL);
	}
	fsck->time = pos->time;
	return ed_catalogue_apply(fsck->archive->catalogue, record, pos, err);
}

/* Tells one item about what stands in the findings, and empties them. */
static enum edoc_code fsck_tell(struct fsck *fsck, const char *label, struct edoc_error *err)
{
	const struct edoc_archive_options *options = fsck->archive->options;
	struct ed_buf text;
	char *made = NULL;
	if (!fsck->findings->n && !fsck->findings->lost)
		return EDOC_OK;
	ed_buf_init(&text, 1 << 20);
	ed_buf_printf(&text, "%s  ", ed_archive_word(options, N_("BAD")));
	ed_buf_printf(&text, "%s\n", label);
	findings_text(options, fsck->findings, &text);
	json_t *line = json_object();
	json_t *list = findings_json(options, fsck->findings);
	fsck->findings->n = 0;
	enum edoc_code code = ed_buf_steal(&text, label, &made, err);
	if (code == EDOC_OK &&
	    (!line || !list || ed_json_int(line, "v", 1) || ed_json_str(line, "id", label) ||
	     ed_json_int(line, "exit", 1) || json_object_set(line, "findings", list)))
		code = ed_fail_memory(err);
	json_decref(list);
	if (code == EDOC_OK)
		return ed_archive_item(fsck->archive, 1, label, NULL, made, line, err);
	json_decref(line);
	edoc_free(made);
	return code;
}

/* Does the journal know the object?  A writer may have added it since we read. */
static enum edoc_code fsck_knows(struct fsck *fsck, const char *id, bool *found,
                                 struct edoc_error *err)
{
	struct edoc_archive *archive = fsck->archive;
	struct ed_known known = {.kept = 0};
	enum edoc_code code = ed_catalogue_get(archive->catalogue, id, found, &known, err);
	ed_known_clear(&known);
	if (code != EDOC_OK || *found)
		return code;
	*found = ed_store_busy(archive->root, id); /* its line is about to come */
	if (*found)
		return EDOC_OK;
	ed_journal_free(archive->journal);
	archive->journal = NULL;
	code = open_for_fsck(archive, err);
	if (code == EDOC_OK)
		code = ed_journal_replay(archive->journal, &archive->head, fsck_line, fsck, err);
	if (code == EDOC_OK)
		code = ed_catalogue_commit(archive->catalogue, err);
	if (code == EDOC_OK)
		code = ed_catalogue_get(archive->catalogue, id, found, &known, err);
	ed_known_clear(&known);
	return code;
}

/* An object folder that the walk met. */
static enum edoc_code fsck_object(void *arg, const char *path, const char *id,
                                  struct edoc_error *err)
{
	struct fsck *fsck = arg;
	bool found = false;
	enum edoc_code code = id ? fsck_knows(fsck, id, &found, err) : EDOC_OK;
	if (code != EDOC_OK || found)
		return code;
	/* One whose inventory is damaged is found from the journal's side too. */
	if (id)
		ed_finding(fsck->findings, "archive.unrecorded", path, path, NULL, NULL);
	else
		ed_finding(fsck->findings, "archive.altered", path, "inventory.json", NULL, NULL);
	return fsck_tell(fsck, path, err);
}

static enum edoc_code fsck_known(struct fsck *fsck, struct edoc_error *err)
{
	int64_t cursor = 0;
	bool more = true;
	char id[65];
	for (;;) {
		struct ed_known known = {.kept = 0};
		bool found;
		int fd = -1;
		enum edoc_code code = edoc_archive_next(fsck->archive, &cursor, id, &more, err);
		if (code != EDOC_OK || !more)
			return code;
		code = ed_catalogue_get(fsck->archive->catalogue, id, &found, &known, err);
		if (code == EDOC_OK)
			code = ed_store_check(fsck->archive->root, &known.object, fsck->findings,
			                      &fd, err);
		if (fd >= 0)
			close(fd);
		ed_known_clear(&known);
		fsck->objects++;
		if (code == EDOC_OK)
			code = fsck_tell(fsck, id, err);
		if (code != EDOC_OK)
			return code;
	}
}

/* The journal may only be longer than the catalogue knows it. */
static enum edoc_code fsck_witness(struct fsck *fsck, struct edoc_error *err)
{
	char text[160];
	if (!fsck->witness.seq || fsck->witnessed)
		return EDOC_OK;
	snprintf(text, sizeof text,
	         ed_archive_word(fsck->archive->options,
	                         N_("line %lld, which catalogue.sqlite knows, is not in it")),
	         (long long)fsck->witness.seq);
	ed_finding(fsck->findings, "archive.journal", "catalogue", text, NULL, NULL);
	return fsck_tell(fsck, "journal", err);
}

/* The journal alone; a broken one is a fault that is told, and the end. */
static enum edoc_code fsck_journal(struct fsck *fsck, bool *whole, struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	struct edoc_archive *archive = fsck->archive;
	*whole = false;
	/* Before the journal is read: a writer's line is there first. */
	ed_catalogue_witness(archive->root, &fsck->witness);
	enum edoc_code code = open_for_fsck(archive, &why);
	if (code == EDOC_OK)
		code = ed_journal_replay(archive->journal, &archive->head, fsck_line, fsck, &why);
	if (code == EDOC_OK && archive->head.seq == 0)
		code = ed_fail(&why, EDOC_ERR_INPUT, "journal", "is empty");
	if (code != EDOC_OK && code != EDOC_ERR_INPUT && code != EDOC_ERR_ABSENT) {
		if (err)
			*err = why;
		return code;
	}
	if (code == EDOC_OK)
		code = ed_catalogue_commit(archive->catalogue, err);
	else {
		ed_finding(fsck->findings, "archive.journal", why.where, why.msg, NULL, NULL);
		return fsck_tell(fsck, "journal", err);
	}
	*whole = code == EDOC_OK;
	if (code == EDOC_OK)
		code = fsck_tell(fsck, "journal", err);
	if (code == EDOC_OK)
		code = fsck_witness(fsck, err);
	if (code == EDOC_OK && fsck->against && !fsck->matched) {
		ed_finding(fsck->findings, "archive.rewritten", "journal", NULL, NULL, NULL);
		code = fsck_tell(fsck, "journal", err);
	}
	return code;
}

static enum edoc_code fsck_summary(struct fsck *fsck, struct edoc_error *err)
{
	struct edoc_archive *archive = fsck->archive;
	char *text = NULL;
	json_t *line = json_object();
	if (!line || ed_json_int(line, "v", 1) || ed_json_int(line, "exit", 0) ||
	    ed_json_int(line, "objects", fsck->objects) ||
	    ed_json_int(line, "lines", archive->head.seq) ||
	    asprintf(&text,
	             ed_archive_word(archive->options,
	                             N_("looked at %lld objects and %lld journal lines\n")),
	             (long long)fsck->objects, (long long)archive->head.seq) < 0) {
		json_decref(line);
		return ed_fail_memory(err);
	}
	return ed_archive_item(archive, 0, archive->root, NULL, text, line, err);
}

static enum edoc_code fsck_all(struct fsck *fsck, struct edoc_error *err)
{
	struct edoc_archive *archive = fsck->archive;
	bool whole = false;
	enum edoc_code code = ed_catalogue_open_memory(&archive->catalogue, err);
	if (code == EDOC_OK)
		code = fsck_journal(fsck, &whole, err);
	if (code != EDOC_OK || !whole)
		return code;
	code = ed_store_walk(archive->root, fsck_object, fsck, fsck->findings, err);
	if (code == EDOC_OK)
		code = fsck_tell(fsck, "ocfl", err);
	if (code == EDOC_OK)
		code = fsck_known(fsck, err);
	if (code == EDOC_OK)
		code = fsck_summary(fsck, err);
	return code;
}

enum edoc_code edoc_archive_fsck(const char *root, const struct edoc_archive_options *options,
                                 const char *against, struct edoc_error *err)
{
	struct edoc_archive archive = {.root = (char *)root, .options = options, .lock = -1};
	struct ed_checkpoint checkpoint = {.seq = 0};
	struct ed_findings findings;
	struct ed_arena *arena = ed_arena_new();
	if (!arena)
		return ed_fail_memory(err);
	ed_findings_init(&findings, arena);
	struct fsck fsck = {.archive = &archive,
	                    .findings = &findings,
	                    .against = against ? &checkpoint : NULL};
	enum edoc_code code = ed_store_probe(root, err);
	if (code == EDOC_OK && against)
		code = ed_checkpoint_parse(against, &checkpoint, err);
	if (code == EDOC_OK)
		code = fsck_all(&fsck, err);
	ed_catalogue_free(archive.catalogue);
	ed_journal_free(archive.journal);
	ed_arena_free(arena);
	return code;
}
