/* SPDX-License-Identifier: ISC */
/* What others put beside a case: headers, bodies and receipts' evidence.
 * What is accepted has the canonical form of itself. */
#include <stdlib.h>
#include <string.h>

#include "route/receipt.h"

static void try_entry(const uint8_t *data, size_t size)
{
	static const char name[] = "META-INF/edoc/ledger/000001-00000000.json";
	struct ed_entry entry;
	struct edoc_error err;

	if (ed_entry_parse(data, size, name, &entry, &err) != EDOC_OK)
		return;
	if (entry.seq < 1 || !entry.event || !entry.actor_cert || strlen(entry.sha256) != 64)
		abort();
	/* a body whose digest is not named never gets in */
	if (ed_entry_set_body(&entry, data, size, name, &err) == EDOC_OK && size)
		abort();
	ed_entry_clear(&entry);
}

static void try_evidence(const uint8_t *data, size_t size)
{
	struct ed_evidence evidence;
	struct edoc_error err;
	struct ed_buf again;

	if (ed_evidence_parse(data, size, "evidence.json", &evidence, &err) != EDOC_OK)
		return;
	ed_buf_init(&again, size + 1);
	if (ed_json_canonical(evidence.json, &again, &err) != EDOC_OK || again.len != size ||
	    memcmp(again.data, data, size))
		abort();
	ed_buf_clear(&again);
	ed_evidence_clear(&evidence);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_entry(data, size);
	try_evidence(data, size);
	return 0;
}
