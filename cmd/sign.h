/* SPDX-License-Identifier: ISC */
/* The parts of edoc-sign: a verb's options and what it does. */
#ifndef CMD_SIGN_H
#define CMD_SIGN_H

#include "cmd.h"

/* What signing and raising need besides the package. */
struct signing {
	struct cmd *cmd;
	struct edoc_signing_profile *profile;
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
/* Who signs, as far as that shows without the key. */
int sign_signer(struct signing *s);
/* The key alone, after sign_begin() without it. */
int sign_unlock(struct signing *s);
/* What is signed by a key whose days are counted is told, once, before it is. */
void sign_note_end(struct signing *s);
void sign_end(struct signing *s);
/* The items by -j processes, work's arg being s; done: of struct cmd_batch. */
int sign_batch(struct signing *s, edoc_batch_work_fn *work, const char *done);
/* The line that tells what was done, for a batch; done (or NULL): "already signed" ... */
enum edoc_code sign_line(struct cmd *cmd, const char *path, const char *made, const char *done,
                         char **text, struct edoc_error *err);
/* What was done to an item; made: the new signature's entry, freed; NULL: none. */
int sign_told(struct cmd *cmd, const char *path, char *made);
/* -v: who signs, and when, before the key is used. */
void sign_show_who(struct cmd *cmd, const struct signing *s);

/* sign-profile.c: what --profile (edoc.conf's sign-profile) says, where the
 * command line does not say it.  0 or the exit. */
int sign_profile(struct signing *s);
/* A setting: the option's value, else the profile's; an option that the profile
 * does not let say otherwise is 64.  NULL: neither says it. */
int sign_choose(struct signing *s, const char *option, const char *key, const char **value);
void sign_missing(void *cmd, const struct edoc_missing *missing);

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
