/* SPDX-License-Identifier: ISC */
/*
 * bench-cases DESK AUTHOR.pem LAWYER.pem N ROUTES: N cases of a desk that take the
 * routes bench.0 ... in turn: nineteen of twenty are registered and over, of the
 * others half wait since yesterday, half are late for weeks.
 *
 * The first cases of a route are the desk's own doing; the others are such cases
 * of other packages: entries for them, signed by the same keys, numbers of their
 * own.  `edoc-route verify` and `audit` hold of each what they hold of the first.
 * A package takes each route once, so it is one file with many names; nothing
 * is synced.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "edoc.h"
#include "route/desk.h"
#include "route/papers.h"
#include "signature/cmsledger.h"

#define DAY 86400
#define MOULDS 3    /* waits, late, over */
#define ENTRIES 3   /* of the longest */
#define NAMES 50000 /* of one file; ext4 bears 65,000 */
#define MAX_ROUTES 1000
#define PATH 4096

struct mould {
	char id[ED_CASE_ID], submitter[65];
	struct ed_entry v[ENTRIES];
	size_t n;
	char *pins[8];
	size_t n_pins;
	json_t *claim; /* of its number, or NULL */
	int64_t given; /* the last number of the book */
};

struct paper { /* a package */
	char path[PATH], sha256[65];
	json_t *documents;
};

struct bench {
	const char *path;
	struct edoc_desk *desk;
	struct edoc_policy *policy;
	struct edoc_key *author, *lawyer;
	struct mould (*moulds)[MOULDS];
	int routes;
	int64_t now;
};

static int fail(const char *what, const struct edoc_error *err)
{
	fprintf(stderr, "bench-cases: %s: %s: %s\n", what, err->where, err->msg);
	return 1;
}

static int fail_errno(const char *path)
{
	fprintf(stderr, "bench-cases: %s: %s\n", path, strerror(errno));
	return 1;
}

static int put_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "wx");
	bool good = f && fwrite(bytes, 1, len, f) == len;

	if (f && fclose(f))
		good = false;
	return good ? 0 : fail_errno(path);
}

/* ---- packages ---- */

static int make_package(struct bench *b, const char *name, struct paper *p)
{
	struct edoc_sign_options options = {
	        .at = b->now - (int64_t)50 * DAY, .key = b->author, .policy = b->policy};
	const struct edoc_new_options plain = {.card_path = NULL};
	struct edoc_error err = {0};
	char document[PATH], text[128];
	const char *files[] = {document};
	struct ed_findings findings;
	struct ed_asic *asic = NULL;
	struct ed_arena *arena;
	uint64_t size;
	int fd;

	snprintf(document, sizeof(document), "%s/tmp/order.txt", b->path);
	snprintf(p->path, sizeof(p->path), "%s/tmp/bench.asice", b->path);
	snprintf(text, sizeof(text), "Order %s\n", name);
	if (put_file(document, text, strlen(text)))
		return 1;
	unlink(p->path);
	if (edoc_package_new(p->path, files, 1, &plain, &options, NULL, &err) != EDOC_OK)
		return fail(p->path, &err);
	unlink(document);
	arena = ed_arena_new();
	ed_findings_init(&findings, arena);
	json_decref(p->documents);
	p->documents = NULL;
	if (ed_open_read(p->path, &fd, &size, &err) ||
	    ed_file_sha256(fd, p->path, p->sha256, &err) ||
	    ed_package_open(fd, p->path, NULL, arena, &findings, &asic, &err) ||
	    ed_papers_list(asic, arena, &p->documents, &err))
		return fail(p->path, &err);
	ed_asic_free(asic);
	ed_arena_free(arena);
	close(fd);
	return 0;
}

/* ---- the first of a kind ---- */

