/* SPDX-License-Identifier: ISC */
/* edoc-sign: what its verbs read from their options alike. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sign.h"

static int choose_level(struct signing *s, enum edoc_level *level)
{
	static const char *const names[] = {"B", "T", "LT", "LTA"};
	struct cmd *cmd = s->cmd;
	const char *given = NULL;
	int status = cmd_has(cmd, "level") ? sign_choose(s, "level", "level", &given) : 0;

	*level = EDOC_LEVEL_B;
	if (status)
		return status;
	for (size_t i = 0; given && i < sizeof names / sizeof *names; i++) {
		if (!strcasecmp(given, names[i])) {
			*level = (enum edoc_level)i;
			return 0;
		}
	}
	return given ? cmd_usage(cmd, _("no level \"%s\": B, T, LT or LTA"), given) : 0;
}

static int choose_form(struct signing *s, enum edoc_form *form)
{
	struct cmd *cmd = s->cmd;
	const char *given = NULL;
	int status = cmd_has(cmd, "format") ? sign_choose(s, "format", "form", &given) : 0;

	*form = EDOC_FORM_AUTO;
	if (status)
		return status;
	if (given && !strcasecmp(given, "xades"))
		*form = EDOC_XADES;
	else if (given && !strcasecmp(given, "cades"))
		*form = EDOC_CADES;
	else if (given)
		return cmd_usage(cmd, _("no form \"%s\": xades or cades"), given);
	return 0;
}

static int set_place(struct cmd *cmd, struct signing *s)
{
	const struct {
		const char *name, *key, **value;
	} parts[] = {{"street", "place.street", &s->place.street},
	             {"city", "place.city", &s->place.city},
	             {"region", "place.region", &s->place.region},
	             {"postal-code", "place.postal-code", &s->place.postal_code},
	             {"country", "place.country", &s->place.country}};
	const char *const *given;
	size_t n = 0;

	if (!cmd_has(cmd, "place"))
		return 0;
	given = cmd_values(cmd, "place", &n);
	for (size_t k = 0; s->profile && k < 5; k++) {
		int status = sign_choose(s, "place", parts[k].key, NULL);

		if (status)
			return status;
		if (!n)
			*parts[k].value = edoc_signing_profile_get(s->profile, parts[k].key);
		if (*parts[k].value)
			s->options.place = &s->place;
	}
	for (size_t i = 0; i < n; i++) {
		const char *equals = strchr(given[i], '=');
		size_t k = 0, len = equals ? (size_t)(equals - given[i]) : 0;

		while (k < 5 &&
		       (strlen(parts[k].name) != len || strncmp(parts[k].name, given[i], len) != 0))
			k++;
		if (!equals || k == 5)
			return cmd_usage(cmd,
			                 _("--place takes street=, city=, region=, postal-code= or "
			                   "country=, not \"%s\""),
			                 given[i]);
		if (*parts[k].value)
			return cmd_usage(cmd, _("--place says the %s twice"), parts[k].name);
		*parts[k].value = equals + 1;
	}
	if (n)
		s->options.place = &s->place;
	return 0;
}

/* The profile's, until the command line has one. */
static void profile_policy(struct signing *s)
{
	s->signed_policy.id = edoc_signing_profile_get(s->profile, "signature-policy.id");
	s->signed_policy.path = edoc_signing_profile_get(s->profile, "signature-policy.file");
	s->signed_policy.url = edoc_signing_profile_get(s->profile, "signature-policy.url");
	s->options.signed_policy = s->signed_policy.id ? &s->signed_policy : NULL;
}

/* An identifier can hold a '=' (a URI's query): the file begins after the last. */
static int set_signed_policy(struct cmd *cmd, struct signing *s)
{
	const char *given, *equals;

	if (!cmd_has(cmd, "signature-policy"))
		return 0;
	if (s->profile) {
		int status = sign_choose(s, "signature-policy", "signature-policy.id", NULL);

		if (status)
			return status;
		profile_policy(s);
	}
	given = cmd_value(cmd, "signature-policy");
	if (!given && cmd_given(cmd, "signature-policy-url"))
		return cmd_usage(cmd, _("--signature-policy-url goes with --signature-policy"));
	if (!given)
		return 0;
	s->signed_policy.url = cmd_value(cmd, "signature-policy-url");
	equals = strrchr(given, '=');
	if (!equals || equals == given || !equals[1])
		return cmd_usage(cmd, _("--signature-policy takes ID=FILE, not \"%s\""), given);
	s->signed_policy.id = cmd_keep(cmd, strndup(given, (size_t)(equals - given)));
	s->signed_policy.path = equals + 1;
	s->options.signed_policy = &s->signed_policy;
	return 0;
}

