/* SPDX-License-Identifier: ISC */
/*
 * The transforms of a ds:Reference (xmldsig-core1 6.6), known by their literal
 * forms: nothing is evaluated, so nothing can select, hide or compute.
 */
#ifndef ED_SIGNATURE_TRANSFORM_H
#define ED_SIGNATURE_TRANSFORM_H

#include "door/xml.h"

struct ed_transforms {
	bool enveloped;                         /* without the signature itself */
	bool (*skip)(const xmlNode *element);   /* without all signatures, or NULL */
	bool base64;
	const char *value_id;                   /* of a ds:SignatureValue, and it alone; or NULL */
	bool c14n_given;
	enum ed_c14n c14n;
	bool comments;
	char **prefixes;
};

/* One of the six canonicalisations, with nothing inside but the
 * InclusiveNamespaces of exclusive C14N. */
bool ed_c14n_read(const xmlNode *node, struct ed_arena *arena, enum ed_c14n *alg, bool *comments,
		  char ***prefixes);
/*
 * ds:Transforms.  strict: canonicalisation only (a container).  false: a form
 * that is not accepted; *at is the ds:Transform.  Their order: signatures are
 * left out first; canonical form, once (again is the same), or base64 ends.
 */
bool ed_transforms_read(const xmlNode *transforms, bool strict, struct ed_arena *arena,
			struct ed_transforms *t, const xmlNode **at);
/*
 * A way to name SignedProperties that Austrian signatures have: filter 2, the
 * intersection of the document with [@Id='x']/p:QualifyingProperties/
 * p:SignedProperties, and nothing else.  The element, or NULL.
 */
xmlNodePtr ed_transforms_properties(const struct ed_xml *xml, const xmlNode *transforms,
				    struct ed_arena *arena, const char **id);
/*
 * A counter-signature in a file of its own: of the document the value of one
 * signature, [XPath ancestor-or-self::ds:SignatureValue[@Id='x'], exclusive C14N],
 * and nothing else.  Sets value_id and the form; *t stays as it is otherwise.
 */
bool ed_transforms_countersigned(const xmlNode *transforms, struct ed_arena *arena,
				 struct ed_transforms *t);

#endif
