/* SPDX-License-Identifier: ISC */
#include <stddef.h>
#include <string.h>

#include "signature/xadesnames.h"

static const struct {
	const char *word, *uri, *oid;
} commitments[] = {
        {"origin", "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",
         "urn:oid:1.2.840.113549.1.9.16.6.1"},
        {"receipt", "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt",
         "urn:oid:1.2.840.113549.1.9.16.6.2"},
        {"delivery", "http://uri.etsi.org/01903/v1.2.2#ProofOfDelivery",
         "urn:oid:1.2.840.113549.1.9.16.6.3"},
        {"sender", "http://uri.etsi.org/01903/v1.2.2#ProofOfSender",
         "urn:oid:1.2.840.113549.1.9.16.6.4"},
        {"approval", "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",
         "urn:oid:1.2.840.113549.1.9.16.6.5"},
        {"creation", "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation",
         "urn:oid:1.2.840.113549.1.9.16.6.6"},
};
#define N_COMMITMENTS (sizeof(commitments) / sizeof(commitments[0]))

const char *ed_commitment_by_uri(const char *uri)
{
	for (size_t i = 0; i < N_COMMITMENTS; i++)
		if (!strcmp(uri, commitments[i].uri) || !strcmp(uri, commitments[i].oid) ||
		    !strcmp(uri, commitments[i].oid + strlen("urn:oid:")))
			return commitments[i].word;
	return NULL;
}

const char *ed_commitment_uri(const char *word)
{
	for (size_t i = 0; i < N_COMMITMENTS; i++)
		if (!strcmp(word, commitments[i].word))
			return commitments[i].uri;
	return NULL;
}
