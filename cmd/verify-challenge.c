/* SPDX-License-Identifier: ISC */
/* edoc-verify: entry by signature, challenges made and answers to them checked. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

#define LIFETIME 300 /* seconds */

int verify_challenge_asked(struct cmd *cmd, enum verify_challenge *what)
{
	static const char *const ours[] = {"audience", "challenges", "lifetime", "output"};
	static const char *const others[] = {"at",      "report",     "explain",  "data",
	                                     "require", "trust-list", "no-route", "compile-list"};
	bool make = cmd_given(cmd, "challenge-new"), check = cmd_given(cmd, "challenge");

	*what = make ? VERIFY_CHALLENGE_NEW : check ? VERIFY_CHALLENGE : VERIFY_NO_CHALLENGE;
	if (make && check)
		return cmd_usage(cmd, _("--challenge-new and --challenge are two things"));
	for (size_t i = 0; !make && !check && i < 4; i++)
		if (cmd_given(cmd, ours[i]))
			return cmd_usage(cmd, _("--%s goes with --challenge-new or --challenge"),
			                 ours[i]);
	if (!make && !check)
		return 0;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (cmd_given(cmd, others[i]))
			return cmd_usage(cmd, _("--%s does not go with --challenge%s"), others[i],
			                 make ? "-new" : "");
	if (!cmd_given(cmd, "audience") || !cmd_given(cmd, "challenges"))
		return cmd_usage(cmd, _("--audience URL and --challenges DIR are needed"));
	if (check && (cmd_given(cmd, "lifetime") || cmd_given(cmd, "output")))
		return cmd_usage(cmd, _("--lifetime and -o go with --challenge-new"));
	return 0;
}

/* ---- new ---- */

/* "5m": seconds, minutes or hours. */
static bool read_lifetime(const char *text, int64_t *seconds)
{
	long long n;
	char *end;

	*seconds = LIFETIME;
	if (!text)
		return true;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || errno || n < 1 || n > 86400 || !*end || end[1] ||
	    !strchr("smh", *end))
		return false;
	*seconds = n * (*end == 's' ? 1 : *end == 'm' ? 60 : 3600);
	return *seconds <= 86400;
}

