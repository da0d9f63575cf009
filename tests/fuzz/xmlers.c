/* SPDX-License-Identifier: ISC */
/* Evidence records in XML, read where they stand in a document, and without any
 * object at hand: nothing of that can be intact. */
#include <stdlib.h>

#include <openssl/err.h>

#include "base/limits.h"
#include "signature/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const struct ed_xml *xml, struct ed_arena *arena)
{
	xmlNodePtr root = xmlDocGetRootElement(xml->doc);

	for (xmlNodePtr p = root; p; p = p == root ? ed_xml_first(root) : ed_xml_next(p)) {
		struct ed_material material;
		struct ed_record record;

		ed_material_init(&material, arena);
		if (ed_record_read_node(xml, p, "f", NULL, &material, arena, &record, NULL) !=
		    EDOC_OK)
			continue;
		if (record.intact || record.found || record.n_covers)
			abort();
		ed_record_clear(&record);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_xml *xml;

	if (!arena)
		return 0;
	if (ed_xml_parse(data, size, "f", ED_MAX_XML_BYTES, &xml, NULL) == EDOC_OK) {
		read_all(xml, arena);
		ed_xml_free(xml);
	}
	if (ERR_peek_error())
		abort();
	ed_arena_free(arena);
	return 0;
}
