/* SPDX-License-Identifier: ISC */
#include "base/like.h"

#include "../tap.h"

static void is(const char *pattern, const char *text, bool want)
{
	ok(ed_like(pattern, text) == want, "\"%s\" %s \"%s\"", pattern, want ? "fits" : "fits not",
	   text);
}

int main(void)
{
	char pattern[400], text[20001];

	is("", "", true);
	is("", "a", false);
	is("a", "", false);
	is("*", "", true);
	is("*", "anything", true);
	is("abc", "abc", true);
	is("abc", "abcd", false);
	is("abcd", "abc", false);
	is("*.pdf", "a.pdf", true);
	is("*.pdf", ".pdf", true);
	is("*.pdf", "a.pdf.exe", false);
	is("*.pdf", "a.pdf.pdf", true);
	is("a*b*c", "a-b-b-c", true);
	is("a*b*c", "acb", false);
	is("annex-##.xlsx", "annex-07.xlsx", true);
	is("annex-##.xlsx", "annex-7.xlsx", false);
	is("annex-##.xlsx", "annex-0a.xlsx", false);
	is("№ #*-?", "№ 12-Ф", true);
	is("№ #*-?", "№ 12-ФФ", false);
	is("?", "Ф", true);
	is("??", "Ф", false);
	is("?", "\xd0", true); /* no UTF-8: a byte is a character */
	is("*?", "", false);
	is("**", "x", true);
	is("#", "*", false);
	is("A", "a", false);
	/* Many stars do not try all ways. */
	for (size_t i = 0; i < sizeof(pattern) - 2; i += 2)
		memcpy(pattern + i, "*a", 2);
	memcpy(pattern + sizeof(pattern) - 2, "b", 2);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ok(!ed_like(pattern, text), "199 stars over 20,000 letters come to an end");
	return done();
}
