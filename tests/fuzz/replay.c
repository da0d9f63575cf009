/* SPDX-License-Identifier: ISC */
/* Replays a fuzz target's seeds as a TAP test: testdata/fuzz/<target>/ and,
 * where given, files named on the command line. */
#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>

#include "../tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	unsigned char *p;

	if (!f || fstat(fileno(f), &st) || !S_ISREG(st.st_mode)) {
		if (f)
			fclose(f);
		return;
	}
	p = malloc((size_t)st.st_size + 1);
	if (p && fread(p, 1, (size_t)st.st_size, f) == (size_t)st.st_size) {
		LLVMFuzzerTestOneInput(p, (size_t)st.st_size);
		ok(true, "%s", path);
	} else {
		ok(false, "%s: read", path);
	}
	free(p);
	fclose(f);
}

int main(int argc, char **argv)
{
	const char *src = getenv("SRCDIR"), *name = strrchr(argv[0], '/');
	char dir[4096], path[8192];
	struct dirent *e;
	DIR *d;

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	name = name ? name + 1 : argv[0];
	snprintf(dir, sizeof(dir), "%s/testdata/fuzz/%.*s", src ? src : ".",
		 (int)strcspn(name, "."), name);
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		replay(path);
	}
	if (d)
		closedir(d);
	ok(tap_n > 0, "%s has seeds", dir);
	return done();
}
