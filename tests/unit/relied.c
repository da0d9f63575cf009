/* SPDX-License-Identifier: ISC */
/* What a validation leaned on: nothing too much, nothing too little. */
#include "judge/relied.h"

#include "judgekit.h"

#define AT (SIGNED_AT + DAY)

static struct ed_relied_list list_of(struct scene *s, int64_t at)
{
	struct ed_relied_list list = {.v = NULL};
	struct edoc_error err = {0};

	s->options.at = s->report->at = at;
	is_ok(ed_validate_relied(&s->item, &s->options, s->report, &list, &err), &err, "judged");
	return list;
}

static bool holds_cert(const struct ed_relied *r, size_t i, const struct who *w)
{
	unsigned char *der = NULL;
	int n = i2d_X509(w->x, &der);
	bool same = n > 0 && i < r->n && r->v[i].kind == ED_CERT && r->v[i].len == (size_t)n &&
	            !memcmp(r->v[i].p, der, (size_t)n);

	OPENSSL_free(der);
	return same;
}

static bool holds_answer(const struct ed_relied *r, size_t i, struct ed_object object)
{
	return i < r->n && r->v[i].kind != ED_CERT &&
	       !memcmp(r->v[i].sha256, object.sha256, sizeof(object.sha256));
}

/* Each once, and known by what it is. */
static void sound(const struct ed_relied *r)
{
	bool good = true;

	for (size_t i = 0; i < r->n; i++) {
		unsigned char sha256[ED_HASH_MAX];

		good = good && ed_hash_bytes(ED_SHA256, r->v[i].p, r->v[i].len, sha256) &&
		       !memcmp(sha256, r->v[i].sha256, 32);
		for (size_t k = 0; k < i; k++)
			good = good && memcmp(r->v[k].sha256, r->v[i].sha256, 32) != 0;
	}
	ok(good, "each thing once, by its own digest");
}

static struct ed_relied only(struct scene *s, int64_t at, const char *what)
{
	struct ed_relied_list list = list_of(s, at);
	struct ed_relied none = {.where = ""};

	if (!is_int((int64_t)list.n, 1, what))
		return none;
	sound(&list.v[0]);
	ok(!list.v[0].token && !memcmp(list.v[0].value_sha256, s->sig.value_sha256, 32),
	   "is about the signature");
	is_str(list.v[0].where, "sig.xml", "at its place");
	return list.v[0];
}

static void is_good(const struct ed_relied *r, size_t n, const char *what)
{
	ok(r->good && !r->lacks && !r->why && !r->unanswered, "%s", what);
	is_int((int64_t)r->n, (int64_t)n, "with as many things");
}

static void chains(void)
{
	struct scene *s = begin(&signer);
	struct ed_relied r = only(s, AT, "a chain");

	is_good(&r, 3, "nobody needs to answer");
	ok(holds_cert(&r, 0, &signer) && holds_cert(&r, 1, &ca) && holds_cert(&r, 2, &root),
	   "from the leaf to the anchor, which did not come along");
	end(s);
	s = begin(&signer);
	put_cert(s, &tsa);
	put_crl(s, &ca_dp, AT - 3600, 0, 0);
	r = only(s, AT, "beside what is of no use");
	is_good(&r, 3, "nothing of that");
	end(s);
	s = begin(&signer);
	edoc_trust_free(s->trust);
	is_ok(edoc_trust_new(&s->trust, NULL), NULL, "empty trust");
	s->options.trust = s->trust;
	r = only(s, AT, "nobody is trusted");
	ok(!r.good && r.why && !strcmp(r.why->code, "chain.not-found"), "is why");
	ok(!r.unanswered, "which no answer mends");
	end(s);
	s = begin(NULL);
	is_int((int64_t)list_of(s, AT).n, 0, "without a signer's certificate: nothing");
	end(s);
}

