/* SPDX-License-Identifier: ISC */
#include "judge/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/yaml.h"
#include "judge/rules.h"

#define MIN_RSA 1024 /* package.md: below that never */
#define MAX_RSA 16384
#define MAX_SPAN ((int64_t)100 * 366 * 86400) /* the longest that a policy may say */

/* ---- reading ------------------------------------------------------------------ */

struct reading {
	struct edoc_policy *policy;
	const char *where;
	struct edoc_error *err;
};

static enum edoc_code read_until(struct reading *r, const struct ed_yaml *node, int64_t *until)
{
	struct ed_date date;

	if (node->kind != ED_YAML_SCALAR || !ed_date_parse(node->text, &date))
		return ed_yaml_fail(node, r->where, r->err,
		                    "\"until\" is the last day, YYYY-MM-DD");
	*until = ed_days(ed_date_add_days(date, 1)) * 86400;
	return EDOC_OK;
}

/* "X" or {KEY: X, until: DAY}: the node of X (maybe NULL), and the end. */
static enum edoc_code read_ending(struct reading *r, const struct ed_yaml *item, const char *key,
                                  const struct ed_yaml **x, int64_t *end)
{
	const char *known[] = {key, "until", NULL};
	const struct ed_yaml *until = NULL;
	enum edoc_code rc = EDOC_OK;

	*x = item;
	*end = INT64_MAX;
	if (item->kind == ED_YAML_MAP) {
		rc = ed_yaml_only(item, r->where, known, r->err);
		*x = ed_yaml_get(item, key);
		until = ed_yaml_get(item, "until");
	}
	return rc == EDOC_OK && until ? read_until(r, until, end) : rc;
}

static enum edoc_code read_digest(struct reading *r, const struct ed_yaml *item)
{
	enum ed_hash hash = ED_HASH_NONE;
	const struct ed_yaml *name;
	int64_t end;
	enum edoc_code rc = read_ending(r, item, "name", &name, &end);

	if (rc != EDOC_OK)
		return rc;
	if (name && name->kind == ED_YAML_SCALAR)
		hash = ed_hash_by_name(name->text);
	if (hash == ED_MD5) /* package.md: never */
		return ed_yaml_fail(name, r->where, r->err, "MD5 is accepted by no policy");
	if (hash == ED_HASH_NONE)
		return ed_yaml_fail(name ? name : item, r->where, r->err,
		                    "a digest is one of SHA-1 SHA-224 SHA-256 SHA-384 SHA-512 "
		                    "SHA3-224 SHA3-256 SHA3-384 SHA3-512 SHAKE256 RIPEMD-160");
	if (r->policy->hash_until[hash] != ED_TIME_NONE)
		return ed_yaml_fail(name, r->where, r->err, "%s stands twice", name->text);
	r->policy->hash_until[hash] = end;
	return EDOC_OK;
}

static enum edoc_code list_of(struct reading *r, const struct ed_yaml *map, const char *key,
                              const struct ed_yaml **list)
{
	*list = ed_yaml_get(map, key);
	if (!*list || (*list)->kind != ED_YAML_LIST || !(*list)->n)
		return ed_yaml_fail(*list ? *list : map, r->where, r->err,
		                    "\"%s\" must be a list with at least one entry", key);
	return EDOC_OK;
}

static enum edoc_code read_digests(struct reading *r, const struct ed_yaml *root)
{
	const struct ed_yaml *list;
	enum edoc_code rc = list_of(r, root, "digests", &list);

	for (size_t i = 0; rc == EDOC_OK && i < list->n; i++)
		rc = read_digest(r, list->items[i]);
	return rc;
}

