/* SPDX-License-Identifier: ISC */
/* What an archive says of an object, and copies of it. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/time.h"
#include "door/crypto.h"
#include "door/x509.h"
#include "signature/cmsledger.h"

#define CHUNK ((size_t)1 << 20)
#define SHOW_MAX ((size_t)64 << 20)

/* ---- show ---- */

struct history {
	struct edoc_archive *archive;
	struct ed_buf *text; /* or NULL */
	json_t *list;        /* or NULL */
	struct ed_buf *raw;  /* or NULL: the lines as they stand */
	char *report;        /* or NULL: the digest that the intake recorded, ED_SHA256_REF */
};

static enum edoc_code put_event(const struct history *history, const json_t *record)
{
	char line[512];
	char name[512] = "";
	const char *sub = ed_json_get_str(json_object_get(record, "facts"), "subindication");
	const char *verdict = ed_json_get_str(json_object_get(record, "facts"), "indication");
	ed_escape(line, sizeof line, ed_json_get_str(record, "agent"));
	if (!strcmp(ed_json_get_str(record, "event"), "naming"))
		ed_escape(name, sizeof name,
		          ed_json_get_str(json_object_get(record, "facts"), "name"));
	ed_buf_printf(history->text, "  %s  %s  %s  %s%s%s%s%s%s%s\n",
	              ed_json_get_str(record, "time"), ed_json_get_str(record, "event"),
	              ed_json_get_str(record, "outcome"), line, verdict ? "  " : "",
	              verdict ? verdict : "", sub ? "/" : "", sub ? sub : "", *name ? "  " : "",
	              name);
	return EDOC_OK;
}

static enum edoc_code add_event(void *arg, const struct ed_journal_pos *pos, struct edoc_error *err)
{
	const struct history *history = arg;
	struct ed_buf line;
	json_t *record = NULL;
	ed_buf_init(&line, ED_MAX_JOURNAL_LINE);
	enum edoc_code code = ed_journal_line(history->archive->journal, pos, &line, err);
	if (code == EDOC_OK)
		code = ed_json_parse(line.data, line.len, "journal", &record, err);
	if (code == EDOC_OK && history->text)
		code = put_event(history, record);
	if (code == EDOC_OK && history->list && json_array_append(history->list, record))
		code = ed_fail_memory(err);
	if (code == EDOC_OK && history->raw) {
		ed_buf_put(history->raw, line.data, line.len);
		ed_buf_putc(history->raw, '\n');
	}
	if (code == EDOC_OK && history->report &&
	    !strcmp(ed_json_get_str(record, "event"), "ingest")) {
		const char *report = ed_json_get_str(json_object_get(record, "facts"), "report");
		snprintf(history->report, ED_SHA256_REF, "%s", report ? report : "");
	}
	json_decref(record);
	ed_buf_clear(&line);
	return code;
}

static void put_facts(const struct edoc_archive *archive, const struct ed_known *known,
                      const char *path, struct ed_buf *out)
{
	const struct edoc_archive_options *options = archive->options;
	char kept[ED_TIME_STR];
	char checked[ED_TIME_STR];
	char accepted[ED_VERDICT_MAX];
	char latest[ED_VERDICT_MAX];
	char name[512];
	char signer[512];
	ed_time_format(kept, known->kept);
	ed_time_format(checked, known->checked);
	ed_verdict_text(&known->accepted, accepted);
	ed_verdict_text(&known->latest, latest);
	ed_escape(name, sizeof name, known->object.name);
	ed_escape(signer, sizeof signer, known->signer);
	ed_buf_printf(out, "%s\n", name);
	ed_buf_printf(out, ed_archive_word(options, N_("  id        %s\n")), known->object.id);
	ed_buf_printf(out, ed_archive_word(options, N_("  bytes     %llu\n")),
	              (unsigned long long)known->object.bytes);
	if (*signer)
		ed_buf_printf(out, ed_archive_word(options, N_("  signer    %s\n")), signer);
	ed_buf_printf(out, ed_archive_word(options, N_("  kept      %s  %s\n")), kept, accepted);
	ed_buf_printf(out, ed_archive_word(options, N_("  verified  %s  %s  %s\n")), checked,
	              known->intact ? ed_archive_word(options, N_("bits intact"))
	                            : ed_archive_word(options, N_("BITS DAMAGED")),
	              latest);
	ed_escape(name, sizeof name, path);
	ed_buf_printf(out, ed_archive_word(options, N_("  file      %s\n")), name);
}

