/* SPDX-License-Identifier: ISC */
/*
 * What comes to a desk: packages, which it judges, files and answers by a
 * signed receipt, and the receipts of others.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/x509.h"
#include "route/backup.h"
#include "route/exchange.h"
#include "route/generation.h"
#include "route/receipt.h"
#include "route/touched.h"
#include "signature/cmsledger.h"

/* ---- receive: what came ---- */

struct arrival {
	struct edoc_desk *desk;
	const struct edoc_act *act;
	const char *path; /* for messages */
	struct ed_copy copy;
	char digest[ED_SHA256_REF];
	struct ed_replay r; /* of the package */
	struct ed_asic *asic;
	const char *sender;   /* agency whose desk sent it, or NULL */
	size_t *news, n_news; /* its entries that the desk has not, by their place */
	char **text, **json;
};

static enum edoc_code fail_replay(const struct arrival *a, const struct edoc_finding *f,
                                  struct edoc_error *err)
{
	char *text = NULL;

	if (edoc_finding_text(f, NULL, &text, NULL))
		text = NULL;
	ed_fail(err, EDOC_ERR_INPUT, *f->where ? f->where : a->path, "not received: %s: %s",
	        f->code, text ? text : "");
	edoc_free(text);
	return EDOC_ERR_INPUT;
}

/* The entry by which it was sent here; where there is none, the last. */
static const struct ed_entry *sent_entry(const struct arrival *a)
{
	const struct ed_ledger *ledger = &a->r.ledger;
	const struct ed_state *s;

	for (size_t k = 0; k < a->r.n_chains; k++) {
		s = ed_replay_chain(&a->r, k);
		if (s && s->awaiting_receipt && !strcmp(s->sent_to, a->desk->agency))
			return ed_ledger_find(ledger, s->head);
	}
	return ledger->n ? &ledger->v[ledger->n - 1] : NULL;
}

/* Whose desk key signed that entry, a sending: by our own directory. */
static enum edoc_code find_sender(struct arrival *a, struct edoc_error *err)
{
	const struct ed_entry *last = sent_entry(a);
	struct ed_cms_facts facts = {0};
	const struct ed_agency *agency;
	struct edoc_error why;
	struct ed_pin *pin;

	if (!last || strcmp(last->event, "case.sent") || !last->cms.len)
		return EDOC_OK;
	enum edoc_code code = ed_desk_directory(a->desk, a->r.arena, &pin, err);
	if (code || !pin)
		return code;
	if (ed_cms_verify(last->cms.data, last->cms.len, last->bytes.data, last->bytes.len, a->path,
	                  a->r.arena, &facts, &why))
		return EDOC_OK;
	agency = facts.signer && facts.intact_data && facts.intact_signature && facts.bound
	                 ? ed_directory_desk(pin->directory, facts.signer->hex,
	                                     ed_date_of(last->time / 86400))
	                 : NULL;
	a->sender = agency ? agency->id : NULL;
	ed_cms_facts_clear(&facts);
	return EDOC_OK;
}

/* Signatures TOTAL-PASSED, the ledger right, and for us. */
static enum edoc_code judge_arrival(struct arrival *a, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(a->desk, a->act->now);
	struct edoc_report *report = NULL;
	const struct edoc_finding *fault;
	const char *why;

	enum edoc_code code = edoc_verify_fd(a->copy.fd, a->path, &options, &report, err);
	if (!code)
		code = ed_replay_package(&a->r, a->asic, &options, report, err);
	if (!code)
		code = find_sender(a, err);
	why = code ? NULL : ed_report_why(report, a->r.arena);
	fault = code ? NULL : ed_replay_fault(&a->r);
	if (why)
		code = ed_fail(err, EDOC_ERR_INPUT, a->path, "not received: the package is %s",
		               why);
	else if (fault)
		code = fail_replay(a, fault, err);
	else if (!code && !a->r.ledger.n)
		code = ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "not received: it has no route ledger; submit makes a case of it");
	edoc_report_free(report);
	return code;
}

/* ---- receive: into the case ---- */

/* Two entries follow one: with both of them it could be proved. */
static enum edoc_code refuse_fork(const struct arrival *a, const struct edoc_finding *f,
                                  struct edoc_error *err)
{
	bool twice = !strcmp(f->code, "ledger.equivocation");

	return ed_fail(
	        err, EDOC_ERR_INPUT, a->path,
	        twice ? "not received: equivocation: %s here and %s there, in its place, are "
	                "by one actor: the case went on at two desks"
	              : "not received: its ledger and this desk's part at %s here, %s "
	                "there: the case went on at two desks",
	        f->args[0], f->where);
}

static enum edoc_code store_pins(struct arrival *a, struct ed_case *c, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < ed_zip_count(a->asic->zip) && !code; i++) {
		const char *name = ed_zip_entry(a->asic->zip, i)->name;
		for (size_t k = 0; k < a->r.pins.n && !code; k++) {
			struct ed_pin *pin = a->r.pins.v[k];
			struct ed_buf bytes;
			bool taken;
			char *path;
			if (strcmp(pin->where, name))
				continue;
			path = ed_case_path(c, "pin/%s.asice", pin->sha256);
			ed_buf_init(&bytes, ED_MAX_PIN);
			code = path ? ed_zip_read_buf(a->asic->zip, i, &bytes, err)
			            : ed_fail_memory(err);
			if (!code)
				code = ed_desk_put(c->desk, path, bytes.data, bytes.len, &taken,
				                   err);
			ed_buf_clear(&bytes);
		}
	}
	return code;
}

