/* SPDX-License-Identifier: ISC */
#include "door/keyp11.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <p11-kit/pkcs11.h>

#include "base/der.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/io.h"
#include "base/limits.h"

#define PROXY "p11-kit-proxy.so"
#define MAX_SLOTS 256
#define MAX_OBJECTS 256
#define MAX_ATTRIBUTE ED_MAX_CERT
#define MAX_PIN 256
#define MAX_VALUE 4096

struct ed_token {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_SESSION_HANDLE session;
	bool open;
	CK_FLAGS flags; /* of CK_TOKEN_INFO */
	CK_OBJECT_HANDLE key;
	CK_KEY_TYPE type;
	bool each_time; /* CKA_ALWAYS_AUTHENTICATE */
	bool may_spend; /* the last try */
	size_t pin_len;
	char name[33], pin[MAX_PIN + 1];
};

const char *ed_token_name(const struct ed_token *token)
{
	return token->name;
}

/* A module may be built on libcrypto too: it gets the process's own context,
 * not ours. */
static OSSL_LIB_CTX *step_out(void)
{
	return OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default());
}

static void step_in(OSSL_LIB_CTX *ours)
{
	(void)OSSL_LIB_CTX_set0_default(ours);
}

/* ---- what it says when it says no ------------------------------------------ */

static const struct verdict {
	CK_RV rv;
	enum edoc_code code;
	const char *text;
} verdicts[] = {
        {CKR_PIN_INCORRECT, EDOC_ERR_DENIED, N_("wrong PIN")},
        {CKR_PIN_INVALID, EDOC_ERR_DENIED, N_("wrong PIN")},
        {CKR_PIN_LEN_RANGE, EDOC_ERR_DENIED, N_("wrong PIN: it has another length")},
        {CKR_PIN_LOCKED, EDOC_ERR_DENIED,
         N_("its PIN is locked: unblock it with the token's own program and the PUK")},
        {CKR_PIN_EXPIRED, EDOC_ERR_DENIED,
         N_("its PIN has expired: set a new one with the token's own program")},
        {CKR_USER_PIN_NOT_INITIALIZED, EDOC_ERR_DENIED,
         N_("it has no PIN yet: set one with the token's own program")},
        {CKR_USER_NOT_LOGGED_IN, EDOC_ERR_DENIED, N_("it wants a PIN that it did not ask for")},
        {CKR_FUNCTION_CANCELED, EDOC_ERR_DENIED, N_("cancelled at the token")},
        {CKR_FUNCTION_REJECTED, EDOC_ERR_DENIED, N_("refused at the token")},
        {CKR_KEY_FUNCTION_NOT_PERMITTED, EDOC_ERR_DENIED, N_("the key may not sign")},
        {CKR_TOKEN_NOT_PRESENT, EDOC_ERR_AGAIN,
         N_("the token was taken out: put it in and try again; nothing was changed")},
        {CKR_DEVICE_REMOVED, EDOC_ERR_AGAIN,
         N_("the token was taken out: put it in and try again; nothing was changed")},
        {CKR_SESSION_CLOSED, EDOC_ERR_AGAIN,
         N_("the token ended the session: try again; nothing was changed")},
        {CKR_SESSION_HANDLE_INVALID, EDOC_ERR_AGAIN,
         N_("the token ended the session: try again; nothing was changed")},
        {CKR_SESSION_COUNT, EDOC_ERR_AGAIN, N_("other programs use it up: try again later")},
        {CKR_HOST_MEMORY, EDOC_ERR_MEMORY, N_("out of memory")},
        {CKR_MECHANISM_INVALID, EDOC_ERR_INPUT,
         N_("the token does not sign in the way that this key needs")},
        {CKR_MECHANISM_PARAM_INVALID, EDOC_ERR_INPUT,
         N_("the token does not sign in the way that this key needs")},
        {CKR_KEY_TYPE_INCONSISTENT, EDOC_ERR_INPUT,
         N_("the certificate's key and the token's are of different kinds")},
};

static const struct verdict *verdict_of(CK_RV rv)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		if (verdicts[i].rv == rv)
			return &verdicts[i];
	}
	return NULL;
}

