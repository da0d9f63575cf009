/* SPDX-License-Identifier: ISC */
/* What an item is, by its bytes: the name of a file never decides. */
#ifndef ED_JUDGE_RECOGNISE_H
#define ED_JUDGE_RECOGNISE_H

#include "judge/item.h"

struct ed_recognised {
	enum ed_item_kind kind;
	const char *looks; /* for people, of what is not read: "a PDF document" */
	bool armoured;     /* it came as PEM or base64 */
	bool text_behind;  /* PEM, and words stand behind it */
};

/*
 * A container's bytes are not read here.  Of everything else `bytes` gets the
 * whole, PEM (RFC 7468) and base64 undone.  EDOC_ERR_LIMIT: larger than
 * bytes->max.  `name` is for messages.
 */
enum edoc_code ed_item_recognise(int fd, const char *name, struct ed_buf *bytes,
                                 struct ed_recognised *what, struct edoc_error *err) EDOC_CHECK;
/* By bytes at hand: BER or XML; no PEM, no base64, no container. */
enum ed_item_kind ed_item_kind_of(const void *bytes, size_t len);

#endif
