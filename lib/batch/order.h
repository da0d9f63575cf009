/* SPDX-License-Identifier: ISC */
/* Results that wait until those before them are there. */
#ifndef ED_BATCH_ORDER_H
#define ED_BATCH_ORDER_H

#include "edoc.h"

struct ed_held {
	struct ed_held *next; /* of a higher number */
	uint64_t number;
	struct edoc_batch_result result;
	struct edoc_error error;
	char bytes[]; /* of the name and the text */
};

struct ed_order {
	struct ed_held *first;
	uint64_t turn; /* the number that comes next */
	size_t bytes;  /* of the texts that wait */
};

enum edoc_code ed_order_put(struct ed_order *order, uint64_t number,
                            const struct edoc_batch_result *result,
                            struct edoc_error *err) EDOC_CHECK;
/* The one whose turn it is, which the caller frees; NULL: it is not there. */
struct ed_held *ed_order_take(struct ed_order *order);
void ed_order_clear(struct ed_order *order);

#endif