static enum edoc_code fail_token(const char *name, CK_RV rv, const char *doing,
                                 struct edoc_error *err)
{
	const struct verdict *v = verdict_of(rv);

	if (v)
		return ed_fail(err, v->code, name, "%s", dgettext("edoc", v->text));
	return ed_fail(err, EDOC_ERR_IO, name, "%s: the token failed (PKCS#11 error 0x%lx)", doing,
	               (unsigned long)rv);
}

/* ---- the module --------------------------------------------------------------- */

/*
 * Loaded for good, and never finalised: another part of this process may have
 * begun it, or go on with it, and what it registered to run at exit has to
 * find it there.
 */
static enum edoc_code load(const char *path, CK_FUNCTION_LIST **f, struct edoc_error *err)
{
	CK_C_INITIALIZE_ARGS threads = {.flags = CKF_OS_LOCKING_OK};
	const char *file = path[0] ? path : PROXY;
	void *module = NULL, *found;
	CK_C_GetFunctionList list;
	struct stat st;
	CK_RV rv;

	*f = NULL;
	if (path[0] && (stat(path, &st) || access(path, R_OK)))
		return ed_fail_errno(err, EDOC_ERR_ABSENT, path, "cannot open the module");
	if (path[0] && !S_ISREG(st.st_mode)) /* a pipe would be waited for */
		return ed_fail(err, EDOC_ERR_INPUT, path, "is not a regular file");
	module = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!module && !path[0])
		return ed_fail(err, EDOC_ERR_ABSENT, "pkcs11:",
		               "which module? Name it by module-path in the URI or "
		               "\"pkcs11-module:\" in edoc.conf (there is no %s)",
		               PROXY);
	if (!module)
		return ed_fail(err, EDOC_ERR_INPUT, file, "cannot be loaded: %.200s", dlerror());
	found = dlsym(module, "C_GetFunctionList");
	if (!found)
		return ed_fail(err, EDOC_ERR_INPUT, file, "is no PKCS#11 module");
	memcpy(&list, &found, sizeof(list));
	rv = list(f);
	if (rv != CKR_OK || !*f || (*f)->version.major < 2)
		return ed_fail(err, EDOC_ERR_INPUT, file, "is no PKCS#11 module of version 2");
	rv = (*f)->C_Initialize(&threads);
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return fail_token(file, rv, "C_Initialize", err);
	return EDOC_OK;
}

/* Fields of fixed length are padded with blanks; what is no text shows as "?". */
static void take_field(const unsigned char *field, size_t size, char *out)
{
	while (size > 0 && (field[size - 1] == ' ' || field[size - 1] == '\0'))
		size--;
	for (size_t i = 0; i < size; i++)
		out[i] = (char)(field[i] < ' ' || field[i] == 0x7f ? '?' : field[i]);
	out[size] = '\0';
}

static bool field_is(const char *wanted, const unsigned char *field, size_t size)
{
	char text[65];

	if (!wanted[0])
		return true;
	take_field(field, size, text);
	return strcmp(wanted, text) == 0;
}

static bool slot_fits(const struct ed_p11_uri *uri, CK_SLOT_ID slot, const CK_SLOT_INFO *si,
                      const CK_TOKEN_INFO *ti)
{
	return (!uri->has_slot || uri->slot == slot) &&
	       field_is(uri->slot_description, si->slotDescription, sizeof(si->slotDescription)) &&
	       field_is(uri->slot_manufacturer, si->manufacturerID, sizeof(si->manufacturerID)) &&
	       field_is(uri->token, ti->label, sizeof(ti->label)) &&
	       field_is(uri->manufacturer, ti->manufacturerID, sizeof(ti->manufacturerID)) &&
	       field_is(uri->serial, ti->serialNumber, sizeof(ti->serialNumber)) &&
	       field_is(uri->model, ti->model, sizeof(ti->model));
}

/* Slots with a token in. */
static enum edoc_code list_slots(CK_FUNCTION_LIST *f, CK_SLOT_ID slots[MAX_SLOTS], CK_ULONG *n,
                                 struct edoc_error *err)
{
	CK_RV rv;

	*n = MAX_SLOTS;
	rv = f->C_GetSlotList(CK_TRUE, slots, n);
	if (rv != CKR_OK || *n > MAX_SLOTS) {
		*n = 0;
		return fail_token("pkcs11:", rv, "C_GetSlotList", err);
	}
	return EDOC_OK;
}

