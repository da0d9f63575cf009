/* SPDX-License-Identifier: ISC */
/*
 * EN 319 102-1: every sub-indication is reached by a signature that differs
 * from one that passes by one fact.  The arithmetic is taken as done; paths,
 * CRLs, OCSP answers are real.  Tnn, Rnn: the attack list of the project.
 */
#include "judge/validate.h"

#include "base/hex.h"
#include "base/time.h"
#include "judge/certificate.h"
#include "judgekit.h"

/* ---- 5.3 ---- */

static void basic(void)
{
	struct scene *s = begin(&signer);

	gives(s, SIGNED_AT + DAY, "PASSED", "a certificate that names no source needs no answer");
	gives(begin(&signer), LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "after its end");
	gives(begin(&signer), T2020 - DAY, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
	      "before its begin, and claimed in the future");
	gives(begin(NULL), SIGNED_AT + DAY, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND",
	      "without a certificate");
	gives(begin(&unfit), SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
	      "a certificate for something else");
	s = begin(&signer);
	edoc_trust_free(s->trust);
	is_ok(edoc_trust_new(&s->trust, NULL), NULL, "empty trust");
	s->options.trust = s->trust;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND", "nobody is trusted");
	s = begin(&signer);
	s->sig.claimed_time = SIGNED_AT + 2 * DAY;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "claimed in the future");
	s = begin(&signer);
	s->sig.claimed_time = SIGNED_AT + DAY + 60;
	gives(s, SIGNED_AT + DAY, "PASSED", "within the tolerance of clocks");
	s = begin(&signer);
	ed_finding(&s->sig.findings, "signature.value", "sig.xml", "x", NULL, NULL);
	s->sig.intact_signature = false;
	gives(s, SIGNED_AT + DAY, "FAILED/SIG_CRYPTO_FAILURE", "the value is not the key's");
	s = begin(&signer);
	ed_finding(&s->sig.findings, "reference.digest", "sig.xml", "x", NULL, NULL);
	s->sig.intact_data = false;
	gives(s, SIGNED_AT + DAY, "FAILED/HASH_FAILURE", "a document has changed");
	s = begin(&signer);
	ed_finding(&s->sig.findings, "reference.absent", "sig.xml", "x", NULL, NULL);
	s->sig.intact_data = false;
	gives(s, LATER, "INDETERMINATE/SIGNED_DATA_NOT_FOUND",
	      "5.3 5): arithmetic comes before the certificate");
	s = begin(&signer);
	ed_finding(&s->sig.findings, "signature.malformed", "sig.xml", "x", NULL, NULL);
	gives(s, SIGNED_AT + DAY, "FAILED/FORMAT_FAILURE", "the format");
	s = begin(&signer);
	ed_finding(&s->sig.findings, "signature.certificate-missing", "sig.xml", NULL, NULL, NULL);
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/NO_SIGNING_CERTIFICATE_FOUND", "the signer");
	s = begin(&signer);
	s->sig.intact_data = false;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE", "the arithmetic has the last word");
}

/* Chains that are wrong whatever the date, and an anchor of a trusted list. */
/* A scene whose signer is believed by a list, and whose time-stamp, if any, is of SIGNED_AT. */
static struct scene *listed(const struct ed_trust_service *service, bool proven)
{
	struct scene *s = begin(&signer);
	struct edoc_error err = {0};

	edoc_trust_free(s->trust);
	is_ok(edoc_trust_new(&s->trust, &err), &err, "trust");
	is_ok(ed_trust_add_service(s->trust, root.x, EDOC_FOR_SIGN, "list", service, &err), &err,
	      "a service");
	trust(s, &other, EDOC_FOR_TSA);
	s->options.trust = s->trust;
	if (proven)
		stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa_other);
	return s;
}

/* Believed when it is judged, and not when the signature is proven. */
static void begins_later(void)
{
	static const struct ed_trust_status later[] = {{T2020, "withdrawn", false, NULL},
	                                               {SIGNED_AT + DAY, "granted", true, NULL}};
	static const struct ed_trust_status gap[] = {{T2020, "granted", true, NULL},
	                                             {SIGNED_AT, "withdrawn", false, NULL},
	                                             {SIGNED_AT + DAY, "granted", true, NULL}};
	static const struct ed_trust_status just[] = {{SIGNED_AT + 60, "granted", true, NULL}};
	static const struct ed_trust_service services[] = {
	        {"Later", later, 2}, {"Gap", gap, 3}, {"Just", just, 1}};
	struct scene *s;

	for (size_t i = 0; i < 2; i++) {
		s = listed(&services[i], true);
		judge(s, SIGNED_AT + 2 * DAY);
		is_str(verdict(s, &s->report->signatures[0], s->text),
		       "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
		       "T10 granted only after what is proven");
		ok(has(s, "chain.granted-later"), "is told");
		end(s);
		gives(listed(&services[i], false), SIGNED_AT + 2 * DAY, "PASSED",
		      "nothing proves that it is older");
	}
	gives(listed(&services[2], true), SIGNED_AT + 2 * DAY, "PASSED", "granted at that moment");
	/* another anchor at that moment, of the same name and key */
	s = listed(&services[0], true);
	trust(s, &root, EDOC_FOR_SIGN);
	gives(s, SIGNED_AT + 2 * DAY, "PASSED", "believed otherwise");
}

/* A responder that a list believed, and does not any more. */
static void responders_listed(void)
{
	static const struct ed_trust_status statuses[] = {{T2020, "granted", true, NULL},
	                                                  {SIGNED_AT, "withdrawn", false, NULL}};
	static const struct ed_trust_service services[] = {{"Always", statuses, 1},
	                                                   {"Withdrawn", statuses, 2}};
	struct edoc_error err = {0};

	for (size_t i = 0; i < 2; i++) {
		struct scene *s = begin(&signer_dp);

		is_ok(ed_trust_add_service(s->trust, other.x, EDOC_FOR_OCSP, "list", &services[i],
		                           &err),
		      &err, "a service");
		put_ocsp(s, &signer_dp, &ca, &other, SIGNED_AT + DAY - 60, SIGNED_AT + 2 * DAY);
		gives(s, SIGNED_AT + DAY,
		      i ? "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE" : "PASSED",
		      i ? "T10 an answer of a service that was withdrawn" : "of one that was not");
	}
}

/* A time-stamp by who was listed only after the time that it tells. */
static void stamps_listed(void)
{
	static const struct ed_trust_status later[] = {{SIGNED_AT + DAY, "granted", true, NULL}};
	static const struct ed_trust_status before[] = {{T2020, "granted", true, NULL}};
	static const struct ed_trust_service services[] = {{"Before", before, 1},
	                                                   {"Later", later, 1}};
	struct edoc_error err = {0};

	for (size_t i = 0; i < 2; i++) {
		struct scene *s = begin(&signer);

		edoc_trust_free(s->trust);
		is_ok(edoc_trust_new(&s->trust, &err), &err, "trust");
		is_ok(ed_trust_add_service(s->trust, other.x, EDOC_FOR_TSA, "list", &services[i],
		                           &err),
		      &err, "a service");
		trust(s, &root, EDOC_FOR_SIGN);
		s->options.trust = s->trust;
		stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa_other);
		judge(s, SIGNED_AT + 2 * DAY);
		is_int(s->report->signatures[0].stamps[0].indication,
		       i ? EDOC_INDETERMINATE : EDOC_TOTAL_PASSED,
		       i ? "T10 a time-stamp of before it was listed" : "of when it was");
		end(s);
	}
}

