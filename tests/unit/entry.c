/* SPDX-License-Identifier: ISC */
/* route/entry: the shape of headers and bodies, one defect at a time. */
#include "route/entry.h"

#include "../tap.h"

#define X64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define REF "\"sha256:" X64 "\""
#define X32 "0123456789abcdef0123456789abcdef"
#define ACTOR "{\"cert\":\"" X64 "\",\"kind\":\"person\",\"person\":\"karim\",\"agency\":\"a\"}"
#define DESK "{\"cert\":\"" X64 "\",\"kind\":\"desk\",\"agency\":\"a\"}"
#define COMMON                                                                                     \
	"\"format\":\"edoc-entry/1\",\"case\":\"" X32                                              \
	"\",\"time\":\"2026-03-05T04:11:09Z\",\"command\":" REF ",\"directory\":" REF ","
#define FIRST "\"seq\":1,\"prev\":[],"
#define LATER "\"seq\":2,\"prev\":[" REF "],"
#define STEP "\"step\":\"agree\",\"visit\":1,\"outcome\":\"agreed\""

static const char submitted[] =
        "{" COMMON FIRST "\"event\":\"case.submitted\",\"actor\":" ACTOR ",\"route\":" REF
        ",\"calendar\":" REF ",\"package\":" REF
        ",\"documents\":[{\"name\":\"a.pdf\",\"sha256\":\"" X64
        "\"},{\"name\":\"b.pdf\",\"sha256\":\"" X64 "\"}],\"body\":" REF "}";
static const char done_step[] =
        "{" COMMON LATER "\"event\":\"step.done\",\"actor\":{\"cert\":\"" X64
        "\",\"kind\":\"person\",\"person\":\"karim\",\"agency\":\"a\",\"post\":\"сардор\",\"unit\":"
        "\"u\","
        "\"deputy\":true}," STEP ",\"acting_for\":{\"person\":\"z\",\"post\":\"p\"},"
        "\"clock\":{\"within\":\"3wd\",\"started\":\"2026-03-01T00:00:00Z\","
        "\"due\":\"2026-03-05T04:11:08Z\"},\"late\":1,"
        "\"register\":{\"book\":\"f\",\"number\":\"№ 1\",\"year\":2026,\"seq\":1},"
        "\"signature\":{\"name\":\"META-INF/signatures-1.xml\",\"sha256\":\"" X64 "\"}}";
static const char sent[] =
        "{" COMMON LATER "\"event\":\"case.sent\",\"actor\":" DESK "," STEP ",\"to\":\"b\"}";
static const char received[] = "{" COMMON LATER "\"event\":\"case.received\",\"actor\":" DESK
                               ",\"package\":" REF ",\"evidence\":" REF "}";

static struct edoc_error err;

static enum edoc_code parse(const json_t *header, struct ed_entry *entry)
{
	struct ed_buf buf;
	enum edoc_code code;

	memset(&err, 0, sizeof(err));
	ed_buf_init(&buf, 1 << 20);
	code = ed_json_canonical(header, &buf, &err);
	if (!code)
		code = ed_entry_parse(buf.data, buf.len, "000001.json", entry, &err);
	else
		*entry = (struct ed_entry){0};
	ed_buf_clear(&buf);
	return code;
}

/* Sets "a.b" to a JSON value, or takes it away (NULL). */
static json_t *with(const char *base, const char *path, const char *value)
{
	const char *dot = strchr(path, '.');
	json_t *h = json_loads(base, 0, NULL), *in = h, *v;
	char key[64];

	snprintf(key, sizeof(key), "%.*s", dot ? (int)(dot - path) : 63, path);
	if (dot) {
		in = json_object_get(h, key);
		path = dot + 1;
	}
	v = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	if (value)
		json_object_set_new(in, path, v);
	else
		json_object_del(in, path);
	return h;
}

static void check(const char *base, const char *path, const char *value, const char *word)
{
	json_t *h = with(base, path, value);
	struct ed_entry entry;
	char name[200];
	enum edoc_code code = parse(h, &entry);

	snprintf(name, sizeof(name), "%s = %s", path, value ? value : "(gone)");
	if (word)
		fails(code, EDOC_ERR_INPUT, &err, word, name);
	else
		is_ok(code, &err, name);
	ed_entry_clear(&entry);
	json_decref(h);
}

