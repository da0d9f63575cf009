/* SPDX-License-Identifier: ISC */
/* edoc-sign: what its verbs read from their options alike. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sign.h"

static int choose_level(struct cmd *cmd, enum edoc_level *level)
{
	static const char *const names[] = {"B", "T", "LT", "LTA"};
	const char *given = cmd_has(cmd, "level") ? cmd_value(cmd, "level") : NULL;

	*level = EDOC_LEVEL_B;
	for (size_t i = 0; given && i < sizeof names / sizeof *names; i++) {
		if (!strcasecmp(given, names[i])) {
			*level = (enum edoc_level)i;
			return 0;
		}
	}
	return given ? cmd_usage(cmd, _("no level \"%s\": B, T, LT or LTA"), given) : 0;
}

static int choose_form(struct cmd *cmd, enum edoc_form *form)
{
	const char *given = cmd_has(cmd, "format") ? cmd_value(cmd, "format") : NULL;

	*form = EDOC_FORM_AUTO;
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
		const char *name, **value;
	} parts[] = {{"street", &s->place.street},
	             {"city", &s->place.city},
	             {"region", &s->place.region},
	             {"postal-code", &s->place.postal_code},
	             {"country", &s->place.country}};
	const char *const *given;
	size_t n = 0;

	if (!cmd_has(cmd, "place"))
		return 0;
	given = cmd_values(cmd, "place", &n);
	for (size_t i = 0; i < n; i++) {
		const char *equals = strchr(given[i], '=');
		size_t k = 0, len = equals ? (size_t)(equals - given[i]) : 0;

		while (k < 5 && (strlen(parts[k].name) != len ||
		                 strncmp(parts[k].name, given[i], len) != 0))
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
	s->options.place = n ? &s->place : NULL;
	return 0;
}

/* An identifier can hold a '=' (a URI's query): the file begins after the last. */
static int set_signed_policy(struct cmd *cmd, struct signing *s)
{
	const char *given, *equals;

	if (!cmd_has(cmd, "signature-policy"))
		return 0;
	given = cmd_value(cmd, "signature-policy");
	s->signed_policy.url = cmd_value(cmd, "signature-policy-url");
	if (!given && s->signed_policy.url)
		return cmd_usage(cmd, _("--signature-policy-url goes with --signature-policy"));
	if (!given)
		return 0;
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

/* Levels above B are made of what others answer: whoever asks for one has
 * asked for the network. */
static int set_network(struct cmd *cmd, struct signing *s)
{
	int status;

	if (!cmd_has(cmd, "tsa") || (s->options.level == EDOC_LEVEL_B && !s->options.content_stamp))
		return 0;
	status = cmd_tsas(cmd, &s->options.tsas, &s->options.n_tsas);
	if (!status)
		status = cmd_fetcher_online(cmd, &s->fetcher);
	s->options.fetch = s->fetcher ? edoc_fetcher_fetch : NULL;
	s->options.fetch_arg = s->fetcher;
	return status;
}

int sign_begin(struct cmd *cmd, struct signing *s, bool key)
{
	int status = cmd_policy(cmd, &s->policy);

	s->options.at = cmd->now;
	s->options.policy = s->policy;
	s->options.overwrite = cmd->force;
	s->options.role = cmd_has(cmd, "role") ? cmd_value(cmd, "role") : NULL;
	s->options.commitment = cmd_has(cmd, "commitment") ? cmd_value(cmd, "commitment") : NULL;
	s->options.content_stamp =
	        cmd_has(cmd, "content-timestamp") && cmd_given(cmd, "content-timestamp");
	if (!status)
		status = choose_level(cmd, &s->options.level);
	if (!status)
		status = choose_form(cmd, &s->options.form);
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
	if (!status && key)
		status = cmd_key(cmd, &s->key);
	s->options.key = s->key;
	return status;
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
}

int sign_told(struct cmd *cmd, const char *path, char *made)
{
	const char *pairs[] = {"path", path, "signature", made, NULL};
	struct edoc_error err = {0};
	char *json = NULL;
	enum edoc_code code = EDOC_OK;

	if (!made)
		pairs[2] = NULL;
	if (cmd->json)
		code = edoc_result_json(pairs, &json, &err);
	if (json)
		cmd_print(cmd, json);
	else if (code == EDOC_OK && !cmd->quiet)
		printf("%s\n", cmd_text(cmd, path));
	edoc_free(made);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

void sign_show_who(struct cmd *cmd, const struct signing *s)
{
	char t[CMD_TIME];

	cmd_time(t, s->options.at);
	cmd_note(cmd, NULL, _("signing as %s at %s:"), edoc_key_subject(s->key), t);
}
