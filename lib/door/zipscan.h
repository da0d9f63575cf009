/* SPDX-License-Identifier: ISC */
/* What zip.c, zipscan.c and zipwrite.c know of each other. */
#ifndef ED_DOOR_ZIPSCAN_H
#define ED_DOOR_ZIPSCAN_H

#include "door/zip.h"

struct ed_zip {
	int fd; /* the caller's */
	struct ed_zip_writer *keeper; /* makes a copy that is read instead, or NULL */
	struct edoc_limits limits;
	struct ed_arena *arena;
	const char *name;             /* for messages */
	struct ed_zip_entry *entries; /* in the order of the central directory */
	size_t n;
	size_t *by_name; /* indices, sorted bytewise by name */
	uint64_t size;   /* of the file */
	uint64_t directory, directory_size;
	const char *comment;
	size_t comment_len;
};

/* Fills entries, n, by_name, directory and comment from the raw bytes. */
enum edoc_code ed_zip_scan(struct ed_zip *zip, struct edoc_error *err) EDOC_CHECK;

/* Has copied the base's bytes [from, end); *fd: where they are to be read. */
enum edoc_code ed_zip_keep_up(struct ed_zip_writer *writer, uint64_t from, uint64_t end, int *fd,
                              struct edoc_error *err) EDOC_CHECK;

/* Two names that a file system could take for one, or a file that another
 * name needs as a folder, are refused. */
enum edoc_code ed_zip_names_apart(const char *const *names, size_t n,
                                  struct edoc_error *err) EDOC_CHECK;

/* APPNOTE 4.3: the sizes of the fixed parts, and their signatures. */
#define ED_ZIP_LOCAL 30u
#define ED_ZIP_CENTRAL 46u
#define ED_ZIP_END 22u
#define ED_ZIP64_END 56u
#define ED_ZIP64_LOCATOR 20u
#define ED_ZIP_LOCAL_SIG 0x04034b50u
#define ED_ZIP_DESCRIPTOR_SIG 0x08074b50u
#define ED_ZIP_CENTRAL_SIG 0x02014b50u
#define ED_ZIP_END_SIG 0x06054b50u
#define ED_ZIP64_END_SIG 0x06064b50u
#define ED_ZIP64_LOCATOR_SIG 0x07064b50u

static inline uint16_t ed_le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t ed_le32(const unsigned char *p)
{
	return ed_le16(p) | (uint32_t)ed_le16(p + 2) << 16;
}

static inline uint64_t ed_le64(const unsigned char *p)
{
	return ed_le32(p) | (uint64_t)ed_le32(p + 4) << 32;
}

#endif
