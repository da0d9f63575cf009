/* SPDX-License-Identifier: ISC */
/* Making and signing packages: preflight, writing, self-check, publishing. */
#ifndef ED_SIGN_SIGN_H
#define ED_SIGN_SIGN_H

#include "package/asic.h"
#include "signature/signwords.h"
#include "signature/xades.h"

/* The certificate may sign at that moment, else EDOC_ERR_DENIED. */
enum edoc_code ed_sign_fit(const struct edoc_key *key, int64_t at, const struct edoc_policy *policy,
                           struct edoc_error *err) EDOC_CHECK;
/* Options complete, commitment known, certificate fit. */
enum edoc_code ed_sign_options(const char *path, const struct edoc_sign_options *options,
                               struct edoc_error *err) EDOC_CHECK;

/* "META-INF/signatures-<8 hex>.xml", free in zip (NULL: a new package). */
#define ED_SIGN_NAME 64
enum edoc_code ed_sign_entry_name(const struct edoc_key *key, int64_t at, const struct ed_zip *zip,
                                  char out[ED_SIGN_NAME], struct edoc_error *err) EDOC_CHECK;

/* The 8 digits of such a name, not ended. */
const char *ed_sign_tag(const char *name);

/* What the signer says, as his options have it; the words point into it. */
struct ed_saying {
	const char *roles[2];
	struct ed_sign_words words;
};
void ed_sign_say(struct ed_saying *saying, const struct edoc_sign_options *options);
/* A content time-stamp for the words, when the options ask for one. */
struct ed_cades_spec;
struct ed_data;
enum edoc_code ed_sign_stamp_xades(const struct edoc_sign_options *options,
                                   struct ed_xades_spec *spec, const struct ed_data *data,
                                   struct ed_buf *token, struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_sign_stamp_cades(const struct edoc_sign_options *options,
                                   struct ed_cades_spec *spec, struct ed_buf *token,
                                   struct edoc_error *err) EDOC_CHECK;
/* The digest that goes with the key: for content of CMS, and for documents that
 * XML names. */
enum edoc_code ed_sign_cms_hash(const struct edoc_sign_options *options, enum ed_hash *hash,
                                struct edoc_error *err) EDOC_CHECK;
enum edoc_code ed_sign_hash(const struct edoc_sign_options *options, enum ed_hash *hash,
                            struct edoc_error *err) EDOC_CHECK;

/*
 * A signature over all documents of an open package, as the bytes of a new
 * signatures entry: what edoc_package_sign() adds, and a desk keeps beside
 * the package.  name: of the entry it will be, or NULL when that is not known.
 */
enum edoc_code ed_sign_make(struct ed_asic *asic, const struct edoc_sign_options *options,
                            const char *name, struct ed_arena *arena, struct ed_buf *xml,
                            struct edoc_error *err) EDOC_CHECK;

/*
 * Judges an open package as of a moment and refuses (EDOC_ERR_INPUT, or EDOC_ERR_BUG when it
 * is `ours`) what no trust and no other moment could mend.  The digests that
 * it makes serve ed_sign_make() too.
 */
enum edoc_code ed_sign_sound(struct ed_asic *asic, const struct ed_findings *container,
                             const char *name, const struct edoc_sign_options *options,
                             int64_t moment, bool ours, struct edoc_error *err) EDOC_CHECK;
/* The refusal alone, of what was judged already. */
enum edoc_code ed_sign_refuse(const struct edoc_report *report, bool ours,
                              struct edoc_error *err) EDOC_CHECK;
/* Two signatures of one key, in one file and of one second: later there is a way. */
enum edoc_code ed_sign_refuse_twin(const char *where, struct edoc_error *err);
/*
 * The same for our own result, read back from its temporary.  kept: the open
 * package whose digests were made of these same bytes, up to `end`, or NULL.
 */
enum edoc_code ed_sign_check_result(int fd, const struct ed_asic *kept, uint64_t end,
                                    const char *name, const struct edoc_sign_options *options,
                                    int64_t moment, struct edoc_error *err) EDOC_CHECK;
/* Signs an unsigned package that lies in a temporary, under the name it is to get. */
enum edoc_code ed_sign_fresh(int fd, const char *out, const struct edoc_sign_options *options,
                             bool overwrite, char **made, struct edoc_error *err) EDOC_CHECK;

#endif
