/* SPDX-License-Identifier: ISC */
/* One case of a desk: its log, its objects, its numbers. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "route/backup.h"
#include "route/exchange.h"
#include "route/folder.h"
#include "route/generation.h"
#include "route/look.h"
#include "route/touched.h"

#define CLAIM_FORMAT "edoc-claim/1"
#define MAX_CLAIM_TRIES 1000
#define ED_MAX_NUMBER 100 /* bytes of a register number that is looked for */

char *ed_case_path(struct ed_case *c, const char *fmt, ...)
{
	char tail[ED_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(tail, sizeof(tail), fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= sizeof(tail)
	               ? NULL
	               : ed_arena_printf(c->r.arena, "%s/%s", c->dir, tail);
}

/* ---- loading ---- */

/* A whole small file; absent is *present false. */
static enum edoc_code read_if(const char *path, size_t max, struct ed_buf *buf, bool *present,
                              struct edoc_error *err)
{
	struct edoc_error why = {0};

	ed_buf_init(buf, max);
	*present = false;
	if (!path)
		return ed_fail_memory(err);
	enum edoc_code code = ed_read_path(path, buf, &why);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK;
	*present = code == EDOC_OK;
	if (code && err)
		*err = why;
	return code;
}

static enum edoc_code read_objects(struct ed_case *c, struct ed_entry *entry,
                                   struct edoc_error *err)
{
	char *path = ed_case_path(c, "obj/%s.body.json", entry->sha256);
	struct ed_buf body;
	bool present;

	enum edoc_code code = read_if(path, ED_MAX_JSON_BYTES, &body, &present, err);
	if (!code && present)
		code = ed_entry_set_body(entry, body.data, body.len, path, err);
	ed_buf_clear(&body);
	if (code)
		return code;
	ed_buf_clear(&entry->cms);
	path = ed_case_path(c, "obj/%s.cms", entry->sha256);
	code = read_if(path, ED_MAX_CMS, &entry->cms, &present, err);
	if (!code && !present)
		code = ed_fail(err, EDOC_ERR_INPUT, path, "the entry's signature is gone");
	return code;
}

static enum edoc_code read_entry(struct ed_case *c, int64_t seq, bool *present,
                                 struct edoc_error *err)
{
	char *path = ed_case_path(c, "log/%06" PRId64, seq);
	struct ed_entry entry = {0};
	struct ed_buf bytes;

	enum edoc_code code = read_if(path, ED_MAX_JSON_BYTES, &bytes, present, err);
	if (!code && *present)
		code = ed_entry_parse(bytes.data, bytes.len, path, &entry, err);
	if (!code && *present)
		code = read_objects(c, &entry, err);
	if (!code && *present)
		code = ed_ledger_add(&c->r.ledger, &entry, err);
	ed_entry_clear(&entry);
	ed_buf_clear(&bytes);
	return code;
}

static enum edoc_code read_pin(struct ed_case *c, const char *path, struct edoc_error *err)
{
	struct ed_pin_held **held;
	struct ed_pin *pin;

	held = ed_arena_grow(c->r.arena, c->held, c->n_held, &c->cap_held,
	                     sizeof(struct ed_pin_held *));
	if (!held)
		return ed_fail_memory(err);
	c->held = held;
	enum edoc_code code =
	        ed_pin_cache_read(c->desk->pins, path, c->r.arena, &pin, &held[c->n_held], err);
	if (code)
		return code;
	c->n_held++;
	return ed_pins_add(&c->r.pins, pin, err);
}

static enum edoc_code read_pins(struct ed_case *c, struct edoc_error *err)
{
	char *dir = ed_case_path(c, "pin");
	char **names = NULL;
	size_t n;

	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && names[i]; i++) {
		char *path = ed_case_path(c, "pin/%s", names[i]);
		code = path ? read_pin(c, path, err) : ed_fail_memory(err);
	}
	ed_names_free(names);
	return code;
}

static enum edoc_code fail_finding(const struct ed_case *c, struct edoc_error *err)
{
	const struct edoc_finding *f = c->r.findings.n ? &c->r.findings.v[0] : NULL;
	char *text = NULL;

	if (f && edoc_finding_text(f, NULL, &text, NULL))
		text = NULL;
	ed_fail(err, EDOC_ERR_INPUT, f && *f->where ? f->where : c->id,
	        "the case's ledger is broken: %s: %s", f ? f->code : "?", text ? text : "");
	edoc_free(text);
	return EDOC_ERR_INPUT;
}

/* A branch that was sent back and received: its desk is done with it, and what
 * follows stands in a ledger that it need not have. */
static enum edoc_code note_returned(struct ed_case *c, struct edoc_error *err)
{
	for (size_t k = 0; k < c->r.n_chains; k++) {
		struct ed_state *s = ed_replay_chain(&c->r, k);
		char *path = s ? ed_case_path(c, "rcpt/home-%s.asice", s->head + 7) : NULL;

		if (s && !path)
			return ed_fail_memory(err);
		if (!s || !s->awaiting_receipt || access(path, F_OK))
			continue;
		s->phase = ED_PHASE_ENDED;
		s->end = "returned";
	}
	return EDOC_OK;
}

static enum edoc_code fold_case(struct ed_case *c, struct edoc_error *err)
{
	bool ready;

	enum edoc_code code = read_pins(c, err);
	if (!code)
		code = ed_replay_start_ledger(&c->r, &ready, err);
	if (code)
		return code;
	if (!ready || !ed_replay_fold(&c->r) || ed_replay_fault(&c->r))
		return fail_finding(c, err);
	code = note_returned(c, err);
	if (!code)
		ed_case_choose(c, NULL);
	return code;
}

/* The highest number of the log; 0: no log.  Asked before the entries are
 * read: what others append meanwhile comes after it. */
/* Entries are never taken away: a gap is damage, and is not filled. */
static enum edoc_code read_log(struct ed_case *c, struct edoc_error *err)
{
	char *dir = ed_case_path(c, "log");
	bool present = true;
	int64_t last;

	enum edoc_code code = ed_last_number(dir, &last, err);
	for (int64_t seq = 1; !code && present; seq++) {
		code = read_entry(c, seq, &present, err);
		if (!code && !present && seq <= last)
			code = ed_fail(err, EDOC_ERR_INPUT, dir,
			               "entry %" PRId64 " is missing: bring it back from a backup",
			               seq);
	}
	ed_ledger_sort(&c->r.ledger);
	return code;
}

enum edoc_code ed_case_load(struct edoc_desk *desk, const char *id, struct ed_case *c,
                            struct edoc_error *err)
{
	*c = (struct ed_case){.desk = desk};
	snprintf(c->id, sizeof(c->id), "%s", id);
	enum edoc_code code = ed_replay_init(&c->r, err);
	if (code)
		return code;
	c->dir = ed_arena_printf(c->r.arena, "%s/case/%.2s/%s", desk->path, id, id);
	if (!c->dir)
		code = ed_fail_memory(err);
	if (!code)
		code = read_log(c, err);
	c->exists = c->r.ledger.n > 0;
	if (!code && c->exists)
		code = fold_case(c, err);
	if (code)
		ed_case_clear(c);
	return code;
}

void ed_case_clear(struct ed_case *c)
{
	for (size_t i = 0; i < c->n_held; i++)
		ed_pin_release(c->held[i]);
	ed_replay_clear(&c->r);
	*c = (struct ed_case){0};
}

/* ---- finding ---- */

enum edoc_code ed_list_add(struct ed_list *list, const char *name, struct edoc_error *err)
{
	const char **v = ed_arena_grow(list->arena, list->v, list->n, &list->cap, sizeof(*list->v));

	if (!v)
		return ed_fail_memory(err);
	list->v = v;
	v[list->n] = ed_arena_strdup(list->arena, name);
	list->bytes += strlen(name) + 1;
	return v[list->n++] ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_list_give(const struct ed_list *list, char ***out, struct edoc_error *err)
{
	char **all = malloc((list->n + 1) * sizeof(*all) + list->bytes), *text;

	if (!all)
		return ed_fail_memory(err);
	text = (char *)(all + list->n + 1);
	for (size_t i = 0; i < list->n; i++) {
		size_t n = strlen(list->v[i]) + 1;
		memcpy(text, list->v[i], n);
		all[i] = text;
		text += n;
	}
	all[list->n] = NULL;
	*out = all;
	return EDOC_OK;
}

struct listing {
	struct ed_list ids, strays;
	const char *root;
};

static enum edoc_code add_id(void *arg, const char *id, struct edoc_error *err)
{
	struct listing *l = arg;

	return ed_list_add(&l->ids, id, err);
}

/* What is no folder of ours silences nobody: it is passed over, and named. */
static enum edoc_code add_stray(void *arg, const char *shelf, const char *path,
                                struct edoc_error *err)
{
	struct listing *l = arg;
	const char *whole = ed_arena_printf(l->strays.arena, "%s/%s", l->root, path);

	(void)shelf;
	return whole ? ed_list_add(&l->strays, whole, err) : ed_fail_memory(err);
}

enum edoc_code ed_case_list(struct edoc_desk *desk, char ***ids, char ***strays,
                            struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct listing l = {{.arena = arena}, {.arena = arena}, ed_desk_path(desk, "case")};
	struct ed_folders all = {desk, add_id, add_stray, &l};

	enum edoc_code code = arena && l.root ? ed_folders(&all, NULL, err) : ed_fail_memory(err);
	if (!code && strays)
		code = ed_list_give(&l.strays, strays, err);
	if (!code)
		code = ed_list_give(&l.ids, ids, err);
	ed_arena_free(arena);
	return code;
}

struct search {
	const char *name;
	char id[ED_CASE_ID], other[ED_CASE_ID]; /* the first, and another */
	size_t found;
};

static void note_found(struct search *s, const char *id)
{
	if ((s->found && !strcmp(s->id, id)) || (s->found > 1 && !strcmp(s->other, id)))
		return;
	snprintf(s->found ? s->other : s->id, ED_CASE_ID, "%s", id);
	s->found++;
}

static enum edoc_code find_prefix(struct edoc_desk *desk, struct search *s, struct edoc_error *err)
{
	size_t len = strlen(s->name), n;
	char **names = NULL, id[ED_CASE_ID];
	const char *dir;

	if (len < 4 || len > 32 || strspn(s->name, "0123456789abcdefABCDEF") != len)
		return EDOC_OK;
	for (size_t i = 0; i <= len; i++)
		id[i] = s->name[i] >= 'A' && s->name[i] <= 'F' ? (char)(s->name[i] + 32)
		                                               : s->name[i];
	dir = ed_desk_path(desk, "case/%.2s", id);
	if (!dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);
	if (code == EDOC_ERR_ABSENT)
		return EDOC_OK;
	for (size_t i = 0; !code && names[i]; i++) {
		const char *log = ed_desk_path(desk, "case/%.2s/%s/log", id, names[i]);
		int64_t last = 0;
		if (!strncmp(names[i], id, len))
			code = ed_last_number(log, &last, err);
		if (!code && last)
			note_found(s, names[i]);
	}
	ed_names_free(names);
	return code;
}

static bool all_digits(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

/* A claim of reg/<book>/<year>/: is it the number that was named? */
static enum edoc_code try_claim(struct edoc_desk *desk, const char *path, int64_t seq,
                                struct search *s, struct edoc_error *err)
{
	const char *pattern, *id, *text;
	struct ed_buf bytes;
	json_t *claim = NULL;
	bool present;

	enum edoc_code code = read_if(path, ED_MAX_JSON_BYTES, &bytes, &present, err);
	if (!code && present)
		code = ed_json_parse(bytes.data, bytes.len, path, &claim, err);
	ed_buf_clear(&bytes);
	pattern = ed_json_get_str(claim, "pattern");
	id = ed_json_get_str(claim, "case");
	if (!code && pattern && id && strlen(id) == 32) {
		text = ed_register_number(desk->arena, pattern,
		                          json_integer_value(json_object_get(claim, "year")), seq);
		if (text && (all_digits(s->name) || !strcmp(text, s->name)))
			note_found(s, id);
	}
	json_decref(claim);
	return code;
}

/* "124" is the book's latest; a number in full may be of any year. */
static enum edoc_code each_year(struct edoc_desk *desk, const char *book, int64_t seq,
                                struct search *s, struct edoc_error *err)
{
	const char *dir = ed_desk_path(desk, "reg/%s", book), *path;
	size_t n = 0, before = s->found;
	char **years = NULL;

	enum edoc_code code = dir ? ed_list_dir(dir, &years, &n, err) : ed_fail_memory(err);
	for (size_t i = n; !code && i-- > 0;) {
		path = ed_desk_path(desk, "reg/%s/%s/%06" PRId64, book, years[i], seq);
		code = try_claim(desk, path, seq, s, err);
		if (all_digits(s->name) && s->found > before)
			break;
	}
	ed_names_free(years);
	return code;
}

/* One of the groups of digits in a register number is its place in the book. */
static enum edoc_code find_number(struct edoc_desk *desk, struct search *s, struct edoc_error *err)
{
	const char *root = ed_desk_path(desk, "reg"), *p = s->name;
	char **books = NULL;
	size_t n;

	enum edoc_code code = root ? ed_list_dir(root, &books, &n, err) : ed_fail_memory(err);
	while (!code && *(p += strcspn(p, "0123456789"))) {
		char *end;
		errno = 0;
		int64_t seq = strtoll(p, &end, 10);
		bool fits = !errno && seq > 0;
		for (size_t i = 0; !code && fits && books[i]; i++)
			code = each_year(desk, books[i], seq, s, err);
		p = end;
	}
	ed_names_free(books);
	return code;
}

struct given { /* a number, in full */
	struct search *s, before;
};

static enum edoc_code note_given(void *arg, const struct ed_met *met, struct edoc_error *err)
{
	const struct given *g = arg;

	(void)err;
	if (met->row && met->row->number && !strcmp(met->row->number, g->s->name))
		note_found(g->s, met->id);
	return EDOC_OK;
}

static void forget_given(void *arg)
{
	const struct given *g = arg;

	*g->s = g->before;
}

/* A number that another desk gave stands in no book of this one. */
static enum edoc_code find_given(struct edoc_desk *desk, struct search *s, struct edoc_error *err)
{
	const char *const words[] = {s->name, NULL};
	struct given g = {s, *s};
	struct ed_looking l = {.desk = desk,
	                       .set = ED_CASES_ALL,
	                       .words = words,
	                       .met = note_given,
	                       .again = forget_given,
	                       .arg = &g};

	return s->name[strcspn(s->name, "0123456789")] && ed_utf8_valid(s->name, strlen(s->name))
	               ? ed_look(&l, err)
	               : EDOC_OK;
}

/* The case of a package: what its ledger's first entry says. */
static enum edoc_code find_package(struct search *s, struct edoc_error *err)
{
	struct ed_replay r;
	struct ed_asic *asic = NULL;
	uint64_t size;
	int fd = -1;

	enum edoc_code code = ed_replay_init(&r, err);
	if (code)
		return code;
	code = ed_open_read(s->name, &fd, &size, err);
	if (!code)
		code = ed_package_open(fd, s->name, NULL, r.arena, &r.findings, &asic, err);
	if (!code)
		code = ed_ledger_read(asic, &r.findings, &r.ledger, err);
	if (!code && r.ledger.n)
		note_found(s, ed_json_get_str(r.ledger.v[0].header, "case"));
	ed_asic_free(asic);
	if (fd >= 0)
		close(fd);
	ed_replay_clear(&r);
	return code;
}

enum edoc_code ed_case_find(struct edoc_desk *desk, const char *name, char id[ED_CASE_ID],
                            struct edoc_error *err)
{
	struct search s = {.name = name};
	struct stat st;
	enum edoc_code code;

	if (!stat(name, &st) && S_ISREG(st.st_mode)) {
		code = find_package(&s, err);
	} else {
		code = find_prefix(desk, &s, err);
		if (!code && (!s.found || all_digits(name)) && strlen(name) <= ED_MAX_NUMBER)
			code = find_number(desk, &s, err);
		/* "124" is of a book here, if there is one. */
		if (!code && strlen(name) <= ED_MAX_NUMBER &&
		    (!s.found || strspn(name, "0123456789abcdef") != strlen(name)))
			code = find_given(desk, &s, err);
	}
	if (code)
		return code;
	if (!s.found)
		return ed_fail(err, EDOC_ERR_ABSENT, name,
		               "no such case at this desk (an id's first four digits or more, a "
		               "register number, or a package with a ledger)");
	if (s.found > 1)
		return ed_fail(err, EDOC_ERR_USAGE, name,
		               "%zu cases fit, %s and %s: give digits of the id", s.found, s.id,
		               s.other);
	snprintf(id, ED_CASE_ID, "%s", s.id);
	return EDOC_OK;
}

int64_t ed_case_moment(const struct ed_case *c, int64_t now)
{
	int64_t last = c->r.state.time;

	return last > now && last - now <= ED_CLOCK_SKEW ? last : now;
}

/* What a citizen hands in is at the desk that took it. */
bool ed_chain_here(const struct ed_case *c, const struct ed_state *chain)
{
	return !chain->awaiting_receipt &&
	       (!chain->at_agency || !strcmp(chain->at_agency, c->desk->agency));
}

bool ed_case_here(const struct ed_case *c)
{
	return ed_chain_here(c, &c->r.state);
}

bool ed_chain_sent(const struct ed_case *c, const struct ed_state *chain)
{
	const struct ed_entry *last = ed_ledger_find(&c->r.ledger, chain->head);
	const char *agency = last ? ed_entry_get(last, "actor", "agency") : NULL;

	return chain->awaiting_receipt && agency && !strcmp(agency, c->desk->agency);
}

/* How much the desk has to do with the chain; 0: nothing. */
static int rank(const struct ed_case *c, const struct ed_state *s, const char *step)
{
	if (!ed_chain_here(c, s))
		return ed_chain_sent(c, s) || (s->root->owner && s->phase == ED_PHASE_ENDED);
	if (step && ed_state_open(s, step))
		return 4;
	return s->n_open || s->root->over ? 3 : 2;
}

void ed_case_choose(struct ed_case *c, const char *step)
{
	size_t best = c->r.state.chain;
	int most = 0;

	for (size_t k = 0; k < c->r.n_chains; k++) {
		const struct ed_state *s = ed_replay_chain(&c->r, k);
		int n = s && s->root ? rank(c, s, step) : 0;

		if (n > most) {
			most = n;
			best = k;
		}
	}
	ed_replay_choose(&c->r, best);
}

/* ---- writing ---- */

enum edoc_code ed_case_folders(struct ed_case *c, struct edoc_error *err)
{
	static const char *const folders[] = {"pkg", "obj", "sig", "pin", "num", "rcpt", "log"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *dir = ed_case_path(c, "%s", folders[i]);
		enum edoc_code code = dir ? ed_mkdirs(dir, err) : ed_fail_memory(err);
		if (code)
			return code;
	}
	return EDOC_OK;
}

static enum edoc_code put_object(struct ed_case *c, const struct ed_entry *entry,
                                 const char *suffix, const struct ed_buf *bytes, bool *taken,
                                 struct edoc_error *err)
{
	char *path = ed_case_path(c, "obj/%s%s", entry->sha256, suffix);

	*taken = true;
	if (!bytes->len)
		return EDOC_OK;
	return path ? ed_desk_put(c->desk, path, bytes->data, bytes->len, taken, err)
	            : ed_fail_memory(err);
}

/* Takes back what nobody names, unless another process wrote the same. */
static void drop_object(struct ed_case *c, const struct ed_entry *entry, const char *suffix,
                        bool taken)
{
	char *path = taken ? NULL : ed_case_path(c, "obj/%s%s", entry->sha256, suffix);

	if (path)
		unlink(path);
}

enum edoc_code ed_case_append(struct ed_case *c, size_t number, const struct ed_entry *entry,
                              bool *lost, struct edoc_error *err)
{
	char *path = ed_case_path(c, "log/%06zu", number);
	bool cms_taken, body_taken, marked;
	struct ed_buf there;
	bool present;

	*lost = false;
	enum edoc_code code =
	        path ? ed_touch(c->desk, c->id, number, &marked, err) : ed_fail_memory(err);
	if (!code)
		code = put_object(c, entry, ".cms", &entry->cms, &cms_taken, err);
	if (!code)
		code = put_object(c, entry, ".body.json", &entry->body_bytes, &body_taken, err);
	if (!code)
		code = ed_desk_put(c->desk, path, entry->bytes.data, entry->bytes.len, lost, err);
	if (!code && !*lost && !marked)
		ed_touch_late(c->desk, c->id, number);
	if (code || !*lost)
		return code;
	code = read_if(path, ED_MAX_JSON_BYTES, &there, &present, err);
	if (!code && present && there.len == entry->bytes.len &&
	    !memcmp(there.data, entry->bytes.data, there.len)) {
		*lost = false; /* the very same entry: another process was quicker */
	} else if (!code) {
		drop_object(c, entry, ".cms", cms_taken);
		drop_object(c, entry, ".body.json", body_taken);
	}
	ed_buf_clear(&there);
	return code;
}

enum edoc_code ed_case_pin(struct ed_case *c, const struct ed_pin *pin, struct edoc_error *err)
{
	char *path = ed_case_path(c, "pin/%s.asice", pin->sha256);
	struct ed_buf bytes;
	bool taken;

	if (!path)
		return ed_fail_memory(err);
	if (!access(path, F_OK))
		return EDOC_OK;
	ed_buf_init(&bytes, ED_MAX_PIN);
	enum edoc_code code = ed_read_path(pin->where, &bytes, err);
	if (!code)
		code = ed_desk_put(c->desk, path, bytes.data, bytes.len, &taken, err);
	ed_buf_clear(&bytes);
	return code;
}

enum edoc_code ed_case_directory(struct ed_case *c, int64_t now, struct ed_pin **pin,
                                 struct edoc_error *err)
{
	struct ed_pin *of_case = ed_pins_directory(&c->r.pins), *of_desk;

	enum edoc_code code = ed_desk_directory(c->desk, c->r.arena, &of_desk, err);
	if (code)
		return code;
	if (!of_case && !of_desk)
		return ed_fail(err, EDOC_ERR_CONFIG, c->desk->path,
		               "no directory is installed: install one, it says who may act");
	if (of_case && (!of_desk || of_case->directory->version >= of_desk->directory->version)) {
		*pin = of_case;
		return EDOC_OK;
	}
	*pin = of_desk;
	code = ed_desk_believe(c->desk, of_desk, now, c->r.arena, err);
	return code ? code : ed_pins_add(&c->r.pins, of_desk, err);
}

enum edoc_code ed_case_package(struct ed_case *c, const bool *held, const char **path,
                               struct edoc_error *err)
{
	size_t first = ed_generation(&c->r.ledger);

	for (size_t i = c->r.ledger.n; i-- > first;) {
		const char *digest = ed_json_get_str(c->r.ledger.v[i].header, "package");
		if (held && !held[i])
			continue;
		*path = digest ? ed_case_path(c, "pkg/%s.asice", digest + 7) : NULL;
		if (*path && !access(*path, F_OK))
			return EDOC_OK;
		/* It came with others' entries, and with what they added to it. */
		*path = digest ? ed_case_path(c, "pkg/%s.came.asice", digest + 7) : NULL;
		if (*path && !access(*path, F_OK))
			return EDOC_OK;
	}
	return ed_fail(err, EDOC_ERR_IO, c->dir, "the case's package is gone from pkg/");
}

/* ---- register numbers ---- */

/*
 * The highest number of a book; with `claim`, also the one that is this file
 * (0: none).  d_ino is not asked: overlays make one up.
 */
static enum edoc_code scan_book(const char *dir, const struct stat *claim, int64_t *ours,
                                int64_t *highest, struct edoc_error *err)
{
	struct dirent *d;
	DIR *folder = opendir(dir);

	*ours = *highest = 0;
	if (!folder)
		return ed_fail_errno(err, EDOC_ERR_IO, dir, "opendir");
	for (errno = 0; (d = readdir(folder)) != NULL; errno = 0) {
		struct stat st;
		char *end;
		int64_t seq = strtoll(d->d_name, &end, 10);
		if (*end || seq <= 0)
			continue;
		if (claim && !fstatat(dirfd(folder), d->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_ino == claim->st_ino && st.st_dev == claim->st_dev)
			*ours = seq;
		if (seq > *highest)
			*highest = seq;
	}
	int saved = errno;
	closedir(folder);
	errno = saved;
	return saved ? ed_fail_errno(err, EDOC_ERR_IO, dir, "readdir") : EDOC_OK;
}

/* case/.../num/<step>.<visit>: made once, so it has one inode for ever. */
static enum edoc_code make_claim(struct ed_case *c, const struct ed_visit *visit, int64_t year,
                                 const char *command, const char *path, struct edoc_error *err)
{
	json_t *o = json_object();
	struct ed_buf bytes;
	bool taken;

	ed_buf_init(&bytes, ED_MAX_JSON_BYTES);
	enum edoc_code code =
	        ed_json_str(o, "format", CLAIM_FORMAT) | ed_json_str(o, "case", c->id) |
	                        ed_json_str(o, "step", visit->path) |
	                        ed_json_int(o, "visit", visit->visit) |
	                        ed_json_str(o, "book", visit->step->book) |
	                        ed_json_int(o, "year", year) | ed_json_str(o, "command", command) |
	                        ed_json_str(o, "pattern", visit->step->number)
	                ? ed_fail_memory(err)
	                : ed_json_canonical(o, &bytes, err);
	if (!code)
		code = ed_desk_put(c->desk, path, bytes.data, bytes.len, &taken, err);
	ed_buf_clear(&bytes);
	json_decref(o);
	return code;
}

/*
 * The claim is one file; giving it a second name in the book is the act.
 * Whoever retries finds it there: the number is not taken twice, and none is
 * left out.  The book is read before the count of names: a name that another
 * process gives after that is at least the one we try, so ours fails.
 */
static enum edoc_code next_number(const char *claim, const char *dir, int64_t *ours,
                                  int64_t *highest, struct edoc_error *err)
{
	struct stat st;

	enum edoc_code code = scan_book(dir, NULL, ours, highest, err);
	if (code)
		return code;
	if (stat(claim, &st))
		return ed_fail_errno(err, EDOC_ERR_IO, claim, "stat");
	return st.st_nlink > 1 ? scan_book(dir, &st, ours, highest, err) : EDOC_OK;
}

static enum edoc_code link_claim(const char *claim, const char *dir, int64_t *seq,
                                 struct edoc_error *err)
{
	for (int tries = 0; tries < MAX_CLAIM_TRIES; tries++) {
		int64_t ours, highest;
		char name[32], *path;
		bool taken = true;
		enum edoc_code code = next_number(claim, dir, &ours, &highest, err);
		if (code)
			return code;
		*seq = ours ? ours : highest + 1;
		if (ours)
			return EDOC_OK;
		snprintf(name, sizeof(name), "%06" PRId64, *seq);
		path = ed_path_join(dir, name);
		code = path ? ed_desk_link(claim, path, &taken, err) : ed_fail_memory(err);
		free(path);
		if (code || !taken)
			return code;
	}
	return ed_fail(err, EDOC_ERR_AGAIN, dir,
	               "others take numbers faster than we can; try again");
}

/* num/<step>.<visit>.<year>; a step in a branch has "+" for "/". */
static char *claim_path(struct ed_case *c, const struct ed_visit *visit, int64_t year)
{
	char *name = ed_arena_strdup(c->r.arena, visit->path);

	for (char *s = name; s && *s; s++)
		if (*s == '/')
			*s = '+';
	return name ? ed_case_path(c, "num/%s.%" PRId64 ".%" PRId64, name, visit->visit, year)
	            : NULL;
}

enum edoc_code ed_number_claim(struct ed_case *c, const struct ed_visit *visit, int64_t now,
                               const char *command, bool dry, struct ed_number *number,
                               struct edoc_error *err)
{
	int64_t year = ed_engine_date(&c->r.engine, now).year, nobody;
	char *claim = claim_path(c, visit, year);
	const char *dir = ed_desk_path(c->desk, "reg/%s/%" PRId64, visit->step->book, year);
	int64_t gap;

	number->book = visit->step->book;
	number->year = year;
	if (!claim || !dir)
		return ed_fail_memory(err);
	enum edoc_code code = ed_desk_gap(c->desk, number->book, year, dry, &gap, err);
	if (code)
		return code;
	number->seq = gap;
	if (dry && !gap && !access(dir, F_OK))
		code = scan_book(dir, NULL, &nobody, &number->seq, err);
	if (dry)
		number->seq++;
	if (!dry && access(claim, F_OK))
		code = make_claim(c, visit, year, command, claim, err);
	if (!dry && !code)
		code = ed_mkdirs(dir, err);
	if (!dry && !code)
		code = link_claim(claim, dir, &number->seq, err);
	if (code)
		return code;
	number->text = ed_register_number(c->r.arena, visit->step->number, year, number->seq);
	return number->text ? EDOC_OK : ed_fail_memory(err);
}

/* Another process, or this one before it was killed, signed the same header in
 * the same second: the signature that is stored is the one that travels. */
static enum edoc_code take_stored_cms(struct ed_case *c, struct ed_entry *entry,
                                      struct edoc_error *err)
{
	char *path = ed_case_path(c, "obj/%s.cms", entry->sha256);
	struct ed_buf cms;

	ed_buf_init(&cms, ED_MAX_CMS);
	enum edoc_code code = path ? ed_read_path(path, &cms, err) : ed_fail_memory(err);
	if (code) {
		ed_buf_clear(&cms);
		return code;
	}
	ed_buf_clear(&entry->cms);
	entry->cms = cms;
	return EDOC_OK;
}

enum edoc_code ed_case_commit(struct ed_case *c, struct ed_entry *entry, bool dry, bool *lost,
                              struct edoc_error *err)
{
	const struct edoc_finding *fault;

	*lost = false;
	enum edoc_code code = ed_ledger_add(&c->r.ledger, entry, err);
	if (code)
		return code;
	if (!ed_replay_fold(&c->r) || ed_replay_fault(&c->r)) {
		fault = ed_replay_fault(&c->r);
		return ed_fail(err, EDOC_ERR_BUG, c->id,
		               "our own entry would break the ledger: %s %s",
		               fault ? fault->code : "memory",
		               fault && fault->args[0] ? fault->args[0] : "");
	}
	if (dry)
		return EDOC_OK;
	entry = &c->r.ledger.v[c->r.ledger.n - 1];
	code = ed_case_append(c, c->r.ledger.n, entry, lost, err);
	return code || *lost ? code : take_stored_cms(c, entry, err);
}
