/* SPDX-License-Identifier: ISC */
/* Every limit on what is read from a file.  The numbers: package.md, "Never
 * accepted" and "Reading hostile bytes". */
#ifndef ED_BASE_LIMITS_H
#define ED_BASE_LIMITS_H

#define ED_MAX_ZIP_TOTAL ((uint64_t)16 << 30)
#define ED_MAX_ZIP_ENTRIES 10000u
#define ED_MAX_ZIP_RATIO 100u
#define ED_ZIP_RATIO_FREE ((uint64_t)1 << 20) /* ratio is not looked at below */
#define ED_MAX_NAME 1024u

#define ED_MAX_XML_BYTES (10u << 20)
#define ED_MAX_XML_CONTENT (7u << 20) /* in base64 within a signature, which grows to those 10 */
#define ED_MAX_XML_DEPTH 128
#define ED_MAX_XML_ATTRIBUTES 256
#define ED_MAX_XML_NAMESPACES 64 /* in scope */
#define ED_MAX_XML_NODES 150000  /* elements + attributes */
/* What C14N will do, over all elements: in scope * (in scope + depth). */
#define ED_MAX_XML_NAMESPACE_WORK 200000000u
#define ED_MAX_XML_TRANSFORMS 3
#define ED_MAX_XML_PREFIXES 16   /* InclusiveNamespaces PrefixList */
#define ED_MAX_KEYINFO_CERTS 100 /* a signature's */
#define ED_MAX_ROLES 16          /* a signature's claimed roles */
#define ED_MAX_ROLE 1024         /* bytes of one */
#define ED_MAX_ALIKE 20          /* findings of one code in one list */
#define ED_MAX_SIGNATURES 1000   /* a package */

#define ED_MAX_ITEM_BYTES ((size_t)96 << 20) /* what is no container, read whole */
#define ED_MAX_PROTECTED 500000              /* objects that an item's proofs are said to prove */
#define ED_MAX_PROTECT_DEPTH 200             /* manifests that refer to manifests */

#define ED_MAX_BER_DEPTH 64
#define ED_MAX_MATERIAL 10000                  /* certificates, CRLs, OCSP answers of one item */
#define ED_MAX_MATERIAL_BYTES (256u << 20)     /* of them all */
#define ED_MAX_CMS_CONTENT ((size_t)64 << 20)  /* attached; larger is to be detached */
#define ED_MAX_CMS_SIGNERS 200                 /* of one SignedData */
#define ED_MAX_CMS_CERTS 2000                  /* certificates and CRLs of one SignedData */
#define ED_MAX_CMS_ATTRIBUTES 256              /* of one signer, and values of one of them */
#define ED_MAX_CMS_CANDIDATES 4                /* certificates that one signer may mean */
#define ED_MAX_STAMPS 1000                     /* time-stamps of one item */
#define ED_MAX_ARCHIVE_STAMPS 100              /* of one signature: each digests all of it */
#define ED_MAX_CADES_PLACES 100000u            /* certificates, tokens, values that a proof may find */
#define ED_MAX_CADES_WORK 32u                  /* times its size: what proofs may digest */
#define ED_CADES_WORK_FREE ((size_t)64 << 20)  /* and this, so that small ones are not cut */
#define ED_MAX_RECORD_INPUT ((size_t)128 << 20) /* a SignedData put in DER */
#define ED_MAX_REF_WORK ((uint64_t)256 << 20)  /* octets of XML digested for references */
#define ED_REF_WORK_WALK (ED_MAX_XML_BYTES / 4) /* counted for a walk of the whole document */
#define ED_MAX_STAMP_WORK ((uint64_t)256 << 20) /* octets of XML digested for those of a signature */
#define ED_MAX_DATA_PASSES 64u                 /* through all of an item's data, for time-stamps ... */
#define ED_DATA_WORK_FREE ((uint64_t)256 << 20) /* ... and this, so that little is not cut */
#define ED_MAX_RUNS 64u                        /* running digests kept for those, of a package ... */
#define ED_RUN_FROM ((uint64_t)1 << 20)        /* ... of so many bytes, others are read again */
#define ED_MAX_STAMP_COVERS 1000000u           /* objects that those of a signature prove */
#define ED_MAX_COUNTER 4                       /* depth of counter-signatures */
#define ED_MAX_HASHCHAIN_FILES 16              /* X-Road: of one chain */
#define ED_MAX_HASHCHAIN_STEPS 10000
#define ED_MAX_HASHCHAIN_DEPTH 64
#define ED_MAX_RECORD_HASHES 100000            /* of the hash trees of one record */
#define ED_MAX_RECORD_BYTES ((size_t)64 << 20) /* an evidence record in DER */
#define ED_MAX_RECORD_CHAINS 100               /* hash-tree renewals of one record */
#define ED_MAX_RECORD_ALGORITHMS 16            /* that one record lists */
#define ED_MAX_RECORD_WORK ((uint64_t)256 << 20) /* bytes digested for its renewals */
#define ED_MAX_RECORD_READ ((uint64_t)256 << 20) /* bytes of objects that are looked into */
#define ED_MAX_NODE_LIKE (64u << 10)           /* an object that may be an inner node of a tree */