/* Signatures of steps that were done elsewhere; this package need not be the
 * one that is built on later. */
static enum edoc_code store_signature(struct arrival *a, struct ed_case *c,
                                      const struct ed_entry *entry, struct edoc_error *err)
{
	static const char prefix[] = "META-INF/signatures-";
	const char *name = ed_entry_get(entry, "signature", "name");
	size_t i = name ? ed_zip_find(a->asic->zip, name) : (size_t)-1;
	struct ed_buf xml;
	bool taken;
	char *path;

	if (i == (size_t)-1 || strncmp(name, prefix, sizeof(prefix) - 1) ||
	    strchr(name + sizeof(prefix) - 1, '/'))
		return EDOC_OK;
	path = ed_case_path(c, "sig/%s", name + sizeof(prefix) - 1);
	ed_buf_init(&xml, ED_MAX_XML_BYTES);
	enum edoc_code code =
	        path ? ed_zip_read_buf(a->asic->zip, i, &xml, err) : ed_fail_memory(err);
	if (!code)
		code = ed_desk_put(c->desk, path, xml.data, xml.len, &taken, err);
	ed_buf_clear(&xml);
	return code;
}

/* Receipts of exchanges that we had no part in: whoever gets the case from us
 * asks for them.  What this desk has is left as it is. */
static enum edoc_code store_receipts(struct arrival *a, struct ed_case *c, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (const struct ed_given *g = a->r.receipts; g && !code; g = g->next) {
		char *path = ed_case_path(c, "rcpt/%s.asice", g->entry);
		struct ed_buf bytes;
		bool taken;

		ed_buf_init(&bytes, ED_MAX_PIN);
		code = path ? ed_zip_read_buf(a->asic->zip, ed_zip_find(a->asic->zip, g->where),
		                              &bytes, err)
		            : ed_fail_memory(err);
		if (!code)
			code = ed_desk_put(c->desk, path, bytes.data, bytes.len, &taken, err);
		ed_buf_clear(&bytes);
	}
	return code;
}

/* The case's package was replaced elsewhere: by the name that its entry gives. */
static enum edoc_code store_generation(struct arrival *a, struct ed_case *c, struct edoc_error *err)
{
	size_t newest = ed_generation(&a->r.ledger);
	const char *digest = ed_json_get_str(a->r.ledger.v[newest].header, "package");
	char *path;
	bool taken;

	if (!newest || !digest)
		return EDOC_OK;
	path = ed_case_path(c, "pkg/%s.came.asice", digest + 7);
	return path ? ed_desk_link(a->copy.path, path, &taken, err) : ed_fail_memory(err);
}

/* Package, pins and receipts, then the new entries, in their order, behind the
 * `known` ones of the desk. */
static enum edoc_code store_arrival(struct arrival *a, struct ed_case *c, size_t known, bool *lost,
                                    struct edoc_error *err)
{
	char *path = ed_case_path(c, "pkg/%s.asice", a->copy.sha256);
	bool taken;

	*lost = false;
	enum edoc_code code = path ? ed_case_folders(c, err) : ed_fail_memory(err);
	if (!code)
		code = store_pins(a, c, err);
	if (!code)
		code = store_receipts(a, c, err);
	if (!code)
		code = ed_proofs_keep(c, &a->r.ledger, a->asic, err);
	if (!code)
		code = ed_desk_link(a->copy.path, path, &taken, err);
	if (!code)
		code = store_generation(a, c, err);
	for (size_t i = 0; i < a->n_news && !code && !*lost; i++) {
		const struct ed_entry *e = &a->r.ledger.v[a->news[i]];

		code = store_signature(a, c, e, err);
		if (!code)
			code = ed_desk_recall(a->desk, e, err);
		if (!code)
			code = ed_case_append(c, known + i + 1, e, lost, err);
	}
	return code;
}

static const struct ed_entry *received_entry(const struct ed_case *c, const char *package)
{
	for (size_t i = 0; i < c->r.ledger.n; i++) {
		const struct ed_entry *e = &c->r.ledger.v[i];
		const char *digest = ed_json_get_str(e->header, "package");
		if (!strcmp(e->event, "case.received") && digest && !strcmp(digest, package))
			return e;
	}
	return NULL;
}

/* A folder of our own below tmp/ for the receipt's parts. */
static enum edoc_code receipt_in(struct edoc_desk *desk, const struct ed_evidence *evidence,
                                 const struct ed_entry *entry, struct edoc_key *key, int64_t now,
                                 const char *final, bool *taken, struct edoc_error *err)
{
	char *dir = ed_desk_path(desk, "tmp/receipt.XXXXXX"), *made;

	if (!dir)
		return ed_fail_memory(err);
	if (!mkdtemp(dir))
		return ed_fail_errno(err, EDOC_ERR_IO, dir, "mkdtemp");
	made = ed_path_join(dir, "receipt.asice");
	enum edoc_code code =
	        made ? ed_receipt_write(made, dir, evidence, entry, key, desk->policy, now, err)
	             : ed_fail_memory(err);
	if (!code)
		code = ed_desk_link(made, final, taken, err);
	if (made)
		unlink(made);
	free(made);
	rmdir(dir);
	return code;
}

/* rcpt/<entry>.asice, also in the sender's folder; once more for who sends the
 * same again, because he lacks it. */
