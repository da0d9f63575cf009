/* SPDX-License-Identifier: ISC */
/* X-Road's hash chains: a sound one, and its neighbours with one defect each. */
#include "cmskit.h"
#include "base/hex.h"
#include "base/limits.h"
#include "judge/rules.h"
#include "signature/hashchain.h"

#define URI "http://www.w3.org/2001/04/xmlenc#sha256"
#define SHA1_URI "http://www.w3.org/2000/09/xmldsig#sha1"
#define NS "xmlns='http://www.w3.org/2000/09/xmldsig#' xmlns:c='http://cyber.ee/hashchain'"
#define VALUE "<DigestValue>%s</DigestValue>"

static struct edoc_error err;

static struct file {
	const char *name;
	char *bytes;
} files[4] = {{"result.xml", NULL}, {"chain.xml", NULL}, {"a.xml", NULL}, {"b c.xml", NULL}};

static const char *file_name(void *arg, size_t i)
{
	(void)arg;
	return files[i].name;
}

static enum edoc_code file_digest(void *arg, size_t i, enum ed_hash h,
                                  unsigned char out[ED_HASH_MAX], struct edoc_error *e)
{
	(void)arg;
	(void)e;
	return ed_hash_bytes(h, files[i].bytes, strlen(files[i].bytes), out) ? EDOC_OK
	                                                                     : EDOC_ERR_MEMORY;
}

static enum edoc_code file_read(void *arg, size_t i, struct ed_buf *buf, struct edoc_error *e)
{
	(void)arg;
	ed_buf_puts(buf, files[i].bytes);
	return ed_buf_check(buf, files[i].name, e);
}

static struct ed_data data = {
        .container = true, .n = 4, .name = file_name, .digest = file_digest, .read = file_read};

/* ---- making: the digests of a step, as X-Road encodes them ---- */

static struct bytes single_by(struct bytes digest, const char *uri)
{
	return tlv(0x30,
	           three(tlv(0x04, digest), tlv(0x0c, raw(uri, strlen(uri))), tlv(0x30, none())));
}

static struct bytes single(struct bytes digest)
{
	return single_by(digest, URI);
}

static char *b64(struct bytes b)
{
	struct ed_buf out;
	char *s;

	ed_buf_init(&out, 1000);
	ed_b64_put(&out, b.p, b.n);
	s = strdup(ed_buf_str(&out));
	ed_buf_clear(&out);
	return s;
}

static struct bytes digest_of(const char *s)
{
	return hash(ED_SHA256, raw(s, strlen(s)));
}

/* STEP0 = (STEP1, a.xml); STEP1 = (a digest of another message, b c.xml). */
static void make(void)
{
	struct bytes a = digest_of("<a/>"), b = digest_of("<b/>"), x = digest_of("x");
	struct bytes inner = hash(ED_SHA256, tlv(0x30, join(single(x), single(b))));
	struct bytes outer = hash(ED_SHA256, tlv(0x30, join(single(inner), single(a))));
	char *sa = b64(a), *sb = b64(b), *sx = b64(x), *so = b64(outer);

	for (size_t i = 0; i < 4; i++)
		free(files[i].bytes);
	if (asprintf(&files[0].bytes,
	             "<c:HashChainResult " NS " URI='/chain.xml#STEP0'><DigestMethod "
	             "Algorithm='" URI "'/>" VALUE "</c:HashChainResult>",
	             so) < 0 ||
	    asprintf(
	            &files[1].bytes,
	            "<c:HashChain " NS "><c:DefaultDigestMethod Algorithm='" URI "'/>"
	            "<c:HashStep id='STEP0'><c:StepRef URI='#STEP1'/><c:DataRef URI='/a.xml'>" VALUE
	            "</c:DataRef></c:HashStep><c:HashStep id='STEP1'><c:HashValue>" VALUE
	            "</c:HashValue><c:DataRef URI='/b%%20c.xml'>" VALUE
	            "</c:DataRef></c:HashStep></c:HashChain>",
	            sa, sx, sb) < 0)
		abort();
	files[2].bytes = strdup("<a/>");
	files[3].bytes = strdup("<b/>");
	data.n = 4;
	free(sa);
	free(sb);
	free(sx);
	free(so);
}

static void change(size_t i, const char *old, const char *fresh)
{
	char *at = strstr(files[i].bytes, old), *out = NULL;

	if (!at || asprintf(&out, "%.*s%s%s", (int)(at - files[i].bytes), files[i].bytes, fresh,
	                    at + strlen(old)) < 0) {
		ok(false, "%s holds %s", files[i].name, old);
		return;
	}
	free(files[i].bytes);
	files[i].bytes = out;
}

