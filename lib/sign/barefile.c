/* SPDX-License-Identifier: ISC */
/* Signatures that are files of their own: as they grow, and what making CAdES and
 * XAdES has alike. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/path.h"
#include "judge/recognise.h"
#include "judge/report.h"
#include "sign/growth.h"

/* What a signature is over: files of others, who may write to them at any time. */
struct subject {
	const struct edoc_data *v;
	const struct stat *was; /* as each was when it was opened */
	size_t n;
};

static bool has_changed(const struct subject *subject)
{
	for (size_t i = 0; i < subject->n; i++) {
		if (ed_change_touched(subject->v[i].fd, &subject->was[i]))
			return true;
	}
	return false;
}

/* A detached signature, and nothing to hold it against. */
static bool lacks_data(const struct edoc_report *report)
{
	for (size_t i = 0; i < edoc_report_signatures(report); i++) {
		for (size_t k = 0; k < edoc_report_findings(report, i); k++) {
			const char *code = edoc_report_finding(report, i, k)->code;

			if (!strcmp(code, "cades.content-missing") ||
			    !strcmp(code, "reference.absent"))
				return true;
		}
	}
	return false;
}

/* The user's file that no signature is over, or NULL. */
static const char *stranger(const struct edoc_report *report)
{
	for (size_t i = 0; i < report->n_documents; i++)
		if (!report->documents[i].covered)
			return report->documents[i].name;
	return NULL;
}

static enum edoc_code refuse(const struct edoc_report *report, const char *name,
                             const struct subject *subject, bool ours, struct edoc_error *err)
{
	const char *other = stranger(report);
	enum edoc_code code;

	if (!ours && !edoc_report_signatures(report))
		return ed_fail(err, EDOC_ERR_INPUT, name, "holds no signature");
	if (!ours && subject->n && other)
		return ed_fail(err, EDOC_ERR_INPUT, other, "is not what %s signs",
		               ed_basename(name));
	if (!ours && !subject->n && lacks_data(report))
		return ed_fail(
		        err, EDOC_ERR_USAGE, name,
		        "what this signature is over is not in it: name that by --data FILE");
	code = ed_sign_refuse(report, ours, err);
	if (code == EDOC_ERR_BUG && has_changed(subject))
		return ed_fail(err, EDOC_ERR_AGAIN, subject->v[0].name,
		               "was written to while it was being signed: nothing was changed; try "
		               "again");
	return code;
}

/* Judged as everybody will judge it, with its document at hand; ours: made by us. */
static enum edoc_code check(const struct ed_buf *bytes, const char *name,
                            const struct edoc_sign_options *options, int64_t moment,
                            const struct subject *subject, bool ours, struct edoc_error *err)
{
	struct edoc_verify_options verify = {.at = moment,
	                                     .trust = options->trust,
	                                     .policy = options->policy,
	                                     .limits = options->limits,
	                                     .data = subject->v,
	                                     .n_data = subject->n};
	struct edoc_report *report = NULL;
	struct edoc_trust *none = NULL;
	enum edoc_code code = edoc_trust_new(&none, err);

	if (code != EDOC_OK)
		return code;
	if (!verify.trust)
		verify.trust = none;
	code = edoc_verify_memory(bytes->data, bytes->len, name, &verify, &report, err);
	if (code == EDOC_OK)
		code = refuse(report, name, subject, ours, err);
	edoc_report_free(report);
	edoc_trust_free(none);
	return code;
}

/* ---- growing ---- */

struct bare {
	const char *path;
	int fd;
	struct stat was; /* when it was opened */
	struct ed_arena *arena;
	struct ed_buf bytes; /* PEM and base64 undone */
	struct ed_recognised what;
	char label[64]; /* of PEM; "": base64 alone */
	struct ed_view view;
	struct subject subject; /* of --data */
};

/* PEM that begins the file is written back as PEM; words before it would be lost. */
static enum edoc_code find_label(struct bare *b, struct edoc_error *err)
{
	static const char begin[] = "-----BEGIN ";
	char head[96] = "";
	ssize_t n = pread(b->fd, head, sizeof(head) - 1, 0);
	char *end;

	if (n < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, b->path, "read");
	if (!memchr(head, '-', (size_t)n)) /* base64 has none */
		return EDOC_OK;
	end = strncmp(head, begin, strlen(begin)) ? NULL : strstr(head + strlen(begin), "-----");
	if (!end || (size_t)(end - head) - strlen(begin) >= sizeof(b->label))
		return ed_fail(err, EDOC_ERR_INPUT, b->path,
		               "words stand before its PEM, and would be lost: take them out");
	memcpy(b->label, head + strlen(begin), (size_t)(end - head) - strlen(begin));
	return EDOC_OK;
}

static void put_lines(struct ed_buf *text, const struct ed_buf *der)
{
	struct ed_buf b64;

	ed_buf_init(&b64, 2 * ED_MAX_ITEM_BYTES);
	ed_b64_put(&b64, der->data, der->len);
	for (size_t i = 0; i < b64.len; i += 64) {
		ed_buf_put(text, b64.data + i, b64.len - i < 64 ? b64.len - i : 64);
		ed_buf_puts(text, "\n");
	}
	ed_buf_clear(&b64);
}