static void chains(void)
{
	static const struct ed_trust_status until[] = {
	        {T2020, "granted", true, NULL}, {SIGNED_AT + 30 * DAY, "withdrawn", false, NULL}};
	static const struct ed_trust_service granted = {"Root", until, 2};
	struct who forged = ca, issued, by_person;
	EVP_PKEY *key = new_key();
	struct scene *s;
	struct edoc_error err = {0};

	forged.key = other.key; /* the name of ca, another's key */
	issued = issue_with(key, "Forged", &forged, 40, T2020, T2020 + 2 * YEAR, PERSON_EXT);
	gives(begin(&issued), SIGNED_AT + DAY, "INDETERMINATE/CERTIFICATE_CHAIN_GENERAL_FAILURE",
	      "not signed by whom it names");
	who_free(&issued);
	by_person =
	        issue_with(key, "By a person", &signer, 41, T2020, T2020 + 2 * YEAR, PERSON_EXT);
	s = begin(&by_person);
	put_cert(s, &signer);
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/CHAIN_CONSTRAINTS_FAILURE", "issued by a person");
	who_free(&by_person);
	EVP_PKEY_free(key);

	for (int proven = 0; proven < 2; proven++) {
		s = begin(&signer);
		edoc_trust_free(s->trust);
		is_ok(edoc_trust_new(&s->trust, &err), &err, "trust");
		is_ok(ed_trust_add_service(s->trust, root.x, EDOC_FOR_SIGN, "list", &granted, &err),
		      &err, "granted until a month after it");
		trust(s, &other, EDOC_FOR_TSA);
		s->options.trust = s->trust;
		if (proven)
			stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa_other);
		gives(s, SIGNED_AT + 60 * DAY,
		      proven ? "PASSED" : "INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND_NO_POE",
		      proven ? "withdrawn after what is proven" : "T10 withdrawn by a list");
	}
	begins_later();
	stamps_listed();
	responders_listed();
}

static void policies(void)
{
	struct scene *s = begin(&signer);

	s->sig.policy_kind = ED_POLICY_EXPLICIT;
	s->sig.policy_id = "1.2.3";
	judge(s, SIGNED_AT + DAY);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED", "a policy not at hand");
	ok(has(s, "policy.not-held"), "is told");
	is_str(s->report->signatures[0].policy_id, "1.2.3", "and named");
	end(s);
	s = begin(&signer);
	s->sig.policy_kind = ED_POLICY_EXPLICIT;
	use_policy(s, ALGORITHMS "severity: {policy.not-held: error}\n");
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIGNATURE_POLICY_NOT_AVAILABLE",
	      "where it is asked for");
	s = begin(&signer);
	s->sig.policy_kind = ED_POLICY_EXPLICIT;
	s->sig.policy_held = true;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/POLICY_PROCESSING_ERROR", "another document");
	s = begin(&signer);
	s->sig.policy_kind = ED_POLICY_EXPLICIT;
	s->sig.policy_held = s->sig.policy_intact = true;
	gives(s, SIGNED_AT + DAY, "PASSED", "the right document");
	s = begin(&signer);
	s->sig.policy_kind = ED_POLICY_IMPLIED;
	gives(s, SIGNED_AT + DAY, "PASSED", "an implied one");
	s = begin(&signer);
	use_policy(s, ALGORITHMS "require: {properties: [role]}\n");
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "no role");
	s = begin(&signer);
	s->sig.role = "head";
	use_policy(s, ALGORITHMS "require: {properties: [role, signing-time]}\n");
	gives(s, SIGNED_AT + DAY, "PASSED", "a role and a time");
	s = begin(&signer);
	s->sig.claimed_time = ED_TIME_NONE;
	use_policy(s, ALGORITHMS "require: {properties: [signing-time]}\n");
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "no time");
	s = begin(&signer);
	use_policy(s, ALGORITHMS "formats: [CAdES]\n");
	judge(s, SIGNED_AT + DAY);
	is_int(s->report->indication, EDOC_INDETERMINATE, "another format than is accepted");
	is_str(s->report->subindication, "SIG_CONSTRAINTS_FAILURE", "says why");
	end(s);
	s = begin(&signer);
	use_policy(s, ALGORITHMS "formats: [CAdES, XAdES]\n");
	judge(s, SIGNED_AT + DAY);
	is_int(s->report->indication, EDOC_TOTAL_PASSED, "an accepted format");
	end(s);
}

/* ---- 5.2.5, 5.2.6: revocation ---- */

static void revocation(void)
{
	const int64_t at = SIGNED_AT + DAY;
	struct scene *s;

	gives(begin(&signer_dp), at, "INDETERMINATE/TRY_LATER",
	      "a source is named, nobody answers");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 3600, 0, 0);
	gives(s, at, "PASSED", "a fresh CRL");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 2 * DAY, 0, 0);
	judge(s, at);
	is_str(verdict(s, &s->report->signatures[0], s->text), "INDETERMINATE/TRY_LATER",
	       "R04 a stale CRL");
	ok(has(s, "revocation.stale"), "is told as such");
	end(s);
	s = begin(&signer_dp);
	put_crl(s, &ca, at + DAY, 0, 0);
	gives(s, at, "INDETERMINATE/TRY_LATER", "R04 a CRL of the future");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 3600, 11, at - 7200);
	judge(s, at);
	is_str(verdict(s, &s->report->signatures[0], s->text), "INDETERMINATE/REVOKED_NO_POE",
	       "revoked");
	is_str(s->report->signatures[0].links[0].revocation, "CRL", "the link says by what");
	is_str(s->report->signatures[0].links[0].revocation_status, "revoked", "and how");
	is_int(s->report->signatures[0].links[0].revoked_at, at - 7200, "and when");
	end(s);
	s = begin(&signer);
	put_crl(s, &ca, at - 3600, 10, at - 7200);
	gives(s, at, "INDETERMINATE/REVOKED_NO_POE", "revoked, though no source is named");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 3600, 12, at - 7200);
	gives(s, at, "PASSED", "another one was revoked");
	s = begin(&signer_dp);
	put_crl_with(s, &ca, at - 3600, 11, at - 7200, 6, EVP_sha256());
	judge(s, at);
	is_str(verdict(s, &s->report->signatures[0], s->text), "INDETERMINATE/TRY_LATER",
	       "suspended");
	ok(has(s, "revocation.held"), "is told as such");
	end(s);
	s = begin(&signer_dp);
	put_crl_with(s, &ca, at - 2 * 3600, 11, at - 7200, 6, EVP_sha256());
	put_crl(s, &ca, at - 3600, 0, 0);
	gives(s, at, "PASSED", "released again");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 3600, 11, at - 7200);
	put_ocsp(s, &signer_dp, &ca, &ca, at - 60, at + DAY);
	gives(s, at, "INDETERMINATE/REVOKED_NO_POE", "R06 a newer \"good\" undoes no revocation");
	s = begin(&signer_dp);
	put_crl_with(s, &ca, at - 3600, 0, 0, -1, EVP_sha1());
	judge(s, at);
	is_str(verdict(s, &s->report->signatures[0], s->text),
	       "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "a CRL signed with SHA-1");
	ok(has(s, "revocation.weak"), "is told as such");
	end(s);

	s = begin(&signer_sub);
	put_crl(s, &root, at - 3600, 0, 0);
	gives(s, at, "PASSED", "an authority that names a source, and its answer");
	gives(begin(&signer_sub), at, "INDETERMINATE/TRY_LATER", "and without");
	s = begin(&signer_sub);
	put_crl(s, &root, at - 3600, 3, at - 7200);
	gives(s, at, "INDETERMINATE/REVOKED_CA_NO_POE", "the authority was revoked");
	s = begin(&signer_sub);
	use_policy(s, ALGORITHMS "revocation: {authorities: never}\n");
	gives(s, at, "PASSED", "a policy that does not ask about authorities");
	s = begin(&signer);
	use_policy(s, ALGORITHMS "revocation: {signer: always}\n");
	gives(s, at, "INDETERMINATE/TRY_LATER", "one that always asks about the signer");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 7200, 0, 0);
	use_policy(s, ALGORITHMS "revocation: {max-age: 1h}\n");
	gives(s, at, "INDETERMINATE/TRY_LATER", "two hours old, one is allowed");
	s = begin(&signer_dp);
	put_crl(s, &ca, at - 2 * DAY, 0, 0);
	use_policy(s, ALGORITHMS "revocation: {max-age: 7d}\n");
	gives(s, at, "PASSED", "past its nextUpdate, a week is allowed");
}

