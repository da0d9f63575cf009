/* SPDX-License-Identifier: ISC */
/* What making and reading an envelope share. */
#ifndef ED_PACKAGE_ENVELOPEPART_H
#define ED_PACKAGE_ENVELOPEPART_H

#include "door/cipher.h"
#include "package/envelope.h"

#define ED_OID_AUTH_ENVELOPED "1.2.840.113549.1.9.16.1.23" /* RFC 5083 2.1 */
#define ED_OID_DATA "1.2.840.113549.1.7.1"
#define ED_OID_AES256_GCM "2.16.840.1.101.3.4.1.46"  /* RFC 5084 3.2 */
#define ED_OID_AES256_WRAP "2.16.840.1.101.3.4.1.45" /* RFC 3565 2.3.2 */
#define ED_OID_RSA_OAEP "1.2.840.113549.1.1.7"       /* RFC 4055 4.1 */
#define ED_OID_MGF1 "1.2.840.113549.1.1.8"
#define ED_OID_EC_PUBLIC_KEY "1.2.840.10045.2.1" /* RFC 5480 2.1.1 */

#define ED_ENVELOPE_CHUNK ((size_t)256 << 10)

/* dhSinglePass-stdDH with that digest (RFC 5753 7.1.4); NULL: there is none. */
const char *ed_envelope_agreement(enum ed_hash kdf);
/* ECC-CMS-SharedInfo (RFC 5753 7.2): what the key is for, how long it is.  wrap:
 * the KeyWrapAlgorithm; ukm may be absent. */
void ed_envelope_shared_info(struct ed_buf *out, const struct ed_ber *wrap,
                             const struct ed_ber *ukm);
/* Over all of the cipher text, with the content key; EDOC_OK only when the tag is
 * right at its end.  out -1: nothing is written. */
enum edoc_code ed_envelope_pass(const struct ed_envelope *envelope,
                                const unsigned char key[ED_AEAD_KEY], int out,
                                struct edoc_error *err) EDOC_CHECK;

#endif
