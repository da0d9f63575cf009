/* SPDX-License-Identifier: ISC */
/* XAdES signatures that grow: what is added is right, and not a byte of what
 * was there has changed. */
#include "xadeskit.h"

#include <sys/resource.h>
#include <unistd.h>

#include "judge/dataview.h"
#include "signature/grow.h"

#define WHEN "20260601000000Z"
#define XN "xmlns:xades='" ED_NS_XADES "'"
#define UN "xmlns:u='" ED_NS_XADES "'"
#define END "</xades:QualifyingProperties>"
#define OBJECT "<ds:Object Id='o'>Order 12</ds:Object>"

/* ---- tokens ---------------------------------------------------------------- */

struct tsa {
	unsigned asked;
	enum edoc_code code; /* what it answers */
	bool other, broken;  /* over something else; no token */
};

static struct bytes token_over(enum ed_hash hash, const unsigned char *imprint)
{
	struct spec s = {.key = madina, .type = ID_TST};
	struct bytes info = join(tlv(INT, raw("\1", 1)), oid("1.2.3.4"));
	struct bytes value = raw(imprint, ed_hash_size(hash));

	info = join(info, tlv(SEQ, join(alg(ed_hash_oid(hash)), tlv(OCTETS, value))));
	info = join(info, join(tlv(INT, raw("\5", 1)), text(0x18, WHEN)));
	s.content = tlv(SEQ, info);
	return cades_data(&s);
}

static enum edoc_code ask(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                          struct ed_buf *token, struct edoc_error *e)
{
	struct tsa *tsa = arg;
	unsigned char over[ED_HASH_MAX];
	struct bytes t;

	tsa->asked++;
	if (tsa->code != EDOC_OK)
		return tsa->code;
	memcpy(over, imprint, sizeof(over));
	over[0] ^= tsa->other;
	t = token_over(hash, over);
	ed_buf_put(token, t.p, tsa->broken ? t.n / 2 : t.n);
	return ed_buf_check(token, "token", e);
}

/* ---- growing --------------------------------------------------------------- */

static struct ed_grow of(const char *s, size_t which)
{
	return (struct ed_grow){.bytes = s,
	                        .len = strlen(s),
	                        .where = "doc.xml",
	                        .which = which,
	                        .data = &data,
	                        .only = ED_NO_DATA,
	                        .arena = arena};
}

/* The new text is the old one with something in one place ("/>" may go). */
static bool only_added(const char *was, const char *is)
{
	size_t head = 0, tail = 0, n = strlen(was), m = strlen(is);

	while (head < n && was[head] == is[head])
		head++;
	while (tail < n - head && was[n - 1 - tail] == is[m - 1 - tail])
		tail++;
	return m > n && (head + tail == n || (head + tail >= n - 2 && was[n - tail - 1] == '/') ||
	                 (head + tail == n - 1 && was[head] == '/'));
}

static char *stamp_once(const char *s, size_t which, enum ed_stamp_kind kind, const char *what)
{
	struct ed_grow g = of(s, which);
	struct tsa tsa = {0};
	struct ed_buf out;
	char *grown = NULL;

	ed_buf_init(&out, ED_MAX_XML_BYTES);
	memset(&err, 0, sizeof(err));
	if (is_ok(ed_xades_add_stamp(&g, kind, ED_SHA256, ask, &tsa, &out, &err), &err, what)) {
		ok(only_added(s, ed_buf_str(&out)) && tsa.asked == 1,
		   "%s: no byte has changed, one token was asked for", what);
		grown = strdup(ed_buf_str(&out));
	}
	ed_buf_clear(&out);
	return grown;
}

/* Signature `which` holds that many intact stamps, the last of that type. */
static void holds(const char *s, size_t which, size_t stamps, const char *type, const char *level,
                  const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	if (is_ok(check(s, &sigs, &n), &err, what) && ok(n > which, "%s: it is there", what)) {
		const struct ed_ades *a = &sigs[which];
		bool good = a->n_stamps == stamps;

		for (size_t i = 0; i < a->n_stamps; i++)
			good = good && a->stamps[i].intact && a->stamps[i].tst.intact;
		if (!ok(good && clean(a), "%s: %zu good time-stamps", what, a->n_stamps))
			show(a);
		if (a->n_stamps)
			is_str(a->stamps[a->n_stamps - 1].type, type, what);
		is_str(a->level, level, what);
	}
	ed_ades_clear(sigs, n);
}

