/* SPDX-License-Identifier: ISC */
#include "sign/stamp.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "signature/tspask.h"

static enum edoc_code read_time(struct ed_stamping *s, const struct edoc_tsa *tsa,
                                const struct ed_buf *token, struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_material material;
	struct ed_tst tst = {0};
	enum edoc_code code;

	if (!arena)
		return ed_fail_memory(err);
	ed_material_init(&material, arena);
	code = ed_tst_read(token->data, token->len, tsa->url, &material, arena, &tst, err);
	s->time = tst.time;
	ed_tst_clear(&tst);
	ed_arena_free(arena);
	return code;
}

/* A time far from ours proves what nobody can have known, or nothing for years. */
static enum edoc_code check_clock(const struct ed_stamping *s, const struct edoc_tsa *tsa,
                                  struct edoc_error *err)
{
	char theirs[ED_TIME_STR], ours[ED_TIME_STR];

	if (!s->at || (s->time >= s->at - ED_CLOCK_SKEW && s->time <= s->at + ED_CLOCK_SKEW))
		return EDOC_OK;
	ed_time_format(theirs, s->time);
	ed_time_format(ours, s->at);
	return ed_fail(err, EDOC_ERR_AGAIN, tsa->url,
	               "says that it is %s, and our clock says %s: one of them is wrong", theirs,
	               ours);
}

static enum edoc_code ask(struct ed_stamping *s, const struct edoc_tsa *tsa, struct ed_tsq *tsq,
                          struct ed_buf *token, struct edoc_error *err)
{
	struct edoc_fetch what = {.kind = EDOC_FETCH_STAMP,
	                          .url = tsa->url,
	                          .max = ED_MAX_STAMP,
	                          .login = tsa->login};
	struct ed_buf request;
	void *answer = NULL;
	size_t len = 0;
	enum edoc_code code;

	ed_buf_init(&request, ED_MAX_FETCH_BODY);
	tsq->policy = tsa->policy;
	/* A new one each time: an answer to an earlier question is none to this. */
	code = ed_random(tsq->nonce, sizeof(tsq->nonce))
	               ? ed_tsq_write(tsq, &request, err)
	               : ed_fail(err, EDOC_ERR_AGAIN, "", "no random numbers can be had");
	what.body = request.data;
	what.body_len = request.len;
	if (code == EDOC_OK)
		code = s->fetch(s->fetch_arg, &what, &answer, &len, err);
	if (code == EDOC_OK)
		code = ed_tsr_token(tsq, answer, len, tsa->url, token, err);
	if (code == EDOC_OK)
		code = read_time(s, tsa, token, err);
	if (code == EDOC_OK)
		code = check_clock(s, tsa, err);
	free(answer);
	ed_buf_clear(&request);
	return code;
}

/* What another TSA may do better.  Anything else is ours, and the same for all. */
static bool is_its_own(enum edoc_code code)
{
	return code == EDOC_ERR_AGAIN || code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT ||
	       code == EDOC_ERR_DENIED;
}

/* An error has little room: each host gets its share, cut at a word. */
static void tell(struct ed_buf *said, const struct ed_stamping *s, size_t i, const char *msg)
{
	const size_t room = (sizeof((struct edoc_error){0}.msg) - 60) / s->n;
	const char *host = strstr(s->tsas[i].url, "//");
	size_t n, left;

	host = host ? host + 2 : s->tsas[i].url;
	n = strcspn(host, "/?#");
	left = room > n + 20 ? room - n - 4 : 16;
	if (strlen(msg) > left)
		while (left > 1 && msg[left] != ' ')
			left--;
	ed_buf_printf(said, "%s%.*s: %.*s", i ? "; " : "", (int)n, host, (int)left, msg);
}

enum edoc_code ed_sign_token(void *arg, enum ed_hash hash, const unsigned char imprint[ED_HASH_MAX],
                             struct ed_buf *token, struct edoc_error *err)
{
	struct ed_stamping *s = arg;
	struct ed_tsq tsq = {.hash = hash};
	struct edoc_error why = {.code = EDOC_OK};
	enum edoc_code code = EDOC_ERR_AGAIN;
	bool all_denied = true;
	struct ed_buf said;

	if (!s->n)
		return ed_fail(err, EDOC_ERR_USAGE, "",
		               "no time-stamping authority to ask: name one by --tsa, or by "
		               "\"tsa:\" in edoc.conf");
	if (!s->fetch)
		return ed_fail(err, EDOC_ERR_AGAIN, s->tsas[0].url,
		               "a time-stamp cannot be had without the network");
	memcpy(tsq.imprint, imprint, ed_hash_size(hash));
	ed_buf_init(&said, ED_MAX_TSA_SAID);
	for (size_t i = 0; i < s->n; i++) {
		ed_buf_reset(token);
		code = ask(s, &s->tsas[i], &tsq, token, &why);
		s->used = i;
		if (code == EDOC_OK || !is_its_own(code))
			break;
		all_denied = all_denied && code == EDOC_ERR_DENIED;
		tell(&said, s, i, why.msg);
	}
	if (is_its_own(code) && s->n > 1)
		code = ed_fail(err, all_denied ? EDOC_ERR_DENIED : EDOC_ERR_AGAIN, "",
		               "no time-stamp from any of %zu authorities: %s", s->n,
		               ed_buf_str(&said));
	else if (code != EDOC_OK) /* one said it, about itself */
		code = ed_fail(err, is_its_own(code) && !all_denied ? EDOC_ERR_AGAIN : code,
		               why.where, "%s", why.msg);
	ed_buf_clear(&said);
	return code;
}
