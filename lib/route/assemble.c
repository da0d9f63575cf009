/* SPDX-License-Identifier: ISC */
/* A case as one package. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/exchange.h"
#include "route/generation.h"

struct assembly {
	struct ed_case *c;
	struct ed_zip *base;
	struct ed_zip_writer *writer;
	bool leaving;
	size_t n; /* entries that were added */
	const bool *held; /* which entries, by their place in the ledger */
	enum ed_proofs proofs;
};

/* Names are made of digests: one that is there already has these bytes. */
static enum edoc_code add(struct assembly *a, const char *name, const void *bytes, size_t len,
                          struct edoc_error *err)
{
	if (ed_zip_find(a->base, name) != (size_t)-1)
		return EDOC_OK;
	a->n++;
	return ed_zip_add_bytes(a->writer, name, bytes, len, err);
}

static enum edoc_code add_file(struct assembly *a, const char *name, const char *path, size_t max,
                               struct edoc_error *err)
{
	struct ed_buf bytes;

	ed_buf_init(&bytes, max);
	enum edoc_code code = path ? ed_read_path(path, &bytes, err) : ed_fail_memory(err);
	if (!code)
		code = add(a, name, bytes.data, bytes.len, err);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code add_signatures(struct assembly *a, struct edoc_error *err)
{
	static const char prefix[] = "META-INF/signatures-";
	const struct ed_ledger *ledger = &a->c->r.ledger;
	enum edoc_code code = EDOC_OK;

	/* Those over an older generation are not over these documents. */
	for (size_t i = ed_generation(ledger); i < ledger->n && !code; i++) {
		const char *name = ed_entry_get(&ledger->v[i], "signature", "name");
		if (!a->held[i] || !name || ed_zip_find(a->base, name) != (size_t)-1 ||
		    strncmp(name, prefix, sizeof(prefix) - 1))
			continue;
		code = add_file(a, name, ed_case_path(a->c, "sig/%s", name + sizeof(prefix) - 1),
		                ED_MAX_XML_BYTES, err);
	}
	return code;
}

static bool stays_home(const struct assembly *a, const struct ed_entry *e)
{
	const struct ed_route_step *step =
	        e->step ? ed_route_step(a->c->r.engine.route, e->step) : NULL;

	return a->leaving && step && step->internal;
}

static enum edoc_code add_entry(struct assembly *a, const struct ed_entry *e,
                                struct edoc_error *err)
{
	char name[ED_LEDGER_NAME];

	ed_ledger_name(name, e, ".json");
	enum edoc_code code = add(a, name, e->bytes.data, e->bytes.len, err);
	ed_ledger_name(name, e, ".cms");
	if (!code)
		code = add(a, name, e->cms.data, e->cms.len, err);
	ed_ledger_name(name, e, ".body.json");
	if (!code && e->body_bytes.len && !stays_home(a, e))
		code = add(a, name, e->body_bytes.data, e->body_bytes.len, err);
	return code;
}

static int by_package(const void *a, const void *b)
{
	const struct ed_pin *const *x = a, *const *y = b;

	return strcmp((*x)->package, (*y)->package);
}

/* A branch that leaves takes along the directories that its entries cite. */
static bool is_cited(const struct assembly *a, const struct ed_pin *pin)
{
	const struct ed_ledger *ledger = &a->c->r.ledger;
	bool all = true, cited = pin->kind != ED_PIN_DIRECTORY;

	for (size_t i = 0; i < ledger->n; i++) {
		const char *digest = ed_json_get_str(ledger->v[i].header, "directory");

		all &= a->held[i];
		cited |= a->held[i] && digest && !strcmp(digest + 7, pin->sha256);
	}
	return all || cited;
}

static enum edoc_code add_pins(struct assembly *a, struct edoc_error *err)
{
	const struct ed_replay *r = &a->c->r;
	const struct ed_pin *route, *calendar;
	enum edoc_code code;

	route = ed_pins_find(&r->pins, ED_PIN_ROUTE, r->engine.route->sha256);
	calendar = ed_pins_find(&r->pins, ED_PIN_CALENDAR, r->engine.calendar->sha256);
	if (!route || !calendar)
		return ed_fail(err, EDOC_ERR_BUG, a->c->id, "a case without its route");
	code = add(a, ED_LEDGER_DIR "route.yaml", route->yaml, route->len, err);
	if (!code)
		code = add(a, ED_LEDGER_DIR "calendar.yaml", calendar->yaml, calendar->len, err);
	qsort(r->pins.v, r->pins.n, sizeof(struct ed_pin *), by_package);
	for (size_t i = 0; i < r->pins.n && !code; i++) {
		char name[ED_LEDGER_NAME];
		if (!is_cited(a, r->pins.v[i]))
			continue;
		snprintf(name, sizeof(name), ED_LEDGER_PINNED "%.8s.asice", r->pins.v[i]->package);
		code = add_file(a, name, r->pins.v[i]->where, ED_MAX_PIN, err);
	}
	return code;
}

/* The receipt of an entry, when this desk gave or got one. */
static enum edoc_code add_receipt(struct assembly *a, const struct ed_entry *e,
                                  struct edoc_error *err)
{
	char *path = ed_case_path(a->c, "rcpt/%s.asice", e->sha256);
	char digest[ED_SHA256_REF], name[ED_LEDGER_NAME];
	struct ed_buf bytes;

