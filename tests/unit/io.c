/* SPDX-License-Identifier: ISC */
#include "base/io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"

static struct edoc_error err;

/* The bytes of a file, "" when there is none; static storage. */
static const char *text_of(const char *path)
{
	static char text[64];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	if (f)
		fclose(f);
	text[n] = '\0';
	return text;
}

static mode_t mode_of(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static size_t entries(const char *dir)
{
	char **names;
	size_t n;
	if (ed_list_dir(dir, &names, &n, &err) != EDOC_OK)
		return 999;
	ed_names_free(names);
	return n;
}

static void writing(void)
{
	struct ed_tmp tmp;
	struct stat st;

	is_ok(ed_write_file("f", "one", 3, false, &err), &err, "a file is written");
	is_str(text_of("f"), "one", "with its bytes");
	is_int(mode_of("f"), 0644, "and the umask's mode");
	fails(ed_write_file("f", "two", 3, false, &err), EDOC_ERR_EXISTS, &err, "exists",
	      "it is not written over");
	is_str(text_of("f"), "one", "and keeps its bytes");
	is_int((int64_t)entries("."), 1, "nothing is left beside it");
	ok(chmod("f", 0640) == 0, "with a mode of its own");
	is_ok(ed_write_file("f", "three", 5, true, &err), &err, "it is replaced when asked");
	is_str(text_of("f"), "three", "by the new bytes");
	is_int(mode_of("f"), 0640, "and keeps its mode");

	ok(symlink("f", "link") == 0, "a link");
	fails(ed_write_file("link", "x", 1, true, &err), EDOC_ERR_EXISTS, &err, "regular",
	      "a link is not replaced");
	fails(ed_write_file("/dev/null", "x", 1, true, &err), EDOC_ERR_EXISTS, &err, NULL,
	      "nor is a device");
	ok(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode), "which is still one");
	ok(mkdir("d", 0777) == 0, "a folder");
	fails(ed_write_file("d", "x", 1, true, &err), EDOC_ERR_EXISTS, &err, "regular",
	      "nor is a folder");
	fails(ed_write_file("no/such", "x", 1, false, &err), EDOC_ERR_EXISTS, &err, "create",
	      "a folder that is not there");
	is_int((int64_t)entries("."), 3, "and no temporary is left");

	is_ok(ed_tmp_open(&tmp, "secret", true, &err), &err, "a secret file is begun");
	ok(fstat(tmp.fd, &st) == 0 && (st.st_mode & 0777) == 0600, "readable by its owner alone");
	is_int((int64_t)entries("."), tmp.path ? 4 : 3, "without a name, where that can be");
	is_ok(ed_write_full(tmp.fd, "secret", "s", 1, &err), &err, "and written");
	ed_tmp_clear(&tmp);
	is_int((int64_t)entries("."), 3, "an abandoned one goes");
	ed_tmp_clear(&tmp);
	ok(tmp.fd == -1, "clearing twice is fine");

	is_ok(ed_tmp_open_in(&tmp, "d", "linked", false, &err), &err, "a temporary elsewhere");
	is_ok(ed_write_full(tmp.fd, "linked", "L", 1, &err), &err, "is written");
	is_ok(ed_tmp_link(&tmp, &err), &err, "and linked");
	ed_tmp_clear(&tmp);
	is_str(text_of("linked"), "L", "to its name");
	is_int((int64_t)entries("d"), 0, "and gone from where it was");
	fails(ed_tmp_link(&tmp, &err), EDOC_ERR_BUG, &err, NULL, "nothing to publish is a bug");

	/* As where the file system has no files without a name. */
	is_ok(ed_tmp_open_in(&tmp, ".", "linked", false, &err), &err, "a named temporary");
	is_int(mode_of(tmp.path), 0644, "is there");
	is_ok(ed_write_full(tmp.fd, "linked", "M", 1, &err), &err, "is written");
	is_ok(ed_tmp_rename(&tmp, &err), &err, "and renamed");
	ed_tmp_clear(&tmp);
	is_str(text_of("linked"), "M", "over the old one");
	is_int((int64_t)entries("."), 4, "and has its name no more");

	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (ok(full >= 0, "/dev/full opens"))
		fails(ed_write_full(full, "full", "x", 1, &err), EDOC_ERR_IO, &err, "write",
		      "a full disk is an error");
	close(full);
}

