/* SPDX-License-Identifier: ISC */
/*
 * bench-make KEY.pem FOLDER N: N packages of one document of 100 KB each,
 * stored, signed with the key and the chain of KEY.pem (XAdES-B).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "edoc.h"

static char document[1024];

static int fail(const char *what, const struct edoc_error *err)
{
	fprintf(stderr, "bench-make: %s: %s: %s\n", what, err->where, err->msg);
	return 1;
}

/* Bytes that deflate does not make smaller: they are stored. */
static bool write_document(void)
{
	static unsigned char bytes[102400];
	int fd = open(document, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	bool done = fd >= 0;

	for (size_t at = 0; done && at < sizeof(bytes); at += 256)
		done = getrandom(bytes + at, 256, 0) == 256;
	done = done && write(fd, bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes);
	if (fd >= 0)
		close(fd);
	return done;
}

int main(int argc, char **argv)
{
	struct edoc_sign_options options = {.at = (int64_t)time(NULL)};
	const struct edoc_new_options plain = {.card_path = NULL};
	const char *files[] = {document};
	struct edoc_error err = {0};
	int n = argc == 4 ? atoi(argv[3]) : 0;
	char path[1100];

	if (n <= 0)
		return 64;
	snprintf(document, sizeof(document), "%s/document.bin", argv[2]);
	if (edoc_key_load(argv[1], NULL, NULL, NULL, NULL, &options.key, &err) != EDOC_OK)
		return fail(argv[1], &err);
	if (edoc_policy_strict((struct edoc_policy **)&options.policy, &err) != EDOC_OK)
		return fail("policy", &err);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%06d.asice", argv[2], i);
		if (!write_document())
			return 74;
		if (edoc_package_new(path, files, 1, &plain, &options, NULL, &err) != EDOC_OK)
			return fail(path, &err);
	}
	unlink(document);
	edoc_policy_free((struct edoc_policy *)options.policy);
	edoc_key_free(options.key);
	return 0;
}