/* As it came: DER, base64 or PEM. */
static enum edoc_code write_bare(const struct bare *b, const struct ed_buf *out,
                                 struct edoc_error *err)
{
	struct ed_buf text;
	enum edoc_code code;

	if (!b->what.armoured)
		return ed_write_file(b->path, out->data, out->len, true, err);
	ed_buf_init(&text, 3 * ED_MAX_ITEM_BYTES);
	if (b->label[0])
		ed_buf_printf(&text, "-----BEGIN %s-----\n", b->label);
	put_lines(&text, out);
	if (b->label[0])
		ed_buf_printf(&text, "-----END %s-----\n", b->label);
	code = ed_buf_check(&text, b->path, err);
	if (code == EDOC_OK)
		code = ed_write_file(b->path, text.data, text.len, true, err);
	ed_buf_clear(&text);
	return code;
}

static enum edoc_code read_data(struct bare *b, const struct edoc_sign_options *options,
                                struct edoc_error *err)
{
	size_t n = options->n_data;
	struct stat *was = ed_arena_alloc(b->arena, (n + 1) * sizeof(*was));
	enum edoc_code code = was ? EDOC_OK : ed_fail_memory(err);

	ed_view_init(&b->view, b->arena, NULL);
	for (size_t i = 0; code == EDOC_OK && i < n; i++) {
		const struct edoc_data *data = &options->data[i];

		if (fstat(data->fd, &was[i]))
			code = ed_fail_errno(err, EDOC_ERR_IO, data->name, "fstat");
		else
			code = ed_view_add_file(&b->view, ed_basename(data->name), data->fd, err);
	}
	(void)ed_view_data(&b->view);
	b->subject = (struct subject){.v = options->data, .was = was, .n = n};
	return code;
}

static enum edoc_code read_bare(struct bare *b, const struct edoc_sign_options *options,
                                struct edoc_error *err)
{
	enum edoc_code code =
	        ed_item_recognise(b->fd, ed_basename(b->path), &b->bytes, &b->what, err);

	if (code == EDOC_OK)
		code = read_data(b, options, err);
	return code == EDOC_OK && b->what.armoured ? find_label(b, err) : code;
}

/* The signature that is to be replaced is the one that was read.  Where the file was
 * touched its bytes decide: another may stand there, and would be lost. */
static enum edoc_code still_bare(const struct bare *b, struct edoc_error *err)
{
	enum edoc_code code = ed_change_named(b->fd, b->path, err);
	struct ed_recognised what;
	struct ed_buf now;

	if (code != EDOC_OK || !ed_change_touched(b->fd, &b->was))
		return code;
	ed_buf_init(&now, ED_MAX_ITEM_BYTES);
	if (ed_item_recognise(b->fd, ed_basename(b->path), &now, &what, NULL) != EDOC_OK ||
	    now.len != b->bytes.len || memcmp(now.data, b->bytes.data, now.len))
		code = ed_change_lost(b->path, err);
	ed_buf_clear(&now);
	return code;
}

static enum edoc_code grow_bare(struct ed_growth *g, struct bare *b, struct edoc_error *err)
{
	const struct edoc_sign_options *options = g->options;
	struct ed_grow at = {.where = ed_basename(b->path),
	                     .data = options->n_data ? &b->view.data : NULL,
	                     .only = ED_NO_DATA,
	                     .arena = b->arena};
	struct ed_buf out;
	enum edoc_code code = read_bare(b, options, err);

	ed_buf_init(&out, ED_MAX_ITEM_BYTES);
	if (code == EDOC_OK)
		code = check(&b->bytes, b->path, options, g->moment, &b->subject, false, err);
	at.bytes = b->bytes.data;
	at.len = b->bytes.len;
	if (code == EDOC_OK)
		code = ed_growth_file(g, b->what.kind == ED_ITEM_XML ? EDOC_XADES : EDOC_CADES, &at,
		                      false, &out, err);
	if (code == EDOC_OK)
		code = ed_growth_done(g, b->path, err);
	if (code == EDOC_OK && out.len)
		code = check(&out, b->path, options, g->moment, &b->subject, true, err);
	if (code == EDOC_OK && g->changes && options->dry_run)
		code = ed_tmp_check(b->path, true, err);
	if (code == EDOC_OK && out.len && !options->dry_run)
		code = still_bare(b, err);
	if (code == EDOC_OK && out.len && !options->dry_run)
		code = write_bare(b, &out, err);
	ed_buf_clear(&out);
	return code;
}

enum edoc_code ed_growth_bare(struct ed_growth *g, const char *path, struct edoc_error *err)
{
	struct bare b = {.path = path, .fd = -1, .arena = ed_arena_new()};
	enum edoc_code code = b.arena ? EDOC_OK : ed_fail_memory(err);

