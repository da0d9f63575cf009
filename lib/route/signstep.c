/* SPDX-License-Identifier: ISC */
/*
 * Codes for judge/rules.c:
 *
 *  route.level          E        the signature of step {0} is of level {1}; the route asks for {2}
 *  route.level-unproven E unsure likewise: it is proven to level {1} only
 */
#include "route/signstep.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "judge/dataview.h"
#include "judge/verify.h"
#include "route/grammar.h"
#include "route/pin.h"
#include "sign/challenge.h"
#include "sign/raise.h"
#include "sign/sign.h"
#include "signature/xades.h"

static const char *const levels[] = {"B", "T", "LT", "LTA", NULL};

const char *ed_step_level(enum edoc_level level)
{
	return levels[level];
}

enum edoc_code ed_def_level(struct ed_def *p, const struct ed_yaml *map, struct ed_route_step *step)
{
	const struct ed_yaml *node = ed_yaml_get(map, "level");
	int choice = 0;

	if (!node)
		return EDOC_OK;
	if (step->verb != ED_DO_SIGN)
		return ed_yaml_fail(node, p->where, p->err,
		                    "\"level\" is of a signature: \"do: %s\" makes none",
		                    ed_do_name(step->verb));
	enum edoc_code code = ed_def_choice(p, map, "level", levels, &choice);
	step->level = (enum edoc_level)choice;
	step->levelled = !code;
	return code;
}

enum edoc_code ed_step_stamping(const struct edoc_act *act, const struct ed_route_step *step,
                                struct edoc_stamping *how, struct edoc_error *err)
{
	*how = (struct edoc_stamping){0};
	if (step->level == EDOC_LEVEL_B || !act->stamping || act->stamping(act->stamping_arg, how))
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_CONFIG, step->path,
	               "the route asks for a signature of level %s here, and no TSA can be asked",
	               levels[step->level]);
}

/* ---- making it ---- */

struct signing {
	struct ed_case *c;
	const struct edoc_act *act;
	const struct ed_actor *actor;
	struct edoc_sign_options options;
	struct ed_asic *asic;
	struct ed_view view;
	const char *where; /* the package */
	struct ed_buf xml;
};

/* Of a level that others answer for, and nobody to ask. */
static enum edoc_code check_network(const struct signing *s, struct edoc_error *err)
{
	if (s->options.level == EDOC_LEVEL_B || s->options.n_tsas)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_CONFIG, s->actor->visit->path,
	               "the route asks for a signature of level %s here, which needs a "
	               "time-stamp: name a TSA with --tsa or in edoc.conf",
	               levels[s->options.level]);
}

/* The one path of edoc-sign: baseline B, and on from level to level. */
static enum edoc_code make(struct signing *s, struct edoc_error *err)
{
	struct ed_grow at = {.where = s->where, .only = ED_NO_DATA, .arena = s->c->r.arena};
	int64_t moment = s->options.at;

	ed_view_init(&s->view, at.arena, s->asic);
	enum edoc_code code = ed_view_add_container(&s->view, err);
	if (!code)
		code = ed_sign_make(s->asic, &s->options, NULL, at.arena, &s->xml, err);
	at.data = ed_view_data(&s->view);
	at.bytes = s->xml.data;
	at.len = s->xml.len;
	return code ? code : ed_raise(EDOC_XADES, &at, false, &s->options, &s->xml, &moment, err);
}

/* Our own signature is read back before it counts. */
static enum edoc_code read_back(struct signing *s, struct edoc_error *err)
{
	struct ed_material material;
	struct ed_ades *sigs = NULL;
	size_t n = 0;

	ed_material_init(&material, s->c->r.arena);
	enum edoc_code code =
	        ed_xades_read(s->xml.data, s->xml.len, s->where, ED_MAX_XML_BYTES,
	                      ed_view_data(&s->view), &material, s->c->r.arena, &sigs, &n, err);
	if (!code && (n != 1 || !sigs[0].intact_data || !sigs[0].intact_signature ||
	              !sigs[0].bound || !ed_raise_reached(&sigs[0], s->options.level)))
		code = ed_fail(err, EDOC_ERR_BUG, s->where, "the new signature does not verify");
	ed_ades_clear(sigs, n);
	return code;
}

static enum edoc_code sign_package(struct signing *s, const struct ed_findings *container,
                                   struct edoc_error *err)
{
	const struct ed_route_step *step = s->actor->visit->step;
	const struct edoc_act *act = s->act;
	struct edoc_stamping how;
	enum edoc_code code = ed_step_stamping(act, step, &how, err);