static void ocsp(void)
{
	const int64_t at = SIGNED_AT + DAY;
	struct scene *s = begin(&signer_dp);

	put_ocsp(s, &signer_dp, &ca, &ca, at - 60, at + DAY);
	gives(s, at, "PASSED", "an answer of the authority itself");
	s = begin(&signer_dp);
	put_cert(s, &responder);
	put_ocsp(s, &signer_dp, &ca, &responder, at - 60, at + DAY);
	gives(s, at, "PASSED", "of its responder, who is not to be asked about");
	s = begin(&signer_dp);
	put_cert(s, &responder_dp);
	put_ocsp(s, &signer_dp, &ca, &responder_dp, at - 60, at + DAY);
	gives(s, at, "INDETERMINATE/TRY_LATER", "of one who is, and nobody answers");
	s = begin(&signer_dp);
	put_cert(s, &responder_dp);
	put_crl(s, &ca, at - 3600, 23, at - 7200);
	put_ocsp(s, &signer_dp, &ca, &responder_dp, at - 60, at + DAY);
	gives(s, at, "PASSED", "R03 of a revoked one: the CRL answers about the signer too");
	s = begin(&signer_dp);
	put_ocsp(s, &signer, &ca, &ca, at - 60, at + DAY);
	gives(s, at, "INDETERMINATE/TRY_LATER", "R01 about another certificate");
	s = begin(&signer_dp);
	put_ocsp(s, &signer_dp, &ca, &ca, at - 600, 0);
	gives(s, at, "INDETERMINATE/TRY_LATER", "5.2.5: without nextUpdate it is fresh for itself");
	s = begin(&signer_dp);
	put_ocsp(s, &signer_dp, &ca, &ca, at - 60, 0);
	gives(s, at, "PASSED", "within the tolerance of clocks");
	s = begin(&signer_dp);
	put_cert(s, &responder_old);
	put_ocsp(s, &signer_dp, &ca, &responder_old, T2020 + 5 * DAY, at + DAY);
	gives(s, at, "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE",
	      "R03 the responder's certificate has ended since");
	s = begin(&signer_dp);
	put_cert(s, &responder_old);
	put_ocsp(s, &signer_dp, &ca, &responder_old, at - 60, at + DAY);
	gives(s, at, "INDETERMINATE/TRY_LATER", "R03 it had ended when it answered");
}

/* A CRL of others', by one whom the certificate names; it says so of itself too. */
static struct ed_object put_indirect(struct scene *s, const struct who *by, int64_t at, long serial)
{
	static const char idp[] = "issuingDistributionPoint=critical,@idp\n[idp]\n"
	                          "fullname=URI:http://kit.example/i.crl\nindirectCRL=TRUE\n";
	X509_CRL *crl = new_crl(by, at, 1, idp);
	unsigned char *der = NULL;
	int n;

	if (serial)
		list(crl, serial, at, 1, &ca);
	X509_CRL_sign(crl, by->key, EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	X509_CRL_free(crl);
	return put(s, ED_CRL, der, n);
}

static void listers(void)
{
#define LISTED                                                                                     \
	"crlDistributionPoints=dp\n[dp]\nfullname=URI:http://kit.example/i.crl\n"                  \
	"CRLissuer=dirName:lister\n[lister]\nO=Kit\nCN=Lister\n"
	struct who lister = issue("Lister", &ca, 70, "keyUsage=critical,cRLSign\n" LISTED);
	struct who person = issue("Listed", &ca, 71, PERSON_EXT LISTED);
	struct who himself =
	        issue("Lister", &ca, 72, "keyUsage=critical,digitalSignature,cRLSign\n" LISTED);
	const int64_t at = SIGNED_AT + DAY;
	struct scene *s = begin(&person);

	put_cert(s, &lister);
	put_indirect(s, &lister, at - 3600, 0);
	gives(s, at, "PASSED", "PKITS 4.14.30: the lister's own certificate is in its list");
	s = begin(&person);
	put_cert(s, &lister);
	put_indirect(s, &lister, at - 3600, 71);
	gives(s, at, "INDETERMINATE/REVOKED_NO_POE", "and he is revoked there");
	s = begin(&person);
	put_cert(s, &lister);
	put_indirect(s, &lister, at - 3600, 70);
	gives(s, at, "INDETERMINATE/TRY_LATER", "the lister is: who he clears is not cleared");
	s = begin(&himself);
	put_indirect(s, &himself, at - 3600, 0);
	gives(s, at, "INDETERMINATE/TRY_LATER", "R03 who signs a document does not answer for it");
	who_free(&lister);
	who_free(&person);
	who_free(&himself);
#undef LISTED
}

/* ---- algorithms ---- */

#define UNTIL                                                                                      \
	"digests: [SHA-256, {name: SHA-1, until: 2020-12-31}]\n"                                   \
	"keys: {rsa: [{min: 1024, until: 2020-12-31}, {min: 2048}], curves: [P-256]}\n"

static void algorithms(void)
{
	struct scene *s = begin(&signer);

	s->sig.alg.hash = ED_SHA1;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE", "SHA-1 never");
	s = begin(&signer);
	s->sig.alg.hash = ED_SHA1;
	use_policy(s, UNTIL);
	gives(s, SIGNED_AT + DAY, "PASSED", "SHA-1 before its end");
	s = begin(&signer);
	s->sig.alg.hash = ED_SHA1;
	use_policy(s, UNTIL);
	gives(s, T2020 + YEAR + 10 * DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
	      "SHA-1 after it, without proof");
	s = begin(&signer);
	s->sig.alg.hash = ED_SHA1;
	use_policy(s, UNTIL);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	gives(s, T2020 + YEAR + 10 * DAY, "PASSED", "and with proof of before it");
	s = begin(&signer);
	s->sig.alg.hash = ED_SHA1;
	use_policy(s, UNTIL);
	stamp(s, ED_STAMP_CONTENT, T2020 + YEAR + 2 * DAY, &tsa);
	gives(s, T2020 + YEAR + 10 * DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
	      "5.3 6): proof that it was made after it");
	s = begin(&signer);
	s->sig.uses = &(struct ed_use){ED_SHA1, "sig.xml", "reference"};
	s->sig.n_uses = 1;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE", "in a reference");
	s = begin(&signer);
	s->sig.bound_by = ED_SHA1;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
	      "in the reference to the certificate");
	gives(begin(&weak), SIGNED_AT + DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE",
	      "a key that is too short");
	s = begin(&weak);
	use_policy(s, UNTIL);
	gives(s, SIGNED_AT + DAY, "PASSED", "before its end");
	s = begin(&weak);
	use_policy(s, UNTIL);
	gives(s, T2020 + YEAR + 10 * DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
	      "after it");
	s = begin(&weak);
	use_policy(s, UNTIL);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	gives(s, T2020 + YEAR + 10 * DAY, "PASSED", "after it, with proof");
}

/* ---- 5.5 ---- */

static void with_time(void)
{
	struct scene *s = begin(&signer);

	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED",
	       "the certificate has ended, the signature is older");
	is_int(s->report->signatures[0].proved_not_after, SIGNED_AT + 60, "best-signature-time");
	is_int(s->report->signatures[0].judged_at, SIGNED_AT + 60, "and it was judged as of then");
	is_str(s->report->signatures[0].proved_by, "signature time-stamp", "by what");
	is_int((int64_t)s->report->signatures[0].stamps[0].n_links, 3, "the TSA's chain");
	end(s);
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	judge(s, SIGNED_AT + DAY);
	is_int(s->report->signatures[0].judged_at, SIGNED_AT + DAY,
	       "what passes now is judged now");
	end(s);
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, T2020 + 3 * YEAR, &tsa);
	gives(s, LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "proven only after its end");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, T2020 - DAY, &tsa);
	gives(s, SIGNED_AT + DAY, "FAILED/NOT_YET_VALID", "T04 proven before its begin");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT + 9 * DAY, 11, SIGNED_AT + 8 * DAY);
	gives(s, SIGNED_AT + 9 * DAY + 60, "PASSED", "revoked after the time-stamp");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT + 9 * DAY, 11, SIGNED_AT);
	gives(s, SIGNED_AT + 9 * DAY + 60, "INDETERMINATE/REVOKED_NO_POE",
	      "T04 revoked before the time-stamp");
	s = begin(&signer_sub);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &root, SIGNED_AT + 9 * DAY, 3, SIGNED_AT + 8 * DAY);
	gives(s, SIGNED_AT + 9 * DAY + 60, "PASSED", "the authority was revoked after it");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT - 60, 0, 0);
	gives(s, SIGNED_AT + 9 * DAY, "PASSED", "5.5.4 6): a CRL that was fresh then");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT - 2 * DAY, 0, 0);
	gives(s, SIGNED_AT + 9 * DAY, "INDETERMINATE/TRY_LATER", "and one that was not");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT - 60, 0, 0);
	gives(s, LATER, "PASSED", "5.5.4 4) d): ended, known not to have been revoked");
	s = begin(&signer_dp);
	put_crl(s, &ca, SIGNED_AT - 60, 0, 0);
	gives(s, LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "ended, the CRL is too old to know");
	s = begin(&signer_dp);
	put_crl(s, &ca, T2020 + 2 * YEAR - 60, 0, 0);
	gives(s, T2020 + 2 * YEAR + 60, "INDETERMINATE/OUT_OF_BOUNDS_NOT_REVOKED",
	      "ended, known not to have been revoked");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_CONTENT, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT + 9 * DAY, 11, SIGNED_AT);
	gives(s, SIGNED_AT + 9 * DAY + 60, "FAILED/REVOKED", "signed after it was revoked");
	s = begin(&signer);
	stamp(s, ED_STAMP_CONTENT, T2020 + 3 * YEAR, &tsa);
	gives(s, LATER, "FAILED/EXPIRED", "signed after its end");
}

