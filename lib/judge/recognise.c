/* SPDX-License-Identifier: ISC */
#include "judge/recognise.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/ber.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"

#define HEAD 512u           /* bytes that tell what a file is */
#define TAIL (22u + 65535u) /* an end record with the longest comment (APPNOTE 4.3.16) */

/* RFC 5652 4, 5.1; RFC 3161 2.4.2. */
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_TST_INFO "1.2.840.113549.1.9.16.1.4"

static bool begins(const struct ed_buf *bytes, const char *with, size_t n)
{
	return bytes->len >= n && !memcmp(bytes->data, with, n);
}

/* ---- BER ---- */

/* SignedData: of a time-stamp token, or of anything else. */
static enum ed_item_kind kind_of_signed_data(struct ed_ber_reader *info)
{
	struct ed_ber content, data, e;
	struct ed_ber_reader r;

	if (!ed_ber_take(info, ED_BER_CONTEXT, 0, &content))
		return ED_ITEM_CMS;
	ed_ber_enter(&r, &content, 2);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &data))
		return ED_ITEM_CMS;
	ed_ber_enter(&r, &data, 3);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &e) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SET, &e) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e))
		return ED_ITEM_CMS;
	ed_ber_enter(&r, &e, 4);
	return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &e) && ed_ber_oid_is(&e, OID_TST_INFO)
	               ? ED_ITEM_TST
	               : ED_ITEM_CMS;
}

/* Certificate (RFC 5280 4.1) or CertificateList (5.1): behind the issuer stands
 * a Validity or a time. */
static enum ed_item_kind kind_of_signed(const struct ed_ber *tbs)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	ed_ber_enter(&r, tbs, 2);
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 0, &e);
	(void)ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &e);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &e) || !ed_ber_next(&r, &e))
		return ED_ITEM_UNKNOWN;
	if (ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_SEQUENCE))
		return ED_ITEM_CERT;
	return ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_UTCTIME) ||
	                       ed_ber_is(&e, ED_BER_UNIVERSAL, ED_BER_GENTIME)
	               ? ED_ITEM_CRL
	               : ED_ITEM_UNKNOWN;
}

/* TimeStampResp (RFC 3161 2.4.2): PKIStatusInfo begins with a number. */
static bool is_status(const struct ed_ber *e)
{
	struct ed_ber_reader r;
	struct ed_ber first;

	ed_ber_enter(&r, e, 2);
	return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &first);
}

static bool is_bits(const struct ed_ber *e)
{
	return ed_ber_is(e, ED_BER_UNIVERSAL, ED_BER_BITS);
}

static enum ed_item_kind kind_of_ber(const void *bytes, size_t len)
{
	struct ed_ber_reader r;
	struct ed_ber top, first, second = {0}, third = {0};

	ed_ber_start(&r, bytes, len);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &top))
		return ED_ITEM_UNKNOWN;
	ed_ber_enter(&r, &top, 1);
	if (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &first))
		return ed_ber_oid_is(&first, OID_SIGNED_DATA) ? kind_of_signed_data(&r)
		                                              : ED_ITEM_UNKNOWN;
	/* EvidenceRecord (RFC 4998 3.1): version, digestAlgorithms. */
	if (ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &first))
		return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &second)
		               ? ED_ITEM_RECORD
		               : ED_ITEM_UNKNOWN;
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &first))
		return ED_ITEM_UNKNOWN;
	(void)ed_ber_next(&r, &second);
	(void)ed_ber_next(&r, &third);
	if (third.whole && is_bits(&third))
		return kind_of_signed(&first);
	return is_status(&first) ? ED_ITEM_TST : ED_ITEM_UNKNOWN;
}