static int facts_json(json_t *line, const struct ed_known *known, const char *path, json_t *events)
{
	json_t *accepted = json_object();
	json_t *latest = json_object();
	int bad = !line || !accepted || !latest || ed_json_int(line, "v", 1) ||
	          ed_json_str(line, "id", known->object.id) ||
	          ed_json_str(line, "name", known->object.name) ||
	          ed_json_int(line, "bytes", (int64_t)known->object.bytes) ||
	          ed_json_str(line, "sha512", known->object.sha512) ||
	          ed_json_str(line, "signer", known->signer) || ed_json_str(line, "file", path) ||
	          ed_json_time(line, "kept", known->kept) ||
	          ed_json_time(line, "verified", known->checked) ||
	          ed_json_bool(line, "intact", known->intact) ||
	          ed_verdict_json(accepted, &known->accepted) ||
	          ed_verdict_json(latest, &known->latest) ||
	          json_object_set(line, "accepted", accepted) ||
	          json_object_set(line, "latest", latest) ||
	          json_object_set(line, "journal", events);
	json_decref(accepted);
	json_decref(latest);
	return bad;
}

/* Where its package lies, below the root: whoever has no edoc copies that. */
static char *content_path(const struct edoc_archive *archive, const struct ed_object *object)
{
	char *path = NULL;
	char *dir = ed_store_path(archive->root, object->id);
	if (!dir || asprintf(&path, "%s/v1/content/%s", dir, object->name) < 0)
		path = NULL;
	free(dir);
	return path;
}

enum edoc_code edoc_archive_show(struct edoc_archive *archive, const char *id, char **text,
                                 char **json, struct edoc_error *err)
{
	struct ed_known known = {.kept = 0};
	struct ed_buf out;
	json_t *line = json_object();
	json_t *events = json_array();
	char *path = NULL;
	ed_buf_init(&out, SHOW_MAX);
	enum edoc_code code = ed_archive_known(archive, id, &known, err);
	if (code == EDOC_OK && !(path = content_path(archive, &known.object)))
		code = ed_fail_memory(err);
	if (code == EDOC_OK && text)
		put_facts(archive, &known, path, &out);
	struct history history = {
	        .archive = archive, .text = text ? &out : NULL, .list = json ? events : NULL};
	if (code == EDOC_OK)
		code = ed_catalogue_lines(archive->catalogue, id, add_event, &history, err);
	if (code == EDOC_OK && json) {
		code = facts_json(line, &known, path, events) ? ed_fail_memory(err)
		                                              : ed_json_line(line, json, err);
	}
	if (code == EDOC_OK && text)
		code = ed_buf_steal(&out, id, text, err);
	ed_buf_clear(&out);
	free(path);
	json_decref(line);
	json_decref(events);
	ed_known_clear(&known);
	return code;
}

/* ---- export ---- */

/* Copies fd to a new file and compares what passed with what was kept. */
static enum edoc_code copy_package(int fd, const char *path, const struct ed_object *object,
                                   struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	char hex[65] = "";
	struct ed_digest *sha256 = ed_digest_new(ED_SHA256);
	unsigned char *chunk = malloc(CHUNK);
	int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	enum edoc_code code = EDOC_OK;
	if (!sha256 || !chunk)
		code = ed_fail_memory(err);
	else if (out < 0)
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, path, N_("cannot create"));
	for (uint64_t at = 0; code == EDOC_OK && at < object->bytes;) {
		uint64_t left = object->bytes - at;
		size_t n = left < CHUNK ? (size_t)left : CHUNK;
		code = ed_pread_full(fd, object->name, chunk, n, at, err);
		if (code == EDOC_OK && !ed_digest_update(sha256, chunk, n))
			code = ed_fail_memory(err);
		if (code == EDOC_OK)
			code = ed_write_full(out, path, chunk, n, err);
		at += n;
	}
	if (code == EDOC_OK && ed_digest_final(sha256, digest))
		ed_hex(hex, digest, 32);
	if (code == EDOC_OK && strcmp(hex, object->id) != 0)
		code = ed_fail(err, EDOC_ERR_INPUT, object->id,
		               "the stored package is damaged and is not given out; run verify");
	if (code == EDOC_OK && fsync(out) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot write"));
	if (out >= 0 && close(out) != 0 && code == EDOC_OK)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot write"));
	free(chunk);
	ed_digest_free(sha256);
	return code;
}

