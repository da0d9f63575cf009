/* SPDX-License-Identifier: ISC */
/*
 * A desk gets another key.  First a record that the old key and the new one
 * sign, for those who issue the directory; once that lists the new key, the
 * desk turns to it.  Both steps may be run again.
 *
 *   conf/desk-next.key     the new key, where one is made
 *   conf/desk-<8 hex>.key  the same once it is the desk's
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/yaml.h"
#include "route/exchange.h"
#include "route/rotation.h"

#define KEY_YEARS 10 /* of a desk certificate; the directory's dates rule */

struct rekey {
	struct edoc_desk *desk;
	const struct edoc_rotation *what;
	const struct edoc_act *act;
	struct edoc_key *old; /* borrowed */
	struct edoc_key *new;
	const char *path; /* of the new key */
	bool made;        /* by this call */
	char record[65];  /* sha256 of the record's package */
};

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* The key of --key, or conf/desk-next.key; make: it is made when it is not there. */
static enum edoc_code open_next(struct rekey *r, bool make, struct edoc_error *err)
{
	char *real = NULL;
	enum edoc_code code = EDOC_OK;

	if (r->what->key_path) {
		real = realpath(r->what->key_path, NULL);
		r->path = ed_arena_strdup(r->desk->arena, real ? real : r->what->key_path);
		free(real);
	} else {
		r->path = ed_desk_path(r->desk, "conf/desk-next.key");
	}
	if (!r->path)
		return ed_fail_memory(err);
	if (!r->what->key_path && !is_there(r->path)) {
		if (!make)
			return ed_fail(err, EDOC_ERR_ABSENT, r->path,
			               "there is no new key to turn to; begin with "
			               "edoc-route directory rotate -o PKG");
		if (r->act->dry)
			return EDOC_OK;
		code = edoc_key_generate(r->path, r->desk->agency, r->act->now - 60,
		                         r->act->now + (int64_t)KEY_YEARS * 365 * 86400, err);
		r->made = !code;
	}
	if (!code && strpbrk(r->path, "\"\\\n"))
		code = ed_fail(err, EDOC_ERR_USAGE, r->path, "not a path for desk.yaml");
	/* By the name that was given, which errors tell. */
	return code ? code
	            : ed_desk_key_load(r->what->key_path ? r->what->key_path : r->path, &r->new,
	                               err);
}

static bool same_key(const struct rekey *r)
{
	return r->new && !strcmp(edoc_key_cert_sha256(r->old), edoc_key_cert_sha256(r->new));
}