/* code: NULL when it holds.  Makes the chain anew. */
static void expect(const char *code, size_t covers, const char *what)
{
	struct ed_findings findings;
	struct ed_hashchain chain;
	size_t present = 0;

	ed_findings_init(&findings, arena);
	is_ok(ed_hashchain_follow(&data, "result.xml", arena, &findings, &chain, &err), &err, what);
	if (!ok(chain.intact == !code && (!code || ed_findings_have(&findings, code)), "%s: %s",
	        what, code ? code : "holds"))
		for (size_t i = 0; i < findings.n; i++)
			printf("#   %s %s\n", findings.v[i].code,
			       findings.v[i].args[0] ? findings.v[i].args[0] : "");
	for (size_t i = 0; i < findings.n; i++)
		ok(ed_rule(findings.v[i].code) != NULL, "%s is explained", findings.v[i].code);
	for (size_t i = 0; i < chain.n; i++)
		present += chain.v[i].present;
	if (!code)
		is_int(present, covers, what);
	make();
}

/* STEP1 by SHA-1: what hangs there is tied no better, whatever its own digest. */
static void weak_step(void)
{
	struct bytes a = digest_of("<a/>"), b = digest_of("<b/>"), x = digest_of("x");
	struct bytes list = tlv(0x30, join(single(x), single(b)));
	struct bytes strong = single(hash(ED_SHA256, list)), weak;
	char *old = b64(hash(ED_SHA256, tlv(0x30, join(strong, single(a))))), *fresh;
	struct ed_findings findings;
	struct ed_hashchain chain;

	weak = single_by(hash(ED_SHA1, list), SHA1_URI);
	fresh = b64(hash(ED_SHA256, tlv(0x30, join(weak, single(a)))));
	change(1, "<c:StepRef URI='#STEP1'/>",
	       "<c:StepRef URI='#STEP1'><DigestMethod Algorithm='" SHA1_URI "'/></c:StepRef>");
	change(0, old, fresh);
	ed_findings_init(&findings, arena);
	is_ok(ed_hashchain_follow(&data, "result.xml", arena, &findings, &chain, &err), &err,
	      "a weak step");
	ok(chain.intact && chain.n == 3, "a step by SHA-1 computes");
	for (size_t i = 0; i < chain.n; i++)
		is_int(chain.v[i].hash, strcmp(chain.v[i].name, "a.xml") ? ED_SHA1 : ED_SHA256,
		       chain.v[i].name);
	free(old);
	free(fresh);
	make();
}

int main(void)
{
	arena = ed_arena_new();
	make();
	expect(NULL, 3, "two steps, two documents, and the chain itself");
	weak_step();
	data.n = 3;
	expect(NULL, 2, "a document that is not here: its digest stands for it");
	change(3, "<b/>", "<x/>");
	expect("hashchain.digest", 0, "a document changed");
	change(1, "URI='/a.xml'", "URI='/b%20c.xml'");
	expect("hashchain.digest", 0, "another document named");
	change(0, "<DigestValue>", "<DigestValue>AAAA");
	expect("hashchain.malformed", 0, "a digest of another length");
	change(1, "<c:HashValue>",
	       "<c:HashValue><DigestMethod "
	       "Algorithm='http://www.w3.org/2001/04/xmlenc#sha512'/>");
	expect("hashchain.malformed", 0, "a digest that does not fit its method");
	change(1, "<c:StepRef URI='#STEP1'/>", "");
	expect("hashchain.result", 0, "a step taken out");
	change(1, "#STEP1", "#STEP0");
	expect("hashchain.malformed", 0, "a loop");
	change(1, "#STEP1", "#STEP9");
	expect("hashchain.malformed", 0, "a step that is not there");
	change(1, "#STEP1", "STEP1");
	expect("hashchain.malformed", 0, "no step");
	change(1, "#STEP1", "/none.xml#STEP1");
	expect("hashchain.absent-file", 0, "a chain that is not there");
	change(1, "#STEP1", "../chain.xml#STEP1");
	expect("hashchain.malformed", 0, "a name that leaves");
	change(0, "/chain.xml#STEP0", "#STEP0");
	expect("hashchain.malformed", 0, "a result without chain");
	change(0, "c:HashChainResult", "c:Result");
	change(0, "/c:HashChainResult", "/c:Result");
	expect("hashchain.malformed", 0, "no result");
	change(0, "<c:", "foobar<c:");
	expect("hashchain.malformed", 0, "no XML");
	change(1, "<c:HashValue>", "<c:Else>");
	change(1, "</c:HashValue>", "</c:Else>");
	expect("hashchain.malformed", 0, "an unknown input");
	change(1, "<c:DataRef URI='/a.xml'>", "<c:DataRef URI='/a.xml'><Transforms/>");
	expect("hashchain.malformed", 0, "a transform");
	change(1, "xmlenc#sha256", "none#none");
	expect("hashchain.malformed", 0, "an unknown digest");
	change(1, "<c:HashStep id='STEP1'>", "<c:HashStep id='STEP7'/><c:HashStep id='STEP1'>");
	expect(NULL, 2, "a step that nothing leads to leaves the file itself unprotected");
	for (size_t i = 0; i < 4; i++)
		free(files[i].bytes);
	ed_arena_free(arena);
	return done();
}
