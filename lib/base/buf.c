/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void ed_buf_init(struct ed_buf *buf, size_t max)
{
	*buf = (struct ed_buf){.max = max};
}

void ed_buf_clear(struct ed_buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	free(buf->data);
	ed_buf_init(buf, buf->max);
}

void ed_buf_reset(struct ed_buf *buf)
{
	buf->len = 0;
	buf->failed = EDOC_OK;
	if (buf->data)
		buf->data[0] = '\0';
}

/* Room for `more` bytes and the NUL.  Not realloc(3): it may leave a copy of
 * a secret behind. */
static bool reserve(struct ed_buf *buf, size_t more)
{
	if (buf->failed != EDOC_OK)
		return false;
	if (buf->max == SIZE_MAX || more > buf->max - buf->len) {
		buf->failed = EDOC_ERR_LIMIT;
		return false;
	}
	size_t need = buf->len + more + 1;
	if (need <= buf->cap)
		return true;
	size_t cap = buf->cap < 64 ? 64 : buf->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap > buf->max + 1)
		cap = buf->max + 1;
	unsigned char *data = malloc(cap);
	if (!data) {
		buf->failed = EDOC_ERR_MEMORY;
		return false;
	}
	if (buf->data) {
		memcpy(data, buf->data, buf->len);
		explicit_bzero(buf->data, buf->cap);
		free(buf->data);
	}
	buf->data = data;
	buf->cap = cap;
	return true;
}

void ed_buf_put(struct ed_buf *buf, const void *bytes, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void ed_buf_puts(struct ed_buf *buf, const char *s)
{
	ed_buf_put(buf, s, strlen(s));
}

void ed_buf_putc(struct ed_buf *buf, char c)
{
	ed_buf_put(buf, &c, 1);
}

__attribute__((format(printf, 2, 0)))
static void put_formatted(struct ed_buf *buf, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0) {
		if (buf->failed == EDOC_OK)
			buf->failed = EDOC_ERR_MEMORY;
		return;
	}
	if (!reserve(buf, (size_t)n))
		return;
	(void)vsnprintf((char *)buf->data + buf->len, (size_t)n + 1, fmt, ap);
	buf->len += (size_t)n;
}

void ed_buf_printf(struct ed_buf *buf, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_formatted(buf, fmt, ap);
	va_end(ap);
}

enum edoc_code ed_buf_check(const struct ed_buf *buf, const char *where, struct edoc_error *err)
{
	if (buf->failed == EDOC_ERR_LIMIT)
		return ed_fail(err, EDOC_ERR_LIMIT, where, "larger than %zu bytes", buf->max);
	if (buf->failed != EDOC_OK)
		return ed_fail_memory(err);
	return EDOC_OK;
}

enum edoc_code ed_buf_steal(struct ed_buf *buf, const char *where, char **out,
                            struct edoc_error *err)
{
	*out = NULL;
	ed_buf_put(buf, "", 0); /* the NUL, also of an empty buffer */
	enum edoc_code code = ed_buf_check(buf, where, err);
	if (code != EDOC_OK) {
		ed_buf_clear(buf);
		return code;
	}
	*out = (char *)buf->data;
	buf->data = NULL;
	ed_buf_clear(buf);
	return EDOC_OK;
}

const char *ed_buf_str(const struct ed_buf *buf)
{
	return buf->data ? (const char *)buf->data : "";
}
