/* SPDX-License-Identifier: ISC */
/* The journal: what it accepts to have been, and the one-defect neighbours. */
#include "archivekit.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/journal.h"
#include "base/io.h"
#include "base/limits.h"

#define NOW INT64_C(1793347200) /* 2026-10-30 */

static char dir[1024];
static struct edoc_error err;

static enum edoc_code count_lines(void *arg, const json_t *record, const struct ed_journal_pos *pos,
                                  struct edoc_error *e)
{
	(void)record;
	(void)pos;
	(void)e;
	++*(int *)arg;
	return EDOC_OK;
}

static enum edoc_code replay(bool write, uint64_t max, struct ed_journal **journal,
                             struct ed_journal_pos *pos, int *lines)
{
	*lines = 0;
	*journal = NULL;
	enum edoc_code code = ed_journal_open(dir, write, max, journal, &err);
	return code != EDOC_OK ? code : ed_journal_replay(*journal, pos, count_lines, lines, &err);
}

static enum edoc_code add(struct ed_journal *journal, int64_t time, const char *note)
{
	json_t *facts = json_object();
	json_object_set_new(facts, "note", json_string(note));
	struct ed_event event = {.event = "export",
	                         .id = "00112233445566778899aabbccddeeff"
	                               "00112233445566778899aabbccddeeff",
	                         .outcome = "success",
	                         .agent = "anna@host",
	                         .facts = facts,
	                         .time = time};
	enum edoc_code code = ed_journal_add(journal, &event, NULL, NULL, &err);
	json_decref(facts);
	return code;
}

/* Appends n lines in groups of two; the journal's state afterwards. */
static struct ed_journal_pos write_lines(int n, int64_t time, uint64_t max)
{
	struct ed_journal *journal;
	struct ed_journal_pos pos = {.seq = 0};
	int lines;
	enum edoc_code code = replay(true, max, &journal, &pos, &lines);
	for (int i = 0; code == EDOC_OK && i < n; i++) {
		code = add(journal, time, "a line with ўқғҳ in it");
		if (code == EDOC_OK && i % 2)
			code = ed_journal_flush(journal, &err);
	}
	if (code == EDOC_OK)
		code = ed_journal_flush(journal, &err);
	is_ok(code, &err, "lines are appended");
	ed_journal_free(journal);
	struct ed_journal_pos head = {.seq = 0};
	is_ok(replay(false, max, &journal, &head, &lines), &err, "and read again");
	ed_journal_free(journal);
	return head;
}

static void begin(const char *name)
{
	snprintf(dir, sizeof dir, "%s", kit_path("%s", name));
	if (mkdir(dir, 0700) != 0)
		ok(false, "cannot make %s", dir);
}

static char *segment(int year, int number)
{
	static char path[1200];
	snprintf(path, sizeof path, "%s/%04d/%06d.log", dir, year, number);
	return path;
}

static void read_all(const char *path, struct ed_buf *buf)
{
	ed_buf_init(buf, 1 << 20);
	if (ed_read_path(path, buf, &err) != EDOC_OK)
		ok(false, "cannot read %s", path);
}

static void test_append(void)
{
	begin("append");
	struct ed_journal_pos pos = write_lines(3, NOW, ED_MAX_JOURNAL_SEGMENT);
	is_int(pos.seq, 3, "three lines are numbered 1 to 3");
	pos = write_lines(2, NOW + 1, ED_MAX_JOURNAL_SEGMENT);
	is_int(pos.seq, 5, "the next run goes on at 4");
	is_int(pos.segment, 1, "in the same segment");
}

