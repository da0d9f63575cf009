/* SPDX-License-Identifier: ISC */
#include "sign/challenge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/crypto.h"
#include "door/json.h"
#include "judge/recognise.h"
#include "judge/report.h"
#include "package/asic.h"
#include "signature/cades.h"
#include "signature/data.h"

#define FORMAT "edoc-challenge/"
#define NONCE 32 /* octets */
#define DAY 86400
#define HEAD (16u << 10) /* bytes of a file that are looked at for one */
#define URI_CHARACTERS                                                                             \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&()*+,;=%"

/* ---- the text ---------------------------------------------------------------------- */

/* "scheme://rest" of RFC 3986's characters: nothing that could be read as a
 * sentence of the challenge's own. */
static bool is_audience(const char *s)
{
	size_t n = strlen(s), scheme = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	return n <= ED_MAX_AUDIENCE && scheme > 0 && !strncmp(s + scheme, "://", 3) &&
	       n > scheme + 3 && strspn(s, URI_CHARACTERS) == n;
}

/* The one text of these values; what it says stands before what it is for. */
static void put_text(struct ed_buf *out, const struct edoc_challenge *c)
{
	char issued[ED_TIME_STR], expires[ED_TIME_STR];

	ed_time_format(issued, c->issued);
	ed_time_format(expires, c->expires);
	ed_buf_printf(out,
	              FORMAT "1\n"
	                     "To sign this is to log in at %s, and nothing else.\n"
	                     "Do not sign it unless you are logging in there yourself, now.\n",
	              c->audience);
	ed_buf_printf(out,
	              "Подписать это значит войти в %s, и ничего больше.\n"
	              "Не подписывайте, если вы не входите туда сами, сейчас.\n",
	              c->audience);
	ed_buf_printf(out,
	              "Buni imzolash faqat %s tizimiga kirishni bildiradi.\n"
	              "Agar hozir u yerga o‘zingiz kirmayotgan bo‘lsangiz, imzolamang.\n",
	              c->audience);
	ed_buf_printf(out,
	              "Имзои ин матн танҳо вуруд ба %s аст.\n"
	              "Агар ҳозир худи шумо ба он ҷо ворид намешавед, имзо накунед.\n",
	              c->audience);
	ed_buf_printf(out, "audience: %s\nnonce: %s\nissued: %s\nexpires: %s\n", c->audience,
	              c->nonce, issued, expires);
}

static enum edoc_code no_challenge(struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, "", "this is no challenge of the form " FORMAT "1");
}

static bool begins(const void *text, size_t len)
{
	return len >= strlen(FORMAT) && !memcmp(text, FORMAT, strlen(FORMAT));
}

/* How many bytes come before the first letter: white space, marks of order, quotes.
 * Of UTF-8 those are what U+0080 to U+00BF and U+2000 to U+3FFF are written with,
 * and U+F000 and above; letters of the alphabets begin with other bytes. */
static size_t blanks(const unsigned char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && (bytes[n] <= ' ' || (bytes[n] >= 0x7f && bytes[n] <= 0xc2) ||
	                   bytes[n] == 0xe2 || bytes[n] == 0xe3 || bytes[n] >= 0xef))
		n++;
	return n;
}

/* As a program may take it that is less strict: behind blanks, and in UTF-16. */
static bool resembles(const unsigned char *bytes, size_t len)
{
	const char *next = FORMAT;

	for (size_t i = blanks(bytes, len); i < len && *next; i++) {
		if (bytes[i] && bytes[i] != (unsigned char)*next++)
			return false;
	}
	return !*next;
}

/* The value of "key: value\n"; false when it is longer than fits. */
static bool line_of(const char *text, const char *key, char *out, size_t size)
{
	const char *at = strstr(text, key);
	size_t n;

	if (!at)
		return false;
	at += strlen(key);
	n = strcspn(at, "\n");
	if (n >= size)
		return false;
	memcpy(out, at, n);
	out[n] = '\0';
	return true;
}

