/* SPDX-License-Identifier: ISC */
/*
 * The time-stamps of XAdES signatures: each over what the standard says, put
 * together here piece by piece, and each over something else.  The T numbers
 * are those of the attack catalogue.
 */
#include "xadeskit.h"

#define WHEN "20260306000000Z"
#define OPEN "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
#define CLOSE "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
#define NS141 "xmlns:x4='" ED_NS_XADES141 "'"
#define METHOD "<ds:CanonicalizationMethod Algorithm='" EXC "'/>"
#define OBJECT "<ds:Object Id='o'>Order</ds:Object>"

/* The exclusive canonical form of elements by name, in document order. */
static enum edoc_code to_bytes(void *arg, const void *p, size_t n)
{
	struct bytes *b = arg;

	*b = join(*b, raw(p, n));
	return EDOC_OK;
}

static struct bytes canonical(const struct ed_xml *xml, xmlNodePtr node)
{
	struct bytes b = none();

	if (!node || ed_c14n(xml, node, ED_C14N_EXC, false, NULL, NULL, to_bytes, &b, &err))
		ok(false, "no canonical form: %s", err.msg);
	return b;
}

static xmlNodePtr first(const struct ed_xml *xml, const char *name)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);

	for (xmlNodePtr p = root; p; p = ed_xml_following(p, root, false))
		if (p->type == XML_ELEMENT_NODE && !strcmp((const char *)p->name, name))
			return p;
	return NULL;
}

/* What the elements so named (separated by blanks) are, one after another. */
static struct bytes pieces(const char *s, const char *list)
{
	struct bytes all = none();
	char *copy = strdup(list), *save = NULL;
	struct ed_xml *xml;

	if (!is_ok(ed_xml_parse_any(s, strlen(s), "s", ED_MAX_XML_BYTES, &xml, &err), &err, list))
		return all;
	for (char *p = strtok_r(copy, " ", &save); p; p = strtok_r(NULL, " ", &save))
		all = join(all, canonical(xml, first(xml, p)));
	ed_xml_free(xml);
	free(copy);
	return all;
}

static char *encapsulated(struct bytes what)
{
	struct bytes t = token(what, WHEN, none());
	struct ed_buf b64;
	char *s = NULL;

	ed_buf_init(&b64, 1 << 20);
	ed_b64_put(&b64, t.p, t.n);
	if (asprintf(&s, "<xades:EncapsulatedTimeStamp>%s</xades:EncapsulatedTimeStamp>",
	             ed_buf_str(&b64)) < 0)
		abort();
	ed_buf_clear(&b64);
	return s;
}

/* The property, with a token over what, before the end of the unsigned ones. */
static char *stamped(char *s, const char *open, const char *close, struct bytes what)
{
	char *inside = encapsulated(what), *property = NULL;

	if (asprintf(&property, "%s" METHOD "%s%s" CLOSE, open, inside, close) < 0)
		abort();
	s = change(s, CLOSE, property);
	free(inside);
	free(property);
	return s;
}

#define STAMPED(s, name, what) stamped(s, "<xades:" name ">", "</xades:" name ">", what)
#define STAMPED4(s, name, what) stamped(s, "<x4:" name " " NS141 ">", "</x4:" name ">", what)

static char *plain(void)
{
	char *s = document("", PLAIN("URI='#o'"), OBJECT, "");

	return change(s, "</xades:QualifyingProperties>",
	              OPEN CLOSE "</xades:QualifyingProperties>");
}

static bool proves(const struct ed_stamp *stamp, enum ed_object_kind kind)
{
	for (size_t i = 0; i < stamp->n_covers; i++)
		if (stamp->covers[i].kind == kind)
			return true;
	return false;
}

/* Frees s.  Its n time-stamps hold as `holds` says, a letter each. */
static void expect(char *s, const char *holds, const char *level, const char *what)
{
	struct ed_ades *sigs;
	size_t n;

	if (is_ok(check(s, &sigs, &n), &err, what) && n >= 1) {
		const struct ed_ades *a = &sigs[0];

		if (!ok(clean(a), "%s: the signature passes", what))
			show(a);
		is_int(a->n_stamps, strlen(holds), what);
		for (size_t i = 0; i < a->n_stamps && holds[i]; i++) {
			const struct ed_stamp *t = &a->stamps[i];
			bool over = !ed_findings_have(&t->findings, "xades.stamp-over-other");

			ok(t->tst.intact && t->intact == (holds[i] == 'y') && over == t->intact,
			   "%s: %s %zu %s", what, t->type, i + 1,
			   holds[i] == 'y' ? "holds" : "does not");
		}
		if (level)
			is_str(a->level, level, what);
	}
	ed_ades_clear(sigs, n);
	free(s);
}

