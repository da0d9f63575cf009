/* SPDX-License-Identifier: ISC */
#include "door/json.h"

#include "../tap.h"
#include "base/limits.h"
#include "base/time.h"

static struct edoc_error err;

static enum edoc_code parse(const char *text, json_t **v)
{
	return ed_json_parse(text, strlen(text), "f.json", v, &err);
}

static void parsing(void)
{
	json_t *v = NULL;

	is_ok(parse("{\"a\":[1,\"қ\",null,true,1.5]}\n", &v), &err, "JSON is read");
	json_decref(v);
	static const char *const bad[] = {"",
	                                  "{",
	                                  "{\"a\":1,}",
	                                  "{\"a\":1} x",
	                                  "{a:1}",
	                                  "{'a':1}",
	                                  "[1 2]",
	                                  "{\"a\":1,\"a\":2}",
	                                  "[\"\xff\"]",
	                                  "[\"\\u0000\"]",
	                                  "[\"\\ud800\"]",
	                                  "[01]",
	                                  "[NaN]",
	                                  "[1e999]",
	                                  "[99999999999999999999]",
	                                  "\xef\xbb\xbf[]",
	                                  "[\"\n\"]",
	                                  "//\n[]",
	                                  "1"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		fails(parse(bad[i], &v), EDOC_ERR_INPUT, &err, "JSON", "not JSON");
		ok(!v, "and no value");
	}
	fails(parse("{\n \"a\": x}", &v), EDOC_ERR_INPUT, &err, "JSON", "an unknown word");
	is_str(err.where, "f.json:2:7", "the place has line and column");

	char deep[ED_MAX_JSON_DEPTH * 2 + 3];
	memset(deep, '[', ED_MAX_JSON_DEPTH);
	memset(deep + ED_MAX_JSON_DEPTH, ']', ED_MAX_JSON_DEPTH);
	is_ok(ed_json_parse(deep, ED_MAX_JSON_DEPTH * 2, "d", &v, &err), &err, "the deepest");
	json_decref(v);
	memset(deep, '[', ED_MAX_JSON_DEPTH + 1);
	memset(deep + ED_MAX_JSON_DEPTH + 1, ']', ED_MAX_JSON_DEPTH + 1);
	fails(ed_json_parse(deep, ED_MAX_JSON_DEPTH * 2 + 2, "d", &v, &err), EDOC_ERR_LIMIT, &err,
	      "deeper", "one deeper");
	is_ok(parse("[\"[[[\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]",
	            &v),
	      &err, "brackets in strings do not count");
	json_decref(v);
	fails(ed_json_parse("[]", (size_t)ED_MAX_JSON_BYTES + 1, "d", &v, &err), EDOC_ERR_LIMIT,
	      &err, "bytes", "too many bytes");
}

