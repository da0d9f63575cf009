/* SPDX-License-Identifier: ISC */
#include "base/hex.h"

#include <string.h>

void ed_hex(char *out, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * len] = '\0';
}

bool ed_is_hex(const char *text, size_t len)
{
	return text && strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool ed_unhex(const char *hex, void *out, size_t len)
{
	unsigned char *p = out;

	for (size_t i = 0; i < len; i++) {
		int high = digit_value(hex[2 * i]);
		int low = high < 0 ? -1 : digit_value(hex[2 * i + 1]);
		if (low < 0)
			return false;
		p[i] = (unsigned char)(high << 4 | low);
	}
	return hex[2 * len] == '\0';
}

static const char b64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ed_b64_put(struct ed_buf *out, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (; len >= 3; p += 3, len -= 3) {
		const char quad[4] = {
		        b64_digits[p[0] >> 2], b64_digits[(p[0] & 3) << 4 | p[1] >> 4],
		        b64_digits[(p[1] & 15) << 2 | p[2] >> 6], b64_digits[p[2] & 63]};
		ed_buf_put(out, quad, sizeof quad);
	}
	if (len > 0) {
		unsigned char second = len > 1 ? p[1] : 0;
		const char three[3] = {b64_digits[p[0] >> 2],
		                       b64_digits[(p[0] & 3) << 4 | second >> 4],
		                       b64_digits[(second & 15) << 2]};
		ed_buf_put(out, three, len + 1);
		ed_buf_puts(out, len > 1 ? "=" : "==");
	}
}

/* One more than what the digit stands for; 0: no digit. */
/* clang-format off */
static const unsigned char b64_values[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
	24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46,
	47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	['+'] = 63,
	['/'] = 64,
};
/* clang-format on */

static int b64_value(char c)
{
	return b64_values[(unsigned char)c] - 1;
}

/* Four digits side by side, which nearly all are; else the caller goes one by one. */
static bool b64_quad(const char *text, unsigned char out[3])
{
	int a = b64_value(text[0]), b = b64_value(text[1]);
	int c = b64_value(text[2]), d = b64_value(text[3]);

	if ((a | b | c | d) < 0)
		return false;
	out[0] = (unsigned char)(a << 2 | b >> 4);
	out[1] = (unsigned char)(b << 4 | c >> 2);
	out[2] = (unsigned char)(c << 6 | d);
	return true;
}

bool ed_b64_get(const char *text, size_t len, struct ed_buf *out)
{
	uint32_t bits = 0;
	unsigned digits = 0, pads = 0;
	unsigned char block[384]; /* a put for each three bytes is what costs */
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		if (n == sizeof block) {
			ed_buf_put(out, block, n);
			n = 0;
		}
		if (digits == 0 && pads == 0 && len - i >= 4 && b64_quad(text + i, block + n)) {
			n += 3;
			i += 3;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '=') {
			if (++pads > 2)
				return false;
			continue;
		}
		int v = b64_value(c);
		if (v < 0 || pads > 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		if (++digits == 4) {
			block[n++] = (unsigned char)(bits >> 16);
			block[n++] = (unsigned char)(bits >> 8);
			block[n++] = (unsigned char)bits;
			bits = digits = 0;
		}
	}
	if (n > 0)
		ed_buf_put(out, block, n);
	if (digits == 0)
		return pads == 0 && out->failed == EDOC_OK;
	if (digits == 1 || digits + pads != 4)
		return false;
	/* RFC 4648 3.5: the bits that no byte takes must be zero. */
	bits <<= 6 * pads;
	if (bits & (digits == 2 ? 0xffffu : 0xffu))
		return false;
	const unsigned char two[2] = {(unsigned char)(bits >> 16), (unsigned char)(bits >> 8)};
	ed_buf_put(out, two, digits - 1);
	return out->failed == EDOC_OK;
}
