/* SPDX-License-Identifier: ISC */
/* route/rotation: until when a desk's key may act. */
#include "route/rotation.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "base/io.h"

static char dir[] = "/tmp/rotation.XXXXXX";
static struct edoc_policy *policy;
static struct edoc_error err;
static char cert[65];
static int64_t now;

static const char *in(const char *name)
{
	static char path[4][300];
	static int i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

/* Another version of the directory, put where install would. */
static bool list(int version, const char *agency, const char *days)
{
	const char *const files[] = {in("directory.yaml")};
	struct edoc_new_options none = {0};
	struct edoc_sign_options unsigned_one = {0};
	char text[1000], name[100], *made = NULL;

	snprintf(text, sizeof(text),
	         "format: edoc-directory/1\nversion: %d\nagencies:\n"
	         "  - {id: %s, title: A, desk-keys: [{sha256: \"%s\"%s}]}\npeople: []\nposts: []\n",
	         version, agency, cert, days);
	snprintf(name, sizeof(name), "desk/conf/directory/%d@x.asice", version);
	bool good = !ed_write_file(files[0], text, strlen(text), true, &err) &&
	            !edoc_package_new(in(name), files, 1, &none, &unsigned_one, &made, &err);
	if (!good)
		printf("# %s: %s\n", err.where, err.msg);
	edoc_free(made);
	return good;
}

static struct ed_key_end end_of(int64_t at)
{
	struct edoc_desk *desk = NULL;
	struct ed_key_end end = {.until = -1};

	memset(&err, 0, sizeof(err));
	ok(!edoc_desk_open(in("desk"), policy, &desk, &err) &&
	           !ed_desk_key_until(desk, at, &end, &err),
	   "it can be asked");
	edoc_desk_free(desk);
	return end;
}

static void ends(void)
{
	struct ed_key_end end = end_of(now);
	int64_t of_cert = end.until, day;

	ok(!end.listed && !end.by_directory && of_cert > now + 9 * 365 * (int64_t)86400,
	   "without a directory: the certificate's");
	ok(list(1, "adliya", ""), "listed without an end");
	end = end_of(now);
	ok(end.listed && !end.by_directory && end.until == of_cert, "the certificate's still");
	ok(list(2, "adliya", ", from: 2026-01-01, until: 2026-12-31") &&
	           ed_time_parse("2026-12-31T23:59:59+05:00", &day),
	   "listed with an end");
	end = end_of(now);
	ok(end.listed && end.by_directory && end.until == day,
	   "the last second of that day, in the desk's zone");
	ok(end_of(day).listed && !end_of(day + 1).listed, "and no longer");
	ok(list(3, "adliya", ", until: 2099-12-31"), "an end after the certificate's");
	end = end_of(now);
	ok(end.listed && !end.by_directory && end.until == of_cert, "is not reached");
	ok(list(4, "moliya", ""), "listed for another agency");
	end = end_of(now);
	ok(!end.listed && !end.by_directory && end.until == of_cert, "is not listed");
}

int main(void)
{
	struct edoc_desk_init init = {.agency = "adliya", .zone = "Asia/Dushanbe"};
	char rm[320];

	if (!mkdtemp(dir) || !ed_time_parse("2026-03-05T12:00:00Z", &now) ||
	    edoc_policy_strict(&policy, &err)) {
		printf("Bail out! %s\n", dir);
		return 1;
	}
	init.now = now;
	if (is_ok(edoc_desk_init(in("desk"), &init, NULL, NULL, &err), &err, "a desk") &&
	    is_ok(edoc_cert_sha256(in("desk/conf/desk.crt"), cert, &err), &err, "its certificate"))
		ends();
	edoc_policy_free(policy);
	snprintf(rm, sizeof(rm), "rm -rf '%s'", dir);
	if (system(rm))
		printf("# %s is left\n", dir);
	return done();
}
