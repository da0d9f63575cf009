/* SPDX-License-Identifier: ISC */
/* edoc.conf(5). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/ber.h"
#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/http.h"
#include "door/yaml.h"
#include "edoc.h"

/* One value under its dotted key; a list has several of one key. */
struct setting {
	const char *key, *value;
	unsigned layer; /* which file said it, from 1 */
};

struct edoc_conf {
	struct ed_arena *arena;
	struct setting *v;
	size_t n, cap;
	unsigned layers;
};

/* The file that is being read. */
struct source {
	struct edoc_conf *conf;
	const char *path, *home;
	struct edoc_error *err;
};

enum edoc_code edoc_conf_new(struct edoc_conf **conf, struct edoc_error *err)
{
	struct edoc_conf *c = calloc(1, sizeof *c);

	*conf = NULL;
	if (!c)
		return ed_fail_memory(err);
	c->arena = ed_arena_new();
	if (!c->arena) {
		free(c);
		return ed_fail_memory(err);
	}
	*conf = c;
	return EDOC_OK;
}

void edoc_conf_free(struct edoc_conf *conf)
{
	if (!conf)
		return;
	ed_arena_free(conf->arena);
	free(conf);
}

const char *edoc_conf_item(const struct edoc_conf *conf, const char *key, size_t i)
{
	for (size_t k = 0; k < conf->n; k++)
		if (!strcmp(conf->v[k].key, key) && i-- == 0)
			return conf->v[k].value;
	return NULL;
}

const char *edoc_conf_get(const struct edoc_conf *conf, const char *key)
{
	return edoc_conf_item(conf, key, 0);
}

/* Did an earlier file say something under this very key? */
static bool taken(const struct edoc_conf *conf, const char *key, const char *value)
{
	for (size_t i = 0; i < conf->n; i++)
		if (conf->v[i].layer < conf->layers && !strcmp(conf->v[i].key, key) &&
		    (!value || !strcmp(conf->v[i].value, value)))
			return true;
	return false;
}

static enum edoc_code add(const struct source *src, const char *key, const char *value)
{
	struct edoc_conf *c = src->conf;
	struct setting *v = ed_arena_grow(c->arena, c->v, c->n, &c->cap, sizeof *c->v);
	const char *k = ed_arena_strdup(c->arena, key), *text = ed_arena_strdup(c->arena, value);

	if (!v || !k || !text)
		return ed_fail_memory(src->err);
	c->v = v;
	c->v[c->n++] = (struct setting){k, text, c->layers};
	return EDOC_OK;
}

static enum edoc_code refuse(const struct source *src, const struct ed_yaml *node, const char *what)
{
	return ed_yaml_fail(node, src->path, src->err, "%s", dgettext("edoc", what));
}

/* Under its key, and among the files. */
static enum edoc_code add_file(const struct source *src, const char *key, const char *path)
{
	enum edoc_code code = add(src, "files", path);

	return code == EDOC_OK ? add(src, key, path) : code;
}

/* A scalar that is a path: "/x", "~/x", or beside the file. */
static enum edoc_code add_path(const struct source *src, const char *key,
                               const struct ed_yaml *node)
{
	if (node->kind != ED_YAML_SCALAR || node->text[0] == '\0')
		return refuse(src, node, N_("a path is wanted"));
	const char *text = node->text, *slash = strrchr(src->path, '/');
	if (text[0] == '/')
		return add_file(src, key, text);
	const char *full;
	if (text[0] == '~') {
		if (text[1] != '/' || !src->home)
			return refuse(src, node, N_("only ~/ of a known home is understood"));
		full = ed_arena_printf(src->conf->arena, "%s%s", src->home, text + 1);
	} else {
		full = ed_arena_printf(src->conf->arena, "%.*s%s",
		                       slash ? (int)(slash - src->path) + 1 : 0, src->path, text);
	}
	return full ? add_file(src, key, full) : ed_fail_memory(src->err);
}