static enum edoc_code put_export(const char *dir, const char *name, const void *bytes, size_t len,
                                 struct edoc_error *err)
{
	char *path = ed_path_join(dir, name);
	enum edoc_code code =
	        path ? ed_write_file(path, bytes, len, false, err) : ed_fail_memory(err);
	free(path);
	return code;
}

/* package/, so that a package called report.json stays itself */
static enum edoc_code fill_package(struct edoc_archive *archive, const struct ed_known *known,
                                   const char *dir, char **report, struct edoc_error *err)
{
	struct ed_intake intake = {.facts = NULL};
	int fd = -1;
	char *folder = ed_path_join(dir, "package");
	char *path = folder ? ed_path_join(folder, known->object.name) : NULL;
	enum edoc_code code = path ? ed_mkdirs(folder, err) : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = ed_store_open(archive->root, &known->object, &fd, err);
	if (code == EDOC_OK)
		code = copy_package(fd, path, &known->object, err);
	if (code == EDOC_OK)
		code = ed_fsync_dir(folder, err);
	if (code == EDOC_OK)
		code = ed_intake_judge(archive->options, fd, known->object.name, known->kept,
		                       &intake, err);
	if (code == EDOC_OK)
		code = edoc_report_json(intake.report, report, err);
	ed_intake_clear(&intake);
	if (fd >= 0)
		close(fd);
	free(path);
	free(folder);
	return code;
}

