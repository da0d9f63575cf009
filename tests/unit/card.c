/* SPDX-License-Identifier: ISC */
/* package/card: YAML in, XML out, XML in again; refusals one by one. */
#include "package/card.h"

#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "base/embed.h"
#include "base/limits.h"

static struct ed_arena *arena;
static struct edoc_error err;

static const char full[] = "title: \"Фармоиш: \\\"якум\\\" & <дуюм>\"\n"
                           "kind: order\n"
                           "created: 2026-03-05\n"
                           "language: uz-Cyrl\n"
                           "addressee:\n"
                           "  - {name: Вазорат, agency: moliya}\n"
                           "  - name: B\n"
                           "    email: b@example.tj\n"
                           "    postal-address: Душанбе\n"
                           "sender:\n"
                           "  email: a@example.tj\n"
                           "  name: Адлия\n"
                           "  agency: adliya\n"
                           "  phone: \"+992 37\"\n"
                           "  pinfl: 31234567890123\n"
                           "  stir: 201122919\n"
                           "  iin: 880101300000\n"
                           "  bin: 990140000384\n"
                           "  rma: 020012345\n"
                           "number: \"№ 12-Ф\"\n"
                           "date: 2026-03-04\n"
                           "reply-to: a@example.tj\n"
                           "case: [\"№ 1\", \"№ 2\"]\n"
                           "retention: permanent\n";

/* The least card, and a line more. */
#define LEAST "kind: order\ntitle: T\nlanguage: tg\ncreated: 2026-03-05\nsender: {name: S}\n"

static enum edoc_code read_yaml(const char *text, const char *const *set, struct ed_card *card)
{
	memset(&err, 0, sizeof(err));
	return ed_card_from_yaml(text, strlen(text), "c.yaml", set, arena, card, &err);
}

static void good(const char *line)
{
	char text[8192];
	struct ed_card card;

	snprintf(text, sizeof(text), LEAST "%s\n", line);
	is_ok(read_yaml(text, NULL, &card), &err, line);
}

static void bad(const char *line, const char *word)
{
	char text[8192];
	struct ed_card card;
	enum edoc_code code;

	snprintf(text, sizeof(text), LEAST "%s\n", line);
	code = read_yaml(text, NULL, &card);
	fails(code, EDOC_ERR_INPUT, &err, word, line);
	ok(!strncmp(err.where, "c.yaml:", 7) && !card.n, "  at a line of the file: %s", err.where);
}

static bool schema_valid(const char *xml, size_t len)
{
	char cmd[4096], path[] = "/tmp/edoc-card-XXXXXX";
	const char *src = getenv("SRCDIR");
	int fd = mkstemp(path), status;

	if (fd < 0 || write(fd, xml, len) != (ssize_t)len)
		return false;
	close(fd);
	snprintf(cmd, sizeof(cmd),
	         "xmllint --noout --nonet --schema %s/profiles/cards/card.xsd %s 2>&1 "
	         "| sed 's/^/# /'; test -z \"$(xmllint --noout --nonet --schema "
	         "%s/profiles/cards/card.xsd %s 2>&1 | grep -v validates)\"",
	         src ? src : ".", path, src ? src : ".", path);
	fflush(stdout);
	status = system(cmd);
	unlink(path);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool same(const struct ed_card *a, const struct ed_card *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->fields[i].name, b->fields[i].name) ||
		    strcmp(a->fields[i].value, b->fields[i].value))
			return false;
	return true;
}

static void round_trip(void)
{
	struct ed_card card, again;
	struct ed_buf xml, twice;

	ed_buf_init(&xml, 1 << 20);
	ed_buf_init(&twice, 1 << 20);
	is_ok(read_yaml(full, NULL, &card), &err, "a full card");
	is_int((int64_t)card.n, 24, "all fields");
	is_str(card.fields[0].name, "kind", "in the order of the schema");
	is_str(card.fields[card.n - 1].name, "retention", "to its end");
	is_str(ed_card_get(&card, "addressee[2].postal-address"), "Душанбе", "a path in a list");
	is_str(ed_card_get(&card, "case[2]"), "№ 2", "a list of values");
	ok(!ed_card_get(&card, "addressee[3].name"), "what is not there");
	is_ok(ed_card_write(&card, &xml, &err), &err, "XML");
	is_ok(ed_card_from_xml(xml.data, xml.len, "metadata/card.xml", arena, &again, &err), &err,
	      "XML in again");
	ok(same(&card, &again), "the same card");
	is_ok(ed_card_write(&again, &twice, &err), &err, "XML once more");
	ok(xml.len == twice.len && !memcmp(xml.data, twice.data, xml.len), "the same bytes");
	ok(schema_valid((const char *)xml.data, xml.len), "valid against card.xsd");
	ed_buf_clear(&xml);
	ed_buf_clear(&twice);
}

