/* SPDX-License-Identifier: ISC */
/* A TSA of our own: its answer to a request, right but for what a test changes. */
#ifndef TSAKIT_H
#define TSAKIT_H

#include <openssl/pem.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmskit.h"
#include "pkikit.h"
#include "signature/tspask.h"

#define ID_TST "1.2.840.113549.1.9.16.1.4"
#define TSA_POLICY "1.3.6.1.4.1.99999.7"
#define TSA_EXT "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
#define INTEGER 0x02

/* A key with its certificate, through a file as all keys come. */
__attribute__((unused)) static struct edoc_key *key_of(const char *cn, const char *extensions)
{
	struct who w = issue(cn, NULL, 7, extensions);
	char path[] = "/tmp/edoc-tsakit-XXXXXX";
	struct edoc_key *key = NULL;
	struct edoc_error err = {0};
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (f) {
		PEM_write_PrivateKey(f, w.key, NULL, NULL, 0, NULL, NULL);
		PEM_write_X509(f, w.x);
		fclose(f);
	}
	is_ok(edoc_key_load(path, NULL, NULL, NULL, NULL, &key, &err), &err, cn);
	unlink(path);
	who_free(&w);
	return key;
}

/* What a test may replace. */
struct reply {
	struct edoc_key *key;
	struct bytes status;  /* PKIStatusInfo */
	struct bytes imprint; /* its elements of TSTInfo ... */
	struct bytes nonce;
	const char *policy, *time;
	struct bytes extensions;
	struct bytes ess;    /* the attribute that binds the certificate */
	bool bare;           /* without certificates */
	struct bytes behind; /* the token, within the answer */
};

__attribute__((unused)) static struct bytes status_info(int status)
{
	unsigned char v = (unsigned char)status;

	return tlv(SEQ, tlv(INTEGER, raw(&v, 1)));
}

__attribute__((unused)) static struct bytes imprint_of(const char *algorithm, const void *p,
                                                       size_t n)
{
	return tlv(SEQ,
	           join(tlv(SEQ, join(oid(algorithm), raw("\5\0", 2))), tlv(OCTETS, raw(p, n))));
}

__attribute__((unused)) static struct bytes number(const unsigned char *p, size_t n)
{
	for (; n > 1 && !*p; p++)
		n--;
	return tlv(INTEGER, *p & 0x80 ? join(raw("", 1), raw(p, n)) : raw(p, n));
}

__attribute__((unused)) static struct reply good_reply(struct edoc_key *key,
                                                       const struct ed_tsq *tsq)
{
	return (struct reply){.key = key,
	                      .status = status_info(0),
	                      .imprint = imprint_of(SHA256, tsq->imprint, 32),
	                      .nonce = number(tsq->nonce, sizeof(tsq->nonce)),
	                      .policy = tsq->policy ? tsq->policy : TSA_POLICY,
	                      .time = "20260305041109Z",
	                      .extensions = none(),
	                      .ess = bound_to(key),
	                      .behind = none()};
}

__attribute__((unused)) static struct bytes token_in(const struct reply *r)
{
	struct bytes info = join(tlv(INTEGER, raw("\1", 1)), oid(r->policy)), digest;

	info = join(join(info, r->imprint), tlv(INTEGER, raw("\x09", 1)));
	info = join(info, tlv(0x18, raw(r->time, strlen(r->time))));
	info = tlv(SEQ, join(info, join(r->nonce, r->extensions)));
	digest = attribute(MESSAGE_DIGEST, tlv(OCTETS, hash(ED_SHA256, info)));
	struct parts p = {.key = r->key,
	                  .attrs = three(attribute(CONTENT_TYPE, oid(ID_TST)), digest, r->ess),
	                  .sid = issuer_and_serial(r->key),
	                  .digest_alg = alg(SHA256),
	                  .signature_alg = alg(ECDSA_SHA256),
	                  .encap = join(oid(ID_TST), tlv(0xa0, tlv(OCTETS, info))),
	                  .certs = r->bare ? none() : tlv(0xa0, cert(r->key)),
	                  .crls = none(),
	                  .unsigned_attrs = none(),
	                  .type = ID_SIGNED};
	return build(&p);
}

__attribute__((unused)) static struct bytes answer_in(const struct reply *r)
{
	return tlv(SEQ, join(r->status, join(token_in(r), r->behind)));
}

#endif
