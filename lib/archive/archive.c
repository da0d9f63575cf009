/* SPDX-License-Identifier: ISC */
/* Making, opening and closing an archive; what a writer that died left. */
#include "archive/archive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/time.h"
#include "door/crypto.h"
#include "door/x509.h"

const char *ed_archive_word(const struct edoc_archive_options *options, const char *text)
{
	return !options->lang || !strcmp(options->lang, "en") ? text : dgettext("edoc", text);
}

/* ---- recording ---- */

static enum edoc_code give_up(struct edoc_archive *archive, const struct edoc_error *why,
                              struct edoc_error *err)
{
	archive->broken = true;
	archive->why = *why;
	if (err)
		*err = *why;
	return why->code;
}

enum edoc_code ed_archive_record(struct edoc_archive *archive, const struct ed_event *event,
                                 struct edoc_error *err)
{
	struct edoc_error why;
	enum edoc_code code = ed_journal_clock(archive->journal, event->time, &why);
	if (code == EDOC_OK)
		code = ed_journal_add(archive->journal, event, ed_catalogue_apply,
		                      archive->catalogue, &why);
	return code == EDOC_OK ? code : give_up(archive, &why, err);
}

static void item_clear(struct ed_item *item)
{
	free(item->label);
	edoc_free(item->text);
	edoc_free(item->json);
	*item = (struct ed_item){.exit = 0};
}

static void tell(const struct edoc_archive *archive, const struct ed_item *item)
{
	archive->options->item(archive->options->arg, item->exit, item->text, item->json);
}

/* The group is not durable: each of its items is told so. */
static void tell_lost(const struct edoc_archive *archive, const struct ed_item *item)
{
	char *text = NULL;
	char *json = NULL;
	char label[512];
	ed_escape(label, sizeof label, item->label);
	if (edoc_error_json(item->label, &archive->why, &json, NULL) == EDOC_OK &&
	    asprintf(&text, "%s  %s: %s\n", ed_archive_word(archive->options, N_("NOT DONE")),
	             label, archive->why.msg) >= 0)
		archive->options->item(archive->options->arg, edoc_code_exit(archive->why.code),
		                       text, json);
	free(text);
	edoc_free(json);
}

/* Tells every queued item, once the journal has them all or never will. */
static void tell_all(struct edoc_archive *archive, bool lost)
{
	for (size_t i = 0; i < archive->n; i++) {
		struct ed_item *item = &archive->items[i];
		/* What cannot be cleared up now is at the next opening. */
		enum edoc_code cleared = EDOC_OK;
		if (!lost && item->settle[0])
			cleared = ed_store_settle(archive->root, item->settle, NULL);
		(void)cleared;
		if (lost)
			tell_lost(archive, item);
		else
			tell(archive, item);
		item_clear(item);
	}
	archive->n = 0;
}

enum edoc_code edoc_archive_flush(struct edoc_archive *archive, struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	enum edoc_code code = EDOC_OK;
	/* Lines of a group may have been lost before it was full. */
	bool lost = archive->broken;
	bool waits = archive->lock >= 0 && ed_journal_pending(archive->journal);
	if (!lost && waits) {
		code = ed_journal_flush(archive->journal, &why);
		lost = code != EDOC_OK;
	}
	if (lost)
		ed_catalogue_rollback(archive->catalogue);
	else if (waits)
		code = ed_catalogue_commit(archive->catalogue, &why);
	if (code != EDOC_OK)
		code = give_up(archive, &why, err);
	tell_all(archive, lost);
	return code;
}

enum edoc_code ed_archive_item(struct edoc_archive *archive, int status, const char *label,
                               const char *settle, char *text, json_t *json, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct ed_item *item = &archive->items[archive->n];
	*item = (struct ed_item){.exit = status, .label = strdup(label), .text = text};
	snprintf(item->settle, sizeof item->settle, "%s", settle ? settle : "");
	if (!item->label || !text || !json)
		code = ed_fail_memory(err);
	else
		code = ed_json_line(json, &item->json, err);
	json_decref(json);
	if (code != EDOC_OK) {
		item_clear(item);
		return code;
	}
	archive->n++;
	bool waits = archive->lock >= 0 && ed_journal_pending(archive->journal);
	return waits && archive->n < ED_MAX_COMMIT ? EDOC_OK : edoc_archive_flush(archive, err);
}