static void refusals(void)
{
	static const char *const required[] = {"kind", "title", "language", "created",
	                                       "sender.name"};
	char text[256];
	struct ed_card card;

	good("");
	for (size_t i = 0; i < 5; i++) {
		static const char *const lines[] = {"kind: order\n", "title: T\n", "language: tg\n",
		                                    "created: 2026-03-05\n", "sender: {name: S}\n"};

		*text = '\0';
		for (size_t k = 0; k < 5; k++)
			if (k != i)
				strcat(text, lines[k]);
		fails(read_yaml(text, NULL, &card), EDOC_ERR_INPUT, &err, required[i], required[i]);
	}
	bad("numbr: 1", "\"number\"");
	bad("zebra: 1", "zebra");
	bad("addressee: [{nam: x}]", "\"name\"");
	bad("addressee: [{agency: x}]", "addressee[1].name");
	bad("addressee: {name: x}", "list");
	bad("addressee: [x]", "fields of its own");
	bad("number: [x]", "one value");
	bad("case: x", "list");
	bad("case: [{a: b}]", "one value");
	bad("number:", "no value");
	bad("number: \"\"", "no value");
	bad("number: \" 1\"", "space");
	bad("number: \"1 \"", "space");
	bad("number: \"a\\nb\"", "one line");
	bad("number: \"a\\tb\"", "one line");
	bad("number: \"<number>\"", "placeholder");
	good("number: \"<a> b\"");
	bad("kind: order", "twice");
	good("date: 2028-02-29");
	bad("date: 2026-02-29", "date");
	bad("date: 05.03.2026", "date");
	good("addressee: [{name: x, email: a.b@c}]");
	bad("addressee: [{name: x, email: a@}]", "e-mail");
	bad("addressee: [{name: x, email: \"@a\"}]", "e-mail");
	bad("addressee: [{name: x, email: a@b@c}]", "e-mail");
	bad("addressee: [{name: x, email: \"a <a@b>\"}]", "e-mail");
	bad("addressee: [{name: x, agency: Adliya}]", "a-z");
	bad("addressee: [{name: x, agency: 1a}]", "a-z");
	good("replaces: [sha256:"
	     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef]");
	bad("replaces: [sha256:"
	    "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef]",
	    "hex");
	bad("replaces: [sha256:"
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde]",
	    "hex");
	bad("retention: a/b", "name of");
}

static void one_sender(const char *field, const char *value, const char *word)
{
	char text[512];
	struct ed_card card;

	snprintf(text, sizeof(text),
	         "kind: order\ntitle: T\nlanguage: tg\ncreated: 2026-03-05\n"
	         "sender: {name: S, %s: \"%s\"}\n",
	         field, value);
	if (word)
		fails(read_yaml(text, NULL, &card), EDOC_ERR_INPUT, &err, word, value);
	else
		is_ok(read_yaml(text, NULL, &card), &err, value);
}

static void identifiers(void)
{
	one_sender("pinfl", "31234567890123", NULL);
	one_sender("pinfl", "3123456789012", "14");
	one_sender("pinfl", "3123456789012a", "14");
	one_sender("stir", "201122919", NULL);
	one_sender("stir", "20112291", "9");
	one_sender("rma", "020012345", NULL);
	one_sender("rma", "0200123456", "9");
	one_sender("iin", "880101300000", NULL);
	one_sender("iin", "880101300007", "check");
	one_sender("bin", "990140000384", NULL);
	one_sender("bin", "990140000386", "check");
	one_sender("bin", "99014000038", "12");
	/* 1*1 + 9*11 = 100 = 1 mod 11; 10 by the first weights: second round */
	one_sender("iin", "000000000104", "check");
	one_sender("iin", "000000000101", NULL);
}

static void languages(void)
{
	static const char *const good_ones[] = {"tg", "uz", "uz-Cyrl", "ru", "en", "kaa"};
	static const char *const bad_ones[] = {"t",       "TG",    "uz-",     "uz-C",
	                                       "uz_Cyrl", "uzbek", "uz-Cyrl-"};
	struct ed_card card;
	char text[256];

	for (size_t i = 0; i < 13; i++) {
		const char *l = i < 6 ? good_ones[i] : bad_ones[i - 6];

		snprintf(text, sizeof(text),
		         "kind: order\ntitle: T\nlanguage: %s\ncreated: 2026-03-05\n"
		         "sender: {name: S}\n",
		         l);
		if (i < 6)
			is_ok(read_yaml(text, NULL, &card), &err, l);
		else
			fails(read_yaml(text, NULL, &card), EDOC_ERR_INPUT, &err, "language", l);
	}
}

