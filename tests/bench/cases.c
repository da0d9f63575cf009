/* SPDX-License-Identifier: ISC */
/*
 * bench-cases DESK AUTHOR.pem LAWYER.pem N ROUTES: N cases of a desk, each a
 * signed package of its own that takes one of the routes bench.0 ... in turn;
 * nineteen of twenty are ended by the lawyer, the twentieth waits for him.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "edoc.h"

#define AT_ONCE 500 /* cases before the desk is opened anew: its memory goes */

static char document[1024], package[1024];

static int fail(const char *what, const struct edoc_error *err)
{
	fprintf(stderr, "bench-cases: %s: %s: %s\n", what, err->where, err->msg);
	return 1;
}

static int make_package(const struct edoc_sign_options *options, int i)
{
	const struct edoc_new_options plain = {.card_path = NULL};
	const char *files[] = {document};
	struct edoc_error err = {0};
	FILE *f = fopen(document, "w");

	if (!f || fprintf(f, "Order %d\n", i) < 0 || fclose(f))
		return 74;
	unlink(package);
	return edoc_package_new(package, files, 1, &plain, options, NULL, &err) == EDOC_OK
	               ? 0
	               : fail(package, &err);
}

static int make_case(struct edoc_desk *desk, struct edoc_key *author, struct edoc_key *lawyer,
                     int i, int routes)
{
	struct edoc_act act = {.now = (int64_t)time(NULL), .key = author};
	char route[32], *id = NULL, *text = NULL;
	struct edoc_error err = {0};
	enum edoc_code code;

	snprintf(route, sizeof(route), "bench.%d", i % routes);
	code = edoc_desk_submit(desk, package, route, &act, &id, NULL, &err);
	if (code == EDOC_OK && id && i % 20 != 0) {
		id[32] = '\0';
		act.key = lawyer;
		code = edoc_desk_do(desk, "agreed", id, &act, &text, NULL, &err);
	}
	edoc_free(id);
	edoc_free(text);
	return code == EDOC_OK ? 0 : fail(route, &err);
}

int main(int argc, char **argv)
{
	struct edoc_sign_options options = {.at = (int64_t)time(NULL)};
	int n = argc == 6 ? atoi(argv[4]) : 0, routes = argc == 6 ? atoi(argv[5]) : 0;
	struct edoc_policy *policy = NULL;
	struct edoc_key *lawyer = NULL;
	struct edoc_desk *desk = NULL;
	struct edoc_error err = {0};
	int status = 0;

	if (n <= 0 || routes <= 0)
		return 64;
	snprintf(document, sizeof(document), "%s/tmp/order.txt", argv[1]);
	snprintf(package, sizeof(package), "%s/tmp/order.asice", argv[1]);
	if (edoc_key_load(argv[2], NULL, NULL, NULL, NULL, &options.key, &err) != EDOC_OK ||
	    edoc_key_load(argv[3], NULL, NULL, NULL, NULL, &lawyer, &err) != EDOC_OK ||
	    edoc_policy_strict(&policy, &err) != EDOC_OK)
		return fail(argv[2], &err);
	options.policy = policy;
	for (int i = 0; i < n && !status; i++) {
		if (i % AT_ONCE == 0) {
			edoc_desk_free(desk);
			desk = NULL;
			if (edoc_desk_open(argv[1], policy, &desk, &err) != EDOC_OK)
				return fail(argv[1], &err);
		}
		status = make_package(&options, i);
		if (!status)
			status = make_case(desk, options.key, lawyer, i, routes);
	}
	unlink(document);
	unlink(package);
	edoc_desk_free(desk);
	edoc_key_free(options.key);
	edoc_key_free(lawyer);
	edoc_policy_free(policy);
	return status;
}