	if (code)
		return code;
	s->options = (struct edoc_sign_options){
	        .at = act->now,
	        .key = act->key,
	        .trust = s->c->desk->trust,
	        .policy = s->c->desk->policy,
	        .role = s->actor->post ? s->actor->post->post : NULL,
	        .commitment = "approval",
	        .ledger_head = s->c->r.state.head,
	        .level = step->level,
	        .tsas = how.tsas,
	        .n_tsas = how.n_tsas,
	        .fetch = how.fetch,
	        .fetch_arg = how.fetch_arg,
	};
	code = ed_sign_options(s->where, &s->options, err);
	if (!code)
		code = check_network(s, err);
	if (!code)
		code = ed_sign_sound(s->asic, container, s->where, &s->options, s->options.at,
		                     false, err);
	if (!code)
		code = ed_challenge_refuse_asic(s->asic, err);
	if (!code && !act->dry)
		code = make(s, err);
	return code || act->dry ? code : read_back(s, err);
}

/* A name that is taken is taken by the same bytes: an act that was cut short,
 * by an RSA key within the same second. */
static enum edoc_code put_signature(struct signing *s, const char *path, struct edoc_error *err)
{
	struct ed_buf there;
	bool taken;

	enum edoc_code code = ed_desk_put(s->c->desk, path, s->xml.data, s->xml.len, &taken, err);
	if (code || !taken)
		return code;
	ed_buf_init(&there, ED_MAX_XML_BYTES);
	code = ed_read_path(path, &there, err);
	if (!code && (there.len != s->xml.len || memcmp(there.data, s->xml.data, s->xml.len) != 0))
		code = ed_fail(err, EDOC_ERR_AGAIN, path, "two signatures share a name; try again");
	ed_buf_clear(&there);
	return code;
}

/* sig/<8 hex>.xml, named by its content, and what the header says of it. */
static enum edoc_code keep(struct signing *s, json_t *header, struct edoc_error *err)
{
	char digest[ED_SHA256_REF], name[64], *path;
	json_t *o;

	if (!ed_sha256_ref(s->xml.data, s->xml.len, digest))
		return ed_fail_memory(err);
	snprintf(name, sizeof(name), "META-INF/signatures-%.8s.xml", digest + 7);
	path = ed_case_path(s->c, "sig/%.8s.xml", digest + 7);
	if (!path)
		return ed_fail_memory(err);
	enum edoc_code code = put_signature(s, path, err);
	if (code)
		return code;
	o = json_object();
	return ed_json_str(o, "name", name) | ed_json_str(o, "sha256", digest + 7) |
	                       json_object_set_new(header, "signature", o)
	               ? ed_fail_memory(err)
	               : EDOC_OK;
}

enum edoc_code ed_sign_step(struct ed_case *c, const struct edoc_act *act,
                            const struct ed_actor *actor, json_t *header, struct edoc_error *err)
{
	struct signing s = {.c = c, .act = act, .actor = actor};
	struct ed_findings container;
	uint64_t size;
	int fd = -1;

	ed_buf_init(&s.xml, ED_MAX_XML_BYTES);
	ed_findings_init(&container, c->r.arena);
	enum edoc_code code = ed_case_package(c, NULL, &s.where, err);
	if (!code)
		code = ed_open_read(s.where, &fd, &size, err);
	if (!code)
		code = ed_package_open(fd, s.where, NULL, c->r.arena, &container, &s.asic, err);
	if (!code)
		code = sign_package(&s, &container, err);
	if (!code && !act->dry)
		code = keep(&s, header, err);
	ed_asic_free(s.asic);
	if (fd >= 0)
		close(fd);
	ed_buf_clear(&s.xml);
	return code;
}

/* ---- verifying it ---- */

void ed_sign_step_check(const struct ed_entry *entry, const struct ed_route_step *step,
                        const struct edoc_report *report, struct ed_findings *findings)
{
	const char *name = ed_entry_get(entry, "signature", "name");

	for (size_t i = 0; name && step && i < report->n_signatures; i++) {
		const struct ed_report_signature *s = &report->signatures[i];

		if (strcmp(s->pub.where, name) != 0)
			continue;
		if (s->formed < step->level)
			ed_finding(findings, "route.level", name, step->path, levels[s->formed],
			           levels[step->level]);
		else if (s->proven < step->level)
			ed_finding(findings, "route.level-unproven", name, step->path,
			           levels[s->proven], levels[step->level]);
	}
}
