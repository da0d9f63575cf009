/* SPDX-License-Identifier: ISC */
/* The OCFL store: what it writes, and that each defect of it is found. */
#include "archivekit.h"

#include <fcntl.h>

#include "archive/ocfl.h"
#include "archive/store.h"
#include "base/io.h"

#define NOW INT64_C(1793347200)

static struct edoc_error err;

/* Brings bytes into the archive at `root`; the object as the journal knows it. */
static struct ed_object keep(const char *root, const char *name, const char *bytes)
{
	struct ed_object object = {.name = NULL};
	int copy = -1;
	char *from = kit_path("%s", name);
	kit_put(from, bytes, strlen(bytes));
	int fd = open(from, O_RDONLY);
	enum edoc_code code = ed_store_receive(root, fd, from, &object, &copy, &err);
	close(fd);
	if (copy >= 0)
		close(copy);
	if (code == EDOC_OK)
		code = ed_store_stage(root, &object, NOW, "anna maria@host", &err);
	if (code == EDOC_OK)
		code = ed_store_publish(root, &object, &err);
	if (code == EDOC_OK)
		code = ed_store_settle(root, object.id, &err);
	is_ok(code, &err, "an object is received, staged, published, settled");
	return object;
}

/* How many findings a look gives; *first is the first's code. */
static size_t look(const char *root, const struct ed_object *object, char first[64])
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings findings;
	int fd = -1;
	ed_findings_init(&findings, arena);
	is_ok(ed_store_check(root, object, &findings, &fd, &err), &err, "looked at");
	snprintf(first, 64, "%s", findings.n ? findings.v[0].code : "");
	if (findings.n && fd >= 0 && !strcmp(first, "archive.altered") &&
	    strstr(findings.v[0].where, "content"))
		ok(false, "altered content is not handed on to be judged");
	if (fd >= 0)
		close(fd);
	size_t n = findings.n;
	ed_arena_free(arena);
	return n;
}

static char *inside(const char *root, const struct ed_object *object, const char *name)
{
	static char path[1200];
	char *dir = ed_store_path(root, object->id);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	free(dir);
	return path;
}

static void test_create(void)
{
	char root[300];
	snprintf(root, sizeof root, "%s", kit_path("made"));
	fails(ed_store_probe(root, &err), EDOC_ERR_ABSENT, &err, NULL, "no folder, no archive");
	is_ok(ed_store_create(root, &err), &err, "an archive is made");
	is_ok(ed_store_create(root, &err), &err, "making goes on where it died");
	is_ok(ed_store_probe(root, &err), &err, "it is one");
	char mark[300];
	snprintf(mark, sizeof mark, "%s", kit_path("made/0=edoc_archive_1"));
	unlink(mark);
	fails(ed_store_probe(root, &err), EDOC_ERR_ABSENT, &err, "init",
	      "without its mark it is none");
	kit_put(kit_path("made/0=edoc_archive_2"), "", 0);
	fails(ed_store_probe(root, &err), EDOC_ERR_VERSION, &err, "format 2",
	      "a newer one is named as such");
	unlink(kit_path("made/0=edoc_archive_2"));
	mkdir(kit_path("other"), 0700);
	kit_put(kit_path("other/file"), "x", 1);
	fails(ed_store_create(kit_path("other"), &err), EDOC_ERR_EXISTS, &err, "file",
	      "a folder with a file is left alone");
	mkdir(kit_path("made/ocfl/abc"), 0700);
	fails(ed_store_vacant(root, &err), EDOC_ERR_EXISTS, &err, "abc", "so is one with objects");
}

static void test_lock(void)
{
	int one;
	int two;
	is_ok(ed_store_create(kit_path("locked"), &err), &err, "made");
	is_ok(ed_store_lock(kit_path("locked"), &one, &err), &err, "the writer locks");
	fails(ed_store_lock(kit_path("locked"), &two, &err), EDOC_ERR_AGAIN, &err, NULL,
	      "a second one does not");
	close(one);
	is_ok(ed_store_lock(kit_path("locked"), &two, &err), &err, "until the first is gone");
	close(two);
}

static void test_good(void)
{
	char first[64];
	char root[300];
	snprintf(root, sizeof root, "%s", kit_path("good"));
	is_ok(ed_store_create(root, &err), &err, "made");
	struct ed_object object = keep(root, "Шартнома 1.asice", "the bytes of a package");
	/* printf %s 'the bytes of a package' | sha256sum */
	is_str(object.id, "96cd7e5760a46d7fe63c8d4688ee2db6061ce375ea11350f8161685f917fe8f6",
	       "its id is its sha256");
	is_int((int64_t)look(root, &object, first), 0, "a look finds nothing");
	ok(kit_there(inside(root, &object, "v1/content/Шартнома 1.asice")), "it keeps its name");
	char *staging = kit_path("good/staging");
	ok(rmdir(staging) == 0 && mkdir(staging, 0700) == 0, "nothing stays in staging");
	struct ed_object again = {.name = NULL};
	is_ok(ed_store_describe(root, object.id, &again, &err), &err, "its inventory is read");
	is_str(again.sha512, object.sha512, "with the same digest");
	is_str(again.inventory, object.inventory, "and is the same");
	is_str(again.name, object.name, "and the same name");
	is_int((int64_t)again.bytes, (int64_t)object.bytes, "and as many bytes");
	ed_object_clear(&again);
	ed_object_clear(&object);
}

static void test_names(void)
{
	static const char *const bad[] = {"..", "a\nb", "a\\b", "\xff",
	                                  "\xe2\x80\xae"
	                                  "fdp.asice"};
	struct ed_object object;
	kit_put(kit_path("plain"), "x", 1);
	int fd = open(kit_path("plain"), O_RDONLY);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		fails(ed_store_digest(fd, bad[i], &object, &err), EDOC_ERR_INPUT, &err, "name",
		      "a name that could mislead is refused");
		ed_object_clear(&object);
	}
	is_ok(ed_store_digest(fd, "dir/ўқғҳ.asice", &object, &err), &err, "others are taken");
	ed_object_clear(&object);
	close(fd);
}

