/* SPDX-License-Identifier: ISC */
/*
 * NIST PKITS: 249 paths with the verdict they must get, through what judges a
 * signer's certificate (ed_x509_validate): path building, path validation, CRLs.  They are not ours
 * to copy: without
 * ../shared/corpora/pkits this is skipped.
 */
#include "../tap.h"

#include <jansson.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "judge/rules.h"
#include "judge/validate.h"

/* Cases whose verdict is not PKITS's, and why. */
static const struct {
	const char *id, *why;
} misses[] = {
        {"4.1.5", "OpenSSL 3 loads no DSA key that inherits its parameters (RFC 3279 2.3.2)"},
};

static char root[4096];

static void add_file(struct ed_material *m, enum ed_material_kind kind, const char *dir,
                     const char *name, const char *suffix, size_t *blob)
{
	struct edoc_error err = {0};
	struct ed_buf bytes;
	char path[8192];

	snprintf(path, sizeof(path), "%s/%s/%s.%s", root, dir, name, suffix);
	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	if (ed_read_path(path, &bytes, &err) != EDOC_OK ||
	    ed_material_add(m, kind, bytes.data, bytes.len, name, blob, &err) != EDOC_OK)
		ok(false, "%s: %s", path, err.msg);
	ed_buf_clear(&bytes);
}

/* Every algorithm that PKITS uses (DSA too), and an answer about everybody:
 * what is asked here is RFC 5280, not whom one believes today. */
static struct edoc_policy *any_algorithm(void)
{
	static struct ed_policy_key keys[] = {{ED_KEY_RSA, 0, INT64_MAX},
	                                      {ED_KEY_DSA, 0, INT64_MAX}};
	struct edoc_policy *policy = NULL;
	struct edoc_error err = {0};

	if (!is_ok(edoc_policy_builtin("strict", &policy, &err), &err, "a policy"))
		exit(1);
	for (size_t i = 0; i < ED_N_HASHES; i++)
		policy->hash_until[i] = INT64_MAX;
	policy->keys = keys;
	policy->n_keys = sizeof(keys) / sizeof(keys[0]);
	for (size_t i = 0; i < ED_N_ABOUT; i++)
		policy->ask[i] = ED_ASK_ALWAYS;
	return policy;
}

static struct edoc_trust *anchor_of(const struct ed_material *m, size_t blob)
{
	struct edoc_trust *trust = NULL;
	struct edoc_error err = {0};

	if (edoc_trust_new(&trust, &err) != EDOC_OK ||
	    edoc_trust_add_memory(trust, m->v[blob].p, m->v[blob].len, EDOC_FOR_SIGN, &err) !=
	            EDOC_OK)
		ok(false, "anchor: %s", err.msg);
	return trust;
}

/* "NIST-test-policy-3" is 2.16.840.1.101.3.2.1.48.3. */
static void read_policies(json_t *item, const char *v[8], char text[7][40])
{
	const char *s = json_string_value(json_object_get(item, "initial_policy_set"));
	size_t n = 0;

	while (s && n < 7 && (s = strstr(s, "NIST-test-policy-"))) {
		s += strlen("NIST-test-policy-");
		snprintf(text[n], 40, "2.16.840.1.101.3.2.1.48.%d", atoi(s));
		v[n] = text[n];
		n++;
	}
	v[n] = NULL;
}

/* EN 319 102-1 5.2.6 as the judge does it, at the moment of the case. */
static bool judge_leaf(struct ed_item *item, const struct edoc_verify_options *options,
                       const struct ed_path_inputs *inputs, const struct ed_blob *blob,
                       const char **why)
{
	struct edoc_report report = {.arena = item->arena, .name = "leaf"};
	struct ed_judge j = {.item = item,
	                     .options = options,
	                     .policy = options->policy,
	                     .report = &report,
	                     .arena = item->arena,
	                     .now = options->at};
	struct ed_x509_task task = {.purpose = EDOC_FOR_SIGN,
	                            .where = "leaf",
	                            .at = options->at,
	                            .fresh_at = options->at,
	                            .inputs = inputs};
	struct ed_findings findings;
	struct ed_conclusion end = {EDOC_INDETERMINATE, NULL};
	struct edoc_error err = {0};
	struct ed_x509 x;

	ed_findings_init(&findings, item->arena);
	ed_findings_init(&report.findings, item->arena);
	ed_poe_init(&j.poe, item->arena, j.now);
	if (ed_cert_parse(blob->p, blob->len, "leaf", item->arena, &task.leaf, &err) == EDOC_OK &&
	    ed_pool_new(&item->material, options->trust, item->arena, &j.pool, &err) == EDOC_OK &&
	    ed_x509_validate(&j, &task, &x, &findings, &err) == EDOC_OK)
		end = ed_conclude(&j, &findings);
	else
		ok(false, "an error: %s", err.msg);
	*why = "";
	for (size_t i = 0; i < findings.n; i++) {
		const struct ed_rule *rule = ed_rule(findings.v[i].code);

		if (rule->severity != EDOC_INFO)
			*why = ed_arena_printf(item->arena, "%s %s", *why, rule->code);
	}
	ed_pool_free(j.pool);
	ed_cert_clear(task.leaf);
	return end.indication == EDOC_TOTAL_PASSED;
}

