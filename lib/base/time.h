/* SPDX-License-Identifier: ISC */
/* Instants as seconds since 1970-01-01T00:00:00Z, civil dates, RFC 3339,
 * and the zones of tzdata without touching TZ. */
#ifndef ED_BASE_TIME_H
#define ED_BASE_TIME_H

#include "edoc.h"

#define ED_TIME_NONE INT64_MIN

struct ed_date {
	int year, month, day; /* 1..12, 1..31, proleptic Gregorian */
};

struct ed_civil {
	struct ed_date date;
	int hour, minute, second;
	int offset; /* seconds east of UTC */
};

int64_t ed_days(struct ed_date date);            /* since 1970-01-01 */
struct ed_date ed_date_of(int64_t days);
bool ed_date_valid(struct ed_date date);
int ed_weekday(struct ed_date date);             /* 1 Monday .. 7 Sunday */
struct ed_date ed_date_add_days(struct ed_date date, int64_t days);
struct ed_date ed_date_add_months(struct ed_date date, int months); /* clamps */
int ed_date_compare(struct ed_date a, struct ed_date b);
bool ed_date_parse(const char *s, struct ed_date *date); /* YYYY-MM-DD, whole string */

#define ED_TIME_STR 32
void ed_time_format(char out[ED_TIME_STR], int64_t t);  /* 2026-03-05T04:11:09Z */
void ed_date_format(char out[ED_TIME_STR], struct ed_date date);
/* RFC 3339 / xsd:dateTime with a zone; fractions are cut.  Whole string. */
bool ed_time_parse(const char *s, int64_t *t);

/* A zone of tzdata ("Asia/Dushanbe"), TZif of RFC 8536 with its footer rule
 * when it is of fixed offset.  root NULL: /usr/share/zoneinfo. */
struct ed_zone;
enum edoc_code ed_zone_load(const char *root, const char *name, struct ed_zone **zone,
			    struct edoc_error *err) EDOC_CHECK;
void ed_zone_free(struct ed_zone *zone);
struct ed_civil ed_zone_civil(const struct ed_zone *zone, int64_t t); /* NULL: UTC */
/* The instant of a local wall time; the earlier of two, the later in a gap. */
int64_t ed_zone_instant(const struct ed_zone *zone, struct ed_civil civil);

#endif