enum edoc_code ed_archive_known(struct edoc_archive *archive, const char *id,
                                struct ed_known *known, struct edoc_error *err)
{
	bool found;
	enum edoc_code code = ed_catalogue_get(archive->catalogue, id, &found, known, err);
	if (code == EDOC_OK && !found)
		code = ed_fail(err, EDOC_ERR_ABSENT, id, "the archive does not keep it");
	return code;
}

/* ---- making ---- */

/* {"sha256": ..., "der": base64}: whose checkpoints are this archive's. */
static enum edoc_code pin(const struct edoc_key *key, json_t *facts, struct edoc_error *err)
{
	struct ed_buf der;
	struct ed_buf text;
	ed_buf_init(&der, ED_MAX_KEY_FILE);
	ed_buf_init(&text, 2 * ED_MAX_KEY_FILE);
	enum edoc_code code = ed_cert_der(ed_key_cert(key), &der, err);
	json_t *certificate = json_object();
	if (code == EDOC_OK) {
		ed_b64_put(&text, der.data, der.len);
		if (!certificate || text.failed != EDOC_OK ||
		    ed_json_str(certificate, "der", ed_buf_str(&text)) ||
		    ed_json_str(certificate, "sha256", edoc_key_cert_sha256(key)) ||
		    json_object_set(facts, "certificate", certificate))
			code = ed_fail_memory(err);
	}
	json_decref(certificate);
	ed_buf_clear(&der);
	ed_buf_clear(&text);
	return code;
}

static enum edoc_code record_creation(struct edoc_archive *archive, const struct edoc_key *key,
                                      struct edoc_error *err)
{
	json_t *facts = json_object();
	enum edoc_code code = EDOC_OK;
	if (!facts || ed_json_str(facts, "format", "edoc-archive/1") ||
	    ed_json_str(facts, "storage", "ocfl_1.1, 0004-hashed-n-tuple-storage-layout 3/1") ||
	    ed_json_str(facts, "certificate", NULL))
		code = ed_fail_memory(err);
	if (code == EDOC_OK && key)
		code = pin(key, facts, err);
	struct ed_event event = {.event = "creation",
	                         .outcome = "success",
	                         .agent = archive->options->agent,
	                         .facts = facts,
	                         .time = archive->options->now};
	if (code == EDOC_OK)
		code = ed_archive_record(archive, &event, err);
	if (code == EDOC_OK)
		code = edoc_archive_flush(archive, err);
	json_decref(facts);
	return code;
}

/* ---- opening ---- */

static enum edoc_code new_archive(const char *root, const struct edoc_archive_options *options,
                                  struct edoc_archive **archive, struct edoc_error *err)
{
	struct edoc_archive *a = calloc(1, sizeof *a);
	if (!a)
		return ed_fail_memory(err);
	a->lock = -1;
	a->options = options;
	a->root = strdup(root);
	if (!a->root) {
		edoc_archive_free(a);
		return ed_fail_memory(err);
	}
	*archive = a;
	return EDOC_OK;
}

void edoc_archive_free(struct edoc_archive *archive)
{
	if (!archive)
		return;
	for (size_t i = 0; i < archive->n; i++)
		item_clear(&archive->items[i]);
	ed_catalogue_free(archive->catalogue);
	ed_journal_free(archive->journal);
	if (archive->lock >= 0)
		close(archive->lock); /* gives the lock back */
	free(archive->root);
	free(archive);
}

/* The journal may only be longer than what is known of it: anything else is
 * the loss of the authority, and no begin of a new one. */
static enum edoc_code lost_journal(const char *where, struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, where,
	               "the journal is gone, shorter or other than the catalogue and the objects "
	               "say; run fsck and bring the journal back from a backup");
}

static enum edoc_code open_journal(struct edoc_archive *archive, struct edoc_error *err)
{
	char *dir = ed_path_join(archive->root, "journal");
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_journal_open(dir, archive->lock >= 0, ED_MAX_JOURNAL_SEGMENT,
	                                      &archive->journal, err);
	if (code == EDOC_OK)
		code = ed_journal_check_format(archive->journal, err);
	if (code == EDOC_ERR_ABSENT)
		code = lost_journal(dir, err);
	free(dir);
	return code;
}

/* Way 0: the catalogue that is there.  Way 1: a new one in its place. Way 2: one
 * in memory. */
