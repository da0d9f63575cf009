/* SPDX-License-Identifier: ISC */
/* Signed packages that carry a route, a calendar or a directory. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "door/x509.h"
#include "door/yaml.h"
#include "package/asic.h"
#include "route/pin.h"
#include "trust/anchors.h"

static const struct {
	const char *format, *name;
	unsigned purpose;
} kinds[] = {
        [ED_PIN_ROUTE] = {"edoc-route/1", "route", EDOC_FOR_ROUTE},
        [ED_PIN_CALENDAR] = {"edoc-calendar/1", "calendar", EDOC_FOR_ROUTE},
        [ED_PIN_DIRECTORY] = {"edoc-directory/1", "directory", EDOC_FOR_DIRECTORY},
};

const char *ed_pin_name(enum ed_pin_kind kind)
{
	return kinds[kind].name;
}

enum edoc_code ed_memory_file(const void *bytes, size_t len, int *fd, struct edoc_error *err)
{
	*fd = memfd_create("edoc", MFD_CLOEXEC);
	if (*fd < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, "", "memfd_create");
	enum edoc_code code = ed_write_full(*fd, "memory", bytes, len, err);
	if (code) {
		close(*fd);
		*fd = -1;
	}
	return code;
}

enum edoc_code ed_package_open(int fd, const char *where, const struct edoc_limits *limits,
                               struct ed_arena *arena, struct ed_findings *findings,
                               struct ed_asic **asic, struct edoc_error *err)
{
	struct edoc_limits own = limits ? *limits : edoc_limits_default();

	return ed_asic_open(fd, where, &own, arena, findings, asic, err);
}

/* ---- what it carries ---- */

static bool yaml_name(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && !strcmp(name + n - 5, ".yaml");
}

/* The one YAML document of the package. */
static enum edoc_code find_yaml(struct ed_asic *asic, const char *where, size_t *found,
                                struct edoc_error *err)
{
	*found = (size_t)-1;
	for (size_t i = 0; i < ed_zip_count(asic->zip); i++) {
		if (asic->kind[i] != ED_ASIC_DOCUMENT ||
		    !yaml_name(ed_zip_entry(asic->zip, i)->name))
			continue;
		if (*found != (size_t)-1)
			return ed_fail(
			        err, EDOC_ERR_INPUT, where,
			        "more than one .yaml document: a package installs one route, "
			        "calendar or directory");
		*found = i;
	}
	if (*found == (size_t)-1)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "no .yaml document: nothing to install here");
	return EDOC_OK;
}

/* As a file is usually written: a line "format: ..." of its own.  A look that is
 * wrong costs a message, for each kind asks for its format again. */
static bool look_at_kind(const char *s, enum ed_pin_kind *kind)
{
	while (s && strncmp(s, "format: ", 8)) {
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	for (size_t i = 0; s && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i].format);

		if (!strncmp(s + 8, kinds[i].format, n) && strchr(" \r\n", s[8 + n])) {
			*kind = (enum ed_pin_kind)i;
			return true;
		}
	}
	return false;
}

static enum edoc_code kind_of(const void *bytes, size_t len, const char *where,
                              struct ed_arena *arena, enum ed_pin_kind *kind,
                              struct edoc_error *err)
{
	const char *format;
	struct ed_yaml *root;

	if (look_at_kind(bytes, kind))
		return EDOC_OK;
	enum edoc_code code = ed_yaml_parse(bytes, len, where, arena, &root, err);
	if (code)
		return code;
	if (root->kind != ED_YAML_MAP)
		return ed_yaml_fail(root, where, err, "a map with format: is expected here");
	code = ed_yaml_text(root, where, "format", true, &format, err);
	if (code)
		return code;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].format, format)) {
			*kind = (enum ed_pin_kind)i;
			return EDOC_OK;
		}
	return ed_yaml_fail(root, where, err,
	                    "format %s is not one this release installs: edoc-route/1, "
	                    "edoc-calendar/1 or edoc-directory/1",
	                    format);
}