static bool look_at(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, CK_SLOT_INFO *si, CK_TOKEN_INFO *ti)
{
	return f->C_GetSlotInfo(slot, si) == CKR_OK && f->C_GetTokenInfo(slot, ti) == CKR_OK &&
	       ti->flags & CKF_TOKEN_INITIALIZED;
}

static enum edoc_code find_slot(struct ed_token *t, const struct ed_p11_uri *uri,
                                struct edoc_error *err)
{
	CK_SLOT_ID slots[MAX_SLOTS];
	CK_ULONG n, fit = 0;
	enum edoc_code code = list_slots(t->f, slots, &n, err);

	for (CK_ULONG i = 0; i < n; i++) {
		CK_SLOT_INFO si;
		CK_TOKEN_INFO ti;

		if (!look_at(t->f, slots[i], &si, &ti) || !slot_fits(uri, slots[i], &si, &ti))
			continue;
		fit++;
		t->slot = slots[i];
		t->flags = ti.flags;
		take_field(ti.label, sizeof(ti.label), t->name);
	}
	if (code != EDOC_OK || fit == 1)
		return code;
	if (fit > 1)
		return ed_fail(err, EDOC_ERR_USAGE, uri->token[0] ? uri->token : "pkcs11:",
		               "%lu tokens fit: name one by token= and serial= (edoc-sign keys "
		               "lists them)",
		               (unsigned long)fit);
	return ed_fail(err, EDOC_ERR_ABSENT, uri->token[0] ? uri->token : "pkcs11:",
	               "no such token is in: put it in, or see what edoc-sign keys lists");
}

static enum edoc_code open_token(struct ed_token *t, const struct ed_p11_uri *uri,
                                 struct edoc_error *err)
{
	enum edoc_code code = load(uri->module, &t->f, err);
	CK_RV rv;

	if (code == EDOC_OK)
		code = find_slot(t, uri, err);
	if (code != EDOC_OK)
		return code;
	rv = t->f->C_OpenSession(t->slot, CKF_SERIAL_SESSION, NULL, NULL, &t->session);
	if (rv != CKR_OK)
		return fail_token(t->name, rv, "C_OpenSession", err);
	t->open = true;
	return EDOC_OK;
}

enum edoc_code ed_token_open(const struct ed_p11_uri *uri, struct ed_token **token,
                             struct edoc_error *err)
{
	struct ed_token *t = calloc(1, sizeof(*t));
	OSSL_LIB_CTX *ours;
	enum edoc_code code;

	*token = NULL;
	if (!t)
		return ed_fail_memory(err);
	ours = step_out();
	code = open_token(t, uri, err);
	step_in(ours);
	if (code == EDOC_OK)
		*token = t;
	else
		ed_token_free(t);
	return code;
}

/* The last session's end logs out. */
void ed_token_free(void *token)
{
	struct ed_token *t = token;
	OSSL_LIB_CTX *ours;

	if (!t)
		return;
	ours = step_out();
	if (t->open)
		(void)t->f->C_CloseSession(t->session);
	step_in(ours);
	ed_wipe(t, sizeof(*t));
	free(t);
}

/* ---- the PIN -------------------------------------------------------------------- */

static enum edoc_code pin_from_file(struct ed_token *t, const char *path, struct edoc_error *err)
{
	struct ed_buf text;
	enum edoc_code code;
	const char *pin;

	ed_buf_init(&text, 4096);
	code = ed_read_path(path, &text, err);
	pin = ed_buf_str(&text);
	if (strncmp(pin, "\xef\xbb\xbf", 3) == 0) /* some editors' byte order mark */
		pin += 3;
	t->pin_len = strcspn(pin, "\r\n");
	if (code == EDOC_OK && t->pin_len > MAX_PIN)
		code = ed_fail(err, EDOC_ERR_INPUT, path, "its first line is too long for a PIN");
	else if (code == EDOC_OK && !t->pin_len) /* the token would count a try */
		code = ed_fail(err, EDOC_ERR_INPUT, path,
		               "its first line is empty, so there is no PIN");
	if (code == EDOC_OK)
		memcpy(t->pin, pin, t->pin_len);
	ed_buf_clear(&text);
	return code;
}

