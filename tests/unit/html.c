/* SPDX-License-Identifier: ISC */
/* The page: everything that matters is said, and nothing from a document can
 * become markup.  With a path as argument the page is written there, to be
 * looked at. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "base/err.h"
#include "base/time.h"
#include "judge/report.h"

#define EVIL "<script>alert(1)</script>\"'&\xe2\x80\xae"

static struct edoc_error err;

static int64_t at(const char *text)
{
	int64_t t = 0;

	if (!ed_time_parse(text, &t))
		abort();
	return t;
}

static const struct ed_report_link *links(struct ed_arena *arena)
{
	struct ed_report_link *l = ed_arena_alloc(arena, 3 * sizeof(*l));

	l[0] = (struct ed_report_link){.subject = "CN=Раҳимова Зарина,O=Вазорати адлия,C=TJ",
	                               .sha256 = "aa",
	                               .not_before = at("2024-02-01T00:00:00Z"),
	                               .not_after = at("2026-02-01T00:00:00Z"),
	                               .revocation = "OCSP",
	                               .revocation_where = "META-INF/signatures-1.xml",
	                               .revocation_status = "good",
	                               .this_update = at("2025-03-05T04:12:00Z"),
	                               .next_update = at("2025-03-12T04:12:00Z"),
	                               .revoked_at = ED_TIME_NONE};
	l[1] = (struct ed_report_link){.subject = "CN=Issuing " EVIL,
	                               .sha256 = "bb",
	                               .not_before = at("2020-01-01T00:00:00Z"),
	                               .not_after = at("2030-01-01T00:00:00Z"),
	                               .revocation = "CRL",
	                               .revocation_status = "good",
	                               .this_update = at("2025-03-01T00:00:00Z"),
	                               .next_update = at("2025-04-01T00:00:00Z"),
	                               .revoked_at = ED_TIME_NONE};
	l[2] = (struct ed_report_link){.subject = "CN=Root",
	                               .sha256 = "cc",
	                               .not_before = at("2010-01-01T00:00:00Z"),
	                               .not_after = at("2045-01-01T00:00:00Z"),
	                               .this_update = ED_TIME_NONE,
	                               .next_update = ED_TIME_NONE,
	                               .revoked_at = ED_TIME_NONE};
	return l;
}

static struct ed_report_stamp stamp(struct edoc_report *r, const char *kind, const char *type,
                                    const char *time, bool good)
{
	struct ed_report_stamp s = {.kind = kind,
	                            .type = type,
	                            .where = "META-INF/signatures-1.xml",
	                            .time = at(time),
	                            .intact = good,
	                            .indication = good ? EDOC_TOTAL_PASSED : EDOC_INDETERMINATE,
	                            .subject = "CN=TSA of the State,C=TJ",
	                            .links = links(r->arena),
	                            .n_links = 3};

	ed_findings_init(&s.findings, r->arena);
	return s;
}

/* A signature of 2025, judged in 2031: what LTA is for. */
static struct edoc_report *sample(void)
{
	static const char *const covers[] = {"фармон.pdf", EVIL};
	static const char *const chain[] = {"CN=Раҳимова Зарина", "CN=Issuing", "CN=Root"};
	struct edoc_policy *policy = NULL;
	struct edoc_report *r = NULL;
	struct ed_report_signature *sig;

	is_ok(edoc_policy_strict(&policy, &err), &err, "a policy");
	is_ok(ed_report_new("order " EVIL ".asice", at("2031-11-22T10:00:00Z"), policy, &r, &err),
	      &err, "a report");
	r->format = "ASiC-E/XAdES";
	r->indication = EDOC_TOTAL_PASSED;
	r->n_signatures = 1;
	r->signatures = sig = ed_arena_alloc(r->arena, sizeof(*sig));
	ed_findings_init(&sig->findings, r->arena);
	ed_finding(&sig->findings, "chain.expired", EVIL, EVIL, "2026-02-01", NULL);
	sig->findings.v[0].severity = EDOC_WARNING;
	sig->pub = (struct edoc_signature){.id = "S0",
	                                   .where = "META-INF/signatures-1.xml",
	                                   .form = "XAdES",
	                                   .level = "XAdES-BASELINE-LTA",
	                                   .indication = EDOC_TOTAL_PASSED,
	                                   .intact_data = true,
	                                   .intact_signature = true,
	                                   .subject = "CN=Раҳимова Зарина,O=" EVIL,
	                                   .issuer = "CN=Issuing",
	                                   .cert_sha256 = "aa",
	                                   .claimed_time = at("2025-03-05T04:11:09Z"),
	                                   .role = "head",
	                                   .commitment = "approval"};
	sig->pinfl = "31111111111111";
	sig->inn = sig->uid = "";
	sig->chain = (const char **)(uintptr_t)chain;
	sig->n_chain = 3;
	sig->links = links(r->arena);
	sig->n_links = 3;
	sig->covers = (const char **)(uintptr_t)covers;
	sig->n_covers = 2;
	sig->proved_not_after = at("2025-03-05T04:11:40Z");
	sig->proved_by = "signature time-stamp";
	sig->n_stamps = 3;
	sig->stamps = ed_arena_alloc(r->arena, 3 * sizeof(*sig->stamps));
	sig->stamps[0] = stamp(r, "signature", "SignatureTimeStamp", "2025-03-05T04:11:40Z", true);
	sig->stamps[1] = stamp(r, "archive", "ArchiveTimeStamp", "2025-11-02T00:00:00Z", true);
	sig->stamps[2] = stamp(r, "archive", "ArchiveTimeStamp", "2030-06-01T00:00:00Z", false);
	edoc_policy_free(policy);
	return r;
}

