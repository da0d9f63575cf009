/* SPDX-License-Identifier: ISC */
/*
 * edoc.h - the one public header of libedoc: document packages, their
 * signatures, the routes they take and the archives that keep them.
 *
 * The library has no ambient state: it never prints, exits, reads the clock,
 * the environment or a configuration file.  Time, trust and policy are
 * arguments.  Times are int64_t seconds since 1970-01-01T00:00:00Z.
 *
 * A bad signature is a finding, not an error: verifying returns EDOC_OK and a
 * report.  An error means that the work could not be done; `err` (may be
 * NULL) then says what, where in the caller's data, and which rule.  Texts of
 * errors follow the process's LC_MESSAGES through gettext, as strerror(3)
 * does; texts of findings take the language as an argument.
 *
 * Ownership: *_new/_open/_load give an object to the caller, who calls the
 * matching *_free (NULL is fine).  `const char *` results are borrowed and
 * live as long as the object; `char **` results are freed by edoc_free().
 * Nothing here is safe to use on one object from two threads at once;
 * different objects are independent.
 */
#ifndef EDOC_H
#define EDOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EDOC_CHECK __attribute__((warn_unused_result))
#pragma GCC visibility push(default)
#else
#define EDOC_CHECK
#endif

/* ---- errors ------------------------------------------------------------ */

/* Why the work could not be done.  The values are for ever. */
enum edoc_code {
	EDOC_OK = 0,
	EDOC_ERR_USAGE = 1,   /* the caller's arguments contradict each other */
	EDOC_ERR_INPUT = 2,   /* the input is not what it should be */
	EDOC_ERR_LIMIT = 3,   /* the input passes a limit (struct edoc_limits) */
	EDOC_ERR_VERSION = 4, /* a newer format than this library reads */
	EDOC_ERR_ABSENT = 5,  /* the named file, entry, case or item is not there */
	EDOC_ERR_EXISTS = 6,  /* nothing changed: the output exists or cannot be made */
	EDOC_ERR_IO = 7,      /* reading or writing failed; state unknown */
	EDOC_ERR_AGAIN = 8,   /* nothing changed: lost a race, or a service is silent */
	EDOC_ERR_DENIED = 9,  /* not allowed: role, order, PIN, unfit certificate */
	EDOC_ERR_CONFIG = 10, /* configuration; a calendar does not cover the date */
	EDOC_ERR_MEMORY = 11, /* out of memory */
	EDOC_ERR_BUG = 12     /* a broken promise of our own */
};

struct edoc_error {
	enum edoc_code code;
	char where[128]; /* a place in the user's data: META-INF/signatures0.xml:41 */
	char msg[256];   /* what is wrong, the clause that was broken, what to do */
};

/* The exit status that edoc(7) gives to a code: 0, 64..78. */
int edoc_code_exit(enum edoc_code code);

/* The release, "0.1.0"; and the libraries that are loaded, a line each. */
const char *edoc_version(void);
enum edoc_code edoc_version_details(char **text, struct edoc_error *err) EDOC_CHECK;

/* Frees what a `char **` result gave. */
void edoc_free(void *p);

/* text with the bytes that would steer a terminal (controls, bidirectional
 * overrides, no UTF-8) written as \xNN. */
enum edoc_code edoc_text_safe(const char *text, char **safe, struct edoc_error *err) EDOC_CHECK;

/* RFC 3339 with a zone: "2026-03-05T09:11:09+05:00". */
bool edoc_time_parse(const char *text, int64_t *t);

/* An item that could not be worked on, as one line of JSON for edoc-report(5):
 * {"v":1,"path":...,"exit":66,"error":{"where":...,"msg":...}}. */
enum edoc_code edoc_error_json(const char *name, const struct edoc_error *error, char **json,
			       struct edoc_error *err) EDOC_CHECK;

/* What a verb did to an item, as one line of JSON: {"v":1,K:V,...}; pairs is
 * NULL-ended K, V, K, V.  Strings only. */
enum edoc_code edoc_result_json(const char *const *pairs, char **json,
				struct edoc_error *err) EDOC_CHECK;

/* ---- limits ------------------------------------------------------------ */

/* What one input may cost.  edoc_limits_default() gives package.md's. */
struct edoc_limits {
	uint64_t zip_total;   /* bytes of all entries once inflated; 16 GiB */
	uint32_t zip_entries; /* 10,000 */
	uint32_t zip_ratio;   /* inflated:stored past 1 MiB; 100 */
	uint32_t xml_bytes;   /* one XML entry; 10 MiB */
};

struct edoc_limits edoc_limits_default(void);

/* ---- configuration ----------------------------------------------------- */

/*
 * edoc.conf(5): what a caller's files say.  Several files are loaded into one
 * object; a later one fills what earlier ones leave out.  An unknown key is
 * EDOC_ERR_CONFIG with line and column.  Relative paths are taken from the
 * file's folder, "~/" from `home` (NULL: refused).
 */
struct edoc_conf;

enum edoc_code edoc_conf_new(struct edoc_conf **conf, struct edoc_error *err) EDOC_CHECK;
void edoc_conf_free(struct edoc_conf *conf);
enum edoc_code edoc_conf_load(struct edoc_conf *conf, const char *path, const char *home,
			      struct edoc_error *err) EDOC_CHECK;
/* A scalar: "key" "desk" "archive" "profiles" "sign-profile" "lang" "cache" "pkcs11-module",
 * "transport-timeout", "receipt-within",
 * "keys.NAME.file", "keys.NAME.cert", "keys.NAME.chain".  NULL: not set. */
const char *edoc_conf_get(const struct edoc_conf *conf, const char *key);
/* A list: "trust.all", "trust.sign", "trust.tsa", "trust.ocsp",
 * "trust.directory", "trust.route", "trust.list", "trust.list-signers";
 * "intranet"; "keys" lists the names of keys; "transport.AGENCY" and
 * "transport": the words of a command; "notice": languages;
 * "files": those that were loaded, and every path they name.  NULL past the end. */
const char *edoc_conf_item(const struct edoc_conf *conf, const char *key, size_t i);

/* ---- trust ------------------------------------------------------------- */

/* What an anchor is believed for; a set of bits. */
#define EDOC_FOR_SIGN 0x01u
#define EDOC_FOR_TSA 0x02u
#define EDOC_FOR_OCSP 0x04u
#define EDOC_FOR_DIRECTORY 0x08u
#define EDOC_FOR_ROUTE 0x10u
#define EDOC_FOR_ALL 0x1fu

struct edoc_trust;

enum edoc_code edoc_trust_new(struct edoc_trust **trust, struct edoc_error *err) EDOC_CHECK;
void edoc_trust_free(struct edoc_trust *trust);

/*
 * Adds every certificate (PEM or DER) of a file, or of the files *.pem, *.crt,
 * *.cer, *.der of a folder.  Sub-folders named sign, tsa, ocsp, directory and
 * route hold anchors for that purpose only.  A folder without a certificate
 * is EDOC_ERR_ABSENT.  Self-signed certificates become anchors; others, an
 * intermediate authority's too, only help to build paths (RFC 5280 6.1).
 */
enum edoc_code edoc_trust_add(struct edoc_trust *trust, const char *path, unsigned purposes,
			      struct edoc_error *err) EDOC_CHECK;

/* As above, from memory. */
enum edoc_code edoc_trust_add_memory(struct edoc_trust *trust, const void *bytes, size_t len,
				     unsigned purposes, struct edoc_error *err) EDOC_CHECK;

struct edoc_anchor {
	const char *subject; /* RFC 4514 */
	const char *sha256;  /* of the certificate, 64 hex */
	const char *source;  /* the path it came from, "" from memory */
	unsigned purposes;
	int64_t not_before, not_after;
};

/*
 * Adds the services of a trusted list (TS 119 612), each as an anchor for what
 * it is there for and in the periods in which it was granted.  Signed XML needs
 * `signers`, NULL-ended: files and folders with the certificates that may sign
 * it; another signer is EDOC_ERR_DENIED.  Text that edoc_list_compile() made
 * needs none (NULL), but when there are some its signer was one of them.
 */
enum edoc_code edoc_trust_add_list(struct edoc_trust *trust, const char *path,
				   const char *const *signers, struct edoc_error *err) EDOC_CHECK;
/* The list once verified, as lines that are read back fast: edoc-tsl/2. */
enum edoc_code edoc_list_compile(const char *path, const char *const *signers, char **text,
				 struct edoc_error *err) EDOC_CHECK;

struct edoc_list {
	const char *source;                    /* the path it came from */
	const char *territory, *operator_name; /* "UZ" */
	const char *sha256, *signer;           /* of the XML, of its signer's certificate; 64 hex */
	int64_t sequence, issued;
	int64_t next_update; /* INT64_MIN: the list is closed */
	size_t services;     /* certificates of services that are for us */
	size_t skipped;      /* and those that cannot be read */
};

size_t edoc_trust_lists(const struct edoc_trust *trust);
bool edoc_trust_list(const struct edoc_trust *trust, size_t i, struct edoc_list *list);
/* Is the i-th anchor in force at a moment?  *from, *until: the period of its
 * list that the moment is in; INT64_MIN: no end that way. */
bool edoc_trust_granted(const struct edoc_trust *trust, size_t i, int64_t at, int64_t *from,
			int64_t *until);

/* Why what a trusted list says of the i-th anchor at a moment is not used, such
 * as a critical extension, and the name of that service; NULL: nothing is wrong. */
const char *edoc_trust_unused(const struct edoc_trust *trust, size_t i, int64_t at,
			      const char **service);

size_t edoc_trust_count(const struct edoc_trust *trust);
bool edoc_trust_anchor(const struct edoc_trust *trust, size_t i, struct edoc_anchor *anchor);
/* What the set is, wherever its files lay: the SHA-256 of a line for each
 * certificate, "<its sha256> <purposes, 2 hex>\n", each once, sorted.  Those
 * that are no anchors have 00; the XML of a trusted list has 80. */
enum edoc_code edoc_trust_digest(const struct edoc_trust *trust, char sha256[65],
				 struct edoc_error *err) EDOC_CHECK;

/* ---- policy ------------------------------------------------------------ */

/* What is accepted: edoc-profile(5). */
struct edoc_policy;

