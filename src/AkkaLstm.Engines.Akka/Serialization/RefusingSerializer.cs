using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>
/// Stands in the place of Akka.NET's general serializers, which would make an object of any type that a message
/// names, and of the one for actors that another node wants to run here.
/// </summary>
public sealed class RefusingSerializer : Serializer
{
    /// <summary>Creates it for a serializer that has no settings.</summary>
    /// <param name="system">The actor system.</param>
    public RefusingSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <summary>Creates it for a serializer that has settings, which do not matter.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Those of the serializer that it stands for.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : this(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 4711;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) =>
        throw new SerializationException($"{obj.GetType()} is no control message and does not leave this process");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) =>
        throw new SerializationException("a message that no serializer of this program wrote");
}
