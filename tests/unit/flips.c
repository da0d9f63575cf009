/* SPDX-License-Identifier: ISC */
/*
 * A small signed package with every byte flipped, one at a time, and with
 * entries added, removed, renamed and doubled: the verdict must never be
 * TOTAL-PASSED.  The only flips that may pass stand in a table below, each
 * with its reason.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"

#define AT 1800000000 /* 2027-01-15, inside the test PKI's dates */

static struct edoc_trust *trust;
static struct edoc_policy *policy;

static int verdict(const unsigned char *bytes, size_t len)
{
	struct edoc_verify_options options = {.at = AT, .trust = trust, .policy = policy};
	struct edoc_report *report = NULL;
	struct edoc_error err = {0};
	int status = -1;

	int fd = memfd_create("flipped", MFD_CLOEXEC);

	/* As edoc-verify does: the signatures, then a ledger if there is one. */
	if (fd >= 0 && write(fd, bytes, len) == (ssize_t)len &&
	    edoc_verify_fd(fd, "flipped", &options, &report, &err) == EDOC_OK &&
	    edoc_route_judge(fd, &options, report, &err) == EDOC_OK)
		status = edoc_report_exit(report);
	else
		printf("# %d %s: %s\n", err.code, err.where, err.msg);
	close(fd);
	edoc_report_free(report);
	return status;
}

static unsigned le16(const unsigned char *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static unsigned le32(const unsigned char *p)
{
	return le16(p) | le16(p + 2) << 16;
}

/*
 * Bytes of ZIP records that say nothing about what the package holds, by
 * their offset in the record (APPNOTE 4.3.7, 4.3.12).
 */
static const struct {
	unsigned record, offset, size;
	const char *reason;
} harmless[] = {
        {0x04034b50, 10, 4, "date and time of an entry: the signature has its own time"},
        {0x02014b50, 12, 4, "the same, in the central directory"},
        {0x04034b50, 4, 2, "version needed: a hint to readers; the method itself is compared"},
        {0x02014b50, 6, 2, "the same, in the central directory"},
        {0x02014b50, 4, 2, "version made by: which program wrote it"},
        {0x02014b50, 36, 2, "internal attributes: text or binary hint"},
        {0x02014b50, 38, 4, "external attributes: permissions, which extraction does not use"},
};

/* The reason why the byte at i may change, or NULL. */
static const char *may_change(const unsigned char *zip, size_t len, size_t i)
{
	for (size_t r = 0; r + 4 <= len && r <= i; r++) {
		if (zip[r] != 'P' || zip[r + 1] != 'K')
			continue;
		for (size_t k = 0; k < sizeof(harmless) / sizeof(harmless[0]); k++) {
			if (le32(zip + r) == harmless[k].record && i >= r + harmless[k].offset &&
			    i < r + harmless[k].offset + harmless[k].size)
				return harmless[k].reason;
		}
	}
	return NULL;
}

static void test_flips(unsigned char *zip, size_t len)
{
	static const unsigned char masks[] = {0x01, 0x80, 0xff};
	size_t passed = 0, bad = 0, crashed = 0;

	for (size_t i = 0; i < len; i++) {
		for (size_t m = 0; m < sizeof(masks); m++) {
			int status;

			zip[i] ^= masks[m];
			status = verdict(zip, len);
			zip[i] ^= masks[m];
			crashed += status < 0;
			if (status != 0)
				continue;
			passed++;
			if (!may_change(zip, len, i)) {
				bad++;
				printf("# byte %zu ^ %02x still passes\n", i, masks[m]);
			}
		}
	}
	printf("# %zu bytes, %zu flips pass for a reason of the table\n", len, passed);
	ok(!bad, "no other flip of %zu bytes passes", len);
	ok(!crashed, "each flip gets a verdict");
	ok(passed > 0 && passed < len, "some flips are harmless, as the table says");
}

static void test_cuts(const unsigned char *zip, size_t len)
{
	size_t passed = 0;

	for (size_t n = 0; n < len; n++)
		passed += verdict(zip, n) == 0;
	ok(!passed, "no truncation passes");
}

static unsigned char *load(const char *path, size_t *len)
{
	struct stat st;
	unsigned char *p = NULL;
	int fd = open(path, O_RDONLY);

	if (fd >= 0 && !fstat(fd, &st) && (p = malloc((size_t)st.st_size + 1)) &&
	    read(fd, p, (size_t)st.st_size) != st.st_size) {
		free(p);
		p = NULL;
	}
	*len = p ? (size_t)st.st_size : 0;
	if (fd >= 0)
		close(fd);
	return p;
}

/* What another program does to the package, with zip(1) and python3. */
static void test_repacked(const char *path)
{
	static const struct {
		const char *what, *script;
	} changes[] = {
	        {"a document added", "z.writestr('extra.txt','x')"},
	        {"a file added to META-INF", "z.writestr('META-INF/extra.txt','x')"},
	        {"a second manifest", "z.writestr('META-INF/manifest2.xml','<x/>')"},
	        {"a folder added", "z.writestr('empty/','')"},
	        {"a broken signature added", "z.writestr('META-INF/signatures-0.xml','<x/>')"},
	        {"a card added", "z.writestr('metadata/card.xml','<x/>')"},
	        {"a ledger added", "z.writestr('META-INF/edoc/ledger/000001-00000000.json','{}')"},
	        {"an entry doubled", "z.writestr('a.txt','first document\\n')"},
	        {"an entry doubled in capitals", "z.writestr('A.TXT','first document\\n')"},
	        {"bytes behind", "z.fp.write(b'x')"},
	        {"a folder for META-INF", "z.writestr('META-INF/','')"},
	        {"the signature once more",
	         "z.writestr('META-INF/signatures-0.xml', z.read([n for n in z.namelist() if "
	         "'signatures-' in n][0]))"},
	};
	char cmd[16384], copy[4400];
	unsigned char *zip;
	size_t len;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		snprintf(copy, sizeof(copy), "%s.changed", path);
		snprintf(cmd, sizeof(cmd),
		         "cp %s %s && python3 -W ignore -c \"import zipfile; "
		         "z=zipfile.ZipFile('%s','a'); "
		         "%s; z.close()\"",
		         path, copy, copy, changes[i].script);
		ok(system(cmd) == 0, "made: %s", changes[i].what);
		zip = load(copy, &len);
		ok(zip && verdict(zip, len) > 0, "refused: %s", changes[i].what);
		free(zip);
	}
}