static void crls(void)
{
	struct scene *s = begin(&signer_dp);
	struct ed_object old, new;
	struct ed_relied r;

	old = put_crl(s, &ca, AT - 2 * DAY, 0, 0);
	new = put_crl(s, &ca, AT - 3600, 0, 0);
	r = only(s, AT, "two CRLs");
	is_good(&r, 4, "one decided");
	ok(holds_answer(&r, 3, new) && !holds_answer(&r, 3, old), "the newer");
	end(s);
	s = begin(&signer_sub);
	new = put_crl(s, &root, AT - 3600, 0, 0);
	r = only(s, AT, "a CA with a source");
	is_good(&r, 4, "is answered for too");
	ok(holds_cert(&r, 1, &ca_dp) && holds_answer(&r, 3, new), "by the root");
	end(s);
	s = begin(&signer);
	new = put_crl(s, &ca, AT - 3600, 0, 0);
	r = only(s, AT, "an answer that nobody needs");
	is_good(&r, 4, "was leaned on all the same");
	ok(holds_answer(&r, 3, new), "that one");
	end(s);
	s = begin(&signer_sub);
	r = only(s, AT, "and if it is not");
	ok(!r.good && r.lacks && strstr(r.lacks, "CN=CA with a source"), "that CA is named");
	end(s);
}

static void ocsps(void)
{
	struct scene *s = begin(&signer_dp);
	struct ed_object answer, about;
	struct ed_relied r;

	answer = put_ocsp(s, &signer_dp, &ca, &ca, AT - 60, AT + DAY);
	r = only(s, AT, "an answer of the CA itself");
	is_good(&r, 4, "needs nobody else");
	ok(holds_answer(&r, 3, answer), "that one");
	end(s);
	s = begin(&signer_dp);
	answer = put_ocsp(s, &signer_dp, &ca, &responder, AT - 60, AT + DAY);
	r = only(s, AT, "a responder");
	is_good(&r, 5, "comes along");
	ok(holds_answer(&r, 3, answer) && holds_cert(&r, 4, &responder), "behind its answer");
	end(s);
	s = begin(&signer_dp);
	answer = put_ocsp(s, &signer_dp, &ca, &responder_dp, AT - 60, AT + DAY);
	about = put_ocsp(s, &responder_dp, &ca, &ca, AT - 60, AT + DAY);
	r = only(s, AT, "one that others answer about");
	is_good(&r, 6, "with that answer");
	ok(holds_answer(&r, 3, answer) && holds_cert(&r, 4, &responder_dp) &&
	           holds_answer(&r, 5, about),
	   "last");
	end(s);
	s = begin(&signer_dp);
	put_ocsp(s, &signer_dp, &ca, &responder_dp, AT - 60, AT + DAY);
	about = put_ocsp(s, &responder_dp, &ca, &ca, AT - 60, AT + DAY);
	put_ocsp(s, &responder_dp, &ca, &responder_dp, AT - 30, AT + DAY);
	r = only(s, AT, "one that answers about himself too");
	is_good(&r, 6, "is not leaned on for that");
	ok(holds_answer(&r, 5, about), "but whoever else answered");
	end(s);
	s = begin(&signer_dp);
	put_ocsp(s, &signer_dp, &ca, &responder_dp, AT - 60, AT + DAY);
	r = only(s, AT, "and if nobody does");
	ok(!r.good && r.lacks && strstr(r.lacks, "CN=Signer with a source"), "its answer is none");
	end(s);
}

static void bad(struct scene *s, const char *code, bool lacks, const char *what)
{
	struct ed_relied r = only(s, AT, what);

	ok(!r.good && r.why && !strcmp(r.why->code, code), "%s", code);
	ok(lacks ? r.lacks && strstr(r.lacks, "CN=Signer with a source") : !r.lacks,
	   "what is lacking");
	ok(r.unanswered == lacks, "and whether an answer would do");
	end(s);
}

