/* SPDX-License-Identifier: ISC */
/* One line of JSON for what a verb did to an item. */
#include "base/err.h"
#include "door/json.h"

enum edoc_code edoc_result_json(const char *const *pairs, char **json, struct edoc_error *err)
{
	json_t *o = json_object();
	enum edoc_code code;
	int bad = ed_json_int(o, "v", 1);

	*json = NULL;
	for (; pairs[0]; pairs += 2)
		bad |= ed_json_str(o, pairs[0], pairs[1]);
	code = bad ? ed_fail_memory(err) : ed_json_line(o, json, err);
	json_decref(o);
	return code;
}