static enum edoc_code read_curve(struct reading *r, const struct ed_yaml *item)
{
	static const struct {
		const char *name;
		enum ed_key_type type;
	} curves[] = {
	        {"P-256", ED_KEY_EC_P256},
	        {"P-384", ED_KEY_EC_P384},
	        {"P-521", ED_KEY_EC_P521},
	        {"brainpoolP256r1", ED_KEY_EC_BP256},
	        {"brainpoolP384r1", ED_KEY_EC_BP384},
	        {"brainpoolP512r1", ED_KEY_EC_BP512},
	        {"Ed25519", ED_KEY_ED25519},
	        {"Ed448", ED_KEY_ED448},
	};
	struct ed_policy_key *key = &r->policy->keys[r->policy->n_keys];
	const struct ed_yaml *name;
	enum edoc_code rc = read_ending(r, item, "name", &name, &key->until);

	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; name && name->kind == ED_YAML_SCALAR && i < 8; i++) {
		if (!strcmp(name->text, curves[i].name))
			key->type = curves[i].type;
	}
	if (!name || key->type == ED_KEY_OTHER)
		return ed_yaml_fail(name ? name : item, r->where, r->err,
		                    "a curve is one of P-256 P-384 P-521 brainpoolP256r1 "
		                    "brainpoolP384r1 brainpoolP512r1 Ed25519 Ed448");
	for (size_t i = 0; i < r->policy->n_keys; i++) {
		if (r->policy->keys[i].type == key->type)
			return ed_yaml_fail(name, r->where, r->err, "%s stands twice", name->text);
	}
	r->policy->n_keys++;
	return EDOC_OK;
}

/* {min: 2048, until: DAY}: keys of that many bits and more. */
static enum edoc_code read_rsa(struct reading *r, const struct ed_yaml *item)
{
	struct ed_policy_key *key = &r->policy->keys[r->policy->n_keys];
	const struct ed_yaml *min;
	enum edoc_code rc;
	int64_t bits = 0;

	if (item->kind != ED_YAML_MAP)
		return ed_yaml_fail(item, r->where, r->err,
		                    "an entry of \"rsa\" is a map of min and until");
	rc = read_ending(r, item, "min", &min, &key->until);
	if (rc == EDOC_OK)
		rc = ed_yaml_integer(item, r->where, "min", MIN_RSA, MAX_RSA, &bits, NULL, r->err);
	key->type = ED_KEY_RSA;
	key->bits = (int)bits;
	r->policy->n_keys++;
	return rc;
}

/* rsa-min: 2048 is short for rsa: [{min: 2048}]. */
static enum edoc_code read_rsa_keys(struct reading *r, const struct ed_yaml *keys)
{
	struct ed_policy_key *key = &r->policy->keys[r->policy->n_keys];
	const struct ed_yaml *list;
	int64_t bits = 0;
	enum edoc_code rc;

	if (!ed_yaml_get(keys, "rsa")) {
		rc = ed_yaml_integer(keys, r->where, "rsa-min", MIN_RSA, MAX_RSA, &bits, NULL,
		                     r->err);
		*key = (struct ed_policy_key){ED_KEY_RSA, (int)bits, INT64_MAX};
		r->policy->n_keys++;
		return rc;
	}
	if (ed_yaml_get(keys, "rsa-min"))
		return ed_yaml_fail(ed_yaml_get(keys, "rsa-min"), r->where, r->err,
		                    "\"rsa-min\" is short for \"rsa\": write one of them");
	rc = list_of(r, keys, "rsa", &list);
	for (size_t i = 0; rc == EDOC_OK && i < list->n; i++)
		rc = read_rsa(r, list->items[i]);
	return rc;
}

static enum edoc_code read_keys(struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {"rsa-min", "rsa", "curves", NULL};
	const struct ed_yaml *keys = ed_yaml_get(root, "keys"), *list;
	enum edoc_code rc;
	size_t n = 2;

	if (!keys || keys->kind != ED_YAML_MAP)
		return ed_yaml_fail(keys ? keys : root, r->where, r->err,
		                    "\"keys\" must be a map of rsa-min (or rsa) and curves");
	rc = ed_yaml_only(keys, r->where, known, r->err);
	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; i < keys->n; i++)
		n += keys->items[i]->n;
	r->policy->keys = ed_arena_alloc(r->policy->arena, n * sizeof(*r->policy->keys));
	if (!r->policy->keys)
		return ed_fail_memory(r->err);
	rc = read_rsa_keys(r, keys);
	if (rc == EDOC_OK)
		rc = list_of(r, keys, "curves", &list);
	for (size_t i = 0; rc == EDOC_OK && i < list->n; i++)
		rc = read_curve(r, list->items[i]);
	return rc;
}

