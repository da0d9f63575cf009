/* SPDX-License-Identifier: ISC */
/* Reading ahead: one thread brings bytes while another works on them. */
#ifndef ED_BASE_PUMP_H
#define ED_BASE_PUMP_H

#include <stddef.h>

#include "edoc.h"

typedef enum edoc_code ed_sink_fn(void *arg, const void *bytes, size_t len, struct edoc_error *err);
/* Hands all its bytes to `sink`, and stops with what sink says. */
typedef enum edoc_code ed_source_fn(void *source, ed_sink_fn *sink, void *arg,
                                    struct edoc_error *err);

/*
 * source(..., sink, ...), with source running up to half a megabyte ahead in a
 * thread of its own; sink is called in this one.  What source touches is its
 * own until we return.  Where there is no thread to be had it does without.
 */
enum edoc_code ed_pump(ed_source_fn *source, void *source_arg, ed_sink_fn *sink, void *arg,
                       struct edoc_error *err) EDOC_CHECK;

#endif