static enum edoc_code get_pin(struct ed_token *t, const struct ed_p11_uri *uri,
                              edoc_passphrase_fn *ask, void *arg, struct edoc_error *err)
{
	char what[100];
	int n = -1;

	if (uri->pin[0])
		return pin_from_file(t, uri->pin, err);
	snprintf(what, sizeof(what), "%s%s", t->name,
	         t->flags & CKF_USER_PIN_COUNT_LOW
	                 ? dgettext("edoc", " (a wrong PIN was given before)")
	                 : "");
	if (ask)
		n = ask(t->pin, MAX_PIN, what, arg);
	if (n <= 0 || n > MAX_PIN) /* an empty one would be a try that failed */
		return ed_fail(err, EDOC_ERR_DENIED, t->name, "the token wants a PIN and got none");
	t->pin_len = (size_t)n;
	return EDOC_OK;
}

static enum edoc_code check_tries(const struct ed_token *t, const struct ed_p11_uri *uri,
                                  struct edoc_error *err)
{
	if (t->flags & CKF_USER_PIN_LOCKED)
		return fail_token(t->name, CKR_PIN_LOCKED, "C_Login", err);
	if (t->flags & CKF_USER_PIN_FINAL_TRY && !uri->final_try)
		return ed_fail(err, EDOC_ERR_DENIED, t->name,
		               "one more wrong PIN locks the token; if you are sure of it, say so "
		               "by --final-try (x-final-try=yes in the URI)");
	return EDOC_OK;
}

/* After a wrong PIN: how it stands with the token now. */
static enum edoc_code fail_login(struct ed_token *t, CK_RV rv, struct edoc_error *err)
{
	CK_TOKEN_INFO ti;
	CK_FLAGS flags = t->f->C_GetTokenInfo(t->slot, &ti) == CKR_OK ? ti.flags : 0;

	if (rv != CKR_PIN_INCORRECT)
		return fail_token(t->name, rv, "C_Login", err);
	if (flags & CKF_USER_PIN_LOCKED)
		return ed_fail(err, EDOC_ERR_DENIED, t->name,
		               "wrong PIN, and now it is locked: unblock it with the token's own "
		               "program and the PUK");
	if (flags & CKF_USER_PIN_FINAL_TRY)
		return ed_fail(err, EDOC_ERR_DENIED, t->name,
		               "wrong PIN; one more locks the token");
	if (flags & CKF_USER_PIN_COUNT_LOW)
		return ed_fail(err, EDOC_ERR_DENIED, t->name, "wrong PIN; few tries are left");
	return fail_token(t->name, rv, "C_Login", err);
}

static CK_RV login(struct ed_token *t, CK_USER_TYPE who)
{
	bool keypad = t->flags & CKF_PROTECTED_AUTHENTICATION_PATH;

	return t->f->C_Login(t->session, who, keypad ? NULL : (CK_UTF8CHAR_PTR)t->pin,
	                     keypad ? 0 : t->pin_len);
}

enum edoc_code ed_token_login(struct ed_token *t, const struct ed_p11_uri *uri,
                              edoc_passphrase_fn *ask, void *arg, struct edoc_error *err)
{
	enum edoc_code code;
	OSSL_LIB_CTX *ours;
	CK_RV rv;

	if (!(t->flags & CKF_LOGIN_REQUIRED))
		return EDOC_OK;
	code = check_tries(t, uri, err);
	if (code == EDOC_OK && !(t->flags & CKF_PROTECTED_AUTHENTICATION_PATH))
		code = get_pin(t, uri, ask, arg, err);
	if (code != EDOC_OK)
		return code;
	ours = step_out();
	rv = login(t, CKU_USER);
	if (rv != CKR_OK && rv != CKR_USER_ALREADY_LOGGED_IN)
		code = fail_login(t, rv, err);
	step_in(ours);
	return code;
}

/* ---- objects ---------------------------------------------------------------------- */

static enum edoc_code list_objects(struct ed_token *t, CK_ATTRIBUTE *like, CK_ULONG n_like,
                                   CK_OBJECT_HANDLE objects[MAX_OBJECTS], CK_ULONG *n,
                                   struct edoc_error *err)
{
	CK_RV rv = t->f->C_FindObjectsInit(t->session, like, n_like);