static enum edoc_code read_scheme(struct reading *r, const struct ed_yaml *item)
{
	static const struct {
		const char *name;
		enum ed_sig_kind kind;
	} schemes[] = {{"RSA-PKCS1", ED_SIG_RSA},
	               {"RSA-PSS", ED_SIG_PSS},
	               {"ECDSA", ED_SIG_ECDSA},
	               {"EdDSA", ED_SIG_EDDSA}};
	const struct ed_yaml *name;
	int64_t end;
	enum edoc_code rc = read_ending(r, item, "name", &name, &end);

	if (rc != EDOC_OK)
		return rc;
	for (size_t i = 0; name && name->kind == ED_YAML_SCALAR && i < 4; i++) {
		int64_t *until = &r->policy->scheme_until[schemes[i].kind];

		if (strcmp(name->text, schemes[i].name) != 0)
			continue;
		if (*until != ED_TIME_NONE)
			return ed_yaml_fail(name, r->where, r->err, "%s stands twice", name->text);
		*until = end;
		return EDOC_OK;
	}
	return ed_yaml_fail(name ? name : item, r->where, r->err,
	                    "a scheme is one of RSA-PKCS1 RSA-PSS ECDSA EdDSA");
}

/* Left out: all of them. */
static enum edoc_code read_schemes(struct reading *r, const struct ed_yaml *root)
{
	const struct ed_yaml *list;
	bool all = !ed_yaml_get(root, "schemes");
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; i < ED_N_SCHEMES; i++)
		r->policy->scheme_until[i] = all ? INT64_MAX : ED_TIME_NONE;
	if (!all)
		rc = list_of(r, root, "schemes", &list);
	for (size_t i = 0; !all && rc == EDOC_OK && i < list->n; i++)
		rc = read_scheme(r, list->items[i]);
	return rc;
}

/* ---- revocation, time-stamps, what is required -------------------------------- */

/* The section as a map; *map is NULL where it is left out. */
static enum edoc_code section(struct reading *r, const struct ed_yaml *root, const char *key,
                              const char *const *known, const struct ed_yaml **map)
{
	*map = ed_yaml_get(root, key);
	if (!*map)
		return EDOC_OK;
	if ((*map)->kind != ED_YAML_MAP)
		return ed_yaml_fail(*map, r->where, r->err, "\"%s\" must be a map", key);
	return ed_yaml_only(*map, r->where, known, r->err);
}

/* "90s" "5m" "24h" "7d"; *seconds is left alone where it stands not. */
static enum edoc_code read_span(struct reading *r, const struct ed_yaml *map, const char *key,
                                int64_t *seconds)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	const struct ed_yaml *node = ed_yaml_get(map, key);
	int64_t n = 0;
	const char *p;

	if (!node)
		return EDOC_OK;
	p = node->kind == ED_YAML_SCALAR ? node->text : "";
	while (*p >= '0' && *p <= '9' && n <= MAX_SPAN)
		n = n * 10 + (*p++ - '0');
	for (size_t i = 0; p != node->text && i < 4; i++) {
		if (*p == units[i].unit && !p[1] && n <= MAX_SPAN / units[i].seconds) {
			*seconds = n * units[i].seconds;
			return EDOC_OK;
		}
	}
	return ed_yaml_fail(node, r->where, r->err,
	                    "\"%s\" is a length of time: a number and s, m, h or d", key);
}

