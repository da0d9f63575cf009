/* SPDX-License-Identifier: ISC */
/*
 * The door to the kernel's fences: a process that is about to parse what
 * strangers wrote gives up files, network and other processes, for ever.
 */
#ifndef ED_DOOR_BOX_H
#define ED_DOOR_BOX_H

#include "base/buf.h"

struct ed_box {
	uint64_t memory; /* bytes of address space */
	const int *keep; /* descriptors that stay open, beside 0 to 2 */
	size_t n_keep;
};

/* Before fork(2): loads what libraries would open files for later. */
void ed_box_warm(void);
/*
 * In the child, once, with one thread.  0, 1 and 2 become /dev/null; what is
 * not kept is closed.  What the kernel cannot fence is left to the other
 * fences; which there are, ed_box_text() says.  An error: do not parse.
 */
enum edoc_code ed_box_enter(const struct ed_box *box, struct edoc_error *err) EDOC_CHECK;
/* "seccomp, Landlock 4" or "limits only". */
#define ED_BOX_TEXT 48
void ed_box_text(char out[ED_BOX_TEXT]);

#endif