static void keep(const char *path, const char *a, const char *b)
{
	FILE *f = fopen(path, "w");

	if (f) {
		fprintf(f, "%s%s%s", a, b, edoc_html_tail());
		(void)fclose(f);
	}
}

static void check(const char *html, const char *what)
{
	ok(!strstr(html, "<script"), "%s: no markup from a document", what);
	ok(strstr(html, "&lt;script&gt;") != NULL, "%s: it is text", what);
	ok(!strstr(html, "\xe2\x80\xae"), "%s: nothing turns the reading order", what);
	ok(!strstr(html, "href") && !strstr(html, "src="), "%s: nothing from elsewhere", what);
	ok(strstr(html, "signature time-stamp") != NULL, "%s: what proves the time", what);
	ok(strstr(html, "31111111111111") != NULL, "%s: identifiers", what);
}

/* Of the longest line but the first, which is one line whatever it takes. */
static size_t columns(const char *s)
{
	size_t most = 0;

	for (s += strcspn(s, "\n"); *s; s += *s == '\n') {
		size_t n = 0;

		for (; *s && *s != '\n'; s++)
			n += ((unsigned char)*s & 0xc0) != 0x80;
		most = n > most ? n : most;
	}
	return most;
}

int main(int argc, char **argv)
{
	struct edoc_report *r = sample();
	char *head = NULL, *html = NULL, *note = NULL, *copy = NULL, *json = NULL, *text = NULL;

	is_ok(edoc_html_head("A " EVIL, "tg", &head, &err), &err, "a head");
	ok(!strstr(head, "<script") && strstr(head, "lang=\"tg\""), "its title is text");
	ok(strstr(head, "default-src 'none'") != NULL, "it loads nothing");
	is_ok(edoc_report_html(r, NULL, &html, &err), &err, "an article");
	check(html, "article");
	ok(strstr(html, "<svg") && strstr(html, "judged as of"), "with a time line");
	ok(strstr(html, "archive time-stamp") != NULL, "all proofs");
	is_ok(edoc_html_note("A " EVIL, "B " EVIL, &note, &err), &err, "a note on the page");
	ok(!strstr(note, "<script") && strstr(note, "B &"), "is text");
	ok(strstr(note, "</article>") != NULL, "and whole");
	edoc_free(note);
	is_ok(edoc_report_copy(r, NULL, &copy, &err), &err, "a copy sheet");
	check(copy, "sheet");
	is_ok(edoc_report_json(r, &json, &err), &err, "JSON");
	ok(strstr(json, "\"proved_time\":{\"not_after\":\"2025-03-05T04:11:40Z\",\"by\":"
	                "\"signature time-stamp\"") != NULL,
	   "which says what proves the time");
	is_ok(edoc_report_text(r, &(struct edoc_text_options){.detail = 2}, &text, &err), &err,
	      "text");
	ok(columns(text) <= 80, "in 80 columns");
	ok(strstr(text, "proved    2025-03-05T04:11:40Z signature time-stamp\n") != NULL,
	   "which says so too");
	if (argc > 3)
		keep(argv[3], text, "");
	edoc_free(text);
	if (argc > 2) {
		keep(argv[1], head, html);
		keep(argv[2], head, copy);
	}
	edoc_free(head);
	edoc_free(html);
	edoc_free(copy);
	edoc_free(json);
	edoc_report_free(r);
	return done();
}
