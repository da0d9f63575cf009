/* SPDX-License-Identifier: ISC */
/* How a desk is: for a person, and for what watches machines. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/x509.h"
#include "route/exchange.h"
#include "route/look.h"
#include "route/outbox.h"
#include "route/told.h"

#define DAY 86400
#define T(s) dgettext("edoc", s)

/* What is counted; names of JSON and, after "edoc_desk_", of Prometheus. */
enum {
	CASES,
	RUNNING,
	ENDED,
	BROKEN,
	OVERDUE,
	FUTURE,
	WAITING,
	FAILED,
	UNANSWERED,
	LATE_RECEIPTS,
	INCOMING,
	REFUSED,
	NOTICES,
	LEFT_OVER,
	ENDING,
	FREE_BYTES,
	N_METRICS
};

static const struct {
	const char *name, *help;
} metrics[N_METRICS] = {
        [CASES] = {"cases", "cases of the desk"},
        [RUNNING] = {"cases_running", "cases that have not ended"},
        [ENDED] = {"cases_ended", "cases that have ended"},
        [BROKEN] = {"cases_broken", "cases whose log cannot be read"},
        [OVERDUE] = {"steps_overdue", "open steps here whose term is over"},
        [FUTURE] = {"cases_from_future", "cases whose last entry is later than the clock"},
        [WAITING] = {"outbox_waiting", "files that wait to leave"},
        [FAILED] = {"outbox_failed", "files that a transport did not take"},
        [UNANSWERED] = {"receipts_awaited", "cases sent that have no receipt"},
        [LATE_RECEIPTS] = {"receipts_late", "of them those whose receipt is late"},
        [INCOMING] = {"incoming", "files in in/new"},
        [REFUSED] = {"refused", "files in in/bad"},
        [NOTICES] = {"notices_waiting", "notices that no program took"},
        [LEFT_OVER] = {"left_over", "old files in tmp"},
        [ENDING] = {"ending", "certificates and calendars that end soon"},
        [FREE_BYTES] = {"free_bytes", "free space of the disk"},
};

struct health {
	struct edoc_desk *desk;
	const struct edoc_mail *mail;
	int days;
	int64_t value[N_METRICS];
	struct ed_tale tale;
	json_t *problems;
	size_t n;
	struct ed_arena *arena;
};

/* One line for people; in JSON a code, where, and the same words. */
static enum edoc_code problem(struct health *h, const char *code, const char *where,
                              const char *words, struct edoc_error *err)
{
	char safe[ED_PATH_MAX];
	json_t *o;

	h->n++;
	ed_escape(safe, sizeof(safe), where);
	if (h->tale.want_text)
		ed_buf_printf(&h->tale.text, "%s: %s\n", safe, words);
	if (!h->problems)
		return EDOC_OK;
	o = json_object();
	return ed_json_str(o, "code", code) | ed_json_str(o, "where", safe) |
	                       ed_json_str(o, "msg", words) | json_array_append_new(h->problems, o)
	               ? ed_fail_memory(err)
	               : EDOC_OK;
}

static enum edoc_code problem_when(struct health *h, const char *code, const char *where,
                                   const char *words, int64_t t, struct edoc_error *err)
{
	char when[ED_WHEN], line[256];

	ed_when(when, h->desk->zone, t, true);
	snprintf(line, sizeof(line), "%s %s", words, when);
	return problem(h, code, where, line, err);
}

/* ---- cases ---- */

static enum edoc_code look_at_steps(struct health *h, const struct ed_row *row,
                                    struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	char where[ED_PATH_MAX];

	for (size_t i = 0; row->here && i < row->n_steps && !code; i++) {
		const struct ed_row_step *s = &row->steps[i];

		if (s->due == ED_TIME_NONE || h->mail->now <= s->due)
			continue;
		h->value[OVERDUE]++;
		snprintf(where, sizeof(where), "%.12s %s", row->id, s->path);
		code = problem_when(h, "step.overdue", where, T("was due"), s->due, err);
	}
	for (size_t i = 0; row->here && i < row->n_away && !code; i++) {
		const struct ed_row_away *a = &row->away[i];

		if (a->back == ED_TIME_NONE || h->mail->now <= a->back)
			continue;
		h->value[OVERDUE]++;
		snprintf(where, sizeof(where), "%.12s %s", row->id, a->branch);
		code = problem_when(h, "step.overdue", where, T("was to be back"), a->back, err);
	}
	return code;
}

static enum edoc_code look_at_receipts(struct health *h, const char *id, struct edoc_error *err)
{
	struct ed_unanswered u = {0};
	struct ed_case c;
	size_t k = 0;

