/* SPDX-License-Identifier: ISC */
/*
 * NIST PKITS: 249 paths with the verdict they must get, through our own path
 * building, path validation and CRLs.  They are not ours to copy: without
 * ../shared/corpora/pkits this is skipped.
 */
#include "../tap.h"

#include <jansson.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "trust/revocation.h"
#include "trust/chain.h"

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

#define MAX_ASKED 4

struct judging {
	struct ed_pool *pool;
	const struct ed_path_inputs *inputs;
	int64_t at;
	const char *why;                        /* the last reason to say no */
	const struct ed_cert *asked[MAX_ASKED]; /* whose chains are being looked at */
};

static bool chain_holds(struct judging *j, struct ed_cert *leaf, unsigned depth);

/* Who signs the CRL that speaks for himself is asked once. */
static bool signer_holds(struct judging *j, struct ed_cert *signer, unsigned depth)
{
	for (unsigned i = 0; i <= depth; i++) {
		if (!memcmp(j->asked[i]->sha256, signer->sha256, 32))
			return true;
	}
	return chain_holds(j, signer, depth + 1);
}

/* Good at that time, says somebody who may be asked. */
static bool not_revoked(struct judging *j, struct ed_cert *cert, struct ed_cert *issuer,
                        unsigned depth)
{
	const struct ed_revocations *answers;
	struct edoc_error err;
	bool good = false;

	if (ed_revocation_about(j->pool, cert, issuer, "", &answers, &err) != EDOC_OK)
		return false;
	j->why = answers->findings.n ? answers->findings.v[0].code : "no CRL";
	for (size_t i = 0; i < answers->n; i++) {
		const struct ed_revocation *r = &answers->v[i];

		if (r->this_update > j->at ||
		    (r->next_update != ED_TIME_NONE && r->next_update < j->at)) {
			j->why = "a CRL of another time";
			continue;
		}
		if (!r->signer_is_issuer && !signer_holds(j, r->signer, depth))
			continue;
		if (good && r->reason == 6)
			continue; /* the newest say that the hold is over */
		if (r->status == ED_REV_REVOKED && r->revoked_at <= j->at) {
			j->why = "revoked";
			return false;
		}
		good = true;
	}
	return good;
}

static bool one_holds(struct judging *j, const struct ed_chain *chain, unsigned depth)
{
	struct ed_findings f;

	ed_findings_init(&f, chain->findings.arena);
	if (!chain->trusted) {
		j->why = chain->findings.v[0].args[1] ? chain->findings.v[0].args[1]
		                                      : chain->findings.v[0].code;
		return false;
	}
	if (!ed_chain_at(chain, j->at, "", &f)) {
		j->why = f.v[0].code;
		return false;
	}
	for (size_t i = 0; i + 1 < chain->n; i++) {
		if (!not_revoked(j, chain->certs[i], chain->certs[i + 1], depth))
			return false;
	}
	return true;
}

static bool chain_holds(struct judging *j, struct ed_cert *leaf, unsigned depth)
{
	const struct ed_chains *chains;
	struct edoc_error err;

	j->why = "too deep";
	if (depth == MAX_ASKED)
		return false;
	j->asked[depth] = leaf;
	if (ed_chains_build(j->pool, leaf, EDOC_FOR_SIGN, depth ? NULL : j->inputs, "leaf", &chains,
	                    &err) != EDOC_OK) {
		j->why = "an error";
		return false;
	}
	for (size_t i = 0; i < chains->n; i++) {
		if (one_holds(j, &chains->v[i], depth))
			return true;
	}
	return false;
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

static bool judge(json_t *item, struct edoc_memo *memo, const char **why)
{
	json_t *certs = json_object_get(item, "certs"), *crls = json_object_get(item, "crls");
	const char *time = json_string_value(json_object_get(item, "time"));
	struct ed_arena *arena = ed_arena_new();
	const char *policies[8];
	char text[7][40];
	struct ed_path_inputs inputs = {
	        .explicit_policy = json_is_true(json_object_get(item, "explicit")),
	        .inhibit_mapping = json_is_true(json_object_get(item, "inhibit_map")),
	        .inhibit_any = json_is_true(json_object_get(item, "inhibit_any")),
	};
	struct judging j = {.inputs = &inputs};
	size_t blob = 0, first = 0, leaf = 0;
	struct ed_material material;
	struct edoc_trust *trust;
	struct edoc_error err = {0};
	bool holds = false;

	read_policies(item, policies, text);
	inputs.policies = policies[0] ? policies : NULL;
	ed_material_init(&material, arena);
	material.memo = memo;
	for (size_t i = 0; i < json_array_size(certs); i++) {
		add_file(&material, ED_CERT, "certs", json_string_value(json_array_get(certs, i)),
		         "crt", &blob);
		if (i == 0)
			first = blob;
		leaf = blob;
	}
	for (size_t i = 0; i < json_array_size(crls); i++)
		add_file(&material, ED_CRL, "crls", json_string_value(json_array_get(crls, i)),
		         "crl", &blob);
	trust = anchor_of(&material, first);
	if (!ed_time_parse(time, &j.at))
		ok(false, "time %s", time);
	if (ed_pool_new(&material, trust, arena, &j.pool, &err) == EDOC_OK) {
		struct ed_cert *cert = ed_pool_cert(j.pool, material.v[leaf].sha256);

		holds = cert && chain_holds(&j, cert, 0);
		if (!cert)
			j.why = "no certificate";
	}
	*why = holds ? "" : j.why;
	ed_pool_free(j.pool);
	edoc_trust_free(trust);
	*why = strdup(*why);
	ed_arena_free(arena);
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
		bool got = judge(item, NULL, &why);

		n++;
		right += got == want;
		unsafe += got && !want;
		if (got != want)
			printf("# %s %s: %s (%s)%s%s\n", id, name, got ? "accepted" : "refused",
			       why, miss ? ", as is known: " : "", miss ? miss : "");
		ok(miss ? !got && want : got == want, "%s %s", id, name);
		other += judge(item, memo, &again) != got || strcmp(why, again) != 0;
		free((char *)why);
		free((char *)again);
	}
	is_int((int64_t)n, 249, "249 cases");
	is_int((int64_t)unsafe, 0, "none is accepted that must be refused");
	ok(right >= 246, "%zu of 249 are right", right);
	is_int((int64_t)other, 0, "all come out the same with what a batch remembers");
	edoc_memo_free(memo);
	json_decref(cases);
	return done();
}