static void test_roll(void)
{
	struct stat st;
	begin("roll");
	struct ed_journal_pos pos = write_lines(8, NOW, 1200);
	ok(pos.segment > 2, "small segments: %u of them", pos.segment);
	ok(stat(segment(2026, 2), &st) == 0, "they lie in the folder of their year");
	uint32_t before = pos.segment;
	pos = write_lines(1, NOW + 86400 * 365, 1 << 20);
	is_int(pos.segment, before + 1, "a new year begins a new segment");
	ok(stat(segment(2027, (int)pos.segment), &st) == 0, "in a folder of its own");
	/* A clock that goes back does not put lines where nobody looks. */
	pos = write_lines(1, NOW, 1 << 20);
	is_int(pos.segment, before + 1, "an earlier time goes on in the last segment");
}

static void test_anchor(void)
{
	struct ed_journal *journal;
	int lines;
	begin("anchor");
	struct ed_journal_pos head = write_lines(4, NOW, 1200);
	struct ed_journal_pos again = head;
	is_ok(replay(false, 1200, &journal, &again, &lines), &err,
	      "a reader goes on from the head");
	is_int(lines, 0, "and reads nothing twice");
	ed_journal_free(journal);
	again = head;
	again.digest[0] ^= 1;
	fails(replay(false, 1200, &journal, &again, &lines), EDOC_ERR_ABSENT, &err,
	      "not what it was", "a head with another digest is not this journal's");
	ed_journal_free(journal);
	again = head;
	again.start += 5000, again.end += 5000;
	fails(replay(false, 1200, &journal, &again, &lines), EDOC_ERR_ABSENT, &err, NULL,
	      "nor one behind its end");
	ed_journal_free(journal);
}

static void test_torn(void)
{
	struct ed_journal *journal;
	struct ed_journal_pos pos = {.seq = 0};
	struct ed_buf whole;
	int lines;
	begin("torn");
	write_lines(3, NOW, ED_MAX_JOURNAL_SEGMENT);
	read_all(segment(2026, 1), &whole);
	/* Every way in which the last append can have stopped. */
	const char *third = strstr(strstr(ed_buf_str(&whole), "\n") + 1, "\n") + 1;
	size_t keep = (size_t)(third - ed_buf_str(&whole));
	bool good = true;
	for (size_t cut = keep; cut < whole.len; cut += 37) {
		kit_put(segment(2026, 1), whole.data, cut);
		pos = (struct ed_journal_pos){.seq = 0};
		good &= replay(false, 1 << 20, &journal, &pos, &lines) == EDOC_OK && lines == 2 &&
		        ed_journal_torn(journal) == cut - keep;
		ed_journal_free(journal);
	}
	ok(good, "a torn last line is not there, and no alarm, at every place");
	struct stat st;
	ok(stat(segment(2026, 1), &st) == 0 && (size_t)st.st_size > keep, "a reader leaves it");
	pos = write_lines(1, NOW, ED_MAX_JOURNAL_SEGMENT);
	is_int(pos.seq, 3, "the writer cuts it and goes on");
	ed_buf_clear(&whole);
	read_all(segment(2026, 1), &whole);
	/* A torn line with a newline after it was not torn by us. */
	whole.data[whole.len - 10] = '\n';
	kit_put(segment(2026, 1), whole.data, whole.len);
	pos = (struct ed_journal_pos){.seq = 0};
	fails(replay(true, 1 << 20, &journal, &pos, &lines), EDOC_ERR_INPUT, &err, NULL,
	      "a broken line that has its newline is an alarm, not cut");
	ed_journal_free(journal);
	ed_buf_clear(&whole);
}

/* Every byte of every line but the last is held by the line after it. */
static void test_flips(void)
{
	struct ed_journal *journal;
	struct ed_buf whole;
	size_t missed = 0;
	int lines;
	begin("flips");
	write_lines(4, NOW, 1200);
	read_all(segment(2026, 1), &whole);
	for (size_t i = 0; i < whole.len; i++) {
		struct ed_journal_pos pos = {.seq = 0};
		whole.data[i] ^= 1;
		kit_put(segment(2026, 1), whole.data, whole.len);
		if (replay(false, 1200, &journal, &pos, &lines) == EDOC_OK)
			missed++;
		ed_journal_free(journal);
		whole.data[i] ^= 1;
	}
	is_int((int64_t)missed, 0, "each flipped bit of a closed segment is found");
	kit_put(segment(2026, 1), whole.data, whole.len);
	struct ed_journal_pos pos = {.seq = 0};
	is_ok(replay(false, 1200, &journal, &pos, &lines), &err, "and unflipped it is whole again");
	ed_journal_free(journal);
	ed_buf_clear(&whole);
}

