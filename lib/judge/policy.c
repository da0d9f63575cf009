/* SPDX-License-Identifier: ISC */
#include "judge/policy.h"

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

struct weight {
	const char *code;
	enum edoc_severity severity;
};

struct edoc_policy {
	struct ed_arena *arena;
	const char *name;
	char sha256[65];
	int64_t hash_until[ED_N_HASHES]; /* accepted before; ED_TIME_NONE: never */
	int rsa_min;
	bool curves[ED_N_KEYS];
	struct weight *weights;
	size_t n_weights;
};

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

static enum edoc_code read_digest(struct reading *r, const struct ed_yaml *item)
{
	static const char *const known[] = {"name", "until", NULL};
	const struct ed_yaml *name = item, *until = NULL;
	int64_t end = INT64_MAX;
	enum ed_hash hash = ED_HASH_NONE;
	enum edoc_code rc;

	if (item->kind == ED_YAML_MAP) {
		rc = ed_yaml_only(item, r->where, known, r->err);
		if (rc != EDOC_OK)
			return rc;
		name = ed_yaml_get(item, "name");
		until = ed_yaml_get(item, "until");
	}
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
	rc = until ? read_until(r, until, &end) : EDOC_OK;
	r->policy->hash_until[hash] = end;
	return rc;
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
	size_t n = sizeof(curves) / sizeof(*curves);

	for (size_t i = 0; item->kind == ED_YAML_SCALAR && i < n; i++) {
		if (strcmp(item->text, curves[i].name) != 0)
			continue;
		if (r->policy->curves[curves[i].type])
			return ed_yaml_fail(item, r->where, r->err, "%s stands twice", item->text);
		r->policy->curves[curves[i].type] = true;
		return EDOC_OK;
	}
	return ed_yaml_fail(item, r->where, r->err,
	                    "a curve is one of P-256 P-384 P-521 "
	                    "brainpoolP256r1 brainpoolP384r1 brainpoolP512r1 Ed25519 Ed448");
}

static enum edoc_code read_keys(struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {"rsa-min", "curves", NULL};
	const struct ed_yaml *keys = ed_yaml_get(root, "keys"), *list;
	enum edoc_code rc;
	int64_t rsa_min = 0;

	if (!keys || keys->kind != ED_YAML_MAP)
		return ed_yaml_fail(keys ? keys : root, r->where, r->err,
		                    "\"keys\" must be a map of rsa-min and curves");
	rc = ed_yaml_only(keys, r->where, known, r->err);
	if (rc == EDOC_OK)
		rc = ed_yaml_integer(keys, r->where, "rsa-min", MIN_RSA, MAX_RSA, &rsa_min, NULL,
		                     r->err);
	if (rc == EDOC_OK)
		rc = list_of(r, keys, "curves", &list);
	for (size_t i = 0; rc == EDOC_OK && i < list->n; i++)
		rc = read_curve(r, list->items[i]);
	r->policy->rsa_min = (int)rsa_min;
	return rc;
}

/* What is an error of form or of arithmetic stays one under every policy, and
 * no policy makes a signer out of nobody or a signature out of nothing. */
static bool may_weigh(const struct ed_rule *rule)
{
	static const char *const fixed[] = {"internal.",
	                                    "chain.not-found",
	                                    "chain.signature",
	                                    "chain.constraints",
	                                    "key-usage.",
	                                    "signature.none",
	                                    "signature.certificate-",
	                                    "signature.form-",
	                                    "reference.none",
	                                    "signature.repeated",
	                                    "container.no-documents"};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
		if (!strncmp(rule->code, fixed[i], strlen(fixed[i])))
			return false;
	return rule->indication != EDOC_TOTAL_FAILED;
}

static enum edoc_code read_weight(struct reading *r, const struct ed_yaml *key,
                                  const struct ed_yaml *value)
{
	static const char *const names[] = {"info", "warning", "error"};
	const struct ed_rule *rule = ed_rule(key->text);
	struct weight *weight = &r->policy->weights[r->policy->n_weights];

	if (!rule)
		return ed_yaml_fail(key, r->where, r->err,
		                    "no finding is called \"%s\" "
		                    "(edoc-report(5) lists them)",
		                    key->text);
	for (int i = 0; value->kind == ED_YAML_SCALAR && i < 3; i++) {
		if (strcmp(value->text, names[i]) != 0)
			continue;
		if (i != EDOC_ERROR && !may_weigh(rule))
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
	static const char *const known[] = {"format", "name",    "title", "issued-by", "basis",
	                                    "date",   "digests", "keys",  "severity",  NULL};
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
	static const char *const names[] = {"strict"};

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

static bool hash_accepted(const struct edoc_policy *policy, enum ed_hash hash, int64_t t)
{
	return hash > ED_HASH_NONE && hash < ED_N_HASHES && t < policy->hash_until[hash];
}

static bool key_accepted(const struct edoc_policy *policy, enum ed_key_type type, int bits)
{
	if (type == ED_KEY_RSA)
		return bits >= policy->rsa_min;
	return policy->curves[type]; /* OTHER never is */
}

void ed_policy_hash(const struct edoc_policy *policy, enum ed_hash hash, int64_t t,
                    const char *where, struct ed_findings *findings)
{
	if (!hash_accepted(policy, hash, t))
		ed_finding(findings, "algorithm.digest", where, ed_hash_name(hash), NULL, NULL);
}

/* Policies of this format give keys no last day, so t is not looked at. */
void ed_policy_key(const struct edoc_policy *policy, const EVP_PKEY *key, int64_t t,
                   const char *where, struct ed_findings *findings)
{
	char text[ED_PKEY_TEXT];

	(void)t;
	if (key_accepted(policy, ed_pkey_type(key), ed_pkey_bits(key)))
		return;
	ed_pkey_text(key, text);
	ed_finding(findings, "algorithm.key", where, text, NULL, NULL);
}

void ed_policy_chain(const struct edoc_policy *policy, const struct ed_chain *chain, int64_t t,
                     const char *where, struct ed_findings *findings)
{
	for (size_t i = 0; i < chain->n; i++) {
		const struct ed_chain_link *link = &chain->links[i];
		bool anchor = chain->trusted && i + 1 == chain->n;

		/* An anchor's own signature proves nothing and is not judged. */
		if (!anchor && !hash_accepted(policy, link->signed_with, t))
			ed_finding(findings, "algorithm.certificate", where, chain->subjects[i],
			           ed_hash_name(link->signed_with), NULL);
		if (i > 0 && !key_accepted(policy, link->key, link->bits))
			ed_finding(findings, "algorithm.certificate", where, chain->subjects[i],
			           link->key_text, NULL);
	}
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
