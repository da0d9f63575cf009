/* SPDX-License-Identifier: ISC */
/*
 * bench-lt PKI PACKAGE...: raises XAdES-B packages of bench-make to LT: a
 * signature time-stamp, an OCSP answer, the certificates.  PKI holds ca.pem,
 * signer.pem, tsa.pem (with its key), ocsp.pem (with its key).
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zip.h>

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"

struct pki {
	X509 *ca, *signer, *tsa, *ocsp;
	EVP_PKEY *tsa_key, *ocsp_key;
	TS_RESP_CTX *stamper;
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench-lt: %s\n", what);
	exit(1);
}

static X509 *load(const char *dir, const char *name, EVP_PKEY **key)
{
	char path[1024];
	X509 *cert;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		die(path);
	cert = PEM_read_X509(f, NULL, NULL, NULL);
	rewind(f);
	if (key)
		*key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	if (!cert || (key && !*key))
		die(path);
	return cert;
}

static ASN1_INTEGER *next_serial(TS_RESP_CTX *ctx, void *arg)
{
	static long serial;
	ASN1_INTEGER *number = ASN1_INTEGER_new();

	(void)ctx, (void)arg;
	ASN1_INTEGER_set(number, ++serial);
	return number;
}

static void make_stamper(struct pki *pki)
{
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);

	pki->stamper = TS_RESP_CTX_new();
	TS_RESP_CTX_set_serial_cb(pki->stamper, next_serial, NULL);
	if (!TS_RESP_CTX_set_signer_cert(pki->stamper, pki->tsa) ||
	    !TS_RESP_CTX_set_signer_key(pki->stamper, pki->tsa_key) ||
	    !TS_RESP_CTX_set_signer_digest(pki->stamper, EVP_sha256()) ||
	    !TS_RESP_CTX_set_ess_cert_id_digest(pki->stamper, EVP_sha256()) ||
	    !TS_RESP_CTX_set_def_policy(pki->stamper, policy) ||
	    !TS_RESP_CTX_add_md(pki->stamper, EVP_sha256()))
		die("cannot make a time-stamping authority");
	ASN1_OBJECT_free(policy);
}

static char *base64(unsigned char *der, int len)
{
	char *text = malloc((size_t)len * 4 / 3 + 8);

	if (len <= 0 || !text)
		die("no DER");
	EVP_EncodeBlock((unsigned char *)text, der, len);
	OPENSSL_free(der);
	return text;
}

static char *stamp(struct pki *pki, const char *canonical)
{
	unsigned char digest[32], *der = NULL;
	TS_REQ *request = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	BIO *bio = BIO_new(BIO_s_mem());
	TS_RESP *response;
	int len;

	EVP_Digest(canonical, strlen(canonical), digest, NULL, EVP_sha256(), NULL);
	X509_ALGOR_set_md(alg, EVP_sha256());
	TS_MSG_IMPRINT_set_algo(imprint, alg);
	TS_MSG_IMPRINT_set_msg(imprint, digest, 32);
	TS_REQ_set_version(request, 1);
	TS_REQ_set_msg_imprint(request, imprint);
	TS_REQ_set_cert_req(request, 1);
	i2d_TS_REQ_bio(bio, request);
	response = TS_RESP_create_response(pki->stamper, bio);
	if (!response || !TS_RESP_get_token(response))
		die("no time-stamp");
	len = i2d_PKCS7(TS_RESP_get_token(response), &der);
	TS_RESP_free(response);
	BIO_free(bio);
	X509_ALGOR_free(alg);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(request);
	return base64(der, len);
}

static char *ocsp_answer(struct pki *pki)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), pki->signer, pki->ca);
	ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL) + 1);
	ASN1_TIME *later = ASN1_TIME_set(NULL, time(NULL) + 86400 * 7);
	unsigned char *der = NULL;
	OCSP_RESPONSE *response;
	int len;

	if (!OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0, NULL, now, later) ||
	    !OCSP_basic_sign(basic, pki->ocsp, pki->ocsp_key, EVP_sha256(), NULL, 0))
		die("no OCSP answer");
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	len = i2d_OCSP_RESPONSE(response, &der);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(now);
	ASN1_TIME_free(later);
	return base64(der, len);
}

static char *certificate(X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	return base64(der, len);
}

/* ds:SignatureValue as exclusive C14N gives it: our own writer's form, with its
 * namespace. */
