/* SPDX-License-Identifier: ISC */
/* What processes that died left in a desk's tmp/. */
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "route/desk.h"

/* Ours, and so old that nobody writes it any more; the same that Maildir does. */
static bool is_stale(int dir, const char *name, int64_t last)
{
	size_t len = strlen(name);
	struct stat st;

	return len > 10 && !strncmp(name, ".edoc-", 6) && !strcmp(name + len - 4, ".tmp") &&
	       !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
	       st.st_mtime < last - ED_TMP_STALE;
}

void ed_desk_sweep(struct edoc_desk *desk)
{
	const char *path = ed_desk_path(desk, "tmp");
	DIR *dir = path ? opendir(path) : NULL;
	const struct dirent *d;
	struct stat st;

	/* By the file system's clock alone, which is another than the caller's: what is
	 * written now is never older than the folder's last change by that much. */
	if (dir && !fstatat(dirfd(dir), ".", &st, 0))
		while ((d = readdir(dir)) != NULL)
			if (is_stale(dirfd(dir), d->d_name, st.st_mtime))
				unlinkat(dirfd(dir), d->d_name, 0);
	if (dir)
		closedir(dir);
}