static enum edoc_code try_catalogue(struct edoc_archive *archive, int way, struct edoc_error *err)
{
	enum edoc_code code =
	        way < 2 ? ed_catalogue_open(archive->root, way == 1, &archive->catalogue, err)
	                : ed_catalogue_open_memory(&archive->catalogue, err);
	archive->head = (struct ed_journal_pos){.seq = 0};
	if (code == EDOC_OK)
		code = ed_catalogue_follow(archive->catalogue, archive->journal, &archive->head,
		                           err);
	if (code != EDOC_OK) {
		ed_catalogue_free(archive->catalogue);
		archive->catalogue = NULL;
	}
	return code;
}

/* The chain from the first line on, before a catalogue is thrown away for it. */
static enum edoc_code check_journal(struct edoc_archive *archive, struct edoc_error *err)
{
	struct ed_journal_pos pos = {.seq = 0};
	enum edoc_code code = ed_journal_replay(archive->journal, &pos, NULL, NULL, err);
	if (code == EDOC_OK && pos.seq == 0 && ed_store_vacant(archive->root, NULL) != EDOC_OK)
		code = lost_journal(archive->root, err);
	return code;
}

/* A catalogue that stands at the head of the journal.  It is disposable: the
 * writer makes one that is damaged anew; a reader, who may not be allowed to
 * write, makes his own in memory.  One that knows of lines that are not there
 * is not: it is what tells that the journal was cut. */
static enum edoc_code open_catalogue(struct edoc_archive *archive, struct edoc_error *err)
{
	struct edoc_error why;
	enum edoc_code code = try_catalogue(archive, 0, &why);
	if (code == EDOC_ERR_ABSENT)
		return lost_journal(why.where, err);
	if (code != EDOC_OK && err)
		*err = why;
	if (code == EDOC_OK || code == EDOC_ERR_AGAIN || code == EDOC_ERR_MEMORY ||
	    code == EDOC_ERR_VERSION || code == EDOC_ERR_DENIED)
		return code;
	code = check_journal(archive, err);
	return code == EDOC_OK ? try_catalogue(archive, archive->lock >= 0 ? 1 : 2, err) : code;
}

/* An edited catalogue is made anew, and told: it may have hidden something. */
static enum edoc_code replace_catalogue(struct edoc_archive *archive, struct edoc_error *err)
{
	const struct edoc_archive_options *options = archive->options;
	static const char msg[] =
	        N_("did not say what the journal says and was made anew; find out who changed it");
	char *text = NULL;
	json_t *line = json_object();
	ed_catalogue_free(archive->catalogue);
	archive->catalogue = NULL;
	enum edoc_code code = try_catalogue(archive, archive->lock >= 0 ? 1 : 2, err);
	if (code == EDOC_OK &&
	    (!line || ed_json_int(line, "v", 1) || ed_json_str(line, "id", "catalogue.sqlite") ||
	     ed_json_int(line, "exit", 1) || ed_json_str(line, "msg", msg) ||
	     asprintf(&text, "%s  catalogue.sqlite: %s\n", ed_archive_word(options, N_("BAD")),
	              ed_archive_word(options, msg)) < 0))
		code = ed_fail_memory(err);
	if (code == EDOC_OK)
		return ed_archive_item(archive, 1, "catalogue.sqlite", NULL, text, line, err);
	json_decref(line);
	return code;
}

/* What a writer wants to know before it goes on. */
static enum edoc_code check_before(struct edoc_archive *archive, struct edoc_error *err)
{
	bool same = true;
	enum edoc_code code = ed_journal_clock(archive->journal, archive->options->now, err);
	if (code == EDOC_OK && !archive->options->whole)
		return ed_journal_check_tail(archive->journal, &archive->head, err);
	if (code == EDOC_OK)
		code = ed_catalogue_check(archive->catalogue, archive->journal, &same, err);
	return code == EDOC_OK && !same ? replace_catalogue(archive, err) : code;
}