static enum edoc_code parse_kind(struct ed_pin *pin, const char *place, struct ed_arena *arena,
                                 struct edoc_error *err)
{
	switch (pin->kind) {
	case ED_PIN_ROUTE:
		return ed_route_parse(pin->yaml, pin->len, place, arena, &pin->route, err);
	case ED_PIN_CALENDAR:
		return ed_calendar_parse(pin->yaml, pin->len, place, arena, &pin->calendar, err);
	case ED_PIN_DIRECTORY:
		return ed_directory_parse(pin->yaml, pin->len, place, arena, &pin->directory, err);
	}
	return ed_fail(err, EDOC_ERR_BUG, place, "no such kind of pin");
}

static bool hex_digest(const void *bytes, size_t len, char out[65])
{
	unsigned char digest[ED_HASH_MAX];

	if (!ed_hash_bytes(ED_SHA256, bytes, len, digest))
		return false;
	ed_hex(out, digest, 32);
	return true;
}

static enum edoc_code read_yaml(struct ed_asic *asic, struct ed_pin *pin, struct ed_arena *arena,
                                struct edoc_error *err)
{
	struct ed_buf yaml;
	size_t i;

	enum edoc_code code = find_yaml(asic, pin->where, &i, err);
	if (code)
		return code;
	pin->name = ed_arena_strdup(arena, ed_zip_entry(asic->zip, i)->name);
	ed_buf_init(&yaml, ED_MAX_DIRECTORY_BYTES);
	code = ed_zip_read_buf(asic->zip, i, &yaml, err);
	if (!code) {
		pin->len = yaml.len;
		pin->yaml = ed_arena_memdup(arena, ed_buf_str(&yaml), yaml.len + 1);
		if (!pin->name || !pin->yaml || !hex_digest(yaml.data, yaml.len, pin->sha256))
			code = ed_fail_memory(err);
	}
	ed_buf_clear(&yaml);
	return code;
}

enum edoc_code ed_pin_read(int fd, const char *where, struct ed_arena *arena, struct ed_pin **out,
                           struct edoc_error *err)
{
	struct ed_findings ignored;
	struct ed_asic *asic = NULL;
	struct ed_pin *pin = ed_arena_alloc(arena, sizeof(*pin));
	struct ed_buf bytes;
	const char *place;

	ed_buf_init(&bytes, ED_MAX_PIN);
	ed_findings_init(&ignored, arena);
	if (!pin || !(pin->where = ed_arena_strdup(arena, where)))
		return ed_fail_memory(err);
	enum edoc_code code = ed_read_fd(fd, where, &bytes, err);
	if (!code && !hex_digest(bytes.data, bytes.len, pin->package))
		code = ed_fail_memory(err);
	if (!code)
		code = ed_package_open(fd, where, NULL, arena, &ignored, &asic, err);
	if (!code)
		code = read_yaml(asic, pin, arena, err);
	if (!code) {
		place = ed_arena_printf(arena, "%s: %s", where, pin->name);
		code = place ? kind_of(pin->yaml, pin->len, place, arena, &pin->kind, err)
		             : ed_fail_memory(err);
		if (!code)
			code = parse_kind(pin, place, arena, err);
	}
	if (!code)
		*out = pin;
	ed_asic_free(asic);
	ed_buf_clear(&bytes);
	return code;
}

enum edoc_code ed_pins_add(struct ed_pins *pins, struct ed_pin *pin, struct edoc_error *err)
{
	if (ed_pins_find(pins, pin->kind, pin->sha256))
		return EDOC_OK;
	if (pins->n >= ED_MAX_PINS)
		return ed_fail(err, EDOC_ERR_LIMIT, pin->where, "more than %d pinned packages",
		               ED_MAX_PINS);
	struct ed_pin **v =
	        ed_arena_grow(pins->arena, pins->v, pins->n, &pins->cap, sizeof(struct ed_pin *));
	if (!v)
		return ed_fail_memory(err);
	pins->v = v;
	pins->v[pins->n++] = pin;
	return EDOC_OK;
}

struct ed_pin *ed_pins_find(const struct ed_pins *pins, enum ed_pin_kind kind, const char *digest)
{
	if (!strncmp(digest, "sha256:", 7))
		digest += 7;
	for (size_t i = 0; i < pins->n; i++)
		if (pins->v[i]->kind == kind && !strcmp(pins->v[i]->sha256, digest))
			return pins->v[i];
	return NULL;
}

struct ed_pin *ed_pins_directory(const struct ed_pins *pins)
{
	struct ed_pin *best = NULL;