static enum edoc_code post_receipt(struct ed_case *c, const struct ed_entry *entry,
                                   const char *sender, bool again, struct edoc_error *err)
{
	char *path = ed_case_path(c, "rcpt/%s.asice", entry->sha256), hex[65];
	uint64_t size;
	int fd = -1;

	enum edoc_code code = path ? ed_open_read(path, &fd, &size, err) : ed_fail_memory(err);
	if (!code)
		code = ed_file_sha256(fd, path, hex, err);
	if (fd >= 0)
		close(fd);
	return code ? code : ed_desk_post(c->desk, sender, path, hex, again, err);
}

static const struct ed_visit *open_receive(const struct ed_case *c)
{
	const struct ed_visit *v = c->r.state.root ? c->r.state.root->open : NULL;

	return v && v->step->verb == ED_DO_RECEIVE ? v : NULL;
}

static enum edoc_code sign_received(struct ed_passing *p, struct arrival *a,
                                    const struct ed_evidence *evidence, struct ed_entry *entry,
                                    struct edoc_error *err)
{
	char digest[ED_SHA256_REF];
	json_t *header = NULL;

	snprintf(digest, sizeof(digest), "sha256:%s", evidence->sha256);
	enum edoc_code code = ed_draft_header(&p->draft, &header, err);
	if (code)
		return code;
	if (ed_json_str(header, "package", a->digest) | ed_json_str(header, "evidence", digest)) {
		json_decref(header);
		return ed_fail_memory(err);
	}
	return ed_draft_sign(&p->draft, header, p->key, entry, err);
}

/* Evidence and receipt are data; the entry is the commit. */
static enum edoc_code commit_received(struct ed_passing *p, struct arrival *a,
                                      const struct ed_evidence *evidence, struct ed_entry *entry,
                                      size_t known, bool *lost, struct edoc_error *err)
{
	struct ed_case *c = p->c;
	char *kept = ed_case_path(c, "obj/%s.evidence.json", evidence->sha256);
	char *receipt = ed_case_path(c, "rcpt/%s.asice", entry->sha256);
	bool taken;

	if (!kept || !receipt)
		return ed_fail_memory(err);
	enum edoc_code code = store_arrival(a, c, known, lost, err);
	if (code || *lost)
		return code;
	code = ed_case_pin(c, p->directory, err);
	if (!code)
		code = ed_desk_put(c->desk, kept, evidence->bytes.data, evidence->bytes.len, &taken,
		                   err);
	if (!code)
		code = receipt_in(c->desk, evidence, entry, p->key, a->act->now, receipt, &taken,
		                  err);
	if (!code)
		code = ed_case_commit(c, entry, false, lost, err);
	if (!code && *lost && !taken)
		unlink(receipt);
	return code;
}

/* A fault of this desk, not of what came: the file stays in in/new. */
static enum edoc_code our_fault(enum edoc_code code)
{
	if (code == EDOC_ERR_DENIED)
		return EDOC_ERR_CONFIG; /* our desk key is not in the directory */
	return code == EDOC_ERR_INPUT ? EDOC_ERR_BUG : code;
}

/* The chosen chain goes on here; returned: the one that comes back to it. */
static enum edoc_code accept(struct arrival *a, struct ed_case *c, size_t known,
                             const struct ed_state *returned, struct ed_told *told, bool *lost,
                             struct edoc_error *err)
{
	struct ed_passing p = {.c = c, .returned = returned};
	const struct ed_visit *visit = returned ? NULL : open_receive(c);
	struct ed_evidence evidence = {0};
	struct ed_entry entry = {0};
	enum edoc_code code = ed_desk_held(c->desk, c->id, c->r.state.time, err);

	if (code) { /* it may have been received before: the file stays in in/new */
		if (err)
			err->code = EDOC_ERR_AGAIN;
		return EDOC_ERR_AGAIN;
	}
	code = ed_passing_decide(&p, "case.received", visit, a->act->now, err);
	struct ed_evidence_facts facts = {.issuer = a->desk->agency,
	                                  .cert = code ? NULL : edoc_key_cert_sha256(p.key),
	                                  .sender = a->sender,
	                                  .recipient = a->desk->agency,
	                                  .case_id = c->id,
	                                  .package = a->digest,
	                                  .head = returned ? returned->head : c->r.state.head,
	                                  .time = p.command.now};
	if (!code)
		code = ed_evidence_make(&facts, &evidence, err);
	if (!code)
		code = sign_received(&p, a, &evidence, &entry, err);
	code = our_fault(code);
	if (!code)
		code = a->act->dry ? ed_case_commit(c, &entry, true, lost, err)
		                   : commit_received(&p, a, &evidence, &entry, known, lost, err);
	if (!code && !*lost)
		told->entry = &c->r.ledger.v[c->r.ledger.n - 1];
	ed_evidence_clear(&evidence);
	ed_entry_clear(&entry);
	return code;
}

/* The chain that is on its way, and for this desk. */
static const struct ed_state *coming(const struct ed_case *c, const char *agency)
{
	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);

		if (s && s->awaiting_receipt && !strcmp(s->sent_to, agency))
			return s;
	}
	return NULL;
}

static bool is_new(const struct arrival *a, const char *head)
{
	for (size_t i = 0; i < a->n_news; i++)
		if (!strcmp(a->r.ledger.v[a->news[i]].sha256, head + 7))
			return true;
	return false;
}

/* Whom what has just come was sent to, when it is not this desk. */
static const char *meant_for(const struct arrival *a, const struct ed_case *c)
{
	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);

		if (s && s->awaiting_receipt && is_new(a, s->head))
			return s->sent_to;
	}
	return NULL;
}