static int open_data(struct cmd *cmd, struct signing *s)
{
	const char *const *given;
	struct stat st;
	size_t n = 0;

	if (!cmd_has(cmd, "data"))
		return 0;
	given = cmd_values(cmd, "data", &n);
	s->data = n ? cmd_alloc(n * sizeof *s->data) : NULL;
	s->options.data = s->data;
	for (size_t i = 0; i < n; i++) {
		s->data[i].name = given[i];
		s->data[i].fd = cmd_open(given[i]);
		if (s->data[i].fd < 0) {
			int error = errno;

			cmd_error(cmd, given[i], "%s", strerror(error));
			return cmd_open_exit(error);
		}
		s->options.n_data++;
		if (fstat(s->data[i].fd, &st) != 0 || !S_ISREG(st.st_mode)) {
			cmd_error(cmd, given[i], "%s", _("not a regular file"));
			return CMD_INPUT;
		}
	}
	return 0;
}

/* A TSA that is named and not asked: whoever has not said that he wants level B
 * expects a time-stamp. */
static int check_unasked(struct signing *s)
{
	struct cmd *cmd = s->cmd;
	const char *level = NULL;
	int status = 0;

	if (!cmd_has(cmd, "tsa") || !cmd_given(cmd, "tsa"))
		return 0;
	if (!cmd_has(cmd, "level"))
		return cmd_usage(cmd, _("--tsa goes with --content-timestamp"));
	status = sign_choose(s, "level", "level", &level);
	if (!status && !level)
		return cmd_usage(cmd, _("--tsa goes with --level T, LT or LTA, or with "
		                        "--content-timestamp"));
	if (!status)
		cmd_warn(cmd, NULL, _("--tsa: at level B nobody is asked"));
	return status;
}

/* Levels above B are made of what others answer: whoever asks for one has
 * asked for the network. */
static int set_network(struct cmd *cmd, struct signing *s)
{
	unsigned n = 1;
	bool asks = s->options.level != EDOC_LEVEL_B || s->options.content_stamp;
	int status = cmd_has(cmd, "tsa") ? sign_choose(s, "tsa", "tsa", NULL) : 0;

	if (status || !cmd_has(cmd, "tsa") || !asks)
		return status ? status : check_unasked(s);
	status = cmd_tsas(cmd, s->profile, &s->options.tsas, &s->options.n_tsas);
	if (!status && cmd_has(cmd, "jobs"))
		status = cmd_jobs(cmd, &n);
	if (cmd_has(cmd, "output") && cmd_given(cmd, "output"))
		n = 1;
	/* Processes that are to stop do not wait for a TSA. */
	if (!status)
		status = cmd_fetcher_online(cmd, n > 1 ? cmd_stop() : -1, &s->fetcher);
	s->options.fetch = s->fetcher ? edoc_fetcher_fetch : NULL;
	s->options.fetch_arg = s->fetcher;
	return status;
}

/* What the signature says of itself. */
static int choose_words(struct signing *s)
{
	struct cmd *cmd = s->cmd;
	const char *stamp = NULL, *policy = NULL;
	int status = sign_choose(s, "policy", "policy", &policy);

	if (!status)
		status = cmd_policy_of(cmd, policy, &s->policy);
	s->options.policy = s->policy;
	if (!status && cmd_has(cmd, "role"))
		status = sign_choose(s, "role", "role", &s->options.role);
	if (!status && cmd_has(cmd, "commitment"))
		status = sign_choose(s, "commitment", "commitment", &s->options.commitment);
	if (!status && cmd_has(cmd, "content-timestamp")) {
		status = sign_choose(s, "content-timestamp", "content-timestamp", &stamp);
		s->options.content_stamp =
		        cmd_given(cmd, "content-timestamp") || (stamp && !strcmp(stamp, "yes"));
	}
	if (!status)
		status = choose_level(s, &s->options.level);
	return status ? status : choose_form(s, &s->options.form);
}

/* Someone else's signature, and why it could not be raised. */
static void tell_beside(void *arg, const char *path, const char *where, const char *why)
{
	if (why)
		cmd_warn(arg, path, _("%s stays below level LT for ever: %s"), where, why);
	else
		cmd_warn(arg, path, _("%s is raised to level LT as well: LTA seals it"), where);
}

/* One of several TSAs, none of which gave a time-stamp. */
static void tell_refused(void *arg, const char *url, const char *where, const char *why)
{
	if (*where)
		cmd_error(arg, url, "%s: %s", where, why);
	else
		cmd_error(arg, url, "%s", why);
}

int sign_begin(struct cmd *cmd, struct signing *s, bool key)
{
	int status;

	s->cmd = cmd;
	s->options.beside = tell_beside;
	s->options.beside_arg = cmd;
	s->options.refused = tell_refused;
	s->options.refused_arg = cmd;
	s->options.at = cmd->now;
	s->options.overwrite = cmd->force;
	status = sign_profile(s);
	if (!status)
		status = choose_words(s);
	if (!status)
		status = set_place(cmd, s);
	if (!status)
		status = set_signed_policy(cmd, s);
	if (!status)
		status = open_data(cmd, s);
	if (!status)
		status = set_network(cmd, s);
	if (!status && cmd_has(cmd, "trust"))
		status = cmd_trust(cmd, &s->trust);
	s->options.trust = s->trust;
	if (!status && s->profile)
		status = cmd_spares(cmd, s->signed_policy.path, "--profile");
	return status || !key ? status : sign_unlock(s);
}

