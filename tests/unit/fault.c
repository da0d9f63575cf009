/* SPDX-License-Identifier: ISC */
/* Floor 0 and its neighbours when the system fails: the n-th write, fsync,
 * link, rename, fchmod or allocation gives an error, for every n.  The calls
 * here stand before libc's. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../tap.h"
#include "base/finding.h"
#include "base/io.h"
#include "base/path.h"
#include "base/time.h"
#include "door/db.h"
#include "door/json.h"

static struct edoc_error err;

/* The call that fails next, and in how many calls from now; 0: none. */
static const char *failing = "";
static int countdown;
static int failed_with = EIO;

static bool fails_now(const char *call)
{
	if (countdown == 0 || strcmp(failing, call) != 0 || --countdown > 0)
		return false;
	errno = failed_with;
	return true;
}

int fsync(int fd)
{
	return fails_now("fsync") ? -1 : (int)syscall(SYS_fsync, fd);
}

ssize_t write(int fd, const void *p, size_t n)
{
	/* Short writes are no error: give out one byte at a time. */
	return fails_now("write") ? -1 : syscall(SYS_write, fd, p, n > 1 ? n / 2 : n);
}

/* A file without a name gets one by linkat(2): the same step. */
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
	return fails_now("link") ? -1 : (int)syscall(SYS_linkat, from_dir, from, to_dir, to, flags);
}

