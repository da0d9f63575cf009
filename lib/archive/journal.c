/* SPDX-License-Identifier: ISC */
#include "archive/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/crypto.h"

#define FORMAT "edoc-archive/1"
#define PREV_REF (7 + 2 * ED_JOURNAL_DIGEST + 1) /* "sha512:" and hex */

struct segment {
	int year;
	uint32_t number;
};

struct ed_journal {
	char *dir;
	bool write;
	uint64_t segment_max;
	struct segment *segments;
	size_t n;
	uint64_t torn;
	/* The writer's, once it has replayed. */
	bool ready, broken;
	struct ed_journal_pos head; /* pending lines included */
	int fd;                     /* of the last segment, or -1 */
	uint64_t durable;           /* bytes of it that are */
	struct ed_buf pending;
	size_t lines; /* in pending */
};

/* ---- segments ---- */

static char *segment_path(const struct ed_journal *journal, const struct segment *segment)
{
	char name[32];
	snprintf(name, sizeof name, "%04d/%06" PRIu32 ".log", segment->year, segment->number);
	return ed_path_join(journal->dir, name);
}

/* Digits of exactly that many places, or -1. */
static long digits(const char *s, size_t places)
{
	long value = 0;
	for (size_t i = 0; i < places; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

static enum edoc_code add_segment(struct ed_journal *journal, int year, uint32_t number,
                                  struct edoc_error *err)
{
	struct segment *grown =
	        reallocarray(journal->segments, journal->n + 1, sizeof *journal->segments);
	if (!grown)
		return ed_fail_memory(err);
	journal->segments = grown;
	journal->segments[journal->n++] = (struct segment){year, number};
	return EDOC_OK;
}

static enum edoc_code list_year(struct ed_journal *journal, const char *name,
                                struct edoc_error *err)
{
	char **files = NULL;
	size_t n = 0;
	long year = strlen(name) == 4 ? digits(name, 4) : -1;
	if (year < 0)
		return ed_fail(err, EDOC_ERR_INPUT, name,
		               "is no year of the journal; move it out of the archive");
	char *dir = ed_path_join(journal->dir, name);
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, &files, &n, err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++) {
		long number = strlen(files[i]) == 10 && !strcmp(files[i] + 6, ".log")
		                      ? digits(files[i], 6)
		                      : -1;
		if (number < 0)
			code = ed_fail(err, EDOC_ERR_INPUT, files[i],
			               "is no segment of the journal; move it out of the archive");
		else if (number != (long)journal->n + 1)
			code = ed_fail(err, EDOC_ERR_INPUT, dir,
			               "segment %06zu of the journal is missing; bring it back "
			               "from a backup",
			               journal->n + 1);
		else
			code = add_segment(journal, (int)year, (uint32_t)number, err);
	}
	ed_names_free(files);
	free(dir);
	return code;
}

static enum edoc_code list_segments(struct ed_journal *journal, struct edoc_error *err)
{
	char **years = NULL;
	size_t n = 0;
	enum edoc_code code = ed_list_dir(journal->dir, &years, &n, err);
	for (size_t i = 0; code == EDOC_OK && i < n; i++)
		code = list_year(journal, years[i], err);
	ed_names_free(years);
	return code;
}

enum edoc_code ed_journal_open(const char *dir, bool write, uint64_t segment_max,
                               struct ed_journal **journal, struct edoc_error *err)
{
	struct ed_journal *j = calloc(1, sizeof *j);
	if (!j)
		return ed_fail_memory(err);
	j->fd = -1;
	j->write = write;
	j->segment_max = segment_max;
	ed_buf_init(&j->pending, (size_t)(ED_MAX_COMMIT + 2) * ED_MAX_JOURNAL_LINE);
	j->dir = strdup(dir);
	enum edoc_code code = j->dir ? list_segments(j, err) : ed_fail_memory(err);
	if (code != EDOC_OK)
		ed_journal_free(j);
	else
		*journal = j;
	return code;
}

void ed_journal_free(struct ed_journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	ed_buf_clear(&journal->pending);
	free(journal->segments);
	free(journal->dir);
	free(journal);
}

uint64_t ed_journal_torn(const struct ed_journal *journal)
{
	return journal->torn;
}

size_t ed_journal_pending(const struct ed_journal *journal)
{
	return journal->lines;
}

/* ---- one line ---- */

static bool line_digest(const void *line, size_t len, unsigned char out[ED_JOURNAL_DIGEST])
{
	return ed_hash_bytes(ED_SHA512, line, len, out);
}

/* What the next line's `prev` must be. */
static bool prev_ref(const struct ed_journal_pos *head, char ref[PREV_REF])
{
	unsigned char digest[ED_JOURNAL_DIGEST];
	memcpy(digest, head->digest, sizeof digest);
	if (head->seq == 0 && !line_digest("", 0, digest))
		return false;
	memcpy(ref, "sha512:", 7);
	ed_hex(ref + 7, digest, sizeof digest);
	return true;
}

static bool known_outcome(const char *outcome)
{
	return outcome && (!strcmp(outcome, "success") || !strcmp(outcome, "warning") ||
	                   !strcmp(outcome, "failure"));
}

/* The fields of a line; what it must hold after *head. */
static enum edoc_code check_record(const json_t *record, const char *where,
                                   const struct ed_journal_pos *head, int64_t *time,
                                   struct edoc_error *err)
{
	static const char *const known[] = {"v",       "seq",   "time", "event", "object", "facts",
	                                    "outcome", "agent", "tool", "prev",  NULL};
	const json_t *v = json_object_get(record, "v");
	if (json_is_integer(v) && json_integer_value(v) > 1)
		return ed_fail(err, EDOC_ERR_VERSION, where,
		               "journal line of format %lld; this release reads up to 1",
		               (long long)json_integer_value(v));
	if (!json_is_integer(v) || json_integer_value(v) != 1)
		return ed_fail(err, EDOC_ERR_INPUT, where, "is no journal line");
	enum edoc_code code = ed_json_only(record, where, known, err);
	if (code != EDOC_OK)
		return code;
	const char *format = ed_json_get_str(json_object_get(record, "facts"), "format");
	const char *event = ed_json_get_str(record, "event");
	if (event && !strcmp(event, "creation") && format && strcmp(format, FORMAT) != 0)
		return ed_fail(err, EDOC_ERR_VERSION, where,
		               "archive of format %s; this release reads " FORMAT, format);
	const char *when = ed_json_get_str(record, "time");
	if (!ed_json_get_str(record, "event") || !ed_json_get_str(record, "agent") ||
	    !ed_json_get_str(record, "tool") ||
	    !known_outcome(ed_json_get_str(record, "outcome")) ||
	    !json_is_object(json_object_get(record, "facts")) || !when ||
	    !ed_time_parse(when, time))
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "journal line lacks a field; compare it with a backup");
	if (json_integer_value(json_object_get(record, "seq")) != head->seq + 1)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "journal line is not number %lld; lines were removed or added",
		               (long long)head->seq + 1);
	char want[PREV_REF];
	if (!prev_ref(head, want))
		return ed_fail_memory(err);
	const char *prev = ed_json_get_str(record, "prev");
	if (!prev || strcmp(prev, want) != 0)
		return ed_fail(
		        err, EDOC_ERR_INPUT, where,
		        "the line before was changed: its digest is not the one quoted here");
	return EDOC_OK;
}

