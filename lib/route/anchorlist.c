/* SPDX-License-Identifier: ISC */
/* Whom a desk believes, and for what. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/limits.h"
#include "route/desk.h"
#include "route/told.h"

#define T(s) dgettext("edoc", s)

static const struct {
	unsigned bit;
	const char *name;
} purposes[] = {{EDOC_FOR_SIGN, "sign"},
                {EDOC_FOR_TSA, "tsa"},
                {EDOC_FOR_OCSP, "ocsp"},
                {EDOC_FOR_DIRECTORY, "directory"},
                {EDOC_FOR_ROUTE, "route"}};

#define N_PURPOSES (sizeof(purposes) / sizeof(purposes[0]))

static void put_safe(struct ed_buf *out, const char *s)
{
	char safe[4096];

	ed_escape(safe, sizeof(safe), s);
	ed_buf_puts(out, safe);
}

static enum edoc_code tell(struct ed_tale *tale, const struct edoc_anchor *anchor,
                           struct edoc_error *err)
{
	json_t *o = json_object(), *list = json_array();
	char until[ED_TIME_STR];
	const char *comma = "";
	int bad = 0;

	ed_time_format(until, anchor->not_after);
	put_safe(&tale->text, anchor->subject);
	ed_buf_printf(&tale->text, "\n  sha256 %s\n  ", anchor->sha256);
	for (size_t i = 0; i < N_PURPOSES; i++) {
		if (!(anchor->purposes & purposes[i].bit))
			continue;
		ed_buf_printf(&tale->text, "%s%s", comma, purposes[i].name);
		bad |= json_array_append_new(list, json_string(purposes[i].name));
		comma = ", ";
	}
	ed_buf_printf(&tale->text, T("; until %s; from "), until);
	put_safe(&tale->text, anchor->source);
	ed_buf_putc(&tale->text, '\n');
	bad |= ed_json_str(o, "subject", anchor->subject) |
	       ed_json_str(o, "sha256", anchor->sha256) | json_object_set_new(o, "purposes", list) |
	       ed_json_time(o, "until", anchor->not_after) |
	       ed_json_str(o, "source", anchor->source);
	enum edoc_code code = bad ? ed_fail_memory(err) : ed_tale_json(tale, "install", o, err);
	json_decref(o);
	return code;
}

/* What nothing can be believed for: a desk without directory and route does nothing. */
static void tell_missing(struct ed_tale *tale, unsigned missing)
{
	for (size_t i = 0; i < N_PURPOSES; i++)
		if (missing & purposes[i].bit)
			ed_buf_printf(&tale->text, T("%s: nobody is believed\n"), purposes[i].name);
}

enum edoc_code edoc_desk_anchors(struct edoc_desk *desk, char **text, char **json,
                                 unsigned *missing, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct edoc_anchor anchor;
	struct ed_tale tale;
	unsigned seen = 0;

	ed_tale_init(&tale, text != NULL, json != NULL);
	for (size_t i = 0; !code && edoc_trust_anchor(desk->trust, i, &anchor); i++) {
		seen |= anchor.purposes;
		code = tell(&tale, &anchor, err);
	}
	*missing = EDOC_FOR_ALL & ~seen;
	tell_missing(&tale, *missing);
	if (!code)
		code = ed_tale_give(&tale, text, json, err);
	ed_tale_clear(&tale);
	return code;
}