/* keys: { me: k.p12, desk: {file: k.pem, cert: c.pem, chain: ca.pem} } */
static enum edoc_code read_key(const struct source *src, const char *name,
                               const struct ed_yaml *node)
{
	static const char *const known[] = {"file", "cert", "chain", NULL};
	enum edoc_code code = EDOC_OK;

	if (taken(src->conf, "keys", name))
		return EDOC_OK;
	if (node->kind == ED_YAML_LIST)
		return refuse(src, node, N_("a key is a path, or a map of file, cert and chain"));
	if (node->kind == ED_YAML_MAP) {
		code = ed_yaml_only(node, src->path, known, src->err);
		if (code == EDOC_OK && !ed_yaml_get(node, "file"))
			code = refuse(src, node, N_("the key's \"file\" is missing"));
	}
	for (size_t i = 0; known[i] && code == EDOC_OK; i++) {
		const struct ed_yaml *part = node;
		if (node->kind == ED_YAML_MAP)
			part = ed_yaml_get(node, known[i]);
		else if (i > 0)
			break;
		const char *key = ed_arena_printf(src->conf->arena, "keys.%s.%s", name, known[i]);
		if (!key)
			return ed_fail_memory(src->err);
		if (part && i == 0 && part->kind == ED_YAML_SCALAR &&
		    !strncmp(part->text, "pkcs11:", 7)) /* RFC 7512: no file beside this one */
			code = add_file(src, key, part->text); /* its pin-source is one */
		else if (part)
			code = add_path(src, key, part);
	}
	return code == EDOC_OK ? add(src, "keys", name) : code;
}

static enum edoc_code read_keys(const struct source *src, const struct ed_yaml *map)
{
	enum edoc_code code = EDOC_OK;

	if (map->kind != ED_YAML_MAP)
		return refuse(src, map, N_("a map of names to keys is wanted"));
	for (size_t i = 0; i < map->n && code == EDOC_OK; i++) {
		const char *name = map->keys[i]->text;
		if (name[0] == '\0' || strpbrk(name, "./"))
			return refuse(src, map->keys[i],
			              N_("a key's name is not empty and holds no \".\" or \"/\""));
		code = read_key(src, name, map->items[i]);
	}
	return code;
}

/* One member of a TSA: an address, a dotted OID, a path. */
static enum edoc_code read_tsa_part(const struct source *src, const char *key, const char *part,
                                    const struct ed_yaml *node)
{
	uint8_t oid[ED_BER_OID_OCTETS];
	const char *text = node->kind == ED_YAML_SCALAR ? node->text : "";

	if (!strcmp(part, "login-file") || !strcmp(part, "ca-file"))
		return add_path(src, key, node);
	if (!strcmp(part, "url") && !ed_http_url(text, strlen(text)))
		return refuse(src, node,
		              N_("an http or https address without a password is wanted"));
	if (!strcmp(part, "policy") && !ed_ber_oid_octets(text, oid))
		return refuse(src, node, N_("an object identifier is wanted, as 1.2.3"));
	return add(src, key, text);
}

static bool is_https(const struct ed_yaml *tsa)
{
	const struct ed_yaml *url = ed_yaml_get(tsa, "url");

	return url && url->kind == ED_YAML_SCALAR && !strncasecmp(url->text, "https://", 8);
}

