using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AkkaLstm.Protocol;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Wire.Tests.Support;

/// <summary>A cluster authority of the test, and certificates of it that are right or wrong in one way.</summary>
internal sealed class TestCertificates : IDisposable
{
    public const string ServerUse = "1.3.6.1.5.5.7.3.1";
    public const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly X509Certificate2 _authority = MakeAuthority();

    /// <summary>A certificate of a role, as it should be.</summary>
    public ClusterCertificate Of(NodeRole role) => Make(role);

    /// <summary>A certificate whose time is over.</summary>
    public ClusterCertificate Expired(NodeRole role) => Make(role, from: -20, to: -10);

    /// <summary>A certificate whose time has not come.</summary>
    public ClusterCertificate NotYetValid(NodeRole role) => Make(role, from: 10, to: 20);

    /// <summary>A certificate for another use of TLS.</summary>
    public ClusterCertificate For(NodeRole role, string use) => Make(role, use: use);

    /// <summary>A certificate of this authority whose owner trusts another one, so that only the other end objects.</summary>
    public ClusterCertificate TrustedBy(TestCertificates other, NodeRole role) => Make(role, trusts: other._authority);

    public void Dispose() => _authority.Dispose();

    private ClusterCertificate Make(
        NodeRole role, int from = -1, int to = 1, string? use = null, X509Certificate2? trusts = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a node of the test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(ClusterCertificate.NameOf(role));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            use is null ? [new Oid(ServerUse), new Oid(ClientUse)] : [new Oid(use)], critical: true));
        using X509Certificate2 signed = request.Create(
            _authority, Now.AddDays(from), Now.AddDays(to), RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 withKey = signed.CopyWithPrivateKey(key);
        return new ClusterCertificate(
            X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), password: null), trusts ?? _authority);
    }

    private static X509Certificate2 MakeAuthority()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=the cluster of the test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }
}
