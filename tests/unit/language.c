/* SPDX-License-Identifier: ISC */
/* route/language: the tables say what the schemas say, key for key. */
#include "route/language.h"

#include <jansson.h>

#include "../tap.h"
#include "route/definition.h"

static json_t *route, *service;

static json_t *load(const char *name)
{
	char path[600];
	json_error_t error;

	snprintf(path, sizeof(path), "%s/profiles/schemas/%s.schema.json", getenv("SRCDIR"), name);
	return json_load_file(path, JSON_REJECT_DUPLICATES, &error);
}

/* Of service.schema.json, where the service has a schema of its own. */
static json_t *of_service(const char *name)
{
	json_t *defs = json_object_get(service, "definitions");

	if (!strcmp(name, "service"))
		return service;
	if (!strcmp(name, "document"))
		return json_object_get(defs, "document");
	return json_object_get(json_object_get(service, "properties"), name);
}

static void same_keys(const struct ed_shape *shape, const json_t *schema)
{
	json_t *properties = json_object_get(schema, "properties");
	const json_t *closed = json_object_get(schema, "additionalProperties");
	const char *names[ED_MAX_SHAPE_KEYS + 1];
	void *at = json_object_iter(properties);
	char what[100];
	size_t n = 0;

	snprintf(what, sizeof(what), "%s: the schema's keys, in their order", shape->name);
	ed_shape_names(shape, names);
	for (; names[n] && at && !strcmp(names[n], json_object_iter_key(at)); n++)
		at = json_object_iter_next(properties, at);
	is_str(names[n], at ? json_object_iter_key(at) : NULL, what);
	ok(n && closed && json_is_false(closed), "%s: and no other", shape->name);
}

/* No key of the table is one that is refused as a later version's. */
static void no_later(const struct ed_shape *shape)
{
	for (size_t i = 0; shape->keys[i].name; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(shape->keys[i].name, shape->keys[k].name))
				ok(false, "%s: %s stands twice", shape->name, shape->keys[i].name);
}

/* The verbs that the reader knows are the schema's. */
static void same_verbs(const json_t *defs)
{
	static const char *const own[] = {"parallel", "each", "choose"};
	json_t *verbs = json_object_get(
	        json_object_get(json_object_get(json_object_get(defs, "work"), "properties"), "do"),
	        "enum");
	size_t n = 0, found = 0;

	for (; *ed_do_name((enum ed_do)n); n++) {
		const char *name = ed_do_name((enum ed_do)n);

		for (size_t i = 0; i < json_array_size(verbs); i++)
			found += !strcmp(json_string_value(json_array_get(verbs, i)), name);
		for (size_t i = 0; i < 3; i++)
			found += !strcmp(own[i], name) && json_object_get(defs, name);
	}
	ok(found == n && json_array_size(verbs) + 3 == n, "%zu verbs: the schema has them", n);
}

int main(void)
{
	size_t n = 0;

	route = load("route");
	service = load("service");
	json_t *defs = json_object_get(route, "$defs");
	if (!ok(defs && service, "the schemas are there"))
		return done();
	for (; ed_shapes[n]; n++) {
		const char *name = ed_shapes[n]->name;
		json_t *schema = json_object_get(defs, name);

		no_later(ed_shapes[n]);
		same_keys(ed_shapes[n], schema ? schema : of_service(name));
	}
	ok(n >= 25, "%zu kinds of maps", n);
	same_verbs(defs);
	json_decref(route);
	json_decref(service);
	return done();
}
