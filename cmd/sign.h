/* SPDX-License-Identifier: ISC */
/* The parts of edoc-sign: a verb's options and what it does. */
#ifndef CMD_SIGN_H
#define CMD_SIGN_H

#include "cmd.h"

/* sign-make.c */
extern const struct cmd_option sign_card_options[], sign_new_options[], sign_sign_options[],
        sign_revise_options[];
int sign_run_card(struct cmd *cmd);
int sign_run_new(struct cmd *cmd);
int sign_run_sign(struct cmd *cmd);
int sign_run_revise(struct cmd *cmd);

/* sign-key.c */
extern const struct cmd_option sign_prepare_options[], sign_attach_options[];
int sign_run_prepare(struct cmd *cmd);
int sign_run_attach(struct cmd *cmd);

/* sign-look.c */
extern const struct cmd_option sign_extract_options[];
int sign_run_show(struct cmd *cmd);
int sign_run_extract(struct cmd *cmd);

/* sign-seal.c */
extern const struct cmd_option sign_encrypt_options[], sign_decrypt_options[];
int sign_run_encrypt(struct cmd *cmd);
int sign_run_decrypt(struct cmd *cmd);

#endif
