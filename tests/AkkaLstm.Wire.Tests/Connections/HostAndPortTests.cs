using System.Net;
using AkkaLstm.Wire.Connections;

namespace AkkaLstm.Wire.Tests.Connections;

public class HostAndPortTests
{
    [Theory]
    [InlineData("127.0.0.1:7100")]
    [InlineData("[::1]:7100")]
    [InlineData("0.0.0.0:0")]
    public void Parse_Address_IsAnEndpoint(string text) => Assert.Equal(IPEndPoint.Parse(text), HostAndPort.Parse(text));

    [Theory]
    [InlineData("coordinator:7100", "coordinator")]
    [InlineData("a-b.example_c.com:1", "a-b.example_c.com")]
    public void Parse_HostName_IsKeptAsOne(string text, string host) =>
        Assert.Equal(host, Assert.IsType<DnsEndPoint>(HostAndPort.Parse(text)).Host);

    [Theory]
    [InlineData("")]
    [InlineData(":7100")]
    [InlineData("host")]
    [InlineData("host:")]
    [InlineData("host:-1")]
    [InlineData("host:65536")]
    [InlineData("host:1e3")]
    [InlineData("ho st:80")]
    [InlineData("../x:80")]
    [InlineData("[host]:80")]
    [InlineData("[]:80")]
    public void Parse_AnythingElse_SaysWhatToWrite(string text) => Assert.Contains(
        "HOST:PORT", Assert.Throws<FormatException>(() => HostAndPort.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_IpV6WithoutBrackets_SaysThatBracketsAreMissing() => Assert.Contains(
        "[::1]", Assert.Throws<FormatException>(() => HostAndPort.Parse("::1:7100")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("10.0.0.9", "10.0.0.9:7101")]
    [InlineData("node-1.example", "node-1.example:7101")]
    [InlineData("::1", "[::1]:7101")]
    public void At_HostAndPort_HasBracketsWhereNeeded(string host, string expected) =>
        Assert.Equal(expected, HostAndPort.At(host, ":7101"));

    [Fact]
    public void TryParse_NameLongerThanAnyHost_IsNone() => Assert.False(HostAndPort.TryParse(new string('a', 300) + ":80", out _));
}
