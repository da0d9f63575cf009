/* SPDX-License-Identifier: ISC */
/*
 * Levels: B -> T -> LT -> LTA, and LTA again.  One signature at a time, in
 * memory; whoever calls puts the bytes where they belong and has the whole
 * result judged before it gets its name.
 */
#ifndef ED_SIGN_RAISE_H
#define ED_SIGN_RAISE_H

#include "judge/item.h"
#include "sign/sign.h"
#include "signature/grow.h"

enum ed_raise_form { ED_RAISE_XADES, ED_RAISE_CADES };

struct ed_raise {
	enum ed_raise_form form;
	struct ed_grow at;      /* the bytes as they are now; replaced by each step */
	struct ed_buf bytes[2]; /* at.bytes is in one of them, once there was a step */
	const struct edoc_sign_options *options;
	/*
	 * The item as it would be with these bytes: read anew for each step, since
	 * what a step adds is what the next one is about.  Freed by the caller.
	 */
	enum edoc_code (*item)(void *arg, const struct ed_grow *now, struct ed_arena *arena,
	                       struct ed_item *item, struct edoc_error *err);
	void *item_arg;
	bool archive; /* LTA is in the signature itself, not in an ASiCArchiveManifest */
};

/*
 * Steps that are done already are passed over: a T becomes LT by values alone.
 * LTA on LTA is one more archive time-stamp, after what the last one's TSA
 * needs.  EDOC_ERR_AGAIN: no TSA, no answer about a certificate (which), and
 * nothing is lost; EDOC_ERR_CONFIG: no anchor for a chain.
 */
enum edoc_code ed_raise(struct ed_raise *r, enum edoc_level level,
                        struct edoc_error *err) EDOC_CHECK;
void ed_raise_clear(struct ed_raise *r);

#endif