/* What an archive time-stamp covers is older, whoever is believed by now. */
static void archive_order(int64_t inner, int64_t first, int64_t second, int64_t at,
                          const char *want, const char *what)
{
	struct scene *s = begin(&signer);

	stamp(s, ED_STAMP_SIGNATURE, inner, &tsa_old);
	stamp(s, ED_STAMP_ARCHIVE, first, &tsa);
	if (second)
		stamp(s, ED_STAMP_ARCHIVE, second, &tsa);
	gives(s, at, want, what);
}

static void material_order(bool ocsp, int64_t made, const char *want, const char *what)
{
	struct scene *s = begin(&signer);
	struct ed_stamp *st;

	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	st = stamp(s, ED_STAMP_ARCHIVE, SIGNED_AT + DAY, &tsa);
	cover(st, ocsp ? put_ocsp(s, &signer, &ca, &ca, made, made + DAY)
	               : put_crl(s, &ca, made, 0, 0));
	gives(s, SIGNED_AT + 3 * DAY, want, what);
}

/* The container's own time-stamps over the signature's file, and over each other. */
static void container_order(int64_t first, int64_t second, const char *want, const char *what)
{
	static const char *const words[] = {"INDETERMINATE", "FAILED", "PASSED"};
	struct ed_object file = {.kind = ED_OBJECT_DATA, .name = "sig.xml", .hash = ED_SHA256};
	struct ed_object token = {.kind = ED_OBJECT_DATA, .name = "1.tst", .hash = ED_SHA256};
	struct scene *s = begin(&signer);
	struct ed_stamp archive[2];

	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa_old);
	init_stamp(s, &archive[0], ED_STAMP_ARCHIVE, first, &tsa, 70);
	init_stamp(s, &archive[1], ED_STAMP_ARCHIVE, second, &tsa, 71);
	archive[0].where = "1.tst";
	archive[1].where = "2.tst";
	archive[0].covers = &file;
	archive[1].covers = &token;
	archive[0].n_covers = archive[1].n_covers = 1;
	s->item.stamps = archive;
	s->item.n_stamps = 2;
	judge(s, SIGNED_AT + 30 * DAY);
	is_str(words[s->report->indication], want, what);
	is_str(s->report->subindication, *want == 'P' ? NULL : "TIMESTAMP_ORDER_FAILURE", "why");
	ed_cert_clear(archive[0].tst.signer);
	ed_cert_clear(archive[1].tst.signer);
	end(s);
}

static void later_order(void)
{
	static const char failure[] = "INDETERMINATE/TIMESTAMP_ORDER_FAILURE";
	const int64_t at = SIGNED_AT;

	archive_order(at + 60, at + DAY, 0, LATER, "PASSED", "archived after it");
	archive_order(at + 60, at - DAY, 0, at + DAY, failure, "archived before it");
	archive_order(at + 60, at - DAY, 0, LATER, failure,
	              "and it stays so when the first TSA's certificate has ended");
	archive_order(at + 60, at + DAY, at + 2 * DAY, LATER, "PASSED", "archived twice");
	archive_order(at + 60, at + 2 * DAY, at + DAY, at + 3 * DAY, failure,
	              "the second is older than the first, which it covers");
	archive_order(at + 60, at + 2 * DAY, at + 2 * DAY, LATER, "PASSED", "in one second");
	material_order(false, at + DAY - 3600, "PASSED", "a CRL, then what covers it");
	material_order(false, at + DAY + 60, "PASSED", "within the tolerance of clocks");
	material_order(false, at + DAY + 3600, failure, "a CRL of after what covers it");
	material_order(true, at + DAY - 3600, "PASSED", "an answer, then what covers it");
	material_order(true, at + DAY + 3600, failure, "an answer of after what covers it");
	container_order(at + DAY, at + 2 * DAY, "PASSED", "two archive manifests");
	container_order(at + 30, at + 2 * DAY, "INDETERMINATE", "one before the file's token");
	container_order(at + 2 * DAY, at + DAY, "INDETERMINATE", "one before the other");
}

/* An archive time-stamp over a signature time-stamp whose TSA was revoked. */
static void revoked_tsa(const struct who *by, int64_t tsa_ends, int reason, int64_t signer_ends,
                        const char *want, const char *proved_by, const char *what)
{
	struct scene *s = begin(by);
	bool first;

	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa_old);
	stamp(s, ED_STAMP_ARCHIVE, SIGNED_AT + DAY, &tsa);
	put_crl_with(s, &ca, SIGNED_AT + 8 * DAY, 21, tsa_ends, reason, EVP_sha256());
	if (signer_ends)
		put_crl(s, &ca, SIGNED_AT + 8 * DAY - 60, 11, signer_ends);
	judge(s, SIGNED_AT + 8 * DAY + 60);
	first = s->report->signatures[0].stamps[0].indication == EDOC_TOTAL_PASSED;
	is_str(verdict(s, &s->report->signatures[0], s->text), want, what);
	is_str(s->report->signatures[0].proved_by, proved_by, "the time is proven by that");
	ok(first == !strcmp(proved_by, "signature time-stamp") &&
	           first == !has(s, "timestamp.ignored"),
	   "the signature time-stamp is %s", first ? "a proof" : "none, and that is told");
	end(s);
}

static void revoked_tsas(void)
{
	static const char sig[] = "signature time-stamp", archive[] = "archive time-stamp";
	const int64_t hour = 3600, at = SIGNED_AT;

	revoked_tsa(&signer, at + 3 * DAY, 1, 0, "PASSED", sig, "its TSA revoked after it");
	revoked_tsa(&signer, at + hour, 1, 0, "PASSED", archive,
	            "before it: the archive time-stamp is a proof by itself");
	revoked_tsa(&signer, at + hour, 4, 0, "PASSED", archive, "whatever the reason");
	revoked_tsa(&signer_dp, at + 3 * DAY, 1, at + 2 * hour, "PASSED", sig,
	            "the signer's certificate revoked between the two, the TSA's after");
	revoked_tsa(&signer_dp, at + hour, 1, at + 2 * hour, "INDETERMINATE/REVOKED_NO_POE",
	            archive, "the TSA's before: nothing proves that the signature was older");
	revoked_tsa(&signer_dp, at + hour, 1, at + 2 * DAY, "PASSED", archive,
	            "the signer's after both");
}

