# SPDX-License-Identifier: ISC
"""pyHanko as a program: reads jobs from standard input, one a line, words apart by tabs:

    FILE.p7s ROOT.pem DATA|- online|offline

and answers each with "ok" and the time that a time-stamp proves (or "none"), or "failed" and
why.  It is the validation of EN 319 102-1 5.3 (level B) or 5.5.  pyHanko looks for revocation
answers in PDF and in the network only, so those of SignedData.crls are handed to it; offline, they
have to do.
"""
import asyncio, hashlib, logging, sys

from asn1crypto import cms, crl, ocsp, pem, x509
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (LocalKnowledge, RevinfoOnlineFetchingRule,
                                                 RevocationInfoGatheringSpec,
                                                 SignatureValidationSpec)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer


def read(path):
    with open(path, "rb") as f:
        return f.read()


def carried(signed):
    crls, answers = [], []
    for choice in signed["crls"]:
        if choice.name != "other":
            crls.append(CRLContainer(crl.CertificateList.load(choice.chosen.dump())))
        elif choice.chosen["other_rev_info_format"].native == "ocsp_response":
            answers.append(OCSPContainer(ocsp.OCSPResponse.load(
                choice.chosen["other_rev_info"].dump())))
    return crls, answers


async def judge(path, root, data, network):
    signed = cms.ContentInfo.load(read(path))["content"]
    anchor = x509.Certificate.load(pem.unarmor(read(root))[2])
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([anchor]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    crls, answers = carried(signed)
    rule = RevinfoOnlineFetchingRule
    spec = SignatureValidationSpec(
        cert_validation_policy=policy, ts_cert_validation_policy=policy,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            rule.ALWAYS_FETCH if network == "online" else rule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(
            known_crls=crls, known_ocsps=answers,
            known_certs=[c.chosen for c in signed["certificates"] if c.name == "certificate"]))
    digest = None
    if data != "-":
        name = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        size = (64,) if name == "shake256" else ()  # RFC 8419 2.3
        digest = hashlib.new(name.replace("shake256", "shake_256"), read(data)).digest(*size)
    stamped = any(a["type"].native == "signature_time_stamp_token"
                  for a in signed["signer_infos"][0]["unsigned_attrs"])
    validate = ades.ades_with_time_validation if stamped else ades.ades_basic_validation
    result = await validate(
        signed, spec, timing_info=ValidationTimingInfo.now(), raw_digest=digest)
    status = result.api_status
    if result.ades_subindic.status.name != "PASSED" or not status or not status.bottom_line:
        raise ValueError("%s %s" % (result.ades_subindic, result.failure_msg or ""))
    return status.timestamp_validity.timestamp if status.timestamp_validity else "none"


logging.disable()  # what failed is in the answer
for line in sys.stdin:
    try:
        print("ok", asyncio.run(judge(*line.rstrip("\n").split("\t"))), sep="\t", flush=True)
    except Exception as e:
        print("failed", type(e).__name__ + ": " + " ".join(str(e).split()), sep="\t", flush=True)
