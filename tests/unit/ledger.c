/* SPDX-License-Identifier: ISC */
/* Names, identities and receipts of the ledger, held against fixed values. */
#include "../tap.h"

#include "route/ledger.h"
#include "route/receipt.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static json_t *documents(const char *name, const char *sha256)
{
	json_t *list = json_array(), *o = json_object();

	ed_json_str(o, "name", name);
	ed_json_str(o, "sha256", sha256);
	json_array_append_new(list, o);
	return list;
}

static void test_case_id(void)
{
	struct edoc_error err = {0};
	json_t *a = documents("a.txt", HEX64), *b = documents("b.txt", HEX64);
	char one[ED_CASE_ID], two[ED_CASE_ID];

	is_ok(ed_case_id(a, "sha256:" HEX64, one, &err), &err, "a case's id");
	/* printf '{"documents":[{"name":"a.txt","sha256":"0123..."}],"format":"edoc-case/1",
	 * "route":"sha256:0123..."}' | sha256sum | cut -c1-32 */
	is_str(one, "34a8c0ab785aed027fde7ad4c1d2fa2e",
	       "is what sha256sum makes of the canonical form");
	is_ok(ed_case_id(b, "sha256:" HEX64, two, &err), &err, "another document");
	ok(strcmp(one, two), "makes another case");
	json_decref(a);
	json_decref(b);
}

static void test_command_id(void)
{
	struct ed_command_key key = {.case_id = "c",
	                             .event = "step.done",
	                             .step = "s",
	                             .outcome = "o",
	                             .actor = "a",
	                             .visit = 1};
	struct edoc_error err = {0};
	char one[ED_SHA256_REF], two[ED_SHA256_REF];

	is_ok(ed_command_id(&key, one, &err), &err, "a command's id");
	is_str(one, "sha256:10793a88668adc96cfd41a5eec36419970580be0ae8b41ece2f404ec78b652f6",
	       "is what sha256sum makes of the canonical form");
	key.reason = "";
	is_ok(ed_command_id(&key, two, &err), &err, "an empty reason");
	is_str(two, one, "is no reason");
	key.reason = "r";
	is_ok(ed_command_id(&key, two, &err), &err, "a reason");
	ok(strcmp(one, two), "makes another command");
	key.salt = "s";
	is_ok(ed_command_id(&key, one, &err), &err, "a reason with a salt");
	ok(strcmp(one, two), "is not to be guessed without it");
	key.reason = NULL;
	is_ok(ed_command_id(&key, one, &err), &err, "where there are no words");
	is_str(one, "sha256:10793a88668adc96cfd41a5eec36419970580be0ae8b41ece2f404ec78b652f6",
	       "there is no salt");
	key.salt = NULL;
	key.visit = 2;
	is_ok(ed_command_id(&key, two, &err), &err, "a second visit");
	ok(strcmp(one, two), "makes another command too");
	key.text = "line\nline";
	fails(ed_command_id(&key, two, &err), EDOC_ERR_INPUT, &err, NULL,
	      "control characters have no canonical form");
}

static void test_names(void)
{
	struct ed_entry entry = {.seq = 12, .sha256 = HEX64};
	char name[ED_LEDGER_NAME], term[16];

	ed_ledger_name(name, &entry, ".json");
	is_str(name, "META-INF/edoc/ledger/000012-01234567.json", "a header's name");
	ed_ledger_name(name, &entry, ".body.json");
	is_str(name, "META-INF/edoc/ledger/000012-01234567.body.json", "a body's name");
	ed_term_text(term, (struct ed_term){ED_TERM_WORKING_DAYS, 3});
	is_str(term, "3wd", "working days");
	ed_term_text(term, (struct ed_term){ED_TERM_MONTHS, 1});
	is_str(term, "1mo", "months");
	ed_term_text(term, (struct ed_term){0});
	is_str(term, "", "no term");
}

/* ---- receipts ---- */

static struct ed_evidence_facts facts(void)
{
	return (struct ed_evidence_facts){.issuer = "moliya",
	                                  .cert = HEX64,
	                                  .sender = "adliya",
	                                  .recipient = "moliya",
	                                  .case_id = "0123456789abcdef0123456789abcdef",
	                                  .package = "sha256:" HEX64,
	                                  .head = "sha256:" HEX64,
	                                  .time = 1795000000};
}

