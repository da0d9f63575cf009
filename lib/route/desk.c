/* SPDX-License-Identifier: ISC */
/* The desk's folder: init, open, install, and how a file gets its name. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/crypto.h"
#include "door/x509.h"
#include "door/yaml.h"
#include "route/rotation.h"

#define DESK_FORMAT "edoc-desk/1"
#define KEY_YEARS 10 /* of a desk certificate; the directory's dates rule */

char *ed_desk_path(struct edoc_desk *desk, const char *fmt, ...)
{
	char tail[ED_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(tail, sizeof(tail), fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= sizeof(tail)
	               ? NULL
	               : ed_arena_printf(desk->arena, "%s/%s", desk->path, tail);
}

/* ---- files ---- */

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

enum edoc_code ed_desk_put(struct edoc_desk *desk, const char *final, const void *bytes, size_t len,
                           bool *taken, struct edoc_error *err)
{
	struct ed_tmp tmp = {.fd = -1};
	const char *dir = ed_desk_path(desk, "tmp");

	*taken = false;
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_tmp_open_in(&tmp, dir, final, false, err);
	if (!code)
		code = ed_write_full(tmp.fd, final, bytes, len, err);
	if (!code)
		code = ed_tmp_link(&tmp, err);
	if (code == EDOC_ERR_EXISTS && tmp.path && is_there(final)) {
		*taken = true;
		code = EDOC_OK;
	}
	ed_tmp_clear(&tmp);
	return code;
}

static enum edoc_code fsync_parent(const char *path, struct edoc_error *err)
{
	char dir[ED_PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (!n || n >= sizeof(dir))
		return ed_fsync_dir(n ? path : ".", err);
	memcpy(dir, path, n);
	dir[n] = '\0';
	return ed_fsync_dir(dir, err);
}

enum edoc_code ed_desk_link(const char *from, const char *to, bool *taken, struct edoc_error *err)
{
	*taken = false;
	if (link(from, to) == 0)
		return fsync_parent(to, err);
	if (errno == EEXIST) {
		*taken = true;
		return EDOC_OK;
	}
	return ed_fail_errno(err, EDOC_ERR_IO, to, "link");
}

enum edoc_code ed_file_sha256(int fd, const char *where, char hex[65], struct edoc_error *err)
{
	unsigned char buf[65536], digest[ED_HASH_MAX];
	struct ed_digest *running = ed_digest_new(ED_SHA256);
	enum edoc_code code = EDOC_OK;
	off_t at = 0;
	ssize_t n;

	if (!running)
		return ed_fail_memory(err);
	while ((n = pread(fd, buf, sizeof(buf), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !ed_digest_update(running, buf, (size_t)n)) {
			code = ed_fail_errno(err, EDOC_ERR_IO, where, "read");
			break;
		}
		at += n;
	}
	if (!code && !ed_digest_final(running, digest))
		code = ed_fail_memory(err);
	if (!code)
		ed_hex(hex, digest, 32);
	ed_digest_free(running);
	return code;
}

static enum edoc_code copy_bytes(int in, uint64_t size, int out, const char *where,
                                 struct edoc_error *err)
{
	unsigned char buf[65536];
	uint64_t at = 0;

	while (at < size) {
		size_t n = size - at < sizeof(buf) ? (size_t)(size - at) : sizeof(buf);
		enum edoc_code code = ed_pread_full(in, where, buf, n, at, err);
		if (!code)
			code = ed_write_full(out, where, buf, n, err);
		if (code)
			return code;
		at += n;
	}
	return EDOC_OK;
}

static enum edoc_code copy_make(struct edoc_desk *desk, const char *path, uint64_t max,
                                struct ed_copy *copy, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "tmp");
	struct ed_tmp tmp = {.fd = -1};
	uint64_t size;
	int in = -1;

	*copy = (struct ed_copy){.fd = -1};
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_open_read(path, &in, &size, err);
	if (!code && size > max)
		code = ed_fail(err, EDOC_ERR_LIMIT, path, "larger than %" PRIu64 " bytes", max);
	if (!code)
		code = ed_tmp_open_in(&tmp, dir, path, false, err);
	if (!code)
		code = copy_bytes(in, size, tmp.fd, path, err);
	if (!code && fsync(tmp.fd))
		code = ed_fail_errno(err, EDOC_ERR_IO, path, "fsync");
	if (!code)
		code = ed_file_sha256(tmp.fd, path, copy->sha256, err);
	if (!code) {
		copy->fd = tmp.fd;
		copy->path = tmp.path;
		tmp.fd = -1;
		tmp.path = NULL;
	}
	ed_tmp_clear(&tmp);
	if (in >= 0)
		close(in);
	return code;
}

enum edoc_code ed_copy_make(struct edoc_desk *desk, const char *path, struct ed_copy *copy,
                            struct edoc_error *err)
{
	return copy_make(desk, path, ED_MAX_ZIP_TOTAL, copy, err);
}

void ed_copy_clear(struct ed_copy *copy)
{
	if (copy->fd >= 0)
		close(copy->fd);
	if (copy->path)
		unlink(copy->path);
	free(copy->path);
	*copy = (struct ed_copy){.fd = -1};
}

/* ---- opening ---- */

static enum edoc_code read_conf(struct edoc_desk *desk, struct edoc_error *err)
{
	static const char *const known[] = {"format", "agency", "zone", "key", NULL};
	const char *path = ed_desk_path(desk, "conf/desk.yaml"), *format, *zone, *key;
	struct ed_yaml *root;
	struct ed_buf bytes;

	if (!path)
		return ed_fail_memory(err);
	ed_buf_init(&bytes, ED_MAX_YAML_BYTES);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (code == EDOC_ERR_ABSENT)
		code = ed_fail(err, EDOC_ERR_ABSENT, desk->path,
		               "this is no desk: there is no conf/desk.yaml; make one with init");
	if (!code)
		code = ed_yaml_parse(bytes.data, bytes.len, path, desk->arena, &root, err);
	ed_buf_clear(&bytes);
	if (!code)
		code = ed_yaml_text(root, path, "format", true, &format, err);
	if (!code && strcmp(format, DESK_FORMAT))
		code = ed_fail(err,
		               !strncmp(format, "edoc-desk/", 10) ? EDOC_ERR_VERSION
		                                                  : EDOC_ERR_CONFIG,
		               path, "format %s is not " DESK_FORMAT, format);
	if (!code)
		code = ed_yaml_only(root, path, known, err);
	if (!code)
		code = ed_yaml_text(root, path, "agency", true, &desk->agency, err);
	if (!code)
		code = ed_yaml_text(root, path, "zone", true, &zone, err);
	if (!code)
		code = ed_yaml_text(root, path, "key", true, &key, err);
	if (code)
		return code == EDOC_ERR_INPUT ? EDOC_ERR_CONFIG : code;
	desk->key_path = *key == '/' ? key : ed_desk_path(desk, "conf/%s", key);
	if (!desk->key_path)
		return ed_fail_memory(err);
	return ed_zone_load(NULL, zone, &desk->zone, err);
}

static enum edoc_code load_trust(struct edoc_desk *desk, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "conf/trust");

	if (!path)
		return ed_fail_memory(err);
	enum edoc_code code = edoc_trust_new(&desk->trust, err);
	if (!code)
		code = edoc_trust_add(desk->trust, path, EDOC_FOR_ALL, err);
	return code == EDOC_ERR_ABSENT ? EDOC_OK : code; /* trusts nobody yet */
}

enum edoc_code edoc_desk_open(const char *path, const struct edoc_policy *policy,
                              struct edoc_desk **out, struct edoc_error *err)
{
	struct edoc_desk *desk = calloc(1, sizeof(*desk));

	*out = NULL;
	if (!desk)
		return ed_fail_memory(err);
	enum edoc_code code = EDOC_OK;
	desk->arena = ed_arena_new();
	desk->pins = ed_pin_cache_new();
	if (!desk->arena || !desk->pins || !(desk->path = ed_arena_strdup(desk->arena, path)))
		code = ed_fail_memory(err);
	desk->policy = policy;
	if (!code)
		code = read_conf(desk, err);
	if (!code)
		code = load_trust(desk, err);
	if (!code) {
		*out = desk;
		desk = NULL;
	}
	edoc_desk_free(desk);
	return code;
}

void edoc_desk_free(struct edoc_desk *desk)
{
	if (!desk)
		return;
	edoc_key_free(desk->key);
	edoc_trust_free(desk->trust);
	ed_pin_cache_free(desk->pins);
	ed_zone_free(desk->zone);
	ed_arena_free(desk->arena);
	free(desk);
}

const struct edoc_trust *edoc_desk_trust(const struct edoc_desk *desk)
{
	return desk->trust;
}

void edoc_desk_use_index(struct edoc_desk *desk, bool use)
{
	desk->walk = !use;
}

const char *edoc_desk_folder(const struct edoc_desk *desk)
{
	return desk->path;
}

struct edoc_verify_options ed_desk_options(const struct edoc_desk *desk, int64_t now)
{
	return (struct edoc_verify_options){
	        .at = now, .trust = desk->trust, .policy = desk->policy};
}

static int no_passphrase(char *buf, size_t size, const char *what, void *arg)
{
	(void)buf;
	(void)size;
	(void)what;
	(void)arg;
	return -1; /* a desk key works unattended: no passphrase */
}

enum edoc_code ed_desk_key_load(const char *path, struct edoc_key **key, struct edoc_error *err)
{
	return edoc_key_load(path, NULL, NULL, no_passphrase, NULL, key, err);
}

enum edoc_code ed_desk_key(struct edoc_desk *desk, struct edoc_key **key, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	if (!desk->key)
		code = ed_desk_key_load(desk->key_path, &desk->key, err);
	*key = desk->key;
	return code;
}

void edoc_names_free(char **names)
{
	ed_names_free(names);
}

/* ---- installed packages ---- */

static enum edoc_code read_pin_file(const char *path, struct ed_arena *arena, struct ed_pin **pin,
                                    struct edoc_error *err)
{
	uint64_t size;
	int fd = -1;

	enum edoc_code code = ed_open_read(path, &fd, &size, err);
	if (!code)
		code = ed_pin_read(fd, path, arena, pin, err);
	if (fd >= 0)
		close(fd);
	return code;
}

static bool newer(const struct ed_pin *a, const struct ed_pin *b)
{
	if (!b)
		return true;
	switch (a->kind) {
	case ED_PIN_ROUTE:
		return a->route->version > b->route->version;
	case ED_PIN_DIRECTORY:
		return a->directory->version > b->directory->version;
	case ED_PIN_CALENDAR:
		return a->calendar->last_year > b->calendar->last_year;
	}
	return false;
}

/* The newest of conf/<folder>/<name>@*.asice; name NULL: of all. */
static enum edoc_code newest(struct edoc_desk *desk, const char *folder, const char *name,
                             struct ed_arena *arena, struct ed_pin **pin, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "conf/%s", folder);
	size_t n, len = name ? strlen(name) : 0;
	struct ed_pin *one;
	char **names = NULL;

	*pin = NULL;
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		const char *path;
		if (name && (strncmp(names[i], name, len) || names[i][len] != '@'))
			continue;
		path = ed_desk_path(desk, "conf/%s/%s", folder, names[i]);
		code = path ? read_pin_file(path, arena, &one, err) : ed_fail_memory(err);
		if (!code && newer(one, *pin))
			*pin = one;
	}
	ed_names_free(names);
	return code;
}

