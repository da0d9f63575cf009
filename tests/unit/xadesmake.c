/* SPDX-License-Identifier: ISC */
/* What xadesmake.c makes besides a container's entries: all that a signer can
 * say, detached and enveloped signatures, counter-signatures. */
#include "xadeskit.h"

#include <unistd.h>

#include "base/io.h"
#include "signature/grow.h"

#define AT 1772683869

static struct ed_xades_input input(const char *name, const char *type, const char *bytes)
{
	struct ed_xades_input in = {.name = name, .media_type = type};

	if (!ed_hash_bytes(ED_SHA256, bytes, strlen(bytes), in.digest))
		abort();
	return in;
}

static char *make(const struct ed_xades_spec *spec, const char *what)
{
	struct ed_buf xml;
	char *s;

	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	memset(&err, 0, sizeof(err));
	is_ok(ed_xades_make(spec, &xml, &err), &err, what);
	s = strdup(ed_buf_str(&xml));
	ed_buf_clear(&xml);
	return s;
}

static void refuses(const struct ed_xades_spec *spec, enum edoc_code code, const char *word,
                    const char *what)
{
	struct ed_buf xml;

	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	fails(ed_xades_make(spec, &xml, &err), code, &err, word, what);
	is_int((int64_t)xml.len, 0, "nothing comes out");
	ed_buf_clear(&xml);
}

/* ---- words ----------------------------------------------------------------- */

static struct bytes token_over(const unsigned char *imprint)
{
	struct spec s = {.key = madina, .type = ID_TST};
	struct bytes info = join(tlv(INT, raw("\1", 1)), oid("1.2.3.4"));

	info = join(info, tlv(SEQ, join(alg(SHA256), tlv(OCTETS, raw(imprint, 32)))));
	info = join(info, join(tlv(INT, raw("\5", 1)), text(0x18, "20260301000000Z")));
	s.content = tlv(SEQ, info);
	return cades_data(&s);
}

/* Each said and read back; the names of the elements are those of the schema. */
static void words(void)
{
	static const char *const roles[] = {"Chief & Co", "Deputy <1>", NULL};
	static const struct edoc_sign_place place = {.street = "Rudaki 1",
	                                             .city = "Dushanbe",
	                                             .region = "DRS",
	                                             .postal_code = "734000",
	                                             .country = "TJ"};
	char path[] = "/tmp/xadesmake.XXXXXX";
	struct edoc_sign_policy policy = {
	        .id = "1.2.3.4", .path = path, .url = "https://example.org/p?a=1&b=2"};
	struct ed_xades_input in[] = {input("order.txt", "text/plain", files[0].bytes),
	                              input("card.xml", "text/xml", files[1].bytes)};
	struct ed_xades_spec spec = {.words = {.key = zarina,
	                                       .at = AT,
	                                       .roles = roles,
	                                       .place = &place,
	                                       .policy = &policy},
	                             .packaging = ED_XADES_DETACHED,
	                             .hash = ED_SHA256,
	                             .inputs = in,
	                             .n = 2};
	unsigned char imprint[ED_HASH_MAX], other[ED_HASH_MAX];
	struct ed_ades *sigs;
	struct bytes token;
	size_t n;
	char *s;
	int fd = mkstemp(path);

	is_ok(ed_write_full(fd, path, "rules", 5, &err), &err, "a policy");
	close(fd);
	is_ok(ed_xades_content_imprint(&spec, &data, ED_SHA256, imprint, &err), &err,
	      "what a content time-stamp is over");
	token = token_over(imprint);
	spec.words.content_token = token.p;
	spec.words.content_token_len = token.n;
	s = make(&spec, "all that can be said");
	is_ok(check(s, &sigs, &n), &err, "it is read");
	if (is_int((int64_t)n, 1, "one signature")) {
		const struct ed_ades *a = &sigs[0];

		if (!ok(clean(a), "it passes"))
			show(a);
		is_str(a->level, "XAdES-BASELINE-B", "level");
		is_str(a->role, "Chief & Co; Deputy <1>", "roles");
		is_str(a->place, "Dushanbe, Rudaki 1, DRS, 734000, TJ", "place");
		is_str(a->policy_id, "urn:oid:1.2.3.4", "policy");
		is_str(a->policy_url, policy.url, "its place");
		ok(a->policy_kind == ED_POLICY_EXPLICIT && a->policy_hash == ED_SHA256 &&
		           a->policy_digest_len == 32,
		   "its digest");
		ok(a->n_stamps == 1 && a->stamps[0].kind == ED_STAMP_CONTENT &&
		           a->stamps[0].intact && a->stamps[0].tst.intact,
		   "the content time-stamp holds");
	}
	ed_ades_clear(sigs, n);
	ok(strstr(s, "Qualifier=\"OIDAsURN\"") != NULL, "an OID is an URN");
	free(s);
	files[1].bytes = "<a/>";
	is_ok(ed_xades_content_imprint(&spec, &data, ED_SHA256, other, &err), &err,
	      "of another document");
	ok(memcmp(imprint, other, 32) != 0, "it is another");
	files[1].bytes = "<a><!-- note --><b  x='1'/></a>";
	in[1].name = "nowhere";
	fails(ed_xades_content_imprint(&spec, &data, ED_SHA256, imprint, &err), EDOC_ERR_ABSENT,
	      &err, "", "of what is not there");
	unlink(path);
	refuses(&spec, EDOC_ERR_ABSENT, "", "the policy's file is gone");
}

