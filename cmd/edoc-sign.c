/* SPDX-License-Identifier: ISC */
/* edoc-sign: makes and signs document packages. */
#include "sign.h"

int main(int argc, char **argv)
{
	static const struct cmd_verb verbs[] = {
	        {"card", "[--new KIND]", N_("print a commented card to fill in, or list the kinds"),
	         sign_card_options, CMD_NO_OPERANDS, sign_run_card},
	        {"new", "-o PKG [--card CARD.yaml] [--set K=V]... FILE...",
	         N_("make a package, unsigned"), sign_new_options, CMD_ITEMS | CMD_DRY | CMD_FORCE,
	         sign_run_new},
	        {"sign", "[--key K] PKG... | -o PKG FILE...",
	         N_("sign packages in place, or make and sign one in one go"), sign_sign_options,
	         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY | CMD_POLICY | CMD_TRUST | CMD_TSA |
	                 CMD_FORCE | CMD_JOBS | CMD_PROGRESS | CMD_SAYS,
	         sign_run_sign},
	        {"extend", "--level T|LT|LTA PKG...",
	         N_("raise signatures that are there, by time-stamps and what proves them"),
	         sign_extend_options,
	         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_POLICY | CMD_TRUST | CMD_TSA | CMD_JOBS |
	                 CMD_PROGRESS,
	         sign_run_extend},
	        {"countersign", "[--key K] [--signature ID] PKG...",
	         N_("sign somebody's signature"), sign_counter_options,
	         CMD_ITEMS | CMD_JSON | CMD_DRY | CMD_KEY | CMD_POLICY | CMD_JOBS | CMD_PROGRESS,
	         sign_run_countersign},
	        {"cms", "[--key K] [--attached] FILE -o FILE.p7s",
	         N_("make a bare CAdES signature"), sign_cms_options,
	         CMD_JSON | CMD_DRY | CMD_KEY | CMD_POLICY | CMD_TRUST | CMD_TSA | CMD_FORCE |
	                 CMD_SAYS,
	         sign_run_cms},
	        {"xades", "[--key K] [--enveloped | --enveloping] [--beside OLD.xml] FILE -o FILE.xml",
	         N_("make a bare XAdES signature"), sign_xades_options,
	         CMD_JSON | CMD_DRY | CMD_KEY | CMD_POLICY | CMD_TRUST | CMD_TSA | CMD_FORCE |
	                 CMD_SAYS,
	         sign_run_xades},
	        {"prepare", "PKG --cert CERT [--chain FILE] -o REQ",
	         N_("say what a key elsewhere has to sign"), sign_prepare_options,
	         CMD_DRY | CMD_POLICY | CMD_TRUST | CMD_TSA | CMD_FORCE, sign_run_prepare},
	        {"attach", "PKG --request REQ --value FILE",
	         N_("put a signature value in that was made elsewhere"), sign_attach_options,
	         CMD_JSON | CMD_POLICY | CMD_TRUST | CMD_TSA, sign_run_attach},
	        {"keys", "[--module PATH | FILE...]",
	         N_("list the keys there are, and which can sign"), sign_keys_options,
	         CMD_JSON | CMD_POLICY, sign_run_keys},
	        {"revise", "PKG -o NEW [--add FILE] [--remove NAME] [--set K=V]",
	         N_("make a successor without signatures"), sign_revise_options,
	         CMD_DRY | CMD_FORCE, sign_run_revise},
	        {"show", "PKG...", N_("list a package's card and documents, without judging"), NULL,
	         CMD_ITEMS | CMD_JSON, sign_run_show},
	        {"extract", "PKG [NAME...]",
	         N_("write a verified package's documents into a folder"), sign_extract_options,
	         CMD_JSON | CMD_DRY | CMD_AT | CMD_TRUST | CMD_POLICY | CMD_NET | CMD_FORCE,
	         sign_run_extract},
	        {"encrypt", "--to CERT... PKG -o OUT", N_("encrypt a package for certificates"),
	         sign_encrypt_options,
	         CMD_JSON | CMD_DRY | CMD_TRUST | CMD_POLICY | CMD_NET | CMD_FORCE,
	         sign_run_encrypt},
	        {"decrypt", "[--key K] IN -o PKG", N_("decrypt what was encrypted for a key"),
	         sign_decrypt_options, CMD_JSON | CMD_DRY | CMD_KEY | CMD_FORCE, sign_run_decrypt},
	        {NULL, NULL, NULL, NULL, 0, NULL},
	};
	static const struct cmd_tool tool = {"edoc-sign", N_("make and sign document packages"),
	                                     verbs, NULL};

	return cmd_main(&tool, argc, argv);
}