/* tsas: { state: http://tsa.example/, bank: {url: ..., policy: 1.2.3, login-file: l} } */
static enum edoc_code read_tsa(const struct source *src, const char *name,
                               const struct ed_yaml *node)
{
	static const char *const known[] = {"url", "policy", "login-file", "ca-file", NULL};
	enum edoc_code code = EDOC_OK;

	if (taken(src->conf, "tsas", name))
		return EDOC_OK;
	if (node->kind == ED_YAML_LIST)
		return refuse(
		        src, node,
		        N_("a TSA is an address, or a map of url, policy, login-file and ca-file"));
	if (node->kind == ED_YAML_MAP) {
		code = ed_yaml_only(node, src->path, known, src->err);
		if (code == EDOC_OK && !ed_yaml_get(node, "url"))
			code = refuse(src, node, N_("the TSA's \"url\" is missing"));
		if (code == EDOC_OK && ed_yaml_get(node, "ca-file") && !is_https(node))
			code = refuse(src, ed_yaml_get(node, "ca-file"),
			              N_("a ca-file goes with an https address"));
	}
	for (size_t i = 0; known[i] && code == EDOC_OK; i++) {
		const struct ed_yaml *part = node->kind == ED_YAML_MAP ? ed_yaml_get(node, known[i])
		                             : i                       ? NULL
		                                                       : node;
		const char *key = ed_arena_printf(src->conf->arena, "tsas.%s.%s", name, known[i]);

		if (!key)
			return ed_fail_memory(src->err);
		if (part)
			code = read_tsa_part(src, key, known[i], part);
	}
	return code == EDOC_OK ? add(src, "tsas", name) : code;
}

static enum edoc_code read_tsas(const struct source *src, const struct ed_yaml *map)
{
	enum edoc_code code = EDOC_OK;

	if (map->kind != ED_YAML_MAP)
		return refuse(src, map, N_("a map of names to TSAs is wanted"));
	for (size_t i = 0; i < map->n && code == EDOC_OK; i++) {
		const char *name = map->keys[i]->text;

		if (name[0] == '\0' || strpbrk(name, "./"))
			return refuse(src, map->keys[i],
			              N_("a TSA's name is not empty and holds no \".\" or \"/\""));
		code = read_tsa(src, name, map->items[i]);
	}
	return code;
}

/* Which of them are asked, in this order: a name or a list of names. */
static enum edoc_code read_tsa_names(const struct source *src, const struct ed_yaml *node)
{
	enum edoc_code code = EDOC_OK;

	if (node->kind == ED_YAML_SCALAR && node->text[0])
		return add(src, "tsa", node->text);
	if (node->kind != ED_YAML_LIST)
		return refuse(src, node,
		              N_("the name of one of the TSAs is wanted, or a list of names"));
	for (size_t i = 0; i < node->n && code == EDOC_OK; i++) {
		const struct ed_yaml *name = node->items[i];

		if (name->kind != ED_YAML_SCALAR || !name->text[0])
			return refuse(src, name, N_("the name of one of the TSAs is wanted"));
		code = add(src, "tsa", name->text);
	}
	return code;
}

/* One purpose: a path or a list of them. */
static enum edoc_code read_anchors(const struct source *src, const char *key,
                                   const struct ed_yaml *node)
{
	enum edoc_code code = EDOC_OK;

	if (node->kind == ED_YAML_SCALAR)
		return add_path(src, key, node);
	if (node->kind != ED_YAML_LIST)
		return refuse(src, node, N_("a path or a list of paths is wanted"));
	for (size_t i = 0; i < node->n && code == EDOC_OK; i++)
		code = add_path(src, key, node->items[i]);
	return code;
}

static enum edoc_code read_trust(const struct source *src, const struct ed_yaml *map)
{
	static const char *const known[] = {"all",   "sign", "tsa",          "ocsp", "directory",
	                                    "route", "list", "list-signers", NULL};
	enum edoc_code code;

	if (map->kind != ED_YAML_MAP) /* short: for all purposes */
		return taken(src->conf, "trust.all", NULL) ? EDOC_OK
		                                           : read_anchors(src, "trust.all", map);
	code = ed_yaml_only(map, src->path, known, src->err);
	for (size_t i = 0; i < map->n && code == EDOC_OK; i++) {
		const char *key = ed_arena_printf(src->conf->arena, "trust.%s", map->keys[i]->text);
		if (!key)
			return ed_fail_memory(src->err);
		if (!taken(src->conf, key, NULL))
			code = read_anchors(src, key, map->items[i]);
	}
	return code;
}