/* One of words[] (NULL-ended) under key; *choice is left alone where it stands not. */
static enum edoc_code read_word(struct reading *r, const struct ed_yaml *map, const char *key,
                                const char *const *words, size_t *choice)
{
	const struct ed_yaml *node = ed_yaml_get(map, key);
	char list[128] = "";

	if (!node)
		return EDOC_OK;
	for (size_t i = 0; words[i]; i++) {
		size_t used = strlen(list);

		if (node->kind == ED_YAML_SCALAR && !strcmp(node->text, words[i])) {
			*choice = i;
			return EDOC_OK;
		}
		(void)snprintf(list + used, sizeof(list) - used, " %s", words[i]);
	}
	return ed_yaml_fail(node, r->where, r->err, "\"%s\" is one of%s", key, list);
}

static const char *const ask_words[] = {"if-named", "always", "never", NULL};
static const char *const about_words[] = {"signer", "authorities", "tsa", "responders", NULL};

static enum edoc_code read_revocation(struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {"signer",     "authorities", "tsa",
	                                    "responders", "max-age",     NULL};
	const struct ed_yaml *map;
	enum edoc_code rc = section(r, root, "revocation", known, &map);

	for (size_t i = 0; rc == EDOC_OK && map && i < ED_N_ABOUT; i++) {
		size_t choice = r->policy->ask[i];

		rc = read_word(r, map, about_words[i], ask_words, &choice);
		r->policy->ask[i] = (enum ed_ask)choice;
	}
	return rc == EDOC_OK && map ? read_span(r, map, "max-age", &r->policy->max_age) : rc;
}

static enum edoc_code read_stamps(struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {"delay", "tsa-as-of", NULL};
	static const char *const moments[] = {"now", "stamp", NULL};
	const struct ed_yaml *map;
	enum edoc_code rc = section(r, root, "time-stamps", known, &map);
	size_t choice = 0;

	if (rc != EDOC_OK || !map)
		return rc;
	rc = read_word(r, map, "tsa-as-of", moments, &choice);
	r->policy->tsa_then = choice == 1;
	return rc == EDOC_OK ? read_span(r, map, "delay", &r->policy->delay) : rc;
}

static const char *const level_words[] = {"B", "T", "LT", "LTA", NULL};

static enum edoc_code read_need(struct reading *r, const struct ed_yaml *item)
{
	static const struct {
		const char *name;
		unsigned bit;
	} needs[] = {{"signing-time", ED_NEEDS_SIGNING_TIME},
	             {"role", ED_NEEDS_ROLE},
	             {"commitment", ED_NEEDS_COMMITMENT},
	             {"signature-policy", ED_NEEDS_POLICY},
	             {"time-stamp", ED_NEEDS_TIME_STAMP}};

	for (size_t i = 0; item->kind == ED_YAML_SCALAR && i < 5; i++) {
		if (!strcmp(item->text, needs[i].name)) {
			r->policy->needs |= needs[i].bit;
			return EDOC_OK;
		}
	}
	return ed_yaml_fail(item, r->where, r->err,
	                    "a property is one of signing-time role commitment "
	                    "signature-policy time-stamp");
}

static enum edoc_code read_require(struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {"level", "properties", NULL};
	const struct ed_yaml *map, *list;
	enum edoc_code rc = section(r, root, "require", known, &map);
	size_t choice = ED_LEVEL_B;

	if (rc != EDOC_OK || !map)
		return rc;
	rc = read_word(r, map, "level", level_words, &choice);
	r->policy->level = (enum ed_level)choice;
	if (rc != EDOC_OK || !ed_yaml_get(map, "properties"))
		return rc;
	rc = list_of(r, map, "properties", &list);
	for (size_t i = 0; rc == EDOC_OK && i < list->n; i++)
		rc = read_need(r, list->items[i]);
	return rc;
}

/* Formats that the judge tells apart (edoc-report(5)). */
static enum edoc_code read_format_name(struct reading *r, const struct ed_yaml *item)
{
	static const char *const formats[] = {"ASiC-E/XAdES", "ASiC-E/CAdES", "ASiC-E/TST",
	                                      "ASiC-E/ERS",   "ASiC-S/XAdES", "ASiC-S/CAdES",
	                                      "ASiC-S/TST",   "ASiC-S/ERS",   "XAdES",
	                                      "CAdES",        "TST",          "ERS"};
	const size_t n = sizeof(formats) / sizeof(*formats);

