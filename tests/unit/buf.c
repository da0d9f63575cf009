/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include "../tap.h"

int main(void)
{
	struct ed_buf buf;
	struct edoc_error err = {0};
	char *s = NULL;

	ed_buf_init(&buf, 10);
	is_str(ed_buf_str(&buf), "", "an empty buffer is an empty string");
	ed_buf_puts(&buf, "01234");
	ed_buf_putc(&buf, '5');
	ed_buf_printf(&buf, "%d", 678);
	is_str(ed_buf_str(&buf), "012345678", "puts, putc and printf append");
	ed_buf_putc(&buf, '9');
	is_int((int64_t)buf.len, 10, "up to the maximum");
	is_ok(ed_buf_check(&buf, "b", &err), &err, "which is fine");
	ed_buf_putc(&buf, 'x');
	is_str(ed_buf_str(&buf), "0123456789", "a byte more is not taken");
	ed_buf_reset(&buf);
	ed_buf_putc(&buf, 'a');
	is_str(ed_buf_str(&buf), "a", "reset forgets the failure");
	ed_buf_printf(&buf, "%s", "0123456789");
	ed_buf_put(&buf, "", 0);
	fails(ed_buf_check(&buf, "card.xml", &err), EDOC_ERR_LIMIT, &err, "10",
	      "the failure sticks");
	is_str(err.where, "card.xml", "and names the place");
	fails(ed_buf_steal(&buf, "card.xml", &s, &err), EDOC_ERR_LIMIT, &err, "larger",
	      "nothing can be stolen from it");
	ok(!s && !buf.data && buf.max == 10, "the buffer is cleared");

	ed_buf_put(&buf, "a\0b", 3);
	ok(buf.len == 3 && buf.data[1] == 0 && buf.data[3] == 0, "NUL bytes are bytes");
	ed_buf_reset(&buf);
	is_ok(ed_buf_steal(&buf, "", &s, &err), &err, "an empty buffer can be stolen");
	is_str(s, "", "as an empty string");
	edoc_free(s);
	ed_buf_clear(&buf);

	ed_buf_init(&buf, 1 << 20);
	for (int i = 0; i < 100000; i++)
		ed_buf_putc(&buf, (char)('a' + i % 26));
	bool good = buf.len == 100000;
	for (int i = 0; i < 100000; i++)
		good = good && buf.data[i] == 'a' + i % 26;
	ok(good, "growing keeps the bytes");
	is_ok(ed_buf_steal(&buf, "", &s, &err), &err, "and is stolen whole");
	ok(s && strlen(s) == 100000, "with its end");
	edoc_free(s);
	ed_buf_init(&buf, 0);
	ed_buf_put(&buf, NULL, 0);
	ok(buf.failed == EDOC_OK, "nothing fits in nothing");
	ed_buf_putc(&buf, 'x');
	is_int(buf.failed, EDOC_ERR_LIMIT, "a byte does not");
	ed_buf_clear(&buf);
	return done();
}