	for (size_t i = 0; i < pins->n; i++)
		if (pins->v[i]->kind == ED_PIN_DIRECTORY &&
		    (!best || pins->v[i]->directory->version > best->directory->version))
			best = pins->v[i];
	return best;
}

/* ---- who signed it ---- */

static enum edoc_code add_stack(struct edoc_trust *trust, STACK_OF(X509) *stack,
                                struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (int i = 0; i < sk_X509_num(stack) && !code; i++) {
		struct ed_buf der;
		ed_buf_init(&der, ED_MAX_KEY_FILE);
		code = ed_cert_der(sk_X509_value(stack, i), &der, err);
		if (!code)
			code = edoc_trust_add_memory(trust, der.data, der.len, EDOC_FOR_SIGN, err);
		ed_buf_clear(&der);
	}
	return code;
}

/* The anchors of one purpose as those that signatures are judged by. */
static enum edoc_code trust_for(const struct edoc_trust *trust, unsigned purpose,
                                struct edoc_trust **out, struct edoc_error *err)
{
	STACK_OF(X509) *anchors = NULL, *others = NULL;
	struct edoc_trust *made = NULL;

	enum edoc_code code = ed_trust_stacks(trust, purpose, &anchors, &others, err);
	if (!code)
		code = edoc_trust_new(&made, err);
	if (!code)
		code = add_stack(made, anchors, err);
	if (!code)
		code = add_stack(made, others, err);
	if (!code) {
		*out = made;
		made = NULL;
	}
	edoc_trust_free(made);
	sk_X509_pop_free(anchors, X509_free);
	sk_X509_pop_free(others, X509_free);
	return code;
}

/* The first error's sentence, of a signature or of the whole. */
static const char *first_error(const struct edoc_report *report, struct ed_arena *arena)
{
	for (size_t s = 0; s <= edoc_report_signatures(report); s++) {
		size_t of = s < edoc_report_signatures(report) ? s : EDOC_WHOLE;
		for (size_t k = 0; k < edoc_report_findings(report, of); k++) {
			const struct edoc_finding *f = edoc_report_finding(report, of, k);
			char *text = NULL;
			const char *kept = NULL;
			if (f->severity != EDOC_ERROR)
				continue;
			if (!edoc_finding_text(f, NULL, &text, NULL))
				kept = ed_arena_strdup(arena, text);
			edoc_free(text);
			return kept ? kept : f->code;
		}
	}
	return edoc_report_signatures(report) ? "" : "it is not signed";
}

const char *ed_report_why(const struct edoc_report *report, struct ed_arena *arena)
{
	static const char *const word[] = {"INDETERMINATE", "TOTAL-FAILED", "TOTAL-PASSED"};
	const char *sub = edoc_report_subindication(report), *why;

	if (edoc_report_indication(report) == EDOC_TOTAL_PASSED)
		return NULL;
	why = ed_arena_printf(arena, "%s%s%s: %s", word[edoc_report_indication(report)],
	                      sub ? "/" : "", sub ? sub : "", first_error(report, arena));
	return why ? why : "INDETERMINATE";
}

static bool is_early(const struct edoc_report *report)
{
	for (size_t s = 0; s < edoc_report_signatures(report); s++)
		for (size_t k = 0; k < edoc_report_findings(report, s); k++)
			if (!strcmp(edoc_report_finding(report, s, k)->code,
			            "signature.time-future"))
				return true;
	return false;
}

enum edoc_code ed_pin_judge(int fd, const struct ed_pin *pin,
                            const struct edoc_verify_options *options, struct ed_arena *arena,
                            const char **why, bool *early, struct edoc_error *err)
{
	struct edoc_verify_options own = *options;
	struct edoc_report *report = NULL;
	struct edoc_trust *trust = NULL;

	*why = NULL;
	enum edoc_code code = trust_for(options->trust, kinds[pin->kind].purpose, &trust, err);
	if (code)
		return code;
	own.trust = trust;
	code = edoc_verify_fd(fd, pin->where, &own, &report, err);
	if (!code)
		*why = ed_report_why(report, arena);
	if (*why && early)
		*early = is_early(report);
	edoc_report_free(report);
	edoc_trust_free(trust);
	return code;
}