	for (size_t i = 0; item->kind == ED_YAML_SCALAR && i < n; i++) {
		if (strcmp(item->text, formats[i]) != 0)
			continue;
		for (size_t k = 0; r->policy->formats[k]; k++) {
			if (r->policy->formats[k] == formats[i])
				return ed_yaml_fail(item, r->where, r->err, "%s stands twice",
				                    item->text);
		}
		for (size_t k = 0;; k++) {
			if (!r->policy->formats[k]) {
				r->policy->formats[k] = formats[i];
				return EDOC_OK;
			}
		}
	}
	return ed_yaml_fail(item, r->where, r->err,
	                    "a format is one of ASiC-E/XAdES ASiC-E/CAdES ASiC-E/TST ASiC-E/ERS "
	                    "ASiC-S/XAdES ASiC-S/CAdES ASiC-S/TST ASiC-S/ERS XAdES CAdES TST ERS");
}

static enum edoc_code read_formats(struct reading *r, const struct ed_yaml *root)
{
	const struct ed_yaml *list;
	enum edoc_code rc;

	if (!ed_yaml_get(root, "formats"))
		return EDOC_OK;
	rc = list_of(r, root, "formats", &list);
	if (rc != EDOC_OK)
		return rc;
	r->policy->formats =
	        ed_arena_alloc(r->policy->arena, (list->n + 1) * sizeof(*r->policy->formats));
	if (!r->policy->formats)
		return ed_fail_memory(r->err);
	for (size_t i = 0; rc == EDOC_OK && i < list->n; i++)
		rc = read_format_name(r, list->items[i]);
	return rc;
}

static enum edoc_code read_rest(struct reading *r, const struct ed_yaml *root)
{
	static const char *const laws[] = {"none", "uz", "tj", NULL};
	size_t law = ED_LAW_NONE;
	enum edoc_code rc = read_span(r, root, "clock-tolerance", &r->policy->tolerance);

	if (rc == EDOC_OK)
		rc = read_word(r, root, "law", laws, &law);
	r->policy->law = (enum ed_law)law;
	return rc;
}

static enum edoc_code read_weight(struct reading *r, const struct ed_yaml *key,
                                  const struct ed_yaml *value)
{
	static const char *const names[] = {"info", "warning", "error"};
	const struct ed_rule *rule = ed_rule(key->text);
	struct ed_policy_weight *weight = &r->policy->weights[r->policy->n_weights];

	if (!rule)
		return ed_yaml_fail(key, r->where, r->err,
		                    "no finding is called \"%s\" "
		                    "(edoc-report(5) lists them)",
		                    key->text);
	for (int i = 0; value->kind == ED_YAML_SCALAR && i < 3; i++) {
		if (strcmp(value->text, names[i]) != 0)
			continue;
		if (i != EDOC_ERROR && !rule->weighed)
			return ed_yaml_fail(key, r->where, r->err,
			                    "\"%s\" is an error under every policy", key->text);
		weight->code = rule->code;
		weight->severity = (enum edoc_severity)i;
		r->policy->n_weights++;
		return EDOC_OK;
	}
	return ed_yaml_fail(value, r->where, r->err, "a severity is one of error, warning, info");
}

static enum edoc_code read_severity(struct reading *r, const struct ed_yaml *root)
{
	const struct ed_yaml *map = ed_yaml_get(root, "severity");
	enum edoc_code rc = EDOC_OK;

	if (!map)
		return EDOC_OK;
	if (map->kind != ED_YAML_MAP)
		return ed_yaml_fail(map, r->where, r->err,
		                    "\"severity\" must be a map of findings' codes");
	r->policy->weights =
	        ed_arena_alloc(r->policy->arena, (map->n + 1) * sizeof(*r->policy->weights));
	if (!r->policy->weights)
		return ed_fail_memory(r->err);
	for (size_t i = 0; rc == EDOC_OK && i < map->n; i++)
		rc = read_weight(r, map->keys[i], map->items[i]);
	return rc;
}

