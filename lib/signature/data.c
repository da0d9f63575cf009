/* SPDX-License-Identifier: ISC */
#include "signature/data.h"

#include <string.h>

size_t ed_data_find(const struct ed_data *data, const char *name)
{
	if (data->find)
		return data->find(data->arg, name);
	for (size_t i = 0; i < data->n; i++) {
		const char *is = data->name(data->arg, i);

		if (is && !strcmp(is, name))
			return i;
	}
	return ED_NO_DATA;
}
