/* SPDX-License-Identifier: ISC */
#include "signature/xadesread.h"
enum edoc_code ed_xr_stamps(struct ed_xr *r, struct edoc_error *err) { (void)r; (void)err; return EDOC_OK; }