	*n = 0;
	if (rv == CKR_OK) {
		rv = t->f->C_FindObjects(t->session, objects, MAX_OBJECTS, n);
		(void)t->f->C_FindObjectsFinal(t->session);
	}
	if (rv != CKR_OK || *n > MAX_OBJECTS) {
		*n = 0;
		return fail_token(t->name, rv, "C_FindObjects", err);
	}
	return EDOC_OK;
}

/* Of any length up to out->max; false: the object has it not, or will not say. */
static bool get_bytes(struct ed_token *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                      struct ed_buf *out)
{
	CK_ATTRIBUTE a = {type, NULL, 0};
	unsigned char *bytes;
	bool good;

	ed_buf_reset(out);
	if (t->f->C_GetAttributeValue(t->session, object, &a, 1) != CKR_OK ||
	    a.ulValueLen > out->max)
		return false;
	bytes = calloc(1, a.ulValueLen + 1);
	if (!bytes)
		return false;
	a.pValue = bytes;
	CK_ULONG room = a.ulValueLen;
	good = t->f->C_GetAttributeValue(t->session, object, &a, 1) == CKR_OK &&
	       a.ulValueLen <= room;
	if (good)
		ed_buf_put(out, bytes, a.ulValueLen);
	free(bytes);
	return good && !out->failed;
}

static bool get_fixed(struct ed_token *t, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type,
                      void *out, size_t size)
{
	CK_ATTRIBUTE a = {type, out, size};

	return t->f->C_GetAttributeValue(t->session, object, &a, 1) == CKR_OK &&
	       a.ulValueLen == size;
}

static enum edoc_code find_key(struct ed_token *t, const struct ed_p11_uri *uri, struct ed_buf *id,
                               struct edoc_error *err)
{
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE like[3] = {{CKA_CLASS, &class, sizeof(class)}};
	CK_OBJECT_HANDLE found[MAX_OBJECTS];
	CK_ULONG n = 1, n_found;
	CK_BBOOL each = CK_FALSE;
	enum edoc_code code;

	if (uri->object[0])
		like[n++] = (CK_ATTRIBUTE){CKA_LABEL, (void *)(uintptr_t)uri->object,
		                           strlen(uri->object)};
	if (uri->id_len)
		like[n++] = (CK_ATTRIBUTE){CKA_ID, (void *)(uintptr_t)uri->id, uri->id_len};
	code = list_objects(t, like, n, found, &n_found, err);
	if (code != EDOC_OK)
		return code;
	if (n_found != 1)
		return ed_fail(err, n_found ? EDOC_ERR_USAGE : EDOC_ERR_ABSENT, t->name,
		               n_found ? "more than one private key fits: name one by object= "
		                         "and id= (edoc-sign keys lists them)"
		                       : "no such private key is in the token: edoc-sign keys "
		                         "lists what is");
	t->key = found[0];
	(void)get_bytes(t, t->key, CKA_ID, id);
	if (!get_fixed(t, t->key, CKA_KEY_TYPE, &t->type, sizeof(t->type)))
		return ed_fail(err, EDOC_ERR_INPUT, t->name,
		               "the key does not say of what kind it is");
	t->each_time = get_fixed(t, t->key, CKA_ALWAYS_AUTHENTICATE, &each, sizeof(each)) && each;
	if (!t->each_time)
		ed_wipe(t->pin, sizeof(t->pin));
	return EDOC_OK;
}

enum edoc_code ed_token_find(struct ed_token *t, const struct ed_p11_uri *uri, struct ed_buf *id,
                             struct edoc_error *err)
{
	OSSL_LIB_CTX *ours = step_out();
	enum edoc_code code = find_key(t, uri, id, err);

	step_in(ours);
	return code;
}

