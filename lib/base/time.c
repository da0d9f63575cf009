/* SPDX-License-Identifier: ISC */
#include "base/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"

#define DAY 86400

/* Days of March-based years, after Howard Hinnant's civil calendar. */
int64_t ed_days(struct ed_date date)
{
	int64_t y = (int64_t)date.year - (date.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct ed_date ed_date_of(int64_t days)
{
	/* Past these years an int of years would overflow. */
	const int64_t most = (int64_t)700000000 * 365;

	days = days > most ? most : days < -most ? -most : days;
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct ed_date){.year = (int)(yoe + era * 400 + (month <= 2)),
	                        .month = month,
	                        .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

static int seconds(int hour, int minute, int second)
{
	return (hour * 60 + minute) * 60 + second;
}

static int month_days(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

bool ed_date_valid(struct ed_date date)
{
	return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
	       date.day <= month_days(date.year, date.month);
}

int ed_weekday(struct ed_date date)
{
	int64_t d = (ed_days(date) + 3) % 7; /* 1970-01-01 was a Thursday */

	return (int)(d < 0 ? d + 7 : d) + 1;
}

struct ed_date ed_date_add_days(struct ed_date date, int64_t days)
{
	int64_t sum;

	if (__builtin_add_overflow(ed_days(date), days, &sum))
		sum = days > 0 ? INT64_MAX : INT64_MIN;
	return ed_date_of(sum);
}

struct ed_date ed_date_add_months(struct ed_date date, int months)
{
	int64_t m = (int64_t)date.year * 12 + (date.month - 1) + months;
	int64_t year = (m >= 0 ? m : m - 11) / 12;
	struct ed_date sum = {(int)year, (int)(m - year * 12) + 1, date.day};

	if (sum.day > month_days(sum.year, sum.month))
		sum.day = month_days(sum.year, sum.month);
	return sum;
}

int ed_date_compare(struct ed_date a, struct ed_date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return a.day < b.day ? -1 : a.day > b.day;
}

/* Exactly n digits, then moves on. */
static bool number(const char **s, int n, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++, ++*s) {
		if (**s < '0' || **s > '9')
			return false;
		*value = *value * 10 + (**s - '0');
	}
	return true;
}

static bool literal(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

static bool parse_date(const char **s, struct ed_date *date)
{
	return number(s, 4, &date->year) && literal(s, '-') && number(s, 2, &date->month) &&
	       literal(s, '-') && number(s, 2, &date->day) && ed_date_valid(*date);
}

bool ed_date_parse(const char *s, struct ed_date *date)
{
	struct ed_date d;

	if (!parse_date(&s, &d) || *s)
		return false;
	*date = d;
	return true;
}

/* "Z" or "+05:00"; XML Schema 3.2.7.3 bounds it at 14 hours. */
static bool parse_offset(const char **s, int *offset)
{
	int hours, minutes;

	*offset = 0;
	if (literal(s, 'Z'))
		return true;
	int sign = **s == '-' ? -1 : 1;
	if (!literal(s, '+') && !literal(s, '-'))
		return false;
	if (!number(s, 2, &hours) || !literal(s, ':') || !number(s, 2, &minutes))
		return false;
	if (minutes > 59 || hours * 60 + minutes > 14 * 60)
		return false;
	*offset = sign * (hours * 60 + minutes) * 60;
	return true;
}

bool ed_time_parse(const char *s, int64_t *t)
{
	struct ed_date date;
	int hour, minute, second, offset;

	if (!parse_date(&s, &date) || !literal(&s, 'T') || !number(&s, 2, &hour) ||
	    !literal(&s, ':') || !number(&s, 2, &minute) || !literal(&s, ':') ||
	    !number(&s, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	if (literal(&s, '.')) {
		size_t n = strspn(s, "0123456789");
		if (n == 0)
			return false;
		s += n;
	}
	if (!parse_offset(&s, &offset) || *s)
		return false;
	*t = ed_days(date) * DAY + seconds(hour, minute, second) - offset;
	return true;
}

void ed_date_format(char out[ED_TIME_STR], struct ed_date date)
{
	(void)snprintf(out, ED_TIME_STR, "%04d-%02d-%02d", date.year, date.month, date.day);
}

/* n digits and what stands behind them. */
static char *put_number(char *p, int value, int n, char behind)
{
	p[n] = behind;
	for (int i = n; i-- > 0; value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + n + 1;
}

/* By hand: a report holds dozens, and printf would be a tenth of its cost. */
void ed_time_format(char out[ED_TIME_STR], int64_t t)
{
	struct ed_civil c = ed_zone_civil(NULL, t);
	char *p = out;

	if (t == ED_TIME_NONE) {
		out[0] = '\0';
		return;
	}
	if (c.date.year >= 0 && c.date.year <= 9999)
		p = put_number(p, c.date.year, 4, '-');
	else
		p += snprintf(p, ED_TIME_STR, "%d-", c.date.year);
	p = put_number(p, c.date.month, 2, '-');
	p = put_number(p, c.date.day, 2, 'T');
	p = put_number(p, c.hour, 2, ':');
	p = put_number(p, c.minute, 2, ':');
	p = put_number(p, c.second, 2, 'Z');
	*p = '\0';
}

/* ---- zones ---- */

#define MAX_ZONE_BYTES ((size_t)256 << 10)
#define MAX_TRANSITIONS 5000u
#define HEADER 44

struct ed_zone {
	size_t n;
	int64_t *at; /* ascending; offset[i + 1] holds from at[i] on */
	int *offset; /* n + 1 of them */
};

void ed_zone_free(struct ed_zone *zone)
{
	if (!zone)
		return;
	free(zone->at);
	free(zone->offset);
	free(zone);
}

static bool good_zone_name(const char *name)
{
	if (name[0] == '/' || name[0] == '\0' || strlen(name) > 64 || strstr(name, ".."))
		return false;
	return name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                         "0123456789_+-/")] == '\0';
}

static uint64_t big_endian(const unsigned char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* RFC 8536 3.1 */
struct tzif {
	unsigned version;
	uint64_t isut, isstd, leap, times, types, chars;
};

static bool read_header(const unsigned char *p, size_t len, struct tzif *h)
{
	if (len < HEADER || memcmp(p, "TZif", 4) != 0)
		return false;
	h->version = p[4];
	h->isut = big_endian(p + 20, 4);
	h->isstd = big_endian(p + 24, 4);
	h->leap = big_endian(p + 28, 4);
	h->times = big_endian(p + 32, 4);
	h->types = big_endian(p + 36, 4);
	h->chars = big_endian(p + 40, 4);
	return h->times <= MAX_TRANSITIONS && h->types >= 1 && h->types <= 256 &&
	       h->chars <= 1024 && h->leap <= 1024 && h->isut <= 256 && h->isstd <= 256;
}

static size_t body_size(const struct tzif *h, size_t time_size)
{
	return (size_t)(h->times * (time_size + 1) + h->types * 6 + h->chars +
	                h->leap * (time_size + 4) + h->isstd + h->isut);
}

/* hh[:mm[:ss]] of a footer, signed, in seconds west of Greenwich. */
static bool footer_offset(const char **s, int *west)
{
	int sign = **s == '-' ? -1 : 1, part[3] = {0};

	if (**s == '-' || **s == '+')
		++*s;
	for (int i = 0; i < 3; i++) {
		int digits = 0;
		for (; **s >= '0' && **s <= '9' && digits < 3; ++*s, digits++)
			part[i] = part[i] * 10 + (**s - '0');
		if (digits == 0)
			return false;
		if (**s != ':')
			break;
		++*s;
	}
	*west = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return part[0] <= 24 && part[1] < 60 && part[2] < 60;
}

/* The footer "\n<+05>-5\n": true when it is a fixed offset (POSIX TZ without
 * a daylight name).  An empty one says nothing: *given stays false. */
static bool read_footer(const unsigned char *p, size_t len, int *offset, bool *given)
{
	char text[64];
	const unsigned char *end = len > 1 ? memchr(p + 1, '\n', len - 1) : NULL;

	*given = false;
	if (len < 2 || p[0] != '\n' || !end || (size_t)(end - p) > sizeof text)
		return false;
	size_t n = (size_t)(end - p) - 1;
	memcpy(text, p + 1, n);
	text[n] = '\0';
	if (n == 0)
		return true;
	const char *s = text;
	if (*s == '<') {
		s = strchr(s, '>');
		if (!s)
			return false;
		s++;
	} else {
		while ((*s | 32) >= 'a' && (*s | 32) <= 'z')
			s++;
	}
	int west;
	if (s == text || !footer_offset(&s, &west) || *s)
		return false;
	*offset = -west;
	*given = true;
	return true;
}

/* The 64-bit block of a version 2+ file, its header read, p at its body. */
static bool read_body(const unsigned char *p, const struct tzif *h, struct ed_zone *zone)
{
	const unsigned char *index = p + h->times * 8, *types = index + h->times;

	zone->n = (size_t)h->times;
	for (size_t i = 0; i <= zone->n; i++) {
		/* RFC 8536 3.2: type 0 holds before the first transition. */
		unsigned type = i == 0 ? 0 : index[i - 1];
		if (type >= h->types)
			return false;
		zone->offset[i] = (int)(int32_t)(uint32_t)big_endian(types + (size_t)6 * type, 4);
		if (zone->offset[i] < -26 * 3600 || zone->offset[i] > 26 * 3600)
			return false;
		if (i == 0)
			continue;
		zone->at[i - 1] = (int64_t)big_endian(p + 8 * (i - 1), 8);
		if (i > 1 && zone->at[i - 1] <= zone->at[i - 2])
			return false;
	}
	return true;
}

static enum edoc_code parse_zone(const unsigned char *p, size_t len, const char *name,
                                 struct ed_zone *zone, struct edoc_error *err)
{
	struct tzif h;
	int offset;
	bool given;

	if (!read_header(p, len, &h) || h.version < '2' || body_size(&h, 4) > len - HEADER)
		return ed_fail(err, EDOC_ERR_INPUT, name,
		               "no time zone file of version 2 or later (RFC 8536)");
	size_t skip = HEADER + body_size(&h, 4);
	p += skip;
	len -= skip;
	if (!read_header(p, len, &h) || body_size(&h, 8) > len - HEADER)
		return ed_fail(err, EDOC_ERR_INPUT, name, "a cut time zone file (RFC 8536 3.1)");
	zone->at = calloc((size_t)h.times + 1, sizeof *zone->at);
	zone->offset = calloc((size_t)h.times + 1, sizeof *zone->offset);
	if (!zone->at || !zone->offset)
		return ed_fail_memory(err);
	if (!read_body(p + HEADER, &h, zone))
		return ed_fail(err, EDOC_ERR_INPUT, name, "a broken time zone file (RFC 8536 3.2)");
	skip = HEADER + body_size(&h, 8);
	if (!read_footer(p + skip, len - skip, &offset, &given))
		return ed_fail(err, EDOC_ERR_INPUT, name,
		               "only zones whose clocks stay at one offset from now on are read");
	if (given && offset != zone->offset[zone->n])
		return ed_fail(err, EDOC_ERR_INPUT, name,
		               "the footer contradicts the last transition (RFC 8536 3.3)");
	return EDOC_OK;
}

enum edoc_code ed_zone_load(const char *root, const char *name, struct ed_zone **zone,
                            struct edoc_error *err)
{
	struct ed_buf buf;
	struct ed_zone *z = NULL;
	char *path = NULL;
	enum edoc_code code;

	*zone = NULL;
	ed_buf_init(&buf, MAX_ZONE_BYTES);
	if (!good_zone_name(name)) {
		code = ed_fail(err, EDOC_ERR_INPUT, name,
		               "no name of a time zone; one looks like Asia/Dushanbe");
		goto out;
	}
	path = ed_path_join(root ? root : "/usr/share/zoneinfo", name);
	z = calloc(1, sizeof *z);
	if (!path || !z) {
		code = ed_fail_memory(err);
		goto out;
	}
	code = ed_read_path(path, &buf, err);
	if (code == EDOC_ERR_ABSENT)
		ed_fail(err, code, name, "no such time zone; is the package tzdata installed?");
	if (code != EDOC_OK)
		goto out;
	code = parse_zone(buf.data ? buf.data : (const unsigned char *)"", buf.len, name, z, err);
	if (code == EDOC_OK) {
		*zone = z;
		z = NULL;
	}
out:
	ed_zone_free(z);
	free(path);
	ed_buf_clear(&buf);
	return code;
}

static int zone_offset(const struct ed_zone *zone, int64_t t)
{
	size_t low = 0;

	if (!zone)
		return 0;
	for (size_t high = zone->n; low < high;) {
		size_t mid = low + (high - low) / 2;
		if (zone->at[mid] <= t)
			low = mid + 1;
		else
			high = mid;
	}
	return zone->offset[low];
}

struct ed_civil ed_zone_civil(const struct ed_zone *zone, int64_t t)
{
	struct ed_civil c = {.offset = zone_offset(zone, t)};
	int64_t local = t;

	if (__builtin_add_overflow(t, c.offset, &local))
		local = t;
	int64_t days = local / DAY, rest = local % DAY;
	if (rest < 0) {
		rest += DAY;
		days--;
	}
	c.date = ed_date_of(days);
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	return c;
}

int64_t ed_zone_instant(const struct ed_zone *zone, struct ed_civil civil)
{
	int64_t local = ed_days(civil.date) * DAY + seconds(civil.hour, civil.minute, civil.second);
	/* No zone moves by more than a day at once: look on both sides. */
	int64_t a = local - zone_offset(zone, local - DAY);
	int64_t b = local - zone_offset(zone, local + DAY);
	int64_t early = a < b ? a : b, late = a < b ? b : a;

	if (early + zone_offset(zone, early) == local)
		return early;
	return late;
}
