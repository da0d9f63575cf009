/* SPDX-License-Identifier: ISC */
/* "--to WHOM" at a desk: [ROLE=]PERSON, [ROLE=]POST@AGENCY[/UNIT], [ROLE=]AGENCY. */
#include "route/whom.h"

#include <string.h>

#include "base/err.h"
#include "base/limits.h"

static enum edoc_code find_agency(const struct ed_directory *d, const char *text,
                                  struct ed_named *out, struct edoc_error *err)
{
	const struct ed_agency *agency = ed_directory_find_agency(d, text);

	if (!agency)
		return ed_fail(err, EDOC_ERR_ABSENT, "--to", "the directory has no agency \"%s\"",
		               text);
	out->agency = agency->id;
	return EDOC_OK;
}

/* "head@moliya", "clerk@moliya/office" */
static enum edoc_code find_post(const struct ed_directory *d, const char *text, const char *at,
                                struct ed_arena *arena, struct ed_named *out,
                                struct edoc_error *err)
{
	const char *slash = strchr(at, '/'), *agency;

	out->post = ed_arena_printf(arena, "%.*s", (int)(at - text), text);
	agency = slash ? ed_arena_printf(arena, "%.*s", (int)(slash - at - 1), at + 1) : at + 1;
	out->unit = slash ? slash + 1 : NULL;
	if (!out->post || !agency)
		return ed_fail_memory(err);
	if (!*out->post || !*agency || (out->unit && !*out->unit))
		return ed_fail(err, EDOC_ERR_USAGE, "--to",
		               "\"%s\" is no POST@AGENCY or POST@AGENCY/UNIT", text);
	return find_agency(d, agency, out, err);
}

enum edoc_code ed_whom(const struct ed_directory *directory, const char *text,
                       struct ed_arena *arena, struct ed_named *out, struct edoc_error *err)
{
	const struct ed_person *person = ed_directory_find_person(directory, text);
	const char *at = strchr(text, '@');

	if (!*text)
		return ed_fail(err, EDOC_ERR_USAGE, "--to", "nobody is named");
	if (person && ed_directory_find_agency(directory, text))
		return ed_fail(err, EDOC_ERR_USAGE, "--to",
		               "\"%s\" is a person and an agency: name the post as POST@AGENCY",
		               text);
	if (person) {
		out->person = person->id;
		return EDOC_OK;
	}
	if (at)
		return find_post(directory, text, at, arena, out, err);
	if (!ed_directory_find_agency(directory, text))
		return ed_fail(err, EDOC_ERR_ABSENT, "--to",
		               "the directory has no person and no agency \"%s\"", text);
	return find_agency(directory, text, out, err);
}

enum edoc_code ed_whom_list(const struct ed_directory *directory, const char *const *texts,
                            struct ed_arena *arena, struct ed_whom_said *said,
                            struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	*said = (struct ed_whom_said){0};
	if (!texts)
		return EDOC_OK;
	while (texts[said->n_words])
		said->n_words++;
	if (said->n_words > ED_MAX_NAMED)
		return ed_fail(err, EDOC_ERR_LIMIT, "--to", "at most %d may be named",
		               ED_MAX_NAMED);
	if (!said->n_words)
		return EDOC_OK;
	said->v = ed_arena_alloc(arena, said->n_words * sizeof(*said->v));
	if (!said->v)
		return ed_fail_memory(err);
	while (said->n < said->n_words && !code) {
		const char *text = texts[said->n], *equals = strchr(text, '=');
		struct ed_named *one = &said->v[said->n];

		*one = (struct ed_named){0};
		if (equals) {
			one->role = ed_arena_printf(arena, "%.*s", (int)(equals - text), text);
			if (!one->role)
				return ed_fail_memory(err);
		}
		code = ed_whom(directory, equals ? equals + 1 : text, arena, one, err);
		said->n += !code;
	}
	return code;
}

/* What a command leaves open, the entry may fill in. */
static bool fits(const char *said, const json_t *one, const char *key, bool open)
{
	const char *is = ed_json_get_str(one, key);

	return said ? is && !strcmp(said, is) : open || !is;
}

bool ed_whom_is(const struct ed_whom_said *said, const json_t *assign)
{
	bool is = said->n == said->n_words && said->n == json_array_size(assign);

	for (size_t i = 0; is && i < said->n; i++) {
		const struct ed_named *n = &said->v[i];
		const json_t *one = json_array_get(assign, i);

		is = fits(n->role, one, "role", true) && fits(n->person, one, "person", false) &&
		     fits(n->post, one, "post", false) && fits(n->unit, one, "unit", false) &&
		     fits(n->agency, one, "agency", n->person != NULL);
	}
	return is;
}
