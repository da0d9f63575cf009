/* SPDX-License-Identifier: ISC */
#include "base/der.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

size_t ed_der_head(uint8_t out[ED_DER_HEAD], unsigned tag, size_t len)
{
	size_t n = 0, octets = 0;

	out[n++] = (uint8_t)tag;
	if (len < 0x80) {
		out[n++] = (uint8_t)len;
		return n;
	}
	for (size_t v = len; v > 0; v >>= 8)
		octets++;
	out[n++] = (uint8_t)(0x80 | octets);
	while (octets-- > 0)
		out[n++] = (uint8_t)(len >> 8 * octets);
	return n;
}

void ed_der_init(struct ed_der *der, struct ed_buf *out)
{
	*der = (struct ed_der){.out = out};
}

/* ---- constructed ----------------------------------------------------------- */

void ed_der_open(struct ed_der *der, unsigned tag)
{
	der->bad |= der->depth == ED_DER_DEPTH || (tag & 0x1f) == 0x1f || tag > 0xff;
	if (der->bad)
		return;
	ed_buf_putc(der->out, (char)tag);
	der->open[der->depth++] = der->out->len;
}

/* Most are short: one octet of length, else what is inside moves up. */
void ed_der_close(struct ed_der *der)
{
	struct ed_buf *out = der->out;
	uint8_t head[ED_DER_HEAD];
	size_t at, len, n;

	der->bad |= der->depth == 0;
	if (der->bad || out->failed != EDOC_OK)
		return;
	at = der->open[--der->depth];
	len = out->len - at;
	n = ed_der_head(head, 0, len) - 1;
	ed_buf_put(out, head, n); /* for its room */
	if (out->failed != EDOC_OK)
		return;
	memmove(out->data + at + n, out->data + at, len);
	memcpy(out->data + at, head + 1, n);
}

static int by_octets(const void *a, const void *b)
{
	const struct ed_ber *x = a, *y = b;

	return ed_ber_compare(x->whole, x->whole_len, y->whole, y->whole_len);
}

/* The elements of inner, sorted, in its place; they are ours, so they can be read. */
static bool sort(uint8_t *inner, size_t len)
{
	struct ed_arena *arena = ed_arena_new();
	uint8_t *copy = arena ? ed_arena_memdup(arena, inner, len) : NULL;
	struct ed_ber *v = NULL, *more, e;
	size_t n = 0, cap = 0;
	struct ed_ber_reader r;
	bool good = copy != NULL;

	ed_ber_start(&r, copy, good ? len : 0);
	while (good && ed_ber_next(&r, &e)) {
		more = ed_arena_grow(arena, v, n, &cap, sizeof(*v));
		good = more != NULL;
		if (good) {
			v = more;
			v[n++] = e;
		}
	}
	good = good && ed_ber_done(&r);
	if (good && n > 1)
		qsort(v, n, sizeof(*v), by_octets);
	for (size_t i = 0; good && i < n; i++) {
		memcpy(inner, v[i].whole, v[i].whole_len);
		inner += v[i].whole_len;
	}
	ed_arena_free(arena);
	return good;
}

void ed_der_close_set(struct ed_der *der)
{
	struct ed_buf *out = der->out;
	size_t at;

	der->bad |= der->depth == 0;
	if (der->bad || out->failed != EDOC_OK)
		return;
	at = der->open[der->depth - 1];
	if (out->len > at)
		der->bad |= !sort(out->data + at, out->len - at);
	ed_der_close(der);
}

/* ---- primitive ------------------------------------------------------------- */

void ed_der_put(struct ed_der *der, unsigned tag, const void *p, size_t len)
{
	uint8_t head[ED_DER_HEAD];

	der->bad |= (tag & 0x1f) == 0x1f || tag > 0xff;
	if (der->bad)
		return;
	ed_buf_put(der->out, head, ed_der_head(head, tag, len));
	ed_buf_put(der->out, p, len);
}

void ed_der_oid(struct ed_der *der, const char *dotted)
{
	uint8_t octets[ED_BER_OID_OCTETS];
	size_t n = ed_ber_oid_octets(dotted, octets);

	der->bad |= n == 0;
	ed_der_put(der, ED_BER_OID, octets, n);
}

void ed_der_int(struct ed_der *der, int64_t v)
{
	uint8_t octets[8];
	size_t from = 0;

	for (size_t i = 0; i < 8; i++)
		octets[i] = (uint8_t)((uint64_t)v >> 8 * (7 - i));
	while (from < 7 && ((octets[from] == 0 && octets[from + 1] < 0x80) ||
	                    (octets[from] == 0xff && octets[from + 1] >= 0x80)))
		from++;
	ed_der_put(der, ED_BER_INTEGER, octets + from, 8 - from);
}

void ed_der_uint(struct ed_der *der, const void *p, size_t len)
{
	const uint8_t *octets = p;
	uint8_t head[ED_DER_HEAD];
	bool zero;

	while (len > 0 && *octets == 0) {
		octets++;
		len--;
	}
	if (der->bad)
		return;
	zero = len == 0 || *octets >= 0x80; /* 8.3.3: it would be negative */
	ed_buf_put(der->out, head, ed_der_head(head, ED_BER_INTEGER, len + zero));
	if (zero)
		ed_buf_putc(der->out, 0);
	ed_buf_put(der->out, octets, len);
}

void ed_der_null(struct ed_der *der)
{
	ed_der_put(der, ED_BER_NULL, "", 0);
}

void ed_der_time(struct ed_der *der, int64_t t)
{
	int64_t days = t / 86400 - (t % 86400 < 0), second = t - days * 86400;
	struct ed_date date;
	char text[64];
	bool utc;
	int n;

	/* Years 0 to 9999: what four digits can say. */
	der->bad |= t < -62167219200 || t > 253402300799;
	if (der->bad)
		return;
	date = ed_date_of(days);
	utc = date.year >= 1950 && date.year < 2050;
	n = snprintf(text, sizeof(text), "%0*d%02d%02d%02d%02d%02dZ", utc ? 2 : 4,
	             utc ? date.year % 100 : date.year, date.month, date.day, (int)(second / 3600),
	             (int)(second / 60 % 60), (int)(second % 60));
	ed_der_put(der, utc ? ED_BER_UTCTIME : ED_BER_GENTIME, text, (size_t)n);
}

void ed_der_raw(struct ed_der *der, const void *p, size_t len)
{
	if (!der->bad)
		ed_buf_put(der->out, p, len);
}

bool ed_der_done(const struct ed_der *der)
{
	return !der->bad && der->depth == 0 && der->out->failed == EDOC_OK;
}
