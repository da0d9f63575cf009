/* SPDX-License-Identifier: ISC */
/* Iteration counts, read before libcrypto goes through them. */
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "door/keyrounds.h"

#define PBMAC1 "1.2.840.113549.1.5.14" /* RFC 9579; its parameters are shaped as PBES2's */

static uint64_t number(const ASN1_INTEGER *n, uint64_t absent)
{
	uint64_t value;

	if (!n)
		return absent;
	return ASN1_INTEGER_get_uint64(&value, n) ? value : UINT64_MAX;
}

static uint64_t times(uint64_t a, uint64_t b)
{
	uint64_t product;

	return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static uint64_t rounds_of_pbkdf2(const ASN1_TYPE *parameter)
{
	PBKDF2PARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), parameter);
	uint64_t rounds = p ? number(p->iter, 1) : 0;

	PBKDF2PARAM_free(p);
	return rounds;
}

static uint64_t rounds_of_scrypt(const ASN1_TYPE *parameter)
{
	SCRYPT_PARAMS *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), parameter);
	uint64_t rounds = p ? times(times(number(p->costParameter, 1), number(p->blockSize, 1)),
	                            number(p->parallelizationParameter, 1))
	                    : 0;

	SCRYPT_PARAMS_free(p);
	return rounds;
}

/* Of a key and an IV: RFC 7292 B.2 goes through its rounds for each. */
static uint64_t rounds_of_pbe(const ASN1_TYPE *parameter)
{
	PBEPARAM *p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), parameter);
	uint64_t rounds = p ? times(2, number(p->iter, 1)) : 0;

	PBEPARAM_free(p);
	return rounds;
}

static uint64_t rounds_of_kdf(const X509_ALGOR *kdf)
{
	switch (OBJ_obj2nid(kdf->algorithm)) {
	case NID_id_pbkdf2:
		return rounds_of_pbkdf2(kdf->parameter);
	case NID_id_scrypt:
		return rounds_of_scrypt(kdf->parameter);
	default:
		return 0; /* none that libcrypto derives by */
	}
}

uint64_t ed_rounds_of(const X509_ALGOR *alg)
{
	char oid[80];
	PBE2PARAM *p;
	uint64_t rounds;

	OBJ_obj2txt(oid, sizeof(oid), alg->algorithm, 1);
	if (OBJ_obj2nid(alg->algorithm) != NID_pbes2 && strcmp(oid, PBMAC1) != 0) {
		rounds = rounds_of_pbe(alg->parameter);
	} else {
		p = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), alg->parameter);
		rounds = p ? rounds_of_kdf(p->keyfunc) : 0;
		PBE2PARAM_free(p);
	}
	ERR_clear_error();
	return rounds;
}

enum edoc_code ed_rounds_spend(uint64_t *spent, uint64_t rounds, const char *path,
                               struct edoc_error *err)
{
	if (rounds > ED_MAX_KEY_ROUNDS || *spent > ED_MAX_KEY_ROUNDS - rounds)
		return ed_fail(err, EDOC_ERR_LIMIT, path,
		               "opening it takes more than %d rounds (its iteration counts): "
		               "export the key anew with a smaller count",
		               ED_MAX_KEY_ROUNDS);
	*spent += rounds;
	return EDOC_OK;
}
