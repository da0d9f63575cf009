/* SPDX-License-Identifier: ISC */
/* Any bytes: a tree or a refusal with its place; the tree can be walked. */
#include <stdlib.h>
#include <string.h>

#include "door/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct ed_yaml *node)
{
	size_t n = 1;

	if (!node->line || !node->column)
		abort();
	if (node->kind == ED_YAML_SCALAR)
		return n + strlen(node->text);
	for (size_t i = 0; i < node->n; i++) {
		if (node->kind == ED_YAML_MAP &&
		    ed_yaml_get(node, node->keys[i]->text) != node->items[i])
			abort(); /* keys are unique */
		n += walk(node->items[i]);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ed_arena *arena = ed_arena_new();
	struct edoc_error err = {0};
	struct ed_yaml *root;

	if (!arena)
		return 0;
	if (ed_yaml_parse(data, size, "f", arena, &root, &err)) {
		if (root || !*err.msg || !err.code)
			abort();
	} else {
		walk(root);
	}
	ed_arena_free(arena);
	return 0;
}
