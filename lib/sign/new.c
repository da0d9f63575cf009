/* SPDX-License-Identifier: ISC */
/*
 * Making a package in one pass: mimetype, documents, card and manifest stream
 * into the ZIP while they are digested; the signature is the last entry and is
 * made when its turn comes.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/path.h"
#include "door/zipscan.h"
#include "judge/policy.h"
#include "package/card.h"
#include "package/manifest.h"
#include "sign/challenge.h"
#include "sign/new.h"
#include "sign/profile.h"

/* Names the container keeps for itself, in whatever case or form. */
static enum edoc_code check_name(const char *name, struct edoc_error *err)
{
	const char *fault = ed_name_fault(name, strlen(name));
	char *key;
	bool kept;

	if (fault)
		return ed_fail(err, EDOC_ERR_USAGE, name, "cannot be a document's name: %s", fault);
	key = ed_name_fold(name, strlen(name));
	if (!key)
		return ed_fail_memory(err);
	kept = !strcmp(key, "mimetype") || !strcmp(key, "meta-inf") ||
	       !strncmp(key, "meta-inf/", strlen("meta-inf/"));
	free(key);
	if (kept)
		return ed_fail(err, EDOC_ERR_USAGE, name,
		               "the container keeps this name for itself (EN 319 162-1 A.1): "
		               "rename the file");
	return EDOC_OK;
}

/* As a reader will compare them; before anything is written. */
static enum edoc_code check_apart(const struct ed_making *m, struct edoc_error *err)
{
	const char **names = ed_arena_alloc(m->arena, (m->n + 1) * sizeof(const char *));
	struct edoc_error twin = {0};
	enum edoc_code code;

	if (!names)
		return ed_fail_memory(err);
	for (size_t i = 0; i < m->n; i++)
		names[i] = m->parts[i].name;
	code = ed_zip_names_apart(names, m->n, &twin);
	if (code == EDOC_ERR_INPUT)
		return ed_fail(err, EDOC_ERR_USAGE, twin.where,
		               "two documents would have this name, or names that some systems "
		               "take for one: rename one");
	return code == EDOC_OK ? code : ed_fail_memory(err);
}

static enum edoc_code grow(struct ed_making *m, const char *name, struct ed_part **part,
                           struct edoc_error *err)
{
	enum edoc_code code = check_name(name, err);

	if (code != EDOC_OK)
		return code;
	if (m->n + 8 > m->limits.zip_entries)
		return ed_fail(err, EDOC_ERR_LIMIT, name, "more than %u documents",
		               m->limits.zip_entries - 8);
	m->parts = ed_arena_grow(m->arena, m->parts, m->n, &m->cap, sizeof(*m->parts));
	if (!m->parts)
		return ed_fail_memory(err);
	*part = &m->parts[m->n];
	memset(*part, 0, sizeof(**part));
	(*part)->fd = -1;
	(*part)->name = ed_arena_strdup(m->arena, name);
	(*part)->media_type = ed_media_type(name);
	if (!(*part)->name)
		return ed_fail_memory(err);
	m->n++;
	return EDOC_OK;
}

enum edoc_code ed_making_init(struct ed_making *m, const struct edoc_limits *limits,
                              struct edoc_error *err)
{
	memset(m, 0, sizeof(*m));
	m->limits = limits ? *limits : edoc_limits_default();
	m->tmp.fd = -1;
	m->arena = ed_arena_new();
	return m->arena ? EDOC_OK : ed_fail_memory(err);
}

void ed_making_clear(struct ed_making *m)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->parts[i].fd >= 0)
			close(m->parts[i].fd);
		ed_digest_free(m->parts[i].running);
	}
	ed_tmp_clear(&m->tmp);
	ed_arena_free(m->arena);
	memset(m, 0, sizeof(*m));
	m->tmp.fd = -1;
}

/* Opened only when its turn comes would be cheaper in descriptors, but then a
 * file could vanish after half the package is written. */
enum edoc_code ed_making_file(struct ed_making *m, const char *path, struct edoc_error *err)
{
	struct ed_part *part;
	enum edoc_code code = grow(m, ed_basename(path), &part, err);

