/* SPDX-License-Identifier: ISC */
/* A growable byte string with a mandatory maximum; wiped when freed.  A failed
 * put sticks: later puts do nothing and ed_buf_check() tells, so a writer
 * checks once at the end. */
#ifndef ED_BASE_BUF_H
#define ED_BASE_BUF_H

#include <stdarg.h>

#include "edoc.h"

struct ed_buf {
	unsigned char *data; /* NUL follows data[len - 1]; NULL while empty */
	size_t len, cap, max;
	enum edoc_code failed; /* EDOC_ERR_LIMIT or EDOC_ERR_MEMORY */
};

void ed_buf_init(struct ed_buf *buf, size_t max);
void ed_buf_clear(struct ed_buf *buf); /* wipes, frees, back to init */
void ed_buf_reset(struct ed_buf *buf); /* length 0, memory kept */
void ed_buf_put(struct ed_buf *buf, const void *bytes, size_t len);
void ed_buf_puts(struct ed_buf *buf, const char *s);
void ed_buf_putc(struct ed_buf *buf, char c);
void ed_buf_printf(struct ed_buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* `where` names what grew, for the limit's message. */
enum edoc_code ed_buf_check(const struct ed_buf *buf, const char *where,
			    struct edoc_error *err) EDOC_CHECK;
/* The bytes as a malloc'd string for a `char **` result; buf is cleared. */
enum edoc_code ed_buf_steal(struct ed_buf *buf, const char *where, char **out,
			    struct edoc_error *err) EDOC_CHECK;
const char *ed_buf_str(const struct ed_buf *buf); /* never NULL */

#endif