static enum edoc_code read_lang(const struct source *src, const char *key,
                                const struct ed_yaml *node)
{
	static const char *const known[] = {"tg", "uz", "uz-Cyrl", "ru", "en", NULL};

	for (size_t i = 0; known[i]; i++)
		if (node->kind == ED_YAML_SCALAR && !strcmp(node->text, known[i]))
			return add(src, key, node->text);
	return refuse(src, node, N_("a language is one of tg, uz, uz-Cyrl, ru, en"));
}

/* A language or a list of them. */
static enum edoc_code read_langs(const struct source *src, const char *key,
                                 const struct ed_yaml *node)
{
	enum edoc_code code = EDOC_OK;

	if (node->kind != ED_YAML_LIST)
		return read_lang(src, key, node);
	for (size_t i = 0; i < node->n && code == EDOC_OK; i++)
		code = read_lang(src, key, node->items[i]);
	return code;
}

static enum edoc_code read_name(const struct source *src, const struct ed_yaml *node)
{
	if (node->kind != ED_YAML_SCALAR || node->text[0] == '\0')
		return refuse(src, node, N_("the name of one of the keys is wanted"));
	return add(src, "key", node->text);
}

/* A program and what it is given: a list of words, or one text that is split
 * at blanks.  A program's name with a "/" is a path. */
static enum edoc_code read_command(const struct source *src, const char *key,
                                   const struct ed_yaml *node)
{
	const char *text = node->text;
	enum edoc_code code = EDOC_OK;
	size_t n = 0;

	if (node->kind == ED_YAML_LIST) {
		for (size_t i = 0; i < node->n && code == EDOC_OK; i++)
			if (node->items[i]->kind != ED_YAML_SCALAR || !node->items[i]->text[0])
				code = refuse(src, node->items[i], N_("a word is wanted"));
			else if (i == 0 && strchr(node->items[i]->text, '/'))
				code = add_path(src, key, node->items[i]);
			else
				code = add(src, key, node->items[i]->text);
		n = node->n;
	}
	for (; node->kind == ED_YAML_SCALAR && code == EDOC_OK; n++) {
		struct ed_yaml word = *node;
		size_t len = strcspn(text += strspn(text, " \t\n"), " \t\n");

		if (!len)
			break;
		word.text = ed_arena_strndup(src->conf->arena, text, len);
		text += len;
		if (!word.text)
			return ed_fail_memory(src->err);
		code = n == 0 && strchr(word.text, '/') ? add_path(src, key, &word)
		                                        : add(src, key, word.text);
	}
	return code == EDOC_OK && n == 0
	               ? refuse(src, node, N_("a program is wanted, with its arguments"))
	               : code;
}

/* transport: { moliya: /etc/edoc/to-moliya, adliya: [gateway, --as4] }, or one for all */
static enum edoc_code read_transport(const struct source *src, const struct ed_yaml *node)
{
	enum edoc_code code = EDOC_OK;

	if (node->kind != ED_YAML_MAP)
		return taken(src->conf, "transport", NULL) ? EDOC_OK
		                                           : read_command(src, "transport", node);
	for (size_t i = 0; i < node->n && code == EDOC_OK; i++) {
		const char *key =
		        ed_arena_printf(src->conf->arena, "transport.%s", node->keys[i]->text);

		if (!key)
			return ed_fail_memory(src->err);
		if (!taken(src->conf, key, NULL))
			code = read_command(src, key, node->items[i]);
	}
	return code;
}

/* A whole number from 1. */
static enum edoc_code read_count(const struct source *src, const char *key,
                                 const struct ed_yaml *node, long max)
{
	const char *text = node->kind == ED_YAML_SCALAR ? node->text : "";
	size_t n = strspn(text, "0123456789");
	long value = n && n <= 6 && !text[n] ? strtol(text, NULL, 10) : 0;

	if (value < 1 || value > max)
		return ed_yaml_fail(node, src->path, src->err,
		                    dgettext("edoc", "a number from 1 to %ld is wanted"), max);
	return add(src, key, text);
}

/* Names of hosts, as they stand in addresses. */
static enum edoc_code read_hosts(const struct source *src, const struct ed_yaml *list)
{
	enum edoc_code code = EDOC_OK;