static char *base(void)
{
	return document("", PLAIN("URI='#o'"), OBJECT, "");
}

/* A document with the properties' tail so. */
static char *with(const char *tail)
{
	return change(base(), END, tail);
}

static void shapes(void)
{
	static const struct {
		const char *tail, *what;
	} shape[] = {
	        {END, "no unsigned properties"},
	        {"<xades:UnsignedProperties/>" END, "an empty UnsignedProperties"},
	        {"<u:UnsignedProperties " UN " \n Id='a>b'\t/>" END, "empty, with attributes"},
	        {"<xades:UnsignedProperties><xades:UnsignedSignatureProperties/>"
	         "</xades:UnsignedProperties>" END,
	         "an empty UnsignedSignatureProperties"},
	        {"<u:UnsignedProperties " UN "><u:UnsignedSignatureProperties Id='usp'>\r\n"
	         "</u:UnsignedSignatureProperties ></u:UnsignedProperties>" END,
	         "another prefix, CRLF"},
	        {"<UnsignedProperties xmlns='" ED_NS_XADES "'><UnsignedSignatureProperties>"
	         "</UnsignedSignatureProperties></UnsignedProperties>" END,
	         "the default namespace"},
	        {"<xades:UnsignedProperties><xades:UnsignedDataObjectProperties/>"
	         "</xades:UnsignedProperties>" END,
	         "data object properties only"},
	        {"<!-- <xades:UnsignedProperties> </a> --><?x <xades:UnsignedProperties> ?>" END,
	         "a comment and a PI that look like tags"},
	        {"<xades:UnsignedProperties><xades:UnsignedSignatureProperties><y:Z xmlns:y='urn:y'"
	         " a='/'><![CDATA[</y:Z>]]></y:Z><!-- c --></xades:UnsignedSignatureProperties>"
	         "</xades:UnsignedProperties>" END,
	         "unknown content"},
	        {"<xades:UnsignedProperties xmlns:ds='urn:not-ds' xmlns:xades141='urn:other'>"
	         "<u:UnsignedSignatureProperties " UN " xmlns:xades='urn:not-xades'/>"
	         "</xades:UnsignedProperties>" END,
	         "prefixes that mean something else"},
	};

	for (size_t i = 0; i < sizeof(shape) / sizeof(*shape); i++) {
		char *s = with(shape[i].tail), *t = NULL, *a = NULL;

		t = stamp_once(s, 0, ED_STAMP_SIGNATURE, shape[i].what);
		if (t)
			holds(t, 0, 1, "SignatureTimeStamp", "XAdES-T", shape[i].what);
		free(a);
		free(t);
		free(s);
	}
}

static void refusals(void)
{
	static const struct {
		const char *old, *fresh, *word, *what;
	} defect[] = {
	        {"<xades:QualifyingProperties", "<xades:Other", "SignedProperties", "none"},
	        {END, "<xades:UnsignedProperties/><xades:UnsignedProperties/>" END, "twice",
	         "UnsignedProperties twice"},
	        {END,
	         "<xades:UnsignedProperties><xades:UnsignedSignatureProperties/>"
	         "<xades:UnsignedSignatureProperties/></xades:UnsignedProperties>" END,
	         "twice", "UnsignedSignatureProperties twice"},
	        {"<xades:QualifyingProperties",
	         "<xades:QualifyingProperties xmlns:xades='" ED_NS_XADES122 "'", "older XAdES",
	         "XAdES 1.2.2"},
	};

	for (size_t i = 0; i < sizeof(defect) / sizeof(*defect); i++) {
		char *s = change(base(), defect[i].old, defect[i].fresh);
		struct tsa tsa = {0};
		struct ed_grow g;
		struct ed_buf out;

		if (i == 0)
			s = change(s, END, "</xades:Other>");
		g = of(s, 0);
		ed_buf_init(&out, ED_MAX_XML_BYTES);
		ed_buf_puts(&out, "as it was");
		fails(ed_xades_add_stamp(&g, ED_STAMP_SIGNATURE, ED_SHA256, ask, &tsa, &out, &err),
		      EDOC_ERR_INPUT, &err, defect[i].word, defect[i].what);
		ok(tsa.asked == 0 && !strcmp(ed_buf_str(&out), "as it was"),
		   "%s: nobody was asked, nothing has changed", defect[i].what);
		ed_buf_clear(&out);
		free(s);
	}
}

