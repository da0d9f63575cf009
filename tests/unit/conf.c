/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "../tap.h"
#include "edoc.h"

static struct edoc_error err;
static char path[64];

static enum edoc_code load(struct edoc_conf *conf, const char *text, const char *home)
{
	FILE *f = fopen(path, "w");
	if (f) {
		fputs(text, f);
		fclose(f);
	}
	return edoc_conf_load(conf, path, home, &err);
}

static void layers(const char *dir)
{
	struct edoc_conf *conf = NULL;
	char want[80];

	is_ok(edoc_conf_new(&conf, &err), &err, "a configuration");
	ok(!edoc_conf_get(conf, "desk"), "is empty at first");
	is_ok(load(conf,
	           "key: me\n"
	           "keys:\n"
	           "  me: ~/k.p12\n"
	           "  desk: {file: keys/d.pem, cert: /c.pem}\n"
	           "trust:\n"
	           "  sign: [a, b]\n"
	           "  list: uz.edoc-tsl\n"
	           "  list-signers: [/s.pem]\n"
	           "lang: uz-Cyrl\n",
	           "/home/x"),
	      &err, "a file is read");
	is_str(edoc_conf_get(conf, "key"), "me", "the default key");
	is_str(edoc_conf_get(conf, "keys.me.file"), "/home/x/k.p12", "~/ is the home");
	snprintf(want, sizeof want, "%s/keys/d.pem", dir);
	is_str(edoc_conf_get(conf, "keys.desk.file"), want, "a path beside the file");
	is_str(edoc_conf_get(conf, "keys.desk.cert"), "/c.pem", "an absolute path");
	ok(!edoc_conf_get(conf, "keys.desk.chain"), "what is not said is not set");
	is_str(edoc_conf_item(conf, "keys", 1), "desk", "the keys' names");
	snprintf(want, sizeof want, "%s/b", dir);
	is_str(edoc_conf_item(conf, "trust.sign", 1), want, "a list");
	ok(!edoc_conf_item(conf, "trust.sign", 2), "has an end");
	snprintf(want, sizeof want, "%s/uz.edoc-tsl", dir);
	is_str(edoc_conf_item(conf, "trust.list", 0), want, "a trusted list");
	is_str(edoc_conf_item(conf, "trust.list-signers", 0), "/s.pem", "and its signer");

	is_ok(load(conf,
	           "key: other\n"
	           "desk: /desk\n"
	           "keys: {me: /no, you: /you.p12}\n"
	           "trust: {sign: /no, tsa: /tsa}\n",
	           NULL),
	      &err, "a second file");
	is_str(edoc_conf_get(conf, "key"), "me", "does not change what was said");
	is_str(edoc_conf_get(conf, "keys.me.file"), "/home/x/k.p12", "nor a key");
	ok(!edoc_conf_item(conf, "trust.sign", 2), "nor a list");
	is_str(edoc_conf_get(conf, "desk"), "/desk", "but fills what was left out");
	is_str(edoc_conf_get(conf, "keys.you.file"), "/you.p12", "also a key");
	is_str(edoc_conf_get(conf, "trust.tsa"), "/tsa", "and a purpose");
	fails(load(conf, "archive: /a\nno: 1\n", NULL), EDOC_ERR_CONFIG, &err, "no",
	      "a bad third file");
	ok(!edoc_conf_get(conf, "archive"), "leaves nothing");
	is_ok(load(conf, "trust: /all\n", NULL), &err, "the short form of trust");
	is_str(edoc_conf_get(conf, "trust.all"), "/all", "is for all purposes");
	is_ok(load(conf, "cache: /c\nintranet: [a.example, '::1']\n", NULL), &err, "the network's");
	is_str(edoc_conf_get(conf, "cache"), "/c", "a cache");
	is_str(edoc_conf_item(conf, "intranet", 1), "::1", "hosts of the intranet");
	ok(!edoc_conf_item(conf, "intranet", 2), "two of them");
	is_ok(load(conf,
	           "tsa: [state, bank]\n"
	           "tsas:\n"
	           "  state: https://tsa.example/\n"
	           "  bank: {url: 'http://tsa.bank.example:8080/q', policy: 1.2.3, login-file: l}\n"
	           "  house: {url: 'HTTPS://tsa.house.example/', ca-file: c.pem}\n",
	           NULL),
	      &err, "TSAs");
	is_str(edoc_conf_item(conf, "tsa", 1), "bank", "the second that is asked");
	is_str(edoc_conf_get(conf, "tsas.state.url"), "https://tsa.example/", "an address");
	ok(!edoc_conf_get(conf, "tsas.state.policy"), "alone");
	is_str(edoc_conf_get(conf, "tsas.bank.url"), "http://tsa.bank.example:8080/q",
	       "with all that can be said: an address");
	is_str(edoc_conf_get(conf, "tsas.bank.policy"), "1.2.3", "a policy");
	snprintf(want, sizeof want, "%s/l", dir);
	is_str(edoc_conf_get(conf, "tsas.bank.login-file"), want, "a file with the login");
	snprintf(want, sizeof want, "%s/c.pem", dir);
	is_str(edoc_conf_get(conf, "tsas.house.ca-file"), want, "who vouches for the server");
	is_ok(load(conf, "tsa: x\ntsas: {x: http://x/, state: http://y/}\n", NULL), &err,
	      "another file");
	is_str(edoc_conf_get(conf, "tsa"), "state", "does not change the order");
	ok(!edoc_conf_item(conf, "tsa", 2), "nor adds to it");
	is_str(edoc_conf_get(conf, "tsas.state.url"), "https://tsa.example/", "nor a TSA");
	is_str(edoc_conf_get(conf, "tsas.x.url"), "http://x/", "but may name another");
	is_ok(load(conf,
	           "transport: {moliya: bin/to -x  y, adliya: [~/t, 'a b'], 'x.y': gate}\n"
	           "transport-timeout: 60\nreceipt-within: 365\n",
	           "/home/x"),
	      &err, "transports");
	snprintf(want, sizeof want, "%s/bin/to", dir);
	is_str(edoc_conf_item(conf, "transport.moliya", 0), want, "a program beside the file");
	is_str(edoc_conf_item(conf, "transport.moliya", 2), "y", "its words, split at blanks");
	ok(!edoc_conf_item(conf, "transport.moliya", 3), "no more of them");
	is_str(edoc_conf_item(conf, "transport.adliya", 0), "/home/x/t", "a list");
	is_str(edoc_conf_item(conf, "transport.adliya", 1), "a b", "whose words stay whole");
	is_str(edoc_conf_get(conf, "transport.x.y"), "gate", "a program of the path");
	is_str(edoc_conf_get(conf, "transport-timeout"), "60", "a number");
	is_ok(load(conf, "transport: [all, -x]\nreceipt-within: 1\n", NULL), &err, "one for all");
	is_str(edoc_conf_item(conf, "transport", 1), "-x", "stands beside those of agencies");
	is_str(edoc_conf_get(conf, "receipt-within"), "365", "what was said stays");
	edoc_conf_free(conf);
	edoc_conf_free(NULL);
}