static void sound(void)
{
	static const char *const bases[] = {submitted, done_step, sent, received};
	struct ed_entry e;

	for (size_t i = 0; i < 4; i++) {
		json_t *h = json_loads(bases[i], 0, NULL);

		is_ok(parse(h, &e), &err, "a sound entry");
		ok(strlen(e.sha256) == 64 && !strcmp(e.actor_cert, X64) && e.bytes.len > 100,
		   "its digest, its actor, its bytes");
		if (i == 1) {
			is_str(e.event, "step.done", "event");
			is_str(e.step, "agree", "step");
			is_str(e.outcome, "agreed", "outcome");
			ok(e.seq == 2 && e.visit == 1 && e.time == 1772683869, "numbers");
		}
		if (i == 3)
			ok(!e.step && !e.outcome && !e.visit, "no step");
		ed_entry_clear(&e);
		json_decref(h);
	}
}

static void shapes(void)
{
	static const char *const everywhere[] = {"format", "case",    "seq",   "prev",     "time",
	                                         "event",  "command", "actor", "directory"};
	struct ed_entry e;
	json_t *h;

	for (size_t i = 0; i < 9; i++)
		check(done_step, everywhere[i], NULL, everywhere[i]);
	check(done_step, "foo", "1", "no such key");
	h = with(done_step, "format", "\"edoc-entry/2\"");
	fails(parse(h, &e), EDOC_ERR_VERSION, &err, "edoc-entry/2", "a newer format");
	json_decref(h);
	check(done_step, "format", "\"edoc-body/1\"", "format");
	check(done_step, "case", "\"0123\"", "32");
	check(done_step, "case", "\"0123456789ABCDEF0123456789abcdef\"", "32");
	check(done_step, "seq", "0", "number");
	check(done_step, "seq", "\"2\"", "number");
	check(done_step, "seq", "1", "first entry");
	check(done_step, "prev", "[]", "nothing before");
	check(done_step, "prev", "[" REF "," REF "]", "only a receipt");
	check(received, "prev", "[" REF "," REF "," REF "]", "of two");
	check(done_step, "prev", REF, "list of one");
	check(done_step, "prev", "[\"" X64 "\"]", "list of one");
	check(done_step, "time", "\"2026-03-05T04:11:09+05:00\"", "time");
	check(done_step, "time", "\"2026-03-05T04:11:09.5Z\"", "time");
	check(done_step, "time", "\"2026-03-05\"", "time");
	check(done_step, "time", "1", "time");
	check(done_step, "event", "\"step.undone\"", "case.submitted");
	check(done_step, "event", "\"case.sent\"", "no place in this event");
	check(done_step, "command", "\"" X64 "\"", "sha256:");
	check(done_step, "directory", "\"sha256:" X32 "\"", "64");
	check(done_step, "step", NULL, "there");
	check(done_step, "visit", NULL, "there");
	check(done_step, "visit", "0", "number");
	check(done_step, "outcome", NULL, "there");
	check(done_step, "outcome", "\"Agreed\"", "name");
	check(done_step, "step", "\"\"", "name");
	check(done_step, "late", "0", "number");
	check(done_step, "clock", NULL, "late");
	check(done_step, "late", NULL, NULL);
	check(done_step, "clock.within", "\"3w\"", "clock");
	check(done_step, "clock.within", "\"03d\"", "clock");
	check(done_step, "clock.started", NULL, "clock");
	check(done_step, "clock.due", "\"soon\"", "clock");
	check(done_step, "clock.x", "1", "clock");
	check(done_step, "acting_for.person", NULL, "acting_for");
	check(done_step, "acting_for.post", "\"\"", "acting_for");
	check(done_step, "acting_for", NULL, NULL);
	check(done_step, "actor.deputy", "false", "actor");
	check(done_step, "actor.deputy", NULL, "only a deputy");
	check(done_step, "actor.kind", "\"desk\"", "actor");
	check(done_step, "actor.kind", "\"robot\"", "actor");
	check(done_step, "actor.cert", "\"" X32 "\"", "actor");
	check(done_step, "actor.person", "\"Karim\"", "actor");
	check(done_step, "actor.person", NULL, NULL);
	check(done_step, "actor.post", NULL, NULL);
	check(done_step, "actor.post", "\"\"", "actor");
	check(done_step, "actor.role", "\"x\"", "actor");
	check(done_step, "actor", DESK, "a person submits");
	check(done_step, "register.seq", "0", "register");
	check(done_step, "register.year", "26", "register");
	check(done_step, "register.number", NULL, "register");
	check(done_step, "register.book", "\"F\"", "register");
	check(done_step, "signature.sha256", REF, "signature");
	check(done_step, "signature.name", NULL, "signature");
	check(done_step, "to", "\"b\"", "no place");
	check(done_step, "evidence", REF, "no place");
	check(done_step, "package", REF, "documents and package");
	check(done_step, "documents", "[{\"name\":\"a\",\"sha256\":\"" X64 "\"}]",
	      "documents and package");
	check(done_step, "papers", "[{\"id\":\"a\",\"name\":\"a.txt\"}]", "only with them");
	check(done_step, "applicant", "\"person\"", "no place");
	check(done_step, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"}]",
	      "no place");
	check(done_step, "route", REF, "no place");
	check(done_step, "documents", "[]", "list");
	check(done_step, "body", "null", "sha256:");
}

