/* SPDX-License-Identifier: ISC */
/*
 * Signatures that exist already grow: in a package (extend.c) or by themselves
 * (barefile.c).  Both find the signatures, have them grown in memory one by one,
 * and publish the result once it was judged.
 */
#ifndef ED_SIGN_GROWTH_H
#define ED_SIGN_GROWTH_H

#include "sign/change.h"
#include "sign/raise.h"

/* What becomes of one signature.  *moment: moved on when a token came. */
typedef enum edoc_code ed_growth_fn(const struct edoc_sign_options *options, enum edoc_form form,
                                    const struct ed_grow *at, bool container, struct ed_buf *out,
                                    int64_t *moment, struct edoc_error *err);

struct ed_growth {
	const struct edoc_sign_options *options;
	const char *id; /* an Id, or where it stands; NULL: all of them */
	bool one;       /* it must be one */
	ed_growth_fn *fn;
	bool archive;  /* the container too, where that is how it is done */
	bool sealed;   /* the file at hand is under an archive manifest: it stays as it is */
	size_t chosen; /* so far */
	int64_t moment;
};

/* Of one file of signatures, all that are chosen; *out is empty when none grew. */
enum edoc_code ed_growth_file(struct ed_growth *g, enum edoc_form form, const struct ed_grow *at,
                              bool container, struct ed_buf *out,
                              struct edoc_error *err) EDOC_CHECK;
/* None was chosen, or more than one where one must be. */
enum edoc_code ed_growth_done(const struct ed_growth *g, const char *path,
                              struct edoc_error *err) EDOC_CHECK;

/* One signature of an open package to c->options->level: by its entry and Id. */
enum edoc_code ed_growth_raise(struct ed_change *c, const char *where, const char *id,
                               struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_growth_package(struct ed_growth *g, const char *path,
                                 struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_growth_bare(struct ed_growth *g, const char *path,
                              struct edoc_error *err) EDOC_CHECK;
/* Bytes judged as everybody will judge them, with what they are over at hand;
 * refused as ed_sign_sound() does. */
enum edoc_code ed_bare_check(const struct ed_buf *bytes, const char *name,
                             const struct edoc_sign_options *options, int64_t moment,
                             const struct edoc_data *data, size_t n_data, bool ours,
                             struct edoc_error *err) EDOC_CHECK;

#endif
