/* SPDX-License-Identifier: ISC */
/* A package in the making: its parts, then one pass that writes them. */
#ifndef ED_SIGN_NEW_H
#define ED_SIGN_NEW_H

#include <sys/stat.h>

#include "base/io.h"
#include "sign/sign.h"

struct ed_part {
	const char *name, *media_type;
	int fd;            /* a file, or -1; closed by ed_making_clear */
	const void *bytes; /* or bytes */
	uint64_t size;
	struct ed_asic *from; /* or an entry of another package; borrowed */
	size_t entry;
	struct ed_digest *running;
	bool lost;
};

struct ed_making {
	struct ed_arena *arena;
	struct edoc_limits limits;
	struct ed_part *parts;
	size_t n, cap;
	uint64_t bytes;                       /* of the files so far */
	const struct edoc_sign_options *sign; /* NULL: unsigned */
	enum ed_hash hash;
	char name[ED_SIGN_NAME]; /* of the signature's entry */
	bool single, has_card;   /* single: ASiC-S */
	struct ed_tmp tmp;
};

enum edoc_code ed_making_init(struct ed_making *m, const struct edoc_limits *limits,
                              struct edoc_error *err) EDOC_CHECK;
void ed_making_clear(struct ed_making *m);
enum edoc_code ed_making_file(struct ed_making *m, const char *path,
                              struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_making_bytes(struct ed_making *m, const char *name, const char *media_type,
                               const struct ed_buf *bytes, struct edoc_error *err) EDOC_CHECK;
/* As it is compressed; only for packages that are not signed in this pass. */
enum edoc_code ed_making_copy(struct ed_making *m, struct ed_asic *from, size_t i,
                              struct edoc_error *err) EDOC_CHECK;
/* EDOC_ERR_USAGE when `out` is that input, by whatever name. */
enum edoc_code ed_making_apart(const char *out, const struct stat *input,
                               struct edoc_error *err) EDOC_CHECK;
/* Writes, verifies when signed, publishes; dry: only the checks.  made (may be
 * NULL): the new signature's entry, malloc'd. */
enum edoc_code ed_making_write(struct ed_making *m, const char *out,
                               const struct edoc_sign_options *sign, bool overwrite, bool dry,
                               char **made, struct edoc_error *err) EDOC_CHECK;

#endif
