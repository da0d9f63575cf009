/* SPDX-License-Identifier: ISC */
/* The parts of edoc-sign: a verb's options and what it does. */
#ifndef CMD_SIGN_H
#define CMD_SIGN_H

#include "cmd.h"

/* What signing and raising need besides the package. */
struct signing {
	struct edoc_key *key;
	struct edoc_policy *policy;
	struct edoc_trust *trust;
	struct edoc_fetcher *fetcher;
	struct edoc_sign_options options;
	struct edoc_sign_place place;
	struct edoc_sign_policy signed_policy;
	struct edoc_data *data; /* of --data */
};

/* sign-setup.c: reads the verb's options, as far as its table has them; key:
 * the key too.  0 or the exit. */
int sign_begin(struct cmd *cmd, struct signing *s, bool key);
void sign_end(struct signing *s);
/* What was done to an item; made: the new signature's entry, freed; NULL: none. */
int sign_told(struct cmd *cmd, const char *path, char *made);
/* -v: who signs, and when, before the key is used. */
void sign_show_who(struct cmd *cmd, const struct signing *s);

/* sign-extend.c */
extern const struct cmd_option sign_extend_options[], sign_counter_options[], sign_cms_options[],
        sign_xades_options[];
int sign_run_extend(struct cmd *cmd);
int sign_run_countersign(struct cmd *cmd);
int sign_run_cms(struct cmd *cmd);
int sign_run_xades(struct cmd *cmd);

/* sign-make.c */
extern const struct cmd_option sign_card_options[], sign_new_options[], sign_sign_options[],
        sign_revise_options[];
int sign_run_card(struct cmd *cmd);
int sign_run_new(struct cmd *cmd);
int sign_run_sign(struct cmd *cmd);
int sign_run_revise(struct cmd *cmd);

/* sign-key.c */
extern const struct cmd_option sign_prepare_options[], sign_attach_options[],
        sign_keys_options[];
int sign_run_prepare(struct cmd *cmd);
int sign_run_attach(struct cmd *cmd);
int sign_run_keys(struct cmd *cmd);

/* sign-look.c */
extern const struct cmd_option sign_extract_options[];
int sign_run_show(struct cmd *cmd);
int sign_run_extract(struct cmd *cmd);

/* sign-seal.c */
extern const struct cmd_option sign_encrypt_options[], sign_decrypt_options[];
int sign_run_encrypt(struct cmd *cmd);
int sign_run_decrypt(struct cmd *cmd);

#endif
