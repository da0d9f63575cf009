/* SPDX-License-Identifier: ISC */
/* BER with some more elements in it, and nothing else changed. */
#include <string.h>

#include "base/der.h"
#include "base/limits.h"
#include "signature/cadespart.h"

static void add(struct ed_cades_edits *edits, struct ed_cades_edit edit)
{
	struct ed_cades_edit *v =
	        ed_arena_grow(edits->arena, edits->v, edits->n, &edits->cap, sizeof *v);

	edit.p = ed_arena_memdup(edits->arena, edit.p, edit.len);
	if (!v || !edit.p) {
		edits->failed = true;
		return;
	}
	edits->v = v;
	v[edits->n++] = edit;
}

void ed_cades_edit_insert(struct ed_cades_edits *edits, const struct ed_ber *in,
                          const struct ed_ber *before, const void *p, size_t len)
{
	add(edits, (struct ed_cades_edit){.in = in->whole,
	                                  .at = before ? before->whole : in->p + in->len,
	                                  .p = p,
	                                  .len = len});
}

void ed_cades_edit_replace(struct ed_cades_edits *edits, const struct ed_ber *in,
                           const struct ed_ber *child, const void *p, size_t len)
{
	add(edits,
	    (struct ed_cades_edit){
	            .in = in->whole, .at = child->whole, .p = p, .len = len, .instead = true});
}

static bool in_order(const struct ed_ber *set)
{
	struct ed_ber last = {0}, e;
	struct ed_ber_reader r;

	ed_ber_enter(&r, set, 1);
	while (ed_ber_next(&r, &e)) {
		if (last.whole &&
		    ed_ber_compare(last.whole, last.whole_len, e.whole, e.whole_len) > 0)
			return false;
		last = e;
	}
	return ed_ber_done(&r);
}

/* Those that come to one place have their order too. */
static void settle(struct ed_cades_edits *edits)
{
	for (size_t i = edits->n - 1; i > 0; i--) {
		struct ed_cades_edit *a = &edits->v[i - 1], *b = &edits->v[i], swap = *a;

		if (a->in != b->in || a->at != b->at ||
		    ed_ber_compare(a->p, a->len, b->p, b->len) <= 0)
			return;
		*a = *b;
		*b = swap;
	}
}

void ed_cades_edit_set(struct ed_cades_edits *edits, const struct ed_ber *set, const void *p,
                       size_t len)
{
	bool found = false, sorted = in_order(set);
	struct ed_ber_reader r;
	struct ed_ber e;

	ed_ber_enter(&r, set, 1);
	while (sorted && !found && ed_ber_next(&r, &e))
		found = ed_ber_compare(p, len, e.whole, e.whole_len) < 0;
	ed_cades_edit_insert(edits, set, found ? &e : NULL, p, len);
	if (sorted && !edits->failed)
		settle(edits);
}

/* ---- writing --------------------------------------------------------------- */

struct writer {
	const struct ed_cades_edits *edits;
	struct ed_der der;
};

static bool changes(const struct writer *w, const struct ed_ber *e)
{
	for (size_t i = 0; i < w->edits->n; i++) {
		const uint8_t *in = w->edits->v[i].in;

		if (in >= e->whole && in < e->whole + e->whole_len)
			return true;
	}
	return false;
}

/* What comes before `at`; true: what stands there goes. */
static bool put_edits(struct writer *w, const struct ed_ber *e, const uint8_t *at)
{
	bool instead = false;

	for (size_t i = 0; i < w->edits->n; i++) {
		const struct ed_cades_edit *edit = &w->edits->v[i];

		if (edit->in != e->whole || edit->at != at)
			continue;
		ed_der_raw(&w->der, edit->p, edit->len);
		instead |= edit->instead;
	}
	return instead;
}

static bool put(struct writer *w, const struct ed_ber *e, unsigned depth)
{
	struct ed_ber_reader r;
	struct ed_ber child;
	bool good = true;

	if (!changes(w, e)) {
		ed_der_raw(&w->der, e->whole, e->whole_len);
		return true;
	}
	if ((e->whole[0] & 0x1f) == 0x1f) /* nothing that may grow has such a tag */
		return false;
	if (e->indefinite)
		ed_der_raw(&w->der, (const uint8_t[]){e->whole[0], 0x80}, 2);
	else
		ed_der_open(&w->der, e->whole[0]);
	ed_ber_enter(&r, e, depth);
	while (good && ed_ber_next(&r, &child)) {
		if (!put_edits(w, e, child.whole))
			good = put(w, &child, depth + 1);
	}
	good = good && ed_ber_done(&r) && !put_edits(w, e, e->p + e->len);
	if (e->indefinite)
		ed_der_raw(&w->der, "\0", 2);
	else
		ed_der_close(&w->der);
	return good;
}

bool ed_cades_edit_write(const struct ed_cades_edits *edits, const struct ed_ber *e,
                         struct ed_buf *out)
{
	struct writer w = {.edits = edits};

	ed_der_init(&w.der, out);
	return put(&w, e, 1) && !edits->failed && ed_der_done(&w.der);
}

/* ---- where ----------------------------------------------------------------- */

/* RFC 5652 3, 5.1 */
bool ed_cades_body(const struct ed_ber *content_info, struct ed_cades_body *body)
{
	struct ed_ber_reader r;
	struct ed_ber e;

	*body = (struct ed_cades_body){0};
	ed_ber_enter(&r, content_info, 1);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OID, &e) ||
	    !ed_ber_take(&r, ED_BER_CONTEXT, 0, &e))
		return false;
	ed_ber_enter(&r, &e, 2);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &body->data))
		return false;
	ed_ber_enter(&r, &body->data, 3);
	if (!ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_INTEGER, &body->version) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SET, &body->digests) ||
	    !ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SEQUENCE, &body->encap))
		return false;
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 0, &body->certs);
	(void)ed_ber_take(&r, ED_BER_CONTEXT, 1, &body->crls);
	return ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_SET, &body->signers) && ed_ber_done(&r);
}