/* Reads one line (without newline) that lies at [start, start + len) of a
 * segment, moving *pos behind it. */
static enum edoc_code take_line(const char *path, uint32_t segment, uint64_t start,
                                const unsigned char *line, size_t len, struct ed_journal_pos *pos,
                                ed_journal_fn *fn, void *arg, struct edoc_error *err)
{
	json_t *record = NULL;
	char where[512];
	snprintf(where, sizeof where, "%s:@%" PRIu64, path, start);
	enum edoc_code code = ed_json_parse_canonical(line, len, where, &record, err);
	if (code != EDOC_OK)
		return code;
	int64_t time = 0;
	code = check_record(record, where, pos, &time, err);
	if (code == EDOC_OK && pos->closed && pos->segment == segment)
		code = ed_fail(err, EDOC_ERR_INPUT, where, "a line after the segment was closed");
	if (code == EDOC_OK && pos->segment && pos->segment != segment && !pos->closed)
		code = ed_fail(err, EDOC_ERR_INPUT, where,
		               "the segment before was not closed; lines at its end are gone");
	struct ed_journal_pos next = {.seq = pos->seq + 1,
	                              .time = time,
	                              .segment = segment,
	                              .start = start,
	                              .end = start + len + 1};
	if (code == EDOC_OK && !line_digest(line, len, next.digest))
		code = ed_fail_memory(err);
	if (code == EDOC_OK) {
		next.closed = !strcmp(ed_json_get_str(record, "event"), "close");
		*pos = next;
		code = fn ? fn(arg, record, pos, err) : EDOC_OK;
	}
	json_decref(record);
	return code;
}

