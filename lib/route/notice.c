/* SPDX-License-Identifier: ISC */
/* Notices as files: each is made once, whatever is cut short. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "route/notice.h"

#define NOTICE_FORMAT "edoc-notice/1"

/* ---- one of them ---- */

static enum edoc_code notice_id(const struct ed_case *c, const struct ed_notice *n, char id[33],
                                struct edoc_error *err)
{
	const char *to = n->person ? n->person : n->agency;
	json_t *o = json_object();
	char digest[ED_SHA256_REF];
	struct ed_buf bytes;

	if (!n->person && n->post) /* nobody holds it */
		to = ed_arena_printf(c->r.arena, "%s@%s", n->post, n->agency);
	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code = ed_json_str(o, "case", c->id) | ed_json_str(o, "event", n->event) |
	                                      ed_json_str(o, "about", n->about) |
	                                      ed_json_str(o, "lang", n->lang) |
	                                      (to ? ed_json_str(o, "to", to) : -1)
	                              ? ed_fail_memory(err)
	                              : ed_json_canonical(o, &bytes, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	if (!code)
		snprintf(id, 33, "%.32s", digest + 7);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

static int put(json_t *o, const char *key, const char *value)
{
	return value && *value ? ed_json_str(o, key, value) : 0;
}

static enum edoc_code notice_json(const struct ed_case *c, const struct ed_notice *n,
                                  const char *id, char **line, struct edoc_error *err)
{
	const struct ed_route *route = c->r.engine.route;
	json_t *o = json_object(), *to = json_object();

	int bad = put(to, "person", n->person) | put(to, "name", n->name) |
	          put(to, "post", n->post) | put(to, "agency", n->agency);
	bad |= ed_json_str(o, "format", NOTICE_FORMAT) | ed_json_str(o, "id", id) |
	       ed_json_str(o, "event", n->event) | ed_json_str(o, "lang", n->lang) |
	       json_object_set_new(o, "to", to) | ed_json_str(o, "case", c->id) |
	       put(o, "number", c->r.state.number) | put(o, "route", route ? route->id : NULL) |
	       ed_json_str(o, "about", n->about) | ed_json_time(o, "time", n->time);
	if (n->visit)
		bad |= ed_json_str(o, "step", n->visit->path) |
		       ed_json_int(o, "visit", n->visit->visit);
	bad |= put(o, "timer", n->timer) | put(o, "rung", n->rung) |
	       ed_json_time(o, "due", n->due) | put(o, "outcome", n->outcome);
	bad |= ed_json_str(o, "subject", n->subject) | ed_json_str(o, "text", n->text);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_json_line(o, line, err);
	json_decref(o);
	return code;
}

/* Both files in wait/, under a name that nobody else ever has. */
static enum edoc_code stage(struct ed_case *c, const struct ed_notice *n, const char *id,
                            const char *stem, struct edoc_error *err)
{
	const char *json = ed_desk_path(c->desk, "notice/wait/%s.json", stem);
	const char *text = ed_desk_path(c->desk, "notice/wait/%s.txt", stem);
	const char *words = ed_arena_printf(c->r.arena, "%s\n\n%s", n->subject, n->text);
	char *line = NULL;
	bool taken;

	if (!json || !text || !words)
		return ed_fail_memory(err);
	enum edoc_code code = notice_json(c, n, id, &line, err);
	if (!code)
		code = ed_desk_put(c->desk, text, words, strlen(words), &taken, err);
	if (!code)
		code = line ? ed_desk_put(c->desk, json, line, strlen(line), &taken, err)
		            : ed_fail_memory(err);
	edoc_free(line);
	return code;
}

static enum edoc_code publish_one(struct edoc_desk *desk, const char *stem, const char *id,
                                  const char *suffix, struct edoc_error *err)
{
	const char *from = ed_desk_path(desk, "notice/wait/%s%s", stem, suffix);
	const char *to = ed_desk_path(desk, "notice/new/%s%s", id, suffix);

	if (!from || !to)
		return ed_fail_memory(err);
	/* Gone: another process was quicker. */
	return rename(from, to) && errno != ENOENT ? ed_fail_errno(err, EDOC_ERR_IO, to, "rename")
	                                           : EDOC_OK;
}

static enum edoc_code publish(struct edoc_desk *desk, const char *stem, const char *id,
                              struct edoc_error *err)
{
	const char *from = ed_desk_path(desk, "notice/wait"),
	           *to = ed_desk_path(desk, "notice/new");

	enum edoc_code code =
	        from && to ? publish_one(desk, stem, id, ".txt", err) : ed_fail_memory(err);
	if (!code)
		code = ed_fsync_dir(to, err);
	if (!code)
		code = publish_one(desk, stem, id, ".json", err);
	if (!code)
		code = ed_fsync_dir(to, err);
	return code ? code : ed_fsync_dir(from, err);
}

static void drop(struct edoc_desk *desk, const char *stem)
{
	static const char *const suffixes[] = {".json", ".txt"};

	for (size_t i = 0; i < 2; i++) {
		const char *path = ed_desk_path(desk, "notice/wait/%s%s", stem, suffixes[i]);
		if (path)
			unlink(path);
	}
}

/* What of this notice lies in wait/, once somebody has claimed it: that of the
 * claim's inode is the one to publish, all else is a double, whoever made it. */
static enum edoc_code settle(struct edoc_desk *desk, const struct stat *claim, const char *id,
                             const char *name, struct edoc_error *err)
{
	const char *dot = strrchr(name, '.');
	const char *stem, *json;
	struct stat st;

	if (strncmp(name, id, strlen(id)) != 0 || name[strlen(id)] != '.')
		return EDOC_OK;
	stem = ed_arena_printf(desk->arena, "%.*s", (int)(dot - name), name);
	json = stem ? ed_desk_path(desk, "notice/wait/%s.json", stem) : NULL;
	if (!json)
		return ed_fail_memory(err);
	if (!stat(json, &st) && st.st_ino == claim->st_ino && st.st_dev == claim->st_dev)
		return publish(desk, stem, id, err);
	drop(desk, stem);
	return EDOC_OK;
}

static enum edoc_code finish(struct ed_case *c, const char *claim, const char *id,
                             struct edoc_error *err)
{
	const char *wait = ed_desk_path(c->desk, "notice/wait");
	char **names;
	struct stat st;
	size_t n;

	if (!wait)
		return ed_fail_memory(err);
	if (stat(claim, &st) || access(wait, F_OK))
		return EDOC_OK;
	enum edoc_code code = ed_list_dir(wait, &names, &n, err);
	for (size_t i = 0; i < n && !code; i++)
		code = settle(c->desk, &st, id, names[i], err);
	free(names);
	return code;
}

static enum edoc_code make_folders(struct ed_case *c, struct edoc_error *err)
{
	static const char *const folders[] = {"notice/wait", "notice/new"};
	char *claims = ed_case_path(c, "note");

	enum edoc_code code = claims ? ed_mkdirs(claims, err) : ed_fail_memory(err);
	for (size_t i = 0; i < 2 && !code; i++) {
		const char *dir = ed_desk_path(c->desk, "%s", folders[i]);
		code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
	}
	return code;
}

/* Made here, or by another process meanwhile: whose link(2) is first. */
static enum edoc_code claim_it(struct ed_case *c, const struct ed_notice *notice, const char *id,
                               const char *claim, bool *made, struct edoc_error *err)
{
	unsigned char salt[8];
	char hex[2 * sizeof(salt) + 1];
	const char *stem, *json;
	bool taken = false;

	if (!ed_random(salt, sizeof(salt)))
		return ed_fail_memory(err);
	ed_hex(hex, salt, sizeof(salt));
	stem = ed_arena_printf(c->r.arena, "%s.%s", id, hex);
	json = stem ? ed_desk_path(c->desk, "notice/wait/%s.json", stem) : NULL;
	if (!json)
		return ed_fail_memory(err);
	enum edoc_code code = make_folders(c, err);
	if (!code)
		code = stage(c, notice, id, stem, err);
	if (!code)
		code = ed_desk_link(json, claim, &taken, err);
	if (code)
		drop(c->desk, stem);
	*made = !code && !taken;
	return code;
}

enum edoc_code ed_notice_put(struct ed_case *c, const struct ed_notice *notice, bool *made,
                             struct edoc_error *err)
{
	struct edoc_error why = {0};
	char id[33], *claim;

	*made = false;
	enum edoc_code code = notice_id(c, notice, id, err);
	if (code)
		return code;
	claim = ed_case_path(c, "note/%s.json", id);
	if (!claim)
		return ed_fail_memory(err);
	if (access(claim, F_OK))
		code = claim_it(c, notice, id, claim, made, &why);
	if (code && access(claim, F_OK)) { /* nobody did: ours is the error */
		if (err)
			*err = why;
		return code;
	}
	return finish(c, claim, id, err);
}
