/* SPDX-License-Identifier: ISC */
/* Two threads and a ring: all bytes, in order, and whoever fails is heard. */
#include "base/pump.h"

#include <string.h>

#include "../tap.h"
#include "base/err.h"

struct given {
	size_t total, step; /* bytes to give, and so many at a time */
	enum edoc_code fail;
	size_t given; /* before sink stopped us */
};

static unsigned char byte(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 13);
}

static enum edoc_code give(void *arg, ed_sink_fn *sink, void *to, struct edoc_error *err)
{
	static unsigned char p[1 << 20];
	struct given *g = arg;
	enum edoc_code code = EDOC_OK;

	while (!code && g->given < g->total) {
		size_t n = g->total - g->given < g->step ? g->total - g->given : g->step;

		for (size_t i = 0; i < n; i++)
			p[i] = byte(g->given + i);
		code = sink(to, p, n, err);
		g->given += n;
	}
	if (!code && g->fail)
		code = ed_fail(err, g->fail, "here", "the source is dry");
	return code;
}

struct taken {
	size_t n, max;
	bool wrong;
};

static enum edoc_code take(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	const unsigned char *p = bytes;
	struct taken *t = arg;

	if (t->n >= t->max)
		return ed_fail(err, EDOC_ERR_LIMIT, "there", "enough");
	for (size_t i = 0; i < len; i++)
		t->wrong = t->wrong || p[i] != byte(t->n + i);
	t->n += len;
	return EDOC_OK;
}

int main(void)
{
	static const size_t totals[] = {0, 1, 131071, 131072, 131073, 524288, 7000001};
	static const size_t steps[] = {977, 131072, 1 << 20};
	struct edoc_error err = {0};

	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			struct given g = {.total = totals[i], .step = steps[k]};
			struct taken t = {.max = (size_t)-1};

			is_ok(ed_pump(give, &g, take, &t, &err), &err, "pumped");
			ok(t.n == totals[i] && !t.wrong, "%zu bytes by %zu, in order", totals[i],
			   steps[k]);
		}
	}
	for (int i = 0; i < 200; i++) { /* whoever comes first */
		struct given g = {.total = 1000000, .step = 5000, .fail = EDOC_ERR_INPUT};
		struct taken t = {.max = (size_t)-1};

		fails(ed_pump(give, &g, take, &t, &err), EDOC_ERR_INPUT, &err, "dry",
		      "the source's failure comes out");
		is_str(err.where, "here", "with its place");
		ok(t.n == 1000000, "behind all that it gave");
		g = (struct given){.total = (size_t)1 << 30, .step = 5000, .fail = EDOC_ERR_INPUT};
		t = (struct taken){.max = 300000};
		fails(ed_pump(give, &g, take, &t, &err), EDOC_ERR_LIMIT, &err, "enough",
		      "the sink's failure comes out");
		is_str(err.where, "there", "with its place");
		ok(g.given < 3000000, "and stops the source");
	}
	return done();
}
