using System.Diagnostics;
using System.Runtime.Serialization;
using System.Security.Claims;
using System.Security.Principal;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using AkkaLstm.Engines.Akka.Serialization;
using AkkaLstm.Protocol.Jobs;
using Xunit.Abstractions;

namespace AkkaLstm.Engines.Akka.Tests.Serialization;

/// <summary>
/// Messages of somebody who reaches the port: objects whose making or finding does harm, sent with serializers that
/// would make them.
/// </summary>
public sealed class AttackSpecs(ITestOutputHelper output) : TestKit(ControlMessageSpecs.Configuration, output: output)
{
    private const int HyperionId = -5;
    private const int JsonId = 1;
    private const int DaemonCreateId = 3;

    /// <summary>Set by the attack that needs no more than its own type to be made.</summary>
    private static int _harm;

    public static TheoryData<string> Attacks => [.. AttackObjects.Keys];

    private static Dictionary<string, Func<object>> AttackObjects { get; } = new(StringComparer.Ordinal)
    {
        // On Hyperion's list, as gadgets of ysoserial.net.
        ["ClaimsIdentity"] = () => new ClaimsIdentity("attack"),
        ["GenericPrincipal's base"] = () => new GenericPrincipal(new GenericIdentity("root"), []),
        ["FileInfo"] = () => new FileInfo("/etc/passwd"),
        ["DirectoryInfo"] = () => new DirectoryInfo("/"),
        ["Process start"] = () => new ProcessStartInfo("/bin/sh"),

        // On nobody's list.
        ["own type"] = () => new Harmful(),
        ["inside a control message"] = () => new Wrapper { Inner = new Harmful() },
        ["delegate"] = () => (Action)Harm,
        ["exception"] = () => new InvalidOperationException("attack"),
        ["list"] = () => new List<object> { new Harmful() },
        ["dictionary"] = () => new Dictionary<string, object>(StringComparer.Ordinal) { ["a"] = new Harmful() },
        ["array"] = () => new object[] { new Harmful() },
        ["type"] = () => typeof(Process),
        ["tensor"] = () => new Tensor { Values = new float[16] },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void Deserialize_WrittenByUnrestrictedHyperion_IsRefused(string attack)
    {
        byte[] bytes = UnrestrictedHyperion(AttackObjects[attack]());
        _harm = 0;

        Assert.Throws<SerializationException>(
            () => Sys.Serialization.Deserialize(bytes, HyperionId, manifest: ""));

        Assert.Equal(0, _harm);
    }

    /// <summary>Without the check of the shape: the type filter and the list of unsafe types hold by themselves.</summary>
    [Theory]
    [MemberData(nameof(Attacks))]
    public void Deserialize_ByTheSettingsOfHyperionAlone_IsRefused(string attack)
    {
        byte[] bytes = UnrestrictedHyperion(AttackObjects[attack]());
        var hyperion = new HyperionSerializer((ExtendedActorSystem)Sys, ControlMessageSerializer.Restricted);
        _harm = 0;

        Assert.Throws<SerializationException>(() => hyperion.FromBinary(bytes, typeof(object)));

        Assert.Equal(0, _harm);
    }

    [Fact]
    public void Deserialize_JsonThatNamesAType_IsRefused()
    {
        byte[] json = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"$type":"{{typeof(Harmful).AssemblyQualifiedName}}"}""");
        _harm = 0;

        Assert.Throws<SerializationException>(
            () => Sys.Serialization.Deserialize(json, JsonId, typeof(Harmful).AssemblyQualifiedName!));

        Assert.Equal(0, _harm);
    }

    [Fact]
    public void Deserialize_ActorForThisNode_IsRefused() => Assert.Throws<SerializationException>(
        () => Sys.Serialization.Deserialize([1, 2, 3], DaemonCreateId, manifest: ""));

    [Fact]
    public void Deserialize_DamagedControlMessages_ThrowsOrGivesAControlMessage()
    {
        byte[] sound = Sys.Serialization.FindSerializerFor(new Knock([])).ToBinary(new Knock([1, 2, 3, 4]));
        var random = new Random(20250101);
        int refused = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] damaged = ControlMessageSpecs.Damage(sound, random);
            try
            {
                Assert.IsAssignableFrom<IControlMessage>(
                    Sys.Serialization.Deserialize(damaged, HyperionId, manifest: ""));
            }
            catch (SerializationException)
            {
                refused++; // whatever else is thrown fails the test
            }
        }

        Assert.InRange(refused, 10_000, 49_999);
    }

    [Fact]
    public void Deserialize_ClaimsMoreBytesThanCame_IsRefusedBeforeAnythingIsAllocated()
    {
        byte[] bytes = [254, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0x7F, 1, 2, 3];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<SerializationException>(() => Sys.Serialization.Deserialize(bytes, HyperionId, manifest: ""));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task Remoting_AttackThenControlMessage_OnlyTheSecondArrives()
    {
        Config unrestricted = ConfigurationFactory.ParseString(
            """
            akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
            akka.actor.serialization-bindings."System.Object" = hyperion
            akka.actor.serialization-settings.hyperion {
              version-tolerance = off
              disallow-unsafe-type = off
              known-types-provider = "AkkaLstm.Engines.Akka.Serialization.ControlMessageTypes, AkkaLstm.Engines.Akka"
            }
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            """);
        var attacker = ActorSystem.Create("attacker", unrestricted);
        try
        {
            Address here = ((ExtendedActorSystem)Sys).Provider.DefaultAddress;
            ActorSelection target = attacker.ActorSelection(new RootActorPath(here) / "system" / TestActor.Path.Name);
            IActorRef actor = await target.ResolveOne(TimeSpan.FromSeconds(10));
            Sys.EventStream.Subscribe(TestActor, typeof(UnhandledMessage));
            object[] attacks = [.. AttackObjects.Values.Select(attack => attack())];
            _harm = 0;

            foreach (object attack in attacks)
                actor.Tell(attack);
            actor.Tell(JobOver.Of(JobOutcomeKind.Failed));

            Assert.Equal([(byte)JobOutcomeKind.Failed], ExpectMsg<JobOver>(TimeSpan.FromSeconds(10)).Bytes);
            Assert.Equal(0, _harm);
        }
        finally
        {
            await attacker.Terminate();
        }
    }

    private static byte[] UnrestrictedHyperion(object attack)
    {
        var serializer = new Hyperion.Serializer(
            Hyperion.SerializerOptions.Default
                .WithPreserveObjectReferences(true).WithDisallowUnsafeType(false).WithIgnoreSerializable(true));
        using var stream = new MemoryStream();
        serializer.Serialize(attack, stream);
        return stream.ToArray();
    }

    private static void Harm() => _harm++;

    private sealed class Harmful
    {
        public Harmful() => Harm();

        public string Text { get; set; } = "";
    }

    private sealed class Wrapper
    {
        public object? Inner { get; set; }
    }

    private sealed class Tensor
    {
        public float[] Values { get; set; } = [];
    }
}