/* ---- reading ---- */

struct reader {
	int fd;
	const char *path;
	uint64_t offset; /* of buf[0] in the file */
	size_t have;     /* bytes in buf */
	size_t cap;
	unsigned char *buf;
};

/* More bytes behind those in hand; *eof when there are none. */
static enum edoc_code reader_more(struct reader *r, bool *eof, struct edoc_error *err)
{
	ssize_t got;
	if (r->have == r->cap)
		return ed_fail(err, EDOC_ERR_LIMIT, r->path,
		               "a journal line is longer than %u bytes", ED_MAX_JOURNAL_LINE);
	do
		got = pread(r->fd, r->buf + r->have, r->cap - r->have,
		            (off_t)(r->offset + r->have));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, r->path, N_("cannot read the journal"));
	r->have += (size_t)got;
	*eof = got == 0;
	return EDOC_OK;
}

/* Gives every whole line of a segment from r->offset on; what is left in hand
 * at the end has no newline. */
static enum edoc_code read_lines(struct reader *r, uint32_t segment, struct ed_journal_pos *pos,
                                 ed_journal_fn *fn, void *arg, struct edoc_error *err)
{
	bool eof = false;
	for (;;) {
		size_t used = 0;
		unsigned char *nl;
		while ((nl = memchr(r->buf + used, '\n', r->have - used))) {
			size_t len = (size_t)(nl - (r->buf + used));
			enum edoc_code code = take_line(r->path, segment, r->offset + used,
			                                r->buf + used, len, pos, fn, arg, err);
			if (code != EDOC_OK)
				return code;
			used += len + 1;
		}
		memmove(r->buf, r->buf + used, r->have - used);
		r->offset += used;
		r->have -= used;
		if (eof)
			return EDOC_OK;
		enum edoc_code code = reader_more(r, &eof, err);
		if (code != EDOC_OK)
			return code;
	}
}

/* The line that *pos is the end of must still stand there. */
static enum edoc_code check_anchor(int fd, const char *path, const struct ed_journal_pos *pos,
                                   struct edoc_error *err)
{
	struct ed_buf line;
	struct stat st;
	unsigned char digest[ED_JOURNAL_DIGEST];
	uint64_t len = pos->end - pos->start;
	if (fstat(fd, &st) != 0)
		return ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot read the journal"));
	if (pos->end <= pos->start || len > ED_MAX_JOURNAL_LINE + 1 ||
	    (uint64_t)st.st_size < pos->end)
		return ed_fail(err, EDOC_ERR_ABSENT, path, "line %lld is not where it was",
		               (long long)pos->seq);
	unsigned char *bytes = malloc(len);
	ed_buf_init(&line, ED_MAX_JOURNAL_LINE + 1);
	enum edoc_code code =
	        bytes ? ed_pread_full(fd, path, bytes, len, pos->start, err) : ed_fail_memory(err);
	if (code == EDOC_OK && !line_digest(bytes, len - 1, digest))
		code = ed_fail_memory(err);
	if (code == EDOC_OK &&
	    (bytes[len - 1] != '\n' || memcmp(digest, pos->digest, sizeof digest) != 0))
		code = ed_fail(err, EDOC_ERR_ABSENT, path, "line %lld is not what it was",
		               (long long)pos->seq);
	free(bytes);
	return code;
}