static void test_removed(void)
{
	struct ed_journal *journal;
	struct ed_journal_pos pos = {.seq = 0};
	struct ed_buf whole;
	int lines;
	begin("removed");
	struct ed_journal_pos head = write_lines(6, NOW, 1200);
	read_all(segment(2026, 1), &whole);
	char *second = strstr(ed_buf_str(&whole), "\n") + 1;
	size_t first = (size_t)(second - ed_buf_str(&whole));
	kit_put(segment(2026, 1), second, whole.len - first);
	fails(replay(false, 1200, &journal, &pos, &lines), EDOC_ERR_INPUT, &err, "number 1",
	      "a removed line is found");
	ed_journal_free(journal);
	kit_put(segment(2026, 1), whole.data, first);
	fails(replay(false, 1200, &journal, &pos, &lines), EDOC_ERR_INPUT, &err, "lines are gone",
	      "a shortened segment is found");
	ed_journal_free(journal);
	unlink(segment(2026, 1));
	fails(replay(false, 1200, &journal, &pos, &lines), EDOC_ERR_INPUT, &err, "missing",
	      "a removed segment is found");
	ed_journal_free(journal);
	kit_put(segment(2026, 1), whole.data, whole.len);
	kit_put(segment(2026, 77), "", 0);
	fails(replay(false, 1200, &journal, &pos, &lines), EDOC_ERR_INPUT, &err, "missing",
	      "a segment out of turn is found");
	unlink(segment(2026, 77));
	char stray[1200];
	snprintf(stray, sizeof stray, "%s/2026/notes.txt", dir);
	kit_put(stray, "", 0);
	fails(replay(false, 1200, &journal, &pos, &lines), EDOC_ERR_INPUT, &err, "no segment",
	      "a stranger in the folder is found");
	unlink(stray);
	ed_buf_clear(&whole);
	ok(head.seq > 6, "close lines are counted, %lld in all", (long long)head.seq);
}

static void test_newer(void)
{
	struct ed_journal *journal;
	struct ed_journal_pos pos = {.seq = 0};
	struct ed_buf whole;
	int lines;
	begin("newer");
	write_lines(1, NOW, 1 << 20);
	read_all(segment(2026, 1), &whole);
	char *v = strstr(ed_buf_str(&whole), "\"v\":1");
	if (ok(v != NULL, "a line says its version")) {
		v[4] = '2';
		kit_put(segment(2026, 1), whole.data, whole.len);
	}
	fails(replay(true, 1 << 20, &journal, &pos, &lines), EDOC_ERR_VERSION, &err, "format 2",
	      "a newer format is named as such");
	ed_journal_free(journal);
	ed_buf_clear(&whole);
}

/* A disk that is full in the middle of a group. */
static void test_full(void)
{
	struct ed_journal *journal;
	struct ed_journal_pos pos = {.seq = 0};
	struct rlimit old, tight;
	struct stat before, after;
	int lines;
	begin("full");
	write_lines(2, NOW, 1 << 20);
	stat(segment(2026, 1), &before);
	is_ok(replay(true, 1 << 20, &journal, &pos, &lines), &err, "a writer opens");
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = (rlim_t)before.st_size + 100;
	signal(SIGXFSZ, SIG_IGN);
	enum edoc_code code = add(journal, NOW, "does not fit");
	setrlimit(RLIMIT_FSIZE, &tight);
	enum edoc_code flushed = code == EDOC_OK ? ed_journal_flush(journal, &err) : EDOC_OK;
	setrlimit(RLIMIT_FSIZE, &old);
	fails(flushed, EDOC_ERR_IO, &err, NULL, "a full disk is an I/O error");
	stat(segment(2026, 1), &after);
	is_int(after.st_size, before.st_size, "and leaves no part of a line");
	fails(add(journal, NOW, "more"), EDOC_ERR_IO, &err, "any more",
	      "after it the journal takes no more");
	ed_journal_free(journal);
}

