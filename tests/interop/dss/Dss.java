// SPDX-License-Identifier: ISC
// EU DSS as a program: reads jobs from standard input, one a line, words apart by tabs:
//
//   validate FILE TRUST,TRUST DATA|- online|offline LOG
//   sign KIND LEVEL WORDS|- IN GIVEN|- OUT P12,P12 TRUST TSA
//
// and answers each with one line: "ok" and what it found, or "failed" and why.
// validate tells of every signature, with bars: format, indication, intact
// (bytes/value), how many time-stamps are good of how many, whether it is a
// counter-signature, what its signer says; LOG gets the simple and the detailed
// report.  KIND: asice-xades asics-xades
// asice-cades asics-cades cades-attached cades-detached xades-enveloped
// xades-enveloping xades-detached.  LEVEL: B T LT LTA LTA2.  WORDS, with
// commas: role place commitment policy content-timestamp, and what is done to a
// signature of its own or to the one that is GIVEN over IN: cosign, countersign
// (these by the second key; passwords are "pw"), raise to LEVEL.
// One process does all: the JVM and DSS take seconds to be warm.

import eu.europa.esig.dss.asic.cades.ASiCWithCAdESSignatureParameters;
import eu.europa.esig.dss.asic.cades.signature.ASiCWithCAdESService;
import eu.europa.esig.dss.asic.xades.ASiCWithXAdESSignatureParameters;
import eu.europa.esig.dss.asic.xades.signature.ASiCWithXAdESService;
import eu.europa.esig.dss.cades.CAdESSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESCounterSignatureParameters;
import eu.europa.esig.dss.cades.signature.CAdESService;
import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.enumerations.*;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.*;
import eu.europa.esig.dss.service.crl.OnlineCRLSource;
import eu.europa.esig.dss.service.http.commons.TimestampDataLoader;
import eu.europa.esig.dss.service.ocsp.OnlineOCSPSource;
import eu.europa.esig.dss.service.tsp.OnlineTSPSource;
import eu.europa.esig.dss.signature.AbstractSignatureParameters;
import eu.europa.esig.dss.signature.CounterSignatureService;
import eu.europa.esig.dss.signature.DocumentSignatureService;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CertificateVerifier;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.aia.DefaultAIASource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import eu.europa.esig.dss.xades.XAdESSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESCounterSignatureParameters;
import eu.europa.esig.dss.xades.signature.XAdESService;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.KeyStore.PasswordProtection;
import java.util.*;
import java.util.function.Supplier;

public class Dss {
	public static void main(String[] args) throws IOException {
		var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
		for (String line; (line = in.readLine()) != null; ) {
			String[] w = line.split("\t");
			try {
				out.println("ok\t" + (w[0].equals("sign") ? sign(w) : validate(w)));
			} catch (Exception e) {
				e.printStackTrace();
				out.println("failed\t" + (e.getClass().getSimpleName() + ": " + e.getMessage())
				        .replaceAll("\\s+", " "));
			}
		}
	}

	static CertificateVerifier verifier(String trust, boolean online) {
		var anchors = new CommonTrustedCertificateSource();
		for (String path : trust.split(","))
			anchors.addCertificate(DSSUtils.loadCertificate(new File(path)));
		var v = new CommonCertificateVerifier();
		v.setTrustedCertSources(anchors);
		v.setAIASource(online ? new DefaultAIASource() : null);
		if (online) {
			v.setOcspSource(new OnlineOCSPSource());
			v.setCrlSource(new OnlineCRLSource());
		}
		return v;
	}

	// ---- validate

	static String validate(String[] w) throws IOException {
		var validator = SignedDocumentValidator.fromDocument(new FileDocument(w[1]));
		validator.setCertificateVerifier(verifier(w[2], w[4].equals("online")));
		if (!w[3].equals("-"))
			validator.setDetachedContents(List.of(new FileDocument(w[3])));
		Reports reports = validator.validateDocument(policy());
		SimpleReport simple = reports.getSimpleReport();
		DiagnosticData data = reports.getDiagnosticData();
		Files.writeString(Path.of(w[5]), told(simple, data) + reports.getXmlSimpleReport() + "\n"
		        + reports.getXmlDetailedReport() + "\n");
		var all = new StringJoiner("\t");
		for (SignatureWrapper s : data.getSignatures()) {
			String id = s.getId();
			int good = 0;
			for (TimestampWrapper t : s.getTimestampList())
				if (simple.getIndication(t.getId()) == Indication.PASSED)
					good++;
			all.add(String.join("|", s.getSignatureFormat().toString(),
			        simple.getIndication(id) + "/" + simple.getSubIndication(id),
			        s.isSignatureIntact() + "/" + s.isSignatureValid(),
			        good + "/" + s.getTimestampList().size(),
			        s.isCounterSignature() ? "counter" : "", words(s)));
		}
		return all.toString();
	}