static enum edoc_code cut_tail(struct ed_journal *journal, const struct reader *r,
                               struct edoc_error *err)
{
	if (!r->have)
		return EDOC_OK;
	journal->torn = r->have;
	if (!journal->write)
		return EDOC_OK;
	int fd = open(r->path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, r->path, N_("cannot mend the journal"));
	enum edoc_code code = EDOC_OK;
	if (ftruncate(fd, (off_t)r->offset) != 0 || fsync(fd) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, r->path, N_("cannot mend the journal"));
	close(fd);
	return code;
}

static enum edoc_code replay_segment(struct ed_journal *journal, size_t i,
                                     struct ed_journal_pos *pos, ed_journal_fn *fn, void *arg,
                                     struct edoc_error *err)
{
	struct reader r = {.fd = -1, .cap = ED_MAX_JOURNAL_LINE + 1};
	const struct segment *segment = &journal->segments[i];
	char *path = segment_path(journal, segment);
	uint64_t size;
	enum edoc_code code = EDOC_ERR_MEMORY;
	r.buf = malloc(r.cap);
	if (!path || !r.buf) {
		code = ed_fail_memory(err);
		goto out;
	}
	r.path = path;
	code = ed_open_read(path, &r.fd, &size, err);
	if (code != EDOC_OK)
		goto out;
	if (pos->seq && pos->segment == segment->number) {
		code = check_anchor(r.fd, path, pos, err);
		r.offset = pos->end;
	}
	if (code == EDOC_OK)
		code = read_lines(&r, segment->number, pos, fn, arg, err);
	if (code != EDOC_OK)
		goto out;
	if (i + 1 == journal->n)
		code = cut_tail(journal, &r, err);
	else if (r.have || pos->segment != segment->number || !pos->closed)
		code = ed_fail(err, EDOC_ERR_INPUT, path,
		               "the segment does not end as it was closed; lines are gone or torn");
out:
	if (r.fd >= 0)
		close(r.fd);
	free(r.buf);
	free(path);
	return code;
}

enum edoc_code ed_journal_replay(struct ed_journal *journal, struct ed_journal_pos *pos,
                                 ed_journal_fn *fn, void *arg, struct edoc_error *err)
{
	if (pos->segment > journal->n)
		return ed_fail(err, EDOC_ERR_ABSENT, journal->dir, "segment %06" PRIu32 " is gone",
		               pos->segment);
	for (size_t i = pos->segment ? pos->segment - 1 : 0; i < journal->n; i++) {
		enum edoc_code code = replay_segment(journal, i, pos, fn, arg, err);
		if (code != EDOC_OK)
			return code;
	}
	journal->head = *pos;
	journal->ready = journal->write;
	return EDOC_OK;
}

/* The first line of a segment, as it stands; *record NULL: there is none yet. */
static enum edoc_code first_line(struct ed_journal *journal, size_t i, json_t **record,
                                 struct edoc_error *err)
{
	struct reader r = {.fd = -1, .cap = ED_MAX_JOURNAL_LINE + 1};
	char *path = segment_path(journal, &journal->segments[i]);
	uint64_t size;
	bool eof = false;
	unsigned char *nl = NULL;
	enum edoc_code code = EDOC_ERR_MEMORY;
	*record = NULL;
	r.buf = malloc(r.cap);
	if (!path || !r.buf) {
		code = ed_fail_memory(err);
		goto out;
	}
	r.path = path;
	code = ed_open_read(path, &r.fd, &size, err);
	while (code == EDOC_OK && !eof && !nl) {
		code = reader_more(&r, &eof, err);
		nl = memchr(r.buf, '\n', r.have);
	}
	if (code == EDOC_OK && nl)
		code = ed_json_parse_canonical(r.buf, (size_t)(nl - r.buf), path, record, err);
out:
	if (r.fd >= 0)
		close(r.fd);
	free(r.buf);
	free(path);
	return code;
}