static int submit(struct bench *b, int route, int64_t now, const struct paper *p, char **id)
{
	struct edoc_act act = {.now = now, .key = b->author};
	struct edoc_error err = {0};
	char name[32];

	snprintf(name, sizeof(name), "bench.%d", route);
	if (edoc_desk_submit(b->desk, p->path, name, &act, id, NULL, &err) != EDOC_OK || !*id)
		return fail(name, &err);
	(*id)[32] = '\0';
	return 0;
}

static int act_on(struct bench *b, const char *id, const char *outcome, int64_t now)
{
	struct edoc_act act = {.now = now, .key = b->lawyer};
	struct edoc_error err = {0};
	char *text = NULL;

	if (edoc_desk_do(b->desk, outcome, id, &act, &text, NULL, &err) != EDOC_OK)
		return fail(id, &err);
	edoc_free(text);
	return 0;
}

static int keep_claim(struct mould *m, const char *dir)
{
	struct edoc_error err = {0};
	char **names = NULL, path[PATH];
	struct ed_buf bytes;
	size_t n;

	snprintf(path, sizeof(path), "%s/num", dir);
	if (ed_list_dir(path, &names, &n, &err))
		return fail(path, &err);
	ed_buf_init(&bytes, 65536);
	if (n == 1) {
		snprintf(path, sizeof(path), "%s/num/%s", dir, names[0]);
		if (ed_read_path(path, &bytes, &err) ||
		    ed_json_parse(bytes.data, bytes.len, path, &m->claim, &err))
			return fail(path, &err);
	}
	ed_buf_clear(&bytes);
	ed_names_free(names);
	return 0;
}

/* What the desk wrote for it. */
static int keep(struct bench *b, const char *id, struct mould *m)
{
	struct edoc_error err = {0};
	char **names = NULL, path[PATH];
	struct ed_case c;
	size_t n;

	if (ed_case_load(b->desk, id, &c, &err))
		return fail(id, &err);
	snprintf(m->id, sizeof(m->id), "%s", id);
	m->n = c.r.ledger.n;
	for (size_t i = 0; i < m->n && i < ENTRIES; i++) {
		m->v[i] = c.r.ledger.v[i];
		json_incref(m->v[i].header);
		json_incref(m->v[i].body);
		m->given = json_integer_value(
		        json_object_get(json_object_get(m->v[i].header, "register"), "seq"));
	}
	snprintf(path, sizeof(path), "%s/pin", c.dir);
	if (ed_list_dir(path, &names, &n, &err))
		return fail(path, &err);
	for (size_t i = 0; i < n && i < 8; i++)
		if (asprintf(&m->pins[m->n_pins++], "%s/%s", path, names[i]) < 0)
			return 1;
	ed_names_free(names);
	int status = keep_claim(m, c.dir);
	for (size_t i = 0; i < m->n; i++) { /* ours now; the bytes go */
		json_incref(c.r.ledger.v[i].header);
		json_incref(c.r.ledger.v[i].body);
	}
	ed_case_clear(&c);
	return status;
}

static int make_moulds(struct bench *b, int route)
{
	static const int days[MOULDS] = {1, 40, 41};
	struct paper p = {.documents = NULL};
	int status = 0;

	for (int k = 0; k < MOULDS && !status; k++) {
		int64_t now = b->now - (int64_t)days[k] * DAY;
		char name[64], *id = NULL;

		snprintf(name, sizeof(name), "%d of %d", k, route);
		status = make_package(b, name, &p);
		if (!status)
			status = submit(b, route, now, &p, &id);
		if (!status && k == 2)
			status = act_on(b, id, "agreed", now + 3600) ||
			         act_on(b, id, "registered", now + 7200);
		if (!status)
			status = keep(b, id, &b->moulds[route][k]);
		edoc_free(id);
	}
	unlink(p.path);
	json_decref(p.documents);
	return status;
}

/* ---- another of it ---- */

static int write_file(const char *dir, const char *name, const struct ed_buf *bytes)
{
	char path[2 * PATH];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return put_file(path, bytes->data, bytes->len);
}