enum edoc_code ed_token_certs(struct ed_token *t, const struct ed_buf *id, struct ed_buf *its,
                              ed_cert_fn *fn, void *arg, struct edoc_error *err)
{
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	CK_CERTIFICATE_TYPE type = CKC_X_509;
	CK_ATTRIBUTE like[3] = {{CKA_CLASS, &class, sizeof(class)},
	                        {CKA_CERTIFICATE_TYPE, &type, sizeof(type)}};
	CK_OBJECT_HANDLE found[MAX_OBJECTS];
	CK_ULONG n = 0;
	struct ed_buf der;
	OSSL_LIB_CTX *ours = step_out();
	enum edoc_code code;

	if (id)
		like[2] = (CK_ATTRIBUTE){CKA_ID, id->data, id->len};
	code = list_objects(t, like, id ? 3 : 2, found, &n, err);
	ed_buf_init(&der, MAX_ATTRIBUTE);
	for (CK_ULONG i = 0; i < n && code == EDOC_OK; i++) {
		bool have = get_bytes(t, found[i], CKA_VALUE, &der);

		if (its)
			(void)get_bytes(t, found[i], CKA_ID, its);
		step_in(ours);
		if (have && der.len)
			code = ed_certs_read(der.data, der.len, t->name, fn, arg, err);
		(void)step_out();
	}
	ed_buf_clear(&der);
	step_in(ours);
	return code;
}

/* ---- what tokens there are ------------------------------------------------------------ */

static const char *pin_state(CK_FLAGS flags)
{
	return !(flags & CKF_LOGIN_REQUIRED)         ? "none"
	       : flags & CKF_USER_PIN_LOCKED         ? "locked"
	       : !(flags & CKF_USER_PIN_INITIALIZED) ? "unset"
	       : flags & CKF_USER_PIN_FINAL_TRY      ? "final"
	       : flags & CKF_USER_PIN_COUNT_LOW      ? "low"
	                                             : "good";
}

static enum edoc_code facts_of(CK_FUNCTION_LIST *f, CK_SLOT_ID slot, struct ed_token_facts *facts)
{
	CK_SLOT_INFO si;
	CK_TOKEN_INFO ti;

	memset(facts, 0, sizeof(*facts));
	if (!look_at(f, slot, &si, &ti))
		return EDOC_ERR_ABSENT;
	facts->slot = slot;
	take_field(ti.label, sizeof(ti.label), facts->label);
	take_field(ti.manufacturerID, sizeof(ti.manufacturerID), facts->manufacturer);
	take_field(ti.model, sizeof(ti.model), facts->model);
	take_field(ti.serialNumber, sizeof(ti.serialNumber), facts->serial);
	facts->pin = pin_state(ti.flags);
	return EDOC_OK;
}

enum edoc_code ed_token_each(const char *module, ed_token_fn *fn, void *arg, struct edoc_error *err)
{
	CK_SLOT_ID slots[MAX_SLOTS];
	CK_ULONG n = 0;
	CK_FUNCTION_LIST *f;
	OSSL_LIB_CTX *ours = step_out();
	enum edoc_code code = load(module, &f, err);

	if (code == EDOC_OK)
		code = list_slots(f, slots, &n, err);
	for (CK_ULONG i = 0; i < n && code == EDOC_OK; i++) {
		struct ed_token_facts facts;

		if (facts_of(f, slots[i], &facts) != EDOC_OK)
			continue; /* no token that could hold a key */
		step_in(ours);
		code = fn(arg, &facts, err);
		(void)step_out();
	}
	step_in(ours);
	return code;
}

/* ---- a value -------------------------------------------------------------------------- */

/* DigestInfo (RFC 8017 9.2): a token pads it, and does not make it. */
static bool put_digest_info(enum ed_hash hash, const unsigned char *value, struct ed_buf *out)
{
	struct ed_der der;

	ed_der_init(&der, out);
	ed_der_open(&der, 0x30);
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, ed_hash_oid(hash));
	ed_der_null(&der);
	ed_der_close(&der);
	ed_der_put(&der, 0x04, value, ed_hash_size(hash));
	ed_der_close(&der);
	return !out->failed;
}