static bool read_values(const char *text, struct edoc_challenge *c)
{
	char issued[ED_TIME_STR], expires[ED_TIME_STR];
	unsigned char nonce[NONCE];

	return line_of(text, "\naudience: ", c->audience, sizeof(c->audience)) &&
	       line_of(text, "\nnonce: ", c->nonce, sizeof(c->nonce)) &&
	       line_of(text, "\nissued: ", issued, sizeof(issued)) &&
	       line_of(text, "\nexpires: ", expires, sizeof(expires)) && is_audience(c->audience) &&
	       strlen(c->nonce) == 2 * (size_t)NONCE && ed_unhex(c->nonce, nonce, NONCE) &&
	       ed_time_parse(issued, &c->issued) && ed_time_parse(expires, &c->expires);
}

/* What is read is written again, and has to be the same. */
enum edoc_code edoc_challenge_parse(const void *text, size_t len, struct edoc_challenge *challenge,
                                    struct edoc_error *err)
{
	unsigned char digest[ED_HASH_MAX];
	struct edoc_challenge c = {.issued = 0};
	enum edoc_code code = EDOC_OK;
	struct ed_buf copy, again;

	*challenge = c;
	if (!begins(text, len) || len > ED_MAX_CHALLENGE || memchr(text, 0, len))
		return no_challenge(err);
	if (len > strlen(FORMAT) + 1 && memcmp((const char *)text + strlen(FORMAT), "1\n", 2) != 0)
		return ed_fail(err, EDOC_ERR_VERSION, "",
		               "a challenge of another version than " FORMAT "1");
	ed_buf_init(&copy, ED_MAX_CHALLENGE);
	ed_buf_init(&again, ED_MAX_CHALLENGE);
	ed_buf_put(&copy, text, len);
	if (read_values(ed_buf_str(&copy), &c))
		put_text(&again, &c);
	if (copy.failed || again.failed == EDOC_ERR_MEMORY)
		code = ed_fail_memory(err);
	else if (again.len != len || memcmp(again.data, text, len) != 0)
		code = no_challenge(err);
	else if (!ed_hash_bytes(ED_SHA256, text, len, digest))
		code = ed_crypto_fail(err, EDOC_ERR_BUG, "", "SHA-256 cannot be computed");
	ed_buf_clear(&again);
	ed_buf_clear(&copy);
	if (code != EDOC_OK)
		return code;
	ed_hex(c.sha256, digest, 32);
	*challenge = c;
	return EDOC_OK;
}

enum edoc_code ed_challenge_fit(const void *bytes, size_t len, const char *audience,
                                const char *where, struct edoc_error *err)
{
	struct edoc_challenge c;

	if (!resembles(bytes, len))
		return audience
		               ? ed_fail(err, EDOC_ERR_USAGE, where,
		                         "an audience is named, but this is no challenge to log in")
		               : EDOC_OK;
	if (edoc_challenge_parse(bytes, len, &c, err) != EDOC_OK)
		return ed_fail(
		        err, EDOC_ERR_DENIED, where,
		        "it begins as a challenge to log in and is none that can be read: it "
		        "is not signed");
	if (!audience)
		return ed_fail(
		        err, EDOC_ERR_DENIED, where,
		        "this is a challenge: to sign it is to log in at %.160s; if you mean "
		        "to: edoc-sign cms --attached --audience",
		        c.audience);
	if (strcmp(audience, c.audience) != 0)
		return ed_fail(err, EDOC_ERR_DENIED, where,
		               "to sign this is to log in at %.160s, which is not what was named: "
		               "somebody may want to enter there in your name",
		               c.audience);
	return EDOC_OK;
}

/* ---- the folder ---------------------------------------------------------------------- */

static char *place(const char *dir, const struct edoc_challenge *c, const char *state)
{
	char name[128];

	snprintf(name, sizeof(name), "%lld-%s.%s", (long long)c->expires, c->sha256, state);
	return ed_path_join(dir, name);
}

