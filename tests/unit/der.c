/* SPDX-License-Identifier: ISC */
/* DER written (X.690): by itself, then read back by ber.c and by openssl. */
#include "base/der.h"

#include <unistd.h>

#include "../tap.h"
#include "base/time.h"

struct bytes {
	const char *p;
	size_t n;
};
#define B(s) ((struct bytes){(s), sizeof(s) - 1})

static struct ed_buf out;
static struct ed_der der;

static void begin(void)
{
	ed_buf_clear(&out);
	ed_buf_init(&out, 4 << 20);
	ed_der_init(&der, &out);
}

static void is_der(struct bytes want, const char *what)
{
	struct ed_ber e;
	bool same = ed_der_done(&der) && out.len == want.n && !memcmp(out.data, want.p, want.n);

	ok(same, "%s", what);
	if (!same) {
		printf("# done %d, %zu bytes:", ed_der_done(&der), out.len);
		for (size_t i = 0; i < out.len && i < 64; i++)
			printf(" %02x", out.data[i]);
		printf("\n");
	}
	ok(ed_ber_one(out.data, out.len, &e) && ed_ber_is_der(&e, true), "... and is read as DER");
}

static void numbers(void)
{
	static const struct {
		int64_t v;
		struct bytes want;
	} rows[] = {
	        {0, B("\x02\x01\x00")},
	        {1, B("\x02\x01\x01")},
	        {127, B("\x02\x01\x7f")},
	        {128, B("\x02\x02\x00\x80")},
	        {-1, B("\x02\x01\xff")},
	        {-128, B("\x02\x01\x80")},
	        {-129, B("\x02\x02\xff\x7f")},
	        {65536, B("\x02\x03\x01\x00\x00")},
	        {INT64_MAX, B("\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff")},
	        {INT64_MIN, B("\x02\x08\x80\x00\x00\x00\x00\x00\x00\x00")},
	};
	struct ed_ber e;
	int64_t v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin();
		ed_der_int(&der, rows[i].v);
		is_der(rows[i].want, "an INTEGER");
		ok(ed_ber_one(out.data, out.len, &e) && ed_ber_int(&e, &v) && v == rows[i].v,
		   "... of %lld", (long long)rows[i].v);
	}
	begin();
	ed_der_uint(&der, "\x00\x00\x80\x01", 4);
	is_der(B("\x02\x03\x00\x80\x01"), "a large one, unsigned");
	begin();
	ed_der_uint(&der, "\x00\x7f", 2);
	is_der(B("\x02\x01\x7f"), "its zeros go");
	begin();
	ed_der_uint(&der, "", 0);
	is_der(B("\x02\x01\x00"), "of no bytes it is 0");
}