/* PKCS#11 2.40 6.1.2 */
static bool pss_params(const struct ed_sigalg *alg, CK_RSA_PKCS_PSS_PARAMS *params)
{
	static const struct {
		enum ed_hash hash;
		CK_MECHANISM_TYPE digest;
		CK_ULONG mask;
	} t[] = {{ED_SHA256, CKM_SHA256, CKG_MGF1_SHA256},
	         {ED_SHA384, CKM_SHA384, CKG_MGF1_SHA384},
	         {ED_SHA512, CKM_SHA512, CKG_MGF1_SHA512}};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (t[i].hash == alg->hash && alg->mgf == alg->hash) {
			*params = (CK_RSA_PKCS_PSS_PARAMS){t[i].digest, t[i].mask, alg->salt};
			return true;
		}
	}
	return false;
}

/* What is given to the token, and how it has to treat it. */
struct asking {
	CK_MECHANISM how;
	CK_RSA_PKCS_PSS_PARAMS pss;
	CK_KEY_TYPE type;
	struct ed_buf input;
};

static bool make_asking(const struct ed_sigalg *alg, const void *octets, size_t len,
                        struct asking *a)
{
	unsigned char hash[ED_HASH_MAX];

	if (alg->kind == ED_SIG_EDDSA) {
		a->how.mechanism = CKM_EDDSA;
		a->type = CKK_EC_EDWARDS;
		ed_buf_put(&a->input, octets, len);
		return alg->type == ED_KEY_ED25519; /* Ed448 wants parameters of PKCS#11 3.0 */
	}
	if (!ed_hash_bytes(alg->hash, octets, len, hash))
		return false;
	a->type = alg->kind == ED_SIG_ECDSA ? CKK_EC : CKK_RSA;
	if (alg->kind == ED_SIG_RSA) {
		a->how.mechanism = CKM_RSA_PKCS;
		return put_digest_info(alg->hash, hash, &a->input);
	}
	ed_buf_put(&a->input, hash, ed_hash_size(alg->hash));
	a->how.mechanism = alg->kind == ED_SIG_PSS ? CKM_RSA_PKCS_PSS : CKM_ECDSA;
	if (alg->kind == ED_SIG_PSS) {
		a->how.pParameter = &a->pss;
		a->how.ulParameterLen = sizeof(a->pss);
		return pss_params(alg, &a->pss);
	}
	return alg->kind == ED_SIG_ECDSA;
}

static enum edoc_code ask_token(struct ed_token *t, struct asking *a, unsigned char *out,
                                CK_ULONG *n, struct edoc_error *err)
{
	CK_RV rv = t->f->C_SignInit(t->session, &a->how, t->key);

	if (rv == CKR_OK && t->each_time) {
		rv = login(t, CKU_CONTEXT_SPECIFIC);
		if (rv != CKR_OK)
			return fail_login(t, rv, err);
	}
	if (rv == CKR_OK)
		rv = t->f->C_Sign(t->session, a->input.data, a->input.len, out, n);
	if (rv == CKR_OK && *n > MAX_VALUE)
		rv = CKR_GENERAL_ERROR;
	return rv == CKR_OK ? EDOC_OK : fail_token(t->name, rv, "C_Sign", err);
}

enum edoc_code ed_token_sign(void *arg, const struct edoc_key *key, const struct ed_sigalg *alg,
                             const void *octets, size_t len, struct ed_buf *value,
                             struct edoc_error *err)
{
	struct ed_token *t = arg;
	struct asking a = {0};
	unsigned char raw[MAX_VALUE];
	CK_ULONG n = sizeof(raw);
	enum edoc_code code = EDOC_OK;
	OSSL_LIB_CTX *ours;

	ed_buf_init(&a.input, ED_MAX_XML_BYTES);
	if (!make_asking(alg, octets, len, &a))
		code = fail_token(t->name, CKR_MECHANISM_INVALID, "", err);
	else if (a.type != t->type)
		code = fail_token(t->name, CKR_KEY_TYPE_INCONSISTENT, "", err);
	if (code == EDOC_OK) {
		ours = step_out();
		code = ask_token(t, &a, raw, &n, err);
		step_in(ours);
	}
	ed_buf_clear(&a.input);
	if (code != EDOC_OK)
		return code;
	if (alg->kind != ED_SIG_ECDSA)
		ed_buf_put(value, raw, n);
	else if (!ed_value_der(ed_key_pkey(key), raw, n, value))
		return ed_fail(err, EDOC_ERR_IO, t->name, "the token gave no value of this curve");
	return ed_buf_check(value, t->name, err);
}
