/* SPDX-License-Identifier: ISC */
/* XAdES signatures that grow: what is added is right, and not a byte of what
 * was there has changed. */
#include "xadeskit.h"

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

int main(void)
{
	if (!set_up())
		return done();
	shapes();
	refusals();
	answers();
	tear_down();
	return done();
}
