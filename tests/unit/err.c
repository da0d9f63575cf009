/* SPDX-License-Identifier: ISC */
#include "base/err.h"

#include <errno.h>

#include "../tap.h"
#include "base/finding.h"
#include "base/limits.h"

static void escaping(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
	        {"contract.pdf", "contract.pdf"},
	        {"Қарор №5 ўғил", "Қарор №5 ўғил"},
	        {"\x1b[2J", "\\x1b[2J"},
	        {"a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"},
	        {"\x7f", "\\x7f"},
	        {"\xc2\x9b"
	         "31m",
	         "\\xc2\\x9b31m"},
	        {"\xe2\x80\xae"
	         "fdp",
	         "\\xe2\\x80\\xae"
	         "fdp"},
	        {"\xe2\x81\xa6", "\\xe2\\x81\\xa6"},
	        {"\xff\xfe", "\\xff\\xfe"},
	        {"\xc0\xaf", "\\xc0\\xaf"},
	        {"cut \xd0", "cut \\xd0"},
	};
	char out[64];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ed_escape(out, sizeof out, rows[i].in);
		is_str(out, rows[i].out, "escaped");
	}
	ed_escape(out, 4, "\xd0\x96\xd0\x96");
	is_str(out, "\xd0\x96", "a letter is not cut in two");
	ed_escape(out, 4, "\n\n");
	is_str(out, "", "nor is an escape");
	ed_escape(out, 5, "\n\n");
	is_str(out, "\\x0a", "what fits is kept");
	out[0] = 'x';
	ed_escape(out, 0, "y");
	ok(out[0] == 'x', "no room, nothing written");
}

static void failing(void)
{
	struct edoc_error err = {0};
	char big[1000];

	is_int(ed_fail(&err, EDOC_ERR_INPUT, "a\nb", "%s is wrong", "\x1b"), EDOC_ERR_INPUT,
	       "the code comes back");
	is_int(err.code, EDOC_ERR_INPUT, "and stands in the error");
	is_str(err.where, "a\\x0ab", "the place is escaped");
	is_str(err.msg, "\\x1b is wrong", "so are arguments");
	is_int(ed_fail(NULL, EDOC_ERR_BUG, "", "x"), EDOC_ERR_BUG, "no error struct is fine");
	memset(big, 'x', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	ed_fail(&err, EDOC_ERR_INPUT, big, "%s", big);
	ok(strlen(err.msg) == sizeof err.msg - 1 && strlen(err.where) == sizeof err.where - 1,
	   "long texts are cut to fit");
	ed_fail(&err, EDOC_ERR_INPUT, "old", "m");
	ed_fail(&err, EDOC_ERR_INPUT, err.where, "again: %s", err.msg);
	is_str(err.where, "old", "an error's own place may be passed");
	is_str(err.msg, "again: m", "and its own message");
	errno = ENOENT;
	is_int(ed_fail_errno(&err, EDOC_ERR_IO, "f", "cannot open"), EDOC_ERR_ABSENT,
	       "ENOENT is ABSENT");
	ok(errno == ENOENT && strstr(err.msg, "cannot open: ") != NULL, "errno is kept and named");
	errno = EIO;
	is_int(ed_fail_errno(&err, EDOC_ERR_IO, "f", "x"), EDOC_ERR_IO, "EIO is IO");
	errno = ENOENT;
	is_int(ed_fail_errno(&err, EDOC_ERR_EXISTS, "f", "x"), EDOC_ERR_EXISTS,
	       "another code is not turned");
	is_int(ed_fail_memory(&err), EDOC_ERR_MEMORY, "out of memory");
}

static void findings(void)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_findings list;
	char name[] = "a.pdf";

	if (!ok(arena != NULL, "an arena"))
		return;
	ed_findings_init(&list, arena);
	ed_finding(&list, "chain.not-found", name, "CN=x", NULL, "lost");
	name[0] = 'b';
	is_str(list.v[0].where, "a.pdf", "strings are copied");
	is_str(list.v[0].args[0], "CN=x", "the argument is there");
	ok(!list.v[0].args[1] && !list.v[0].args[2], "NULL ends the arguments");
	ed_finding(&list, "x", NULL, NULL, NULL, NULL);
	is_str(list.v[1].where, "", "no place is an empty one");
	ok(ed_findings_have(&list, "x") && !ed_findings_have(&list, "y"), "codes are found");
	for (int i = 0; i < 1000; i++)
		ed_finding(&list, "many", "", NULL, NULL, NULL);
	ok(list.n == 2 + ED_MAX_ALIKE + 1 && !list.lost, "many alike are cut, and nothing is lost");
	is_str(list.v[list.n - 1].code, "report.cut", "it says so");
	is_str(list.v[list.n - 1].args[0], "many", "and of what");
	ed_finding(&list, "other", "", NULL, NULL, NULL);
	ok(ed_findings_have(&list, "other"), "another kind still fits");
	ed_arena_free(arena);
}

int main(void)
{
	escaping();
	failing();
	findings();
	return done();
}
