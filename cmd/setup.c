/* SPDX-License-Identifier: ISC */
/* Keys, trust, policy and folders: from options, then from edoc.conf. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"

/* ---- keys ---- */

/* "keys.NAME.part" of edoc.conf, or NULL. */
static const char *conf_key(const struct cmd *cmd, const char *name, const char *part)
{
	char *key = cmd_printf("keys.%s.%s", name, part);
	const char *value = edoc_conf_get(cmd->conf, key);

	free(key);
	return value;
}

static int no_key(const struct cmd *cmd, const char *name)
{
	if (!name)
		return cmd_usage(cmd,
		                 _("no key: give --key, or name one by \"key:\" in edoc.conf"));
	cmd_error(cmd, NULL, _("edoc.conf names the key \"%s\", but its \"keys:\" lack it"), name);
	return CMD_CONFIG;
}

/* A path as a URI has it: all but letters, digits and "/._-" as %XX. */
static char *uri_text(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789/._-",
	                  hex[] = "0123456789ABCDEF";
	char *text = cmd_alloc(3 * strlen(path) + 1), *p = text;

	for (; *path; path++) {
		if (strchr(plain, *path)) {
			*p++ = *path;
			continue;
		}
		*p++ = '%';
		*p++ = hex[(unsigned char)*path >> 4];
		*p++ = hex[*path & 15];
	}
	return text;
}

/* RFC 7512: where it leaves the module out, edoc.conf names it. */
static const char *token_uri(struct cmd *cmd, const char *uri)
{
	const char *module = edoc_conf_get(cmd->conf, "pkcs11-module");

	if (module && !strstr(uri, "module-path=")) {
		char *text = uri_text(module);

		uri = cmd_keep(cmd, cmd_printf("%s%cmodule-path=%s", uri,
		                               strchr(uri, '?') ? '&' : '?', text));
		free(text);
	}
	if (cmd_has(cmd, "final-try") && cmd_given(cmd, "final-try"))
		uri = cmd_keep(
		        cmd, cmd_printf("%s%cx-final-try=yes", uri, strchr(uri, '?') ? '&' : '?'));
	return uri;
}

void cmd_key_named(struct cmd *cmd, const char *name, struct cmd_key_paths *paths)
{
	paths->file = conf_key(cmd, name, "file");
	paths->cert = conf_key(cmd, name, "cert");
	paths->chain = conf_key(cmd, name, "chain");
	if (strncmp(paths->file, "pkcs11:", 7) == 0)
		paths->file = token_uri(cmd, paths->file);
}

int cmd_key_paths(struct cmd *cmd, struct cmd_key_paths *paths)
{
	const char *given = cmd_value(cmd, "key");
	const char *name = given ? given : edoc_conf_get(cmd->conf, "key");
	const char *cert = cmd_value(cmd, "cert"), *chain = cmd_value(cmd, "chain");

	*paths = (struct cmd_key_paths){NULL, NULL, NULL};
	if (cmd_given(cmd, "pass-file") && cmd_given(cmd, "pass-env"))
		return cmd_usage(cmd, _("--pass-file and --pass-env contradict each other"));
	if (name && conf_key(cmd, name, "file")) {
		cmd_key_named(cmd, name, paths);
	} else if (given) {
		paths->file = given;
	} else {
		return no_key(cmd, name);
	}
	if (given && paths->file == given && strncmp(given, "pkcs11:", 7) == 0)
		paths->file = token_uri(cmd, given);
	if (strncmp(paths->file, "pkcs11:", 7) != 0 && cmd_has(cmd, "final-try") &&
	    cmd_given(cmd, "final-try"))
		return cmd_usage(cmd, _("--final-try is for a key in a token"));
	if (cert)
		paths->cert = cert;
	if (chain)
		paths->chain = chain;
	return 0;
}

