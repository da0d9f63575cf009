/* SPDX-License-Identifier: ISC */
#include "base/hex.h"

#include "../tap.h"

static void hex(void)
{
	char text[9];
	unsigned char out[4] = {0};

	ed_hex(text, "\x00\xffz\x0a", 4);
	is_str(text, "00ff7a0a", "hex is written");
	ok(ed_unhex("00ff7a0a", out, 4) && !memcmp(out, "\x00\xffz\x0a", 4), "and read");
	ok(ed_unhex("", out, 0), "nothing is the hex of nothing");
	static const char *const bad[] = {"00ff7a0",  "00ff7a0a0", "00FF7a0a",
	                                  "00ff7a0g", "",          "00ff7a 0"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!ed_unhex(bad[i], out, 4), "not hex of four bytes: \"%s\"", bad[i]);
}

static void base64(void)
{
	/* RFC 4648 10 */
	static const char *const rows[][2] = {{"", ""},
	                                      {"f", "Zg=="},
	                                      {"fo", "Zm8="},
	                                      {"foo", "Zm9v"},
	                                      {"foob", "Zm9vYg=="},
	                                      {"fooba", "Zm9vYmE="},
	                                      {"foobar", "Zm9vYmFy"}};
	struct ed_buf buf;
	ed_buf_init(&buf, 4096);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ed_buf_reset(&buf);
		ed_b64_put(&buf, rows[i][0], strlen(rows[i][0]));
		is_str(ed_buf_str(&buf), rows[i][1], "base64 is written");
		ed_buf_reset(&buf);
		ok(ed_b64_get(rows[i][1], strlen(rows[i][1]), &buf), "and read");
		is_str(ed_buf_str(&buf), rows[i][0], "as it was");
	}
	static const char *const good[] = {"Z m\n8=", " Zm8 = ", "\tZm\r\n8=\n"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		ed_buf_reset(&buf);
		ok(ed_b64_get(good[i], strlen(good[i]), &buf), "white space is skipped");
		is_str(ed_buf_str(&buf), "fo", "everywhere");
	}
	static const char *const bad[] = {
	        "Zg",   "Zg=",  "Z",        "Zm8",  "Zm9v=", "Zm9v====", "Zm8==", "Zg===", "=",
	        "Zh==", "Zm9=", "Zm8=Zm8=", "Zm-_", "Zm9v!", "Zm\v9v",   "====",  "Z==="};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ed_buf_reset(&buf);
		ok(!ed_b64_get(bad[i], strlen(bad[i]), &buf), "not base64: %s", bad[i]);
	}
	ok(!ed_b64_get("Zm\0v", 4, &buf), "a NUL is no digit");

	unsigned char all[256];
	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	bool round = true;
	for (size_t n = 0; n <= 256; n++) {
		struct ed_buf back;
		ed_buf_init(&back, 4096);
		ed_buf_reset(&buf);
		ed_b64_put(&buf, all, n);
		round = round && ed_b64_get(ed_buf_str(&buf), buf.len, &back) && back.len == n &&
		        (n == 0 || !memcmp(back.data, all, n));
		ed_buf_clear(&back);
	}
	ok(round, "every length goes both ways");

	struct ed_buf wide, back;
	ed_buf_init(&wide, 8192);
	ed_buf_init(&back, 8192);
	ed_buf_reset(&buf);
	for (int i = 0; i < 5; i++)
		ed_buf_put(&back, all, sizeof all);
	ed_b64_put(&buf, back.data, back.len);
	for (size_t i = 0; i < buf.len; i++) { /* a line of 7 is no whole number of fours */
		ed_buf_putc(&wide, (char)buf.data[i]);
		if (i % 7 == 6)
			ed_buf_puts(&wide, "\r\n");
	}
	ed_buf_reset(&back);
	ok(ed_b64_get(ed_buf_str(&wide), wide.len, &back) && back.len == 5 * sizeof all &&
	           !memcmp(back.data + 4 * sizeof all, all, sizeof all),
	   "and lines of any width");
	ed_buf_clear(&wide);
	ed_buf_clear(&back);
	ed_buf_clear(&buf);
	ed_buf_init(&buf, 2);
	ok(!ed_b64_get("Zm9v", 4, &buf), "more than fits is refused");
	ed_buf_clear(&buf);
}

int main(void)
{
	hex();
	base64();
	return done();
}