/* Who issued it, which standard it encodes, when: required, for people. */
static enum edoc_code read_origin(struct reading *r, const struct ed_yaml *root)
{
	static const char *const keys[] = {"name", "title", "issued-by", "basis", "date"};
	const char *text = NULL;
	struct ed_date date;
	enum edoc_code rc = EDOC_OK;

	for (size_t i = 0; rc == EDOC_OK && i < 5; i++) {
		rc = ed_yaml_text(root, r->where, keys[i], true, &text, r->err);
		if (rc == EDOC_OK && i == 0)
			r->policy->name = text;
	}
	if (rc == EDOC_OK && !ed_date_parse(text, &date))
		return ed_yaml_fail(ed_yaml_get(root, "date"), r->where, r->err,
		                    "\"date\" is the day it was issued, YYYY-MM-DD");
	return rc;
}

static enum edoc_code read_format(struct reading *r, const struct ed_yaml *root)
{
	const char *format = NULL;
	enum edoc_code rc = EDOC_OK;

	if (root->kind != ED_YAML_MAP)
		return ed_yaml_fail(root, r->where, r->err,
		                    "a policy is a map that begins with \"format: edoc-policy/1\"");
	rc = ed_yaml_text(root, r->where, "format", true, &format, r->err);
	if (rc != EDOC_OK || !strcmp(format, "edoc-policy/1"))
		return rc;
	(void)ed_yaml_fail(ed_yaml_get(root, "format"), r->where, r->err,
	                   "the format is \"%.40s\"; this version reads edoc-policy/1", format);
	rc = strncmp(format, "edoc-policy/", 12) ? EDOC_ERR_INPUT : EDOC_ERR_VERSION;
	if (r->err)
		r->err->code = rc;
	return rc;
}

static enum edoc_code read_root(struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {
	        "format",      "name",    "title",   "issued-by",       "basis",
	        "date",        "digests", "keys",    "schemes",         "revocation",
	        "time-stamps", "require", "formats", "clock-tolerance", "law",
	        "severity",    NULL};
	enum edoc_code rc = read_format(r, root);

	if (rc == EDOC_OK)
		rc = ed_yaml_only(root, r->where, known, r->err);
	if (rc == EDOC_OK)
		rc = read_origin(r, root);
	if (rc == EDOC_OK)
		rc = read_digests(r, root);
	if (rc == EDOC_OK)
		rc = read_keys(r, root);
	if (rc == EDOC_OK)
		rc = read_schemes(r, root);
	if (rc == EDOC_OK)
		rc = read_revocation(r, root);
	if (rc == EDOC_OK)
		rc = read_stamps(r, root);
	if (rc == EDOC_OK)
		rc = read_require(r, root);
	if (rc == EDOC_OK)
		rc = read_formats(r, root);
	if (rc == EDOC_OK)
		rc = read_rest(r, root);
	if (rc == EDOC_OK)
		rc = read_severity(r, root);
	return rc;
}

static enum edoc_code parse(const void *bytes, size_t len, const char *where,
                            struct edoc_policy *policy, struct edoc_error *err)
{
	struct reading r = {policy, where, err};
	unsigned char value[ED_HASH_MAX];
	struct ed_yaml *root;
	enum edoc_code rc;

	for (size_t i = 0; i < ED_N_HASHES; i++)
		policy->hash_until[i] = ED_TIME_NONE;
	policy->max_age = policy->delay = -1;
	policy->tolerance = ED_CLOCK_SKEW;
	if (!ed_hash_bytes(ED_SHA256, bytes, len, value))
		return ed_fail(err, EDOC_ERR_BUG, where, "SHA-256 cannot be computed");
	ed_hex(policy->sha256, value, 32);
	rc = ed_yaml_parse(bytes, len, where, policy->arena, &root, err);
	return rc == EDOC_OK ? read_root(&r, root) : rc;
}