	enum edoc_code code = ed_case_load(h->desk, id, &c, err);
	if (code)
		return code;
	while (!code && c.exists && ed_case_unanswered(&c, &k)) {
		code = ed_case_unanswered_read(&c, h->mail, &u, err);
		h->value[UNANSWERED]++;
		if (code || !u.late || u.waits)
			continue;
		h->value[LATE_RECEIPTS]++;
		code = problem_when(h, "receipt.late", id, T("no receipt since"), u.handed, err);
	}
	ed_case_clear(&c);
	return code;
}

static void count(struct health *h, enum ed_phase phase, int64_t n)
{
	h->value[CASES] += n;
	h->value[phase == ED_PHASE_ENDED ? ENDED : RUNNING] += n;
}

static enum edoc_code look_at_case(void *arg, const struct ed_met *met, struct edoc_error *err)
{
	struct health *h = arg;
	const struct ed_row *row = met->row;
	enum edoc_code code = EDOC_OK;

	if (!row) {
		h->value[CASES]++;
		h->value[BROKEN]++;
		return problem(h, "case.broken", met->id, met->warning, err);
	}
	if (met->folder)
		count(h, row->phase, 1);
	if (row->time > h->mail->now + ED_CLOCK_SKEW) {
		h->value[FUTURE]++;
		code = problem_when(h, "clock.back", row->id,
		                    T("the machine's clock is behind its last entry, of"),
		                    row->time, err);
	}
	if (!code && row->phase == ED_PHASE_RUNNING)
		code = look_at_steps(h, row, err);
	return !code && row->sent ? look_at_receipts(h, row->id, err) : code;
}

static enum edoc_code look_at_rest(void *arg, struct ed_look *look, struct edoc_error *err)
{
	static const enum ed_phase phases[] = {ED_PHASE_NONE, ED_PHASE_RUNNING, ED_PHASE_ENDED};
	struct health *h = arg;
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; !code && i < sizeof(phases) / sizeof(phases[0]); i++) {
		int64_t n = 0;

		code = ed_look_count(look, phases[i], &n, err);
		count(h, phases[i], n);
	}
	for (size_t i = 0; !code && i < look->n_strays; i++) {
		const char *path = ed_arena_printf(look->arena, "%s/case/%s", h->desk->path,
		                                   look->strays[i].path);
		code = path ? problem(h, "case.stray", path, T("no case; passed over"), err)
		            : ed_fail_memory(err);
	}
	return code || !look->trouble
	               ? code
	               : problem(h, "index.unused", "index/cases.sqlite", look->trouble, err);
}

static void begin_again(void *arg)
{
	struct health *h = arg;
	bool text = h->tale.want_text, json = h->tale.want_json;

	memset(h->value, 0, sizeof(h->value));
	h->n = 0;
	json_array_clear(h->problems);
	ed_tale_clear(&h->tale);
	ed_tale_init(&h->tale, text, json);
}

static enum edoc_code look_at_cases(struct health *h, struct edoc_error *err)
{
	struct ed_looking looking = {.desk = h->desk,
	                             .now = h->mail->now,
	                             .set = ED_CASES_HEALTH,
	                             .met = look_at_case,
	                             .again = begin_again,
	                             .end = look_at_rest,
	                             .arg = h};

	return ed_look(&looking, err);
}

/* ---- mail ---- */

static enum edoc_code look_at_outbox(struct health *h, struct edoc_error *err)
{
	struct ed_outbox o = {.arena = h->arena};

	enum edoc_code code = ed_outbox_read(h->desk, h->mail->now, &o, err);
	for (size_t i = 0; !code && i < o.n; i++) {
		const struct ed_waiting *w = &o.v[i];
		h->value[WAITING]++;
		h->value[FAILED] += w->state.tries > 0;
		if (w->state.tries > 0)
			code = problem(h, "mail.failed", w->path, w->state.why, err);
		else if (h->mail->now - w->since > DAY)
			code = problem_when(h, "mail.waits", w->path, T("waits since"), w->since,
			                    err);
	}
	return code;
}

/* Files of a folder that count, and how old the oldest is. */
static enum edoc_code count_files(struct health *h, const char *folder, const char *suffix,
                                  int64_t *n, int64_t *oldest, struct edoc_error *err)
{
	const char *dir = ed_desk_path(h->desk, "%s", folder);
	char **names = NULL;
	size_t total;

	*n = 0;
	*oldest = h->mail->now;
	if (!dir)
		return ed_fail_memory(err);
	if (access(dir, F_OK)) /* made when it is needed */
		return EDOC_OK;
	enum edoc_code code = ed_list_dir(dir, &names, &total, err);
	for (size_t i = 0; !code && names[i]; i++) {
		const char *path = ed_desk_path(h->desk, "%s/%s", folder, names[i]);
		size_t len = strlen(names[i]), end = suffix ? strlen(suffix) : 0;
		struct stat st;
		if (!path)
			code = ed_fail_memory(err);
		else if (len >= end && (!suffix || !strcmp(names[i] + len - end, suffix)) &&
		         (!suffix || *names[i] != '.') && !lstat(path, &st)) {
			++*n;
			*oldest = st.st_ctime < *oldest ? st.st_ctime : *oldest;
		}
	}
	ed_names_free(names);
	return code;
}