#define ED_MAX_YAML_BYTES (256u << 10)
#define ED_MAX_YAML_DEPTH 32
#define ED_MAX_YAML_NODES 20000
/* A directory of a nation: 50,000 people of 120 agencies take 13 MB. */
#define ED_MAX_DIRECTORY_BYTES (16u << 20)
#define ED_MAX_DIRECTORY_NODES 2000000

#define ED_MAX_CARD_VALUE 4096 /* bytes of one field */
#define ED_MAX_CARD_LIST 1000  /* addressees */

#define ED_MAX_JSON_BYTES (4u << 20)
#define ED_MAX_JSON_DEPTH 64
#define ED_MAX_KEY_FILE (1u << 20)
#define ED_MAX_KEY_ROUNDS 10000000 /* of deriving keys from its passphrase; some seconds */
#define ED_MAX_KEY_BAGS 1000       /* keys, certificates and others in a PKCS#12 file */
#define ED_MAX_KEY_NESTING 8       /* of its safes (RFC 7292 4.2.6) */
#define ED_MAX_CERTS 10000    /* in a trust folder */
#define ED_MAX_CERT (64u << 10)       /* one certificate, DER */
#define ED_MAX_CERT_SERIAL 64         /* bytes; RFC 5280 4.1.2.2 says 20 */
#define ED_MAX_NAME_TEXT (256u << 10) /* a distinguished name, escaped */
#define ED_MAX_CHAIN 10
#define ED_MAX_PATHS 8                /* from a certificate to anchors that are looked at */
#define ED_MAX_UNASKED 64             /* certificates beside a signature, to tell its level */
#define ED_MAX_PATH_EDGES 500         /* issuers tried on the way */
#define ED_MAX_TRUST_WORK 2000        /* signatures on certificates, CRLs, answers; an item */
#define ED_MIN_RSA_BITS 2048          /* of a key that signs something new */
#define ED_MAX_RSA_BITS 16384         /* of a key that is calculated with */
#define ED_MAX_CRL (32u << 20)        /* one CRL, DER */
#define ED_MAX_CRL_ENTRIES 500000    /* of one CRL */
#define ED_MAX_OCSP (1u << 20)        /* one OCSP answer */
#define ED_MAX_OCSP_SINGLES 1000      /* certificates that one answer is about */
#define ED_MAX_URLS 16                /* that one certificate names for one purpose */
#define ED_MAX_MEMO 2048 /* certificates, and signatures between them, that a batch remembers */
#define ED_MAX_ENVELOPE_HEAD (1u << 20)  /* of an encrypted file: what stands before its content */
#define ED_MAX_ENVELOPE_TAIL (64u << 10) /* and behind it */
#define ED_MAX_RECIPIENTS 1000
#define ED_MAX_GCM (((uint64_t)1 << 36) - 32) /* bytes under one key (SP 800-38D 5.2.1.1) */
#define ED_MAX_AUDIENCE 200         /* characters: who a challenge is for */
#define ED_MAX_CHALLENGE 4096       /* bytes of a challenge */
#define ED_MAX_CHALLENGE_LIFE 86400 /* seconds until it expires */
#define ED_MAX_ANSWER_FILE (1u << 20) /* a challenge, signed */
#define ED_MAX_CMS (1u << 20) /* a detached CMS of the ledger */
#define ED_MAX_ROUTE_STEPS 500
#define ED_MAX_ROUTE_ROLES 200
#define ED_MAX_DELEGATION 5 /* how deep a route may let a step be handed on */
#define ED_MAX_NAMED 100 /* whom one entry names for roles */
#define ED_MAX_ROUTE_FIELDS 100
#define ED_MAX_SERVICE_LIST 100 /* documents, or grounds of refusal, of a service */
#define ED_MAX_ROUTE_BRANCHES 100
#define ED_MAX_ROUTE_CLOCKS 20
#define ED_MAX_ROUTE_RUNGS 16  /* of one ladder of reminders */
#define ED_MAX_ROUTE_DEPTH 8 /* branches in branches, conditions in conditions */
#define ED_MAX_ROUTE_STATES (1u << 17) /* that lint walks to find a dead end */
#define ED_MAX_CALENDAR_DAYS 2000 /* off, and as many worked */
#define ED_MAX_ICAL (1u << 20)    /* bytes of an iCalendar file that is read */
#define ED_MAX_CALENDAR_LINE 400  /* bytes of a name or a decree */
#define ED_MAX_LEDGER 100000  /* entries */
#define ED_MAX_LINKS 100       /* other cases that a case names */
#define ED_MAX_PIN (20u << 20) /* a signed package that carries a route, or a directory */
#define ED_MAX_PINS 1000      /* in one package or case */
#define ED_MAX_PIN_CACHE 512  /* pins kept parsed, and the bytes of their YAML */
#define ED_MAX_PIN_CACHE_BYTES (4u << 20)
#define ED_MAX_LEAVES ((size_t)256 << 20) /* of one checkpoint: what is new in it */
#define ED_ZONE_CHANGE 86400  /* seconds by which new tzdata may move the end of a day */
#define ED_TMP_STALE 129600   /* seconds after which what lies in tmp/ is nobody's */
#define ED_CLOCK_SKEW 300     /* seconds by which two machines' clocks may differ */