enum edoc_code ed_desk_route(struct edoc_desk *desk, const char *id, struct ed_arena *arena,
                             struct ed_pin **pin, struct edoc_error *err)
{
	return newest(desk, "routes", id, arena, pin, err);
}

enum edoc_code ed_desk_calendar(struct edoc_desk *desk, const char *name, struct ed_arena *arena,
                                struct ed_pin **pin, struct edoc_error *err)
{
	return newest(desk, "calendars", name, arena, pin, err);
}

/* Versions stand in the names: only the highest is opened. */
enum edoc_code ed_desk_directory(struct edoc_desk *desk, struct ed_arena *arena,
                                 struct ed_pin **pin, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "conf/directory"), *path = NULL;
	char **names = NULL;
	long best = -1;
	size_t n;

	*pin = NULL;
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		char *end;
		long version = strtol(names[i], &end, 10);
		if (*end == '@' && version > best) {
			best = version;
			path = ed_desk_path(desk, "conf/directory/%s", names[i]);
		}
	}
	ed_names_free(names);
	return code || !path ? code : read_pin_file(path, arena, pin, err);
}

/* ---- install ---- */

/* File names are made of it. */
static bool plain_name(const char *s)
{
	return *s && *s != '.' && strlen(s) <= 100 && !strpbrk(s, "/\\@\n\t ");
}

