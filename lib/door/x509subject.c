/* SPDX-License-Identifier: ISC */
#include "door/x509subject.h"

#include <string.h>

#include "base/err.h"
#include "base/path.h"

/* X.520, RFC 4519; organization-identifier: EN 319 412-1 5.1.4. */
static const struct {
	const char *name;
	int nid; /* NID_undef: struct ed_cert has it */
} parts[ED_SUBJECT_PARTS] = {
        {"common-name", NID_commonName},
        {"surname", NID_surname},
        {"given-name", NID_givenName},
        {"title", NID_title},
        {"organization", NID_organizationName},
        {"organization-identifier", NID_organizationIdentifier},
        {"unit", NID_organizationalUnitName},
        {"country", NID_countryName},
        {"region", NID_stateOrProvinceName},
        {"locality", NID_localityName},
        {"street", NID_streetAddress},
        {"email", NID_pkcs9_emailAddress},
        {"serial-number", NID_serialNumber},
        {"pinfl", NID_undef},
        {"inn", NID_undef},
        {"uid", NID_undef},
};

const char *ed_subject_part(size_t i)
{
	return i < ED_SUBJECT_PARTS ? parts[i].name : NULL;
}

static enum edoc_code text_of(const ASN1_STRING *string, struct ed_arena *arena, const char **value,
                              struct edoc_error *err)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, string);
	bool good = n >= 0 && !memchr(utf8, '\0', (size_t)n) &&
	            ed_utf8_valid((const char *)utf8, (size_t)n);

	*value = good ? ed_arena_strndup(arena, (const char *)utf8, (size_t)n) : "";
	OPENSSL_free(utf8);
	return *value ? EDOC_OK : ed_fail_memory(err);
}

static const char *identifier(const struct ed_cert *cert, const char *part)
{
	if (!strcmp(part, "pinfl"))
		return cert->pinfl;
	return !strcmp(part, "inn") ? cert->inn : cert->uid;
}

enum edoc_code ed_subject_value(const struct ed_cert *cert, const char *part, size_t i,
                                struct ed_arena *arena, const char **value, struct edoc_error *err)
{
	const X509_NAME *subject = X509_get_subject_name(cert->x509);
	int nid = NID_undef, at = -1;

	*value = NULL;
	for (size_t k = 0; k < ED_SUBJECT_PARTS; k++) {
		if (!strcmp(parts[k].name, part))
			nid = parts[k].nid;
	}
	if (nid == NID_undef) {
		const char *its = identifier(cert, part);

		*value = !i && *its ? its : NULL;
		return EDOC_OK;
	}
	do {
		at = X509_NAME_get_index_by_NID(subject, nid, at);
	} while (at >= 0 && i-- > 0);
	if (at < 0)
		return EDOC_OK;
	return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), arena, value,
	               err);
}
