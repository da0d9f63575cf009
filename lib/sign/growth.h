/* SPDX-License-Identifier: ISC */
/*
 * Signatures that exist already grow: in a package (extend.c) or by themselves
 * (barefile.c).  Both find the signatures, have them grown in memory one by one,
 * and publish the result once it was judged.
 */
#ifndef ED_SIGN_GROWTH_H
#define ED_SIGN_GROWTH_H

#include <sys/stat.h>

#include "sign/change.h"
#include "sign/raise.h"
#include "signature/cades.h"

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
	bool leave;    /* with signatures in it that cannot be raised */
	bool sealed;   /* the file at hand is under an archive manifest: it stays as it is */
	bool changes;  /* something would be added, in a dry run too */
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

/*
 * cosign.c: the SignedData `there` with one signer more.  at: its name, what it is
 * over and an arena; *which of the result's is new.  *attached: the content is in it.
 */
enum edoc_code ed_cosign(const struct ed_grow *at, const struct ed_buf *there,
                         const struct ed_cades_spec *spec, struct ed_buf *der, size_t *which,
                         bool *attached, struct edoc_error *err) EDOC_CHECK;

/*
 * A signature in a file of its own, as it is made (cmsfile.c, xmlfile.c): begun,
 * made at level B by the form's own code into `made`, raised and judged, written.
 */
struct ed_bare {
	const char *path, *out;
	const struct edoc_sign_options *options;
	bool inside; /* the content is put into the result, else it stands beside it */
	int fd;
	uint64_t size;
	struct stat was; /* the content, when it was opened */
	struct ed_arena *arena;
	struct ed_view view;    /* of the content */
	struct ed_buf content;  /* inside: all of it, read by the form's code */
	struct ed_buf there;    /* a file of signatures of the same content, or empty */
	size_t which;           /* of CAdES: the new one of those in `made` */
	struct ed_buf made;
	int64_t moment;
};
/* What the four first fields say is fit; `out` is free, the content is open. */
enum edoc_code ed_bare_begin(struct ed_bare *b, struct edoc_error *err) EDOC_CHECK;
/* Reads a file of signatures over the content into `there`; and judges them. */
enum edoc_code ed_bare_beside(struct ed_bare *b, const char *path, enum edoc_form form,
                              struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_bare_sound(const struct ed_bare *b, const char *path,
                             struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_bare_raise(struct ed_bare *b, enum edoc_form form,
                             struct edoc_error *err) EDOC_CHECK;
/* Unless it is a dry run. */
enum edoc_code ed_bare_write(const struct ed_bare *b, const struct ed_buf *bytes,
                             struct edoc_error *err) EDOC_CHECK;
void ed_bare_end(struct ed_bare *b);

#endif