static enum edoc_code lint_route(const struct ed_pin *pin, struct ed_arena *arena,
                                 struct edoc_error *err)
{
	struct ed_findings findings;
	char *text = NULL;

	ed_findings_init(&findings, arena);
	enum edoc_code code = ed_route_lint(pin->route, pin->name, &findings, err);
	for (size_t i = 0; i < findings.n && !code; i++) {
		const struct ed_rule *rule = ed_rule(findings.v[i].code);
		if (rule && rule->severity != EDOC_ERROR)
			continue;
		if (edoc_finding_text(&findings.v[i], NULL, &text, NULL))
			text = NULL;
		code = ed_fail(err, EDOC_ERR_INPUT, findings.v[i].where, "%s: %s; see lint",
		               findings.v[i].code, text ? text : "");
		edoc_free(text);
	}
	return code;
}

/* Refuses to go back, and two texts under one version. */
static enum edoc_code refuse_older(const struct ed_pin *pin, const struct ed_pin *have,
                                   struct edoc_error *err)
{
	int version, installed;

	if (!have || pin->kind != ED_PIN_ROUTE || !strcmp(have->sha256, pin->sha256))
		return EDOC_OK;
	version = pin->route->version;
	installed = have->route->version;
	if (version > installed)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_DENIED, pin->where,
	               "version %d is not newer than version %d, which is installed: nothing goes "
	               "back",
	               version, installed);
}