int link(const char *from, const char *to)
{
	return fails_now("link") ? -1 : (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int rename(const char *from, const char *to)
{
	return fails_now("rename") ? -1
	                           : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int fchmod(int fd, mode_t mode)
{
	return fails_now("fchmod") ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

ssize_t pread(int fd, void *p, size_t n, off_t offset)
{
	return fails_now("pread") ? -1 : syscall(SYS_pread64, fd, p, n, offset);
}

static void fail(const char *call, int nth, int with)
{
	failing = call;
	countdown = nth;
	failed_with = with;
}

static size_t entries(void)
{
	char **names;
	size_t n = 0;

	if (ed_list_dir(".", &names, &n, &err) == EDOC_OK)
		ed_names_free(names);
	return n;
}

static const char *content(void)
{
	static struct ed_buf buf;

	ed_buf_clear(&buf);
	ed_buf_init(&buf, 100);
	if (ed_read_path("f", &buf, &err) != EDOC_OK)
		return "";
	return ed_buf_str(&buf);
}

/* One failing call while "old" is replaced by "new!". */
static void replacing(const char *call, int nth, int with, enum edoc_code want, const char *left)
{
	is_ok(ed_write_file("f", "old", 3, true, &err), &err, "a file");
	fail(call, nth, with);
	enum edoc_code code = ed_write_file("f", "new!", 4, true, &err);
	countdown = 0;
	fails(code, want, &err, NULL, call);
	is_str(content(), left, "the file is whole");
	is_int((int64_t)entries(), 1, "and alone");
}

static void files(void)
{
	replacing("write", 1, ENOSPC, EDOC_ERR_IO, "old");
	replacing("write", 2, EIO, EDOC_ERR_IO, "old");
	replacing("write", 1, EINTR, EDOC_OK, "new!"); /* is repeated */
	replacing("fchmod", 1, EPERM, EDOC_ERR_EXISTS, "old");
	replacing("fsync", 1, EIO, EDOC_ERR_IO, "old");
	replacing("rename", 1, EROFS, EDOC_ERR_EXISTS, "old");
	replacing("fsync", 2, EIO, EDOC_ERR_IO, "new!"); /* the folder: state unknown */
	replacing("fsync", 2, EINVAL, EDOC_OK, "new!");  /* a file system that cannot */

	fail("pread", 1, EINTR);
	is_str(content(), "new!", "an interrupted read is repeated");
	fail("pread", 1, EIO);
	is_str(content(), "", "a failed one is none");
	is_int(err.code, EDOC_ERR_IO, "but an I/O error");

	ok(unlink("f") == 0, "no file");
	fail("link", 1, EPERM);
	fails(ed_write_file("f", "x", 1, false, &err), EDOC_ERR_EXISTS, &err, NULL, "link");
	is_int((int64_t)entries(), 0, "leaves nothing");
	fail("fsync", 1, EIO);
	fails(ed_write_file("f", "x", 1, false, &err), EDOC_ERR_IO, &err, NULL, "fsync");
	is_int((int64_t)entries(), 0, "leaves nothing");
	fail("fsync", 2, EIO);
	fails(ed_mkdirs("d/e", &err), EDOC_ERR_IO, &err, NULL, "a folder that is not on the disk");
	countdown = 0;
	ok(rmdir("d/e") == 0 && rmdir("d") == 0, "is there all the same");
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifndef SANITIZED

/* Seen by the shared libraries too. */
#pragma GCC visibility push(default)
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
	return fails_now("memory") ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails_now("memory") ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails_now("memory") ? NULL : __libc_realloc(p, size);
}

#pragma GCC visibility pop

/* ---- small works of every room of floor 0, each with its result ---- */

static enum edoc_code work_files(void)
{
	struct ed_buf buf;
	char **names = NULL;
	size_t n;

	ed_buf_init(&buf, 1000);
	enum edoc_code code = ed_mkdirs("d/e", &err);
	if (code == EDOC_OK)
		code = ed_write_file("d/f", "text", 4, true, &err);
	if (code == EDOC_OK)
		code = ed_read_path("d/f", &buf, &err);
	if (code == EDOC_OK)
		code = ed_list_dir("d", &names, &n, &err);
	ed_names_free(names);
	ed_buf_clear(&buf);
	return code;
}

static enum edoc_code work_findings(void)
{
	static const char *const codes[] = {"a", "b", "c", "d", "e", "f", "g", "h",
	                                    "i", "j", "k", "l", "m", "n", "o"};
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings list;

	if (!arena)
		return EDOC_ERR_MEMORY;
	ed_findings_init(&list, arena);
	for (int i = 0; i < 300; i++) /* no more than ED_MAX_ALIKE of a code */
		ed_finding(&list, codes[i % 15], "where", "a", "b", "c");
	bool whole = !list.lost && list.n == 300 && ed_arena_printf(arena, "%d", 1) &&
	             ed_arena_strndup(arena, "abc", 2) && ed_arena_alloc(arena, 100000);
	ed_arena_free(arena);
	return whole ? EDOC_OK : EDOC_ERR_MEMORY;
}

static enum edoc_code work_names(void)
{
	char *key = ed_name_fold("Қарор.PDF", strlen("Қарор.PDF"));
	enum edoc_code code = key ? EDOC_OK : EDOC_ERR_MEMORY;
	struct ed_zone *zone = NULL;
	char *safe = NULL;

	free(key);
	if (code == EDOC_OK)
		code = edoc_text_safe("a\nb", &safe, &err);
	edoc_free(safe);
	if (code == EDOC_OK && access("/usr/share/zoneinfo/Asia/Dushanbe", R_OK) == 0)
		code = ed_zone_load(NULL, "Asia/Dushanbe", &zone, &err);
	ed_zone_free(zone);
	return code;
}

static enum edoc_code work_json(void)
{
	static const char text[] = "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":\"e\"}";
	json_t *v = NULL;
	char *line = NULL;
	enum edoc_code code = ed_json_parse_canonical(text, strlen(text), "j", &v, &err);

	if (code == EDOC_OK && (ed_json_str(v, "f", "\xff") || ed_json_time(v, "g", 0)))
		code = EDOC_ERR_MEMORY;
	if (code == EDOC_OK)
		code = ed_json_line(v, &line, &err);
	if (code == EDOC_OK)
		is_str(line,
		       "{\"a\":[1,2,{\"b\":\"c\"}],\"d\":\"e\",\"f\":\"\xef\xbf\xbd\","
		       "\"g\":\"1970-01-01T00:00:00Z\"}",
		       "JSON, when memory is enough");
	edoc_free(line);
	json_decref(v);
	const struct edoc_error why = {EDOC_ERR_IO, "w", "m"};
	line = NULL;
	if (code == EDOC_OK)
		code = edoc_error_json("x", &why, &line, &err);
	edoc_free(line);
	return code;
}

static enum edoc_code work_conf(void)
{
	struct edoc_conf *conf = NULL;
	enum edoc_code code = edoc_conf_new(&conf, &err);

	if (code == EDOC_OK)
		code = edoc_conf_load(conf, "conf", "/home", &err);
	if (code == EDOC_OK && !edoc_conf_get(conf, "keys.me.file"))
		code = EDOC_ERR_BUG;
	edoc_conf_free(conf);
	return code;
}

static enum edoc_code work_db(void)
{
	sqlite3 *db = NULL;
	bool fresh;
	enum edoc_code code = ed_db_open("db", 1, "CREATE TABLE t(a)", &db, &fresh, &err);

	if (code == EDOC_OK)
		code = ed_db_exec(db, "INSERT INTO t VALUES(1)", &err);
	ed_db_close(db);
	return code;
}

/* Fails the first allocation, the second, ... until the work is done with
 * none failing; every run ends well or with "out of memory". */
static void starve(const char *what, enum edoc_code (*work)(void))
{
	int n = 1;
	bool good = true;
	enum edoc_code code = EDOC_OK;

	for (; good && n < 5000; n++) {
		fail("memory", n, ENOMEM);
		code = work();
		bool reached = countdown == 0;
		countdown = 0;
		good = code == EDOC_OK || code == EDOC_ERR_MEMORY;
		if (!reached)
			break;
	}
	ok(good && code == EDOC_OK && n > 1 && n < 5000, "%s: %d allocations failed one by one",
	   what, n - 1);
	if (!good)
		printf("# at %d: code %d, %s: %s\n", n - 1, code, err.where, err.msg);
}

static void memory(void)
{
	is_ok(ed_write_file("conf", "key: me\nkeys: {me: ~/k}\ntrust: [a, b]\n", 38, true, &err),
	      &err, "an edoc.conf");
	starve("files", work_files);
	starve("findings", work_findings);
	starve("names", work_names);
	starve("JSON", work_json);
	starve("edoc.conf", work_conf);
	starve("index", work_db);
}

#else

static void memory(void)
{
	ok(true, "memory # SKIP the sanitizer owns it");
}

#endif

int main(void)
{
	char dir[] = "/tmp/edoc-fault.XXXXXX", command[64];

	if (!mkdtemp(dir) || chdir(dir) != 0)
		return 1;
	files();
	memory();
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return done() || chdir("/") != 0 || system(command) != 0;
}
