/* SPDX-License-Identifier: ISC */
/* route/icalread: one defect at a time beside a sound file, and what rules mean. */
#include "route/icalread.h"

#include "base/limits.h"

#include "../tap.h"

static struct ed_arena *arena;
static struct edoc_error err;

#define HEAD "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
#define EVENT(lines) HEAD "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"
#define DAY "SUMMARY:Feast\r\nDTSTART;VALUE=DATE:20260321\r\n"

static enum edoc_code read_len(const char *text, size_t len, struct ed_ical *out)
{
	memset(&err, 0, sizeof(err));
	*out = (struct ed_ical){.first_year = 2026, .last_year = 2028};
	return ed_ical_read(text, len, "f.ics", arena, out, &err);
}

/* The days, "20260321 Feast"; a working one has "w", a provisional one "p". */
static const char *days(const char *text)
{
	struct ed_ical out;
	const char *list = "";

	if (read_len(text, strlen(text), &out))
		return ed_arena_printf(arena, "%s: %s", err.where, err.msg);
	for (size_t i = 0; i < out.n; i++) {
		const struct ed_ical_day *d = &out.v[i];

		list = ed_arena_printf(arena, "%s%s%02d%02d%02d%s%s %s", list, i ? ", " : "",
		                       d->date.year % 100, d->date.month, d->date.day,
		                       d->working ? "w" : "", d->provisional ? "p" : "", d->name);
	}
	return list;
}

static void is_days(const char *text, const char *want, const char *what)
{
	is_str(days(text), want, what);
}

static void bad(const char *text, unsigned line, const char *word)
{
	struct ed_ical out;
	char where[40];

	fails(read_len(text, strlen(text), &out), EDOC_ERR_INPUT, &err, word, word);
	snprintf(where, sizeof(where), "f.ics:%u", line);
	is_str(err.where, where, "  and where");
}