static void order(void)
{
	struct scene *s = begin(&signer);

	stamp(s, ED_STAMP_CONTENT, SIGNED_AT - 60, &tsa);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	judge(s, SIGNED_AT + DAY);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED", "content, then signature");
	is_int(s->report->signatures[0].proved_not_before, SIGNED_AT - 60, "the lower bound");
	end(s);
	s = begin(&signer);
	stamp(s, ED_STAMP_CONTENT, SIGNED_AT + 120, &tsa);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/TIMESTAMP_ORDER_FAILURE", "T05 the other way");
	s = begin(&signer);
	stamp(s, ED_STAMP_CONTENT, SIGNED_AT + 60, &tsa);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	gives(s, SIGNED_AT + DAY, "PASSED", "T05 in one second");
	s = begin(&signer);
	stamp(s, ED_STAMP_CONTENT, SIGNED_AT + 62, &tsa)->tst.accuracy = 1;
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa)->tst.accuracy = 1;
	gives(s, SIGNED_AT + DAY, "PASSED", "RFC 3161 2.4.2: within their accuracies");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 120, &tsa);
	stamp(s, ED_STAMP_ARCHIVE, SIGNED_AT + 60, &tsa);
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/TIMESTAMP_ORDER_FAILURE",
	      "an archive time-stamp before what it is over");
	later_order();
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 3 * DAY, &tsa);
	use_policy(s, ALGORITHMS "time-stamps: {delay: 2d}\n");
	gives(s, SIGNED_AT + 9 * DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "5.5.4 5) too late");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 3 * DAY, &tsa);
	use_policy(s, ALGORITHMS "time-stamps: {delay: 4d}\n");
	gives(s, SIGNED_AT + 9 * DAY, "PASSED", "soon enough");
	s = begin(&signer);
	s->sig.claimed_time = ED_TIME_NONE;
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 3 * DAY, &tsa);
	use_policy(s, ALGORITHMS "time-stamps: {delay: 4d}\n");
	gives(s, SIGNED_AT + 9 * DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "nobody knows");
	s = begin(&signer);
	use_policy(s, ALGORITHMS "time-stamps: {delay: 30s}\n");
	judge(s, SIGNED_AT + 88 * DAY);
	is_str(verdict(s, &s->report->signatures[0], s->text),
	       "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
	       "5.5.4 1): proven by nothing, it is proven for now");
	ok(has(s, "timestamp.delay"), "which is too late");
	end(s);
	s = begin(&signer);
	use_policy(s, ALGORITHMS "time-stamps: {delay: 30s}\n");
	gives(s, SIGNED_AT + 20, "PASSED", "unless it is judged at once");
}

/* ---- 5.4 ---- */

static void stamp_gives(struct scene *s, const char *want, const char *sub, const char *what)
{
	static const char *const words[] = {"INDETERMINATE", "FAILED", "PASSED"};
	const struct ed_report_stamp *st;

	judge(s, SIGNED_AT + DAY);
	st = &s->report->signatures[0].stamps[0];
	is_str(words[st->indication], want, what);
	is_str(st->subindication, sub, "and why");
	is_str(verdict(s, &s->report->signatures[0], s->text),
	       sub ? "INDETERMINATE/SIG_CONSTRAINTS_FAILURE" : "PASSED",
	       "under strict a signature is as good as its time-stamp");
	end(s);
}

static struct scene *stamped(const struct who *by)
{
	struct scene *s = begin(&signer);

	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, by);
	return s;
}

static void stamps(void)
{
	struct scene *s;

	stamp_gives(stamped(&tsa), "PASSED", NULL, "a time-stamp");
	stamp_gives(stamped(&tsa_lax), "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE",
	            "T01 the extended key usage is not critical");
	stamp_gives(stamped(&responder), "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE",
	            "T01 a certificate for something else");
	stamp_gives(stamped(&tsa_other), "INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND",
	            "T06 nobody trusts the TSA");
	stamp_gives(stamped(NULL), "INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND",
	            "the TSA's certificate is not here");
	s = stamped(&tsa);
	s->stamps[0].intact = false;
	stamp_gives(s, "FAILED", "HASH_FAILURE", "T02 over other data");
	s = stamped(&tsa);
	s->stamps[0].found = false;
	stamp_gives(s, "INDETERMINATE", "SIGNED_DATA_NOT_FOUND", "over data that is not here");
	s = stamped(&tsa);
	s->stamps[0].tst.intact = false;
	stamp_gives(s, "FAILED", "SIG_CRYPTO_FAILURE", "not signed by the TSA");
	s = stamped(&tsa);
	s->stamps[0].tst.bound = false;
	stamp_gives(s, "INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND", "T03 no ESSCertID");
	s = stamped(&tsa);
	s->stamps[0].tst.imprint_hash = ED_SHA1;
	stamp_gives(s, "INDETERMINATE", "CRYPTO_CONSTRAINTS_FAILURE", "T08 a SHA-1 imprint");
	s = stamped(&tsa_old);
	s->stamps[0].tst.time = T2020 - DAY;
	stamp_gives(s, "FAILED", "NOT_YET_VALID", "T04 made before the TSA's certificate");
	s = stamped(&tsa);
	s->stamps[0].tst.time = SIGNED_AT + 2 * DAY;
	stamp_gives(s, "INDETERMINATE", "TIMESTAMP_ORDER_FAILURE", "of the future");

	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, T2020 + 4 * YEAR, &tsa_old);
	judge(s, LATER);
	is_str(s->report->signatures[0].stamps[0].subindication, "EXPIRED",
	       "T04 made after the TSA's certificate");
	end(s);
	s = stamped(&tsa_lax);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 90, &tsa);
	gives(s, SIGNED_AT + DAY, "PASSED", "one that is no good beside one that is");
	s = stamped(&tsa);
	s->stamps[0].intact = false;
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 90, &tsa);
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "but not a broken one");
	s = stamped(&tsa_lax);
	use_policy(s, ALGORITHMS "severity: {timestamp.not-proven: warning}\n");
	gives(s, SIGNED_AT + DAY, "PASSED", "under another policy it only proves nothing");
	s = stamped(&tsa_lax);
	use_policy(s, ALGORITHMS "severity: {timestamp.not-proven: warning}\n");
	gives(s, LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "nothing");
}

/* ---- 5.6 ---- */

/* Signed, stamped by a TSA whose certificate ends in 2022, then archived. */
static struct scene *archived(const struct who *by, struct ed_object *revocation, size_t n)
{
	struct scene *s = begin(by);
	struct ed_stamp *st;

	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa_old);
	st = stamp(s, ED_STAMP_ARCHIVE, SIGNED_AT + 30 * DAY, &tsa);
	cover(st, put_cert(s, &ca));
	cover(st, put_cert(s, &ca_dp));
	cover(st, put_cert(s, by));
	for (size_t i = 0; i < n; i++)
		cover(st, revocation[i]);
	return s;
}

static void long_term(void)
{
	struct scene *s = stamped(&tsa_old);
	struct ed_object crl;

	gives(s, LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
	      "the TSA's certificate has ended too: nothing is proven");
	s = archived(&signer, NULL, 0);
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED",
	       "an archive time-stamp proves the time-stamp, that the signature");
	is_int(s->report->signatures[0].proved_not_after, SIGNED_AT + 60, "the oldest proof");
	is_str(s->report->signatures[0].proved_by, "signature time-stamp", "by what");
	is_int(s->report->signatures[0].stamps[0].indication, EDOC_TOTAL_PASSED, "the first stamp");
	is_int(s->report->signatures[0].stamps[1].indication, EDOC_TOTAL_PASSED, "the second");
	end(s);
	s = archived(&signer, NULL, 0);
	s->stamps[1].n_covers = 1;
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED",
	       "one that covers the value alone");
	is_str(s->report->signatures[0].proved_by, "archive time-stamp", "proves that alone");
	end(s);
	s = archived(&signer, NULL, 0);
	s->stamps[1].intact = false;
	judge(s, LATER);
	is_int(s->report->signatures[0].stamps[1].indication, EDOC_TOTAL_FAILED, "a broken one");
	ok(s->report->signatures[0].proved_by == NULL, "proves nothing");
	end(s);

	s = begin(&signer_dp);
	crl = put_crl(s, &ca, SIGNED_AT + 120, 0, 0);
	end(s);
	s = archived(&signer_dp, &crl, 1);
	put_crl(s, &ca, SIGNED_AT + 120, 0, 0);
	gives(s, LATER, "PASSED", "with the revocation of then");
}

