/* SPDX-License-Identifier: ISC */
#include "base/time.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"

static void dates(void)
{
	is_int(ed_days((struct ed_date){1970, 1, 1}), 0, "the epoch is day 0");
	is_int(ed_days((struct ed_date){2000, 2, 29}), 11016, "2000-02-29");
	is_int(ed_days((struct ed_date){1, 1, 1}), -719162, "0001-01-01");
	bool round = true;
	for (int64_t d = -800000; d < 3000000; d += 37) {
		struct ed_date date = ed_date_of(d);
		round = round && ed_date_valid(date) && ed_days(date) == d;
	}
	ok(round, "days and dates go both ways");
	is_int(ed_weekday((struct ed_date){2026, 3, 5}), 4, "2026-03-05 is a Thursday");
	is_int(ed_weekday((struct ed_date){1969, 12, 28}), 7, "1969-12-28 is a Sunday");
	ok(!ed_date_valid((struct ed_date){1900, 2, 29}), "1900 is no leap year");
	ok(ed_date_valid((struct ed_date){2000, 2, 29}), "2000 is one");
	struct ed_date d = ed_date_add_months((struct ed_date){2024, 1, 31}, 1);
	ok(d.month == 2 && d.day == 29, "a month after 31 January 2024 is 29 February");
	d = ed_date_add_months((struct ed_date){2024, 3, 31}, -13);
	ok(d.year == 2023 && d.month == 2 && d.day == 28, "13 months before 31 March 2024");
	d = ed_date_add_days((struct ed_date){2025, 12, 31}, 1);
	ok(d.year == 2026 && d.month == 1 && d.day == 1, "a day over the year's end");
	(void)ed_date_add_days(d, INT64_MAX);
	ok(ed_date_compare((struct ed_date){2025, 1, 2}, (struct ed_date){2025, 1, 3}) < 0 &&
	           ed_date_compare((struct ed_date){2025, 2, 1}, (struct ed_date){2025, 1, 9}) >
	                   0 &&
	           ed_date_compare(d, d) == 0,
	   "dates compare");
	ok(ed_date_parse("2024-02-29", &d) && d.day == 29, "a date is read");
	static const char *const bad[] = {"",           "2024-02-30", "2024-2-03",   "2024-02-03 ",
	                                  "24-02-03",   "2024/02/03", "+024-02-03",  "2024-00-03",
	                                  "2024-13-01", "2024-01-00", "2024-02-03T", " 2024-02-03"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ok(!ed_date_parse(bad[i], &d), "no date: \"%s\"", bad[i]);
}

static void instants(void)
{
	static const struct {
		const char *text;
		int64_t t;
	} good[] = {{"1970-01-01T00:00:00Z", 0},
	            {"2026-03-05T04:11:09Z", 1772683869},
	            {"2026-03-05T09:11:09+05:00", 1772683869},
	            {"2026-03-05T09:11:09.999+05:00", 1772683869},
	            {"2026-03-04T23:11:09-05:00", 1772683869},
	            {"1969-12-31T23:59:59Z", -1},
	            {"9999-12-31T23:59:59Z", 253402300799}};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t t = 0;
		ok(ed_time_parse(good[i].text, &t), "read: %s", good[i].text);
		is_int(t, good[i].t, "and it is the right instant");
	}
	static const char *const bad[] = {
	        "",
	        "2026-03-05T04:11:09",
	        "2026-03-05 04:11:09Z",
	        "2026-03-05T04:11:09z",
	        "2026-03-05T24:00:00Z",
	        "2026-03-05T04:60:09Z",
	        "2026-03-05T04:11:60Z",
	        "2026-03-05T04:11:09.Z",
	        "2026-03-05T04:11:09+14:01",
	        "2026-03-05T04:11:09+5:00",
	        "2026-03-05T04:11:09+0500",
	        "2026-03-05T04:11:09+05:60",
	        "2026-03-05T04:11:09Z ",
	        "2026-02-29T04:11:09Z",
	        "-026-03-05T04:11:09Z",
	        "2026-03-05T04:11Z",
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t t = 5;
		ok(!ed_time_parse(bad[i], &t) && t == 5, "no instant: \"%s\"", bad[i]);
	}
	char text[ED_TIME_STR];
	ed_time_format(text, 1772683869);
	is_str(text, "2026-03-05T04:11:09Z", "an instant is written");
	ed_time_format(text, -1);
	is_str(text, "1969-12-31T23:59:59Z", "one before the epoch");
	ed_time_format(text, ED_TIME_NONE);
	is_str(text, "", "none is empty");
	ed_time_format(text, INT64_MAX);
	ok(strlen(text) < ED_TIME_STR, "the last instant fits");
	ed_date_format(text, (struct ed_date){987, 6, 5});
	is_str(text, "0987-06-05", "a date is written");
}

/* A zone file of version 2 with one transition: +06:00, from t = 1000 on +05:00. */
struct zone_file {
	unsigned char bytes[256];
	size_t len;
};

static void put(struct zone_file *f, const void *p, size_t n)
{
	memcpy(f->bytes + f->len, p, n);
	f->len += n;
}

static void header(struct zone_file *f, unsigned times, unsigned types, unsigned chars)
{
	unsigned char h[44] = "TZif2";
	h[35] = (unsigned char)times;
	h[39] = (unsigned char)types;
	h[43] = (unsigned char)chars;
	put(f, h, sizeof h);
}

