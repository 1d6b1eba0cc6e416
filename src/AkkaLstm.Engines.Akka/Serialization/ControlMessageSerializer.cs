using System.Buffers.Binary;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using Hyperion;

namespace AkkaLstm.Engines.Akka.Serialization;

/// <summary>
/// Hyperion for control messages and nothing else. Their types are registered, so that messages name none; a name that
/// came all the same would have to be one of them; types known from attacks are refused besides. Before Hyperion reads
/// anything, the message must have the one shape that all of them have, with the length that it really has: Hyperion
/// itself would allocate whatever length a message claims.
/// </summary>
/// <remarks>
/// Not configured by <c>allowed-types</c>: Hyperion 0.12.2 compares what is sent by another form of the name than the
/// one that this setting makes, and would refuse to send anything.
/// </remarks>
public sealed class ControlMessageSerializer : HyperionSerializer
{
    /// <summary>How Hyperion writes a registered type by its number.</summary>
    private const byte TypeNumberFollows = 254;

    /// <summary>How Hyperion writes an array of bytes.</summary>
    private const byte ByteArrayFollows = 9;

    /// <summary>That mark, the number of the type (2), the other mark, and the length (4).</summary>
    private const int HeaderSize = 1 + sizeof(ushort) + 1 + sizeof(int);

    /// <summary>What Hyperion is told; this alone refuses every type that is not registered.</summary>
    internal static readonly HyperionSerializerSettings Restricted = new(
        preserveObjectReferences: false,
        versionTolerance: false,
        knownTypesProvider: typeof(ControlMessageTypes),
        packageNameOverrides: [],
        surrogates: [],
        disallowUnsafeType: true,
        typeFilter: new RegisteredTypes());

    /// <summary>Creates it.</summary>
    /// <param name="system">The actor system.</param>
    public ControlMessageSerializer(ExtendedActorSystem system)
        : base(system, Restricted)
    {
    }

    /// <summary>Creates it for a configuration that has settings for Hyperion, which do not matter.</summary>
    /// <param name="system">The actor system.</param>
    /// <param name="settings">Ignored: what may come in is not for a configuration file to say.</param>
    public ControlMessageSerializer(ExtendedActorSystem system, Config settings)
        : this(system)
    {
    }

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type)
    {
        bool hasShape = bytes.Length >= HeaderSize
            && bytes[0] == TypeNumberFollows
            && BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(1)) < ControlMessageTypes.All.Count
            && bytes[3] == ByteArrayFollows
            && BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)) == bytes.Length - HeaderSize;
        return hasShape
            ? base.FromBinary(bytes, type)
            : throw new SerializationException($"{bytes.Length} bytes that are no control message");
    }

    /// <summary>Names as they arrive have no version, names of what is sent have one.</summary>
    private sealed class RegisteredTypes : ITypeFilter
    {
        private readonly HashSet<string> _names =
        [
            .. ControlMessageTypes.All.Select(type => type.AssemblyQualifiedName!),
            .. ControlMessageTypes.All.Select(type => $"{type.FullName}, {type.Assembly.GetName().Name}"),
        ];

        public bool IsAllowed(string typeName) => _names.Contains(typeName);
    }
}
