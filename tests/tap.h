/* SPDX-License-Identifier: ISC */
/* TAP for unit tests: ok(), is_str(), is_int(), is_ok(), fails(), done(). */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "edoc.h"

static int tap_n, tap_bad;

__attribute__((format(printf, 2, 3), unused)) static bool ok(bool good, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	printf("%s %d - ", good ? "ok" : "not ok", ++tap_n);
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
	tap_bad += !good;
	return good;
}

__attribute__((unused)) static bool is_str(const char *got, const char *want, const char *what)
{
	bool same = got && want ? !strcmp(got, want) : got == want;
	ok(same, "%s", what);
	if (!same)
		printf("#      got: %s\n# expected: %s\n", got ? got : "NULL", want ? want : "NULL");
	return same;
}

__attribute__((unused)) static bool is_int(int64_t got, int64_t want, const char *what)
{
	ok(got == want, "%s", what);
	if (got != want)
		printf("#      got: %" PRId64 "\n# expected: %" PRId64 "\n", got, want);
	return got == want;
}

/* The call succeeded. */
__attribute__((unused)) static bool is_ok(enum edoc_code code, const struct edoc_error *err,
					  const char *what)
{
	ok(code == EDOC_OK, "%s", what);
	if (code != EDOC_OK)
		printf("# code %d, %s: %s\n", code, err ? err->where : "", err ? err->msg : "");
	return code == EDOC_OK;
}

/* The call failed with that code, and the message holds `word`. */
__attribute__((unused)) static bool fails(enum edoc_code code, enum edoc_code want,
					  const struct edoc_error *err, const char *word,
					  const char *what)
{
	bool good = code == want && (!word || !err || strstr(err->msg, word) || strstr(err->where, word));
	ok(good, "%s", what);
	if (!good)
		printf("# code %d (expected %d), %s: %s (expected \"%s\")\n", code, want,
		       err ? err->where : "", err ? err->msg : "", word ? word : "");
	return good;
}

__attribute__((unused)) static int done(void)
{
	printf("1..%d\n", tap_n);
	return tap_bad ? 1 : 0;
}

#endif