	static String words(SignatureWrapper s) {
		var words = new StringJoiner(", ");
		for (String role : s.getSignerRoleDetails(s.getClaimedRoles()))
			words.add("role " + role);
		if (s.getCity() != null)
			words.add("city " + s.getCity());
		if (s.getCountryName() != null)
			words.add("country " + s.getCountryName());
		for (var commitment : s.getCommitmentTypeIndications())
			words.add("commitment " + commitment.getIdentifier());
		if (s.isPolicyPresent())
			words.add("policy " + s.getPolicyId() + " " + s.getPolicyUrl());
		return words.toString();
	}

	// DSS's own, but EdDSA is taken: it stands there in comments, "not referenced
	// in ETSI/SOGIS", which is about trust in it, not about how it is done.  With it
	// SHAKE256, as Ed448 has it (RFC 8419).
	static DSSDocument policy() throws IOException {
		try (InputStream in = Dss.class.getResourceAsStream("/policy/constraint.xml")) {
			String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
			String with = text.replaceAll("<!--\\s*(<Algo[^>]*>EdDSA</Algo>)[^>]*-->", "$1");
			String all = with.replace("<Algo>SHA3-512</Algo>",
			        "<Algo>SHA3-512</Algo><Algo>SHAKE256-512</Algo>");
			if (with.equals(text) || all.equals(with))
				throw new IOException("DSS's policy is not as it was");
			return new InMemoryDocument(all.getBytes(StandardCharsets.UTF_8));
		}
	}

	static String told(SimpleReport simple, DiagnosticData data) {
		var s = new StringBuilder();
		for (SignatureWrapper w : data.getSignatures()) {
			s.append(w.getSignatureFormat()).append(' ').append(simple.getIndication(w.getId()));
			s.append(' ').append(simple.getSubIndication(w.getId())).append('\n');
			tell(s, "  error: ", simple.getAdESValidationErrors(w.getId()));
			tell(s, "  warning: ", simple.getAdESValidationWarnings(w.getId()));
			tell(s, "  information: ", simple.getAdESValidationInfo(w.getId()));
			for (TimestampWrapper t : w.getTimestampList()) {
				s.append("  ").append(t.getType()).append(' ');
				s.append(simple.getIndication(t.getId())).append('\n');
				tell(s, "    error: ", simple.getAdESValidationErrors(t.getId()));
				tell(s, "    warning: ", simple.getAdESValidationWarnings(t.getId()));
			}
		}
		return s.toString();
	}

	static void tell(StringBuilder s, String what, List<Message> messages) {
		for (Message m : messages)
			s.append(what).append(m.getValue()).append('\n');
	}

	// ---- sign

	static String sign(String[] w) throws IOException {
		Maker<?, ?> m = maker(w[1], verifier(w[8], true));
		m.service.setTspSource(new OnlineTSPSource(w[9], new TimestampDataLoader()));
		for (String p12 : w[7].split(",")) {
			var password = new PasswordProtection("pw".toCharArray());
			m.tokens.add(new Pkcs12SignatureToken(new File(p12), password));
			m.keys.add(m.tokens.get(m.tokens.size() - 1).getKeys().get(0));
		}
		m.in = new FileDocument(w[4]);
		m.given = w[5].equals("-") ? null : new FileDocument(w[5]);
		m.words = Set.of(w[3].split(","));
		m.level = (w[1].contains("xades") ? "XAdES" : "CAdES") + "-BASELINE-";
		m.make(w[2]).save(w[6]);
		return w[6];
	}

	static Maker<?, ?> maker(String kind, CertificateVerifier v) {
		var type = kind.startsWith("asics") ? ASiCContainerType.ASiC_S : ASiCContainerType.ASiC_E;
		var packing = kind.endsWith("attached") || kind.endsWith("enveloping")
		        ? SignaturePackaging.ENVELOPING : kind.endsWith("enveloped")
		        ? SignaturePackaging.ENVELOPED : SignaturePackaging.DETACHED;
		Supplier<XAdESCounterSignatureParameters> xades = XAdESCounterSignatureParameters::new;
		Supplier<CAdESCounterSignatureParameters> cades = CAdESCounterSignatureParameters::new;
		if (kind.matches("asic.-xades")) {
			var service = new ASiCWithXAdESService(v);
			return new Maker<>(service, service, xades, () -> {
				var p = new ASiCWithXAdESSignatureParameters();
				p.aSiC().setContainerType(type);
				return p;
			});
		} else if (kind.startsWith("asic")) {
			var service = new ASiCWithCAdESService(v);
			return new Maker<>(service, service, cades, () -> {
				var p = new ASiCWithCAdESSignatureParameters();
				p.aSiC().setContainerType(type);
				return p;
			});
		} else if (kind.startsWith("xades")) {
			var service = new XAdESService(v);
			return new Maker<>(service, service, xades, () -> {
				var p = new XAdESSignatureParameters();
				p.setSignaturePackaging(packing);
				return p;
			});
		}
		var service = new CAdESService(v);
		return new Maker<>(service, service, cades, () -> {
			var p = new CAdESSignatureParameters();
			p.setSignaturePackaging(packing);
			return p;
		});
	}

