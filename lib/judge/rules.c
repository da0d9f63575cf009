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

        /* XML signatures (lib/signature) */
        {"signature.malformed", E, FAILED, "FORMAT_FAILURE", "W3C XML Signature 1.1, 4",
         N_("the signature's element {0} is missing, repeated, out of place or unreadable"),
         N_("ask the signer to sign again; a program never makes this by itself")},
        {"signature.algorithm-unknown", E, UNSURE, "CRYPTO_CONSTRAINTS_FAILURE",
         "W3C XML Signature 1.1, 6", N_("the signature's algorithm {0} is not one that is read"),
         N_("ask the signer to sign with RSA or ECDSA and SHA-256 or better")},
        {"signature.algorithm-refused", E, FAILED, "FORMAT_FAILURE",
         "W3C XML Signature 1.1, 6.3",
         N_("the signature's method says {0}, which is never accepted: anybody could make it"),
         N_("treat the documents as unsigned")},
        {"signature.key-info-refused", E, FAILED, "FORMAT_FAILURE",
         "W3C XML Signature 1.1, 4.5.3",
         N_("the signature's {0} points elsewhere for the key; only certificates inside count"),
         N_("ask the signer to sign again with the certificate in the signature")},
        {"signature.value", E, FAILED, "SIG_CRYPTO_FAILURE", "EN 319 102-1 5.2.7.4",
         N_("the signature's value was not made by the key of {0}, or what was signed has changed"),
         N_("treat the documents as unsigned and ask the signer")},
        {"signature.key-unknown", E, UNSURE, "CRYPTO_CONSTRAINTS_FAILURE", "EN 319 102-1 5.2.7",
         N_("the certificate of {0} holds a key that is not read"), ""},
        {"signature.certificate-missing", E, UNSURE, "NO_SIGNING_CERTIFICATE_FOUND",
         "EN 319 102-1 5.2.3.4", N_("the signature carries no certificate"),
         N_("ask the signer to sign again with the certificate in the signature")},
        {"signature.certificate-malformed", E, FAILED, "FORMAT_FAILURE",
         "W3C XML Signature 1.1, 4.5.4.1", N_("a certificate of the signature is unreadable: {0}"),
         ""},
        {"signature.certificate-unbound", E, UNSURE, "SIG_CONSTRAINTS_FAILURE",
         "EN 319 132-1 5.2.2",
         N_("the signature does not say by SigningCertificate that the certificate of {0} is meant"),
         N_("ask the signer to make a XAdES signature")},
        {"signature.certificate-mismatch", E, UNSURE, "NO_SIGNING_CERTIFICATE_FOUND",
         "EN 319 132-1 5.2.2",
         N_("the certificate of {0} is not the one that the signer named in SigningCertificate"),
         N_("the certificate was exchanged: treat the documents as unsigned")},
        {"signature.certificate-issuer-serial", E, UNSURE, "SIG_CONSTRAINTS_FAILURE",
         "EN 319 132-1 5.2.2",
         N_("the issuer and serial number that the signer named are not those of the "
            "certificate of {0}"),
         N_("ask the signer; the signing program may be faulty")},
        {"signature.policy-not-judged", I, UNSURE, NULL, "EN 319 132-1 5.2.9",
         N_("the signer names the signature policy {0}, which was not looked at"), ""},
        {"signature.unsigned-properties-not-judged", I, UNSURE, NULL, "EN 319 132-1 5.3",
         N_("time-stamps and other unsigned properties of the signature were not looked at"), ""},
        {"signature.older-root", W, UNSURE, NULL, "EN 319 162-1 A.4",
         N_("the signature file's root is {0}, of a form before EN 319 162-1"), ""},
        {"signature.foreign-element", W, UNSURE, NULL, "EN 319 162-1 A.4",
         N_("beside the signatures stands an element {0}, which was not looked at"), ""},
        {"reference.malformed", E, FAILED, "FORMAT_FAILURE", "W3C XML Signature 1.1, 4.4.3",
         N_("the reference {0} cannot be read: {1}"), ""},
        {"reference.refused", E, FAILED, "FORMAT_FAILURE", "EN 319 162-1 4.4.3.2",
         N_("the reference {0} names neither a document of the package nor the signed "
            "properties"),
         N_("ask the signer to sign again with another program")},
        {"reference.transform-refused", E, FAILED, "FORMAT_FAILURE",
         "W3C XML Signature 1.1, 4.4.3.4",
         N_("the reference {0} is changed by {1} before it is digested, which is never run"),
         N_("ask the signer to sign again with another program")},
        {"reference.algorithm-unknown", E, UNSURE, "CRYPTO_CONSTRAINTS_FAILURE",
         "W3C XML Signature 1.1, 6.2", N_("the digest of {0} is by {1}, which is not read"), ""},
        {"reference.absent", E, UNSURE, "SIGNED_DATA_NOT_FOUND", "EN 319 102-1 5.2.7.4",
         N_("{0} was signed and is not in the package"),
         N_("a document was taken out or renamed: ask the sender for the package again")},
        {"reference.digest", E, FAILED, "HASH_FAILURE", "EN 319 102-1 5.2.7.4",
         N_("{0} has changed since it was signed"),
         N_("ask the sender for the package again")},
        {"reference.none", E, UNSURE, "SIGNED_DATA_NOT_FOUND", "EN 319 162-1 4.4.3.2",
         N_("the signature signs no document"), ""},
        {"properties.missing", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.3",
         N_("the signature has no {0}: it is not a XAdES signature"),
         N_("ask the signer to make a XAdES signature")},
        {"properties.several", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.3",
         N_("the signature has several {0}: which one was signed is not certain"),
         N_("a program never makes this by itself: treat the documents as unsigned")},
        {"properties.elsewhere", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.3.2",
         N_("the signature's properties are said to be elsewhere ({0}), which is not followed"),
         ""},
        {"properties.target", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.3.1",
         N_("the signed properties are those of another signature ({0})"),
         N_("a program never makes this by itself: treat the documents as unsigned")},
        {"properties.type", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.4.2",
         N_("the reference {0} to the signed properties has not their Type but \"{1}\""),
         N_("ask the signer to sign again with another program")},
        {"properties.reference-missing", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.4.2",
         N_("the signature does not sign its properties: time, certificate and role are "
            "anybody's words"),
         N_("ask the signer to make a XAdES signature")},
        {"properties.reference-elsewhere", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.4.2",
         N_("the signed properties are not those of the signature but the element {0}"),
         N_("a program never makes this by itself: treat the documents as unsigned")},
        {"properties.repeated", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 4.3",
         N_("the signed property {0} is given more than once"),
         N_("ask the signer to sign again with another program")},
        {"properties.malformed", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 5.2",
         N_("the signed property {0} cannot be read"),
         N_("ask the signer to sign again with another program")},
        {"properties.object-reference", E, FAILED, "FORMAT_FAILURE", "EN 319 132-1 5.2.4",
         N_("a signed property speaks about {0}, which is not a reference of the signature"),
         ""},
        {"properties.time-missing", W, UNSURE, NULL, "EN 319 132-1 6.3",
         N_("the signer does not say when he signed"), ""},
        {"properties.format-missing", W, UNSURE, NULL, "EN 319 132-1 6.3",
         N_("the signer does not say of what format {0} is (DataObjectFormat)"), ""},
        {"properties.older-xades", W, UNSURE, NULL, "EN 319 132-1 4.2",
         N_("the signed properties are of an older XAdES ({0})"), ""},
        {"properties.commitment-several", I, UNSURE, NULL, "EN 319 132-1 5.2.3",
         N_("the signer also commits himself to: {0}"), ""},
        {"properties.commitment-partial", W, UNSURE, NULL, "EN 319 132-1 5.2.3",
         N_("the signer commits himself to {0} only, not to all that he signed"), ""},
        {"properties.not-judged", I, UNSURE, NULL, "EN 319 132-1 5.2",
         N_("the signed property {0} was not looked at"), ""},

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