static void past(void)
{
	/* The responder's certificate ends ten days after the signature. */
	struct scene *s = begin(&signer_dp);
	struct ed_object answer;
	struct ed_stamp *st;

	put_cert(s, &responder_old);
	stamp(s, ED_STAMP_SIGNATURE, T2020 + 5 * DAY, &tsa);
	s->sig.claimed_time = T2020 + 5 * DAY;
	put_ocsp(s, &signer_dp, &ca, &responder_old, T2020 + 5 * DAY + 60, T2020 + 6 * DAY);
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE",
	      "an answer that is not proven");
	s = begin(&signer_dp);
	put_cert(s, &responder_old);
	s->sig.claimed_time = T2020 + 5 * DAY;
	stamp(s, ED_STAMP_SIGNATURE, T2020 + 5 * DAY, &tsa);
	answer =
	        put_ocsp(s, &signer_dp, &ca, &responder_old, T2020 + 5 * DAY + 60, T2020 + 6 * DAY);
	st = stamp(s, ED_STAMP_ARCHIVE, T2020 + 5 * DAY + 120, &tsa);
	cover(st, answer);
	cover(st, put_cert(s, &signer_dp));
	gives(s, SIGNED_AT + DAY, "PASSED", "5.6.2.4 1): one that is");
	s = begin(&signer_dp);
	put_cert(s, &responder_old);
	s->sig.claimed_time = T2020 + 5 * DAY;
	stamp(s, ED_STAMP_SIGNATURE, T2020 + 5 * DAY, &tsa);
	answer =
	        put_ocsp(s, &signer_dp, &ca, &responder_old, T2020 + 5 * DAY + 60, T2020 + 6 * DAY);
	st = stamp(s, ED_STAMP_ARCHIVE, T2020 + 20 * DAY, &tsa);
	cover(st, answer);
	judge(s, SIGNED_AT + DAY);
	is_str(verdict(s, &s->report->signatures[0], s->text),
	       "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE", "proven too late");
	ok(has(s, "past.no-proof"), "5.6.2.2: NO_POE is the reason");
	end(s);

	/* A weak algorithm of the chain: proven to be older than its end, or not. */
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	use_policy(s, UNTIL);
	put_crl_with(s, &ca, SIGNED_AT + 120, 0, 0, -1, EVP_sha1());
	gives(s, T2020 + YEAR + 30 * DAY, "INDETERMINATE/CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
	      "5.5.4 10): a CRL with SHA-1, not proven");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	use_policy(s, UNTIL);
	answer = put_crl_with(s, &ca, SIGNED_AT + 120, 0, 0, -1, EVP_sha1());
	st = stamp(s, ED_STAMP_ARCHIVE, SIGNED_AT + 180, &tsa);
	cover(st, answer);
	cover(st, put_cert(s, &ca));
	gives(s, T2020 + YEAR + 30 * DAY, "PASSED", "proven");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa)->tst.imprint_hash = ED_SHA1;
	use_policy(s, UNTIL);
	gives(s, LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE", "a time-stamp with SHA-1");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa)->tst.imprint_hash = ED_SHA1;
	stamp(s, ED_STAMP_ARCHIVE, SIGNED_AT + 90, &tsa);
	s->covers[0][0].hash = ED_SHA1;
	use_policy(s, UNTIL);
	gives(s, LATER, "PASSED", "that was archived in time");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	s->covers[0][0].hash = ED_SHA1;
	use_policy(s, UNTIL);
	gives(s, LATER, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
	      "5.6.2.3: a broken digest binds nothing to a proof");

	/* Revoked authority: its answers count only when they are proven older. */
	s = begin(&signer_sub);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &root, SIGNED_AT + 9 * DAY, 3, SIGNED_AT);
	gives(s, SIGNED_AT + 9 * DAY + 60, "INDETERMINATE/REVOKED_CA_NO_POE",
	      "the authority was revoked before the time-stamp");
}

/* What a token carries is as old as the token (5.6.2.3). */
static void carried(bool inside, const char *want, const char *what)
{
	struct scene *s = begin(&signer_dp);
	struct ed_stamp *st;
	size_t blob;

	put_cert(s, &responder_old);
	s->sig.claimed_time = T2020 + 5 * DAY;
	stamp(s, ED_STAMP_SIGNATURE, T2020 + 5 * DAY, &tsa);
	put_ocsp(s, &signer_dp, &ca, &responder_old, T2020 + 5 * DAY + 60, T2020 + 6 * DAY);
	blob = s->item.material.n - 1;
	s->stamps[0].tst.blobs = &blob;
	s->stamps[0].tst.n_blobs = inside;
	st = stamp(s, ED_STAMP_ARCHIVE, T2020 + 5 * DAY + 120, &tsa);
	cover(st, put_cert(s, &signer_dp));
	gives(s, SIGNED_AT + DAY, want, what);
}

/* E08: a hash tree of SHA-1, which is good until the end of 2020 here. */
static void late_renewal(int64_t renewed, const char *want, const char *what)
{
	struct scene *s = begin(&signer);
	struct ed_stamp ats[2];
	struct ed_object value = value_object(s), before = {.kind = ED_OBJECT_STAMP};

	use_policy(s, UNTIL);
	value.hash = ED_SHA1;
	before.hash = ED_SHA256;
	s->record = (struct ed_record){.where = "er.ers",
	                               .form = "RFC4998",
	                               .sha256 = {99},
	                               .stamps = ats,
	                               .n_stamps = 2,
	                               .renewals = 1,
	                               .intact = true,
	                               .found = true,
	                               .covers = &value,
	                               .n_covers = 1};
	ed_findings_init(&s->record.findings, s->arena);
	init_stamp(s, &ats[0], ED_STAMP_ARCHIVE, SIGNED_AT + 60, &tsa, 50);
	init_stamp(s, &ats[1], ED_STAMP_ARCHIVE, renewed, &tsa, 51);
	ats[0].covers = &value;
	ats[1].covers = &before;
	ats[0].n_covers = ats[1].n_covers = 1;
	memcpy(before.sha256, ats[0].tst.sha256, sizeof(before.sha256));
	s->item.records = &s->record;
	s->item.n_records = 1;
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), want, what);
	ed_cert_clear(ats[0].tst.signer);
	ed_cert_clear(ats[1].tst.signer);
	s->record.n_stamps = 0;
	end(s);
}

/* In a container, beside a signature that is good. */
static void broken_record(const char *policy, enum edoc_indication want, const char *what)
{
	struct scene *s = begin(&signer);
	struct ed_object value = value_object(s);
	struct ed_stamp ats;

	if (policy)
		use_policy(s, policy);
	s->record = (struct ed_record){.where = "er.ers",
	                               .form = "RFC4998",
	                               .sha256 = {99},
	                               .stamps = &ats,
	                               .n_stamps = 1,
	                               .found = true,
	                               .covers = &value,
	                               .n_covers = 1};
	ed_findings_init(&s->record.findings, s->arena);
	init_stamp(s, &ats, ED_STAMP_ARCHIVE, SIGNED_AT + 60, &tsa, 50);
	s->item.records = &s->record;
	s->item.n_records = 1;
	judge(s, SIGNED_AT + DAY);
	is_int(s->report->indication, want, what);
	is_int(s->report->signatures[0].pub.indication, EDOC_TOTAL_PASSED, "the signature is good");
	ed_cert_clear(ats.tst.signer);
	s->record.n_stamps = 0;
	end(s);
}

static void records(void)
{
	struct scene *s = begin(&signer);
	struct ed_stamp ats[2];
	struct ed_object value;

	s->record = (struct ed_record){.where = "er.xml",
	                               .form = "RFC6283",
	                               .sha256 = {99},
	                               .stamps = ats,
	                               .n_stamps = 2,
	                               .renewals = 1,
	                               .intact = true,
	                               .found = true,
	                               .covers = &value,
	                               .n_covers = 1};
	ed_findings_init(&s->record.findings, s->arena);
	init_stamp(s, &ats[0], ED_STAMP_ARCHIVE, SIGNED_AT + 60, &tsa_old, 50);
	init_stamp(s, &ats[1], ED_STAMP_ARCHIVE, SIGNED_AT + 200 * DAY, &tsa, 51);
	value = value_object(s);
	s->item.records = &s->record;
	s->item.n_records = 1;
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED",
	       "an evidence record, renewed before its first TSA ended");
	is_str(s->report->signatures[0].proved_by, "evidence record", "proves");
	is_int(s->report->signatures[0].proved_not_after, SIGNED_AT + 60, "since when");
	is_int(s->report->records[0].indication, EDOC_TOTAL_PASSED, "its own verdict");
	is_int(s->report->records[0].oldest_time, SIGNED_AT + 60, "and time");
	ed_cert_clear(ats[0].tst.signer);
	ed_cert_clear(ats[1].tst.signer);
	s->record.n_stamps = 0;
	end(s);

	s = begin(&signer);
	s->record = (struct ed_record){.where = "er.xml",
	                               .form = "RFC6283",
	                               .sha256 = {99},
	                               .stamps = ats,
	                               .n_stamps = 1,
	                               .intact = false,
	                               .found = true,
	                               .covers = &value,
	                               .n_covers = 1};
	ed_findings_init(&s->record.findings, s->arena);
	init_stamp(s, &ats[0], ED_STAMP_ARCHIVE, SIGNED_AT + 60, &tsa, 50);
	s->item.records = &s->record;
	s->item.n_records = 1;
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
	       "a broken one");
	is_int(s->report->records[0].indication, EDOC_TOTAL_FAILED, "fails");
	ok(ed_findings_have(&s->report->findings, "record.failed"), "and proves nothing");
	ed_cert_clear(ats[0].tst.signer);
	s->record.n_stamps = 0;
	end(s);
	broken_record(NULL, EDOC_INDETERMINATE, "one beside a good signature weighs");
	broken_record(ALGORITHMS "severity: {record.failed: warning}\n", EDOC_TOTAL_PASSED,
	              "unless the policy passes over it");
	s = begin(&signer);
	s->record = (struct ed_record){.where = "er.xml",
	                               .form = "RFC6283",
	                               .sha256 = {99},
	                               .stamps = ats,
	                               .n_stamps = 1,
	                               .found = false,
	                               .covers = &value,
	                               .n_covers = 1};
	ed_findings_init(&s->record.findings, s->arena);
	init_stamp(s, &ats[0], ED_STAMP_ARCHIVE, SIGNED_AT + 60, &tsa, 50);
	s->item.records = &s->record;
	s->item.n_records = 1;
	judge(s, SIGNED_AT + DAY);
	ok(ed_findings_have(&s->report->findings, "record.ignored"),
	   "one of something that is not here is not broken");
	ed_cert_clear(ats[0].tst.signer);
	s->record.n_stamps = 0;
	end(s);
}

