/* SPDX-License-Identifier: ISC */
#include "sign/profile.h"

#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/embed.h"
#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/http.h"
#include "door/x509subject.h"
#include "door/yaml.h"

const char *const ed_profile_needs[] = {"role", "commitment", "place", NULL};

struct reading {
	struct edoc_signing_profile *profile;
	const char *folder; /* of its file; NULL: built in, beside no file */
	struct edoc_error *err;
};

/* ---- small parts ---- */

static struct ed_profile_at at(const struct ed_yaml *node)
{
	return (struct ed_profile_at){node->line, node->column};
}

static enum edoc_code refuse(const struct reading *r, const struct ed_yaml *node, const char *what)
{
	return ed_failed(
	        ed_yaml_fail(node, r->profile->where, r->err, "%s", dgettext("edoc", what)));
}

static enum edoc_code set(const struct reading *r, const char *key, const char *value)
{
	struct edoc_signing_profile *p = r->profile;

	if (value)
		p->settings = ed_arena_grow(p->arena, p->settings, p->n_settings, &p->settings_cap,
		                            sizeof(*p->settings));
	if (!value || !p->settings)
		return ed_fail_memory(r->err);
	p->settings[p->n_settings++] = (struct ed_profile_setting){key, value};
	return EDOC_OK;
}

static bool is_text(const struct ed_yaml *node)
{
	return node->kind == ED_YAML_SCALAR && node->text[0];
}

/* One of words[]; what: said when it is none. */
static enum edoc_code word(const struct reading *r, const struct ed_yaml *node,
                           const char *const *words, const char *what)
{
	for (size_t i = 0; is_text(node) && words[i]; i++) {
		if (!strcmp(node->text, words[i]))
			return EDOC_OK;
	}
	return refuse(r, node, what);
}

/* A text or a list of texts, NULL-ended. */
static enum edoc_code texts(const struct reading *r, const struct ed_yaml *node, const char ***out,
                            const char *what)
{
	size_t n = node->kind == ED_YAML_LIST ? node->n : 1;
	const char **list = ed_arena_alloc(r->profile->arena, (n + 1) * sizeof(*list));

	if (!list)
		return ed_fail_memory(r->err);
	if (!n || node->kind == ED_YAML_MAP)
		return refuse(r, node, what);
	for (size_t i = 0; i < n; i++) {
		const struct ed_yaml *item = node->kind == ED_YAML_LIST ? node->items[i] : node;

		if (!is_text(item))
			return refuse(r, item, what);
		list[i] = item->text;
	}
	*out = list;
	return EDOC_OK;
}

/* An array for the entries of a list or map; none of it is read yet. */
static enum edoc_code room(const struct reading *r, const struct ed_yaml *node,
                           enum ed_yaml_kind kind, size_t size, void **out, const char *what)
{
	*out = NULL;
	if (node->kind != kind || !node->n)
		return refuse(r, node, what);
	*out = ed_arena_alloc(r->profile->arena, (node->n + 1) * size);
	return *out ? EDOC_OK : ed_fail_memory(r->err);
}

/* ---- what a signature says ---- */

static enum edoc_code read_tsa(const struct reading *r, const struct ed_yaml *node)
{
	const char **list = NULL;
	enum edoc_code code = texts(r, node, &list,
	                            N_("\"tsa\" is an address or the name of a TSA in edoc.conf, "
	                               "or a list of these"));

	for (size_t i = 0; code == EDOC_OK && list[i]; i++) {
		if (strchr(list[i], ':') && !ed_http_url(list[i], strlen(list[i])))
			code = refuse(r, node,
			              N_("an http or https address without a password is wanted"));
		else
			code = set(r, "tsa", list[i]);
	}
	return code;
}

static enum edoc_code read_place(const struct reading *r, const struct ed_yaml *node)
{
	static const char *const known[] = {"street",      "city",    "region",
	                                    "postal-code", "country", NULL};
	static const char *const keys[] = {"place.street", "place.city", "place.region",
	                                   "place.postal-code", "place.country"};
	enum edoc_code code = EDOC_OK;
	const char *text;

