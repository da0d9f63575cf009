/* SPDX-License-Identifier: ISC */
/* route/passport: one defect at a time beside a sound passport, and which
 * document is which. */
#include "route/passport.h"

#include "../tap.h"
#include "route/decide.h"

static struct ed_arena *arena;
static struct edoc_error err;

static const char head[] = "format: edoc-route/1\n"
                           "route: tj.test\n"
                           "version: 1\n"
                           "title: {en: Test}\n"
                           "calendar: tj\n"
                           "zone: Asia/Dushanbe\n"
                           "roles: {clerk: {agency: a}}\n"
                           "steps: [{id: a, do: archive, by: clerk, end: done}]\n";
static const char service[] =
        "service:\n"
        "  owner: adliya\n"
        "  basis: [Law on services, Decree 5]\n"
        "  channels: [portal, counter]\n"
        "  applicants: [citizen, agency]\n"
        "  documents:\n"
        "    application: {title: {tg: Ариза, en: Application}, required: yes}\n"
        "    passport: {title: {en: Passport}, file: \"passport*.pdf\", max: 3}\n"
        "    receipt: {title: {en: Receipt}, required: no}\n"
        "  others: refuse\n"
        "  fee: {amount: \"30.00\", currency: TJS, proof: receipt, when: before}\n"
        "  result: {form: document, title: {en: Extract}}\n"
        "  retention: permanent\n"
        "  refusals:\n"
        "    incomplete: {tg: Нопурра, en: Something is missing}\n"
        "    false-data: {en: What it says is not true}\n"
        "  standard: incomplete\n"
        "  idef0: {inputs: [application], controls: Law, mechanisms: [clerk], outputs: [e]}\n";

/* The file with one text of the passport in place of another. */
static char *changed(const char *from, const char *to)
{
	const char *at = strstr(service, from);
	char *text = calloc(1, sizeof(head) + sizeof(service) + strlen(to));

	if (!at || !text) {
		printf("Bail out! no \"%s\" in the passport\n", from);
		exit(1);
	}
	sprintf(text, "%s%.*s%s%s", head, (int)(at - service), service, to, at + strlen(from));
	return text;
}

static enum edoc_code parse(const char *text, struct ed_route **route)
{
	memset(&err, 0, sizeof(err));
	return ed_route_parse(text, strlen(text), "r.yaml", arena, route, &err);
}

static void bad(const char *from, const char *to, const char *at, const char *word)
{
	char *text = changed(from, to), name[160];
	struct ed_route *route;

	snprintf(name, sizeof(name), "%.70s -> %.70s", from, to);
	for (char *p = name; *p; p++)
		*p = *p == '\n' ? ' ' : *p;
	fails(parse(text, &route), EDOC_ERR_INPUT, &err, word, name);
	is_str(err.where, at, "  and where");
	free(text);
}

static void good(const char *from, const char *to)
{
	char *text = changed(from, to);
	struct ed_route *route;

	is_ok(parse(text, &route), &err, to);
	free(text);
}

static void sound(void)
{
	const struct ed_passport *p;
	struct ed_route *r;
	char *text = changed("x", "x");

	if (!is_ok(parse(text, &r), &err, "a sound passport"))
		exit(1);
	free(text);
	p = r->passport;
	is_str(p->owner, "adliya", "owner");
	is_str(p->basis[1], "Decree 5", "basis");
	ok(!strcmp(p->channels[1], "counter") && !p->channels[2], "channels");
	is_str(p->applicants[0], "citizen", "applicants");
	ok(p->n_papers == 3 && p->papers[0].required && !p->papers[2].required, "documents");
	ok(p->papers[1].max == 3 && p->papers[0].max == 1 && !p->others, "how many");
	is_str(p->papers[0].title.text[0], "Ариза", "a document's title");
	ok(p->proof == &p->papers[2] && !p->fee_after && !ed_passport_free(p), "fee");
	is_str(p->result.text[0], "Extract", "result");
	is_str(p->retention, "permanent", "retention");
	ok(p->n_refusals == 2 && p->standard == &p->refusals[0], "refusals");
	is_str(p->idef0[1][0], "Law", "a list of one");

	ok(ed_passport_paper(p, "application.pdf") == &p->papers[0], "by its stem");
	ok(ed_passport_paper(p, "a/b/application.tar.gz") == NULL, "of which there is one");
	ok(ed_passport_paper(p, "in/application") == &p->papers[0], "in a folder");
	ok(!ed_passport_paper(p, "application2.pdf"), "no other name");
	ok(!ed_passport_paper(p, "applicatio.pdf"), "nor a shorter one");
	ok(!ed_passport_paper(p, "application/x.pdf"), "a folder's name is not the file's");
	ok(ed_passport_paper(p, "passport-2.pdf") == &p->papers[1], "by its pattern");
	ok(!ed_passport_paper(p, "passport.doc"), "which holds whole");
	ok(!ed_passport_paper(p, ".application"), "a hidden file is not its ending");
}