int sign_signer(struct signing *s)
{
	struct cmd_key_paths paths;
	struct edoc_error err = {0};
	int status = cmd_key_paths(s->cmd, &paths);

	if (!status && edoc_signer_check(paths.file, paths.cert, &s->options, &err) != EDOC_OK)
		status = cmd_fail(s->cmd, &err);
	return status;
}

/* What is wrong without the key is told before it is asked for. */
int sign_unlock(struct signing *s)
{
	struct edoc_error err = {0};
	int status = sign_signer(s);

	if (!status)
		status = cmd_key(s->cmd, &s->key);
	if (!status && cmd_has(s->cmd, "pss") && cmd_given(s->cmd, "pss") &&
	    edoc_key_use_pss(s->key, &err) != EDOC_OK)
		status = cmd_fail(s->cmd, &err);
	s->options.key = s->key;
	if (!status)
		sign_note_end(s);
	return status;
}

static void note_end(const struct signing *s, const struct edoc_policy *policy)
{
	struct edoc_key_end end;

	if (!edoc_key_ends(s->key, policy, &end))
		return;
	if (s->options.level == EDOC_LEVEL_B)
		cmd_warn(s->cmd, NULL,
		         _("%s is accepted by the policy %s until %s: after that day this "
		           "signature needs a time-stamp that is older (--level T or above)"),
		         end.what, edoc_policy_name(policy), end.day);
	else
		cmd_warn(s->cmd, NULL,
		         _("%s is accepted by the policy %s until %s: its time-stamp keeps this "
		           "signature beyond that day, later ones need %s"),
		         end.what, edoc_policy_name(policy), end.day,
		         end.padding ? "--pss" : _("another key"));
}

/* What is to hold for decades is judged by the policy for archives one day,
 * whichever it is signed under (TS 119 312). */
void sign_note_end(struct signing *s)
{
	struct edoc_key_end end;
	struct edoc_policy *archive = NULL;

	note_end(s, s->policy);
	if (s->options.level < EDOC_LEVEL_LT || edoc_key_ends(s->key, s->policy, &end))
		return;
	if (edoc_policy_builtin("archive", &archive, NULL) == EDOC_OK)
		note_end(s, archive);
	edoc_policy_free(archive);
}

void sign_end(struct signing *s)
{
	for (size_t i = 0; i < s->options.n_data; i++)
		(void)close(s->data[i].fd);
	free(s->data);
	edoc_fetcher_free(s->fetcher);
	edoc_trust_free(s->trust);
	edoc_key_free(s->key);
	edoc_policy_free(s->policy);
	edoc_signing_profile_free(s->profile);
}

enum edoc_code sign_line(struct cmd *cmd, const char *path, const char *made, const char *done,
                         char **text, struct edoc_error *err)
{
	const char *pairs[8] = {"path", path};
	char *json = NULL;
	size_t n = 2;
	enum edoc_code code;

	*text = NULL;
	if (!cmd->json) {
		/* stdout names what is signed now, whoever reads it next. */
		if (done)
			cmd_warn(cmd, path, "%s", done);
		if (!cmd->quiet)
			*text = cmd_printf("%s\n", cmd_text(cmd, path));
		return EDOC_OK;
	}
	if (made) {
		pairs[n++] = "signature";
		pairs[n++] = made;
	}
	if (done) {
		pairs[n++] = "done";
		pairs[n++] = done;
	}
	code = edoc_result_json(pairs, &json, err);
	if (code == EDOC_OK)
		*text = cmd_printf("%s\n", json);
	edoc_free(json);
	return code;
}

int sign_told(struct cmd *cmd, const char *path, char *made)
{
	struct edoc_error err = {0};
	char *text = NULL;
	enum edoc_code code = sign_line(cmd, path, made, NULL, &text, &err);

	if (!cmd->dry_run)
		cmd_untold(cmd, path,
		           N_("is made, and whole; only the line that tells it could not be "
		              "written"));
	if (text)
		cmd_put(cmd, text, strlen(text));
	free(text);
	edoc_free(made);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

/* A token's session does not survive fork(2). */
static bool in_token(struct cmd *cmd)
{
	struct cmd_key_paths paths;

	return cmd_key_paths(cmd, &paths) == 0 && !strncmp(paths.file, "pkcs11:", 7);
}

int sign_batch(struct signing *s, edoc_batch_work_fn *work, const char *done)
{
	const struct cmd_batch batch = {.work = work,
	                                .arg = s,
	                                .writes = true,
	                                .alone = s->key && in_token(s->cmd),
	                                .done = s->cmd->dry_run ? NULL : done};

	return cmd_batch(s->cmd, &batch);
}

void sign_show_who(struct cmd *cmd, const struct signing *s)
{
	char t[CMD_TIME];

	cmd_time(t, s->options.at);
	cmd_note(cmd, NULL, _("signing as %s at %s:"), edoc_key_subject(s->key), t);
}