/* Where the segment before ended, as the first line of this one quotes it. */
static enum edoc_code quoted_end(struct ed_journal *journal, size_t i, struct ed_journal_pos *pos,
                                 struct edoc_error *err)
{
	json_t *record = NULL;
	enum edoc_code code = first_line(journal, i, &record, err);
	const char *prev = ed_json_get_str(record, "prev");
	*pos = (struct ed_journal_pos){.segment = (uint32_t)i, .closed = true};
	pos->seq = json_integer_value(json_object_get(record, "seq")) - 1;
	if (code == EDOC_OK && (!prev || strncmp(prev, "sha512:", 7) != 0 || pos->seq < 1 ||
	                        strlen(prev) != 7 + 2 * sizeof pos->digest ||
	                        !ed_unhex(prev + 7, pos->digest, sizeof pos->digest)))
		code = ed_fail(err, EDOC_ERR_INPUT, journal->dir,
		               "segment %06zu does not begin with a journal line; run fsck", i + 1);
	json_decref(record);
	return code;
}

enum edoc_code ed_journal_first(struct ed_journal *journal, struct ed_journal_pos *first,
                                struct edoc_error *err)
{
	json_t *record = NULL;
	struct ed_buf line;
	ed_buf_init(&line, ED_MAX_JOURNAL_LINE);
	*first = (struct ed_journal_pos){.seq = 1, .segment = 1};
	enum edoc_code code = journal->n ? first_line(journal, 0, &record, err) : EDOC_OK;
	if (code == EDOC_OK && !record)
		code = ed_fail(err, EDOC_ERR_INPUT, journal->dir, "is empty; run fsck");
	if (code == EDOC_OK)
		code = ed_json_canonical(record, &line, err); /* as it stands: it was read so */
	if (code == EDOC_OK && !line_digest(line.data, line.len, first->digest))
		code = ed_fail_memory(err);
	ed_buf_clear(&line);
	json_decref(record);
	return code;
}

enum edoc_code ed_journal_check_format(struct ed_journal *journal, struct edoc_error *err)
{
	struct edoc_error why = {.code = EDOC_OK};
	struct ed_journal_pos pos = {.seq = 0};
	json_t *record = NULL;
	int64_t time;
	enum edoc_code code = journal->n ? first_line(journal, 0, &record, &why) : EDOC_OK;
	if (code == EDOC_OK && record)
		code = check_record(record, journal->dir, &pos, &time, &why);
	json_decref(record);
	if (code != EDOC_ERR_VERSION)
		return EDOC_OK;
	if (err)
		*err = why;
	return code;
}

enum edoc_code ed_journal_check_tail(struct ed_journal *journal, const struct ed_journal_pos *head,
                                     struct edoc_error *err)
{
	struct ed_journal_pos pos = {.seq = 0};
	enum edoc_code code = EDOC_OK;
	if (!head->segment || head->segment > journal->n)
		return EDOC_OK;
	size_t i = head->segment - 1;
	if (i)
		code = quoted_end(journal, i, &pos, err);
	if (code == EDOC_OK)
		code = replay_segment(journal, i, &pos, NULL, NULL, err);
	if (code == EDOC_OK &&
	    (pos.seq < head->seq ||
	     (pos.seq == head->seq && memcmp(pos.digest, head->digest, sizeof pos.digest) != 0)))
		code = ed_fail(err, EDOC_ERR_INPUT, journal->dir,
		               "line %lld is not where it was; run fsck", (long long)head->seq);
	return code;
}

