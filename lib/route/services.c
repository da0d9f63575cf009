/* SPDX-License-Identifier: ISC */
/* The register of services: routes that carry a passport, in a folder or
 * installed at a desk, searched and shown. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "route/exchange.h"
#include "route/passport.h"
#include "route/told.h"

#define MAX_KEY 65536 /* of a search */

struct broken {
	const char *where, *msg;
};

struct services {
	const struct edoc_services_ask *ask;
	struct edoc_desk *desk; /* or NULL: a folder */
	const char *folder;
	struct ed_arena *arena;
	struct ed_route **routes;
	struct broken *broken;
	size_t n, n_broken;
	char *query; /* as key() has it, or NULL */
	struct ed_tale tale;
};

/* ---- reading ---- */

static enum edoc_code read_file(struct services *s, const char *path, struct ed_route **route,
                                struct edoc_error *err)
{
	struct ed_buf buf;

	ed_buf_init(&buf, ED_MAX_YAML_BYTES);
	enum edoc_code code = ed_read_path(path, &buf, err);
	if (!code)
		code = ed_route_parse(buf.data, buf.len, path, s->arena, route, err);
	ed_buf_clear(&buf);
	return code;
}

/* What lies at a desk is not believed for lying there. */
static enum edoc_code read_package(struct services *s, const char *path, struct ed_route **route,
                                   struct edoc_error *err)
{
	struct ed_pin *pin = NULL;
	uint64_t size;
	int fd = -1;

	enum edoc_code code = ed_open_read(path, &fd, &size, err);
	if (!code)
		code = ed_pin_read(fd, path, s->arena, &pin, err);
	if (!code && pin->kind != ED_PIN_ROUTE)
		code = ed_fail(err, EDOC_ERR_INPUT, path, "it holds no route");
	if (!code)
		code = ed_desk_believe(s->desk, pin, s->ask->now, s->arena, err);
	if (!code)
		*route = pin->route;
	if (fd >= 0)
		close(fd);
	return code;
}

static bool ends_in(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n > m && !strcmp(name + n - m, ending);
}

/* A file that cannot be read is told, and hides no other. */
static enum edoc_code read_one(struct services *s, const char *name, struct edoc_error *err)
{
	const char *path = ed_arena_printf(s->arena, "%s/%s", s->folder, name);
	struct ed_route *route = NULL;
	struct edoc_error one = {0};
	enum edoc_code code;

	if (*name == '.' || !ends_in(name, s->desk ? ".asice" : ".yaml"))
		return EDOC_OK;
	if (!path)
		return ed_fail_memory(err);
	code = s->desk ? read_package(s, path, &route, &one) : read_file(s, path, &route, &one);
	if (!code) {
		if (route->passport)
			s->routes[s->n++] = route;
		return EDOC_OK;
	}
	if (code == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	s->broken[s->n_broken].where = ed_arena_strdup(s->arena, *one.where ? one.where : path);
	s->broken[s->n_broken].msg = ed_arena_strdup(s->arena, one.msg);
	if (!s->broken[s->n_broken].where || !s->broken[s->n_broken].msg)
		return ed_fail_memory(err);
	s->n_broken++;
	return EDOC_OK;
}

/* By id, the newest version first. */
static int by_id(const void *a, const void *b)
{
	const struct ed_route *x = *(struct ed_route *const *)a, *y = *(struct ed_route *const *)b;
	int order = strcmp(x->id, y->id);

	return order ? order : (y->version > x->version) - (y->version < x->version);
}

static int by_where(const void *a, const void *b)
{
	return strcmp(((const struct broken *)a)->where, ((const struct broken *)b)->where);
}

static enum edoc_code read_all(struct services *s, struct edoc_error *err)
{
	char **names = NULL;
	size_t n = 0;

