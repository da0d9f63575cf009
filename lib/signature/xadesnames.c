/* SPDX-License-Identifier: ISC */
#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/ber.h"
#include "base/err.h"
#include "base/hex.h"
#include "signature/xadesnames.h"

static const struct {
	const char *word, *uri, *oid;
} commitments[] = {
        {N_("origin"), "http://uri.etsi.org/01903/v1.2.2#ProofOfOrigin",
         "urn:oid:1.2.840.113549.1.9.16.6.1"},
        {N_("receipt"), "http://uri.etsi.org/01903/v1.2.2#ProofOfReceipt",
         "urn:oid:1.2.840.113549.1.9.16.6.2"},
        {N_("delivery"), "http://uri.etsi.org/01903/v1.2.2#ProofOfDelivery",
         "urn:oid:1.2.840.113549.1.9.16.6.3"},
        {N_("sender"), "http://uri.etsi.org/01903/v1.2.2#ProofOfSender",
         "urn:oid:1.2.840.113549.1.9.16.6.4"},
        {N_("approval"), "http://uri.etsi.org/01903/v1.2.2#ProofOfApproval",
         "urn:oid:1.2.840.113549.1.9.16.6.5"},
        {N_("creation"), "http://uri.etsi.org/01903/v1.2.2#ProofOfCreation",
         "urn:oid:1.2.840.113549.1.9.16.6.6"},
};
#define N_COMMITMENTS (sizeof(commitments) / sizeof(commitments[0]))

const char *ed_commitment_by_uri(const char *uri)
{
	for (size_t i = 0; i < N_COMMITMENTS; i++)
		if (!strcmp(uri, commitments[i].uri) || !strcmp(uri, commitments[i].oid) ||
		    !strcmp(uri, commitments[i].oid + strlen("urn:oid:")))
			return commitments[i].word;
	return NULL;
}

const char *ed_commitment_uri(const char *word)
{
	for (size_t i = 0; i < N_COMMITMENTS; i++)
		if (!strcmp(word, commitments[i].word))
			return commitments[i].uri;
	return NULL;
}

/* ---- distinguished names ---- */

/* RFC 4514 3 and the spellings of other programs. */
static const struct {
	const char *word, *oid;
} types[] = {
        {"CN", "2.5.4.3"},
        {"SN", "2.5.4.4"},
        {"SURNAME", "2.5.4.4"},
        {"SERIALNUMBER", "2.5.4.5"},
        {"C", "2.5.4.6"},
        {"L", "2.5.4.7"},
        {"ST", "2.5.4.8"},
        {"S", "2.5.4.8"},
        {"STREET", "2.5.4.9"},
        {"O", "2.5.4.10"},
        {"OU", "2.5.4.11"},
        {"T", "2.5.4.12"},
        {"TITLE", "2.5.4.12"},
        {"POSTALCODE", "2.5.4.17"},
        {"G", "2.5.4.42"},
        {"GN", "2.5.4.42"},
        {"GIVENNAME", "2.5.4.42"},
        {"ORGANIZATIONIDENTIFIER", "2.5.4.97"},
        {"DC", "0.9.2342.19200300.100.1.25"},
        {"UID", "0.9.2342.19200300.100.1.1"},
        {"E", "1.2.840.113549.1.9.1"},
        {"EMAIL", "1.2.840.113549.1.9.1"},
        {"EMAILADDRESS", "1.2.840.113549.1.9.1"},
};

#define MAX_DN_PARTS 200

struct dn_part {
	char *type, *value;
	bool met;
};

static const char *dn_type(const char *type)
{
	if (!strncasecmp(type, "OID.", 4))
		type += 4;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (!strcasecmp(type, types[i].word))
			return types[i].oid;
	return type;
}

/* "#1303546a6b": a string type's DER. */
static void dn_hex(char *value, struct ed_arena *arena)
{
	size_t n = strlen(value + 1) / 2;
	unsigned char *der = ed_arena_alloc(arena, n + 1);
	struct ed_ber e;

	if (der && ed_unhex(value + 1, der, n) && ed_ber_one(der, n, &e) && !e.constructed &&
	    e.len < strlen(value) && !memchr(e.p, 0, e.len)) {
		memcpy(value, e.p, e.len);
		value[e.len] = '\0';
	}
}

/* Small letters, one space for several, none at the ends. */
static void dn_fold(char *value)
{
	char *out = value;

	for (const char *p = value + strspn(value, " \t\r\n"); *p; p++) {
		if (!strchr(" \t\r\n", *p))
			*out++ = (char)tolower((unsigned char)*p);
		else if (!strchr(" \t\r\n", p[1]))
			*out++ = ' ';
	}
	*out = '\0';
	if (out > value && out[-1] == ' ')
		out[-1] = '\0';
}

/* A value, unescaped into out; gives what follows it. */
static const char *dn_value(const char *p, char *out)
{
	bool quoted = false;

	for (; *p && (quoted || !strchr(",;+", *p)); p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else if (*p == '\\' && isxdigit((unsigned char)p[1]) &&
		           isxdigit((unsigned char)p[2])) {
			char hex[3] = {(char)tolower((unsigned char)p[1]),
			               (char)tolower((unsigned char)p[2])};

			ed_unhex(hex, out++, 1);
			p += 2;
		} else if (*p == '\\' && p[1]) {
			*out++ = *++p;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
	return p;
}

/* NULL: no name that can be read. */
static struct dn_part *dn_parts(const char *text, struct ed_arena *arena, size_t *n)
{
	size_t max = 1;
	struct dn_part *v;

	for (const char *p = text; *p; p++)
		max += strchr(",;+", *p) != NULL;
	if (max > MAX_DN_PARTS)
		return NULL;
	v = ed_arena_alloc(arena, max * sizeof(*v));
	*n = 0;
	while (v && *text) {
		size_t len = strcspn(text, "=");
		struct dn_part *part = &v[*n];

		if (!text[len] || *n == max)
			return NULL;
		part->type = ed_arena_strndup(arena, text, len);
		part->value = ed_arena_alloc(arena, strlen(text) + 1);
		if (!part->type || !part->value)
			return NULL;
		dn_fold(part->type);
		text = dn_value(text + len + 1, part->value);
		dn_fold(part->value);
		if (part->value[0] == '#')
			dn_hex(part->value, arena);
		dn_fold(part->value);
		++*n;
		if (*text)
			text++;
	}
	return v;
}

bool ed_dn_alike(const char *a, const char *b, struct ed_arena *arena)
{
	size_t n, m, met = 0;
	struct dn_part *x = dn_parts(a, arena, &n), *y = dn_parts(b, arena, &m);

	if (!x || !y || n != m)
		return false;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < m; k++) {
			if (y[k].met || strcasecmp(dn_type(x[i].type), dn_type(y[k].type)) != 0 ||
			    strcmp(x[i].value, y[k].value) != 0)
				continue;
			y[k].met = true;
			met++;
			break;
		}
	}
	return n > 0 && met == n;
}