/* The digest in the name of the installed directory of that version; "": none. */
static enum edoc_code installed_version(struct edoc_desk *desk, int version, char hex[65],
                                        struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "conf/directory");
	char **names = NULL, *end;
	size_t n;

	*hex = '\0';
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++)
		if (strtol(names[i], &end, 10) == version && *end == '@')
			snprintf(hex, 65, "%.64s", end + 1);
	ed_names_free(names);
	return code;
}

/* Directories only grow, and a version has one text. */
static enum edoc_code refuse_fork(struct edoc_desk *desk, const struct ed_pin *pin,
                                  const struct ed_pin *have, struct ed_arena *arena,
                                  struct edoc_error *err)
{
	int version = pin->directory->version;
	char hex[65];

	if (!have)
		return EDOC_OK;
	enum edoc_code code = installed_version(desk, version, hex, err);
	if (code)
		return code;
	if (*hex && strcmp(hex, pin->sha256) != 0)
		return ed_fail(err, EDOC_ERR_DENIED, pin->where,
		               "a fork: version %d is installed as sha256:%s, and this is another "
		               "version %d; ask who issues the directory which one is right",
		               version, hex, version);
	return ed_directory_follows(have->directory, pin->directory, pin->where, arena, err);
}

static enum edoc_code install_name(struct edoc_desk *desk, const struct ed_pin *pin,
                                   const char **path, struct ed_pin **have, struct ed_arena *arena,
                                   struct edoc_error *err)
{
	static const char *const folders[] = {"routes", "calendars", "directory"};
	char version[16];
	const char *name = version;
	enum edoc_code code;