/* A name for the file; when it has too many, a copy takes its place. */
static int link_file(char **from, const char *to)
{
	struct stat st;

	if (stat(*from, &st))
		return fail_errno(*from);
	if (st.st_nlink < NAMES)
		return link(*from, to) ? fail_errno(to) : 0;
	struct edoc_error err = {0};
	struct ed_buf bytes;

	ed_buf_init(&bytes, (size_t)1 << 24);
	if (ed_read_path(*from, &bytes, &err))
		return fail(*from, &err);
	if (put_file(to, bytes.data, bytes.len))
		return 1;
	ed_buf_clear(&bytes);
	free(*from);
	return (*from = strdup(to)) ? 0 : 1;
}

static int make_folders(const char *dir)
{
	static const char *const folders[] = {"pkg", "obj", "sig", "pin", "num", "rcpt", "log"};
	struct edoc_error err = {0};
	char path[2 * PATH];

	if (ed_mkdirs(dir, &err))
		return fail(dir, &err);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
		if (mkdir(path, 0777))
			return fail_errno(path);
	}
	return 0;
}

static int set_number(struct mould *m, json_t *header, struct ed_arena *arena)
{
	json_t *r = json_object_get(header, "register");

	if (!r)
		return 0;
	r = json_deep_copy(r);
	json_object_set_new(header, "register", r);
	m->given++;
	return ed_json_int(r, "seq", m->given) |
	       ed_json_str(r, "number",
	                   ed_register_number(arena, ed_json_get_str(m->claim, "pattern"),
	                                      json_integer_value(json_object_get(r, "year")),
	                                      m->given));
}

static int put_number(const struct bench *b, const struct mould *m, const char *dir, const char *id,
                      const char *command)
{
	json_t *claim = json_deep_copy(m->claim);
	struct edoc_error err = {0};
	char at[2 * PATH], name[PATH], book[2 * PATH];
	struct ed_buf bytes;

	ed_buf_init(&bytes, 65536);
	if (ed_json_str(claim, "case", id) || ed_json_str(claim, "command", command) ||
	    ed_json_canonical(claim, &bytes, &err))
		return fail(dir, &err);
	int64_t year = json_integer_value(json_object_get(claim, "year"));
	snprintf(name, sizeof(name), "num/%s.1.%" PRId64, ed_json_get_str(claim, "step"), year);
	int status = write_file(dir, name, &bytes);
	snprintf(book, sizeof(book), "%s/reg/%s/%" PRId64 "/%06" PRId64, b->path,
	         ed_json_get_str(claim, "book"), year, m->given);
	snprintf(at, sizeof(at), "%s/%s", dir, name);
	if (!status && link(at, book))
		status = fail_errno(book);
	ed_buf_clear(&bytes);
	json_decref(claim);
	return status;
}

/* The i-th entry of the mould for another case, that follows *head. */
static int put_entry(struct bench *b, struct mould *m, size_t i, const struct paper *p,
                     const char *id, const char *dir, char head[72])
{
	json_t *h = json_copy(m->v[i].header), *body = json_deep_copy(m->v[i].body);
	struct ed_entry entry = {0}, probe = m->v[i];
	struct ed_arena *arena = ed_arena_new();
	char command[ED_SHA256_REF], ref[ED_SHA256_REF], extension[32], name[128];
	struct edoc_error err = {0};
	struct ed_command_key key;
	int bad;

	probe.header = h;
	bad = ed_json_str(h, "case", id);
	key = ed_entry_key(&probe, extension);
	key.reason = ed_json_get_str(body, "reason");
	key.text = ed_json_get_str(body, "text");
	key.salt = ed_json_get_str(body, "salt");
	bad |= ed_command_id(&key, command, &err) != EDOC_OK || ed_json_str(h, "command", command);
	if (i == 0) {
		snprintf(ref, sizeof(ref), "sha256:%s", p->sha256);
		bad |= ed_json_str(h, "package", ref) |
		       json_object_set(h, "documents", p->documents);
	} else {
		bad |= json_object_set_new(h, "prev", json_pack("[s]", head));
	}
	bad |= set_number(m, h, arena);
	if (bad || ed_entry_make(h, body, &entry, &err) ||
	    ed_cms_sign(i ? b->lawyer : b->author, entry.bytes.data, entry.bytes.len, entry.time,
	                &entry.cms, &err))
		return fail(id, &err);
	snprintf(head, 72, "sha256:%s", entry.sha256);
	snprintf(name, sizeof(name), "obj/%s.cms", entry.sha256);
	int status = write_file(dir, name, &entry.cms);
	snprintf(name, sizeof(name), "obj/%s.body.json", entry.sha256);
	if (!status)
		status = write_file(dir, name, &entry.body_bytes);
	if (!status && json_object_get(entry.header, "register"))
		status = put_number(b, m, dir, id, command);
	snprintf(name, sizeof(name), "log/%06zu", i + 1);
	if (!status)
		status = write_file(dir, name, &entry.bytes);
	ed_entry_clear(&entry);
	ed_arena_free(arena);
	return status;
}

