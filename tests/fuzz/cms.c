/* SPDX-License-Identifier: ISC */
/*
 * A CMS over a fixed content, read in two ways: as the ledger's, strictly, and
 * as anybody's.  No input but a seed's own signer can make all facts true
 * without being accepted by OpenSSL too.
 */
#include <stdlib.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "door/crypto.h"
#include "door/x509.h"
#include "signature/cms.h"
#include "signature/cmsledger.h"

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

static bool ledger(const uint8_t *data, size_t size, struct ed_arena *arena)
{
	struct ed_cms_facts facts;
	bool good;

	if (ed_cms_verify(data, size, content, sizeof(content) - 1, "f", arena, &facts, NULL) !=
	    EDOC_OK)
		return false;
	good = facts.intact_data && facts.intact_signature;
	if (facts.intact_signature && (!facts.signer || !facts.others))
		abort();
	if (good && !openssl_takes(data, size))
		abort();
	ed_cms_facts_clear(&facts);
	return good;
}

static bool check(const struct ed_cms *cms, const struct ed_cms_signer *s,
                  const struct ed_material *material, struct ed_arena *arena)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_cms_checked checked = {0};
	struct ed_findings findings;
	struct ed_cert *cert;
	enum ed_hash hash;
	bool have;

	ed_findings_init(&findings, arena);
	if (ed_cms_signer_cert(s, material, arena, &cert, NULL) != EDOC_OK)
		return false;
	have = cms->content.whole ? ed_cms_content_digest(cms, s->digest, digest)
	                          : ed_hash_bytes(s->digest, content, sizeof(content) - 1, digest);
	if (cert && ed_cms_ess(s, cert, &hash) == ED_ESS_MATCH && hash == ED_HASH_NONE)
		abort();
	if (ed_cms_check(cms, s, cert, have ? digest : NULL, arena, &findings, &checked, NULL) !=
	    EDOC_OK)
		abort();
	if (checked.value && (!cert || !s->signed_attrs.whole))
		abort();
	/* Everything is right, or there is a reason; the content is the caller's. */
	if (cert && !(checked.value && checked.content_type) && findings.n == 0)
		abort();
	ed_cert_clear(cert);
	return checked.value && checked.content_type && checked.message_digest;
}

static bool anybody(const uint8_t *data, size_t size, struct ed_arena *arena)
{
	struct ed_material material;
	struct ed_cms cms;
	bool good = true;

	ed_material_init(&material, arena);
	if (ed_cms_read(data, size, "f", &material, arena, &cms, NULL) != EDOC_OK)
		return false;
	for (size_t i = 0; i < cms.n_signers; i++)
		good = check(&cms, &cms.signers[i], &material, arena) && good;
	return good && cms.n_signers > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();

	if (!arena)
		return 0;
	/* What the strict reader takes, the other does. */
	if (ledger(data, size, arena) && !anybody(data, size, arena))
		abort();
	(void)anybody(data, size, arena);
	if (ERR_peek_error())
		abort(); /* an error left behind */
	ed_arena_free(arena);
	return 0;
}