	if (code == EDOC_OK)
		code = ed_open_read(path, &part->fd, &part->size, err);
	if (code != EDOC_OK)
		return code;
	/* What we would not read back is told before the disk is full of it. */
	if (part->size > m->limits.zip_total - m->bytes)
		return ed_fail(err, EDOC_ERR_LIMIT, path,
		               "the package would hold more than %llu bytes",
		               (unsigned long long)m->limits.zip_total);
	m->bytes += part->size;
	return EDOC_OK;
}

enum edoc_code ed_making_bytes(struct ed_making *m, const char *name, const char *media_type,
                               const struct ed_buf *bytes, struct edoc_error *err)
{
	struct ed_part *part;
	enum edoc_code code = grow(m, name, &part, err);

	if (code != EDOC_OK)
		return code;
	part->media_type = media_type;
	part->bytes = ed_arena_memdup(m->arena, ed_buf_str(bytes), bytes->len);
	part->size = bytes->len;
	return part->bytes || !bytes->len ? EDOC_OK : ed_fail_memory(err);
}

enum edoc_code ed_making_copy(struct ed_making *m, struct ed_asic *from, size_t i,
                              struct edoc_error *err)
{
	struct ed_part *part;
	enum edoc_code code = grow(m, ed_zip_entry(from->zip, i)->name, &part, err);

	if (code != EDOC_OK)
		return code;
	if (from->media_type[i])
		part->media_type = from->media_type[i];
	part->from = from;
	part->entry = i;
	return EDOC_OK;
}

static void tap(void *arg, const void *bytes, size_t len)
{
	struct ed_part *part = arg;

	if (part->running && !ed_digest_update(part->running, bytes, len))
		part->lost = true;
}

static enum edoc_code add_part(struct ed_making *m, struct ed_zip_writer *writer,
                               struct ed_part *part, struct edoc_error *err)
{
	if (part->from)
		return ed_zip_add_copy(writer, part->name, part->from->zip, part->entry, err);
	if (m->sign && !(part->running = ed_digest_new(m->hash)))
		return ed_fail_memory(err);
	if (part->fd >= 0)
		return ed_zip_add_fd(writer, part->name, part->fd, part->size, tap, part, err);
	tap(part, part->bytes, part->size);
	return ed_zip_add_bytes(writer, part->name, part->bytes, part->size, err);
}

static enum edoc_code add_manifest(struct ed_making *m, struct ed_zip_writer *writer,
                                   struct edoc_error *err)
{
	struct ed_manifest_item *items = ed_arena_alloc(m->arena, (m->n + 1) * sizeof(*items));
	struct ed_buf xml;
	enum edoc_code code;

	if (!items)
		return ed_fail_memory(err);
	for (size_t i = 0; i < m->n; i++) {
		items[i].name = m->parts[i].name;
		items[i].media_type = m->parts[i].media_type;
	}
	ed_buf_init(&xml, m->limits.xml_bytes);
	ed_manifest_write(&xml, ED_MIME_ASICE, items, m->n);
	code = ed_buf_check(&xml, ED_MANIFEST_NAME, err);
	if (code == EDOC_OK)
		code = ed_zip_add_bytes(writer, ED_MANIFEST_NAME, xml.data, xml.len, err);
	ed_buf_clear(&xml);
	return code;
}

/* Its turn: every document has passed the taps. */
static enum edoc_code late_signature(void *arg, struct ed_buf *out, struct edoc_error *err)
{
	struct ed_making *m = arg;
	struct ed_xades_spec spec = {.hash = m->hash, .n = m->n, .tag = ed_sign_tag(m->name)};
	struct ed_saying saying;
	struct ed_xades_input *inputs = ed_arena_alloc(m->arena, (m->n + 1) * sizeof(*inputs));

	if (!inputs)
		return ed_fail_memory(err);
	for (size_t i = 0; i < m->n; i++) {
		struct ed_part *part = &m->parts[i];

		if (part->lost || !ed_digest_final(part->running, inputs[i].digest))
			return ed_fail(err, EDOC_ERR_BUG, part->name, "the digest failed");
		inputs[i].name = part->name;
		inputs[i].media_type = part->media_type;
	}
	spec.inputs = inputs;
	ed_sign_say(&saying, m->sign);
	spec.words = saying.words;
	return ed_xades_make(&spec, out, err);
}

static enum edoc_code fill(struct ed_making *m, struct ed_zip_writer *writer,
                           struct edoc_error *err)
{
	const char *type = m->single ? ED_MIME_ASICS : ED_MIME_ASICE;
	enum edoc_code code;

