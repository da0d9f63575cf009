/* SPDX-License-Identifier: ISC */
/*
 * CMS AuthEnvelopedData (RFC 5083, 5084; ECDH by RFC 5753, RSA-OAEP by RFC
 * 3560) around bytes of any length: AES-256-GCM, a recipient each, read and
 * written piece by piece.  Reading takes two passes: the tag is checked before
 * a byte of the content is given to anybody.
 */
#ifndef ED_PACKAGE_ENVELOPE_H
#define ED_PACKAGE_ENVELOPE_H

#include "base/io.h"
#include "door/x509.h"

struct ed_envelope_recipient {
	const char *where;    /* the certificate's place, for messages */
	struct ed_cert *cert; /* RSA >= 2048 or EC P-256/384/521, key usage fit for it */
};

/* From fd (size bytes) to out, which is read back; DER of definite lengths. */
enum edoc_code ed_envelope_write(int fd, uint64_t size, const char *name,
                                 const struct ed_envelope_recipient *to, size_t n, int out,
                                 struct edoc_error *err) EDOC_CHECK;

/* Who it is for, and where the cipher text lies. */
struct ed_envelope;
enum edoc_code ed_envelope_open(int fd, uint64_t size, const char *name, struct ed_arena *arena,
                                struct ed_envelope **envelope, struct edoc_error *err) EDOC_CHECK;
size_t ed_envelope_recipients(const struct ed_envelope *envelope);
/* For people: "CN=... 1f2e" of recipient i. */
const char *ed_envelope_recipient(const struct ed_envelope *envelope, size_t i);
/* out -1: only the first pass.  EDOC_ERR_DENIED: not for this key;
 * EDOC_ERR_INPUT: changed on the way, or cut; what out got then is worth nothing. */
enum edoc_code ed_envelope_read(struct ed_envelope *envelope, const struct edoc_key *key, int out,
                                struct edoc_error *err) EDOC_CHECK;

#endif