static enum edoc_code policy_new(const void *bytes, size_t len, const char *where,
                                 struct edoc_policy **p_policy, struct edoc_error *err)
{
	struct edoc_policy *policy = calloc(1, sizeof(*policy));
	enum edoc_code rc = EDOC_ERR_MEMORY;

	*p_policy = NULL;
	if (policy)
		policy->arena = ed_arena_new();
	if (!policy || !policy->arena)
		(void)ed_fail_memory(err);
	else
		rc = parse(bytes, len, where, policy, err);
	if (rc == EDOC_OK)
		*p_policy = policy;
	else
		edoc_policy_free(policy);
	return rc;
}

#define FOLDER "policies/"
#define END ".yaml"

/* "strict" of "policies/strict.yaml"; 0: something else is embedded there. */
static size_t builtin_name(const struct ed_embedded *e, const char **name)
{
	size_t len = strlen(e->name);

	if (strncmp(e->name, FOLDER, strlen(FOLDER)) != 0 || len <= strlen(FOLDER) + strlen(END))
		return 0;
	*name = e->name + strlen(FOLDER);
	return len - strlen(FOLDER) - strlen(END);
}

enum edoc_code edoc_policy_builtin(const char *name, struct edoc_policy **policy,
                                   struct edoc_error *err)
{
	const char *its;

	*policy = NULL;
	for (const struct ed_embedded *e = ed_embedded_table; e->name; e++) {
		size_t len = builtin_name(e, &its);

		if (len && len == strlen(name) && !memcmp(its, name, len))
			return policy_new(e->bytes, e->len, e->name, policy, err);
	}
	return ed_fail(err, EDOC_ERR_ABSENT, name, "no built-in policy has this name");
}

const char *edoc_policy_builtin_name(size_t i)
{
	static const char *const names[] = {"strict", "eu", "uz", "tj", "archive"};

	return i < sizeof(names) / sizeof(*names) ? names[i] : NULL;
}

enum edoc_code edoc_policy_strict(struct edoc_policy **policy, struct edoc_error *err)
{
	return edoc_policy_builtin("strict", policy, err);
}

enum edoc_code edoc_policy_load(const char *path, struct edoc_policy **policy,
                                struct edoc_error *err)
{
	struct ed_buf bytes;
	enum edoc_code rc;

	*policy = NULL;
	ed_buf_init(&bytes, ED_MAX_YAML_BYTES);
	rc = ed_read_path(path, &bytes, err);
	if (rc == EDOC_OK)
		rc = policy_new(bytes.data, bytes.len, path, policy, err);
	ed_buf_clear(&bytes);
	return rc;
}

void edoc_policy_free(struct edoc_policy *policy)
{
	if (!policy)
		return;
	ed_arena_free(policy->arena);
	free(policy);
}

const char *edoc_policy_name(const struct edoc_policy *policy)
{
	return policy->name;
}

const char *ed_policy_sha256(const struct edoc_policy *policy)
{
	return policy->sha256;
}

/* ---- asking ------------------------------------------------------------------- */

bool ed_level_by_name(const char *name, enum ed_level *level)
{
	for (size_t i = 0; level_words[i]; i++) {
		if (!strcmp(name, level_words[i])) {
			*level = (enum ed_level)i;
			return true;
		}
	}
	return false;
}

const char *ed_level_name(enum ed_level level)
{
	return level_words[level];
}

const char *ed_ask_name(enum ed_ask ask)
{
	return ask_words[ask];
}

const char *ed_about_name(enum ed_about role)
{
	return about_words[role];
}

int64_t ed_policy_hash_until(const struct edoc_policy *policy, enum ed_hash hash)
{
	bool known = hash > ED_HASH_NONE && hash < ED_N_HASHES;
	int64_t until = known ? policy->hash_until[hash] : ED_TIME_NONE;
	int64_t with_key = ED_TIME_NONE;

	/* Ed448 goes with it and no other (RFC 8032 5.2, RFC 8419 3.1): who accepts
	 * these keys accepts that. */
	if (hash == ED_SHAKE256)
		with_key = ed_policy_key_until(policy, ED_KEY_ED448, 0);
	return until > with_key ? until : with_key;
}