/* Of a name that is ours: when it expires. */
static bool expiry_of(const char *name, int64_t *expires)
{
	unsigned char digest[32];
	char hex[65], *end;

	if (name[0] < '0' || name[0] > '9')
		return false;
	errno = 0;
	*expires = strtoll(name, &end, 10);
	if (errno || *end != '-' || strlen(end) != 1 + 64 + 5)
		return false;
	memcpy(hex, end + 1, 64);
	hex[64] = '\0';
	return ed_unhex(hex, digest, 32) &&
	       (!strcmp(end + 65, ".open") || !strcmp(end + 65, ".used"));
}

/* What expired more than a day ago; of one challenge .open goes before .used.
 * Whoever answers it meanwhile is late anyway. */
static enum edoc_code sweep(const char *dir, int64_t now, struct edoc_error *err)
{
	char **names, *path;
	size_t n;
	enum edoc_code code = ed_list_dir(dir, &names, &n, err);

	for (size_t i = 0; code == EDOC_OK && i < n; i++) {
		int64_t expires;

		if (!expiry_of(names[i], &expires) || expires >= now - DAY)
			continue;
		path = ed_path_join(dir, names[i]);
		if (!path)
			code = ed_fail_memory(err);
		else if (unlink(path) != 0 && errno != ENOENT)
			code = ed_fail_errno(err, EDOC_ERR_EXISTS, path, N_("cannot be removed"));
		free(path);
	}
	ed_names_free(names);
	return code;
}

/* Remembered before it is given out; out gets its name last. */
static enum edoc_code publish(const char *dir, const struct edoc_challenge *c,
                              const struct ed_buf *text, const char *out, struct edoc_error *err)
{
	char *fresh = place(dir, c, "open");
	struct ed_tmp tmp = {.fd = -1};
	enum edoc_code code = fresh ? EDOC_OK : ed_fail_memory(err);

	if (code == EDOC_OK && out && access(out, F_OK) == 0)
		code = ed_fail(err, EDOC_ERR_EXISTS, out, "exists already");
	if (code == EDOC_OK && out)
		code = ed_tmp_open(&tmp, out, false, err);
	if (code == EDOC_OK && out)
		code = ed_write_full(tmp.fd, out, text->data, text->len, err);
	if (code == EDOC_OK)
		code = ed_write_file(fresh, text->data, text->len, false, err);
	if (code == EDOC_OK && out) {
		code = ed_tmp_link(&tmp, err);
		if (code != EDOC_OK)
			(void)unlink(fresh); /* nobody has it */
	}
	ed_tmp_clear(&tmp);
	free(fresh);
	return code;
}

enum edoc_code edoc_challenge_new(const char *dir, const char *audience, int64_t now,
                                  int64_t lifetime, const char *out, char **text,
                                  struct edoc_error *err)
{
	struct edoc_challenge c = {.issued = now, .expires = now + lifetime}, again;
	unsigned char nonce[NONCE];
	enum edoc_code code;
	struct ed_buf buf;

	*text = NULL;
	if (!is_audience(audience))
		return ed_fail(
		        err, EDOC_ERR_USAGE, audience,
		        "an audience is scheme://host..., of at most %d characters of RFC 3986",
		        ED_MAX_AUDIENCE);
	if (lifetime < 1 || lifetime > ED_MAX_CHALLENGE_LIFE)
		return ed_fail(err, EDOC_ERR_USAGE, "", "a challenge lives 1 second to %d",
		               ED_MAX_CHALLENGE_LIFE);
	if (!ed_random(nonce, NONCE))
		return ed_fail(err, EDOC_ERR_BUG, "", "no random numbers to be had");
	ed_hex(c.nonce, nonce, NONCE);
	memcpy(c.audience, audience, strlen(audience) + 1);
	ed_buf_init(&buf, ED_MAX_CHALLENGE);
	put_text(&buf, &c);
	code = ed_buf_check(&buf, "", err);
	if (code == EDOC_OK)
		code = edoc_challenge_parse(buf.data, buf.len, &again, err);
	if (code == EDOC_OK)
		code = sweep(dir, now, err);
	if (code == EDOC_OK)
		code = publish(dir, &again, &buf, out, err);
	if (code == EDOC_OK)
		code = ed_buf_steal(&buf, "", text, err);
	ed_buf_clear(&buf);
	return code;
}

