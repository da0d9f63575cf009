/* SPDX-License-Identifier: ISC */
/* The parts of edoc-verify. */
#ifndef CMD_VERIFY_H
#define CMD_VERIFY_H

#include "cmd.h"

/* verify-challenge.c: entry by signature.  Which of the two is asked for, and
 * that nothing else is; 64 when it is not so. */
enum verify_challenge { VERIFY_NO_CHALLENGE, VERIFY_CHALLENGE_NEW, VERIFY_CHALLENGE };
int verify_challenge_asked(struct cmd *cmd, enum verify_challenge *what);
int verify_challenge_new(struct cmd *cmd);
/* options: at is now; fetcher NULL: offline. */
int verify_challenge(struct cmd *cmd, const struct edoc_verify_options *options,
                     struct edoc_fetcher *fetcher);

#endif