static void oids(void)
{
	static const struct {
		const char *dotted;
		struct bytes want; /* empty: refused */
	} rows[] = {
	        {"1.2.840.113549.1.7.2", B("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")},
	        {"0.4.0.1733.2.4", B("\x06\x06\x04\x00\x8d\x45\x02\x04")},
	        {"2.999.3", B("\x06\x03\x88\x37\x03")},
	        {"2.5.4.3", B("\x06\x03\x55\x04\x03")},
	        {"0.0", B("\x06\x01\x00")},
	        {"1.39", B("\x06\x01\x4f")},
	        {"2.25.340282366920938463463374607431768211455",
	         B("\x06\x14\x69\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	           "\xff\xff\xff\xff\xff\x7f")},
	        {"2.25.340282366920938463463374607431768211456", B("")}, /* 129 bits */
	        {"2.340282366920938463463374607431768211455", B("")},    /* and the 80 */
	        {"2.25.2658455991569831745807614120560689151",
	         B("\x06\x13\x69\x83\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	           "\xff\x7f")},
	        {"1.40", B("")},
	        {"3.1", B("")},
	        {"1", B("")},
	        {"", B("")},
	        {"1.2.", B("")},
	        {"1..2", B("")},
	        {".1.2", B("")},
	        {"1.02", B("")},
	        {"1.2 ", B("")},
	        {" 1.2", B("")},
	        {"1.-2", B("")},
	        {"1.+2", B("")},
	        {"id-data", B("")},
	};
	char text[ED_BER_OID_TEXT];
	struct ed_ber e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin();
		ed_der_oid(&der, rows[i].dotted);
		if (rows[i].want.n == 0) {
			ok(!ed_der_done(&der), "'%s' is no OID", rows[i].dotted);
			continue;
		}
		is_der(rows[i].want, rows[i].dotted);
		ok(ed_ber_one(out.data, out.len, &e) && ed_ber_oid_text(&e, text) &&
		           !strcmp(text, rows[i].dotted),
		   "... and back");
	}
}

static void times(void)
{
	static const struct {
		const char *iso;
		struct bytes want;
	} rows[] = {
	        {"2026-03-05T04:11:09Z", B("\x17\x0d"
	                                   "260305041109Z")},
	        {"1950-01-01T00:00:00Z", B("\x17\x0d"
	                                   "500101000000Z")},
	        {"2049-12-31T23:59:59Z", B("\x17\x0d"
	                                   "491231235959Z")},
	        {"2050-01-01T00:00:00Z", B("\x18\x0f"
	                                   "20500101000000Z")},
	        {"1949-12-31T23:59:59Z", B("\x18\x0f"
	                                   "19491231235959Z")},
	        {"9999-12-31T23:59:59Z", B("\x18\x0f"
	                                   "99991231235959Z")},
	};
	struct ed_ber e;
	int64_t t, v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin();
		if (!ok(ed_time_parse(rows[i].iso, &t), "%s", rows[i].iso))
			continue;
		ed_der_time(&der, t);
		is_der(rows[i].want, "... as UTCTime or GeneralizedTime");
		ok(ed_ber_one(out.data, out.len, &e) && ed_ber_time(&e, &v) && v == t,
		   "... and back");
	}
	begin();
	ed_der_time(&der, 253402300800);
	ok(!ed_der_done(&der), "the year 10000 is refused");
	begin();
	ed_der_time(&der, ED_TIME_NONE);
	ok(!ed_der_done(&der), "no time is refused");
}

static void nested(void)
{
	static const size_t sizes[] = {0,   1,   125, 126,   127,   128,    253,
	                               254, 255, 256, 65533, 65536, 1 << 20};
	static char fill[1 << 20];
	struct ed_ber e, inner;
	struct ed_ber_reader r;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		begin();
		ed_der_open(&der, 0x30);
		ed_der_open(&der, 0xa0);
		memset(fill, 'x', sizes[i]);
		ed_der_put(&der, ED_BER_OCTETS, fill, sizes[i]);
		ed_der_close(&der);
		ed_der_null(&der);
		ed_der_close(&der);
		ok(ed_der_done(&der) && ed_ber_one(out.data, out.len, &e) &&
		           ed_ber_is_der(&e, true),
		   "%zu octets, two deep", sizes[i]);
		ed_ber_enter(&r, &e, 1);
		ok(ed_ber_take(&r, ED_BER_CONTEXT, 0, &inner), "... the tagged one");
		ed_ber_enter(&r, &inner, 2);
		ok(ed_ber_take(&r, ED_BER_UNIVERSAL, ED_BER_OCTETS, &inner) &&
		           inner.len == sizes[i] && !memcmp(inner.p, fill, sizes[i]),
		   "... and its octets");
	}
}

static void sets(void)
{
	begin();
	ed_der_open(&der, 0x31);
	ed_der_put(&der, ED_BER_OCTETS, "b", 1);
	ed_der_put(&der, ED_BER_OCTETS, "a", 1);
	ed_der_put(&der, ED_BER_OCTETS, "aa", 2);
	ed_der_int(&der, 5);
	ed_der_close_set(&der);
	is_der(B("\x31\x0d\x02\x01\x05\x04\x01"
	         "a"
	         "\x04\x01"
	         "b"
	         "\x04\x02"
	         "aa"),
	       "a SET OF, sorted");
	begin();
	ed_der_open(&der, 0xa1);
	ed_der_close_set(&der);
	is_der(B("\xa1\x00"), "an empty one, IMPLICIT");
	begin();
	ed_der_put(&der, ED_BER_OCTETS, "z", 1);
	ed_der_open(&der, 0x31);
	ed_der_int(&der, 2);
	ed_der_int(&der, 1);
	ed_der_close_set(&der);
	ok(ed_der_done(&der) && !memcmp(out.data, "\x04\x01z\x31\x06\x02\x01\x01\x02\x01\x02", 11),
	   "what stands before it stays");
	begin();
	ed_der_open(&der, 0x31);
	ed_der_raw(&der, "\x04\x05x", 3);
	ed_der_close_set(&der);
	ok(!ed_der_done(&der), "what is no element cannot be sorted");
}

static void misuse(void)
{
	begin();
	ed_der_close(&der);
	ok(!ed_der_done(&der), "closed what was not opened");
	begin();
	ed_der_open(&der, 0x30);
	ok(!ed_der_done(&der), "not closed");
	ed_der_close(&der);
	is_der(B("\x30\x00"), "closed now");
	begin();
	for (unsigned i = 0; i < ED_DER_DEPTH; i++)
		ed_der_open(&der, 0x30);
	for (unsigned i = 0; i < ED_DER_DEPTH; i++)
		ed_der_close(&der);
	ok(ed_der_done(&der), "as deep as it may be");
	begin();
	for (unsigned i = 0; i <= ED_DER_DEPTH; i++)
		ed_der_open(&der, 0x30);
	for (unsigned i = 0; i <= ED_DER_DEPTH; i++)
		ed_der_close(&der);
	ok(!ed_der_done(&der), "one deeper");
	begin();
	ed_der_put(&der, 0x1f, "", 0);
	ok(!ed_der_done(&der), "a tag of several octets");
	ed_buf_clear(&out);
	ed_buf_init(&out, 8);
	ed_der_init(&der, &out);
	ed_der_open(&der, 0x30);
	ed_der_put(&der, ED_BER_OCTETS, "123456789", 9);
	ed_der_close(&der);
	ok(!ed_der_done(&der) && out.failed == EDOC_ERR_LIMIT, "past the buffer's maximum");
}

/* One of each, and what openssl says that it is. */
static void openssl(void)
{
	char path[] = "/tmp/der.XXXXXX", cmd[256], line[256], all[4096] = "";
	int fd = mkstemp(path);
	FILE *f;

	begin();
	ed_der_open(&der, 0x30);
	ed_der_oid(&der, "1.2.840.113549.1.9.5");
	ed_der_open(&der, 0x31);
	ed_der_time(&der, 1772683869);
	ed_der_time(&der, 2772683869);
	ed_der_close_set(&der);
	ed_der_int(&der, 300);
	ed_der_uint(&der, "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9);
	ed_der_null(&der);
	ed_der_put(&der, ED_BER_UTF8, "word", 4);
	ed_der_open(&der, 0xa3);
	ed_der_put(&der, ED_BER_OCTETS, "x", 1);
	ed_der_close(&der);
	ed_der_close(&der);
	if (!ok(ed_der_done(&der) && fd >= 0 && write(fd, out.data, out.len) == (ssize_t)out.len &&
	                !close(fd),
	        "written"))
		return;
	(void)snprintf(cmd, sizeof(cmd), "openssl asn1parse -inform DER -in %s 2>&1", path);
	f = popen(cmd, "r");
	while (f && fgets(line, sizeof(line), f))
		strncat(all, line, sizeof(all) - strlen(all) - 1);
	ok(f && pclose(f) == 0, "openssl asn1parse reads it");
	(void)unlink(path);
	static const char *const words[] = {":signingTime",
	                                    "UTCTIME           :260305041109Z",
	                                    "GENERALIZEDTIME   :2057",
	                                    "INTEGER           :012C",
	                                    "INTEGER           :FFFFFFFFFFFFFFFFFF",
	                                    "NULL",
	                                    "UTF8STRING        :word",
	                                    "cont [ 3 ]"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!ok(strstr(all, words[i]) != NULL, "... and sees %s", words[i]))
			printf("# %s\n", all);
}

int main(void)
{
	numbers();
	oids();
	times();
	nested();
	sets();
	misuse();
	openssl();
	ed_buf_clear(&out);
	return done();
}
