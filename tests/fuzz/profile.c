/* SPDX-License-Identifier: ISC */
/* Any bytes as a signing profile: refused with a place, or rules that can be asked
 * about a package and about what is set. */
#include <stdlib.h>
#include <string.h>

#include "sign/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void told(void *arg, const struct edoc_missing *missing)
{
	if (!missing->what || !*missing->what)
		abort();
	++*(size_t *)arg;
}

static void check(const struct edoc_signing_profile *profile)
{
	static const char *const keys[] = {"level", "form", "tsa", "may", "role", "commitment"};
	static const char *names[] = {"order.pdf", "annex.xlsx"},
	                  *types[] = {"application/pdf", "application/octet-stream"};
	const struct ed_profile_facts facts = {"p.asice", names, types, 2, NULL};
	struct edoc_error err = {0};
	size_t n = 0;
	const struct edoc_sign_options options = {
	        .profile = profile, .missing = told, .missing_arg = &n};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const char *first = edoc_signing_profile_item(profile, keys[i], 0);

		if (edoc_signing_profile_get(profile, keys[i]) && first && !*first)
			abort();
	}
	if ((ed_profile_conform(&options, &facts, &err) != EDOC_OK) != (n > 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edoc_signing_profile *profile;
	struct edoc_error err = {0};

	for (int file = 0; file < 2; file++) {
		if (ed_profile_parse(data, size, "/none/f.yaml", file, &profile, &err)) {
			if (profile || !*err.msg || !err.code)
				abort();
			continue;
		}
		check(profile);
		edoc_signing_profile_free(profile);
	}
	return 0;
}