static void test_evidence(void)
{
	struct ed_evidence_facts f = facts();
	struct ed_evidence e, again;
	struct edoc_error err = {0};
	char id[33];

	is_ok(ed_evidence_make(&f, &e, &err), &err, "an acceptance");
	ok(e.accepted, "accepts");
	is_str(e.event, "http://uri.etsi.org/19522/Event/RelayAcceptance", "by its ETSI name");
	snprintf(id, sizeof(id), "%s", e.id);
	is_ok(ed_evidence_parse(e.bytes.data, e.bytes.len, "e", &again, &err), &err,
	      "is read back");
	is_str(again.sha256, e.sha256, "the same");
	ed_evidence_clear(&e);
	ed_evidence_clear(&again);
	f.time++;
	is_ok(ed_evidence_make(&f, &e, &err), &err, "a second later");
	is_str(e.id, id, "it is the same evidence: one package is accepted once");
	ed_evidence_clear(&e);
	f.reason = "not\nsigned";
	is_ok(ed_evidence_make(&f, &e, &err), &err, "a rejection");
	ok(!e.accepted, "rejects");
	is_str(json_string_value(json_array_get(json_object_get(e.json, "reasons"), 0)),
	       "not signed", "with its reason, on one line");
	ok(strcmp(e.id, id), "under another id");
	ed_evidence_clear(&e);
}

/* One defect at a time in an evidence that is accepted. */
static void refuse(const char *what, const char *key, json_t *value, enum edoc_code want,
                   const char *word)
{
	struct ed_evidence_facts f = facts();
	struct ed_evidence e, bad;
	struct edoc_error err = {0};
	struct ed_buf bytes;

	ed_buf_init(&bytes, 1 << 20);
	if (ed_evidence_make(&f, &e, &err)) {
		ok(false, "evidence is made");
		return;
	}
	if (value)
		json_object_set_new(e.json, key, value);
	else
		json_object_del(e.json, key);
	if (ed_json_canonical(e.json, &bytes, &err))
		ok(false, "%s: no canonical form: %s", what, err.msg);
	fails(ed_evidence_parse(bytes.data, bytes.len, "e", &bad, &err), want, &err, word, what);
	ed_evidence_clear(&e);
	ed_buf_clear(&bytes);
}

static void test_refusals(void)
{
	struct ed_evidence e;
	struct edoc_error err = {0};

	refuse("a newer format", "format", json_string("edoc-evidence/2"), EDOC_ERR_VERSION,
	       "edoc-evidence/2");
	refuse("another format", "format", json_string("receipt"), EDOC_ERR_INPUT, "receipt");
	refuse("no format", "format", NULL, EDOC_ERR_INPUT, "format");
	refuse("an unknown key", "more", json_string("x"), EDOC_ERR_INPUT, "more");
	refuse("another event", "event", json_string(ED_EVENT_URI "ContentConsignment"),
	       EDOC_ERR_INPUT, "event");
	refuse("no time", "time", NULL, EDOC_ERR_INPUT, "time");
	refuse("a time that is none", "time", json_string("yesterday"), EDOC_ERR_INPUT, "time");
	refuse("no issuer", "issuer", NULL, EDOC_ERR_INPUT, "issuer");
	refuse("an issuer that is a string", "issuer", json_string("moliya"), EDOC_ERR_INPUT,
	       "issuer");
	refuse("no recipient", "recipient", NULL, EDOC_ERR_INPUT, "recipient");
	refuse("no case", "case", NULL, EDOC_ERR_INPUT, "case");
	refuse("a case that is none", "case", json_string("../../etc"), EDOC_ERR_INPUT, "case");
	refuse("a package that is none", "package", json_string("sha256:12"), EDOC_ERR_INPUT,
	       "package");
	refuse("another package", "package",
	       json_string(
	               "sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
	       EDOC_ERR_INPUT, "id");
	refuse("no head", "head", NULL, EDOC_ERR_INPUT, "head");
	refuse("reasons for an acceptance", "reasons", json_array(), EDOC_ERR_INPUT, "reasons");
	refuse("an id that is another's", "id", json_string("0123456789abcdef0123456789abcdef"),
	       EDOC_ERR_INPUT, "id");
	fails(ed_evidence_parse("[]", 2, "e", &e, &err), EDOC_ERR_INPUT, &err, "object", "a list");
	fails(ed_evidence_parse("", 0, "e", &e, &err), EDOC_ERR_INPUT, &err, NULL, "nothing");
	fails(ed_evidence_parse("{ }", 3, "e", &e, &err), EDOC_ERR_INPUT, &err, NULL,
	      "bytes that are not canonical");
}

int main(void)
{
	test_case_id();
	test_command_id();
	test_names();
	test_evidence();
	test_refusals();
	return done();
}
