/* SPDX-License-Identifier: ISC */
#include "judge/certificate.h"

#include "base/err.h"
#include "base/limits.h"
#include "judge/validate.h"

static enum edoc_code put(struct ed_material *material, const X509 *x509, const char *where,
                          struct edoc_error *err)
{
	struct ed_buf der;
	enum edoc_code rc;

	ed_buf_init(&der, ED_MAX_CERT);
	rc = ed_cert_der(x509, &der, err);
	if (rc == EDOC_OK)
		rc = ed_material_add(material, ED_CERT, der.data, der.len, where, NULL, err);
	ed_buf_clear(&der);
	return rc;
}

/* An item of nothing but certificates. */
static enum edoc_code gather(struct ed_item *item, const struct ed_cert *leaf,
                             STACK_OF(X509) *embedded, const char *where, struct edoc_error *err)
{
	enum edoc_code rc = put(&item->material, leaf->x509, where, err);

	for (int i = 0; rc == EDOC_OK && i < sk_X509_num(embedded); i++)
		rc = put(&item->material, sk_X509_value(embedded, i), where, err);
	return rc;
}

enum edoc_code ed_judge_certificate(struct ed_cert *leaf, STACK_OF(X509) *embedded,
                                    const struct edoc_verify_options *options, unsigned purpose,
                                    const char *where, struct ed_arena *arena,
                                    struct ed_findings *findings, struct edoc_error *err)
{
	struct ed_item item = {.arena = arena, .name = where};
	struct edoc_report report = {.arena = arena, .name = where};
	struct ed_judge j = {.item = &item,
	                     .options = options,
	                     .policy = options->policy,
	                     .report = &report,
	                     .arena = arena,
	                     .now = options->at};
	struct ed_x509_task task = {.leaf = leaf,
	                            .purpose = purpose,
	                            .where = where,
	                            .at = options->at,
	                            .fresh_at = options->at,
	                            .listed_at = options->at};
	struct ed_x509 x;
	enum edoc_code rc;

	ed_material_init(&item.material, arena);
	ed_findings_init(&report.findings, arena);
	ed_poe_init(&j.poe, arena, j.now);
	rc = gather(&item, leaf, embedded, where, err);
	if (rc == EDOC_OK)
		rc = ed_pool_new(&item.material, options->trust, arena, &j.pool, err);
	if (rc != EDOC_OK)
		return rc;
	rc = ed_x509_validate(&j, &task, &x, findings, err);
	if (rc == EDOC_OK && ed_cert_key(leaf))
		ed_policy_key(options->policy, ed_cert_key(leaf), options->at, where, findings);
	ed_findings_move(findings, &report.findings); /* what the network did not give */
	ed_pool_free(j.pool);
	return rc;
}
