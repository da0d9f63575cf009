/* SPDX-License-Identifier: ISC */
/* A calendar for other programs: iCalendar (RFC 5545), an all-day event for
 * each day that is not what its weekday is.  Weekends are no events. */
#ifndef ED_ROUTE_ICAL_H
#define ED_ROUTE_ICAL_H

#include "base/buf.h"
#include "route/calendar.h"

void ed_ical_write(const struct ed_calendar *calendar, struct ed_buf *out);

#endif