/* ---- answers --------------------------------------------------------------- */

static void answers(void)
{
	static const struct {
		struct tsa tsa;
		enum edoc_code code;
		const char *what;
	} answer[] = {{{.code = EDOC_ERR_AGAIN}, EDOC_ERR_AGAIN, "no token"},
	              {{.other = true}, EDOC_ERR_INPUT, "a token over something else"},
	              {{.broken = true}, EDOC_ERR_INPUT, "half a token"}};
	char *s = base();

	for (size_t i = 0; i < sizeof(answer) / sizeof(*answer); i++) {
		struct ed_grow g = of(s, 0);
		struct tsa tsa = answer[i].tsa;
		struct ed_buf out;

		ed_buf_init(&out, ED_MAX_XML_BYTES);
		ed_buf_puts(&out, "as it was");
		ok(ed_xades_add_stamp(&g, ED_STAMP_SIGNATURE, ED_SHA256, ask, &tsa, &out, &err) ==
		                   answer[i].code &&
		           tsa.asked == 1 && !strcmp(ed_buf_str(&out), "as it was"),
		   "%s: nothing has changed", answer[i].what);
		ed_buf_clear(&out);
	}
	free(s);
}

/* ---- values ---------------------------------------------------------------- */

static struct ed_blob blob(enum ed_material_kind kind, struct bytes b)
{
	struct ed_blob v = {.kind = kind, .p = b.p, .len = b.n, .where = "here"};
	unsigned char digest[ED_HASH_MAX];

	if (!ed_hash_bytes(ED_SHA256, b.p, b.n, digest))
		abort();
	memcpy(v.sha256, digest, 32);
	return v;
}

/* Neither is looked into here: that is the judge's part. */
static struct bytes crl_like(const char *s)
{
	return tlv(SEQ, tlv(SEQ, text(UTF8, s)));
}

static struct bytes answer_of(struct bytes basic)
{
	struct bytes b = join(oid("1.3.6.1.5.5.7.48.1.1"), tlv(OCTETS, basic));

	return tlv(SEQ, join(tlv(0x0a, raw("\0", 1)), tlv(0xa0, tlv(SEQ, b))));
}

/* Frees s. */
static char *values(char *s, size_t which, size_t about, const struct ed_blob *v, size_t n,
                    const char *what)
{
	const struct ed_blob *list[8];
	struct ed_grow g = of(s, which);
	struct ed_buf out;
	char *grown;

	for (size_t i = 0; i < n; i++)
		list[i] = &v[i];
	ed_buf_init(&out, ED_MAX_XML_BYTES);
	memset(&err, 0, sizeof(err));
	is_ok(ed_xades_add_values(&g, about, list, n, &out, &err), &err, what);
	ok(!strcmp(s, ed_buf_str(&out)) || only_added(s, ed_buf_str(&out)),
	   "%s: no byte has changed", what);
	grown = strdup(ed_buf_str(&out));
	ed_buf_clear(&out);
	free(s);
	return grown;
}

/* Frees s. */
static char *stamp(char *s, size_t which, enum ed_stamp_kind kind, const char *what)
{
	char *grown = stamp_once(s, which, kind, what);

	if (!grown)
		return s;
	free(s);
	return grown;
}

static bool brings(const char *s, const struct ed_blob *b)
{
	struct ed_ades *sigs;
	bool found = false;
	size_t n;

	if (check(s, &sigs, &n) == EDOC_OK)
		for (size_t i = 0; i < sigs[0].n_material; i++)
			found = found || !memcmp(sigs[0].material[i].sha256, b->sha256, 32);
	ed_ades_clear(sigs, n);
	return found;
}

static unsigned times(const char *s, const char *word)
{
	unsigned n = 0;

	for (s = strstr(s, word); s; s = strstr(s + 1, word))
		n++;
	return n;
}