static bool judge(json_t *pkits, const struct edoc_policy *policy, struct edoc_memo *memo,
                  const char **why)
{
	json_t *certs = json_object_get(pkits, "certs"), *crls = json_object_get(pkits, "crls");
	const char *time = json_string_value(json_object_get(pkits, "time"));
	struct ed_item item = {.arena = ed_arena_new(), .name = "leaf"};
	const char *policies[8];
	char text[7][40];
	struct ed_path_inputs inputs = {
	        .explicit_policy = json_is_true(json_object_get(pkits, "explicit")),
	        .inhibit_mapping = json_is_true(json_object_get(pkits, "inhibit_map")),
	        .inhibit_any = json_is_true(json_object_get(pkits, "inhibit_any")),
	};
	struct edoc_verify_options options = {.policy = policy};
	size_t blob = 0, first = 0, leaf = 0;
	struct edoc_trust *trust;
	bool holds;

	read_policies(pkits, policies, text);
	inputs.policies = policies[0] ? policies : NULL;
	ed_material_init(&item.material, item.arena);
	item.material.memo = memo;
	for (size_t i = 0; i < json_array_size(certs); i++) {
		add_file(&item.material, ED_CERT, "certs",
		         json_string_value(json_array_get(certs, i)), "crt", &blob);
		if (i == 0)
			first = blob;
		leaf = blob;
	}
	for (size_t i = 0; i < json_array_size(crls); i++)
		add_file(&item.material, ED_CRL, "crls", json_string_value(json_array_get(crls, i)),
		         "crl", &blob);
	trust = anchor_of(&item.material, first);
	options.trust = trust;
	if (!ed_time_parse(time, &options.at))
		ok(false, "time %s", time);
	holds = judge_leaf(&item, &options, &inputs, &item.material.v[leaf], why);
	edoc_trust_free(trust);
	*why = strdup(*why);
	ed_arena_free(item.arena);
	return holds;
}

static const char *known_miss(const char *id)
{
	for (size_t i = 0; i < sizeof(misses) / sizeof(misses[0]); i++) {
		if (!strcmp(misses[i].id, id))
			return misses[i].why;
	}
	return NULL;
}

int main(void)
{
	const char *src = getenv("SRCDIR");
	struct edoc_policy *policy = any_algorithm();
	struct edoc_memo *memo = NULL;
	struct edoc_error err;
	size_t n = 0, right = 0, unsafe = 0, other = 0;
	char path[8192];
	json_t *cases;

	snprintf(root, sizeof(root), "%s/../shared/corpora/pkits", src ? src : ".");
	snprintf(path, sizeof(path), "%s/cases.json", root);
	cases = json_load_file(path, 0, NULL);
	if (!cases) {
		printf("ok 1 # SKIP 249 PKITS paths: no %s\n1..1\n", path);
		return 0;
	}
	is_ok(edoc_memo_new(&memo, &err), &err, "a memo");
	for (size_t i = 0; i < json_array_size(cases); i++) {
		json_t *item = json_array_get(cases, i);
		const char *id = json_string_value(json_object_get(item, "id"));
		const char *name = json_string_value(json_object_get(item, "name"));
		bool want = !strcmp(json_string_value(json_object_get(item, "expect")), "SUCCESS");
		const char *why, *again, *miss = known_miss(id);
		bool got = judge(item, policy, NULL, &why);

		n++;
		right += got == want;
		unsafe += got && !want;
		if (got != want)
			printf("# %s %s: %s (%s)%s%s\n", id, name, got ? "accepted" : "refused",
			       why, miss ? ", as is known: " : "", miss ? miss : "");
		ok(miss ? !got && want : got == want, "%s %s", id, name);
		other += judge(item, policy, memo, &again) != got || strcmp(why, again) != 0;
		free((char *)why);
		free((char *)again);
	}
	is_int((int64_t)n, 249, "249 cases");
	is_int((int64_t)unsafe, 0, "none is accepted that must be refused");
	ok(right >= 248, "%zu of 249 are right", right);
	is_int((int64_t)other, 0, "all come out the same with what a batch remembers");
	edoc_policy_free(policy);
	edoc_memo_free(memo);
	json_decref(cases);
	return done();
}