static void neighbours(void)
{
	good("  others: refuse\n", "  others: accept\n");
	good("  basis: [Law on services, Decree 5]\n", "  basis: Law on services\n");
	good("\"30.00\"", "\"0\"");
	good(", proof: receipt, when: before", ", when: after");
	good("  retention: permanent\n", "");
	good("  applicants: [citizen, agency]\n", "");
	good("[citizen, agency]", "[person, entity]");
	good("  channels: [portal, counter]\n",
	     "  channels: [portal, counter]\n  enter-within: 3wd\n");
}

static void keys(void)
{
	bad("  owner: adliya\n", "  ownr: adliya\n", "r.yaml:10:3", "owner");
	bad("  owner: adliya\n", "", "r.yaml:10:3", "owner");
	bad("owner: adliya", "owner: Adliya", "r.yaml:10:10", "no name");
	bad("basis: [Law on services, Decree 5]", "basis: {a: b}", "r.yaml:11:10", "list");
	bad("[portal, counter]", "[portal, countr]", "r.yaml:12:22", "counter");
	bad("[portal, counter]", "[portal, portal]", "r.yaml:12:22", "twice");
	bad("[portal, counter]", "[]", "r.yaml:12:13", "list");
	bad("  channels: [portal, counter]\n", "  enter-within: soon\n", "r.yaml:12:17", "no term");
	bad("[citizen, agency]", "[citizen, firm]", "r.yaml:13:25", "not known");
	bad("required: yes", "requird: yes", "r.yaml:15:56", "required");
	bad("required: yes", "required: maybe", "r.yaml:15:66", "maybe");
	bad("{title: {en: Receipt}, required: no}", "{required: no}", "r.yaml:17:14", "title");
	bad("{title: {en: Receipt}, required: no}", "Receipt", "r.yaml:17:14", "map");
	bad("{en: Passport}", "{de: Pass}", "r.yaml:16:24", "de");
	bad("{en: Passport}", "{}", "r.yaml:16:23", "map");
	bad("passport*.pdf", "a/passport*.pdf", "r.yaml:16:45", "folders");
	bad("max: 3", "max: 0", "r.yaml:16:67", "1");
	bad("max: 3", "max: 101", "r.yaml:16:67", "100");
	bad("others: refuse", "others: ignore", "r.yaml:18:11", "refuse");
	bad("form: document, ", "", "r.yaml:20:11", "form");
	bad(", title: {en: Extract}", "", "r.yaml:20:11", "title");
	bad("retention: permanent", "retention: For ever", "r.yaml:21:14", "no name");
	bad("inputs:", "input:", "r.yaml:26:11", "inputs");
	bad("controls: Law", "controls: []", "r.yaml:26:44", "list");
}

static void money(void)
{
	bad("\"30.00\"", "\"-1\"", "r.yaml:19:17", "amount");
	bad("\"30.00\"", "\"30.0\"", "r.yaml:19:17", "amount");
	bad("\"30.00\"", "\"030\"", "r.yaml:19:17", "amount");
	bad("\"30.00\"", "\"30,00\"", "r.yaml:19:17", "amount");
	bad("currency: TJS", "currency: somoni", "r.yaml:19:36", "ISO 4217");
	bad(", currency: TJS", "", "r.yaml:19:8", "currency");
	bad("proof: receipt", "proof: cheque", "r.yaml:19:48", "cheque");
	bad("when: before", "when: after", "r.yaml:19:48", "afterwards");
	bad("when: before", "when: never", "r.yaml:19:63", "never");
	good("when: before", "signed: yes");
	bad("when: before", "signed: maybe", "r.yaml:19:65", "maybe");
	bad(", proof: receipt, when: before", ", signed: yes", "r.yaml:19:49", "proof");
}

static void grounds(void)
{
	bad("standard: incomplete", "standard: other", "r.yaml:25:13", "other");
	bad("  standard: incomplete\n", "", "r.yaml:10:3", "standard");
	bad("    false-data: {en: What", "    False: {en: What", "r.yaml:24:5", "no name");
	bad("{en: What it says is not true}", "[a]", "r.yaml:24:17", "map");
}

/* The codes that a first entry with these documents gets, blanks between. */
static const char *said_codes(const char *names, const char *papers, const char *channel,
                              struct ed_route *route)
{
	struct ed_engine engine = {.route = route, .arena = arena};
	json_t *list = json_array(), *one;
	struct ed_findings findings;
	struct ed_decision j = {.engine = &engine, .findings = &findings, .where = "e"};
	char *copy = strdup(names), *save = NULL;
	const char *said = "";