	if (list->kind != ED_YAML_LIST)
		return refuse(src, list, N_("a list of names of hosts is wanted"));
	for (size_t i = 0; i < list->n && code == EDOC_OK; i++) {
		const struct ed_yaml *host = list->items[i];

		if (host->kind != ED_YAML_SCALAR || !host->text[0] || strchr(host->text, '/'))
			return refuse(src, host,
			              N_("the name of a host is wanted, or its address"));
		code = add(src, "intranet", host->text);
	}
	return code;
}

/* A name, or a path that says so by a "/". */
static enum edoc_code read_sign_profile(const struct source *src, const struct ed_yaml *node)
{
	if (node->kind != ED_YAML_SCALAR || node->text[0] == '\0')
		return refuse(src, node,
		              N_("the name of a signing profile is wanted, or its file"));
	return strchr(node->text, '/') ? add_path(src, "sign-profile", node)
	                               : add(src, "sign-profile", node->text);
}

static enum edoc_code read_member(const struct source *src, const char *key,
                                  const struct ed_yaml *node)
{
	if (!strcmp(key, "keys"))
		return read_keys(src, node);
	if (!strcmp(key, "trust"))
		return read_trust(src, node);
	if (!strcmp(key, "tsas"))
		return read_tsas(src, node);
	if (!strcmp(key, "transport"))
		return read_transport(src, node);
	if (taken(src->conf, key, NULL))
		return EDOC_OK;
	if (!strcmp(key, "transport-timeout"))
		return read_count(src, key, node, 86400);
	if (!strcmp(key, "receipt-within"))
		return read_count(src, key, node, 365);
	if (!strcmp(key, "tsa"))
		return read_tsa_names(src, node);
	if (!strcmp(key, "lang"))
		return read_lang(src, key, node);
	if (!strcmp(key, "notice"))
		return read_langs(src, key, node);
	if (!strcmp(key, "key"))
		return read_name(src, node);
	if (!strcmp(key, "intranet"))
		return read_hosts(src, node);
	if (!strcmp(key, "sign-profile"))
		return read_sign_profile(src, node);
	return add_path(src, key, node);
}

static enum edoc_code read_root(const struct source *src, const struct ed_yaml *root)
{
	static const char *const known[] = {"key",
	                                    "keys",
	                                    "trust",
	                                    "desk",
	                                    "archive",
	                                    "profiles",
	                                    "lang",
	                                    "cache",
	                                    "intranet",
	                                    "tsa",
	                                    "tsas",
	                                    "pkcs11-module",
	                                    "sign-profile",
	                                    "transport",
	                                    "transport-timeout",
	                                    "receipt-within",
	                                    "notice",
	                                    NULL};

	if (root->kind != ED_YAML_MAP)
		return refuse(src, root, N_("a map of settings is wanted"));
	enum edoc_code code = ed_yaml_only(root, src->path, known, src->err);
	for (size_t i = 0; i < root->n && code == EDOC_OK; i++)
		code = read_member(src, root->keys[i]->text, root->items[i]);
	return code;
}

enum edoc_code edoc_conf_load(struct edoc_conf *conf, const char *path, const char *home,
                              struct edoc_error *err)
{
	struct source src = {conf, path, home, err};
	struct ed_yaml *root = NULL;
	struct ed_buf buf;

	ed_buf_init(&buf, ED_MAX_YAML_BYTES);
	conf->layers++;
	size_t before = conf->n;
	enum edoc_code code = ed_read_path(path, &buf, err);
	if (code == EDOC_OK)
		code = ed_yaml_parse(ed_buf_str(&buf), buf.len, path, conf->arena, &root, err);
	if (code == EDOC_OK)
		code = read_root(&src, root);
	if (code == EDOC_OK)
		code = add(&src, "files", path);
	if (code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT) {
		code = EDOC_ERR_CONFIG;
		if (err)
			err->code = code;
	}
	if (code != EDOC_OK)
		conf->n = before; /* all of a file or nothing */
	ed_buf_clear(&buf);
	return code;
}
