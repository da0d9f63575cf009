/* SPDX-License-Identifier: ISC */
/* edoc-frame: a tool that does nothing, so that frame.t can see what the frame
 * of all four does. */
#include "cmd.h"

#include <stdlib.h>
#include <string.h>

/* The item "exit65" ends with 65, "fail" is an error of the library. */
static int look_at(struct cmd *cmd, const char *item, void *arg)
{
	const struct edoc_error bad = {EDOC_ERR_INPUT, "META-INF/x.xml:4", "is bad"};
	const char *number = strstr(item, "exit");

	(void)arg;
	if (strstr(item, "fail"))
		return cmd_fail_item(cmd, item, &bad);
	cmd_verdict(cmd, 0, "SEEN", 6);
	printf("%s\n", cmd_text(cmd, item));
	return number ? (int)strtol(number + 4, NULL, 10) : 0;
}

static int look(struct cmd *cmd)
{
	char when[CMD_TIME];

	cmd_time(when, cmd->at);
	cmd_note(cmd, NULL, "at %s", when);
	for (uint64_t i = 0; i < 10; i++)
		cmd_progress(cmd, i, 10);
	return cmd_each_file(cmd, look_at, NULL);
}

static int act(struct cmd *cmd)
{
	size_t n, n_set;
	const char *const *items, *const *set = cmd_values(cmd, "set", &n_set);
	int status = cmd_items(cmd, &items, &n);

	for (size_t i = 0; i < n_set; i++)
		printf("set %s\n", set[i]);
	for (size_t i = 0; status == 0 && i < n; i++)
		printf("item %s%s%s\n", items[i], cmd->dry_run ? " dry" : "",
		       cmd->force ? " force" : "");
	return status;
}

static int key(struct cmd *cmd)
{
	struct cmd_key_paths paths;
	char secret[16];
	int status = cmd_key_paths(cmd, &paths), n;

	if (status != 0)
		return status;
	printf("file %s cert %s chain %s\n", paths.file, paths.cert ? paths.cert : "-",
	       paths.chain ? paths.chain : "-");
	n = cmd_passphrase(secret, sizeof secret, paths.file, cmd);
	if (n < 0)
		return CMD_DENIED;
	printf("secret <%.*s>\n", n, secret);
	return 0;
}

static int place(struct cmd *cmd)
{
	const char *desk = cmd_place(cmd, "EDOC_DESK", "desk");

	if (!desk)
		return CMD_CONFIG;
	puts(desk);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct cmd_option act_options[] = {
	        {"output", 'o', "PKG", "where it goes", false},
	        {"set", 0, "K=V", "a field", true},
	        {NULL, 0, NULL, NULL, false},
	};
	static const struct cmd_option place_options[] = {
	        {"directory", 'C', "DESK", "the desk", false},
	        {NULL, 0, NULL, NULL, false},
	};
	static const struct cmd_verb verbs[] = {
	        {"look", "PATH...", "look at items", NULL,
	         CMD_ITEMS | CMD_JSON | CMD_AT | CMD_COLOR | CMD_PROGRESS, look},
	        {"act", "[--set K=V] PATH...", "act on items", act_options,
	         CMD_ITEMS | CMD_DRY | CMD_FORCE, act},
	        {"key", "", "show a key", NULL, CMD_KEY | CMD_NO_OPERANDS, key},
	        {"place", "", "show a desk", place_options, CMD_NO_OPERANDS, place},
	        {NULL, NULL, NULL, NULL, 0, NULL},
	};
	static const struct cmd_tool tool = {"edoc-frame", "test the frame", verbs, NULL};

	return cmd_main(&tool, argc, argv);
}