static void test_line(void)
{
	struct ed_journal *journal;
	struct ed_buf line;
	int lines;
	begin("line");
	struct ed_journal_pos head = write_lines(2, NOW, 1 << 20);
	struct ed_journal_pos pos = head;
	ed_buf_init(&line, ED_MAX_JOURNAL_LINE);
	is_ok(replay(false, 1 << 20, &journal, &pos, &lines), &err, "open");
	is_ok(ed_journal_line(journal, &head, &line, &err), &err, "one line is read");
	ok(!strncmp(ed_buf_str(&line), "{\"agent\":\"anna@host\"", 20), "canonical, keys sorted");
	head.digest[3] ^= 4;
	fails(ed_journal_line(journal, &head, &line, &err), EDOC_ERR_INPUT, &err, "was changed",
	      "but not one of another digest");
	ed_journal_free(journal);
	ed_buf_clear(&line);
}

static void test_checkpoint(void)
{
	char line[ED_CHECKPOINT_MAX];
	struct ed_checkpoint checkpoint;
	struct ed_journal_pos pos = {.seq = 1042, .time = NOW};
	for (size_t i = 0; i < sizeof pos.digest; i++)
		pos.digest[i] = (unsigned char)(i * 37 + 1);
	ed_checkpoint_format("01ab23cd", &pos, line);
	ok(strlen(line) <= 100, "a checkpoint fits a line of paper: %s", line);
	is_ok(ed_checkpoint_parse(line, &checkpoint, &err), &err, "and is read back");
	ok(ed_checkpoint_matches(&checkpoint, "01ab23cd", &pos), "it is of that head");
	ok(!ed_checkpoint_matches(&checkpoint, "01ab23ce", &pos), "and not of another archive");
	pos.digest[24] ^= 1;
	ok(!ed_checkpoint_matches(&checkpoint, "01ab23cd", &pos),
	   "the last of its 200 bits counts");
	pos.digest[24] ^= 1, pos.seq++;
	ok(!ed_checkpoint_matches(&checkpoint, "01ab23cd", &pos), "so does the number");
	static const char *const bad[] = {"",
	                                  "edoc-archive/2 1 2026-10-30T00:00:00Z AAAAA",
	                                  "edoc-archive/1 01ab23cd 0 2026-10-30T00:00:00Z "
	                                  "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA",
	                                  "edoc-archive/1 01ab23cd 1 2026-13-30T00:00:00Z "
	                                  "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA",
	                                  "edoc-archive/1 01ab23cd 1 2026-10-30T00:00:00Z "
	                                  "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAA",
	                                  "edoc-archive/1 01ab23cd 1 2026-10-30T00:00:00Z "
	                                  "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAA1",
	                                  "edoc-archive/1 1 2026-10-30T00:00:00Z "
	                                  "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA",
	                                  "edoc-archive/1 01ab23cd 1 2026-10-30T00:00:00Z"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		fails(ed_checkpoint_parse(bad[i], &checkpoint, &err), EDOC_ERR_INPUT, &err,
		      "no checkpoint", "a line that is none is refused");
	is_ok(ed_checkpoint_parse("edoc-archive/1 01ab23cd 1 2026-10-30T00:00:00Z "
	                          "aaaaabbbbb ccccc-ddddd-eeeee-fffff-ggggg-hhhhh",
	                          &checkpoint, &err),
	      &err, "small letters and other gaps are taken");
}

int main(void)
{
	kit_begin();
	test_append();
	test_roll();
	test_anchor();
	test_torn();
	test_flips();
	test_removed();
	test_newer();
	test_full();
	test_line();
	test_checkpoint();
	return done();
}