	code = ed_zip_add_bytes(writer, "mimetype", type, strlen(type), err);
	for (size_t i = 0; i < m->n && code == EDOC_OK; i++)
		code = add_part(m, writer, &m->parts[i], err);
	if (code == EDOC_OK && !m->single)
		code = add_manifest(m, writer, err);
	if (code == EDOC_OK && m->sign)
		code = ed_zip_add_late(writer, m->name, late_signature, m, err);
	return code == EDOC_OK ? ed_zip_writer_finish(writer, err) : code;
}

/* What is read is never what is written: -f would leave neither. */
enum edoc_code ed_making_apart(const char *out, const struct stat *input, struct edoc_error *err)
{
	struct stat st;

	if (stat(out, &st) || st.st_dev != input->st_dev || st.st_ino != input->st_ino)
		return EDOC_OK;
	return ed_fail(err, EDOC_ERR_USAGE, out,
	               "is read for this package, so it cannot be its name too: nothing was "
	               "changed; choose another name");
}

/* Told before an hour of work, and again by link(2). */
static enum edoc_code check_output(const struct ed_making *m, const char *out, bool overwrite,
                                   struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;
	struct stat st;

	for (size_t i = 0; i < m->n && code == EDOC_OK; i++) {
		if (m->parts[i].fd < 0)
			continue;
		if (fstat(m->parts[i].fd, &st))
			return ed_fail_errno(err, EDOC_ERR_IO, m->parts[i].name, "fstat");
		code = ed_making_apart(out, &st, err);
	}
	return code == EDOC_OK ? ed_tmp_check(out, overwrite, err) : code;
}

static enum edoc_code check(struct ed_making *m, const char *out, bool overwrite,
                            struct edoc_error *err)
{
	enum edoc_code code = check_output(m, out, overwrite, err);

	if (code != EDOC_OK)
		return code;
	if (!m->n)
		return ed_fail(err, EDOC_ERR_USAGE, out, "a package needs a document");
	if (m->single && m->n > 1)
		return ed_fail(err, EDOC_ERR_USAGE, out,
		               m->has_card
		                       ? "an ASiC-S container holds one document, these are %zu, "
		                         "the card among them (EN 319 162-1 4.3.3): make an "
		                         "ASiC-E"
		                       : "an ASiC-S container holds one document, these are %zu "
		                         "(EN 319 162-1 4.3.3): make an ASiC-E",
		               m->n);
	return check_apart(m, err);
}

/* What needs no more than the digests of the documents is signed in the pass
 * that writes them; the rest once they stand in the temporary.  What a law asks
 * of the card is looked at before the key is touched: it needs the package. */
static bool in_one_pass(const struct ed_making *m, const struct edoc_sign_options *sign)
{
	return !(sign->policy && sign->policy->law) && sign->form != EDOC_CADES &&
	       sign->level == EDOC_LEVEL_B && !sign->content_stamp && !m->single;
}

static enum edoc_code write_package(struct ed_making *m, const char *out, struct edoc_error *err)
{
	struct ed_zip_writer *writer = NULL;
	enum edoc_code code = ed_tmp_open(&m->tmp, out, false, err);

	if (code == EDOC_OK)
		code = ed_zip_writer_new(m->tmp.fd, out, NULL, &writer, err);
	if (code == EDOC_OK)
		code = fill(m, writer, err);
	ed_zip_writer_free(writer);
	return code;
}

/* None of them is signed as a document that is there to be signed to log in. */
static enum edoc_code check_challenges(const struct ed_making *m, struct edoc_error *err)
{
	enum edoc_code code = EDOC_OK;

	for (size_t i = 0; i < m->n && code == EDOC_OK; i++)
		if (m->parts[i].fd >= 0)
			code = ed_challenge_refuse_file(m->parts[i].fd, m->parts[i].name, err);
	return code;
}