	*have = NULL;
	if (pin->kind == ED_PIN_ROUTE) {
		name = pin->route->id;
		code = ed_desk_route(desk, name, arena, have, err);
	} else if (pin->kind == ED_PIN_CALENDAR) {
		name = pin->calendar->name;
		code = EDOC_OK;
	} else {
		snprintf(version, sizeof(version), "%d", pin->directory->version);
		code = ed_desk_directory(desk, arena, have, err);
	}
	if (code)
		return code;
	if (!plain_name(name))
		return ed_fail(err, EDOC_ERR_INPUT, pin->where, "%s cannot be a file's name", name);
	*path = ed_desk_path(desk, "conf/%s/%s@%s.asice", folders[pin->kind], name, pin->sha256);
	return *path ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code tell_install(const struct ed_pin *pin, bool already, bool dry, char **text,
                                   char **json, struct edoc_error *err)
{
	const char *id = pin->kind == ED_PIN_ROUTE      ? pin->route->id
	                 : pin->kind == ED_PIN_CALENDAR ? pin->calendar->name
	                                                : NULL;
	int version = pin->kind == ED_PIN_ROUTE       ? pin->route->version
	              : pin->kind == ED_PIN_DIRECTORY ? pin->directory->version
	                                              : 0;
	char number[24] = "", digest[ED_SHA256_REF];
	enum edoc_code code = EDOC_OK;
	struct ed_buf out;
	json_t *o;

	if (version)
		snprintf(number, sizeof(number), " %d", version);
	snprintf(digest, sizeof(digest), "sha256:%s", pin->sha256);
	if (text) {
		ed_buf_init(&out, 4096);
		ed_buf_printf(&out, "%s%s%s%s: %s %s\n", ed_pin_name(pin->kind), id ? " " : "",
		              id ? id : "", number,
		              already ? dgettext("edoc", "installed already")
		              : dry   ? dgettext("edoc", "would be installed")
		                      : dgettext("edoc", "installed"),
		              digest);
		code = ed_buf_steal(&out, pin->where, text, err);
	}
	if (code || !json)
		return code;
	o = json_object();
	int bad = ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", "install") |
	          ed_json_bool(o, "ok", true) | ed_json_str(o, "kind", ed_pin_name(pin->kind)) |
	          ed_json_str(o, "id", id) | ed_json_str(o, "sha256", digest) |
	          ed_json_bool(o, "already", already) | ed_json_bool(o, "dry", dry);
	if (version)
		bad |= ed_json_int(o, "version", version);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

static enum edoc_code install(struct edoc_desk *desk, const struct ed_copy *copy, const char *name,
                              struct ed_arena *arena, const struct edoc_act *act, char **text,
                              char **json, struct edoc_error *err)
{
	struct edoc_verify_options options = ed_desk_options(desk, act->now);
	const char *why = NULL, *path = NULL;
	struct ed_pin *pin = NULL, *have = NULL;
	bool already = false, early = false;

	enum edoc_code code = ed_pin_read(copy->fd, name, arena, &pin, err);
	if (!code)
		code = ed_pin_judge(copy->fd, pin, &options, arena, &why, &early, err);
	if (!code && early)
		code = ed_fail(
		        err, EDOC_ERR_CONFIG, name,
		        "not installed: signed after now by this machine's clock: set it (%s)",
		        why);
	if (!code && why)
		code = ed_fail(err, EDOC_ERR_DENIED, name,
		               "not installed: signed by nobody this desk trusts for a %s (%s)",
		               ed_pin_name(pin->kind), why);
	if (!code && pin->kind == ED_PIN_ROUTE)
		code = lint_route(pin, arena, err);
	if (!code)
		code = install_name(desk, pin, &path, &have, arena, err);
	if (!code)
		code = refuse_older(pin, have, err);
	if (!code && pin->kind == ED_PIN_DIRECTORY)
		code = refuse_fork(desk, pin, have, arena, err);
	if (!code && pin->kind == ED_PIN_DIRECTORY && have)
		code = ed_rotations_check(copy->fd, pin, have->directory, &options, arena, err);
	if (!code)
		already = is_there(path);
	if (!code && !already && !act->dry)
		code = ed_desk_link(copy->path, path, &already, err);
	return code ? code : tell_install(pin, already, act->dry, text, json, err);
}

/* What is looked at must still be so when it is linked: one install at a time.
 * The lock dies with its holder. */
static enum edoc_code wait_for_turn(struct edoc_desk *desk, int *lock, struct edoc_error *err)
{
	const char *path = ed_desk_path(desk, "conf/lock");

	if (!path)
		return ed_fail_memory(err);
	*lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (*lock < 0 || flock(*lock, LOCK_EX))
		return ed_fail_errno(err, EDOC_ERR_IO, path, *lock < 0 ? "open" : "flock");
	return EDOC_OK;
}

enum edoc_code edoc_desk_install(struct edoc_desk *desk, const char *path,
                                 const struct edoc_act *act, char **text, char **json,
                                 struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_copy copy;
	int lock = -1;

	if (!arena)
		return ed_fail_memory(err);
	enum edoc_code code = copy_make(desk, path, ED_MAX_PIN, &copy, err);
	if (!code && !act->dry)
		code = wait_for_turn(desk, &lock, err);
	if (!code)
		code = install(desk, &copy, path, arena, act, text, json, err);
	if (lock >= 0)
		close(lock);
	ed_copy_clear(&copy);
	ed_arena_free(arena);
	return code;
}

/* ---- init ---- */

static bool cert_name(const char *name)
{
	static const char *const ends[] = {".pem", ".crt", ".cer", ".der"};
	size_t n = strlen(name);

	for (size_t i = 0; i < 4; i++)
		if (n > 4 && !strcmp(name + n - 4, ends[i]))
			return true;
	return false;
}

/* Replaces: an init that was cut short is simply run again. */
static enum edoc_code copy_cert(const char *from, const char *dir, struct edoc_error *err)
{
	char *to = ed_path_join(dir, ed_basename(from));
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	enum edoc_code code = to ? ed_read_path(from, &bytes, err) : ed_fail_memory(err);
	if (!code)
		code = ed_mkdirs(dir, err);
	if (!code)
		code = ed_write_file(to, bytes.data, bytes.len, true, err);
	ed_buf_clear(&bytes);
	free(to);
	return code;
}

/* Certificates of a folder into conf/trust, sub-folders by purpose kept. */
static enum edoc_code copy_trust(const char *from, const char *to, bool top, struct edoc_error *err)
{
	static const char *const purposes[] = {"sign", "tsa", "ocsp", "directory", "route"};
	char **names = NULL;
	struct stat st;
	size_t n;

	enum edoc_code code = ed_list_dir(from, &names, &n, err);
	for (size_t i = 0; !code && names[i]; i++) {
		char *path = ed_path_join(from, names[i]);
		if (path && cert_name(names[i]) && !stat(path, &st) && S_ISREG(st.st_mode))
			code = copy_cert(path, to, err);
		free(path);
	}
	for (size_t i = 0; !code && top && i < 5; i++) {
		char *path = ed_path_join(from, purposes[i]), *sub = ed_path_join(to, purposes[i]);
		if (!path || !sub)
			code = ed_fail_memory(err);
		else if (!stat(path, &st) && S_ISDIR(st.st_mode))
			code = copy_trust(path, sub, false, err);
		free(path);
		free(sub);
	}
	ed_names_free(names);
	return code;
}

static enum edoc_code make_folders(const char *path, struct edoc_error *err)
{
	static const char *const folders[] = {"conf/trust/sign",
	                                      "conf/trust/directory",
	                                      "conf/trust/route",
	                                      "conf/routes",
	                                      "conf/calendars",
	                                      "conf/directory",
	                                      "tmp",
	                                      "in/new",
	                                      "in/done",
	                                      "in/bad",
	                                      "out",
	                                      "case",
	                                      "reg",
	                                      NULL};
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; folders[i] && !code; i++) {
		char *dir = ed_path_join(path, folders[i]);
		code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
		free(dir);
	}
	return code;
}

/* desk.key under conf/, or the path of the key that was named. */
static enum edoc_code init_key(const char *path, const struct edoc_desk_init *init,
                               struct ed_arena *arena, const char **named, const char **sha256,
                               struct edoc_error *err)
{
	const char *file = init->key_path;
	struct edoc_key *key = NULL;
	char *real = NULL;
	enum edoc_code code = EDOC_OK;

