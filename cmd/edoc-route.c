/* SPDX-License-Identifier: ISC */
/* edoc-route: moves packages along their routes, from desk to desk. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "route.h"

#define DESK                                                                                       \
	{                                                                                          \
		"directory", 'C', "DESK", N_("the desk's folder"), false                           \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, 0, NULL, NULL, false                                                         \
	}

static const struct cmd_option desk_options[] = {DESK, END};
static const struct cmd_option export_options[] = {
        {"directory", 'C', "DESK", N_("the desk's folder"), false},
        {"output", 'o', "PKG", N_("the package to write (required)"), false},
        {"for-party", 0, NULL, N_("without the bodies of internal steps"), false},
        {NULL, 0, NULL, NULL, false},
};
static const struct cmd_option certificate_options[] = {
        DESK,
        {"format", 0, "FORM", N_("text (default) or html, a page to print"), false},
        {"output", 'o', "FILE", N_("where it goes (default: stdout)"), false},
        END};

static const struct cmd_option merge_options[] = {
        DESK, {"output", 'o', "PKG", N_("the package to write, of packages alone"), false}, END};

static const struct cmd_option lint_options[] = {
        {"calendar", 0, "NAME|FILE", N_("count by this calendar, not the one the route names"),
         false},
        {"directory", 0, "FILE|PKG", N_("can the people of this directory do it today?"), false},
        {"year", 0, "YEAR", N_("try the days of this year as start dates; this year's else"),
         false},
        END};
static const struct cmd_option init_options[] = {
        DESK,
        {"agency", 0, "ID", N_("the agency's id in the directory"), false},
        {"zone", 0, "ZONE", N_("time zone, as Asia/Dushanbe; UTC when left out"), false},
        {"key", 0, "FILE", N_("the desk's PEM key and certificate; made when left out"), false},
        {"trust", 0, "FOLDER", N_("anchors: sub-folders sign, directory, route"), true},
        END};
static const struct cmd_option install_options[] = {
        DESK, {"trust-list", 0, NULL, N_("show whom the desk believes, and stop"), false}, END};
static const struct cmd_option submit_options[] = {
        DESK,
        {"route", 0, "ID", N_("the route it takes"), false},
        {"field", 0, "NAME=VALUE", N_("a field that the route declares"), true},
        {"channel", 0, "KIND", N_("how it came: portal, post, counter or paper"), false},
        {"received", 0, "TIME", N_("when the paper came: post, counter, paper"), false},
        {"evidence", 0, "PKG", N_("what shows that: a scan in a package that you signed"), false},
        {"document", 0, "ID=NAME", N_("which document of the service that file is"), true},
        {"link", 0, "CASE=HOW", N_("another case, and what this one is to it"), true},
        {"text", 0, "TEXT", N_("a note to the first entry"), false},
        END};
static const struct cmd_option do_options[] = {
        DESK,
        {"step", 0, "STEP", N_("the step, when it is not the one that is open"), false},
        {"to", 0, "WHOM", N_("who acts later: PERSON, POST@AGENCY or AGENCY; the first answers"),
         true},
        {"reason", 0, "REASON", N_("why: where the route asks for it"), false},
        {"text", 0, "TEXT", N_("a resolution's or report's text"), false},
        {"within", 0, "TERM", N_("a shorter term for the step that this one sets it for"), false},
        {"attach", 0, "PKG", N_("the signed package that the step hands in"), false},
        {"with", 0, "PKG", N_("the corrected package, signed, of a step that edits"), false},
        {"document", 0, "ID=NAME", N_("which document of the service a file of it is"), true},
        END};
static const struct cmd_option delegate_options[] = {
        DESK,
        {"to", 0, "WHOM", N_("PERSON, or the POST@AGENCY of one (required)"), false},
        {"until", 0, "DAY", N_("the last day of it; without: while the step is open"), false},
        {"step", 0, "STEP", N_("the step, when several could be meant"), false},
        {"reason", 0, "REASON", N_("why"), false},
        END};
static const struct cmd_option reassign_options[] = {
        DESK,
        {"to", 0, "WHOM", N_("PERSON, POST@AGENCY or AGENCY; the first answers (required)"), true},
        {"step", 0, "STEP", N_("the step, when several could be meant"), false},
        {"reason", 0, "REASON", N_("why (required)"), false},
        END};
#define CLOCK                                                                                      \
	{"clock", 0, "NAME", N_("a clock of the route, where several could be meant"), false},     \
	{                                                                                          \
		"step", 0, "STEP", N_("the step whose term it is, where several could be meant"),  \
		        false                                                                      \
	}
#define WORDS                                                                                      \
	{                                                                                          \
		"text", 0, "TEXT", N_("what is to be said to it"), false                           \
	}
#define WHY                                                                                        \
	{                                                                                          \
		"reason", 0, "REASON", N_("why; the route may list the reasons"), false            \
	}
static const struct cmd_option extend_options[] = {
        DESK,
        CLOCK,
        {"more", 0, "TERM", N_("so much more: 5wd; where the route leaves that open"), false},
        WHY,
        WORDS,
        END};
static const struct cmd_option stop_options[] = {DESK, CLOCK, WHY, WORDS, END};
static const struct cmd_option resume_options[] = {DESK, CLOCK, WORDS, END};
static const struct cmd_option withdraw_options[] = {DESK, WHY, WORDS, END};
static const struct cmd_option send_options[] = {
        DESK, {"again", 0, NULL, N_("the same package once more: no receipt came"), false}, END};
#define NO_INDEX                                                                                   \
	{                                                                                          \
		"no-index", 0, NULL, N_("look at every case in its folder"), false                 \
	}
static const struct cmd_option index_options[] = {
        DESK,
        {"rebuild", 0, NULL, N_("make it anew, of the case folders alone"), false},
        {"check", 0, NULL, N_("hold it against all case folders"), false},
        END};
static const struct cmd_option find_options[] = {DESK, NO_INDEX, END};
static const struct cmd_option status_options[] = {
        DESK,
        NO_INDEX,
        {"days", 0, "N", N_("what ends within N days is told (30)"), false},
        {"prometheus", 0, NULL, N_("numbers for Prometheus"), false},
        END};
static const struct cmd_option restore_options[] = {
        DESK,
        {"gap", 0, "N", N_("registers go on N numbers higher (1000)"), false},
        END};
static const struct cmd_option confirm_options[] = {
        DESK,
        {"all", 0, NULL, N_("all cases of before"), false},
        END};
static const struct cmd_option audit_options[] = {
        DESK,
        {"from", 0, "DAY", N_("late steps and missing days from this day on"), false},
        {"to", 0, "DAY", N_("and up to this day"), false},
        END};
static const struct cmd_option inbox_options[] = {
        DESK,
        NO_INDEX,
        {"who", 0, "CERT", N_("only what waits for the holder of this certificate"), false},
        END};
static const struct cmd_option due_terms_options[] = {
        DESK,
        NO_INDEX,
        {"by", 0, "DAY", N_("only what ends on this day or before"), false},
        {"overdue", 0, NULL, N_("only what is late"), false},
        END};

/* ---- what verbs share ---- */