/* Bytes that a dying writer left behind the last line. */
static enum edoc_code record_torn(struct edoc_archive *archive, struct edoc_error *err)
{
	uint64_t torn = ed_journal_torn(archive->journal);
	if (!torn || !archive->head.seq)
		return EDOC_OK;
	json_t *facts = json_object();
	enum edoc_code code = EDOC_OK;
	if (!facts || ed_json_int(facts, "cut", (int64_t)torn))
		code = ed_fail_memory(err);
	struct ed_event event = {.event = "recovery",
	                         .outcome = "warning",
	                         .agent = archive->options->agent,
	                         .facts = facts,
	                         .time = archive->options->now};
	if (code == EDOC_OK)
		code = ed_archive_record(archive, &event, err);
	json_decref(facts);
	return code;
}

enum edoc_code ed_archive_adopt(struct edoc_archive *archive, const char *id,
                                struct edoc_error *err)
{
	const struct edoc_archive_options *options = archive->options;
	struct ed_arena *arena = ed_arena_new();
	struct ed_object object = {.name = NULL};
	struct ed_intake intake = {.facts = NULL};
	struct ed_findings findings;
	int fd = -1;
	if (!arena)
		return ed_fail_memory(err);
	ed_findings_init(&findings, arena);
	enum edoc_code code = ed_store_describe(archive->root, id, &object, err);
	/* The inventory says what was staged; the bytes must be those. */
	if (code == EDOC_OK)
		code = ed_store_check(archive->root, &object, &findings, &fd, err);
	if (code == EDOC_OK && (findings.n || findings.lost || fd < 0))
		code = ed_fail(err, EDOC_ERR_INPUT, id,
		               "was stored without a journal line and is damaged; run fsck");
	if (code == EDOC_OK)
		code = ed_intake_judge(options, fd, object.name, options->now, &intake, err);
	if (code == EDOC_OK)
		code = ed_intake_record(archive, &object, &intake, options->now, true, err);
	if (fd >= 0)
		close(fd);
	ed_intake_clear(&intake);
	ed_object_clear(&object);
	ed_arena_free(arena);
	return code;
}

/* Staged without a place: removed.  In place without a line: adopted. */
static enum edoc_code recover(struct edoc_archive *archive, struct edoc_error *err)
{
	char **ids = NULL;
	size_t n = 0;
	enum edoc_code code = record_torn(archive, err);
	if (code == EDOC_OK)
		code = ed_store_leftovers(archive->root, &ids, &n, err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++) {
		struct ed_known known = {.kept = 0};
		bool found = false;
		code = ed_catalogue_get(archive->catalogue, ids[i], &found, &known, err);
		if (code == EDOC_OK && !found && ed_store_has(archive->root, ids[i]))
			code = ed_archive_adopt(archive, ids[i], err);
		ed_known_clear(&known);
	}
	if (code == EDOC_OK)
		code = edoc_archive_flush(archive, err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++)
		code = ed_store_settle(archive->root, ids[i], err);
	ed_names_free(ids);
	return code;
}

static enum edoc_code open_all(struct edoc_archive *archive, struct edoc_error *err)
{
	const struct edoc_archive_options *options = archive->options;
	enum edoc_code code = EDOC_OK;
	if (options->write && !options->dry)
		code = ed_store_lock(archive->root, &archive->lock, err);
	if (code == EDOC_OK)
		code = open_journal(archive, err);
	if (code == EDOC_OK)
		code = open_catalogue(archive, err);
	return code;
}

static enum edoc_code check_options(const struct edoc_archive_options *options,
                                    struct edoc_error *err)
{
	if (!options->item ||
	    (options->write && (!options->agent || !options->trust || !options->policy)))
		return ed_fail(err, EDOC_ERR_USAGE, "",
		               "a writer needs an agent, trust and a policy");
	return EDOC_OK;
}

enum edoc_code edoc_archive_open(const char *root, const struct edoc_archive_options *options,
                                 struct edoc_archive **archive, struct edoc_error *err)
{
	struct edoc_archive *a = NULL;
	*archive = NULL;
	enum edoc_code code = check_options(options, err);
	if (code == EDOC_OK)
		code = ed_store_probe(root, err);
	if (code == EDOC_OK)
		code = new_archive(root, options, &a, err);
	if (code == EDOC_OK)
		code = open_all(a, err);
	if (code == EDOC_OK && a->head.seq == 0 && ed_store_vacant(root, NULL) != EDOC_OK)
		code = lost_journal(root, err);
	if (code == EDOC_OK && a->head.seq == 0)
		code = ed_fail(err, EDOC_ERR_ABSENT, root,
		               "its making was interrupted; run edoc-archive init again");
	if (code == EDOC_OK && options->write)
		code = check_before(a, err);
	if (code == EDOC_OK && a->lock >= 0) {
		code = recover(a, err);
		if (code == EDOC_OK)
			code = ed_catalogue_follow(a->catalogue, a->journal, &a->head, err);
	}
	if (code == EDOC_OK)
		*archive = a;
	else
		edoc_archive_free(a);
	return code;
}