/* B -> T -> LT -> LTA -> LTA */
static void decades(void)
{
	struct bytes basic = crl_like("basic");
	struct ed_blob v[] = {blob(ED_CERT, cert(anvar)), blob(ED_CRL, crl_like("crl")),
	                      blob(ED_OCSP, basic), blob(ED_CERT, cert(zarina)),
	                      blob(ED_CRL, crl_like("crl"))};
	struct ed_blob whole = blob(ED_OCSP, answer_of(basic));
	struct ed_blob more[] = {blob(ED_CERT, cert(farrukh)), blob(ED_CRL, crl_like("other")),
	                         whole};
	struct ed_blob last[] = {blob(ED_CRL, crl_like("last"))};
	struct ed_blob late[] = {blob(ED_CRL, crl_like("late"))};
	char *s = base(), *t;

	s = stamp(s, 0, ED_STAMP_SIGNATURE, "T");
	s = values(s, 0, ED_NO_STAMP, v, 5, "LT");
	holds(s, 0, 1, "SignatureTimeStamp", "XAdES-LT", "LT");
	ok(brings(s, &v[0]) && brings(s, &v[1]) && brings(s, &whole),
	   "certificate, CRL, and the OCSP answer whole");
	is_int(times(s, "<xades:EncapsulatedX509Certificate>"), 1,
	       "what KeyInfo has is not repeated");
	is_int(times(s, "<xades:EncapsulatedCRLValue>"), 1, "nor what was given twice");
	t = values(strdup(s), 0, ED_NO_STAMP, v, 5, "the same again");
	is_str(t, s, "the same again changes nothing");
	free(t);
	t = values(strdup(s), 0, 0, more, 3, "of the signature's time-stamp");
	ok(strstr(t, "</xades:SignatureTimeStamp><xades141:TimeStampValidationData") != NULL &&
	           times(t, "EncapsulatedOCSPValue>") == 2,
	   "TimeStampValidationData is right behind it, without what is there");
	free(t);
	s = stamp(s, 0, ED_STAMP_ARCHIVE, "LTA");
	holds(s, 0, 2, "ArchiveTimeStamp", "XAdES-A", "LTA");
	s = values(s, 0, 1, more, 3, "of the archive time-stamp");
	ok(strstr(s, "</xades141:ArchiveTimeStamp><xades141:TimeStampValidationData") != NULL,
	   "TimeStampValidationData is right behind it");
	s = stamp(s, 0, ED_STAMP_ARCHIVE, "LTA again");
	holds(s, 0, 3, "ArchiveTimeStamp", "XAdES-A", "LTA again");
	s = values(s, 0, 0, last, 1, "of the first, once all is sealed");
	ok(strstr(s, "</xades141:ArchiveTimeStamp><xades141") !=
	                   strstr(s, "<xades141:TimeStampValidationData") &&
	           brings(s, &last[0]),
	   "it is behind all, with an URI");
	s = values(s, 0, ED_NO_STAMP, late, 1, "of the signature, once more");
	ok(times(s, "<xades141:AnyValidationData") == 1 && times(s, "<xades:CRLValues>") == 4 &&
	           brings(s, &late[0]),
	   "RevocationValues stays the only one: AnyValidationData");
	holds(s, 0, 3, "ArchiveTimeStamp", "XAdES-A", "all the time");
	free(s);
}

/* What was added must not be changed behind an archive time-stamp. */
static void sealed(void)
{
	struct ed_blob v[] = {blob(ED_CRL, crl_like("crl"))};
	struct ed_ades *sigs;
	char *s = base();
	size_t n;

	s = stamp(s, 0, ED_STAMP_SIGNATURE, "T");
	s = values(s, 0, ED_NO_STAMP, v, 1, "LT");
	s = stamp(s, 0, ED_STAMP_ARCHIVE, "LTA");
	s = change(s, "</xades:EncapsulatedCRLValue>", "AAAA</xades:EncapsulatedCRLValue>");
	is_ok(check(s, &sigs, &n), &err, "a CRL of four more letters");
	ok(n == 1 && sigs[0].n_stamps == 2 && sigs[0].stamps[0].intact && !sigs[0].stamps[1].intact,
	   "breaks the archive time-stamp, and it alone");
	ed_ades_clear(sigs, n);
	free(s);
}

/* ---- several, and one over another ------------------------------------------ */

