/* SPDX-License-Identifier: ISC */
/* What an item is, by its bytes; what it looks like when it is nothing we read. */
#include "base/buf.h"
#include "base/hex.h"
#include "base/io.h"
#include "judge/recognise.h"
#include "zipkit.h"

#define SEQ(n) "\x30" n
#define SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define DATA "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define TSTINFO "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04"
#define ENVELOPED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
#define CMS                                                                                        \
	SEQ("\x1f")                                                                                \
	SIGNED "\xa0\x12" SEQ("\x10") "\x02\x01\x01"                                               \
	                              "\x31\x00" SEQ("\x09") "\x06\x07"                            \
	                                                     "1234567"
#define TST                                                                                        \
	SEQ("\x25")                                                                                \
	SIGNED "\xa0\x18" SEQ("\x16") "\x02\x01\x03"                                               \
	                              "\x31\x00" SEQ("\x0f") TSTINFO "\xa0\x00"
#define CMS_BER                                                                                    \
	"\x30\x80" SIGNED "\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80" DATA "\0\0\0\0\0\0\0\0"
#define GRANTED SEQ("\x2c") SEQ("\x03") "\x02\x01\x00" TST
#define REJECTED SEQ("\x05") SEQ("\x03") "\x02\x01\x02"
#define RECORD SEQ("\x05") "\x02\x01\x01" SEQ("\x00")
#define VALIDITY SEQ("\x00")
#define WHEN                                                                                       \
	"\x17\x0d"                                                                                 \
	"260101000000Z"
#define CERT                                                                                       \
	SEQ("\x12")                                                                                \
	SEQ("\x0b") "\x02\x01\x01" SEQ("\x00") SEQ("\x00") VALIDITY                                \
	        "\x05\x00" SEQ("\x00") "\x03\x01\x00"
#define CRL                                                                                        \
	SEQ("\x1d")                                                                                \
	SEQ("\x16") "\x02\x01\x01" SEQ("\x00") SEQ("\x00") WHEN SEQ("\x00") "\x03\x01\x00"

static struct ed_recognised what;
static struct ed_buf bytes;

static enum edoc_code see(const void *p, size_t n, size_t max)
{
	int fd = scratch_with(p, n);
	enum edoc_code code;

	ed_buf_clear(&bytes);
	ed_buf_init(&bytes, max);
	memset(&err, 0, sizeof(err));
	code = ed_item_recognise(fd, "it", &bytes, &what, &err);
	close(fd);
	return code;
}

static void is_kind(const void *p, size_t n, enum ed_item_kind kind, const char *name)
{
	if (is_ok(see(p, n, 1 << 20), &err, name))
		is_int(what.kind, kind, name);
}
#define KIND(s, kind, name) is_kind(s, sizeof(s) - 1, kind, name)

static void is_none(const void *p, size_t n, const char *looks)
{
	if (is_ok(see(p, n, 1 << 20), &err, looks)) {
		is_int(what.kind, ED_ITEM_UNKNOWN, "is nothing that is read");
		is_str(what.looks, looks, looks);
	}
}
#define NONE(s, looks) is_none(s, sizeof(s) - 1, looks)

static void kinds(void)
{
	KIND("PK\3\4", ED_ITEM_ZIP, "a container");
	KIND("MZ junk PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0hi", ED_ITEM_ZIP,
	     "a container behind something else");
	KIND(CMS, ED_ITEM_CMS, "SignedData");
	KIND(CMS_BER, ED_ITEM_CMS, "of indefinite length");
	KIND(TST, ED_ITEM_TST, "a time-stamp token");
	KIND(GRANTED, ED_ITEM_TST, "a time-stamp response");
	KIND(REJECTED, ED_ITEM_TST, "a refusal");
	KIND(RECORD, ED_ITEM_RECORD, "an evidence record");
	KIND(CERT, ED_ITEM_CERT, "a certificate");
	KIND(CRL, ED_ITEM_CRL, "a CRL");
	KIND("<a/>", ED_ITEM_XML, "XML");
	KIND("\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <b> -->\n<x:a>", ED_ITEM_XML,
	     "XML with all that may stand before it");
	KIND("<EvidenceRecord xmlns='urn:ietf:params:xml:ns:ers'/>", ED_ITEM_RECORD,
	     "an XML evidence record");
	KIND("<!-- <EvidenceRecord> --><e:EvidenceRecord>", ED_ITEM_RECORD, "with a prefix");
	KIND("<EvidenceRecords/>", ED_ITEM_XML, "of another name");
}