/* T07: two tokens in one property, each judged by itself. */
static void several_tokens(const char *s, struct bytes value)
{
	char *more = encapsulated(raw("x", 1)), *both = NULL;

	if (asprintf(&both, "%s</xades:SignatureTimeStamp>", more) < 0)
		abort();
	expect(change(STAMPED(strdup(s), "SignatureTimeStamp", value),
	              "</xades:SignatureTimeStamp>", both),
	       "yn", NULL, "T07 a second token over something else");
	free(more);
	free(both);
}

/* Findings of the signature: what is no token proves nothing. */
static void no_tokens(const char *s)
{
	static const struct {
		const char *inside, *code;
	} odd[] = {
	        {"<xades:XMLTimeStamp/>", "xades.stamp-xml"},
	        {"<xades:EncapsulatedTimeStamp>AAAA</xades:EncapsulatedTimeStamp>",
	         "xades.stamp-malformed"},
	        {"<xades:EncapsulatedTimeStamp>!</xades:EncapsulatedTimeStamp>",
	         "xades.stamp-malformed"},
	        {"<ds:CanonicalizationMethod Algorithm='urn:none'/>", "xades.stamp-malformed"},
	};

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		char *property = NULL, *t;
		struct ed_ades *sigs;
		size_t n;

		if (asprintf(&property,
		             "<xades:SignatureTimeStamp>%s</xades:SignatureTimeStamp>" CLOSE,
		             odd[i].inside) < 0)
			abort();
		t = change(strdup(s), CLOSE, property);
		is_ok(check(t, &sigs, &n), &err, odd[i].inside);
		ok(n == 1 && sigs[0].n_stamps == 0 && sigs[0].intact_data &&
		           sigs[0].intact_signature &&
		           ed_findings_have(&sigs[0].findings, odd[i].code),
		   "%s: %s", odd[i].inside, odd[i].code);
		ed_ades_clear(sigs, n);
		free(property);
		free(t);
	}
}

static void signature_stamps(void)
{
	struct ed_ades *sigs;
	char *s = plain(), *t;
	struct bytes value = pieces(s, "SignatureValue");
	size_t n;

	expect(STAMPED(strdup(s), "SignatureTimeStamp", value), "y", "XAdES-T",
	       "over the value");
	expect(STAMPED(strdup(s), "SignatureTimeStamp", raw("x", 1)), "n", NULL,
	       "over something else");
	expect(STAMPED(strdup(s), "SignatureTimeStamp", pieces(s, "SignedInfo")), "n", NULL,
	       "over SignedInfo");
	expect(change(STAMPED(strdup(s), "SignatureTimeStamp", value), "Id='S-v'", "Id='S-w'"), "n",
	       NULL, "the value's element changed");
	several_tokens(s, value);
	no_tokens(s);
	t = STAMPED(strdup(s), "SignatureTimeStamp", value);
	is_ok(check(t, &sigs, &n), &err, "what it proves");
	ok(n == 1 && sigs[0].n_stamps == 1 && proves(&sigs[0].stamps[0], ED_OBJECT_SIGNATURE) &&
	           proves(&sigs[0].stamps[0], ED_OBJECT_DATA) &&
	           proves(&sigs[0].stamps[0], ED_OBJECT_MATERIAL),
	   "the value, what is signed, and the certificate that it names");
	ed_ades_clear(sigs, n);
	free(t);
	free(s);
}

static void unknown(void)
{
	char *s = change(plain(), CLOSE, "<x4:RenewedDigestsV2 " NS141 "/>" CLOSE);
	struct ed_ades *sigs;
	size_t n;

	is_ok(check(s, &sigs, &n), &err, "a property that is not read");
	ok(n == 1 && clean(&sigs[0]) &&
	           ed_findings_have(&sigs[0].findings, "signature.unsigned-properties-not-judged"),
	   "is told");
	ed_ades_clear(sigs, n);
	free(s);
}

