/* SPDX-License-Identifier: ISC */
/*
 * RFC 5280 6.1 for one path whose signatures verify, but for dates and
 * revocation.  Of the anchor only its limits count (RFC 5937 3.2): it is what
 * the user says it is.
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/err.h"
#include "base/limits.h"
#include "trust/inside.h"

static const char *reason(int trouble)
{
	return X509_verify_cert_error_string(trouble);
}

/* ---- each certificate by itself --------------------------------------------- */

/* An unknown critical extension (4.2).  libcrypto counts qcStatements among them
 * (RFC 3739 3.2.6 allows it to be critical): what it says only adds facts. */
static bool unknown_critical(const X509 *x509)
{
	for (int i = 0; i < X509_get_ext_count(x509); i++) {
		X509_EXTENSION *ext = X509_get_ext(x509, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(ext));

		if (!X509_EXTENSION_get_critical(ext) || nid == NID_qcStatements)
			continue;
		if (nid == NID_sbgp_ipAddrBlock || nid == NID_sbgp_autonomousSysNum)
			return true; /* RFC 3779 is not looked at here */
		if (!X509_supported_extension(ext))
			return true;
	}
	return false;
}

static bool twice(const X509 *x509) /* 4.2: not more than one instance of one */
{
	for (int i = 0; i < X509_get_ext_count(x509); i++) {
		const ASN1_OBJECT *oid = X509_EXTENSION_get_object(X509_get_ext(x509, i));

		if (X509_get_ext_by_OBJ(x509, oid, i) >= 0)
			return true;
	}
	return false;
}

static const char *check_one(const struct ed_cert *cert, bool anchor)
{
	uint32_t flags = X509_get_extension_flags(cert->x509);

	if (cert->explicit_curve)
		return reason(X509_V_ERR_EC_KEY_EXPLICIT_PARAMS);
	if (cert->sham_exponent)
		return N_("with its RSA exponent anybody can write its signatures (FIPS 186-4 "
		          "B.3.1)");
	if (cert->key_bits > ED_MAX_RSA_BITS)
		return N_("its key is larger than 16384 bits");
	if (anchor)
		return NULL;
	if (flags & EXFLAG_INVALID || twice(cert->x509))
		return reason(X509_V_ERR_INVALID_EXTENSION);
	if (flags & EXFLAG_PROXY)
		return reason(X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED);
	if (flags & EXFLAG_CRITICAL && unknown_critical(cert->x509))
		return reason(X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION);
	return NULL;
}

/* 6.1.4 (k), (n).  An anchor that says what it may do is held to it. */
static const char *check_issuer(const struct ed_cert *cert, bool anchor)
{
	if (!anchor && !cert->is_ca)
		return reason(X509_V_ERR_INVALID_CA);
	if (cert->has_key_usage && !(cert->key_usage & X509v3_KU_KEY_CERT_SIGN))
		return reason(X509_V_ERR_KEYUSAGE_NO_CERTSIGN);
	return NULL;
}

/* ---- limits that one certificate sets to those below -------------------------- */

/* 6.1.4 (l), (m): self-issued certificates between do not count. */
static const char *check_length(struct ed_cert *const *certs, size_t n, size_t *depth)
{
	for (size_t i = n; i-- > 1;) {
		int between = 0;

		for (size_t k = i - 1; k >= 1; k--)
			between += !certs[k]->self_issued;
		if (certs[i]->path_length >= 0 && between > certs[i]->path_length) {
			*depth = i;
			return reason(X509_V_ERR_PATH_LENGTH_EXCEEDED);
		}
	}
	return NULL;
}

/* The names of everybody below certs[i]: 6.1.3 (b), (c). */
static const char *apply_names(struct ed_cert *const *certs, size_t i, NAME_CONSTRAINTS *names,
                               size_t *depth)
{
	for (size_t k = i; k-- > 0;) {
		int r;

		if (k > 0 && certs[k]->self_issued)
			continue;
		r = NAME_CONSTRAINTS_check(certs[k]->x509, names);
		if (r != X509_V_OK) {
			*depth = k;
			return reason(r);
		}
	}
	return NULL;
}

