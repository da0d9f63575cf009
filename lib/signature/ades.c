/* SPDX-License-Identifier: ISC */
#include <string.h>

#include "signature/ades.h"

size_t ed_data_find(const struct ed_data *data, const char *name)
{
	for (size_t i = 0; i < data->n; i++)
		if (!strcmp(data->name(data->arg, i), name))
			return i;
	return ED_NO_DATA;
}

void ed_ades_clear(struct ed_ades *sigs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ed_cert_clear(sigs[i].signer);
		sigs[i].signer = NULL;
		ed_ades_clear(sigs[i].counter, sigs[i].n_counter);
	}
}
