/* SPDX-License-Identifier: ISC */
/* The document card: YAML in, XML out (profiles/cards/card.xsd). */
#ifndef ED_PACKAGE_CARD_H
#define ED_PACKAGE_CARD_H

#include "base/arena.h"
#include "base/buf.h"

#define ED_NS_CARD "urn:edoc:card:1"

struct ed_card_field {
	const char *name;  /* a path: "sender.name", "addressee[2].name" */
	const char *value;
};

struct ed_card {
	struct ed_card_field *fields; /* in the order of the schema */
	size_t n;
};

/* Reads a clerk's YAML; set is a NULL-ended K=V list laid over it, or NULL. */
enum edoc_code ed_card_from_yaml(const void *bytes, size_t len, const char *where,
				 const char *const *set, struct ed_arena *arena,
				 struct ed_card *card, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_card_from_xml(const void *bytes, size_t len, const char *where,
				struct ed_arena *arena, struct ed_card *card,
				struct edoc_error *err) EDOC_CHECK;
/* Lays "K=V" pairs over a card read from XML (revise --set). */
enum edoc_code ed_card_set(struct ed_card *card, const char *const *set, struct ed_arena *arena,
			   struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_card_write(const struct ed_card *card, struct ed_buf *xml,
			     struct edoc_error *err) EDOC_CHECK;
/* Whether cards have a field "number", "sender.name", without the index of a
 * list; `where` is for the error. */
enum edoc_code ed_card_known(const char *field, const char *where,
			     struct edoc_error *err) EDOC_CHECK;
const char *ed_card_get(const struct ed_card *card, const char *name); /* NULL: absent */

#endif