static const char *check_names(struct ed_cert *const *certs, size_t n, size_t *depth)
{
	for (size_t i = n; i-- > 1;) {
		NAME_CONSTRAINTS *names;
		const char *trouble;
		int critical;

		if (X509_get_ext_by_NID(certs[i]->x509, NID_name_constraints, -1) < 0)
			continue;
		*depth = i;
		names = X509_get_ext_d2i(certs[i]->x509, NID_name_constraints, &critical, NULL);
		if (!names)
			return reason(X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX);
		trouble = apply_names(certs, i, names, depth);
		NAME_CONSTRAINTS_free(names);
		if (trouble)
			return trouble;
	}
	return NULL;
}

/* ---- policies: 6.1.2 (d) to (f), 6.1.3 (d) to (f), 6.1.4 (a), (b), 6.1.5 ---- */

static STACK_OF(ASN1_OBJECT) *wanted_policies(const char *const *policies)
{
	static const char *const any[] = {"2.5.29.32.0", NULL};
	STACK_OF(ASN1_OBJECT) *stack = sk_ASN1_OBJECT_new_null();

	if (!policies)
		policies = any;
	for (; stack && *policies; policies++) {
		ASN1_OBJECT *oid = OBJ_txt2obj(*policies, 1);

		if (oid && sk_ASN1_OBJECT_push(stack, oid))
			continue;
		ASN1_OBJECT_free(oid);
		sk_ASN1_OBJECT_pop_free(stack, ASN1_OBJECT_free);
		stack = NULL;
	}
	return stack;
}

static const char *run_policies(STACK_OF(X509) *chain, const struct ed_path_inputs *inputs)
{
	STACK_OF(ASN1_OBJECT) *wanted = wanted_policies(inputs ? inputs->policies : NULL);
	X509_POLICY_TREE *tree = NULL;
	unsigned flags = 0;
	int explicit, r;

	if (!wanted)
		return reason(X509_V_ERR_OUT_OF_MEM);
	if (inputs)
		flags = (inputs->explicit_policy ? X509_V_FLAG_EXPLICIT_POLICY : 0) |
		        (inputs->inhibit_mapping ? X509_V_FLAG_INHIBIT_MAP : 0) |
		        (inputs->inhibit_any ? X509_V_FLAG_INHIBIT_ANY : 0);
	r = X509_policy_check(&tree, &explicit, chain, wanted, flags);
	X509_policy_tree_free(tree);
	sk_ASN1_OBJECT_pop_free(wanted, ASN1_OBJECT_free);
	switch (r) {
	case X509_PCY_TREE_VALID:
		return NULL;
	case X509_PCY_TREE_FAILURE:
		return reason(X509_V_ERR_NO_EXPLICIT_POLICY);
	case X509_PCY_TREE_INVALID:
		return reason(X509_V_ERR_INVALID_POLICY_EXTENSION);
	default: /* no memory, or a tree that grows too large (CVE-2023-0464) */
		return reason(X509_V_ERR_UNSPECIFIED);
	}
}

static const char *check_policies(struct ed_cert *const *certs, size_t n,
                                  const struct ed_path_inputs *inputs)
{
	STACK_OF(X509) *chain;
	const char *trouble;

	if (n < 2)
		return NULL; /* an anchor alone */
	chain = sk_X509_new_reserve(NULL, (int)n);
	if (!chain)
		return reason(X509_V_ERR_OUT_OF_MEM);
	for (size_t i = 0; i < n; i++)
		(void)sk_X509_push(chain, certs[i]->x509); /* has room */
	trouble = run_policies(chain, inputs);
	sk_X509_free(chain);
	return trouble;
}

const char *ed_path_check(struct ed_cert *const *certs, size_t n,
                          const struct ed_path_inputs *inputs, size_t *depth)
{
	OSSL_LIB_CTX *old = ed_crypto_enter();
	const char *trouble = NULL;

	for (size_t i = n; !trouble && i-- > 0;) {
		*depth = i;
		trouble = check_one(certs[i], i == n - 1);
		if (!trouble && i > 0)
			trouble = check_issuer(certs[i], i == n - 1);
	}
	if (!trouble)
		trouble = check_length(certs, n, depth);
	if (!trouble)
		trouble = check_names(certs, n, depth);
	if (!trouble) {
		*depth = 0;
		trouble = check_policies(certs, n, inputs);
	}
	ed_crypto_leave(old);
	return trouble;
}