static void one_set(const char *pair, enum edoc_code want, const char *name, const char *value)
{
	const char *const set[] = {pair, NULL};
	struct ed_card card;
	enum edoc_code code = read_yaml(full, set, &card);

	if (want) {
		fails(code, want, &err, name, pair);
		is_str(err.where, pair, "  at the pair");
		return;
	}
	is_ok(code, &err, pair);
	is_str(ed_card_get(&card, name), value, "  has the value");
}

static void sets(void)
{
	static const char *const after[] = {"number=", "case=x", "addressee[2].name=C", NULL};
	struct ed_card card;

	one_set("title=A=B", 0, "title", "A=B");
	one_set("sender.name=X", 0, "sender.name", "X");
	one_set("addressee[1].name=X", 0, "addressee[1].name", "X");
	one_set("addressee[3].name=X", 0, "addressee[3].name", "X");
	one_set("case[3]=X", 0, "case[3]", "X");
	one_set("case=X", 0, "case[1]", "X");
	one_set("number=", 0, "number", NULL);
	one_set("addressee[4].name=X", EDOC_ERR_INPUT, "after", NULL);
	one_set("addressee[0].name=X", EDOC_ERR_INPUT, "[1]", NULL);
	one_set("addressee[01].name=X", EDOC_ERR_INPUT, "[1]", NULL);
	one_set("addressee[1x].name=X", EDOC_ERR_INPUT, "[1]", NULL);
	one_set("addressee[].name=X", EDOC_ERR_INPUT, "[1]", NULL);
	one_set("addressee[9999].name=X", EDOC_ERR_INPUT, "[1]", NULL);
	one_set("addressee.name=X", EDOC_ERR_INPUT, "list", NULL);
	one_set("sender[1].name=X", EDOC_ERR_INPUT, "no list", NULL);
	one_set("title[1]=X", EDOC_ERR_INPUT, "no list", NULL);
	one_set("sender=X", EDOC_ERR_INPUT, "fields of its own", NULL);
	one_set("titel=X", EDOC_ERR_INPUT, "\"title\"", NULL);
	one_set("sendr.name=X", EDOC_ERR_INPUT, "\"sender\"", NULL);
	one_set("sender.nme=X", EDOC_ERR_INPUT, "\"name\"", NULL);
	one_set("title", EDOC_ERR_USAGE, "NAME=VALUE", NULL);
	one_set("=x", EDOC_ERR_USAGE, "NAME=VALUE", NULL);
	one_set("date=x", EDOC_ERR_INPUT, "date", NULL);
	is_ok(read_yaml(full, NULL, &card), &err, "a card");
	is_ok(ed_card_set(&card, after, arena, &err), &err, "set later");
	ok(!ed_card_get(&card, "number") && !ed_card_get(&card, "case[2]"), "taken away");
	is_str(ed_card_get(&card, "addressee[2].name"), "C", "put in place");
}

static void xml_case(const char *inner, const char *word, const char *what)
{
	char text[4096];
	struct ed_card card;
	enum edoc_code code;

	snprintf(text, sizeof(text),
	         "<card xmlns=\"urn:edoc:card:1\"><kind>order</kind><title>T</title>"
	         "<language>tg</language><created>2026-03-05</created>%s</card>",
	         inner);
	memset(&err, 0, sizeof(err));
	code = ed_card_from_xml(text, strlen(text), "metadata/card.xml", arena, &card, &err);
	if (word)
		fails(code, EDOC_ERR_INPUT, &err, word, what);
	else
		is_ok(code, &err, what);
}

static void xml(void)
{
	struct ed_card card;

	xml_case("<sender><name>S</name></sender>", NULL, "the least");
	xml_case("\n <sender>\n<name>S</name> </sender>", NULL, "with white space");
	xml_case("<sender><name>S</name></sender><sender><name>S</name></sender>", "twice",
	         "two senders");
	xml_case("<sender><name>S</name></sender><number>1</number><number>2</number>", "twice",
	         "two numbers");
	xml_case("<sender><email>a@b</email><name>S</name></sender>", "order", "out of order");
	xml_case("<sender><name>S</name></sender><date>2026-01-01</date><number>1</number>",
	         "order", "number after date");
	xml_case("<sender><name>S</name></sender>x", "fields", "text between elements");
	xml_case("<sender><name>S</name>x</sender>", "fields", "text in the sender");
	xml_case("<sender/>", "fields", "an empty sender");
	xml_case("<sender><name>S<b/></name></sender>", "text", "an element in a value");
	xml_case("<sender><name>S<!-- x --></name></sender>", "text", "a comment in a value");
	xml_case("<sender><!-- x --><name>S</name></sender>", "fields", "a comment in the sender");
	xml_case("<sender><name lang=\"x\">S</name></sender>", "text", "an attribute of a value");
	xml_case("<sender id=\"x\"><name>S</name></sender>", "fields",
	         "an attribute of the sender");
	xml_case("<sender xmlns=\"x\"><name>S</name></sender>", "no field", "another namespace");
	xml_case("<sendr><name>S</name></sendr>", "\"sender\"", "an unknown element");
	xml_case("<sender><name>S</name></sender><replaces>x</replaces>", "hex", "a bad value");
	xml_case("", "sender.name", "no sender");
	fails(ed_card_from_xml("<c/>", 4, "x", arena, &card, &err), EDOC_ERR_INPUT, &err, "card",
	      "another root");
	fails(ed_card_from_xml("<c", 2, "x", arena, &card, &err), EDOC_ERR_INPUT, &err, NULL,
	      "no XML");
}