/* ---- packaging -------------------------------------------------------------- */

static void detached(void)
{
	struct ed_xades_input in = input("order.txt", "text/plain", files[0].bytes);
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = AT},
	                             .packaging = ED_XADES_DETACHED,
	                             .hash = ED_SHA256,
	                             .inputs = &in,
	                             .n = 1};

	good(make(&spec, "detached"), "detached", "order.txt", "detached");
	good(make(&spec, "detached"), "detached", "order.txt", "again");
	in = input("order.txt", "text/plain", "something else");
	bad(make(&spec, "over another digest"), "reference.digest", "over another digest");
	in.name = "../up";
	refuses(&spec, EDOC_ERR_INPUT, "", "a name that leads away");
	spec.n = 0;
	refuses(&spec, EDOC_ERR_USAGE, "nothing to sign", "nothing");
}

static char *envelop(const char *document, const char *what)
{
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = AT},
	                             .packaging = ED_XADES_ENVELOPED,
	                             .hash = ED_SHA256,
	                             .document = document,
	                             .document_len = strlen(document)};

	return make(&spec, what);
}

static void enveloped(void)
{
	static const char *const documents[] = {
	        "<a/>",
	        "<a  x='1'\n/>",
	        ("<?xml version='1.0'?>\r\n<!-- before --><a xmlns='urn:a' xml:lang='tg'>\r\n"
	         "<ds xmlns='urn:b'>text</ds><?pi <x> ?><![CDATA[</a>]]>\r\n</a >\r\n<!-- </a> -->"),
	        "\xef\xbb\xbf<x:a xmlns:x='urn:x' xmlns:ds='urn:not-ds' x:y='&#xd;'>&lt;</x:a>",
	};
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = AT},
	                             .packaging = ED_XADES_ENVELOPED,
	                             .hash = ED_SHA256};
	char *s;

	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		s = envelop(documents[i], documents[i]);
		ok(strncmp(s, documents[i], strcspn(documents[i], "/")) == 0,
		   "it begins as it did");
		good(s, "enveloped", "doc.xml", documents[i]);
	}
	s = envelop("<a>paid: 10</a>", "an order");
	bad(change(s, "10", "1000"), "reference.digest", "changed");
	refuses(&spec, EDOC_ERR_USAGE, "nothing to sign", "no document");
	spec.document = "<a>";
	spec.document_len = 3;
	refuses(&spec, EDOC_ERR_INPUT, "well-formed", "no XML");
	s = envelop("<a>1</a>", "a first signature");
	spec.document = s;
	spec.document_len = strlen(s);
	free(make(&spec, "a second one, which signs the first"));
	free(s);
	spec.document = s = document("<a>1", R("URI=''", ENVELOPED), "", "</a>");
	spec.document_len = strlen(s);
	refuses(&spec, EDOC_ERR_INPUT, "breaking", "a second one, which the first one would sign");
	free(s);
	spec.document = s = document("", PLAIN("URI='#o'"), "<ds:Object Id='o'>x</ds:Object>", "");
	spec.document_len = strlen(s);
	refuses(&spec, EDOC_ERR_INPUT, "itself a signature", "into a signature");
	free(s);
	spec.document = s =
	        document("<a>", PLAIN("URI='#o'"), "<ds:Object Id='o'>x</ds:Object>", "</a>");
	spec.document_len = strlen(s);
	free(make(&spec, "beside one that signs only its own object"));
	free(s);
}

/* ---- counter-signatures ----------------------------------------------------- */

static enum edoc_code counter(const char *s, struct ed_counter_spec *spec, struct ed_buf *out)
{
	struct ed_grow g = {.bytes = s,
	                    .len = strlen(s),
	                    .where = "doc.xml",
	                    .data = &data,
	                    .only = ED_NO_DATA,
	                    .arena = arena};

