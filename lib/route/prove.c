/* SPDX-License-Identifier: ISC */
/*
 * What a desk asks of itself before it lets anybody act: is the case still
 * what its entries say?  Whoever can write to the desk's folder can write
 * there what he likes; a signature that follows would confirm it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "judge/certificate.h"
#include "judge/verify.h"
#include "route/attach.h"
#include "route/backup.h"
#include "route/exchange.h"
#include "route/correct.h"

/* A certificate that expired after its holder acted takes nothing back:
 * ledger.key-dates holds the entry's own time against it, and the directory
 * lists it by its digest.  Entries of the future say that the clock is wrong:
 * the engine tells that.  What proves a level may have to be fetched: it
 * was, when the signature was made. */
static bool is_a_fault(const struct edoc_finding *f)
{
	static const char *const harmless[] = {"route.unfinished", "chain.expired",
	                                       "ledger.time-future", "route.level-unproven"};
	const struct ed_rule *rule = ed_rule(f->code);

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (!strcmp(f->code, harmless[i]))
			return false;
	return !rule || rule->severity == EDOC_ERROR;
}

static enum edoc_code fail_fault(const struct ed_case *c, const struct ed_findings *findings,
                                 struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	char *text = NULL;

	for (size_t i = 0; i < findings->n && !code; i++) {
		const struct edoc_finding *f = &findings->v[i];
		if (!is_a_fault(f))
			continue;
		if (edoc_finding_text(f, NULL, &text, NULL))
			text = NULL;
		code = ed_fail(err, EDOC_ERR_INPUT, *f->where ? f->where : c->id,
		               "the case was changed on this desk, nobody may act on it: %s: %s",
		               f->code, text ? text : "");
		edoc_free(text);
	}
	return code;
}

/* By a clock that goes behind nothing can be believed, and nobody has changed
 * anything. */
static enum edoc_code check_clock(const struct ed_case *c, int64_t now, struct edoc_error *err)
{
	char when[ED_WHEN];

	if (!c->r.ledger.n || c->r.state.time <= now + ED_CLOCK_SKEW)
		return EDOC_OK;
	ed_when(when, c->desk->zone, c->r.state.time, true);
	return ed_fail(err, EDOC_ERR_CONFIG, c->id,
	               "the last entry was made at %s: set this machine's clock", when);
}

enum edoc_code ed_case_prove(struct ed_case *c, int64_t now, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(c->desk, now);
	struct edoc_report *report = NULL;
	struct ed_asic *asic = NULL;
	struct ed_copy copy = {.fd = -1};
	struct ed_findings container;
	struct ed_replay r;

	enum edoc_code code = check_clock(c, now, err);
	if (!code)
		code = ed_replay_init(&r, err);
	if (code)
		return code;
	ed_findings_init(&container, r.arena);
	code = ed_case_assemble(c, false, ED_PROOFS_NONE, &copy, err);
	if (!code)
		code = ed_package_open(copy.fd, c->id, NULL, r.arena, &container, &asic, err);
	if (!code)
		code = ed_judge_asic(asic, &container, c->id, &options, &report, err);
	if (!code)
		code = ed_replay_package(&r, asic, &options, report, err);
	if (!code)
		code = fail_fault(c, &r.findings, err);
	if (!code && c->r.state.phase != ED_PHASE_ENDED)
		code = ed_desk_held(c->desk, c->id, c->r.state.time, err);
	if (!code)
		code = ed_attached_check(c, err);
	if (!code)
		code = ed_generations_check(c, err);
	edoc_report_free(report);
	ed_asic_free(asic);
	ed_copy_clear(&copy);
	ed_replay_clear(&r);
	return code;
}

enum edoc_code ed_desk_believe(const struct edoc_desk *desk, const struct ed_pin *pin, int64_t now,
                               struct ed_arena *arena, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(desk, now);
	struct ed_pin *again = NULL;
	const char *why = NULL;
	bool early = false;
	uint64_t size;
	int fd = -1;

	enum edoc_code code = ed_open_read(pin->where, &fd, &size, err);
	if (!code) /* the same file as was read, or another by now */
		code = ed_pin_read(fd, pin->where, arena, &again, err);
	if (!code && strcmp(again->sha256, pin->sha256))
		code = ed_fail(err, EDOC_ERR_AGAIN, pin->where, "it changed meanwhile; try again");
	if (!code)
		code = ed_pin_judge(fd, pin, &options, arena, &why, &early, err);
	if (!code && early)
		code = ed_fail(err, EDOC_ERR_CONFIG, pin->where,
		               "signed after now by this machine's clock: set it (%s)", why);
	if (!code && why)
		code = ed_fail(err, EDOC_ERR_DENIED, pin->where,
		               "signed by nobody this desk trusts for a %s (%s)",
		               ed_pin_name(pin->kind), why);
	if (fd >= 0)
		close(fd);
	return code;
}

enum edoc_code ed_desk_knows(const struct edoc_desk *desk, const struct edoc_act *act,
                             struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct edoc_verify_options options = ed_desk_options(desk, act->now);
	struct ed_findings findings;
	struct ed_cert *cert = NULL;
	char *text = NULL;

	if (!arena)
		return ed_fail_memory(err);
	ed_findings_init(&findings, arena);
	enum edoc_code code =
	        ed_cert_of(ed_key_cert(act->key), edoc_key_subject(act->key), arena, &cert, err);
	if (!code)
		code = ed_judge_certificate(cert, ed_key_chain(act->key), &options, EDOC_FOR_SIGN,
		                            cert->subject, arena, &findings, err);
	for (size_t i = 0; i < findings.n && !code; i++) {
		const struct edoc_finding *f = &findings.v[i];
		const struct ed_rule *rule = ed_rule(f->code);
		if (rule && rule->severity != EDOC_ERROR)
			continue;
		if (edoc_finding_text(f, NULL, &text, NULL))
			text = NULL;
		code = ed_fail(err, EDOC_ERR_DENIED, cert->subject,
		               "this desk does not trust the certificate: %s: %s", f->code,
		               text ? text : "");
		edoc_free(text);
	}
	ed_cert_clear(cert);
	ed_arena_free(arena);
	return code;
}