static char *canonical_value(const char *xml)
{
	const char *from = strstr(xml, "<ds:SignatureValue "), *end;
	char *text;

	end = from ? strstr(from, "</ds:SignatureValue>") : NULL;
	if (!end ||
	    asprintf(&text, "<ds:SignatureValue xmlns:ds=\"" DS "\" %.*s</ds:SignatureValue>",
	             (int)(end - from - 19), from + 19) < 0)
		die("no signature value");
	return text;
}

static char *raise(struct pki *pki, const char *xml)
{
	static const char after[] = "</xades:SignedProperties>";
	const char *at = strstr(xml, after);
	char *value = canonical_value(xml), *token = stamp(pki, value), *answer = ocsp_answer(pki);
	char *ca = certificate(pki->ca), *tsa = certificate(pki->tsa);
	char *ocsp = certificate(pki->ocsp), *raised;

	if (!at)
		die("no signed properties");
	at += sizeof(after) - 1;
	if (asprintf(&raised,
	             "%.*s<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
	             "<xades:SignatureTimeStamp><ds:CanonicalizationMethod Algorithm=\"" EXC_C14N
	             "\"></ds:CanonicalizationMethod><xades:EncapsulatedTimeStamp>%s"
	             "</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>"
	             "<xades:CertificateValues>"
	             "<xades:EncapsulatedX509Certificate>%s</xades:EncapsulatedX509Certificate>"
	             "<xades:EncapsulatedX509Certificate>%s</xades:EncapsulatedX509Certificate>"
	             "<xades:EncapsulatedX509Certificate>%s</xades:EncapsulatedX509Certificate>"
	             "</xades:CertificateValues><xades:RevocationValues><xades:OCSPValues>"
	             "<xades:EncapsulatedOCSPValue>%s</xades:EncapsulatedOCSPValue>"
	             "</xades:OCSPValues></xades:RevocationValues>"
	             "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>%s",
	             (int)(at - xml), xml, token, ca, tsa, ocsp, answer, at) < 0)
		die("out of memory");
	free(value);
	free(token);
	free(answer);
	free(ca);
	free(tsa);
	free(ocsp);
	return raised;
}

static void raise_package(struct pki *pki, const char *path)
{
	zip_t *zip = zip_open(path, 0, NULL);
	zip_int64_t n = zip ? zip_get_num_entries(zip, 0) : 0;

	if (!zip)
		die(path);
	for (zip_int64_t i = 0; i < n; i++) {
		const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);
		zip_stat_t st;
		char *xml, *raised;
		zip_file_t *file;

		if (strncmp(name, "META-INF/signatures", 19) != 0)
			continue;
		if (zip_stat_index(zip, (zip_uint64_t)i, 0, &st))
			die(name);
		xml = calloc(1, st.size + 1);
		file = zip_fopen_index(zip, (zip_uint64_t)i, 0);
		if (!xml || !file || zip_fread(file, xml, st.size) != (zip_int64_t)st.size)
			die(name);
		zip_fclose(file);
		raised = raise(pki, xml);
		free(xml);
		if (zip_file_replace(zip, (zip_uint64_t)i,
		                     zip_source_buffer(zip, raised, strlen(raised), 1), 0) ||
		    zip_set_file_compression(zip, (zip_uint64_t)i, ZIP_CM_STORE, 0))
			die(zip_strerror(zip));
	}
	if (zip_close(zip))
		die(path);
}

int main(int argc, char **argv)
{
	struct pki pki = {0};

	if (argc < 3)
		return 64;
	pki.ca = load(argv[1], "ca.pem", NULL);
	pki.signer = load(argv[1], "signer.pem", NULL);
	pki.tsa = load(argv[1], "tsa.pem", &pki.tsa_key);
	pki.ocsp = load(argv[1], "ocsp.pem", &pki.ocsp_key);
	make_stamper(&pki);
	for (int i = 2; i < argc; i++)
		raise_package(&pki, argv[i]);
	X509_free(pki.ca);
	X509_free(pki.signer);
	X509_free(pki.tsa);
	X509_free(pki.ocsp);
	EVP_PKEY_free(pki.tsa_key);
	EVP_PKEY_free(pki.ocsp_key);
	TS_RESP_CTX_free(pki.stamper);
	return 0;
}