static void canonical(void)
{
	static const char good[] = "{\"a\":[1,-9007199254740991,true,false,null],\"b.c-d_1\":"
	                           "{\"x\":\"қ\\\"\\\\/\"},\"z\":9007199254740991}";
	json_t *v = NULL;

	is_ok(ed_json_parse_canonical(good, strlen(good), "c", &v, &err), &err, "canonical JSON");
	json_decref(v);
	static const char *const bad[][2] = {{"{\"b\":1,\"a\":2}", "canonical form"},
	                                     {"{\"a\": 1}", "canonical form"},
	                                     {"{\"a\":1}\n", "canonical form"},
	                                     {"{\"a\":\"\\/\"}", "canonical form"},
	                                     {"{\"a\":\"\\u049b\"}", "canonical form"},
	                                     {"{\"a\":1.0}", "integer"},
	                                     {"{\"a\":1e2}", "integer"},
	                                     {"{\"a\":-0}", "canonical form"},
	                                     {"{\"a\":9007199254740992}", "2^53"},
	                                     {"{\"a\":-9007199254740992}", "2^53"},
	                                     {"{\"A\":1}", "key"},
	                                     {"{\"қ\":1}", "key"},
	                                     {"{\"a\":\"\\n\"}", "control"},
	                                     {"{\"a\":\"\\u001f\"}", "control"},
	                                     {"{\"a\":\"\x7f\"}", "control"},
	                                     {"[{\"a\":[{\"B\":1}]}]", "key"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		fails(ed_json_parse_canonical(bad[i][0], strlen(bad[i][0]), "c.json", &v, &err),
		      EDOC_ERR_INPUT, &err, bad[i][1], bad[i][0]);
		ok(!v && strstr(err.where, "c.json"), "no value, but a place");
	}
	struct ed_buf out;
	ed_buf_init(&out, 4);
	is_ok(parse("{\"a\":123456}", &v), &err, "a value");
	fails(ed_json_canonical(v, &out, &err), EDOC_ERR_LIMIT, &err, NULL,
	      "larger than its buffer");
	ed_buf_clear(&out);
	json_decref(v);
}

static void writing(void)
{
	json_t *v = json_object();
	char *line = NULL;
	int bad = ed_json_str(v, "z", "қ\n\x1b\xc2\x9b\xe2\x80\xae\x7f") +
	          ed_json_str(v, "raw",
	                      "a\xff"
	                      "b") +
	          ed_json_str(v, "none", NULL) + ed_json_int(v, "i", INT64_MAX) +
	          ed_json_bool(v, "b", true) + ed_json_time(v, "t", 0) +
	          ed_json_time(v, "n", ED_TIME_NONE);
	is_int(bad, 0, "members are set");
	is_ok(ed_json_line(v, &line, &err), &err, "a line is made");
	is_str(line,
	       "{\"z\":\"қ\\n\\u001B\\u009B\\u202E\\u007F\",\"raw\":\"a\xef\xbf\xbd"
	       "b\",\"none\":null,"
	       "\"i\":9223372036854775807,\"b\":true,\"t\":\"1970-01-01T00:00:00Z\",\"n\":null}",
	       "in order, tame for a terminal");
	json_t *back = NULL;
	is_ok(parse(line, &back), &err, "it is JSON");
	is_str(ed_json_get_str(back, "z"), "қ\n\x1b\xc2\x9b\xe2\x80\xae\x7f", "of the same string");
	ok(!ed_json_get_str(back, "i") && !ed_json_get_str(back, "q"), "a number is no string");
	json_decref(back);
	edoc_free(line);
	json_decref(v);

	static const char all[] =
	        "{\"k\\\"\":[],\"e\":{},\"s\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\","
	        "\"r\":[1.5,2.0,-3,true,false,null,[{\"x\":[\"\"]}]]}";
	is_ok(parse(all, &v), &err, "each kind of value");
	is_ok(ed_json_line(v, &line, &err), &err, "is written");
	is_str(line, all, "as it was");
	edoc_free(line);
	json_decref(v);
}

static void members(void)
{
	static const char *const known[] = {"a", "b", NULL};
	json_t *v = NULL;

	is_ok(parse("{\"b\":1,\"a\":2}", &v), &err, "an object");
	is_ok(ed_json_only(v, "o", known, &err), &err, "of the known keys");
	json_decref(v);
	is_ok(parse("{\"b\":1,\"a\":2,\"c\":3}", &v), &err, "another");
	fails(ed_json_only(v, "o", known, &err), EDOC_ERR_INPUT, &err, "\"c\"",
	      "has an unknown one");
	json_decref(v);
	is_ok(parse("{\"b\":1}", &v), &err, "a third");
	fails(ed_json_only(v, "o", known, &err), EDOC_ERR_INPUT, &err, "\"a\"", "lacks one");
	json_decref(v);
	is_ok(parse("[]", &v), &err, "an array");
	fails(ed_json_only(v, "o", known, &err), EDOC_ERR_INPUT, &err, "object", "is no object");
	json_decref(v);

	const struct edoc_error why = {EDOC_ERR_ABSENT, "a.asice", "cannot open"};
	char *line = NULL;
	is_ok(edoc_error_json("a.asice", &why, &line, &err), &err, "a failed item's line");
	is_str(line,
	       "{\"v\":1,\"path\":\"a.asice\",\"exit\":66,"
	       "\"error\":{\"where\":\"a.asice\",\"msg\":\"cannot open\"}}",
	       "says what and which exit");
	edoc_free(line);
	is_ok(edoc_version_details(&line, &err), &err, "the libraries");
	ok(strstr(line, "OpenSSL 3") && strstr(line, "libxml2 2") && strstr(line, "SQLite 3"),
	   "are named with their versions");
	edoc_free(line);
}

int main(void)
{
	parsing();
	canonical();
	writing();
	members();
	return done();
}
