using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace AkkaLstm.Wire.Connections;

/// <summary>What is wrong with a caller's certificate, in words that its owner can do something with.</summary>
internal static class CertificateObjection
{
    /// <summary>There is none.</summary>
    public const string NoneShown = "the caller has shown no certificate";

    // An authority of the same name has another key, and its signature is not valid here.
    private const X509ChainStatusFlags AnotherAuthority = X509ChainStatusFlags.PartialChain
        | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid;

    /// <summary>One line; null where nothing is wrong.</summary>
    /// <param name="certificate">What was shown.</param>
    /// <param name="chain">How it was checked.</param>
    /// <param name="errors">What came of it.</param>
    public static string? Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return null;
        if (certificate is null || chain is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return NoneShown;
        X509ChainStatusFlags status = chain.ChainStatus.Aggregate(
            X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        if ((status & AnotherAuthority) != X509ChainStatusFlags.NoError)
            return $"the caller's certificate is one of another authority ({certificate.Issuer})";
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return $"the caller's certificate is good from {Time(certificate.NotBefore)} to {Time(certificate.NotAfter)}";
        return status.HasFlag(X509ChainStatusFlags.NotValidForUsage)
            ? "the caller's certificate is not for callers (client authentication)"
            : $"the caller's certificate is not good: {(status == X509ChainStatusFlags.NoError ? errors : status)}";
    }

    private static string Time(DateTime local) =>
        local.ToUniversalTime().ToString("u", CultureInfo.InvariantCulture);
}
