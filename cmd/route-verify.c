/* SPDX-License-Identifier: ISC */
/* edoc-route: was the procedure followed?  verify and certificate, which judge alike. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "route.h"

static void time_text(int64_t t, char *buf, size_t size, void *arg)
{
	char local[CMD_TIME];

	(void)arg;
	cmd_time(local, t);
	snprintf(buf, size, "%s", local);
}

/* Below the verdict's line the procedure, and all that is wrong; the tree of
 * -v holds both. */
static void say_procedure(struct cmd *cmd, const struct edoc_report *report)
{
	if (cmd->verbose || cmd->json || cmd->quiet)
		return;
	if (edoc_report_route_text(report))
		printf("%s", edoc_report_route_text(report));
	for (size_t s = 0; s <= edoc_report_signatures(report); s++) {
		size_t of = s < edoc_report_signatures(report) ? s : EDOC_WHOLE;
		for (size_t k = 0; k < edoc_report_findings(report, of); k++) {
			const struct edoc_finding *f = edoc_report_finding(report, of, k);
			char *text = NULL;
			if (f->severity != EDOC_ERROR || !strcmp(f->code, "route.unfinished") ||
			    edoc_finding_text(f, "", &text, NULL) != EDOC_OK)
				continue;
			printf("  %s%s%s\n", cmd_text(cmd, f->where), *f->where ? ": " : "", text);
			edoc_free(text);
		}
	}
}

bool route_is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* A package, or a case of the desk.  0 or the exit, said. */
static int judge(struct cmd *cmd, const char *item, struct route_judging *j,
                 struct edoc_report **report)
{
	struct edoc_error err = {0};
	enum edoc_code code;

	if (route_is_file(item))
		code = edoc_route_verify(item, true, &j->options, report, &err);
	else if (j->run.desk)
		code = edoc_desk_verify(j->run.desk, item, &j->options, report, &err);
	else
		return cmd_error(cmd, item,
		                 _("no such package, and no desk (-C) to look for a case")),
		       CMD_ABSENT;
	return code == EDOC_OK ? 0 : cmd_fail_item(cmd, item, &err);
}

static int verify_one(struct cmd *cmd, const char *item, void *arg)
{
	struct edoc_text_options form = {.detail = cmd->verbose, .lang = "", .time = time_text};
	struct edoc_report *report = NULL;
	struct edoc_error err = {0};
	char *text = NULL, *json = NULL;
	int status = judge(cmd, item, arg, &report);

	if (status)
		return status;
	enum edoc_code code = cmd->json ? edoc_report_json(report, &json, &err)
	                                : edoc_report_text(report, &form, &text, &err);
	status = route_tell(cmd, item, code, &err, text, json);
	if (!status) {
		say_procedure(cmd, report);
		status = edoc_report_exit(report);
	}
	edoc_report_free(report);
	return status;
}

static const char *desk_place(struct cmd *cmd)
{
	const char *place = cmd_value(cmd, "directory"), *env = getenv("EDOC_DESK");

	return place ? place : env && *env ? env : NULL;
}