static enum edoc_code look_at_folders(struct health *h, struct edoc_error *err)
{
	static const struct {
		const char *folder, *suffix, *code, *words;
		int metric;
		int64_t age;
	} watched[] = {
	        {"in/new", "", "in.new", N_("not taken in since"), INCOMING, 3600},
	        {"in/bad", ".reason", "in.bad", N_("refused; the first"), REFUSED, -1},
	        {"notice/new", ".json", "notice.waits", N_("not taken by a program since"), NOTICES,
	         DAY},
	        {"tmp", NULL, "tmp.left", N_("left over since"), LEFT_OVER, (int64_t)36 * 3600},
	};
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < sizeof(watched) / sizeof(watched[0]) && !code; i++) {
		int64_t *n = &h->value[watched[i].metric], oldest;
		code = count_files(h, watched[i].folder, watched[i].suffix, n, &oldest, err);
		if (!code && *n && h->mail->now - oldest > watched[i].age)
			code = problem_when(h, watched[i].code, watched[i].folder,
			                    T(watched[i].words), oldest, err);
	}
	return code;
}

/* ---- what ends ---- */

struct cert_seen {
	struct health *h;
	const char *where;
};

static enum edoc_code look_at_cert(void *arg, X509 *x509, struct edoc_error *err)
{
	struct cert_seen *seen = arg;
	struct health *h = seen->h;
	struct ed_cert *cert = NULL;
	const char *words = NULL;

	enum edoc_code code = ed_cert_of(x509, seen->where, h->arena, &cert, err);
	if (code)
		return code;
	if (cert->not_after < h->mail->now)
		words = T("the certificate ended");
	else if (cert->not_after - h->mail->now < (int64_t)h->days * DAY)
		words = T("the certificate ends");
	if (words) {
		h->value[ENDING]++;
		code = problem_when(h, "certificate.ends", seen->where, words, cert->not_after,
		                    err);
	}
	ed_cert_clear(cert);
	return code;
}

static enum edoc_code look_at_cert_file(struct health *h, const char *path, struct edoc_error *err)
{
	struct cert_seen seen = {h, path};
	struct edoc_error why = {0};
	struct ed_buf bytes;

	ed_buf_init(&bytes, ED_MAX_KEY_FILE);
	enum edoc_code code = ed_read_path(path, &bytes, &why);
	if (!code)
		code = ed_certs_read(bytes.data, bytes.len, path, look_at_cert, &seen, &why);
	ed_buf_clear(&bytes);
	if (code && code != EDOC_ERR_MEMORY)
		return problem(h, "certificate.unread", path, why.msg, err);
	if (code && err)
		*err = why;
	return code;
}

static enum edoc_code look_at_anchors(struct health *h, struct edoc_error *err)
{
	static const char *const folders[] = {"sign", "directory", "route", "tsa", "ocsp"};
	enum edoc_code code = look_at_cert_file(h, h->desk->key_path, err);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && !code; i++) {
		const char *dir = ed_desk_path(h->desk, "conf/trust/%s", folders[i]);
		char **names = NULL;
		size_t n;
		if (!dir)
			return ed_fail_memory(err);
		if (access(dir, F_OK))
			continue;
		code = ed_list_dir(dir, &names, &n, err);
		for (size_t k = 0; !code && names[k]; k++) {
			const char *path =
			        ed_desk_path(h->desk, "conf/trust/%s/%s", folders[i], names[k]);
			code = path ? look_at_cert_file(h, path, err) : ed_fail_memory(err);
		}
		ed_names_free(names);
	}
	return code;
}

/* The one that covers the latest year, of each name. */
static enum edoc_code look_at_calendar(struct health *h, const char *file, const char **before,
                                       struct edoc_error *err)
{
	const char *at = strchr(file, '@');
	const char *name = at ? ed_arena_strndup(h->arena, file, (size_t)(at - file)) : NULL;
	struct ed_pin *pin = NULL;
	int64_t end;