/* ---- the answer ------------------------------------------------------------------------ */

/* The content of the one signature, and that it is a challenge. */
static enum edoc_code read_challenge(const struct ed_buf *bytes, const char *name,
                                     struct ed_arena *arena, struct edoc_challenge *challenge,
                                     struct edoc_error *err)
{
	struct ed_material material;
	struct ed_cades cades;
	enum edoc_code code;

	ed_material_init(&material, arena);
	code = ed_cades_read(bytes->data, bytes->len, name, NULL, ED_NO_DATA, &material, arena,
	                     &cades, err);
	if (code != EDOC_OK)
		return code;
	if (cades.n != 1)
		code = ed_fail(err, EDOC_ERR_DENIED, name, "an answer has one signer, this one %zu",
		               cades.n);
	else if (!cades.content)
		code = ed_fail(err, EDOC_ERR_DENIED, name,
		               "the challenge is not in it: sign it with --attached");
	else if (edoc_challenge_parse(cades.content, cades.content_len, challenge, err) != EDOC_OK)
		code = ed_fail(err, EDOC_ERR_DENIED, name,
		               "what was signed is no challenge of the form " FORMAT "1");
	ed_ades_clear(cades.sigs, cades.n);
	return code;
}

static enum edoc_code judge(const struct ed_buf *bytes, const char *name,
                            const struct edoc_verify_options *options, struct ed_arena *arena,
                            struct edoc_report **report, struct edoc_challenge *challenge,
                            struct edoc_error *err)
{
	enum edoc_code code =
	        edoc_verify_memory(bytes->data, bytes->len, name, options, report, err);

	if (code != EDOC_OK || edoc_report_exit(*report) == 65)
		return code;
	code = read_challenge(bytes, name, arena, challenge, err);
	if (code == EDOC_OK && edoc_report_signatures(*report) != 1)
		code = ed_fail(err, EDOC_ERR_DENIED, name, "an answer has one signature");
	if (code == EDOC_OK)
		return EDOC_OK;
	edoc_report_free(*report);
	*report = NULL;
	return code;
}

enum edoc_code edoc_challenge_judge(int fd, const char *name,
                                    const struct edoc_verify_options *options,
                                    struct edoc_report **report, struct edoc_challenge *challenge,
                                    struct edoc_error *err)
{
	struct ed_arena *arena = ed_arena_new();
	struct ed_recognised what = {.kind = ED_ITEM_UNKNOWN};
	struct ed_buf bytes;
	enum edoc_code code;

	*report = NULL;
	memset(challenge, 0, sizeof(*challenge));
	ed_buf_init(&bytes, ED_MAX_ANSWER_FILE);
	code = arena ? ed_item_recognise(fd, name, &bytes, &what, err) : ed_fail_memory(err);
	if (code == EDOC_OK && what.kind != ED_ITEM_CMS)
		code = ed_fail(
		        err, EDOC_ERR_INPUT, name,
		        "an answer to a challenge is a CAdES signature with the challenge in "
		        "it (EN 319 122-1), and this is none");
	if (code == EDOC_OK)
		code = judge(&bytes, name, options, arena, report, challenge, err);
	ed_buf_clear(&bytes);
	ed_arena_free(arena);
	return code;
}

static enum edoc_code check_folder(const char *dir, struct edoc_error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ed_fail_errno(
		        err, errno == EMFILE || errno == ENFILE ? EDOC_ERR_IO : EDOC_ERR_ABSENT,
		        dir, N_("cannot open the folder"));
	close(fd);
	return EDOC_OK;
}

/* Two at once: link(2) lets one pass.  Killed in between, it is used and nobody
 * was let in. */
static enum edoc_code use(const char *dir, const char *fresh, const char *used,
                          struct edoc_error *err)
{
	enum edoc_code code;