enum edoc_code ed_journal_line(struct ed_journal *journal, const struct ed_journal_pos *pos,
                               struct ed_buf *line, struct edoc_error *err)
{
	unsigned char digest[ED_JOURNAL_DIGEST];
	unsigned char *bytes = NULL;
	char *path = NULL;
	int fd = -1;
	uint64_t size;
	enum edoc_code code = EDOC_ERR_INPUT;
	if (!pos->segment || pos->segment > journal->n || pos->end <= pos->start ||
	    pos->end - pos->start > ED_MAX_JOURNAL_LINE + 1)
		return ed_fail(err, code, journal->dir, "the catalogue is wrong; run rebuild");
	size_t len = (size_t)(pos->end - pos->start) - 1;
	path = segment_path(journal, &journal->segments[pos->segment - 1]);
	bytes = malloc(len + 1);
	if (!path || !bytes) {
		code = ed_fail_memory(err);
		goto out;
	}
	code = ed_open_read(path, &fd, &size, err);
	if (code == EDOC_OK)
		code = ed_pread_full(fd, path, bytes, len, pos->start, err);
	if (code != EDOC_OK)
		goto out;
	if (!line_digest(bytes, len, digest) || memcmp(digest, pos->digest, sizeof digest) != 0) {
		code = ed_fail(err, EDOC_ERR_INPUT, path,
		               "line %lld of the journal was changed; run fsck",
		               (long long)pos->seq);
		goto out;
	}
	ed_buf_put(line, bytes, len);
	code = ed_buf_check(line, path, err);
out:
	if (fd >= 0)
		close(fd);
	free(bytes);
	free(path);
	return code;
}

/* ---- writing ---- */

static int year_of(int64_t time)
{
	int64_t days = time / 86400 - (time % 86400 < 0);
	return ed_date_of(days).year;
}

/* Opens the segment that the next line goes to: one that was made but is
 * still empty, else a new one. */
