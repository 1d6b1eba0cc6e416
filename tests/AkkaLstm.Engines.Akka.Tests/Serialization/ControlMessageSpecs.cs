using Akka.Configuration;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol;
using AkkaLstm.Wire;
using AkkaLstm.Wire.Handshakes;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Akka.Tests.Serialization;

/// <summary>What Hyperion is bound to, and that it carries it unchanged.</summary>
public sealed class ControlMessageSpecs(ITestOutputHelper output) : TestKit(Configuration, output: output)
{
    private const int HyperionId = -5;

    internal static readonly Config Configuration = EngineConfig.Serialization.WithFallback(
        ConfigurationFactory.ParseString(
            """
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            """));

    private static readonly byte[] Bytes = [0, 1, 127, 128, 255];

    [Fact]
    public void Types_Registered_AreAllControlMessages()
    {
        Type[] messages =
        [
            .. typeof(IControlMessage).Assembly.GetTypes().Where(
                type => type.IsClass && type.IsAssignableTo(typeof(IControlMessage))),
        ];

        Assert.Equal(
            messages.Select(type => type.FullName).Order(StringComparer.Ordinal),
            ControlMessageTypes.All.Select(type => type.FullName).Order(StringComparer.Ordinal));
    }

    public static TheoryData<int> Types => [.. Enumerable.Range(0, ControlMessageTypes.All.Count)];

    /// <summary>The bytes are a promise to other versions: a type's number and the shape never change.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Serialize_ControlMessage_HasTheOneShapeAndComesBack(int number)
    {
        var message = (IControlMessage)Activator.CreateInstance(ControlMessageTypes.All[number], Bytes)!;

        Serializer serializer = Sys.Serialization.FindSerializerFor(message);
        byte[] bytes = serializer.ToBinary(message);

        Assert.Equal(HyperionId, serializer.Identifier);
        Assert.Equal($"FE{number:X2}00" + "09" + "05000000" + "00017F80FF", Convert.ToHexString(bytes));
        object back = Sys.Serialization.Deserialize(bytes, HyperionId, manifest: "");
        Assert.IsType(ControlMessageTypes.All[number], back);
        Assert.Equal(Bytes, ((IControlMessage)back).Bytes);
    }

    [Fact]
    public void Serialize_EmptyAndLongestMessage_ComeBack()
    {
        foreach (int length in (int[])[0, WireLimits.MaxMessageBytes])
        {
            byte[] bytes = Sys.Serialization.FindSerializerFor(new Knock([])).ToBinary(new Knock(new byte[length]));

            var back = (Knock)Sys.Serialization.Deserialize(bytes, HyperionId, manifest: "");

            Assert.Equal(length, back.Bytes.Length);
        }
    }

    [Fact]
    public void Envelope_Opened_IsWhatWasPutIn()
    {
        var from = NodeId.Worker(WireLimits.MaxNodeIndex);
        var link = new LinkId(new NodeInstance(ulong.MaxValue, 1), long.MaxValue);

        (NodeId sender, LinkId on, ReadOnlyMemory<byte> body) = ControlEnvelope.Of(from, link, Bytes).Open();

        Assert.Equal((from, link), (sender, on));
        Assert.Equal(Bytes, body.ToArray());
    }

    [Fact]
    public void Roster_Opened_IsWhatWasPutIn()
    {
        (RosterEntry, string)[] servers =
        [
            (new RosterEntry(NodeId.Server(0), new NodeInstance(1, 2), "host:1"), "akka.tcp://a@h:1/user/node#1"),
            (new RosterEntry(NodeId.Server(7), new NodeInstance(3, 4), "[::1]:65535"), "akka.tcp://a@h:2/user/node#2"),
        ];

        Assert.Equal(servers, RosterChanged.Of(servers).Open());
        Assert.Empty(RosterChanged.Of([]).Open());
    }

    [Fact]
    public void Open_Damaged_ThrowsWireExceptionOnly()
    {
        byte[] roster = RosterChanged.Of([(new RosterEntry(NodeId.Server(0), new NodeInstance(1, 2), "host:1"), "path")]).Bytes;
        byte[] envelope = ControlEnvelope.Of(NodeId.Server(1), LinkId.None, Bytes).Bytes;
        var random = new Random(20250102);
        for (int i = 0; i < 20_000; i++)
        {
            TryOpen(() => new RosterChanged(Damage(roster, random)).Open());
            TryOpen(() => new ControlEnvelope(Damage(envelope, random)).Open());
        }

        static void TryOpen(Action open)
        {
            try
            {
                open();
            }
            catch (WireException)
            {
                // What it should do; whatever else is thrown fails the test.
            }
        }
    }

    [Theory]
    [InlineData(typeof(object))]
    [InlineData(typeof(List<int>))]
    [InlineData(typeof(InvalidOperationException))]
    public void Serialize_AnythingElse_DoesNotLeaveTheProcess(Type type)
    {
        object message = Activator.CreateInstance(type)!;

        Assert.Throws<System.Runtime.Serialization.SerializationException>(
            () => Sys.Serialization.FindSerializerFor(message).ToBinary(message));
    }

    /// <summary>Some bytes are others, and some of the end may be missing.</summary>
    internal static byte[] Damage(byte[] sound, Random random)
    {
        byte[] damaged = [.. sound.Take(random.Next(3) == 0 ? random.Next(sound.Length) : sound.Length)];
        for (int k = random.Next(1, 4); k > 0 && damaged.Length > 0; k--)
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        return damaged;
    }
}