int cmd_key(struct cmd *cmd, struct edoc_key **key)
{
	struct cmd_key_paths paths;
	struct edoc_error err = {0};
	int status = cmd_key_paths(cmd, &paths);

	*key = NULL;
	if (status != 0)
		return status;
	cmd->state->no_passphrase = 0;
	cmd->state->pin = paths.file && strncmp(paths.file, "pkcs11:", 7) == 0;
	if (edoc_key_load(paths.file, paths.cert, paths.chain, cmd_passphrase, cmd, key, &err) ==
	    EDOC_OK) {
		cmd_warn_open_key(cmd, paths.file);
		return 0;
	}
	if (err.code == EDOC_ERR_DENIED && cmd->state->no_passphrase)
		return cmd->state->no_passphrase; /* said already, and better */
	return cmd_fail(cmd, &err);
}

/* ---- trust ---- */

static int add_all(const struct cmd *cmd, struct edoc_trust *trust, const char *path,
                   unsigned purposes)
{
	struct edoc_error err = {0};

	if (edoc_trust_add(trust, path, purposes, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	return 0;
}

/* The trusted lists of edoc.conf, signed by those it names. */
static int add_configured_lists(const struct cmd *cmd, struct edoc_trust *trust)
{
	const char **signers = NULL;
	struct edoc_error err = {0};
	const char *path;
	int status = 0;
	size_t n = 0;

	do {
		signers = cmd_grow(signers, n + 1, sizeof(*signers));
		signers[n] = edoc_conf_item(cmd->conf, "trust.list-signers", n);
	} while (signers[n++]);
	for (size_t i = 0; status == 0 && (path = edoc_conf_item(cmd->conf, "trust.list", i)); i++)
		if (edoc_trust_add_list(trust, path, signers, &err) != EDOC_OK)
			status = cmd_fail(cmd, &err);
	free(signers);
	return status;
}

static int add_configured(const struct cmd *cmd, struct edoc_trust *trust)
{
	static const struct {
		const char *key;
		unsigned purposes;
	} lists[] = {
	        {"trust.all", EDOC_FOR_ALL},
	        {"trust.sign", EDOC_FOR_SIGN},
	        {"trust.tsa", EDOC_FOR_TSA},
	        {"trust.ocsp", EDOC_FOR_OCSP},
	        {"trust.directory", EDOC_FOR_DIRECTORY},
	        {"trust.route", EDOC_FOR_ROUTE},
	};
	int status = 0;

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		const char *path;
		for (size_t k = 0;
		     status == 0 && (path = edoc_conf_item(cmd->conf, lists[i].key, k)) != NULL;
		     k++)
			status = add_all(cmd, trust, path, lists[i].purposes);
	}
	return status ? status : add_configured_lists(cmd, trust);
}

int cmd_trust(struct cmd *cmd, struct edoc_trust **trust)
{
	size_t n;
	const char *const *paths = cmd_values(cmd, "trust", &n);
	struct edoc_error err = {0};
	int status = 0;

	if (edoc_trust_new(trust, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	for (size_t i = 0; i < n && status == 0; i++)
		status = add_all(cmd, *trust, paths[i], EDOC_FOR_ALL);
	if (n == 0)
		status = add_configured(cmd, *trust);
	if (status != 0) {
		edoc_trust_free(*trust);
		*trust = NULL;
	}
	return status;
}

/* ---- policy ---- */

/* The file of a profile's name in edoc.conf's folder, or NULL. */
static char *own_profile(const struct cmd *cmd, const char *folder, const char *name)
{
	const char *own = edoc_conf_get(cmd->conf, "profiles");
	char *path = own ? cmd_printf("%s/%s/%s.yaml", own, folder, name) : NULL;
	struct stat st;

	if (path && stat(path, &st) == 0)
		return path;
	free(path);
	return NULL;
}

/* A file, one of edoc.conf's folder, or one that is built in; "strict" is
 * always the built-in one. */
int cmd_policy_of(struct cmd *cmd, const char *name, struct edoc_policy **policy)
{
	struct edoc_error err = {0};
	enum edoc_code code;
	char *path = NULL;

	if (!name)
		name = "strict";
	if (strcmp(name, "strict") != 0)
		path = own_profile(cmd, "policies", name);
	if (strchr(name, '/') || strstr(name, ".yaml"))
		code = edoc_policy_load(name, policy, &err);
	else if (path)
		code = edoc_policy_load(path, policy, &err);
	else
		code = edoc_policy_builtin(name, policy, &err);
	free(path);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

int cmd_policy(struct cmd *cmd, struct edoc_policy **policy)
{
	return cmd_policy_of(cmd, cmd_value(cmd, "policy"), policy);
}

int cmd_signing_profile(struct cmd *cmd, const char *name, struct edoc_signing_profile **profile)
{
	char *path = own_profile(cmd, "signing", name);
	struct edoc_error err = {0};
	enum edoc_code code;

	if (strchr(name, '/') || strstr(name, ".yaml"))
		code = edoc_signing_profile_load(name, profile, &err);
	else if (path)
		code = edoc_signing_profile_load(path, profile, &err);
	else
		code = edoc_signing_profile_builtin(name, profile, &err);
	free(path);
	return code == EDOC_OK ? 0 : cmd_fail(cmd, &err);
}

/* ---- the network ---- */

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && value[0] ? value : NULL;
}

/* As curl(1) has it: HTTP_PROXY in capitals comes from a request in CGI. */
static const char *proxy(const char *low, const char *high)
{
	const char *value = variable(low);

	if (!value && high)
		value = variable(high);
	if (!value)
		value = variable("all_proxy");
	return value ? value : variable("ALL_PROXY");
}

/* --cache, edoc.conf, the user's folder of caches; NULL: there is no home. */
static const char *cache_folder(struct cmd *cmd)
{
	const char *dir = cmd_value(cmd, "cache");
	const char *caches = variable("XDG_CACHE_HOME"), *home = variable("HOME");

	if (!dir)
		dir = edoc_conf_get(cmd->conf, "cache");
	if (!dir && caches && caches[0] == '/')
		dir = cmd_keep(cmd, cmd_printf("%s/edoc", caches));
	if (!dir && home)
		dir = cmd_keep(cmd, cmd_printf("%s/.cache/edoc", home));
	return dir;
}

/* One that was asked for is a folder, or can become one. */
static int check_cache(struct cmd *cmd)
{
	const char *dir = cmd_value(cmd, "cache");
	struct stat st;

	errno = 0;
	if (!dir || (stat(dir, &st) == 0 && S_ISDIR(st.st_mode)))
		return 0;
	if (errno == ENOENT && lstat(dir, &st) != 0)
		return 0; /* made when there is something to keep */
	cmd_error(cmd, dir, "%s", _("no folder for answers: name another --cache"));
	return CMD_EXISTS;
}

static const char *const *intranet(struct cmd *cmd)
{
	const char **hosts = NULL, *host;
	size_t n = 0;

	do {
		host = edoc_conf_item(cmd->conf, "intranet", n);
		hosts = cmd_grow(hosts, n + 1, sizeof *hosts);
		hosts[n++] = host;
	} while (host);
	return cmd_keep(cmd, hosts);
}

static int new_fetcher(struct cmd *cmd, struct edoc_fetcher_options options,
                       struct edoc_fetcher **fetcher)
{
	struct edoc_error err = {0};

	*fetcher = NULL;
	if (options.online) {
		options.http_proxy = proxy("http_proxy", NULL);
		options.https_proxy = proxy("https_proxy", "HTTPS_PROXY");
		options.no_proxy = variable("no_proxy");
		if (!options.no_proxy)
			options.no_proxy = variable("NO_PROXY");
		options.intranet = intranet(cmd);
	}
	if (edoc_fetcher_new(&options, fetcher, &err) != EDOC_OK)
		return cmd_fail(cmd, &err);
	if (!edoc_fetcher_useful(*fetcher)) {
		edoc_fetcher_free(*fetcher);
		*fetcher = NULL;
	}
	return 0;
}

int cmd_fetcher(struct cmd *cmd, bool anew, struct edoc_fetcher **fetcher)
{
	bool online = cmd_given(cmd, "online");

	*fetcher = NULL;
	if (online && cmd_given(cmd, "offline"))
		return cmd_usage(cmd, _("--online and --offline contradict each other"));
	if (check_cache(cmd))
		return CMD_EXISTS;
	return new_fetcher(cmd,
	                   (struct edoc_fetcher_options){.cache = cache_folder(cmd),
	                                                 .online = online,
	                                                 .anew = anew,
	                                                 .now = cmd->now,
	                                                 .stop = online ? cmd_stop() : -1},
	                   fetcher);
}

/* No folder of answers: what goes into a signature is to be newer than it. */
int cmd_fetcher_online(struct cmd *cmd, int stop, struct edoc_fetcher **fetcher)
{
	const struct edoc_fetcher_options options = {
	        .online = true, .fresh = true, .now = cmd->now, .stop = stop};

	return new_fetcher(cmd, options, fetcher);
}

/* "tsas.NAME.part" of edoc.conf, or NULL. */
static const char *conf_tsa(const struct cmd *cmd, const char *name, const char *part)
{
	char *key = cmd_printf("tsas.%s.%s", name, part);
	const char *value = edoc_conf_get(cmd->conf, key);

	free(key);
	return value;
}

/* Who names a TSA. */
enum tsa_source { BY_OPTION, BY_PROFILE, BY_CONF };

static int no_tsa(const struct cmd *cmd, const char *name, enum tsa_source source)
{
	if (source == BY_OPTION)
		return cmd_usage(cmd,
		                 _("--tsa takes an http or https address without a password, or a "
		                   "name of \"tsas:\" in edoc.conf, not \"%s\""),
		                 name);
	if (source == BY_PROFILE) {
		cmd_error(cmd, NULL,
		          _("the signing profile names the TSA \"%s\", but \"tsas:\" of edoc.conf "
		            "lack it"),
		          name);
		return CMD_CONFIG;
	}
	cmd_error(cmd, NULL, _("edoc.conf names the TSA \"%s\", but its \"tsas:\" lack it"), name);
	return CMD_CONFIG;
}

static bool is_address(const char *s)
{
	const char *host = !strncmp(s, "http://", 7)    ? s + 7
	                   : !strncmp(s, "https://", 8) ? s + 8
	                                                : "";
	size_t n = strcspn(host, "/?#");

	return n > 0 && !memchr(host, '@', n);
}

static int one_tsa(struct cmd *cmd, const char *name, enum tsa_source source, struct edoc_tsa *tsa)
{
	const char *login;

	tsa->url = source != BY_CONF && is_address(name) ? name : conf_tsa(cmd, name, "url");
	if (!tsa->url)
		return no_tsa(cmd, name, source);
	tsa->policy = conf_tsa(cmd, name, "policy");
	tsa->ca_file = conf_tsa(cmd, name, "ca-file");
	login = conf_tsa(cmd, name, "login-file");
	return login ? cmd_login(cmd, login, &tsa->login) : 0;
}

static const char *nth_tsa(struct cmd *cmd, const struct edoc_signing_profile *profile,
                           enum tsa_source source, size_t i)
{
	size_t n;
	const char *const *given = cmd_values(cmd, "tsa", &n);

	if (source == BY_OPTION)
		return i < n ? given[i] : NULL;
	return source == BY_PROFILE ? edoc_signing_profile_item(profile, "tsa", i)
	                            : edoc_conf_item(cmd->conf, "tsa", i);
}

int cmd_tsas(struct cmd *cmd, const struct edoc_signing_profile *profile,
             const struct edoc_tsa **tsas, size_t *n)
{
	enum tsa_source source = BY_OPTION;
	struct edoc_tsa *list;
	int status = 0;

	if (!nth_tsa(cmd, profile, source, 0))
		source = profile && edoc_signing_profile_get(profile, "tsa") ? BY_PROFILE : BY_CONF;
	*n = 0;
	while (nth_tsa(cmd, profile, source, *n))
		++*n;
	list = cmd_keep(cmd, cmd_alloc((*n + 1) * sizeof *list));
	for (size_t i = 0; i < *n && !status; i++) {
		const char *name = nth_tsa(cmd, profile, source, i);

		status = one_tsa(cmd, name ? name : "", source, &list[i]);
	}
	*tsas = list;
	return status;
}

/* ---- outputs and folders ---- */

bool cmd_has(const struct cmd *cmd, const char *name)
{
	for (size_t i = 0; cmd->state->options[i]; i++)
		if (!strcmp(cmd->state->options[i]->name, name))
			return true;
	return false;
}

const char *cmd_place(struct cmd *cmd, const char *env, const char *key)
{
	const char *place = cmd_has(cmd, "directory") ? cmd_value(cmd, "directory") : NULL;

	if (!place)
		place = getenv(env);
	if (!place || !place[0])
		place = edoc_conf_get(cmd->conf, key);
	if (!place)
		cmd_error(cmd, NULL, _("where? Give -C, set $%s, or \"%s:\" in edoc.conf"), env,
		          key);
	return place;
}

/* What a run reads is never what it writes: -f would leave neither.  An output that
 * is there, as the option that names it. */
struct made {
	struct cmd *cmd;
	const char *option, *path;
	struct stat st;
};

static bool is_it(const struct made *m, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == m->st.st_dev && st.st_ino == m->st.st_ino;
}

/* Of a folder of certificates each file is read. */
static bool is_in(const struct made *m, const char *folder)
{
	const char *slash = strrchr(m->path, '/');
	char *parent =
	        slash ? cmd_printf("%.*s", (int)(slash - m->path) + 1, m->path) : cmd_strdup(".");
	struct stat dir, up;
	bool in = stat(folder, &dir) == 0 && S_ISDIR(dir.st_mode) && stat(parent, &up) == 0 &&
	          dir.st_dev == up.st_dev && dir.st_ino == up.st_ino;

	free(parent);
	return in;
}

/* The file of a token's PIN, which RFC 7512 2.4 lets a URI name. */
static bool is_pin_source(const struct made *m, const char *uri)
{
	const char *query = strchr(uri, '?'), *at = query ? strstr(query, "pin-source=") : NULL;
	char *path = cmd_strdup(at ? at + strlen("pin-source=") : ""), *to = path;
	bool is;

	for (const char *p = path; *p && *p != '&'; to++) {
		bool coded = p[0] == '%' && strspn(p + 1, "0123456789abcdefABCDEF") >= 2;
		char octet[3] = {coded ? p[1] : '0', coded ? p[2] : '0', '\0'};

		*to = coded ? (char)strtol(octet, NULL, 16) : *p;
		p += coded ? 3 : 1;
	}
	*to = '\0';
	is = is_it(m, strncmp(path, "file:", 5) ? path : path + 5);
	free(path);
	return is;
}

/* KEY is a file, FILE#NAME, or a token's. */
static bool is_key(const struct made *m, const char *key)
{
	if (!strncmp(key, "pkcs11:", strlen("pkcs11:")))
		return is_pin_source(m, key);
	char *path = cmd_printf("%.*s", (int)edoc_key_path(key), key);
	bool is = is_it(m, path);

	free(path);
	return is;
}

/* A file, or a name of edoc.conf's folder. */
static bool is_profile(const struct made *m, const char *folder, const char *name)
{
	char *path = own_profile(m->cmd, folder, name);
	bool is = is_it(m, path ? path : name) && (path || strpbrk(name, "/."));

	free(path);
	return is;
}

static bool is_read(const struct made *m, const char *option, const char *value)
{
	static const char *const files[] = {
	        "add",       "against", "calendar", "card",  "cert",         "chain",
	        "config",    "data",    "file",     "to",    "new-key",      "files-from",
	        "pass-file", "request", "route",    "value", "trusted-list", "beside"};

	if (!strcmp(option, "key"))
		return is_key(m, value);
	if (!strcmp(option, "policy"))
		return is_profile(m, "policies", value);
	if (!strcmp(option, "profile"))
		return is_profile(m, "signing", value);
	if (!strcmp(option, "signature-policy"))
		return strrchr(value, '=') && is_it(m, strrchr(value, '=') + 1);
	if (!strcmp(option, "trust") || !strcmp(option, "list-signers"))
		return is_it(m, value) || is_in(m, value);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (!strcmp(option, files[i]))
			return is_it(m, value);
	return false;
}

static int refuse_made(const struct made *m, const char *dashes, const char *reader)
{
	return cmd_usage(m->cmd, _("%s is the file of %s%s: choose another name"), m->option,
	                 dashes, reader);
}

/* edoc.conf itself, and whatever it names. */
static int check_conf(const struct made *m)
{
	static const char *const folders[] = {"trust.all",         "trust.sign",  "trust.tsa",
	                                      "trust.ocsp",        "trust.route", "trust.directory",
	                                      "trust.list-signers"};
	const struct edoc_conf *conf = m->cmd->conf;
	const char *path = edoc_conf_get(conf, "sign-profile");

	if (path && is_profile(m, "signing", path))
		return refuse_made(m, "", "edoc.conf");
	for (size_t i = 0; (path = edoc_conf_item(conf, "files", i)); i++)
		if (is_key(m, path))
			return refuse_made(m, "", "edoc.conf");
	for (size_t k = 0; k < sizeof folders / sizeof *folders; k++)
		for (size_t i = 0; (path = edoc_conf_item(conf, folders[k], i)); i++)
			if (is_in(m, path))
				return refuse_made(m, "", "edoc.conf");
	return 0;
}

static int check_made(const struct made *m)
{
	const struct cmd_state *state = m->cmd->state;

	for (size_t i = 0; i < state->n_seen; i++) {
		const struct cmd_seen *seen = &state->seen[i];

		if (seen->value && is_read(m, seen->option->name, seen->value))
			return refuse_made(m, "--", seen->option->name);
	}
	return check_conf(m);
}

int cmd_apart(struct cmd *cmd, const char *option, const char *out)
{
	struct made m = {.cmd = cmd, .option = option, .path = out};

	if (!out || stat(out, &m.st) != 0)
		return 0;
	for (size_t i = 0; i < cmd->n; i++) {
		if (is_it(&m, cmd->operands[i]))
			return cmd_usage(cmd,
			                 _("%s is read for this, so %s cannot write to it: "
			                   "choose another name"),
			                 cmd->operands[i], option);
	}
	return check_made(&m);
}

int cmd_output(struct cmd *cmd, const char **out)
{
	struct made m = {.cmd = cmd, .option = "-o", .path = cmd_value(cmd, "output")};

	*out = m.path;
	return !m.path || stat(m.path, &m.st) != 0 ? 0 : check_made(&m);
}

int cmd_spares(struct cmd *cmd, const char *path, const char *reader)
{
	struct made m = {.cmd = cmd, .option = "-o"};

	m.path = cmd_has(cmd, "output") ? cmd_value(cmd, "output") : NULL;
	return path && m.path && stat(m.path, &m.st) == 0 && is_it(&m, path)
	               ? refuse_made(&m, "", reader)
	               : 0;
}