	// Every form has a service and parameters of its own; parameters serve once.
	static class Maker<
	        P extends AbstractSignatureParameters<?>,
	        C extends AbstractSignatureParameters<?> & SerializableCounterSignatureParameters> {
		final DocumentSignatureService<P, ?> service;
		final CounterSignatureService<C> counter;
		final Supplier<C> forCounter;
		final Supplier<P> forSigning;
		final List<Pkcs12SignatureToken> tokens = new ArrayList<>();
		final List<DSSPrivateKeyEntry> keys = new ArrayList<>();
		DSSDocument in, given;
		Set<String> words;
		String level;

		Maker(DocumentSignatureService<P, ?> service, CounterSignatureService<C> counter,
		      Supplier<C> forCounter, Supplier<P> forSigning) {
			this.service = service;
			this.counter = counter;
			this.forCounter = forCounter;
			this.forSigning = forSigning;
		}

		// LTA2 is LTA raised once more; what was archived takes no counter-signature.
		DSSDocument make(String l) {
			boolean later = words.contains("countersign") && given == null;
			boolean again = l.equals("LTA2");
			String to = again ? "LTA" : l;
			DSSDocument made = given != null ? given : sign(in, later ? "B" : to, 0);
			if (words.contains("cosign"))
				made = sign(made, to, 1);
			if (words.contains("countersign"))
				made = countersign(made);
			return later || again || words.contains("raise") ? extend(made, to) : made;
		}

		DSSDocument extend(DSSDocument made, String l) {
			P p = forSigning.get();
			p.setSignatureLevel(SignatureLevel.valueByName(level + l));
			p.setDetachedContents(List.of(in));
			return service.extendDocument(made, p);
		}

		<A extends AbstractSignatureParameters<?>> A by(A p, String l, int who) {
			DSSPrivateKeyEntry key = keys.get(who);
			p.setSigningCertificate(key.getCertificate());
			p.setCertificateChain(key.getCertificateChain());
			p.setDigestAlgorithm(DigestAlgorithm.SHA256);
			p.setSignatureLevel(SignatureLevel.valueByName(level + l));
			return p;
		}

		DSSDocument sign(DSSDocument what, String l, int who) {
			P p = by(forSigning.get(), l, who);
			say(p);
			if (what != in)
				p.setDetachedContents(List.of(in));
			if (words.contains("content-timestamp"))
				p.setContentTimestamps(List.of(service.getContentTimestamp(what, p)));
			return service.signDocument(what, p, value(service.getDataToSign(what, p), who));
		}

		DSSDocument countersign(DSSDocument made) {
			var reader = SignedDocumentValidator.fromDocument(made);
			reader.setCertificateVerifier(new CommonCertificateVerifier());
			reader.setDetachedContents(List.of(in));
			C p = by(forCounter.get(), "B", 1);
			p.setSignatureIdToCounterSign(reader.getSignatures().get(0).getId());
			p.setDetachedContents(List.of(in));
			var value = value(counter.getDataToBeCounterSigned(made, p), 1);
			return counter.counterSignSignature(made, p, value);
		}

		SignatureValue value(ToBeSigned data, int who) {
			return tokens.get(who).sign(data, DigestAlgorithm.SHA256, keys.get(who));
		}

		void say(P p) {
			if (words.contains("role"))
				p.bLevel().setClaimedSignerRoles(List.of("head of department"));
			if (words.contains("commitment"))
				p.bLevel().setCommitmentTypeIndications(
				        List.of(CommitmentTypeEnum.ProofOfApproval));
			if (words.contains("place")) {
				var place = new SignerLocation();
				place.setCountry("TJ");
				place.setLocality("Khujand");
				p.bLevel().setSignerLocation(place);
			}
			if (words.contains("policy")) {
				var policy = new Policy();
				policy.setId("1.3.6.1.4.1.99999.9");
				policy.setDigestAlgorithm(DigestAlgorithm.SHA256);
				policy.setDigestValue(DSSUtils.digest(DigestAlgorithm.SHA256, "policy".getBytes()));
				p.bLevel().setSignaturePolicy(policy);
			}
		}
	}
}