static void several(void)
{
	char *a = signature("S", PLAIN("URI='#o'"), OBJECT);
	char *b = signature("S2", PLAIN("URI='#o'"), "");
	char *s = NULL;

	if (asprintf(&s,
	             "\xef\xbb\xbf<?xml version='1.0'?>\r\n<!-- <ds:Signature> -->"
	             "<root><![CDATA[<a>]]>\r\n%s\r\n%s</root>\r\n<?end <b> ?>",
	             a, b) < 0)
		abort();
	s = seal(s, "S");
	s = seal(s, "S2");
	for (size_t i = 0; i < 2; i++) {
		s = stamp(s, i, ED_STAMP_SIGNATURE, "each of two");
		s = stamp(s, i, ED_STAMP_ARCHIVE, "each of two");
	}
	for (size_t i = 0; i < 2; i++) {
		struct ed_ades *sigs;
		size_t n;

		is_ok(check(s, &sigs, &n), &err, "two that have grown");
		ok(n == 2 && sigs[i].intact_data && sigs[i].intact_signature &&
		           sigs[i].n_stamps == 2 && sigs[i].stamps[0].intact &&
		           sigs[i].stamps[1].intact,
		   "signature %zu", i + 1);
		ed_ades_clear(sigs, n);
	}
	free(a);
	free(b);
	free(s);
}

/* A second signature that signs the first as it stands. */
static void covered(void)
{
	char *b = signature("S2", PLAIN("URI='#S'"), ""), *a = base(), *s = NULL;
	struct tsa tsa = {0};
	struct ed_grow g;
	struct ed_buf out;

	if (asprintf(&s, "<root>%s%s</root>", a, b) < 0)
		abort();
	free(a);
	free(b);
	s = seal(s, "S2");
	ed_buf_init(&out, ED_MAX_XML_BYTES);
	g = of(s, 0);
	fails(ed_xades_add_stamp(&g, ED_STAMP_SIGNATURE, ED_SHA256, ask, &tsa, &out, &err),
	      EDOC_ERR_INPUT, &err, "without breaking", "a signature that another one signs");
	ok(out.len == 0, "nothing is given");
	g = of(s, 1);
	is_ok(ed_xades_add_stamp(&g, ED_STAMP_SIGNATURE, ED_SHA256, ask, &tsa, &out, &err), &err,
	      "the one that signs it can grow");
	g = of(s, 2);
	ok(ed_xades_add_stamp(&g, ED_STAMP_SIGNATURE, ED_SHA256, ask, &tsa, &out, &err) ==
	           EDOC_ERR_USAGE,
	   "there is no third");
	ed_buf_clear(&out);
	free(s);
}

/* ---- what is missing, what is too much --------------------------------------- */

static void limits(void)
{
	struct ed_grow g;
	struct tsa tsa = {0};
	struct ed_buf out;
	static unsigned char huge[9 << 20];
	struct ed_blob large = blob(ED_CRL, tlv(SEQ, raw(huge, sizeof(huge))));
	const struct ed_blob *list[] = {&large};
	char *s = base(), *t;

	ed_buf_init(&out, ED_MAX_XML_BYTES);
	g = of(s, 0);
	ok(ed_xades_add_values(&g, ED_NO_STAMP, list, 1, &out, &err) == EDOC_ERR_LIMIT &&
	           out.len == 0,
	   "no room below 10 MiB");
	t = document("", PLAIN("URI='order.txt'"), "", "");
	g = of(t, 0);
	g.data = NULL;
	fails(ed_xades_add_stamp(&g, ED_STAMP_ARCHIVE, ED_SHA256, ask, &tsa, &out, &err),
	      EDOC_ERR_INPUT, &err, "at hand", "an archive time-stamp over what is not at hand");
	is_int(tsa.asked, 0, "nobody was asked");
	g.data = &data;
	is_ok(ed_xades_add_stamp(&g, ED_STAMP_ARCHIVE, ED_SHA512, ask, &tsa, &out, &err), &err,
	      "once it is, by SHA-512");
	holds(ed_buf_str(&out), 0, 1, "ArchiveTimeStamp", "XAdES-BES", "over a file");
	ok(ed_xades_add_stamp(&g, ED_STAMP_REFS, ED_SHA256, ask, &tsa, &out, &err) ==
	                   EDOC_ERR_USAGE &&
	           ed_xades_add_stamp(&g, ED_STAMP_ARCHIVE, ED_HASH_NONE, ask, &tsa, &out, &err) ==
	                   EDOC_ERR_USAGE,
	   "a kind, or a digest, that is not made");
	ed_buf_clear(&out);
	free(t);
	free(s);
}

/* ---- what we make ------------------------------------------------------------- */

