/* SPDX-License-Identifier: ISC */
/* What this library is, and the small promises of edoc.h that no room owns. */
#include <jansson.h>
#include <libxml/xmlversion.h>
#include <libxml/parser.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include <zip.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/box.h"
#include "door/json.h"
#include "edoc.h"

const char *edoc_version(void)
{
	return EDOC_VERSION;
}

/* 3.0.21 mends faults that lie right on our path (package.md). */
#define OPENSSL_WANTED 0x30000150UL

enum edoc_code edoc_version_details(char **text, struct edoc_error *err)
{
	char box[ED_BOX_TEXT];
	struct ed_buf buf;

	ed_buf_init(&buf, 4096);
	ed_buf_printf(&buf, "%s\n", OpenSSL_version(OPENSSL_VERSION));
	ed_buf_printf(&buf, "libxml2 %s\n", xmlParserVersion);
	ed_buf_printf(&buf, "libzip %s\n", zip_libzip_version());
	ed_buf_printf(&buf, "libyaml %s\n", yaml_get_version_string());
	ed_buf_printf(&buf, "jansson %s\n", jansson_version_str());
	ed_buf_printf(&buf, "SQLite %s\n", sqlite3_libversion());
	ed_box_text(box);
	ed_buf_printf(&buf, "box: %s\n", box);
	if (OpenSSL_version_num() < OPENSSL_WANTED)
		ed_buf_puts(&buf, dgettext("edoc", "warning: OpenSSL before 3.0.21 has known "
		                                   "faults; install the security updates\n"));
	return ed_buf_steal(&buf, "version", text, err);
}

void edoc_free(void *p)
{
	free(p);
}

enum edoc_code edoc_text_safe(const char *text, char **safe, struct edoc_error *err)
{
	size_t size = 4 * strlen(text) + 1;

	*safe = malloc(size);
	if (!*safe)
		return ed_fail_memory(err);
	ed_escape(*safe, size, text);
	return EDOC_OK;
}

bool edoc_time_parse(const char *text, int64_t *t)
{
	return ed_time_parse(text, t);
}

struct edoc_limits edoc_limits_default(void)
{
	return (struct edoc_limits){.zip_total = ED_MAX_ZIP_TOTAL,
	                            .zip_entries = ED_MAX_ZIP_ENTRIES,
	                            .zip_ratio = ED_MAX_ZIP_RATIO,
	                            .xml_bytes = ED_MAX_XML_BYTES};
}

/* edoc(7), the table of exit codes. */
int edoc_code_exit(enum edoc_code code)
{
	switch (code) {
	case EDOC_OK:
		return 0;
	case EDOC_ERR_USAGE:
		return 64;
	case EDOC_ERR_INPUT:
	case EDOC_ERR_LIMIT:
	case EDOC_ERR_VERSION:
		return 65;
	case EDOC_ERR_ABSENT:
		return 66;
	case EDOC_ERR_EXISTS:
		return 73;
	case EDOC_ERR_IO:
		return 74;
	case EDOC_ERR_AGAIN:
		return 75;
	case EDOC_ERR_DENIED:
		return 77;
	case EDOC_ERR_CONFIG:
		return 78;
	case EDOC_ERR_MEMORY: /* sysexits(3) EX_OSERR is not ours; try again */
		return 75;
	case EDOC_ERR_BUG:
		break;
	}
	return 70;
}

enum edoc_code edoc_error_json(const char *name, const struct edoc_error *error, char **json,
                               struct edoc_error *err)
{
	json_t *line = json_object(), *why = json_object();
	enum edoc_code code;

	*json = NULL;
	if (ed_json_int(line, "v", 1) || ed_json_str(line, "path", name) ||
	    ed_json_int(line, "exit", edoc_code_exit(error->code)) ||
	    ed_json_str(why, "where", error->where) || ed_json_str(why, "msg", error->msg) ||
	    json_object_set(line, "error", why))
		code = ed_fail_memory(err);
	else
		code = ed_json_line(line, json, err);
	json_decref(why);
	json_decref(line);
	return code;
}
