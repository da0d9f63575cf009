// SPDX-License-Identifier: ISC
// Bouncy Castle, which DSS brings along, as a program for encrypted files (RFC 5083): reads
// jobs from standard input, one a line, words apart by tabs:
//
//   seal CERT IN OUT
//   open KEY CERT IN OUT
//
// (PEM; KEY is PKCS#8) and answers each with one line: "ok", or "failed" and why.

import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.interfaces.ECPublicKey;
import java.security.cert.X509Certificate;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.*;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OutputAEADEncryptor;

public class Envelope {
	static final String BC = "BC";

	public static void main(String[] args) throws IOException {
		Security.addProvider(new BouncyCastleProvider());
		var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
		for (String line; (line = in.readLine()) != null; ) {
			String[] w = line.split("\t");
			try {
				if (w[0].equals("seal"))
					seal(cert(w[1]), w[2], w[3]);
				else
					open(w[1], cert(w[2]), w[3], w[4]);
				out.println("ok");
			} catch (Exception e) {
				e.printStackTrace();
				out.println("failed\t" + (e.getClass().getSimpleName() + ": " + e.getMessage())
				        .replaceAll("\\s+", " "));
			}
		}
	}

	static Object pem(String path) throws IOException {
		try (var p = new PEMParser(Files.newBufferedReader(Path.of(path)))) {
			return p.readObject();
		}
	}

	static X509Certificate cert(String path) throws Exception {
		return new JcaX509CertificateConverter().setProvider(BC)
		        .getCertificate((X509CertificateHolder) pem(path));
	}

	static void seal(X509Certificate cert, String in, String out) throws Exception {
		var gen = new CMSAuthEnvelopedDataGenerator();
		gen.addRecipientInfoGenerator(cert.getPublicKey() instanceof ECPublicKey
		        ? agree(cert, (ECPublicKey) cert.getPublicKey()) : oaep(cert));
		var how = (OutputAEADEncryptor) new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_GCM)
		        .setProvider(BC).build();
		var content = new CMSProcessableByteArray(Files.readAllBytes(Path.of(in)));
		Files.write(Path.of(out), gen.generate(content, how).getEncoded());
	}

	static RecipientInfoGenerator oaep(X509Certificate cert) throws Exception {
		var sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
		var mgf = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, sha256);
		return new JceKeyTransRecipientInfoGenerator(cert, new AlgorithmIdentifier(
		        PKCSObjectIdentifiers.id_RSAES_OAEP, new RSAESOAEPparams(sha256, mgf,
		        RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM))).setProvider(BC);
	}

	static RecipientInfoGenerator agree(X509Certificate cert, ECPublicKey key) throws Exception {
		var pair = KeyPairGenerator.getInstance("EC", BC);
		pair.initialize(key.getParams());
		KeyPair once = pair.generateKeyPair();
		return new JceKeyAgreeRecipientInfoGenerator(CMSAlgorithm.ECDH_SHA256KDF,
		        once.getPrivate(), once.getPublic(), CMSAlgorithm.AES256_WRAP)
		        .addRecipient(cert).setProvider(BC);
	}

	static void open(String keyFile, X509Certificate cert, String in, String out) throws Exception {
		PrivateKey key = new JcaPEMKeyConverter().setProvider(BC)
		        .getPrivateKey((PrivateKeyInfo) pem(keyFile));
		var infos = new CMSAuthEnvelopedData(Files.readAllBytes(Path.of(in))).getRecipientInfos();
		boolean ec = cert.getPublicKey() instanceof ECPublicKey;
		RecipientId id = ec ? new JceKeyAgreeRecipientId(cert) : new JceKeyTransRecipientId(cert);
		Recipient how = ec ? new JceKeyAgreeAuthEnvelopedRecipient(key).setProvider(BC)
		        : new JceKeyTransAuthEnvelopedRecipient(key).setProvider(BC);
		RecipientInformation info = infos.get(id);
		if (info == null)
			throw new CMSException("it is for somebody else");
		Files.write(Path.of(out), info.getContent(how));
	}
}