int64_t ed_policy_scheme_until(const struct edoc_policy *policy, enum ed_sig_kind kind)
{
	return kind > ED_SIG_NONE && kind < ED_N_SCHEMES ? policy->scheme_until[kind]
	                                                 : ED_TIME_NONE;
}

/* OTHER never is: what a key calls itself does not say what it is (CVE-2020-0601). */
int64_t ed_policy_key_until(const struct edoc_policy *policy, enum ed_key_type type, int bits)
{
	int64_t until = ED_TIME_NONE;

	for (size_t i = 0; type != ED_KEY_OTHER && i < policy->n_keys; i++) {
		const struct ed_policy_key *key = &policy->keys[i];

		if (key->type == type && bits >= key->bits && key->until > until)
			until = key->until;
	}
	return until;
}

/* never: the code where it was never accepted; ended: where it was once. */
static void find_end(int64_t until, int64_t t, const char *never, const char *ended,
                     const char *where, const char *a0, const char *a1,
                     struct ed_findings *findings)
{
	char day[ED_TIME_STR];

	if (t < until)
		return;
	if (until == ED_TIME_NONE) {
		ed_finding(findings, never, where, a0, a1, NULL);
		return;
	}
	ed_date_format(day, ed_date_of(until / 86400 - 1));
	ed_finding(findings, ended, where, a0, a1 ? a1 : day, a1 ? day : NULL);
}

void ed_policy_hash(const struct edoc_policy *policy, enum ed_hash hash, int64_t t,
                    const char *where, struct ed_findings *findings)
{
	find_end(ed_policy_hash_until(policy, hash), t, "algorithm.digest",
	         "algorithm.digest-ended", where, ed_hash_name(hash), NULL, findings);
}

void ed_policy_scheme(const struct edoc_policy *policy, const struct ed_sigalg *alg, int64_t t,
                      const char *where, struct ed_findings *findings)
{
	char text[ED_SIGALG_TEXT];

	ed_sigalg_text(alg, text);
	find_end(ed_policy_scheme_until(policy, alg->kind), t, "algorithm.scheme",
	         "algorithm.scheme-ended", where, text, NULL, findings);
}

void ed_policy_key(const struct edoc_policy *policy, const EVP_PKEY *key, int64_t t,
                   const char *where, struct ed_findings *findings)
{
	char text[ED_PKEY_TEXT];

	ed_pkey_text(key, text);
	find_end(ed_policy_key_until(policy, ed_pkey_type(key), ed_pkey_bits(key)), t,
	         "algorithm.key", "algorithm.key-ended", where, text, NULL, findings);
}

void ed_policy_link(const struct edoc_policy *policy, const struct ed_chain *chain, size_t i,
                    int64_t t, const char *where, struct ed_findings *findings)
{
	const struct ed_chain_link *link = &chain->links[i];
	bool anchor = chain->trusted && i + 1 == chain->n;

	/* An anchor's own signature proves nothing and is not judged. */
	if (!anchor)
		find_end(ed_policy_hash_until(policy, link->signed_with), t,
		         "algorithm.certificate", "algorithm.certificate-ended", where,
		         chain->subjects[i], ed_hash_name(link->signed_with), findings);
	if (i > 0)
		find_end(ed_policy_key_until(policy, link->key, link->bits), t,
		         "algorithm.certificate", "algorithm.certificate-ended", where,
		         chain->subjects[i], link->key_text, findings);
}

enum edoc_severity ed_policy_severity(const struct edoc_policy *policy, const char *code,
                                      enum edoc_severity otherwise)
{
	for (size_t i = 0; i < policy->n_weights; i++) {
		if (!strcmp(policy->weights[i].code, code))
			return policy->weights[i].severity;
	}
	return otherwise;
}
