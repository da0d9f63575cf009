/* SPDX-License-Identifier: ISC */
#include "archive/ocfl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/path.h"
#include "base/time.h"
#include "door/json.h"

#define TYPE "https://ocfl.io/1.1/spec/#inventory"
#define CONTENT "v1/content/"

/* {digest: [path]} */
static json_t *digest_map(const char *digest, const char *path)
{
	json_t *map = json_object();
	json_t *list = json_array();
	if (!map || !list || json_array_append_new(list, json_string(path)) != 0) {
		json_decref(map);
		json_decref(list);
		return NULL;
	}
	if (json_object_set_new(map, digest, list) != 0) {
		json_decref(map);
		return NULL;
	}
	return map;
}

static json_t *user_of(const char *agent)
{
	json_t *user = json_object();
	size_t room = 3 * strlen(agent) + sizeof "acct:";
	char *address = malloc(room);
	bool bad = !user || !address;
	if (!bad) {
		memcpy(address, "acct:", 6);
		/* ed_uri_encode() would take the one '@' along. */
		const char *at = strrchr(agent, '@');
		char *name = strndup(agent, at ? (size_t)(at - agent) : strlen(agent));
		bad = !name;
		if (name)
			ed_uri_encode(name, address + 5, room - 5);
		free(name);
		if (at) {
			size_t n = strlen(address);
			snprintf(address + n, room - n, "@");
			ed_uri_encode(at + 1, address + n + 1, room - n - 1);
		}
		bad |= ed_json_str(user, "name", agent) || ed_json_str(user, "address", address);
	}
	free(address);
	if (bad) {
		json_decref(user);
		return NULL;
	}
	return user;
}

static json_t *version_of(const struct ed_object *object, int64_t now, const char *agent)
{
	json_t *version = json_object();
	json_t *versions = json_object();
	if (!version || !versions || ed_json_time(version, "created", now) ||
	    ed_json_str(version, "message", "taken over as it came") ||
	    json_object_set_new(version, "user", user_of(agent)) ||
	    json_object_set_new(version, "state", digest_map(object->sha512, object->name)) ||
	    json_object_set(versions, "v1", version)) {
		json_decref(versions);
		versions = NULL;
	}
	json_decref(version);
	return versions;
}

enum edoc_code ed_ocfl_inventory(const struct ed_object *object, int64_t now, const char *agent,
                                 char **json, struct edoc_error *err)
{
	char urn[sizeof ED_OBJECT_URN + 64];
	char *path = NULL;
	json_t *inventory = json_object();
	json_t *fixity = json_object();
	enum edoc_code code = EDOC_ERR_MEMORY;
	snprintf(urn, sizeof urn, ED_OBJECT_URN "%s", object->id);
	if (asprintf(&path, CONTENT "%s", object->name) < 0)
		path = NULL;
	if (!inventory || !fixity || !path || ed_json_str(inventory, "id", urn) ||
	    ed_json_str(inventory, "type", TYPE) ||
	    ed_json_str(inventory, "digestAlgorithm", "sha512") ||
	    ed_json_str(inventory, "head", "v1") ||
	    json_object_set_new(inventory, "manifest", digest_map(object->sha512, path)) ||
	    json_object_set_new(fixity, "sha256", digest_map(object->id, path)) ||
	    json_object_set(inventory, "fixity", fixity) ||
	    json_object_set_new(inventory, "versions", version_of(object, now, agent)))
		code = ed_fail_memory(err);
	else
		code = ed_json_line(inventory, json, err);
	json_decref(fixity);
	json_decref(inventory);
	free(path);
	return code;
}

/* The only key of an object, with the only string of its list. */
static const char *only_digest(json_t *map, const char **path)
{
	void *it = json_is_object(map) && json_object_size(map) == 1 ? json_object_iter(map) : NULL;
	json_t *list = it ? json_object_iter_value(it) : NULL;
	if (!json_is_array(list) || json_array_size(list) != 1)
		return NULL;
	*path = json_string_value(json_array_get(list, 0));
	return *path ? json_object_iter_key(it) : NULL;
}

static bool take_hex(const char *hex, char *out, size_t bytes)
{
	unsigned char raw[64];
	if (!hex || strlen(hex) != 2 * bytes || !ed_unhex(hex, raw, bytes))
		return false;
	memcpy(out, hex, 2 * bytes + 1);
	return true;
}

enum edoc_code ed_ocfl_read(const struct ed_buf *bytes, const char *where, struct ed_object *object,
                            struct edoc_error *err)
{
	json_t *inventory = NULL;
	const char *path = NULL;
	const char *again = NULL;
	*object = (struct ed_object){.name = NULL};
	enum edoc_code code = ed_json_parse(bytes->data, bytes->len, where, &inventory, err);
	if (code != EDOC_OK)
		return code;
	const char *urn = ed_json_get_str(inventory, "id");
	json_t *fixity = json_object_get(inventory, "fixity");
	const char *sha512 = only_digest(json_object_get(inventory, "manifest"), &path);
	const char *sha256 = only_digest(json_object_get(fixity, "sha256"), &again);
	bool good = urn && !strncmp(urn, ED_OBJECT_URN, strlen(ED_OBJECT_URN)) &&
	            take_hex(urn + strlen(ED_OBJECT_URN), object->id, 32) && sha256 &&
	            !strcmp(sha256, object->id) && take_hex(sha512, object->sha512, 64) &&
	            !strcmp(path, again) && !strncmp(path, CONTENT, strlen(CONTENT));
	const char *name = good ? path + strlen(CONTENT) : "";
	if (!good || strchr(name, '/') || ed_name_fault(name, strlen(name))) {
		code = ed_fail(err, EDOC_ERR_INPUT, where,
		               "is not the inventory of a package (OCFL 1.1, 3.5)");
	} else {
		object->name = strdup(name);
		code = object->name ? EDOC_OK : ed_fail_memory(err);
	}
	json_decref(inventory);
	return code;
}