static void events(void)
{
	check(submitted, "route", NULL, "there");
	check(submitted, "calendar", NULL, "there");
	check(submitted, "documents", NULL, "there");
	check(submitted, "package", NULL, "there");
	check(submitted, "documents", "[]", "list");
	check(submitted, "applicant", "\"entity\"", NULL);
	check(submitted, "received", "\"2026-03-05T04:11:09Z\"", "evidence");
	check(submitted, "received", "\"2026-03-05T04:11:09+05:00\"", "time");
	check(submitted, "attached", "{\"kind\":\"evidence\",\"sha256\":\"" X64 "\"}", "evidence");
	check(submitted, "applicant", "\"citizen\"", "applicant");
	check(submitted, "papers", "[{\"id\":\"a\",\"name\":\"a.txt\"}]", NULL);
	check(submitted, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"appeals\"}]", NULL);
	check(submitted, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"appeals\"},{\"case\":"
	      "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"}]",
	      NULL);
	check(submitted, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"},{\"case\":"
	      "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"relation\":\"appeals\"}]",
	      NULL);
	check(submitted, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"},{\"case\":"
	      "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"}]",
	      "sorted");
	check(submitted, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"},{\"case\":"
	      "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"appeals\"}]",
	      "sorted");
	check(submitted, "links",
	      "[{\"case\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"relation\":\"appeals\"},{\"case\":"
	      "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"relates\"}]",
	      "sorted");
	check(submitted, "links",
	      "[{\"case\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"relation\":\"hates\"}]", "links");
	check(submitted, "links", "[]", "links");
	check(submitted, "links", "[{\"case\":\"aa\",\"relation\":\"relates\"}]", "links");
	check(submitted, "links", "[{\"case\":\"" X32 "\",\"relation\":\"relates\"}]",
	      "not linked to itself");
	check(submitted, "papers", "[]", "papers");
	check(submitted, "papers", "[{\"id\":\"A\",\"name\":\"a.txt\"}]", "papers");
	check(submitted, "papers", "[{\"id\":\"a\"}]", "papers");
	check(submitted, "papers", "[{\"id\":\"a\",\"name\":\"b\"},{\"id\":\"b\",\"name\":\"a\"}]",
	      "sorted");
	check(submitted, "papers", "[{\"id\":\"a\",\"name\":\"b\"},{\"id\":\"b\",\"name\":\"b\"}]",
	      "once");
	check(submitted, "documents", "[{\"name\":\"a\"}]", "list");
	check(submitted, "documents",
	      "[{\"name\":\"b\",\"sha256\":\"" X64 "\"},{\"name\":\"a\",\"sha256\":\"" X64 "\"}]",
	      "sorted");
	check(submitted, "documents",
	      "[{\"name\":\"a\",\"sha256\":\"" X64 "\"},{\"name\":\"a\",\"sha256\":\"" X64 "\"}]",
	      "sorted");
	check(submitted, "seq", "2", "first entry");
	check(submitted, "prev", "[" REF "]", "nothing before");
	check(submitted, "step", "\"agree\"", "no place");
	check(submitted, "actor", DESK, "a person submits");
	check(submitted, "late", "1", "no place");
	check(submitted, "body", NULL, NULL);
	check(sent, "to", NULL, "there");
	check(sent, "step", NULL, "stand together");
	check(sent, "actor", ACTOR, "a person submits");
	check(sent, "actor.person", "\"karim\"", "actor");
	check(sent, "actor.agency", NULL, "actor");
	check(sent, "register", "{}", "no place");
	check(sent, "acting_for", "{}", "no place");
	check(received, "evidence", NULL, "there");
	check(received, "package", NULL, NULL);
	check(received, "step", "\"get\"", "stand together");
	check(received, "visit", "1", "stand together");
	check(received, "outcome", "\"x\"", "stand together");
	check(received, "clock",
	      "{\"within\":\"1d\",\"started\":\"2026-03-01T00:00:00Z\","
	      "\"due\":\"2026-03-02T00:00:00Z\"}",
	      "belongs to a step");
	check(received, "to", "\"b\"", "no place");
}