	enum edoc_code code = ed_list_dir(s->folder, &names, &n, err);
	if (code)
		return code;
	s->routes = ed_arena_alloc(s->arena, (n + 1) * sizeof(struct ed_route *));
	s->broken = ed_arena_alloc(s->arena, (n + 1) * sizeof(*s->broken));
	if (!s->routes || !s->broken)
		code = ed_fail_memory(err);
	for (size_t i = 0; i < n && !code; i++)
		code = read_one(s, names[i], err);
	ed_names_free(names);
	if (code)
		return code;
	qsort(s->routes, s->n, sizeof(struct ed_route *), by_id);
	qsort(s->broken, s->n_broken, sizeof(*s->broken), by_where);
	return EDOC_OK;
}

/* ---- searching ---- */

/* Uzbek is written in two alphabets: Cyrillic letters as their Latin ones.
 * From U+0430 on; the marks of o' and g' are left out. */
static const char *const latin[] = {"a", "b",  "v",  "g",  "d", "e", "j", "z", "i",  "y", "k",
                                    "l", "m",  "n",  "o",  "p", "r", "s", "t", "u",  "f", "x",
                                    "s", "ch", "sh", "sh", "",  "i", "",  "e", "yu", "ya"};

static const char *latin_of(uint32_t rune)
{
	if (rune >= 0x410 && rune < 0x430)
		rune += 0x20;
	if (rune >= 0x430 && rune < 0x450)
		return latin[rune - 0x430];
	switch (rune) {
	case 0x401:
	case 0x451:
		return "yo";
	case 0x40e:
	case 0x45e:
		return "o";
	case 0x49a:
	case 0x49b:
		return "q";
	case 0x492:
	case 0x493:
		return "g";
	case 0x4b2:
	case 0x4b3:
		return "h";
	case '\'':
	case '`':
	case 0x2018:
	case 0x2019:
	case 0x2bb:
	case 0x2bc:
		return "";
	default:
		return NULL;
	}
}

/* What a text is found by; the caller's.  NULL: out of memory. */
static char *key(const char *text)
{
	struct ed_buf out;
	uint32_t rune;
	char *folded;
	size_t n;

	ed_buf_init(&out, MAX_KEY);
	for (const char *p = text; *p; p += n) {
		const char *l;

		n = ed_utf8_next(p, strlen(p), &rune);
		l = n ? latin_of(rune) : NULL;
		n = n ? n : 1;
		if (l)
			ed_buf_puts(&out, l);
		else
			ed_buf_printf(&out, "%.*s", (int)n, p);
	}
	folded = ed_name_fold(ed_buf_str(&out), strlen(ed_buf_str(&out)));
	ed_buf_clear(&out);
	return folded;
}

static enum edoc_code found_in(const struct services *s, const char *text, bool *found,
                               struct edoc_error *err)
{
	char *k = key(text);

	if (!k)
		return ed_fail_memory(err);
	*found |= strstr(k, s->query) != NULL;
	free(k);
	return EDOC_OK;
}

static enum edoc_code matches(const struct services *s, const struct ed_route *route, bool *fits,
                              struct edoc_error *err)
{
	const struct ed_passport *p = route->passport;
	const struct edoc_services_ask *ask = s->ask;
	enum edoc_code code;

	*fits = (!ask->id || !strcmp(ask->id, route->id)) &&
	        (!ask->owner || !strcmp(ask->owner, p->owner)) &&
	        (!ask->channel || !p->channels || ed_def_one_of(ask->channel, p->channels)) &&
	        (!ask->free || ed_passport_free(p));
	if (!*fits || !s->query)
		return EDOC_OK;
	*fits = false;
	code = found_in(s, route->id, fits, err);
	for (size_t i = 0; !code && route->title[i]; i++)
		code = found_in(s, route->title[i], fits, err);
	for (size_t i = 0; !code && p->basis && p->basis[i]; i++)
		code = found_in(s, p->basis[i], fits, err);
	return code;
}

/* ---- telling ---- */

/* What a file says goes to a terminal. */
static const char *safe(const struct services *s, const char *text)
{
	char out[4096];

	ed_escape(out, sizeof(out), text);
	text = ed_arena_strdup(s->arena, out);
	return text ? text : "";
}

static const char *said(const struct services *s, const char *const *langs,
                        const char *const *texts)
{
	const char *lang = s->ask->lang;

	for (size_t i = 0; lang && langs[i]; i++)
		if (!strcmp(langs[i], lang))
			return safe(s, texts[i]);
	return safe(s, texts[0] ? texts[0] : "");
}

static const char *titled(const struct services *s, const struct ed_titles *t)
{
	return said(s, t->lang, t->text);
}

/* Each unit by itself, for none becomes another: "15d+3wd". */
struct span {
	long months, days, working;
};

static struct span span_add(struct span a, struct ed_term t)
{
	a.months += t.unit == ED_TERM_MONTHS ? t.n : 0;
	a.days += t.unit == ED_TERM_DAYS ? t.n : 0;
	a.working += t.unit == ED_TERM_WORKING_DAYS ? t.n : 0;
	return a;
}

/* As long as they mostly are: which of two ends later, the calendar says. */
static struct span span_longer(struct span a, struct span b)
{
	long x = a.months * 305 + a.days * 10 + a.working * 14;
	long y = b.months * 305 + b.days * 10 + b.working * 14;