int verify_challenge_new(struct cmd *cmd)
{
	const char *out = cmd_value(cmd, "output");
	bool file = out && strcmp(out, "-") != 0;
	struct edoc_error err = {0};
	char *text = NULL;
	int64_t lifetime;

	if (!read_lifetime(cmd_value(cmd, "lifetime"), &lifetime))
		return cmd_usage(cmd, _("--lifetime takes 1s to 24h: a number and s, m or h"));
	if (cmd->n || cmd_given(cmd, "files-from") || cmd->json)
		return cmd_usage(cmd, _("--challenge-new takes no paths and makes no report"));
	if (edoc_challenge_new(cmd_value(cmd, "challenges"), cmd_value(cmd, "audience"), cmd->now,
	                       lifetime, file ? out : NULL, &text, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (!file)
		cmd_put(cmd, text, strlen(text));
	else if (!cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	edoc_free(text);
	return 0;
}

/* ---- answered ---- */

/* What comes out of the box: the challenge that was answered as it stands there,
 * ended, then what to print when it is taken, or why not. */
struct answer {
	struct cmd *cmd;
	const struct edoc_verify_options *options;
	bool fetch, online;
	int status;
};

/* The heaviest finding's sentence. */
static char *why_not(const struct edoc_report *report)
{
	static const char *const verdicts[] = {"INDETERMINATE", "TOTAL-FAILED", "TOTAL-PASSED"};
	const char *sub = edoc_report_subindication(report);
	const size_t lists[] = {0, EDOC_WHOLE};
	char *text = NULL, *all = NULL;

	for (size_t i = edoc_report_signatures(report) ? 0 : 1; i < 2 && !text; i++)
		for (size_t k = 0; k < edoc_report_findings(report, lists[i]) && !text; k++) {
			const struct edoc_finding *f = edoc_report_finding(report, lists[i], k);

			if (f->severity == EDOC_ERROR &&
			    edoc_finding_text(f, "", &text, NULL) != EDOC_OK)
				text = NULL;
		}
	all = cmd_printf("%s%s%s%s%s", verdicts[edoc_report_indication(report)], sub ? "/" : "",
	                 sub ? sub : "", text ? ": " : "", text ? text : "");
	edoc_free(text);
	return all;
}

/* "EXPIRES SHA256 AUDIENCE\n" before the rest; or "\n" when nobody enters. */
static char *joined(const struct edoc_challenge *c, const char *rest)
{
	if (!c)
		return cmd_printf("\n%s", rest);
	return cmd_printf("%lld %lld %s %s\n%s", (long long)c->issued, (long long)c->expires,
	                  c->sha256, c->audience, rest);
}

/* In a box: nothing but the descriptor and what is in memory. */
static enum edoc_code judge_one(void *arg, struct edoc_batch_worker *worker, const char *name,
                                int fd, char **made, int *status, struct edoc_error *err)
{
	const struct answer *a = arg;
	struct edoc_verify_options how = *a->options;
	struct edoc_report *report = NULL;
	struct edoc_challenge challenge;
	char *text = NULL;
	enum edoc_code code;

	how.fetch = a->fetch ? edoc_batch_fetch : NULL;
	how.fetch_arg = worker;
	how.anew = a->online;
	code = edoc_challenge_judge(fd, name, &how, &report, &challenge, err);
	if (code != EDOC_OK)
		return code;
	*status = edoc_report_exit(report);
	if (*status) {
		text = why_not(report);
		*made = joined(NULL, text);
		free(text);
	} else {
		code = a->cmd->json
		               ? edoc_challenge_json(name, 0, report, &challenge, NULL, &text, err)
		               : edoc_challenge_text(report, &challenge, &text, err);
		if (code == EDOC_OK)
			*made = joined(&challenge, text);
		edoc_free(text);
	}
	edoc_report_free(report);
	return code;
}

static int refuse(struct answer *a, const char *name, int status, const char *why)
{
	struct edoc_error err = {0};
	char *json = NULL;

	cmd_error(a->cmd, name, "%s", why);
	if (a->cmd->json &&
	    edoc_challenge_json(name, status, NULL, NULL, why, &json, &err) != EDOC_OK)
		return cmd_fail(a->cmd, &err);
	if (json)
		cmd_print(a->cmd, json);
	return status;
}

/* "No" is 1 here: what is denied is to enter. */
static int refuse_for(struct answer *a, const char *name, const struct edoc_error *err)
{
	if (err->code == EDOC_ERR_DENIED)
		return refuse(a, name, 1, err->msg);
	return cmd_fail_item(a->cmd, name, err);
}

/* A word up to a blank or the line's end; what follows it, or NULL. */
static const char *word(const char *text, char *out, size_t size)
{
	size_t n = strcspn(text, " \n");

	if (!n || n >= size)
		return NULL;
	memcpy(out, text, n);
	out[n] = '\0';
	return text + n + (text[n] != '\0');
}

static const char *number(const char *text, int64_t *n)
{
	char digits[24], *end = digits;

	text = word(text, digits, sizeof(digits));
	errno = 0;
	if (text)
		*n = strtoll(digits, &end, 10);
	return !errno && end > digits && !*end ? text : NULL;
}

/* What joined() wrote; the rest of the text, NULL when it is not that. */
static const char *parted(const char *text, struct edoc_challenge *c)
{
	memset(c, 0, sizeof(*c));
	text = number(text, &c->issued);
	if (text)
		text = number(text, &c->expires);
	if (text)
		text = word(text, c->sha256, sizeof(c->sha256));
	return text ? word(text, c->audience, sizeof(c->audience)) : NULL;
}

/* Outside of it: the challenge is used up, then somebody may enter. */
static void on_judged(void *arg, const struct edoc_batch_result *result)
{
	struct answer *a = arg;
	struct cmd *cmd = a->cmd;
	struct edoc_challenge challenge;
	struct edoc_error err = {0};
	const char *text = result->text ? result->text : "", *rest;

	if (result->error) {
		a->status = refuse_for(a, result->name, result->error);
	} else if (result->status) {
		a->status = refuse(a, result->name, result->status, text + (*text == '\n'));
	} else if (!(rest = parted(text, &challenge))) {
		a->status = refuse(a, result->name, CMD_BUG, _("the verdict cannot be read"));
	} else if (edoc_challenge_take(cmd_value(cmd, "challenges"), &challenge,
	                               cmd_value(cmd, "audience"), cmd->now, &err) != EDOC_OK) {
		a->status = refuse_for(a, result->name, &err);
	} else {
		a->status = 0;
		if (cmd->json || !cmd->quiet)
			cmd_put(cmd, rest, strlen(rest));
	}
}

int verify_challenge(struct cmd *cmd, const struct edoc_verify_options *options,
                     struct edoc_fetcher *fetcher)
{
	struct answer a = {.cmd = cmd,
	                   .options = options,
	                   .fetch = fetcher,
	                   .online = cmd_given(cmd, "online"),
	                   .status = CMD_BUG};
	struct edoc_batch_options how = {.workers = 1,
	                                 .work = judge_one,
	                                 .work_arg = &a,
	                                 .done = on_judged,
	                                 .done_arg = &a,
	                                 .fetch = fetcher ? edoc_fetcher_fetch : NULL,
	                                 .fetch_arg = fetcher,
	                                 .stop = -1};
	struct edoc_batch *batch = NULL;
	struct edoc_error err = {0};
	const char *const *items;
	enum edoc_code code;
	size_t n;
	int status = cmd_items(cmd, &items, &n);

	if (status)
		return status;
	if (n != 1)
		return cmd_usage(cmd, _("--challenge checks one answer"));
	code = edoc_batch_new(&how, &batch, &err);
	if (code == EDOC_OK)
		code = edoc_batch_add(batch, items[0], &err);
	if (code == EDOC_OK)
		code = edoc_batch_wait(batch, -1, &err);
	edoc_batch_free(batch);
	return code == EDOC_OK ? a.status : cmd_fail(cmd, &err);
}