/* ---- XML ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

/* The local name of the root element; false: no XML. */
static bool root_name(const char *p, const char *end, const char **name, size_t *len)
{
	const char *colon;

	if (end - p >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		p += 3;
	for (p = skip_space(p, end); end - p >= 2 && *p == '<' && (p[1] == '?' || p[1] == '!');
	     p = skip_space(p, end)) {
		bool comment = end - p >= 4 && !memcmp(p, "<!--", 4);
		const char *close = comment ? "-->" : ">";
		const char *found = memmem(p, (size_t)(end - p), close, strlen(close));

		if (!found)
			return false;
		p = found + strlen(close);
	}
	if (end - p < 2 || *p != '<')
		return false;
	*name = ++p;
	while (p < end && !is_space(*p) && *p != '/' && *p != '>')
		p++;
	*len = (size_t)(p - *name);
	colon = memchr(*name, ':', *len);
	if (colon) {
		*len -= (size_t)(colon + 1 - *name);
		*name = colon + 1;
	}
	return *len > 0;
}

static enum ed_item_kind kind_of_xml(const char *bytes, size_t len)
{
	const char *name;
	size_t n;

	if (!root_name(bytes, bytes + len, &name, &n))
		return ED_ITEM_UNKNOWN;
	/* RFC 6283 3.1. */
	return n == strlen("EvidenceRecord") && !memcmp(name, "EvidenceRecord", n) ? ED_ITEM_RECORD
	                                                                           : ED_ITEM_XML;
}

enum ed_item_kind ed_item_kind_of(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	if (len > 0 && p[0] == 0x30)
		return kind_of_ber(bytes, len);
	return len > 0 ? kind_of_xml(bytes, len) : ED_ITEM_UNKNOWN;
}

/* ---- PEM and base64 ---- */

/*
 * RFC 7468 4 to 13: a label says what it holds.  Time-stamps and evidence
 * records have none of their own; a token is CMS.
 */
static bool label_fits(const char *label, size_t len, enum ed_item_kind kind)
{
	static const struct {
		const char *label;
		enum ed_item_kind kind;
	} known[] = {
	        {"CERTIFICATE", ED_ITEM_CERT},
	        {"X509 CERTIFICATE", ED_ITEM_CERT},
	        {"X.509 CERTIFICATE", ED_ITEM_CERT},
	        {"X509 CRL", ED_ITEM_CRL},
	        {"CRL", ED_ITEM_CRL},
	        {"CMS", ED_ITEM_CMS},
	        {"PKCS7", ED_ITEM_CMS},
	        {"PKCS #7 SIGNED DATA", ED_ITEM_CMS},
	        {"CERTIFICATE REQUEST", ED_ITEM_UNKNOWN},
	        {"NEW CERTIFICATE REQUEST", ED_ITEM_UNKNOWN},
	        {"ATTRIBUTE CERTIFICATE", ED_ITEM_UNKNOWN},
	        {"PRIVATE KEY", ED_ITEM_UNKNOWN},
	        {"ENCRYPTED PRIVATE KEY", ED_ITEM_UNKNOWN},
	        {"PUBLIC KEY", ED_ITEM_UNKNOWN},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].label) == len && !memcmp(known[i].label, label, len))
			return known[i].kind == kind ||
			       (known[i].kind == ED_ITEM_CMS && kind == ED_ITEM_TST);
	return kind == ED_ITEM_TST || kind == ED_ITEM_RECORD;
}

struct pem {
	const char *p, *end; /* what is not read yet */
	struct ed_buf *out;
	bool mislabelled;
};

