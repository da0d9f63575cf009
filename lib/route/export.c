/* SPDX-License-Identifier: ISC */
/* A case's whole package, written where its owner wants it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "route/exchange.h"

#define CHUNK ((size_t)1 << 20)

/* The output may lie on another file system than the desk: no rename. */
enum edoc_code ed_copy_bytes(int from, int to, const char *where, struct edoc_error *err)
{
	off_t at = 0;
	ssize_t n;

	for (;;) {
		n = copy_file_range(from, &at, to, NULL, CHUNK, 0);
		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		break;
	}
	if (n < 0 &&
	    (errno == EXDEV || errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP)) {
		unsigned char piece[8192];

		while ((n = pread(from, piece, sizeof(piece), at)) > 0) {
			enum edoc_code code = ed_write_full(to, where, piece, (size_t)n, err);
			if (code)
				return code;
			at += n;
		}
	}
	return n < 0 ? ed_fail_errno(err, EDOC_ERR_IO, where, N_("cannot write")) : EDOC_OK;
}

/* The same line again: what it would write is there already. */
static bool is_there(int made, const char *path)
{
	unsigned char a[8192], b[sizeof(a)];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat x, y;
	off_t at = 0;

	bool same = fd >= 0 && !fstat(fd, &x) && !fstat(made, &y) && S_ISREG(x.st_mode) &&
	            x.st_size == y.st_size;
	while (same && at < y.st_size) {
		ssize_t n = pread(made, a, sizeof(a), at);

		same = n > 0 && pread(fd, b, (size_t)n, at) == n && !memcmp(a, b, (size_t)n);
		at += n;
	}
	if (fd >= 0)
		close(fd);
	return same;
}

enum edoc_code edoc_desk_export(struct edoc_desk *desk, const char *name, const char *out,
                                bool for_party, bool overwrite, struct edoc_error *err)
{
	struct ed_copy copy = {.fd = -1};
	struct ed_tmp tmp = {.fd = -1};
	char id[ED_CASE_ID];
	struct ed_case c;

	enum edoc_code code = ed_case_find(desk, name, id, err);
	if (!code)
		code = ed_case_load(desk, id, &c, err);
	if (code)
		return code;
	if (!c.exists)
		code = ed_fail(err, EDOC_ERR_ABSENT, name, "no such case at this desk");
	if (!code)
		code = ed_case_assemble(&c, for_party, ED_PROOFS_ALL, &copy, err);
	if (!code && !overwrite && is_there(copy.fd, out))
		goto out;
	if (!code)
		code = ed_tmp_open(&tmp, out, false, err);
	if (!code)
		code = ed_copy_bytes(copy.fd, tmp.fd, out, err);
	if (!code)
		code = overwrite ? ed_tmp_rename(&tmp, err) : ed_tmp_link(&tmp, err);
out:
	ed_tmp_clear(&tmp);
	ed_copy_clear(&copy);
	ed_case_clear(&c);
	return code;
}
