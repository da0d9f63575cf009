/* SPDX-License-Identifier: ISC */
/* What is told of a group of items whose journal lines did not reach the disk. */
#include "archivekit.h"

#include <signal.h>
#include <sys/resource.h>

#include "archive/archive.h"

#define NOW INT64_C(1793347200)

static struct edoc_error err;
static char root[300];
static int told, good;

static void take_item(void *arg, int status, const char *text, const char *json)
{
	(void)arg;
	told++;
	good += status == 0;
	if (status && (!strstr(text, "NOT DONE") || !strstr(json, "\"exit\":74")))
		ok(false, "a lost item says so: %s %s", text, json);
}

static struct edoc_archive *open_archive(struct edoc_archive_options *options, uint64_t segment)
{
	struct edoc_archive *archive = NULL;
	char dir[320];
	is_ok(edoc_archive_open(root, options, &archive, &err), &err, "the writer opens");
	/* With small segments, so that one ends in the middle of a group. */
	snprintf(dir, sizeof dir, "%s/journal", root);
	ed_journal_free(archive->journal);
	is_ok(ed_journal_open(dir, true, segment, &archive->journal, &err), &err, "its journal");
	is_ok(ed_journal_replay(archive->journal, &archive->head, NULL, NULL, &err), &err, "read");
	return archive;
}

static enum edoc_code do_one(struct edoc_archive *archive)
{
	json_t *line = json_object();
	struct ed_event event = {
	        .event = "export", .outcome = "success", .agent = "a@h", .time = NOW};
	enum edoc_code code = ed_archive_record(archive, &event, &err);
	if (code == EDOC_OK)
		return ed_archive_item(archive, 0, "thing", NULL, strdup("done\n"), line, &err);
	json_decref(line);
	return code;
}

/* Lets the journal grow by `more` bytes, then no further; how many of ten
 * things were told as done? */
static void fill_disk(struct edoc_archive *archive, rlim_t more)
{
	struct rlimit old, tight;
	int done_ones = 0;
	told = good = 0;
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = more;
	setrlimit(RLIMIT_FSIZE, &tight);
	for (int i = 0; i < 10; i++)
		done_ones += do_one(archive) == EDOC_OK;
	enum edoc_code code = edoc_archive_flush(archive, &err);
	setrlimit(RLIMIT_FSIZE, &old);
	(void)code;
	is_int(told, done_ones, "each item that was queued is told of");
}

/* The number of `export` lines that a new reader sees. */
static int recorded(struct edoc_archive_options *options)
{
	struct edoc_archive *archive = NULL;
	struct edoc_archive_options reading = *options;
	reading.write = false;
	is_ok(edoc_archive_open(root, &reading, &archive, &err), &err, "a reader opens");
	int n = archive ? (int)archive->head.seq : 0;
	edoc_archive_free(archive);
	return n;
}

static rlim_t journal_size(void)
{
	struct stat st = {.st_size = 0};
	if (stat(kit_path("a/journal/2026/000001.log"), &st) != 0)
		ok(false, "no journal");
	return (rlim_t)st.st_size;
}

int main(void)
{
	struct edoc_trust *trust = NULL;
	struct edoc_policy *policy = NULL;
	kit_begin();
	signal(SIGXFSZ, SIG_IGN);
	snprintf(root, sizeof root, "%s", kit_path("a"));
	is_ok(edoc_trust_new(&trust, &err), &err, "trust");
	is_ok(edoc_policy_strict(&policy, &err), &err, "policy");
	struct edoc_archive_options options = {.agent = "anna@host",
	                                       .write = true,
	                                       .now = NOW,
	                                       .trust = trust,
	                                       .policy = policy,
	                                       .item = take_item};
	is_ok(edoc_archive_init(root, &options, NULL, &err), &err, "init");

	struct edoc_archive *archive = open_archive(&options, 1 << 20);
	fill_disk(archive, 1000000);
	is_int(good, 10, "with room, all ten are done");
	edoc_archive_free(archive);
	is_int(recorded(&options), 11, "and recorded");

	/* The last write fails. */
	archive = open_archive(&options, 1 << 20);
	fill_disk(archive, journal_size() + 100);
	is_int(good, 0, "on a full disk none is told as done");
	fails(do_one(archive), EDOC_ERR_IO, &err, NULL, "and nothing more is taken");
	edoc_archive_free(archive);
	is_int(recorded(&options), 11, "none is recorded");

	/* The write that closes a segment fails, in the middle of the group: the
	 * flush at the end has nothing left to write, and must not call it done. */
	archive = open_archive(&options, journal_size() + 1500);
	fill_disk(archive, journal_size() + 100);
	ok(told > 1, "some were queued before the segment ended");
	is_int(good, 0, "none is told as done when a segment cannot be closed");
	edoc_archive_free(archive);
	is_int(recorded(&options), 11, "none is recorded");

	edoc_policy_free(policy);
	edoc_trust_free(trust);
	return done();
}
