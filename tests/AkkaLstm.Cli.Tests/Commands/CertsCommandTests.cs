using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AkkaLstm.Cli.Tests.Commands;

public class CertsCommandTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[] Names = ["ca", "coordinator", "server", "worker"];

    [Fact]
    public async Task Certs_NewFolder_WritesAnAuthorityAndACertificateForEachRole()
    {
        using var directory = new TemporaryDirectory();
        string folder = directory.File("tls");

        CliRun run = (await CliRun.OfAsync("certs", "--out", folder, "--days", "7")).AssertDone();

        string[] expected = [.. Names.SelectMany(name => new[] { $"{name}.crt", $"{name}.key" }).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.Contains(file, run.Out, StringComparison.Ordinal));
        Assert.Contains($"--tls {folder}", run.Out, StringComparison.Ordinal);
        Assert.Contains("safe place", run.Out, StringComparison.Ordinal);
        foreach (string name in OperatingSystem.IsWindows() ? [] : Names)
            Assert.Equal(OwnerOnly, ModeOf(Path.Combine(folder, $"{name}.key")));
    }

    [Fact]
    public async Task Certs_WhatItWrote_IsSignedByTheAuthorityForTheRoleAndTheDays()
    {
        using var directory = new TemporaryDirectory();
        (await CliRun.OfAsync("certs", "--out", directory.FullPath, "--days", "7")).AssertDone();
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(directory.File("ca.crt"));

        foreach (string role in Names.Skip(1))
        {
            using X509Certificate2 certificate =
                X509Certificate2.CreateFromPemFile(directory.File($"{role}.crt"), directory.File($"{role}.key"));
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(authority);

            Assert.True(chain.Build(certificate), role);
            Assert.True(certificate.MatchesHostname($"{role}.akkalstm", allowWildcards: false, allowCommonName: false));
            Assert.Equal(256, certificate.GetECDsaPrivateKey()?.KeySize);
            Assert.InRange(certificate.NotAfter - DateTime.Now, TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        }
    }

    [Fact]
    public async Task Certs_FileInTheWay_IsNamedAndNothingIsWritten()
    {
        using var directory = new TemporaryDirectory();
        string kept = directory.Write("worker.key", "precious");

        (await CliRun.OfAsync("certs", "--out", directory.FullPath)).AssertBadInput("worker.key is there already");

        Assert.Equal("precious", await File.ReadAllTextAsync(kept));
        Assert.Single(Directory.GetFiles(directory.FullPath));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3651")]
    public async Task Certs_DaysOutOfRange_AreNamed(string days)
    {
        using var directory = new TemporaryDirectory();

        (await CliRun.OfAsync("certs", "--out", directory.FullPath, "--days", days)).AssertBadInput($"--days: {days}", "1 to 3650");
    }

    [Fact]
    public async Task Certs_OutIsAFile_IsNamed()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("tls", "");

        (await CliRun.OfAsync("certs", "--out", file)).AssertBadInput($"--out {file}");
    }

    [Fact]
    public async Task Certs_Json_ListsTheFiles()
    {
        using var directory = new TemporaryDirectory();

        CliRun run = (await CliRun.OfAsync("certs", "--out", directory.FullPath, "--json")).AssertDone();

        Assert.Equal((365, 8), (run.Json.GetProperty("days").GetInt32(), run.Json.GetProperty("files").GetArrayLength()));
    }

    private static UnixFileMode ModeOf(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);
}