#define CERT_REFS "<x4:CompleteCertificateRefsV2 " NS141 "/>"
#define OLD_REFS "<xades:CompleteCertificateRefs/>"
#define REV_REFS "<xades:CompleteRevocationRefs/>"

static void refs_stamps(void)
{
	char *s = plain(), *old;

	s = STAMPED(s, "SignatureTimeStamp", pieces(s, "SignatureValue"));
	old = change(strdup(s), CLOSE, OLD_REFS REV_REFS CLOSE);
	s = change(s, CLOSE, CERT_REFS REV_REFS CLOSE);
	expect(STAMPED4(strdup(s), "SigAndRefsTimeStampV2",
	                pieces(s, "SignatureValue SignatureTimeStamp CompleteCertificateRefsV2 "
	                          "CompleteRevocationRefs")),
	       "yy", "XAdES-X", "signature and references");
	expect(STAMPED4(strdup(s), "SigAndRefsTimeStampV2",
	                pieces(s, "SignatureValue CompleteCertificateRefsV2 "
	                          "CompleteRevocationRefs")),
	       "yn", NULL, "without the signature time-stamp");
	expect(STAMPED4(strdup(s), "RefsOnlyTimeStampV2",
	                pieces(s, "CompleteCertificateRefsV2 CompleteRevocationRefs")),
	       "yy", "XAdES-X", "references only");
	expect(STAMPED(strdup(old), "SigAndRefsTimeStamp",
	               pieces(old, "SignatureValue SignatureTimeStamp CompleteCertificateRefs "
	                           "CompleteRevocationRefs")),
	       "yy", "XAdES-X", "of old");
	expect(STAMPED4(strdup(old), "SigAndRefsTimeStampV2",
	                pieces(old, "SignatureValue SignatureTimeStamp CompleteCertificateRefs "
	                            "CompleteRevocationRefs")),
	       "yn", NULL, "the new one is not over the old references");
	expect(STAMPED(old, "RefsOnlyTimeStamp",
	               pieces(old, "CompleteCertificateRefs CompleteRevocationRefs")),
	       "yy", "XAdES-X", "references only, of old");
	free(s);
}

#define WHOLE "Object SignedProperties SignedInfo SignatureValue KeyInfo SignatureTimeStamp "

/* The reference to the Object is processed first; `first` finds the Object of
 * the properties, so this one stands before it. */
static char *archived(bool listed)
{
	char *sig = signature("S", listed ? PLAIN("URI='#o'") : PLAIN("URI='order.txt'"), "");
	char *s = change(sig, "<ds:Object>", OBJECT "<ds:Object>");

	s = change(seal(s, "S"), "</xades:QualifyingProperties>",
	           OPEN CLOSE "</xades:QualifyingProperties>");
	return STAMPED(s, "SignatureTimeStamp", pieces(s, "SignatureValue"));
}

static void archive_stamps(void)
{
	char *s = archived(true), *t;
	struct bytes all;

	s = change(s, CLOSE, "<xades:CertificateValues/>" CLOSE);
	all = join(pieces(s, WHOLE "CertificateValues"), pieces(s, "Object"));
	t = STAMPED4(strdup(s), "ArchiveTimeStamp", all);
	expect(strdup(t), "yy", "XAdES-A", "archive 1.4.1: all objects");
	expect(change(strdup(t), CLOSE, "<xades:RevocationValues/>" CLOSE), "yy", NULL,
	       "what stands behind is not under it");
	expect(change(strdup(t), "<xades:CertificateValues/>",
	              "<xades:RevocationValues/><xades:CertificateValues/>"),
	       "yn", NULL, "what was put before it shows");
	expect(change(strdup(t), "<xades:CertificateValues/>", ""), "yn", NULL,
	       "what was taken away shows");
	expect(change(t, "<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName/>"), "yn", NULL,
	       "KeyInfo changed");
	expect(STAMPED(strdup(s), "ArchiveTimeStamp", pieces(s, WHOLE "CertificateValues")), "yy",
	       "XAdES-A", "archive 1.3.2: not the objects that are signed");
	expect(STAMPED(s, "ArchiveTimeStamp", all), "yn", NULL, "1.3.2 is not as 1.4.1");
}

