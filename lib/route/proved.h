/* SPDX-License-Identifier: ISC */
/* Bounds on the times of entries, from what a package brings (headfile.h). */
#ifndef ED_ROUTE_PROVED_H
#define ED_ROUTE_PROVED_H

#include "route/replay.h"

/*
 * Fills replay->proved from the checkpoints, receipts and time-stamped signatures
 * of a package whose ledger is read; report: what the judge made of it.  Findings:
 *  checkpoint.malformed  checkpoint.signature  checkpoint.untrusted
 *  checkpoint.stamp      checkpoint.stamp-unanswered
 *  checkpoint.inclusion  checkpoint.missing
 *  ledger.time-early     it claims {0}; what it quotes is of {1} ({2})
 *  ledger.time-late      it claims {0}, and was there at {1} ({2})
 */
enum edoc_code ed_proved_package(struct ed_replay *replay, struct ed_asic *asic,
                                 const struct edoc_verify_options *options,
                                 const struct edoc_report *report,
                                 struct edoc_error *err) EDOC_CHECK;

#endif
