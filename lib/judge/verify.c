/* SPDX-License-Identifier: ISC */
/* Judging one item: read, validated (EN 319 102-1), decided. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "judge/item.h"
#include "judge/validate.h"
#include "judge/verify.h"

/* An error that speaks of the item, not of our work. */
static bool is_the_input(enum edoc_code code)
{
	return code == EDOC_ERR_INPUT || code == EDOC_ERR_LIMIT || code == EDOC_ERR_VERSION;
}

static enum edoc_code check_options(const struct edoc_verify_options *options, const char *name,
                                    struct edoc_error *err)
{
	if (!options || !options->trust || !options->policy)
		return ed_fail(err, EDOC_ERR_USAGE, name, "verifying needs trust and a policy");
	if (options->n_data && !options->data)
		return ed_fail(err, EDOC_ERR_USAGE, name, "there are data files and no list");
	return EDOC_OK;
}

enum edoc_code ed_judge_unreadable(const char *finding, const char *name,
                                   const struct edoc_verify_options *options, enum edoc_code code,
                                   const struct edoc_error *why, struct edoc_report **report,
                                   struct edoc_error *err)
{
	*report = NULL;
	if (!is_the_input(code)) {
		if (err)
			*err = *why;
		return code;
	}
	code = ed_report_new(name, options->at, options->policy, report, err);
	if (code != EDOC_OK)
		return code;
	ed_finding(&(*report)->findings, finding, why->where, why->msg, NULL, NULL);
	ed_report_decide(*report, options->policy);
	return EDOC_OK;
}

/* The item has been read, or could not be (code, why). */
static enum edoc_code conclude(struct ed_item *item, enum edoc_code code, const char *name,
                               const struct edoc_verify_options *options, struct edoc_report *made,
                               struct edoc_error *why, struct edoc_report **report,
                               struct edoc_error *err)
{
	if (code == EDOC_OK)
		code = ed_validate(item, options, made, why);
	if (code == EDOC_OK) {
		ed_report_decide(made, options->policy);
		*report = made;
		ed_item_clear(item);
		return EDOC_OK;
	}
	ed_item_clear(item);
	edoc_report_free(made);
	/* maybe found late: a wrong CRC in a document */
	return ed_judge_unreadable(item->kind == ED_ITEM_ZIP ? "container.malformed"
	                                                     : "item.malformed",
	                           name, options, code, why, report, err);
}

enum edoc_code ed_judge_asic(struct ed_asic *asic, const struct ed_findings *container,
                             const char *name, const struct edoc_verify_options *options,
                             struct edoc_report **report, struct edoc_error *err)
{
	struct edoc_report *made;
	struct edoc_error why = {0};
	struct ed_item item;
	enum edoc_code code = check_options(options, name, err);

	*report = NULL;
	if (code == EDOC_OK)
		code = ed_report_new(name, options->at, options->policy, &made, err);
	if (code != EDOC_OK)
		return code;
	code = ed_item_collect_asic(asic, container, name, options, made->arena, &item, &why);
	return conclude(&item, code, name, options, made, &why, report, err);
}

enum edoc_code edoc_verify_fd(int fd, const char *name, const struct edoc_verify_options *options,
                              struct edoc_report **report, struct edoc_error *err)
{
	struct edoc_report *made;
	struct edoc_error why = {0};
	struct ed_item item;
	enum edoc_code code = check_options(options, name, err);

	*report = NULL;
	if (code == EDOC_OK)
		code = ed_report_new(name, options->at, options->policy, &made, err);
	if (code != EDOC_OK)
		return code;
	code = ed_item_collect(fd, name, options, made->arena, &item, &why);
	return conclude(&item, code, name, options, made, &why, report, err);
}

enum edoc_code edoc_verify_path(const char *path, const struct edoc_verify_options *options,
                                struct edoc_report **report, struct edoc_error *err)
{
	uint64_t size;
	enum edoc_code code;
	int fd;

	*report = NULL;
	code = ed_open_read(path, &fd, &size, err);
	if (code != EDOC_OK)
		return code;
	code = edoc_verify_fd(fd, path, options, report, err);
	close(fd);
	return code;
}

enum edoc_code edoc_verify_memory(const void *bytes, size_t len, const char *name,
                                  const struct edoc_verify_options *options,
                                  struct edoc_report **report, struct edoc_error *err)
{
	enum edoc_code code;
	int fd;

	*report = NULL;
	fd = memfd_create("edoc", MFD_CLOEXEC);
	if (fd < 0)
		return ed_fail_errno(err, EDOC_ERR_IO, name, "cannot hold the bytes");
	code = ed_write_full(fd, name, bytes, len, err);
	if (code == EDOC_OK)
		code = edoc_verify_fd(fd, name, options, report, err);
	close(fd);
	return code;
}
