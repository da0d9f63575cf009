/* SPDX-License-Identifier: ISC */
/* The names of keys in tokens (RFC 7512), read strictly: what is not
 * understood could be what tells two keys apart. */
#ifndef ED_DOOR_P11URI_H
#define ED_DOOR_P11URI_H

#include "edoc.h"

#define ED_P11_TEXT 256 /* with its NUL */
#define ED_P11_PATH 4096

struct ed_p11_uri {
	/* "": not said, and anything fits */
	char token[ED_P11_TEXT], manufacturer[ED_P11_TEXT], serial[ED_P11_TEXT], model[ED_P11_TEXT];
	char slot_description[ED_P11_TEXT], slot_manufacturer[ED_P11_TEXT];
	char object[ED_P11_TEXT];
	unsigned char id[ED_P11_TEXT];
	size_t id_len; /* 0: not said */
	bool has_slot;
	unsigned long slot;
	char module[ED_P11_PATH]; /* module-path; "": not said */
	char pin[ED_P11_PATH];    /* pin-source: an absolute path; "": not said */
	bool final_try; /* x-final-try=yes: the last PIN that the token allows may be spent */
};

bool ed_p11_is_uri(const char *text); /* begins with "pkcs11:" */
/* EDOC_ERR_USAGE: an unknown, repeated or empty attribute, a bad %XX, another
 * type than private, pin-value (which all can see in the command line). */
enum edoc_code ed_p11_uri_parse(const char *text, struct ed_p11_uri *uri,
                                struct edoc_error *err) EDOC_CHECK;

#endif