	memset(&err, 0, sizeof(err));
	return ed_xades_add_counter(&g, spec, out, &err);
}

static void counters(void)
{
	static const struct edoc_sign_place place = {.city = "Khujand"};
	struct ed_counter_spec spec = {
	        .key = farrukh, .at = AT + 60, .role = "Notary", .place = &place};
	struct ed_xades_input in = input("order.txt", "text/plain", files[0].bytes);
	struct ed_xades_spec first = {.words = {.key = zarina, .at = AT},
	                              .packaging = ED_XADES_DETACHED,
	                              .hash = ED_SHA256,
	                              .inputs = &in,
	                              .n = 1};
	char *s = make(&first, "to be counter-signed"), *t;
	struct ed_ades *sigs;
	struct ed_buf out;
	size_t n;

	ed_buf_init(&out, ED_MAX_XML_BYTES);
	is_ok(counter(s, &spec, &out), &err, "a counter-signature");
	t = strdup(ed_buf_str(&out));
	ok(counter(t, &spec, &out) == EDOC_ERR_AGAIN && !strcmp(ed_buf_str(&out), t),
	   "the same of the same second");
	spec.key = anvar;
	is_ok(counter(t, &spec, &out), &err, "a second one");
	is_ok(check(ed_buf_str(&out), &sigs, &n), &err, "both are read");
	ok(n == 1 && clean(&sigs[0]) && sigs[0].n_counter == 2, "the parent passes");
	for (size_t i = 0; n == 1 && i < sigs[0].n_counter; i++) {
		if (!ok(clean(&sigs[0].counter[i]), "counter-signature %zu passes", i + 1))
			show(&sigs[0].counter[i]);
		is_str(sigs[0].counter[i].level, "XAdES-BASELINE-B", "its level");
		is_str(sigs[0].counter[i].role, "Notary", "its role");
		is_str(sigs[0].counter[i].place, "Khujand", "its place");
	}
	ed_ades_clear(sigs, n);
	free(t);
	spec.role = "two\nlines";
	fails(counter(s, &spec, &out), EDOC_ERR_USAGE, &err, "role", "a role of two lines");
	spec.role = NULL;
	t = document("", PLAIN("URI='#o'"), "<ds:Object Id='o'>x</ds:Object>", "");
	t = change(t, " Id='S-v'", "");
	fails(counter(t, &spec, &out), EDOC_ERR_INPUT, &err, "no Id", "a value without Id");
	free(t);
	ed_buf_clear(&out);
	free(s);
}

/* ---- keys ------------------------------------------------------------------- */

static enum edoc_code ask(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                          struct ed_buf *token, struct edoc_error *e)
{
	struct bytes t = token_over(imprint);

	(void)arg;
	(void)hash;
	ed_buf_put(token, t.p, t.n);
	return ed_buf_check(token, "token", e);
}

/* Frees s. */
static char *lasting(char *s)
{
	static const enum ed_stamp_kind kinds[] = {ED_STAMP_SIGNATURE, ED_STAMP_ARCHIVE};
	struct ed_buf out;

	ed_buf_init(&out, ED_MAX_XML_BYTES);
	for (size_t i = 0; i < 2; i++) {
		struct ed_grow g = {.bytes = s,
		                    .len = strlen(s),
		                    .where = "doc.xml",
		                    .data = &data,
		                    .only = ED_NO_DATA,
		                    .arena = arena};

		is_ok(ed_xades_add_stamp(&g, kinds[i], ED_SHA256, ask, NULL, &out, &err), &err,
		      "a time-stamp");
		free(s);
		s = strdup(ed_buf_str(&out));
	}
	ed_buf_clear(&out);
	return s;
}