/* The built-in `strict`; the same bytes as profiles/policies/strict.yaml. */
enum edoc_code edoc_policy_strict(struct edoc_policy **policy, struct edoc_error *err) EDOC_CHECK;
/* A built-in one: strict, eu, uz, tj, archive.  EDOC_ERR_ABSENT: none is so called. */
enum edoc_code edoc_policy_builtin(const char *name, struct edoc_policy **policy,
				   struct edoc_error *err) EDOC_CHECK;
const char *edoc_policy_builtin_name(size_t i); /* NULL after the last */
enum edoc_code edoc_policy_load(const char *path, struct edoc_policy **policy,
				struct edoc_error *err) EDOC_CHECK;
void edoc_policy_free(struct edoc_policy *policy);
const char *edoc_policy_name(const struct edoc_policy *policy);

/* ---- verifying --------------------------------------------------------- */

/* EN 319 102-1, 5.1.3.  Zeroed memory never reads as passed. */
enum edoc_indication {
	EDOC_INDETERMINATE = 0,
	EDOC_TOTAL_FAILED = 1,
	EDOC_TOTAL_PASSED = 2
};

enum edoc_severity { EDOC_INFO = 0, EDOC_WARNING = 1, EDOC_ERROR = 2 };

/* A code with arguments; the sentence is made at the edge. */
struct edoc_finding {
	const char *code;    /* "chain.not-found": stable, in edoc-report(5) */
	const char *where;   /* a place in the user's data, or "" */
	const char *args[3]; /* what fills {0} {1} {2} of the sentence, or NULL */
	enum edoc_severity severity; /* decided by the rule and the policy */
};

struct edoc_report;

/* What a detached signature is over (RFC 5652 5.2); fd as in edoc_verify_fd(). */
struct edoc_data {
	const char *name;
	int fd;
};

/*
 * Fetching is the caller's: the library opens no connection.  url comes from a
 * document and is not to be trusted.  Gives malloc'd bytes, at most `max`.
 * EDOC_ERR_AGAIN: no answer, which makes a finding and not an error.
 */
enum edoc_fetch_kind {
	EDOC_FETCH_CRL = 1,  /* RFC 5280 4.2.1.13 */
	EDOC_FETCH_OCSP = 2, /* RFC 6960 A.1: body is the request */
	EDOC_FETCH_CERT = 3, /* caIssuers, RFC 5280 4.2.2.1 */
	EDOC_FETCH_LIST = 4, /* a trusted list, TS 119 612 */
	/* RFC 3161 3.4: body is the request; never kept, never shared.  url is the
	 * user's own (edoc_tsa.url), and may lie where strangers' may not.
	 * EDOC_ERR_DENIED: the server wants (another) login. */
	EDOC_FETCH_STAMP = 5
};
struct edoc_fetch {
	enum edoc_fetch_kind kind;
	const char *url;
	const void *body; /* POST, or NULL */
	size_t body_len, max;
	const char *login; /* STAMP: "user:password" for HTTP authentication, or NULL */
	const char *ca_file; /* STAMP: who may vouch for an https server; NULL: the system's */
};
typedef enum edoc_code edoc_fetch_fn(void *arg, const struct edoc_fetch *what, void **bytes,
				     size_t *len, struct edoc_error *err);

/*
 * Arithmetic that a batch need not do twice: parsed certificates, signatures
 * between them.  It holds no verdict and no time; the answer is the same
 * without it.  One thread at a time.
 */
struct edoc_memo;

enum edoc_code edoc_memo_new(struct edoc_memo **memo, struct edoc_error *err) EDOC_CHECK;
void edoc_memo_free(struct edoc_memo *memo);

struct edoc_verify_options {
	int64_t at;                          /* judge as of then; required */
	const struct edoc_trust *trust;      /* required, may be empty */
	const struct edoc_policy *policy;    /* required */
	const struct edoc_limits *limits;    /* NULL: the defaults */
	const struct edoc_data *data;        /* detached content, or NULL */
	size_t n_data;
	struct edoc_memo *memo;              /* or NULL */
	edoc_fetch_fn *fetch;                /* NULL: offline */
	void *fetch_arg;
	const char *require;                 /* "B" "T" "LT" "LTA": at least; or NULL */
	bool explain;                        /* tell each constraint that was checked */
	/* That a certificate is good counts as `fetch` says it, not by what came
	 * along: its owner may have kept that since. */
	bool anew;
};

/*
 * Judges one package.  `name` is what the report calls it.  EDOC_OK with a
 * report also when the bytes are no package at all: the report then has no
 * format, its findings say why, and edoc_report_exit() is 65.  fd needs to
 * be seekable; it stays the caller's and its offset is not used.
 */