	return y > x ? b : a;
}

/* A way that is under way: what its steps took so far, and what it took until
 * the receipt from which terms of "from: received" run. */
struct way {
	struct span total, received;
};

static void way_step(struct way *way, const struct ed_route_step *step)
{
	const struct ed_clock_def *clock = &step->clock;
	bool overlaps = clock->from && strcmp(clock->from, "opened") != 0;
	struct span start = {0};

	if (step->verb == ED_DO_ARCHIVE) /* the applicant has his answer */
		return;
	if (overlaps && !strcmp(clock->from, "received"))
		start = way->received;
	if (overlaps)
		way->total = span_longer(way->total, span_add(start, clock->within));
	else
		way->total = span_add(way->total, clock->within);
	if (step->verb == ED_DO_SEND)
		way->received = way->total;
}

/* The next on the straight way; NULL: it ends there. */
static const struct ed_route_step *next_of(const struct ed_route_block *block,
                                           const struct ed_route_step *step)
{
	const struct ed_route_outcome *o = step->n_outcomes ? &step->outcomes[0] : NULL;
	const struct ed_choice *c = step->n_choices ? &step->choices[0] : NULL;
	const char *then = o ? o->then : c ? c->then : NULL;

	if ((o && o->end) || (c && c->end))
		return NULL;
	if (then)
		return ed_block_step(block, then);
	return step + 1 < block->steps + block->n_steps ? step + 1 : NULL;
}

/* Of the longest branch; a join that holds one step a branch may give the term
 * to all of them. */
static void way_join(struct way *way, const struct ed_route_step *join)
{
	struct span longest = way->total;

	if (join->verb == ED_DO_PARALLEL)
		longest = span_add(longest, join->clock.within);
	for (size_t b = 0; b < join->n_branches; b++) {
		const struct ed_route_block *block = &join->branches[b];
		const struct ed_route_step *step = block->n_steps ? &block->steps[0] : NULL;
		struct way branch = *way;

		for (size_t i = 0; step && i < block->n_steps; i++) {
			way_step(&branch, step);
			step = next_of(block, step);
		}
		longest = span_longer(longest, branch.total);
	}
	way->total = longest;
}

/* What the law gives the case: the clock that starts when it is received; of
 * several the first.  NULL: the route has none. */
static const struct ed_clock_def *legal_term(const struct ed_route *route)
{
	for (size_t i = 0; i < route->n_clocks; i++)
		if (route->clocks[i].from && !strcmp(route->clocks[i].from, "received"))
			return &route->clocks[i];
	return route->n_clocks ? &route->clocks[0] : NULL;
}

/* That term; without one, how long the steps on the straight way may take. */
static const char *term_of(struct services *s, const struct ed_route *route)
{
	const struct ed_route_block *block = &route->body;
	const struct ed_route_step *step = block->n_steps ? &block->steps[0] : NULL;
	const struct ed_clock_def *legal = legal_term(route);
	struct way way = {0};
	struct span t;
	struct ed_buf out;
	const char *text;

	for (size_t i = 0; !legal && step && i < block->n_steps; i++) {
		if (ed_step_joins(step))
			way_join(&way, step);
		else
			way_step(&way, step);
		step = next_of(block, step);
	}
	t = legal ? span_add(way.total, legal->within) : way.total;
	ed_buf_init(&out, 128);
	if (t.months)
		ed_buf_printf(&out, "%ldmo", t.months);
	if (t.days)
		ed_buf_printf(&out, "%s%ldd", out.len ? "+" : "", t.days);
	if (t.working)
		ed_buf_printf(&out, "%s%ldwd", out.len ? "+" : "", t.working);
	text = ed_arena_strdup(s->arena, out.len ? ed_buf_str(&out) : "-");
	ed_buf_clear(&out);
	return text ? text : "-";
}

static const char *fee_of(struct services *s, const struct ed_passport *p)
{
	const char *text = ed_passport_free(p)
	                           ? dgettext("edoc", "free")
	                           : ed_arena_printf(s->arena, "%s %s", p->amount, p->currency);

	return text ? text : "-";
}

/* A cell of so many characters; what is longer is cut, and says so. */
static void cell(struct ed_buf *out, const char *text, size_t width, bool cut)
{
	size_t runes = 0, n = 0;
	uint32_t rune;

	for (const char *p = text; *p; p += n, runes++) {
		n = ed_utf8_next(p, strlen(p), &rune);
		n = n ? n : 1;
		if (cut && runes + 1 == width && p[n]) {
			ed_buf_puts(out, "…");
			runes++;
			break;
		}
		ed_buf_printf(out, "%.*s", (int)n, p);
	}
	for (; runes < width; runes++)
		ed_buf_putc(out, ' ');
	ed_buf_putc(out, ' ');
}

static void put_row(struct ed_buf *out, const char *id, const char *title, const char *owner,
                    const char *term, const char *fee)
{
	cell(out, id, 20, false);
	cell(out, title, 26, true);
	cell(out, owner, 11, true);
	cell(out, term, 9, true);
	ed_buf_printf(out, "%s\n", fee);
}

static void put_words(struct services *s, const char *label, const char *const *words)
{
	struct ed_buf *out = &s->tale.text;

	if (!words)
		return;
	ed_buf_printf(out, "  %s: ", label);
	for (size_t i = 0; words[i]; i++)
		ed_buf_printf(out, "%s%s", i ? ", " : "", safe(s, words[i]));
	ed_buf_putc(out, '\n');
}

static void put_papers(struct services *s, const struct ed_passport *p)
{
	struct ed_buf *out = &s->tale.text;

	for (size_t i = 0; i < p->n_papers; i++) {
		const struct ed_paper *paper = &p->papers[i];

		ed_buf_printf(
		        out, "  %s: %s (%s), %s\n", dgettext("edoc", "document"),
		        titled(s, &paper->title), paper->file ? safe(s, paper->file) : paper->id,
		        paper->required || paper == p->proof ? dgettext("edoc", "required")
		                                             : dgettext("edoc", "if there is one"));
	}
	for (size_t i = 0; i < p->n_refusals; i++)
		ed_buf_printf(out, "  %s: %s (%s)\n", dgettext("edoc", "ground of refusal"),
		              titled(s, &p->refusals[i].title), p->refusals[i].id);
}

static void put_passport(struct services *s, const struct ed_route *route)
{
	static const char *const idef0[] = {N_("inputs"), N_("controls"), N_("mechanisms"),
	                                    N_("outputs")};
	const struct ed_passport *p = route->passport;
	struct ed_buf *out = &s->tale.text;

	ed_buf_printf(out, "%s %d: %s\n", route->id, route->version,
	              said(s, route->title_lang, route->title));
	ed_buf_printf(out, "  %s: %s\n", dgettext("edoc", "owner"), p->owner);
	put_words(s, dgettext("edoc", "basis"), p->basis);
	put_words(s, dgettext("edoc", "asked for by"), p->channels);
	put_words(s, dgettext("edoc", "asked for by whom"), p->applicants);
	ed_buf_printf(out, "  %s: %s\n", dgettext("edoc", "term"), term_of(s, route));
	ed_buf_printf(out, "  %s: %s%s%s\n", dgettext("edoc", "fee"), fee_of(s, p),
	              p->fee_after && !ed_passport_free(p) ? dgettext("edoc", ", afterwards") : "",
	              p->proof_signed ? dgettext("edoc", ", the proof of it signed") : "");
	put_papers(s, p);
	if (p->result_form)
		ed_buf_printf(out, "  %s: %s (%s)\n", dgettext("edoc", "result"),
		              titled(s, &p->result), safe(s, p->result_form));
	if (p->retention)
		ed_buf_printf(out, "  %s: %s\n", dgettext("edoc", "retention"), p->retention);
	for (size_t i = 0; i < 4; i++)
		put_words(s, dgettext("edoc", idef0[i]), p->idef0[i]);
}

static int put_list(json_t *o, const char *key, const char *const *words)
{
	json_t *list = json_array();
	int bad = list ? 0 : -1;

	for (size_t i = 0; words && words[i]; i++)
		bad |= json_array_append_new(list, json_string(words[i]));
	bad |= json_object_set(o, key, list);
	json_decref(list);
	return bad;
}

static int put_document(const struct services *s, json_t *list, const struct ed_passport *p,
                        const struct ed_paper *paper)
{
	json_t *o = json_object();
	int bad = ed_json_str(o, "id", paper->id) |
	          ed_json_str(o, "title", titled(s, &paper->title)) |
	          (paper->file ? ed_json_str(o, "file", paper->file) : 0) |
	          ed_json_bool(o, "required", paper->required || paper == p->proof) |
	          ed_json_int(o, "max", paper->max) | json_array_append(list, o);

	json_decref(o);
	return bad;
}

static int put_documents(const struct services *s, json_t *o, const struct ed_passport *p)
{
	json_t *list = json_array();
	int bad = list ? 0 : -1;

	for (size_t i = 0; i < p->n_papers; i++)
		bad |= put_document(s, list, p, &p->papers[i]);
	bad |= json_object_set(o, "documents", list);
	json_decref(list);
	return bad | ed_json_bool(o, "others", !p->papers || p->others);
}

static int put_refusals(const struct services *s, json_t *o, const struct ed_passport *p)
{
	json_t *map = json_object();
	int bad = map ? 0 : -1;

	for (size_t i = 0; i < p->n_refusals; i++)
		bad |= ed_json_str(map, p->refusals[i].id, titled(s, &p->refusals[i].title));
	bad |= json_object_set(o, "refusals", map);
	json_decref(map);
	return bad | (p->standard ? ed_json_str(o, "standard", p->standard->id) : 0);
}

static int put_idef0(json_t *o, const struct ed_passport *p)
{
	json_t *map = json_object();
	int bad = map ? 0 : -1;

	for (size_t i = 0; ed_idef0_names[i]; i++)
		bad |= put_list(map, ed_idef0_names[i], p->idef0[i]);
	bad |= json_object_set(o, "idef0", map);
	json_decref(map);
	return bad;
}

/* What a row has no room for. */
static int put_whole(const struct services *s, json_t *o, const struct ed_passport *p)
{
	int bad = put_list(o, "basis", p->basis) | put_list(o, "applicants", p->applicants) |
	          put_documents(s, o, p);

	if (p->amount)
		bad |= ed_json_str(o, "when", p->fee_after ? "after" : "before");
	if (p->proof)
		bad |= ed_json_str(o, "proof", p->proof->id) |
		       ed_json_bool(o, "proof_signed", p->proof_signed);
	if (p->result_form)
		bad |= ed_json_str(o, "form", p->result_form) |
		       ed_json_str(o, "result", titled(s, &p->result));
	if (p->retention)
		bad |= ed_json_str(o, "retention", p->retention);
	return bad | put_refusals(s, o, p) | put_idef0(o, p);
}

static enum edoc_code put_json(struct services *s, const struct ed_route *route,
                               struct edoc_error *err)
{
	const struct ed_passport *p = route->passport;
	json_t *o = json_object();
	int bad = ed_json_str(o, "id", route->id) | ed_json_int(o, "version", route->version) |
	          ed_json_str(o, "title", said(s, route->title_lang, route->title)) |
	          ed_json_str(o, "owner", p->owner) | ed_json_str(o, "term", term_of(s, route)) |
	          ed_json_bool(o, "free", ed_passport_free(p)) |
	          ed_json_str(o, "sha256", route->sha256) | put_list(o, "channels", p->channels);