/* Appends what stands in one block.  false: no PEM. */
static bool unwrap_block(struct pem *pem)
{
	static const char begin[] = "-----BEGIN ", finish[] = "-----END ";
	const char *label, *body, *stop, *end = pem->end, *p = pem->p;
	size_t had = pem->out->len;
	enum ed_item_kind kind;

	p = memmem(p, (size_t)(end - p), begin, sizeof(begin) - 1);
	if (!p)
		return false;
	label = p + sizeof(begin) - 1;
	body = memmem(label, (size_t)(end - label), "-----", 5);
	if (!body || memchr(label, '\n', (size_t)(body - label)))
		return false;
	stop = memmem(body + 5, (size_t)(end - body - 5), finish, sizeof(finish) - 1);
	if (!stop)
		return false;
	p = stop + sizeof(finish) - 1;
	/* The two labels are one (RFC 7468 2). */
	if (end - p < body - label + 5 || memcmp(p, label, (size_t)(body - label) + 5) != 0)
		return false;
	pem->p = p + (body - label + 5);
	if (!ed_b64_get(body + 5, (size_t)(stop - body - 5), pem->out))
		return false;
	kind = ed_item_kind_of(pem->out->data + had, pem->out->len - had);
	if (kind != ED_ITEM_UNKNOWN && !label_fits(label, (size_t)(body - label), kind))
		pem->mislabelled = true;
	return true;
}

/* All blocks one behind the other: of certificates there may be several, of
 * anything else the reader refuses what comes behind. */
static bool unwrap_pem(const struct ed_buf *text, struct ed_buf *out, struct ed_recognised *what)
{
	const char *p = (const char *)text->data;
	struct pem pem = {.p = p, .end = p + text->len, .out = out};
	size_t n = 0;

	while (memmem(pem.p, (size_t)(pem.end - pem.p), "-----BEGIN ", 11)) {
		if (!unwrap_block(&pem))
			return false;
		n++;
	}
	if (pem.mislabelled)
		what->looks = "PEM whose label does not say what it holds";
	what->text_behind = skip_space(pem.p, pem.end) < pem.end;
	return n > 0 && !pem.mislabelled;
}

/* What PEM or base64 holds takes the text's place. */
static bool undo_armour(struct ed_buf *bytes, struct ed_recognised *what)
{
	struct ed_buf out;
	bool good, pem = memmem(bytes->data, bytes->len, "-----BEGIN ", 11) != NULL;

	ed_buf_init(&out, bytes->max);
	good = pem ? unwrap_pem(bytes, &out, what)
	           : ed_b64_get((const char *)bytes->data, bytes->len, &out);
	good = good && !out.failed && out.len > 0 &&
	       ed_item_kind_of(out.data, out.len) != ED_ITEM_UNKNOWN;
	if (!good) {
		what->text_behind = false;
		ed_buf_clear(&out);
		return false;
	}
	ed_buf_clear(bytes);
	*bytes = out;
	return true;
}

/* ---- containers ---- */

static bool is_end_record(const unsigned char *p, size_t left)
{
	return left >= 22 && !memcmp(p, "PK\5\6", 4) && (size_t)(p[20] | p[21] << 8) == left - 22;
}

/* A container with something before it: the scan says what is wrong. */
static enum edoc_code ends_as_zip(int fd, const char *name, uint64_t size, bool *zip,
                                  struct edoc_error *err)
{
	size_t n = size < TAIL ? (size_t)size : TAIL;
	enum edoc_code code;
	unsigned char *p;

	*zip = false;
	p = malloc(n + 1);
	code = p ? ed_pread_full(fd, name, p, n, size - n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && i < n && !*zip; i++)
		*zip = is_end_record(p + i, n - i);
	free(p);
	return code;
}

/* ---- what is not read ---- */

static bool is_text(const struct ed_buf *head)
{
	size_t n = head->len;

	while (n > 0 && n + 4 > head->len && (head->data[n - 1] & 0x80))
		n--; /* a letter that is cut off */
	for (size_t i = 0; i < n; i++)
		if (head->data[i] < 0x20 && !memchr("\t\r\n\f", head->data[i], 4))
			return false;
	return n > 0 && ed_utf8_valid((const char *)head->data, n);
}

