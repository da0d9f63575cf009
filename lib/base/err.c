/* SPDX-License-Identifier: ISC */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/path.h"

/* One character of src as it may be shown: itself or \xNN a byte. */
static size_t show(char out[17], const char *src, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t rune;
	size_t n = ed_utf8_next(src, len, &rune), k = 0;

	if (n != 0 && !ed_rune_steers(rune)) {
		memcpy(out, src, n);
		return n;
	}
	if (n == 0)
		n = 1;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)src[i];
		out[k++] = '\\';
		out[k++] = 'x';
		out[k++] = digits[c >> 4];
		out[k++] = digits[c & 15];
	}
	return k;
}

void ed_escape(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src), used = 0;

	if (size == 0)
		return;
	while (len > 0) {
		char out[17];
		uint32_t rune;
		size_t n = show(out, src, len);
		size_t step = ed_utf8_next(src, len, &rune);
		if (used + n >= size)
			break; /* whole characters or nothing */
		memcpy(dst + used, out, n);
		used += n;
		src += step ? step : 1;
		len -= step ? step : 1;
	}
	dst[used] = '\0';
}

enum edoc_code(ed_fail)(struct edoc_error *err, enum edoc_code code, const char *where,
                        const char *fmt, ...)
{
	char raw[512]; /* more than escaping keeps */
	va_list ap;

	if (!err)
		return code;
	int saved = errno;
	va_start(ap, fmt);
	int n = vsnprintf(raw, sizeof raw, dgettext("edoc", fmt), ap);
	va_end(ap);
	err->code = code;
	/* `where` may be err->where itself: go through a copy. */
	char place[sizeof err->where];
	ed_escape(place, sizeof place, where ? where : "");
	memcpy(err->where, place, sizeof place);
	ed_escape(err->msg, sizeof err->msg, n < 0 ? fmt : raw);
	errno = saved;
	return code;
}

enum edoc_code(ed_fail_errno)(struct edoc_error *err, enum edoc_code code, const char *where,
                              const char *what)
{
	int saved = errno;
	char buf[128];

	if (code == EDOC_ERR_IO && (saved == ENOENT || saved == ENOTDIR))
		code = EDOC_ERR_ABSENT;
	if (saved == ENOMEM)
		code = EDOC_ERR_MEMORY;
	ed_fail(err, code, where, "%s: %s", dgettext("edoc", what),
	        strerror_r(saved, buf, sizeof buf));
	errno = saved;
	return code;
}

enum edoc_code(ed_fail_memory)(struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_MEMORY, "", "out of memory");
}