	if (link(fresh, used) != 0) {
		if (errno == EEXIST || (errno == ENOENT && access(used, F_OK) == 0))
			return ed_fail(err, EDOC_ERR_DENIED, "",
			               "this challenge was answered before");
		if (errno == ENOENT)
			return ed_fail(err, EDOC_ERR_DENIED, "",
			               "no challenge that was made here: %.160s does not know it",
			               dir);
		return ed_fail_errno(err, EDOC_ERR_IO, dir,
		                     N_("cannot note that the challenge is used"));
	}
	code = ed_fsync_dir(dir, err);
	if (code == EDOC_OK)
		(void)unlink(fresh); /* .used beside it says the same */
	return code;
}

enum edoc_code edoc_challenge_take(const char *dir, const struct edoc_challenge *challenge,
                                   const char *audience, int64_t now, struct edoc_error *err)
{
	char *fresh, *used, t[ED_TIME_STR];
	enum edoc_code code;

	if (strcmp(audience, challenge->audience) != 0)
		return ed_fail(err, EDOC_ERR_DENIED, "",
		               "the challenge is for %.100s, not for %.100s", challenge->audience,
		               audience);
	/* Whole seconds: within that of its end it is not told how late it is. */
	ed_time_format(t, now >= challenge->expires ? challenge->expires : challenge->issued);
	if (now >= challenge->expires)
		return ed_fail(err, EDOC_ERR_DENIED, "", "too late: the challenge expired at %s",
		               t);
	if (now < challenge->issued - ED_CLOCK_SKEW)
		return ed_fail(
		        err, EDOC_ERR_DENIED, "",
		        "too early: the challenge was made at %s, and the clock is behind that", t);
	code = check_folder(dir, err);
	if (code != EDOC_OK)
		return code;
	fresh = place(dir, challenge, "open");
	used = place(dir, challenge, "used");
	code = fresh && used ? use(dir, fresh, used, err) : ed_fail_memory(err);
	free(fresh);
	free(used);
	return code;
}

/* ---- told ---------------------------------------------------------------------------------- */

static void put_line(struct ed_buf *out, const char *what, const char *value)
{
	char *safe = NULL;

	if (!value || !*value)
		return;
	if (edoc_text_safe(value, &safe, NULL) != EDOC_OK)
		out->failed = EDOC_ERR_MEMORY;
	ed_buf_printf(out, "  %-8s  %s\n", what, safe ? safe : "");
	edoc_free(safe);
}

enum edoc_code edoc_challenge_text(const struct edoc_report *report,
                                   const struct edoc_challenge *challenge, char **text,
                                   struct edoc_error *err)
{
	const struct ed_report_signature *sig = report->signatures;
	char *name = NULL;
	struct ed_buf out;
	enum edoc_code code = edoc_text_safe(report->name, &name, err);

	*text = NULL;
	if (code != EDOC_OK)
		return code;
	ed_buf_init(&out, ED_MAX_ANSWER);
	ed_buf_printf(&out, "ENTERED  %s  %s\n", name, challenge->audience);
	edoc_free(name);
	if (report->n_signatures == 1) {
		put_line(&out, "subject", sig->pub.subject);
		put_line(&out, "pinfl", sig->pinfl);
		put_line(&out, "inn", sig->inn);
		put_line(&out, "uid", sig->uid);
		put_line(&out, "sha256", sig->pub.cert_sha256);
	}
	return ed_buf_steal(&out, "", text, err);
}

static int put_signer(json_t *o, const struct ed_report_signature *sig)
{
	json_t *signer = json_object(), *ids = json_object();
	int bad = 0;

	bad |= ed_json_str(signer, "subject", sig->pub.subject);
	bad |= ed_json_str(signer, "issuer", sig->pub.issuer);
	bad |= ed_json_str(signer, "sha256", sig->pub.cert_sha256);
	if (sig->pinfl && *sig->pinfl)
		bad |= ed_json_str(ids, "pinfl", sig->pinfl);
	if (sig->inn && *sig->inn)
		bad |= ed_json_str(ids, "inn", sig->inn);
	if (sig->uid && *sig->uid)
		bad |= ed_json_str(ids, "uid", sig->uid);
	bad |= json_object_set_new(signer, "ids", ids);
	return json_object_set_new(o, "signer", signer) | bad;
}