	if (p->amount)
		bad |= ed_json_str(o, "amount", p->amount) |
		       ed_json_str(o, "currency", p->currency);
	if (s->ask->whole)
		bad |= put_whole(s, o, p);
	enum edoc_code code =
	        bad ? ed_fail_memory(err) : ed_tale_json(&s->tale, "services", o, err);
	json_decref(o);
	return code;
}

static enum edoc_code tell_route(struct services *s, const struct ed_route *route, bool first,
                                 struct edoc_error *err)
{
	if (s->tale.want_json)
		return put_json(s, route, err);
	if (s->ask->whole) {
		put_passport(s, route);
		return EDOC_OK;
	}
	if (first)
		put_row(&s->tale.text, dgettext("edoc", "id"), dgettext("edoc", "title"),
		        dgettext("edoc", "owner"), dgettext("edoc", "term"),
		        dgettext("edoc", "fee"));
	put_row(&s->tale.text, route->id, said(s, route->title_lang, route->title),
	        route->passport->owner, term_of(s, route), fee_of(s, route->passport));
	return EDOC_OK;
}

static enum edoc_code tell_broken(struct services *s, const struct broken *b,
                                  struct edoc_error *err)
{
	json_t *o;

	if (s->tale.want_text)
		ed_buf_printf(&s->tale.text, "%s: %s\n", safe(s, b->where), safe(s, b->msg));
	if (!s->tale.want_json)
		return EDOC_OK;
	o = json_object();
	enum edoc_code code = ed_json_str(o, "where", b->where) | ed_json_str(o, "error", b->msg)
	                              ? ed_fail_memory(err)
	                              : ed_tale_json(&s->tale, "services", o, err);
	json_decref(o);
	return code;
}

static enum edoc_code tell_all(struct services *s, size_t *found, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	bool fits;

	for (size_t i = 0; i < s->n && !code; i++) {
		if (i && !strcmp(s->routes[i]->id, s->routes[i - 1]->id))
			continue; /* an older version */
		code = matches(s, s->routes[i], &fits, err);
		if (!code && fits)
			code = tell_route(s, s->routes[i], !(*found)++, err);
	}
	if (!*found && s->ask->id && !code)
		return ed_fail(err, EDOC_ERR_ABSENT, s->ask->id, "no such service is known here");
	for (size_t i = 0; i < s->n_broken && !code; i++)
		code = tell_broken(s, &s->broken[i], err);
	return code;
}

enum edoc_code edoc_services(struct edoc_desk *desk, const char *folder,
                             const struct edoc_services_ask *ask, char **text, char **json,
                             size_t *found, struct edoc_error *err)
{
	struct services s = {.ask = ask, .desk = desk, .folder = folder};
	enum edoc_code code = EDOC_OK;

	*found = 0;
	if (ask->channel && !ed_def_one_of(ask->channel, ed_channels))
		return ed_fail(err, EDOC_ERR_USAGE, "--channel",
		               "\"%s\" is none of portal, post, counter, paper", ask->channel);
	ed_tale_init(&s.tale, text != NULL, json != NULL);
	s.arena = ed_arena_new();
	if (desk)
		s.folder = ed_desk_path(desk, "conf/routes");
	if (ask->query)
		s.query = key(ask->query);
	if (!s.arena || !s.folder || (ask->query && !s.query))
		code = ed_fail_memory(err);
	if (!code)
		code = read_all(&s, err);
	if (!code)
		code = tell_all(&s, found, err);
	if (!code)
		code = ed_tale_give(&s.tale, text, json, err);
	ed_tale_clear(&s.tale);
	free(s.query);
	ed_arena_free(s.arena);
	return code;
}