void route_close(struct route_run *run)
{
	edoc_fetcher_free(run->fetcher);
	edoc_key_free(run->key);
	edoc_desk_free(run->desk);
	edoc_policy_free(run->policy);
}

/* A desk that is setgid is a group's: what one of them writes there the others
 * may, whatever the umask is.  A verb that writes elsewhere keeps to it. */
static void share(const struct cmd *cmd, const char *place)
{
	struct stat st;

	bool elsewhere = cmd_has(cmd, "output") && cmd_given(cmd, "output");

	if (!elsewhere && !stat(place, &st) && (st.st_mode & S_ISGID) && (st.st_mode & S_IWGRP))
		umask(umask(0) & ~(mode_t)S_IRWXG);
}

int route_open(struct cmd *cmd, struct route_run *run)
{
	const char *place = cmd_place(cmd, "EDOC_DESK", "desk");
	struct edoc_error err = {0};

	if (!place)
		return CMD_CONFIG;
	share(cmd, place);
	if (edoc_policy_strict(&run->policy, &err) != EDOC_OK ||
	    edoc_desk_open(place, run->policy, &run->desk, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	run->act.now = cmd->now;
	run->act.dry = cmd->dry_run;
	return 0;
}

int route_open_key(struct cmd *cmd, struct route_run *run)
{
	int status = route_open(cmd, run);

	if (!status)
		status = cmd_key(cmd, &run->key);
	run->act.key = run->key;
	return status;
}

/* Prints what the library made, unless it should be quiet. */
int route_tell(struct cmd *cmd, const char *item, enum edoc_code code, const struct edoc_error *err,
               char *text, char *json)
{
	int status = 0;

	if (code != EDOC_OK)
		status = item ? cmd_fail_item(cmd, item, err) : cmd_fail(cmd, err);
	else if (json && *json)
		cmd_print(cmd, json), json = NULL;
	else if (text && *text && !cmd->quiet)
		cmd_print(cmd, text), text = NULL;
	edoc_free(text);
	edoc_free(json);
	return status;
}

/* ---- init ---- */

static int run_init(struct cmd *cmd)
{
	const char *place = cmd_place(cmd, "EDOC_DESK", "desk");
	struct edoc_desk_init init = {.agency = cmd_value(cmd, "agency"),
	                              .zone = cmd_value(cmd, "zone"),
	                              .key_path = cmd_value(cmd, "key"),
	                              .trust = cmd_values(cmd, "trust", NULL),
	                              .now = cmd->now,
	                              .dry = cmd->dry_run};
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};

	if (!place)
		return CMD_CONFIG;
	if (!init.agency)
		return cmd_usage(cmd, _("init needs --agency"));
	enum edoc_code code = edoc_desk_init(place, &init, TEXT(cmd), JSON(cmd), &err);
	return route_tell(cmd, NULL, code, &err, text, json);
}

/* ---- acts ---- */

static int install_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_install(run->desk, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

/* 1: there is a purpose that a desk cannot do without, and nobody for it. */
static int list_trust(struct cmd *cmd, const struct route_run *run)
{
	const unsigned needed = EDOC_FOR_SIGN | EDOC_FOR_DIRECTORY | EDOC_FOR_ROUTE;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	unsigned missing = 0;
	enum edoc_code code = edoc_desk_anchors(run->desk, TEXT(cmd), JSON(cmd), &missing, &err);
	int status = route_tell(cmd, NULL, code, &err, text, json);

	return status ? status : (missing & needed) != 0;
}

static int run_install(struct cmd *cmd)
{
	bool list = cmd_given(cmd, "trust-list");
	struct route_run run = {0};

	if (list && (cmd->n || cmd_given(cmd, "files-from")))
		return cmd_usage(cmd, _("--trust-list installs nothing: no packages"));
	int status = route_open(cmd, &run);

	if (!status && list)
		status = list_trust(cmd, &run);
	else if (!status)
		status = cmd_each(cmd, install_one, &run);
	route_close(&run);
	return status;
}

static int submit_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_submit(run->desk, item, run->word, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int run_submit(struct cmd *cmd)
{
	struct route_run run = {.word = cmd_value(cmd, "route")};
	size_t n;

	if (!run.word)
		return cmd_usage(cmd, _("submit needs --route"));
	int status = route_open_key(cmd, &run);
	run.act.text = cmd_value(cmd, "text");
	run.act.fields = cmd_values(cmd, "field", &n);
	run.act.channel = cmd_value(cmd, "channel");
	run.act.documents = cmd_values(cmd, "document", &n);
	run.act.received = cmd_value(cmd, "received");
	run.act.evidence = cmd_value(cmd, "evidence");
	run.act.links = cmd_values(cmd, "link", &n);
	if (!status)
		status = cmd_each(cmd, submit_one, &run);
	route_close(&run);
	return status;
}

static int do_one(struct cmd *cmd, const char *item, struct route_run *run)
{
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code =
	        edoc_desk_do(run->desk, run->word, item, &run->act, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

/* The list that the cases come from, or NULL: they are operands. */
static const char *list_of(struct cmd *cmd)
{
	for (size_t i = 1; i < cmd->n; i++)
		if (!strcmp(cmd->operands[i], "-"))
			return "-";
	return cmd_value(cmd, "files-from");
}

static int run_do(struct cmd *cmd)
{
	const char *const *items;
	struct route_run run = {0};
	size_t n, n_to, n_documents;

	if (cmd->n == 0)
		return cmd_usage(cmd, _("do what, with which case? OUTCOME CASE..."));
	if (cmd_given(cmd, "document") && !cmd_given(cmd, "with"))
		return cmd_usage(cmd, _("--document is said of the package of --with"));
	int status = cmd_items(cmd, &items, &n);
	if (!status && n < 2 && !list_of(cmd))
		return cmd_usage(cmd, _("do %s with which case?"), items[0]);
	if (!status && n < 2) {
		cmd_error(cmd, list_of(cmd), _("the list of cases is empty"));
		return CMD_ABSENT;
	}
	if (!status)
		status = route_open_key(cmd, &run);
	route_stamping(cmd, &run);
	if (!status) {
		run.word = items[0];
		run.act.step = cmd_value(cmd, "step");
		run.act.attach = cmd_value(cmd, "attach");
		run.act.within = cmd_value(cmd, "within");
		run.act.with = cmd_value(cmd, "with");
		run.act.documents = cmd_values(cmd, "document", &n_documents);
		run.act.reason = cmd_value(cmd, "reason");
		run.act.to = cmd_values(cmd, "to", &n_to);
		run.act.text = cmd_value(cmd, "text");
		for (size_t i = 1; i < n; i++) {
			status = cmd_fold(status, do_one(cmd, items[i], &run));
			cmd_flush(cmd);
		}
	}
	route_close(&run);
	return status;
}

/* ---- looking ---- */

static int run_inbox(struct cmd *cmd)
{
	const char *who = cmd_value(cmd, "who"), *cert = NULL;
	char *text = NULL, *json = NULL, sha256[65];
	struct edoc_error err = {0};
	struct route_run run = {0};
	size_t n = 0;
	int status = cmd_given(cmd, "key") ? route_open_key(cmd, &run) : route_open(cmd, &run);

	if (!status)
		edoc_desk_use_index(run.desk, !cmd_given(cmd, "no-index"));
	if (!status && run.key)
		cert = edoc_key_cert_sha256(run.key);
	if (!status && who) {
		if (edoc_cert_sha256(who, sha256, &err) != EDOC_OK)
			status = cmd_fail(cmd, &err);
		cert = sha256;
	}
	if (!status) {
		enum edoc_code code =
		        edoc_desk_inbox(run.desk, cert, cmd->at, TEXT(cmd), JSON(cmd), &n, &err);
		status = route_tell(cmd, NULL, code, &err, text, json);
	}
	route_close(&run);
	return status;
}

static int show_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = edoc_desk_show(run->desk, item, cmd->at, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int log_one(struct cmd *cmd, const char *item, void *arg)
{
	struct route_run *run = arg;
	char *text = NULL, *json = NULL;
	struct edoc_error err = {0};
	enum edoc_code code = edoc_desk_log(run->desk, item, TEXT(cmd), JSON(cmd), &err);

	return route_tell(cmd, item, code, &err, text, json);
}

static int run_export(struct cmd *cmd)
{
	struct route_run run = {0};
	struct edoc_error err = {0};
	const char *out;
	int status = cmd_output(cmd, &out);

	if (status)
		return status;
	if (!out || cmd->n != 1)
		return cmd_usage(cmd, _("one CASE and -o PKG are needed"));
	status = route_open(cmd, &run);
	if (!status && edoc_desk_export(run.desk, cmd->operands[0], out,
	                                cmd_given(cmd, "for-party"), cmd->force, &err) != EDOC_OK)
		status = cmd_fail(cmd, &err);
	if (!status && !cmd->quiet)
		printf("%s\n", cmd_text(cmd, out));
	route_close(&run);
	return status;
}

static int look(struct cmd *cmd, cmd_item_fn *fn)
{
	struct route_run run = {0};
	int status = route_open(cmd, &run);

	if (!status)
		status = cmd_each(cmd, fn, &run);
	route_close(&run);
	return status;
}

static int run_show(struct cmd *cmd)
{
	return look(cmd, show_one);
}

static int run_log(struct cmd *cmd)
{
	return look(cmd, log_one);
}

static const struct cmd_option due_options[] = {
        DESK,
        {"calendar", 0, "NAME|FILE", N_("the calendar that counts"), false},
        {"from", 0, "DAY|TIME", N_("when it began (required)"), false},
        {"within", 0, "TERM", N_("15d, 3wd (working days) or 1mo (required)"), false},
        {"start", 0, "RULE", N_("day 1: next-day, same-day or next-working-day"), false},
        {"roll", 0, "RULE", N_("a last day that is off: next, previous or none"), false},
        {"cutoff", 0, "HH:MM", N_("from this time on it counts as the next working day"), false},
        {"zone", 0, "ZONE", N_("time zone, as Asia/Dushanbe; the desk's when left out"), false},
        {"stopped", 0, "FROM/TO", N_("the clock stood still; without TO it does yet"), true},
        {"extended", 0, "HOW", N_("\"to 1mo\" in all, or \"by 5wd\" more"), true},
        END};
static const struct cmd_option count_options[] = {
        DESK, {"calendar", 0, "NAME|FILE", N_("the calendar that counts (required)"), false}, END};
static const struct cmd_option import_options[] = {
        {"name", 0, "NAME", N_("what the calendar is called (required)"), false},
        {"covers", 0, "YEAR[-YEAR]", N_("the years it covers (required)"), false},
        {"weekend", 0, "DAYS", N_("as fri,sat; sat,sun when left out"), false},
        END};
static const struct cmd_option against_options[] = {
        {"against", 0, "FILE|PKG", N_("the version that it must follow"), false}, END};
static const struct cmd_option of_directory_options[] = {
        DESK, {"file", 0, "FILE|PKG", N_("this directory, not the desk's"), false}, END};
static const struct cmd_option who_options[] = {
        DESK,
        {"file", 0, "FILE|PKG", N_("this directory, not the desk's"), false},
        {"route", 0, "ID|FILE", N_("the name is a role of this route"), false},
        END};

static const struct cmd_option rotate_options[] = {
        DESK,
        {"output", 'o', "PKG", N_("the record to write, which the old key and the new sign"),
         false},
        {"new-key", 0, "FILE", N_("a PEM key and certificate; made when left out"), false},
        {"finish", 0, NULL, N_("turn to the new key, which the directory lists by now"), false},
        END};

static const struct cmd_option service_options[] = {
        DESK,
        {"folder", 0, "FOLDER", N_("the routes of this folder, not the desk's"), false},
        END};

static const struct cmd_option fmt_options[] = {
        {"check", 0, NULL, N_("print the names of files that are written otherwise; 1 if any"),
         false},
        {"write", 'w', NULL, N_("replace such files; print their names"), false},
        END};

static const struct cmd_option services_options[] = {
        DESK,
        {"folder", 0, "FOLDER", N_("the routes of this folder, not the desk's"), false},
        {"owner", 0, "ID", N_("only those of this agency"), false},
        {"channel", 0, "KIND", N_("only what comes by portal, post, counter or paper"), false},
        {"free", 0, NULL, N_("only what costs nothing"), false},
        END};

static const struct cmd_verb verbs[] = {
        {"lint", "[--calendar C] [--year Y] [--directory D] ROUTE.yaml...", N_("check route files"), lint_options,
         CMD_ITEMS | CMD_JSON | CMD_AT, route_lint},
        {"fmt", "[--check|-w] ROUTE.yaml...", N_("print the canonical form of route files"),
         fmt_options, CMD_ITEMS | CMD_JSON | CMD_DRY, route_fmt},
        {"init", "-C DESK --agency ID [--key FILE] [--trust FOLDER]", N_("make a desk"),
         init_options, CMD_JSON | CMD_DRY | CMD_NO_OPERANDS, run_init},
        {"install", "PKG...|--trust-list", N_("install signed routes, calendars, directories"),
         install_options, CMD_ITEMS | CMD_JSON | CMD_DRY, run_install},
        {"submit", "--route ID PKG...", N_("make cases of packages; prints their ids"),
         submit_options, CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, run_submit},
        {"inbox", "[--who CERT|--key K]", N_("what waits at this desk"), inbox_options,
         CMD_JSON | CMD_KEY | CMD_AT | CMD_NO_OPERANDS, run_inbox},
        {"due", "[--by DAY] [--overdue]", N_("which terms end at this desk, the earliest first"),
         due_terms_options, CMD_JSON | CMD_AT | CMD_NO_OPERANDS, route_due},
        {"find", "WORD...", N_("cases by number, document, initiator or title"), find_options,
         CMD_JSON, route_find},
        {"show", "CASE...", N_("where a case stands"), desk_options, CMD_ITEMS | CMD_JSON | CMD_AT,
         run_show},
        {"log", "CASE...", N_("what was done in a case"), desk_options, CMD_ITEMS | CMD_JSON,
         run_log},
        {"do", "OUTCOME CASE...", N_("do the open step: agree, sign, register ..."), do_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY | CMD_TSA, run_do},
        {"extend", "--reason R CASE...", N_("give a term more time, as the route allows"),
         extend_options, CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, route_extend},
        {"stop", "--reason R CASE...", N_("let a term stand still"), stop_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, route_stop},
        {"resume", "CASE...", N_("let a term run on that stands still"), resume_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, route_resume},
        {"withdraw", "--reason R CASE...", N_("take a case back, where the route allows it"),
         withdraw_options, CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, route_withdraw},
        {"delegate", "CASE... --to WHOM [--until DAY]",
         N_("let somebody do the open step in your place"), delegate_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, route_delegate},
        {"reassign", "CASE... --to WHOM --reason R", N_("give the open step to another"),
         reassign_options, CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY, route_reassign},
        {"send", "[CASE...]", N_("put cases that are due into out/, and hand that over"),
         send_options, CMD_ITEMS | CMD_JSON | CMD_DRY, route_send},
        {"receive", "[PKG...]", N_("take in what came, answer receipts"), desk_options,
         CMD_ITEMS | CMD_JSON | CMD_DRY, route_receive},
        {"tick", "", N_("all that a desk does by itself: for cron"), desk_options,
         CMD_JSON | CMD_DRY | CMD_NO_OPERANDS | CMD_TSA, route_tick},
        {"audit", "[--from DAY] [--to DAY]", N_("a whole desk before an inspector"),
         audit_options, CMD_JSON | CMD_AT | CMD_NO_OPERANDS, route_audit},
        {"checkpoint", "", N_("sign and time-stamp how far all cases are"), desk_options,
         CMD_JSON | CMD_DRY | CMD_NO_OPERANDS | CMD_TSA, route_checkpoint},
        {"outbox", "", N_("what waits to leave, and what is not answered"), desk_options,
         CMD_JSON | CMD_NO_OPERANDS, route_outbox},
        {"status", "[--days N] [--prometheus]", N_("what is late, stuck, broken, or ends soon"),
         status_options, CMD_JSON | CMD_NO_OPERANDS, route_status},
        {"index", "[--rebuild|--check]", N_("lists of thousands of cases in a second"),
         index_options, CMD_JSON | CMD_NO_OPERANDS, route_index},
        {"backup", "DIR", N_("a copy of the desk, whole while others act"), desk_options,
         CMD_JSON, route_backup},
        {"restore", "-C DESK BACKUP", N_("make a desk of its copy"), restore_options, CMD_JSON,
         route_restore},
        {"confirm", "CASE...|--all", N_("a restored desk has the newest copy of these"),
         confirm_options, CMD_ITEMS | CMD_JSON | CMD_DRY, route_confirm},
        {"verify", "PKG|CASE...", N_("prove that the procedure was followed"), desk_options,
         CMD_ITEMS | CMD_JSON | CMD_TRUST | CMD_POLICY | CMD_AT, route_verify},
        {"certificate", "[--format text|html] [-o FILE] PKG|CASE",
         N_("one sheet that says whether the procedure was followed"), certificate_options,
         CMD_JSON | CMD_TRUST | CMD_POLICY | CMD_AT | CMD_FORCE, route_certificate},
        {"export", "CASE -o PKG", N_("write a case's package with its ledger"), export_options,
         CMD_FORCE, run_export},
        {"merge", "PKG... -o NEW|PKG... CASE", N_("unite copies of a case that went on apart"),
         merge_options, CMD_JSON | CMD_DRY | CMD_FORCE | CMD_TRUST | CMD_POLICY, route_merge},
        {"services show", "ID", N_("the whole passport of a service"), service_options, CMD_JSON,
         route_services_show},
        {"services", "[QUERY]", N_("what can be asked for; -v: the whole passports"),
         services_options, CMD_JSON, route_services},
        {"calendar check", "NAME|FILE...", N_("check calendars"), desk_options,
         CMD_ITEMS | CMD_JSON | CMD_AT, route_calendar_check},
        {"calendar due", "--calendar C --from DAY --within TERM", N_("when a term ends; -v: why"),
         due_options, CMD_JSON | CMD_NO_OPERANDS, route_calendar_due},
        {"calendar count", "--calendar C FROM TO", N_("how many days lie between two"),
         count_options, CMD_JSON, route_calendar_count},
        {"calendar ical", "NAME|FILE", N_("a calendar for other programs (iCalendar)"),
         desk_options, 0, route_calendar_ical},
        {"calendar import", "--name NAME --covers YEAR-YEAR FILE.ics",
         N_("a calendar out of iCalendar, as YAML"), import_options, CMD_AT,
         route_calendar_import},
        {"directory check", "[--against OLD] FILE|PKG...", N_("check directories"), against_options,
         CMD_ITEMS | CMD_JSON, route_directory_check},
        {"directory show", "[AGENCY|PERSON...]", N_("who holds which post, and until when"),
         of_directory_options, CMD_JSON | CMD_AT, route_directory_show},
        {"directory who", "[--route R] ROLE|[AGENCY/[UNIT/]]POST", N_("who may act"), who_options,
         CMD_JSON | CMD_AT, route_directory_who},
        {"directory diff", "OLD NEW", N_("what a version says otherwise"), NULL, CMD_JSON,
         route_directory_diff},
        {"directory rotate", "-o PKG|--finish", N_("another key for the desk"), rotate_options,
         CMD_JSON | CMD_DRY | CMD_FORCE | CMD_NO_OPERANDS, route_directory_rotate},
        {NULL, NULL, NULL, NULL, 0, NULL},
};

int main(int argc, char **argv)
{
	static const struct cmd_tool tool = {
	        "edoc-route", N_("move packages along their routes, from desk to desk"), verbs,
	        NULL};

	return cmd_main(&tool, argc, argv);
}
