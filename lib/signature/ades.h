/* SPDX-License-Identifier: ISC */
/*
 * An advanced electronic signature, whatever its form: what XAdES and CAdES
 * readers find out by arithmetic alone, and the judge goes by.  Trust, time
 * and policy are not looked at here.
 */
#ifndef ED_SIGNATURE_ADES_H
#define ED_SIGNATURE_ADES_H

#include "base/finding.h"
#include "door/x509.h"
#include "signature/data.h"
#include "signature/material.h"
#include "signature/tsp.h"

/* What existed when something was proved (EN 319 102-1 5.6.2.3). */
enum ed_object_kind {
	ED_OBJECT_DATA,      /* an object of struct ed_data: its name */
	ED_OBJECT_SIGNATURE, /* sha256 of the signature value */
	ED_OBJECT_MATERIAL,  /* a certificate, CRL, OCSP answer: sha256 of its DER */
	ED_OBJECT_STAMP,     /* a time-stamp token: sha256 of its DER */
	ED_OBJECT_RECORD     /* an evidence record: sha256 of its bytes */
};

struct ed_object {
	enum ed_object_kind kind;
	unsigned char sha256[32]; /* not for DATA */
	const char *name;         /* for DATA */
	enum ed_hash hash;        /* the weakest digest between it and the proof */
};

enum ed_stamp_kind {
	ED_STAMP_CONTENT,   /* all or individual data objects, before signing */
	ED_STAMP_SIGNATURE, /* SignatureTimeStamp, signature-time-stamp */
	ED_STAMP_REFS,      /* RefsOnly, SigAndRefs, CAdES-C-time-stamp ... */
	ED_STAMP_ARCHIVE,   /* of a signature, or ASiCArchiveManifest */
	ED_STAMP_CONTAINER, /* ASiC-S, or ASiCManifest: over documents */
	ED_STAMP_BARE       /* a token alone, over --data or nothing */
};

struct ed_stamp {
	enum ed_stamp_kind kind;
	const char *type; /* the property's or attribute's own name, "archive-time-stamp-v3" */
	const char *id;   /* or NULL */
	const char *where;
	struct ed_tst tst;
	bool found;  /* what it should be over is there */
	bool intact; /* and has the imprint's digest; needs tst.intact beside it */
	struct ed_object *covers;
	size_t n_covers;
	struct ed_findings findings; /* beside tst.findings */
};

/* RFC 4998, RFC 6283: one chain of time-stamps that keeps data provable. */
struct ed_record {
	const char *where;
	const char *form;         /* "RFC4998", "RFC6283" */
	unsigned char sha256[32]; /* of its bytes as they stand */
	struct ed_stamp *stamps;  /* ArchiveTimeStamps in order, oldest first */
	size_t n_stamps;
	size_t renewals;          /* n_stamps - 1 */
	bool intact;              /* all hash trees, chains and tokens hold, and data was found */
	bool found;               /* at least one object at hand is protected */
	struct ed_object *covers; /* that objects at hand are protected since stamps[0] */
	size_t n_covers;
	struct ed_findings findings;
};

/* An algorithm somewhere in a signature, for the policy's dates. */
struct ed_use {
	enum ed_hash hash;
	const char *where;
	const char *what; /* "reference", "signing certificate reference" */
};

enum ed_policy_kind { ED_POLICY_NONE, ED_POLICY_IMPLIED, ED_POLICY_EXPLICIT };

struct ed_ades {
	const char *form;      /* "XAdES" "CAdES" "PKCS7" "XML-DSig" */
	const char *packaging; /* "enveloped" "enveloping" "detached" "attached" */
	const char *id, *where;
	const char *level; /* "XAdES-BASELINE-LT"; "" when not one */
	/* arithmetic */
	struct ed_sigalg alg;
	bool alg_known;
	unsigned char value_sha256[32];  /* of the signature value */
	unsigned char info[ED_HASH_MAX]; /* digest of what the value is over */
	bool intact_data, intact_signature;
	const char **covers; /* names of objects whose digests match */
	size_t n_covers;
	bool partly; /* an object is signed only in part (transforms) */
	struct ed_use *uses;
	size_t n_uses;
	/* the signer */
	struct ed_cert *signer; /* NULL: not found */
	bool bound;             /* SigningCertificate(V2), ESSCertID(v2) names it */
	enum ed_hash bound_by;
	/* the signer's words */
	int64_t claimed_time; /* ED_TIME_NONE: absent */
	const char *role, *commitment, *ledger_head, *tag;
	const char *place; /* where it was made: signer-location, SignatureProductionPlace */
	enum ed_policy_kind policy_kind;
	const char *policy_id, *policy_url;
	enum ed_hash policy_hash;
	const unsigned char *policy_digest;
	size_t policy_digest_len;
	bool policy_held, policy_intact; /* the document came along, with the right digest */
	/* data object formats, for the container's manifest */
	struct ed_ades_format {
		const char *name, *media_type;
	} * formats;
	size_t n_formats;
	/* time */
	struct ed_stamp *stamps; /* in the order of the property or attribute */
	size_t n_stamps;
	struct ed_record *records; /* embedded evidence records */
	size_t n_records;
	/* Material that came inside this signature, as sha256 (in the shared pool). */
	struct ed_object *material;
	size_t n_material;
	struct ed_ades *counter; /* counter-signatures, judged like any other */
	size_t n_counter;
	struct ed_findings findings;
};

void ed_stamp_clear(struct ed_stamp *stamp);
void ed_record_clear(struct ed_record *record);
void ed_ades_clear(struct ed_ades *sigs, size_t n); /* OpenSSL objects, all the way down */

#endif
