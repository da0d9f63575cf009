/* SPDX-License-Identifier: ISC */
/*
 * Signing profiles, edoc-profile(5): an agency's rules for what its people
 * sign.  profile.c reads them, conform.c tells what a package or a signer lacks.
 */
#ifndef ED_SIGN_PROFILE_H
#define ED_SIGN_PROFILE_H

#include "base/arena.h"
#include "door/crypto.h"
#include "package/asic.h"
#include "package/card.h"

/* Where in the profile a rule stands. */
struct ed_profile_at {
	unsigned line, column;
};

/* One of the fields is there, and those that are have one of the values. */
struct ed_profile_card {
	const char **fields; /* NULL-ended */
	const char **like;   /* patterns, NULL-ended; NULL: any value */
	struct ed_profile_at at;
};

struct ed_profile_documents {
	const char *name, *media_type; /* patterns */
	int64_t min, max;              /* max -1: any number */
	struct ed_profile_at at;
};

/* Of the certificate; each of these must fit. */
struct ed_profile_signer {
	const char *field;
	const char **like;
	struct ed_profile_at at;
};

struct ed_profile_curve {
	enum ed_key_type type;
	const char *name;
};

struct ed_profile_setting {
	const char *key, *value;
};

struct edoc_signing_profile {
	struct ed_arena *arena;
	const char *where; /* its file, for people */
	const char *name;
	struct ed_profile_setting *settings; /* of edoc_signing_profile_get() */
	size_t n_settings, settings_cap;
	struct ed_profile_card *card;
	size_t n_card;
	struct ed_profile_documents *documents;
	size_t n_documents;
	struct ed_profile_signer *signer;
	size_t n_signer;
	struct ed_profile_at needs_at[3]; /* role, commitment, place: line 0: not needed */
	int64_t rsa_min;                  /* 0: any */
	struct ed_profile_curve *curves;  /* type OTHER ends them; NULL: any */
	struct ed_profile_at rsa_at, curves_at;
	unsigned key_usage; /* bits that must be there, KU_* */
	struct ed_profile_at key_usage_at;
};

extern const char *const ed_profile_needs[]; /* names of needs_at, NULL-ended */

/* The YAML of one.  file: what it names is in the folder of `where`. */
enum edoc_code ed_profile_parse(const void *bytes, size_t len, const char *where, bool file,
                                struct edoc_signing_profile **p_profile,
                                struct edoc_error *err) EDOC_CHECK;

/* ---- conform.c ---- */

/* What a package holds or will hold. */
struct ed_profile_facts {
	const char *path; /* for messages */
	const char **names, **media_types;
	size_t n;                   /* documents, without the card */
	const struct ed_card *card; /* or NULL */
};

/* options->profile's rules about the package; each that is broken is told to
 * options->missing.  EDOC_ERR_INPUT: some are. */
enum edoc_code ed_profile_conform(const struct edoc_sign_options *options,
                                  const struct ed_profile_facts *facts,
                                  struct edoc_error *err) EDOC_CHECK;
/* The same for a container that is open. */
enum edoc_code ed_profile_conform_asic(const struct edoc_sign_options *options,
                                       struct ed_asic *asic, const char *path,
                                       struct edoc_error *err) EDOC_CHECK;

#endif