/* Signs, is time-stamped, counter-signs. */
static void one_key(const char *kind, const char *options)
{
	char dir[] = "/tmp/xadeskey.XXXXXX", command[1024], key_path[64], cert_path[64];
	struct ed_xades_input in = input("order.txt", "text/plain", files[0].bytes);
	struct ed_xades_spec spec = {.words = {.at = AT},
	                             .packaging = ED_XADES_DETACHED,
	                             .hash = ED_SHA256,
	                             .inputs = &in,
	                             .n = 1};
	struct ed_counter_spec over = {.at = AT + 5};
	struct edoc_key *key = NULL;
	struct ed_ades *sigs;
	struct ed_buf out;
	size_t n;
	char *s;

	if (!mkdtemp(dir))
		return;
	snprintf(key_path, sizeof(key_path), "%s/key", dir);
	snprintf(cert_path, sizeof(cert_path), "%s/cert", dir);
	snprintf(command, sizeof(command),
	         "openssl req -x509 -newkey %s -nodes -keyout %s -out %s -days 3650 "
	         "-subj /CN=Kit 2>/dev/null",
	         options, key_path, cert_path);
	if (ok(system(command) == 0, "%s: a key", kind) &&
	    is_ok(edoc_key_load(key_path, cert_path, NULL, NULL, NULL, &key, &err), &err, kind)) {
		spec.words.key = over.key = key;
		s = lasting(make(&spec, kind));
		ed_buf_init(&out, ED_MAX_XML_BYTES);
		is_ok(counter(s, &over, &out), &err, kind);
		is_ok(check(ed_buf_str(&out), &sigs, &n), &err, kind);
		if (!ok(n == 1 && clean(&sigs[0]) && sigs[0].n_stamps == 2 &&
		                sigs[0].stamps[1].intact && sigs[0].n_counter == 1 &&
		                clean(&sigs[0].counter[0]),
		        "%s: signs and counter-signs", kind) &&
		    n == 1)
			show(&sigs[0]);
		ed_ades_clear(sigs, n);
		ed_buf_clear(&out);
		free(s);
	}
	edoc_key_free(key);
	unlink(key_path);
	unlink(cert_path);
	rmdir(dir);
}

static void keys(void)
{
	one_key("P-521", "ec -pkeyopt ec_paramgen_curve:P-521");
	one_key("brainpool", "ec -pkeyopt ec_paramgen_curve:brainpoolP384r1");
	one_key("Ed25519", "ed25519");
	one_key("Ed448", "ed448");
	one_key("RSA-PSS", "rsa-pss -pkeyopt rsa_keygen_bits:2048");
}

/* ---- another program --------------------------------------------------------- */

static bool write_text(const char *dir, const char *name, const char *bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	return f && fputs(bytes, f) >= 0 && fclose(f) == 0;
}

/* Frees s. */
static void xmlsec_verifies(const char *dir, char *s, const char *what)
{
	const char *src = getenv("SRCDIR");
	char command[8192];

	ok(write_text(dir, "s.xml", s), "%s: written", what);
	snprintf(command, sizeof(command),
	         "cd '%s' && xmlsec1 --verify --verification-time '2026-03-05 04:11:09' "
	         "--id-attr:Id http://uri.etsi.org/01903/v1.3.2#:SignedProperties "
	         "--id-attr:Id http://www.w3.org/2000/09/xmldsig#:SignatureValue "
	         "--trusted-pem '%s/testdata/pki/root.pem' s.xml >out 2>&1",
	         dir, src ? src : ".");
	ok(system(command) == 0, "xmlsec1 verifies: %s", what);
	free(s);
}

static void xmlsec(void)
{
	static const char *const names[] = {"s.xml", "out", "order.txt"};
	struct ed_xades_input in = input("order.txt", "text/plain", files[0].bytes);
	struct ed_xades_spec spec = {.words = {.key = zarina, .at = AT},
	                             .packaging = ED_XADES_DETACHED,
	                             .hash = ED_SHA256,
	                             .inputs = &in,
	                             .n = 1};
	struct ed_counter_spec over = {.key = farrukh, .at = AT};
	char dir[] = "/tmp/xadesxmlsec.XXXXXX", path[64], *s;
	struct ed_buf out;

	if (system("command -v xmlsec1 >/dev/null 2>&1") || !mkdtemp(dir)) {
		printf("ok %d - xmlsec1 # SKIP not installed\n", ++tap_n);
		return;
	}
	ok(write_text(dir, "order.txt", files[0].bytes), "a document");
	s = lasting(make(&spec, "detached"));
	ed_buf_init(&out, ED_MAX_XML_BYTES);
	is_ok(counter(s, &over, &out), &err, "and counter-signed");
	xmlsec_verifies(dir, strdup(ed_buf_str(&out)), "detached, time-stamped, counter-signed");
	ed_buf_clear(&out);
	free(s);
	xmlsec_verifies(dir, lasting(envelop("<a xmlns='urn:a'>\n<b/></a>", "enveloped")),
	                "enveloped, time-stamped");
	spec.words.key = farrukh;
	xmlsec_verifies(dir, make(&spec, "RSA"), "RSA");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

int main(void)
{
	if (!set_up())
		return done();
	words();
	detached();
	enveloped();
	counters();
	keys();
	xmlsec();
	tear_down();
	return done();
}