/* Each entry left out, each renamed. */
static void test_without(const char *path)
{
	static const char script[] =
	        "import sys,zipfile\n"
	        "src=zipfile.ZipFile(sys.argv[1]); how=sys.argv[3]; k=int(sys.argv[4])\n"
	        "names=src.namelist()\n"
	        "if k>=len(names): sys.exit(9)\n"
	        "z=zipfile.ZipFile(sys.argv[2],'w')\n"
	        "for i,n in enumerate(names):\n"
	        "  if i==k and how=='drop': continue\n"
	        "  m='META-INF/signatures-00000000.xml' if 'signatures-' in n else 'x'+n\n"
	        "  z.writestr(zipfile.ZipInfo(m if i==k else n), src.read(n))\n"
	        "z.close()\n";
	char cmd[24000], copy[4400];
	unsigned char *zip;
	size_t len;

	snprintf(copy, sizeof(copy), "%s.without", path);
	for (int how = 0; how < 2; how++) {
		for (int k = 0; k < 10; k++) {
			int status;

			snprintf(cmd, sizeof(cmd), "python3 -c \"$SCRIPT\" %s %s %s %d", path, copy,
			         how ? "rename" : "drop", k);
			setenv("SCRIPT", script, 1);
			status = system(cmd);
			if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
				break;
			zip = load(copy, &len);
			ok(zip && verdict(zip, len) > 0, "entry %d %s", k,
			   how ? "renamed: refused" : "taken out: refused");
			free(zip);
		}
	}
}

static int pass(char *buf, size_t size, const char *what, void *arg)
{
	(void)what;
	(void)arg;
	return snprintf(buf, size, "edoc");
}

static bool make_package(const char *src, const char *dir, const char *path)
{
	struct edoc_sign_options sign = {.at = AT - 1000, .policy = policy, .overwrite = true};
	char a[4200], b[4200], key[4200];
	const char *files[] = {a, b};
	struct edoc_error err = {0};
	FILE *f;
	bool good;

	snprintf(a, sizeof(a), "%s/a.txt", dir);
	snprintf(b, sizeof(b), "%s/b.bin", dir);
	snprintf(key, sizeof(key), "%s/testdata/pki/zarina.p12", src);
	f = fopen(a, "w");
	if (!f || fputs("first document\n", f) < 0 || fclose(f))
		return false;
	f = fopen(b, "w");
	if (!f || fwrite("\0\1\2", 1, 3, f) != 3 || fclose(f))
		return false;
	good = is_ok(edoc_key_load(key, NULL, NULL, pass, NULL, &sign.key, &err), &err, "key");
	good = good &&
	       is_ok(edoc_package_new(path, files, 2, NULL, &sign, NULL, &err), &err, "package");
	edoc_key_free(sign.key);
	return good;
}

int main(void)
{
	const char *src = getenv("SRCDIR") ? getenv("SRCDIR") : ".";
	const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	char dir[4096], path[4200], root[4200], cmd[8192];
	struct edoc_error err = {0};
	unsigned char *zip;
	size_t len;

	snprintf(dir, sizeof(dir), "%s/flips.XXXXXX", tmp);
	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/p.asice", dir);
	snprintf(root, sizeof(root), "%s/testdata/pki/root.pem", src);
	is_ok(edoc_trust_new(&trust, &err), &err, "trust");
	is_ok(edoc_trust_add(trust, root, EDOC_FOR_ALL, &err), &err, "anchor");
	is_ok(edoc_policy_strict(&policy, &err), &err, "policy");
	if (make_package(src, dir, path)) {
		zip = load(path, &len);
		is_int(verdict(zip, len), 0, "untouched, it passes");
		test_flips(zip, len);
		test_cuts(zip, len);
		test_repacked(path);
		test_without(path);
		free(zip);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	ok(system(cmd) == 0, "cleaned up");
	edoc_policy_free(policy);
	edoc_trust_free(trust);
	return done();
}