	if (!file) {
		file = ed_arena_printf(arena, "%s/conf/desk.key", path);
		*named = "desk.key";
		if (!file)
			return ed_fail_memory(err);
		if (access(file, F_OK)) /* else left by an init that was cut short */
			code = edoc_key_generate(file, init->agency, init->now - 60,
			                         init->now + (int64_t)KEY_YEARS * 365 * 86400, err);
	} else {
		real = realpath(file, NULL);
		*named = real ? ed_arena_strdup(arena, real) : file;
		free(real);
	}
	if (!code)
		code = edoc_key_load(file, NULL, NULL, no_passphrase, NULL, &key, err);
	if (!code)
		*sha256 = ed_arena_strdup(arena, edoc_key_cert_sha256(key));
	edoc_key_free(key);
	return code ? code : *sha256 && *named ? EDOC_OK : ed_fail_memory(err);
}

/* The certificate alone, for those who list it in the directory. */
enum edoc_code ed_desk_cert_write(const char *path, const char *named, struct ed_arena *arena,
                                  const char **cert, struct edoc_error *err)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	const char *file =
	        *named == '/' ? named : ed_arena_printf(arena, "%s/conf/%s", path, named);
	struct ed_buf pem;
	const char *at;

	*cert = ed_arena_printf(arena, "%s/conf/desk.crt", path);
	if (!file || !*cert)
		return ed_fail_memory(err);
	ed_buf_init(&pem, ED_MAX_KEY_FILE);
	enum edoc_code code = ed_read_path(file, &pem, err);
	at = code ? NULL : strstr(ed_buf_str(&pem), begin);
	if (at)
		code = ed_write_file(*cert, at, strlen(at), true, err);
	else
		*cert = file;
	ed_buf_clear(&pem);
	return code;
}