	if (node->kind != ED_YAML_MAP)
		return refuse(r, node,
		              N_("\"place\" is a map of street, city, region, postal-code and "
		                 "country"));
	code = ed_yaml_only(node, r->profile->where, known, r->err);
	for (size_t i = 0; code == EDOC_OK && known[i]; i++) {
		code = ed_yaml_text(node, r->profile->where, known[i], false, &text, r->err);
		if (code == EDOC_OK && text)
			code = set(r, keys[i], text);
	}
	return code;
}

/* Its file lies beside the profile. */
static enum edoc_code read_signature_policy(const struct reading *r, const struct ed_yaml *node)
{
	static const char *const known[] = {"id", "file", "url", NULL};
	struct edoc_signing_profile *p = r->profile;
	const char *id = NULL, *file = NULL, *url = NULL;
	enum edoc_code code;

	if (node->kind != ED_YAML_MAP)
		return refuse(r, node, N_("\"signature-policy\" is a map of id, file and url"));
	code = ed_yaml_only(node, p->where, known, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_text(node, p->where, "id", true, &id, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_text(node, p->where, "file", true, &file, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_text(node, p->where, "url", false, &url, r->err);
	if (code != EDOC_OK)
		return code;
	if (*file != '/' && !r->folder)
		return refuse(r, node, N_("a built-in profile has no file beside it"));
	code = set(r, "signature-policy.id", id);
	if (code == EDOC_OK)
		code = set(r, "signature-policy.file",
		           *file == '/' ? file
		                        : ed_arena_printf(p->arena, "%s%s", r->folder, file));
	return code == EDOC_OK && url ? set(r, "signature-policy.url", url) : code;
}

static enum edoc_code read_may(const struct reading *r, const struct ed_yaml *node)
{
	static const char *const options[] = {
	        "level",      "format", "asic-s",           "tsa",    "role",
	        "commitment", "place",  "signature-policy", "policy", "content-timestamp",
	        NULL};
	enum edoc_code code = EDOC_OK;

	if (node->kind != ED_YAML_LIST)
		return refuse(r, node, N_("\"may\" is a list of options of edoc-sign"));
	for (size_t i = 0; code == EDOC_OK && i < node->n; i++) {
		code = word(r, node->items[i], options,
		            N_("an option that may say otherwise is one of level format asic-s "
		               "tsa role commitment place signature-policy policy "
		               "content-timestamp"));
		if (code == EDOC_OK)
			code = set(r, "may", node->items[i]->text);
	}
	return code;
}

/* ---- what must be there ---- */

static enum edoc_code check_field(const struct reading *r, const struct ed_yaml *node)
{
	const char *where = ed_arena_printf(r->profile->arena, "%s:%u:%u", r->profile->where,
	                                    node->line, node->column);

	return where ? ed_card_known(node->text, where, r->err) : ed_fail_memory(r->err);
}

/* "field", or {field: F, or any-of: [F, G], like: [PATTERN]} */
static enum edoc_code read_card_rule(const struct reading *r, const struct ed_yaml *node,
                                     struct ed_profile_card *rule)
{
	static const char *const known[] = {"field", "any-of", "like", NULL};
	static const char what[] =
	        N_("an entry of \"card\" is a field, or a map of field (or any-of) and like");
	const struct ed_yaml *fields = node, *like = NULL;
	enum edoc_code code = EDOC_OK;

	rule->at = at(node);
	if (node->kind == ED_YAML_MAP) {
		code = ed_yaml_only(node, r->profile->where, known, r->err);
		fields = ed_yaml_get(node, "field");
		if (code == EDOC_OK && !fields == !ed_yaml_get(node, "any-of"))
			return refuse(r, node, what);
		if (!fields)
			fields = ed_yaml_get(node, "any-of");
		like = ed_yaml_get(node, "like");
	}
	if (code == EDOC_OK && node->kind == ED_YAML_LIST)
		return refuse(r, node, what);
	if (code == EDOC_OK)
		code = texts(r, fields, &rule->fields, what);
	for (size_t i = 0; code == EDOC_OK && rule->fields[i]; i++)
		code = check_field(r, fields->kind == ED_YAML_LIST ? fields->items[i] : fields);
	if (code == EDOC_OK && like)
		code = texts(r, like, &rule->like, N_("\"like\" is a pattern or a list of them"));
	return code;
}

static enum edoc_code read_card(const struct reading *r, const struct ed_yaml *node)
{
	struct edoc_signing_profile *p = r->profile;
	void *rules;
	enum edoc_code code = room(r, node, ED_YAML_LIST, sizeof(*p->card), &rules,
	                           N_("\"card\" is a list of fields that must be there"));

	p->card = rules;
	for (size_t i = 0; code == EDOC_OK && i < node->n; i++)
		code = read_card_rule(r, node->items[i], &p->card[p->n_card++]);
	return code;
}

static enum edoc_code read_document_rule(const struct reading *r, const struct ed_yaml *node,
                                         struct ed_profile_documents *rule)
{
	static const char *const known[] = {"name", "media-type", "min", "max", NULL};
	const char *where = r->profile->where;
	bool has_min = true, has_max = true;
	enum edoc_code code;

	if (node->kind != ED_YAML_MAP)
		return refuse(r, node,
		              N_("an entry of \"documents\" is a map of name, media-type, min and "
		                 "max"));
	rule->at = at(node);
	code = ed_yaml_only(node, where, known, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_text(node, where, "name", false, &rule->name, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_text(node, where, "media-type", false, &rule->media_type, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_integer(node, where, "min", 0, ED_MAX_ZIP_ENTRIES, &rule->min,
		                       &has_min, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_integer(node, where, "max", 0, ED_MAX_ZIP_ENTRIES, &rule->max,
		                       &has_max, r->err);
	if (code != EDOC_OK)
		return code;
	if (!has_max)
		rule->max = -1;
	if (!has_min)
		rule->min = rule->max == 0 ? 0 : 1;
	if (rule->max >= 0 && rule->min > rule->max)
		return refuse(r, node, N_("\"min\" is more than \"max\""));
	rule->name = rule->name ? rule->name : "*";
	rule->media_type = rule->media_type ? rule->media_type : "*";
	return EDOC_OK;
}

static enum edoc_code read_documents(const struct reading *r, const struct ed_yaml *node)
{
	struct edoc_signing_profile *p = r->profile;
	void *rules;
	enum edoc_code code = room(r, node, ED_YAML_LIST, sizeof(*p->documents), &rules,
	                           N_("\"documents\" is a list of which must be there"));

	p->documents = rules;
	for (size_t i = 0; code == EDOC_OK && i < node->n; i++)
		code = read_document_rule(r, node->items[i], &p->documents[p->n_documents++]);
	return code;
}

static enum edoc_code read_key_usage(const struct reading *r, const struct ed_yaml *node)
{
	static const struct {
		const char *name;
		unsigned bit;
	} usages[] = {{"digital-signature", KU_DIGITAL_SIGNATURE},
	              {"content-commitment", KU_NON_REPUDIATION}};
	static const char what[] =
	        N_("\"key-usage\" is digital-signature, content-commitment or both (RFC 5280 "
	           "4.2.1.3)");
	const char **list = NULL;
	enum edoc_code code = texts(r, node, &list, what);

	r->profile->key_usage_at = at(node);
	for (size_t i = 0; code == EDOC_OK && list[i]; i++) {
		size_t k = 0;

		while (k < 2 && strcmp(list[i], usages[k].name) != 0)
			k++;
		if (k == 2)
			return refuse(r, node, what);
		r->profile->key_usage |= usages[k].bit;
	}
	return code;
}

static enum edoc_code read_curves(const struct reading *r, const struct ed_yaml *node)
{
	static const struct ed_profile_curve known[] = {
	        {ED_KEY_EC_P256, "P-256"},
	        {ED_KEY_EC_P384, "P-384"},
	        {ED_KEY_EC_P521, "P-521"},
	        {ED_KEY_EC_BP256, "brainpoolP256r1"},
	        {ED_KEY_EC_BP384, "brainpoolP384r1"},
	        {ED_KEY_EC_BP512, "brainpoolP512r1"},
	        {ED_KEY_ED25519, "Ed25519"},
	        {ED_KEY_ED448, "Ed448"},
	};
	const size_t n_known = sizeof(known) / sizeof(known[0]);
	static const char what[] =
	        N_("a curve is one of P-256 P-384 P-521 brainpoolP256r1 brainpoolP384r1 "
	           "brainpoolP512r1 Ed25519 Ed448");
	struct edoc_signing_profile *p = r->profile;
	const char **list = NULL;
	void *curves = NULL;
	enum edoc_code code = texts(r, node, &list, what);

	p->curves_at = at(node);
	if (code == EDOC_OK) {
		curves = ed_arena_alloc(p->arena, (node->n + 2) * sizeof(*p->curves));
		code = curves ? EDOC_OK : ed_fail_memory(r->err);
	}
	p->curves = curves;
	for (size_t i = 0; code == EDOC_OK && list[i]; i++) {
		size_t k = 0;

		while (k < n_known && strcmp(list[i], known[k].name) != 0)
			k++;
		if (k == n_known)
			return refuse(r, node, what);
		p->curves[i] = known[k];
	}
	return code;
}

static enum edoc_code read_signer_rule(const struct reading *r, const struct ed_yaml *key,
                                       const struct ed_yaml *value)
{
	struct edoc_signing_profile *p = r->profile;
	struct ed_profile_signer *rule = &p->signer[p->n_signer];

	if (!strcmp(key->text, "key-usage"))
		return read_key_usage(r, value);
	if (!strcmp(key->text, "curves"))
		return read_curves(r, value);
	if (!strcmp(key->text, "rsa-min")) /* read with the map */
		return EDOC_OK;
	p->n_signer++;
	rule->field = key->text;
	rule->at = at(key);
	return texts(r, value, &rule->like,
	             N_("a field of the certificate has a pattern or a list of them; \"*\": any "
	                "value"));
}

static enum edoc_code read_signer(const struct reading *r, const struct ed_yaml *node)
{
	struct edoc_signing_profile *p = r->profile;
	const char *known[ED_SUBJECT_PARTS + 4] = {"key-usage", "rsa-min", "curves"};
	void *rules;
	bool has = true;
	enum edoc_code code = room(r, node, ED_YAML_MAP, sizeof(*p->signer), &rules,
	                           N_("\"signer\" is a map of the certificate's fields"));

	p->signer = rules;
	for (size_t i = 0; i < ED_SUBJECT_PARTS; i++)
		known[i + 3] = ed_subject_part(i);
	if (code == EDOC_OK)
		code = ed_yaml_only(node, p->where, known, r->err);
	if (code == EDOC_OK)
		code = ed_yaml_integer(node, p->where, "rsa-min", 1024, 16384, &p->rsa_min, &has,
		                       r->err);
	if (code == EDOC_OK && has)
		p->rsa_at = at(ed_yaml_get(node, "rsa-min"));
	for (size_t i = 0; code == EDOC_OK && i < node->n; i++)
		code = read_signer_rule(r, node->keys[i], node->items[i]);
	return code;
}

static enum edoc_code read_needs(const struct reading *r, const struct ed_yaml *node)
{
	static const char what[] = N_("\"require\" is a list of role, commitment, place");
	enum edoc_code code = node->kind == ED_YAML_LIST ? EDOC_OK : refuse(r, node, what);

	for (size_t i = 0; code == EDOC_OK && i < node->n; i++) {
		code = word(r, node->items[i], ed_profile_needs, what);
		for (size_t k = 0; code == EDOC_OK && ed_profile_needs[k]; k++) {
			if (!strcmp(node->items[i]->text, ed_profile_needs[k]))
				r->profile->needs_at[k] = at(node->items[i]);
		}
	}
	return code;
}

/* ---- the whole ---- */

static enum edoc_code read_word(const struct reading *r, const struct ed_yaml *key,
                                const struct ed_yaml *value)
{
	static const struct {
		const char *key, *words[8], *what;
	} known[] = {
	        {"level", {"B", "T", "LT", "LTA", NULL}, N_("a level is one of B T LT LTA")},
	        {"form", {"xades", "cades", NULL}, N_("a form is xades or cades")},
	        {"container", {"asic-e", "asic-s", NULL}, N_("a container is asic-e or asic-s")},
	        {"commitment",
	         {"approval", "origin", "receipt", "delivery", "sender", "creation", NULL},
	         N_("a commitment is one of approval origin receipt delivery sender creation (EN "
	            "319 132-1 5.2.3)")},
	        {"content-timestamp", {"yes", "no", NULL}, N_("it is yes or no")},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strcmp(key->text, known[i].key)) {
			enum edoc_code code = word(r, value, known[i].words, known[i].what);

			return code == EDOC_OK ? set(r, known[i].key, value->text) : code;
		}
	}
	if (!is_text(value))
		return refuse(r, value, N_("a text is wanted"));
	return set(r, key->text, value->text); /* the rest of known[] in read_root() */
}

static enum edoc_code read_member(const struct reading *r, const struct ed_yaml *key,
                                  const struct ed_yaml *value)
{
	static const struct {
		const char *key;
		enum edoc_code (*read)(const struct reading *r, const struct ed_yaml *value);
	} parts[] = {{"tsa", read_tsa},
	             {"place", read_place},
	             {"signature-policy", read_signature_policy},
	             {"may", read_may},
	             {"card", read_card},
	             {"documents", read_documents},
	             {"signer", read_signer},
	             {"require", read_needs}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!strcmp(key->text, parts[i].key))
			return parts[i].read(r, value);
	}
	return read_word(r, key, value);
}

static enum edoc_code read_head(const struct reading *r, const struct ed_yaml *root)
{
	static const char *const keys[] = {"name", "title", "issued-by", "basis", "date"};
	const char *where = r->profile->where, *text = NULL;
	struct ed_date date;
	enum edoc_code code;

	if (root->kind != ED_YAML_MAP)
		return refuse(r, root,
		              N_("a signing profile is a map that begins with \"format: "
		                 "edoc-signing/1\""));
	code = ed_yaml_text(root, where, "format", true, &text, r->err);
	if (code != EDOC_OK)
		return code;
	if (strcmp(text, "edoc-signing/1") != 0) {
		code = ed_yaml_fail(ed_yaml_get(root, "format"), where, r->err,
		                    "the format is \"%.40s\"; this version reads edoc-signing/1",
		                    text);
		if (strncmp(text, "edoc-signing/", 13) != 0)
			return code;
		if (r->err)
			r->err->code = EDOC_ERR_VERSION;
		return EDOC_ERR_VERSION;
	}
	for (size_t i = 0; code == EDOC_OK && i < 5; i++) {
		code = ed_yaml_text(root, where, keys[i], true, &text, r->err);
		if (code == EDOC_OK && !i)
			r->profile->name = text;
	}
	if (code == EDOC_OK && !ed_date_parse(text, &date))
		code = refuse(r, ed_yaml_get(root, "date"),
		              N_("\"date\" is the day it was issued, YYYY-MM-DD"));
	return code;
}

static enum edoc_code read_root(const struct reading *r, const struct ed_yaml *root)
{
	static const char *const known[] = {
	        "format", "name",    "title",     "issued-by", "basis",      "date",
	        "level",  "form",    "tsa",       "container", "commitment", "content-timestamp",
	        "role",   "policy",  "place",     "may",       "card",       "signature-policy",
	        "signer", "require", "documents", NULL};
	enum edoc_code code = read_head(r, root);

	if (code == EDOC_OK)
		code = ed_yaml_only(root, r->profile->where, known, r->err);
	for (size_t i = 0; code == EDOC_OK && i < root->n; i++)
		code = read_member(r, root->keys[i], root->items[i]);
	return code;
}

enum edoc_code ed_profile_parse(const void *bytes, size_t len, const char *where, bool file,
                                struct edoc_signing_profile **p_profile, struct edoc_error *err)
{
	struct edoc_signing_profile *profile = calloc(1, sizeof(*profile));
	struct reading r = {.profile = profile, .err = err};
	const char *slash = strrchr(where, '/');
	struct ed_yaml *root = NULL;
	enum edoc_code code = EDOC_ERR_MEMORY;

	*p_profile = NULL;
	if (profile)
		profile->arena = ed_arena_new();
	if (profile && profile->arena)
		profile->where = ed_arena_strdup(profile->arena, where);
	if (profile && profile->where)
		r.folder = ed_arena_strndup(profile->arena, where,
		                            slash ? (size_t)(slash - where) + 1 : 0);
	if (!r.folder)
		(void)ed_fail_memory(err);
	else
		code = ed_yaml_parse(bytes, len, where, profile->arena, &root, err);
	if (!file)
		r.folder = NULL;
	if (code == EDOC_OK)
		code = read_root(&r, root);
	if (code == EDOC_OK)
		*p_profile = profile;
	else
		edoc_signing_profile_free(profile);
	return code;
}

/* ---- public ---- */

enum edoc_code edoc_signing_profile_load(const char *path, struct edoc_signing_profile **profile,
                                         struct edoc_error *err)
{
	struct ed_buf bytes;
	enum edoc_code code;

	*profile = NULL;
	ed_buf_init(&bytes, ED_MAX_YAML_BYTES);
	code = ed_read_path(path, &bytes, err);
	if (code == EDOC_OK)
		code = ed_profile_parse(bytes.data, bytes.len, path, true, profile, err);
	ed_buf_clear(&bytes);
	return code;
}

const char *edoc_signing_profile_builtin_name(size_t i)
{
	static const char *const names[] = {"uz", "tj", "archive"};

	return i < sizeof(names) / sizeof(*names) ? names[i] : NULL;
}

enum edoc_code edoc_signing_profile_builtin(const char *name, struct edoc_signing_profile **profile,
                                            struct edoc_error *err)
{
	static const char folder[] = "signing/", end[] = ".yaml";
	size_t len = strlen(name);

	*profile = NULL;
	for (const struct ed_embedded *e = ed_embedded_table; e->name; e++) {
		const char *its = e->name + strlen(folder);

		if (!strncmp(e->name, folder, strlen(folder)) && !strncmp(its, name, len) &&
		    !strcmp(its + len, end))
			return ed_profile_parse(e->bytes, e->len, e->name, false, profile, err);
	}
	return ed_fail(err, EDOC_ERR_ABSENT, name,
	               "no signing profile has this name: those built in are uz, tj and archive");
}

void edoc_signing_profile_free(struct edoc_signing_profile *profile)
{
	if (!profile)
		return;
	ed_arena_free(profile->arena);
	free(profile);
}

const char *edoc_signing_profile_item(const struct edoc_signing_profile *profile, const char *key,
                                      size_t i)
{
	for (size_t k = 0; k < profile->n_settings; k++) {
		if (!strcmp(profile->settings[k].key, key) && i-- == 0)
			return profile->settings[k].value;
	}
	return NULL;
}

const char *edoc_signing_profile_get(const struct edoc_signing_profile *profile, const char *key)
{
	return edoc_signing_profile_item(profile, key, 0);
}
