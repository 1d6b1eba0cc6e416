using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Connections;

/// <summary>
/// Makes an authority for a cluster and one certificate for each role, as <see cref="ClusterCertificate"/> wants them:
/// ECDSA on P-256, the role as DNS name, usable only for what the role does. All nodes of a role may share one.
/// </summary>
public static class ClusterCertificateMaker
{
    /// <summary>Clocks of a cluster may be apart by so much.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromHours(1);

    /// <summary>Makes an authority and a certificate for each role.</summary>
    /// <param name="days">How long they are valid, in days.</param>
    /// <param name="clock">Says from when.</param>
    /// <returns>The authority's certificate and key, and each role's, as PEM.</returns>
    public static (PemPair Authority, IReadOnlyDictionary<NodeRole, PemPair> Roles) Make(int days, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        DateTimeOffset from = clock.GetUtcNow() - ClockSkew;
        DateTimeOffset to = clock.GetUtcNow().AddDays(days);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request("AkkaLstm cluster authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using X509Certificate2 authority = request.CreateSelfSigned(from, to);
        return (
            new PemPair(authority.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()),
            Enum.GetValues<NodeRole>().ToDictionary(role => role, role => Make(role, authority, from, to)));
    }

    private static PemPair Make(NodeRole role, X509Certificate2 authority, DateTimeOffset from, DateTimeOffset to)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string name = ClusterCertificate.NameOf(role);
        CertificateRequest request = Request(name, key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(UsesOf(role), critical: true));
        byte[] serialNumber = RandomNumberGenerator.GetBytes(16);
        using X509Certificate2 certificate = request.Create(authority, from, to, serialNumber);
        return new PemPair(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, ECDsa key) =>
        new($"CN={name}", key, HashAlgorithmName.SHA256);

    /// <summary>Workers call and are never called; servers do both, and on the Akka engine so does the coordinator.</summary>
    private static OidCollection UsesOf(NodeRole role)
    {
        var uses = new OidCollection();
        if (role != NodeRole.Worker)
            uses.Add(new Oid(X509Oids.ServerAuthentication));
        uses.Add(new Oid(X509Oids.ClientAuthentication));
        return uses;
    }
}

/// <summary>A certificate and its key.</summary>
/// <param name="Certificate">The certificate, PEM.</param>
/// <param name="Key">Its key, PKCS #8 as PEM, not encrypted.</param>
public sealed record PemPair(string Certificate, string Key);