static void refusals(void)
{
	static const struct {
		const char *text, *word;
	} bad[] = {
	        {"dessk: /x\n", "desk"}, /* the nearest */
	        {"desk: /x\ndesk: /y\n", ":2:"},
	        {"\n  desk: [a]\n", ":2:9"},
	        {"desk: {a: b}\n", "path"},
	        {"desk: ''\n", "path"},
	        {"desk: ~/x\n", "home"},
	        {"desk: ~root/x\n", "home"},
	        {"keys: [a]\n", "map"},
	        {"keys: /x\n", "map"},
	        {"keys: {a.b: /x}\n", "name"},
	        {"keys: {a/b: /x}\n", "name"},
	        {"keys: {'': /x}\n", NULL},
	        {"keys: {a: [x]}\n", "file"},
	        {"keys: {a: {cert: x}}\n", "file"},
	        {"keys: {a: {file: x, pin: 1}}\n", "pin"},
	        {"keys: {a: {file: [x]}}\n", "path"},
	        {"trust: {signs: x}\n", "sign"},
	        {"trust: {sign: {a: b}}\n", "path"},
	        {"trust: {sign: [[x]]}\n", "path"},
	        {"key: [me]\n", "name"},
	        {"lang: de\n", "tg"},
	        {"intranet: a.example\n", "list"},
	        {"intranet: [http://a.example/]\n", "host"},
	        {"intranet: ['']\n", "host"},
	        {"cache: [x]\n", "path"},
	        {"tsa: {a: b}\n", "name"},
	        {"tsa: ''\n", "name"},
	        {"tsa: [[a]]\n", "name"},
	        {"tsa: ['']\n", "name"},
	        {"tsas: http://x/\n", "map"},
	        {"tsas: [http://x/]\n", "map"},
	        {"tsas: {a: [http://x/]}\n", "url"},
	        {"tsas: {a.b: http://x/}\n", "name"},
	        {"tsas: {a/b: http://x/}\n", "name"},
	        {"tsas: {a: ftp://x/}\n", "https"},
	        {"tsas: {a: 'http://clerk:secret@x/'}\n", "without a password"},
	        {"tsas: {a: {policy: 1.2.3}}\n", "url"},
	        {"tsas: {a: {url: http://x/, policy: one}}\n", "identifier"},
	        {"tsas: {a: {url: http://x/, policy: [1.2.3]}}\n", "identifier"},
	        {"tsas: {a: {url: http://x/, login: me}}\n", "login"},
	        {"tsas: {a: {url: http://x/, login-file: ''}}\n", "path"},
	        {"tsas: {a: {url: [http://x/]}}\n", "https"},
	        {"tsas: {a: {url: https://x/, ca-file: ''}}\n", "path"},
	        {"tsas: {a: {url: https://x/, ca-file: [c]}}\n", "path"},
	        {"tsas: {a: {url: http://x/, ca-file: c}}\n", "goes with an https"},
	        {"- a\n", "map"},
	        {"desk: &a /x\n", NULL},
	        {"desk: /x\n---\ndesk: /y\n", NULL},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct edoc_conf *conf = NULL;
		if (edoc_conf_new(&conf, &err) != EDOC_OK)
			return;
		fails(load(conf, bad[i].text, NULL), EDOC_ERR_CONFIG, &err, bad[i].word,
		      bad[i].text[0] == '\n' ? "a list for a path" : "refused");
		is_int(err.code, EDOC_ERR_CONFIG, "as a configuration error");
		edoc_conf_free(conf);
	}
}

int main(void)
{
	char dir[] = "/tmp/edoc-conf.XXXXXX";
	struct edoc_conf *conf = NULL;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof path, "%s/edoc.conf", dir);
	layers(dir);
	refusals();
	unlink(path);
	rmdir(dir);
	is_ok(edoc_conf_new(&conf, &err), &err, "a configuration");
	fails(edoc_conf_load(conf, path, NULL, &err), EDOC_ERR_ABSENT, &err, "edoc.conf",
	      "a file that is not there");
	edoc_conf_free(conf);
	return done();
}
