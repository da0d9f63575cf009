/* SPDX-License-Identifier: ISC */
/* Errors: fill the caller's struct edoc_error, give the code back. */
#ifndef ED_BASE_ERR_H
#define ED_BASE_ERR_H

#include <libintl.h>

#include "edoc.h"

/* Marks a text for the catalogue that is looked up later. */
#define N_(text) (text)

/*
 * Fills err (may be NULL) and returns code.  `where` is a place in the user's
 * data or "".  The format is looked up in the catalogue "edoc"; bytes that
 * would steer a terminal are written as \xNN, so names from documents may be
 * passed as they are.
 */
enum edoc_code ed_fail(struct edoc_error *err, enum edoc_code code, const char *where,
                       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* ed_fail with ": strerror(errno)"; code EDOC_ERR_IO turns into ABSENT for
 * ENOENT/ENOTDIR, every code into MEMORY for ENOMEM.  Saves and keeps errno. */
enum edoc_code ed_fail_errno(struct edoc_error *err, enum edoc_code code, const char *where,
                             const char *what);

enum edoc_code ed_fail_memory(struct edoc_error *err);

/* Tells what static analyzers cannot see: a failure is never EDOC_OK.  A door's
 * own ..._fail() may do the same. */
static inline enum edoc_code ed_failed(enum edoc_code code)
{
	return code != EDOC_OK ? code : EDOC_ERR_BUG;
}
#define ed_fail(...) ed_failed((ed_fail)(__VA_ARGS__))
#define ed_fail_errno(...) ed_failed((ed_fail_errno)(__VA_ARGS__))
#define ed_fail_memory(err) ed_failed((ed_fail_memory)(err))

/* Copies src into dst of size bytes, always ended, escaping as above. */
void ed_escape(char *dst, size_t size, const char *src);

#endif