/* Over data, before the signature: in the signed properties. */
static void content_stamps(void)
{
	static const char home[] = "</xades:SignedSignatureProperties>";
	static const struct {
		const char *open, *close, *over, *holds;
	} kinds[] = {
	        {"<xades:AllDataObjectsTimeStamp>", "</xades:AllDataObjectsTimeStamp>",
	         "Order 12\n", "y"},
	        {"<xades:AllDataObjectsTimeStamp>", "</xades:AllDataObjectsTimeStamp>",
	         "Order 13\n", "n"},
	        {"<xades:IndividualDataObjectsTimeStamp><xades:Include URI='#r' "
	         "referencedData='true'/>",
	         "</xades:IndividualDataObjectsTimeStamp>", "Order 12\n", "y"},
	        {"<xades:IndividualDataObjectsTimeStamp><xades:Include URI='#r'/>",
	         "</xades:IndividualDataObjectsTimeStamp>", "Order 12\n", "-"},
	        {"<xades:IndividualDataObjectsTimeStamp><xades:Include URI='#other' "
	         "referencedData='true'/>",
	         "</xades:IndividualDataObjectsTimeStamp>", "Order 12\n", "-"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		char *s = signature("S", PLAIN("Id='r' URI='order.txt'"), "");
		char *inside = encapsulated(raw(kinds[i].over, strlen(kinds[i].over)));
		char *property = NULL;
		struct ed_ades *sigs;
		size_t n;

		if (asprintf(&property,
		             "%s<xades:SignedDataObjectProperties>%s" METHOD "%s%s"
		             "</xades:SignedDataObjectProperties>",
		             home, kinds[i].open, inside, kinds[i].close) < 0)
			abort();
		s = seal(change(s, home, property), "S");
		is_ok(check(s, &sigs, &n), &err, kinds[i].open);
		ok(n == 1 && clean(&sigs[0]) && sigs[0].n_stamps == 1 &&
		           sigs[0].stamps[0].found == (*kinds[i].holds != '-') &&
		           sigs[0].stamps[0].intact == (*kinds[i].holds == 'y'),
		   "%s over %s", kinds[i].open, kinds[i].over);
		ed_ades_clear(sigs, n);
		free(inside);
		free(property);
		free(s);
	}
}

/* One ArchiveTimeStamp over a group of two, none of which is the signature. */
static struct bytes record_of_others(void)
{
	struct bytes a = hash(ED_SHA256, raw("a", 1)), b = hash(ED_SHA256, raw("b", 1));
	bool ordered = memcmp(a.p, b.p, 32) < 0;
	struct bytes both = ordered ? join(a, b) : join(b, a);
	struct bytes list = tlv(SEQ, join(tlv(OCTETS, a), tlv(OCTETS, b)));
	struct bytes ats = tlv(SEQ, join(tlv(0xa2, list), token(both, WHEN, none())));
	struct bytes head = join(tlv(0x02, raw("\1", 1)), tlv(SEQ, alg(SHA256)));

	return tlv(SEQ, join(head, tlv(SEQ, tlv(SEQ, ats))));
}

/* E09: the signature is whole, so a record that it carries has to be of it. */
static void records_of_others(void)
{
	struct bytes der = record_of_others();
	struct ed_ades *sigs;
	char *s = plain(), *property = NULL;
	struct ed_buf b64;
	size_t n;

	ed_buf_init(&b64, 1 << 20);
	ed_b64_put(&b64, der.p, der.n);
	if (asprintf(&property,
	             "<en:SealingEvidenceRecords xmlns:en='http://uri.etsi.org/19132/v1.1.1#'>"
	             "<en:ASN1EvidenceRecord>%s</en:ASN1EvidenceRecord>"
	             "</en:SealingEvidenceRecords>" CLOSE,
	             ed_buf_str(&b64)) < 0)
		abort();
	s = change(s, CLOSE, property);
	is_ok(check(s, &sigs, &n), &err, "a record");
	if (ok(n == 1 && sigs[0].n_records == 1, "is read"))
		ok(!sigs[0].records[0].intact &&
		           ed_findings_have(&sigs[0].records[0].findings, "xades.record-omits"),
		   "E09: over other things, and the signature is here");
	ed_ades_clear(sigs, n);
	ed_buf_clear(&b64);
	free(property);
	free(s);
}

int main(void)
{
	if (set_up()) {
		signature_stamps();
		refs_stamps();
		archive_stamps();
		content_stamps();
		unknown();
		records_of_others();
	}
	tear_down();
	return done();
}