static void armour(void)
{
	struct ed_buf text, plain;

	ed_buf_init(&text, 4096);
	ed_b64_put(&text, CMS, sizeof(CMS) - 1);
	is_kind(text.data, text.len, ED_ITEM_CMS, "base64");
	ok(what.armoured, "is armour");
	is_int((int64_t)bytes.len, sizeof(CMS) - 1, "undone");
	ed_buf_reset(&text);
	ed_buf_puts(&text, "MIIE\r\n");
	is_none(text.data, text.len, "text");
	ed_buf_reset(&text);
	ed_buf_puts(&text, "words before\n-----BEGIN PKCS7-----\n");
	ed_b64_put(&text, TST, sizeof(TST) - 1);
	ed_buf_puts(&text, "\n-----END PKCS7-----\nand after\n");
	is_kind(text.data, text.len, ED_ITEM_TST, "PEM");
	text.data[text.len - 17] = '8';
	is_none(text.data, text.len, "text");
	ed_buf_init(&plain, 1 << 16);
	is_ok(ed_read_path(src("testdata/pki/root.pem"), &plain, &err), &err, "a certificate");
	is_kind(plain.data, plain.len, ED_ITEM_CERT, "in PEM");
	ed_buf_clear(&plain);
	ed_buf_clear(&text);
}

static void is_pem(const char *label, const void *p, size_t n, enum ed_item_kind kind,
                   const char *behind)
{
	struct ed_buf text;

	ed_buf_init(&text, 4096);
	ed_buf_printf(&text, "-----BEGIN %s-----\n", label);
	ed_b64_put(&text, p, n);
	ed_buf_printf(&text, "\n-----END %s-----%s", label, behind);
	if (kind == ED_ITEM_UNKNOWN)
		is_none(text.data, text.len, "PEM whose label does not say what it holds");
	else
		is_kind(text.data, text.len, kind, label);
	ed_buf_clear(&text);
}
#define PEM(label, s, kind) is_pem(label, s, sizeof(s) - 1, kind, "\n")

/* RFC 7468 4, 5, 6, 8, 9: a label stands for one kind. */
static void labels(void)
{
	PEM("CMS", CMS, ED_ITEM_CMS);
	PEM("PKCS7", CMS, ED_ITEM_CMS);
	PEM("CERTIFICATE", CMS, ED_ITEM_UNKNOWN);
	PEM("PRIVATE KEY", CMS, ED_ITEM_UNKNOWN);
	PEM("LETTER", CMS, ED_ITEM_UNKNOWN);
	PEM("CMS ", CMS, ED_ITEM_UNKNOWN);
	PEM("CERTIFICATE", CERT, ED_ITEM_CERT);
	PEM("X509 CERTIFICATE", CERT, ED_ITEM_CERT);
	PEM("CMS", CERT, ED_ITEM_UNKNOWN);
	PEM("X509 CRL", CERT, ED_ITEM_UNKNOWN);
	PEM("X509 CRL", CRL, ED_ITEM_CRL);
	PEM("CERTIFICATE", CRL, ED_ITEM_UNKNOWN);
	PEM("CMS", TST, ED_ITEM_TST);
	PEM("TIMESTAMP", GRANTED, ED_ITEM_TST); /* none is registered */
	PEM("CERTIFICATE", TST, ED_ITEM_UNKNOWN);
	PEM("EVIDENCE RECORD", RECORD, ED_ITEM_RECORD);
	PEM("CERTIFICATE", RECORD, ED_ITEM_UNKNOWN);
	PEM("PUBLIC KEY", RECORD, ED_ITEM_UNKNOWN);
	PEM("CMS", CMS, ED_ITEM_CMS);
	ok(!what.text_behind, "a line's end is no text");
	is_pem("CMS", CMS, sizeof(CMS) - 1, ED_ITEM_CMS, "");
	ok(!what.text_behind, "nothing behind it");
	is_pem("CMS", CMS, sizeof(CMS) - 1, ED_ITEM_CMS, " \r\n\t\n");
	ok(!what.text_behind, "blanks behind it");
	is_pem("CMS", CMS, sizeof(CMS) - 1, ED_ITEM_CMS, "\nI agree.\n");
	ok(what.text_behind, "words behind it");
}

static void others(void)
{
	NONE("", "an empty file");
	NONE("%PDF-1.7\n", "a PDF document");
	NONE("\x89PNG\r\n", "a picture");
	NONE("\xd0\xcf\x11\xe0\xa1\xb1", "a document of old office programs");
	NONE("\x1f\x8b\x08", "a gzip file");
	NONE("hello, world\n", "text");
	NONE("{\"a\":1}", "text");
	NONE("\0\0\0", "a file of unknown kind");
	NONE("\xff\xfe<\0a\0", "a file of unknown kind");
	NONE("-----BEGIN PGP MESSAGE-----\n", "an OpenPGP message");
	NONE("-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n",
	     "PEM that holds no signature");
	NONE(SEQ("\x0b") ENVELOPED, "ASN.1 that holds no signature");
	NONE("\x30\x03\x02\x01\x01", "ASN.1 that holds no signature");
	NONE("\x30\x84\xff", "ASN.1 that holds no signature");
	NONE("<", "XML that is not well-formed");
	NONE("<!-- a", "XML that is not well-formed");
	fails(see("<aaaaaaaaaaa/>", 14, 10), EDOC_ERR_LIMIT, &err, "limit", "a long text");
	is_ok(see("PK\3\4aaaaaaaaaaaa", 16, 10), &err, "but not a long container");
}

int main(void)
{
	ed_buf_init(&bytes, 1);
	kinds();
	armour();
	labels();
	others();
	ed_buf_clear(&bytes);
	return done();
}
