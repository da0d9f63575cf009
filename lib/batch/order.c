/* SPDX-License-Identifier: ISC */
#include "batch/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static struct ed_held *copy(uint64_t number, const struct edoc_batch_result *result)
{
	size_t name = strlen(result->name) + 1;
	struct ed_held *h = calloc(1, sizeof(*h) + name + result->len + 1);

	if (!h)
		return NULL;
	h->number = number;
	h->result = *result;
	h->result.name = memcpy(h->bytes, result->name, name);
	if (result->text)
		h->result.text = memcpy(h->bytes + name, result->text, result->len);
	if (result->error) {
		h->error = *result->error;
		h->result.error = &h->error;
	}
	return h;
}

enum edoc_code ed_order_put(struct ed_order *order, uint64_t number,
                            const struct edoc_batch_result *result, struct edoc_error *err)
{
	struct ed_held *h = copy(number, result), **link = &order->first;

	if (!h)
		return ed_fail_memory(err);
	while (*link && (*link)->number < number)
		link = &(*link)->next;
	h->next = *link;
	*link = h;
	order->bytes += result->len;
	return EDOC_OK;
}

struct ed_held *ed_order_take(struct ed_order *order)
{
	struct ed_held *h = order->first;

	if (!h || h->number != order->turn)
		return NULL;
	order->first = h->next;
	order->bytes -= h->result.len;
	order->turn++;
	return h;
}

void ed_order_clear(struct ed_order *order)
{
	while (order->first) {
		struct ed_held *h = order->first;

		order->first = h->next;
		free(h);
	}
}
