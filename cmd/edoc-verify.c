/* SPDX-License-Identifier: ISC */
/* edoc-verify: judges packages and says why. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verify.h"

enum form { FORM_TEXT, FORM_JSON, FORM_HTML, FORM_COPY };

struct run {
	struct edoc_trust *trust;
	struct edoc_policy *policy;
	struct edoc_limits limits;
	struct edoc_verify_options options;
	struct edoc_memo *memo;
	struct edoc_fetcher *fetcher; /* of the parent; NULL: offline, and no cache */
	struct edoc_data *data;       /* --data, opened; descriptors again in fds */
	int *fds;
	size_t n_data;
	enum form form;
	int detail;
	bool route, color, quiet;
};

static const struct cmd_option options[] = {
        {"report", 0, "FORM", N_("text (default), json, html or copy (a sheet to attest)"), false},
        {"explain", 0, NULL, N_("as -v, with every check and the rule that decided"), false},
        {"data", 0, "FILE", N_("what a detached signature or time-stamp is over"), true},
        {"require", 0, "LEVEL", N_("B, T, LT or LTA: no signature may be below"), false},
        {"no-route", 0, NULL, N_("do not replay a route ledger"), false},
        {"limits", 0, "K=N,...", N_("raise limits: total, entries, ratio, xml"), false},
        {"trust-list", 0, NULL, N_("show the anchors in force and stop"), false},
        {"trusted-list", 0, "FILE", N_("trust the services of this list (TS 119 612)"), true},
        {"list-signers", 0, "PATH", N_("certificates that may sign trusted lists"), true},
        {"compile-list", 0, NULL, N_("print the trusted list as text to load fast"), false},
        {"challenge-new", 0, NULL, N_("make a challenge, to be signed to log in"), false},
        {"challenge", 0, NULL, N_("PATH answers a challenge: who logs in?"), false},
        {"audience", 0, "URL", N_("where one logs in"), false},
        {"challenges", 0, "DIR", N_("the folder that remembers challenges"), false},
        {"lifetime", 0, "TIME", N_("of a new challenge: 5m (default), up to 24h"), false},
        {"output", 'o', "FILE", N_("where a new challenge goes (default: stdout)"), false},
        {NULL, 0, NULL, NULL, false},
};

static void time_text(int64_t t, char *buf, size_t size, void *arg)
{
	char local[CMD_TIME];

	(void)arg;
	cmd_time(local, t);
	snprintf(buf, size, "%s", local);
}

static enum edoc_code render(enum form form, const struct edoc_report *report,
                             const struct edoc_text_options *text, char **made,
                             struct edoc_error *err)
{
	switch (form) {
	case FORM_JSON:
		return text->detail > 1 ? edoc_report_json_explained(report, made, err)
		                        : edoc_report_json(report, made, err);
	case FORM_HTML:
		return edoc_report_html(report, text, made, err);
	case FORM_COPY:
		return edoc_report_copy(report, text, made, err);
	case FORM_TEXT:
		break;
	}
	return edoc_report_text(report, text, made, err);
}

/* In a box: nothing but the descriptor and what is in memory. */
static enum edoc_code verify_one(void *arg, struct edoc_batch_worker *worker, const char *name,
                                 int fd, char **made, int *status, struct edoc_error *err)
{
	const struct run *run = arg;
	struct edoc_verify_options how = run->options;
	struct edoc_text_options text = {.detail = run->detail,
	                                 .color = run->color,
	                                 .lang = "", /* the process's */
	                                 .time = time_text};
	struct edoc_report *report = NULL;
	enum edoc_code code;

	how.fetch = run->fetcher ? edoc_batch_fetch : NULL;
	how.fetch_arg = worker;
	code = run->route ? edoc_route_verify_fd(fd, name, false, &how, &report, err)
	                  : edoc_verify_fd(fd, name, &how, &report, err);
	if (code == EDOC_OK && !(run->quiet && run->form == FORM_TEXT))
		code = render(run->form, report, &text, made, err);
	if (code == EDOC_OK)
		*status = edoc_report_exit(report);
	edoc_report_free(report);
	return code;
}

/* "32G" of a limit; *end is left behind it.  0: no number it can take. */
static unsigned long long read_number(const char *p, unsigned long long most, char **end)
{
	unsigned long long value;
	unsigned shift = 0;

	*end = (char *)p;
	if (*p < '0' || *p > '9')
		return 0;
	errno = 0;
	value = strtoull(p, end, 10);
	if (**end && strchr("KMG", **end)) {
		shift = **end == 'K' ? 10 : **end == 'M' ? 20 : 30;
		++*end;
	}
	if (errno || (**end && **end != ',') || value > most >> shift)
		return 0;
	return value << shift;
}