static void events(void)
{
	is_days(EVENT(DAY), "260321 Feast", "a day");
	is_days(EVENT(DAY "DTEND;VALUE=DATE:20260322\r\n"), "260321 Feast", "its end is exclusive");
	is_days(EVENT(DAY "DTEND;VALUE=DATE:20260324\r\n"),
	        "260321 Feast, 260322 Feast, 260323 Feast", "three days");
	is_days(EVENT(DAY "DURATION:P2D\r\n"), "260321 Feast, 260322 Feast", "a duration");
	is_days(EVENT(DAY "STATUS:TENTATIVE\r\n"), "260321p Feast", "not announced yet");
	is_days(EVENT(DAY "STATUS:CANCELLED\r\n"), "", "cancelled");
	is_days(EVENT(DAY "CATEGORIES:WORKING DAY\r\n"), "260321w Feast", "worked");
	is_days(EVENT(DAY "BEGIN:VALARM\r\nTRIGGER:-PT1H\r\nSUMMARY:x\r\nEND:VALARM\r\nX-A;B=\"a:"
	                  "b\":c\r\n"),
	        "260321 Feast", "what says nothing is passed over");
	is_days(EVENT("SUMMARY:A\\, b\\; c \\\\n\\n d\r\nDTSTART:20260321\r\n"),
	        "260321 A, b; c \\n  d", "escapes");
	is_days(EVENT("SUMM\r\n ARY:Fe\r\n\tast\r\nDTSTART;VALUE=DA\r\n TE:20260321\r\n"),
	        "260321 Feast", "folded anywhere");
	is_days("BEGIN:VCALENDAR\nVERSION:2.0\n\nBEGIN:VEVENT\nsummary;language=en:Feast\n"
	        "dtstart;value=date:20260321\nEND:VEVENT\nend:vcalendar",
	        "260321 Feast", "bare newlines, any case, no newline at the end");
	is_days("\xef\xbb\xbf" EVENT(DAY), "260321 Feast", "a byte order mark");
	is_days(HEAD "END:VCALENDAR\r\n", "", "no event");
	is_days(HEAD "BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	             "BEGIN:VEVENT\r\n" DAY "END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Other\r\n"
	             "STATUS:TENTATIVE\r\nDTSTART:20260321\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	        "260321p Feast; Other", "two feasts on one day are one row");
	is_days(EVENT("SUMMARY:x\r\nDTSTART:20251231\r\nDTEND:20260102\r\n"), "260101 x",
	        "of years that are asked for");
	is_days(EVENT(DAY "RDATE;VALUE=DATE:20270322,20280323\r\n"),
	        "260321 Feast, 270322 Feast, 280323 Feast", "days beside it");
}

#define RULE(start, rule) EVENT("SUMMARY:x\r\nDTSTART:" start "\r\nRRULE:FREQ=YEARLY" rule "\r\n")

static void rules(void)
{
	is_days(RULE("20200321", ""), "260321 x, 270321 x, 280321 x", "every year");
	is_days(RULE("20240229", ""), "280229 x", "29 February, when there is one");
	is_days(RULE("20200321", ";INTERVAL=2"), "260321 x, 280321 x", "every second");
	is_days(RULE("20210321", ";INTERVAL=2"), "270321 x", "from that one on");
	is_days(RULE("20200321", ";COUNT=8"), "260321 x, 270321 x", "eight times");
	is_days(RULE("20200321", ";UNTIL=20270321"), "260321 x, 270321 x", "until that day");
	is_days(RULE("20200321", ";UNTIL=20270320"), "260321 x", "or the one before");
	is_days(RULE("20200321", ";BYMONTH=3,9;BYMONTHDAY=21,-1"),
	        "260321 x, 260331 x, 260921 x, 260930 x, 270321 x, 270331 x, 270921 x, 270930 x, "
	        "280321 x, 280331 x, 280921 x, 280930 x",
	        "months and their days, from the end too");
	is_days(RULE("20200321", ";BYMONTH=3,9"),
	        "260321 x, 260921 x, 270321 x, 270921 x, 280321 x, 280921 x", "the same of months");
	is_days(RULE("20201126", ";BYMONTH=11;BYDAY=4TH"), "261126 x, 271125 x, 281123 x",
	        "the fourth Thursday of November");
	is_days(RULE("20200525", ";BYMONTH=5;BYDAY=-1MO"), "260525 x, 270531 x, 280529 x",
	        "the last Monday of May");
	is_days(RULE("20200106", ";BYDAY=1MO"), "260105 x, 270104 x, 280103 x",
	        "the first Monday of the year");
	is_days(RULE("20201231", ";BYDAY=-1TH"), "261231 x, 271230 x, 281228 x",
	        "the last Thursday");
	is_days(RULE("20201113", ";BYMONTH=11;BYMONTHDAY=13;BYDAY=FR"), "261113 x",
	        "a Friday the thirteenth");
	is_days(RULE("20200321", ";WKST=SU\r\nEXDATE;VALUE=DATE:20270321"), "260321 x, 280321 x",
	        "but for a day");
	is_days(RULE("20200321", "\r\nDURATION:P2D\r\nEXDATE:20270321,20280321"),
	        "260321 x, 260322 x", "two days each, but for some");
}

static void refusals(void)
{
	bad("", 0, "BEGIN:VCALENDAR is missing");
	bad("hello\r\n", 1, "no line \"NAME:value\"");
	bad("BEGIN:VEVENT\r\n", 1, "BEGIN:VCALENDAR is missing");
	bad(HEAD, 1, "has no END");
	bad("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", 1, "without VERSION");
	bad("BEGIN:VCALENDAR\r\nVERSION:1.0\r\nEND:VCALENDAR\r\n", 2, "version 1.0");
	bad(HEAD "CALSCALE:ISLAMIC\r\nEND:VCALENDAR\r\n", 4, "ISLAMIC");
	bad(HEAD "BEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", 4, "VTODO");
	bad(HEAD "END:VEVENT\r\nEND:VCALENDAR\r\n", 4, "ends something else");
	bad(HEAD "BEGIN:VTIMEZONE\r\nEND:VCALENDAR\r\n", 5, "ends something else");
	bad(HEAD "BEGIN:VTIMEZONE\r\n", 4, "has no END");
	bad(HEAD "BEGIN:VEVENT\r\n" DAY, 4, "has no END");
	bad(EVENT(DAY) "BEGIN:VCALENDAR\r\n", 9, "behind the calendar");
	bad(EVENT(DAY "BEGIN:VEVENT\r\n"), 7, "VEVENT in an event");
	bad(EVENT("SUMMARY:x\r\n"), 4, "without DTSTART");
	bad(EVENT("DTSTART:20260321\r\n"), 4, "without SUMMARY");
	bad(EVENT("SUMMARY:\r\nDTSTART:20260321\r\n"), 4, "without SUMMARY");
	bad(EVENT("SUMMARY:x\r\nDTSTART:20260321T100000Z\r\n"), 6, "no whole day");
	bad(EVENT("SUMMARY:x\r\nDTSTART;TZID=Asia/Tashkent:20260321T100000\r\n"), 6,
	    "no whole day");
	bad(EVENT("SUMMARY:x\r\nDTSTART;VALUE=DATE-TIME:20260321\r\n"), 6, "VALUE=DATE");
	bad(EVENT("SUMMARY:x\r\nDTSTART:20260229\r\n"), 6, "no whole day");
	bad(EVENT(DAY DAY), 7, "stands twice");
	bad(EVENT(DAY "DTEND:20260321\r\n"), 4, "1 to 366 days");
	bad(EVENT(DAY "DTEND:20260320\r\n"), 4, "1 to 366 days");
	bad(EVENT(DAY "DTEND:20270323\r\n"), 4, "1 to 366 days");
	bad(EVENT(DAY "DTEND:20260322\r\nDURATION:P1D\r\n"), 4, "not both");
	bad(EVENT(DAY "DURATION:PT24H\r\n"), 7, "whole days");
	bad(EVENT(DAY "DURATION:P0D\r\n"), 7, "whole days");
	bad(EVENT(DAY "RECURRENCE-ID:20260321\r\n"), 7, "RECURRENCE-ID");
	bad(EVENT(DAY "EXRULE:FREQ=YEARLY\r\n"), 7, "EXRULE");
	bad(EVENT(DAY "STATUS:MAYBE\r\n"), 7, "no status");
	bad(EVENT(DAY "RDATE;VALUE=PERIOD:20260321T000000Z/P1D\r\n"), 7, "VALUE=DATE");
	bad(EVENT(DAY "EXDATE:20260321,\r\n"), 7, "no list of whole days");
	bad(EVENT("DTSTART:20260321\r\nSUMMARY:a\\b\r\n"), 6, "stands before");
	bad(EVENT("DTSTART:20260321\r\nSUMMARY:a\\\r\n"), 6, "stands before");
	bad(EVENT("DTSTART:20260321\r\nSUMMARY:a\x1b[31m\r\n"), 6, "control character");
	bad(EVENT("DTSTART:20260321\r\nSUMMARY:a\rb\r\n"), 6, "control character");
	bad(HEAD "BEGIN:VEVENT\r\n" DAY "END:VEVENT\r\nBEGIN:VEVENT\r\n" DAY
	         "CATEGORIES:WORKING DAY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	    8, "working day of another event");
}

static void bad_rules(void)
{
	static const struct {
		const char *rule, *word;
	} t[] = {{"FREQ=MONTHLY", "only yearly"},
	         {"FREQ=yearly", "only yearly"},
	         {"BYMONTH=3", "without FREQ"},
	         {"FREQ=YEARLY;FREQ=YEARLY", "stands twice"},
	         {"FREQ=YEARLY;BYWEEKNO=12", "BYWEEKNO of a rule"},
	         {"FREQ=YEARLY;BYYEARDAY=80", "BYYEARDAY of a rule"},
	         {"FREQ=YEARLY;BYSETPOS=1", "BYSETPOS of a rule"},
	         {"FREQ=YEARLY;BYHOUR=1", "BYHOUR of a rule"},
	         {"FREQ=YEARLY;BYMONTH=13", "can not have"},
	         {"FREQ=YEARLY;BYMONTH=0", "can not have"},
	         {"FREQ=YEARLY;BYMONTH=-3", "can not have"},
	         {"FREQ=YEARLY;BYMONTH=3,", "can not have"},
	         {"FREQ=YEARLY;BYMONTH= 3", "can not have"},
	         {"FREQ=YEARLY;BYMONTH=99999999999999999999", "can not have"},
	         {"FREQ=YEARLY;BYMONTHDAY=32", "can not have"},
	         {"FREQ=YEARLY;BYMONTHDAY=0", "can not have"},
	         {"FREQ=YEARLY;BYDAY=XX", "no weekdays"},
	         {"FREQ=YEARLY;BYDAY=0MO", "no weekdays"},
	         {"FREQ=YEARLY;BYDAY=54MO", "no weekdays"},
	         {"FREQ=YEARLY;BYDAY=MO,", "no weekdays"},
	         {"FREQ=YEARLY;BYDAY=M", "no weekdays"},
	         {"FREQ=YEARLY;BYDAY=3SA;BYMONTHDAY=21", "with a number and BYMONTHDAY"},
	         {"FREQ=YEARLY;INTERVAL=0", "can not have"},
	         {"FREQ=YEARLY;COUNT=0", "can not have"},
	         {"FREQ=YEARLY;COUNT=2;UNTIL=20270101", "not both"},
	         {"FREQ=YEARLY;UNTIL=20270101T000000Z", "no whole day"},
	         {"FREQ=YEARLY;BYMONTH", "no part of a rule"},
	         {"FREQ=YEARLY;BYMONTH=", "no part of a rule"},
	         {"FREQ=YEARLY;BYMONTH=4", "none of its rule"},
	         {"FREQ=YEARLY;BYDAY=1SA", "none of its rule"}};

	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		bad(ed_arena_printf(arena, EVENT(DAY "RRULE:%s\r\n"), t[i].rule), 7, t[i].word);
}

static void limits(void)
{
	struct ed_ical out;
	char name[ED_MAX_CALENDAR_LINE + 2];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	bad(ed_arena_printf(arena, EVENT("DTSTART:20260321\r\nSUMMARY:%s\r\n"), name), 6, "longer");
	ok(!strncmp(days(ed_arena_printf(arena, EVENT("DTSTART:20260321\r\nSUMMARY:%s\r\n"),
	                                 name + 1)),
	            "260321 nnn", 10),
	   "one byte less is a name");
	is_days(RULE("10000101", ";BYDAY=MO,TU,WE,TH,FR,SA,SU;UNTIL=20260102"),
	        "260101 x, 260102 x", "a rule that is a thousand years old");
	fails(read_len("BEGIN:VCALENDAR\0", 16, &out), EDOC_ERR_INPUT, &err, "UTF-8", "a NUL");
	fails(read_len("BEGIN:\xff\xfe", 8, &out), EDOC_ERR_INPUT, &err, "UTF-8", "no UTF-8");
	fails(read_len("", 0, &out), EDOC_ERR_INPUT, &err, "missing", "nothing");
}

/* However it is cut, it is refused or read; nothing else. */
static void cut(void)
{
	static const char whole[] =
	        HEAD "BEGIN:VEVENT\r\nSUMMARY:A\\,\r\n b\r\nDTSTART:20200321\r\n"
	             "RRULE:FREQ=YEARLY;BYDAY=3SA;BYMONTH=3\r\nEXDATE:20270320\r\n"
	             "END:VEVENT\r\nEND:VCALENDAR\r\n";
	unsigned taken = 0;
	struct ed_ical out;

	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, whole, n);
		taken += !read_len(copy, n, &out);
		free(copy);
	}
	is_int(taken, 1, "cut anywhere it is refused, but before its last newline");
	is_days(whole, "260321 A,b, 280318 A,b", "whole it is read");
}

int main(void)
{
	arena = ed_arena_new();
	events();
	rules();
	refusals();
	bad_rules();
	limits();
	cut();
	ed_arena_free(arena);
	return done();
}