enum edoc_code edoc_archive_init(const char *root, const struct edoc_archive_options *options,
                                 const struct edoc_key *key, struct edoc_error *err)
{
	struct edoc_archive_options writing = *options;
	struct edoc_archive *archive = NULL;
	writing.write = true;
	if (!options->agent)
		return ed_fail(err, EDOC_ERR_USAGE, "", "a writer needs an agent");
	enum edoc_code code = ed_store_probe(root, NULL);
	if (code == EDOC_ERR_VERSION)
		return ed_fail(err, EDOC_ERR_EXISTS, root, "is an archive of a newer format");
	if (code != EDOC_OK && options->dry)
		return ed_store_vacant(root, err);
	if (code != EDOC_OK)
		code = ed_store_create(root, err);
	if (code == EDOC_OK)
		code = new_archive(root, &writing, &archive, err);
	if (code == EDOC_OK)
		code = open_all(archive, err);
	if (code == EDOC_ERR_INPUT && ed_store_vacant(root, NULL) != EDOC_OK)
		code = ed_fail(err, EDOC_ERR_EXISTS, root,
		               "is an archive that lost its journal; bring it back from a backup");
	if (code == EDOC_OK && archive->head.seq)
		code = ed_fail(err, EDOC_ERR_EXISTS, root, "is an archive already");
	/* Objects without a journal: a lost one, not an interrupted init. */
	if (code == EDOC_OK)
		code = ed_store_vacant(root, err);
	if (code == EDOC_OK && !options->dry)
		code = record_creation(archive, key, err);
	edoc_archive_free(archive);
	return code;
}

enum edoc_code edoc_archive_rebuild(const char *root, const struct edoc_archive_options *options,
                                    struct edoc_error *err)
{
	struct edoc_archive *archive = NULL;
	struct edoc_error why;
	int64_t objects = 0;
	char *text = NULL;
	struct edoc_archive_options writing = *options;
	writing.write = true;
	enum edoc_code code = ed_store_probe(root, err);
	if (code == EDOC_OK)
		code = new_archive(root, &writing, &archive, err);
	if (code == EDOC_OK && !options->dry)
		code = ed_store_lock(root, &archive->lock, err);
	if (code == EDOC_OK)
		code = open_journal(archive, err);
	if (code == EDOC_OK)
		code = check_journal(archive, err);
	/* What the old one, if it can be read, knows must be there still. */
	if (code == EDOC_OK) {
		code = try_catalogue(archive, 0, &why);
		if (code == EDOC_ERR_ABSENT)
			code = lost_journal(why.where, err);
		else if (code != EDOC_ERR_AGAIN && code != EDOC_ERR_MEMORY &&
		         code != EDOC_ERR_DENIED)
			code = EDOC_OK;
		else if (err)
			*err = why;
		ed_catalogue_free(archive->catalogue);
		archive->catalogue = NULL;
	}
	if (code == EDOC_OK)
		code = options->dry ? ed_catalogue_open_memory(&archive->catalogue, err)
		                    : ed_catalogue_open(root, true, &archive->catalogue, err);
	if (code == EDOC_OK)
		code = ed_catalogue_follow(archive->catalogue, archive->journal, &archive->head,
		                           err);
	if (code == EDOC_OK)
		code = ed_catalogue_count(archive->catalogue, &objects, err);
	json_t *line = json_object();
	if (code == EDOC_OK &&
	    (!line || ed_json_int(line, "v", 1) || ed_json_int(line, "exit", 0) ||
	     ed_json_int(line, "objects", objects) ||
	     ed_json_int(line, "lines", archive->head.seq) ||
	     asprintf(&text, ed_archive_word(options, N_("%lld objects from %lld journal lines\n")),
	              (long long)objects, (long long)archive->head.seq) < 0))
		code = ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_archive_item(archive, 0, root, NULL, text, json_incref(line), err);
	json_decref(line);
	edoc_archive_free(archive);
	return code;
}