enum edoc_code edoc_verify_fd(int fd, const char *name, const struct edoc_verify_options *options,
			      struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_verify_path(const char *path, const struct edoc_verify_options *options,
				struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_verify_memory(const void *bytes, size_t len, const char *name,
				  const struct edoc_verify_options *options,
				  struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
void edoc_report_free(struct edoc_report *report);

struct edoc_signature {
	const char *id;            /* the ds:Signature's Id, or its place */
	const char *where;         /* the entry that holds it */
	const char *form;          /* "XAdES" */
	const char *level;         /* "XAdES-BASELINE-B", "" when not one */
	enum edoc_indication indication;
	const char *subindication; /* EN 319 102-1, or NULL */
	bool intact_data;          /* every reference found, every digest right */
	bool intact_signature;     /* the value verifies with the certificate's key */
	const char *subject, *issuer; /* RFC 4514, or "" */
	const char *cert_sha256;      /* 64 hex, or "" */
	int64_t claimed_time;         /* SigningTime; INT64_MIN when absent */
	const char *commitment;       /* "approval" ..., or NULL */
	const char *role;             /* claimed role, or NULL */
};

const char *edoc_report_name(const struct edoc_report *report);
const char *edoc_report_format(const struct edoc_report *report); /* NULL: malformed */
enum edoc_indication edoc_report_indication(const struct edoc_report *report);
const char *edoc_report_subindication(const struct edoc_report *report);
int edoc_report_exit(const struct edoc_report *report); /* 0 1 2 65 */
/* Whether the package carries a route ledger that nobody has replayed yet. */
bool edoc_report_has_ledger(const struct edoc_report *report);
size_t edoc_report_signatures(const struct edoc_report *report);
const struct edoc_signature *edoc_report_signature(const struct edoc_report *report, size_t i);
/* Findings of signature i, or of the whole item with i == EDOC_WHOLE. */
#define EDOC_WHOLE ((size_t)-1)
size_t edoc_report_findings(const struct edoc_report *report, size_t i);
const struct edoc_finding *edoc_report_finding(const struct edoc_report *report, size_t i, size_t k);

/* What a code means: the clause it answers, the sentence, advice. */
const char *edoc_finding_clause(const struct edoc_finding *finding);
/* lang: NULL or "en" for English, else the process's gettext catalogue. */
enum edoc_code edoc_finding_text(const struct edoc_finding *finding, const char *lang, char **text,
				 struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_finding_advice(const struct edoc_finding *finding, const char *lang,
				   char **text, struct edoc_error *err) EDOC_CHECK;

/* One line of JSON without the newline: edoc-report(5), "v":1. */
enum edoc_code edoc_report_json(const struct edoc_report *report, char **json,
				struct edoc_error *err) EDOC_CHECK;
/* The same with "checks": every constraint that was looked at, its clause,
 * inputs, outcome, and the rule of the policy that decided. */
enum edoc_code edoc_report_json_explained(const struct edoc_report *report, char **json,
					  struct edoc_error *err) EDOC_CHECK;
/* Writes an instant for people, ended, at most size bytes. */
typedef void edoc_time_text_fn(int64_t t, char *buf, size_t size, void *arg);

struct edoc_text_options {
	int detail;              /* 0: one line; 1: the tree, 80 columns; 2: and every check */
	bool color;              /* verdict words in colour (SGR) */
	const char *lang;        /* as edoc_finding_text() */
	edoc_time_text_fn *time; /* NULL: RFC 3339 in UTC */
	void *time_arg;
};

/* For people.  Text from the package is escaped for a terminal. */
enum edoc_code edoc_report_text(const struct edoc_report *report,
				const struct edoc_text_options *options, char **text,
				struct edoc_error *err) EDOC_CHECK;

/*
 * Parts of one self-contained page (no script, nothing from elsewhere): head,
 * then for each item the report with its time line of proofs, or the
 * certified-copy sheet that is printed and signed by hand, then tail.
 * options.detail and .color are not looked at.  lang: BCP 47, or NULL: unsaid.
 */
enum edoc_code edoc_html_head(const char *title, const char *lang, char **html,
			      struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_report_html(const struct edoc_report *report,
				const struct edoc_text_options *options, char **html,
				struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_report_copy(const struct edoc_report *report,
				const struct edoc_text_options *options, char **html,
				struct edoc_error *err) EDOC_CHECK;
/* Says of the page itself what its reader must know, as that it was cut short. */
enum edoc_code edoc_html_note(const char *word, const char *text, char **html,
			      struct edoc_error *err) EDOC_CHECK;
const char *edoc_html_tail(void); /* static */

/* ---- batches ----------------------------------------------------------- */

/*
 * Many items, worked on by processes that have given up files, network and
 * other processes before they see the first byte: `work` runs there, `done`
 * and `fetch` in the caller's process, which opens the items and hands their
 * descriptors on.  A worker that dies or hangs costs its item only; another
 * takes its place.  Workers are forked from the caller as it is then: load
 * trust, policy and keys before, and nothing that is open to others (a session
 * of a PKCS#11 token, a connection).  The caller sets TZ, when it has none, to
 * ":/etc/localtime", or local times turn to UTC in a worker.
 *
 * Work that changes files cannot be done so: `unboxed` workers keep the rights
 * of the caller, as signing in his own process would.  They get one name at a
 * time, not opened (fd is -1); `seconds`, `memory`, `keep` and `fetch` are not
 * looked at, and nothing is killed: once `stop` says so no item is begun, and
 * what is under way is finished and told.  Who is killed takes its workers along.
 */
struct edoc_batch;
struct edoc_batch_worker;

/* The report of the item as malloc'd text (NULL: none), and its exit status.
 * Anything may be used but new files: what is in memory, fd, and `keep`. */
typedef enum edoc_code edoc_batch_work_fn(void *arg, struct edoc_batch_worker *worker,
					  const char *name, int fd, char **text, int *status,
					  struct edoc_error *err);

struct edoc_batch_result {
	const char *name;
	int status;                     /* exit, edoc(7) */
	const char *text;               /* steers no terminal; may be NULL; borrowed */
	size_t len;
	const struct edoc_error *error; /* the item could not be worked on, or NULL */
};
typedef void edoc_batch_done_fn(void *arg, const struct edoc_batch_result *result);

struct edoc_batch_options {
	unsigned workers; /* 0: 1 */
	bool ordered;     /* results in the order of the items, else as they come */
	bool color;       /* texts may hold colours (SGR) */
	unsigned seconds; /* wall clock for one item, more for large ones; 0: 60 */
	uint64_t memory;  /* address space of a worker, bytes; 0: 1 GiB */
	edoc_batch_work_fn *work;
	void *work_arg; /* a worker has its own copy of what is behind it */
	edoc_batch_done_fn *done;
	void *done_arg;
	edoc_fetch_fn *fetch; /* NULL: nothing is fetched */
	void *fetch_arg;
	const int *keep; /* descriptors that workers may use, as edoc_data's */
	size_t n_keep;
	int stop; /* a descriptor that is readable once all shall stop, or -1 */
	bool unboxed; /* work writes files, and is not cut short */
};

enum edoc_code edoc_batch_new(const struct edoc_batch_options *options, struct edoc_batch **batch,
			      struct edoc_error *err) EDOC_CHECK;
/* Kills what still works. */
void edoc_batch_free(struct edoc_batch *batch);
/* Opens the item (not if unboxed) and hands it on, waiting for room; may call done.  What is
 * wrong with an item is a result, not an error. */
enum edoc_code edoc_batch_add(struct edoc_batch *batch, const char *path,
			      struct edoc_error *err) EDOC_CHECK;
/* Until all are done, or there is something to read from fd (-1: none). */
enum edoc_code edoc_batch_wait(struct edoc_batch *batch, int fd,
			       struct edoc_error *err) EDOC_CHECK;
/* For work(): an edoc_fetch_fn whose arg is the worker. */
enum edoc_code edoc_batch_fetch(void *worker, const struct edoc_fetch *what, void **bytes,
				size_t *len, struct edoc_error *err) EDOC_CHECK;

/* ---- fetching ---------------------------------------------------------- */

/*
 * An edoc_fetch_fn with a memory: what this run has had, then a folder of
 * answers, then, only with `online`, the network (http and https, through
 * libcurl, which is loaded then).  An address is fetched once in a run, a host
 * that does not answer is not asked again.  Addresses come from strangers:
 * what lies in this machine or a private network is refused, unless the host
 * is named by `intranet` or a proxy goes there.  Without `online` no socket is
 * opened.  A time-stamp is asked for up to four times, half a second to ten
 * seconds apart, while the server is silent or busy (HTTP 429, 5xx) and `seconds`
 * are not over; no try takes more than half of them.  A login goes
 * over https, or within this machine and `intranet`, or EDOC_ERR_CONFIG says so.
 */
struct edoc_fetcher;

struct edoc_fetcher_options {
	const char *cache; /* folder of answers, or NULL */
	bool online;
	/* OCSP is asked for each time: an answer from before a signature says
	 * nothing of it (EN 319 102-1 5.2.5), and a run makes many. */
	bool fresh;
	bool anew;   /* revocation is never taken from the folder, whoever is silent */
	int64_t now; /* the clock: how old a kept answer is */
	const char *http_proxy, *https_proxy, *no_proxy; /* as curl(1)'s, or NULL */
	const char *const *intranet; /* NULL-ended names of hosts, or NULL */
	unsigned seconds;            /* for one fetch; 0: 20 */
	int stop;                    /* ends a fetch once it is readable, or -1 */
};

enum edoc_code edoc_fetcher_new(const struct edoc_fetcher_options *options,
				struct edoc_fetcher **fetcher, struct edoc_error *err) EDOC_CHECK;
void edoc_fetcher_free(struct edoc_fetcher *fetcher);
/* Whether asking it can ever give something. */
bool edoc_fetcher_useful(const struct edoc_fetcher *fetcher);
/* An edoc_fetch_fn; fetcher is a struct edoc_fetcher. */
enum edoc_code edoc_fetcher_fetch(void *fetcher, const struct edoc_fetch *what, void **bytes,
				  size_t *len, struct edoc_error *err) EDOC_CHECK;

/* ---- a small file -------------------------------------------------------- */

/* Written to a temporary, synced and given its name: never over a file unless
 * overwrite (EDOC_ERR_EXISTS), and nothing but a regular file ever. */
enum edoc_code edoc_output_write(const char *path, const void *bytes, size_t len, bool overwrite,
				 struct edoc_error *err) EDOC_CHECK;
/* Would it be?  EDOC_ERR_EXISTS, as it would say, and nothing is made. */
enum edoc_code edoc_output_check(const char *path, bool overwrite,
				 struct edoc_error *err) EDOC_CHECK;

/* ---- keys -------------------------------------------------------------- */

struct edoc_key;

/*
 * Asked only when the key needs one.  Writes at most `size` bytes into buf,
 * returns their number, or -1 to give up.  The library wipes buf.
 */
typedef int edoc_passphrase_fn(char *buf, size_t size, const char *what, void *arg);

/*
 * A private key with its certificate and the chain that came along, from
 * PKCS#12 (RFC 7292) or PEM.  cert_path, chain_path: NULL when the key file
 * holds them.  A wrong passphrase is EDOC_ERR_DENIED.  Of several keys in a
 * file "FILE#NAME" takes one (edoc_key_list() tells their names);
 * EDOC_ERR_USAGE without the name, EDOC_ERR_ABSENT with one that is none's.
 *
 * Or a path "pkcs11:...", a key in a token (RFC 7512): token, manufacturer,
 * serial, model, slot-id, slot-description, slot-manufacturer, object, id; and
 * module-path (without it p11-kit-proxy.so), pin-source (a file), and
 * x-final-try=yes, without which the last PIN that a token allows is not spent.
 * Its certificate is the token's of the same CKA_ID, or cert_path.  A session
 * with the token lasts as long as the key.
 */
enum edoc_code edoc_key_load(const char *path, const char *cert_path, const char *chain_path,
			     edoc_passphrase_fn *ask, void *arg, struct edoc_key **key,
			     struct edoc_error *err) EDOC_CHECK;
/* How many bytes of such a path name a file: all of them, or those before "#NAME". */
size_t edoc_key_path(const char *key);
/*
 * A key that is not here: of its certificate, the first in cert_path; the rest
 * of that file and chain_path (may be NULL) come along.  edoc_package_prepare()
 * says what it has to sign, edoc_package_attach() puts the value in.
 */
enum edoc_code edoc_key_outside(const char *cert_path, const char *chain_path,
				struct edoc_key **key, struct edoc_error *err) EDOC_CHECK;
/* An RSA key signs with PSS padding (RFC 8017 8.1) from now on; one whose
 * certificate says id-RSASSA-PSS does anyway.  EDOC_ERR_USAGE: not RSA. */
enum edoc_code edoc_key_use_pss(struct edoc_key *key, struct edoc_error *err) EDOC_CHECK;
void edoc_key_free(struct edoc_key *key);
const char *edoc_key_subject(const struct edoc_key *key);
const char *edoc_key_cert_sha256(const struct edoc_key *key);
/* Makes a P-256 key and a self-signed certificate CN=name, as a desk needs;
 * writes PEM (key, then certificate), mode 0600, never over a file. */
enum edoc_code edoc_key_generate(const char *path, const char *name, int64_t not_before,
				 int64_t not_after, struct edoc_error *err) EDOC_CHECK;

/* ---- cards ------------------------------------------------------------- */

/* The commented YAML skeleton of a kind ("order", "application", "reply");
 * borrowed, static.  NULL: no such kind.  edoc_card_kind(i) lists them. */
const char *edoc_card_skeleton(const char *kind);
const char *edoc_card_kind(size_t i);

/* ---- signing profiles -------------------------------------------------- */

/*
 * An agency's rules for what its people sign, edoc-profile(5): what a signature
 * says, and what a package, a card and a certificate must have before.
 */
struct edoc_signing_profile;

/* EDOC_ERR_INPUT with line and column: not as edoc-profile(5) has it. */
enum edoc_code edoc_signing_profile_load(const char *path, struct edoc_signing_profile **profile,
					 struct edoc_error *err) EDOC_CHECK;
/* One that is built in: uz, tj, archive.  EDOC_ERR_ABSENT: none is so called. */
enum edoc_code edoc_signing_profile_builtin(const char *name,
					    struct edoc_signing_profile **profile,
					    struct edoc_error *err) EDOC_CHECK;
const char *edoc_signing_profile_builtin_name(size_t i); /* NULL after the last */
void edoc_signing_profile_free(struct edoc_signing_profile *profile);
/*
 * What it sets: "name" "level" "form" "container" "role" "commitment" "policy"
 * "content-timestamp" ("yes") "place.city" ... "signature-policy.id" ".file"
 * ".url"; lists: "tsa" (addresses, or names of edoc.conf), "may" (options of
 * edoc-sign that may say otherwise).  Borrowed; NULL: not set, past the end.
 */
const char *edoc_signing_profile_get(const struct edoc_signing_profile *profile, const char *key);
const char *edoc_signing_profile_item(const struct edoc_signing_profile *profile, const char *key,
				      size_t i);

/* A rule that is not met, told at once; the texts are translated, made safe for
 * a terminal, and borrowed. */
struct edoc_missing {
	const char *where;  /* a package, a field of its card, a certificate */
	const char *what;   /* what is missing or wrong */
	const char *rule;   /* the profile's place: "uz.yaml:31:5" */
	const char *advice; /* what to do */
};
typedef void edoc_missing_fn(void *arg, const struct edoc_missing *missing);

struct edoc_sign_options;
/*
 * What edoc_package_sign() and edoc_package_new() check for options->profile before
 * the key is used.  All of it is told to options->missing.  _signer: about
 * options->key (may be NULL: only what the signature will say), EDOC_ERR_DENIED.
 * _package: about the package at path, without a key, EDOC_ERR_INPUT.
 */
enum edoc_code edoc_signing_profile_signer(const struct edoc_sign_options *options,
					   struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_signing_profile_package(const char *path,
					    const struct edoc_sign_options *options,
					    struct edoc_error *err) EDOC_CHECK;
/*
 * The same of the signer, and that his certificate may sign, as far as it shows without
 * the key that edoc_key_load() would load: that of cert_path, or of a file in PEM whose
 * other certificates are authorities'.  Nobody is asked for anything; options->key is
 * not looked at.
 */
enum edoc_code edoc_signer_check(const char *path, const char *cert_path,
				 const struct edoc_sign_options *options,
				 struct edoc_error *err) EDOC_CHECK;

/* ---- packages and signing ---------------------------------------------- */

/* AUTO: as the package's other signatures are, XAdES where it has none. */
enum edoc_form { EDOC_FORM_AUTO = 0, EDOC_XADES = 1, EDOC_CADES = 2 };

/* EN 319 122-1, 319 132-1 clause 6; each holds all that stands before it. */
enum edoc_level { EDOC_LEVEL_B = 0, EDOC_LEVEL_T = 1, EDOC_LEVEL_LT = 2, EDOC_LEVEL_LTA = 3 };

/* A time-stamping authority (RFC 3161). */
struct edoc_tsa {
	const char *url;
	const char *policy; /* dotted OID that is asked for, or NULL */
	const char *login;  /* "user:password", or NULL */
	const char *ca_file; /* PEM: who may vouch for its https; NULL: the system's */
};

/* SignatureProductionPlaceV2, signer-location; each may be NULL. */
struct edoc_sign_place {
	const char *street, *city, *region, *postal_code, *country;
};

/* An explicit signature policy (EN 319 132-1 5.2.9): its identifier (a dotted
 * OID or a URI), the file whose digest is signed, where others find it. */
struct edoc_sign_policy {
	const char *id;
	const char *path;
	const char *url; /* or NULL */
};

/* A signature of the package at `path` that nobody asked about, in that entry:
 * raised too; why: it could not be, and stays as it is for ever. */
typedef void edoc_beside_fn(void *arg, const char *path, const char *where, const char *why);

/* Where none of several TSAs gives a token: what one of them said, in full. */
typedef void edoc_refused_fn(void *arg, const char *url, const char *where, const char *why);

struct edoc_sign_options {
	int64_t at;                     /* SigningTime; the caller's clock */
	struct edoc_key *key;           /* required to sign */
	const struct edoc_trust *trust; /* by which all is judged; may be NULL at B and T */
	const struct edoc_policy *policy;
	const char *role;               /* claimed role, or NULL */
	const char *commitment;         /* approval origin receipt delivery sender creation */
	/* The head of the route ledger this signature answers, as a
	 * CommitmentTypeQualifier; "sha256:<hex>" or NULL. */
	const char *ledger_head;
	bool overwrite;                 /* -f: an existing regular file may go */
	bool dry_run;                   /* all checks, nothing written */
	const struct edoc_limits *limits;
	enum edoc_form form;
	enum edoc_level level;
	/* T and above, content_stamp: asked in this order until one gives a token
	 * that holds, and passes where `trust` has anchors for time-stamps. */
	const struct edoc_tsa *tsas;
	size_t n_tsas;
	edoc_fetch_fn *fetch;           /* T and above; NULL: none can be had */
	void *fetch_arg;
	const struct edoc_sign_place *place;          /* or NULL */
	const struct edoc_sign_policy *signed_policy; /* or NULL */
	bool content_stamp;             /* a time-stamp over the documents, signed with them */
	const struct edoc_data *data;   /* what a detached signature is over, to raise it */
	size_t n_data;
	/* Its requirements are held; what it sets is the caller's to put above; or NULL. */
	const struct edoc_signing_profile *profile;
	edoc_missing_fn *missing;       /* is told each that is not met; or NULL */
	void *missing_arg;
	/* LTA of ASiC-E with CAdES protects all signatures, and fixes them: those below
	 * LT are raised to it in the same run.  Is told each; or NULL. */
	edoc_beside_fn *beside;
	void *beside_arg;
	edoc_refused_fn *refused; /* or NULL: a word of each stands in the error */
	void *refused_arg;
};

struct edoc_new_options {
	const char *card_path;          /* the card in YAML, or NULL */
	const char *const *set;         /* NULL-ended K=V, or NULL */
	bool single;                    /* ASiC-S: for one document */
};

/*
 * Makes an ASiC-E or ASiC-S package (EN 319 162-1) of the named files at `out`; with
 * options->key set it is signed in the same pass.  The result is verified
 * before it gets its name; an error leaves nothing behind.  The entry names
 * are the files' base names; two alike are EDOC_ERR_USAGE.  `made` (may be
 * NULL): not used when unsigned, else the new signature's entry name.
 */
enum edoc_code edoc_package_new(const char *out, const char *const *files, size_t n,
				const struct edoc_new_options *new_options,
				const struct edoc_sign_options *options, char **made,
				struct edoc_error *err) EDOC_CHECK;

/*
 * Adds a signature (EN 319 132-1, 319 122-1) of options->form and ->level to
 * the package at `path`, in place by one rename; what is signed already keeps
 * its bytes.  EDOC_ERR_AGAIN: no TSA answered, or nobody about a certificate.  Preflight
 * before the key is touched: a package with a broken signature is
 * EDOC_ERR_INPUT, an expired or unfit certificate EDOC_ERR_DENIED.
 */
enum edoc_code edoc_package_sign(const char *path, const struct edoc_sign_options *options,
				 char **made, struct edoc_error *err) EDOC_CHECK;

/*
 * The same, for a line that may be run again: where the key's certificate has
 * signed all documents before, intact, nothing is done (BEFORE) when that
 * signature has options->level or more, else it is raised (RAISED); a second
 * one is never made.  One that covers less does not count.  Looked at and done
 * under one lock.  options->dry_run: only told.
 */
enum edoc_signed { EDOC_SIGNED_NOW = 0, EDOC_SIGNED_BEFORE = 1, EDOC_SIGNED_RAISED = 2 };
enum edoc_code edoc_package_sign_once(const char *path, const struct edoc_sign_options *options,
				      enum edoc_signed *what, char **made,
				      struct edoc_error *err) EDOC_CHECK;

/*
 * The preflight alone (-n): checks the package at `path`, or the files of a
 * package to be, and the certificate; changes nothing.
 */
enum edoc_code edoc_package_preflight(const char *path, const struct edoc_sign_options *options,
				      struct edoc_error *err) EDOC_CHECK;

/* What can be seen of a key without a passphrase, or of something in a token;
 * strings live during the call. */
struct edoc_key_facts {
	const char *token;      /* its label; NULL: a file */
	const char *place;      /* of a token: manufacturer, model, serial number */
	const char *pin;        /* of a token: good low final locked unset none */
	const char *key;        /* what --key takes for it; NULL: the token as such */
	const char *subject;    /* NULL: nothing can be seen without a passphrase */
	const char *sha256;     /* of the certificate */
	const char *kind;       /* "RSA-2048", "P-256" */
	int64_t not_before, not_after;
	const char *unfit;      /* why it cannot sign at that moment; NULL: it can */
	const char *serial;     /* of the certificate, decimal */
};
typedef void edoc_key_facts_fn(void *arg, const struct edoc_key_facts *facts);
/* Of the key that edoc_key_load() would load; nobody is asked for anything. */
enum edoc_code edoc_key_look(const char *path, const char *cert_path, int64_t at,
			     const struct edoc_policy *policy, edoc_key_facts_fn *fn, void *arg,
			     struct edoc_error *err) EDOC_CHECK;
/* The last day (UTC) on which a policy accepts what this key signs, and what of it
 * ends then: the key, or how it signs. */
struct edoc_key_end {
	char what[64]; /* "RSA-2048", "RSA with SHA-256" */
	char day[32];  /* "2028-12-31" */
	bool padding;  /* RSA of PKCS#1 1.5: with edoc_key_use_pss() it would not end */
};
/* false: the policy knows of no end, or never accepted it, which signing says. */
bool edoc_key_ends(const struct edoc_key *key, const struct edoc_policy *policy,
		   struct edoc_key_end *end);
/* Each key in a file, or the one of "FILE#NAME"; the passphrase is asked for. */
enum edoc_code edoc_key_list(const char *path, edoc_passphrase_fn *ask, void *ask_arg, int64_t at,
			     const struct edoc_policy *policy, edoc_key_facts_fn *fn, void *arg,
			     struct edoc_error *err) EDOC_CHECK;
/* All tokens that a PKCS#11 module has, and their certificates; module "":
 * p11-kit's. */
enum edoc_code edoc_token_list(const char *module, int64_t at, const struct edoc_policy *policy,
			       edoc_key_facts_fn *fn, void *arg,
			       struct edoc_error *err) EDOC_CHECK;

/*
 * Signing in two steps, where options->key is of edoc_key_outside(): the
 * request (JSON, "edoc-request/1", one line; man edoc-sign(1)) and the octets
 * that the key's keeper has to sign, as bytes; both freed by edoc_free().
 * Preflight as above; the package stays as it is.  Of the options at, role,
 * commitment, place, signed_policy and form go into the request, a profile is held;
 * a level is attach's, and content_stamp and ledger_head are EDOC_ERR_USAGE.
 */
enum edoc_code edoc_package_prepare(const char *path, const struct edoc_sign_options *options,
				    char **request, char **octets, size_t *len,
				    struct edoc_error *err) EDOC_CHECK;
/*
 * Puts the value in, as edoc_package_sign() would have: octets as the key's
 * keeper gave them, or their base64; of ECDSA in DER or as r || s.  What the
 * request says is made again from the package: a difference is EDOC_ERR_INPUT
 * and says which document or field, as is a value that does not verify.  Of
 * the options at is the moment of attaching (the certificate has to be fit
 * still: EDOC_ERR_DENIED), policy, trust, limits, profile, level and what it needs,
 * and signed_policy, which the request has no file of, are taken, the rest is the
 * request's.  A request that was made by a profile is attached by that one
 * (EDOC_ERR_USAGE).  *what is EDOC_SIGNED_BEFORE when the package has this very
 * signature of the level, and nothing was done, and EDOC_SIGNED_RAISED when it
 * had it below the level.
 */
enum edoc_code edoc_package_attach(const char *path, const char *request_path,
				   const char *value_path,
				   const struct edoc_sign_options *options,
				   enum edoc_signed *what, char **made,
				   struct edoc_error *err) EDOC_CHECK;
/* Of whom a request wants a signature (a key as of edoc_key_outside()), and the time
 * it will say; nothing of it is checked against the package. */
enum edoc_code edoc_request_signer(const char *request_path, struct edoc_key **key, int64_t *at,
				   struct edoc_error *err) EDOC_CHECK;

/*
 * Raises signatures that are there to options->level (T, LT, LTA), in a package
 * or a bare .p7s or .xml, in place by one rename; a signature that is there
 * already stays, but LTA gets one more archive time-stamp (EN 319 122-1 5.5,
 * 319 132-1 5.5).  id: its Id or entry; NULL: all.  No key is needed.
 * EDOC_ERR_AGAIN: no TSA answered, or nobody about a certificate;
 * EDOC_ERR_CONFIG: options->trust has no anchor for a chain; EDOC_ERR_DENIED:
 * a validation failed, or the certificate is over or revoked, and a time-stamp would
 * come too late.  Then nothing has changed.
 */
enum edoc_code edoc_extend(const char *path, const char *id,
			   const struct edoc_sign_options *options,
			   struct edoc_error *err) EDOC_CHECK;
/*
 * Countersigns one signature (EN 319 132-1 5.2.7, RFC 5652 11.4) with
 * options->key, in place.  id: as above; NULL where there is but one.
 */
enum edoc_code edoc_countersign(const char *path, const char *id,
				const struct edoc_sign_options *options,
				struct edoc_error *err) EDOC_CHECK;

/* A bare CAdES signature over the file at `path`, at `out` (EN 319 122-1). */
struct edoc_cms_options {
	bool attached; /* the content inside: up to 64 MiB */
	bool base64;   /* else DER */
	/* Where signing this logs in (edoc_challenge_new()): a challenge for another
	 * audience, or for any when NULL, is EDOC_ERR_DENIED, as it is for all other
	 * calls that sign a document. */
	const char *audience;
	/* A file of signatures over the same: they are kept as they are, one signer more
	 * stands beside them in `out`, and `attached` is as it is there.  Or NULL. */
	const char *beside;
};
enum edoc_code edoc_cms_sign(const char *path, const char *out, const struct edoc_cms_options *how,
			     const struct edoc_sign_options *options,
			     struct edoc_error *err) EDOC_CHECK;

/* A bare XAdES signature at `out` (EN 319 132-1): over the file at `path`, whatever
 * it is, which stands beside it unless one of these is set. */
struct edoc_xades_options {
	bool enveloped;  /* within a copy of the file, which must be XML of at most 10 MiB */
	bool enveloping; /* the file is within the signature, in base64: up to 7 MiB */
	/* As for CMS: a file of XAdES signatures over the same, and over that alone.  They
	 * and what they sign stay where they are; the two above are not looked at. */
	const char *beside;
};
enum edoc_code edoc_xades_sign(const char *path, const char *out,
			       const struct edoc_xades_options *how,
			       const struct edoc_sign_options *options,
			       struct edoc_error *err) EDOC_CHECK;

/* A successor without signatures: documents of `path` less `remove`, plus
 * `add`; its card says what it replaces (digest of the old package's card
 * and documents).  NULL-ended lists, or NULL. */
struct edoc_revise_options {
	const char *const *add;
	const char *const *remove;
	const char *const *set;
	bool overwrite;
	bool dry_run;
	const struct edoc_limits *limits;
};
enum edoc_code edoc_package_revise(const char *path, const char *out,
				   const struct edoc_revise_options *options,
				   struct edoc_error *err) EDOC_CHECK;

/* What a package holds, without judging it. */
struct edoc_package;
struct edoc_document {
	const char *name;
	const char *media_type; /* of the manifest, or "" */
	uint64_t bytes;
	char sha256[65];        /* filled by edoc_package_digest() */
};
enum edoc_code edoc_package_open(const char *path, const struct edoc_limits *limits,
				 struct edoc_package **package, struct edoc_error *err) EDOC_CHECK;
void edoc_package_free(struct edoc_package *package);
size_t edoc_package_documents(const struct edoc_package *package);
const struct edoc_document *edoc_package_document(const struct edoc_package *package, size_t i);
enum edoc_code edoc_package_digest(struct edoc_package *package, struct edoc_error *err) EDOC_CHECK;
/* The card as name/value pairs in document order; 0 without a card. */
size_t edoc_package_card_fields(const struct edoc_package *package);
bool edoc_package_card_field(const struct edoc_package *package, size_t i, const char **name,
			     const char **value);
/* One line of JSON for `edoc-sign show --json`. */
enum edoc_code edoc_package_json(struct edoc_package *package, char **json,
				 struct edoc_error *err) EDOC_CHECK;

/*
 * Writes documents into the folder `dir` (made when missing), each temp ->
 * fsync -> link, never over a file unless `overwrite`: what is in the way is
 * told before anything is written.  The same descriptor that was verified is
 * read (no second open).  names NULL: all documents; a name given twice is
 * EDOC_ERR_USAGE.  dry_run: only the checks.
 */
enum edoc_code edoc_package_extract(const char *path, const char *dir, const char *const *names,
				    size_t n, const struct edoc_verify_options *verify,
				    bool overwrite, bool dry_run, struct edoc_report **report,
				    struct edoc_error *err) EDOC_CHECK;

/* ---- encryption -------------------------------------------------------- */

struct edoc_encrypt_options {
	int64_t at;                       /* the caller's clock */
	const struct edoc_trust *trust;   /* NULL or empty: certificates are taken as given */
	const struct edoc_policy *policy; /* required with trust */
	edoc_fetch_fn *fetch;             /* for revocation; NULL: offline */
	void *fetch_arg;
	bool overwrite, dry_run;
};

/*
 * The file at `path` as CMS AuthEnvelopedData (RFC 5083; AES-256-GCM, RFC 5084)
 * at `out`, for every certificate of the files `to`, NULL-ended: RSA by OAEP
 * (RFC 4055), EC by ephemeral ECDH (RFC 5753).  At most 64 GiB - 32.  A
 * certificate that has expired, is not for encryption or an authority's, or
 * that trust and policy do not accept, is EDOC_ERR_DENIED.  What is written
 * is read back before it gets its name.  text (may be NULL): who can open it,
 * a line "SHA256 SUBJECT" each.
 */
enum edoc_code edoc_package_encrypt(const char *path, const char *out, const char *const *to,
				    const struct edoc_encrypt_options *options, char **text,
				    struct edoc_error *err) EDOC_CHECK;
/*
 * The inverse.  Nothing is written before the tag over all of it is right, and
 * `out` gets its name only when it was so again while writing.  Not for this
 * key: EDOC_ERR_DENIED, which names for whom.  Changed on the way, cut, or
 * encrypted without authentication: EDOC_ERR_INPUT.
 */
enum edoc_code edoc_package_decrypt(const char *path, const char *out, const struct edoc_key *key,
				    bool overwrite, bool dry_run,
				    struct edoc_error *err) EDOC_CHECK;

/* ---- entry by signature ------------------------------------------------ */

/*
 * Who logs in signs a text that was made for that once: edoc-challenge/1 of
 * edoc-verify(1).  It says what signing it does, for whom, and until when.
 */
struct edoc_challenge {
	char audience[256];      /* "https://portal.example" */
	char nonce[65];          /* 256 random bits, hex */
	int64_t issued, expires;
	char sha256[65];         /* of the text */
};

/*
 * Makes one and remembers it in the folder `dir`, which exists; what expired
 * more than a day before is removed there.  lifetime: seconds, up to a day.
 * out: a file that is made (EDOC_ERR_EXISTS when it is there), or NULL.
 */
enum edoc_code edoc_challenge_new(const char *dir, const char *audience, int64_t now,
				  int64_t lifetime, const char *out, char **text,
				  struct edoc_error *err) EDOC_CHECK;
/* EDOC_ERR_INPUT: no challenge, byte for byte; EDOC_ERR_VERSION: a newer one. */
enum edoc_code edoc_challenge_parse(const void *text, size_t len, struct edoc_challenge *challenge,
				    struct edoc_error *err) EDOC_CHECK;
/*
 * Judges an answer: CAdES with the challenge in it, by one signer.  The report
 * says whether the signature holds (edoc_report_exit()), and only 0 is worth
 * going on with.  EDOC_ERR_DENIED: no answer to a challenge.  challenge is
 * empty when the bytes are malformed (65).
 */
enum edoc_code edoc_challenge_judge(int fd, const char *name,
				    const struct edoc_verify_options *options,
				    struct edoc_report **report, struct edoc_challenge *challenge,
				    struct edoc_error *err) EDOC_CHECK;
/*
 * Uses the challenge up: EDOC_OK once in its life, for one of all who try.
 * EDOC_ERR_DENIED: for somebody else, too late, not made here, used before.
 */
enum edoc_code edoc_challenge_take(const char *dir, const struct edoc_challenge *challenge,
				   const char *audience, int64_t now,
				   struct edoc_error *err) EDOC_CHECK;
/* Who entered, for people; and as a line of JSON, where report, challenge and
 * reason may be NULL. */
enum edoc_code edoc_challenge_text(const struct edoc_report *report,
				   const struct edoc_challenge *challenge, char **text,
				   struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_challenge_json(const char *name, int exit, const struct edoc_report *report,
				   const struct edoc_challenge *challenge, const char *reason,
				   char **json, struct edoc_error *err) EDOC_CHECK;

/* ---- routes and desks -------------------------------------------------- */

/*
 * Two kinds of result: `text` for people, lines that end in a newline, and
 * `json`, JSON Lines of edoc-report(5).  Either may be NULL when not wanted.
 * Times for people are those of the desk's zone.
 */

struct edoc_calendar;
struct edoc_directory;

/* Against what a route file is held, beyond its grammar. */
struct edoc_lint_options {
	const struct edoc_calendar *calendar; /* NULL: the one of the route's name */
	const char *calendars; /* a folder of NAME.yaml, asked before those built in; or NULL */
	const struct edoc_directory *directory; /* whose people are asked as of now; or NULL */
	int year;              /* whose days are tried as start dates; 0: that of now */
	int64_t now;
};

/* Syntax and meaning of a route file: "path:line:column: severity: CODE: ..."
 * lines.  *errors counts those of severity error; a file that cannot be read
 * as a route at all is EDOC_ERR_INPUT. */
enum edoc_code edoc_route_lint(const char *path, const struct edoc_lint_options *options,
			       const char *lang, char **text, char **json, size_t *errors,
			       struct edoc_error *err) EDOC_CHECK;

enum edoc_format_how { EDOC_FORMAT_PRINT, EDOC_FORMAT_CHECK, EDOC_FORMAT_WRITE };

/* A route file in its canonical form: edoc-route(5).  PRINT tells that form,
 * CHECK the path where the file is written otherwise, WRITE replaces such a
 * file and tells its path.  EDOC_ERR_INPUT: it cannot be read as a route. */
enum edoc_code edoc_route_format(const char *path, enum edoc_format_how how, char **text,
				 char **json, bool *differs, struct edoc_error *err) EDOC_CHECK;

/* ---- calendars ---- */

/* Which days are working days: edoc-profile(5). */
struct edoc_calendar;
struct edoc_desk;

/* EDOC_ERR_INPUT with line and column: not as edoc-profile(5) has it. */
enum edoc_code edoc_calendar_load(const char *path, struct edoc_calendar **calendar,
				  struct edoc_error *err) EDOC_CHECK;
/* One that is built in: tj, uz.  EDOC_ERR_ABSENT: none is so called. */
enum edoc_code edoc_calendar_builtin(const char *name, struct edoc_calendar **calendar,
				     struct edoc_error *err) EDOC_CHECK;
const char *edoc_calendar_builtin_name(size_t i); /* NULL after the last */
/* The newest that is installed at the desk and believed by its anchors now. */
enum edoc_code edoc_desk_calendar(struct edoc_desk *desk, const char *name, int64_t now,
				  struct edoc_calendar **calendar,
				  struct edoc_error *err) EDOC_CHECK;
void edoc_calendar_free(struct edoc_calendar *calendar);
/* Lines as edoc_route_lint() has them: what is not announced yet, what ends soon. */
enum edoc_code edoc_calendar_check(const struct edoc_calendar *calendar, int64_t now,
				   const char *lang, char **text, char **json, size_t *errors,
				   struct edoc_error *err) EDOC_CHECK;

/* Its days, weekends not among them, as iCalendar (RFC 5545): lines end in CR LF. */
enum edoc_code edoc_calendar_ical(const struct edoc_calendar *calendar, char **text,
				  struct edoc_error *err) EDOC_CHECK;

/* A calendar of edoc-profile(5) out of whole-day events. */
struct edoc_ical_import {
	const char *name;    /* of the calendar: "kg" */
	const char *covers;  /* "2026" or "2026-2027": rules go on for ever */
	const char *weekend; /* "fri, sat"; NULL: sat, sun */
	int64_t now;         /* whose day is the calendar's date */
};
/* What it does not understand of the file is EDOC_ERR_INPUT, with its line. */
enum edoc_code edoc_calendar_import(const char *path, const struct edoc_ical_import *how,
				    char **text, struct edoc_error *err) EDOC_CHECK;

/* When does a term end?  Words as edoc-route(5) has them. */
struct edoc_term_question {
	const char *from;            /* 2026-03-05, or a time of RFC 3339 */
	const char *within;          /* 15d, 3wd, 1mo */
	const char *start, *roll;    /* next-day ..., next ...; NULL: the defaults */
	const char *cutoff;          /* 18:00, or NULL */
	const char *zone;            /* as tzdata names it; NULL: the desk's */
	const struct edoc_desk *desk;    /* or NULL */
	const char *const *stopped;  /* FROM/TO, or FROM/: NULL-ended, or NULL */
	const char *const *extended; /* "to 1mo", "by 5wd", in their order */
	bool days;                   /* tell how it was counted, day by day */
};
struct edoc_term_answer {
	bool ends;        /* false: the clock stands still */
	bool provisional; /* a day off that is expected, not announced, moved the end */
};
/* calendar NULL: none is needed.  What cannot be understood of the question is
 * EDOC_ERR_USAGE. */
enum edoc_code edoc_calendar_due(const struct edoc_calendar *calendar,
				 const struct edoc_term_question *question,
				 struct edoc_term_answer *answer, char **text, char **json,
				 struct edoc_error *err) EDOC_CHECK;
/* The days after `from` up to `to`: a term of so many from there ends there. */
enum edoc_code edoc_calendar_count(const struct edoc_calendar *calendar, const char *from,
				   const char *to, bool days, char **text, char **json,
				   struct edoc_error *err) EDOC_CHECK;

/* ---- ledgers and desks ---- */

/*
 * Replays the route ledger of the package behind fd into the report that
 * edoc_verify_*() made of the same bytes, with nothing but options->trust
 * (purposes sign, directory, route), and decides again.  A package without a
 * ledger whose signatures quote none keeps its report as it is.
 */
enum edoc_code edoc_route_judge(int fd, const struct edoc_verify_options *options,
				struct edoc_report *report, struct edoc_error *err) EDOC_CHECK;
/* edoc_verify_path() and edoc_route_judge() on one descriptor: what
 * edoc-verify does.  needed: a package without a ledger gets the finding
 * route.none. */
enum edoc_code edoc_route_verify(const char *path, bool needed,
				 const struct edoc_verify_options *options,
				 struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_route_verify_fd(int fd, const char *name, bool needed,
				    const struct edoc_verify_options *options,
				    struct edoc_report **report,
				    struct edoc_error *err) EDOC_CHECK;
/* The replay for people, a line an entry; NULL without one.  Borrowed. */
const char *edoc_report_route_text(const struct edoc_report *report);
/*
 * The certificate of the procedure, of a report that edoc_route_judge() was asked
 * to go on with: who did what, in which role, in time or late, what proves it and
 * what is open.  Of one that is not passed it says so first.  html: a part of a
 * page (edoc_html_head()).  Times are those of the route's zone; options.detail,
 * .color and .time are not looked at.
 */
enum edoc_code edoc_route_certificate_text(const struct edoc_report *report,
					   const struct edoc_text_options *options, char **text,
					   struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_route_certificate_html(const struct edoc_report *report,
					   const struct edoc_text_options *options, char **html,
					   struct edoc_error *err) EDOC_CHECK;

/* A desk: a spool folder of one agency. */
struct edoc_desk;

/*
 * Who may act (edoc-directory(5)).  Days are those of the desk's zone, without
 * a desk of UTC.
 */
struct edoc_directory;

/* Of a YAML file, or of a package whose signatures are not looked at. */
enum edoc_code edoc_directory_load(const char *path, struct edoc_directory **directory,
				   struct edoc_error *err) EDOC_CHECK;
/* The one in force at a desk, which must outlive it. */
enum edoc_code edoc_desk_directory(struct edoc_desk *desk, int64_t now,
				   struct edoc_directory **directory,
				   struct edoc_error *err) EDOC_CHECK;
void edoc_directory_free(struct edoc_directory *directory);
/* Version, digest and how many rows. */
enum edoc_code edoc_directory_facts(const struct edoc_directory *directory, char **text,
				    char **json, struct edoc_error *err) EDOC_CHECK;
/* May `now` come after `old`?  EDOC_ERR_DENIED: no later version, a fork, a row
 * that was changed or is missing. */
enum edoc_code edoc_directory_follows(const struct edoc_directory *old,
				      const struct edoc_directory *now,
				      struct edoc_error *err) EDOC_CHECK;
/* name: an agency or a person by id or single identifier ("stir:201122919");
 * NULL: all agencies.  What holds at that moment. */
enum edoc_code edoc_directory_show(const struct edoc_directory *directory, const char *name,
				   int64_t at, char **text, char **json,
				   struct edoc_error *err) EDOC_CHECK;
/* Who may act then: name is "[AGENCY/[UNIT/]]POST"; with a route (NULL: none),
 * an id at the desk or a file, one of its roles.  *n counts who has a
 * certificate, too. */
enum edoc_code edoc_directory_who(const struct edoc_directory *directory, const char *name,
				  const char *route, int64_t at, char **text, char **json,
				  size_t *n, struct edoc_error *err) EDOC_CHECK;
/* The name of the transport that takes packages to the agency then, or NULL. */
const char *edoc_directory_transport(const struct edoc_directory *directory, const char *agency,
				     int64_t at);
/* What `now` says otherwise than `old`, a line each; *broken counts what a
 * later version may not say. */
enum edoc_code edoc_directory_diff(const struct edoc_directory *old,
				   const struct edoc_directory *now, char **text, char **json,
				   size_t *broken, struct edoc_error *err) EDOC_CHECK;

struct edoc_desk_init {
	const char *agency;       /* its id in the directory */
	const char *zone;         /* tzdata name; NULL: UTC */
	const char *key_path;     /* PEM key and certificate; NULL: one is made */
	const char *const *trust; /* NULL-ended: folders with sign/, directory/, route/ */
	int64_t now;
	bool dry;
};

/* Makes the folder; EDOC_ERR_EXISTS when it is a desk already. */
enum edoc_code edoc_desk_init(const char *path, const struct edoc_desk_init *init, char **text,
			      char **json, struct edoc_error *err) EDOC_CHECK;
/* policy is borrowed for the desk's life. */
enum edoc_code edoc_desk_open(const char *path, const struct edoc_policy *policy,
			      struct edoc_desk **desk, struct edoc_error *err) EDOC_CHECK;
void edoc_desk_free(struct edoc_desk *desk);
const struct edoc_trust *edoc_desk_trust(const struct edoc_desk *desk);
const char *edoc_desk_folder(const struct edoc_desk *desk); /* of its folder */

/* TSAs, asked in this order, and what is fetched for a signature. */
struct edoc_stamping {
	const struct edoc_tsa *tsas;
	size_t n_tsas;
	edoc_fetch_fn *fetch;
	void *fetch_arg;
};
/* Called once a step needs that; false: it cannot be had, and why has been said. */
typedef bool edoc_stamping_fn(void *arg, struct edoc_stamping *how);

/* One act at a desk. */
struct edoc_act {
	int64_t now;           /* the caller's clock */
	struct edoc_key *key;  /* of the person; send and receive use the desk's own */
	const char *step;      /* or NULL: the one that is open */
	const char *reason;    /* or NULL */
	const char *text;      /* of a resolution or a report, or NULL */
	const char *until; /* delegate: "2026-03-31", or NULL */
	const char *const *to; /* do: who acts later, NULL-ended, or NULL: "PERSON",
	                        * "POST@AGENCY[/UNIT]", "AGENCY", "ROLE=" before it or not */
	const char *const *fields; /* submit: "NAME=VALUE" of the route, NULL-ended, or NULL */
	const char *within; /* do: the term of the step that this one gives work, or NULL */
	const char *attach; /* do: the package that the step hands in, or NULL */
	const char *with;   /* do: the corrected package of the case, or NULL */
	const char *clock; /* extend, stop, resume: one of the route's clocks, or NULL */
	const char *more;  /* extend: "5wd"; NULL: what the route says */
	const char *channel;   /* submit: portal, post, counter or paper, or NULL */
	const char *const *links; /* submit: "CASE[=RELATION]", NULL-ended, or NULL */
	const char *received;  /* submit: RFC 3339, when it came on paper, or NULL */
	const char *evidence;  /* submit: the signed package that shows it, or NULL */
	const char *const *documents; /* submit, do with: "ID=NAME" of the service, NULL-ended, or NULL */
	edoc_stamping_fn *stamping; /* do: whom a signature of a level may ask; NULL: nobody */
	void *stamping_arg;
	bool stamped;          /* do: a step that asks for no time-stamp is not meant */
	bool dry;              /* all checks, no change */
};

/*
 * Every act is safe to repeat: the same one again is EDOC_OK and changes
 * nothing.  A refusal by the route is EDOC_ERR_DENIED; a lost race that
 * stayed one after eight tries is EDOC_ERR_AGAIN.
 */

/* A signed package that carries one route, calendar or directory. */
enum edoc_code edoc_desk_install(struct edoc_desk *desk, const char *path,
				 const struct edoc_act *act, char **text, char **json,
				 struct edoc_error *err) EDOC_CHECK;
/* Whom the desk believes, a line for each anchor; *missing: the purposes that
 * nobody is believed for. */
enum edoc_code edoc_desk_anchors(struct edoc_desk *desk, char **text, char **json,
				 unsigned *missing, struct edoc_error *err) EDOC_CHECK;
/* The desk's key is followed by another. */
struct edoc_rotation {
	const char *key_path; /* PEM key and certificate; NULL: conf/desk-next.key, made */
	const char *out;      /* of _rotate: the record that both keys sign */
	bool overwrite;
};
/* Makes the record, which goes to those who issue the directory. */
enum edoc_code edoc_desk_rotate(struct edoc_desk *desk, const struct edoc_rotation *what,
				const struct edoc_act *act, char **text, char **json,
				struct edoc_error *err) EDOC_CHECK;
/* Turns to the new key, once the directory in force lists it: else
 * EDOC_ERR_DENIED.  The desk is opened again afterwards. */
enum edoc_code edoc_desk_rekey(struct edoc_desk *desk, const struct edoc_rotation *what,
			       const struct edoc_act *act, char **text, char **json,
			       struct edoc_error *err) EDOC_CHECK;
/* Makes a case of a package; text is its id. */
enum edoc_code edoc_desk_submit(struct edoc_desk *desk, const char *path, const char *route,
				const struct edoc_act *act, char **text, char **json,
				struct edoc_error *err) EDOC_CHECK;
/* name: an id prefix of four digits or more, a register number, or the path of
 * a package with a ledger. */
enum edoc_code edoc_desk_do(struct edoc_desk *desk, const char *outcome, const char *name,
			    const struct edoc_act *act, char **text, char **json,
			    struct edoc_error *err) EDOC_CHECK;
/* The end of a term: more time, standing still, running on; `clock` or `step`
 * of the act says which, where several could be meant. */
enum edoc_code edoc_desk_extend(struct edoc_desk *desk, const char *name,
				const struct edoc_act *act, char **text, char **json,
				struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_stop(struct edoc_desk *desk, const char *name, const struct edoc_act *act,
			      char **text, char **json, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_resume(struct edoc_desk *desk, const char *name,
				const struct edoc_act *act, char **text, char **json,
				struct edoc_error *err) EDOC_CHECK;
/* The case ends as "withdrawn", where the route lets the actor do that. */
enum edoc_code edoc_desk_withdraw(struct edoc_desk *desk, const char *name,
				const struct edoc_act *act, char **text, char **json,
				struct edoc_error *err) EDOC_CHECK;
/* The open step is done by whom act->to names: also by him, until act->until
 * (delegate), or by him alone, for act->reason (reassign). */
enum edoc_code edoc_desk_delegate(struct edoc_desk *desk, const char *name,
				  const struct edoc_act *act, char **text, char **json,
				  struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_reassign(struct edoc_desk *desk, const char *name,
				  const struct edoc_act *act, char **text, char **json,
				  struct edoc_error *err) EDOC_CHECK;
/* Puts the case into out/<agency>/new. */
enum edoc_code edoc_desk_send(struct edoc_desk *desk, const char *name, const struct edoc_act *act,
			      char **text, char **json, struct edoc_error *err) EDOC_CHECK;
/* A package or a receipt that came; one of in/new leaves for in/done or in/bad. */
enum edoc_code edoc_desk_receive(struct edoc_desk *desk, const char *path,
				 const struct edoc_act *act, char **text, char **json,
				 struct edoc_error *err) EDOC_CHECK;
/* The steps of the case whose term is over and whose silence the route gives a
 * meaning are closed by the desk's key; none: EDOC_ERR_DENIED. */
enum edoc_code edoc_desk_silence(struct edoc_desk *desk, const char *name,
				 const struct edoc_act *act, char **text, char **json,
				 struct edoc_error *err) EDOC_CHECK;
/* NULL-ended lists, freed by edoc_names_free(): ids of the cases that wait to
 * be sent; of those with a step that has gone silent; paths of the files in
 * in/new. */
enum edoc_code edoc_desk_sendable(struct edoc_desk *desk, int64_t now, char ***ids,
				  struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_silent(struct edoc_desk *desk, int64_t now, char ***ids,
				struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_incoming(struct edoc_desk *desk, char ***paths,
				  struct edoc_error *err) EDOC_CHECK;
void edoc_names_free(char **names);

/* A whole desk before an inspector; nothing is written. */
struct edoc_audit {
	int64_t now;
	const char *from, *to; /* days between which late steps and missing days count, or NULL */
};
/* Each case verified, registers and checkpoints held against them.  *errors and
 * *warnings count what was found. */
enum edoc_code edoc_desk_audit(struct edoc_desk *desk, const struct edoc_audit *how, char **text,
			       char **json, size_t *errors, size_t *warnings,
			       struct edoc_error *err) EDOC_CHECK;

/* How a checkpoint is made of all cases and registers of a desk. */
struct edoc_checkpoint {
	int64_t now;                 /* the caller's clock */
	bool dry;
	bool daily;                  /* only when the day has none; only trouble is told */
	const struct edoc_tsa *tsas; /* asked in this order for a time-stamp; or none */
	size_t n_tsas;
	edoc_fetch_fn *fetch;
	void *fetch_arg;
};
/* *stamped false: it lacks its time-stamp, which the next call asks for; that is
 * no error. */
enum edoc_code edoc_desk_checkpoint(struct edoc_desk *desk, const struct edoc_checkpoint *how,
				    char **text, char **json, bool *stamped,
				    struct edoc_error *err) EDOC_CHECK;

/*
 * What carries a file of out/<agency>/new to that agency's desk.  FAILED: why
 * holds a few words; the file stays, and is given again later.  NONE: nobody
 * does, the file waits for somebody who carries it by hand.
 */
enum edoc_carried { EDOC_CARRY_FAILED = 0, EDOC_CARRIED = 1, EDOC_CARRY_NONE = 2 };
typedef enum edoc_carried edoc_carry_fn(void *arg, const char *agency, const char *path, char *why,
					size_t size);

struct edoc_mail {
	int64_t now;           /* the caller's clock */
	bool dry;              /* only tell what would be done */
	edoc_carry_fn *carry;
	void *carry_arg;
	int receipt;           /* days that a receipt may take; 0: 3 */
};

/*
 * Gives each file of out/ that is due to mail->carry, the oldest first; what
 * it took goes to sent/.  A file that failed waits 5 minutes, then twice as
 * long each time, up to 6 hours; behind it the agency's other files wait for
 * the next call.  Two callers never give one file at the same time.  *failed
 * counts what was not taken.
 */
enum edoc_code edoc_desk_flush(struct edoc_desk *desk, const struct edoc_mail *mail, char **text,
			       char **json, size_t *failed, struct edoc_error *err) EDOC_CHECK;
/* Cases whose receipt is late are put into out/ again, each once in
 * mail->receipt days; a line each. */
enum edoc_code edoc_desk_resend(struct edoc_desk *desk, const struct edoc_mail *mail, char **text,
				char **json, struct edoc_error *err) EDOC_CHECK;
/* The same for one case, late or not: its package, the very bytes. */
enum edoc_code edoc_desk_send_again(struct edoc_desk *desk, const char *name,
				    const struct edoc_act *act, char **text, char **json,
				    struct edoc_error *err) EDOC_CHECK;
/* What waits in out/, and what was sent and has no receipt yet.  *late counts
 * the files that were tried in vain, and late receipts. */
enum edoc_code edoc_desk_outbox(struct edoc_desk *desk, const struct edoc_mail *mail, char **text,
				char **json, size_t *late, struct edoc_error *err) EDOC_CHECK;

/*
 * Notices to people of what became of cases and what waits for them, each made
 * once, in notice/new for a program that sends them.  lang: that of the
 * messages that dgettext(3) gives now.
 */
enum edoc_code edoc_desk_notices(struct edoc_desk *desk, const char *lang, int64_t now, char **text,
				 char **json, struct edoc_error *err) EDOC_CHECK;
/* Only those that routes ask for: "notify", "remind", "overdue" (edoc-route(5)). */
enum edoc_code edoc_desk_demanded(struct edoc_desk *desk, const char *lang, int64_t now,
				  char **text, char **json, struct edoc_error *err) EDOC_CHECK;

/*
 * How the desk is: what is late, stuck, broken, or ends within that many days.
 * *problems counts; prometheus (or NULL): the text exposition format.
 */
enum edoc_code edoc_desk_status(struct edoc_desk *desk, const struct edoc_mail *mail, int days,
				char **text, char **json, char **prometheus, size_t *problems,
				struct edoc_error *err) EDOC_CHECK;

/*
 * A copy of the desk in the new folder `dir`, whole while others act.  Restored
 * in the new folder `to`, its registers go on `gap` numbers higher, and cases
 * of before are held (EDOC_ERR_DENIED) until they are confirmed; name NULL: all.
 */
enum edoc_code edoc_desk_backup(struct edoc_desk *desk, const char *dir, int64_t now, char **text,
				char **json, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_restore(const char *from, const char *to,
				 const struct edoc_policy *policy, int64_t gap, int64_t now,
				 char **text, char **json, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_confirm(struct edoc_desk *desk, const char *name,
				 const struct edoc_act *act, char **text, char **json,
				 struct edoc_error *err) EDOC_CHECK;

/*
 * The desk's index, a cache that lists of thousands of cases are told from; it
 * is used, and kept up to date, where it was made once.  UPDATE makes it when
 * there is none that can be used, REBUILD in any case; CHECK holds it against
 * all case folders, *differ counts what it tells otherwise.  MEND makes anew
 * what cannot be used, where there is one, and else tells nothing.
 */
enum edoc_index_what {
	EDOC_INDEX_UPDATE = 0,
	EDOC_INDEX_REBUILD,
	EDOC_INDEX_CHECK,
	EDOC_INDEX_MEND
};
enum edoc_code edoc_desk_index(struct edoc_desk *desk, enum edoc_index_what what, char **text,
			       char **json, size_t *differ, struct edoc_error *err) EDOC_CHECK;
/* false: lists look at each case in its folder, whatever the index says. */
void edoc_desk_use_index(struct edoc_desk *desk, bool use);

/* Open steps; cert_sha256 NULL: of everybody, else of that person.  *n counts. */
enum edoc_code edoc_desk_inbox(struct edoc_desk *desk, const char *cert_sha256, int64_t now,
			       char **text, char **json, size_t *n,
			       struct edoc_error *err) EDOC_CHECK;
/* Terms of this desk's open steps and of its cases, the earliest first; by: a day
 * (2026-03-31) of the route's zone, or NULL.  *n counts. */
enum edoc_code edoc_desk_due(struct edoc_desk *desk, const char *by, bool overdue, int64_t now,
			     char **text, char **json, size_t *n,
			     struct edoc_error *err) EDOC_CHECK;
/* Cases, the newest first, that have all of the words (NULL-ended) in their id,
 * number, documents' names, initiator, route or title; letters' case is one. */
enum edoc_code edoc_desk_find(struct edoc_desk *desk, const char *const *words, int64_t now,
			      char **text, char **json, size_t *n,
			      struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_show(struct edoc_desk *desk, const char *name, int64_t now, char **text,
			      char **json, struct edoc_error *err) EDOC_CHECK;
/* The services that routes give, a row each: installed at the desk, or (desk
 * NULL) the *.yaml of a folder.  A file that cannot be read is told in a row
 * of its own.  *found counts services. */
struct edoc_services_ask {
	const char *id;      /* just this one, else EDOC_ERR_ABSENT; or NULL */
	const char *query;   /* in id, titles or basis, whatever the case; NULL: all */
	const char *owner;   /* an agency, or NULL */
	const char *channel; /* portal, post, counter, paper, or NULL */
	const char *lang;    /* of titles; NULL: the first of each */
	bool free;           /* only what costs nothing */
	bool whole;          /* the whole passport of each */
	int64_t now;         /* whom the desk believes now */
};
enum edoc_code edoc_services(struct edoc_desk *desk, const char *folder,
			     const struct edoc_services_ask *ask, char **text, char **json,
			     size_t *found, struct edoc_error *err) EDOC_CHECK;
enum edoc_code edoc_desk_log(struct edoc_desk *desk, const char *name, char **text, char **json,
			     struct edoc_error *err) EDOC_CHECK;
/* The whole package of a case as it would leave now, assembled and replayed. */
enum edoc_code edoc_desk_verify(struct edoc_desk *desk, const char *name,
				const struct edoc_verify_options *options,
				struct edoc_report **report, struct edoc_error *err) EDOC_CHECK;
/* The same package as a file.  for_party: without the bodies of internal steps,
 * as it leaves for a party. */
enum edoc_code edoc_desk_export(struct edoc_desk *desk, const char *name, const char *out,
				bool for_party, bool overwrite,
				struct edoc_error *err) EDOC_CHECK;
/*
 * Copies of one case (packages with its ledger) that agencies took further apart,
 * united into one: all entries, signatures, receipts and pins of any of them, the
 * same bytes in whatever order they are named.  *sound false: the text says what
 * stands against it, both proofs where two entries have one place, and nothing was
 * written.  Copies of different cases are EDOC_ERR_INPUT.
 */
struct edoc_merge {
	const char *const *paths;
	size_t n;
	const char *out;
	bool overwrite, dry;
};
enum edoc_code edoc_route_merge(const struct edoc_merge *what,
				const struct edoc_verify_options *options, char **text, char **json,
				bool *sound, struct edoc_error *err) EDOC_CHECK;
/* Takes what the package has into the desk's case of that name, as receive does;
 * EDOC_ERR_INPUT when it is of another. */
enum edoc_code edoc_desk_merge(struct edoc_desk *desk, const char *name, const char *path,
			       const struct edoc_act *act, char **text, char **json,
			       struct edoc_error *err) EDOC_CHECK;
/* The certificate's sha256 of a PEM or DER file, for --who. */
enum edoc_code edoc_cert_sha256(const char *path, char out[65], struct edoc_error *err) EDOC_CHECK;

/* ---- archives ---------------------------------------------------------- */

/*
 * A folder that keeps packages for decades: ocfl/ is an OCFL 1.1 storage root
 * that others can read without us, journal/ says what was done, and is the
 * authority.  One writer at a time, many readers.
 */
struct edoc_archive;

/* What became of one item, told once it is durable.  exit is as in edoc(7);
 * text is for people and ends in a newline, json is one line without it. */
typedef void edoc_archive_item_fn(void *arg, int exit, const char *text, const char *json);

struct edoc_archive_options {
	const char *agent;                /* who acts, "anna@host"; required to write */
	bool write;                       /* be the writer: EDOC_ERR_AGAIN when there is one */
	bool dry;                         /* all checks, no change, no lock */
	bool whole;                       /* read all of the journal first, against the catalogue */
	int64_t now;                      /* of opening; recovery is recorded with it */
	const struct edoc_trust *trust;   /* these judge what comes in or is recovered; */
	const struct edoc_policy *policy; /* required to write or to verify; borrowed */
	const struct edoc_limits *limits; /* NULL: the defaults */
	const char *lang;                 /* of texts: NULL or "en", else the catalogue */
	edoc_archive_item_fn *item;       /* required */
	void *arg;
};

/*
 * Makes the archive in a folder that is absent or empty; EDOC_ERR_EXISTS when
 * it is one already.  key (may be NULL): its certificate is pinned in the
 * first line of the journal, and checkpoints must then be signed by it.
 * An init that died is finished by the next.
 */
enum edoc_code edoc_archive_init(const char *root, const struct edoc_archive_options *options,
				 const struct edoc_key *key, struct edoc_error *err) EDOC_CHECK;

/* Opens.  The writer also clears up after one that died: what was staged is
 * removed, what was stored without its journal line is verified and adopted.
 * Options are borrowed. */
enum edoc_code edoc_archive_open(const char *root, const struct edoc_archive_options *options,
				 struct edoc_archive **archive, struct edoc_error *err) EDOC_CHECK;
void edoc_archive_free(struct edoc_archive *archive); /* what was not flushed is not done */

/* Verdicts that ingest takes besides TOTAL-PASSED; a set of bits. */
#define EDOC_ACCEPT_INDETERMINATE 0x01u
#define EDOC_ACCEPT_FAILED 0x02u

/*
 * Takes the package at `path` over, byte for byte, once its staged copy is
 * judged.  A refusal is an item with its exit (1, 2, 65), not an error; bytes
 * that are kept already are an item with exit 0.  Items come when a group of
 * them is durable, or at edoc_archive_flush().
 */
enum edoc_code edoc_archive_ingest(struct edoc_archive *archive, const char *path, unsigned accept,
				   int64_t now, struct edoc_error *err) EDOC_CHECK;

/* The object that was verified longest ago, after *cursor (0 at first) and not
 * since opening; false in *more: none is left. */
enum edoc_code edoc_archive_next(struct edoc_archive *archive, int64_t *cursor, char id[65],
				 bool *more, struct edoc_error *err) EDOC_CHECK;
/* name: an id (sha256 of the package), a prefix of four digits or more, the
 * urn, or the name of a package.  More than one: EDOC_ERR_USAGE. */
enum edoc_code edoc_archive_resolve(struct edoc_archive *archive, const char *name, char id[65],
				    struct edoc_error *err) EDOC_CHECK;
/*
 * Verifies the stored bits against journal and inventory, and the signatures
 * as of the moment of intake, which the journal proves.  The item's exit is 0
 * while nothing is worse than what was accepted then.
 */
enum edoc_code edoc_archive_verify(struct edoc_archive *archive, const char *id, int64_t now,
				   struct edoc_error *err) EDOC_CHECK;
/* Makes what was done durable, then tells the items. */
enum edoc_code edoc_archive_flush(struct edoc_archive *archive, struct edoc_error *err) EDOC_CHECK;

/* Facts and history.  text, json: NULL when not wanted. */
enum edoc_code edoc_archive_show(struct edoc_archive *archive, const char *id, char **text,
				 char **json, struct edoc_error *err) EDOC_CHECK;
/* Writes dir/<id>/: package/NAME, report.json (judged as of intake) and
 * journal.jsonl, and records it.  An earlier export is replaced only with
 * `overwrite`; what does not match its digest is not given out. */
enum edoc_code edoc_archive_export(struct edoc_archive *archive, const char *id, const char *dir,
				   bool overwrite, int64_t now, struct edoc_error *err) EDOC_CHECK;

/*
 * Replays the whole journal, walks the whole storage root and digests every
 * file; a fault is an item with exit 1.  against (may be NULL): the line of a
 * checkpoint; exit 1 when the journal is not the one it was taken from.
 */
enum edoc_code edoc_archive_fsck(const char *root, const struct edoc_archive_options *options,
				 const char *against, struct edoc_error *err) EDOC_CHECK;
/* Makes the catalogue again from the journal. */
enum edoc_code edoc_archive_rebuild(const char *root, const struct edoc_archive_options *options,
				    struct edoc_error *err) EDOC_CHECK;

/*
 * The head of the journal on one line, short enough for a paper register:
 * "edoc-archive/1 ARCHIVE SEQ TIME DIGEST".  out (may be NULL): a file to write it to.
 * key (NULL where init pinned none) signs that file: detached CMS in OUT.p7s.
 */
enum edoc_code edoc_archive_checkpoint(struct edoc_archive *archive, const struct edoc_key *key,
				       int64_t now, const char *out, bool overwrite, char **line,
				       struct edoc_error *err) EDOC_CHECK;

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