/* -f is no leave to write over a key. */
static bool same_file(const char *a, const char *b)
{
	struct stat one, other;

	return a && b && stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

/* ---- the record ---- */

static enum edoc_code write_record(const struct rekey *r, const char *path, struct edoc_error *err)
{
	json_t *o = json_object();
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	int bad = ed_json_str(o, "format", "edoc-rotation/1") |
	          ed_json_str(o, "agency", r->desk->agency) |
	          ed_json_str(o, "old", edoc_key_cert_sha256(r->old)) |
	          ed_json_str(o, "new", edoc_key_cert_sha256(r->new)) |
	          ed_json_time(o, "time", r->act->now);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_canonical(o, &bytes, err);
	if (!code)
		code = ed_write_file(path, bytes.data, bytes.len, false, err);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

/* Signed by the old key, then by the new one. */
static enum edoc_code sign_record(const struct rekey *r, const char *record, const char *package,
                                  struct edoc_error *err)
{
	const char *const files[] = {record};
	struct edoc_new_options card = {0};
	struct edoc_sign_options options = {.at = r->act->now,
	                                    .key = r->old,
	                                    .policy = r->desk->policy,
	                                    .commitment = "approval"};
	char *made = NULL;

	enum edoc_code code = edoc_package_new(package, files, 1, &card, &options, &made, err);
	edoc_free(made);
	made = NULL;
	options.key = r->new;
	if (!code)
		code = edoc_package_sign(package, &options, &made, err);
	edoc_free(made);
	return code;
}

/* To where it was asked for, once it is whole. */
static enum edoc_code publish(struct rekey *r, const char *package, struct edoc_error *err)
{
	char ref[ED_SHA256_REF];
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_PIN);
	enum edoc_code code = ed_read_path(package, &bytes, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, ref))
		code = ed_fail_memory(err);
	if (!code)
		snprintf(r->record, sizeof(r->record), "%s", ref + 7);
	if (!code)
		code = ed_write_file(r->what->out, bytes.data, bytes.len, r->what->overwrite, err);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code make_record(struct rekey *r, struct edoc_error *err)
{
	char *dir = ed_desk_path(r->desk, "tmp/rotate-XXXXXX");
	char *record = NULL, *package = NULL;
	enum edoc_code code = EDOC_OK;

	if (!dir)
		return ed_fail_memory(err);
	if (!mkdtemp(dir))
		return ed_fail_errno(err, EDOC_ERR_IO, dir, "mkdtemp");
	record = ed_path_join(dir, "rotation.json");
	package = ed_path_join(dir, "rotation.asice");
	code = record && package ? write_record(r, record, err) : ed_fail_memory(err);
	if (!code)
		code = sign_record(r, record, package, err);
	if (!code)
		code = publish(r, package, err);
	if (record)
		unlink(record);
	if (package)
		unlink(package);
	free(record);
	free(package);
	rmdir(dir);
	return code;
}

/* ---- what is told ---- */

static enum edoc_code tell(const struct rekey *r, const char *what, bool already, char **text,
                           char **json, struct edoc_error *err)
{
	const char *new = r->new    ? edoc_key_cert_sha256(r->new)
	                  : already ? edoc_key_cert_sha256(r->old)
	                            : NULL;
	char record[ED_SHA256_REF] = "";
	enum edoc_code code = EDOC_OK;
	struct ed_buf out;
	json_t *o;

	if (*r->record)
		snprintf(record, sizeof(record), "sha256:%s", r->record);
	if (text) {
		ed_buf_init(&out, 8192);
		if (*record)
			ed_buf_printf(&out, "%s\n- {sha256: %s,\n   rotation: \"%s\"}\n",
			              r->what->out, new, record);
		else
			ed_buf_printf(&out, "%s %s\n",
			              already       ? dgettext("edoc", "the desk's key already:")
			              : r->act->dry ? dgettext("edoc", "would be the desk's key:")
			                            : dgettext("edoc", "the desk's key:"),
			              new ? new : "-");
		code = ed_buf_steal(&out, r->desk->path, text, err);
	}
	if (code || !json)
		return code;
	o = json_object();
	int bad = ed_json_int(o, "v", 1) | ed_json_str(o, "cmd", what) |
	          ed_json_bool(o, "ok", true) | ed_json_str(o, "agency", r->desk->agency) |
	          ed_json_str(o, "old", edoc_key_cert_sha256(r->old)) | ed_json_str(o, "new", new) |
	          ed_json_str(o, "path", *record ? r->what->out : NULL) |
	          ed_json_str(o, "rotation", *record ? record : NULL) |
	          ed_json_bool(o, "already", already) | ed_json_bool(o, "dry", r->act->dry);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

static enum edoc_code check_out(const struct rekey *r, struct edoc_error *err)
{
	const char *out = r->what->out;

	if (same_file(out, r->what->key_path) || same_file(out, r->desk->key_path))
		return ed_fail(err, EDOC_ERR_USAGE, out, "this is a key: choose another name");
	if (!r->what->overwrite && is_there(out))
		return ed_fail(err, EDOC_ERR_EXISTS, out, "it exists; -f replaces it");
	return EDOC_OK;
}

enum edoc_code edoc_desk_rotate(struct edoc_desk *desk, const struct edoc_rotation *what,
                                const struct edoc_act *act, char **text, char **json,
                                struct edoc_error *err)
{
	struct rekey r = {.desk = desk, .what = what, .act = act};

	enum edoc_code code = check_out(&r, err);
	if (!code)
		code = ed_desk_key(desk, &r.old, err);
	if (!code)
		code = open_next(&r, true, err);
	if (!code && same_key(&r))
		code = ed_fail(err, EDOC_ERR_INPUT, r.path, "this is the desk's key already");
	if (!code && !act->dry)
		code = make_record(&r, err);
	if (code && r.made)
		unlink(r.path); /* nobody has heard of it */
	if (!code)
		code = tell(&r, "directory rotate", false, text, json, err);
	edoc_key_free(r.new);
	return code;
}

/* ---- turning to it ---- */

/* Does the directory in force list the new key for this agency today? */
static enum edoc_code check_listed(const struct rekey *r, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_date today = ed_zone_civil(r->desk->zone, r->act->now).date;
	const struct ed_agency *agency;
	struct ed_pin *pin = NULL;

	if (!arena)
		return ed_fail_memory(err);
	enum edoc_code code = ed_desk_directory(r->desk, arena, &pin, err);
	if (!code && pin)
		code = ed_desk_believe(r->desk, pin, r->act->now, arena, err);
	agency = !code && pin
	                 ? ed_directory_desk(pin->directory, edoc_key_cert_sha256(r->new), today)
	                 : NULL;
	if (!code && (!agency || strcmp(agency->id, r->desk->agency) != 0))
		code = ed_fail(
		        err, EDOC_ERR_DENIED, r->path,
		        "the directory that is installed here does not list the key %.16s... "
		        "for %s today: give the record to those who issue it, and install "
		        "what they give back",
		        edoc_key_cert_sha256(r->new), r->desk->agency);
	ed_arena_free(arena);
	return code;
}

/* A key that was made gets its own name, so that the next one finds room. */
static enum edoc_code settle(const struct rekey *r, const char **named, struct edoc_error *err)
{
	const char *name =
	        ed_arena_printf(r->desk->arena, "desk-%.8s.key", edoc_key_cert_sha256(r->new));
	const char *final = name ? ed_desk_path(r->desk, "conf/%s", name) : NULL;
	bool taken;

	*named = r->what->key_path ? r->path : name;
	if (!final)
		return ed_fail_memory(err);
	return r->what->key_path ? EDOC_OK : ed_desk_link(r->path, final, &taken, err);
}

/* The file as it was, but for the line of `key`. */
static enum edoc_code other_key(const struct ed_buf *was, const struct ed_yaml *key,
                                const char *named, struct ed_buf *yaml, struct edoc_error *err)
{
	const char *at = ed_buf_str(was), *end;

	for (unsigned line = 1; at && line < key->line; line++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return ed_fail(err, EDOC_ERR_BUG, "desk.yaml", "a line that is not there");
	end = strchr(at, '\n');
	ed_buf_put(yaml, was->data, (size_t)(at - ed_buf_str(was)));
	ed_buf_printf(yaml, "key: \"%s\"%s", named, end ? end : "\n");
	return ed_buf_check(yaml, "desk.yaml", err);
}

static enum edoc_code change_conf(const struct rekey *r, const char *named, struct edoc_error *err)
{
	const char *path = ed_desk_path(r->desk, "conf/desk.yaml"), *said = "";
	struct ed_yaml *root = NULL, *again = NULL;
	struct ed_buf was, yaml;

	ed_buf_init(&was, ED_MAX_YAML_BYTES);
	ed_buf_init(&yaml, ED_MAX_YAML_BYTES);
	enum edoc_code code = path ? ed_read_path(path, &was, err) : ed_fail_memory(err);
	if (!code)
		code = ed_yaml_parse(was.data, was.len, path, r->desk->arena, &root, err);
	if (!code)
		code = other_key(&was, ed_yaml_get(root, "key"), named, &yaml, err);
	/* One line was a key and its value, or somebody wrote it otherwise. */
	if (!code && (ed_yaml_parse(yaml.data, yaml.len, path, r->desk->arena, &again, err) ||
	              again->n != root->n || ed_yaml_text(again, path, "key", true, &said, err) ||
	              strcmp(said, named) != 0))
		code = ed_fail(err, EDOC_ERR_CONFIG, path, "write there, by hand: key: \"%s\"",
		               named);
	if (!code)
		code = ed_write_file(path, yaml.data, yaml.len, true, err);
	ed_buf_clear(&was);
	ed_buf_clear(&yaml);
	return code;
}

static enum edoc_code turn(const struct rekey *r, struct edoc_error *err)
{
	const char *named = NULL, *cert;
	enum edoc_code code = settle(r, &named, err);

	if (!code)
		code = ed_desk_cert_write(r->desk->path, named, r->desk->arena, &cert, err);
	if (!code)
		code = change_conf(r, named, err); /* the commit */
	if (!code && !r->what->key_path)
		unlink(r->path);
	return code;
}

/* Was this very key made by a rotation that is finished? */
static bool settled(const struct rekey *r)
{
	const char *next = ed_desk_path(r->desk, "conf/desk-next.key");
	const char *own = ed_desk_path(r->desk, "conf/desk-%.8s.key", edoc_key_cert_sha256(r->old));

	return !r->what->key_path && next && own && !is_there(next) &&
	       same_file(own, r->desk->key_path);
}

enum edoc_code edoc_desk_rekey(struct edoc_desk *desk, const struct edoc_rotation *what,
                               const struct edoc_act *act, char **text, char **json,
                               struct edoc_error *err)
{
	struct rekey r = {.desk = desk, .what = what, .act = act};
	bool already = false;

	enum edoc_code code = ed_desk_key(desk, &r.old, err);
	if (!code)
		already = settled(&r);
	if (!code && !already)
		code = open_next(&r, false, err);
	already = already || same_key(&r);
	if (!code && !already)
		code = check_listed(&r, err);
	if (!code && !already && !act->dry)
		code = turn(&r, err);
	if (!code)
		code = tell(&r, "directory rotate", already, text, json, err);
	edoc_key_free(r.new);
	return code;
}
