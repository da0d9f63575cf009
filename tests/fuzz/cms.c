/* SPDX-License-Identifier: ISC */
/* A ledger's CMS over a fixed header.  No input but the seed's own signer can
 * make all facts true without being accepted by OpenSSL too. */
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "door/crypto.h"
#include "door/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char content[] = "{\"format\":\"edoc-entry/1\"}";

static bool openssl_takes(const uint8_t *data, size_t size)
{
	const unsigned char *p = data;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &p, (long)size);
	BIO *bio = BIO_new_mem_buf(content, sizeof(content) - 1);
	bool good = cms && CMS_verify(cms, NULL, NULL, bio, NULL,
	                              CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1;

	BIO_free(bio);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_cms_facts facts;

	if (arena && ed_cms_verify(data, size, content, sizeof(content) - 1, "f", arena, &facts,
	                           NULL) == EDOC_OK) {
		if (facts.intact_signature && (!facts.signer || !facts.others))
			abort();
		if (facts.intact_data && facts.intact_signature && !openssl_takes(data, size))
			abort();
		ed_cms_facts_clear(&facts);
	} else if (ERR_peek_error()) {
		abort(); /* an error left behind */
	}
	ed_arena_free(arena);
	return 0;
}