/* What leaves a desk (route/outbox.c). */
#define ED_MAIL_BACKOFF 300        /* seconds until a file is given again; doubled each time ... */
#define ED_MAIL_BACKOFF_MAX 21600  /* ... up to this */
#define ED_MAIL_RECEIPT 3          /* days that a receipt may take */
#define ED_NOTICE_DAYS 14          /* what is older is told to nobody */
#define ED_MAX_TRY 2048            /* bytes of a file that says how often one was tried */
#define ED_MAX_WHY 200             /* bytes of a transport's own words that are kept */

/* A batch and the box of its workers. */
#define ED_MAX_WORKERS 256
#define ED_BATCH_DEPTH 2               /* items given to one worker at a time */
#define ED_BATCH_WINDOW 512            /* items done ahead of the one whose turn it is ... */
#define ED_BATCH_HELD (64u << 20)      /* ... and bytes of their texts */
#define ED_MAX_BATCH_NAME 4096         /* bytes of an item's name, with its NUL */
#define ED_MAX_ANSWER (64u << 20)      /* the text of one item */
#define ED_BATCH_SECONDS 60            /* wall clock for one item, and ... */
#define ED_BATCH_RATE (16u << 20)      /* ... a second more for each so many bytes */
#define ED_BOX_MEMORY ((uint64_t)1 << 30) /* address space of a worker */
#define ED_WORKER_HEAP (64 << 20)         /* free memory that a worker keeps */
#define ED_MAX_BOX_KEEP 1024           /* descriptors handed down, as --data */
#define ED_MAX_BOX_OPEN 32             /* descriptors of its own */
#define ED_MAX_BOX_FILE (128u << 20)   /* bytes of a memfd_create(2) */

/* What is fetched from the network. */
#define ED_MAX_URL 2048
#define ED_MAX_FETCH_BODY (16u << 10)  /* an OCSP request */
#define ED_MAX_FETCH (64u << 20)       /* bytes of an answer: a large CRL */
#define ED_FETCH_SECONDS 20            /* of one fetch; a quarter of it to connect */
#define ED_FETCH_OCSP_AGE 300          /* seconds that a kept answer is not asked for again */
#define ED_FETCH_CRL_AGE 3600
#define ED_FETCH_OTHER_AGE 86400
#define ED_FETCH_RETRIES 3             /* of a time-stamp: after 0.5, 1 and 2 seconds ... */
#define ED_FETCH_SHARE 2               /* no try of those takes longer than a half of the seconds */
#define ED_FETCH_BACKOFF 500           /* ... in milliseconds; the first wait, doubled each time */
#define ED_MAX_RETRY_AFTER 10          /* seconds that a server may have us wait instead */
#define ED_MAX_LOGIN 512               /* bytes of "user:password" */
#define ED_MAX_STAMP (1u << 20)        /* bytes of a TSA's answer */
#define ED_MAX_TSA_WORDS 200           /* bytes of its own words that are told */
#define ED_MAX_TSA_SAID 4096           /* of all that were asked */
#define ED_MAX_SILENT 1000             /* hosts that are not asked again in one run */
#define ED_MAX_FETCHED 100000          /* addresses that one run remembers */
#define ED_FETCHED_BYTES (64u << 20)   /* answers held in memory where there is no cache */
#define ED_MAX_CACHE_BYTES ((uint64_t)512 << 20)
#define ED_MAX_CACHE_FILES 20000

#define ED_MAX_JOURNAL_LINE (1u << 20)
#define ED_MAX_JOURNAL_SEGMENT ((uint64_t)64 << 20) /* closed once this long */
#define ED_MAX_INVENTORY (1u << 20)
#define ED_CLOCK_SLACK 5 /* seconds that a journal line may lie before the one above it */
#define ED_MAX_COMMIT 64 /* journal lines that share one fdatasync */

#endif