static int copy(struct bench *b, struct mould *m, const struct paper *p)
{
	char id[ED_CASE_ID], dir[PATH], to[2 * PATH], head[72] = "", *from = NULL;
	struct edoc_error err = {0};
	int status;

	if (ed_case_id(p->documents, ed_json_get_str(m->v[0].header, "route"), id, &err))
		return fail(p->path, &err);
	snprintf(dir, sizeof(dir), "%s/case/%.2s/%s", b->path, id, id);
	status = make_folders(dir);
	for (size_t i = 0; i < m->n_pins && !status; i++) {
		snprintf(to, sizeof(to), "%s/pin/%s", dir, strrchr(m->pins[i], '/') + 1);
		status = link_file(&m->pins[i], to);
	}
	snprintf(to, sizeof(to), "%s/pkg/%s.asice", dir, p->sha256);
	from = strdup(p->path);
	if (!status)
		status = link_file(&from, to);
	free(from);
	for (size_t i = 0; i < m->n && !status; i++)
		status = put_entry(b, m, i, p, id, dir, head);
	return status;
}

/* ---- all ---- */

static int fill(struct bench *b, int n)
{
	struct paper p = {.documents = NULL};
	int status = 0, made = MOULDS * b->routes;

	for (int r = 0; r < b->routes && !status; r++)
		status = make_moulds(b, r);
	/* The moulds hold their own; the desk's memory is given back. */
	for (int k = 0; made < n && !status; k++) {
		char name[32];

		snprintf(name, sizeof(name), "number %d", k);
		status = make_package(b, name, &p);
		for (int r = 0; r < b->routes && made < n && !status; r++, made++)
			status = copy(b, &b->moulds[r][k % 40 == 0 ? 0 : k % 40 == 20 ? 1 : 2], &p);
	}
	unlink(p.path);
	json_decref(p.documents);
	return status;
}

int main(int argc, char **argv)
{
	int n = argc == 6 ? atoi(argv[4]) : 0, routes = argc == 6 ? atoi(argv[5]) : 0;
	struct bench b = {.path = argv[1], .routes = routes, .now = (int64_t)time(NULL)};
	struct edoc_error err = {0};

	if (n <= 0 || routes <= 0 || routes > MAX_ROUTES)
		return 64;
	b.moulds = calloc((size_t)routes, sizeof(*b.moulds));
	if (!b.moulds)
		return 71;
	if (edoc_key_load(argv[2], NULL, NULL, NULL, NULL, &b.author, &err) != EDOC_OK ||
	    edoc_key_load(argv[3], NULL, NULL, NULL, NULL, &b.lawyer, &err) != EDOC_OK ||
	    edoc_policy_strict(&b.policy, &err) != EDOC_OK ||
	    edoc_desk_open(argv[1], b.policy, &b.desk, &err) != EDOC_OK)
		return fail(argv[1], &err);
	return fill(&b, n); /* the process is over: nothing is freed */
}