static enum edoc_code write_conf(const char *path, const struct edoc_desk_init *init,
                                 const char *named, struct edoc_error *err)
{
	char *file = ed_path_join(path, "conf/desk.yaml");
	struct ed_buf yaml;

	ed_buf_init(&yaml, ED_MAX_YAML_BYTES);
	ed_buf_printf(&yaml, "format: " DESK_FORMAT "\nagency: \"%s\"\nzone: %s\nkey: \"%s\"\n",
	              init->agency, init->zone ? init->zone : "UTC", named);
	enum edoc_code code = file ? ed_buf_check(&yaml, path, err) : ed_fail_memory(err);
	if (!code)
		code = ed_write_file(file, yaml.data, yaml.len, false, err);
	ed_buf_clear(&yaml);
	free(file);
	return code;
}

/* Anchors that cannot be loaded would make a desk that cannot be opened. */
static enum edoc_code check_trust(const char *folder, struct edoc_error *err)
{
	struct edoc_trust *trust = NULL;
	char **names = NULL;
	size_t n;

	enum edoc_code code = ed_list_dir(folder, &names, &n, err);
	ed_names_free(names);
	if (code)
		return code;
	code = edoc_trust_new(&trust, err);
	if (!code)
		code = edoc_trust_add(trust, folder, EDOC_FOR_ALL, err);
	edoc_trust_free(trust);
	return code == EDOC_ERR_ABSENT ? EDOC_OK : code; /* an empty one trusts nobody */
}

static enum edoc_code check_key(const char *path, struct edoc_error *err)
{
	struct edoc_key *key = NULL;

	enum edoc_code code = edoc_key_load(path, NULL, NULL, no_passphrase, NULL, &key, err);
	edoc_key_free(key);
	return code;
}

/* All that is named is looked at before the first folder is made. */
static enum edoc_code check_init(const char *path, const struct edoc_desk_init *init,
                                 struct edoc_error *err)
{
	const char *zone = init->zone ? init->zone : "UTC";
	char *conf = ed_path_join(path, "conf/desk.yaml");
	struct ed_zone *loaded = NULL;
	enum edoc_code code = EDOC_OK;

