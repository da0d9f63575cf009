/* SPDX-License-Identifier: ISC */
#include "base/path.h"

#include "../tap.h"
#include "base/limits.h"

static void faults(void)
{
	static const char *const good[] = {"a",
	                                   "contract.pdf",
	                                   "META-INF/manifest.xml",
	                                   "folder/",
	                                   "a/b/c",
	                                   "...a",
	                                   "..a",
	                                   "a. b",
	                                   " a",
	                                   "Straße ﬁ ａ.txt",
	                                   ".hidden",
	                                   "Қарори ҳукумат №5.pdf",
	                                   "oʻzbek gʻoya.docx",
	                                   "1:2.txt",
	                                   "a b+c%20.txt",
	                                   "-rf"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		is_str(ed_name_fault(good[i], strlen(good[i])), NULL, good[i]);
	static const struct {
		const char *name, *fault;
	} bad[] = {
	        {"", "empty"},
	        {"/etc/passwd", "absolute"},
	        {"/", "absolute"},
	        {"a//b", "empty path segment"},
	        {"a//", "empty path segment"},
	        {".", "\"..\""},
	        {"..", "\"..\""},
	        {"../a", "\"..\""},
	        {"a/..", "\"..\""},
	        {"a/../b", "\"..\""},
	        {"./a", "\"..\""},
	        {"a/./b", "\"..\""},
	        {"a/.", "\"..\""},
	        {"../", "\"..\""},
	        {"a\\b", "backslash"},
	        {"c:x", "drive"},
	        {"C:/x", "drive"},
	        {"a\nb", "control"},
	        {"a\x1b[2J", "control"},
	        {"a\x7f", "control"},
	        {"a\xc2\x80", "control"},
	        {"a\xc2\x9f", "control"},
	        {"a\xe2\x80\xae"
	         "fdp.exe",
	         "bidirectional"},
	        {"a\xe2\x80\xaa", "bidirectional"},
	        {"a\xe2\x81\xa6", "bidirectional"},
	        {"a\xe2\x81\xa9", "bidirectional"},
	        {"a\xe2\x80\x8b.txt", "zero-width"},
	        {"a\xe2\x80\x8c.txt", "zero-width"},
	        {"a\xe2\x80\x8d.txt", "zero-width"},
	        {"a\xe2\x80\x8f.txt", "bidirectional"},
	        {"a\xe2\x81\xa0", "zero-width"},
	        {"\xef\xbb\xbf"
	         "a",
	         "zero-width"},
	        {"...", "Windows"},
	        {"a.", "Windows"},
	        {"a ", "Windows"},
	        {" ", "Windows"},
	        {"a./b", "Windows"},
	        {"a /", "Windows"},
	        {"a\xff", "UTF-8"},
	        {"a\xc0\xae\xc0\xae", "UTF-8"},
	        {"a\xed\xa0\x80", "UTF-8"},
	        {"a\xf4\x90\x80\x80", "UTF-8"},
	        {"a\xd0", "UTF-8"},
	        {"a\xe2\x28\xa1", "UTF-8"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *fault = ed_name_fault(bad[i].name, strlen(bad[i].name));
		ok(fault && strstr(fault, bad[i].fault), "refused: %s", bad[i].fault);
	}
	ok(ed_name_fault("a\0b", 3) != NULL, "refused: NUL");
	char name[ED_MAX_NAME + 2];
	memset(name, 'a', sizeof name);
	is_str(ed_name_fault(name, ED_MAX_NAME), NULL, "the longest name");
	ok(ed_name_fault(name, ED_MAX_NAME + 1) != NULL, "refused: one byte more");
}

static bool alike(const char *a, const char *b)
{
	char *x = ed_name_fold(a, strlen(a)), *y = ed_name_fold(b, strlen(b));
	bool same = x && y && !strcmp(x, y);
	free(x);
	free(y);
	return same;
}

static void folding(void)
{
	static const char *const same[][2] = {
	        {"Contract.PDF", "contract.pdf"},
	        {"ҚАРОР", "қарор"},
	        {"ТОҶИКИСТОН ҲУҚУҚ ӢД ҒАМ ӮРО", "тоҷикистон ҳуқуқ ӣд ғам ӯро"},
	        {"ЎЗБЕКИСТОН Ғ Қ Ҳ Ё", "ўзбекистон ғ қ ҳ ё"},
	        {"\xd0\x99", "\xd0\xb8\xcc\x86"},      /* Й, и + breve */
	        {"\xd3\xa2", "\xd0\xb8\xcc\x84"},      /* Ӣ, и + macron */
	        {"\xd3\xae", "\xd1\x83\xcc\x84"},      /* Ӯ, у + macron */
	        {"\xd1\x9e", "\xd0\xa3\xcc\x86"},      /* ў, У + breve */
	        {"\xc3\xa9", "E\xcc\x81"},             /* é */
	        {"\xe1\xba\xad", "a\xcc\x82\xcc\xa3"}, /* ậ, marks out of order */
	        {"a\xcc\xa3\xcc\x82", "a\xcc\x82\xcc\xa3"},
	        {"ΣΑΣ", "σας"},
	        {"\xe2\x84\xaa", "k"},        /* Kelvin */
	        {"\xe2\x84\xab", "\xc3\xa5"}, /* Angstrom, å */
	        {"\xc5\xbf", "S"},            /* long s */
	        {"\xcd\x82", "\xcd\x82"},
	        {"Straße", "STRASSE"},
	        {"Straße", "STRA\xe1\xba\x9e"
	                   "E"},                  /* capital sharp s */
	        {"\xef\xac\x81", "FI"},           /* ligature */
	        {"\xef\xac\x83", "ffi"},          /* ligature of three */
	        {"\xd6\x87", "\xd5\xa5\xd6\x82"}, /* Armenian ech yiwn */
	        {"ａ０．ＴＸＴ", "a0.txt"},       /* full-width */
	        {"a\xc2\xa0"
	         "b",
	         "a b"}, /* no-break space */
	        {"a\xe3\x80\x80"
	         "b",
	         "a b"}, /* ideographic space */
	        {"a\xe2\x80\x8b"
	         "b",
	         "ab"}, /* zero-width space */
	        {"a\xc2\xad"
	         "b",
	         "ab"},                                       /* soft hyphen */
	        {"a\xef\xb8\x8f", "a"},                       /* variation selector */
	        {"\xe1\xbe\xb3", "\xe1\xbe\xbc"},             /* iota below, beside */
	        {"\xe1\xbe\xb4", "\xce\xb1\xcd\x85\xcc\x81"}, /* and its order */
	};
	static const char *const differ[][2] = {{"a", "b"},
	                                        {"и", "й"},
	                                        {"қ", "к"},
	                                        {"a", "а"}, /* Latin, Cyrillic */
	                                        {"a\xcc\x81", "a\xcc\x80"},
	                                        {"ß", "s"},
	                                        {"№5", "No5"},
	                                        {"м²", "м2"},
	                                        {"a／b", "a/b"},
	                                        {"a", "a "},
	                                        {"\xff", "\xfe"},
	                                        {"文", "字"}};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		ok(alike(same[i][0], same[i][1]), "alike: %s", same[i][0]);
	for (size_t i = 0; i < sizeof differ / sizeof *differ; i++)
		ok(!alike(differ[i][0], differ[i][1]), "not alike: %zu", i);
	char *key = ed_name_fold("", 0);
	is_str(key, "", "the key of nothing");
	free(key);
	/* Worst case: nothing but marks in falling order. */
	char marks[ED_MAX_NAME + 1];
	for (size_t i = 0; i < ED_MAX_NAME; i += 4)
		memcpy(marks + i, "\xcc\x84\xcc\xa3", 4);
	key = ed_name_fold(marks, ED_MAX_NAME);
	ok(key && strlen(key) == ED_MAX_NAME, "a name of marks alone");
	free(key);
}

static void uris(void)
{
	char out[64], text[64];

	ok(ed_uri_decode("a%20b/%D2%9A.pdf", out, sizeof out), "a reference is decoded");
	is_str(out, "a b/Қ.pdf", "to its name");
	ok(ed_uri_decode("a+b", out, sizeof out) && !strcmp(out, "a+b"), "a plus is a plus");
	ok(ed_uri_decode("Қ", out, sizeof out) && !strcmp(out, "Қ"), "letters may stand plain");
	ok(ed_uri_decode("%2e%2E", out, sizeof out) && !strcmp(out, ".."),
	   "dots decode, ed_name_fault() is for them");
	static const char *const bad[] = {"%",    "%2",  "%zz", "a%00b", "a%2Fb", "a%2fb",
	                                  "a b",  "a?b", "a#b", "a\\b",  "a\"b",  "a\nb",
	                                  "a<b>", "a^b", "a|b", "a{b}",  "a`b",   "[a]"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!ed_uri_decode(bad[i], out, sizeof out), "refused: reference %zu", i);
	ok(ed_uri_decode("abc", out, 4) && !ed_uri_decode("abcd", out, 4), "what fits is taken");
	ed_uri_encode("Қ a/b+c.pdf", text, sizeof text);
	is_str(text, "%D2%9A%20a/b%2Bc.pdf", "a name is encoded");
	ok(ed_uri_decode(text, out, sizeof out) && !strcmp(out, "Қ a/b+c.pdf"), "and back");
	is_str(ed_basename("a/b/c"), "c", "base name");
	is_str(ed_basename("c"), "c", "of itself");
}

int main(void)
{
	faults();
	folding();
	uris();
	return done();
}
