/* SPDX-License-Identifier: ISC */
#include "route/ical.h"

#include <stdio.h>
#include <string.h>

#define FOLD 75u /* octets of a line (RFC 5545 3.1) */

/* One content line, folded, but not within a letter. */
static void put_line(struct ed_buf *out, const char *line, size_t len)
{
	size_t room = FOLD;

	while (len > room) {
		size_t n = room;

		while (n > 1 && ((unsigned char)line[n] & 0xc0) == 0x80)
			n--;
		ed_buf_put(out, line, n);
		ed_buf_puts(out, "\r\n ");
		line += n;
		len -= n;
		room = FOLD - 1;
	}
	ed_buf_put(out, line, len);
	ed_buf_puts(out, "\r\n");
}

/* "NAME:" and a text, escaped by 3.3.11. */
static void put_text(struct ed_buf *out, const char *name, const char *text)
{
	struct ed_buf line;

	ed_buf_init(&line, 4096);
	ed_buf_puts(&line, name);
	for (const char *s = text; *s; s++) {
		if (strchr("\\;,", *s))
			ed_buf_putc(&line, '\\');
		ed_buf_putc(&line, *s);
	}
	if (line.failed)
		out->failed = line.failed;
	else
		put_line(out, (const char *)line.data, line.len);
	ed_buf_clear(&line);
}

/* A day keeps its UID when the calendar is issued anew, so that it is replaced
 * and not doubled. */
static void put_day(const struct ed_calendar *calendar, const struct ed_day *day, bool off,
                    struct ed_buf *out)
{
	char date[32], uid[600];

	snprintf(date, sizeof(date), "%04d%02d%02d", day->date.year, day->date.month,
	         day->date.day);
	snprintf(uid, sizeof(uid), "%s-%s@calendar.edoc", date, calendar->name);
	ed_buf_puts(out, "BEGIN:VEVENT\r\n");
	put_text(out, "UID:", uid);
	ed_buf_printf(out, "DTSTAMP:%04d%02d%02dT000000Z\r\n", calendar->date.year,
	              calendar->date.month, calendar->date.day);
	ed_buf_printf(out, "DTSTART;VALUE=DATE:%s\r\n", date);
	put_text(out, "SUMMARY:", day->name);
	put_text(out, "DESCRIPTION:", day->decree ? day->decree : day->note);
	ed_buf_printf(out, "CATEGORIES:%s\r\n", off ? "DAY OFF" : "WORKING DAY");
	ed_buf_printf(out, "STATUS:%s\r\n", day->provisional ? "TENTATIVE" : "CONFIRMED");
	ed_buf_puts(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
}

void ed_ical_write(const struct ed_calendar *calendar, struct ed_buf *out)
{
	size_t w = 0;

	ed_buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//edoc//edoc-route//EN\r\n");
	put_text(out, "NAME:", calendar->title ? calendar->title : calendar->name); /* RFC 7986 */
	for (size_t i = 0; i <= calendar->n_off; i++) {
		const struct ed_day *day = i < calendar->n_off ? &calendar->off[i] : NULL;

		while (w < calendar->n_working &&
		       (!day || ed_date_compare(calendar->working[w].date, day->date) < 0))
			put_day(calendar, &calendar->working[w++], false, out);
		if (day)
			put_day(calendar, day, true, out);
	}
	ed_buf_puts(out, "END:VCALENDAR\r\n");
}
