/* SPDX-License-Identifier: ISC */
/*
 * The table of findings.  A test holds it against the codes that the library
 * makes and against edoc-report(5).
 */
#include <string.h>

#include "judge/rules.h"

#define N_(s) s /* marks a sentence for the catalogue */

#define FAILED EDOC_TOTAL_FAILED
#define UNSURE EDOC_INDETERMINATE
#define E EDOC_ERROR
#define W EDOC_WARNING
#define I EDOC_INFO

static const struct ed_rule rules[] = {
        /* the container */
        {"container.malformed", E, FAILED, "FORMAT_FAILURE", "EN 319 162-1 A.1",
         N_("this is not an acceptable package: {0}"),
         N_("ask the sender for the package again; do not repair it by hand")},
        {"container.mimetype-missing", E, UNSURE, NULL, "EN 319 162-1 A.1",
         N_("the package does not say what it is: there is no entry mimetype"),
         N_("it was probably repacked by another program: ask for the original")},
        {"container.mimetype-wrong", E, UNSURE, NULL, "EN 319 162-1 A.1",
         N_("the entry mimetype says \"{0}\", which is no ASiC package"),
         N_("it was probably repacked by another program: ask for the original")},
        {"container.mimetype-late", W, UNSURE, NULL, "EN 319 162-1 A.1",
         N_("mimetype is not the first entry"), ""},
        {"container.mimetype-deflated", W, UNSURE, NULL, "EN 319 162-1 A.1",
         N_("mimetype is compressed; it should be stored"), ""},
        {"container.mimetype-extra-field", W, UNSURE, NULL, "EN 319 162-1 A.1",
         N_("mimetype has an extra field; it should have none"), ""},
        {"container.unknown-entry", E, UNSURE, NULL, "EN 319 162-1 4.4.2",
         N_("{0} is in META-INF and nothing explains or protects it"),
         N_("somebody added it after the package was made: ask the sender what it is")},
        {"container.empty-folder", E, UNSURE, NULL, "EN 319 162-1 4.4.2",
         N_("the folder {0} holds nothing and nothing protects it"),
         N_("somebody added it after the package was made: ask the sender what it is")},
        {"container.no-documents", E, UNSURE, NULL, "EN 319 162-1 4.4.2",
         N_("the package holds no document"), ""},
        {"document.uncovered", E, UNSURE, NULL, "EN 319 162-1 4.4.4.2",
         N_("{0} is not covered by any signature"),
         N_("treat that document as unsigned; ask the sender whether it belongs here")},
        {"document.partly-covered", E, UNSURE, NULL, "EN 319 162-1 4.4.4.2",
         N_("{0} is covered by {1} of {2} signatures"),
         N_("see with -v which signer did not sign that document")},
        {"manifest.missing", E, UNSURE, NULL, "EN 319 162-1 4.4.3.2",
         N_("there is no META-INF/manifest.xml, so nothing tells which documents belong here"),
         N_("it was probably repacked by another program: ask for the original")},
        {"manifest.malformed", E, FAILED, "FORMAT_FAILURE", "EN 319 162-1 4.4.3.2",
         N_("META-INF/manifest.xml cannot be read: {0}"),
         N_("ask the sender for the package again")},
        {"manifest.omits", E, UNSURE, NULL, "EN 319 162-1 4.4.3.2",
         N_("the manifest does not name {0}"),
         N_("somebody added it after the package was made, or the sender's program is faulty")},
        {"manifest.names-absent", E, UNSURE, NULL, "EN 319 162-1 4.4.3.2",
         N_("the manifest names {0}, which is not in the package"),
         N_("a document was taken out, or the sender's program is faulty")},
        {"manifest.duplicate", E, FAILED, "FORMAT_FAILURE", "OpenDocument 1.2 part 3, 4.3",
         N_("the manifest names {0} twice"), N_("ask the sender for the package again")},
        {"card.malformed", E, UNSURE, NULL, "edoc-profile(5)",
         N_("the document card cannot be read: {0}"), N_("ask the sender for the package again")},

        /* signatures */
        {"signature.none", E, UNSURE, NULL, "EN 319 102-1 5.1.4.2",
         N_("nobody has signed this package"), N_("ask the sender to sign it")},
        {"signature.entry-malformed", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4",
         N_("{0} is not acceptable XML or holds no signature: {1}"),
         N_("ask the sender for the package again")},
        {"signature.form-not-judged", E, UNSURE, NULL, "EN 319 122-1",
         N_("{0} is a CAdES signature, which this version does not judge"),
         N_("verify it with a newer edoc-verify")},
        {"signature.too-many", E, UNSURE, NULL, "edoc.7, LIMITS",
         N_("there are more than {0} signatures"), ""},
        {"signature.time-future", E, UNSURE, "SIG_CONSTRAINTS_FAILURE", "EN 319 102-1 5.2.8",
         N_("the claimed signing time {0} is after the moment of judgement"),
         N_("the signer's clock was wrong, or --at names a moment before the signature")},

        /* algorithms */
        {"algorithm.digest", E, UNSURE, "CRYPTO_CONSTRAINTS_FAILURE", "TS 119 312 5",
         N_("the digest {0} is not accepted at the moment of judgement"),
         N_("ask the signer to sign again with SHA-256 or better")},
        {"algorithm.key", E, UNSURE, "CRYPTO_CONSTRAINTS_FAILURE", "TS 119 312 6",
         N_("the key {0} is not accepted at the moment of judgement"),
         N_("ask the signer to sign again with a stronger key")},
        {"algorithm.certificate", E, UNSURE, "CRYPTO_CONSTRAINTS_FAILURE", "TS 119 312 5, 6",
         N_("{1} in the certificate of {0} is not accepted at the moment of judgement"),
         N_("ask the certification authority for certificates with better algorithms")},

        /* the signer's certificate and its chain */
        {"chain.not-found", E, UNSURE, "NO_CERTIFICATE_CHAIN_FOUND", "EN 319 102-1 5.2.6",
         N_("no path leads from {0} to a trusted certificate: {1} is not trusted or not there"),
         N_("if you trust that authority, give its root with --trust")},
        {"chain.expired", E, UNSURE, "OUT_OF_BOUNDS_NO_POE", "EN 319 102-1 5.2.6",
         N_("the certificate of {0} ended on {1}"),
         N_("without a proof that the signature is older, ask the signer to sign again")},
        {"chain.not-yet-valid", E, UNSURE, "OUT_OF_BOUNDS_NO_POE", "EN 319 102-1 5.2.6",
         N_("the certificate of {0} begins only on {1}"),
         N_("judge at a later moment, or ask the signer which certificate is meant")},
        {"chain.signature", E, UNSURE, "CERTIFICATE_CHAIN_GENERAL_FAILURE", "RFC 5280 6.1.3",
         N_("the certificate of {0} was not signed by {1}, whose name it bears"),
         N_("treat the signature as forged; ask the signer")},
        {"chain.constraints", E, UNSURE, "CHAIN_CONSTRAINTS_FAILURE", "RFC 5280 6.1",
         N_("the certificate of {0} is not acceptable in this chain: {1}"),
         N_("tell the certification authority that issued it")},
        {"key-usage.unfit", E, UNSURE, "SIG_CONSTRAINTS_FAILURE", "RFC 5280 4.2.1.3",
         N_("the certificate of {0} is not made for signing documents, but for {1}"),
         N_("ask the signer to sign with a certificate for signatures")},
        {"revocation.not-checked", E, UNSURE, "TRY_LATER", "EN 319 102-1 5.2.5",
         N_("whether the certificate of {0} was revoked is not known"),
         N_("this version looks up no revocation; ask the authority that issued it")},

        /* the route; its own room adds what a ledger shows */
        {"route.not-replayed", W, UNSURE, NULL, "edoc-route(5)",
         N_("the package carries a route ledger, which was not looked at"),
         N_("run edoc-verify without --no-route")},

        /* RULES-FROM-ROOMS */

        {"internal.memory", E, UNSURE, NULL, "edoc.7", N_("memory ran out while judging"),
         N_("try again on a machine with more memory")},
};

const struct ed_rule *ed_rule_at(size_t i)
{
	return i < sizeof(rules) / sizeof(rules[0]) ? &rules[i] : NULL;
}

const struct ed_rule *ed_rule(const char *code)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!strcmp(rules[i].code, code))
			return &rules[i];
	}
	return NULL;
}
