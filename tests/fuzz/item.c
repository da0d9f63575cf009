/* SPDX-License-Identifier: ISC */
/* Any bytes as an item: recognised, read by the readers of its form, judged,
 * reported.  Nobody is trusted, so nothing may pass. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "edoc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct edoc_limits small = {
        .zip_total = 1 << 20, .zip_entries = 64, .zip_ratio = 100, .xml_bytes = 1 << 16};

static int letter(void)
{
	int fd = memfd_create("letter", 0);

	if (fd < 0 || write(fd, "a letter\n", 9) != 9)
		abort();
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct edoc_data over = {"letter.txt", letter()};
	struct edoc_verify_options options = {
	        .at = 1795000000, .limits = &small, .data = &over, .n_data = 1};
	struct edoc_trust *trust = NULL;
	struct edoc_policy *policy = NULL;
	struct edoc_report *report = NULL;
	struct edoc_error err;
	char *json = NULL;

	if (edoc_trust_new(&trust, &err) || edoc_policy_strict(&policy, &err))
		abort();
	options.trust = trust;
	options.policy = policy;
	if (edoc_verify_memory(data, size, "item", &options, &report, &err) == EDOC_OK) {
		if (edoc_report_indication(report) == EDOC_TOTAL_PASSED ||
		    edoc_report_exit(report) == 0)
			abort();
		if (edoc_report_json(report, &json, &err) != EDOC_OK || !json)
			abort();
	}
	edoc_free(json);
	edoc_report_free(report);
	edoc_policy_free(policy);
	edoc_trust_free(trust);
	close(over.fd);
	return 0;
}