enum edoc_code ed_making_write(struct ed_making *m, const char *out,
                               const struct edoc_sign_options *sign, bool overwrite, bool dry,
                               char **made, struct edoc_error *err)
{
	enum edoc_code code = check(m, out, overwrite, err);

	if (code == EDOC_OK && sign)
		code = check_challenges(m, err);
	if (code != EDOC_OK || dry)
		return code;
	if (sign && in_one_pass(m, sign)) {
		m->sign = sign;
		code = ed_sign_hash(sign, &m->hash, err);
		if (code == EDOC_OK)
			code = ed_sign_entry_name(sign->key, sign->at, NULL, m->name, err);
	}
	if (code == EDOC_OK)
		code = write_package(m, out, err);
	if (code == EDOC_OK && sign && !m->sign)
		return ed_sign_fresh(m->tmp.fd, out, sign, overwrite, made, err);
	if (code == EDOC_OK && sign)
		code = ed_sign_check_result(m->tmp.fd, NULL, 0, out, sign, sign->at, err);
	if (code == EDOC_OK)
		code = overwrite ? ed_tmp_rename(&m->tmp, err) : ed_tmp_link(&m->tmp, err);
	if (code == EDOC_OK && sign && made && !(*made = strdup(m->name)))
		code = ed_fail_memory(err);
	return code;
}

static enum edoc_code add_card(struct ed_making *m, const char *out,
                               const struct edoc_new_options *options, struct ed_card *card,
                               struct edoc_error *err)
{
	const char *where = options->card_path ? options->card_path : "--set";
	struct ed_buf yaml, xml;
	enum edoc_code code = EDOC_OK;
	struct stat st;

	ed_buf_init(&yaml, ED_MAX_YAML_BYTES);
	ed_buf_init(&xml, m->limits.xml_bytes);
	if (options->card_path && !stat(options->card_path, &st))
		code = ed_making_apart(out, &st, err);
	if (code == EDOC_OK && options->card_path)
		code = ed_read_path(options->card_path, &yaml, err);
	if (code == EDOC_OK)
		code = ed_card_from_yaml(ed_buf_str(&yaml), yaml.len, where, options->set, m->arena,
		                         card, err);
	if (code == EDOC_OK)
		code = ed_card_write(card, &xml, err);
	if (code == EDOC_OK)
		code = ed_making_bytes(m, ED_CARD_NAME, "text/xml", &xml, err);
	ed_buf_clear(&xml);
	ed_buf_clear(&yaml);
	return code;
}

/* What will be in it, held against the signer's rules before it is written. */
static enum edoc_code conform(struct ed_making *m, const char *out, const struct ed_card *card,
                              const struct edoc_sign_options *options, struct edoc_error *err)
{
	struct ed_profile_facts facts = {.path = out, .card = card};

	facts.names = ed_arena_alloc(m->arena, (m->n + 1) * sizeof(*facts.names));
	facts.media_types = ed_arena_alloc(m->arena, (m->n + 1) * sizeof(*facts.media_types));
	if (!facts.names || !facts.media_types)
		return ed_fail_memory(err);
	for (size_t i = 0; i < m->n; i++) {
		if (!strcmp(m->parts[i].name, ED_CARD_NAME))
			continue;
		facts.names[facts.n] = m->parts[i].name;
		facts.media_types[facts.n++] = m->parts[i].media_type;
	}
	return ed_profile_conform(options, &facts, err);
}

enum edoc_code edoc_package_new(const char *out, const char *const *files, size_t n,
                                const struct edoc_new_options *new_options,
                                const struct edoc_sign_options *options, char **made,
                                struct edoc_error *err)
{
	const struct edoc_sign_options *sign = options && options->key ? options : NULL;
	bool has_card = new_options && (new_options->card_path || new_options->set);
	struct ed_making m;
	struct ed_card card;
	enum edoc_code code;

	if (made)
		*made = NULL;
	code = ed_making_init(&m, options ? options->limits : NULL, err);
	if (code == EDOC_OK && sign)
		code = ed_sign_options(out, sign, err);
	for (size_t i = 0; i < n && code == EDOC_OK; i++)
		code = ed_making_file(&m, files[i], err);
	if (code == EDOC_OK && has_card)
		code = add_card(&m, out, new_options, &card, err);
	if (code == EDOC_OK && options && options->profile)
		code = conform(&m, out, has_card ? &card : NULL, options, err);
	m.single = new_options && new_options->single;
	m.has_card = has_card;
	if (code == EDOC_OK)
		code = ed_making_write(&m, out, sign, options && options->overwrite,
		                       options && options->dry_run, made, err);
	ed_making_clear(&m);
	return code;
}