static enum edoc_code open_segment(struct ed_journal *journal, int year, struct edoc_error *err)
{
	char folder[16];
	char *dir = NULL;
	char *path = NULL;
	enum edoc_code code = EDOC_ERR_MEMORY;
	bool fresh = (journal->head.closed || !journal->head.segment) &&
	             journal->n == journal->head.segment;
	if (fresh) {
		code = add_segment(journal, year, (uint32_t)journal->n + 1, err);
		if (code != EDOC_OK)
			return code;
	}
	const struct segment *last = &journal->segments[journal->n - 1];
	snprintf(folder, sizeof folder, "%04d", last->year);
	dir = ed_path_join(journal->dir, folder);
	path = segment_path(journal, last);
	code = dir && path ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	if (code != EDOC_OK)
		goto out;
	journal->fd = open(
	        path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | (fresh ? O_CREAT | O_EXCL : 0),
	        0666);
	if (journal->fd < 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot write the journal"));
	else if (fresh)
		code = ed_fsync_dir(dir, err);
	journal->durable = last->number == journal->head.segment ? journal->head.end : 0;
out:
	free(dir);
	free(path);
	return code;
}

enum edoc_code ed_journal_flush(struct ed_journal *journal, struct edoc_error *err)
{
	if (!journal->pending.len)
		return EDOC_OK;
	const struct segment *last = &journal->segments[journal->n - 1];
	char *path = segment_path(journal, last);
	enum edoc_code code = path ? ed_write_full(journal->fd, path, journal->pending.data,
	                                           journal->pending.len, err)
	                           : ed_fail_memory(err);
	if (code == EDOC_OK && fdatasync(journal->fd) != 0)
		code = ed_fail_errno(err, EDOC_ERR_IO, path, N_("cannot write the journal"));
	if (code == EDOC_OK) {
		journal->durable += journal->pending.len;
	} else {
		/* Lines nobody was told of must not stay; should this fail as
		 * well, they are read next time like any others: what they
		 * tell of was done before. */
		if (ftruncate(journal->fd, (off_t)journal->durable) == 0)
			(void)fsync(journal->fd);
		journal->broken = true;
	}
	ed_buf_reset(&journal->pending);
	journal->lines = 0;
	free(path);
	return code;
}

static enum edoc_code make_record(const struct ed_journal *journal, const struct ed_event *event,
                                  json_t **out, struct edoc_error *err)
{
	char prev[PREV_REF];
	char object[128];
	json_t *record = json_object();
	json_t *facts = event->facts ? json_incref(event->facts) : json_object();
	int bad = !record || !prev_ref(&journal->head, prev);
	if (!bad) {
		bad |= ed_json_int(record, "v", 1);
		bad |= ed_json_int(record, "seq", journal->head.seq + 1);
		bad |= ed_json_time(record, "time", event->time);
		bad |= ed_json_str(record, "event", event->event);
		if (event->id)
			snprintf(object, sizeof object, "urn:edoc:sha256:%s", event->id);
		bad |= ed_json_str(record, "object", event->id ? object : NULL);
		bad |= json_object_set(record, "facts", facts);
		bad |= ed_json_str(record, "outcome", event->outcome);
		bad |= ed_json_str(record, "agent", event->agent);
		bad |= ed_json_str(record, "tool", "libedoc " EDOC_VERSION);
		bad |= ed_json_str(record, "prev", prev);
	}
	json_decref(facts);
	if (bad) {
		json_decref(record);
		return ed_fail_memory(err);
	}
	*out = record;
	return EDOC_OK;
}

/* Puts one line behind the pending ones. */
static enum edoc_code put_line(struct ed_journal *journal, const struct ed_event *event,
                               ed_journal_fn *fn, void *arg, struct edoc_error *err)
{
	struct ed_buf line;
	json_t *record = NULL;
	uint64_t start = journal->durable + journal->pending.len;
	ed_buf_init(&line, ED_MAX_JOURNAL_LINE);
	enum edoc_code code = make_record(journal, event, &record, err);
	if (code == EDOC_OK)
		code = ed_json_canonical(record, &line, err);
	if (code == EDOC_OK)
		code = ed_buf_check(&line, "journal", err);
	/* The line goes through the reader's own eyes before it is written. */
	struct ed_journal_pos head = journal->head;
	if (code == EDOC_OK)
		code = take_line("journal", journal->segments[journal->n - 1].number, start,
		                 line.data, line.len, &head, fn, arg, err);
	if (code == EDOC_OK) {
		ed_buf_put(&journal->pending, line.data, line.len);
		ed_buf_putc(&journal->pending, '\n');
		code = ed_buf_check(&journal->pending, "journal", err);
	}
	if (code == EDOC_OK) {
		journal->head = head;
		journal->lines++;
	} else {
		journal->broken = true;
	}
	ed_buf_clear(&line);
	json_decref(record);
	return code;
}

/* Ends the segment; the close line goes through fn like any other. */
static enum edoc_code close_segment(struct ed_journal *journal, const struct ed_event *cause,
                                    ed_journal_fn *fn, void *arg, struct edoc_error *err)
{
	struct ed_event event = {
	        .event = "close", .outcome = "success", .agent = cause->agent, .time = cause->time};
	enum edoc_code code = put_line(journal, &event, fn, arg, err);
	if (code == EDOC_OK)
		code = ed_journal_flush(journal, err);
	if (code == EDOC_OK) {
		close(journal->fd);
		journal->fd = -1;
	}
	return code;
}

enum edoc_code ed_journal_clock(const struct ed_journal *journal, int64_t now,
                                struct edoc_error *err)
{
	char line[ED_TIME_STR];
	char clock[ED_TIME_STR];
	if (!journal->head.seq || now + ED_CLOCK_SLACK >= journal->head.time)
		return EDOC_OK;
	ed_time_format(line, journal->head.time);
	ed_time_format(clock, now);
	return ed_fail(err, EDOC_ERR_CONFIG, "journal",
	               "the clock says %s and the last line of the journal %s; set the clock",
	               clock, line);
}

enum edoc_code ed_journal_add(struct ed_journal *journal, const struct ed_event *event,
                              ed_journal_fn *fn, void *arg, struct edoc_error *err)
{
	if (!journal->ready || journal->broken)
		return ed_fail(err, EDOC_ERR_IO, "journal",
		               "cannot be written any more; run the same line again");
	enum edoc_code code = EDOC_OK;
	if (journal->fd < 0)
		code = open_segment(journal, year_of(event->time), err);
	if (code == EDOC_OK && journal->head.segment == journal->segments[journal->n - 1].number &&
	    (journal->head.end >= journal->segment_max ||
	     year_of(event->time) > journal->segments[journal->n - 1].year)) {
		code = close_segment(journal, event, fn, arg, err);
		if (code == EDOC_OK)
			code = open_segment(journal, year_of(event->time), err);
	}
	if (code != EDOC_OK) {
		journal->broken = true;
		return code;
	}
	return put_line(journal, event, fn, arg, err);
}
