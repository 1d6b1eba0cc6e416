using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AkkaLstm.Protocol;

namespace AkkaLstm.Wire.Connections;

/// <summary>
/// Mutual TLS within a cluster: both ends show a certificate of the cluster's own authority. A certificate names the
/// roles that it is good for as DNS names (<c>worker.akkalstm</c>), so that a worker's key lets nobody pose as the
/// coordinator; host names and addresses play no part.
/// </summary>
public sealed class ClusterCertificate : IDisposable
{
    private const string Domain = "akkalstm";

    private readonly X509Certificate2 _own;
    private readonly X509Certificate2 _authority;

    /// <summary>Puts it together.</summary>
    /// <param name="own">This node's certificate, with its key.</param>
    /// <param name="authority">The cluster's authority.</param>
    public ClusterCertificate(X509Certificate2 own, X509Certificate2 authority)
    {
        if (!own.HasPrivateKey)
            throw new ArgumentException("the certificate has no key", nameof(own));
        _own = own;
        _authority = authority;
    }

    /// <summary>Reads PEM files.</summary>
    /// <param name="authorityPath">The authority's certificate.</param>
    /// <param name="certificatePath">This node's certificate.</param>
    /// <param name="keyPath">Its key.</param>
    /// <exception cref="CryptographicException">One is not such a file.</exception>
    /// <exception cref="IOException">One cannot be read.</exception>
    public static ClusterCertificate Load(string authorityPath, string certificatePath, string keyPath)
    {
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);

        // A key that came from PEM is not taken by every platform's TLS; one from PKCS #12 is.
        X509Certificate2 own = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
        return new ClusterCertificate(own, X509CertificateLoader.LoadCertificateFromFile(authorityPath));
    }

    /// <summary>The DNS name that stands for a role in certificates.</summary>
    public static string NameOf(NodeRole role) => $"{role.ToString().ToLowerInvariant()}.{Domain}";

    /// <inheritdoc/>
    public void Dispose()
    {
        _own.Dispose();
        _authority.Dispose();
    }

    /// <summary>Encrypts a connection that was taken, whoever calls: what is wrong with the caller's certificate comes
    /// back as text, so that the caller can be told. A connection with an objection is good for that and nothing else.
    /// </summary>
    /// <returns>The encrypted connection; null in place of an objection where the certificate is good.</returns>
    /// <exception cref="WireException"><see cref="WireError.Untrusted"/>, <see cref="WireError.Truncated"/></exception>
    internal async Task<(SslStream Stream, string? Objection)> AcceptAsync(Stream stream, CancellationToken stop)
    {
        string? objection = CertificateObjection.NoneShown;
        var encrypted = new SslStream(stream);
        await AuthenticateAsync(encrypted, token => encrypted.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _own,
                ClientCertificateRequired = true,
                AllowRenegotiation = false,
                AllowTlsResume = false, // every connection shows its certificate
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                CertificateChainPolicy = Policy(X509Oids.ClientAuthentication),

                // .NET's TLS on Linux hangs up on a certificate that it does not like without a word, which looks to
                // the caller as if this node had died.
#pragma warning disable CA5359 // the caller of this method holds whoever has an objection off
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    objection = CertificateObjection.Of(certificate as X509Certificate2, chain, errors);
                    return true;
                },
#pragma warning restore CA5359
            }, token), stop);
        return (encrypted, objection);
    }

    /// <summary>Encrypts a connection to a node of a role.</summary>
    /// <exception cref="WireException"><see cref="WireError.Untrusted"/> where the other is not that or does not encrypt,
    /// <see cref="WireError.Truncated"/> where the connection is gone.</exception>
    internal async Task<SslStream> CallAsync(Stream stream, NodeRole role, CancellationToken stop)
    {
        var encrypted = new SslStream(stream);
        await AuthenticateAsync(encrypted, token => encrypted.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = NameOf(role),
                ClientCertificates = [_own],
                AllowRenegotiation = false,
                AllowTlsResume = false,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                CertificateChainPolicy = Policy(X509Oids.ServerAuthentication),
            }, token), stop);
        return encrypted;
    }

    /// <summary>Whether the peer's certificate is good for a role.</summary>
    internal static bool Allows(SslStream stream, NodeRole role) =>
        stream.RemoteCertificate is X509Certificate2 certificate
        && certificate.MatchesHostname(NameOf(role), allowWildcards: false, allowCommonName: false);

    private static async Task AuthenticateAsync(
        SslStream stream, Func<CancellationToken, Task> authenticate, CancellationToken stop)
    {
        try
        {
            await authenticate(stop);
        }
        catch (Exception e)
        {
            // What a peer sends must end its own connection only, whatever the platform's TLS makes of it.
            await stream.DisposeAsync();
            if (e is OperationCanceledException)
                throw;
            if (e is IOException)
                throw new WireException(WireError.Truncated, $"the connection is gone: {Innermost(e).Message.TrimEnd('.')}", e);
            throw new WireException(
                WireError.Untrusted, $"encryption could not be agreed on: {Innermost(e).Message.TrimEnd('.')}", e);
        }
    }

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    private X509ChainPolicy Policy(string usage)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // The authority is the cluster's own and publishes no lists; a stolen key means a new authority.
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(_authority);
        policy.ApplicationPolicy.Add(new Oid(usage));
        return policy;
    }
}
