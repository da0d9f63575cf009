/* SPDX-License-Identifier: ISC */
/* The folders of a desk: cases on their shelves, books and their years, and
 * files that are called by a number. */
#ifndef ED_ROUTE_FOLDER_H
#define ED_ROUTE_FOLDER_H

#include "route/desk.h"

/* All folders of cases, and all strays, in order: a shelf after the other, so
 * that memory does not grow with their number.  only: that shelf; "": case/
 * itself; NULL: all. */
struct ed_folders {
	struct edoc_desk *desk;
	enum edoc_code (*folder)(void *arg, const char *id, struct edoc_error *err);
	enum edoc_code (*stray)(void *arg, const char *shelf, const char *path,
	                        struct edoc_error *err);
	void *arg;
};
enum edoc_code ed_folders(const struct ed_folders *folders, const char *only,
                          struct edoc_error *err) EDOC_CHECK;

/* reg/<book>/<year>, in order. */
enum edoc_code ed_books(struct edoc_desk *desk,
                        enum edoc_code (*year)(void *arg, const char *book, const char *year,
                                               struct edoc_error *err),
                        void *arg, struct edoc_error *err) EDOC_CHECK;
/* The highest number that a file of the folder is called by; 0: none, or no folder. */
enum edoc_code ed_last_number(const char *dir, int64_t *last, struct edoc_error *err) EDOC_CHECK;
#endif