static struct zone_file zone_file(const char *footer)
{
	struct zone_file f = {.len = 0};
	header(&f, 0, 1, 1);
	put(&f, "\0\0\0\0\0\0\0", 7);
	header(&f, 1, 2, 4);
	put(&f, "\0\0\0\0\0\0\x03\xe8", 8);
	put(&f, "\1", 1);
	put(&f, "\0\0\x54\x60\0\0", 6);
	put(&f, "\0\0\x46\x50\0\0", 6);
	put(&f, "+05", 4);
	put(&f, footer, strlen(footer));
	return f;
}

static enum edoc_code load(const struct zone_file *f, struct ed_zone **zone, struct edoc_error *err)
{
	char dir[] = "/tmp/edoc-zone.XXXXXX", path[64];
	if (!mkdtemp(dir))
		return EDOC_ERR_BUG;
	snprintf(path, sizeof path, "%s/X", dir);
	FILE *out = fopen(path, "w");
	if (out) {
		fwrite(f->bytes, 1, f->len, out);
		fclose(out);
	}
	enum edoc_code code = ed_zone_load(dir, "X", zone, err);
	unlink(path);
	rmdir(dir);
	return code;
}

static void zones(void)
{
	struct edoc_error err = {0};
	struct ed_zone *zone = NULL;
	struct zone_file f = zone_file("\n<+05>-5\n");

	if (!is_ok(load(&f, &zone, &err), &err, "a zone file is read"))
		return;
	struct ed_civil c = ed_zone_civil(zone, 999);
	ok(c.offset == 21600 && c.hour == 6 && c.minute == 16 && c.second == 39,
	   "+06:00 before the transition");
	c = ed_zone_civil(zone, 1000);
	ok(c.offset == 18000 && c.hour == 5 && c.minute == 16, "+05:00 from it on");
	c = ed_zone_civil(zone, 0);
	is_int(ed_zone_instant(zone, c), 0, "a wall time gives its instant");
	c = (struct ed_civil){.date = {1970, 1, 1}, .hour = 5, .minute = 30};
	is_int(ed_zone_instant(zone, c), -1800, "of two instants the earlier");
	ed_zone_free(zone);

	static const char *const bad[] = {"",
	                                  "\n",
	                                  "\n<+05>-5",
	                                  "\n<+05-5\n",
	                                  "\nX\n",
	                                  "\n<+06>-6\n",
	                                  "\nCET-1CEST,M3.5.0,M10.5.0\n"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		f = zone_file(bad[i]);
		fails(load(&f, &zone, &err), EDOC_ERR_INPUT, &err, NULL, "a bad footer is refused");
	}
	f = zone_file("\n\n");
	is_ok(load(&f, &zone, &err), &err, "an empty footer says nothing");
	ed_zone_free(zone);
	f = zone_file("\n<+05>-5\n");
	bool refused = true;
	for (size_t n = 0; n < f.len; n++) {
		struct zone_file cut = f;
		cut.len = n;
		refused = refused && load(&cut, &zone, &err) == EDOC_ERR_INPUT && !zone;
	}
	ok(refused, "a file cut anywhere is refused");
	struct zone_file broken = f;
	broken.bytes[44 + 7 + 44 + 8] = 2;
	fails(load(&broken, &zone, &err), EDOC_ERR_INPUT, &err, "3.2", "a type past the table");
	broken = f;
	broken.bytes[4] = '\0';
	fails(load(&broken, &zone, &err), EDOC_ERR_INPUT, &err, "version", "version 1 is refused");
	fails(ed_zone_load(NULL, "../etc/passwd", &zone, &err), EDOC_ERR_INPUT, &err, "name",
	      "a name that leaves the folder");
	fails(ed_zone_load("/nonexistent", "Asia/Dushanbe", &zone, &err), EDOC_ERR_ABSENT, &err,
	      "tzdata", "a zone that is not there");
}

static void real_zones(void)
{
	struct edoc_error err = {0};
	struct ed_zone *zone = NULL;
	struct stat st;

	if (stat("/usr/share/zoneinfo/Asia/Dushanbe", &st) != 0) {
		ok(true, "Asia/Dushanbe # SKIP no tzdata");
		return;
	}
	is_ok(ed_zone_load(NULL, "Asia/Dushanbe", &zone, &err), &err, "Asia/Dushanbe is read");
	struct ed_civil c = ed_zone_civil(zone, 1772683869);
	ok(c.offset == 18000 && c.hour == 9 && c.date.day == 5, "it is five hours ahead");
	is_int(ed_zone_instant(zone, c), 1772683869, "and back");
	bool same = true;
	for (int64_t t = -2000000000; t < 4000000000; t += 7777777) {
		c = ed_zone_civil(zone, t);
		int64_t back = ed_zone_instant(zone, c);
		same = same && back <= t && t - back <= 2 * 3600;
	}
	ok(same, "every wall time gives its instant or the earlier twin");
	/* Summer time began on 1981-04-01: 23:00 UTC the day before, 05:00 there -> 06:00. */
	c = (struct ed_civil){.date = {1981, 4, 1}, .minute = 30};
	int64_t t = ed_zone_instant(zone, c);
	struct ed_civil shown = ed_zone_civil(zone, t);
	ok(shown.hour == 1 && shown.minute == 30, "in the gap the later instant is taken");
	ed_zone_free(zone);
}

int main(void)
{
	dates();
	instants();
	zones();
	real_zones();
	return done();
}