/* The chain of this desk that the branch left, chosen; what comes back to it. */
static enum edoc_code choose_home(const struct arrival *a, struct ed_case *c, size_t chain,
                                  const struct ed_state **returned, struct edoc_error *err)
{
	const struct ed_state *s = ed_replay_chain(&c->r, chain);
	size_t k = 0;

	while (k < c->r.n_chains &&
	       (!ed_replay_chain(&c->r, k) || !ed_state_branch(ed_replay_chain(&c->r, k), s)))
		k++;
	if (k == c->r.n_chains)
		return ed_fail(err, EDOC_ERR_DENIED, a->path,
		               "not received: \"%s\" was not sent from this desk",
		               ed_scope_path(s->root, c->r.arena));
	ed_replay_choose(&c->r, k);
	*returned = ed_replay_chain(&c->r, chain);
	if (c->r.state.phase == ED_PHASE_ENDED)
		return ed_fail(err, EDOC_ERR_DENIED, a->path,
		               "not received: it comes too late, the case has ended (%s)",
		               c->r.state.end);
	return EDOC_OK;
}

static enum edoc_code accept_chain(struct arrival *a, struct ed_case *c, size_t chain, size_t known,
                                   struct ed_told *told, bool *lost, struct edoc_error *err)
{
	const struct ed_state *s = ed_replay_chain(&c->r, chain), *returned = NULL;
	const char *home = ed_state_home(s);
	enum edoc_code code = EDOC_OK;

	if (home && !strcmp(home, a->desk->agency))
		code = choose_home(a, c, chain, &returned, err);
	else
		ed_replay_choose(&c->r, chain);
	return code ? code : accept(a, c, known, returned, told, lost, err);
}

/* A desk that forgot the whole case has no package that its entries name: what
 * came stands for that of the submission. */
static enum edoc_code keep_base(struct arrival *a, struct ed_case *c, struct edoc_error *err)
{
	const char *digest = ed_json_get_str(c->r.ledger.v[0].header, "package"), *there;
	struct edoc_error absent;
	char *path;
	bool taken;

	if (!digest || !ed_case_package(c, NULL, &there, &absent))
		return EDOC_OK;
	path = ed_case_path(c, "pkg/%s.came.asice", digest + 7);
	enum edoc_code code = path ? ed_case_folders(c, err) : ed_fail_memory(err);
	return code ? code : ed_desk_link(a->copy.path, path, &taken, err);
}

/* The package's entries are folded in memory; what is stored is decided here.
 * known: the number of those that the desk has on disk. */
/* What is held takes in what others have of it, wherever the case is by now. */
static bool is_held(const struct arrival *a, const struct ed_case *c, size_t known)
{
	bool ours = known > 0;

	for (size_t i = 0; i < c->r.ledger.n && !ours; i++) {
		const char *agency = ed_entry_get(&c->r.ledger.v[i], "actor", "agency");
		ours = agency && !strcmp(agency, a->desk->agency);
	}
	return ours && ed_desk_held(a->desk, c->id, c->r.ledger.v[known ? known - 1 : 0].time,
	                            NULL) == EDOC_ERR_DENIED;
}

static enum edoc_code finish_arrival(struct arrival *a, struct ed_case *c, size_t known,
                                     struct ed_told *told, bool *lost, struct edoc_error *err)
{
	const struct ed_state *s = coming(c, a->desk->agency);
	const struct ed_entry *received = received_entry(c, a->digest);
	const char *other = meant_for(a, c);
	enum edoc_code code = EDOC_OK;

	if (received && !a->n_news) {
		told->already = true;
		told->entry = received;
	} else if (s) {
		code = accept_chain(a, c, s->chain, known, told, lost, err);
	} else if (other && !is_held(a, c, known)) {
		return ed_fail(err, EDOC_ERR_DENIED, a->path,
		               "not received: it is for %s, this is the desk of %s", other,
		               a->desk->agency);
	} else {
		told->already = !a->n_news;
		told->note = told->already ? dgettext("edoc", "(nothing new in it)")
		                           : dgettext("edoc", "(its new entries were taken in)");
		if (!told->already && !a->act->dry)
			code = keep_base(a, c, err);
		if (!code && !told->already && !a->act->dry)
			code = store_arrival(a, c, known, lost, err);
		return code;
	}
	if (!code && !*lost && a->sender && !a->act->dry)
		code = post_receipt(c, told->entry, a->sender, told->already, err);
	return code;
}

/* Folds what the desk has not yet, in memory. */
static enum edoc_code preview(struct arrival *a, struct ed_case *c, struct edoc_error *err)
{
	const struct edoc_finding *fault;
	enum edoc_code code = EDOC_OK;
	bool ready = true;

	a->n_news = 0;
	a->news = ed_arena_alloc(a->r.arena, (a->r.ledger.n + 1) * sizeof(*a->news));
	if (!a->news)
		return ed_fail_memory(err);
	for (size_t i = 0; i < a->r.pins.n && !code; i++)
		code = ed_pins_add(&c->r.pins, a->r.pins.v[i], err);
	for (size_t i = 0; i < a->r.ledger.n && !code; i++) {
		struct ed_entry entry = {0};
		if (ed_ledger_find(&c->r.ledger, a->r.ledger.v[i].sha256))
			continue;
		a->news[a->n_news++] = i;
		code = ed_entry_parse(a->r.ledger.v[i].bytes.data, a->r.ledger.v[i].bytes.len,
		                      a->path, &entry, err);
		if (!code)
			code = ed_ledger_add(&c->r.ledger, &entry, err);
		ed_entry_clear(&entry);
	}
	if (!code && !c->exists)
		code = ed_replay_start_ledger(&c->r, &ready, err);
	if (code || (ready && ed_replay_fold(&c->r) && !ed_replay_fault(&c->r)))
		return code;
	fault = ed_replay_fault(&c->r);
	if (fault &&
	    (!strcmp(fault->code, "ledger.fork") || !strcmp(fault->code, "ledger.equivocation")))
		return refuse_fork(a, fault, err);
	return ed_fail(err, EDOC_ERR_INPUT, a->path, "its ledger does not go on from ours");
}

