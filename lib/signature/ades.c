/* SPDX-License-Identifier: ISC */
#include "signature/ades.h"

void ed_stamp_clear(struct ed_stamp *stamp)
{
	ed_tst_clear(&stamp->tst);
}

void ed_record_clear(struct ed_record *record)
{
	for (size_t i = 0; i < record->n_stamps; i++)
		ed_stamp_clear(&record->stamps[i]);
}

void ed_ades_clear(struct ed_ades *sigs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ed_cert_clear(sigs[i].signer);
		for (size_t k = 0; k < sigs[i].n_stamps; k++)
			ed_stamp_clear(&sigs[i].stamps[k]);
		for (size_t k = 0; k < sigs[i].n_records; k++)
			ed_record_clear(&sigs[i].records[k]);
		/* No deeper than ED_MAX_COUNTER: the readers see to it. */
		ed_ades_clear(sigs[i].counter, sigs[i].n_counter);
	}
}
