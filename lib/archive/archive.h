/* SPDX-License-Identifier: ISC */
/* An open archive, for the files of this room. */
#ifndef ED_ARCHIVE_ARCHIVE_H
#define ED_ARCHIVE_ARCHIVE_H

#include "archive/catalogue.h"
#include "archive/journal.h"
#include "archive/store.h"
#include "base/limits.h"
#include "door/crypto.h"

/* An item whose outcome is told once the journal has it. */
struct ed_item {
	int exit;
	char *label; /* what the user called it */
	char *text, *json;
	char settle[65]; /* the id to clear from staging, or "" */
};

struct edoc_archive {
	char *root;
	const struct edoc_archive_options *options;
	int lock;    /* -1: a reader */
	bool broken; /* a group failed: nothing more is taken */
	struct edoc_error why;
	struct ed_journal *journal;
	struct ed_catalogue *catalogue;
	struct ed_journal_pos head; /* at opening, recovery included */
	struct ed_item items[ED_MAX_COMMIT];
	size_t n;
};

/* The texts of options->lang. */
const char *ed_archive_word(const struct edoc_archive_options *options, const char *text)
        __attribute__((format_arg(2)));

/* One line into the journal and the catalogue. */
enum edoc_code ed_archive_record(struct edoc_archive *archive, const struct ed_event *event,
                                 struct edoc_error *err) EDOC_CHECK;
/* For an object that is in its place and has no journal line, as after a death
 * between the two: its bits are checked, it is judged, and recorded as adopted. */
enum edoc_code ed_archive_adopt(struct edoc_archive *archive, const char *id,
                                struct edoc_error *err) EDOC_CHECK;
/* Queues an outcome; text and json are taken over, also on failure.  A full
 * queue is flushed. */
enum edoc_code ed_archive_item(struct edoc_archive *archive, int status, const char *label,
                               const char *settle, char *text, json_t *json,
                               struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_archive_known(struct edoc_archive *archive, const char *id,
                                struct ed_known *known, struct edoc_error *err) EDOC_CHECK;

/* ---- intake.c: what the judge says, as facts for the journal ---- */

struct ed_intake {
	struct edoc_report *report;
	struct ed_verdict verdict;
	json_t *facts; /* indication, subindication, exit, format, policy, causes, signers, report
	                */
};

enum edoc_code ed_intake_judge(const struct edoc_archive_options *options, int fd, const char *name,
                               int64_t at, struct ed_intake *intake,
                               struct edoc_error *err) EDOC_CHECK;
void ed_intake_clear(struct ed_intake *intake);
/* "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND" */
#define ED_VERDICT_MAX 80
void ed_verdict_text(const struct ed_verdict *verdict, char out[ED_VERDICT_MAX]);
/* Sets indication, subindication and exit. */
int ed_verdict_json(json_t *object, const struct ed_verdict *verdict);
/* What the journal records of a report: edoc-archive(1). */
enum edoc_code ed_report_digest(const char *json, char digest[ED_SHA256_REF],
                                struct edoc_error *err) EDOC_CHECK;
/* The report for people, with its detail. */
enum edoc_code ed_report_lines(const struct edoc_archive_options *options,
                               const struct edoc_report *report, char **text) EDOC_CHECK;
/* The record of an object that is in its place. */
enum edoc_code ed_intake_record(struct edoc_archive *archive, const struct ed_object *object,
                                const struct ed_intake *intake, int64_t now, bool adopted,
                                struct edoc_error *err) EDOC_CHECK;
#endif