static enum edoc_code into_case(struct arrival *a, const char *id, bool *lost,
                                struct edoc_error *err)
{
	struct ed_told told = {.verb = "receive", .dry = a->act->dry};
	struct ed_case c;
	size_t known;

	*lost = false;
	enum edoc_code code = ed_case_load(a->desk, id, &c, err);
	if (code)
		return code;
	known = c.r.ledger.n;
	code = preview(a, &c, err);
	if (!code)
		code = finish_arrival(a, &c, known, &told, lost, err);
	if (!code && !*lost)
		code = ed_act_tell(&c, &told, a->text, a->json, err);
	ed_case_clear(&c);
	return code;
}

static enum edoc_code receive_case(struct arrival *a, struct edoc_error *err)
{
	enum edoc_code code = judge_arrival(a, err);
	bool lost = true;

	for (int tries = 0; !code && lost && tries < ED_TRIES; tries++)
		code = into_case(a, ed_json_get_str(a->r.ledger.v[0].header, "case"), &lost, err);
	if (!code && lost)
		code = ed_fail(err, EDOC_ERR_AGAIN, a->path, "others act on this case; try again");
	return code;
}

/* ---- receive: a receipt ---- */

static enum edoc_code check_receipt_entry(struct arrival *a, const struct ed_entry *e,
                                          struct edoc_error *err)
{
	struct ed_cms_facts facts = {0};

	enum edoc_code code = ed_cms_verify(e->cms.data, e->cms.len, e->bytes.data, e->bytes.len,
	                                    "entry.cms", a->r.arena, &facts, err);
	if (!code && (!facts.signer || !facts.intact_data || !facts.intact_signature ||
	              !facts.bound || strcmp(facts.signer->hex, e->actor_cert)))
		code = ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "the receipt's entry is not signed by the desk it names");
	ed_cms_facts_clear(&facts);
	return code;
}

/* By whom the entry was sent to; *same: for the very package that left. */
static enum edoc_code find_sent(struct arrival *a, struct ed_case *c, const struct ed_receipt *r,
                                bool *same, struct edoc_error *err)
{
	const char *head = r->evidence.head;
	const struct ed_entry *last = head ? ed_ledger_find(&c->r.ledger, head) : NULL;
	const char *to = last ? ed_json_get_str(last->header, "to") : NULL, *mark;
	struct ed_buf sent;

	if (!last && ed_desk_forgot(a->desk, r->evidence.time))
		return ed_fail(
		        err, EDOC_ERR_AGAIN, c->id,
		        "%s answers entry %.12s of it, which this desk lost with its backup: "
		        "receive the newest copy of the case first",
		        r->evidence.issuer, head ? head + 7 : "?");
	if (!to)
		return ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "the receipt is for a package that never left this desk");
	if (strcmp(to, r->evidence.issuer))
		return ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "the receipt is by %s; the case was sent to %s", r->evidence.issuer,
		               to);
	mark = ed_case_path(c, "obj/%s.sent", last->sha256);
	ed_buf_init(&sent, ED_SHA256_REF);
	enum edoc_code code = mark ? ed_read_path(mark, &sent, err) : ed_fail_memory(err);
	*same = !code && !strcmp(ed_buf_str(&sent), r->evidence.package);
	if (code == EDOC_ERR_ABSENT)
		code = ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "the receipt is for a package that never left this desk");
	ed_buf_clear(&sent);
	return code;
}

static enum edoc_code check_sent(struct arrival *a, struct ed_case *c, const struct ed_receipt *r,
                                 struct edoc_error *err)
{
	bool same;

	enum edoc_code code = find_sent(a, c, r, &same, err);
	if (!code && !same)
		code = ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "the receipt is for a package that never left this desk");
	return code;
}

static enum edoc_code keep_receipt(struct arrival *a, struct ed_case *c, const struct ed_receipt *r,
                                   bool damaged, struct edoc_error *err)
{
	char *path = r->has_entry ? ed_case_path(c, "rcpt/%s.asice", r->entry.sha256)
	                          : ed_case_path(c, "rcpt/%s-%s.asice",
	                                         damaged ? "damaged" : "rejected", r->evidence.id);
	bool taken;

	return path ? ed_desk_link(a->copy.path, path, &taken, err) : ed_fail_memory(err);
}

/* The chain that waits for the answer to that entry. */
static bool choose_sent(struct ed_case *c, const char *head)
{
	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);

		if (!s || !s->awaiting_receipt || strcmp(s->head, head))
			continue;
		ed_replay_choose(&c->r, k);
		return true;
	}
	return false;
}

/* A branch came home: the entry follows others that this desk has not. */
static bool answers_return(const struct ed_entry *e, const char *head)
{
	const char *prev = json_string_value(json_array_get(json_object_get(e->header, "prev"), 1));

	return prev && !strcmp(prev, head);
}