/* "total=32G,entries=20000": what package.md's limits may be raised to. */
static int read_limits(struct cmd *cmd, const char *text, struct edoc_limits *limits)
{
	static const char *const names[] = {"total", "entries", "ratio", "xml"};
	unsigned long long values[4] = {0};
	const char *p = text;
	char *end;

	for (;; p = end + 1) {
		size_t n = strcspn(p, "="), which = 0;

		while (which < 4 && (strlen(names[which]) != n || strncmp(names[which], p, n)))
			which++;
		if (which == 4 || p[n] != '=')
			return cmd_usage(cmd,
			                 _("--limits takes total=N, entries=N, ratio=N, xml=N"));
		if (values[which])
			return cmd_usage(cmd, _("--limits names %s twice"), names[which]);
		values[which] = read_number(p + n + 1, which ? UINT32_MAX : INT64_MAX, &end);
		if (!values[which])
			return cmd_usage(cmd, _("--limits: %s is not a number it can take"), p);
		if (!*end)
			break;
	}
	if (values[0])
		limits->zip_total = values[0];
	if (values[1])
		limits->zip_entries = (uint32_t)values[1];
	if (values[2])
		limits->zip_ratio = (uint32_t)values[2];
	if (values[3])
		limits->xml_bytes = (uint32_t)values[3];
	return 0;
}

/* ---- trust ---- */

static int add_lists(struct cmd *cmd, struct edoc_trust *trust)
{
	size_t n, n_signers;
	const char *const *lists = cmd_values(cmd, "trusted-list", &n);
	const char *const *signers = cmd_values(cmd, "list-signers", &n_signers);
	struct edoc_error err = {0};

	if (n_signers && !n)
		return cmd_usage(cmd, _("--list-signers goes with --trusted-list"));
	for (size_t i = 0; i < n; i++)
		if (edoc_trust_add_list(trust, lists[i], signers, &err) != EDOC_OK)
			return cmd_fail(cmd, &err);
	return 0;
}