/* Each file of an object: a flipped bit, a missing file, a stranger beside. */
static void test_defects(void)
{
	static const char *const files[] = {"0=ocfl_object_1.1",        "inventory.json",
	                                    "inventory.json.sha512",    "v1/inventory.json",
	                                    "v1/inventory.json.sha512", "v1/content/p.asice"};
	static const char *const strangers[] = {"x", "v1/x", "v1/content/x", "v2"};
	char first[64];
	char root[300];
	snprintf(root, sizeof root, "%s", kit_path("defects"));
	is_ok(ed_store_create(root, &err), &err, "made");
	struct ed_object object = keep(root, "p.asice", "0123456789");
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		kit_flip(inside(root, &object, files[i]), 3);
		ok(look(root, &object, first) > 0 && !strcmp(first, "archive.altered"),
		   "a flipped bit in %s is found", files[i]);
		kit_flip(inside(root, &object, files[i]), 3);
		char aside[1200];
		snprintf(aside, sizeof aside, "%s", kit_path("aside"));
		rename(inside(root, &object, files[i]), aside);
		ok(look(root, &object, first) > 0 && !strcmp(first, "archive.missing"),
		   "%s missing is found", files[i]);
		rename(aside, inside(root, &object, files[i]));
	}
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		kit_put(inside(root, &object, strangers[i]), "", 0);
		ok(look(root, &object, first) == 1 && !strcmp(first, "archive.stranger"),
		   "a stranger at %s is found", strangers[i]);
		unlink(inside(root, &object, strangers[i]));
	}
	kit_put(inside(root, &object, files[5]), "012345678", 9);
	ok(look(root, &object, first) == 1 && !strcmp(first, "archive.altered"),
	   "so is a lost end");
	kit_put(inside(root, &object, files[5]), "0123456789", 10);
	is_int((int64_t)look(root, &object, first), 0, "put right, it is right again");
	ed_object_clear(&object);
}

struct walked {
	size_t n, ours;
};

static enum edoc_code count_object(void *arg, const char *path, const char *id,
                                   struct edoc_error *e)
{
	struct walked *walked = arg;
	(void)path, (void)e;
	walked->n++;
	walked->ours += id != NULL;
	return EDOC_OK;
}

static size_t walk(const char *root, struct walked *walked)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings findings;
	ed_findings_init(&findings, arena);
	*walked = (struct walked){0};
	is_ok(ed_store_walk(root, count_object, walked, &findings, &err), &err, "walked");
	size_t n = findings.n;
	ed_arena_free(arena);
	return n;
}

static void test_walk(void)
{
	struct walked walked;
	char root[300];
	char name[32];
	snprintf(root, sizeof root, "%s", kit_path("walk"));
	is_ok(ed_store_create(root, &err), &err, "made");
	struct ed_object object = {.name = NULL};
	for (int i = 0; i < 5; i++) {
		ed_object_clear(&object);
		snprintf(name, sizeof name, "%d.asice", i);
		object = keep(root, name, name);
	}
	is_int((int64_t)walk(root, &walked), 0, "no strangers");
	ok(walked.n == 5 && walked.ours == 5, "five objects are met");
	mkdir(kit_path("walk/ocfl/zzz"), 0700);
	mkdir(kit_path("walk/ocfl/000"), 0700);
	kit_put(kit_path("walk/ocfl/note"), "", 0);
	is_int((int64_t)walk(root, &walked), 3, "strangers and an empty folder are told");
	kit_flip(inside(root, &object, "inventory.json"), 5);
	walk(root, &walked);
	ok(walked.n == 5 && walked.ours == 4,
	   "an object that does not say its name is met all the same");
	ed_object_clear(&object);
}

static void test_leftovers(void)
{
	char **ids = NULL;
	size_t n = 9;
	struct ed_object object;
	int copy;
	char root[300];
	snprintf(root, sizeof root, "%s", kit_path("left"));
	is_ok(ed_store_create(root, &err), &err, "made");
	kit_put(kit_path("l.asice"), "left", 4);
	int fd = open(kit_path("l.asice"), O_RDONLY);
	is_ok(ed_store_receive(root, fd, "l.asice", &object, &copy, &err), &err, "received");
	close(copy);
	is_ok(ed_store_leftovers(root, &ids, &n, &err), &err, "a copy that was not staged");
	is_int((int64_t)n, 0, "is nothing to remember");
	ok(!kit_there(kit_path("left/staging/incoming")), "and is removed");
	ed_names_free(ids);
	ed_object_clear(&object);
	is_ok(ed_store_receive(root, fd, "l.asice", &object, &copy, &err), &err, "received again");
	close(copy);
	close(fd);
	is_ok(ed_store_stage(root, &object, NOW, "a@h", &err), &err, "staged");
	is_ok(ed_store_publish(root, &object, &err), &err, "published");
	fails(ed_store_publish(root, &object, &err), EDOC_ERR_ABSENT, &err, NULL, "not twice");
	is_ok(ed_store_leftovers(root, &ids, &n, &err), &err, "published and not settled");
	ok(n == 1 && !strcmp(ids[0], object.id), "is remembered by its id");
	ed_names_free(ids);
	ok(ed_store_has(root, object.id), "and in its place");
	ed_object_clear(&object);
}

int main(void)
{
	kit_begin();
	test_create();
	test_lock();
	test_good();
	test_names();
	test_defects();
	test_walk();
	test_leftovers();
	return done();
}
