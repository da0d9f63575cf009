/* SPDX-License-Identifier: ISC */
#include "base/like.h"

#include <string.h>

#include "base/path.h"

/* What one character of the pattern takes of the text; 0: it does not fit. */
static size_t one(const char *pattern, const char *text)
{
	uint32_t rune;

	if (!*text)
		return 0;
	if (*pattern == '?') {
		size_t n = ed_utf8_next(text, strlen(text), &rune);

		return n ? n : 1;
	}
	if (*pattern == '#')
		return *text >= '0' && *text <= '9';
	return *pattern == *text;
}

/* Only the last "*" is ever gone back to: what an earlier one could take more,
 * the last one can, too. */
bool ed_like(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text || *pattern == '*') {
		size_t n;

		if (*pattern == '*') {
			star = ++pattern;
			from = text;
			continue;
		}
		n = *pattern ? one(pattern, text) : 0;
		if (n) {
			pattern++;
			text += n;
		} else if (star && *from) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	return !*pattern;
}
