/* SPDX-License-Identifier: ISC */
/* Trusted lists of testdata/lists: services, periods, signer, the compiled
 * form; T10 is the attack catalogue's. */
#include "../tap.h"

#include "base/io.h"
#include "base/time.h"
#include "trust/tsl.h"

static struct edoc_error err;
static struct ed_arena *arena;
static char folder[3072];

static void slurp(const char *file, struct ed_buf *buf)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	ed_buf_init(buf, 4 << 20);
	if (ed_read_path(path, buf, &err) != EDOC_OK)
		ok(false, "%s is there: %s", path, err.msg);
}

static enum edoc_code keep(void *arg, X509 *x509, struct edoc_error *e)
{
	(void)e;
	X509_up_ref(x509);
	return sk_X509_push(arg, x509) ? EDOC_OK : EDOC_ERR_MEMORY;
}

static STACK_OF(X509) *signers(const char *file)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct ed_buf buf;

	slurp(file, &buf);
	is_ok(ed_certs_read(buf.data, buf.len, file, keep, stack, &err), &err, file);
	ed_buf_clear(&buf);
	return stack;
}

static enum edoc_code parse(const char *file, struct ed_tsl *tsl)
{
	struct ed_buf buf;
	enum edoc_code rc;

	slurp(file, &buf);
	rc = ed_tsl_parse(buf.data, buf.len, file, arena, tsl, &err);
	ed_buf_clear(&buf);
	return rc;
}

static const struct ed_tsl_service *named(const struct ed_tsl *tsl, const char *name)
{
	for (size_t i = 0; i < tsl->n; i++)
		if (!strcmp(tsl->services[i].listed.name, name))
			return &tsl->services[i];
	ok(false, "there is a service %s", name);
	return &tsl->services[0];
}

static void periods_are(const struct ed_tsl *tsl, const char *name, const char *want)
{
	const struct ed_tsl_service *s = named(tsl, name);
	char text[512] = "";

	for (size_t i = 0; i < s->listed.n; i++) {
		const struct ed_trust_status *v = &s->listed.status[i];
		size_t n = strlen(text);
		char from[ED_TIME_STR];

		ed_time_format(from, v->from);
		snprintf(text + n, sizeof(text) - n, "%s%c%.10s", i ? " " : "",
		         v->granted ? '+' : '-', from);
	}
	is_str(text, want, name);
}

static void test_services(void)
{
	struct ed_tsl tsl;

	if (!is_ok(parse("uz.xml", &tsl), &err, "a list"))
		return;
	is_str(tsl.territory, "UZ", "its territory");
	is_str(tsl.operator_name, "The Agency of tests", "its operator, in English, on one line");
	is_int(tsl.sequence, 7, "its number");
	is_int(tsl.issued, 1772323200, "when it was issued");
	is_int(tsl.next_update, 1788220800, "and when the next is due");
	is_int((int64_t)tsl.n, 9, "certificates of services that are for us");
	is_int((int64_t)tsl.skipped, 1, "one cannot be read");
	is_str(named(&tsl, "Issuing")->provider, "Provider & Co", "a provider");
	is_int(named(&tsl, "Issuing")->purposes, EDOC_FOR_SIGN, "CA/QC signs");
	is_int(named(&tsl, "Answers")->purposes, EDOC_FOR_OCSP, "OCSP answers");
	is_int(named(&tsl, "T10 interrupted")->purposes, EDOC_FOR_TSA, "QTST stamps");
	ok(tsl.services[0].cert != tsl.services[1].cert &&
	           !strcmp(tsl.services[1].listed.name, "Issuing"),
	   "a service with two certificates is there twice");
	periods_are(&tsl, "Issuing", "+2012-01-01 +2014-01-01 +2016-07-01");
	periods_are(&tsl, "Answers", "+2019-01-01");
	periods_are(&tsl, "T10 withdrawn", "+2018-01-01 -2022-01-01");
	periods_are(&tsl, "T10 interrupted", "-2016-01-01 +2017-01-01 -2022-01-01 +2024-01-01");
	periods_are(&tsl, "T10 web servers", "-2020-01-01");
	periods_are(&tsl, "T10 deprecated", "-2020-01-01");
	periods_are(&tsl, "T10 unknown word", "-2020-01-01");
	periods_are(&tsl, "T10 both at once", "-2020-01-01");
	is_str(named(&tsl, "Issuing")->listed.status[1].word, "accredited", "a word of 2014");
	is_str(named(&tsl, "T10 unknown word")->listed.status[0].word, "urn:granted", "its word");
	ed_tsl_clear(&tsl);
	is_ok(parse("v6.xml", &tsl), &err, "version 6");
	ed_tsl_clear(&tsl);
	is_ok(parse("closed.xml", &tsl), &err, "a closed list");
	is_int(tsl.next_update, ED_TIME_NONE, "has no next update");
	ed_tsl_clear(&tsl);
}

