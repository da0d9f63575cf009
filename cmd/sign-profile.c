/* SPDX-License-Identifier: ISC */
/* edoc-sign: an agency's rules, and what the command line may say otherwise. */
#include <string.h>

#include "sign.h"

int sign_profile(struct signing *s)
{
	struct cmd *cmd = s->cmd;
	const char *name = cmd_has(cmd, "profile") ? cmd_value(cmd, "profile") : NULL;

	if (cmd_has(cmd, "profile") && !name)
		name = edoc_conf_get(cmd->conf, "sign-profile");
	if (!name || !strcmp(name, "none"))
		return 0;
	s->options.missing = sign_missing;
	s->options.missing_arg = cmd;
	int status = cmd_signing_profile(cmd, name, &s->profile);
	s->options.profile = s->profile;
	return status;
}

static bool may(const struct edoc_signing_profile *profile, const char *option)
{
	const char *its;

	for (size_t i = 0; (its = edoc_signing_profile_item(profile, "may", i)); i++)
		if (!strcmp(its, option))
			return true;
	return false;
}

static bool given(const struct cmd *cmd, const char *option)
{
	return cmd_has(cmd, option) && cmd_given(cmd, option);
}

int sign_choose(struct signing *s, const char *option, const char *key, const char **value)
{
	struct cmd *cmd = s->cmd;
	const char *set = s->profile ? edoc_signing_profile_get(s->profile, key) : NULL;

	if (value)
		*value = given(cmd, option) ? cmd_value(cmd, option) : set;
	if (given(cmd, option) && set && !may(s->profile, option))
		return cmd_usage(cmd,
		                 _("--%s: the profile %s says \"%s\", and may not be overruled; "
		                   "leave the option out"),
		                 option, edoc_signing_profile_get(s->profile, "name"), set);
	return 0;
}

void sign_missing(void *arg, const struct edoc_missing *m)
{
	const struct cmd *cmd = arg;

	cmd_error(cmd, m->where, "%s [%s]: %s", m->what, m->rule, m->advice);
}