static void reading(void)
{
	struct ed_buf buf;
	char two[2];
	int fd;
	uint64_t size;

	ed_buf_init(&buf, 5);
	is_ok(ed_read_path("f", &buf, &err), &err, "a file is read");
	is_str(ed_buf_str(&buf), "three", "whole");
	ed_buf_clear(&buf);
	ed_buf_init(&buf, 4);
	fails(ed_read_path("f", &buf, &err), EDOC_ERR_LIMIT, &err, "4", "a byte too many");
	ed_buf_clear(&buf);
	ed_buf_init(&buf, 100);
	fails(ed_read_path("absent", &buf, &err), EDOC_ERR_ABSENT, &err, "absent",
	      "an absent file");
	fails(ed_read_path("f/x", &buf, &err), EDOC_ERR_ABSENT, &err, "f/x", "a file as a folder");
	fails(ed_read_path("d", &buf, &err), EDOC_ERR_INPUT, &err, "folder", "a folder");
	fails(ed_read_path("/dev/null", &buf, &err), EDOC_ERR_INPUT, &err, "regular", "a device");
	ok(mkfifo("fifo", 0600) == 0, "a FIFO");
	fails(ed_read_path("fifo", &buf, &err), EDOC_ERR_INPUT, &err, "regular",
	      "does not hang us");
	ed_buf_clear(&buf);

	is_ok(ed_open_read("f", &fd, &size, &err), &err, "a file opens");
	is_int((int64_t)size, 5, "with its size");
	is_ok(ed_pread_full(fd, "f", two, 2, 3, &err), &err, "the last bytes");
	ok(!memcmp(two, "ee", 2), "are read");
	fails(ed_pread_full(fd, "f", two, 2, 4, &err), EDOC_ERR_INPUT, &err, "early",
	      "not past the end");
	fails(ed_pread_full(fd, "f", two, 2, UINT64_MAX - 1, &err), EDOC_ERR_INPUT, &err, "early",
	      "nor far past it");
	close(fd);
	fails(ed_pread_full(fd, "f", two, 2, 0, &err), EDOC_ERR_IO, &err, "read", "a closed one");
}

static void folders(void)
{
	char **names = NULL;
	size_t n = 0;

	is_ok(ed_mkdirs("x/y//z/", &err), &err, "folders are made");
	is_ok(ed_mkdirs("x/y/z", &err), &err, "and may be there already");
	fails(ed_mkdirs("f/x", &err), EDOC_ERR_EXISTS, &err, NULL, "not below a file");
	fails(ed_mkdirs("f", &err), EDOC_ERR_EXISTS, &err, NULL, "nor in its place");
	is_ok(ed_write_file("x/B", "", 0, false, &err), &err, "a file");
	is_ok(ed_write_file("x/a", "", 0, false, &err), &err, "another");
	is_ok(ed_list_dir("x", &names, &n, &err), &err, "a folder is listed");
	ok(n == 3 && !strcmp(names[0], "B") && !strcmp(names[1], "a") && !strcmp(names[2], "y") &&
	           !names[3],
	   "in byte order");
	ed_names_free(names);
	fails(ed_list_dir("absent", &names, &n, &err), EDOC_ERR_ABSENT, &err, NULL,
	      "an absent one");
	is_ok(ed_list_dir("x/y/z", &names, &n, &err), &err, "an empty one");
	ok(n == 0 && names && !names[0], "is empty");
	ed_names_free(names);
	char *path = ed_path_join("a", "b");
	is_str(path, "a/b", "paths are joined");
	free(path);
	path = ed_path_join("a/", "b");
	is_str(path, "a/b", "by one slash");
	free(path);
	is_ok(ed_fsync_dir("x", &err), &err, "a folder is synced");
	fails(ed_fsync_dir("absent", &err), EDOC_ERR_ABSENT, &err, NULL, "an absent one is not");
}

int main(void)
{
	char dir[] = "/tmp/edoc-io.XXXXXX", command[64];

	umask(022);
	if (!mkdtemp(dir) || chdir(dir) != 0)
		return 1;
	writing();
	reading();
	folders();
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return done() || chdir("/") != 0 || system(command) != 0;
}
