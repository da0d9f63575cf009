/* SPDX-License-Identifier: ISC */
/*
 * A pin: the signed package that carries one route, calendar or directory as
 * its only YAML document.  Ledger entries cite it by the YAML's digest.
 */
#ifndef ED_ROUTE_PIN_H
#define ED_ROUTE_PIN_H

#include "base/finding.h"
#include "package/asic.h"
#include "route/calendar.h"
#include "route/directory.h"

enum ed_pin_kind { ED_PIN_ROUTE, ED_PIN_CALENDAR, ED_PIN_DIRECTORY };

struct ed_pin {
	enum ed_pin_kind kind;
	const char *where; /* the package, for messages */
	const char *name;  /* of the document in it */
	const void *yaml;  /* its bytes, in the arena */
	size_t len;
	char sha256[65];        /* of the YAML */
	char package[65];       /* of the package's bytes */
	struct ed_route *route; /* by kind, the others NULL */
	struct ed_calendar *calendar;
	struct ed_directory *directory;
};

struct ed_pins {
	struct ed_arena *arena; /* borrowed */
	struct ed_pin **v;
	size_t n, cap;
};

/* Reads a package of at most ED_MAX_PIN bytes; its signatures are not looked
 * at.  EDOC_ERR_INPUT: not exactly one YAML document of a known format. */
enum edoc_code ed_pin_read(int fd, const char *where, struct ed_arena *arena, struct ed_pin **pin,
                           struct edoc_error *err) EDOC_CHECK;
/* Adds unless one with the same YAML is there. */
enum edoc_code ed_pins_add(struct ed_pins *pins, struct ed_pin *pin,
                           struct edoc_error *err) EDOC_CHECK;
/* digest: "sha256:..." or hex. */
struct ed_pin *ed_pins_find(const struct ed_pins *pins, enum ed_pin_kind kind, const char *digest);
/* The directory of the highest version, or NULL. */
struct ed_pin *ed_pins_directory(const struct ed_pins *pins);
const char *ed_pin_name(enum ed_pin_kind kind); /* "route" */

/*
 * Judges the pin's package with the anchors of its purpose alone (route for
 * routes and calendars, directory for directories): TOTAL-PASSED or *why says
 * what is wrong, in the arena; *early: it was signed after the moment of judgement.
 */
enum edoc_code ed_pin_judge(int fd, const struct ed_pin *pin,
                            const struct edoc_verify_options *options, struct ed_arena *arena,
                            const char **why, bool *early, struct edoc_error *err) EDOC_CHECK;
/* Why a report is not TOTAL-PASSED: "INDETERMINATE/...: sentence"; NULL: it
 * is.  In the arena. */
const char *ed_report_why(const struct edoc_report *report, struct ed_arena *arena);
/* ed_asic_open() with limits NULL for the defaults. */
enum edoc_code ed_package_open(int fd, const char *where, const struct edoc_limits *limits,
                               struct ed_arena *arena, struct ed_findings *findings,
                               struct ed_asic **asic, struct edoc_error *err) EDOC_CHECK;
/* An unnamed file that holds the bytes; the caller closes it. */
enum edoc_code ed_memory_file(const void *bytes, size_t len, int *fd,
                              struct edoc_error *err) EDOC_CHECK;

#endif