static enum edoc_code take_returned(struct arrival *a, struct ed_case *c,
                                    const struct ed_receipt *r, struct ed_told *told,
                                    struct edoc_error *err)
{
	char *path = ed_case_path(c, "rcpt/home-%s.asice", r->evidence.head + 7);
	enum edoc_code code = EDOC_OK;

	if (!path)
		return ed_fail_memory(err);
	told->already = !access(path, F_OK);
	if (!a->act->dry && !told->already)
		code = ed_desk_link(a->copy.path, path, &told->already, err);
	if (!code && !a->act->dry)
		code = ed_touch_also(c->desk, c->id, r->evidence.head + 7, err);
	if (!code && !a->act->dry && choose_sent(c, r->evidence.head)) {
		c->r.state.phase = ED_PHASE_ENDED;
		c->r.state.end = "returned";
	}
	return code;
}

static enum edoc_code take_receipt(struct arrival *a, struct ed_case *c, struct ed_receipt *r,
                                   struct ed_told *told, struct edoc_error *err)
{
	const struct ed_entry *have = ed_ledger_find(&c->r.ledger, r->entry.sha256);
	bool lost = false;
	enum edoc_code code;

	told->already = have != NULL;
	told->entry = have;
	if (have)
		return a->act->dry ? EDOC_OK : keep_receipt(a, c, r, false, err);
	code = check_receipt_entry(a, &r->entry, err);
	if (!code)
		code = check_sent(a, c, r, err);
	if (!code && answers_return(&r->entry, r->evidence.head))
		return take_returned(a, c, r, told, err);
	if (!code && !choose_sent(c, r->evidence.head))
		code = ed_fail(
		        err, EDOC_ERR_INPUT, a->path,
		        "the receipt answers entry %.8s, this desk is at %.8s: one case went "
		        "on at two desks",
		        r->evidence.head + 7, c->r.state.head + 7);
	if (!code)
		code = ed_ledger_add(&c->r.ledger, &r->entry, err);
	if (!code && (!ed_replay_fold(&c->r) || ed_replay_fault(&c->r)))
		code = fail_replay(a, &c->r.findings.v[0], err);
	if (code)
		return code;
	told->entry = &c->r.ledger.v[c->r.ledger.n - 1];
	if (a->act->dry)
		return EDOC_OK;
	snprintf(r->entry.sha256, sizeof(r->entry.sha256), "%s", told->entry->sha256);
	code = keep_receipt(a, c, r, false, err);
	if (!code)
		code = ed_case_append(c, c->r.ledger.n, told->entry, &lost, err);
	if (!code && lost)
		code = ed_fail(err, EDOC_ERR_AGAIN, c->id, "others act on this case; try again");
	return code;
}

/* An agency accepts or rejects a package once.  *damaged: what it rejects has
 * our entry and other bytes than left. */
static enum edoc_code check_rejection(struct arrival *a, struct ed_case *c,
                                      const struct ed_receipt *r, bool *damaged,
                                      struct edoc_error *err)
{
	bool same = false;

	for (size_t i = 0; i < c->r.ledger.n; i++) {
		const struct ed_entry *e = &c->r.ledger.v[i];
		const char *package = ed_json_get_str(e->header, "package");
		const char *agency = ed_entry_get(e, "actor", "agency");

		if (strcmp(e->event, "case.received") || !package || !agency ||
		    strcmp(package, r->evidence.package) || strcmp(agency, r->evidence.issuer))
			continue;
		return ed_fail(err, EDOC_ERR_INPUT, a->path,
		               "equivocation: %s rejects by sha256:%s the package that it "
		               "accepted by %s; ask it which holds",
		               agency, r->evidence.sha256, ed_json_get_str(e->header, "evidence"));
	}
	enum edoc_code code = find_sent(a, c, r, &same, err);
	*damaged = !same;
	return code;
}

/* The ledger goes on with an acceptance; that there was a no is told. */
static enum edoc_code tell_rejected(struct arrival *a, struct ed_case *c,
                                    const struct ed_receipt *r, struct ed_told *told,
                                    struct edoc_error *err)
{
	const char *path;
	char id[33], hex[65];
	uint64_t size;
	int fd;

	enum edoc_code code =
	        ed_evidence_id(ED_EVENT_REJECTED, r->evidence.issuer, r->evidence.package, id, err);
	if (code)
		return code;
	path = ed_case_path(c, "rcpt/rejected-%s.asice", id);
	if (!path)
		return ed_fail_memory(err);
	if (access(path, F_OK))
		return EDOC_OK;
	code = ed_open_read(path, &fd, &size, err);
	if (code)
		return code;
	code = ed_file_sha256(fd, path, hex, err);
	close(fd);
	if (!code)
		told->note = ed_arena_printf(
		        a->r.arena,
		        dgettext("edoc", "(equivocation: %s rejected this package by the receipt "
		                         "%s before it accepted it by %s)"),
		        r->evidence.issuer, hex, a->copy.sha256);
	return code;
}

static const char *rejection_note(struct arrival *a, const struct ed_receipt *r, bool damaged)
{
	const char *reason =
	        json_string_value(json_array_get(json_object_get(r->evidence.json, "reasons"), 0));
	char safe[512];

	ed_escape(safe, sizeof(safe), reason ? reason : "");
	if (damaged)
		return ed_arena_printf(a->r.arena,
		                       dgettext("edoc", "(damaged on the way to %s: %s; it is sent "
		                                        "again when its receipt is late)"),
		                       r->evidence.issuer, safe);
	return ed_arena_printf(a->r.arena, dgettext("edoc", "(rejected by %s: %s)"),
	                       r->evidence.issuer, safe);
}