	if (!conf)
		return ed_fail_memory(err);
	if (is_there(conf))
		code = ed_fail(err, EDOC_ERR_EXISTS, path, "a desk is here already");
	free(conf);
	if (!code && (!init->agency || !plain_name(init->agency) || strchr(init->agency, '"')))
		code = ed_fail(err, EDOC_ERR_USAGE, "--agency",
		               "the agency's id in the directory is needed, a plain word");
	if (!code && init->key_path && strpbrk(init->key_path, "\"\\\n"))
		code = ed_fail(err, EDOC_ERR_USAGE, init->key_path, "not a path for desk.yaml");
	if (!code)
		code = ed_zone_load(NULL, zone, &loaded, err);
	ed_zone_free(loaded);
	for (size_t i = 0; !code && init->trust && init->trust[i]; i++)
		code = check_trust(init->trust[i], err);
	if (!code && init->key_path)
		code = check_key(init->key_path, err);
	return code;
}

static enum edoc_code tell_init(const char *path, const struct edoc_desk_init *init,
                                const char *cert, const char *sha256, char **text, char **json,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct ed_buf out;
	json_t *o;

	if (text) {
		ed_buf_init(&out, 8192);
		if (init->dry)
			ed_buf_printf(&out, dgettext("edoc", "%s: would be made\n"), path);
		else
			ed_buf_printf(&out, "%s\ncertificate %s\nsha256 %s\n", path, cert, sha256);
		code = ed_buf_steal(&out, path, text, err);
	}
	if (code || !json)
		return code;
	o = json_object();
	code = ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", "init") |
	                       ed_json_bool(o, "ok", true) | ed_json_str(o, "desk", path) |
	                       ed_json_str(o, "agency", init->agency) |
	                       ed_json_str(o, "certificate", cert) |
	                       ed_json_str(o, "cert_sha256", sha256) |
	                       ed_json_bool(o, "dry", init->dry)
	               ? ed_fail_memory(err)
	               : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

enum edoc_code edoc_desk_init(const char *path, const struct edoc_desk_init *init, char **text,
                              char **json, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	const char *named = "", *cert = "", *sha256 = "";
	const char *trust;

	if (!arena)
		return ed_fail_memory(err);
	enum edoc_code code = check_init(path, init, err);
	if (code || init->dry)
		goto out;
	trust = ed_arena_printf(arena, "%s/conf/trust", path);
	code = trust ? make_folders(path, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && init->trust && init->trust[i]; i++)
		code = copy_trust(init->trust[i], trust, true, err);
	if (!code)
		code = init_key(path, init, arena, &named, &sha256, err);
	if (!code)
		code = ed_desk_cert_write(path, named, arena, &cert, err);
	if (!code)
		code = write_conf(path, init, named, err); /* last: now it is a desk */
out:
	if (!code)
		code = tell_init(path, init, cert, sha256, text, json, err);
	ed_arena_free(arena);
	return code;
}

/* ---- certificates by path ---- */

static enum edoc_code first_cert(void *arg, X509 *x509, struct edoc_error *err)
{
	struct ed_buf *der = arg;

	return der->len ? EDOC_OK : ed_cert_der(x509, der, err);
}

enum edoc_code edoc_cert_sha256(const char *path, char out[65], struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct ed_buf bytes, der;

	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	ed_buf_init(&der, ED_MAX_KEY_FILE);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (!code)
		code = ed_certs_read(bytes.data, bytes.len, path, first_cert, &der, err);
	if (!code && !der.len)
		code = ed_fail(err, EDOC_ERR_INPUT, path, "no certificate in it");
	if (!code && !ed_hash_bytes(ED_SHA256, der.data, der.len, digest))
		code = ed_fail_memory(err);
	if (!code)
		ed_hex(out, digest, 32);
	ed_buf_clear(&bytes);
	ed_buf_clear(&der);
	return code;
}