/* The one service of a list: its statuses, and why the last or first is not taken. */
static void doubted(const char *file, const char *statuses, const char *why)
{
	struct ed_tsl tsl;
	const char *said = NULL;

	if (!is_ok(parse(file, &tsl), &err, file))
		return;
	periods_are(&tsl, "Service", statuses);
	for (size_t i = 0; i < tsl.services[0].listed.n; i++)
		if (tsl.services[0].listed.status[i].why)
			said = tsl.services[0].listed.status[i].why;
	ok(why ? said && strstr(said, why) : !said, "%s: %s", file, said ? said : "no doubt");
	ed_tsl_clear(&tsl);
}

static void test_history(void)
{
	doubted("T10-withdrawn.xml", "+2018-01-01 -2020-01-01", NULL);
	doubted("T10-history-later.xml", "-2020-01-01", "5.5.10");
	doubted("T10-history-same.xml", "-2020-01-01", "5.5.10");
	doubted("T10-history-order.xml", "-2024-01-01", "5.5.10");
	doubted("T10-history-twice.xml", "-2024-01-01", "5.5.10");
}

static void test_extensions(void)
{
	static const struct {
		const char *file, *why;
	} cases[] = {
	        {"critical-known.xml", NULL},          {"critical-false.xml", NULL},
	        {"critical-zero.xml", NULL},           {"critical-true.xml", "Unheard"},
	        {"critical-one.xml", "Unheard"},       {"critical-absent.xml", "Unheard"},
	        {"critical-second.xml", "Unheard"},    {"critical-empty.xml", "Extension"},
	        {"critical-text.xml", "Extension"},    {"critical-twice.xml", "Extensions"},
	        {"critical-other.xml", "Unheard"},     {"critical-uri.xml", "AdditionalService"},
	        {"critical-provider.xml", "5.4.6"},    {"critical-more.xml", "AdditionalService"},
	        {"critical-namespace.xml", "Qualifi"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		doubted(cases[i].file, cases[i].why ? "-2016-07-01" : "+2016-07-01", cases[i].why);
	doubted("web-more.xml", "-2016-07-01", "5.5.9.4");
	doubted("critical-history.xml", "-2018-01-01 +2026-11-26", "Unheard");
}

static void test_malformed(void)
{
	static const struct {
		const char *file;
		enum edoc_code code;
		const char *word;
	} cases[] = {
	        {"bad/version.xml", EDOC_ERR_VERSION, "version 9"},
	        {"bad/lists.xml", EDOC_ERR_INPUT, "list of lists"},
	        {"bad/no-tag.xml", EDOC_ERR_INPUT, "5.2.1"},
	        {"bad/no-issue.xml", EDOC_ERR_INPUT, "5.3.14"},
	        {"bad/no-status.xml", EDOC_ERR_INPUT, "5.5.4"},
	        {"bad/no-since.xml", EDOC_ERR_INPUT, "5.5.5"},
	        {"bad/next-text.xml", EDOC_ERR_INPUT, "5.3.15"},
	        {"bad/next-mixed.xml", EDOC_ERR_INPUT, "5.3.15"},
	        {"bad/next-two.xml", EDOC_ERR_INPUT, "5.3.15"},
	        {"bad/next-other.xml", EDOC_ERR_INPUT, "5.3.15"},
	        {"bad/next-more.xml", EDOC_ERR_INPUT, "5.3.15"},
	        {"bad/next-zoneless.xml", EDOC_ERR_INPUT, "5.3.15"},
	        {"bad/issue-nested.xml", EDOC_ERR_INPUT, "5.3.14"},
	        {"bad/since-nested.xml", EDOC_ERR_INPUT, "5.5.5"},
	        {"bad/version-nested.xml", EDOC_ERR_INPUT, "5.3.1"},
	        {"bad/version-more.xml", EDOC_ERR_INPUT, "5.3.1"},
	        {"bad/number-nested.xml", EDOC_ERR_INPUT, "5.3.2"},
	        {"bad/number-more.xml", EDOC_ERR_INPUT, "5.3.2"},
	        {"bad/number-none.xml", EDOC_ERR_INPUT, "5.3.2"},
	        {"bad/critical-scheme.xml", EDOC_ERR_INPUT, "5.3.17"},
	        {"bad/no-provider.xml", EDOC_ERR_INPUT, "5.4"},
	        {"bad/other-root.xml", EDOC_ERR_INPUT, "TrustServiceStatusList"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ed_tsl tsl;

		fails(parse(cases[i].file, &tsl), cases[i].code, &err, cases[i].word,
		      cases[i].file);
		ok(tsl.n == 0 && !tsl.services, "and nothing is left of it");
		ok(strstr(err.where, cases[i].file), "the place is told");
	}
}

/* ---- the signature ---- */

static enum edoc_code verify(const char *file, STACK_OF(X509) *pins, struct ed_tsl *tsl)
{
	struct ed_buf buf;
	enum edoc_code rc;

	slurp(file, &buf);
	rc = ed_tsl_read(buf.data, buf.len, file, pins, arena, tsl, &err);
	ed_buf_clear(&buf);
	return rc;
}

static void test_signature(void)
{
	static const struct {
		const char *file;
		enum edoc_code code;
		const char *word;
	} cases[] = {
	        {"bad/unsigned.xml", EDOC_ERR_INPUT, NULL},
	        {"bad/T10-changed.xml", EDOC_ERR_INPUT, "changed"},
	        {"bad/value.xml", EDOC_ERR_INPUT, "changed"},
	        {"bad/stranger.xml", EDOC_ERR_DENIED, "desk justice"},
	        {"bad/weak.xml", EDOC_ERR_INPUT, "can be forged"},
	        {"bad/wrapped.xml", EDOC_ERR_INPUT, "whole"},
	        {"bad/properties-only.xml", EDOC_ERR_INPUT, "whole"},
	        {"bad/twice.xml", EDOC_ERR_INPUT, "has 2"},
	};
	STACK_OF(X509) *zarina = signers("../pki/zarina.crt"), *ca = signers("../pki/ca.pem");
	struct ed_tsl tsl;

	is_ok(verify("uz.xml", zarina, &tsl), &err, "a list by a pinned signer");
	is_int((int64_t)tsl.n, 9, "with its services");
	ed_tsl_clear(&tsl);
	is_ok(verify("by-id.xml", zarina, &tsl), &err, "a list referred to by its Id");
	ed_tsl_clear(&tsl);
	fails(verify("uz.xml", ca, &tsl), EDOC_ERR_DENIED, &err, NULL,
	      "the issuer of the signer's certificate is not the signer");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fails(verify(cases[i].file, zarina, &tsl), cases[i].code, &err, cases[i].word,
		      cases[i].file);
		ok(tsl.n == 0, "and gives no service");
	}
	sk_X509_pop_free(zarina, X509_free);
	sk_X509_pop_free(ca, X509_free);
}

/* ---- the compiled form ---- */

static char *compiled(void)
{
	struct ed_tsl tsl;
	struct ed_buf text;
	char *s = NULL;

	ed_buf_init(&text, 1 << 20);
	if (is_ok(parse("uz.xml", &tsl), &err, "a list")) {
		is_ok(ed_tsl_write(&tsl, &text, &err), &err, "is compiled");
		s = strdup(ed_buf_str(&text));
		ed_tsl_clear(&tsl);
	}
	ed_buf_clear(&text);
	return s;
}

static enum edoc_code load(const char *text, struct ed_tsl *tsl)
{
	return ed_tsl_load(text, strlen(text), "uz.edoc-tsl", arena, tsl, &err);
}

/* text with the first `old` replaced. */
static void refused(const char *text, const char *old, const char *fresh, const char *what)
{
	const char *at = strstr(text, old);
	char *s = malloc(strlen(text) + strlen(fresh) + 1);
	struct ed_tsl tsl;

	ok(at != NULL, "there is %s to change", what);
	if (at) {
		sprintf(s, "%.*s%s%s", (int)(at - text), text, fresh, at + strlen(old));
		fails(load(s, &tsl), EDOC_ERR_INPUT, &err, NULL, what);
		ok(tsl.n == 0, "and gives no service");
	}
	free(s);
}

static void test_compiled(void)
{
	char *text = compiled();
	struct ed_buf again;
	struct ed_tsl tsl;

	if (!text)
		return;
	ok(ed_tsl_is_text(text, strlen(text)), "it says what it is");
	ed_buf_init(&again, 1 << 20);
	if (is_ok(load(text, &tsl), &err, "it is read back")) {
		is_int((int64_t)tsl.n, 9, "whole");
		periods_are(&tsl, "T10 interrupted",
		            "-2016-01-01 +2017-01-01 -2022-01-01 +2024-01-01");
		ok(strstr(named(&tsl, "T10 both at once")->listed.status[0].why, "5.5.10"),
		   "with its doubts");
		is_ok(ed_tsl_write(&tsl, &again, &err), &err, "and written again");
		is_str(ed_buf_str(&again), text, "is the same, byte for byte");
		ed_tsl_clear(&tsl);
	}
	ed_buf_clear(&again);
	refused(text, "end\t9\n", "", "no end");
	refused(text, "end\t9\n", "end\t8\n", "another count");
	refused(text, "end\t9\n", "end\t9\n\n", "a line more");
	refused(text, "end\t9\n", "end\t09\n", "a number written otherwise");
	refused(text, "\tsign\t", "\tall\t", "an unknown purpose");
	refused(text, "\tsign\t", "\tsign,sign\t", "a purpose twice");
	refused(text, "\tsign\t", "\t\t", "no purpose");
	refused(text, "2012-01-01T00:00:00Z", "2012-01-01T05:00:00+05:00",
	        "a time written otherwise");
	refused(text, "2012-01-01T00:00:00Z", "2014-01-01T00:00:00Z", "a status twice");
	refused(text, "2012-01-01T00:00:00Z", "2015-01-01T00:00:00Z", "statuses out of order");
	refused(text, "2012-01-01T00:00:00Z\t+", "2012-01-01T00:00:00Z\t?", "neither + nor -");
	refused(text, "2012-01-01T00:00:00Z\t+", "2012-01-01T00:00:00Z", "a field less");
	refused(text, "\t+\tundersupervision\t", "\t+\tundersupervision\tno", "granted, and not");
	refused(text, "status\t2019-01-01T00:00:00Z\t+\trecognisedatnationallevel\t\n", "",
	        "a service without a status");
	refused(text, "MII", "MI", "a broken certificate");
	refused(text, "scheme\tUZ", "scheme\tUZ\tX", "a field more");
	refused(text, "list\t", "LIST\t", "an unknown line");
	text[strlen(text) - 1] = '\0';
	fails(load(text, &tsl), EDOC_ERR_INPUT, &err, NULL, "the last line has no end");
	free(text);
}

/* Bytes that another program made of a compiled list. */
static void stored_anew(const void *bytes, size_t len, enum edoc_code code, const char *where,
                        const char *word, const char *what)
{
	struct ed_tsl tsl;

	ok(ed_tsl_is_text(bytes, len), "%s is still a compiled list", what);
	fails(ed_tsl_load(bytes, len, "uz.edoc-tsl", arena, &tsl, &err), code, &err, word, what);
	is_str(err.where, where, "and where");
	ok(tsl.n == 0, "and gives no service");
}

static void test_stored_anew(void)
{
	char *text = compiled(), *anew, *p;
	size_t n;

	if (!text)
		return;
	n = strlen(text);
	anew = calloc(2, n + 4);

	p = anew;
	for (const char *s = text; *s; *p++ = *s++)
		if (*s == '\n')
			*p++ = '\r';
	stored_anew(anew, (size_t)(p - anew), EDOC_ERR_INPUT, "uz.edoc-tsl:1", "CR LF", "CR LF");

	p = strchr(strchr(text, '\n') + 1, '\n');
	sprintf(anew, "%.*s\r%s", (int)(p - text), text, p);
	stored_anew(anew, n + 1, EDOC_ERR_INPUT, "uz.edoc-tsl:2", "CR LF", "CR LF in one line");

	sprintf(anew, "\xef\xbb\xbf%s", text);
	stored_anew(anew, n + 3, EDOC_ERR_INPUT, "uz.edoc-tsl:1", "byte order mark", "a BOM");

	memcpy(anew, "\xff\xfe", 2);
	for (size_t i = 0; i < n; i++) {
		anew[2 + 2 * i] = text[i];
		anew[3 + 2 * i] = 0;
	}
	stored_anew(anew, 2 + 2 * n, EDOC_ERR_INPUT, "uz.edoc-tsl:1", "UTF-16", "UTF-16");

	memmove(text + 9, "9", 1);
	stored_anew(text, n, EDOC_ERR_VERSION, "uz.edoc-tsl:1", "compile", "another version");
	ok(!ed_tsl_is_text("\xef\xbb\xbf<TrustServiceStatusList/>", 28), "XML may have a BOM");
	free(anew);
	free(text);
}

/* Lists of nations, where the corpora are. */
static void test_corpora(void)
{
	static const struct {
		const char *file, *territory;
		int64_t n;
	} cases[] = {{"sk-tsl.xml", "SK", 164}, {"xsw/TSL-noID.xml", "AT", 36}};
	const char *src = getenv("SRCDIR");

	for (size_t i = 0; i < 2; i++) {
		char path[4096];
		struct ed_buf buf;
		struct ed_tsl tsl;
		int doubts = 0;

		snprintf(path, sizeof(path),
		         "%s/../shared/corpora/dss/files/dss-xades/validation/%s", src ? src : ".",
		         cases[i].file);
		ed_buf_init(&buf, 4 << 20);
		if (ed_read_path(path, &buf, &err) != EDOC_OK) {
			printf("ok %d - a nation's list # SKIP no %s\n", ++tap_n, path);
		} else if (is_ok(ed_tsl_parse(buf.data, buf.len, path, arena, &tsl, &err), &err,
		                 cases[i].file)) {
			is_str(tsl.territory, cases[i].territory, "its territory");
			is_int((int64_t)tsl.n, cases[i].n, "its services");
			for (size_t k = 0; k < tsl.n; k++)
				for (size_t m = 0; m < tsl.services[k].listed.n; m++)
					doubts += tsl.services[k].listed.status[m].why != NULL;
			is_int(doubts, 0, "and nothing speaks against any");
			ed_tsl_clear(&tsl);
		}
		ed_buf_clear(&buf);
	}
}

int main(void)
{
	const char *src = getenv("SRCDIR");

	arena = ed_arena_new();
	snprintf(folder, sizeof(folder), "%s/testdata/lists", src ? src : ".");
	test_services();
	test_history();
	test_extensions();
	test_malformed();
	test_signature();
	test_compiled();
	test_stored_anew();
	test_corpora();
	ed_arena_free(arena);
	return done();
}