/* What a clerk does: writes over every placeholder. */
static char *filled(const char *skeleton)
{
	char *out = calloc(1, strlen(skeleton) + 1), *o = out;

	for (const char *s = skeleton; *s; s++) {
		const char *end = s[0] == '"' && s[1] == '<' ? strstr(s, ">\"") : NULL;

		if (end) {
			o = stpcpy(o, strncmp(s, "\"<YYYY", 6) ? "\"text\"" : "2026-03-05");
			s = end + 1;
		} else {
			*o++ = *s;
		}
	}
	return out;
}

/* ... and who takes every "# key: value" line into use. */
static char *opened(const char *skeleton)
{
	char *out = calloc(1, strlen(skeleton) + 1), *o = out;

	for (const char *s = skeleton; *s;) {
		size_t line = strcspn(s, "\n") + 1, in = strspn(s, " ");
		const char *c = s + in + 2, *colon = strstr(c, ":");
		bool optional = s[in] == '#' && colon && colon < s + line && in < line &&
		                strspn(c, " abcdefghijklmnopqrstuvwxyz-") == (size_t)(colon - c) &&
		                (colon[1] == ' ' || colon[1] == '\n');

		/* "#   - name: x", "#   - \"x\"" are lines of a list */
		optional = optional || (s[in] == '#' && !strncmp(c, "  - \"", 5));
		/* "# tg: Унвон" is a label */
		if (optional && colon - c != 2)
			o += sprintf(o, "%.*s%.*s", (int)in, s, (int)(line - in - 2), c);
		else
			o += sprintf(o, "%.*s", (int)line, s);
		s += line;
	}
	return out;
}

static void skeletons(void)
{
	size_t n = 0;

	for (const struct ed_embedded *e = ed_embedded_table; e->name; e++)
		n += !strncmp(e->name, "cards/", 6) && strstr(e->name, ".yaml");
	ok(n && !edoc_card_kind(n), "%zu skeletons, all of them listed", n);
	ok(!edoc_card_skeleton("none") && !edoc_card_skeleton("../policies/strict") &&
	           !edoc_card_skeleton("a-kind-whose-name-is-longer-than-any"),
	   "unknown kinds");
	for (size_t i = 0; i < n; i++) {
		const char *kind = edoc_card_kind(i), *skeleton = edoc_card_skeleton(kind);
		struct ed_card card;
		struct ed_buf out;
		char *text;

		ed_buf_init(&out, 1 << 20);
		ok(skeleton != NULL, "skeleton of %s", kind);
		fails(read_yaml(skeleton, NULL, &card), EDOC_ERR_INPUT, &err, "placeholder",
		      "placeholders are not taken for values");
		text = filled(skeleton);
		is_ok(read_yaml(text, NULL, &card), &err, "filled in it is a card");
		is_str(ed_card_get(&card, "kind"), kind, "of its kind");
		is_ok(ed_card_write(&card, &out, &err), &err, "written");
		ok(schema_valid((const char *)out.data, out.len), "valid against card.xsd");
		free(text);
		ed_buf_reset(&out);
		char *all = opened(skeleton);
		text = filled(all);
		if (!is_ok(read_yaml(text, NULL, &card), &err, "with every optional line"))
			printf("# %s\n", err.where);
		ok(card.n >= 12, "%zu fields", card.n);
		is_ok(ed_card_write(&card, &out, &err), &err, "written");
		ok(schema_valid((const char *)out.data, out.len), "valid against card.xsd");
		free(all);
		free(text);
		ed_buf_clear(&out);
	}
}

int main(void)
{
	arena = ed_arena_new();
	round_trip();
	refusals();
	identifiers();
	languages();
	sets();
	xml();
	skeletons();
	ed_arena_free(arena);
	return done();
}
