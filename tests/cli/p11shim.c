/* SPDX-License-Identifier: ISC */
/*
 * A PKCS#11 module that is another one ($P11SHIM_MODULE) but for one fault,
 * $P11SHIM: what tokens do that SoftHSM does not.  Logins are counted in the
 * file $P11SHIM_COUNT.  For keys.t.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <p11-kit/pkcs11.h>

static CK_FUNCTION_LIST ours, *theirs;
static int asked_again;

static int is(const char *fault)
{
	const char *now = getenv("P11SHIM");

	return now && !strcmp(now, fault);
}

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info)
{
	CK_RV rv = theirs->C_GetTokenInfo(slot, info);

	if (is("low"))
		info->flags |= CKF_USER_PIN_COUNT_LOW;
	if (is("final"))
		info->flags |= CKF_USER_PIN_FINAL_TRY;
	if (is("locked"))
		info->flags |= CKF_USER_PIN_LOCKED;
	if (is("escape"))
		memcpy(info->label, "\x1b[31mred", 8);
	return rv;
}

static CK_RV slot_list(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR n)
{
	CK_RV rv = theirs->C_GetSlotList(present, slots, n);

	if (is("slots"))
		*n = 1000000;
	return rv;
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE who, CK_UTF8CHAR_PTR pin, CK_ULONG len)
{
	FILE *f = fopen(getenv("P11SHIM_COUNT"), "a");

	fprintf(f, "%lu\n", who);
	fclose(f);
	if (is("removed-login"))
		return CKR_DEVICE_REMOVED;
	if (is("pin-locked"))
		return CKR_PIN_LOCKED;
	if (is("odd"))
		return 0x80000001UL;
	if (who == CKU_CONTEXT_SPECIFIC) {
		asked_again = len == 4 && !memcmp(pin, "1234", 4);
		return asked_again ? CKR_OK : CKR_PIN_INCORRECT;
	}
	return theirs->C_Login(session, who, pin, len);
}

static CK_RV attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR a,
                       CK_ULONG n)
{
	static CK_BBOOL yes = CK_TRUE;
	CK_RV rv;

	if (is("always") && a->type == CKA_ALWAYS_AUTHENTICATE) {
		memcpy(a->pValue, &yes, sizeof(yes));
		a->ulValueLen = sizeof(yes);
		return CKR_OK;
	}
	rv = theirs->C_GetAttributeValue(session, object, a, n);
	if (is("huge-attribute") && a->type == CKA_VALUE)
		a->ulValueLen = a->pValue ? a->ulValueLen + 1000000 : 1UL << 62;
	if (is("grown-attribute") && a->type == CKA_VALUE && a->pValue)
		a->ulValueLen += 100000;
	if (is("no-certificate") && a->type == CKA_VALUE && a->pValue)
		memset(a->pValue, 0, a->ulValueLen);
	return rv;
}

static CK_RV find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects, CK_ULONG max,
                  CK_ULONG_PTR n)
{
	CK_RV rv = theirs->C_FindObjects(session, objects, max, n);

	if (is("objects"))
		*n = 1000000;
	return rv;
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG len, CK_BYTE_PTR value,
                  CK_ULONG_PTR n)
{
	CK_RV rv;

	if (is("removed-sign"))
		return CKR_TOKEN_NOT_PRESENT;
	if (is("device-error"))
		return CKR_DEVICE_ERROR;
	if (is("always") && !asked_again)
		return CKR_USER_NOT_LOGGED_IN;
	rv = theirs->C_Sign(session, data, len, value, n);
	if (is("wrong-value"))
		value[*n - 1] ^= 1;
	if (is("short-value"))
		*n -= 1;
	if (is("no-value"))
		*n = 0;
	if (is("long-value"))
		*n = 1000000;
	return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	void *module = dlopen(getenv("P11SHIM_MODULE"), RTLD_NOW);
	void *found = module ? dlsym(module, "C_GetFunctionList") : NULL;
	CK_C_GetFunctionList get;

	if (!found)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &found, sizeof(get));
	if (get(&theirs) != CKR_OK)
		return CKR_GENERAL_ERROR;
	ours = *theirs;
	ours.C_GetTokenInfo = token_info;
	ours.C_GetSlotList = slot_list;
	ours.C_Login = login;
	ours.C_GetAttributeValue = attribute;
	ours.C_FindObjects = find;
	ours.C_Sign = sign;
	*list = is("no-list") ? NULL : &ours;
	return CKR_OK;
}