	ed_buf_init(&b.bytes, ED_MAX_ITEM_BYTES);
	if (code == EDOC_OK)
		code = ed_change_lock(path, &b.fd, &b.was, err);
	if (code == EDOC_OK)
		code = grow_bare(g, &b, err);
	ed_buf_clear(&b.bytes);
	ed_arena_free(b.arena);
	if (b.fd >= 0)
		close(b.fd);
	return code;
}

/* ---- making ---- */

static enum edoc_code open_content(struct ed_bare *b, struct edoc_error *err)
{
	enum edoc_code code = ed_open_read(b->path, &b->fd, &b->size, err);

	if (code == EDOC_OK && b->size > ED_MAX_ZIP_TOTAL)
		code = ed_fail(err, EDOC_ERR_LIMIT, b->path, "is larger than %llu bytes",
		               (unsigned long long)ED_MAX_ZIP_TOTAL);
	if (code == EDOC_OK && fstat(b->fd, &b->was))
		code = ed_fail_errno(err, EDOC_ERR_IO, b->path, "fstat");
	ed_view_init(&b->view, b->arena, NULL);
	if (code == EDOC_OK)
		code = ed_view_add_file(&b->view, ed_basename(b->path), b->fd, err);
	(void)ed_view_data(&b->view);
	return code;
}

enum edoc_code ed_bare_begin(struct ed_bare *b, struct edoc_error *err)
{
	enum edoc_code code = ed_sign_options(b->path, b->options, err);

	b->fd = -1;
	b->moment = b->options->at;
	ed_buf_init(&b->content, ED_MAX_ITEM_BYTES);
	ed_buf_init(&b->made, ED_MAX_ITEM_BYTES);
	ed_buf_init(&b->there, ED_MAX_ITEM_BYTES);
	b->arena = ed_arena_new();
	if (!b->arena)
		code = ed_fail_memory(err);
	if (code == EDOC_OK) /* before a TSA is asked */
		code = ed_tmp_check(b->out, b->options->overwrite, err);
	return code == EDOC_OK ? open_content(b, err) : code;
}

enum edoc_code ed_bare_beside(struct ed_bare *b, const char *path, enum edoc_form form,
                              struct edoc_error *err)
{
	const enum ed_item_kind kind = form == EDOC_XADES ? ED_ITEM_XML : ED_ITEM_CMS;
	struct ed_recognised what = {0};
	uint64_t size;
	int fd;
	enum edoc_code code = ed_open_read(path, &fd, &size, err);

	if (code == EDOC_OK)
		code = ed_item_recognise(fd, path, &b->there, &what, err);
	if (fd >= 0)
		close(fd);
	if (code == EDOC_OK && what.kind != kind)
		code = ed_fail(err, EDOC_ERR_INPUT, path, "holds no %s signature",
		               form == EDOC_XADES ? "XAdES" : "CAdES");
	return code;
}

enum edoc_code ed_bare_sound(const struct ed_bare *b, const char *path, struct edoc_error *err)
{
	const struct edoc_data data = {.name = b->path, .fd = b->fd};
	const struct subject subject = {.v = &data, .was = &b->was, .n = b->inside ? 0 : 1};

	return check(&b->there, path, b->options, b->moment, &subject, false, err);
}

/* Of XAdES the one that was just made is the last that is read: an enveloped one
 * may have neighbours. */
enum edoc_code ed_bare_raise(struct ed_bare *b, enum edoc_form form, struct edoc_error *err)
{
	const struct edoc_data data = {.name = b->path, .fd = b->fd};
	const struct subject subject = {.v = &data, .was = &b->was, .n = b->inside ? 0 : 1};
	struct ed_grow at = {.bytes = b->made.data,
	                     .len = b->made.len,
	                     .where = ed_basename(b->out),
	                     .data = b->inside ? NULL : &b->view.data,
	                     .only = ED_NO_DATA,
	                     .arena = b->arena};
	size_t n = 1;
	enum edoc_code code = form == EDOC_XADES ? ed_raise_count(form, &at, &n, err) : EDOC_OK;

	if (code == EDOC_OK && !n)
		code = ed_fail(err, EDOC_ERR_BUG, b->out, "the new signature is not found");
	at.which = form == EDOC_XADES ? n - 1 : b->which;
	if (code == EDOC_OK)
		code = ed_raise(form, &at, false, b->options, &b->made, &b->moment, err);
	if (code == EDOC_OK)
		code = check(&b->made, b->out, b->options, b->moment, &subject, true, err);
	return code == EDOC_OK ? ed_change_still(b->fd, &b->was, b->path, err) : code;
}

enum edoc_code ed_bare_write(const struct ed_bare *b, const struct ed_buf *bytes,
                             struct edoc_error *err)
{
	if (b->options->dry_run)
		return EDOC_OK;
	return ed_write_file(b->out, bytes->data, bytes->len, b->options->overwrite, err);
}

void ed_bare_end(struct ed_bare *b)
{
	ed_buf_clear(&b->made);
	ed_buf_clear(&b->there);
	ed_buf_clear(&b->content);
	ed_arena_free(b->arena);
	if (b->fd >= 0)
		close(b->fd);
}