static void baseline(void)
{
	struct ed_xades_input inputs[2] = {{.name = "order.txt", .media_type = "text/plain"},
	                                   {.name = "card.xml", .media_type = "text/xml"}};
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = 1772683869},
	                             .hash = ED_SHA256,
	                             .inputs = inputs,
	                             .n = 2};
	struct ed_blob v[] = {blob(ED_CERT, cert(anvar)), blob(ED_CRL, crl_like("crl"))};
	struct ed_buf xml;
	char *s;

	for (size_t i = 0; i < 2; i++)
		(void)file_digest(NULL, i, ED_SHA256, inputs[i].digest, NULL);
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	is_ok(ed_xades_make(&spec, &xml, &err), &err, "a container's signature");
	s = strdup(ed_buf_str(&xml));
	ed_buf_clear(&xml);
	data.container = true;
	holds(s, 0, 0, "", "XAdES-BASELINE-B", "B");
	s = stamp(s, 0, ED_STAMP_SIGNATURE, "T");
	/* All certificates came along, and none says where to ask (6.3). */
	holds(s, 0, 1, "SignatureTimeStamp", "XAdES-BASELINE-LT", "T");
	s = values(s, 0, ED_NO_STAMP, v, 2, "LT");
	holds(s, 0, 1, "SignatureTimeStamp", "XAdES-BASELINE-LT", "LT");
	for (size_t i = 2; i < 4; i++) {
		s = stamp(s, 0, ED_STAMP_ARCHIVE, "LTA");
		holds(s, 0, i, "ArchiveTimeStamp", "XAdES-BASELINE-LTA", "LTA");
	}
	files[1].bytes = "<a/>";
	{
		struct ed_ades *sigs;
		size_t n;

		is_ok(check(s, &sigs, &n), &err, "a document that has changed");
		ok(n == 1 && !sigs[0].intact_data && sigs[0].stamps[0].intact &&
		           !sigs[0].stamps[1].intact && !sigs[0].stamps[2].intact,
		   "breaks what is over it, and nothing else");
		ed_ades_clear(sigs, n);
	}
	files[1].bytes = "<a><!-- note --><b  x='1'/></a>";
	data.container = false;
	free(s);
}

/* ---- of any size --------------------------------------------------------------- */

#define LARGE ((off_t)300 << 20)

static long peak_mib(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) ? 0 : usage.ru_maxrss / 1024;
}

/* A document past what is read whole, and what may be digested of XML. */
static void large(void)
{
	char path[] = "/tmp/xadeslarge.XXXXXX";
	struct ed_xades_input in = {.name = "large.bin", .media_type = "text/plain"};
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = 1772683869},
	                             .packaging = ED_XADES_DETACHED,
	                             .hash = ED_SHA256,
	                             .inputs = &in,
	                             .n = 1};
	unsigned char imprint[ED_HASH_MAX];
	struct ed_data few = data;
	struct ed_view view;
	struct ed_buf xml;
	int fd = mkstemp(path);
	long before = peak_mib();
	char *s;

	ok(fd >= 0 && ftruncate(fd, LARGE) == 0, "a large document");
	ed_view_init(&view, arena, NULL);
	is_ok(ed_view_add_file(&view, in.name, fd, &err), &err, "is at hand");
	data = *ed_view_data(&view);
	is_ok(data.digest(data.arg, 0, ED_SHA256, in.digest, &err), &err, "its digest");
	is_ok(ed_xades_content_imprint(&spec, &data, ED_SHA256, imprint, &err), &err,
	      "what a content time-stamp is over");
	ok(!memcmp(imprint, in.digest, 32), "is that digest");
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	is_ok(ed_xades_make(&spec, &xml, &err), &err, "signed");
	s = strdup(ed_buf_str(&xml));
	ed_buf_clear(&xml);
	s = stamp(s, 0, ED_STAMP_SIGNATURE, "of a large document");
	s = stamp(s, 0, ED_STAMP_ARCHIVE, "of a large document");
	holds(s, 0, 2, "ArchiveTimeStamp", "XAdES-BASELINE-LTA", "a large document");
	printf("# %ld MiB, then %ld MiB\n", before, peak_mib());
#ifndef ED_INSTRUMENTED
	ok(peak_mib() - before < 32, "in little memory");
#endif
	data = few;
	close(fd);
	unlink(path);
	free(s);
}

int main(void)
{
	if (!set_up())
		return done();
	large(); /* first, so that its peak is its own */
	shapes();
	refusals();
	answers();
	decades();
	sealed();
	several();
	covered();
	limits();
	baseline();
	tear_down();
	return done();
}
