/* SPDX-License-Identifier: ISC */
/* Between desks: a case as one package, what leaves, what comes. */
#ifndef ED_ROUTE_EXCHANGE_H
#define ED_ROUTE_EXCHANGE_H

#include "route/desk.h"

/*
 * The case as a whole package in tmp/: the package it came in, byte for byte
 * up to its central directory, then what the desk keeps beside it.  The same
 * case gives the same bytes.  leaving: bodies of internal steps stay here.
 */
enum edoc_code ed_case_assemble(struct ed_case *c, bool leaving, struct ed_copy *copy,
                                struct edoc_error *err) EDOC_CHECK;

#endif
