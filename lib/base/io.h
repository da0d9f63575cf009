/* SPDX-License-Identifier: ISC */
/* Files: temporary -> fsync -> link or rename -> fsync of the folder. */
#ifndef ED_BASE_IO_H
#define ED_BASE_IO_H

#include <sys/types.h>

#include "base/buf.h"

/* Opens for reading, regular files only (O_NONBLOCK keeps a FIFO from
 * hanging us).  ABSENT, INPUT (not a regular file) or IO. */
enum edoc_code ed_open_read(const char *path, int *fd, uint64_t *size,
			    struct edoc_error *err) EDOC_CHECK;
/* Reads all of a file of at most buf->max bytes. */
enum edoc_code ed_read_path(const char *path, struct ed_buf *buf, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_read_fd(int fd, const char *where, struct ed_buf *buf,
			  struct edoc_error *err) EDOC_CHECK; /* from offset 0, by pread */
/* All or error; EINTR is repeated.  Short reads are EDOC_ERR_INPUT. */
enum edoc_code ed_pread_full(int fd, const char *where, void *p, size_t n, uint64_t offset,
			     struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_write_full(int fd, const char *where, const void *p, size_t n,
			     struct edoc_error *err) EDOC_CHECK;

/*
 * A file in the making, beside its final name, mode 0666 & ~umask (or 0600
 * with `secret`).  ed_tmp_clear() removes what was not published.
 */
struct ed_tmp {
	int fd;      /* -1: none */
	char *path;  /* of the temporary; NULL: it has no name yet */
	char *final; /* of the result */
};

enum edoc_code ed_tmp_open(struct ed_tmp *tmp, const char *final, bool secret,
			   struct edoc_error *err) EDOC_CHECK;
/* Makes the temporary in `dir`, which must be on the same file system. */
enum edoc_code ed_tmp_open_in(struct ed_tmp *tmp, const char *dir, const char *final, bool secret,
			      struct edoc_error *err) EDOC_CHECK;
/* fsync, link(2) to the final name (EDOC_ERR_EXISTS when taken), unlink of
 * the temporary, fsync of the folder.  The compare-and-swap of routing.md. */
enum edoc_code ed_tmp_link(struct ed_tmp *tmp, struct edoc_error *err) EDOC_CHECK;
/* fsync, rename over a regular file or nothing (else EDOC_ERR_EXISTS), keeping
 * the old file's mode, fsync of the folder. */
enum edoc_code ed_tmp_rename(struct ed_tmp *tmp, struct edoc_error *err) EDOC_CHECK;
void ed_tmp_clear(struct ed_tmp *tmp);
/* What would keep ed_tmp_open() and then rename (replace) or link from making that
 * file, told without making any: EDOC_ERR_EXISTS.  A full disk is not foreseen. */
enum edoc_code ed_tmp_check(const char *final, bool replace, struct edoc_error *err) EDOC_CHECK;
/* The same of the folder in which a file is to be made. */
enum edoc_code ed_dir_check(const char *dir, const char *final, struct edoc_error *err) EDOC_CHECK;

/* The three of them for bytes in memory; replace: rename, else link. */
enum edoc_code ed_write_file(const char *path, const void *p, size_t n, bool replace,
			     struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_fsync_dir(const char *dir, struct edoc_error *err) EDOC_CHECK;
/* mkdir -p with mode 0777 & ~umask and fsync of each parent that changed. */
enum edoc_code ed_mkdirs(const char *dir, struct edoc_error *err) EDOC_CHECK;
/* What would keep ed_mkdirs() from it, told without making any. */
enum edoc_code ed_mkdirs_check(const char *dir, struct edoc_error *err) EDOC_CHECK;
/* dir + "/" + name, malloc'd. */
char *ed_path_join(const char *dir, const char *name);

/* Names of a folder's entries, sorted bytewise, without "." and ".."; one
 * malloc'd array of strings ended by NULL, freed by ed_names_free(). */
enum edoc_code ed_list_dir(const char *dir, char ***names, size_t *n,
			   struct edoc_error *err) EDOC_CHECK;
void ed_names_free(char **names);

#endif