static void bytes(void)
{
	struct ed_buf buf;
	struct ed_entry e;
	json_t *h = json_loads(sent, 0, NULL);

	ed_buf_init(&buf, 1 << 20);
	is_ok(ed_json_canonical(h, &buf, &err), &err, "canonical");
	ed_buf_putc(&buf, '\n');
	fails(ed_entry_parse(buf.data, buf.len, "x", &e, &err), EDOC_ERR_INPUT, &err, NULL,
	      "one byte more");
	fails(ed_entry_parse(buf.data, buf.len - 2, "x", &e, &err), EDOC_ERR_INPUT, &err, NULL,
	      "one byte less");
	fails(ed_entry_parse("[]", 2, "x", &e, &err), EDOC_ERR_INPUT, &err, "object", "a list");
	fails(ed_entry_parse("", 0, "x", &e, &err), EDOC_ERR_INPUT, &err, NULL, "nothing");
	fails(ed_entry_parse(sent, strlen(sent), "x", &e, &err), EDOC_ERR_INPUT, &err, NULL,
	      "keys in another order");
	ed_buf_clear(&buf);
	json_decref(h);
}

static void bodies(void)
{
	json_t *h = with(done_step, "body", NULL), *body;
	struct ed_entry e, again;
	struct ed_buf kept;

	body = json_loads("{\"format\":\"edoc-body/1\",\"salt\":\"" X32
	                  "\",\"reason\":\"зеро\",\"name\":\"Карим\"}",
	                  0, NULL);
	is_ok(ed_entry_make(h, body, &e, &err), &err, "header and body");
	ok(ed_json_get_str(e.header, "body") && e.body_bytes.len > 50, "the header names the body");
	is_ok(ed_entry_parse(e.bytes.data, e.bytes.len, "x", &again, &err), &err, "read again");
	ok(!again.body && !strcmp(again.sha256, e.sha256), "the same entry, without its body");
	is_ok(ed_entry_set_body(&again, e.body_bytes.data, e.body_bytes.len, "x", &err), &err,
	      "the body comes");
	is_str(ed_json_get_str(again.body, "reason"), "зеро", "with its reason");
	ed_buf_init(&kept, 1 << 20);
	ed_buf_put(&kept, e.body_bytes.data, e.body_bytes.len);
	kept.data[kept.len - 3] ^= 1;
	fails(ed_entry_set_body(&again, kept.data, kept.len, "x", &err), EDOC_ERR_INPUT, &err,
	      "not the bytes", "one bit of it");
	ed_buf_clear(&kept);
	ed_entry_clear(&again);
	ed_entry_clear(&e);
	is_ok(parse(h = json_loads(sent, 0, NULL), &e), &err, "an entry without body");
	fails(ed_entry_set_body(&e, "{}", 2, "x", &err), EDOC_ERR_INPUT, &err, "names no body",
	      "takes none");
	ed_entry_clear(&e);
	json_decref(h);
	body = json_loads("{\"format\":\"edoc-body/1\",\"salt\":\"00\"}", 0, NULL);
	fails(ed_entry_make(with(done_step, "body", NULL), body, &e, &err), EDOC_ERR_INPUT, &err,
	      "salt", "a short salt");
	body = json_loads("{\"format\":\"edoc-body/1\",\"salt\":\"" X32 "\",\"x\":\"y\"}", 0, NULL);
	fails(ed_entry_make(with(done_step, "body", NULL), body, &e, &err), EDOC_ERR_INPUT, &err,
	      "no such key", "an unknown key of a body");
	body = json_loads("{\"format\":\"edoc-body/1\",\"salt\":\"" X32 "\"}", 0, NULL);
	fails(ed_entry_make(with(done_step, "body", REF), body, &e, &err), EDOC_ERR_BUG, &err,
	      "another body", "a header that names another");
}

int main(void)
{
	sound();
	shapes();
	events();
	bytes();
	bodies();
	return done();
}