	if (!path)
		return ed_fail_memory(err);
	if (access(path, F_OK))
		return EDOC_OK;
	ed_buf_init(&bytes, ED_MAX_PIN);
	enum edoc_code code = ed_read_path(path, &bytes, err);
	if (!code && !ed_sha256_ref(bytes.data, bytes.len, digest))
		code = ed_fail_memory(err);
	if (!code) {
		snprintf(name, sizeof(name), ED_LEDGER_EVIDENCE "%.8s.asice", digest + 7);
		code = add(a, name, bytes.data, bytes.len, err);
	}
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code add_proof(void *arg, const char *name, const void *bytes, size_t len,
                                struct edoc_error *err)
{
	return add(arg, name, bytes, len, err);
}

static enum edoc_code add_all(struct assembly *a, struct edoc_error *err)
{
	const struct ed_ledger *ledger = &a->c->r.ledger;

	enum edoc_code code = add_signatures(a, err);
	if (!code)
		code = add_pins(a, err);
	for (size_t i = 0; i < ledger->n && !code; i++)
		if (a->held[i])
			code = add_entry(a, &ledger->v[i], err);
	for (size_t i = 0; i < ledger->n && !code; i++)
		if (a->held[i])
			code = add_receipt(a, &ledger->v[i], err);
	if (!code)
		code = ed_case_proofs(a->c, a->proofs, a->held, add_proof, a, err);
	/* What came with the whole ledger in it leaves as it came. */
	return code || !a->n ? code : ed_zip_writer_finish(a->writer, err);
}

/* A desk may be looked at by those who may not write there. */
static enum edoc_code open_copy(struct assembly *a, const char *dir, struct ed_tmp *tmp,
                                struct edoc_error *err)
{
	bool elsewhere = !a->leaving && access(dir, W_OK) && (errno == EROFS || errno == EACCES);

	return ed_tmp_open_in(tmp, elsewhere ? "/var/tmp" : dir, a->c->id, elsewhere, err);
}

static enum edoc_code assemble(struct ed_case *c, bool leaving, const bool *held,
                               enum ed_proofs proofs, struct ed_copy *copy, struct edoc_error *err)
{
	struct assembly a = {.c = c, .leaving = leaving, .held = held, .proofs = proofs};
	const char *dir = ed_desk_path(c->desk, "tmp"), *path;
	struct ed_tmp tmp = {.fd = -1};
	struct edoc_limits limits = edoc_limits_default();
	uint64_t size;
	int fd = -1;

	*copy = (struct ed_copy){.fd = -1};
	enum edoc_code code = dir ? ed_case_package(c, held, &path, err) : ed_fail_memory(err);
	if (!code)
		code = ed_open_read(path, &fd, &size, err);
	if (!code)
		code = ed_zip_open(fd, path, &limits, &a.base, err);
	if (!code)
		code = open_copy(&a, dir, &tmp, err);
	if (!code)
		code = ed_zip_writer_new(tmp.fd, c->id, a.base, &a.writer, err);
	if (!code)
		code = add_all(&a, err);
	if (!code && !a.n) {
		code = ed_copy_make(c->desk, path, copy, err);
		goto out;
	}
	if (!code)
		code = ed_file_sha256(tmp.fd, tmp.path, copy->sha256, err);
	if (!code) {
		copy->fd = tmp.fd;
		copy->path = tmp.path;
		tmp.fd = -1;
		tmp.path = NULL;
	}
out:
	ed_zip_writer_free(a.writer);
	ed_zip_free(a.base);
	ed_tmp_clear(&tmp);
	if (fd >= 0)
		close(fd);
	return code;
}

enum edoc_code ed_case_assemble(struct ed_case *c, bool leaving, enum ed_proofs proofs,
                                struct ed_copy *copy, struct edoc_error *err)
{
	bool *held = ed_arena_alloc(c->r.arena, c->r.ledger.n + 1);

	*copy = (struct ed_copy){.fd = -1};
	for (size_t i = 0; held && i < c->r.ledger.n; i++)
		held[i] = true;
	return held ? assemble(c, leaving, held, proofs, copy, err) : ed_fail_memory(err);
}

enum edoc_code ed_case_assemble_chain(struct ed_case *c, struct ed_copy *copy,
                                      struct edoc_error *err)
{
	bool *held = ed_arena_alloc(c->r.arena, c->r.ledger.n + 1);

	*copy = (struct ed_copy){.fd = -1};
	if (!held)
		return ed_fail_memory(err);
	if (!ed_ledger_past(&c->r.ledger, c->r.state.head, held))
		return ed_fail(err, EDOC_ERR_BUG, c->id, "a chain without its last entry");
	return assemble(c, true, held, ED_PROOFS_QUOTED, copy, err);
}
