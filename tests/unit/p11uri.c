/* SPDX-License-Identifier: ISC */
#include "../tap.h"
#include "door/p11uri.h"

static struct ed_p11_uri uri;
static struct edoc_error err;

static void refused(const char *text, const char *word)
{
	fails(ed_p11_uri_parse(text, &uri, &err), EDOC_ERR_USAGE, &err, word, text);
}

static void accepted(const char *text)
{
	is_ok(ed_p11_uri_parse(text, &uri, &err), &err, text);
}

static void good(void)
{
	accepted("pkcs11:");
	ok(!uri.token[0] && !uri.object[0] && !uri.id_len && !uri.has_slot && !uri.pin[0],
	   "says nothing");
	accepted("pkcs11:token=My%20token;object=sign%2Dkey;id=%01%00%ff;type=private;serial=0a;"
	         "model=m;manufacturer=f;slot-description=d;slot-manufacturer=s;slot-id=12"
	         "?module-path=/usr/lib/x.so&pin-source=file:/run/pin&x-final-try=yes");
	is_str(uri.token, "My token", "token");
	is_str(uri.object, "sign-key", "object");
	ok(uri.id_len == 3 && !memcmp(uri.id, "\x01\x00\xff", 3), "id, with a NUL in it");
	is_str(uri.serial, "0a", "serial");
	is_str(uri.model, "m", "model");
	is_str(uri.manufacturer, "f", "manufacturer");
	is_str(uri.slot_description, "d", "slot-description");
	is_str(uri.slot_manufacturer, "s", "slot-manufacturer");
	ok(uri.has_slot && uri.slot == 12, "slot-id");
	is_str(uri.module, "/usr/lib/x.so", "module-path");
	is_str(uri.pin, "/run/pin", "pin-source");
	ok(uri.final_try, "x-final-try");
	accepted("pkcs11:token=%D0%98%D0%BC%D0%B7%D0%BE");
	is_str(uri.token, "Имзо", "UTF-8");
	accepted("pkcs11:?pin-source=/a%3Fb");
	is_str(uri.pin, "/a?b", "a pin-source that is a path");
	accepted("pkcs11:?pin-source=file:///a");
	is_str(uri.pin, "/a", "and one as RFC 8089 writes it");
	accepted("pkcs11:object=a=b");
	is_str(uri.object, "a=b", "the first = divides");
	ok(ed_p11_is_uri("pkcs11:x") && !ed_p11_is_uri("PKCS11:x") && !ed_p11_is_uri("./pkcs11:x"),
	   "what is one");
}

static void bad(void)
{
	static const struct {
		const char *text, *word;
	} t[] = {
	        {"", "not a PKCS#11 URI"},
	        {"pkcs11", "not a PKCS#11 URI"},
	        {"PKCS11:token=a", "not a PKCS#11 URI"},
	        {"pkcs11:token", "token: a value"},
	        {"pkcs11:token=", "token: a value"},
	        {"pkcs11:=a", "not understood"},
	        {"pkcs11:;", "not understood"},
	        {"pkcs11:;token=a", "not understood"},
	        {"pkcs11:token=a;", "nothing follows"},
	        {"pkcs11:token=a;;object=b", "not understood"},
	        {"pkcs11:token=a;token=a", "twice"},
	        {"pkcs11:id=%01;id=%01", "twice"},
	        {"pkcs11:Token=a", "not understood"},
	        {"pkcs11:x-vendor=a", "not understood"},
	        {"pkcs11:library-version=3", "not understood"},
	        {"pkcs11:token=a b", "printing ASCII"},
	        {"pkcs11:token=a\x01", "printing ASCII"},
	        {"pkcs11:token=\xd0\x98", "printing ASCII"},
	        {"pkcs11:token=%", "printing ASCII"},
	        {"pkcs11:token=%0", "printing ASCII"},
	        {"pkcs11:token=a%4", "printing ASCII"},
	        {"pkcs11:token=%0g", "printing ASCII"},
	        {"pkcs11:token=%g0", "printing ASCII"},
	        {"pkcs11:token=%+1", "printing ASCII"},
	        {"pkcs11:token=a%00b", "a value"},
	        {"pkcs11:token=%ff", "a value"},
	        {"pkcs11:token=%c0%80", "a value"},
	        {"pkcs11:type=cert", "type private"},
	        {"pkcs11:type=Private", "type private"},
	        {"pkcs11:slot-id=", "number"},
	        {"pkcs11:slot-id=-1", "number"},
	        {"pkcs11:slot-id=0x1", "number"},
	        {"pkcs11:slot-id=1234567890123456789", "number"},
	        {"pkcs11:?", "nothing follows"},
	        {"pkcs11:token=a?", "nothing follows"},
	        {"pkcs11:?token=a", "not understood"},
	        {"pkcs11:module-path=/a", "not understood"},
	        {"pkcs11:?module-path=a.so", "absolute path"},
	        {"pkcs11:?module-path=", "absolute path"},
	        {"pkcs11:?module-path=/a&module-path=/b", "twice"},
	        {"pkcs11:?module-path=/a&", "nothing follows"},
	        {"pkcs11:?module-path=/a?pin-source=/b;", NULL},
	        {"pkcs11:?module-name=a", "not understood"},
	        {"pkcs11:?pin-source=a", "absolute path"},
	        {"pkcs11:?pin-source=file:a", "absolute path"},
	        {"pkcs11:?pin-source=file://host/a", "absolute path"},
	        {"pkcs11:?pin-source=%7C/bin/cat", "absolute path"},
	        {"pkcs11:?pin-source=http://a/", "absolute path"},
	        {"pkcs11:?pin-value=1234", "everybody"},
	        {"pkcs11:?pin-value", "everybody"},
	        {"pkcs11:?x-final-try=no", "yes only"},
	        {"pkcs11:?x-other=1", "not understood"},
	};
	char text[20000] = "pkcs11:token=";

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (t[i].word)
			refused(t[i].text, t[i].word);
	}
	/* A ? in a query is a character like others (RFC 3986 3.4). */
	accepted("pkcs11:?module-path=/a?pin-source=/b;");
	is_str(uri.module, "/a?pin-source=/b;", "one value");
	memset(text + 13, 'a', 255);
	text[13 + 255] = '\0';
	accepted(text);
	is_int((int64_t)strlen(uri.token), 255, "255 bytes");
	strcat(text, "a");
	refused(text, "255");
	memset(text + 13, 'a', sizeof(text) - 14);
	refused(text, "not a PKCS#11 URI");
	/* A secret is not repeated in a message. */
	fails(ed_p11_uri_parse("pkcs11:?pin-value=s3cret", &uri, &err), EDOC_ERR_USAGE, &err, NULL,
	      "pin-value");
	ok(!strstr(err.msg, "s3cret") && !strstr(err.where, "s3cret"), "the PIN is not told");
}

int main(void)
{
	good();
	bad();
	return done();
}