/* ---- containers: an ASiCArchiveManifest covers the file of the signature ---- */

static void containers(void)
{
	struct scene *s = stamped(&tsa_old);
	struct ed_stamp archive;
	struct ed_object entry = {.kind = ED_OBJECT_DATA, .name = "sig.xml", .hash = ED_SHA256};

	init_stamp(s, &archive, ED_STAMP_ARCHIVE, SIGNED_AT + 9 * DAY, &tsa, 70);
	archive.where = "META-INF/timestamp001.tst";
	archive.covers = &entry;
	archive.n_covers = 1;
	s->item.stamps = &archive;
	s->item.n_stamps = 1;
	s->sig.level = "CAdES-BASELINE-LT";
	s->options.require = "LTA";
	judge(s, LATER);
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED",
	       "what covers the file covers the token in it");
	is_int(s->report->signatures[0].proved_not_after, SIGNED_AT + 60, "so that counts");
	ed_cert_clear(archive.tst.signer);
	end(s);
	s = begin(NULL);
	init_stamp(s, &archive, ED_STAMP_CONTAINER, SIGNED_AT + 9 * DAY, &tsa, 70);
	s->item.stamps = &archive;
	s->item.n_stamps = 1;
	s->item.n_sigs = 0;
	judge(s, LATER);
	is_int(s->report->indication, EDOC_INDETERMINATE, "a time-stamp alone: nobody signed");
	ed_cert_clear(archive.tst.signer);
	end(s);
}

/* ---- levels, counter-signatures, explanations ---- */

static void levels(void)
{
	struct scene *s = begin(&signer);

	s->options.require = "T";
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "B is less than T");
	s = stamped(&tsa);
	s->options.require = "T";
	gives(s, SIGNED_AT + DAY, "PASSED", "T is T");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	s->options.require = "T";
	gives(s, SIGNED_AT + 60, "PASSED", "in the very second of the time-stamp too");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	s->options.require = "T";
	gives(s, SIGNED_AT + 58, "PASSED", "and when its clock is two seconds ahead");
	s = begin(&signer);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 3600, &tsa);
	s->options.require = "T";
	gives(s, SIGNED_AT + 60, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "but not an hour");
	s = stamped(&tsa);
	s->sig.level = "XAdES-BASELINE-T";
	s->options.require = "LT";
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
	      "no revocation is needed and none is there: T, not LT");
	s = stamped(&tsa);
	s->sig.level = "XAdES-BASELINE-LT";
	s->options.require = "LT";
	gives(s, SIGNED_AT + DAY, "PASSED", "none is needed, and the form is LT");
	s = begin(&signer);
	s->sig.level = "XAdES-BASELINE-LT";
	s->options.require = "LT";
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
	      "a form is not LT by its word: the time must be proven");
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	put_crl(s, &ca, SIGNED_AT + DAY - 60, 0, 0);
	s->options.require = "LT";
	gives(s, SIGNED_AT + DAY, "PASSED", "what is needed came along: LT");
	s = stamped(&tsa);
	s->sig.level = "XAdES-BASELINE-LT";
	s->options.require = "LTA";
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "and not LTA");
	s = archived(&signer, NULL, 0);
	s->sig.level = "XAdES-BASELINE-T";
	s->options.require = "LTA";
	gives(s, LATER, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "LTA has what LT has");
	s = archived(&signer, NULL, 0);
	s->sig.level = "XAdES-BASELINE-LTA";
	s->options.require = "LTA";
	gives(s, LATER, "PASSED", "LTA");
	s = begin(&signer);
	use_policy(s, ALGORITHMS "require: {level: T}\n");
	s->options.require = "B";
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
	      "nobody asks for less than the policy");
	s = begin(&signer);
	s->options.require = "X";
	s->options.at = SIGNED_AT;
	is_int(ed_validate(&s->item, &s->options, s->report, NULL), EDOC_ERR_USAGE,
	       "no such level");
	end(s);
}

static void counters(void)
{
	struct scene *s = begin(&signer);
	struct ed_ades counter = s->sig;

	counter.signer = cert_of(s, &unfit);
	counter.value_sha256[0] = 77;
	s->sig.counter = &counter;
	s->sig.n_counter = 1;
	judge(s, SIGNED_AT + DAY);
	is_int(s->report->signatures[0].pub.indication, EDOC_TOTAL_PASSED, "the signature is good");
	is_str(verdict(s, &s->report->signatures[0].counter[0], s->text),
	       "INDETERMINATE/SIG_CONSTRAINTS_FAILURE", "its counter-signature is not");
	is_int(s->report->indication, EDOC_TOTAL_PASSED,
	       "which anybody can add: the item is as good");
	ed_cert_clear(counter.signer);
	end(s);
	s = archived(&signer, NULL, 0);
	s->sig.level = "XAdES-BASELINE-LTA";
	counter = s->sig;
	counter.n_stamps = 0;
	counter.value_sha256[0] = 77;
	s->sig.counter = &counter;
	s->sig.n_counter = 1;
	s->options.require = "LTA";
	judge(s, LATER);
	is_int(s->report->signatures[0].pub.indication, EDOC_TOTAL_PASSED, "LTA is asked for");
	ok(!ed_findings_have(&s->report->signatures[0].counter[0].findings, "require.level"),
	   "and not of a counter-signature, which its signature's stamps keep");
	end(s);
}

static void explained(void)
{
	struct scene *s = stamped(&tsa);
	const struct ed_report_checks *checks;
	bool rule = false, best = false;

	s->options.explain = true;
	judge(s, SIGNED_AT + DAY);
	checks = &s->report->signatures[0].checks;
	ok(checks->n > 10, "%zu constraints are told", checks->n);
	for (size_t i = 0; i < checks->n; i++) {
		const struct ed_report_check *c = &checks->v[i];

		rule = rule || (c->rule && !strcmp(c->rule, "revocation.signer: if-named"));
		best = best || strstr(c->inputs, "best-signature-time=2020-04-10T00:01:00Z");
	}
	ok(rule, "with the rule of the policy");
	ok(best, "with the inputs");
	ok(s->report->signatures[0].stamps[0].checks.n > 5, "the time-stamp's too");
	end(s);
	s = stamped(&tsa);
	judge(s, SIGNED_AT + DAY);
	is_int((int64_t)s->report->signatures[0].checks.n, 0, "nothing where nobody asked");
	end(s);
}

/* ---- laws ---- */

static const char *conditions(const struct ed_report_condition *v, size_t n)
{
	static const char words[] = "?-+.";
	static char text[32];

	for (size_t i = 0; i < n && i < sizeof(text) - 1; i++)
		text[i] = words[v[i].met];
	text[n] = '\0';
	return text;
}