	ed_findings_init(&findings, arena);
	for (char *n = strtok_r(copy, " ", &save); n; n = strtok_r(NULL, " ", &save)) {
		one = json_object();
		json_object_set_new(one, "name", json_string(n));
		json_array_append_new(list, one);
	}
	j.act.documents = list;
	j.act.papers = papers ? json_loads(papers, 0, NULL) : NULL;
	j.act.channel = channel;
	ed_check_passport(&j);
	for (size_t i = 0; i < findings.n; i++)
		said = ed_arena_printf(arena, "%s%s%s(%s)", said, i ? " " : "", findings.v[i].code,
		                       findings.v[i].args[0]);
	json_decref(list);
	json_decref((json_t *)j.act.papers);
	free(copy);
	return said;
}

static const char *codes(const char *names, const char *channel, struct ed_route *route)
{
	return said_codes(names, NULL, channel, route);
}

/* What somebody said comes before the name. */
static void said(struct ed_route *r)
{
	is_str(said_codes("a.txt receipt.pdf", "[{\"id\":\"application\",\"name\":\"a.txt\"}]",
	                  "portal", r),
	       "", "a file by another name");
	is_str(said_codes("a.txt receipt.pdf", "[{\"id\":\"passport\",\"name\":\"a.txt\"}]",
	                  "portal", r),
	       "route.document-missing(application)", "said to be another document");
	is_str(said_codes("application.pdf receipt.pdf",
	                  "[{\"id\":\"receipt\",\"name\":\"application.pdf\"}]", "portal", r),
	       "route.document-missing(application) route.document-many(receipt)",
	       "its name does not count, too");
	is_str(said_codes("application.pdf receipt.pdf",
	                  "[{\"id\":\"photo\",\"name\":\"application.pdf\"}]", "portal", r),
	       "route.document-unknown(photo) route.document-missing(application) "
	       "route.document-unlisted(application.pdf)",
	       "a document that the service does not list");
	is_str(said_codes("application.pdf receipt.pdf",
	                  "[{\"id\":\"passport\",\"name\":\"b.pdf\"}]", "portal", r),
	       "route.document-absent(b.pdf)", "a file that is not there");
	is_str(said_codes("META-INF/signatures0.xml application.pdf receipt.pdf",
	                  "[{\"id\":\"passport\",\"name\":\"META-INF/signatures0.xml\"}]",
	                  "portal", r),
	       "route.document-absent(META-INF/signatures0.xml)", "a signature is no document");
}

static void submissions(void)
{
	char *text = changed("x", "x");
	struct ed_route *r;

	if (!is_ok(parse(text, &r), &err, "the passport once more"))
		exit(1);
	free(text);
	is_str(codes("application.pdf receipt.pdf", "portal", r), "", "what is asked for");
	is_str(codes("META-INF/signatures0.xml application.pdf metadata/card.xml passport1.pdf "
	             "passport2.pdf passport3.pdf receipt.png",
	             "counter", r),
	       "", "signatures and card are no documents of the list");
	is_str(codes("receipt.pdf", "portal", r), "route.document-missing(application)", "missing");
	is_str(codes("application.pdf", "portal", r), "route.fee(receipt)", "not paid");
	is_str(codes("application.pdf receipt.pdf a.txt b.txt", "portal", r),
	       "route.document-unlisted(a.txt, b.txt)", "not listed");
	is_str(codes("application.pdf application.doc receipt.pdf", "portal", r),
	       "route.document-many(application)", "two of one");
	is_str(codes("application.pdf receipt.pdf passport1.pdf passport2.pdf passport3.pdf "
	             "passport4.pdf",
	             "portal", r),
	       "route.document-many(passport)", "four of three");
	is_str(codes("application.pdf receipt.pdf", "post", r), "route.channel(post)", "by post");
	is_str(codes("application.pdf receipt.pdf", NULL, r), "route.channel(-)",
	       "nobody says how");
	is_str(codes("x", NULL, r),
	       "route.channel(-) route.document-missing(application) route.fee(receipt) "
	       "route.document-unlisted(x)",
	       "all at once");
	said(r);
	text = changed("others: refuse", "others: accept");
	if (is_ok(parse(text, &r), &err, "others are accepted"))
		is_str(codes("application.pdf receipt.pdf a.txt", "portal", r), "", "a third");
	free(text);
}

int main(void)
{
	char *text = NULL;
	struct ed_route *r;

	arena = ed_arena_new();
	sound();
	neighbours();
	keys();
	money();
	grounds();
	submissions();
	text = calloc(1, 2000);
	sprintf(text, "%sservice: {owner: a, others: accept}\n", head);
	fails(parse(text, &r), EDOC_ERR_INPUT, &err, "documents", "others of no list");
	sprintf(text, "%sservice: {owner: a}\n", head);
	is_ok(parse(text, &r), &err, "the least");
	sprintf(text, "%sservice: adliya\n", head);
	fails(parse(text, &r), EDOC_ERR_INPUT, &err, "map", "no map");
	sprintf(text, "%sowner: a\n", head);
	fails(parse(text, &r), EDOC_ERR_INPUT, &err, "owner", "its keys stand in it");
	free(text);
	ed_arena_free(arena);
	return done();
}