	if (!at || (*before && name && !strcmp(*before, name)))
		return EDOC_OK;
	if (!name)
		return ed_fail_memory(err);
	*before = name;
	enum edoc_code code = ed_desk_calendar(h->desk, name, h->arena, &pin, err);
	if (code || !pin)
		return code;
	end = ed_days((struct ed_date){pin->calendar->last_year + 1, 1, 1}) * DAY - 1;
	if (end - h->mail->now >= (int64_t)h->days * DAY)
		return EDOC_OK;
	h->value[ENDING]++;
	return problem_when(h, "calendar.ends", name, T("the calendar ends"), end, err);
}

static enum edoc_code look_at_calendars(struct health *h, struct edoc_error *err)
{
	const char *dir = ed_desk_path(h->desk, "conf/calendars"), *before = NULL;
	char **names = NULL;
	size_t n;

	enum edoc_code code = dir ? ed_list_dir(dir, &names, &n, err) : ed_fail_memory(err);
	for (size_t i = 0; !code && names[i]; i++)
		code = look_at_calendar(h, names[i], &before, err);
	ed_names_free(names);
	return code;
}

/* Less than a twentieth, or than 64 MiB. */
static enum edoc_code look_at_disk(struct health *h, struct edoc_error *err)
{
	struct statvfs fs;

	if (statvfs(h->desk->path, &fs))
		return ed_fail_errno(err, EDOC_ERR_IO, h->desk->path, "statvfs");
	h->value[FREE_BYTES] = (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize);
	if (fs.f_bavail >= fs.f_blocks / 20 && h->value[FREE_BYTES] >= (int64_t)64 << 20)
		return EDOC_OK;
	return problem(h, "disk.full", h->desk->path, T("the disk is nearly full"), err);
}

/* ---- told ---- */

static enum edoc_code tell_json(struct health *h, struct edoc_error *err)
{
	json_t *o = json_object();
	int bad = ed_json_bool(o, "ok", h->n == 0) | ed_json_str(o, "agency", h->desk->agency) |
	          ed_json_time(o, "at", h->mail->now);

	for (size_t i = 0; i < N_METRICS; i++)
		bad |= ed_json_int(o, metrics[i].name, h->value[i]);
	bad |= json_object_set(o, "problems", h->problems);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_tale_json(&h->tale, "status", o, err);
	json_decref(o);
	return code;
}

/* The text exposition format, version 0.0.4. */
static void tell_prometheus(struct health *h, struct ed_buf *out)
{
	for (size_t i = 0; i < N_METRICS; i++)
		ed_buf_printf(out,
		              "# HELP edoc_desk_%s %s\n# TYPE edoc_desk_%s gauge\n"
		              "edoc_desk_%s{agency=\"%s\"} %" PRId64 "\n",
		              metrics[i].name, metrics[i].help, metrics[i].name, metrics[i].name,
		              h->desk->agency, h->value[i]);
	ed_buf_printf(out,
	              "# HELP edoc_desk_problems what status complains of\n"
	              "# TYPE edoc_desk_problems gauge\nedoc_desk_problems{agency=\"%s\"} %zu\n",
	              h->desk->agency, h->n);
}

static enum edoc_code look(struct health *h, struct edoc_error *err)
{
	enum edoc_code code = look_at_cases(h, err);

	if (!code)
		code = look_at_outbox(h, err);
	if (!code)
		code = look_at_folders(h, err);
	if (!code)
		code = look_at_anchors(h, err);
	if (!code)
		code = look_at_calendars(h, err);
	return code ? code : look_at_disk(h, err);
}

enum edoc_code edoc_desk_status(struct edoc_desk *desk, const struct edoc_mail *mail, int days,
                                char **text, char **json, char **prometheus, size_t *problems,
                                struct edoc_error *err)
{
	struct health h = {.desk = desk, .mail = mail, .days = days, .arena = ed_arena_new()};
	struct ed_buf out;

	*problems = 0;
	if (!h.arena)
		return ed_fail_memory(err);
	ed_buf_init(&out, 65536);
	h.problems = json ? json_array() : NULL;
	ed_tale_init(&h.tale, text != NULL, json != NULL);
	enum edoc_code code = look(&h, err);
	if (!code && text && !h.n)
		ed_buf_printf(&h.tale.text,
		              T("all is well: %" PRId64 " cases, %" PRId64 " running\n"),
		              h.value[CASES], h.value[RUNNING]);
	if (!code && json)
		code = tell_json(&h, err);
	if (!code)
		code = ed_tale_give(&h.tale, text, json, err);
	if (!code && prometheus)
		tell_prometheus(&h, &out);
	if (!code && prometheus)
		code = ed_buf_steal(&out, desk->path, prometheus, err);
	*problems = h.n;
	ed_buf_clear(&out);
	ed_tale_clear(&h.tale);
	json_decref(h.problems);
	ed_arena_free(h.arena);
	return code;
}