static void refusals(void)
{
	struct scene *s = begin(&signer_dp);

	bad(s, "revocation.not-checked", true, "no answer");
	s = begin(&signer_dp);
	put_crl(s, &ca, AT - 3 * DAY, 0, 0);
	bad(s, "revocation.stale", true, "an old answer");
	s = begin(&signer_dp);
	put_crl(s, &ca, AT - 3600, 11, AT - 7200);
	bad(s, "revocation.revoked", false, "revoked");
	s = begin(&signer_dp);
	put_crl_with(s, &ca, AT - 3600, 11, AT - 7200, 6, EVP_sha256());
	bad(s, "revocation.held", false, "held");
}

/* A time-stamp, the newest first, then what it is over. */
static void stamps(void)
{
	struct scene *s = begin(&signer_dp);
	struct ed_stamp *st = stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	struct ed_object crl = put_crl(s, &ca, AT - 3600, 0, 0);
	struct ed_relied_list list = list_of(s, AT);
	const struct ed_relied *r = list.v;

	if (is_int((int64_t)list.n, 2, "a time-stamp and a signature")) {
		sound(&r[0]);
		sound(&r[1]);
		ok(r[0].token && !memcmp(r[0].value_sha256, st->tst.sha256, 32), "the token");
		is_good(&r[0], 4, "whose TSA the CRL is about too");
		ok(holds_cert(&r[0], 0, &tsa) && holds_cert(&r[0], 2, &root) &&
		           holds_answer(&r[0], 3, crl),
		   "its chain");
		ok(!r[1].token, "the signature");
		is_good(&r[1], 4, "with its CRL");
		ok(holds_answer(&r[1], 3, crl), "that one");
	}
	end(s);
	s = begin(&signer);
	st = stamp(s, ED_STAMP_SIGNATURE, SIGNED_AT + 60, &tsa);
	st->tst.intact = false;
	ed_finding(&st->tst.findings, "tsp.content-differs", "sig.xml", NULL, NULL, NULL);
	list = list_of(s, AT);
	if (is_int((int64_t)list.n, 2, "one that is broken")) {
		ok(!list.v[0].good && list.v[0].why, "is no good, whoever made it");
		ok(list.v[1].good, "the signature is");
	}
	end(s);
}

/* ---- from the network ---- */

static enum edoc_code give_crl(void *arg, const struct edoc_fetch *what, void **bytes, size_t *len,
                               struct edoc_error *err)
{
	const int64_t *at = arg;
	X509_CRL *crl = new_crl(&ca, *at, 9, "");
	unsigned char *der = NULL;
	int n;

	if (what->kind != EDOC_FETCH_CRL)
		return err->code = EDOC_ERR_AGAIN;
	X509_CRL_sort(crl);
	X509_CRL_sign(crl, ca.key, EVP_sha256());
	n = i2d_X509_CRL(crl, &der);
	X509_CRL_free(crl);
	*bytes = malloc((size_t)n);
	memcpy(*bytes, der, (size_t)n);
	*len = (size_t)n;
	OPENSSL_free(der);
	return EDOC_OK;
}

static void fetched(void)
{
	struct scene *s = begin(&signer_dp);
	int64_t at = AT - 60;
	struct ed_relied r;

	s->options.fetch = give_crl;
	s->options.fetch_arg = &at;
	r = only(s, AT, "an answer from the network");
	is_good(&r, 4, "is told like the others");
	ok(r.n == 4 && r.v[3].kind == ED_CRL, "a CRL");
	end(s);
	s = begin(&signer_dp);
	at = AT - 3 * DAY;
	s->options.fetch = give_crl;
	s->options.fetch_arg = &at;
	bad(s, "revocation.stale", true, "an old one from the network");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	make_pki();
	chains();
	crls();
	ocsps();
	refusals();
	stamps();
	fetched();
	free_pki();
	unlink(path);
	return done();
}