/* Trust, policy, and the desk where there is one: its anchors count too. */
int route_judge(struct cmd *cmd, struct route_judging *j)
{
	struct edoc_error err = {0};
	const char *place = desk_place(cmd);
	int status = cmd_trust(cmd, &j->trust);

	if (!status)
		status = cmd_policy(cmd, &j->run.policy);
	if (!status && place && edoc_desk_open(place, j->run.policy, &j->run.desk, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	if (!status && place) {
		char *anchors = cmd_printf("%s/conf/trust", place);
		enum edoc_code code = edoc_trust_add(j->trust, anchors, EDOC_FOR_ALL, &err);
		if (code != EDOC_OK && code != EDOC_ERR_ABSENT)
			status = cmd_fail(cmd, &err);
		free(anchors);
	}
	j->options = (struct edoc_verify_options){
	        .at = cmd->at, .trust = j->trust, .policy = j->run.policy};
	return status;
}

void route_judge_close(struct route_judging *j)
{
	route_close(&j->run);
	edoc_trust_free(j->trust);
}

int route_verify(struct cmd *cmd)
{
	struct route_judging j = {.run = {0}};
	int status = route_judge(cmd, &j);

	if (!status)
		status = cmd_each(cmd, verify_one, &j);
	route_judge_close(&j);
	return status;
}

/* ---- certificate ---- */

enum sheet { SHEET_TEXT, SHEET_HTML };

static int sheet_asked(struct cmd *cmd, enum sheet *form, const char **out)
{
	const char *name = cmd_value(cmd, "format");
	struct edoc_error err = {0};

	*form = name && !strcmp(name, "html") ? SHEET_HTML : SHEET_TEXT;
	if (name && *form == SHEET_TEXT && strcmp(name, "text") != 0)
		return cmd_usage(cmd, _("--format takes text or html"));
	if (name && cmd->json)
		return cmd_usage(cmd, _("--json and --format %s contradict each other"), name);
	if (cmd->n != 1)
		return cmd_usage(cmd, _("one PKG or CASE is needed"));
	int status = cmd_output(cmd, out);
	if (!status && *out)
		status = cmd_apart(cmd, "output", *out);
	if (!status && *out && edoc_output_check(*out, cmd->force, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	return status;
}

/* A whole page; the title stands on its tab. */
static enum edoc_code make_page(struct cmd *cmd, const struct edoc_report *report,
                                const struct edoc_text_options *how, char **made,
                                struct edoc_error *err)
{
	char *head = NULL, *sheet = NULL;
	enum edoc_code code =
	        edoc_html_head(_("The procedure of a case"), cmd_lang(cmd), &head, err);

	if (code == EDOC_OK)
		code = edoc_route_certificate_html(report, how, &sheet, err);
	if (code == EDOC_OK)
		*made = cmd_printf("%s%s%s", head, sheet, edoc_html_tail());
	edoc_free(head);
	edoc_free(sheet);
	return code;
}

static enum edoc_code make_sheet(struct cmd *cmd, const struct edoc_report *report, enum sheet form,
                                 char **made, struct edoc_error *err)
{
	const char *lang = cmd_lang(cmd);
	const struct edoc_text_options how = {.lang = lang ? lang : ""};
	char *text = NULL;
	enum edoc_code code;

	if (form == SHEET_HTML && !cmd->json)
		return make_page(cmd, report, &how, made, err);
	code = cmd->json ? edoc_report_json(report, &text, err)
	                 : edoc_route_certificate_text(report, &how, &text, err);
	if (code == EDOC_OK)
		*made = cmd_printf("%s%s", text, cmd->json ? "\n" : "");
	edoc_free(text);
	return code;
}

static int give_sheet(struct cmd *cmd, const char *out, const char *made)
{
	struct edoc_error err = {0};

	if (!out) {
		cmd_put(cmd, made, strlen(made));
		return 0;
	}
	if (edoc_output_write(out, made, strlen(made), cmd->force, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	return 0;
}

int route_certificate(struct cmd *cmd)
{
	struct route_judging j = {.run = {0}};
	struct edoc_report *report = NULL;
	struct edoc_error err = {0};
	const char *out = NULL;
	char *made = NULL;
	enum sheet form;
	int status = sheet_asked(cmd, &form, &out);

	if (!status)
		status = route_judge(cmd, &j);
	if (!status)
		status = judge(cmd, cmd->operands[0], &j, &report);
	if (!status && make_sheet(cmd, report, form, &made, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	if (!status)
		status = made ? give_sheet(cmd, out, made) : CMD_BUG;
	if (!status)
		status = edoc_report_exit(report);
	free(made);
	edoc_report_free(report);
	route_judge_close(&j);
	return status;
}
