/* SPDX-License-Identifier: ISC */
/*
 * The door to libzip.  Reading: a strict pre-scan of the raw bytes (zipscan.c:
 * end record, central directory, every local header, names, sizes, offsets,
 * gaps) makes the table; entries are then read from that table, counting the
 * bytes that really come.  Writing: libzip over our own output source.
 */
#ifndef ED_DOOR_ZIP_H
#define ED_DOOR_ZIP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/pump.h"

struct ed_zip_entry {
	const char *name; /* UTF-8, checked by ed_name_fault() */
	const char *raw;  /* as it stands in the file; else than name for code page 437 */
	bool folder;      /* the name ends in '/' and no bytes follow */
	uint16_t method;  /* 0 stored, 8 deflated */
	uint16_t flags;
	uint32_t crc;
	uint64_t csize, usize;
	uint64_t header; /* offset of the local header */
	uint64_t data;   /* offset of the bytes */
	uint64_t end;    /* after the bytes and the data descriptor */
	bool extra;      /* local or central extra field present */
};

struct ed_zip; /* owns nothing of fd */

/* Refuses (EDOC_ERR_INPUT, EDOC_ERR_LIMIT; where = the entry's name or an
 * offset) all that package.md never accepts.  `name` is for messages. */
enum edoc_code ed_zip_open(int fd, const char *name, const struct edoc_limits *limits,
                           struct ed_zip **zip, struct edoc_error *err) EDOC_CHECK;
void ed_zip_free(struct ed_zip *zip);
size_t ed_zip_count(const struct ed_zip *zip);
const struct ed_zip_entry *ed_zip_entry(const struct ed_zip *zip, size_t i);
/* The entry of exactly that name, or (size_t)-1. */
size_t ed_zip_find(const struct ed_zip *zip, const char *name);
const char *ed_zip_comment(const struct ed_zip *zip); /* the archive's, "" */

/* Streams entry i: exactly usize bytes with the right CRC-32, or an error
 * (EDOC_ERR_INPUT) after at most usize + 1 bytes. */
enum edoc_code ed_zip_read(struct ed_zip *zip, size_t i, ed_sink_fn *sink, void *arg,
                           struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_zip_read_buf(struct ed_zip *zip, size_t i, struct ed_buf *buf,
                               struct edoc_error *err) EDOC_CHECK;

/* ---- writing ---- */

struct ed_zip_writer;

/*
 * All is stored, not deflated: office formats are compressed already, what is
 * stored can be cut out with any tool in 30 years, and a deflate stream ends
 * in bits that nothing protects.
 */

/* Called while an entry's bytes pass, before they are compressed. */
typedef void ed_tap_fn(void *arg, const void *bytes, size_t len);
/* Makes an entry's bytes when its turn comes: after all entries added before
 * it have passed.  Fills out.  Stored: a deflate stream ends in bits that no
 * reader looks at, and no bit of a signature's entry should be free. */
typedef enum edoc_code ed_late_fn(void *arg, struct ed_buf *out, struct edoc_error *err);

/*
 * Into `fd` (empty, read-write; the caller's temporary).  base: NULL, or a
 * package whose entries are kept byte for byte: its bytes up to the central
 * directory are cloned (copy_file_range), entries are appended.
 */
enum edoc_code ed_zip_writer_new(int fd, const char *name, struct ed_zip *base,
                                 struct ed_zip_writer **writer, struct edoc_error *err) EDOC_CHECK;
/*
 * The base's bytes are cloned as its entries are read, instead of at finish,
 * and read from the copy: what is digested from here on is what will be there,
 * and the disk writes it meanwhile.  The base must not be read any more once
 * the writer is gone or fd is closed.
 */
enum edoc_code ed_zip_writer_keep(struct ed_zip_writer *writer, struct edoc_error *err) EDOC_CHECK;
/*
 * Leaves out some of the base's entries, to be added anew; before anything is
 * added.  What stands before the first of them is cloned, the rest copied as
 * it is compressed.  drop: indices.
 */
enum edoc_code ed_zip_writer_drop(struct ed_zip_writer *writer, const size_t *drop, size_t n,
                                  struct edoc_error *err) EDOC_CHECK;
/* Up to this offset the result is the base's bytes. */
uint64_t ed_zip_writer_cut(const struct ed_zip_writer *writer);
/* Stored, dos time 1980-01-01, no extra field; bytes are copied. */
enum edoc_code ed_zip_add_bytes(struct ed_zip_writer *writer, const char *name, const void *bytes,
                                size_t len, struct edoc_error *err) EDOC_CHECK;
/* From a descriptor of `size` bytes; borrowed until finish. */
enum edoc_code ed_zip_add_fd(struct ed_zip_writer *writer, const char *name, int fd, uint64_t size,
                             ed_tap_fn *tap, void *arg, struct edoc_error *err) EDOC_CHECK;
/* Copies an entry of another package as it is compressed (raw). */
enum edoc_code ed_zip_add_copy(struct ed_zip_writer *writer, const char *name, struct ed_zip *from,
                               size_t i, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_zip_add_late(struct ed_zip_writer *writer, const char *name, ed_late_fn *late,
                               void *arg, struct edoc_error *err) EDOC_CHECK;
/* Writes everything and fsyncs fd.  A failing late_fn's own error comes out. */
enum edoc_code ed_zip_writer_finish(struct ed_zip_writer *writer,
                                    struct edoc_error *err) EDOC_CHECK;
void ed_zip_writer_free(struct ed_zip_writer *writer);

#endif