/* The directory that lists desks: ours, or the case's newer one. */
static enum edoc_code receive_receipt(struct arrival *a, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(a->desk, a->act->now);
	struct ed_told told = {.verb = "receive", .dry = a->act->dry};
	struct ed_receipt r = {0};
	struct ed_case c = {0};
	struct ed_pin *pin;
	bool damaged = false;
	const char *why;

	enum edoc_code code = ed_desk_directory(a->desk, a->r.arena, &pin, err);
	if (!code)
		code = ed_receipt_read(a->copy.fd, a->path, pin ? pin->directory : NULL, &options,
		                       a->r.arena, &r, &why, err);
	if (!code && why)
		code = ed_fail(err, EDOC_ERR_INPUT, a->path, "not received: the receipt is %s",
		               why);
	if (!code && !r.evidence.case_id)
		code = ed_fail(err, EDOC_ERR_INPUT, a->path, "the receipt names no case");
	if (!code)
		code = ed_case_load(a->desk, r.evidence.case_id, &c, err);
	if (!code && !c.exists)
		code = ed_fail(err, EDOC_ERR_ABSENT, a->path,
		               "it is for case %s, which is not here", r.evidence.case_id);
	if (!code && r.has_entry)
		code = tell_rejected(a, &c, &r, &told, err);
	else if (!code)
		code = check_rejection(a, &c, &r, &damaged, err);
	if (!code && r.has_entry)
		code = take_receipt(a, &c, &r, &told, err);
	if (!code && !r.has_entry) {
		told.note = rejection_note(a, &r, damaged);
		code = a->act->dry ? EDOC_OK : keep_receipt(a, &c, &r, damaged, err);
	}
	if (!code)
		code = ed_act_tell(&c, &told, a->text, a->json, err);
	ed_case_clear(&c);
	ed_receipt_clear(&r);
	return code;
}

/* ---- receive: where the file goes then ---- */

static bool is_its_fault(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION ||
	       code == EDOC_ERR_DENIED || code == EDOC_ERR_ABSENT;
}

