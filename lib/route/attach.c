/* SPDX-License-Identifier: ISC */
#include "route/attach.h"

#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "judge/verify.h"
#include "route/pin.h"
#include "route/signstep.h"

/* *level: the highest that one of them is proven to. */
static bool signed_by(const struct edoc_report *report, const char *cert, enum edoc_level *level)
{
	bool any = false;

	*level = EDOC_LEVEL_B;
	for (size_t i = 0; i < report->n_signatures; i++) {
		const struct ed_report_signature *s = &report->signatures[i];

		if (s->pub.indication != EDOC_TOTAL_PASSED || strcmp(s->pub.cert_sha256, cert) != 0)
			continue;
		any = true;
		if (s->proven > *level)
			*level = s->proven;
	}
	return any;
}

static enum edoc_code judge(struct ed_case *c, const struct ed_copy *copy, const char *path,
                            const struct ed_route_step *step, const struct edoc_act *act,
                            struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(c->desk, act->now);
	struct edoc_report *report = NULL;
	enum edoc_level level;
	const char *why;

	struct edoc_stamping how = {0};
	enum edoc_code code = step ? ed_step_stamping(act, step, &how, err) : EDOC_OK;

	options.fetch = how.fetch; /* what proves a time may have to be asked for */
	options.fetch_arg = how.fetch_arg;
	if (!code)
		code = edoc_verify_fd(copy->fd, path, &options, &report, err);
	if (code)
		return code;
	why = ed_report_why(report, c->r.arena);
	if (why)
		code = ed_fail(err, EDOC_ERR_DENIED, path, "not accepted: the package is %s", why);
	else if (!signed_by(report, edoc_key_cert_sha256(act->key), &level))
		code = ed_fail(err, EDOC_ERR_DENIED, path,
		               "you have not signed it: sign it first (edoc-sign sign)");
	else if (step && level < step->level)
		code = ed_fail(err, EDOC_ERR_DENIED, path,
		               "step \"%s\" asks for a signature of level %s; yours is proven "
		               "here to level %s: raise it first (edoc-sign extend)",
		               step->path, ed_step_level(step->level), ed_step_level(level));
	edoc_report_free(report);
	return code;
}

static enum edoc_code keep(struct ed_case *c, const struct ed_copy *copy, struct edoc_error *err)
{
	char *dir = ed_case_path(c, "ref"), *path = ed_case_path(c, "ref/%s.asice", copy->sha256);
	bool taken;

	if (!dir || !path)
		return ed_fail_memory(err);
	enum edoc_code code = ed_mkdirs(dir, err);
	return code ? code : ed_desk_link(copy->path, path, &taken, err);
}

enum edoc_code ed_attach(struct ed_case *c, const char *path, const struct ed_route_step *step,
                         const struct edoc_act *act, json_t *header, struct edoc_error *err)
{
	struct ed_copy copy = {.fd = -1};
	json_t *o = NULL;

	enum edoc_code code = ed_copy_make(c->desk, path, &copy, err);
	if (!code)
		code = judge(c, &copy, path, step, act, err);
	if (!code && !act->dry)
		code = keep(c, &copy, err);
	if (!code) {
		o = json_object();
		if (ed_json_str(o, "kind", step ? step->document : "evidence") | ed_json_str(o, "sha256", copy.sha256) |
		    json_object_set_new(header, "attached", o))
			code = ed_fail_memory(err);
	}
	ed_copy_clear(&copy);
	return code;
}

static enum edoc_code check_one(struct ed_case *c, const char *sha256, struct edoc_error *err)
{
	char *path = ed_case_path(c, "ref/%s.asice", sha256), hex[65];
	uint64_t size;
	int fd = -1;

	enum edoc_code code = path ? ed_open_read(path, &fd, &size, err) : ed_fail_memory(err);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK; /* handed in at another desk, which keeps it */
	if (!code)
		code = ed_file_sha256(fd, path, hex, err);
	if (!code && strcmp(hex, sha256))
		code = ed_fail(err, EDOC_ERR_INPUT, path,
		               "it was changed: it is not what the ledger names");
	if (fd >= 0)
		close(fd);
	return code;
}

enum edoc_code ed_attached_check(struct ed_case *c, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < c->r.ledger.n && !code; i++) {
		const char *sha256 = ed_entry_get(&c->r.ledger.v[i], "attached", "sha256");

		if (sha256)
			code = check_one(c, sha256, err);
	}
	return code;
}