static enum edoc_code fill_export(struct edoc_archive *archive, const struct ed_known *known,
                                  const char *dir, bool *recorded, struct edoc_error *err)
{
	struct ed_buf lines;
	char *report = NULL;
	char digest[ED_SHA256_REF] = "";
	char intake[ED_SHA256_REF] = "";
	ed_buf_init(&lines, SHOW_MAX);
	struct history history = {.archive = archive, .raw = &lines, .report = intake};
	enum edoc_code code = fill_package(archive, known, dir, &report, err);
	if (code == EDOC_OK)
		code = put_export(dir, "report.json", report, strlen(report), err);
	if (code == EDOC_OK)
		code = ed_catalogue_lines(archive->catalogue, known->object.id, add_event, &history,
		                          err);
	if (code == EDOC_OK)
		code = ed_buf_check(&lines, "journal.jsonl", err);
	if (code == EDOC_OK)
		code = put_export(dir, "journal.jsonl", lines.data, lines.len, err);
	if (code == EDOC_OK)
		code = ed_fsync_dir(dir, err);
	if (code == EDOC_OK)
		code = ed_report_digest(report, digest, err);
	*recorded = code == EDOC_OK && !strcmp(digest, intake);
	edoc_free(report);
	ed_buf_clear(&lines);
	return code;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* What fill_export() makes, name by name: where descriptors ran out, no folder
 * can be opened and read. */
static void remove_made(const char *dir, const struct ed_known *known)
{
	char *paths[4] = {NULL};
	if (asprintf(&paths[0], "%s/package/%s", dir, known->object.name) < 0)
		paths[0] = NULL;
	paths[1] = ed_path_join(dir, "package");
	paths[2] = ed_path_join(dir, "report.json");
	paths[3] = ed_path_join(dir, "journal.jsonl");
	for (size_t i = 0; i < 4; i++) {
		if (paths[i])
			(void)remove(paths[i]);
		free(paths[i]);
	}
	(void)rmdir(dir);
}

static void remove_tree(const char *path)
{
	/* A temporary that stays behind is seen and harms nobody. */
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* made -> final.  The old folder, if it may go, leaves after the new is there. */
static enum edoc_code put_in_place(const char *made, const char *final, bool overwrite,
                                   struct edoc_error *err)
{
	if (renameat2(AT_FDCWD, made, AT_FDCWD, final, RENAME_NOREPLACE) == 0)
		return EDOC_OK;
	if (errno != EEXIST)
		return ed_fail_errno(err, EDOC_ERR_EXISTS, final, N_("cannot create"));
	if (!overwrite)
		return ed_fail(err, EDOC_ERR_EXISTS, final,
		               "exists already; -f replaces what an export made");
	if (renameat2(AT_FDCWD, made, AT_FDCWD, final, RENAME_EXCHANGE) != 0)
		return ed_fail_errno(err, EDOC_ERR_EXISTS, final, N_("cannot replace"));
	return EDOC_OK;
}

/* -f replaces an earlier export, not whatever is there. */
static enum edoc_code check_final(const char *final, bool overwrite, struct edoc_error *err)
{
	static const char *const ours[] = {"journal.jsonl", "package", "report.json"};
	struct stat st;
	char **names = NULL;
	size_t n = 0;
	if (lstat(final, &st) != 0)
		return EDOC_OK;
	if (!overwrite || !S_ISDIR(st.st_mode))
		return ed_fail(err, EDOC_ERR_EXISTS, final,
		               "exists already; -f replaces what an export made");
	enum edoc_code code = ed_list_dir(final, &names, &n, err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++)
		if (n > 3 || strcmp(names[i], ours[i]) != 0)
			code = ed_fail(err, EDOC_ERR_EXISTS, final,
			               "holds \"%s\", which no export made", names[i]);
	ed_names_free(names);
	return code;
}

static enum edoc_code record_export(struct edoc_archive *archive, const struct ed_known *known,
                                    int64_t now, struct edoc_error *err)
{
	json_t *facts = json_object();
	enum edoc_code code = EDOC_OK;
	struct ed_event event = {.event = "export",
	                         .id = known->object.id,
	                         .outcome = "success",
	                         .agent = archive->options->agent,
	                         .facts = facts,
	                         .time = now};
	if (!facts || ed_json_str(facts, "as", "dir"))
		code = ed_fail_memory(err);
	else
		code = ed_archive_record(archive, &event, err);
	json_decref(facts);
	return code;
}

static enum edoc_code tell_export(struct edoc_archive *archive, const struct ed_known *known,
                                  const char *final, bool recorded, struct edoc_error *err)
{
	static const char other[] =
	        N_("  report.json is not the one that was recorded at intake: another trust, "
	           "policy or release judged\n");
	char shown[512];
	char *text = NULL;
	json_t *line = json_object();
	const char *word = archive->options->dry ? N_("would export") : N_("exported");
	ed_escape(shown, sizeof shown, final);
	if (!line || ed_json_int(line, "v", 1) || ed_json_str(line, "id", known->object.id) ||
	    ed_json_str(line, "name", known->object.name) || ed_json_str(line, "path", final) ||
	    ed_json_str(line, "outcome", archive->options->dry ? "would-export" : "exported") ||
	    ed_json_int(line, "exit", 0) ||
	    (!archive->options->dry && ed_json_bool(line, "report_recorded", recorded)) ||
	    asprintf(&text, "%s  %s  %s\n%s", ed_archive_word(archive->options, word),
	             known->object.id, shown,
	             recorded ? "" : ed_archive_word(archive->options, other)) < 0) {
		json_decref(line);
		return ed_fail_memory(err);
	}
	return ed_archive_item(archive, 0, known->object.id, NULL, text, line, err);
}

static enum edoc_code write_export(struct edoc_archive *archive, const struct ed_known *known,
                                   const char *dir, const char *final, bool overwrite, int64_t now,
                                   bool *recorded, struct edoc_error *err)
{
	unsigned char noise[8];
	char hex[17];
	char *made = NULL;
	if (!ed_random(noise, sizeof noise))
		return ed_fail_memory(err);
	ed_hex(hex, noise, sizeof noise);
	if (asprintf(&made, "%s/.edoc-export-%s", dir, hex) < 0)
		return ed_fail_memory(err);
	struct stat st;
	bool fresh = lstat(dir, &st) != 0;
	enum edoc_code code = ed_mkdirs(dir, err);
	if (code == EDOC_OK && mkdir(made, 0777) != 0)
		code = ed_fail_errno(err, EDOC_ERR_EXISTS, dir, N_("cannot create"));
	if (code != EDOC_OK) {
		if (fresh)
			(void)rmdir(dir);
		free(made);
		return code;
	}
	code = fill_export(archive, known, made, recorded, err);
	/* The journal first: nothing is given out that it does not know of, and
	 * where it cannot be written the same line can be run again. */
	if (code == EDOC_OK)
		code = record_export(archive, known, now, err);
	if (code == EDOC_OK)
		code = edoc_archive_flush(archive, err);
	if (code == EDOC_OK)
		code = put_in_place(made, final, overwrite, err);
	if (code == EDOC_OK)
		code = ed_fsync_dir(dir, err);
	remove_made(made, known); /* the temporary, or the folder that was replaced */
	remove_tree(made);
	if (code != EDOC_OK && fresh)
		(void)rmdir(dir);
	free(made);
	return code;
}

enum edoc_code edoc_archive_export(struct edoc_archive *archive, const char *id, const char *dir,
                                   bool overwrite, int64_t now, struct edoc_error *err)
{
	struct ed_known known = {.kept = 0};
	bool recorded = true;
	char *final = ed_path_join(dir, id);
	enum edoc_code code =
	        final ? ed_archive_known(archive, id, &known, err) : ed_fail_memory(err);
	if (code == EDOC_OK)
		code = check_final(final, overwrite, err);
	if (code == EDOC_OK && !archive->options->dry) {
		code = write_export(archive, &known, dir, final, overwrite, now, &recorded, err);
	}
	if (code == EDOC_OK)
		code = tell_export(archive, &known, final, recorded, err);
	ed_known_clear(&known);
	free(final);
	return code;
}

/* ---- checkpoint ---- */

static enum edoc_code check_key(struct edoc_archive *archive, const struct edoc_key *key,
                                struct edoc_error *err)
{
	char pinned[65];
	enum edoc_code code = ed_catalogue_pinned(archive->catalogue, pinned, err);
	if (code != EDOC_OK)
		return code;
	if (*pinned && !key)
		return ed_fail(err, EDOC_ERR_USAGE, archive->root,
		               "checkpoints of this archive are signed: --key");
	if (key && strcmp(pinned, edoc_key_cert_sha256(key)) != 0)
		return ed_fail(err, EDOC_ERR_DENIED, archive->root,
		               "the key is not the one that init pinned");
	return EDOC_OK;
}

/* The signature first: a line without it never stands alone. */
static enum edoc_code put_checkpoint(const char *out, const char *line, const struct edoc_key *key,
                                     int64_t now, bool overwrite, struct edoc_error *err)
{
	struct ed_buf der;
	char *signature = NULL;
	ed_buf_init(&der, ED_MAX_CMS);
	enum edoc_code code = EDOC_OK;
	if (asprintf(&signature, "%s.p7s", out) < 0)
		return ed_fail_memory(err);
	if (key)
		code = ed_cms_sign(key, line, strlen(line), now, &der, err);
	if (code == EDOC_OK && key)
		code = ed_write_file(signature, der.data, der.len, overwrite, err);
	if (code == EDOC_OK)
		code = ed_write_file(out, line, strlen(line), overwrite, err);
	ed_buf_clear(&der);
	free(signature);
	return code;
}

enum edoc_code edoc_archive_checkpoint(struct edoc_archive *archive, const struct edoc_key *key,
                                       int64_t now, const char *out, bool overwrite, char **line,
                                       struct edoc_error *err)
{
	char text[ED_CHECKPOINT_MAX];
	char name[ED_ARCHIVE_NAME];
	struct ed_journal_pos first;
	char *made = NULL;
	*line = NULL;
	enum edoc_code code = check_key(archive, key, err);
	if (code == EDOC_OK)
		code = ed_journal_first(archive->journal, &first, err);
	if (code != EDOC_OK)
		return code;
	if (key && !out)
		return ed_fail(err, EDOC_ERR_USAGE, "", "a signed checkpoint is a file");
	ed_checkpoint_name(&first, name);
	ed_checkpoint_format(name, &archive->head, text);
	if (asprintf(&made, "%s\n", text) < 0)
		return ed_fail_memory(err);
	if (out)
		code = put_checkpoint(out, made, key, now, overwrite, err);
	if (code != EDOC_OK) {
		free(made);
		return code;
	}
	made[strlen(made) - 1] = '\0';
	*line = made;
	return EDOC_OK;
}