static bool lies_in(struct edoc_desk *desk, const char *path, const char *folder)
{
	const char *dir = ed_desk_path(desk, "in/%s", folder);
	struct stat a, b;
	char up[ED_PATH_MAX];
	const char *slash = strrchr(path, '/');

	snprintf(up, sizeof(up), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	return dir && !stat(dir, &a) && !stat(up, &b) && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

static enum edoc_code move_to(struct edoc_desk *desk, const char *path, const char *folder,
                              struct edoc_error *err)
{
	const char *to = ed_desk_path(desk, "in/%s/%s", folder, ed_basename(path));
	const char *from_dir = ed_desk_path(desk, "in/new"),
	           *dir = ed_desk_path(desk, "in/%s", folder);

	if (!to || !dir || !from_dir)
		return ed_fail_memory(err);
	if (rename(path, to)) /* gone: another process was quicker */
		return errno == ENOENT ? EDOC_OK : ed_fail_errno(err, EDOC_ERR_IO, path, "rename");
	enum edoc_code code = ed_fsync_dir(dir, err);
	return code ? code : ed_fsync_dir(from_dir, err);
}

/* A signed no, once for each package, when we know whom to tell. */
static enum edoc_code reject(struct arrival *a, const struct edoc_error *why,
                             struct edoc_error *err)
{
	const char *id = a->r.ledger.n ? ed_json_get_str(a->r.ledger.v[0].header, "case") : NULL;
	char head[ED_SHA256_REF], *mark, *made, hex[65];
	struct ed_evidence evidence = {0};
	struct edoc_key *key;
	uint64_t size;
	bool taken = true;
	int fd = -1;

	mark = ed_desk_path(a->desk, "in/bad/%s.rejection.asice", a->copy.sha256);
	if (!mark)
		return ed_fail_memory(err);
	made = mark;
	enum edoc_code code = ed_desk_key(a->desk, &key, err);
	if (a->r.ledger.n)
		snprintf(head, sizeof(head), "sha256:%s", sent_entry(a)->sha256);
	struct ed_evidence_facts facts = {.issuer = a->desk->agency,
	                                  .cert = code ? NULL : edoc_key_cert_sha256(key),
	                                  .sender = a->sender,
	                                  .recipient = a->desk->agency,
	                                  .case_id = id,
	                                  .package = a->digest,
	                                  .head = a->r.ledger.n ? head : NULL,
	                                  .reason = why->msg,
	                                  .time = a->act->now};
	if (!code && access(made, F_OK)) {
		code = ed_evidence_make(&facts, &evidence, err);
		if (!code)
			code = receipt_in(a->desk, &evidence, NULL, key, a->act->now, made, &taken,
			                  err);
	}
	if (!code)
		code = ed_open_read(made, &fd, &size, err);
	if (!code)
		code = ed_file_sha256(fd, made, hex, err);
	if (!code)
		code = ed_desk_post(a->desk, a->sender, made, hex, taken, err);
	if (fd >= 0)
		close(fd);
	ed_evidence_clear(&evidence);
	return code;
}

static enum edoc_code put_aside(struct arrival *a, const struct edoc_error *why,
                                struct edoc_error *err)
{
	bool ours = lies_in(a->desk, a->path, "new"), taken;
	const char *name, *reason, *kept;
	char text[512];

	name = ours ? ed_basename(a->path)
	            : ed_arena_printf(a->r.arena, "%s.asice", a->copy.sha256);
	reason = name ? ed_desk_path(a->desk, "in/bad/%s.reason", name) : NULL;
	kept = name ? ed_desk_path(a->desk, "in/bad/%s", name) : NULL;
	if (!reason || !kept)
		return ed_fail_memory(err);
	snprintf(text, sizeof(text), "%s%s%s\n", why->where, *why->where ? ": " : "", why->msg);
	enum edoc_code code = ed_write_file(reason, text, strlen(text), true, err);
	if (!code && a->sender)
		code = reject(a, why, err);
	if (!code)
		code = ours ? move_to(a->desk, a->path, "bad", err)
		            : ed_desk_link(a->copy.path, kept, &taken, err);
	return code;
}

static enum edoc_code open_arrival(struct arrival *a, bool *receipt, struct edoc_error *err)
{
	struct ed_findings container;

	ed_findings_init(&container, a->r.arena);
	enum edoc_code code =
	        ed_package_open(a->copy.fd, a->path, NULL, a->r.arena, &container, &a->asic, err);
	if (!code)
		*receipt = ed_receipt_looks(a->asic);
	return code;
}

static enum edoc_code receive(struct arrival *a, struct edoc_error *err)
{
	struct edoc_error why = {0}, worse = {0};
	bool receipt = false;

	enum edoc_code code = open_arrival(a, &receipt, &why);
	if (!code)
		code = receipt ? receive_receipt(a, &why) : receive_case(a, &why);
	if (is_its_fault(code) && !a->act->dry) {
		enum edoc_code aside = put_aside(a, &why, &worse);
		if (aside) {
			why = worse;
			code = aside;
		}
	} else if (!code && !a->act->dry && lies_in(a->desk, a->path, "new")) {
		code = move_to(a->desk, a->path, "done", &why);
	}
	if (code && err)
		*err = why;
	return code;
}

/* ---- receive: before it is read ---- */

/* A pipe, a folder, a link: no transport leaves that for us, and what a link
 * leads to is not ours to take. */
static bool is_no_file(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && !S_ISREG(st.st_mode);
}

static enum edoc_code pass_over(const char *path, char **text, char **json, struct edoc_error *err)
{
	const char *note = dgettext("edoc", "passed over: not a regular file");
	enum edoc_code code = EDOC_OK;
	struct ed_buf out;

	if (text) {
		ed_buf_init(&out, ED_PATH_MAX + 512);
		ed_buf_printf(&out, "%s: %s\n", path, note);
		code = ed_buf_steal(&out, path, text, err);
	}
	if (code || !json)
		return code;
	json_t *o = json_object();
	if (ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", "receive") |
	    ed_json_bool(o, "ok", true) | ed_json_str(o, "path", path) |
	    ed_json_str(o, "note", note))
		code = ed_fail_memory(err);
	else
		code = ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

/* Another process took it in, or put it aside, since in/new was listed. */
static bool taken_by_another(struct edoc_desk *desk, const char *path)
{
	static const char *const folders[] = {"done", "bad"};
	bool there = false;

	for (size_t i = 0; i < 2; i++) {
		const char *to = ed_desk_path(desk, "in/%s/%s", folders[i], ed_basename(path));
		there |= to && !access(to, F_OK);
	}
	return there && access(path, F_OK) && errno == ENOENT;
}

/* What is no package is not copied first, however large it is. */
static enum edoc_code check_shape(const char *path, struct edoc_error *err)
{
	struct edoc_limits limits = edoc_limits_default();
	struct ed_zip *zip = NULL;
	uint64_t size;
	int fd;

	enum edoc_code code = ed_open_read(path, &fd, &size, err);
	if (code)
		return code;
	code = ed_zip_open(fd, path, &limits, &zip, err);
	ed_zip_free(zip);
	close(fd);
	return code;
}

static enum edoc_code fetch(struct arrival *a, struct edoc_error *err)
{
	bool ours = lies_in(a->desk, a->path, "new");
	struct edoc_error why = {0};

	enum edoc_code code = ours ? check_shape(a->path, &why) : EDOC_OK;
	if ((code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT) && !a->act->dry) {
		enum edoc_code aside = put_aside(a, &why, err);
		if (aside)
			return aside;
	}
	if (code) {
		*err = why;
		return code;
	}
	code = ed_copy_make(a->desk, a->path, &a->copy, err);
	snprintf(a->digest, sizeof(a->digest), "sha256:%s", a->copy.sha256);
	return code;
}

enum edoc_code edoc_desk_receive(struct edoc_desk *desk, const char *path,
                                 const struct edoc_act *act, char **text, char **json,
                                 struct edoc_error *err)
{
	struct arrival a = {.desk = desk,
	                    .act = act,
	                    .path = path,
	                    .copy = {.fd = -1},
	                    .text = text,
	                    .json = json};

	struct edoc_error why = {0};

	if (lies_in(desk, path, "new") && is_no_file(path))
		return pass_over(path, text, json, err);
	enum edoc_code code = ed_replay_init(&a.r, err);
	if (code)
		return code;
	code = fetch(&a, &why);
	if (!code)
		code = receive(&a, &why);
	else if (code == EDOC_ERR_ABSENT && taken_by_another(desk, path))
		code = EDOC_OK;
	if (code && err)
		*err = why;
	ed_asic_free(a.asic);
	ed_copy_clear(&a.copy);
	ed_replay_clear(&a.r);
	return code;
}
