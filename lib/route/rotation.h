/* SPDX-License-Identifier: ISC */
/*
 * A desk's key is followed by another: a record that both have signed, the
 * document rotation.json of a package, canonical JSON (door/json.h):
 *
 *   agency   its id in the directory
 *   format   "edoc-rotation/1"
 *   new, old sha256 of the two certificates, 64 hex
 *   time     of the record, RFC 3339 UTC
 *
 * The package travels as a document of the directory's own package, and the
 * row of the new key names it by its digest.
 */
#ifndef ED_ROUTE_ROTATION_H
#define ED_ROUTE_ROTATION_H

#include "route/desk.h"

/*
 * May these desk keys join the directory that is installed?  The first keys of
 * an agency may; each later one needs a record in the package behind fd that an
 * earlier key and the new one signed, or a basis and an end of the earlier
 * ones.  EDOC_ERR_DENIED names the key.
 */
enum edoc_code ed_rotations_check(int fd, const struct ed_pin *pin,
                                  const struct ed_directory *installed,
                                  const struct edoc_verify_options *options, struct ed_arena *arena,
                                  struct edoc_error *err) EDOC_CHECK;

/* The last second in which the desk's key may act. */
struct ed_key_end {
	int64_t until;     /* ED_TIME_NONE: no end */
	bool by_directory; /* else by its certificate */
	bool listed;       /* for this agency on that day, by the directory in force */
};
enum edoc_code ed_desk_key_until(struct edoc_desk *desk, int64_t now, struct ed_key_end *end,
                                 struct edoc_error *err) EDOC_CHECK;

#endif