enum edoc_code edoc_challenge_json(const char *name, int exit, const struct edoc_report *report,
                                   const struct edoc_challenge *challenge, const char *reason,
                                   char **json, struct edoc_error *err)
{
	json_t *o = json_object();
	enum edoc_code code;
	int bad = 0;

	*json = NULL;
	bad |= ed_json_int(o, "v", 1);
	bad |= ed_json_str(o, "path", name);
	bad |= ed_json_int(o, "exit", exit);
	bad |= ed_json_bool(o, "entered", exit == 0);
	if (challenge && challenge->sha256[0]) {
		bad |= ed_json_str(o, "audience", challenge->audience);
		bad |= ed_json_str(o, "challenge", challenge->sha256);
		bad |= ed_json_time(o, "issued", challenge->issued);
		bad |= ed_json_time(o, "expires", challenge->expires);
	}
	/* Who did not enter is nobody. */
	if (exit == 0 && report && report->n_signatures == 1)
		bad |= put_signer(o, report->signatures);
	bad |= ed_json_str(o, "reason", reason);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}

/* ---- what is to be signed ------------------------------------------------------------------ */

struct head {
	struct ed_buf text; /* its blanks as one */
	bool begun;
};

/* No challenge is longer: what comes after it is not read. */
static enum edoc_code keep_head(void *arg, const void *bytes, size_t len, struct edoc_error *err)
{
	struct head *h = arg;
	size_t skip = h->begun ? 0 : blanks(bytes, len), room;

	(void)err;
	if (skip && !h->text.len)
		ed_buf_putc(&h->text, ' ');
	h->begun = h->begun || skip < len;
	len -= skip;
	room = h->text.max - h->text.len;
	ed_buf_put(&h->text, (const char *)bytes + skip, len < room ? len : room);
	return h->text.len == h->text.max ? EDOC_ERR_LIMIT : EDOC_OK;
}

static enum edoc_code look(struct head *h, enum edoc_code code, const struct edoc_error *stopped,
                           const char *audience, const char *where, struct edoc_error *err)
{
	if (code == EDOC_OK || code == EDOC_ERR_LIMIT)
		code = ed_challenge_fit(ed_buf_str(&h->text), h->text.len, audience, where, err);
	else if (err)
		*err = *stopped;
	ed_buf_clear(&h->text);
	return code;
}

enum edoc_code ed_challenge_refuse(const struct ed_data *data, size_t object, const char *audience,
                                   const char *where, struct edoc_error *err)
{
	struct edoc_error stopped = {0};
	struct head h = {.begun = false};
	enum edoc_code code;

	ed_buf_init(&h.text, HEAD);
	code = ed_data_write(data, object, keep_head, &h, &stopped);
	return look(&h, code, &stopped, audience, where, err);
}

enum edoc_code ed_challenge_refuse_file(int fd, const char *where, struct edoc_error *err)
{
	struct edoc_error stopped = {0};
	struct head h = {.begun = false};
	enum edoc_code code = EDOC_OK;
	char bytes[HEAD];
	off_t at = 0;
	ssize_t n;

	ed_buf_init(&h.text, HEAD);
	do {
		n = pread(fd, bytes, sizeof(bytes), at);
		if (n < 0 && errno != EINTR)
			code = ed_fail_errno(&stopped, EDOC_ERR_IO, where, N_("cannot read"));
		else if (n > 0)
			code = keep_head(&h, bytes, (size_t)n, &stopped);
		at += n > 0 ? n : 0;
	} while (code == EDOC_OK && n != 0);
	return look(&h, code, &stopped, NULL, where, err);
}

enum edoc_code ed_challenge_refuse_asic(struct ed_asic *asic, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; code == EDOC_OK && i < ed_zip_count(asic->zip); i++) {
		struct edoc_error stopped = {0};
		struct head h = {.begun = false};

		if (asic->kind[i] != ED_ASIC_DOCUMENT)
			continue;
		ed_buf_init(&h.text, HEAD);
		code = ed_zip_read(asic->zip, i, keep_head, &h, &stopped);
		code = look(&h, code, &stopped, NULL, ed_zip_entry(asic->zip, i)->name, err);
	}
	return code;
}