static int compile_list(struct cmd *cmd)
{
	size_t n, n_signers;
	const char *const *lists = cmd_values(cmd, "trusted-list", &n);
	const char *const *signers = cmd_values(cmd, "list-signers", &n_signers);
	struct edoc_error err = {0};
	char *text;

	if (n != 1 || cmd->n)
		return cmd_usage(cmd, _("--compile-list takes one --trusted-list and no paths"));
	if (edoc_list_compile(lists[0], signers, &text, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	cmd_put(cmd, text, strlen(text));
	edoc_free(text);
	return 0;
}

static void show_list(struct cmd *cmd, const struct edoc_list *list)
{
	char issued[CMD_TIME], next[CMD_TIME];

	cmd_time(issued, list->issued);
	printf(_("trusted list %s %lld of %s\n  sha256 %s\n  signed by sha256 %s\n"),
	       cmd_text(cmd, list->territory), (long long)list->sequence,
	       cmd_text(cmd, list->operator_name), list->sha256, list->signer);
	if (list->next_update == INT64_MIN) {
		printf(_("  %zu certificates; issued %s; closed"), list->services, issued);
	} else {
		cmd_time(next, list->next_update);
		printf(_("  %zu certificates; issued %s; next due %s"), list->services, issued,
		       next);
		if (list->next_update < cmd->at)
			printf(_(", which is past"));
	}
	if (list->skipped)
		printf(_("; %zu cannot be read"), list->skipped);
	printf(_("; from %s\n"), cmd_text(cmd, list->source));
}

static void show_anchor(struct cmd *cmd, const struct edoc_anchor *anchor, int64_t from,
                        int64_t granted_until)
{
	static const struct {
		unsigned bit;
		const char *name;
	} purposes[] = {{EDOC_FOR_SIGN, "sign"},
	                {EDOC_FOR_TSA, "tsa"},
	                {EDOC_FOR_OCSP, "ocsp"},
	                {EDOC_FOR_DIRECTORY, "directory"},
	                {EDOC_FOR_ROUTE, "route"}};
	char until[CMD_TIME], text[CMD_TIME];
	const char *comma = "";

	cmd_time(until, anchor->not_after);
	printf("%s\n  sha256 %s\n  ", cmd_text(cmd, anchor->subject), anchor->sha256);
	for (size_t k = 0; k < sizeof(purposes) / sizeof(purposes[0]); k++) {
		if (anchor->purposes & purposes[k].bit) {
			printf("%s%s", comma, purposes[k].name);
			comma = ", ";
		}
	}
	if (from != INT64_MIN) {
		cmd_time(text, from);
		printf(_("; granted since %s"), text);
	}
	if (granted_until != INT64_MIN) {
		cmd_time(text, granted_until);
		printf(_(" until %s"), text);
	}
	printf(from == INT64_MIN ? _("; until %s; from %s\n")
	                         : _("; its certificate until %s; from %s\n"),
	       until, cmd_text(cmd, anchor->source));
	if (anchor->not_after < cmd->at)
		printf(_("  its certificate has ended; as an anchor it still counts (RFC 5280 "
		         "6.1.1)\n"));
}

/* One that the administrator may miss, and wants to ask about. */
static void show_unused(struct cmd *cmd, const struct edoc_anchor *anchor, const char *why,
                        const char *service)
{
	if (!why)
		return;
	printf("%s\n  sha256 %s\n", cmd_text(cmd, anchor->subject), anchor->sha256);
	printf(_("  not believed as %s: %s\n"), cmd_text(cmd, service), cmd_text(cmd, why));
}

static int list_trust(struct cmd *cmd, const struct edoc_trust *trust)
{
	struct edoc_anchor anchor;
	struct edoc_list list;
	const char *service;
	size_t shown = 0;

	for (size_t i = 0; edoc_trust_list(trust, i, &list); i++)
		show_list(cmd, &list);
	for (size_t i = 0; edoc_trust_anchor(trust, i, &anchor); i++) {
		int64_t from, until;

		if (!edoc_trust_granted(trust, i, cmd->at, &from, &until)) {
			const char *why = edoc_trust_unused(trust, i, cmd->at, &service);

			show_unused(cmd, &anchor, why, service);
			continue;
		}
		show_anchor(cmd, &anchor, from, until);
		shown++;
	}
	if (!shown) {
		cmd_error(cmd, NULL,
		          _("no anchor is in force: give --trust, or trust in edoc.conf"));
		return 1;
	}
	return 0;
}

/* Opened here: the boxes open nothing. */
static int open_data(struct cmd *cmd, struct run *run)
{
	const char *const *paths = cmd_values(cmd, "data", &run->n_data);
	size_t n = run->n_data;
	struct stat st;

	run->n_data = 0;
	run->data = calloc(n + 1, sizeof(*run->data));
	run->fds = calloc(n + 1, sizeof(*run->fds));
	for (size_t i = 0; run->data && run->fds && i < n; i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

		if (fd < 0) {
			bool ours = errno == EIO || errno == EMFILE || errno == ENFILE;

			cmd_error(cmd, paths[i], "%s", strerror(errno));
			return ours ? CMD_IO : CMD_ABSENT;
		}
		run->data[i] = (struct edoc_data){paths[i], fd};
		run->fds[run->n_data++] = fd;
		if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
			cmd_error(cmd, paths[i], "%s", _("not a regular file"));
			return CMD_INPUT;
		}
	}
	run->options.data = run->data;
	run->options.n_data = run->n_data;
	return run->data && run->fds ? 0 : CMD_BUG;
}

static void close_data(struct run *run)
{
	for (size_t i = 0; i < run->n_data; i++)
		close(run->fds[i]);
	free(run->fds);
	free(run->data);
}

static bool is_level(const char *level)
{
	return !strcmp(level, "B") || !strcmp(level, "T") || !strcmp(level, "LT") ||
	       !strcmp(level, "LTA");
}

static int set_up(struct cmd *cmd, struct run *run)
{
	static const char *const forms[] = {"text", "json", "html", "copy"};
	const char *form = cmd_value(cmd, "report");
	size_t which = cmd->json ? FORM_JSON : FORM_TEXT;
	struct edoc_error err = {0};
	int status = 0;

	for (size_t i = 0; form && i < 4; i++)
		which = strcmp(form, forms[i]) ? which : i;
	if (form && strcmp(form, forms[which]))
		return cmd_usage(cmd, _("--report takes text, json, html or copy"));
	if (cmd->json && which != FORM_JSON)
		return cmd_usage(cmd, _("--json and --report %s contradict each other"), form);
	run->options.require = cmd_value(cmd, "require");
	if (run->options.require && !is_level(run->options.require))
		return cmd_usage(cmd, _("--require takes B, T, LT or LTA"));
	if (cmd_given(cmd, "trust-list") && (cmd->n || cmd->json || form))
		return cmd_usage(cmd, _("--trust-list judges nothing: no paths and no report"));
	run->form = (enum form)which;
	run->detail = cmd_given(cmd, "explain") ? 2 : cmd->verbose > 0;
	run->options.explain = cmd_given(cmd, "explain");
	run->color = cmd_color(cmd);
	run->quiet = cmd->quiet;
	run->limits = edoc_limits_default();
	if (cmd_value(cmd, "limits"))
		status = read_limits(cmd, cmd_value(cmd, "limits"), &run->limits);
	if (!status)
		status = open_data(cmd, run);
	if (!status)
		status = cmd_trust(cmd, &run->trust);
	if (!status)
		status = add_lists(cmd, run->trust);
	if (!status)
		status = cmd_policy(cmd, &run->policy);
	if (!status)
		status = cmd_fetcher(cmd, cmd_given(cmd, "challenge"), &run->fetcher);
	if (!status && edoc_memo_new(&run->memo, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	run->options.at = cmd->at;
	run->options.trust = run->trust;
	run->options.policy = run->policy;
	run->options.limits = &run->limits;
	run->options.memo = run->memo;
	return status;
}

/* An XML tree takes some thirty times its bytes. */
static uint64_t memory_for(const struct edoc_limits *limits)
{
	uint64_t usual = edoc_limits_default().xml_bytes;

	return limits->xml_bytes > usual ? ((uint64_t)1 << 30) + 30 * (limits->xml_bytes - usual)
	                                 : 0;
}

/* A page that ends early says so: nobody is to take it for all there is. */
static void end_page(struct cmd *cmd, uint64_t done, bool cut)
{
	struct edoc_error err = {0};
	char *note = NULL;

	if (cut) {
		char *text = cmd_printf(_("The batch was stopped after %llu items; the others are "
		                          "not on this page."),
		                        (unsigned long long)done);
		if (edoc_html_note(_("NOT ALL"), text, &note, &err) == EDOC_OK)
			cmd_print(cmd, note);
		else
			(void)cmd_fail(cmd, &err);
		free(text);
	}
	cmd_put(cmd, edoc_html_tail(), strlen(edoc_html_tail()));
}

/* A page has a beginning and an end around its items. */
static int verify_all(struct cmd *cmd, struct run *run)
{
	struct cmd_batch batch = {.work = verify_one,
	                          .arg = run,
	                          .fetch = run->fetcher ? edoc_fetcher_fetch : NULL,
	                          .fetch_arg = run->fetcher,
	                          .memory = memory_for(&run->limits),
	                          .keep = run->fds,
	                          .n_keep = run->n_data};
	struct edoc_error err = {0};
	char *head = NULL;
	int status;

	if (run->form == FORM_HTML || run->form == FORM_COPY) {
		if (edoc_html_head(_("Verification report"), cmd_lang(cmd), &head, &err) != EDOC_OK)
			return cmd_fail(cmd, &err);
		batch.head = head;
		batch.end = end_page;
	}
	status = cmd_batch(cmd, &batch);
	edoc_free(head);
	return status;
}

static int run_verify(struct cmd *cmd)
{
	struct run run = {.route = !cmd_given(cmd, "no-route")};
	enum verify_challenge challenge;
	int status = verify_challenge_asked(cmd, &challenge);

	if (!status && challenge == VERIFY_CHALLENGE_NEW)
		return verify_challenge_new(cmd);
	if (!status)
		status = set_up(cmd, &run);
	if (!status && challenge == VERIFY_CHALLENGE)
		status = verify_challenge(cmd, &run.options, run.fetcher);
	else if (!status && cmd_given(cmd, "compile-list"))
		status = compile_list(cmd);
	else if (!status && cmd_given(cmd, "trust-list"))
		status = list_trust(cmd, run.trust);
	else if (!status)
		status = verify_all(cmd, &run);
	edoc_fetcher_free(run.fetcher);
	close_data(&run);
	edoc_memo_free(run.memo);
	edoc_policy_free(run.policy);
	edoc_trust_free(run.trust);
	return status;
}

int main(int argc, char **argv)
{
	static const struct cmd_verb verify = {
	        "",
	        "PATH...",
	        N_("judge packages and signatures, and say why"),
	        options,
	        CMD_ITEMS | CMD_JSON | CMD_AT | CMD_TRUST | CMD_POLICY | CMD_COLOR | CMD_PROGRESS |
	                CMD_JOBS | CMD_NET,
	        run_verify,
	};
	static const struct cmd_tool tool = {"edoc-verify", N_("verify signed document packages"),
	                                     NULL, &verify};

	return cmd_main(&tool, argc, argv);
}