static const char *looks_like(const struct ed_buf *head)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *what;
	} known[] = {
	        {"%PDF-", 5, "a PDF document"},
	        {"\x89PNG", 4, "a picture"},
	        {"\xff\xd8\xff", 3, "a picture"},
	        {"GIF8", 4, "a picture"},
	        {"\xd0\xcf\x11\xe0", 4, "a document of old office programs"},
	        {"\x7f"
	         "ELF",
	         4, "a program"},
	        {"MZ", 2, "a program"},
	        {"\x1f\x8b", 2, "a gzip file"},
	        {"BZh", 3, "a bzip2 file"},
	        {"\xfd"
	         "7zXZ",
	         5, "an xz file"},
	        {"7z\xbc\xaf", 4, "a 7-Zip archive"},
	        {"Rar!", 4, "a RAR archive"},
	        {"-----BEGIN PGP", 14, "an OpenPGP message"},
	        {"-----BEGIN ", 11, "PEM that holds no signature"},
	        {"SQLite format 3", 15, "a database"},
	        {"\x30", 1, "ASN.1 that holds no signature"},
	        {"<", 1, "XML that is not well-formed"},
	};

	if (head->len == 0)
		return "an empty file";
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (begins(head, known[i].magic, known[i].n))
			return known[i].what;
	return is_text(head) ? "text" : "a file of unknown kind";
}

/* May it be PEM, base64, BER or XML at all? */
static bool worth_reading(const struct ed_buf *head)
{
	size_t i = begins(head, "\xef\xbb\xbf", 3) ? 3 : 0;

	return (head->len > 0 && head->data[0] == 0x30) || is_text(head) ||
	       (i < head->len && head->data[i] == '<');
}

static enum edoc_code read_all(int fd, const char *name, uint64_t size, struct ed_buf *bytes,
                               struct edoc_error *err)
{
	if (size > bytes->max)
		return ed_fail(err, EDOC_ERR_LIMIT, name,
		               "%" PRIu64 " bytes, more than the limit of %zu for what is no "
		               "package; sign large content detached",
		               size, bytes->max);
	return ed_read_fd(fd, name, bytes, err);
}

static enum edoc_code look(int fd, const char *name, uint64_t size, struct ed_buf *head,
                           struct ed_buf *bytes, struct ed_recognised *what, struct edoc_error *err)
{
	enum edoc_code code;
	bool zip;

	if (begins(head, "PK\3\4", 4) || begins(head, "PK\5\6", 4)) {
		what->kind = ED_ITEM_ZIP;
		return EDOC_OK;
	}
	if (worth_reading(head)) {
		code = read_all(fd, name, size, bytes, err);
		if (code)
			return code;
		what->kind = ed_item_kind_of(bytes->data, bytes->len);
		if (what->kind == ED_ITEM_UNKNOWN && undo_armour(bytes, what)) {
			what->armoured = true;
			what->kind = ed_item_kind_of(bytes->data, bytes->len);
		}
		if (what->kind != ED_ITEM_UNKNOWN)
			return EDOC_OK;
	}
	code = ends_as_zip(fd, name, size, &zip, err);
	if (zip)
		what->kind = ED_ITEM_ZIP;
	else if (!what->looks)
		what->looks = looks_like(head);
	return code;
}

enum edoc_code ed_item_recognise(int fd, const char *name, struct ed_buf *bytes,
                                 struct ed_recognised *what, struct edoc_error *err)
{
	unsigned char first[HEAD];
	struct ed_buf head;
	struct stat st;
	size_t n;
	enum edoc_code code;

	*what = (struct ed_recognised){.kind = ED_ITEM_UNKNOWN};
	if (fstat(fd, &st) != 0)
		return ed_fail_errno(err, EDOC_ERR_IO, name, "cannot be looked at");
	n = (uint64_t)st.st_size < HEAD ? (size_t)st.st_size : HEAD;
	code = ed_pread_full(fd, name, first, n, 0, err);
	if (code)
		return code;
	ed_buf_init(&head, HEAD);
	ed_buf_put(&head, first, n);
	code = ed_buf_check(&head, name, err);
	if (!code)
		code = look(fd, name, (uint64_t)st.st_size, &head, bytes, what, err);
	ed_buf_clear(&head);
	return code;
}