static void law_gives(struct scene *s, int64_t at, const char *sig, const char *doc,
                      const char *what)
{
	judge(s, at);
	is_str(conditions(s->report->signatures[0].conditions,
	                  s->report->signatures[0].n_conditions),
	       sig, what);
	is_str(conditions(s->report->conditions, s->report->n_conditions), doc, "the document");
	end(s);
}

static struct ed_card_field fields[] = {{"sender.name", "Karimova Dilnoza"},
                                        {"sender.postal-address", "Toshkent"},
                                        {"sender.email", "d@example.uz"},
                                        {"created", "2020-04-10"}};
static const struct ed_card card = {fields, 4}, no_email = {fields, 2};

static struct scene *lawful(const struct who *by, const struct ed_card *the_card, size_t covered)
{
	static struct ed_item_document documents[1];
	struct scene *s = begin(by);

	use_policy(s, ALGORITHMS "law: uz\n");
	s->item.card = the_card;
	documents[0] = (struct ed_item_document){.name = "metadata/card.xml", .covered = covered};
	s->item.documents = documents;
	s->item.n_documents = 1;
	return s;
}

static void laws(void)
{
	struct scene *s;

	law_gives(lawful(&signer, &card, 1), SIGNED_AT + DAY, "+++", "+++++", "all is met");
	law_gives(lawful(&signer, NULL, 0), SIGNED_AT + DAY, "+++", "+----", "no card");
	law_gives(lawful(&signer, &card, 0), SIGNED_AT + DAY, "+++", "+----",
	          "a card nobody signed");
	law_gives(lawful(&signer, &no_email, 1), SIGNED_AT + DAY, "+++", "+++--", "half a card");
	law_gives(lawful(&signer, &card, 1), LATER, "+-+", "+++++", "ended, and no proof");
	law_gives(lawful(&unfit, &card, 1), SIGNED_AT + DAY, "+--", "+++++", "for something else");
	law_gives(lawful(&signer_dp, &card, 1), SIGNED_AT + DAY, "+?+", "+++++",
	          "revocation unknown");
	s = lawful(&signer, &card, 1);
	s->sig.intact_signature = false;
	law_gives(s, SIGNED_AT + DAY, "-++", "-++++", "not authentic");
	s = lawful(&signer, &card, 1);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	judge(s, LATER);
	is_str(s->report->signatures[0].conditions[1].args[1], "signature time-stamp",
	       "valid at a moment, and what proves it");
	is_str(verdict(s, &s->report->signatures[0], s->text), "PASSED", "passes");
	end(s);
	s = lawful(&signer, &no_email, 1);
	judge(s, SIGNED_AT + DAY);
	is_int(s->report->indication, EDOC_INDETERMINATE, "what the law asks for decides");
	end(s);
	s = lawful(&signer, &no_email, 1);
	use_policy(s, ALGORITHMS "law: tj\n");
	law_gives(s, SIGNED_AT + DAY, "", "++-", "Tajikistan: signature, author, date");
}

/* ---- fetching ---- */

struct net {
	struct scene *scene;
	int64_t at;
	int asked;
	bool down;
};

static enum edoc_code fetch(void *arg, const struct edoc_fetch *what, void **bytes, size_t *len,
                            struct edoc_error *err)
{
	struct net *net = arg;
	unsigned char *der = NULL;
	X509_CRL *crl;
	int n;

	net->asked++;
	if (net->down || what->kind != EDOC_FETCH_CRL) {
		snprintf(err->msg, sizeof(err->msg), "no answer");
		return err->code = EDOC_ERR_AGAIN;
	}
	crl = new_crl(&ca, net->at, 9, "");
	X509_CRL_sort(crl);
	X509_CRL_sign(crl, ca.key, EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	X509_CRL_free(crl);
	*bytes = malloc((size_t)n);
	memcpy(*bytes, der, (size_t)n);
	*len = (size_t)n;
	OPENSSL_free(der);
	return EDOC_OK;
}

static void online(void)
{
	struct net net = {.at = SIGNED_AT + DAY - 60};
	struct scene *s = begin(&signer_dp);

	s->options.fetch = fetch;
	s->options.fetch_arg = &net;
	gives(s, SIGNED_AT + DAY, "PASSED", "a CRL from the network");
	is_int(net.asked, 1, "asked once");
	s = begin(&signer_dp);
	s->options.fetch = fetch;
	s->options.fetch_arg = &net;
	put_crl(s, &ca, SIGNED_AT + DAY - 60, 0, 0);
	gives(s, SIGNED_AT + DAY, "PASSED", "what came along does");
	is_int(net.asked, 1, "so nobody is asked");
	net.down = true;
	s = begin(&signer_dp);
	s->options.fetch = fetch;
	s->options.fetch_arg = &net;
	judge(s, SIGNED_AT + DAY);
	is_str(verdict(s, &s->report->signatures[0], s->text), "INDETERMINATE/TRY_LATER",
	       "the network is down");
	ok(ed_findings_have(&s->report->findings, "fetch.failed"), "which is told");
	end(s);
	s = stamped(&tsa);
	s->options.fetch = fetch;
	s->options.fetch_arg = &net;
	gives(s, SIGNED_AT + DAY, "PASSED", "a source is not asked where none is named");
	net.down = false;
	s = begin(&signer_dp);
	stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	s->sig.level = "XAdES-BASELINE-T";
	s->options.require = "LT";
	s->options.fetch = fetch;
	s->options.fetch_arg = &net;
	gives(s, SIGNED_AT + DAY, "INDETERMINATE/SIG_CONSTRAINTS_FAILURE",
	      "what the network answers makes no LT");
}

/* ---- a certificate by itself ---- */

static void certificate_gives(const struct who *w, edoc_fetch_fn *fn, struct net *net,
                              const char *want, const char *what)
{
	struct scene *s = begin(NULL);
	struct ed_cert *cert = cert_of(s, w);
	STACK_OF(X509) *with = sk_X509_new_null();
	struct ed_findings findings;
	struct edoc_error err = {0};
	char codes[256] = "";

	sk_X509_push(with, ca.x);
	s->options.at = SIGNED_AT;
	s->options.fetch = fn;
	s->options.fetch_arg = net;
	ed_findings_init(&findings, s->arena);
	is_ok(ed_judge_certificate(cert, with, &s->options, EDOC_FOR_SIGN, "here", s->arena,
	                           &findings, &err),
	      &err, "judged");
	for (size_t i = 0; i < findings.n; i++)
		snprintf(codes + strlen(codes), sizeof(codes) - strlen(codes), "%s%s", i ? " " : "",
		         findings.v[i].code);
	is_str(codes, want, what);
	ed_cert_clear(cert);
	sk_X509_free(with);
	end(s);
}

static void certificates(void)
{
	struct net net = {.at = SIGNED_AT - 60}, down = {.down = true};

	certificate_gives(&signer, NULL, NULL, "", "a signer");
	certificate_gives(&weak, NULL, NULL, "algorithm.key", "a weak one");
	certificate_gives(&unfit, NULL, NULL, "key-usage.unfit", "one for something else");
	certificate_gives(&tsa_other, NULL, NULL, "chain.not-found key-usage.unfit",
	                  "a TSA of another authority");
	certificate_gives(&signer_dp, NULL, NULL, "revocation.not-checked", "a source is named");
	certificate_gives(&signer_dp, fetch, &net, "", "and answers");
	certificate_gives(&signer_dp, fetch, &down, "revocation.not-checked fetch.failed",
	                  "or does not");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	make_pki();
	basic();
	chains();
	policies();
	revocation();
	ocsp();
	listers();
	algorithms();
	with_time();
	revoked_tsas();
	order();
	stamps();
	long_term();
	past();
	carried(false, "INDETERMINATE/REVOCATION_OUT_OF_BOUNDS_NO_POE", "an answer beside a token");
	carried(true, "PASSED", "an answer inside a token that was archived");
	late_renewal(SIGNED_AT + 200 * DAY, "PASSED", "E08: SHA-1 was good when SHA-256 took over");
	late_renewal(SIGNED_AT + 400 * DAY, "INDETERMINATE/OUT_OF_BOUNDS_NO_POE",
	             "E08: it was not any more");
	records();
	containers();
	levels();
	counters();
	explained();
	laws();
	online();
	certificates();
	free_pki();
	unlink(path);
	return done();
}
